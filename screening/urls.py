"""Addresses of screening."""

from . import urls_form01

app_name = "screening"
urlpatterns = [*urls_form01.urlpatterns]
