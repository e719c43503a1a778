"""How the continuing group stands, class by class and school by school, and what a close kept of it.

`STANDING` is one row for each continuing grantee who studies in a term, judged by the same ladder as
payments.rules.channels.why_not_confirm_unchanged; a test compares the two over all their cases.
Scope is the caller's: pass the paths one may see.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q

from eqfund import access
from eqfund.hooks import Work
from eqfund.models import Classroom, School, Term, User
from eqfund.school_year import GRADES
from payments.models import ContinuingClose, ContinuingLeft
from screening.fields import term_code

STANDING = """
SELECT grant_id, enrolment_id, school_id, classroom_id, path, confirmed, corrected,
       kind LIKE 'promptpay%%' AND (failed_this_way OR (state <> 'opened' AND NOT paid_this_way)) AS promptpay_open,
       CASE WHEN kind IS NULL THEN 'channel_unknown'
            WHEN kind = 'school_account' THEN 'not_asked'
            WHEN identity_kind IS DISTINCT FROM 'national_id' THEN 'promptpay_needs_national_id'
            WHEN guardian_id IS NULL THEN 'guardian_missing'
            WHEN kind = 'promptpay_guardian' AND NOT guardian_has_id THEN 'guardian_id_missing'
            WHEN state IN ('not_opened', 'failed') THEN 'promptpay_not_opened'
            ELSE 'not_asked' END AS reason
  FROM (
    SELECT g.id AS grant_id, e.id AS enrolment_id, c.school_id, e.classroom_id, e.path,
           k.id IS NOT NULL AS confirmed,
           k.id IS NOT NULL AND NOT k.unchanged AS corrected,
           COALESCE(ch.kind, NULLIF(g.former_channel, '')) AS kind,
           COALESCE(ch.promptpay_state, 'unknown') AS state,
           i.kind AS identity_kind,
           gu.id AS guardian_id,
           gu.id_index IS NOT NULL AS guardian_has_id,
           COALESCE(told.failed, false) AS failed_this_way,
           COALESCE(told.paid, false) AS paid_this_way
      FROM screening_grant g
      JOIN eqfund_enrolment e ON e.pupil_id = g.pupil_id AND e.term_id = %(term)s AND e.status = 'studying'
      JOIN eqfund_classroom c ON c.id = e.classroom_id
      JOIN eqfund_pupil p ON p.id = g.pupil_id
      LEFT JOIN eqfund_identity i ON i.id = p.identity_id
      LEFT JOIN payments_continuingconfirmation k ON k.grant_id = g.id AND k.term_id = %(term)s
      LEFT JOIN payments_receivingchannel ch ON ch.pupil_id = p.id AND ch.is_current
      LEFT JOIN eqfund_guardian gu ON gu.pupil_id = p.id AND gu.is_current
      LEFT JOIN (SELECT t.channel_id, bool_or(t.status = 'failed') AS failed, bool_or(t.status = 'success') AS paid
                   FROM payments_transfer t JOIN payments_transferround r ON r.id = t.round_id
                  WHERE r.term_id = %(term)s AND r.published_at IS NOT NULL
                  GROUP BY t.channel_id) told ON told.channel_id = ch.id
     WHERE g.status = 'active' AND g."group" = 'continuing'
       AND g.first_term <= %(code)s AND g.last_term >= %(code)s {where}
  ) AS facts
