"""Marks and confirmations: the deed, each refusal, a second time, two at once, each constraint."""

import threading

import pytest
from django.db import IntegrityError, InternalError, connection, transaction

from eqfund.models import (
    Enrolment,
    Event,
    Identity,
    Pupil,
    RollConfirmation,
    RollMark,
)
from eqfund.refusal import Refused
from eqfund.rolls import actions, queries

pytestmark = pytest.mark.django_db


# --- confirming


def test_a_class_is_confirmed_with_what_it_counted(roll, confirm, state, registry_keeper, at):
    Pupil.objects.filter(pk=Pupil.objects.first().pk).update(identity=None)

    made = confirm(roll)

    assert state(roll) == "confirmed"
    assert (made.pupils, made.without_id, made.by) == (3, 1, registry_keeper)
    assert Event.objects.get(verb="rolls.confirm").facts["pupils"] == 3


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda e: Pupil.objects.update(first_name="อื่น"), id="a name"),
        pytest.param(lambda e: Pupil.objects.update(title="นางสาว"), id="a title"),
        pytest.param(lambda e: Pupil.objects.update(birth_date=None), id="a date of birth"),
        pytest.param(lambda e: Pupil.objects.update(identity=None), id="a number taken away"),
        pytest.param(lambda e: Identity.objects.update(kind="g_code"), id="another kind of number"),
        pytest.param(lambda e: Identity.objects.update(last4="0000"), id="other digits"),
        pytest.param(
            lambda e: Enrolment.objects.filter(pk=e.pk).update(status="moved", ends_on=e.starts_on),
            id="a pupil who left",
        ),
        pytest.param(
            lambda e: Enrolment.objects.filter(pk=e.pk).update(status="suspended"),
            id="a pupil suspended",
        ),
    ],
)
def test_what_changes_afterwards_is_seen(change, roll, child, confirm, state):
    confirm(roll)

    change(child)

    assert state(roll) == "changed"


def test_a_new_pupil_is_seen(roll, confirm, state, make_pupils):
    confirm(roll)

    make_pupils(1)

    assert state(roll) == "changed"


def test_a_replaced_number_with_the_same_last_digits_is_seen(
    roll, child, confirm, state, without_registry, correct
):
    identity = child.pupil.identity
    Identity.objects.filter(pk=identity.pk).update(last4="3450")
    confirm(roll)

    correct(child, number="1101700203450")

    child.pupil.identity.refresh_from_db()
    assert child.pupil.identity.last4 == "3450"
    assert state(roll) == "changed"


def test_what_says_nothing_of_names_or_ids_changes_nothing(roll, confirm, state):
    confirm(roll)

    Enrolment.objects.update(student_number="9")

    assert state(roll) == "confirmed"


def test_a_second_time_changes_nothing(roll, confirm):
    first = confirm(roll)

    assert confirm(roll, day="2569-06-20") == first
    assert Event.objects.filter(verb="rolls.confirm").count() == 1


def test_what_changed_is_confirmed_anew_and_the_old_word_is_kept(roll, confirm, state, at):
    first = confirm(roll)
    Pupil.objects.update(first_name="อื่น")

    confirm(roll, day="2569-06-20")

    first.refresh_from_db()
    assert first.voided_at == at("2569-06-20")
    assert state(roll) == "confirmed"


def test_who_saw_an_older_list_is_told(roll, confirm):
    with pytest.raises(Refused):
        confirm(roll, seen="older")


def test_only_those_who_keep_the_registry_confirm(
    roll, confirm, admin, teacher, director, office_admin, outsider, fund_officer
):
    for person in (teacher, director, office_admin, outsider, fund_officer):
        with pytest.raises(Refused):
            confirm(roll, by=person)

    assert confirm(roll, by=admin)


def test_a_class_without_pupils_is_not_confirmed(calendar, classroom, confirm):
    with pytest.raises(Refused):
        confirm(classroom)


def test_a_class_of_another_year_is_not_confirmed(roll, confirm):
    type(roll).objects.filter(pk=roll.pk).update(year_be=2568)
    roll.refresh_from_db()

    with pytest.raises(Refused):
        confirm(roll)


def test_a_class_with_an_open_mark_is_not_confirmed(roll, child, mark, settle, confirm):
    made = mark(child)
    with pytest.raises(Refused):
        confirm(roll)

    settle(made)

    assert confirm(roll)


