"""The fund verifies signed forms 05 in three steps, and gives the grants. Each action is one transaction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext

from eqfund import access, audit
from eqfund.models import Enrolment, Term, User
from eqfund.refusal import Refused
from eqfund.school_year import TermKey
from screening.fields import term_code
from screening.models import CommitteeMeeting, FundVerification, ScreeningPolicy
from screening.permissions import verification as permissions
from screening.queries import verification as queries
from screening.rules import grants as grant_rules
from screening.rules.committee import Decision
from screening.rules.verification import Outcome, Step

COUNTRY = "TH/"


@transaction.atomic
def verify_meetings(
    term: Term, step: str, *, by: User, at: datetime, only: Iterable[int] | None = None
) -> dict[str, int]:
    """Verify all signed forms 05 that wait for `step` and pass its checks; `only` some of them.

    Those against which something stands are left for a person. The last step gives
    the grants, each certified pupil once. Returns how many passed, stand, were given.
    """
    step = Step(step)
    waiting = queries.waiting_for(term, step)
    if only is not None:
        waiting = waiting.filter(pk__in=list(only))
    if waiting.select_for_update(of=("self",)):
        waiting = (
            waiting.all()
        )  # asked again now that they are held: another press may have passed them
    meetings = list(waiting)
    _refuse_if_closed(term, meetings, by, at)
    against = queries.standing_against(meetings, term, step, at)
    passed = [meeting for meeting in meetings if meeting.pk not in against]
    found = FundVerification.objects.bulk_create(
        FundVerification(
            meeting=meeting,
            revision=meeting.revision,
            step=step,
            outcome=Outcome.PASSED,
            by=by,
            at=at,
        )
        for meeting in passed
    )
    given = (
        _give_grants(term, [meeting.pk for meeting in passed], by, at) if step == Step.GRANT else 0
    )
    counts = {"passed": len(found), "standing": len(against), "grants": given}
    if meetings:
        facts = {"term": term.label, "step": step.value, **counts}
        audit.record("verify_meetings", term, by=by, at=at, path=COUNTRY, facts=facts)
    return counts


@transaction.atomic
def send_back(
    meeting: CommitteeMeeting, *, reason: str, by: User, at: datetime
) -> FundVerification:
    """Find a form 05 wanting at the step it waits for, and say why.

    The supervising office then reopens it for the school; once signed again it is
    verified from the first step on.
    """
    meeting = (
        CommitteeMeeting.objects.select_for_update(of=("self",))
        .select_related("school", "term")
        .get(pk=meeting.pk)
    )
    if refusal := permissions.why_not_send_back(meeting, by, at):
        raise Refused(refusal)
    if not reason.strip():
        raise Refused(gettext("Say why."))
    step = permissions.next_step_of(meeting)
    assert step is not None  # why_not_send_back has asked
    found = FundVerification.objects.create(
        meeting=meeting,
        revision=meeting.revision,
        step=step,
        outcome=Outcome.SENT_BACK,
        reason=reason.strip(),
        by=by,
        at=at,
    )
    facts = {"step": step.value, "revision": meeting.revision}
    audit.record("send_back", meeting, by=by, at=at, path=meeting.school.path, facts=facts)
    return found


def _refuse_if_closed(term: Term, meetings: list[CommitteeMeeting], by: User, at: datetime) -> None:
    """Ask the table of verbs, and the calendar once for each affiliation among the meetings."""
    if reason := access.why_not(by, permissions.VERB, COUNTRY):
        raise Refused(reason)
    for path in sorted({"/".join(m.school.path.split("/")[:2]) + "/" for m in meetings}):
        if reason := permissions.why_not_verify(term, by, at, path):
            raise Refused(reason)


def _give_grants(term: Term, meetings: list[int], by: User, at: datetime) -> int:
    """Give a grant to each certified pupil who studies and has none; returns how many were given."""
    policy = ScreeningPolicy.objects.get(term=term)
    first = TermKey(term.year_be, term.number)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO screening_grant
                (pupil_id, enrolment_id, "group", first_term, last_term, status, source, line_id,
                 former_channel, given_at, given_by_id, end_reason, end_note)
            SELECT enrolment.pupil_id, enrolment.id, %(group)s, %(first)s, %(last)s, %(active)s,
                   %(source)s, line.id, '', %(at)s, %(by)s, '', ''::bytea
            FROM screening_form05line line
            JOIN screening_announcedpupil announced ON announced.id = line.announced_id
            JOIN eqfund_enrolment enrolment ON enrolment.id = announced.enrolment_id
            WHERE line.meeting_id = ANY(%(meetings)s) AND line.decision = %(certify)s
              AND enrolment.status = %(studying)s
            ON CONFLICT DO NOTHING
            """,
            {
                "group": grant_rules.PupilGroup.NEW,
                "first": term_code(first),
                "last": term_code(grant_rules.last_term(first, policy.school_years)),
                "active": grant_rules.GrantStatus.ACTIVE,
                "source": grant_rules.GrantSource.FORM05,
                "at": at,
                "by": by.pk,
                "meetings": meetings,
                "certify": Decision.CERTIFY,
                "studying": Enrolment.Status.STUDYING,
            },
        )
        return int(cursor.rowcount)
