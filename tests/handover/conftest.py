"""Two schools of two offices and a third of another affiliation, each with its people; a pupil on the way."""

import pytest
from django.utils import translation

from eqfund import places
from eqfund.access import Role
from eqfund.handover.actions import moves
from eqfund.models import Term


@pytest.fixture(autouse=True)
def _refusals_in_english():
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def _a_term(term: Term):
    """Every hand-over belongs to a term."""


@pytest.fixture
def receiver(make_user, other_school):
    """The admin of the other school."""
    return make_user(Role.SCHOOL_ADMIN, other_school.path, "receiver")


@pytest.fixture
def other_office_admin(make_user, other_office):
    return make_user(Role.OFFICE_ADMIN, other_office.path, "other-office")


@pytest.fixture
def third_school(db):
    """A school of another affiliation."""
    local = places.add_affiliation(
        code="LAO", name="องค์กรปกครองส่วนท้องถิ่น", short_name="อปท.", registry="LEC"
    )
    office = places.add_office(
        local,
        kind="lao_education_division",
        name="กองการศึกษา เทศบาลสมมติ",
        short_name="กองการศึกษา ทต.สมมติ",
        province_code="50",
    )
    return places.add_school(
        office, name="โรงเรียนเทศบาลสมมติ", moe_code="3050000001", province_code="50"
    )


@pytest.fixture
def third_classroom(third_school):
    return places.add_classroom(third_school, year_be=2569, grade="P4", room="1")


@pytest.fixture
def third(make_user, third_school):
    return make_user(Role.SCHOOL_ADMIN, third_school.path, "third")


@pytest.fixture
def child(make_pupils, classroom):
    return make_pupils(1, classroom=classroom)[0]


@pytest.fixture
def send(admin, other_school, at):
    """The admin sends a pupil to the other school."""

    def send(pupil, *, to=other_school, by=admin, day="2569-06-10", **fields):
        return moves.propose_handover(
            pupil.enrolments.studying().get(),
            to,
            moved_on=fields.pop("moved_on", at(day).date()),
            by=by,
            at=at(day),
            **fields,
        )

    return send


@pytest.fixture
def sent(send, child, other_classroom):
    """A hand-over that waits for the other school."""
    return send(child, message="ย้ายตามผู้ปกครอง")


@pytest.fixture
def accepted(sent, receiver, other_classroom, at):
    """One that the other school has accepted."""
    return moves.accept_handover(
        sent, classroom=other_classroom, by=receiver, at=at("2569-06-12 10:00")
    )
