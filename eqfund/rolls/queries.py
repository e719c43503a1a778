"""Reads of the rolls: each class with its digest, in figures and pupil by pupil.

The digest of a pupil's row covers name, date of birth, sex, state, and the number by its identity:
key, kind, last four digits, and how often it was replaced (FormerNumber). So it changes whenever
what a keeper confirms changes, and not when an encryption or index key does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count, QuerySet

from eqfund import access, hooks
from eqfund.hooks import Work
from eqfund.models import (
    Affiliation,
    Classroom,
    Enrolment,
    FormerName,
    Pupil,
    RegistryRecord,
    RollConfirmation,
    RollMark,
    School,
    SupervisingOffice,
    Term,
    User,
)
from eqfund.thai_text import thai_date

from . import rules
from .rules import Figures, IdState, RollState, Sum

OF_THE_ROLL = (Enrolment.Status.STUDYING, Enrolment.Status.SUSPENDED)

_ROWS = """
    SELECT e.classroom_id, e.id AS enrolment_id, p.id AS pupil_id, p.identity_id,
           encode(sha256(convert_to(concat_ws('|', p.id, e.status, p.title, p.first_name, p.last_name,
               p.sex, p.birth_date, coalesce(i.id, 0), i.kind, i.last4,
               (SELECT count(*) FROM eqfund_formernumber f WHERE f.identity_id = i.id)), 'UTF8')), 'hex') AS digest
      FROM eqfund_enrolment e
      JOIN eqfund_pupil p ON p.id = e.pupil_id
      LEFT JOIN eqfund_identity i ON i.id = p.identity_id
     WHERE e.term_id = %(term)s AND e.status IN ('studying', 'suspended')
"""
_OF_CLASSES = f"{_ROWS} AND e.classroom_id = ANY(%(classrooms)s)"
_FIGURES = f"""
SELECT r.classroom_id,
       encode(sha256(convert_to(string_agg(r.digest, '' ORDER BY r.pupil_id), 'UTF8')), 'hex'),
       count(*), count(*) FILTER (WHERE r.identity_id IS NULL)
  FROM ({_OF_CLASSES}) r
 GROUP BY r.classroom_id
"""
SLICE = 200  # schools whose classes are counted at once


# --- one class


@dataclass(slots=True)
class RollRow:
    """One pupil of a roll, with what is marked."""

    enrolment: Enrolment
    id_state: IdState
    digest: str
    marks: list[RollMark] = field(default_factory=list)
    has_former_name: bool = False
    since: str = ""  # "new" or "changed" since the class was confirmed

    @property
    def pupil(self) -> Any:
        return self.enrolment.pupil

    @property
    def last4(self) -> str:
        return self.pupil.identity.last4 if self.pupil.identity_id else ""


def row_digest(enrolment: Enrolment) -> str:
    """The digest of one pupil's row; "" for one who is not of the roll."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT digest FROM ({_ROWS} AND e.id = %(enrolment)s) r",
            {"term": enrolment.term_id, "enrolment": int(enrolment.pk)},
        )
        found = cursor.fetchone()
    return found[0] if found else ""


def row_digests(classroom: Classroom, term: Term) -> dict[str, str]:
    """The beginning of each row's digest by the pupil's key, as a confirmation keeps them."""
    params: dict[str, Any] = {"term": term.pk, "classrooms": [classroom.pk]}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pupil_id, digest FROM ({_OF_CLASSES}) r", params)
        return {str(pk): rules.beginning(digest) for pk, digest in cursor.fetchall()}


def gone_since(rows: list[RollRow], confirmation: RollConfirmation) -> list[Pupil]:
    """Who stood in the roll when it was confirmed and does not now, by name. One query."""
    here = {str(row.enrolment.pupil_id) for row in rows}
    gone = [int(pk) for pk in confirmation.rows if pk not in here]
    return list(Pupil.objects.filter(pk__in=gone).order_by("sort_key", "pk")) if gone else []


