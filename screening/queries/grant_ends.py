"""What the end of one grant does, in sentences, before anything happens: upstream, the roll, the money."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext

from eqfund import hooks
from eqfund.models import Affiliation, RegistryRecord, Term, User
from eqfund.thai_text import thai_date, thai_datetime
from eqfund.windows import lines_for
from screening.models import Grant
from screening.rules.grant_ends import STATUS_OF, Subsidy, way_of
from screening.rules.grants import EndReason

REGISTRY_LINE = "source_registry_check"


@dataclass(frozen=True, slots=True)
class EndPlan:
    """What follows for the family and what the school has still to do."""

    loses: list[str]
    todo: list[str]
    money: list[str]
    registry: str  # what the registry said last, "" where nothing is known


def end_plan(grant: Grant, reason: str, term: Term, at: datetime) -> EndPlan:
    """The consequences of ending a grant for a reason. A handful of queries."""
    loses = [
        gettext("The grant of the terms %(now)s to %(last)s: nothing more is paid.")
        % {"now": term.label, "last": str(grant.last_term)}
    ]
    todo: list[str] = []
    registry = ""
    if reason == EndReason.NO_LONGER_POOR:
        lost, upstream = _upstream(grant, term)
        loses += lost
        todo += upstream
        registry = _registry(grant, term)
    elif reason in STATUS_OF:
        todo.append(
            gettext(
                "Record in the roll that the pupil is no longer at the school, so that next month's lists are right."
            )
        )
    if reason == EndReason.MOVED:
        todo.append(
            gettext(
                "A pupil who changed school is new group there: the new school visits and screens again."
            )
        )
    money = [said for ask in hooks.grant_ends for said in ask(grant, reason, at)]
    return EndPlan(loses, todo, money, registry)


def _upstream(grant: Grant, term: Term) -> tuple[list[str], list[str]]:
    """What is lost beside the grant, and where the mark is taken off, by the pupil's affiliation."""
    affiliation = Affiliation.objects.get(offices__schools__classrooms=grant.enrolment.classroom_id)
    way = way_of(affiliation.code)
    loses = {
        Subsidy.LOST: [
            gettext(
                "The basic-needs subsidy for poor pupils: it goes with the mark in %(registry)s."
            )
            % {"registry": way.registry}
        ],
        Subsidy.ASK: [
            gettext(
                "Perhaps the basic-needs subsidy for poor pupils: the affiliation decides. Ask the office before you end the grant."
            )
        ],
        Subsidy.NONE: [],
    }[way.subsidy]
    if way.laid_down:
        what = gettext("In %(registry)s, take off the mark “%(mark)s” of this pupil%(by)s.")
        values = {"registry": way.registry, "mark": way.mark, "by": _by_when(grant, term)}
        return loses, [what % values]
    if way.mark:
        what = gettext(
            "The letter lays down no way for %(affiliation)s. In %(registry)s the mark is “%(mark)s”: ask the office whether you take it off."
        )
    elif way.registry:
        what = gettext(
            "The letter lays down no way for %(affiliation)s. Ask the office what is to be changed in %(registry)s."
        )
    else:
        what = gettext(
            "The letter lays down no way for %(affiliation)s. Ask the supervising office."
        )
    values = {
        "affiliation": affiliation.short_name,
        "registry": way.registry,
        "mark": way.mark,
    }
    return loses, [what % values]


def _by_when(grant: Grant, term: Term) -> str:
    """Until when the registry is open, where the calendar says so."""
    lines = [w for w in lines_for(term, grant.enrolment.path) if w.line.activity == REGISTRY_LINE]
    closes = next((w.last_moment for w in lines if w.last_moment), None)
    if closes is None:
        return " " + gettext("(by the day that the affiliation lays down)")
    return " " + gettext("by %(day)s") % {"day": thai_date(closes.date())}


def _registry(grant: Grant, term: Term) -> str:
    """What the registry's last file said of the mark."""
    record = (
        RegistryRecord.objects.filter(pupil=grant.pupil_id, term=term)
        .select_related("source")
        .first()
    )
    if record is None:
        return ""
    values = {"at": thai_datetime(record.source.confirmed_at)}
    if record.disadvantage_poor:
        return gettext("The registry file of %(at)s still marks the pupil as poor.") % values
    return gettext("The registry file of %(at)s no longer marks the pupil as poor.") % values


def still_marked(user: User, verb: str, term: Term) -> list[Grant]:
    """Grants ended as no longer poor whose registry, where the mark is to be taken off, still has it."""
    marked = RegistryRecord.objects.filter(
        pupil=OuterRef("pupil_id"), term=term, disadvantage_poor=True
    )
    grants = Grant.objects.visible_to(user, verb).filter(
        status="ended",
        end_reason=EndReason.NO_LONGER_POOR,
        ended_at__date__gte=term.opens_on,
        enrolment__classroom__school__office__affiliation__code__in=["OBEC"],
    )
    return list(grants.filter(Exists(marked)).select_related("pupil").order_by("ended_at", "pk"))
