"""The long work of payments as jobs: importing this registers them."""

from payments.tasks import bank, payout, rounds

__all__ = ["bank", "payout", "rounds"]
