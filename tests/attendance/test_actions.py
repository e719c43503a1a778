from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from attendance import actions, hooked
from attendance.models import ClassMonth, MonthRecord, TermDays
from attendance.rules import Exceptions, System
from eqfund.models import Enrolment, Event
from eqfund.refusal import Refused

JULY = date(2026, 7, 1)


@pytest.fixture
def open_at(at):
    return at("2569-09-01 10:00")


@pytest.fixture
def days(calendar, school, admin, open_at):
    return actions.set_term_days(
        school,
        calendar,
        opens_on=date(2026, 5, 18),
        closes_on=date(2026, 10, 9),
        system=System.HERE,
        by=admin,
        at=open_at,
    )


@pytest.fixture
def record(calendar, classroom, teacher, open_at):
    def record(exceptions=None, at=open_at, by=teacher, month=JULY, school_days=20):
        return actions.record_month(
            classroom,
            calendar,
            month,
            school_days=school_days,
            exceptions=exceptions or {},
            by=by,
            at=at,
        )

    return record


def test_everyone_is_present_but_for_what_was_typed(days, record, make_pupils):
    make_pupils(3)
    away = Enrolment.objects.first()

    record({away.pk: Exceptions(sick=2, absent=1, late=1)})

    rows = {
        r.enrolment_id: (r.present, r.sick, r.absent, r.late) for r in MonthRecord.objects.all()
    }
    assert rows.pop(away.pk) == (17, 2, 1, 1)
    assert set(rows.values()) == {(20, 0, 0, 0)}


def test_recording_again_replaces_the_month_and_is_told_in_the_book(days, record, make_pupils):
    make_pupils(2)

    record()
    record(school_days=19)

    assert ClassMonth.objects.get().school_days == 19
    assert MonthRecord.objects.count() == 2
    assert list(
        Event.objects.filter(verb="record_month")
        .order_by("pk")
        .values_list("facts__again", flat=True)
    ) == [False, True]


def test_recording_again_keeps_the_month_of_who_has_left_since(
    days, record, make_pupils, other_classroom
):
    left, stayed = (Enrolment.objects.get(pupil=pupil) for pupil in make_pupils(2))
    record({left.pk: Exceptions(absent=3)})
    Enrolment.objects.filter(pk=left.pk).update(status="moved", ends_on=date(2026, 8, 20))

    record({stayed.pk: Exceptions(sick=1)}, school_days=19)

    rows = {r.enrolment_id: (r.school_days, r.present) for r in MonthRecord.objects.all()}
    assert rows == {left.pk: (20, 17), stayed.pk: (19, 18)}


@pytest.mark.parametrize(("school_days", "may"), [(0, False), (1, True), (14, True), (15, False)])
def test_no_school_is_held_more_days_than_the_term_has_in_the_month(
    school_days, may, days, record, make_pupils
):
    make_pupils(1)

    if may:
        record(month=date(2026, 5, 1), school_days=school_days)
    else:
        with pytest.raises(Refused):
            record(month=date(2026, 5, 1), school_days=school_days)
    assert ClassMonth.objects.exists() is may


@pytest.mark.parametrize(
    ("opens_on", "closes_on"),
    [
        pytest.param(date(2025, 5, 18), date(2025, 10, 9), id="last year"),
        pytest.param(date(2026, 10, 9), date(2026, 10, 9), id="a term of no day"),
        pytest.param(date(2026, 5, 18), date(2027, 10, 9), id="closes a year late"),
    ],
)
def test_days_of_another_term_are_refused(opens_on, closes_on, calendar, school, admin, open_at):
    with pytest.raises(Refused):
        actions.set_term_days(
            school,
            calendar,
            opens_on=opens_on,
            closes_on=closes_on,
            system=System.HERE,
            by=admin,
            at=open_at,
        )


def test_under_q_info_nobody_is_told_to_record(
    days, calendar, teacher, admin, make_pupils, open_at
):
    make_pupils(1)
    assert [todo.count for todo in hooked.todos(teacher, open_at)] == [5]

    TermDays.objects.update(system=System.QINFO)

    assert hooked.todos(teacher, open_at) == []


def test_a_pupils_days_are_told_to_those_who_may_read_them(
    days, record, make_pupils, teacher, outsider, open_at
):
    pupil = make_pupils(1)[0]
    record()

    (panel,) = hooked.panel(pupil, teacher, open_at)

    assert (panel.context["present"], panel.context["school_days"]) == (20, 20)
    assert hooked.panel(pupil, outsider, open_at) == []


