"""Moments of the calendar: once each, in order, at their own instants, whatever happens."""

import threading
from datetime import timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction

from eqfund import actions, clock, edges, hooks, jobs
from eqfund.models import (
    CalendarLine,
    CloseRecord,
    Edge,
    EdgeClock,
    Extension,
    Job,
    RehearsalClock,
)


@pytest.fixture
def calendar(calendar):
    """The term's calendar with form 01 alone, 7 July to 24 July 17:00."""
    CalendarLine.objects.exclude(activity="form01").delete()
    return calendar


@pytest.fixture
def handler(monkeypatch):
    """Register one handler alone; it notes what it was asked."""

    def register(work, events=frozenset(Edge.Event), activities=None, name="test"):
        registry = hooks.Registry()
        registry.register(edges.EdgeHandler(name, work, events, activities))
        monkeypatch.setattr(hooks, "edge_handlers", registry)

    return register


@pytest.fixture
def noted(handler):
    asked = []
    handler(lambda moment: asked.append((moment.event, clock.now())))
    return asked


def test_each_moment_comes_in_order_at_its_own_instant(calendar, noted, at):
    edges.begin(at("2569-07-01"))

    edges.run_due(at("2569-07-24 17:00"))

    close = at("2569-07-24 17:00")
    assert noted == [
        ("opens", at("2569-07-07 00:00")),
        ("remind_7d", close - timedelta(days=7)),
        ("remind_3d", close - timedelta(days=3)),
        ("remind_1d", close - timedelta(days=1)),
        ("remind_2h", close - timedelta(hours=2)),
        ("closes", close),
    ]


@pytest.mark.parametrize(
    ("until", "closed"),
    [
        pytest.param("2569-07-24 16:59:59", False, id="the second before"),
        pytest.param("2569-07-24 17:00:00", True, id="the close"),
    ],
)
def test_a_moment_comes_when_its_time_has_come(until, closed, calendar, noted, at):
    edges.begin(at("2569-07-20"))

    edges.run_due(at(until))

    assert ("closes" in [event for event, _when in noted]) is closed


def test_a_second_tick_repeats_nothing(calendar, noted, at):
    edges.begin(at("2569-07-20"))
    edges.run_due(at("2569-07-25"))
    before = list(noted)

    edges.run_due(at("2569-07-25"))
    edges.run_due(at("2569-07-26"))

    assert noted == before


def test_the_past_of_a_calendar_loaded_in_its_middle_does_not_come(calendar, noted, at):
    edges.run_due(at("2569-07-22"))
    assert noted == []

    edges.run_due(at("2569-07-24 16:00"))

    assert [event for event, _when in noted] == ["remind_1d", "remind_2h"]


def test_a_handler_that_breaks_is_asked_again_and_the_others_are_not(calendar, at, monkeypatch):
    registry, done, broken = hooks.Registry(), [], [True]

    def sometimes(moment):
        if broken:
            raise RuntimeError
        done.append("mended")

    for name, work in (("first", lambda moment: done.append("first")), ("second", sometimes)):
        registry.register(edges.EdgeHandler(name, work, frozenset({"closes"})))
    monkeypatch.setattr(hooks, "edge_handlers", registry)
    edges.begin(at("2569-07-24 16:00"))

    edges.run_due(at("2569-07-25"))
    assert done == ["first"]
    assert Edge.objects.get(event="closes").done_at is None
    broken.clear()
    edges.run_due(at("2569-07-25"))

    assert done == ["first", "mended"]
    assert Edge.objects.get(event="closes").done_at is not None


def test_what_a_broken_handler_wrote_is_undone(calendar, handler, at, school):
    def write_and_break(moment):
        school.name = "เปลี่ยนแล้ว"
        school.save()
        raise RuntimeError

    handler(write_and_break)
    edges.begin(at("2569-07-24 16:00"))

    edges.run_due(at("2569-07-25"))

    school.refresh_from_db()
    assert school.name != "เปลี่ยนแล้ว"


