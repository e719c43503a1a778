"""Sending, asking, answering, taking back: the deed, each refusal, a second time."""

from datetime import timedelta

import pytest

from eqfund import hooks
from eqfund.access import Role
from eqfund.handover.actions import moves, statuses
from eqfund.models import Enrolment, EnrolmentStatusChange, Event, Handover, Holiday, Pupil, Term
from eqfund.refusal import Refused

pytestmark = pytest.mark.django_db


def test_sending_changes_nothing_for_the_child_until_the_other_school_answers(sent, child):
    child.refresh_from_db()
    assert child.enrolments.get().status == "studying"
    assert child.path == sent.from_path
    assert (sent.way, sent.status, sent.to_enrolment) == ("sent", "proposed", None)
    assert (sent.child_name, sent.birth_year_be, sent.grade) == (child.full_name, 2559, "P4")
    assert Event.objects.get(verb="handover.propose").pupil_id == child.pk


def test_accepting_moves_the_child_and_freezes_the_former_enrolment(
    accepted, child, classroom, other_classroom, receiver, at
):
    child.refresh_from_db()
    old, new = child.enrolments.get(classroom=classroom), accepted.to_enrolment
    assert (old.status, old.ends_on) == ("moved", at("2569-06-10").date())
    assert (new.classroom, new.status, new.starts_on) == (
        other_classroom,
        "studying",
        at("2569-06-10").date(),
    )
    assert child.path == new.path == accepted.to_path == other_classroom.path
    assert (accepted.status, accepted.closed_by) == ("accepted", receiver)
    change = EnrolmentStatusChange.objects.get()
    assert (change.enrolment, change.was, change.became) == (old, "studying", "moved")
    assert change.source == "handover"


def test_a_second_answer_finds_it_answered(accepted, receiver, other_classroom, at):
    with pytest.raises(Refused, match="handed over already"):
        moves.accept_handover(accepted, classroom=other_classroom, by=receiver, at=at("2569-06-13"))
    with pytest.raises(Refused, match="handed over already"):
        moves.refuse_handover(accepted, reason="not_here", by=receiver, at=at("2569-06-13"))
    assert Enrolment.objects.count() == 2


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        pytest.param("2569-06-09", "first day here", id="before the move"),
        pytest.param("2569-06-13", "first day here", id="in the future"),
    ],
)
def test_the_first_day_lies_between_the_move_and_today(
    day, sentence, sent, receiver, other_classroom, at
):
    with pytest.raises(Refused, match=sentence):
        moves.accept_handover(
            sent,
            classroom=other_classroom,
            starts_on=at(day).date(),
            by=receiver,
            at=at("2569-06-12"),
        )
    assert Enrolment.objects.get().status == "studying"


def test_a_class_of_another_school_is_no_choice(sent, receiver, classroom, at):
    with pytest.raises(Refused, match="Choose the class"):
        moves.accept_handover(sent, classroom=classroom, by=receiver, at=at("2569-06-12"))
    with pytest.raises(Refused, match="Choose the class"):
        moves.accept_handover(sent, by=receiver, at=at("2569-06-12"))


def test_only_the_other_schools_admin_or_director_answers(
    sent, admin, director, office_admin, outsider, fund_officer, other_classroom, at
):
    for person in (admin, director, office_admin, outsider, fund_officer):
        with pytest.raises(Refused, match="Your role"):
            moves.accept_handover(sent, classroom=other_classroom, by=person, at=at("2569-06-12"))


def test_who_began_it_does_not_answer_it_with_a_post_at_both_schools(
    send, child, make_user, school, other_school, other_classroom, at
):
    both = make_user(Role.SCHOOL_ADMIN, school.path, "both")
    both.postings.create(
        role=Role.SCHOOL_ADMIN, path=other_school.path, starts_on=at("2569-01-01").date()
    )
    handover = send(child, by=both)

    with pytest.raises(Refused, match="another person"):
        moves.accept_handover(handover, classroom=other_classroom, by=both, at=at("2569-06-12"))


def test_one_open_hand_over_per_pupil(sent, send, child, third_school):
    with pytest.raises(Refused, match="waits for an answer already"):
        send(child, to=third_school)


def test_the_present_school_is_no_destination(send, child, school):
    with pytest.raises(Refused, match="present school"):
        send(child, to=school)


@pytest.mark.parametrize("offset", [-30, 1])
def test_a_day_on_which_the_child_cannot_have_moved_is_refused(offset, send, child, at):
    with pytest.raises(Refused):
        send(child, moved_on=at("2569-06-10").date() + timedelta(days=offset))
    assert not Handover.objects.exists()


def test_only_those_who_keep_the_roll_send(
    send, child, teacher, director, office_admin, receiver, registry_keeper
):
    for person in (teacher, director, office_admin, receiver):
        with pytest.raises(Refused, match="Your role"):
            send(child, by=person)
    assert send(child, by=registry_keeper).proposed_by == registry_keeper


