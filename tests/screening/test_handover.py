"""A grant that does not travel, the visit that is asked for anew, and what the new school reads."""

from datetime import date

import pytest

from eqfund import places
from eqfund.access import Role
from eqfund.handover.actions import moves, statuses
from eqfund.models import Enrolment, Handover
from eqfund.school_year import TermKey
from screening import hooked_handover as hooked
from screening.models import Grant, GrantSuspension, HomeVisit
from tests.conftest import moment

pytestmark = pytest.mark.django_db
AT = moment("2569-06-12 10:00")


@pytest.fixture
def grantee(calendar, make_pupils):
    return make_pupils(1)[0]


@pytest.fixture
def grant(grantee):
    return Grant.objects.create(
        pupil=grantee,
        enrolment=grantee.enrolments.get(),
        group="continuing",
        first_term=TermKey(2568, 1),
        last_term=TermKey(2570, 2),
        source="predecessor",
        given_at=moment("2568-05-20"),
    )


@pytest.fixture
def receiver(make_user, other_school):
    return make_user(Role.SCHOOL_ADMIN, other_school.path, "receiver")


@pytest.fixture
def sent(grant, grantee, admin, other_school):
    return moves.propose_handover(
        grantee.enrolments.get(), other_school, moved_on=date(2026, 6, 10), by=admin, at=AT
    )


@pytest.fixture
def third_room(other_office):
    school = places.add_school(
        other_office, name="โรงเรียนที่สาม", moe_code="1040000003", province_code="40"
    )
    return places.add_classroom(school, year_be=2569, grade="P4", room="1")


@pytest.fixture
def accepted(sent, receiver, other_classroom):
    return moves.accept_handover(sent, classroom=other_classroom, by=receiver, at=AT)


def test_the_grant_stays_until_the_child_has_moved_and_ends_then(sent, receiver, other_classroom):
    assert Grant.objects.get().status == "active"

    moves.accept_handover(sent, classroom=other_classroom, by=receiver, at=AT)

    grant = Grant.objects.get()
    assert (grant.status, grant.end_reason, grant.ended_by) == ("ended", "moved", receiver)


def test_a_former_grantee_is_new_group_on_the_new_schools_list_of_visits(accepted, grantee):
    visit = HomeVisit.objects.get()

    assert visit.enrolment == grantee.enrolments.get(status="studying")
    assert visit.evidence == ["grant_elsewhere"]


def test_a_suspension_is_lifted_with_the_end(grant, fund_officer, sent, receiver, other_classroom):
    Grant.objects.update(status="suspended")
    GrantSuspension.objects.create(
        grant=grant, reason="ตรวจสอบ", suspended_at=AT, suspended_by=fund_officer
    )

    moves.accept_handover(sent, classroom=other_classroom, by=receiver, at=AT)

    assert GrantSuspension.objects.get().lifted_at == AT


@pytest.mark.parametrize(
    ("status", "ends"),
    [("died", True), ("withdrew", False), ("not_present", False), ("moved", False)],
)
def test_death_alone_ends_it_by_itself(status, ends, grant, grantee, admin):
    statuses.set_pupil_status(
        grantee.enrolments.get(), status=status, on=date(2026, 6, 10), by=admin, at=AT
    )

    ended = Grant.objects.get()
    assert (ended.status == "ended") == ends
    assert ended.end_reason == ("died" if ends else "")


def test_each_side_is_told_what_it_has_to_do(sent, receiver, other_classroom):
    before = {duty.side for duty in hooked.duties(sent, AT)}
    moves.accept_handover(sent, classroom=other_classroom, by=receiver, at=AT)
    sent.refresh_from_db()

    after = hooked.duties(sent, AT)

    assert before == {"sender", "receiver"}
    assert [(duty.side, duty.done) for duty in after] == [
        ("sender", True),
        ("receiver", False),
        ("receiver", False),
    ]
    assert after[1].due == date(2026, 7, 24)


def test_the_new_school_is_reminded_while_the_window_of_form_01_is_open(accepted, receiver, admin):
    receiver.__dict__.pop("_current_postings", None)
    todo = hooked.screen_again(receiver, moment("2569-07-10 10:00"))

    assert [one.count for one in todo] == [1]
    assert hooked.screen_again(receiver, moment("2569-07-24 17:00")) == []
    assert hooked.screen_again(admin, moment("2569-07-10 10:00")) == []


def test_the_history_names_the_grants_of_former_schools(accepted, receiver, grant):
    handover = Handover.objects.select_related("pupil").get()

    (panel,) = hooked.history(handover, receiver, AT)

    assert panel.context["grants"] == [grant]


def test_the_history_ends_with_the_move_what_comes_after_is_the_next_schools(
    accepted, receiver, grant, grantee, third_room, calendar, at
):
    grantee.enrolments.studying().update(status="moved", ends_on=date(2026, 7, 1))
    later = Enrolment.objects.create(
        pupil=grantee,
        term=calendar,
        classroom=third_room,
        path=third_room.path,
        starts_on=date(2026, 7, 2),
    )
    Grant.objects.create(
        pupil=grantee,
        enrolment=later,
        group="continuing",
        first_term=TermKey(2569, 1),
        last_term=TermKey(2571, 2),
        source="predecessor",
        given_at=at("2569-09-01"),
    )
    handover = Handover.objects.get()

    (panel,) = hooked.history(handover, receiver, AT)

    assert panel.context["grants"] == [grant]
    assert later not in handover.former_enrolments()  # what attendance shows


def test_what_follows_is_said_for_a_grantee_alone(grant, grantee, make_pupils):
    other = make_pupils(1)[0]

    said = hooked.meanings(grantee.enrolments.get(), AT)

    assert {meaning.status for meaning in said} == set(Enrolment.Status.values) - {"studying"}
    assert hooked.meanings(other.enrolments.get(), AT) == []
