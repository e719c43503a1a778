"""PromptPay on the national ID, followed pupil by pupil, and what a close leaves over. Pure.

The school's duty is to get the pupil or the guardian to open PromptPay on the citizen ID, not on
a phone number (letter 004, line 64). It tells the family, sees that it is open, or learns why it
cannot be: then the school's account receives.

Units     Days are dates in Bangkok.
Errors    ValueError for a step that only the bank can take.
"""

from datetime import date, timedelta
from enum import StrEnum

from payments.rules.channels import PromptPayState

LOOK_BACK = timedelta(days=366)


class Step(StrEnum):
    """What became known."""

    TOLD = "told"
    OPENED = "opened"
    CANNOT = "cannot"
    FAILED = "failed"


class CannotReason(StrEnum):
    """Why a family does not open PromptPay on the ID; the school account receives instead."""

    NO_BANK_NEAR = "no_bank_near"
    NO_ACCOUNT = "no_account"
    BANK_REFUSED = "bank_refused"
    ID_NOT_USABLE = "id_not_usable"
    DOES_NOT_WANT = "does_not_want"


class Standing(StrEnum):
    """Where a family stands, as lists show it."""

    NOT_ASKED = "not_asked"
    TOLD = "told"
    FAILED = "failed"
    OPENED = "opened"
    SCHOOL = "school"


STILL_TO_OPEN = (Standing.FAILED, Standing.NOT_ASKED, Standing.TOLD)

# What why_not_confirm_unchanged finds, and the case in which it finds nothing.
LEFT_REASONS = (
    "channel_unknown",
    "promptpay_needs_national_id",
    "guardian_missing",
    "guardian_id_missing",
    "promptpay_not_opened",
    "not_asked",
)

_BY_STATE = {
    PromptPayState.UNKNOWN: Standing.NOT_ASKED,
    PromptPayState.NOT_OPENED: Standing.TOLD,
    PromptPayState.FAILED: Standing.FAILED,
    PromptPayState.OPENED: Standing.OPENED,
}


def standing(
    kind: str | None, state: str, *, failed_this_way: bool = False, paid_this_way: bool = False
) -> Standing:
    """Where a family stands, by the pupil's channel and what the bank said of it; what it paid is open.

    >>> str(standing("promptpay_pupil", "not_opened")), str(standing("school_account", "unknown"))
    ('told', 'school')
    >>> str(standing("promptpay_pupil", "opened", failed_this_way=True))
    'failed'
    >>> str(standing("promptpay_pupil", "unknown", paid_this_way=True))
    'opened'
    """
    if kind is not None and not kind.startswith("promptpay"):
        return Standing.SCHOOL
    if failed_this_way:
        return Standing.FAILED
    if paid_this_way:
        return Standing.OPENED
    return _BY_STATE[PromptPayState(state)]


def state_after(step: str, before: str) -> PromptPayState:
    """The state of the channel once a step is noted; telling a family mends no failure.

    >>> str(state_after("told", "unknown")), str(state_after("told", "failed"))
    ('not_opened', 'failed')
    """
    step = Step(step)
    if step is Step.FAILED:
        raise ValueError("the bank says so, nobody notes it")
    if step is Step.OPENED:
        return PromptPayState.OPENED
    if step is Step.CANNOT:
        return PromptPayState.UNKNOWN
    return PromptPayState.FAILED if before == PromptPayState.FAILED else PromptPayState.NOT_OPENED


def why_not_step(
    step: str, *, opened_on: date | None, reason: str, today: date, can_have_promptpay: bool
) -> str | None:
    """A code for why a step cannot be noted so, or None.

    >>> why_not_step("opened", opened_on=date(2026, 6, 2), reason="", today=date(2026, 6, 1),
    ...     can_have_promptpay=True)
    'opened_on_later'
    """
    step = Step(step)
    if step in (Step.TOLD, Step.OPENED) and not can_have_promptpay:
        return "promptpay_needs_national_id"
    if step is Step.OPENED:
        if opened_on is None:
            return "opened_on_missing"
        if opened_on > today:
            return "opened_on_later"
        if opened_on < today - LOOK_BACK:
            return "opened_on_long_ago"
    if step is Step.CANNOT and reason not in set(CannotReason):
        return "cannot_reason_missing"
    return None