def test_a_handler_hears_of_its_events_and_activities_alone(calendar, handler, at):
    asked = []
    handler(lambda m: asked.append(m.event), frozenset({"closes"}), frozenset({"form05"}))
    edges.begin(at("2569-07-01"))

    edges.run_due(at("2569-07-25"))

    assert asked == []
    assert Edge.objects.filter(done_at=None).count() == 0


@pytest.fixture
def extend(calendar, school, office_admin, fund_officer, at):
    def extend(path, closes="2569-07-28 17:00"):
        return Extension.objects.create(
            line=CalendarLine.objects.get(affiliation__code="OBEC"),
            path=path,
            closes_at=at(closes),
            reason="น้ำท่วม",
            status="granted",
            proposed_by=office_admin,
            decided_by=fund_officer,
        )

    return extend


def test_the_close_passes_over_an_extended_place_which_gets_its_own(
    calendar, handler, extend, school, other_school, at
):
    closed = []
    handler(
        lambda m: closed.append((m.at, m.holds_at(school.path), m.holds_at(other_school.path))),
        frozenset({"closes"}),
    )
    extend(school.path)
    edges.begin(at("2569-07-20"))

    edges.run_due(at("2569-07-29"))

    assert closed == [
        (at("2569-07-24 17:00"), False, True),
        (at("2569-07-28 17:00"), True, False),
    ]


def test_an_extension_that_a_wider_one_outlasts_has_no_close_of_its_own(
    calendar, handler, extend, school, office, at
):
    closed = []
    handler(lambda m: closed.append((m.at, m.path)), frozenset({"closes"}))
    extend(school.path, "2569-07-26 17:00")
    extend(office.path, "2569-07-28 17:00")
    edges.begin(at("2569-07-25"))

    edges.run_due(at("2569-07-29"))

    assert closed == [(at("2569-07-28 17:00"), office.path)]


