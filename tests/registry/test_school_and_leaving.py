"""A pupil's leaving, and a title that is added: the deed, each refusal, a second time."""

import pytest

from eqfund.models import Enrolment, Event, RegistryTitle
from eqfund.refusal import Refused
from eqfund.registry import actions

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("status", ["moved", "withdrew", "died", "not_present"])
def test_a_leaving_is_recorded_with_its_day(status, make_pupils, admin, at):
    enrolment = make_pupils(1)[0].enrolments.get()

    actions.move_pupil_out(
        enrolment, status=status, on=at("2569-06-10").date(), by=admin, at=at("2569-06-12")
    )

    enrolment.refresh_from_db()
    assert (enrolment.status, enrolment.ends_on) == (status, at("2569-06-10").date())
    assert Event.objects.get(verb="registry.move_out").facts["status"] == status


@pytest.mark.parametrize(
    ("on", "now"),
    [
        pytest.param("2569-06-13", "2569-06-12", id="in the future"),
        pytest.param("2569-05-15", "2569-06-12", id="before the first day"),
    ],
)
def test_a_day_of_leaving_that_cannot_be_is_refused(on, now, make_pupils, admin, at):
    enrolment = make_pupils(1)[0].enrolments.get()

    with pytest.raises(Refused):
        actions.move_pupil_out(enrolment, status="moved", on=at(on).date(), by=admin, at=at(now))
    assert Enrolment.objects.get().status == "studying"


def test_a_pupil_who_left_does_not_leave_again(make_pupils, admin, at):
    enrolment = make_pupils(1)[0].enrolments.get()
    actions.move_pupil_out(
        enrolment, status="moved", on=at("2569-06-10").date(), by=admin, at=at("2569-06-12")
    )

    with pytest.raises(Refused):
        actions.move_pupil_out(
            enrolment, status="died", on=at("2569-06-11").date(), by=admin, at=at("2569-06-12")
        )


def test_a_child_who_never_came_left_on_the_first_day_at_the_earliest(make_pupils, admin, at):
    enrolment = make_pupils(1)[0].enrolments.get()

    actions.move_pupil_out(
        enrolment, status="not_present", on=at("2569-05-01").date(), by=admin, at=at("2569-06-12")
    )

    enrolment.refresh_from_db()
    assert enrolment.ends_on == enrolment.starts_on


def test_only_who_keeps_the_roll_records_a_leaving(
    make_pupils, teacher, outsider, office_admin, at
):
    enrolment = make_pupils(1)[0].enrolments.get()

    for person in (teacher, outsider, office_admin):
        with pytest.raises(Refused):
            actions.move_pupil_out(
                enrolment,
                status="moved",
                on=at("2569-06-10").date(),
                by=person,
                at=at("2569-06-12"),
            )


def test_what_is_no_way_of_leaving_is_an_error(make_pupils, admin, at):
    with pytest.raises(ValueError, match="studying"):
        actions.move_pupil_out(
            make_pupils(1)[0].enrolments.get(),
            status="studying",
            on=at("2569-06-10").date(),
            by=admin,
            at=at("2569-06-12"),
        )


def test_a_title_is_added_once_and_removed(fund_officer, at):
    added = actions.add_registry_title(
        registry="LEC", title=" PID ", key="number", by=fund_officer, at=at("2569-05-01")
    )
    assert added.title == "PID"
    with pytest.raises(Refused):
        actions.add_registry_title(
            registry="LEC", title="PID", key="room", by=fund_officer, at=at("2569-05-01")
        )

    actions.remove_registry_title(added, by=fund_officer, at=at("2569-05-01"))

    assert not RegistryTitle.objects.exists()
