"""Tables of payments, one file per group of nouns."""

from .accounts import ContinuingConfirmation, ReceivingChannel, SchoolBankAccount
from .rounds import BenefitRate, Entitlement, LeftOut, Transfer, TransferRound

__all__ = [
    "BenefitRate",
    "ContinuingConfirmation",
    "Entitlement",
    "LeftOut",
    "ReceivingChannel",
    "SchoolBankAccount",
    "Transfer",
    "TransferRound",
]
