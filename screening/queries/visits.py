"""What the data say for a visit, set-based; and the lists, counts and homes that the pages show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from eqfund import hooks
from eqfund.handover.rules import Status as Handed
from eqfund.models import (
    Classroom,
    Enrolment,
    Guardian,
    Handover,
    RegistryRecord,
    School,
    SupervisingOffice,
    Term,
    User,
)
from eqfund.registry import last_known
from eqfund.registry.last_known import LastKnown
from screening.fields import term_code
from screening.form01.rules import SENT, Status
from screening.models import Form01, Grant, HomeVisit, PmtModel, PmtScore
from screening.pmt.definition import PovertyBand
from screening.rules import visits as rules
from screening.rules.grants import EndReason, GrantStatus
from screening.rules.visits import Facts, FormerGrant

from . import homes

POOR = (PovertyBand.POOR, PovertyBand.EXTREMELY_POOR)
# An end after which the child is asked about again; "no longer poor" is not one.
COMES_AGAIN = (EndReason.MOVED, EndReason.LEFT)
SCHOOL_SEGMENTS = 4
CHUNK = 4_000


def school_part(path: str) -> str:
    """The school's path of any path in it.

    >>> school_part("TH/1/2/3/44/")
    'TH/1/2/3/'
    """
    return "/".join(path.split("/")[:SCHOOL_SEGMENTS]) + "/"


# --- what the data say ----------------------------------------------------------------


def facts_under(path: str, term: Term) -> Iterator[tuple[int, Facts]]:
    """Enrolment and facts of everybody who studies under `path` this term.

    By lists of keys, a chunk at a time: a just recorded file has no statistics yet, and a sub-select
    over its 60,000 enrolments was joined row by row, which took minutes. The registry's incomes,
    which are sealed, are opened only where nothing else speaks for a visit.
    """
    studying = Enrolment.objects.studying().under(path).filter(term=term)
    rows = studying.values_list("pk", "pupil_id", "path")
    found = rows.iterator(chunk_size=CHUNK)
    while chunk := list(islice(found, CHUNK)):
        yield from _facts_of(chunk, term)


def _facts_of(chunk: list[tuple[int, int, str]], term: Term) -> Iterator[tuple[int, Facts]]:
    """The facts of some enrolments, a query for each source."""
    enrolments, pupils = [row[0] for row in chunk], [row[1] for row in chunk]
    marked = dict(
        RegistryRecord.objects.filter(term=term, enrolment__any_of=enrolments).values_list(
            "enrolment", "disadvantage_poor"
        )
    )
    unmarked = [pk for pk in enrolments if pk not in marked]
    before = last_known.under(unmarked, term) if unmarked else {}
    granted, former = _grants(pupils, term)
    elsewhere = _awaited_elsewhere(pupils)
    scored = _scored_poor(pupils, term)
    years: dict[int, int] = {}
    for count in hooks.subsidy_years:
        years |= count(term, pupils)
    silent = []
    for pk, pupil, path in chunk:
        facts = Facts(
            has_grant=pupil in granted,
            marked_poor=marked.get(pk),
            marked_before=pk in before and before[pk].is_poor,
            subsidy_years=years.get(pupil, 0),
            former_grant=FormerGrant.ELSEWHERE
            if pupil in elsewhere
            else _former(former, pupil, path),
            scored_poor=pupil in scored,
        )
        if not facts.has_grant and not rules.evidence(facts):
            silent.append(pk)
        else:
            yield pk, facts
    yield from _by_income(silent, term)


def _grants(pupils: list[int], term: Term) -> tuple[set[int], dict[int, tuple[str, bool]]]:
    """Pupils who hold a grant; of the others the last grant's place, and whether it was left by moving."""
    code = term_code(term)
    granted: set[int] = set()
    former: dict[int, tuple[str, bool]] = {}
    rows = Grant.objects.filter(pupil__any_of=pupils).order_by("first_term", "pk")
    for pupil, path, status, reason, last in rows.values_list(
        "pupil", "enrolment__path", "status", "end_reason", "last_term"
    ):
        if status != GrantStatus.ENDED and term_code(last) >= code:
            granted.add(pupil)
        elif status != GrantStatus.ENDED or reason in COMES_AGAIN:
            former[pupil] = (path, reason == EndReason.MOVED)
    return granted, former


def _awaited_elsewhere(pupils: list[int]) -> set[int]:
    """Pupils whom the predecessor's list has at another school than theirs."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT pupil.id FROM eqfund_pupil pupil JOIN eqfund_identity identity ON identity.id = pupil.identity_id
            JOIN LATERAL (SELECT a.outcome FROM screening_awaitedgrant a
                           WHERE a.id_index = identity.id_index OFFSET 0) awaited ON awaited.outcome = 'moved'
            WHERE pupil.id = ANY(%s::bigint[])
            """,
            [pupils],
        )
        return {row[0] for row in cursor.fetchall()}


