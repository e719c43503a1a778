"""Payments: what is owed, the rounds, the bank, the book, payouts and refunds."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "payments"

    def ready(self) -> None:
        from payments import tasks  # noqa: F401  (registers its kinds of jobs)
        from payments.hooks import (
            bank,
            basic_needs,
            checklist,
            continuing,
            handover,
            numbers,
            payout,
            privacy,
            rounds,
        )

        rounds.register()
        continuing.register()
        bank.register()
        basic_needs.register()
        payout.register()
        handover.register()
        numbers.register()
        privacy.register()
        checklist.register()
