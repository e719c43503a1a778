"""All that changes term days and attendance. Each action is one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext

from attendance import permissions
from attendance.models import ClassMonth, MonthRecord, TermDays
from attendance.rules import (
    Exceptions,
    System,
    days_in_month,
    fault,
    may_be_of_term,
    present_days,
)
from eqfund import audit
from eqfund.models import Classroom, Enrolment, School, Term, User
from eqfund.refusal import Refused


@transaction.atomic
def set_term_days(
    school: School,
    term: Term,
    *,
    opens_on: date,
    closes_on: date,
    system: System,
    by: User,
    at: datetime,
) -> TermDays:
    """Set a school's first and last day of the term and its one system, until the first record."""
    School.objects.select_for_update().get(pk=school.pk)
    days = TermDays.objects.filter(school=school, term=term).first()
    if reason := permissions.why_not_set_term_days(school, term, days, by, at):
        raise Refused(reason)
    if closes_on <= opens_on:
        raise Refused(gettext("The last day must come after the first day."))
    if not may_be_of_term(opens_on, closes_on, term.opens_on, term.closes_on):
        raise Refused(
            gettext("These days are not of term %(term)s. Look at the year.") % {"term": term.label}
        )
    before = {"opens_on": str(days.opens_on), "system": days.system} if days else None
    values = {
        "opens_on": opens_on,
        "closes_on": closes_on,
        "system": system,
        "set_by": by,
        "set_at": at,
    }
    days, _made = TermDays.objects.update_or_create(school=school, term=term, defaults=values)
    after = {"opens_on": str(opens_on), "closes_on": str(closes_on), "system": str(system)}
    audit.record("set_term_days", days, by=by, at=at, path=school.path, before=before, after=after)
    return days


@transaction.atomic
def record_month(
    classroom: Classroom,
    term: Term,
    month: date,
    *,
    school_days: int,
    exceptions: Mapping[int, Exceptions],
    by: User,
    at: datetime,
) -> ClassMonth:
    """Record a class's month: every pupil present but for the exceptions, by enrolment key.

    Recording again replaces the month of those who are in the class now; who has left since
    keeps theirs. The first record locks the term days.
    """
    days = (
        TermDays.objects.select_for_update().filter(school=classroom.school_id, term=term).first()
    )
    if reason := permissions.why_not_record_month(classroom, term, month, days, by, at):
        raise Refused(reason)
    assert days is not None
    most = days_in_month(month, days.opens_on, days.closes_on)
    if not 0 < school_days <= most:
        raise Refused(
            gettext("The term has %(most)d days in this month: school days lie between 1 and that.")
            % {"most": most}
        )
    pupils = list(
        Enrolment.objects.studying()
        .filter(classroom=classroom, term=term)
        .values_list("pk", flat=True)
    )
    if set(exceptions) - set(pupils):
        raise Refused(
            gettext("A pupil of the list is no longer in this class. Load the page again.")
        )
    rows = {pk: exceptions.get(pk, Exceptions()) for pk in pupils}
    if any(fault(school_days, row) for row in rows.values()):
        raise Refused(gettext("The days of a pupil do not fit the school days of the month."))
    values = {"school_days": school_days, "recorded_by": by, "recorded_at": at}
    record, made = ClassMonth.objects.update_or_create(
        classroom=classroom, term=term, month=month.replace(day=1), defaults=values
    )
    record.records.filter(enrolment__in=pupils).delete()
    MonthRecord.objects.bulk_create(
        MonthRecord(
            class_month=record,
            enrolment_id=pk,
            school_days=school_days,
            present=present_days(school_days, row),
            sick=row.sick,
            personal_leave=row.personal,
            absent=row.absent,
            late=row.late,
        )
        for pk, row in rows.items()
    )
    if days.locked_at is None:
        TermDays.objects.filter(pk=days.pk).update(locked_at=at)
    facts = {
        "month": month.isoformat(),
        "pupils": len(rows),
        "school_days": school_days,
        "again": not made,
    }
    audit.record("record_month", record, by=by, at=at, path=classroom.path, facts=facts)
    return record
