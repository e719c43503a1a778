"""Addresses of the care of personal data."""

from django.urls import path

from eqfund.privacy import views

app_name = "privacy"
urlpatterns = [
    path("consent/", views.consent, name="consent"),
    path("reveal/<slug:code>/<int:pk>/", views.reveal, name="reveal"),
]
