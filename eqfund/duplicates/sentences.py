"""The words of duplicates: what agrees, where the other is, and what came of it, said to one side."""

from __future__ import annotations

from django.utils.translation import gettext, gettext_lazy as _

from eqfund.models import DuplicatePair

from .rules import Outcome

FIELDS = {
    "number": _("national id or G-code"),
    "first_name": _("first name"),
    "first_name_near": _("first name, nearly"),
    "last_name": _("last name"),
    "last_name_near": _("last name, nearly"),
    "birth_date": _("date of birth"),
    "birth_date_near": _("date of birth, nearly"),
    "sex": _("sex"),
}
PILLS = {"open": "sun", "answered": "sun", "disputed": "bad", "settled": "good"}


def agreeing(codes: list[str]) -> str:
    """The fields that agree, in words."""
    return ", ".join(str(FIELDS[code]) for code in codes if code in FIELDS)


def outcome_for(pair: DuplicatePair, position: int) -> str:
    """What came of a ticket, said to one of its schools; "" while it is open."""
    mine = {Outcome.ONE_FIRST: 1, Outcome.ONE_SECOND: 2}
    wrong = {Outcome.WRONG_FIRST: 1, Outcome.WRONG_SECOND: 2}
    if not pair.outcome:
        return ""
    outcome = Outcome(pair.outcome)
    if outcome in mine:
        if mine[outcome] == position:
            return gettext("One child, who studies at this school.")
        return gettext(
            "One child, who studies at the other school. Take it out of this school's registry, or the next file brings it again."
        )
    if outcome in wrong:
        if wrong[outcome] == position:
            return gettext(
                "Two children. The number in this school's registry is another child's: correct it there."
            )
        return gettext("Two children. The number is the child's of this school.")
    return {
        Outcome.DIFFERENT: gettext("Two children; nothing changes."),
        Outcome.NEITHER: gettext("The child studies at neither school."),
        Outcome.ENDED: gettext("One of the two no longer studies; nothing stands twice now."),
        Outcome.MERGED: gettext("One child recorded twice; the two rows are one now."),
    }[outcome]
