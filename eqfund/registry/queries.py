"""Reads of the registry's pages: rows with all that a table shows, counted in few queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Upper

from eqfund import access, clock
from eqfund.models import (
    Affiliation,
    CalendarLine,
    Classroom,
    Enrolment,
    Posting,
    RegistryCellError,
    RegistryImport,
    RegistryRecord,
    School,
    StagingRow,
    Term,
    User,
)
from eqfund.windows import Window, lines_for

from .sentences import CHANGES, KIND_HELP, KIND_PILL, cell_sentence

# Kinds of difference by what a person looks at first; USED are those that confirming writes.
ORDER = (
    "new",
    "enrolled",
    "moved_here",
    "renumbered",
    "settled",
    "changed",
    "elsewhere",
    "gone",
    "left_out",
    "same",
)
USED = ("new", "enrolled", "moved_here", "renumbered", "settled", "changed", "elsewhere", "same")


@dataclass(frozen=True, slots=True)
class Tab:
    """One kind of difference in a preview, with its count."""

    kind: str
    label: str
    pill: str
    count: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would do, as tabs, and the rows of the chosen one."""

    tabs: list[Tab]
    kind: str
    help: str
    rows: QuerySet[Any]
    errors: int
    used: int
    gone: int
    roll: int

    @property
    def shows_difference(self) -> bool:
        """Whether rows of this kind have something to say beside their name."""
        return self.kind not in ("new", "enrolled", "gone", "same", "")

    @property
    def looks_like_a_part(self) -> bool:
        """Whether so many are not in the file that it may be a part of the registry."""
        return self.gone * 3 > self.roll > 0


def imports_for_table(user: User) -> QuerySet[RegistryImport]:
    rows = RegistryImport.objects.visible_to(user).select_related("term", "file", "uploaded_by")
    return rows.order_by("-pk")


def preview(it: RegistryImport, kind: str) -> Preview:
    """The tabs of an import and the rows of `kind`; by default of the first kind present."""
    labels = dict(StagingRow.Kind.choices)
    counts = it.counts
    tabs = [
        Tab(each, str(labels[each]), KIND_PILL[each], counts[each])
        for each in ORDER
        if counts.get(each)
    ]
    present = [tab.kind for tab in tabs] + (["errors"] if counts.get("errors") else [])
    kind = kind if kind in present else next(iter(present), "")
    gone = counts.get("gone", 0)
    return Preview(
        tabs=tabs,
        kind=kind,
        help=str(KIND_HELP.get(kind, "")),
        rows=errors_of(it) if kind == "errors" else _rows(it, kind),
        errors=counts.get("errors", 0),
        used=sum(counts.get(each, 0) for each in USED),
        gone=gone,
        roll=gone + counts.get("same", 0) + counts.get("changed", 0),
    )


def newer_file(it: RegistryImport) -> RegistryImport | None:
    """What was recorded already of the place and left the registry after this file did."""
    if it.report_at is None:
        return None
    around = Q(path__in=[it.path[: at + 1] for at, sign in enumerate(it.path) if sign == "/"])
    done = RegistryImport.objects.filter(term=it.term_id, status=RegistryImport.Status.CONFIRMED)
    done = done.filter(around | access.within([it.path], "path"), report_at__gt=it.report_at)
    return done.order_by("report_at").last()


def _rows(it: RegistryImport, kind: str) -> QuerySet[StagingRow]:
    rows = it.rows.filter(kind=kind).select_related("school")
    rows = rows.defer("number", "extras", "guardian_name", "guardian_number", "guardian_phone")
    return rows.order_by(F("line").asc(nulls_last=True), "sort_key", "pk")


def errors_of(it: RegistryImport) -> QuerySet[RegistryCellError]:
    return it.cell_errors.order_by("line", "column", "pk")


def error_cells(error: RegistryCellError) -> list[Any]:
    """An error as a row of the CSV."""
    used = "" if error.leaves_row_out else "✓"
    return [error.line, error.column, error.title, error.value, cell_sentence(error.code), used]


def change_labels(row: StagingRow) -> list[str]:
    return [str(CHANGES[change]) for change in row.changes]


# --- schools and classrooms


def registries_of(user: User) -> list[str]:
    """The registries of the affiliations at or around the user's places; one query."""
    paths = access.paths_with(user, "registry.read_import")
    keys = {int(path.split("/")[1]) for path in paths if path.count("/") > 1}
    rows = Affiliation.objects.exclude(registry="").order_by("pk")
    rows = rows if "TH/" in paths else rows.filter(pk__in=keys)
    return list(rows.values_list("registry", flat=True))


def schools_that_add(user: User) -> QuerySet[School]:
    """The schools whose registry the user keeps and whose affiliation has none: they add their pupils themselves."""
    rows = School.objects.filter(access.path_filter(user, "registry.import_file", "path"))
    rows = rows.filter(office__affiliation__registry="")
    return rows.select_related("office__affiliation").order_by("name", "pk")


def schools_for_table(user: User, name: str = "") -> QuerySet[School]:
    """Schools that the user may see, by name."""
    rows = School.objects.visible_to(user).select_related("office")
    if name.strip():
        text = name.strip()
        by_code = Q(moe_code=text) | Q(smis_code=text)
        rows = rows.filter(Q(name__icontains=text) | by_code)
    return rows.order_by("name", "pk")


def pupils_by_school(schools: list[School], term: Term | None) -> dict[int, int]:
    """How many study at each of these schools this term; one query."""
    if term is None:
        return {}
    rows = Enrolment.objects.studying().filter(
        term=term, classroom__school__in=[school.pk for school in schools]
    )
    counted = rows.order_by().values("classroom__school").annotate(n=Count("pk"))
    return {row["classroom__school"]: row["n"] for row in counted}


