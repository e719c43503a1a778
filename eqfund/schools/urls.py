"""Addresses of schools."""

from django.urls import path

from . import views

app_name = "schools"
urlpatterns = [
    path("", views.schools, name="schools"),
    path("schools.csv", views.schools_csv, name="schools-csv"),
    path("<int:pk>/", views.school, name="school"),
    path("<int:pk>/edit/", views.school_edit, name="school-edit"),
    path("<int:pk>/checklist/", views.checklist, name="checklist"),
    path("<int:pk>/confirm/", views.school_confirm, name="school-confirm"),
    path("<int:pk>/directors/", views.directors, name="directors"),
    path("directors/<int:pk>/end/", views.director_end, name="director-end"),
    path("directors/<int:pk>/correct/", views.director_correct, name="director-correct"),
]
