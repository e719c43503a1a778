"""A term's policy, and the publication of its results. Each action is one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext

from eqfund import audit
from eqfund.models import Term, User
from eqfund.refusal import Refused
from eqfund.whole_country import over_the_whole_country
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

    The list holds the pupils of the policy's bands; every run of the model and every
    decision not announced before is marked with the announcement, so that a school may
    read why, in or out. A second call publishes what an extension brought since. `check` is asked last: a job's fence.
    """
    policy = ScreeningPolicy.objects.select_for_update().filter(term=term).first()
    if reason := permissions.why_not_announce(term, by, at):
        raise Refused(reason)
    assert policy is not None  # why_not_announce has asked
    newest = Announcement.objects.filter(term=term).aggregate(newest=Max("number"))["newest"]
    made = Announcement.objects.create(
        term=term,
        number=(newest or 0) + 1,
        bands=policy.announced_bands,
        published_by=by,
        published_at=at,
    )
    with over_the_whole_country() as cursor:
        cursor.execute(
            """
            WITH runs AS (
                UPDATE screening_scoring SET announcement_id = %(announcement)s
                WHERE term_id = %(term)s AND announcement_id IS NULL
                RETURNING id, forms
            ), decisions AS (
                UPDATE screening_institutiondecision decision
                SET announcement_id = %(announcement)s
                FROM screening_form01 form
                JOIN eqfund_enrolment enrolment ON enrolment.id = form.enrolment_id
                WHERE decision.form_id = form.id AND enrolment.term_id = %(term)s
                  AND decision.status = 'decided' AND decision.announcement_id IS NULL
                RETURNING decision.form_id, decision.band
            ), found AS (
                SELECT score.form_id, score.band
                FROM screening_pmtscore score JOIN runs ON runs.id = score.scoring_id
                UNION ALL
                SELECT form_id, band FROM decisions
            ), listed AS (
                INSERT INTO screening_announcedpupil (announcement_id, form_id, enrolment_id, band)
                SELECT %(announcement)s, form.id, form.enrolment_id, found.band
                FROM found JOIN screening_form01 form ON form.id = found.form_id
                WHERE found.band = ANY(%(bands)s)
                RETURNING id
            )
            SELECT (SELECT coalesce(sum(forms), 0) FROM runs) + (SELECT count(*) FROM decisions),
                   (SELECT count(*) FROM listed)
            """,
            {
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
