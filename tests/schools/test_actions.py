"""The profile and its directors: the deed, each refusal, a second time, two at once, each constraint."""

import threading
from datetime import date

import pytest
from django.db import IntegrityError, InternalError, connection, transaction

from eqfund.hooks import SchoolCheck
from eqfund.models import Directorship, Event, ProfileConfirmation, School
from eqfund.refusal import Refused
from eqfund.schools import actions, checks, permissions, queries

from .conftest import FULL

pytestmark = pytest.mark.django_db
OCTOBER = date(2026, 10, 1)


def state(school, term):
    return queries.with_state(School.objects.filter(pk=school.pk), term).get().state


# --- contacts and address


def test_the_admin_changes_contacts_and_the_book_keeps_both(calendar, school, admin, at):
    actions.edit_school(school, by=admin, at=at("2569-05-20"), phone="0 7754 1234", line_id="@x")

    school.refresh_from_db()
    assert (school.phone, school.line_id) == ("0 7754 1234", "@x")
    event = Event.objects.get(verb="registry.edit_school")
    assert event.change["after"]["phone"] == "0 7754 1234"
    assert event.facts == {"fields": ["line_id", "phone"]}


def test_the_province_follows_the_subdistrict(calendar, school, admin, at):
    actions.edit_school(school, by=admin, at=at("2569-05-20"), subdistrict_code="860201")

    school.refresh_from_db()
    assert school.province_code == "86"


def test_saving_what_is_there_already_writes_nothing(full, admin, at):
    before = Event.objects.count()

    actions.edit_school(full, by=admin, at=at("2569-05-20"), **FULL)

    assert Event.objects.count() == before


def test_the_profile_opens_with_its_window(calendar, school, admin, at):
    assert permissions.why_not_edit_school(school, admin, at("2569-05-06 23:59:59"))
    assert permissions.why_not_edit_school(school, admin, at("2569-05-07 00:00")) is None


def test_only_the_schools_admin_changes_anything(
    calendar, school, registry_keeper, director, outsider, office_admin, fund_officer, head, at
):
    row = head()
    for person in (registry_keeper, director, outsider, office_admin, fund_officer):
        told = {"by": person, "at": at("2569-05-20")}
        with pytest.raises(Refused):
            actions.edit_school(school, phone="1", **told)
        with pytest.raises(Refused):
            actions.record_director(
                school, full_name="ก", capacity="acting", starts_on=OCTOBER, **told
            )
        with pytest.raises(Refused):
            actions.end_director(row, on=OCTOBER, reason="moved", **told)
        with pytest.raises(Refused):
            actions.correct_director(
                row, full_name="ก", capacity="in_post", starts_on=OCTOBER, **told
            )
        with pytest.raises(Refused):
            actions.confirm_school_profile(school, **told)


def test_codes_and_names_are_not_of_the_profile(calendar, school, admin, at):
    with pytest.raises(ValueError, match="moe_code"):
        actions.edit_school(school, by=admin, at=at("2569-05-20"), moe_code="1")


def test_the_mobile_is_sealed_in_the_table(full):
    with connection.cursor() as cursor:
        cursor.execute("SELECT contact_mobile FROM eqfund_school WHERE id = %s", [full.pk])
        sealed = bytes(cursor.fetchone()[0])

    assert b"0812345678" not in sealed
    assert full.contact_mobile == "0812345678"


# --- directors


def test_a_new_director_follows_who_retired(head, lines):
    head("นายเก่า สมมติ")

    head("นางใหม่ สมมติ", since=OCTOBER, former_left="retired")

    assert lines() == [
        ("นายเก่า สมมติ", "in_post", date(2026, 9, 30), "retired"),
        ("นางใหม่ สมมติ", "in_post", None, ""),
    ]


def test_why_the_one_before_left_has_to_be_said(head, lines):
    head("นายเก่า สมมติ")

    with pytest.raises(Refused, match="นายเก่า"):
        head("นางใหม่ สมมติ", since=OCTOBER)
    assert len(lines()) == 1


