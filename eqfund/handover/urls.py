"""Addresses of hand-overs and of a pupil's state."""

from django.urls import path

from . import views, views_status

app_name = "handover"
urlpatterns = [
    path("", views.handovers, name="handovers"),
    path("handovers.csv", views.handovers_csv, name="handovers-csv"),
    path("ask/", views.ask, name="ask"),
    path("answer/", views.answer_in_a_row, name="answer-in-a-row"),
    path("pupils/<int:pk>/", views.propose, name="pupil-propose"),
    path("pupils/<int:pk>/state/", views_status.state, name="pupil-state"),
    path("states/<int:pk>/undo/", views_status.state_undo, name="state-undo"),
    path("<int:pk>/", views.handover, name="handover"),
    path("<int:pk>/accept/", views.handover_accept, name="handover-accept"),
    path("<int:pk>/refuse/", views.handover_refuse, name="handover-refuse"),
    path("<int:pk>/withdraw/", views.handover_withdraw, name="handover-withdraw"),
    path("<int:pk>/history/", views.history, name="handover-history"),
]
