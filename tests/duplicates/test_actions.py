"""Answers, decisions, and what they do: who studies where, and whose the number is."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from eqfund.access import Role
from eqfund.duplicates import actions, permissions
from eqfund.fields import blind_index
from eqfund.models import (
    DuplicatePair,
    Enrolment,
    Event,
    FormerNumber,
    Guardian,
    Identity,
    Pupil,
    RegistryRecord,
)
from eqfund.refusal import Refused
from tests.duplicates.conftest import G_CODE, NUMBER
from tests.papers import A_PDF

SINCE = date(2026, 5, 16)
LEFT_ON = date(2026, 5, 18)


@pytest.fixture
def answer(sides, at):
    """Answer for one side of a pair."""

    def answer(
        pair, position, what, by, *, on=None, note="ดูทะเบียนบ้านแล้ว", day="2569-05-22", **more
    ):
        side = sides(pair).get(position=position)
        if on is None and what in ("studying", "left"):
            on = SINCE if what == "studying" else LEFT_ON
        return actions.answer_duplicate(
            side, answer=what, on=on, note=note, by=by, at=at(day), **more
        )

    return answer


def status(pupil_pk):
    return list(
        Enrolment.objects.filter(pupil=pupil_pk).order_by("pk").values_list("status", flat=True)
    )


def holder():
    return Pupil.objects.get(identity__id_index=blind_index(NUMBER))


# --- answers


def test_one_answer_waits_for_the_other(same_number, answer, admin):
    pair = answer(same_number, 1, "studying", admin)

    assert (pair.state, pair.first_by, pair.second_by) == ("answered", admin, None)


def test_answers_that_agree_settle_and_the_other_school_lets_go(
    same_number, answer, admin, near_admin
):
    answer(same_number, 1, "studying", admin)
    pair = answer(same_number, 2, "never", near_admin)

    assert (pair.state, pair.outcome, pair.ground) == ("settled", "one_first", "answers")
    assert status(pair.first_key) == ["studying"]
    assert status(pair.second_key) == ["not_present"]
    assert holder().pk == pair.first_key


def test_the_number_and_the_history_go_to_the_school_that_has_the_child(
    same_number, answer, admin, near_admin, near_classroom
):
    kept, gone = same_number.first_key, same_number.second_key
    Guardian.objects.create(
        pupil_id=kept, full_name="นางเดิม สมมติ", relationship="mother", since=same_number.found_at
    )

    answer(same_number, 2, "studying", near_admin)
    pair = answer(same_number, 1, "left", admin)

    child = holder()
    assert pair.outcome == "one_second"
    assert child.pk == kept
    assert child.path == near_classroom.path
    assert status(kept) == ["moved", "studying"]
    assert Enrolment.objects.get(status="moved").ends_on == LEFT_ON
    assert child.guardians.get().full_name == "นางเดิม สมมติ"
    assert not Pupil.objects.filter(pk=gone).exists()
    assert RegistryRecord.objects.get().duplicate_index is None
    assert set(pair.sides.values_list("pupil", flat=True)) == {kept}


def test_both_places_read_of_it_in_their_book(same_number, answer, admin, near_admin, sides):
    answer(same_number, 1, "studying", admin)
    answer(same_number, 2, "never", near_admin)

    told = Event.objects.filter(verb="duplicates.settle")
    assert set(told.values_list("path", flat=True)) == set(
        sides(same_number).values_list("path", flat=True)
    )


def test_two_who_both_have_the_child_go_up(same_number, answer, admin, near_admin):
    answer(same_number, 1, "studying", admin)
    pair = answer(same_number, 2, "studying", near_admin)

    assert (pair.state, pair.outcome) == ("disputed", "")
    assert status(pair.first_key) == status(pair.second_key) == ["studying"]


def test_an_answer_may_be_corrected_until_it_is_settled(same_number, answer, admin, near_admin):
    answer(same_number, 1, "studying", admin)
    answer(same_number, 2, "studying", near_admin)

    pair = answer(same_number, 2, "left", near_admin, day="2569-05-25")

    assert pair.outcome == "one_first"
    with pytest.raises(Refused, match="settled"):
        answer(same_number, 2, "never", near_admin)


def test_a_mistyped_number_goes_to_the_school_that_has_it_right(
    same_number, answer, admin, near_admin
):
    answer(same_number, 1, "wrong", admin)
    pair = answer(same_number, 2, "studying", near_admin)

    assert pair.outcome == "wrong_first"
    assert holder().pk == pair.second_key
    assert Pupil.objects.get(pk=pair.first_key).identity is None
    assert status(pair.first_key) == status(pair.second_key) == ["studying"]


def test_a_number_mistyped_where_it_was_kept_without_stays(same_number, answer, admin, near_admin):
    answer(same_number, 1, "studying", admin)
    pair = answer(same_number, 2, "wrong", near_admin)

    assert pair.outcome == "wrong_second"
    assert holder().pk == pair.first_key


def test_two_children_alike_by_name_stay_as_they_are(alike, answer, admin, near_admin):
    answer(alike, 1, "wrong", admin)
    pair = answer(alike, 2, "studying", near_admin)

    assert pair.outcome == "different"
    assert status(pair.first_key) == status(pair.second_key) == ["studying"]


def test_a_proof_is_kept_at_the_school(same_number, answer, admin, sides):
    proof = SimpleUploadedFile("house.pdf", A_PDF)
    answer(same_number, 1, "studying", admin, proof=proof)

    kept = sides(same_number).get(position=1)
    assert kept.proof.path == kept.path
    assert kept.proof.purpose == "duplicate_proof"


@pytest.mark.parametrize(
    ("what", "on", "note", "sentence"),
    [
        ("studying", None, "", "since when"),
        ("left", None, "", "which day"),
        ("studying", date(2027, 1, 1), "", "future"),
        ("wrong", None, "", "what is wrong"),
    ],
    ids=["since when", "left when", "tomorrow", "wrong without a word"],
)
def test_an_answer_that_says_too_little(same_number, sides, admin, at, what, on, note, sentence):
    with pytest.raises(Refused, match=sentence):
        actions.answer_duplicate(
            sides(same_number).get(position=1),
            answer=what,
            on=on,
            note=note,
            by=admin,
            at=at("2569-05-22"),
        )


def test_nobody_answers_for_another_school_or_for_both(
    same_number, answer, admin, near_admin, near_school, make_user
):
    with pytest.raises(Refused, match="Your role"):
        answer(same_number, 2, "studying", admin)
    both = make_user(Role.SCHOOL_ADMIN, near_school.path, "both")
    answer(same_number, 2, "studying", both)
    both.postings.create(
        role=Role.REGISTRY_KEEPER,
        path=same_number.sides.get(position=1).path,
        starts_on=date(2026, 1, 1),
    )
    both = type(both).objects.get(pk=both.pk)
    with pytest.raises(Refused, match="somebody else"):
        answer(same_number, 1, "never", both)


# --- decisions


@pytest.fixture
def disputed(same_number, answer, admin, near_admin):
    answer(same_number, 1, "studying", admin)
    return answer(same_number, 2, "studying", near_admin)


def decide(pair, outcome, by, at, reason="ไปดูที่บ้านแล้ว", day="2569-05-26"):
    return actions.decide_duplicate(pair, outcome=outcome, reason=reason, by=by, at=at(day))


def test_the_office_of_both_decides_with_a_reason(disputed, office_admin, at):
    pair = decide(disputed, "one_first", office_admin, at)

    assert (pair.ground, pair.decided_by) == ("decision", office_admin)
    assert pair.reason == "ไปดูที่บ้านแล้ว"
    assert status(pair.second_key) == ["not_present"]


def test_decided_for_the_second_the_number_goes_along(disputed, office_admin, at, near_classroom):
    pair = decide(disputed, "one_second", office_admin, at)

    assert holder().path == near_classroom.path
    assert status(pair.first_key) == ["moved", "studying"]


def test_a_decision_is_refused(disputed, same_number, office_admin, fund_officer, admin, at):
    with pytest.raises(Refused, match="why you decide"):
        decide(disputed, "one_first", office_admin, at, reason="  ")
    with pytest.raises(Refused, match="Your role"):
        decide(disputed, "one_first", admin, at)
    with pytest.raises(Refused, match="supervising office"):
        decide(disputed, "one_first", fund_officer, at)
    with pytest.raises(ValueError, match="no decision"):
        decide(disputed, "different", office_admin, at)
    decide(disputed, "one_first", office_admin, at)
    with pytest.raises(Refused, match="settled"):
        decide(disputed, "one_second", office_admin, at)


def test_who_answered_does_not_decide(disputed, office_admin, at):
    DuplicatePair.objects.update(first_by=office_admin)

    with pytest.raises(Refused, match="another person decides"):
        decide(disputed, "one_first", office_admin, at)


def test_two_offices_have_the_fund_decide(
    far_number, answer, admin, other_admin, office_admin, fund_officer, at
):
    answer(far_number, 1, "studying", admin)
    pair = answer(far_number, 2, "studying", other_admin)

    with pytest.raises(Refused, match="Your role"):
        decide(pair, "one_first", office_admin, at)
    assert decide(pair, "one_first", fund_officer, at).state == "settled"


def test_unanswered_after_its_day_it_may_be_decided(same_number, answer, admin, office_admin, at):
    answer(same_number, 1, "studying", admin)
    assert permissions.why_not_decide_duplicate(same_number, office_admin, at("2569-06-08 17:00"))

    late = decide(same_number, "one_first", office_admin, at, day="2569-06-08 17:01")

    assert late.outcome == "one_first"


def test_nothing_is_handed_over_while_no_school_has_said_a_word(same_number, office_admin, at):
    with pytest.raises(Refused, match="Neither school"):
        decide(same_number, "one_second", office_admin, at, day="2569-07-01")

    late = decide(same_number, "one_first", office_admin, at, day="2569-07-01")
    assert status(late.second_key) == ["not_present"]


def test_one_child_by_name_keeps_the_national_id_and_the_former_code(
    alike, answer, near_admin, office_admin, at
):
    """A G-code here, a national id there: decided as one child, at the school of the G-code."""
    answer(alike, 2, "studying", near_admin)
    pair = decide(alike, "one_second", office_admin, at, day="2569-07-01")

    child = holder()
    assert child.pk == pair.first_key
    assert status(child.pk) == ["moved", "studying"]
    assert FormerNumber.objects.get().number == G_CODE
    assert not Identity.objects.filter(last4=G_CODE[-4:]).exists()


# --- twice at one school


def own(pair, keep, by, at):
    return actions.settle_own_duplicate(pair, keep=keep, reason="พิมพ์ซ้ำ", by=by, at=at("2569-05-22"))


def test_a_school_joins_its_two_rows(twice_here, admin, at):
    pair = own(twice_here, 1, admin, at)

    assert (pair.outcome, pair.ground, pair.decided_by) == ("merged", "school", admin)
    assert Pupil.objects.get().pk == twice_here.first_key
    assert status(twice_here.first_key) == ["studying"]


def test_joined_to_the_row_without_number_the_number_goes_along(twice_here, admin, at):
    own(twice_here, 2, admin, at)

    assert holder().pk == twice_here.second_key


def test_a_school_says_two_children(twice_here, admin, at, look):
    own(twice_here, None, admin, at)

    look("2569-05-23")
    assert DuplicatePair.objects.get().outcome == "different"
    assert Pupil.objects.count() == 2


def test_nobody_else_joins_them(twice_here, office_admin, near_admin, at):
    for person in (office_admin, near_admin):
        with pytest.raises(Refused):
            own(twice_here, 1, person, at)
    with pytest.raises(Refused, match="one school"):
        decide(twice_here, "different", office_admin, at, day="2569-07-01")


def test_a_reason_is_asked_for(twice_here, admin, at):
    with pytest.raises(Refused, match="how you know"):
        actions.settle_own_duplicate(twice_here, keep=1, reason=" ", by=admin, at=at("2569-05-22"))


def test_two_schools_do_not_join_rows(same_number, admin, at):
    with pytest.raises(Refused, match="two schools"):
        own(same_number, 1, admin, at)


def test_a_school_answers_no_ticket_of_its_own_two_rows(twice_here, answer, admin):
    with pytest.raises(Refused, match="Both rows"):
        answer(twice_here, 1, "studying", admin)