def test_somebody_stands_in_beside_who_is_in_post_and_signs(head, school):
    head("นายวิชัย สมมติ")
    head("นางแทน สมมติ", since=date(2026, 6, 1), capacity="on_behalf", ends_on=date(2026, 6, 30))

    signs = [queries.signer_on(school, day) for day in (date(2026, 6, 30), date(2026, 7, 1))]

    assert [row.full_name for row in signs] == ["นางแทน สมมติ", "นายวิชัย สมมติ"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param("in_post", "in_post", id="two in post"),
        pytest.param("acting", "on_behalf", id="two who stand in"),
    ],
)
def test_two_may_not_hold_one_seat_on_one_day(first, second, head):
    head("ก", since=OCTOBER, capacity=first)

    with pytest.raises(Refused):
        head("ข", since=date(2026, 9, 1), capacity=second, ends_on=OCTOBER)


def test_an_account_gives_the_name_and_is_tied(head, director):
    post = director.postings.get()

    row = head("", posting=post)

    assert (row.full_name, row.posting) == (director.full_name, post)


def test_the_account_of_another_role_or_school_is_an_error(head, teacher, outsider):
    for person in (teacher, outsider):
        with pytest.raises(ValueError, match="director"):
            head("", posting=person.postings.get())


def test_the_post_stands_empty_after_an_end(head, school, admin, at):
    row = head()

    actions.end_director(
        row, on=date(2026, 5, 31), reason="moved", note="คำสั่ง", by=admin, at=at("2569-06-02")
    )

    assert queries.signer_on(school, date(2026, 6, 1)) is None
    with pytest.raises(Refused):
        actions.end_director(row, on=OCTOBER, reason="moved", by=admin, at=at("2569-06-02"))


def test_an_end_before_the_beginning_is_refused(head, admin, at):
    with pytest.raises(Refused):
        head("ข", capacity="acting", ends_on=date(2025, 9, 30))
    with pytest.raises(Refused):
        actions.end_director(
            head(), on=date(2025, 9, 30), reason="other", by=admin, at=at("2569-06-02")
        )


def test_a_mistyped_line_is_corrected_and_the_book_keeps_both(head, admin, at):
    row = head("นายวิชย สมมติ")
    right = {"full_name": "นายวิชัย สมมติ", "capacity": "acting", "starts_on": row.starts_on}

    actions.correct_director(row, **right, by=admin, at=at("2569-06-02"))
    actions.correct_director(row, **right, by=admin, at=at("2569-06-02"))

    row.refresh_from_db()
    assert (row.full_name, row.capacity) == ("นายวิชัย สมมติ", "acting")
    event = Event.objects.get(verb="schools.correct_director")
    assert event.change["before"]["full_name"] == "นายวิชย สมมติ"


def test_a_correction_past_the_last_day_is_refused(head, admin, at):
    row = head(ends_on=date(2026, 1, 31))

    with pytest.raises(Refused):
        actions.correct_director(
            row,
            full_name="ก",
            capacity="in_post",
            starts_on=date(2026, 2, 1),
            by=admin,
            at=at("2569-06-02"),
        )


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"capacity": "chief"}, "capacity_is_known"),
        ({"ends_on": date(2025, 1, 1), "end_reason": "moved"}, "ends_after_it_starts"),
        ({"ends_on": OCTOBER}, "ends_for_a_reason"),
        ({"end_reason": "moved"}, "ends_for_a_reason"),
        ({"full_name": "  "}, "is_somebodys"),
    ],
)
def test_a_line_that_cannot_be_is_refused_by_the_table(fields, constraint, school, at):
    values = {
        "school": school,
        "full_name": "ก",
        "starts_on": date(2025, 10, 1),
        "recorded_at": at("2569-05-20"),
    }

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Directorship.objects.create(**values | fields)


@pytest.mark.parametrize("capacities", [("in_post", "in_post"), ("acting", "on_behalf")])
def test_the_table_keeps_one_in_a_seat(capacities, school, at):
    values = {"school": school, "starts_on": OCTOBER, "recorded_at": at("2569-05-20")}
    Directorship.objects.create(full_name="ก", capacity=capacities[0], **values)

    with pytest.raises(IntegrityError, match="on_any_day"), transaction.atomic():
        Directorship.objects.create(full_name="ข", capacity=capacities[1], **values)


# --- the confirmation


def test_a_profile_is_confirmed_for_the_term_with_what_is_open(full, calendar, admin, at):
    made = actions.confirm_school_profile(full, by=admin, at=at("2569-05-20"))

    assert state(full, calendar) == "confirmed"
    assert (made.by, made.at, made.digest) == (admin, at("2569-05-20"), full.profile_digest)
    assert "classes" in made.facts["open"]


