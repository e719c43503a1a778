"""Addresses of progress."""

from django.urls import path

from monitoring.progress import views

app_name = "progress"
urlpatterns = [
    path("", views.offices, name="offices"),
    path("offices/<int:pk>/", views.office, name="office"),
    path("offices/<int:pk>/remind/", views.remind, name="remind"),
    path("offices.csv", views.offices_csv, name="offices-csv"),
    path("offices/<int:pk>.csv", views.office_csv, name="office-csv"),
]