def _former(former: dict[int, tuple[str, bool]], pupil: int, path: str) -> FormerGrant:
    if pupil not in former:
        return FormerGrant.NONE
    given_at, left_by_moving = former[pupil]
    same = school_part(given_at) == school_part(path)
    return FormerGrant.HERE if same and not left_by_moving else FormerGrant.ELSEWHERE


def _scored_poor(pupils: list[int], term: Term) -> set[int]:
    """Pupils whose last score of an earlier term was poor or extremely poor."""
    earlier = Q(form__enrolment__term__year_be__lt=term.year_be) | Q(
        form__enrolment__term__year_be=term.year_be,
        form__enrolment__term__number__lt=term.number,
    )
    rows = PmtScore.objects.filter(earlier, form__enrolment__pupil__any_of=pupils)
    rows = rows.order_by("form__enrolment__term__year_be", "form__enrolment__term__number", "pk")
    last = dict(rows.values_list("form__enrolment__pupil", "band"))
    return {pupil for pupil, band in last.items() if band in POOR}


def _by_income(enrolments: list[int], term: Term) -> Iterator[tuple[int, Facts]]:
    """The rest, by what the registry's incomes come to."""
    if not enrolments:
        return
    known = RegistryRecord.objects.filter(term=term, enrolment__any_of=enrolments)
    rows = known.values_list("enrolment", "disadvantage_poor", "extras")
    said = {pk: (poor, extras) for pk, poor, extras in rows}
    for pk in enrolments:
        poor, extras = said.get(pk, (None, {}))
        yield pk, Facts(marked_poor=poor, income_per_head_satang=rules.registry_income(extras))


def gate_of(term: Term) -> int:
    """The criterion of income of the year's released model, or the letter's."""
    model = PmtModel.objects.released_for(term.year_be)
    gate = (model.definition.get("income") or {}).get("gate_baht") if model else None
    return 100 * gate if gate else rules.INCOME_GATE_SATANG


# --- counts ---------------------------------------------------------------------------

VISITED = Q(visited_on__isnull=False, outcome=rules.Outcome.MET)


def counts_by(rows: QuerySet[HomeVisit], key: str) -> dict[Any, dict[str, int]]:
    """Of the lines: named, ticked, visited, begun, sent; for each value of `key`."""
    alive = Form01.objects.filter(enrolment=OuterRef("enrolment")).exclude(status=Status.WITHDRAWN)
    grouped = (
        rows.order_by()
        .annotate(begun=Exists(alive), sent=Exists(alive.filter(status__in=sorted(SENT))))
        .values(key)
        .annotate(
            named=Count("pk"),
            ticked=Count("pk", filter=Q(is_ticked=True)),
            skipped=Count("pk", filter=Q(is_ticked=False, begun=False)),
            visited=Count("pk", filter=VISITED | Q(begun=True)),
            forms=Count("pk", filter=Q(begun=True)),
            sent_forms=Count("pk", filter=Q(sent=True)),
        )
    )
    return {row.pop(key): row for row in grouped}


NOUGHT = {"named": 0, "ticked": 0, "skipped": 0, "visited": 0, "forms": 0, "sent_forms": 0}


def with_counts(places: Iterable[Any], rows: QuerySet[HomeVisit], key: str) -> list[dict[str, Any]]:
    """Each place with its counts; those without a line with noughts."""
    shown = list(places)
    found = counts_by(rows.filter(**{f"{key}__in": [place.pk for place in shown]}), key)
    return [{"place": place, **NOUGHT, **found.get(place.pk, {})} for place in shown]


SUBJECT = "home_visits"


def office_figures(term: Term, offices: list[int]) -> dict[int, dict[str, int]]:
    """Whole offices' counts (hooks.counted_subjects); one query."""
    rows = HomeVisit.objects.in_term(term).to_visit_in(term)
    found = counts_by(rows.filter(**{f"{OF_OFFICE}__in": offices}), OF_OFFICE)
    return {office: found.get(office, NOUGHT) for office in offices}


def with_kept_counts(
    user: User, term: Term, offices: Iterable[SupervisingOffice], rows: QuerySet[HomeVisit]
) -> tuple[list[dict[str, Any]], datetime | None]:
    """Offices with their counts as last counted, and when; of `rows`, now, where they never were."""
    shown = list(offices)
    kept, counted_at = hooks.kept_figures(user, term, SUBJECT, [office.pk for office in shown])
    if fresh := [office.pk for office in shown if office.pk not in kept]:
        kept |= counts_by(rows.filter(**{f"{OF_OFFICE}__in": fresh}), OF_OFFICE)
    return [{"place": office, **NOUGHT, **kept.get(office.pk, {})} for office in shown], counted_at


def total_of(rows: QuerySet[HomeVisit]) -> dict[str, int]:
    """The same figures of all lines together."""
    parts = counts_by(rows.annotate(all=F("enrolment__status")), "all")
    return {key: sum(part[key] for part in parts.values()) for key in NOUGHT}


OF_CLASS, OF_SCHOOL = "enrolment__classroom", "enrolment__classroom__school"
OF_OFFICE = "enrolment__classroom__school__office"
PLACES = {OF_CLASS: Classroom, OF_SCHOOL: School, OF_OFFICE: SupervisingOffice}