def test_what_is_needed_is_named(calendar, school, admin, at):
    needed = {
        line.code: line.title
        for line in checks.checklist(school, calendar, at("2569-05-20"))
        if line.holds_back
    }

    assert list(needed) == ["contacts", "address", "director"]
    with pytest.raises(Refused, match=", ".join(needed.values())):
        actions.confirm_school_profile(school, by=admin, at=at("2569-05-20"))


def test_a_line_of_another_app_holds_a_profile_back(school, admin, calendar, at):
    line = SchoolCheck("x", "The thing", "bad", "", holds_back=True)

    told = permissions.why_not_confirm_school_profile(school, admin, at("2569-05-20"), [line])

    assert "The thing" in told


def test_a_second_time_changes_nothing(full, calendar, admin, at):
    first = actions.confirm_school_profile(full, by=admin, at=at("2569-05-20"))

    again = actions.confirm_school_profile(full, by=admin, at=at("2569-06-20"))

    assert again == first
    assert Event.objects.filter(verb="registry.confirm_profile").count() == 1


@pytest.mark.parametrize("what", ["contact", "director"])
def test_a_change_after_it_is_said_and_confirmed_anew(what, full, calendar, admin, head, at):
    first = actions.confirm_school_profile(full, by=admin, at=at("2569-05-20"))
    if what == "contact":
        actions.edit_school(full, by=admin, at=at("2569-05-21"), phone="0 5399 9999")
    else:
        head("นางใหม่ สมมติ", since=OCTOBER, former_left="moved")
    assert state(full, calendar) == "changed"

    actions.confirm_school_profile(full, by=admin, at=at("2569-05-22"))

    first.refresh_from_db()
    assert first.voided_at == at("2569-05-22")
    assert state(full, calendar) == "confirmed"


def test_what_was_changed_back_is_confirmed_still(full, calendar, admin, at):
    actions.confirm_school_profile(full, by=admin, at=at("2569-05-20"))
    for phone in ("0 5399 9999", full.phone):
        actions.edit_school(full, by=admin, at=at("2569-05-21"), phone=phone)

    assert state(full, calendar) == "confirmed"


def test_who_saw_an_older_profile_is_told(full, admin, at):
    with pytest.raises(Refused):
        actions.confirm_school_profile(full, by=admin, at=at("2569-05-20"), seen="older")


def test_a_profile_is_not_confirmed_before_its_window(full, admin, at):
    with pytest.raises(Refused):
        actions.confirm_school_profile(full, by=admin, at=at("2569-05-06"))


def test_a_confirmation_is_one_of_its_school_and_term(full, calendar, admin, at):
    values = {"school": full, "term": calendar, "by": admin, "at": at("2569-05-20")}
    ProfileConfirmation.objects.create(**values)

    with pytest.raises(IntegrityError, match="once_per_school_and_term"), transaction.atomic():
        ProfileConfirmation.objects.create(**values)
    with pytest.raises(IntegrityError, match="voided_after"), transaction.atomic():
        ProfileConfirmation.objects.create(**values | {"voided_at": at("2569-05-19")})


def test_a_confirmation_is_only_voided_and_once(full, calendar, admin, at):
    made = actions.confirm_school_profile(full, by=admin, at=at("2569-05-20"))
    rows = ProfileConfirmation.objects.filter(pk=made.pk)
    for change in ({"digest": "x"}, {"voided_at": at("2569-05-21"), "at": at("2569-05-19")}):
        with (
            pytest.raises((IntegrityError, InternalError), match="only voided"),
            transaction.atomic(),
        ):
            rows.update(**change)
    with pytest.raises((IntegrityError, InternalError), match="only voided"), transaction.atomic():
        rows.delete()
    rows.update(voided_at=at("2569-05-21"))

    with pytest.raises((IntegrityError, InternalError), match="only voided"), transaction.atomic():
        rows.update(voided_at=at("2569-05-22"))


@pytest.mark.django_db(transaction=True)
def test_of_two_who_confirm_at_once_one_row_is_made(full, calendar, admin, at):
    gate = threading.Barrier(2)
    failures = []

    def confirm():
        try:
            gate.wait()
            actions.confirm_school_profile(full, by=admin, at=at("2569-05-20"))
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=confirm) for _each in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert ProfileConfirmation.objects.count() == 1
