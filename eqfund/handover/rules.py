"""The hand-over of a pupil between two schools: who answers, until when, and who sees what of the child.

Pure: plain values in, plain values out. No Django, no database, no clock.

A hand-over has two sides, the school that holds the child's papers (the sender) and the school
that the child goes to (the receiver). Whoever did not begin it answers it.

Units     Days are dates in Bangkok. A hand-over lives through its last day.
Errors    ValueError for a side or way that is none.
Source    Letter 004, line 66 (a former grantee who changed school is new group) and line 77 (money
          that cannot be paid is refunded: moved); DESIGN sections 7 and 11, "Moving children" and
          "Across the fence"; docs/rules/handover.md.
"""

from collections.abc import Container
from datetime import date, timedelta
from enum import StrEnum

from eqfund.working_days import last_day

ANSWER_WORKING_DAYS = 5
LEAST_DAYS = 14  # a proposal of the term's last week still has time to be answered


class Way(StrEnum):
    """How a hand-over began."""

    SENT = "sent"  # by the school that holds the child
    ASKED = (
        "asked"  # by the school that the child came to, with the whole number and the birth date
    )
    REGISTRY = "registry"  # a registry file enrolled the child at another school
    AGREED = "agreed"  # two schools settled a doubled pupil between them


class Status(StrEnum):
    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


HANDOVER_TRANSITIONS = {
    Status.PROPOSED: {Status.ACCEPTED, Status.REFUSED, Status.WITHDRAWN, Status.LAPSED},
    Status.ACCEPTED: set[Status](),
    Status.REFUSED: set[Status](),
    Status.WITHDRAWN: set[Status](),
    Status.LAPSED: set[Status](),
}


class Lapse(StrEnum):
    """Why a hand-over ended without anybody's answer."""

    TERM_OVER = "term_over"
    CAME_BACK = "came_back"  # a registry file enrolled the child at the sender again
    WENT_ELSEWHERE = "went_elsewhere"  # a registry file enrolled the child at a third school


class Refusal(StrEnum):
    """Why a school does not take a child over, or does not hand it over."""

    NOT_HERE = "not_here"  # receiver: the child never came
    NOT_OURS = "not_ours"  # sender: it is another child
    STILL_HERE = "still_here"  # sender: the child studies here
    OTHER_SCHOOL = "other_school"  # either: the child goes to another school
    OTHER = "other"  # said in the note


class Side(StrEnum):
    SENDER = "sender"
    RECEIVER = "receiver"


class Fact(StrEnum):
    """What a hand-over can show of a child."""

    NAME = "name"
    GRADE = "grade"
    BIRTH_YEAR = "birth_year"
    LAST4 = "last4"
    FROM_SCHOOL = "from_school"
    TO_SCHOOL = "to_school"
    MESSAGE = "message"
    HISTORY = "history"


REFUSALS = {
    Side.RECEIVER: (Refusal.NOT_HERE, Refusal.OTHER_SCHOOL, Refusal.OTHER),
    Side.SENDER: (Refusal.STILL_HERE, Refusal.NOT_OURS, Refusal.OTHER_SCHOOL, Refusal.OTHER),
}
EVERYTHING = frozenset(Fact) - {Fact.HISTORY}
BETWEEN = frozenset({Fact.FROM_SCHOOL, Fact.TO_SCHOOL, Fact.MESSAGE})
WHO = frozenset({Fact.NAME, Fact.GRADE, Fact.BIRTH_YEAR})


def answers(way: Way) -> Side:
    """Who says yes or no: whoever did not begin it. The sender where the registry did.

    >>> answers(Way.SENT).value, answers(Way.REGISTRY).value
    ('receiver', 'sender')
    """
    match way:
        case Way.SENT:
            return Side.RECEIVER
        case Way.ASKED | Way.REGISTRY | Way.AGREED:
            return Side.SENDER


def begins(way: Way) -> Side:
    """Who began it, and may take it back."""
    return Side.SENDER if answers(way) is Side.RECEIVER else Side.RECEIVER


def lapses_on(proposed_on: date, term_closes_on: date) -> date:
    """The last day on which it can be answered: the term's last, or two weeks on if that is later.

    >>> lapses_on(date(2026, 8, 3), date(2026, 10, 31))
    datetime.date(2026, 10, 31)
    >>> lapses_on(date(2026, 10, 28), date(2026, 10, 31))
    datetime.date(2026, 11, 11)
    """
    return max(term_closes_on, proposed_on + timedelta(days=LEAST_DAYS))


def has_lapsed(last: date, on: date) -> bool:
    """Whether its last day is past."""
    return on > last


def answer_due_on(proposed_on: date, holidays: Container[date] | None = None) -> date:
    """By when an answer is expected: five working days. Late is seen by the offices, never refused.

    >>> answer_due_on(date(2026, 8, 3))
    datetime.date(2026, 8, 7)
    """
    return last_day(proposed_on, ANSWER_WORKING_DAYS, holidays)


def shown_to(side: Side, way: Way, status: Status) -> frozenset[Fact]:
    """What of the child and of the other school a side may read.

    The sender keeps what it knew. The receiver learns of a child it asked for nothing that it did
    not know, of a child sent to it what it needs to recognise it, and of a child that did not
    become its pupil nothing more. The history opens with the acceptance alone.
    """
    if side is Side.SENDER:
        return EVERYTHING
    if status is Status.ACCEPTED:
        return EVERYTHING | {Fact.HISTORY}
    if way is Way.ASKED:
        return frozenset({Fact.LAST4, Fact.TO_SCHOOL, Fact.MESSAGE})
    if way is Way.REGISTRY:
        return BETWEEN | WHO  # the registry has made it the receiver's pupil
    return BETWEEN | WHO if status is Status.PROPOSED else BETWEEN


def why_wrong_day(moved_on: date, *, began_on: date, today: date) -> str | None:
    """A code for a day on which a child cannot have moved; None when it can."""
    if moved_on > today:
        return "future"
    if moved_on < began_on:
        return "before_first_day"
    return None