def test_a_pupil_without_a_settled_number_is_not_sent(send, child):
    Pupil.objects.update(identity=None)

    with pytest.raises(Refused, match="Settle that first"):
        send(child)


def test_refusing_says_why_and_leaves_the_child(sent, child, receiver, at):
    with pytest.raises(Refused, match="one of the reasons"):
        moves.refuse_handover(sent, reason="still_here", by=receiver, at=at("2569-06-12"))
    with pytest.raises(Refused, match="Say what"):
        moves.refuse_handover(sent, reason="other", by=receiver, at=at("2569-06-12"))

    refused = moves.refuse_handover(
        sent, reason="not_here", note="ยังไม่มารายงานตัว", by=receiver, at=at("2569-06-12")
    )

    sent.refresh_from_db()
    assert (sent.status, sent.refusal, sent.note) == ("refused", "not_here", "ยังไม่มารายงานตัว")
    assert refused.closed_by == receiver
    assert child.enrolments.get().status == "studying"


def test_the_side_that_began_it_takes_it_back(sent, admin, receiver, send, child, at):
    with pytest.raises(Refused, match="Your role"):
        moves.withdraw_handover(sent, by=receiver, at=at("2569-06-11"))

    moves.withdraw_handover(sent, by=admin, at=at("2569-06-11"))

    with pytest.raises(Refused, match="withdrawn"):
        moves.withdraw_handover(sent, by=admin, at=at("2569-06-11"))
    assert send(child, day="2569-06-12").is_open


def test_after_its_last_day_it_is_answered_no_more(sent, receiver, other_classroom, at):
    with pytest.raises(Refused, match="last day"):
        moves.accept_handover(
            sent, classroom=other_classroom, by=receiver, at=at("2569-11-01 00:00")
        )


def test_a_term_that_began_meanwhile_is_the_one_in_which_the_child_moves(
    send, child, classroom, receiver, other_classroom, at
):
    sent = send(child, day="2569-10-28", moved_on=at("2569-10-28").date())
    next_term = Term.objects.create(
        year_be=2569,
        number=2,
        opens_on=at("2569-11-01").date(),
        closes_on=at("2570-04-30").date(),
    )
    there = Enrolment.objects.create(
        pupil=child,
        term=next_term,
        classroom=classroom,
        path=classroom.path,
        starts_on=at("2569-11-01").date(),
    )

    moves.accept_handover(sent, classroom=other_classroom, by=receiver, at=at("2569-11-03"))

    there.refresh_from_db()
    assert there.status == "moved"
    now = child.enrolments.get(term=next_term, status="studying")
    assert now.classroom == other_classroom


def test_it_lapses_the_day_after_its_last_and_once(sent, child, at):
    assert moves.lapse_handovers(at=at("2569-10-31 23:59")) == 0
    assert moves.lapse_handovers(at=at("2569-11-01 00:20")) == 1
    assert moves.lapse_handovers(at=at("2569-11-01 00:20")) == 0

    sent.refresh_from_db()
    assert (sent.status, sent.lapse, sent.closed_by) == ("lapsed", "term_over", None)
    assert child.enrolments.get().status == "studying"


# --- asked for by the new school


def ask(child, receiver, room, at, **fields):
    return moves.ask_for_handover(
        fields.pop("number", child.identity.number),
        fields.pop("born", child.birth_date),
        room,
        moved_on=fields.pop("moved_on", at("2569-06-08").date()),
        by=fields.pop("by", receiver),
        at=at("2569-06-10"),
        **fields,
    )


@pytest.mark.parametrize(
    ("first_day", "why"), [("2569-06-11", "future"), ("2568-06-08", "Look at the year")]
)
def test_a_first_day_that_cannot_be_is_asked_about(
    first_day, why, child, receiver, other_classroom, at
):
    with pytest.raises(Refused, match=why):
        ask(child, receiver, other_classroom, at, moved_on=at(first_day).date())
    assert not Handover.objects.exists()


def test_the_new_school_asks_and_the_former_answers(
    child, admin, receiver, director, other_classroom, at
):
    handover = ask(child, receiver, other_classroom, at)

    with pytest.raises(Refused, match="Your role"):
        moves.accept_handover(handover, by=receiver, at=at("2569-06-11"))
    moves.accept_handover(handover, by=director, at=at("2569-06-11"))

    child.refresh_from_db()
    assert child.path == other_classroom.path
    assert child.enrolments.get(status="studying").starts_on == at("2569-06-08").date()


