"""Addresses of home visits."""

from django.urls import path

from screening.views import visits

urlpatterns = [
    path("visits/", visits.visits, name="visits"),
    path("visits/export/", visits.visits_csv, name="visits-csv"),
    path("visits/plan/", visits.visits_plan, name="visits-plan"),
    path("visits/school/<int:pk>/propose/", visits.visits_propose, name="visits-propose"),
    path("visits/class/<int:pk>/", visits.visits_class, name="visits-class"),
    path("visits/class/<int:pk>/add/", visits.visit_add, name="visits-class-add"),
    path("visits/class/<int:pk>/days/", visits.visits_days, name="visits-class-days"),
    path("visits/class/<int:pk>/plan/", visits.visits_class_plan, name="visits-class-plan"),
    path("visits/<int:pk>/", visits.visit, name="visit"),
    path("visits/<int:pk>/record/", visits.visit_record, name="visit-record"),
    path("visits/<int:pk>/skip/", visits.visit_skip, name="visit-skip"),
    path("visits/<int:pk>/keep/", visits.visit_keep, name="visit-keep"),
    path("visits/<int:pk>/turn/", visits.visit_turn, name="visit-turn"),
]
