"""Addresses of the rolls."""

from django.urls import path

from . import views

app_name = "rolls"
urlpatterns = [
    path("", views.rolls, name="rolls"),
    path("rolls.csv", views.rolls_csv, name="rolls-csv"),
    path("offices/<int:pk>/", views.office, name="office"),
    path("schools/<int:pk>/", views.school, name="school"),
    path("<int:pk>/", views.roll, name="roll"),
    path("<int:pk>/confirm/", views.roll_confirm, name="roll-confirm"),
    path("<int:pk>/missing/", views.mark_missing, name="mark-missing"),
    path("pupils/<int:pk>/mark/", views.mark, name="mark"),
    path("pupils/<int:pk>/correct/", views.correct, name="correct"),
    path("marks/<int:pk>/settle/", views.mark_settle, name="mark-settle"),
]