def test_the_rehearsal_clock_moving_forward_lets_the_moments_between_come(
    calendar, noted, system_admin, at, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        actions.move_clock(at("2569-07-24 18:00"), by=system_admin, at=at("2569-07-24 14:00"))

    assert noted == [
        ("remind_2h", at("2569-07-24 15:00")),
        ("closes", at("2569-07-24 17:00")),
    ]
    RehearsalClock.objects.all().delete()
    clock.refresh()


def test_a_moment_of_one_line_comes_once(calendar, at):
    line = CalendarLine.objects.first()
    Edge.objects.create(line=line, event="closes", at=at("2569-07-24 17:00"))

    with pytest.raises(IntegrityError, match="edge_comes_once"), transaction.atomic():
        Edge.objects.create(line=line, event="closes", at=at("2569-07-25 17:00"))


def test_there_is_one_mark(calendar, at):
    edges.begin(at("2569-07-01"))

    with pytest.raises(IntegrityError, match="edge_clock_is_one_row"), transaction.atomic():
        EdgeClock.objects.create(pk=2, until=at("2569-07-01"))


@pytest.mark.django_db(transaction=True)
def test_two_ticks_at_once_do_everything_once(calendar, handler, at):
    asked, entered, go_on = [], threading.Event(), threading.Event()

    def slow(moment):
        asked.append(moment.event)
        entered.set()
        go_on.wait(5)

    handler(slow, frozenset({"closes"}))
    edges.begin(at("2569-07-24 16:59"))

    def tick():
        edges.run_due(at("2569-07-24 17:00"))
        connection.close()

    first = threading.Thread(target=tick)
    first.start()
    assert entered.wait(5)
    edges.run_due(at("2569-07-24 17:00"))  # goes past what the other has
    go_on.set()
    first.join()

    assert asked == ["closes"]


# --- reminders


@pytest.fixture
def reminded(calendar, at, make_pupils, classroom, other_classroom):
    """Let the time come and the mails go; who was written to. Both classes have pupils to visit."""
    make_pupils(1, classroom=classroom)
    make_pupils(1, classroom=other_classroom)

    def reminded(since="2569-07-20", until="2569-07-21 18:00"):
        edges.begin(at(since))
        edges.run_due(at(until))
        for job in Job.objects.filter(kind="calendar.remind", state="queued"):
            assert jobs.run_now(job).state == "done"
        return [message.to[0] for message in mail.outbox]

    return reminded


@pytest.fixture
def with_mail(teacher, admin, director, outsider, mailoutbox):
    for person in (teacher, admin, director, outsider):
        person.email = f"{person.username}@example.go.th"
        person.save()


def test_who_does_the_work_is_reminded_by_the_roles_of_the_line(reminded, with_mail):
    assert sorted(reminded()) == [
        f"{who}@example.go.th" for who in ("admin", "outsider", "teacher")
    ]
    text = mail.outbox[0].body
    assert "24 ก.ค. 2569 17.00 น." in text
    assert "3 วัน" in mail.outbox[0].subject


def test_a_place_whose_extension_lasts_longer_is_reminded_of_its_own(
    reminded, with_mail, extend, school
):
    extend(school.path, "2569-07-30 17:00")

    assert reminded() == ["outsider@example.go.th"]


def test_two_lines_that_close_together_are_one_mail(reminded, with_mail, calendar):
    line = CalendarLine.objects.get(affiliation__code="OBEC")
    CalendarLine.objects.create(
        term=calendar,
        kind="window",
        activity="form01_draft",
        affiliation=line.affiliation,
        during=line.during,
        roles=line.roles,
        title_th="บันทึกร่าง",
    )

    assert len(reminded()) == 3
    assert "บันทึกร่าง" in mail.outbox[0].body
    assert line.title_th in mail.outbox[0].body


def test_a_school_that_is_done_is_not_reminded(
    reminded, with_mail, monkeypatch, school, other_school
):
    registry = hooks.Registry()
    registry.register(hooks.Unfinished("form01", lambda term, n, path, at: [other_school.pk]))
    monkeypatch.setattr(hooks, "unfinished", registry)

    assert reminded() == ["outsider@example.go.th"]


def test_a_homeroom_teacher_whose_class_is_done_is_not_reminded(
    reminded, with_mail, monkeypatch, school, other_school, classroom
):
    work = {school.pk: hooks.Work(0, 2), other_school.pk: hooks.Work(0, 2)}
    classes = hooks.OfClasses(
        lambda term, n, path, at: {classroom.pk: hooks.Work(0, 1)}, lambda room, term, n: ""
    )
    by_work = hooks.unfinished_by_work("form01", lambda *where: dict(work), classes=classes)
    registry = hooks.Registry()
    registry.register(by_work)
    monkeypatch.setattr(hooks, "unfinished", registry)

    assert sorted(reminded()) == ["admin@example.go.th", "teacher@example.go.th"]


def test_at_the_close_those_who_are_not_done_are_kept(
    calendar, monkeypatch, school, other_school, at
):
    registry = hooks.Registry()
    registry.register(hooks.Unfinished("form01", lambda term, n, path, at: [school.pk]))
    monkeypatch.setattr(hooks, "unfinished", registry)
    edges.begin(at("2569-07-24"))

    edges.run_due(at("2569-07-24 17:00"))

    record = CloseRecord.objects.get()
    assert (record.schools, record.unfinished) == (2, 1)
    assert record.rows.get(is_finished=False).school == school


def test_a_crash_between_two_slices_goes_on_with_the_next_person(
    reminded, with_mail, teacher, at, calendar
):
    edges.begin(at("2569-07-20"))
    edges.run_due(at("2569-07-21 18:00"))
    Edge.objects.update(mailed_through=teacher.pk)  # the first slice went out

    assert sorted(reminded()) == ["admin@example.go.th", "outsider@example.go.th"]
