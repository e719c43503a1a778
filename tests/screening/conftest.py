"""Forms that have come as far as the director's signature, and what follows them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation

from eqfund import clock, hooks
from eqfund.models import Enrolment, Pupil, Term, User
from screening.actions import announcement, committee, pmt
from screening.actions.committee import LineRow, MemberRow
from screening.models import CommitteeMeeting, Form01, PmtModel
from screening.pmt import definition
from screening.queries import verification
from tests.conftest import moment
from tests.papers import A_PDF

POOREST = {
    "lives_with": "parents",
    "household_size": 4,
    "household_income_total_satang": 200_000,
    "has_dependency": True,
    "dependency": ["elderly60", "chronic"],
    "housing_tenure": "free",
    "floor_material": "soil",
    "wall_material": "bamboo_scrap",
    "roof_material": "natural",
    "has_toilet": False,
    "farm_land": "lt1",
    "drinking_water": "rain_stream",
    "electricity": "none",
    "has_vehicle": False,
    "appliances": [],
}
POOR = {
    **POOREST,
    "household_income_total_satang": 900_000,
    "has_dependency": False,
    "housing_tenure": "own",
    "floor_material": "cement",
    "wall_material": "brick",
    "roof_material": "metal",
    "has_toilet": True,
    "farm_land": "r1_5",
    "drinking_water": "tap",
    "electricity": "meter",
    "has_vehicle": True,
    "veh_car": "none",
    "veh_pickup": "none",
    "veh_tractor": "none",
    "veh_motorcycle_boat": True,
    "appliances": ["fridge"],
}
NOT_POOR = {**POOR, "veh_car": "upto15", "appliances": ["aircon", "computer", "fridge"]}
TOO_RICH = {**POOREST, "household_income_total_satang": 1_200_001}
INSTITUTION = {"lives_with": "institution"}

DEMONSTRATION = json.loads(
    (Path(definition.__file__).parent / "demonstration_2569.json").read_text("utf-8")
)
IN_FORM01 = moment("2569-07-20 09:00")
AFTER_CLOSE = moment("2569-08-01 09:00")
ANNOUNCED = moment("2569-08-18 09:00")
MET = date(2026, 8, 19)
IN_FORM05 = moment("2569-08-20 10:00")
IN_VERIFICATION = moment("2569-08-27 10:00")


@pytest.fixture
def in_english() -> Any:
    """Refusals in the words of the code, whatever the people's language."""
    with translation.override("en"):
        yield


@pytest.fixture
def sign_in(client: Any) -> Callable[[User], Any]:
    """The client, signed in as somebody who reads English."""

    def sign_in(user: User) -> Any:
        client.force_login(user)
        session = client.session
        session["language"] = "en"
        session.save()
        return client

    return sign_in


@pytest.fixture
def make_form(teacher: User, director: User) -> Callable[..., Form01]:
    """A signed form of a pupil, with these answers."""

    def make(pupil: Pupil, answers: dict[str, Any] = POOREST, **fields: Any) -> Form01:
        when = moment("2569-07-20 09:00")
        enrolment = Enrolment.objects.get(pupil=pupil, status="studying")
        values = {
            "version": 2569,
            "status": "signed",
            "answers": answers,
            "visited_on": date(2026, 6, 10),
            "started_by": teacher,
            "started_at": when,
            "saved_by": teacher,
            "saved_at": when,
            "submitted_by": teacher,
            "submitted_at": when,
            "officer_decision": "certify",
            "certified_by": teacher,
            "certified_at": when,
            "signed_by": director,
            "signed_at": when,
            "signed_capacity": "in_post",
        }
        return Form01.objects.create(enrolment=enrolment, **{**values, **fields})

    return make


@pytest.fixture
def draft_model(calendar: Term, fund_officer: User) -> PmtModel:
    return pmt.make_model(
        2569,
        "ตัวอย่าง",
        DEMONSTRATION,
        by=fund_officer,
        at=moment("2569-06-01 09:00"),
        is_demonstration=True,
    )


@pytest.fixture
def model(draft_model: PmtModel, fund_approver: User) -> PmtModel:
    """The released demonstration model."""
    pmt.release_model(draft_model, by=fund_approver, at=moment("2569-06-02 09:00"))
    return draft_model


@pytest.fixture
def policy(calendar: Term, fund_approver: User) -> Any:
    return announcement.set_policy(
        calendar,
        announced_bands=["extremely_poor", "poor"],
        by=fund_approver,
        at=moment("2569-06-02 09:00"),
    )


@pytest.fixture
def announce(
    calendar: Term,
    model: PmtModel,
    policy: Any,
    fund_officer: User,
    make_form: Callable[..., Form01],
) -> Callable[..., Any]:
    """Give these pupils forms with these answers, score them, and announce."""

    def announce(pupils: list[Pupil], answers: dict[str, Any] = POOREST) -> Any:
        for pupil in pupils:
            make_form(pupil, answers)
        pmt.score_term(calendar, by=fund_officer, at=AFTER_CLOSE)
        return announcement.announce_results(calendar, by=fund_officer, at=ANNOUNCED)

    return announce


@pytest.fixture
def meeting(
    announce: Callable[..., Any],
    make_pupils: Callable[..., list[Pupil]],
    school: Any,
    admin: User,
    calendar: Term,
) -> CommitteeMeeting:
    """An open meeting with two announced pupils."""
    announce(make_pupils(2))
    return committee.open_meeting(
        school, calendar, met_on=MET, place="ห้องประชุม", by=admin, at=IN_FORM05
    )


FIVE = [
    MemberRow("นายประธาน สมมติ", "chair", True),
    MemberRow("นายเลขา สมมติ", "secretary", True),
    MemberRow("นางผู้แทน สมมติ", "parents", True),
    MemberRow("นายครู สมมติ", "teachers", False),
    MemberRow("นายชุมชน สมมติ", "community", False),
]
CERTIFIED = LineRow(True, "certify")


def a_pdf() -> SimpleUploadedFile:
    return SimpleUploadedFile("minutes.pdf", A_PDF, "application/pdf")


@pytest.fixture
def complete(meeting: CommitteeMeeting, admin: User) -> CommitteeMeeting:
    """A meeting that lacks nothing but the director's signature."""
    committee.save_members(meeting, FIVE, by=admin, at=IN_FORM05)
    lines = dict.fromkeys(meeting.lines.values_list("pk", flat=True), CERTIFIED)
    committee.save_lines(meeting, lines, by=admin, at=IN_FORM05)
    committee.save_plan(meeting, [], by=admin, at=IN_FORM05)
    committee.attach_minutes(meeting, a_pdf(), by=admin, at=IN_FORM05)
    return CommitteeMeeting.objects.get(pk=meeting.pk)


@pytest.fixture
def signed(complete: CommitteeMeeting, director: User) -> CommitteeMeeting:
    committee.sign_meeting(complete, by=director, at=IN_FORM05)
    return complete


@pytest.fixture
def enter(client: Any) -> Any:
    """Come as somebody, at a moment; by default while form 01 is open."""
    contexts = []

    def enter(user: User, at: Any = IN_FORM01) -> Any:
        client.force_login(user)
        context = clock.rehearse(at)
        context.__enter__()
        contexts.append(context)
        return client

    yield enter
    for context in reversed(contexts):
        context.__exit__(None, None, None)


@pytest.fixture
def no_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that the higher apps know stands against a school."""
    monkeypatch.setattr(verification, "verification_checks", hooks.Registry())
