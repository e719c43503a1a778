"""The life of a transfer round and of its transfers, as data. Pure.

Source    Calendar of term 1/2569, lines 61 to 95; DESIGN section 8. The states are
          drawn in docs/states.md, which `make docs` writes from the tables here.
"""

from enum import StrEnum


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
