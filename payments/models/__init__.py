"""Tables of payments, one file per group of nouns."""

from .accounts import ContinuingConfirmation, ReceivingChannel, SchoolBankAccount
from .bank import (
    Account,
    BankFile,
    BankLine,
    LedgerEntry,
    ResultFile,
    ResultLine,
    SchoolBook,
)
from .rounds import BenefitRate, Entitlement, LeftOut, Transfer, TransferRound

__all__ = [
    "Account",
    "BankFile",
    "BankLine",
    "BenefitRate",
    "ContinuingConfirmation",
    "Entitlement",
    "LedgerEntry",
    "LeftOut",
    "ReceivingChannel",
    "ResultFile",
    "ResultLine",
    "SchoolBankAccount",
    "SchoolBook",
    "Transfer",
    "TransferRound",
]
