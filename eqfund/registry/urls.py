"""Addresses of the registry: files, schools, classrooms, pupils, the calendar."""

from django.urls import path

from . import views, views_imports, views_listing, views_titles, views_typed

app_name = "registry"
urlpatterns = [
    path("imports/", views_imports.imports, name="imports"),
    path("imports/send/", views_imports.imports_send, name="imports-send"),
    path("imports/template.xlsx", views_listing.template, name="import-template"),
    path("pupils/add/", views_typed.pupil_add, name="pupil-add"),
    path("pupils/<int:pk>/change/", views_typed.pupil_change, name="pupil-change"),
    path("imports/titles/", views_titles.titles, name="titles"),
    path("imports/titles/words/", views_titles.values, name="titles-values"),
    path("imports/titles/reading/", views_titles.reading, name="titles-reading"),
    path("imports/titles/trial/", views_titles.trial, name="titles-trial"),
    path("imports/words/<int:pk>/remove/", views_titles.value_remove, name="value-remove"),
    path("imports/titles/<int:pk>/remove/", views_titles.title_remove, name="title-remove"),
    path("imports/<int:pk>/", views_imports.import_, name="import"),
    path("imports/<int:pk>/confirm/", views_imports.import_confirm, name="import-confirm"),
    path("imports/<int:pk>/discard/", views_imports.import_discard, name="import-discard"),
    path("imports/<int:pk>/errors.csv", views_imports.import_errors, name="import-errors"),
    path("classrooms/", views.classrooms, name="classrooms"),
    path("pupils/", views.pupils, name="pupils"),
    path("pupils/not-listed/", views_listing.not_listed, name="not-listed"),
    path("pupils/<int:pk>/", views.pupil, name="pupil"),
    path("calendar/", views.calendar, name="calendar"),
]