"""


def standing_sql(where: str) -> str:
    """The SELECT of the standing; `where` begins with AND and may name e and c."""
    return STANDING.replace("{where}", where)


def under(paths: Sequence[str]) -> tuple[str, dict[str, Any]]:
    """Enrolments at or under some places, as SQL and its parameters; the country needs neither."""
    if "TH/" in paths:
        return "", {}
    names = range(len(paths))
    ranges = " OR ".join(f"(e.path >= %(from_{n})s AND e.path < %(to_{n})s)" for n in names)
    values = {f"from_{n}": path for n, path in enumerate(paths)}
    values |= {f"to_{n}": access.next_path(path) for n, path in enumerate(paths)}
    return f"AND ({ranges or 'false'})", values


@dataclass(slots=True)
class Progress:
    """How many continuing grantees a class or school has, and how far they are."""

    pupils: int = 0
    confirmed: int = 0
    corrected: int = 0
    promptpay_open: int = 0
    reasons: Counter[str] = field(default_factory=Counter)

    @property
    def left(self) -> int:
        return self.pupils - self.confirmed

    def add(self, other: Progress) -> None:
        self.pupils += other.pupils
        self.confirmed += other.confirmed
        self.corrected += other.corrected
        self.promptpay_open += other.promptpay_open
        self.reasons += other.reasons


def progress(term: Term, paths: Sequence[str], *, by_class: bool = False) -> dict[int, Progress]:
    """The standing of each school under some places, or of each class. One query."""
    where, values = under(paths)
    of = "classroom_id" if by_class else "school_id"
    sql = f"""
        SELECT {of}, confirmed, corrected, promptpay_open, reason, count(*)
          FROM ({standing_sql(where)}) AS s GROUP BY 1, 2, 3, 4, 5
    """
    found: dict[int, Progress] = {}
    with connection.cursor() as cursor:
        cursor.execute(sql, {"term": term.pk, "code": term_code(term), **values})
        for place, confirmed, corrected, promptpay_open, reason, count in cursor.fetchall():
            one = found.setdefault(place, Progress())
            one.pupils += count
            one.confirmed += count if confirmed else 0
            one.corrected += count if corrected else 0
            one.promptpay_open += count if promptpay_open else 0
            if not confirmed:
                one.reasons[reason] += count
    return found


@dataclass(frozen=True, slots=True)
class SchoolRow:
    """A school as the list shows it."""

    school: School
    progress: Progress
    close: ContinuingClose | None


def school_rows(term: Term, user: User, verb: str, *, place: str = "") -> list[SchoolRow]:
    """The user's schools with continuing grantees, by name; only those under `place` if given. Three queries."""
    paths = access.paths_with(user, verb)
    if place:
        paths = [place] if any(place.startswith(path) for path in paths) else []
    figures = progress(term, paths)
    schools = School.objects.visible_to(user, verb).filter(pk__in=figures)
    closes = latest_closes(term, Q(school__in=figures))
    rows = [
        SchoolRow(school, figures[school.pk], closes.get(school.pk))
        for school in schools.select_related("office").order_by("name", "pk")
    ]
    return rows


def latest_closes(term: Term, only: Q) -> dict[int, ContinuingClose]:
    """The newest close of each school."""
    rows = ContinuingClose.objects.filter(only, term=term)
    newest = rows.order_by("school_id", "-closed_at", "-pk").distinct("school_id")
    return {close.school_id: close for close in newest}


def class_rows(term: Term, school: School) -> list[tuple[Classroom, Progress]]:
    """The school's classes with continuing grantees. Two queries."""
    figures = progress(term, [school.path], by_class=True)
    order = {grade: number for number, grade in enumerate(GRADES)}
    rooms = Classroom.objects.filter(pk__in=figures)
    return [
        (room, figures[room.pk]) for room in sorted(rooms, key=lambda r: (order[r.grade], r.room))
    ]


def left_over(close: ContinuingClose, user: User, verb: str) -> Any:
    """The grantees named at a close whom the user may see, by class and name."""
    rows = ContinuingLeft.objects.visible_to(user, verb).filter(close=close)
    rows = rows.select_related("enrolment__pupil", "enrolment__classroom", "grant")
    return rows.order_by("enrolment__path", "enrolment__pupil__sort_key", "pk")


def work_of_schools(term: Term, round_no: int, path: str, at: datetime) -> dict[int, Work]:
    """How many of each school's continuing grantees are confirmed, for reminders and closes."""
    return {pk: Work(one.confirmed, one.pupils) for pk, one in progress(term, [path]).items()}


def work_of_classes(term: Term, round_no: int, path: str, at: datetime) -> dict[int, Work]:
    """The same class by class, for those who confirm one."""
    figures = progress(term, [path], by_class=True)
    return {pk: Work(one.confirmed, one.pupils) for pk, one in figures.items()}