# --- a class's list -------------------------------------------------------------------


@dataclass(slots=True)
class Line:
    """A line of a class's list, with all that a page or paper shows of the pupil's home."""

    visit: HomeVisit
    form: Form01 | None
    stands: str
    stage: rules.Stage
    home: homes.HomeOf = field(default_factory=homes.HomeOf)
    marked_poor: bool | None = None
    registry: str = ""
    last_known: LastKnown | None = None  # what a former school's registry said
    guardian: Guardian | None = None
    number: int = 0
    last_visit: Any = None

    @property
    def pupil(self) -> Any:
        return self.visit.enrolment.pupil


def lines_of(rows: QuerySet[HomeVisit], term: Term, *, opened: bool) -> list[Line]:
    """The lines with forms, registry's mark and homes: five queries whatever their number.

    `opened`: what is sealed of a home (house number, village, telephone, exact point) is read too;
    without it a home is its subdistrict and its square of a kilometre.
    """
    visits = list(
        rows.select_related(
            "enrolment__pupil", "enrolment__classroom__school", "decided_by", "added_by"
        ).order_by("enrolment__pupil__sort_key", "pk")
    )
    pupils = [visit.enrolment.pupil_id for visit in visits]
    forms = _forms_by_pupil(pupils)
    handed = _handed_over(visits, forms)
    of_term = RegistryRecord.objects.filter(pupil__in=pupils, term=term)
    records = {record.pupil_id: record for record in of_term.select_related("enrolment", "source")}
    guardians = {g.pupil_id: g for g in Guardian.objects.filter(pupil__in=pupils, is_current=True)}
    found = []
    for visit in visits:
        pupil, here = visit.enrolment.pupil, school_part(visit.enrolment.path)
        until = handed.get((pupil.pk, here))
        of_pupil = [form for form in forms.get(pupil.pk, []) if _is_known_at(here, form, until)]
        form = next((f for f in of_pupil if f.enrolment_id == visit.enrolment_id), None)
        record = records.get(pupil.pk)
        before = last_known.of(record, here)
        record = None if before else record
        guardian = guardians.get(pupil.pk) if pupil.path.startswith(here) else None
        seen = form is not None or (
            visit.visited_on is not None and visit.outcome == rules.Outcome.MET
        )
        earlier = [f.visited_on for f in of_pupil if f is not form and f.visited_on]
        found.append(
            Line(
                visit,
                form,
                str(form.standing) if form else "",
                rules.stage(is_ticked=visit.is_ticked, is_visited=seen, has_form=form is not None),
                homes.home_of(of_pupil, record, guardian, opened=opened),
                record.disadvantage_poor if record else None,
                record.registry if record else "",
                before,
                guardian,
                last_visit=visit.visited_on
                or (form.visited_on if form else None)
                or max(earlier, default=None),
            )
        )
    return found


def _is_known_at(here: str, form: Form01, until: date | None) -> bool:
    """Whether a school may know a form: its own, or one that an accepted hand-over opened to it."""
    enrolment = form.enrolment
    return enrolment.path.startswith(here) or (until is not None and enrolment.starts_on <= until)


def _handed_over(
    visits: list[HomeVisit], forms: dict[int, list[Form01]]
) -> dict[tuple[int, str], date]:
    """Pupil and school -> the day of the last accepted move there; asked only for forms of elsewhere."""
    came = {
        visit.enrolment.pupil_id
        for visit in visits
        for form in forms.get(visit.enrolment.pupil_id, [])
        if not form.enrolment.path.startswith(school_part(visit.enrolment.path))
    }
    if not came:
        return {}
    rows = Handover.objects.filter(pupil__in=came, status=Handed.ACCEPTED).order_by("moved_on")
    moves = rows.values_list("pupil", "to_path", "moved_on")
    return {(pupil, school_part(path)): day for pupil, path, day in moves}


def _forms_by_pupil(pupils: list[int]) -> dict[int, list[Form01]]:
    """Forms of these pupils that were not withdrawn, of any term, the newest first."""
    rows = (
        Form01.objects.filter(enrolment__pupil__in=pupils)
        .exclude(status=Status.WITHDRAWN)
        .select_related("enrolment__term")
        .with_standing()
        .defer("unread", "officer", "prefilled")
        .order_by("-enrolment__term__year_be", "-enrolment__term__number", "-pk")
    )
    found: dict[int, list[Form01]] = {}
    for form in rows:
        found.setdefault(form.enrolment.pupil_id, []).append(form)
    return found


def others_of(classroom: Classroom, term: Term) -> QuerySet[Enrolment]:
    """Pupils of the class whom the list does not name and who hold no grant."""
    granted = Grant.objects.alive_in(term).filter(pupil=OuterRef("pupil"))
    rows = Enrolment.objects.studying().filter(classroom=classroom, term=term)
    rows = rows.filter(~Exists(granted), home_visit=None)
    return rows.select_related("pupil").order_by("pupil__sort_key", "pk")
