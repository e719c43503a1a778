"""What payouts put on home, on a pupil's page and in the menu."""

from datetime import date

from eqfund import hooks
from payments.actions import payout, payout_reports, refunds
from payments.hooks import payout as hooks_payout

from .payout_world import LATE, PAID, a_scan


def todos(user, at=PAID):
    fresh = type(user).objects.get(pk=user.pk)
    return [
        (todo.what, todo.due and todo.due.date()) for todo in hooks_payout.home_tasks(fresh, at)
    ]


def test_each_person_is_told_what_to_do_by_when(world, cash, school, classroom, browse):
    people = world.people
    closes = date(2026, 10, 30)
    due = date(2026, 8, 28)
    assert todos(people["teacher"]) == [("Pay 3 pupils, round 1", due)]
    assert todos(people["admin"]) == [("Follow the class payout reports, round 1", due)]
    assert todos(people["director"]) == todos(people["fund_finance"]) == []

    world.pay(cash[1:])
    payout.note_cannot_pay(cash[0], reason="moved", by=people["teacher"], at=PAID)
    assert todos(people["teacher"]) == [("Submit the class payout report, round 1", closes)]
    assert ("Refund the money of 1 pupils, round 1", closes) in todos(people["admin"])

    payout_reports.add_class_evidence(
        world.round, classroom, a_scan(classroom, people["teacher"]), by=people["teacher"], at=PAID
    )
    payout_reports.submit_class_report(world.round, classroom, by=people["teacher"], at=PAID)
    assert todos(people["teacher"]) == []
    assert ("Submit the school payout report, round 1", closes) in todos(people["admin"])

    payout_reports.submit_school_report(world.round, school, by=people["admin"], at=PAID)
    assert todos(people["director"]) == [("Sign the school payout report, round 1", closes)]
    refunds.issue_refund(world.round, school, {cash[0].pk: "moved"}, by=people["admin"], at=PAID)
    assert todos(people["admin"]) == []
    assert todos(people["fund_finance"]) == [("1 refund slips wait for the bank's statement", None)]


def test_a_school_where_all_were_paid_is_asked_to_declare(world, cash, classroom):
    people = world.people
    world.pay(cash)
    payout_reports.add_class_evidence(
        world.round, classroom, a_scan(classroom, people["teacher"]), by=people["teacher"], at=PAID
    )
    payout_reports.submit_class_report(world.round, classroom, by=people["teacher"], at=PAID)

    assert ("Declare that round 1 has no refund", date(2026, 10, 30)) in todos(people["admin"])


def test_after_the_due_day_the_task_says_so(world, cash):
    teacher = type(world.people["teacher"]).objects.get(username="teacher")

    (todo,) = hooks_payout.home_tasks(teacher, LATE)

    assert todo.state == "bad"
    assert "due day is past" in todo.hint


def test_a_pupils_page_shows_receipt_and_letter(world, cash, classroom, outsider):
    world.pay(cash[:1])
    pupil = cash[0].enrolment.pupil

    (panel,) = hooks_payout.pupil_panels(pupil, world.people["teacher"], PAID)

    assert [row.state for row in panel.context["rows"]] == ["paid"]
    assert hooks_payout.pupil_panels(pupil, outsider, PAID) == []


def test_payouts_are_registered_with_the_kernel():
    assert hooks_payout.home_tasks in list(hooks.home_tasks)
    assert hooks_payout.pupil_panels in list(hooks.pupil_panels)
    assert {"payments:payout", "payments:statements"} <= {item.url_name for item in hooks.menu}