def roll_of(
    classroom: Classroom, term: Term, confirmation: RollConfirmation | None = None
) -> list[RollRow]:
    """The pupils of a class by name; with what changed since a confirmation. Five queries at any length."""
    confirmed = confirmation.rows if confirmation else {}
    enrolments = list(
        Enrolment.objects.filter(classroom=classroom, term=term, status__in=OF_THE_ROLL)
        .select_related("pupil__identity")
        .order_by("pupil__sort_key", "pk")
    )
    params: dict[str, Any] = {"term": term.pk, "classrooms": [classroom.pk]}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT enrolment_id, digest FROM ({_OF_CLASSES}) r", params)
        digests = dict(cursor.fetchall())
    pks = [enrolment.pk for enrolment in enrolments]
    pupils = [enrolment.pupil_id for enrolment in enrolments]
    claimed = set(
        RegistryRecord.objects.filter(
            term=term, pupil__in=pupils, duplicate_index__isnull=False
        ).values_list("pupil", flat=True)
    )
    named_before = set(FormerName.objects.filter(pupil__in=pupils).values_list("pupil", flat=True))
    marks: dict[int, list[RollMark]] = {}
    for mark in RollMark.objects.open().filter(enrolment__in=pks).select_related("made_by"):
        marks.setdefault(mark.enrolment_id, []).append(mark)
    return [
        RollRow(
            enrolment,
            rules.id_state(
                enrolment.pupil.identity.kind if enrolment.pupil.identity_id else None,
                claimed_elsewhere=enrolment.pupil_id in claimed,
            ),
            digests.get(enrolment.pk, ""),
            sorted(marks.get(enrolment.pk, []), key=lambda mark: mark.pk),
            enrolment.pupil_id in named_before,
            rules.since(
                confirmed, str(enrolment.pupil_id), rules.beginning(digests.get(enrolment.pk, ""))
            ),
        )
        for enrolment in enrolments
    ]


def missing_of(classroom: Classroom, term: Term) -> QuerySet[RollMark]:
    """The children who are said to be missing from a class."""
    rows = RollMark.objects.open().filter(classroom=classroom, term=term, enrolment=None)
    return rows.select_related("made_by").order_by("pk")  # type: ignore[no-any-return]


def confirmation_of(classroom: Classroom, term: Term) -> RollConfirmation | None:
    rows = RollConfirmation.objects.alive().filter(classroom=classroom, term=term)
    return rows.select_related("by").first()  # type: ignore[no-any-return]


def affiliation_of(path: str) -> Affiliation:
    return Affiliation.objects.get(pk=int(path.split("/")[1]))


# --- many classes


def figures_of(classrooms: Iterable[int], term: Term) -> dict[int, Figures]:
    """Each class's roll in figures; a class without pupils has empty ones. Three queries."""
    pks = list(classrooms)
    with connection.cursor() as cursor:
        cursor.execute(_FIGURES, {"term": term.pk, "classrooms": pks})
        counted: dict[int, tuple[str, int, int]] = {
            pk: (digest, pupils, without) for pk, digest, pupils, without in cursor.fetchall()
        }
    alive = RollConfirmation.objects.alive().filter(classroom__any_of=pks, term=term)
    confirmed = dict(alive.values_list("classroom", "digest"))
    marks = marks_of(pks, term)
    return {
        pk: Figures(*counted.get(pk, ("", 0, 0)), marks.get(pk, 0), confirmed.get(pk)) for pk in pks
    }


def marks_of(classrooms: list[int], term: Term) -> dict[int, int]:
    """Open marks by the class in which they stand now: a mark goes along when its pupil changes class."""
    rows = RollMark.objects.open().filter(term=term)
    found: dict[int, int] = dict(
        rows.filter(enrolment__classroom__any_of=classrooms, enrolment__status__in=OF_THE_ROLL)
        .order_by()
        .values_list("enrolment__classroom")
        .annotate(n=Count("pk"))
    )
    for pk, count in (
        rows.filter(enrolment=None, classroom__any_of=classrooms)
        .order_by()
        .values_list("classroom")
        .annotate(n=Count("pk"))
    ):
        found[pk] = found.get(pk, 0) + count
    return found


@dataclass(frozen=True, slots=True)
class ClassLine:
    """A class with its roll in figures and who confirmed it."""

    classroom: Classroom
    figures: Figures
    confirmation: RollConfirmation | None


def class_lines(rooms: list[Classroom], term: Term) -> list[ClassLine]:
    pks = [room.pk for room in rooms]
    figures = figures_of(pks, term)
    alive = RollConfirmation.objects.alive().filter(classroom__any_of=pks, term=term)
    by_class = {row.classroom_id: row for row in alive.select_related("by")}
    return [ClassLine(room, figures[room.pk], by_class.get(room.pk)) for room in rooms]


def rooms_of(user: User, term: Term, verb: str = "rolls.follow") -> QuerySet[Classroom]:
    """The classes of the term's year that the user may see."""
    return Classroom.objects.visible_to(user, verb).filter(year_be=term.year_be)  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """A school or an office with the sum of its rolls."""

    place: Any
    sum: Sum


def school_sums(schools: list[int], term: Term) -> dict[int, Sum]:
    """Schools with the sums of their rolls as they stand; four queries."""
    rooms = dict(
        Classroom.objects.filter(school__in=schools, year_be=term.year_be).values_list(
            "pk", "school"
        )
    )
    by_school: dict[int, list[Figures]] = {pk: [] for pk in schools}
    for room, figures in figures_of(rooms, term).items():
        by_school[rooms[room]].append(figures)
    return {pk: rules.total(found) for pk, found in by_school.items()}


