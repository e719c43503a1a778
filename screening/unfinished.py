"""Which schools have not done screening's work of a term: drafts, form 01, form 05. Counted by school, in few queries."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse

from eqfund import access, hooks
from eqfund.access import Role
from eqfund.hooks import Work
from eqfund.models import Enrolment, RegistryRecord, School, Term
from screening.form01.rules import EDITABLE
from screening.models import AnnouncedPupil, CommitteeMeeting, Form01
from screening.queries.form01 import not_begun
from screening.rules.committee import MeetingStatus

SCHOOL, CLASS = "classroom__school", "classroom"


def draft_work(term: Term, round_no: int, path: str, at: datetime) -> dict[int, Work]:
    """Forms begun, of these and of the pupils marked poor who have none yet."""
    works = drafts_by(SCHOOL, term, path)
    return works | _nothing(term, path, works)


def drafts_by(of: str, term: Term, path: str) -> dict[int, Work]:
    """Forms begun and still to begin, by SCHOOL or CLASS."""
    begun, _unsent, unvisited = _forms(term, path, of)
    return _works({key: (n, 0) for key, n in begun.items()}, unvisited)


def form01_work(term: Term, round_no: int, path: str, at: datetime) -> dict[int, Work]:
    """Forms sent, of those begun and of the pupils marked poor who have none; drafts are frozen by the close."""
    works = forms_by(SCHOOL, term, path)
    return works | _nothing(term, path, works)


def forms_by(of: str, term: Term, path: str) -> dict[int, Work]:
    """Forms sent and still to send, by SCHOOL or CLASS."""
    begun, unsent, unvisited = _forms(term, path, of)
    return _works({key: (n, unsent.get(key, 0)) for key, n in begun.items()}, unvisited)


def form05_work(term: Term, round_no: int, path: str, at: datetime) -> dict[int, Work]:
    """The meeting locked, where anybody was announced; one that is open is a draft."""
    announced = AnnouncedPupil.objects.filter(
        access.within([path], "enrolment__path"), announcement__term=term
    )
    needed = announced.order_by().values_list(f"enrolment__{SCHOOL}", flat=True).distinct()
    meetings = CommitteeMeeting.objects.filter(
        access.within([path], "school__path"), term=term
    ).values_list("school", "status")
    states: dict[int, set[str]] = {}
    for school, status in meetings:
        states.setdefault(school, set()).add(status)
    found = {}
    for school in needed:
        own = states.get(school, set())
        open_ones = len(own - {MeetingStatus.LOCKED})
        found[school] = Work(int(MeetingStatus.LOCKED in own and not open_ones), 1, open_ones)
    return found


def _forms(term: Term, path: str, of: str) -> tuple[dict[int, int], dict[int, int], dict[int, int]]:
    """school or class -> forms begun, forms not sent, and pupils marked poor without a form."""
    forms = Form01.objects.alive().in_term(term).filter(access.within([path], "enrolment__path"))
    counted = forms.order_by().values_list(f"enrolment__{of}")
    rows: list[Any] = list(
        counted.annotate(n=Count("pk"), unsent=Count("pk", filter=Q(status__in=EDITABLE)))
    )
    marked = RegistryRecord.objects.filter(enrolment=OuterRef("pk"), disadvantage_poor=True)
    without = not_begun(term).filter(access.within([path], "path"), Exists(marked))
    unvisited = dict(without.order_by().values_list(of).annotate(n=Count("pk")))
    return {row[0]: row[1] for row in rows}, {row[0]: row[2] for row in rows}, unvisited


def _nothing(term: Term, path: str, begun: Collection[int]) -> dict[int, Work]:
    """Schools that sent nothing though they may have somebody: no roll this term, or pupils whom no registry knows."""
    here = access.within([path], "path")
    roll = Enrolment.objects.filter(term=term, classroom__school=OuterRef("pk"))
    without_roll = School.objects.filter(here, ~Exists(roll)).values_list("pk", flat=True)
    found = {*without_roll, *_unknown(term, path, SCHOOL)}
    return {key: Work(0, 1) for key in found if key not in begun}


def _unknown(term: Term, path: str, of: str) -> Iterable[int]:
    """Schools or classes with pupils whom no registry knows: somebody among them may have to be visited."""
    registered = RegistryRecord.objects.filter(
        pupil=OuterRef("pupil"), term=term
    )  # or as last known
    unmarked = not_begun(term).filter(access.within([path], "path"), ~Exists(registered))
    keys: Iterable[int] = unmarked.order_by().values_list(of, flat=True).distinct()
    return keys


def _works(begun: dict[int, tuple[int, int]], unvisited: dict[int, int]) -> dict[int, Work]:
    keys: Iterable[int] = begun.keys() | unvisited.keys()
    found = {}
    for key in keys:
        forms, unsent = begun.get(key, (0, 0))
        found[key] = Work(forms - unsent, forms + unvisited.get(key, 0), unsent)
    return found


def register() -> None:
    """Tell the calendar who counts what."""
    for activity, work, by, more in (
        ("form01_draft", draft_work, drafts_by, {}),
        ("form01", form01_work, forms_by, {"grace_hours": settings.GRACE_HOURS}),
    ):
        hooks.unfinished.register(
            hooks.unfinished_by_work(
                activity,
                work,
                classes=hooks.OfClasses(partial(_of_classes, by), _form01_page),
                page=_form01_page,
                also=(Role.SCHOOL_DIRECTOR,) if activity == "form01" else (),
                **more,
            )
        )
    hooks.unfinished.register(
        hooks.unfinished_by_work(
            "form05", form05_work, page=_form05_page, also=(Role.SCHOOL_DIRECTOR,)
        )
    )


def _of_classes(by: Any, term: Term, round_no: int, path: str, at: datetime) -> dict[int, Work]:
    works: dict[int, Work] = by(CLASS, term, path)
    nothing = {key: Work(0, 1) for key in _unknown(term, path, CLASS) if key not in works}
    return works | nothing


def _form01_page(place: int, term: Term, round_no: int) -> str:
    return reverse("screening:form01-list")


def _form05_page(school: int, term: Term, round_no: int) -> str:
    return reverse("screening:meetings")
