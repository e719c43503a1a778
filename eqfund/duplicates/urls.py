"""Addresses of duplicates: a school's own side, and the two sides for who is over both."""

from django.urls import path

from . import views, views_joins, views_pairs

app_name = "duplicates"
urlpatterns = [
    path("", views.tickets, name="tickets"),
    path("duplicates.csv", views.export, name="export"),
    path("pairs/", views_pairs.pairs, name="pairs"),
    path("pairs/<int:pk>/", views_pairs.pair, name="pair"),
    path("pairs/<int:pk>/decide/", views_pairs.pair_decide, name="pair-decide"),
    path("pairs/<int:pk>/join/", views_joins.pair_join, name="pair-join"),
    path("pairs/<int:pk>/join/propose/", views_joins.pair_propose, name="pair-propose"),
    path("pairs/<int:pk>/ask/", views_joins.pair_ask, name="pair-ask"),
    path("joins/", views_joins.joins, name="joins"),
    path("joins/<int:pk>/", views_joins.join, name="join"),
    path("joins/<int:pk>/decide/", views_joins.join_decide, name="join-decide"),
    path("<int:pk>/ask/", views_joins.ticket_ask, name="ticket-ask"),
    path("<int:pk>/", views.ticket, name="ticket"),
    path("<int:pk>/answer/", views.ticket_answer, name="ticket-answer"),
    path("<int:pk>/own/", views.ticket_own, name="ticket-own"),
    path("<int:pk>/proof/", views.ticket_proof, name="ticket-proof"),
]