@dataclass(frozen=True, slots=True)
class ClassroomRow:
    """A classroom with how many study there, how many the registry marks poor, and its teachers."""

    classroom: Classroom
    pupils: int
    poor: int
    teachers: str


def classroom_rows(classrooms: list[Classroom], term: Term, on: date) -> list[ClassroomRow]:
    """Three queries for any number of classrooms."""
    pks = [classroom.pk for classroom in classrooms]
    studying = Enrolment.objects.studying().filter(term=term, classroom__in=pks).order_by()
    pupils = {
        row["classroom"]: row["n"] for row in studying.values("classroom").annotate(n=Count("pk"))
    }
    marked = RegistryRecord.objects.filter(
        term=term,
        disadvantage_poor=True,
        enrolment__classroom__in=pks,
        enrolment__status="studying",
    )
    poor = {
        row["enrolment__classroom"]: row["n"]
        for row in marked.order_by().values("enrolment__classroom").annotate(n=Count("pk"))
    }
    teachers: dict[str, list[str]] = {}
    paths = [classroom.path for classroom in classrooms]
    posts = Posting.objects.filter(
        path__in=paths, role=access.Role.HOMEROOM_TEACHER, starts_on__lte=on
    )
    posts = posts.filter(Q(ends_on=None) | Q(ends_on__gte=on))
    for path, name in posts.order_by("pk").values_list("path", "user__full_name"):
        teachers.setdefault(path, []).append(name)
    return [
        ClassroomRow(
            classroom,
            pupils.get(classroom.pk, 0),
            poor.get(classroom.pk, 0),
            ", ".join(teachers.get(classroom.path, [])),
        )
        for classroom in classrooms
    ]


# --- pupils


def enrolments_for_table(user: User, term: Term) -> QuerySet[Enrolment]:
    """The term's enrolments that the user may see, by the pupils' names as dictionaries sort them."""
    rows = Enrolment.objects.visible_to(user).filter(term=term)
    rows = rows.select_related("pupil__identity", "classroom__school")
    return rows.order_by("pupil__sort_key", "pk")


def narrowed(
    rows: QuerySet[Enrolment], *, name: str, classroom: str, status: str
) -> QuerySet[Enrolment]:
    """Rows whose pupil's name holds every word of `name`, of one class, of one state."""
    rows = rows.alias(first=Upper("pupil__first_name"), last=Upper("pupil__last_name"))
    for word in name.upper().split():
        rows = rows.filter(Q(first__contains=word) | Q(last__contains=word))
    if classroom:
        rows = rows.filter(classroom_id=int(classroom))
    if status:
        rows = rows.filter(status=status)
    return rows


def poor_among(enrolments: list[Enrolment]) -> set[int]:
    """Keys of the pupils whom the registry marks poor; one query."""
    marked = RegistryRecord.objects.filter(
        enrolment__in=[enrolment.pk for enrolment in enrolments], disadvantage_poor=True
    )
    return set(marked.values_list("pupil_id", flat=True))


def is_narrow(user: User) -> bool:
    """Whether all the user's children are of a few schools, so that a list of them is of use."""
    paths = access.paths_with(user, "read_child")
    return all(access.level_of_path(path) in ("school", "classroom") for path in paths)


def age_on(born: date, on: date) -> tuple[int, int]:
    """Whole years and months.

    >>> age_on(date(2016, 5, 31), date(2026, 5, 30))
    (9, 11)
    """
    months = (on.year - born.year) * 12 + on.month - born.month - (on.day < born.day)
    return divmod(months, 12)


# --- the calendar


@dataclass(frozen=True, slots=True)
class CalendarPart:
    """A part of the calendar: what is open, what comes, what is over."""

    code: str
    lines: list[Window]


def is_of_schools_alone(user: User) -> bool:
    """Whether all posts of a person are at schools: then some lines of the calendar are theirs, and others are not."""
    posts = access.postings_of(user)
    return bool(posts) and all(
        access.level_of_path(post.path) in ("school", "classroom") for post in posts
    )


def calendar_parts(
    term: Term, path: str, at: datetime, roles: set[str] | None = None
) -> list[CalendarPart]:
    """The term's lines for a place: open now by close, coming by opening, past by close backwards.

    With `roles`, only those of one of these roles, and those that are everybody's.
    """
    lines = [
        line
        for line in lines_for(term, path)
        if roles is None or not line.line.roles or roles & set(line.line.roles.split(";"))
    ]
    far = datetime.max.replace(tzinfo=clock.BANGKOK)
    now = [line for line in lines if line.is_open(at) and line.line.kind != CalendarLine.Kind.EVENT]
    coming = [line for line in lines if line.opens_at and line.opens_at > at]
    past = [line for line in lines if line not in now and line not in coming]
    return [
        CalendarPart("open", sorted(now, key=lambda line: line.closes_at or far)),
        CalendarPart("coming", sorted(coming, key=lambda line: line.opens_at or far)),
        CalendarPart(
            "past",
            sorted(past, key=lambda line: line.closes_at or line.opens_at or at, reverse=True),
        ),
    ]


def calendar_affiliations(user: User) -> list[Affiliation]:
    """The affiliations whose calendar the user may look at: their own, or all for the country's people."""
    paths = access.paths_with(user, "read_calendar")
    rows = Affiliation.objects.order_by("pk")
    if "TH/" in paths:
        return list(rows)
    return list(rows.filter(pk__in={int(path.split("/")[1]) for path in paths}))