@pytest.mark.parametrize("wrong", ["number", "born"])
def test_a_number_and_a_birth_date_that_do_not_meet_find_nobody(
    wrong, child, receiver, other_classroom, at
):
    wrongs = {"number": "1999999999991", "born": child.birth_date + timedelta(days=1)}

    assert ask(child, receiver, other_classroom, at, **{wrong: wrongs[wrong]}) is None
    assert not Handover.objects.exists()
    assert Event.objects.get(verb="handover.ask").facts == {"found": False}


def test_a_child_of_ones_own_is_not_asked_for(child, admin, classroom, at):
    with pytest.raises(Refused, match="own school"):
        ask(child, admin, classroom, at, by=admin)


def test_a_child_that_is_on_its_way_is_not_asked_for_again(
    child, receiver, third, third_classroom, other_classroom, at
):
    ask(child, receiver, other_classroom, at)

    with pytest.raises(Refused, match="waits already"):
        ask(child, receiver, other_classroom, at)
    with pytest.raises(Refused, match="supervising office"):
        ask(child, third, third_classroom, at)


def test_a_child_whose_whereabouts_were_unknown_is_claimed_later(
    child, admin, receiver, director, other_classroom, at
):
    statuses.set_pupil_status(
        child.enrolments.get(),
        status="withdrew",
        on=at("2569-06-01").date(),
        by=admin,
        at=at("2569-06-02"),
    )

    handover = ask(child, receiver, other_classroom, at)
    moves.accept_handover(handover, by=director, at=at("2569-06-11"))

    old, new = child.enrolments.order_by("pk")
    assert (old.status, old.ends_on) == ("withdrew", at("2569-06-01").date())
    assert (new.status, new.path) == ("studying", other_classroom.path)


# --- agreed between two schools


def test_two_schools_that_agree_hand_over_at_once(
    child, admin, receiver, other_classroom, make_pupils, at
):
    double = make_pupils(1, classroom=other_classroom)[0].enrolments.get()

    handover = moves.hand_over_as_agreed(
        child.enrolments.get(),
        other_classroom,
        proposed_by=receiver,
        by=admin,
        at=at("2569-06-12"),
        takes_over=double,
    )

    double.refresh_from_db()
    child.refresh_from_db()
    assert (double.pupil, child.path) == (child, other_classroom.path)
    assert (handover.status, handover.way) == ("accepted", "agreed")
    assert child.enrolments.filter(status="studying").get() == double


def test_an_agreement_closes_what_was_open_and_takes_a_person_of_each_school(
    sent, child, admin, receiver, outsider, director, other_classroom, at
):
    with pytest.raises(Refused, match="each of the two"):
        moves.hand_over_as_agreed(
            child.enrolments.get(),
            other_classroom,
            proposed_by=admin,
            by=director,
            at=at("2569-06-12"),
        )

    moves.hand_over_as_agreed(
        child.enrolments.get(), other_classroom, proposed_by=admin, by=receiver, at=at("2569-06-12")
    )

    sent.refresh_from_db()
    assert sent.status == "withdrawn"
    assert Handover.objects.filter(status="accepted").count() == 1


def test_the_apps_follow_a_final_move_once(sent, receiver, other_classroom, at, monkeypatch):
    told = []
    monkeypatch.setattr(hooks, "children_moved", [lambda keys, by, at: told.append((keys, by))])

    moves.accept_handover(sent, classroom=other_classroom, by=receiver, at=at("2569-06-12"))

    assert told == [([sent.pk], receiver)]


def test_an_app_that_fails_leaves_nothing_moved(sent, receiver, other_classroom, at, monkeypatch):
    def fail(keys, by, at):
        raise Refused("no")

    monkeypatch.setattr(hooks, "children_moved", [fail])

    with pytest.raises(Refused):
        moves.accept_handover(sent, classroom=other_classroom, by=receiver, at=at("2569-06-12"))

    assert Enrolment.objects.get().status == "studying"
    sent.refresh_from_db()
    assert sent.is_open


@pytest.mark.parametrize(
    ("day", "is_closed", "due"),
    [
        pytest.param(None, None, "2569-06-16", id="the published holidays"),
        pytest.param("2569-06-15", True, "2569-06-17", id="one added by the calendar's editor"),
        pytest.param("2569-06-13", False, "2569-06-16", id="a Saturday stays one"),
    ],
)
def test_an_answer_is_due_by_the_holidays_in_force(
    day, is_closed, due, child, admin, other_school, fund_officer, at
):
    if day:
        Holiday.objects.create(
            day=at(day).date(), is_closed=is_closed, name="วันหยุดพิเศษ",
            set_by=fund_officer, set_at=at("2569-05-20"),
        )  # fmt: skip

    handover = moves.propose_handover(
        child.enrolments.get(), other_school, moved_on=at("2569-06-10").date(),
        by=admin, at=at("2569-06-10"),
    )  # fmt: skip

    assert handover.due_on == at(due).date()
