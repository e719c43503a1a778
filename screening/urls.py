"""Addresses of screening."""

from . import urls_form01, urls_grant, urls_visits

app_name = "screening"
urlpatterns = [*urls_form01.urlpatterns, *urls_grant.urlpatterns, *urls_visits.urlpatterns]
