"""The sentences of form 01: what is wrong and how to mend it, what looks odd, where it came from."""

from __future__ import annotations

from django.utils.translation import gettext, gettext_lazy as _

from screening.form01.prefill import REGISTRY, SIBLING
from screening.form01.reading import Fault, Wrong
from screening.form01.rules import Hint, Problem, Why
from screening.form01.spec import Field, Kind, Spec

WRONG = {
    Wrong.NOT_A_NUMBER: _("Enter a number only, such as 1500."),
    Wrong.NOT_WHOLE: _("Enter a whole number, without decimals."),
    Wrong.NEGATIVE: _("It cannot be below 0."),
    Wrong.NEGATIVE_INCOME: _("Income cannot be negative. In a year of loss, enter 0."),
    Wrong.TOO_SMALL: _("Enter %(least)s or more."),
    Wrong.TOO_LARGE: _("Enter %(most)s or less. Check the digits."),
    Wrong.TOO_LONG: _("This is too long: at most %(max_length)s letters."),
    Wrong.NOT_A_CHOICE: _("Choose one of the answers."),
    Wrong.ID_LENGTH: _("A national ID has 13 digits. Check whether a digit is missing or doubled."),
    Wrong.ID_CHARACTERS: _("Enter the 13 digits only."),
    Wrong.ID_CHECK_DIGIT: _("This is not a right national ID. Compare each digit with the card."),
    Wrong.ID_IS_G_CODE: _("Enter a national ID of 13 digits; a G-code belongs to a pupil."),
    Wrong.PHONE: _("Enter a telephone number of 9 to 10 digits that begins with 0."),
    Wrong.DAY: _("Enter day/month/year of the Buddhist era, such as 15/6/2569."),
    Wrong.DAY_AHEAD: _("This day has not come yet. Check the month and the year."),
    Wrong.PLACE: _("Choose a place from the list."),
    Wrong.POINT: _("Enter degrees with decimals, such as 18.57861."),
}
WHY = {
    Why.MISSING: _("Not answered yet"),
    Why.UNREADABLE: _("The answer must be mended"),
    Why.ROWS_AND_SIZE_DIFFER: _("The number of members and the cards filled in differ"),
    Why.NO_ROW_OF_THE_PUPIL: _("No member is the pupil: choose “self” in one card"),
    Why.SEVERAL_ROWS_OF_THE_PUPIL: _("Only one member can be the pupil: choose “self” once"),
    Why.SAME_ID_TWICE: _("This national ID stands at another member already"),
    Why.NO_VEHICLE_NAMED: _("There is a vehicle, but none is named: name it, or choose “no”"),
    Why.PHOTO_MISSING: _("The photo is missing"),
    Why.SIGNATURE_MISSING: _("The signature is missing"),
}
HINTS = {
    Hint.DISABLED_MEMBER: _("A member has a disability, but 3.1 does not say so."),
    Hint.CHRONIC_MEMBER: _("A member has a chronic disease, but 3.1 does not say so."),
    Hint.ELDERLY_MEMBER: _("A member is 60 or older, but 3.1 does not say so."),
    Hint.NO_POINT: _("The home has no point on the map yet."),
    Hint.NO_INCOME_BUT_CAR: _("The household has no income at all but has a car."),
}
HINT_SECTIONS = {Hint.NO_POINT: 6, Hint.NO_INCOME_BUT_CAR: 2}
SOURCES = {
    REGISTRY: _("From the registry · check again"),
    SIBLING: _("From a sibling's form at this school · check again"),
}


def why_wrong(fault: Fault, field: Field) -> str:
    """The sentence beside a box that could not be read, with the cure."""
    limits = {"least": field.least, "most": field.most, "max_length": field.max_length}
    shown = {name: f"{value:,}" if value is not None else "" for name, value in limits.items()}
    return str(WRONG[fault.wrong]) % shown


def problem_label(problem: Problem, spec: Spec) -> str:
    """What a problem is about: the field, and the member's number where it is a member's."""
    label = gettext(spec.field(problem.code).label)
    if problem.row is None:
        return label
    return gettext("Member %(number)d: %(label)s") % {"number": problem.row + 1, "label": label}


def cure_of(problem: Problem, spec: Spec) -> str:
    """What is to be done about a problem."""
    if problem.why is Why.MISSING and spec.field(problem.code).kind is Kind.TICK:
        return gettext("Not ticked yet")
    return str(WHY[problem.why])


def anchor_of(problem: Problem) -> str:
    """The id of the box a problem is about."""
    if problem.row is None:
        return f"id_{problem.code}"
    return f"id_members-{problem.row}-{problem.code}"
