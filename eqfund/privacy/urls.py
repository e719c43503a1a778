"""Addresses of the care of personal data."""

from django.urls import path

from eqfund.privacy import views

app_name = "privacy"
urlpatterns = [
    path("consent/", views.consent, name="consent"),
    path("exports/", views.exports, name="exports"),
    path("exports/<slug:kind>/<int:pk>/", views.ask_export, name="export-ask"),
    path("exports/<int:pk>/password/", views.export_password, name="export-password"),
    path("exports/<int:pk>/file/", views.export_file, name="export-file"),
    path("retention/", views.retention, name="retention"),
    path("reveal/<slug:code>/<int:pk>/", views.reveal, name="reveal"),
]
