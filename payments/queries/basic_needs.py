"""Reads of the basic-needs subsidy: who a list's children are, counts of places, years running."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum

from eqfund.fields import blind_index
from eqfund.models import Enrolment, Pupil, School, SupervisingOffice, Term
from payments.models import AllocationAccount, OfficeAllocation, SubsidyList, SubsidyPupil
from payments.rules.basic_needs import (
    PAYING,
    ListStatus,
    is_unusual,
    name_fault,
    years_running,
    years_said,
)
from payments.subsidy_file import Reading, SubsidyRow

BATCH = 5_000


@dataclass(frozen=True, slots=True)
class _Known:
    """What we know of the child behind a number."""

    pk: int
    name: tuple[str, str]
    path: str


def recognise(found: SubsidyList, reading: Reading) -> list[SubsidyPupil]:
    """The rows as pupils of the office's schools; what cannot be is added to the reading's faults.

    Set-based: schools once, children and enrolments by 5,000.
    """
    schools, others = _schools(found.office, {row.school_code for row in reading.rows})
    rows: list[SubsidyPupil] = []
    for at in range(0, len(reading.rows), BATCH):
        part = reading.rows[at : at + BATCH]
        known = _children(part)
        enrolled = _enrolled(known, found.term)
        for row in part:
            made = _one(found, reading, row, schools, others, known, enrolled)
            if made is not None:
                rows.append(made)
    return rows


def _one(
    found: SubsidyList,
    reading: Reading,
    row: SubsidyRow,
    schools: dict[str, School],
    others: set[str],
    known: dict[str, _Known],
    enrolled: dict[int, list[tuple[str, str, str]]],
) -> SubsidyPupil | None:
    school = schools.get(row.school_code)
    if school is None:
        code = "school_not_yours" if row.school_code in others else "school_unknown"
        reading.fault(row.line, "school_code", code, row.school_code)
        return None
    child = known.get(row.number)
    this_term = enrolled.get(child.pk, []) if child else []
    here = next((one for one in this_term if one[0].startswith(school.path)), None)
    if child is None or (here is None and not this_term and not child.path.startswith(school.path)):
        reading.fault(row.line, "number", "pupil_unknown", row.number)
        return None
    if here is None and this_term:
        reading.fault(row.line, "number", "pupil_elsewhere", row.number)
        return None
    if another := name_fault((row.first_name, row.last_name), child.name):
        reading.fault(row.line, "first_name", another, f"{row.first_name} {row.last_name}")
        return None
    grade, room = (here[1], here[2]) if here and not row.grade else (row.grade, row.room)
    return SubsidyPupil(
        subsidy_list=found,
        term=found.term,
        pupil_id=child.pk,
        school=school,
        line=row.line,
        grade=grade,
        room=room,
        amount_satang=row.amount_satang,
        years=row.years,
        is_unusual=bool(grade) and is_unusual(grade, row.amount_satang),
    )


def _schools(office: SupervisingOffice, codes: set[str]) -> tuple[dict[str, School], set[str]]:
    """Schools of the office by either code; the codes that are another office's."""
    mine: dict[str, School] = {}
    others: set[str] = set()
    for school in School.objects.filter(Q(moe_code__in=codes) | Q(smis_code__in=codes)):
        for code in filter(None, (school.moe_code, school.smis_code)):
            if school.office_id == office.pk:
                mine[code] = school
            else:
                others.add(code)
    return mine, others - set(mine)


def _children(rows: Iterable[SubsidyRow]) -> dict[str, _Known]:
    """Children by the number that the list writes, found by its blind index."""
    numbers = {bytes(blind_index(row.number)): row.number for row in rows}
    found = Pupil.objects.filter(
        identity__id_index__in=[blind_index(number) for number in numbers.values()]
    ).values_list("pk", "first_name", "last_name", "path", "identity__id_index")
    return {
        numbers[bytes(index)]: _Known(pk, (first, last), path)
        for pk, first, last, path, index in found
        if bytes(index) in numbers
    }


def _enrolled(known: dict[str, _Known], term: Term) -> dict[int, list[tuple[str, str, str]]]:
    rows = Enrolment.objects.filter(pupil__in=[child.pk for child in known.values()], term=term)
    found: dict[int, list[tuple[str, str, str]]] = {}
    for pupil, path, grade, room in rows.values_list(
        "pupil", "path", "classroom__grade", "classroom__room"
    ):
        found.setdefault(pupil, []).append((path, grade, room))
    return found


# --- for the pages --------------------------------------------------------------------


def offices_of(offices: QuerySet[SupervisingOffice], term: Term) -> QuerySet[Any]:
    """Paying offices with account, allocation and what their list that counts comes to."""
    of_office = {"office": OuterRef("pk")}
    account = AllocationAccount.objects.filter(**of_office, until=None)
    allocation = OfficeAllocation.objects.filter(**of_office, term=term, is_current=True)
    recorded = SubsidyList.objects.filter(**of_office, term=term, status=ListStatus.RECORDED)
    return (
        offices.filter(affiliation__code__in=PAYING)
        .annotate(
            account_bank=Subquery(account.values("bank_code")[:1]),
            account_last4=Subquery(account.values("last4")[:1]),
            allocated_pupils=Subquery(allocation.values("pupils")[:1]),
            allocated_satang=Subquery(allocation.values("amount_satang")[:1]),
            listed_pupils=Subquery(recorded.values("pupils")[:1]),
            listed_satang=Subquery(recorded.values("amount_satang")[:1]),
        )
        .select_related("affiliation")
        .order_by("affiliation__pk", "short_name", "pk")
    )


def totals(rows: QuerySet[SubsidyPupil]) -> dict[str, int]:
    """Pupils, schools and money of rows that count."""
    found = rows.order_by().aggregate(
        pupils=Count("pk"),
        schools=Count("school", distinct=True),
        amount_satang=Sum("amount_satang"),
        unusual=Count("pk", filter=Q(is_unusual=True)),
    )
    return {key: value or 0 for key, value in found.items()}


def schools_of(schools: QuerySet[School], rows: QuerySet[SubsidyPupil]) -> QuerySet[Any]:
    """Schools with what their pupils of these rows come to; nought where none is listed."""
    own = rows.filter(school=OuterRef("pk")).order_by().values("school")
    return schools.annotate(
        listed_pupils=Subquery(own.annotate(n=Count("pk")).values("n")),
        listed_satang=Subquery(own.annotate(n=Sum("amount_satang")).values("n")),
    ).order_by(F("listed_pupils").desc(nulls_last=True), "name", "pk")


def subsidy_years(term: Term, pupils: list[int]) -> dict[int, int]:
    """Years running up to the year before `term`, of these pupils (hooks.subsidy_years)."""
    rows = SubsidyPupil.objects.filter(
        is_current=True, term__year_be__lt=term.year_be, pupil__any_of=pupils
    )
    had: dict[int, set[int]] = {}
    for pupil, year, running in rows.values_list("pupil", "term__year_be", "years"):
        had.setdefault(pupil, set()).update(years_said(year, running))
    found = {pupil: years_running(years, term.year_be - 1) for pupil, years in had.items()}
    return {pupil: count for pupil, count in found.items() if count}