def school_lines(schools: list[School], term: Term) -> list[PlaceLine]:
    sums = school_sums([school.pk for school in schools], term)
    return [PlaceLine(school, sums[school.pk]) for school in schools]


SUBJECT = "rolls"


def office_figures(
    term: Term, offices: list[int], rooms: QuerySet[Classroom] | None = None
) -> dict[int, dict[str, int]]:
    """Classes, pupils, confirmations and marks of offices, by what was confirmed last; three queries.

    Without digests: what changed since is told where an office's schools are listed. `rooms` are
    those that count, by default all (hooks.counted_subjects).
    """
    rooms = Classroom.objects.all() if rooms is None else rooms
    rooms = rooms.filter(year_be=term.year_be, school__office__in=offices)
    studying = Enrolment.objects.filter(term=term, status__in=OF_THE_ROLL, classroom__in=rooms)
    per_office = "classroom__school__office"
    found = {office: {"classes": 0, "pupils": 0, "confirmed": 0, "marks": 0} for office in offices}
    # by class first: a count of distinct classes would sort every pupil
    by_class = studying.order_by().values_list(per_office, "classroom").annotate(n=Count("pk"))
    for office, _room, pupils in by_class:
        found[office]["classes"] += 1
        found[office]["pupils"] += pupils
    alive = RollConfirmation.objects.alive().filter(term=term, classroom__in=rooms)
    for office, n in alive.order_by().values_list(per_office).annotate(n=Count("pk")):
        found[office]["confirmed"] = min(n, found[office]["classes"])
    marks = RollMark.objects.open().filter(term=term, classroom__in=rooms)
    for office, n in marks.order_by().values_list(per_office).annotate(n=Count("pk")):
        found[office]["marks"] = n
    return found


def office_lines(
    offices: list[SupervisingOffice], term: Term, user: User
) -> tuple[list[PlaceLine], datetime | None]:
    """Offices with the sums of their rolls as last counted, and when; counted now where they never were."""
    figures, counted_at = hooks.kept_figures(user, term, SUBJECT, [office.pk for office in offices])
    if fresh := [office.pk for office in offices if office.pk not in figures]:
        figures |= office_figures(term, fresh, rooms_of(user, term))
    return [PlaceLine(office, sum_of(figures[office.pk])) for office in offices], counted_at


def sum_of(figures: dict[str, int]) -> Sum:
    """An office's figures as a sum; what changed since is not among them."""
    classes, confirmed = figures["classes"], figures["confirmed"]
    return Sum(classes, confirmed, 0, figures["pupils"], 0, figures["marks"])


def csv_rows(schools: QuerySet[School], term: Term, state: str = "") -> Iterator[list[Any]]:
    """One line for each class of the schools, in slices of schools."""
    slice_: list[int] = []
    for pk in schools.order_by("path", "pk").values_list("pk", flat=True).iterator(SLICE):
        slice_.append(pk)
        if len(slice_) == SLICE:
            yield from _csv_slice(slice_, term, state)
            slice_ = []
    yield from _csv_slice(slice_, term, state)


def _csv_slice(schools: list[int], term: Term, state: str) -> Iterator[list[Any]]:
    from .words import STATES

    rooms = Classroom.objects.filter(school__in=schools, year_be=term.year_be)
    found = list(rooms.select_related("school__office").in_order())
    found.sort(key=lambda room: (room.school.path,))
    for line in class_lines(found, term):
        figures, school = line.figures, line.classroom.school
        if state and figures.state != state:
            continue
        said = line.confirmation
        yield [
            school.office.short_name,
            school.moe_code,
            school.name,
            line.classroom.label,
            figures.pupils,
            figures.without_id,
            figures.marks,
            STATES[figures.state],
            thai_date(said.at.date()) if said else "",
            said.by.full_name if said else "",
        ]


def work_of(term: Term, round_no: int, path: str, at: datetime) -> dict[int, Work]:
    """How far the schools under a path are, for reminders and the close."""
    schools = list(School.objects.under(path).values_list("pk", flat=True))
    return {
        pk: Work(found.confirmed, found.classes)
        for pk, found in school_sums(schools, term).items()
        if found.classes
    }


def class_work_of(term: Term, round_no: int, path: str, at: datetime) -> dict[int, Work]:
    """The same class by class: a class whose list is confirmed as it stands is done."""
    rooms = Classroom.objects.under(path).filter(year_be=term.year_be)
    figures = figures_of(rooms.values_list("pk", flat=True), term)
    return {
        pk: Work(int(roll.state == RollState.CONFIRMED), 1)
        for pk, roll in figures.items()
        if roll.pupils
    }


def is_wide(user: User) -> bool:
    """Whether the user follows more than one office, and so begins with offices."""
    paths = access.paths_with(user, "rolls.follow")
    return any(access.level_of_path(path) in ("country", "affiliation") for path in paths) or (
        sum(access.level_of_path(path) == "office" for path in paths) > 1
    )
