"""A term's policy, and the publication of its results. Each action is one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Max
from django.utils.translation import gettext

from eqfund import audit
from eqfund.models import Term, User
from eqfund.refusal import Refused
from screening.form01.rules import Status
from screening.models import Announcement, ScreeningPolicy
from screening.permissions import announcement as permissions
from screening.pmt.definition import SCORED_BANDS

COUNTRY = "TH/"


@transaction.atomic
def set_policy(
    term: Term,
    *,
    announced_bands: Sequence[str],
    by: User,
    at: datetime,
    school_run_satang: int = 0,
    school_years: int = 3,
) -> ScreeningPolicy:
    """Lay down which bands a term announces, and how its grants run; until the first announcement."""
    if reason := permissions.why_not_set_policy(term, by):
        raise Refused(reason)
    unknown = set(announced_bands) - set(SCORED_BANDS)
    if unknown or not announced_bands or school_run_satang < 0 or school_years < 1:
        raise Refused(
            gettext("This policy names no band, an unknown band, or an impossible figure.")
        )
    policy, _made = ScreeningPolicy.objects.update_or_create(
        term=term,
        defaults={
            "announced_bands": list(announced_bands),
            "school_run_satang": school_run_satang,
            "school_years": school_years,
            "set_by": by,
            "set_at": at,
        },
    )
    audit.record(
        "set_policy", policy, by=by, at=at, path=COUNTRY, facts={"bands": list(announced_bands)}
    )
    return policy


@transaction.atomic
def announce_results(
    term: Term, *, by: User, at: datetime, check: Callable[[], None] = lambda: None
) -> Announcement:
    """Publish what has been scored, from the calendar's moment on: every school sees its list.

    The list holds the pupils of the policy's bands; every scored form is then
    announced, so that its school may read why, in or out. A second call publishes
    what an extension brought since. `check` is asked last: a job's fence.
    """
    if reason := permissions.why_not_announce(term, by, at):
        raise Refused(reason)
    policy = ScreeningPolicy.objects.select_for_update().get(term=term)
    newest = Announcement.objects.filter(term=term).aggregate(newest=Max("number"))["newest"]
    made = Announcement.objects.create(
        term=term,
        number=(newest or 0) + 1,
        bands=policy.announced_bands,
        published_by=by,
        published_at=at,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH moved AS (
                UPDATE screening_form01 form SET status = %(announced)s
                FROM eqfund_enrolment enrolment
                WHERE form.enrolment_id = enrolment.id AND enrolment.term_id = %(term)s
                  AND form.status = %(scored)s
                RETURNING form.id, form.enrolment_id
            ), listed AS (
                INSERT INTO screening_announcedpupil (announcement_id, form_id, enrolment_id, band)
                SELECT %(announcement)s, moved.id, moved.enrolment_id,
                       coalesce(score.band, decision.band)
                FROM moved
                LEFT JOIN screening_pmtscore score ON score.form_id = moved.id
                LEFT JOIN screening_institutiondecision decision
                       ON decision.form_id = moved.id AND decision.status = 'decided'
                WHERE coalesce(score.band, decision.band) = ANY(%(bands)s)
                RETURNING id
            )
            SELECT (SELECT count(*) FROM moved), (SELECT count(*) FROM listed)
            """,
            {
                "announced": Status.ANNOUNCED,
                "scored": Status.SCORED,
                "term": term.pk,
                "announcement": made.pk,
                "bands": list(policy.announced_bands),
            },
        )
        made.results, made.listed = cursor.fetchone()
    made.save(update_fields=["results", "listed"])
    facts = {"term": term.label, "results": made.results, "listed": made.listed}
    audit.record("announce_results", made, by=by, at=at, path=COUNTRY, facts=facts)
    check()
    return made
