"""The list of homes to visit: named by the data, decided by people, visited. Each action is one transaction.

Nothing takes a line away. What the data say is written into `evidence` each time they are looked
at; the tick is people's, and stays as they set it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext

from eqfund import audit
from eqfund.models import Enrolment, RegistryImport, Term, User
from eqfund.refusal import Refused
from screening.models import HomeVisit
from screening.permissions import visits as permissions
from screening.queries import visits as queries
from screening.rules import visits as rules
from screening.rules.visits import Outcome, Reason, SkipReason


@dataclass(frozen=True, slots=True)
class Proposed:
    """What looking at the data did: lines made, lines of which the data now say something else."""

    named: int = 0
    changed: int = 0


@transaction.atomic
def propose_visits(path: str, term: Term, *, by: User | None, at: datetime) -> Proposed:
    """Look at the data of everybody who studies under `path` and keep what they say, line by line.

    A pupil with evidence and no line gets one, ticked; a line's evidence follows the data, also
    down to nothing. Ticks, reasons, days and visits are left as people set them.
    """
    if reason := permissions.why_not_propose(path, by):
        raise Refused(reason)
    lines = HomeVisit.objects.filter(enrolment__term=term, enrolment__path__startswith=path)
    known = {
        pk: (line, found) for line, pk, found in lines.values_list("pk", "enrolment", "evidence")
    }
    fresh: dict[int, list[str]] = {}
    changed: dict[int, list[str]] = {}
    gate = queries.gate_of(term)
    for enrolment, facts in queries.facts_under(path, term):
        found = [str(one) for one in rules.evidence(facts, gate)]
        if enrolment in known:
            line, before = known[enrolment]
            if before != found:
                changed[line] = found
        elif found:
            fresh[enrolment] = found
    _name(fresh, at)
    _say(changed)
    done = Proposed(len(fresh), len(changed))
    if fresh or changed:
        facts_told = {"named": done.named, "changed": done.changed}
        audit.record("propose_visits", term, by=by, at=at, path=path, facts=facts_told)
    return done


def _name(fresh: dict[int, list[str]], at: datetime) -> None:
    """New lines by one statement; somebody else's of the same moment stays as it is."""
    if not fresh:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO screening_homevisit
                (enrolment_id, evidence, reason, note, proposed_at, is_ticked, skip_reason, outcome, outcome_note)
            SELECT named.enrolment, string_to_array(named.evidence, ','), '', ''::bytea, %(at)s, true, '', '', ''::bytea
            FROM unnest(%(enrolments)s::bigint[], %(evidence)s::text[]) AS named (enrolment, evidence)
            ON CONFLICT DO NOTHING
            """,
            {
                "at": at,
                "enrolments": list(fresh),
                "evidence": [",".join(found) for found in fresh.values()],
            },
        )


def _say(changed: dict[int, list[str]]) -> None:
    """What the data say now of lines that stand, by one statement."""
    if not changed:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE screening_homevisit visit SET evidence = string_to_array(said.evidence, ',')
            FROM unnest(%(lines)s::bigint[], %(evidence)s::text[]) AS said (line, evidence) WHERE visit.id = said.line
            """,
            {"lines": list(changed), "evidence": [",".join(said) for said in changed.values()]},
        )


def propose_after_import(it: RegistryImport, at: datetime) -> None:
    """Look at the data of a place whose registry file was recorded (hooks.registry_imported)."""
    propose_visits(it.path, it.term, by=None, at=at)


@transaction.atomic
def add_visit(
    enrolment: Enrolment, *, reason: str, by: User, at: datetime, note: str = ""
) -> HomeVisit:
    """Put a pupil on the list by hand, for one of the letter's reasons."""
    if refusal := permissions.why_not_add(enrolment, by):
        raise Refused(refusal)
    try:
        with transaction.atomic():
            visit = HomeVisit.objects.create(
                enrolment=enrolment,
                reason=Reason(reason),
                note=note.strip(),
                added_by=by,
                proposed_at=at,
                decided_by=by,
                decided_at=at,
            )
    except IntegrityError:
        raise Refused(gettext("This pupil stands on the list already.")) from None
    _record("add_visit", visit, by, at, reason=reason)
    return visit


