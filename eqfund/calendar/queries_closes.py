"""Reads of the closes' pages, each at the reader's places only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.utils.translation import gettext

from eqfund import access
from eqfund.models import CloseRecord, SchoolAtClose, SupervisingOffice, Term, User
from eqfund.places import place_names
from eqfund.windows import Window, line_for


@dataclass(frozen=True, slots=True)
class Asked:
    """What narrows the schools of a close."""

    shown: str = "left"  # or "all", "done"
    office: str = ""
    name: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Self:
        """From an address; what it does not know is as if not asked."""
        shown = query.get("shown", "")
        office = query.get("office", "")
        return cls(
            shown if shown in ("left", "done", "all") else "left",
            office if office.isascii() and office.isdecimal() and len(office) < 18 else "",
            query.get("name", "").strip().replace("\0", "")[:80],
        )


@dataclass(frozen=True, slots=True)
class Sums:
    """How many schools stood in a close at my places, and how many had not finished."""

    schools: int = 0
    left: int = 0
    drafts: int = 0

    @property
    def done(self) -> int:
        return self.schools - self.left

    @property
    def percent(self) -> int:
        """Whole percent of schools that had finished, rounded down."""
        return 100 * self.done // self.schools if self.schools else 0


def closes_for_table(user: User, term: Term | None) -> QuerySet[CloseRecord]:
    """Closes at my places, or around them with a school of mine; the latest first."""
    mine = access.paths_with(user, "calendar.read_closes")
    rows = CloseRecord.objects.all()
    if "TH/" not in mine:
        schools = SchoolAtClose.objects.visible_to(user).filter(record=OuterRef("pk"))
        rows = rows.filter(access.within(mine, "path") | Q(Exists(schools)))
    if term is not None:
        rows = rows.filter(term=term)
    return rows.select_related("term", "edge__line").order_by("-closed_at", "-pk")


def terms_with_closes(user: User) -> list[Term]:
    """Terms in which something closed at my places, the newest first."""
    rows = closes_for_table(user, None).order_by().values("term")
    return list(Term.objects.filter(pk__in=rows).order_by("-opens_on"))


def with_sums(user: User, records: list[CloseRecord]) -> list[tuple[CloseRecord, Sums]]:
    """Each close with its sums at my places: those kept with it where I see all of it, else counted in one query."""
    whole = {record.pk for record in records if _sees_all(user, record)}
    rows = SchoolAtClose.objects.visible_to(user).filter(
        record__in=[record.pk for record in records if record.pk not in whole]
    )
    counted = rows.order_by().values_list("record")
    counted = counted.annotate(
        n=Count("pk"), left=Count("pk", filter=Q(is_finished=False)), drafts=Sum("drafts")
    )
    found = {row[0]: Sums(row[1], row[2], row[3]) for row in counted}
    return [
        (record, _kept(record) if record.pk in whole else found.get(record.pk, Sums()))
        for record in records
    ]


def sums_of(user: User, record: CloseRecord) -> Sums:
    return with_sums(user, [record])[0][1]


def places_of(user: User, records: list[CloseRecord]) -> dict[str, str]:
    """Whose each close was, for those who see more than one affiliation, and of places that were extended."""
    wide = "TH/" in access.paths_with(user, "calendar.read_closes")
    shown = {it.path for it in records if wide or it.edge.extension_ref}
    return place_names(shown) if shown else {}


def _sees_all(user: User, record: CloseRecord) -> bool:
    return access.may(user, "calendar.read_closes", record.path)


def _kept(record: CloseRecord) -> Sums:
    return Sums(record.schools, record.unfinished, record.drafts)


def schools_of(user: User, record: CloseRecord, asked: Asked) -> QuerySet[SchoolAtClose]:
    """The schools of a close at my places, by office and name."""
    rows = SchoolAtClose.objects.visible_to(user).filter(record=record)
    if asked.shown != "all":
        rows = rows.filter(is_finished=asked.shown == "done")
    if asked.office:
        rows = rows.filter(school__office=int(asked.office))
    if asked.name:
        by_code = Q(school__moe_code=asked.name) | Q(school__smis_code=asked.name)
        rows = rows.filter(Q(school__name__icontains=asked.name) | by_code)
    rows = rows.select_related("school__office")
    return rows.order_by("school__office__short_name", "school__name", "pk")


def offices_of(user: User, record: CloseRecord) -> list[SupervisingOffice]:
    """The offices of a close at my places; none where there is but one."""
    mine = access.path_filter(user, "calendar.read_closes", "path")
    rows = SupervisingOffice.objects.filter(mine).filter(
        Q(access.within([record.path], "path")) | Q(path=_office_around(record.path))
    )
    found = list(rows.order_by("short_name", "pk"))
    return found if len(found) > 1 else []


def _office_around(path: str) -> str:
    return "/".join(path.split("/")[:3]) + "/" if path.count("/") > 3 else path


def now_of(record: CloseRecord, user: User, at: datetime) -> Window | None:
    """The line as it stands now at the record's place, where it is open again by an extension."""
    window = line_for(record.edge.line, record.path)
    return window if window.is_open(at) else None


def cells_of(row: SchoolAtClose) -> list[Any]:
    """A school as a row of the CSV."""
    state = gettext("finished") if row.is_finished else gettext("not finished")
    school = row.school
    return [
        school.office.short_name,
        school.name,
        school.moe_code,
        state,
        row.done,
        row.total,
        row.drafts,
    ]
