"""The long work of payments as jobs: importing this registers them."""

from payments.tasks import bank, basic_needs, payout, rounds

__all__ = ["bank", "basic_needs", "payout", "rounds"]
