"""Addresses of the audit book."""

from django.urls import path

from . import views

app_name = "audit"
urlpatterns = [
    path("unusual/", views.unusual_uses, name="unusual"),
    path("", views.events, name="events"),
    path("<int:pk>/", views.event, name="event"),
    path("<int:pk>/open/", views.event_open, name="event-open"),
    path("prove/", views.prove, name="prove"),
    path("export/", views.export, name="export"),
    path("export/<int:pk>/", views.export_file, name="export-file"),
]
