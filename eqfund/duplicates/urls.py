"""Addresses of duplicates: a school's own side, and the two sides for who is over both."""

from django.urls import path

from . import views, views_pairs

app_name = "duplicates"
urlpatterns = [
    path("", views.tickets, name="tickets"),
    path("duplicates.csv", views.export, name="export"),
    path("pairs/", views_pairs.pairs, name="pairs"),
    path("pairs/<int:pk>/", views_pairs.pair, name="pair"),
    path("pairs/<int:pk>/decide/", views_pairs.pair_decide, name="pair-decide"),
    path("<int:pk>/", views.ticket, name="ticket"),
    path("<int:pk>/answer/", views.ticket_answer, name="ticket-answer"),
    path("<int:pk>/own/", views.ticket_own, name="ticket-own"),
    path("<int:pk>/proof/", views.ticket_proof, name="ticket-proof"),
]
