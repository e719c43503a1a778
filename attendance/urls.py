"""Addresses of attendance."""

from django.urls import path

from attendance import views

app_name = "attendance"
urlpatterns = [
    path("", views.classes, name="classes"),
    path("classes/<int:pk>/<int:year>-<int:month>/", views.class_month, name="class-month"),
    path("schools/<int:pk>/term-days/", views.term_days, name="term-days"),
]
