"""What a new school reads of a pupil's attendance at former schools, once the hand-over is accepted."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Sum
from django.utils.translation import gettext, gettext_lazy as _

from attendance.models import MonthRecord
from eqfund.hooks import Panel, handover_history, joined_once, joined_words
from eqfund.models import Handover, User

joined_words.register(("attendance.MonthRecord", _("a recorded month of attendance")))
joined_once.register(("attendance.MonthRecord", ("class_month",)))


@handover_history.register
def months(handover: Handover, user: User, at: datetime) -> list[Panel]:
    """Days at school and away, by term and school; one query."""
    rows = MonthRecord.objects.filter(enrolment__in=handover.former_enrolments())
    sums = rows.values(
        "enrolment__term__year_be",
        "enrolment__term__number",
        "enrolment__term__opens_on",
        "enrolment__classroom__school__name",
    ).annotate(
        school_days=Sum("school_days"),
        present=Sum("present"),
        sick=Sum("sick"),
        personal_leave=Sum("personal_leave"),
        absent=Sum("absent"),
        late=Sum("late"),
    )
    found = [
        {
            "term": f"{row['enrolment__term__number']}/{row['enrolment__term__year_be']}",
            "school": row["enrolment__classroom__school__name"],
            **{name: row[name] for name in ("school_days", "present", "absent", "late")},
            "leave": row["sick"] + row["personal_leave"],
        }
        for row in sums.order_by("-enrolment__term__opens_on", "enrolment__classroom__school__name")
    ]
    if not found:
        return []
    return [Panel(gettext("Attendance"), "attendance/handed_over.html", {"rows": found})]
