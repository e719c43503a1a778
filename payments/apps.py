"""Payments: what is owed, the rounds, the bank, the book, payouts and refunds."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "payments"