def test_a_class_is_confirmed_once(roll, confirm, calendar, registry_keeper, at):
    made = confirm(roll)
    values = {
        "classroom": roll,
        "term": calendar,
        "by": registry_keeper,
        "at": at("2569-05-20"),
        "digest": "x",
        "pupils": 1,
        "without_id": 0,
    }

    for fields, constraint in (
        ({}, "once_per_class_and_term"),
        ({"without_id": 2}, "counts_its_pupils"),
        ({"voided_at": at("2569-05-01")}, "voided_after"),
    ):
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            RollConfirmation.objects.create(**values | fields)
    rows = RollConfirmation.objects.filter(pk=made.pk)
    for deed in (lambda: rows.update(pupils=9), rows.delete):
        with (
            pytest.raises((IntegrityError, InternalError), match="only voided"),
            transaction.atomic(),
        ):
            deed()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_confirm_at_once_one_row_is_made(roll, confirm):
    gate = threading.Barrier(2)
    failures = []

    def run():
        try:
            gate.wait()
            confirm(roll)
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _each in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert RollConfirmation.objects.count() == 1


# --- marks


def test_a_teacher_marks_what_differs_from_the_document(roll, child, mark, calendar, teacher):
    mark(child, note="สะกดด้วย ณ")

    [row, *_others] = queries.roll_of(roll, calendar)
    assert [(m.kind, m.note, m.made_by) for m in row.marks] == [("name", "สะกดด้วย ณ", teacher)]
    assert row.marks[0].was == row.digest


def test_a_note_is_sealed_in_the_table(child, mark):
    made = mark(child, note="ณัฐ")
    with connection.cursor() as cursor:
        cursor.execute("SELECT note FROM eqfund_rollmark WHERE id = %s", [made.pk])
        sealed = bytes(cursor.fetchone()[0])

    assert "ณัฐ".encode() not in sealed


def test_the_same_is_not_marked_twice_while_it_is_open(child, mark, settle):
    made = mark(child)
    with pytest.raises(Refused):
        mark(child)

    settle(made, "mistaken")

    assert mark(child)


def test_a_mark_goes_along_when_its_pupil_changes_class(roll, child, mark, school, calendar):
    from eqfund import places

    mark(child)
    other = places.add_classroom(school, year_be=2569, grade="P5", room="1")
    Enrolment.objects.filter(pk=child.pk).update(classroom=other, path=other.path)

    assert queries.marks_of([roll.pk, other.pk], calendar) == {other.pk: 1}


def test_a_missing_child_is_noted_with_who(roll, teacher, calendar, at):
    told = {"by": teacher, "at": at("2569-05-19")}
    with pytest.raises(Refused):
        actions.mark_roll(roll, kind="missing", note=" ", **told)

    actions.mark_roll(roll, kind="missing", note="ด.ช.ใหม่ สมมติ", **told)

    assert [mark.note for mark in queries.missing_of(roll, calendar)] == ["ด.ช.ใหม่ สมมติ"]
    assert queries.figures_of([roll.pk], calendar)[roll.pk].marks == 1


def test_a_missing_child_has_no_row_and_everybody_else_one(roll, child, teacher, at):
    told = {"by": teacher, "at": at("2569-05-19"), "note": "x"}
    with pytest.raises(ValueError, match="missing"):
        actions.mark_roll(roll, kind="missing", enrolment=child, **told)
    with pytest.raises(ValueError, match="missing"):
        actions.mark_roll(roll, kind="name", **told)


def test_who_left_is_not_marked(child, mark):
    Enrolment.objects.filter(pk=child.pk).update(status="moved", ends_on=child.starts_on)
    child.refresh_from_db()

    with pytest.raises(Refused):
        mark(child)


def test_a_mark_is_settled_once(child, mark, settle):
    made = mark(child)
    settle(made)

    with pytest.raises(Refused):
        settle(made)


def test_only_people_of_the_class_mark_and_settle(
    child, mark, settle, outsider, director, office_admin, auditor
):
    made = mark(child)
    for person in (outsider, director, office_admin, auditor):
        with pytest.raises(Refused):
            mark(child, "number", by=person)
        with pytest.raises(Refused):
            settle(made, by=person)


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"kind": "odd"}, "kind_is_known"),
        ({"kind": "missing"}, "kind_is_known"),
        ({"enrolment": None}, "kind_is_known"),
        ({"outcome": "mended"}, "settled_by_somebody"),
    ],
)
def test_a_mark_that_cannot_be_is_refused_by_the_table(fields, constraint, child, mark):
    made = mark(child)

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        RollMark.objects.filter(pk=made.pk).update(**fields)
