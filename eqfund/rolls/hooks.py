"""What the rolls put into the menu, the home page, a school's checklist, a pupil's page and the reminders."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy as _

from eqfund import access, hooks
from eqfund.access import ROLE_NAMES, Role
from eqfund.hooks import MenuItem, Panel, SchoolCheck, Todo, unfinished_by_work
from eqfund.models import Enrolment, FormerNumber, Pupil, School, Term, User
from eqfund.registry.listing import Answer, said_contact
from eqfund.windows import lines_for

from . import queries
from .rules import RollState

ACTIVITY = "source_registry_check"

hooks.menu.register(
    MenuItem("pupils", _("Names and ids"), "rolls:rolls", "rolls.follow", _("Names")), order=13
)
hooks.counted_subjects.register(hooks.CountedSubject(queries.SUBJECT, queries.office_figures))


def _class_page(classroom: int, term: Term, round_no: int) -> str:
    return reverse("rolls:roll", args=[classroom])


def _school_page(school: int, term: Term, round_no: int) -> str:
    return reverse("rolls:school", args=[school])


hooks.unfinished.register(
    unfinished_by_work(
        ACTIVITY,
        queries.work_of,
        classes=hooks.OfClasses(queries.class_work_of, _class_page),
        page=_school_page,
    )
)


@hooks.home_tasks.register
def roll_tasks(user: User, at: datetime) -> list[Todo]:
    """Classes whose names and ids are still to be confirmed, for those who keep one school's registry."""
    term = Term.objects.current(at)
    if term is None:
        return []
    paths = access.paths_with(user, "rolls.confirm")
    schools = list(School.objects.filter(path__in=paths).order_by("pk"))
    if not schools:
        return []
    sums = queries.school_sums([school.pk for school in schools], term)
    todos = []
    for school in schools:
        found = sums[school.pk]
        if not found.left:
            continue
        hint = gettext("%(confirmed)d of %(classes)d classes are confirmed.") % {
            "confirmed": found.confirmed,
            "classes": found.classes,
        }
        if found.changed:
            hint += " " + gettext("In %(count)d the list has changed since.") % {
                "count": found.changed
            }
        todos.append(
            Todo(
                gettext("Confirm names and ids, class by class"),
                hint,
                url=reverse("rolls:school", args=[school.pk]),
                action_label=gettext("Look at the classes"),
                due=_due(term, school, at),
                count=found.left,
            )
        )
    return todos


def _due(term: Term, school: School, at: datetime) -> datetime | None:
    """When the calendar wants it, where the affiliation laid a day down."""
    closes = [
        line.closes_at
        for line in lines_for(term, school.path)
        if line.line.activity == ACTIVITY and line.closes_at
    ]
    return next((moment for moment in closes if moment > at), None)


def roll_checks(schools: list[School], term: Term, at: datetime) -> dict[int, list[SchoolCheck]]:
    """How many classes are confirmed, on the school's checklist."""
    sums = queries.school_sums([school.pk for school in schools], term)
    return {school.pk: [_check(school, sums[school.pk])] for school in schools}


def _check(school: School, found: Any) -> SchoolCheck:
    if not found.classes:
        sentence = gettext("No pupil yet: they come with the registry file.")
    else:
        sentence = gettext("%(confirmed)d of %(classes)d classes are confirmed.") % {
            "confirmed": found.confirmed,
            "classes": found.classes,
        }
    return SchoolCheck(
        "rolls",
        gettext("Names and ids of the pupils"),
        "good" if found.state == RollState.CONFIRMED else "sun",
        sentence,
        str(ROLE_NAMES[Role.REGISTRY_KEEPER]),
        reverse("rolls:school", args=[school.pk]),
        "rolls.confirm",
    )


hooks.school_checks.register(roll_checks, order=40)


def roll_step(pupil: Pupil, enrolment: Enrolment, at: datetime) -> list[Answer]:
    """Whether the registry keeper has confirmed the names and ids of the pupil's class as they stand."""
    room = enrolment.classroom
    figures = queries.figures_of([room.pk], enrolment.term)[room.pk]
    if figures.state == RollState.CONFIRMED:
        said = gettext("Names and ids of %(class)s are confirmed.") % {"class": room.label}
        return [Answer("roll", "good", said)]
    if figures.state == RollState.CHANGED:
        said = gettext("Names and ids of %(class)s were changed after they were confirmed.")
    else:
        said = gettext("Names and ids of %(class)s are not confirmed yet.")
    act = gettext("The registry keeper looks over the class and confirms it on the page “Names and ids”.")  # fmt: skip
    who = said_contact(Role.REGISTRY_KEEPER, enrolment.path, at)
    return [Answer("roll", "sun", said % {"class": room.label}, act, who)]


hooks.listing_checks.register(roll_step, order=10)


@hooks.pupil_panels.register
def former_panel(pupil: Pupil, user: User, at: datetime) -> list[Panel]:
    """What the pupil was called and numbered before, if anything."""
    names = list(pupil.former_names.select_related("by").order_by("-until", "-pk"))
    numbers = list(
        FormerNumber.objects.filter(identity=pupil.identity_id)
        .select_related("by")
        .order_by("-until", "-pk")
        if pupil.identity_id
        else ()
    )
    if not names and not numbers:
        return []
    context = {"names": names, "numbers": numbers}
    return [Panel(gettext("Former names and numbers"), "rolls/former.html", context)]
