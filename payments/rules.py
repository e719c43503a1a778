"""The life of a transfer round and of a school account, as data. Pure.

Units     Money is whole satang (int) and says so in its name; days are dates.
Source    Calendar of term 1/2569, lines 61 to 95; DESIGN section 8. The states are
          drawn in docs/states.md, which `make docs` writes from the tables here.
          Account criteria: the fund's manual is not public, so AccountCriteria
          holds what is commonly known and may be replaced (DOMAIN section 6).
"""

from dataclasses import dataclass, field
from enum import StrEnum

# --- rounds ---------------------------------------------------------------


class RoundStatus(StrEnum):
    PLANNED = "planned"
    BUILT = "built"
    APPROVED = "approved"
    RELEASED = "released"
    SENT = "sent"
    RECONCILED = "reconciled"
    PUBLISHED = "published"
    CLOSED = "closed"
    CANCELLED = "cancelled"


ROUND_TRANSITIONS = {
    RoundStatus.PLANNED: {RoundStatus.BUILT, RoundStatus.CANCELLED},
    # back to planned: sent back with a reason, to be built again
    RoundStatus.BUILT: {RoundStatus.APPROVED, RoundStatus.PLANNED, RoundStatus.CANCELLED},
    RoundStatus.APPROVED: {RoundStatus.RELEASED, RoundStatus.PLANNED, RoundStatus.CANCELLED},
    # released money is the bank's: nobody calls it back, its failures come back as results
    RoundStatus.RELEASED: {RoundStatus.SENT},
    RoundStatus.SENT: {RoundStatus.RECONCILED},
    RoundStatus.RECONCILED: {RoundStatus.PUBLISHED},
    RoundStatus.PUBLISHED: {RoundStatus.CLOSED},
    RoundStatus.CLOSED: set(),
    RoundStatus.CANCELLED: set(),
}

# Who must have acted by when: a round in one of these states has that person on its row.
MADE = (
    RoundStatus.BUILT,
    RoundStatus.APPROVED,
    RoundStatus.RELEASED,
    RoundStatus.SENT,
    RoundStatus.RECONCILED,
    RoundStatus.PUBLISHED,
    RoundStatus.CLOSED,
)
APPROVED = MADE[1:]
RELEASED = MADE[2:]
PUBLISHED = (RoundStatus.PUBLISHED, RoundStatus.CLOSED)


class RoundTakes(StrEnum):
    """Which group a round is for. How many rounds a term has is data (2562 two, 2569 three)."""

    CONTINUING = "continuing"
    NEW_AND_CORRECTED = "new_and_corrected"
    EVERYONE_LEFT = "everyone_left"


def round_takes(number: int) -> RoundTakes:
    """The usual group of the n-th round of a term.

    >>> round_takes(1)
    <RoundTakes.CONTINUING: 'continuing'>
    >>> round_takes(3)
    <RoundTakes.EVERYONE_LEFT: 'everyone_left'>
    """
    if number < 1:
        raise ValueError("rounds count from one")
    return {1: RoundTakes.CONTINUING, 2: RoundTakes.NEW_AND_CORRECTED}.get(
        number, RoundTakes.EVERYONE_LEFT
    )


class TransferStatus(StrEnum):
    PENDING = "pending"
    SENT = "sent"
    SUCCESS = "success"
    FAILED = "failed"
    CANCELLED = "cancelled"


TRANSFER_TRANSITIONS = {
    TransferStatus.PENDING: {TransferStatus.SENT, TransferStatus.CANCELLED},
    TransferStatus.SENT: {TransferStatus.SUCCESS, TransferStatus.FAILED},
    TransferStatus.SUCCESS: set(),
    TransferStatus.FAILED: set(),
    TransferStatus.CANCELLED: set(),
}

# At most one such transfer for an entitlement and share: nobody is paid twice.
ALIVE = (TransferStatus.PENDING, TransferStatus.SENT, TransferStatus.SUCCESS)


class FailCode(StrEnum):
    """Why the bank did not pay (DOMAIN section 6)."""

    NO_PROMPTPAY = "no_promptpay"
    ID_MISMATCH = "id_mismatch"
    NAME_MISMATCH = "name_mismatch"
    INVALID_ID = "invalid_id"
    ACCOUNT_CLOSED = "account_closed"
    SCHOOL_ACCOUNT_INVALID = "school_account_invalid"
    OTHER = "other"


class Share(StrEnum):
    CASH = "cash"
    SCHOOL_RUN = "school_run"


# --- receiving channels ---------------------------------------------------


class ChannelKind(StrEnum):
    PROMPTPAY_PUPIL = "promptpay_pupil"
    PROMPTPAY_GUARDIAN = "promptpay_guardian"
    SCHOOL_ACCOUNT = "school_account"


class PromptPayState(StrEnum):
    UNKNOWN = "unknown"
    OPENED = "opened"
    NOT_OPENED = "not_opened"
    FAILED = "failed"


class Level(StrEnum):
    KINDERGARTEN = "kindergarten"
    PRIMARY = "primary"
    LOWER_SECONDARY = "lower_secondary"


# Seed of a demonstration term, in satang a term; the amounts of 2569 were not found (DOMAIN section 4, [K]).
DEMONSTRATION_RATES_SATANG = {
    Level.KINDERGARTEN: 200_000,
    Level.PRIMARY: 150_000,
    Level.LOWER_SECONDARY: 210_000,
}


