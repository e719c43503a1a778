"""Why a credit failed: the bank's code and ours. Pure.

A bank says so by an ISO 20022 external status reason (`Rsn/Cd`) or by a word of its own
(`Rsn/Prtry`). Ours (DOMAIN section 6) are what a school can act on. What we do not know is
OTHER, and the bank's own word is kept beside it.

Source    ISO 20022 external code sets, ExternalStatusReason1Code. The proprietary words are those
          of the sandbox bank, until the fund's bank gives its list: docs/rules/bank-file.md.
"""

from payments.rules.rounds import FailCode

# The bank's word first met is the one the sandbox answers with.
BANK_REASONS: dict[str, FailCode] = {
    "NOPP": FailCode.NO_PROMPTPAY,  # proprietary: no PromptPay on this id
    "BE01": FailCode.NAME_MISMATCH,  # InconsistentWithEndCustomer
    "IDMM": FailCode.ID_MISMATCH,  # proprietary: the id is another person's
    "AC04": FailCode.ACCOUNT_CLOSED,  # ClosedAccountNumber
    "AC07": FailCode.ACCOUNT_CLOSED,  # ClosedCreditorAccountNumber
    "BE17": FailCode.INVALID_ID,  # InvalidCreditorIdentificationCode
    "AC01": FailCode.SCHOOL_ACCOUNT_INVALID,  # IncorrectAccountNumber
    "AC03": FailCode.SCHOOL_ACCOUNT_INVALID,  # InvalidCreditorAccountNumber
    "AC06": FailCode.SCHOOL_ACCOUNT_INVALID,  # BlockedAccount
    "MS03": FailCode.OTHER,  # NotSpecifiedReasonAgentGenerated
}
PROPRIETARY = {"NOPP", "IDMM"}


def fail_code(bank_reason: str) -> FailCode:
    """Read the bank's word; OTHER if it is none we know.

    >>> fail_code("AC04")
    <FailCode.ACCOUNT_CLOSED: 'account_closed'>
    >>> fail_code("ZZ99")
    <FailCode.OTHER: 'other'>
    """
    return BANK_REASONS.get(bank_reason, FailCode.OTHER)


def bank_reason(code: FailCode) -> str:
    """Say ours in the bank's words, as the sandbox bank does.

    >>> bank_reason(FailCode.NO_PROMPTPAY)
    'NOPP'
    """
    return next(word for word, ours in BANK_REASONS.items() if ours == code)
