"""Addresses of the calendar beyond its page: extensions."""

from django.urls import path

from . import views

app_name = "calendar"
urlpatterns = [
    path("extensions/", views.extensions, name="extensions"),
    path("extensions/propose/", views.extension_propose, name="extension-propose"),
    path("extensions/policies/", views.policies, name="extension-policies"),
    path("extensions/<int:pk>/", views.extension, name="extension"),
    path("extensions/<int:pk>/decide/", views.extension_decide, name="extension-decide"),
    path("extensions/<int:pk>/withdraw/", views.extension_withdraw, name="extension-withdraw"),
]
