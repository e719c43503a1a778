"""What people are told: mails that name no child, tasks on the home page, the trail on a pupil's page."""

import pytest

from eqfund import jobs
from eqfund.handover import hooks
from eqfund.handover.actions import moves
from eqfund.models import Job, User
from eqfund.tasks import lapse_late_handovers

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _with_addresses(receiver, admin, registry_keeper):
    for person in (receiver, admin, registry_keeper):
        User.objects.filter(pk=person.pk).update(email=f"{person.username}@demo.invalid")


def send_mails():
    for job in Job.objects.filter(state="queued", kind__startswith="handover."):
        jobs.run_now(job)


def test_the_other_school_is_told_that_an_answer_is_expected(sent, child, mailoutbox):
    send_mails()

    (mail,) = mailoutbox
    assert mail.to == ["receiver@demo.invalid"]
    assert f"/handovers/{sent.pk}/" in mail.body
    assert child.first_name not in mail.body + mail.subject


def test_who_began_it_is_told_the_answer(sent, child, receiver, mailoutbox, at):
    send_mails()
    mailoutbox.clear()
    moves.refuse_handover(sent, reason="other", note="ยังไม่มา", by=receiver, at=at("2569-06-12"))

    send_mails()

    assert {to for mail in mailoutbox for to in mail.to} == {
        "admin@demo.invalid",
        "registry_keeper@demo.invalid",
    }
    assert not any(child.first_name in mail.body for mail in mailoutbox)
    assert not any("ยังไม่มา" in mail.body for mail in mailoutbox)


def test_what_was_answered_meanwhile_is_not_asked_for_any_more(accepted, mailoutbox):
    send_mails()

    assert not any("receiver@demo.invalid" in mail.to for mail in mailoutbox)


def test_who_answers_has_it_on_the_home_page_with_its_day(sent, receiver, admin, at):
    (todo,) = hooks.answer_tasks(receiver, at("2569-06-12"))

    assert (todo.count, todo.state) == (1, "sun")
    assert todo.due.date() == sent.due_on
    assert hooks.answer_tasks(receiver, at("2569-06-20"))[0].state == "bad"
    assert hooks.answer_tasks(admin, at("2569-06-12")) == []


def test_both_offices_follow_what_is_late(sent, office_admin, other_office_admin, at):
    for person in (office_admin, other_office_admin):
        assert hooks.answer_tasks(person, at("2569-06-16 10:00")) == []
        (todo,) = hooks.answer_tasks(person, at("2569-06-17 10:00"))
        assert todo.count == 1


def test_a_pupils_page_shows_the_trail_and_the_acts_to_who_keeps_the_roll(
    accepted, child, receiver, outsider, admin, at
):
    child.refresh_from_db()

    (theirs,) = hooks.moves_panel(child, receiver, at("2569-06-12"))
    (teachers,) = hooks.moves_panel(child, outsider, at("2569-06-12"))

    assert [one.row for one in theirs.context["trail"]] == [accepted]
    assert (theirs.context["acts"], teachers.context["acts"]) == (True, False)


def test_what_nobody_answered_lapses_in_the_night(sent, at):
    from eqfund import clock

    with clock.rehearse(at("2569-11-01 00:20")):
        assert lapse_late_handovers() == 1
        assert lapse_late_handovers() == 0