@transaction.atomic
def skip_visit(
    visit: HomeVisit, *, reason: str, by: User, at: datetime, note: str = ""
) -> HomeVisit:
    """Take the tick off, with a reason; the line stays and says who did it."""
    visit = _locked(visit)
    if refusal := permissions.why_not_skip(visit, by):
        raise Refused(refusal)
    if reason == SkipReason.OTHER and not note.strip():
        raise Refused(gettext("Write the other reason down."))
    _change(
        visit,
        is_ticked=False,
        skip_reason=SkipReason(reason),
        note=note.strip() or visit.note,
        decided_by=by,
        decided_at=at,
    )
    _record("skip_visit", visit, by, at, reason=reason)
    return visit


@transaction.atomic
def keep_visit(visit: HomeVisit, *, by: User, at: datetime) -> HomeVisit:
    """Set the tick again."""
    visit = _locked(visit)
    if refusal := permissions.why_not_keep(visit, by):
        raise Refused(refusal)
    _change(visit, is_ticked=True, skip_reason="", decided_by=by, decided_at=at)
    _record("keep_visit", visit, by, at)
    return visit


@transaction.atomic
def plan_visits(
    visits: Sequence[HomeVisit], *, planned_on: date | None, by: User, at: datetime
) -> int:
    """Set the day on which these homes are to be visited, or none; all of them or nothing."""
    locked = [_locked(visit) for visit in sorted(visits, key=lambda visit: visit.pk)]
    for visit in locked:
        if refusal := permissions.why_not_plan(visit, by):
            raise Refused(f"{visit.enrolment.pupil.full_name}: {refusal}")
        if not visit.is_ticked:
            raise Refused(
                gettext("%(name)s is not ticked. Tick the pupil first.")
                % {"name": visit.enrolment.pupil.full_name}
            )
    for visit in locked:
        _change(visit, planned_on=planned_on)
    if locked:
        audit.record(
            "plan_visits",
            "screening.HomeVisit",
            by=by,
            at=at,
            path=locked[0].path,
            facts={"lines": len(locked), "day": str(planned_on or "")},
        )
    return len(locked)


@transaction.atomic
def set_turn(visit: HomeVisit, *, turn: int | None, by: User, at: datetime) -> HomeVisit:
    """Keep the teacher's own order inside a subdistrict, or leave it to the map again."""
    visit = _locked(visit)
    if refusal := permissions.why_not_plan(visit, by):
        raise Refused(refusal)
    _change(visit, turn=turn)
    _record("set_visit_turn", visit, by, at, turn=turn or 0)
    return visit


@transaction.atomic
def record_visit(
    visit: HomeVisit, *, visited_on: date, outcome: str, by: User, at: datetime, note: str = ""
) -> HomeVisit:
    """Note that somebody went, and what they found; a later visit replaces an earlier one."""
    visit = _locked(visit)
    if refusal := permissions.why_not_plan(visit, by):
        raise Refused(refusal)
    if refusal := permissions.why_not_on_day(visited_on, visit.enrolment.term, at.date()):
        raise Refused(refusal)
    if not visit.is_ticked:
        raise Refused(gettext("The tick is off. Set it again, then record the visit."))
    _change(
        visit,
        visited_on=visited_on,
        outcome=Outcome(outcome),
        outcome_note=note.strip(),
        visited_by=by,
    )
    _record("record_visit", visit, by, at, outcome=outcome)
    return visit


def _locked(visit: HomeVisit) -> HomeVisit:
    """The line as it stands now; of two at once one waits."""
    rows = HomeVisit.objects.select_related("enrolment__term", "enrolment__pupil")
    return rows.select_for_update(of=["self"]).get(pk=visit.pk)


def _change(visit: HomeVisit, **fields: object) -> None:
    for name, value in fields.items():
        setattr(visit, name, value)
    visit.save(update_fields=[*fields])


def _record(verb: str, visit: HomeVisit, by: User, at: datetime, **facts: object) -> None:
    audit.record(
        verb,
        visit,
        by=by,
        at=at,
        path=visit.path,
        pupil=visit.enrolment.pupil_id,
        facts={key: str(value) for key, value in facts.items()},
    )
