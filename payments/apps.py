"""Payments: what is owed, the rounds, the bank, the book, payouts and refunds."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "payments"

    def ready(self) -> None:
        from . import hooks_bank, hooks_payout, hooks_rounds

        hooks_rounds.register()
        hooks_bank.register()
        hooks_payout.register()
