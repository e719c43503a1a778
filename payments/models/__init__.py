"""Tables of payments, one file per group of nouns."""

from .account_rules import AccountBank, AccountRules
from .accounts import ContinuingConfirmation, ReceivingChannel, SchoolBankAccount
from .bank import (
    Account,
    BankFile,
    BankFileCallBack,
    BankLine,
    LedgerEntry,
    ResultFile,
    ResultLine,
    SchoolBook,
)
from .basic_needs import (
    AllocationAccount,
    OfficeAllocation,
    SubsidyFault,
    SubsidyList,
    SubsidyPupil,
)
from .continuing import ContinuingClose, ContinuingLeft, PromptPayNote
from .joins import BuiltUnder, RefundClaim
from .payout import CannotPay, ClassPayoutReport, PayoutEvidence, Receipt06, SchoolPayoutReport
from .refunds import (
    Letter08,
    NilRefund,
    Refund,
    RefundLine,
    RefundStatement,
    RefundStatementLine,
)
from .rounds import BenefitRate, Entitlement, LeftOut, Transfer, TransferRound

__all__ = [
    "Account",
    "AccountBank",
    "AccountRules",
    "AllocationAccount",
    "BankFile",
    "BankFileCallBack",
    "BankLine",
    "BenefitRate",
    "BuiltUnder",
    "CannotPay",
    "ClassPayoutReport",
    "ContinuingClose",
    "ContinuingConfirmation",
    "ContinuingLeft",
    "Entitlement",
    "LedgerEntry",
    "LeftOut",
    "Letter08",
    "NilRefund",
    "OfficeAllocation",
    "PayoutEvidence",
    "PromptPayNote",
    "Receipt06",
    "ReceivingChannel",
    "Refund",
    "RefundClaim",
    "RefundLine",
    "RefundStatement",
    "RefundStatementLine",
    "ResultFile",
    "ResultLine",
    "SchoolBankAccount",
    "SchoolBook",
    "SchoolPayoutReport",
    "SubsidyFault",
    "SubsidyList",
    "SubsidyPupil",
    "Transfer",
    "TransferRound",
]