def test_the_first_record_locks_the_term_days(
    days, record, make_pupils, school, calendar, admin, open_at
):
    make_pupils(1)
    record()

    with pytest.raises(Refused):
        actions.set_term_days(
            school,
            calendar,
            opens_on=date(2026, 5, 18),
            closes_on=date(2026, 10, 9),
            system=System.QINFO,
            by=admin,
            at=open_at,
        )
    assert TermDays.objects.get().system == System.HERE


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2569-08-23 23:59:59", False),
        ("2569-08-24 00:00:00", True),
        ("2569-10-30 16:59:59", True),
        ("2569-10-30 17:00:00", False),
    ],
)
def test_records_only_inside_the_window(
    moment, is_open, calendar, school, admin, record, make_pupils, at, days
):
    make_pupils(1)

    if is_open:
        record(at=at(moment))
    else:
        with pytest.raises(Refused):
            record(at=at(moment))
    assert ClassMonth.objects.exists() is is_open


def test_a_school_that_records_in_q_info_records_nothing_here(days, record, make_pupils):
    make_pupils(1)
    TermDays.objects.update(system=System.QINFO)

    with pytest.raises(Refused, match="Q-Info"):
        record()


@pytest.mark.parametrize("month", [date(2026, 4, 1), date(2026, 10, 1)])
def test_a_month_outside_the_term_or_not_begun_is_refused(month, days, record, make_pupils):
    make_pupils(1)

    with pytest.raises(Refused):
        record(month=month)


def test_a_pupil_of_another_class_is_refused_and_nothing_is_written(
    days, record, make_pupils, other_classroom
):
    make_pupils(1)
    make_pupils(1, classroom=other_classroom)
    stranger = Enrolment.objects.get(classroom=other_classroom)

    with pytest.raises(Refused):
        record({stranger.pk: Exceptions(absent=1)})
    assert not ClassMonth.objects.exists()


def test_a_teacher_of_another_school_is_refused(days, record, make_pupils, outsider):
    make_pupils(1)

    with pytest.raises(Refused):
        record(by=outsider)


def test_days_that_do_not_add_up_cannot_be_stored(days, record, make_pupils):
    make_pupils(1)
    record()

    with pytest.raises(IntegrityError, match="month_record_days_add_up"), transaction.atomic():
        MonthRecord.objects.update(present=21)
    with pytest.raises(IntegrityError, match="month_record_late_was_present"), transaction.atomic():
        MonthRecord.objects.update(late=21)


@pytest.mark.parametrize("pupils", [1, 50])
def test_the_grid_costs_the_same_at_any_length(
    pupils,
    days,
    client,
    teacher,
    classroom,
    make_pupils,
    open_at,
    django_assert_num_queries,
    monkeypatch,
):
    make_pupils(pupils)
    monkeypatch.setattr("eqfund.clock.now", lambda: open_at)
    client.force_login(teacher)
    url = reverse("attendance:class-month", args=[classroom.pk, 2026, 7])

    # clock, session, user, postings; term, room, term days, month, pupils; windows of why_closed and
    # of the banner with their extensions; the holidays of the usual days; the reading
    with django_assert_num_queries(14):
        response = client.get(url)

    assert len(response.context["form"].rows) == pupils


def test_a_wrong_number_keeps_what_was_typed_and_says_where(
    days, client, teacher, classroom, make_pupils, open_at, monkeypatch
):
    make_pupils(2)
    monkeypatch.setattr("eqfund.clock.now", lambda: open_at)
    client.force_login(teacher)
    wrong, right = Enrolment.objects.order_by("pk")
    url = reverse("attendance:class-month", args=[classroom.pk, 2026, 7])

    response = client.post(
        url, {"school_days": "20", f"absent-{wrong.pk}": "21", f"sick-{right.pk}": "๒"}
    )

    assert response.status_code == 422
    assert f"row-{wrong.pk}" in response.text
    assert 'value="๒"' in response.text
    assert not ClassMonth.objects.exists()


def test_a_class_of_another_school_is_not_known(
    days, client, teacher, other_classroom, open_at, monkeypatch
):
    monkeypatch.setattr("eqfund.clock.now", lambda: open_at)
    client.force_login(teacher)

    assert (
        client.get(
            reverse("attendance:class-month", args=[other_classroom.pk, 2026, 7])
        ).status_code
        == 404
    )
