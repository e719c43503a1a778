"""Addresses of screening."""

from . import urls_form01, urls_grant

app_name = "screening"
urlpatterns = [*urls_form01.urlpatterns, *urls_grant.urlpatterns]
