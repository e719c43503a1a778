"""A grant's life and its span of terms. Pure.

A grant is for three school years: from the term in which it is given, six terms
(DESIGN section 7; DOMAIN section 4, 2568).

Units     Terms are TermKey values; spans include both ends.
Source    Letter 004 line 65 for the end "no longer poor".
"""

from enum import StrEnum

from eqfund.school_year import TermKey

SCHOOL_YEARS = 3
TERMS_A_YEAR = 2


class PupilGroup(StrEnum):
    CONTINUING = "continuing"
    NEW = "new"


class GrantSource(StrEnum):
    PREDECESSOR = "predecessor"
    FORM05 = "form05"


class GrantStatus(StrEnum):
    ACTIVE = "active"
    SUSPENDED = "suspended"
    ENDED = "ended"


TRANSITIONS = {
    GrantStatus.ACTIVE: {GrantStatus.SUSPENDED, GrantStatus.ENDED},
    GrantStatus.SUSPENDED: {GrantStatus.ACTIVE, GrantStatus.ENDED},
    GrantStatus.ENDED: {
        GrantStatus.ACTIVE
    },  # an end that was a mistake: asked by one, decided by another
}


class RevivalStatus(StrEnum):
    """Where the wish stands that an end be undone."""

    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"


class EndReason(StrEnum):
    """Why a grant ended before or at its last term."""

    NO_LONGER_POOR = "no_longer_poor"
    LEFT = "left"
    MOVED = "moved"
    DIED = "died"
    GIVEN_IN_ERROR = "given_in_error"


class FormerChannel(StrEnum):
    """How the predecessor paid a continuing pupil; the receiving channel itself lives in payments."""

    PROMPTPAY_PUPIL = "promptpay_pupil"
    PROMPTPAY_GUARDIAN = "promptpay_guardian"
    SCHOOL_ACCOUNT = "school_account"


def last_term(first: TermKey, school_years: int = SCHOOL_YEARS) -> TermKey:
    """The last of the terms that a grant given in `first` covers.

    >>> last_term(TermKey(2569, 1)).label, last_term(TermKey(2569, 2)).label
    ('2/2571', '1/2572')
    """
    if school_years < 1:
        raise ValueError("a grant covers at least one school year")
    last = first
    for _ in range(school_years * TERMS_A_YEAR - 1):
        last = last.next()
    return last


def covers(first: TermKey, last: TermKey, term: TermKey) -> bool:
    """Whether `term` is one of the grant's terms."""
    return first <= term <= last
