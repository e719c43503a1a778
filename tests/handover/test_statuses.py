"""A pupil's state at the school: set, undone, written down; what the database keeps."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from eqfund import hooks
from eqfund.handover.actions import moves, statuses
from eqfund.models import Enrolment, EnrolmentStatusChange
from eqfund.refusal import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def enrolment(child):
    return child.enrolments.get()


@pytest.fixture
def become(enrolment, admin, at):
    def become(status, *, by=admin, day="2569-06-12", on="2569-06-10", reason="", of=None):
        return statuses.set_pupil_status(
            of or enrolment, status=status, on=at(on).date(), by=by, at=at(day), reason=reason
        )

    return become


@pytest.mark.parametrize("status", ["moved", "withdrew", "died", "not_present"])
def test_a_leaving_ends_the_enrolment_on_its_day(status, become, enrolment, admin, at):
    change = become(status)

    enrolment.refresh_from_db()
    assert (enrolment.status, enrolment.ends_on) == (status, at("2569-06-10").date())
    assert (change.was, change.became, change.source, change.by) == (
        "studying",
        status,
        "person",
        admin,
    )


def test_a_rest_does_not_end_it_and_wants_a_reason(become, enrolment):
    with pytest.raises(Refused, match="in a sentence"):
        become("suspended", reason=" ")

    become("suspended", reason="พักรักษาตัว")
    become("studying")

    enrolment.refresh_from_db()
    assert (enrolment.status, enrolment.ends_on) == ("studying", None)
    changes = EnrolmentStatusChange.objects.order_by("pk")
    assert [(it.was, it.became, it.reason) for it in changes] == [
        ("studying", "suspended", "พักรักษาตัว"),
        ("suspended", "studying", ""),
    ]


def test_what_a_pupil_is_already_is_not_recorded_again(become):
    with pytest.raises(Refused):
        become("studying")
    become("withdrew")
    with pytest.raises(Refused, match="already recorded"):
        become("died")


@pytest.mark.parametrize("on", ["2569-06-13", "2569-05-15"])
def test_a_day_that_cannot_be_is_refused(on, become):
    with pytest.raises(Refused, match="day of leaving"):
        become("withdrew", on=on)


def test_only_who_keeps_the_roll_sets_and_undoes(
    become, teacher, director, office_admin, receiver, registry_keeper, at
):
    for person in (teacher, director, office_admin, receiver):
        with pytest.raises(Refused, match="Your role"):
            become("withdrew", by=person)
    change = become("withdrew", by=registry_keeper)
    with pytest.raises(Refused, match="Your role"):
        statuses.undo_pupil_status(change, reason="x", by=teacher, at=at("2569-06-13"))


def test_a_mistake_is_undone_once_and_both_stand(become, enrolment, admin, at):
    change = become("died")
    with pytest.raises(Refused, match="mistake"):
        statuses.undo_pupil_status(change, reason="", by=admin, at=at("2569-06-13"))

    back = statuses.undo_pupil_status(change, reason="คนละคน", by=admin, at=at("2569-06-13"))

    enrolment.refresh_from_db()
    assert (enrolment.status, enrolment.ends_on) == ("studying", None)
    assert back.undoes == change
    for again in (change, back):
        with pytest.raises(Refused):
            statuses.undo_pupil_status(again, reason="x", by=admin, at=at("2569-06-13"))
    assert EnrolmentStatusChange.objects.count() == 2


def test_an_earlier_change_is_not_undone(become, admin, at):
    first = become("suspended", reason="ป่วย")
    become("withdrew")

    with pytest.raises(Refused, match="Only the last"):
        statuses.undo_pupil_status(first, reason="x", by=admin, at=at("2569-06-13"))


def test_a_leaving_is_not_undone_once_another_school_has_the_pupil(
    become, child, admin, other_classroom, term, at
):
    change = become("withdrew")
    Enrolment.objects.create(
        pupil=child,
        term=term,
        classroom=other_classroom,
        path=other_classroom.path,
        starts_on=at("2569-06-11").date(),
    )

    with pytest.raises(Refused, match="another school"):
        statuses.undo_pupil_status(change, reason="x", by=admin, at=at("2569-06-13"))


def test_what_a_hand_over_changed_is_not_undone_by_hand(accepted, admin, at):
    change = EnrolmentStatusChange.objects.get()

    with pytest.raises(Refused, match="taken back in the same way"):
        statuses.undo_pupil_status(change, reason="x", by=admin, at=at("2569-06-13"))


def test_a_child_who_died_is_not_on_its_way_any_more(sent, become, send, child):
    become("died")

    sent.refresh_from_db()
    assert sent.status == "withdrawn"
    with pytest.raises(Enrolment.DoesNotExist):
        send(child)


def test_the_apps_are_told_of_each_change(become, monkeypatch):
    heard = []
    monkeypatch.setattr(hooks, "states_changed", [lambda keys, by, at: heard.append(keys)])

    change = become("withdrew")

    assert heard == [[change.pk]]


# --- what the database keeps


def broken(deed):
    with pytest.raises((IntegrityError, DatabaseError)) as caught, transaction.atomic():
        deed()
    return str(caught.value)


def test_the_history_of_states_is_not_rewritten(become):
    change = become("suspended", reason="ป่วย")
    rows = EnrolmentStatusChange.objects.filter(pk=change.pk)

    assert "keeps what happened" in broken(lambda: rows.update(became="died"))
    assert "keeps what happened" in broken(lambda: rows.update(reason="อื่น"))
    assert "keeps what happened" in broken(rows.delete)
    assert rows.update(reason="") == 1, "a sentence may be forgotten"


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("status_change_changes_something", {"became": "studying"}),
        ("status_change_is_to_a_known_state", {"became": "gone"}),
        ("status_change_says_where_it_came_from", {"source": "x"}),
        ("status_change_by_a_person_names_them", {"by": None}),
    ],
)
def test_a_change_that_cannot_be_is_not_kept(name, fields, enrolment, admin, at):
    given = {
        "enrolment": enrolment,
        "was": "studying",
        "became": "died",
        "on": at("2569-06-10").date(),
        "source": "person",
        "by": admin,
        "at": at("2569-06-10"),
    }

    assert name in broken(lambda: EnrolmentStatusChange.objects.create(**given | fields))


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("handover_is_between_two_schools", {"to_school": "from_school"}),
        ("handover_way_is_known", {"way": "x"}),
        ("handover_closed_by_its_state", {"status": "withdrawn"}),
        ("handover_closed_by_its_state", {"closed_by": "admin", "closed_at": "now"}),
        ("handover_closed_by_its_state", {"status": "lapsed", "lapse": "term_over"}),
        (
            "handover_answered_by_another_person",
            {"status": "refused", "refusal": "other", "closed_by": "admin", "closed_at": "now"},
        ),
        (
            "handover_accepted_has_its_enrolment",
            {"status": "accepted", "closed_by": "receiver", "closed_at": "now"},
        ),
        (
            "handover_refused_says_why",
            {"status": "refused", "closed_by": "receiver", "closed_at": "now"},
        ),
        ("handover_refused_says_why", {"refusal": "other"}),
        ("handover_lapsed_says_why", {"status": "lapsed", "closed_at": "now"}),
        ("handover_lives_until_it_is_due", {"lapses_on": "before"}),
    ],
)
def test_a_hand_over_that_cannot_be_is_not_kept(name, fields, sent, admin, receiver, at):
    values = {
        "from_school": sent.from_school,
        "admin": admin,
        "receiver": receiver,
        "now": at("2569-06-11"),
        "before": sent.due_on - timedelta(days=1),
    }
    given = {key: values.get(value, value) for key, value in fields.items()}

    assert name in broken(lambda: type(sent).objects.filter(pk=sent.pk).update(**given))


def test_one_pupil_has_one_open_hand_over_in_the_database_too(sent):
    sent.pk = None

    assert "handover_one_open_per_pupil" in broken(lambda: sent.save(force_insert=True))


def test_a_closed_hand_over_stays_closed_and_none_is_removed(sent, accepted, receiver, at):
    rows = type(sent).objects.filter(pk=sent.pk)

    assert "keeps what happened" in broken(
        lambda: rows.update(status="proposed", closed_by=None, closed_at=None)
    )
    assert "keeps what happened" in broken(lambda: rows._raw_delete("default"))
    assert rows.update(child_name="–") == 1, "a name may be forgotten"
    with pytest.raises(Refused):
        moves.withdraw_handover(accepted, by=receiver, at=at("2569-06-13"))


def test_who_moved_and_why_is_forgotten_with_the_child(sent, become, child):
    become("suspended", reason="พักรักษาตัว")
    (scrub,) = [each for each in hooks.person_scrubs if each.name.startswith("hand-overs")]

    assert scrub.forget([child.pk]) == 2

    sent.refresh_from_db()
    assert (sent.child_name, sent.birth_year_be, sent.last4, sent.message) == ("–", None, "", "")
    assert EnrolmentStatusChange.objects.get().reason == ""
    assert sent.is_open, "between which schools, and how it stands, stays"
