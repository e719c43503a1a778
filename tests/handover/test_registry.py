# ruff: noqa: F811  (fixtures of the registry's tests, asked for by name)
"""Registry files and hand-overs: the child is moved at once, the history waits for an answer."""

import pytest

from eqfund import hooks
from eqfund.access import Role
from eqfund.handover.actions import moves
from eqfund.models import Enrolment, EnrolmentStatusChange, Handover
from eqfund.refusal import Refused
from tests.registry.conftest import confirm, record, send as send_file  # noqa: F401
from tests.registry.files import mine

pytestmark = pytest.mark.django_db


@pytest.fixture(name="send")
def _send(send_file):
    return send_file


@pytest.fixture
def theirs(make_pupils, other_classroom, term):
    """A pupil whom the other school has let go."""
    child = make_pupils(1, classroom=other_classroom)[0]
    child.enrolments.update(status="moved", ends_on=term.opens_on)
    return child


@pytest.fixture
def their_director(make_user, other_school):
    return make_user(Role.SCHOOL_DIRECTOR, other_school.path, "their-director")


@pytest.fixture
def told(monkeypatch):
    """Which moves the apps were told of."""
    heard = []
    monkeypatch.setattr(
        hooks, "children_moved", [lambda keys, by, at: heard.append((sorted(keys), by.username))]
    )
    return heard


def test_a_moved_row_begins_a_hand_over_and_moves_the_child_at_once(
    record,
    theirs,
    school,
    other_school,
    registry_keeper,
    told,
):
    record(mine(9, number=theirs.identity.number))

    handover = Handover.objects.get()
    theirs.refresh_from_db()
    assert (handover.way, handover.status) == ("registry", "proposed")
    assert (handover.from_school, handover.to_school) == (other_school, school)
    assert handover.to_enrolment.status == "studying"
    assert handover.to_path == handover.to_enrolment.path == theirs.path
    assert handover.proposed_by == registry_keeper
    assert told == [([handover.pk], "registry_keeper")]
    assert not Handover.objects.with_history_for(registry_keeper).exists()


def test_the_former_school_answers_and_the_history_opens(
    record,
    theirs,
    admin,
    their_director,
    at,
    told,
):
    record(mine(9, number=theirs.identity.number))
    handover = Handover.objects.get()

    with pytest.raises(Refused, match="Your role"):
        moves.accept_handover(handover, by=admin, at=at("2569-05-25"))
    done = moves.accept_handovers([handover], by=their_director, at=at("2569-05-25"))

    assert done == 1
    assert Handover.objects.with_history_for(admin).get() == handover
    assert len(told) == 1, "the move itself was told with the file, once"


def test_a_refusal_keeps_the_history_and_leaves_the_child_where_the_registry_has_it(
    record,
    theirs,
    admin,
    their_director,
    school,
    at,
):
    record(mine(9, number=theirs.identity.number))
    handover = Handover.objects.get()

    moves.refuse_handover(handover, reason="not_ours", by=their_director, at=at("2569-05-25"))

    theirs.refresh_from_db()
    assert theirs.path.startswith(school.path)
    assert not Handover.objects.with_history_for(admin).exists()


def test_what_the_registry_moved_is_not_taken_back(
    record,
    theirs,
    registry_keeper,
    at,
):
    record(mine(9, number=theirs.identity.number))

    with pytest.raises(Refused, match="answered, not withdrawn"):
        moves.withdraw_handover(Handover.objects.get(), by=registry_keeper, at=at("2569-05-25"))