def why_not_channel(
    kind: str, *, identity_kind: str | None, guardian_has_id: bool | None
) -> str | None:
    """A code for why this pupil cannot be paid this way, or None.

    `identity_kind` is national_id, g_code or None (no settled id); `guardian_has_id` is
    None when no guardian is chosen.

    >>> why_not_channel("promptpay_pupil", identity_kind="g_code", guardian_has_id=None)
    'promptpay_needs_national_id'
    >>> why_not_channel("school_account", identity_kind=None, guardian_has_id=None)
    """
    kind = ChannelKind(kind)
    if kind is ChannelKind.SCHOOL_ACCOUNT:
        return None
    if identity_kind != "national_id":
        return "promptpay_needs_national_id"
    if kind is ChannelKind.PROMPTPAY_GUARDIAN:
        if guardian_has_id is None:
            return "guardian_missing"
        if not guardian_has_id:
            return "guardian_id_missing"
    return None


def why_not_confirm_unchanged(
    kind: str | None,
    *,
    identity_kind: str | None,
    guardian_has_id: bool | None,
    promptpay_state: str,
) -> str | None:
    """A code for why a continuing pupil's data cannot be confirmed as they stand, or None.

    `guardian_has_id` is None when no guardian is known. The school's duty is to see to
    guardian, PromptPay and channel (letter 004, line 64).

    >>> why_not_confirm_unchanged(
    ...     "promptpay_pupil", identity_kind="national_id", guardian_has_id=False, promptpay_state="unknown"
    ... )
    """
    if not kind:
        return "channel_unknown"
    if fault := why_not_channel(kind, identity_kind=identity_kind, guardian_has_id=guardian_has_id):
        return fault
    if kind != ChannelKind.SCHOOL_ACCOUNT and guardian_has_id is None:
        return "guardian_missing"
    if kind != ChannelKind.SCHOOL_ACCOUNT and promptpay_state in (
        PromptPayState.NOT_OPENED,
        PromptPayState.FAILED,
    ):
        return "promptpay_not_opened"
    return None


# --- school bank accounts -------------------------------------------------


class AccountStatus(StrEnum):
    PROPOSED = "proposed"
    DIRECTOR_APPROVED = "director_approved"
    ACCEPTED = "accepted"
    SENT_BACK = "sent_back"
    SUPERSEDED = "superseded"


ACCOUNT_TRANSITIONS = {
    # a newer proposal of the school replaces one not yet decided
    AccountStatus.PROPOSED: {
        AccountStatus.DIRECTOR_APPROVED,
        AccountStatus.SENT_BACK,
        AccountStatus.SUPERSEDED,
    },
    AccountStatus.DIRECTOR_APPROVED: {
        AccountStatus.ACCEPTED,
        AccountStatus.SENT_BACK,
        AccountStatus.SUPERSEDED,
    },
    AccountStatus.ACCEPTED: {AccountStatus.SUPERSEDED},
    AccountStatus.SENT_BACK: set(),
    AccountStatus.SUPERSEDED: set(),
}
ACCOUNT_UNDECIDED = (AccountStatus.PROPOSED, AccountStatus.DIRECTOR_APPROVED)

# Bank of Thailand code -> the lengths its account numbers have (general knowledge, replaceable).
ACCOUNT_DIGITS: dict[str, tuple[int, ...]] = {
    "002": (10,),
    "004": (10,),
    "006": (10,),
    "011": (10,),
    "014": (10,),
    "022": (10,),
    "024": (10,),
    "025": (10,),
    "030": (12, 15),
    "033": (12,),
    "034": (12,),
    "066": (10,),
    "067": (14,),
    "069": (10, 14),
    "073": (10,),
}


@dataclass(frozen=True, slots=True)
class AccountCriteria:
    """What the fund asks of a school's account. Replace the dataclass to change the policy."""

    name_beginnings: tuple[str, ...] = ("เงิน กสศ.", "เงินกสศ.", "เงิน กสศ")
    must_be_dedicated: bool = True
    digits: dict[str, tuple[int, ...]] = field(default_factory=lambda: ACCOUNT_DIGITS)


def account_faults(
    *,
    bank_code: str,
    number: str,
    name: str,
    school_name: str,
    dedicated: bool,
    criteria: AccountCriteria | None = None,
) -> list[tuple[str, str]]:
    """What is wrong with an account, as (field, code) pairs; empty when it meets the criteria.

    `number` is digits only. The name must begin as the criteria say and hold the
    school's own name, spaces aside.

    >>> account_faults(bank_code="006", number="123", name="เงิน กสศ. เพื่อโรงเรียนบ้านนา",
    ...                school_name="โรงเรียนบ้านนา", dedicated=True)
    [('number', 'account_length')]
    """
    criteria = criteria or AccountCriteria()
    faults: list[tuple[str, str]] = []
    if bank_code not in criteria.digits:
        faults.append(("bank_code", "bank_unknown"))
    elif not (number.isascii() and number.isdigit()):
        faults.append(("number", "account_not_digits"))
    elif len(number) not in criteria.digits[bank_code]:
        faults.append(("number", "account_length"))
    bare = "".join(name.split())
    begins = any(
        bare.startswith("".join(beginning.split())) for beginning in criteria.name_beginnings
    )
    holds = "".join(school_name.removeprefix("โรงเรียน").split()) in bare
    if not begins:
        faults.append(("name", "account_name_beginning"))
    elif not holds:
        faults.append(("name", "account_name_school"))
    if criteria.must_be_dedicated and not dedicated:
        faults.append(("dedicated", "account_not_dedicated"))
    return faults
