"""Whom the search finds, whom it leaves alone, and that it asks of a pair once."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from eqfund import jobs
from eqfund.duplicates import tasks
from eqfund.duplicates.finding import MOST_ALIKE
from eqfund.duplicates.rules import Alike, names_alike
from eqfund.handover.actions import statuses
from eqfund.handover.rules_status import PupilStatus
from eqfund.models import (
    DuplicatePair,
    DuplicateSide,
    Enrolment,
    Event,
    Holiday,
    Job,
    NameKey,
    Pupil,
)
from tests.duplicates.conftest import BORN, G_CODE, NUMBER
from tests.duplicates.test_rules import NAMES

OTHER = "1101700203468"


def pairs():
    return list(DuplicatePair.objects.values_list("first_key", "second_key", "band"))


def test_one_number_at_two_schools_is_certain(same_number):
    assert same_number.band == "certain"
    assert "number" in same_number.agree
    assert same_number.apart == "office"


def test_the_same_name_and_day_with_a_g_code_is_likely(alike):
    assert alike.band == "likely"
    assert alike.agree == ["first_name", "last_name", "birth_date", "sex"]


@pytest.mark.parametrize(
    ("first", "last", "born", "number", "band"),
    [
        ("กมลชนภ", "ใจดีสมมติ", BORN, G_CODE, "possible"),
        ("กมลชนก", "ใจดีสมมุติ", BORN, G_CODE, "possible"),
        ("กมลชนก", "ใจดีสมมติ", date(2016, 5, 18), G_CODE, "possible"),
        ("กมลชนก", "ใจดีสมมติ", BORN, OTHER, "possible"),
        ("กมลวรรณ", "ใจดีสมมติ", BORN, OTHER, None),
        ("กมลชนก", "รักดีตัวอย่าง", BORN, G_CODE, None),
    ],
    ids=["first name", "surname", "day", "two national ids", "a twin", "another family"],
)
def test_names_and_days(child, look, classroom, other_classroom, first, last, born, number, band):
    child(classroom, NUMBER)
    child(other_classroom, number, first=first, last=last, born=born)

    look()

    assert [pair[2] for pair in pairs()] == ([band] if band else [])


def test_the_sieve_of_trigrams_lets_every_near_name_through(
    child, look, classroom, other_classroom
):
    near = [(a, b) for a, b, wanted, _id in NAMES if wanted is Alike.NEAR]
    assert all(names_alike(a, b) is Alike.NEAR for a, b in near)
    for serial, (a, b) in enumerate(near):
        child(classroom, first=a, last=f"สกุล{serial}ก")
        child(other_classroom, first=b, last=f"สกุล{serial}ก")

    look()

    assert len(pairs()) == len(near)


def test_a_second_run_finds_nothing_new(same_number, look):
    assert look()["touched"] == 0
    assert DuplicatePair.objects.count() == 1
    assert DuplicateSide.objects.count() == 2


def test_who_no_longer_studies_is_nobodys_duplicate(child, look, classroom, other_classroom):
    left = child(classroom, NUMBER)
    child(other_classroom, G_CODE)
    Enrolment.objects.filter(pupil=left).update(status="withdrew", ends_on=date(2026, 6, 1))

    look()

    assert pairs() == []


def test_only_what_changed_is_looked_at(child, look, classroom, other_classroom):
    child(classroom, NUMBER)
    late = child(other_classroom, G_CODE, first="อื่น")
    assert look()["touched"] == 2
    Pupil.objects.filter(pk=late.pk).update(first_name="กมลชนก")

    assert look()["touched"] == 1
    assert [pair[2] for pair in pairs()] == ["likely"]


def test_a_settled_pair_stays_settled_until_what_was_compared_changes(alike, look, at):
    DuplicatePair.objects.update(
        state="settled", outcome="different", ground="answers", settled_at=at("2569-05-22")
    )
    NameKey.objects.all().delete()

    look("2569-05-23")
    assert DuplicatePair.objects.get().state == "settled"

    Pupil.objects.filter(pk=alike.second_key).update(first_name="กมลชนภ")
    look("2569-05-24")
    again = DuplicatePair.objects.get()
    assert (again.state, again.outcome, again.band) == ("open", "", "possible")
    assert list(again.sides.values_list("answer", flat=True)) == ["", ""]
    assert Event.objects.filter(verb="duplicates.found_again").count() == 2


def test_both_schools_have_ten_working_days(same_number, at):
    assert same_number.due_at == at("2569-06-08 17:00")  # 1 and 3 June are holidays


def test_a_holiday_of_the_calendars_editor_counts(
    child, look, classroom, near_classroom, fund_officer, at
):
    day = at("2569-06-05")
    Holiday.objects.create(
        day=day.date(), is_closed=True, name="วันหยุดพิเศษ", set_by=fund_officer, set_at=day
    )
    child(classroom, NUMBER)
    child(near_classroom, G_CODE)
    look()

    assert DuplicatePair.objects.get().due_at == at("2569-06-09 17:00")


def test_the_book_tells_of_it_at_both_places(same_number):
    told = Event.objects.filter(verb="duplicates.found").values_list("path", flat=True)
    assert set(told) == set(same_number.sides.values_list("path", flat=True))


@pytest.fixture
def let_go(same_number, admin, at):
    """The school that holds the number records that the child left."""
    statuses.set_pupil_status(
        Enrolment.objects.get(pupil=same_number.first_key),
        status=PupilStatus.MOVED,
        on=date(2026, 5, 20),
        by=admin,
        at=at("2569-05-22"),
    )


def test_when_one_school_records_the_leaving_the_number_goes_to_the_other(
    same_number, let_go, look
):
    counts = look("2569-05-25")

    same_number.refresh_from_db()
    assert counts["ended"] == 1
    assert (same_number.outcome, same_number.ground) == ("one_second", "left")
    holder = Pupil.objects.get(identity__last4=NUMBER[-4:])
    assert holder.enrolments.filter(status="studying").count() == 1
    assert not Pupil.objects.filter(pk=same_number.second_key).exists()


def test_when_the_school_without_number_lets_go_nothing_moves(same_number, look):
    Enrolment.objects.filter(pupil=same_number.second_key).update(
        status="not_present", ends_on=date(2026, 5, 20)
    )

    look("2569-05-25")

    same_number.refresh_from_db()
    assert (same_number.outcome, same_number.ground) == ("one_first", "left")


def test_who_was_joined_has_no_key_left(let_go, look):
    look("2569-05-25")

    assert set(NameKey.objects.values_list("pk", flat=True)) == set(
        Pupil.objects.values_list("pk", flat=True)
    )


# --- as a job


def test_a_recorded_file_asks_for_a_look_and_never_waits_for_it(same_number, at):
    from eqfund import hooks
    from eqfund.models import RegistryImport

    it = RegistryImport.objects.get()
    for follow in hooks.registry_imported:
        if follow.__module__ == "eqfund.duplicates.hooks":
            follow(it, at("2569-05-20"))

    job = Job.objects.get(kind="duplicates.find")
    assert job.params["import"] == it.pk
    assert job.params["path"] == it.path


def test_the_job_of_a_night_is_one(term, same_number, monkeypatch, at):
    from eqfund import clock

    with clock.rehearse(at("2569-05-21")):
        first, second = tasks.find_everywhere(), tasks.find_everywhere()
    done = jobs.run_now(Job.objects.get(pk=first))

    assert first == second
    assert done.state == "done"
    assert done.result["touched"] == 0


# --- what the database promises


def test_a_pair_is_once_and_in_order(same_number):
    same_number.pk, first, second = None, same_number.first_key, same_number.second_key
    with pytest.raises(IntegrityError, match="duplicate_pair_once"), transaction.atomic():
        same_number.save(force_insert=True)
    same_number.first_key, same_number.second_key = second, first
    with pytest.raises(IntegrityError, match="duplicate_pair_is_ordered"), transaction.atomic():
        same_number.save(force_insert=True)


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"state": "settled"}, "duplicate_settled_has_its_ground"),
        ({"outcome": "different"}, "duplicate_settled_has_its_ground"),
        ({"band": "sure"}, "duplicate_band_is_known"),
    ],
    ids=["settled without ground", "an outcome while open", "an unknown band"],
)
def test_a_ticket_that_cannot_be(same_number, fields, name):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        DuplicatePair.objects.update(**fields)


def test_a_decision_needs_its_reason_and_another_person(same_number, admin, near_admin, at):
    settled = {
        "state": "settled",
        "outcome": "one_first",
        "ground": "decision",
        "settled_at": at("2569-06-01"),
    }
    with pytest.raises(IntegrityError, match="has_its_reason"), transaction.atomic():
        DuplicatePair.objects.update(**settled, decided_by=admin)
    for whose in ("first_by", "second_by"):
        with pytest.raises(IntegrityError, match="did_not_answer"), transaction.atomic():
            DuplicatePair.objects.update(
                **settled, decided_by=admin, reason="เพราะ", **{whose: admin}
            )
    with pytest.raises(IntegrityError, match="two_people"), transaction.atomic():
        DuplicatePair.objects.update(first_by=admin, second_by=admin)


def test_a_side_answers_once_and_says_since_when(same_number, sides, at):
    side = sides(same_number).first()
    with pytest.raises(IntegrityError, match="one_answer_a_side"), transaction.atomic():
        DuplicateSide.objects.filter(pk=side.pk).update(position=2)
    with pytest.raises(IntegrityError, match="one_of_two"), transaction.atomic():
        DuplicateSide.objects.filter(pk=side.pk).update(position=3)
    with pytest.raises(IntegrityError, match="answer_is_known"), transaction.atomic():
        DuplicateSide.objects.filter(pk=side.pk).update(
            answer="perhaps", answered_at=at("2569-06-01")
        )
    with pytest.raises(IntegrityError, match="since_when"), transaction.atomic():
        DuplicateSide.objects.filter(pk=side.pk).update(answer="left", answered_at=at("2569-06-01"))


@pytest.mark.parametrize("many", [3, MOST_ALIKE + 1])
def test_a_name_and_day_that_many_share_says_nothing(many, make_pupils, classroom, look):
    make_pupils(many)
    Pupil.objects.update(first_name="กมลชนก", last_name="ใจดีสมมติ", birth_date=BORN)

    look()

    assert len(pairs()) == (3 if many == 3 else 0)


def test_the_search_goes_by_the_keys_index(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname FROM pg_indexes WHERE tablename = 'eqfund_namekey'")
        names = {row[0] for row in cursor.fetchall()}

    assert {"name_key_born_and_last", "name_key_born_and_first", "name_key_last_and_first"} <= names