def test_a_file_that_comes_while_the_pupil_is_being_sent_carries_the_hand_over_on(
    record,
    make_pupils,
    other_classroom,
    school,
    receiver,
    admin,
    at,
    told,
):
    child = make_pupils(1, classroom=other_classroom)[0]
    sent = moves.propose_handover(
        child.enrolments.get(),
        school,
        moved_on=at("2569-05-18").date(),
        by=receiver,
        at=at("2569-05-18"),
    )
    child.enrolments.update(status="moved", ends_on=at("2569-05-18").date())

    record(mine(9, number=child.identity.number))

    handover = Handover.objects.get()
    assert handover == sent
    assert (handover.way, handover.status) == ("sent", "proposed")
    assert handover.to_enrolment.status == "studying"
    accepted = moves.accept_handover(handover, by=admin, at=at("2569-05-25"))
    assert accepted.status == "accepted"
    assert child.enrolments.count() == 2
    assert len(told) == 1


def test_a_file_of_a_third_school_overtakes_a_hand_over(
    record,
    make_pupils,
    other_classroom,
    third_school,
    school,
    receiver,
    at,
):
    child = make_pupils(1, classroom=other_classroom)[0]
    sent = moves.propose_handover(
        child.enrolments.get(),
        third_school,
        moved_on=at("2569-05-18").date(),
        by=receiver,
        at=at("2569-05-18"),
    )
    child.enrolments.update(status="moved", ends_on=at("2569-05-18").date())

    record(mine(9, number=child.identity.number))

    sent.refresh_from_db()
    assert (sent.status, sent.lapse) == ("lapsed", "went_elsewhere")
    assert Handover.objects.waiting().get().to_school == school


def test_a_child_who_comes_back_ends_the_hand_over_without_another(
    record,
    theirs,
    make_user,
    other_school,
    other_classroom,
    at,
):
    keeper = make_user(Role.REGISTRY_KEEPER, other_school.path, "their-keeper")
    record(mine(9, number=theirs.identity.number))
    Enrolment.objects.filter(status="studying").update(status="moved", ends_on=at("2569-05-22"))

    back = mine(9, number=theirs.identity.number, รหัสโรงเรียน="40010001")
    record(back, by=keeper, path=other_school.path, day="2569-05-24")

    handover = Handover.objects.get()
    theirs.refresh_from_db()
    assert (handover.status, handover.lapse) == ("lapsed", "came_back")
    assert theirs.path == other_classroom.path


def test_who_is_not_in_the_file_has_it_in_the_history(record, make_pupils, child, registry_keeper):
    record(mine(50), gone="withdrew")

    change = EnrolmentStatusChange.objects.get(enrolment__pupil=child)
    assert (change.was, change.became, change.source) == ("studying", "withdrew", "registry")
    assert change.by == registry_keeper


def test_a_second_file_begins_no_second_hand_over(record, theirs):
    record(mine(9, number=theirs.identity.number))
    record(mine(9, number=theirs.identity.number, ชื่อ="ใหม่"), day="2569-05-24")

    assert Handover.objects.count() == 1


def test_a_double_at_the_new_school_is_settled_before_a_hand_over(
    record,
    make_pupils,
    other_classroom,
    school,
    classroom,
    receiver,
    admin,
    at,
):
    child = make_pupils(1, classroom=other_classroom)[0]
    record(mine(9, number=child.identity.number))
    sent = moves.propose_handover(
        child.enrolments.get(),
        school,
        moved_on=at("2569-05-25").date(),
        by=receiver,
        at=at("2569-05-25"),
    )

    with pytest.raises(Refused, match="settle that first"):
        moves.accept_handover(sent, classroom=classroom, by=admin, at=at("2569-05-26"))


def test_a_preview_that_was_made_before_the_answer_no_longer_holds(
    send, confirm, make_pupils, other_classroom, school, classroom, receiver, admin, at
):
    child = make_pupils(1, classroom=other_classroom)[0]
    sent = moves.propose_handover(
        child.enrolments.get(),
        school,
        moved_on=at("2569-05-18").date(),
        by=receiver,
        at=at("2569-05-18"),
    )
    it = send(mine(9, number=child.identity.number))
    moves.accept_handover(sent, classroom=classroom, by=admin, at=at("2569-05-20"))

    confirm(it)

    assert it.status == "previewed", "the roll has changed: the person looks again"
    assert child.enrolments.filter(status="studying").get().path == classroom.path
