"""At a close: where each school stood is kept once, and those concerned are told once."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from eqfund import edges, hooks, jobs, places
from eqfund.hooks import Unfinished, Work
from eqfund.models import CalendarLine, CloseRecord, Edge, Extension, Job, SchoolAtClose

CLOSE = "2569-07-24 17:00"


@pytest.fixture
def calendar(calendar):
    """The term's calendar with form 01 alone, 7 July to 24 July 17:00."""
    CalendarLine.objects.exclude(activity="form01").delete()
    return calendar


@pytest.fixture
def line(calendar):
    return CalendarLine.objects.get()


@pytest.fixture
def rooms(classroom):
    """Keys of the classes that have all three pieces of their work left."""
    return {classroom.pk}


@pytest.fixture
def work(monkeypatch, rooms):
    """What each school has done, by key; read at the moment."""
    counted = {}
    registry = hooks.Registry()
    classes = hooks.OfClasses(
        lambda term, n, path, at: {room: Work(0, 3) for room in rooms},
        lambda room, term, n: f"/class/{room}/",
    )
    by_work = hooks.unfinished_by_work(
        "form01",
        lambda term, n, path, at: dict(counted),
        classes=classes,
        page=lambda key, term, n: f"/school/{key}/",
        also=("school_director",),
    )
    registry.register(by_work)
    monkeypatch.setattr(hooks, "unfinished", registry)
    return counted


@pytest.fixture
def close(at):
    def close(until=CLOSE):
        edges.begin(at("2569-07-24 16:00"))
        edges.run_due(at(until))

    return close


@pytest.fixture
def with_mail(admin, teacher, outsider, office_admin):
    for person in (admin, teacher, outsider, office_admin):
        person.email = f"{person.username}@example.go.th"
        person.save()


def one_more_school(office, number=7):
    return places.add_school(
        office,
        name=f"โรงเรียน {number}",
        moe_code=f"10501{number:05d}",
        smis_code=f"5002{number:04d}",
        province_code="50",
    )


def told():
    """Do the notices that were asked for."""
    for job in Job.objects.filter(kind="calendar.tell_close"):
        jobs.run_now(job)
    return sorted(message.to[0].partition("@")[0] for message in mail.outbox)


def test_each_school_with_work_is_kept_as_it_stood(line, work, school, other_school, close, at):
    work |= {school.pk: Work(3, 5, 2), other_school.pk: Work(4, 4)}

    close()

    record = CloseRecord.objects.get()
    assert (record.schools, record.unfinished, record.drafts) == (2, 1, 2)
    assert record.closed_at == at(CLOSE)
    rows = record.rows.order_by("school").values_list("school", "is_finished", "done", "total")
    assert sorted(rows) == sorted([(school.pk, False, 3, 5), (other_school.pk, True, 4, 4)])


def test_a_school_with_nothing_to_do_is_not_among_them(line, work, school, other_school, close):
    work |= {school.pk: Work(0, 0), other_school.pk: Work(1, 1)}

    close()

    assert [row.school_id for row in SchoolAtClose.objects.all()] == [other_school.pk]


def test_who_only_names_schools_counts_each_once(line, monkeypatch, school, other_school, close):
    registry = hooks.Registry()
    registry.register(Unfinished("form01", lambda term, n, path, at: [school.pk]))
    monkeypatch.setattr(hooks, "unfinished", registry)

    close()

    record = CloseRecord.objects.get()
    assert (record.schools, record.unfinished) == (2, 1)


def test_work_that_nobody_counts_leaves_no_record(line, monkeypatch, school, close):
    monkeypatch.setattr(hooks, "unfinished", hooks.Registry())

    close()

    assert not CloseRecord.objects.exists()


def test_a_second_tick_records_and_tells_nothing_more(line, work, school, with_mail, close):
    work[school.pk] = Work(0, 1)
    close()
    first = told()

    close("2569-07-25")

    assert CloseRecord.objects.count() == 1
    assert told() == first


def test_a_tick_that_dies_after_the_rows_were_written_leaves_none_and_the_next_does_it_whole(
    line, work, school, with_mail, close, monkeypatch
):
    work[school.pk] = Work(0, 1)
    registry, dies = hooks.Registry(), [True]
    real = next(it for it in hooks.edge_handlers if it.name == "calendar.close")

    def die(moment):
        figures = real.work(moment)
        if dies:
            raise SystemError
        return figures

    registry.register(edges.EdgeHandler("calendar.close", die, real.events))
    monkeypatch.setattr(hooks, "edge_handlers", registry)
    close()
    assert not CloseRecord.objects.exists()
    assert told() == []

    dies.clear()
    close()

    assert CloseRecord.objects.get().unfinished == 1
    assert told() == ["admin", "office_admin", "teacher"]


def test_an_extended_place_closes_by_its_own_record(
    line, work, school, other_school, close, at, fund_officer, office_admin
):
    work |= {school.pk: Work(0, 1), other_school.pk: Work(0, 1)}
    extension = Extension.objects.create(
        line=line,
        path=school.path,
        closes_at=at("2569-07-31 17:00"),
        reason="น้ำท่วม",
        proposed_by=office_admin,
        decided_by=fund_officer,
        status=Extension.Status.GRANTED,
    )

    close("2569-07-30")
    first = CloseRecord.objects.get()
    work[school.pk] = Work(1, 1)
    edges.run_due(at("2569-07-31 17:00"))

    assert [row.school_id for row in first.rows.all()] == [other_school.pk]
    second = CloseRecord.objects.get(edge__extension_ref=extension.pk)
    assert (second.path, second.schools, second.unfinished) == (school.path, 1, 0)


def test_those_of_unfinished_schools_and_their_office_are_told_and_nobody_else(
    line, work, school, other_school, with_mail, close
):
    work |= {school.pk: Work(3, 5, 2), other_school.pk: Work(1, 1)}

    close()

    assert told() == ["admin", "office_admin", "teacher"]
    office = next(m for m in mail.outbox if "office_admin" in m.to[0])
    assert reverse("calendar:close", args=[CloseRecord.objects.get().pk]) in office.body


def test_a_homeroom_teacher_is_told_of_the_own_class_with_its_page_alone(
    line, work, rooms, school, classroom, make_user, director, with_mail, close
):
    beside = places.add_classroom(school, year_be=2569, grade="P5")
    other = make_user("homeroom_teacher", beside.path, username="of_the_other_class")
    for person in (other, director):
        person.email = f"{person.username}@example.go.th"
        person.save()
    work[school.pk] = Work(3, 6)

    close()

    assert told() == ["admin", "director", "office_admin", "teacher"]
    letters = {m.to[0].partition("@")[0]: m.body for m in mail.outbox}
    assert f"{classroom.label}: " in letters["teacher"]
    assert f"/class/{classroom.pk}/" in letters["teacher"]
    assert f"{classroom.label}: " in letters["admin"]
    assert f"/school/{school.pk}/" in letters["director"]


def test_nobody_of_a_class_is_told_where_no_app_counts_classes(
    line, work, school, with_mail, close, monkeypatch
):
    work[school.pk] = Work(3, 5)
    registry = hooks.Registry()
    registry.register(hooks.unfinished_by_work("form01", lambda term, n, path, at: dict(work)))
    monkeypatch.setattr(hooks, "unfinished", registry)

    close()

    assert told() == ["admin", "office_admin"]


def test_drafts_of_an_activity_with_grace_are_said_to_be_sent_still(
    line, work, school, with_mail, close, monkeypatch
):
    work[school.pk] = Work(3, 5, 2)
    registry = hooks.Registry()
    (own,) = hooks.unfinished
    counted = replace(own, grace_hours=72)
    registry.register(counted)
    monkeypatch.setattr(hooks, "unfinished", registry)

    close()

    assert told()
    letter = next(m for m in mail.outbox if m.to[0].startswith("admin"))
    assert "72" in letter.body


def test_lines_that_close_together_share_one_mail(line, work, school, with_mail, close, calendar):
    CalendarLine.objects.create(
        term=calendar,
        kind="window",
        activity="form01",
        round_no=2,
        affiliation=line.affiliation,
        during=line.during,
        roles=line.roles,
        title_th="อีกงานหนึ่ง",
    )
    work[school.pk] = Work(0, 1)

    close()

    assert told() == ["admin", "office_admin", "teacher"]
    assert all(line.title_th in m.body and "อีกงานหนึ่ง" in m.body for m in mail.outbox)


def test_notices_that_break_off_go_on_with_the_next_person(
    line, work, school, with_mail, close, monkeypatch
):
    monkeypatch.setattr("eqfund.calendar.reminders.SLICE", 1)
    work[school.pk] = Work(0, 1)
    close()

    class FullAfterOne(list):
        def append(self, message):
            if len(self) == 1:
                raise OSError
            super().append(message)

    mail.outbox = FullAfterOne()
    first = told()
    assert Job.objects.get(kind="calendar.tell_close").state == Job.State.FAILED
    mail.outbox = []
    jobs.start("calendar.tell_close", by=None, key=Job.objects.get(kind="calendar.tell_close").key,
               params=Job.objects.get(kind="calendar.tell_close").params)  # fmt: skip

    assert sorted(first + told()) == ["admin", "office_admin", "teacher"]


@pytest.mark.parametrize("table", ["eqfund_closerecord", "eqfund_schoolatclose"])
@pytest.mark.parametrize("change", ["UPDATE {} SET drafts = 9", "DELETE FROM {}"])
def test_what_was_kept_is_never_changed(table, change, line, work, school, close):
    work[school.pk] = Work(0, 1)
    close()

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change.format(table))


@pytest.fixture
def record(line, work, school, other_school, close):
    work |= {school.pk: Work(3, 5, 2), other_school.pk: Work(0, 1)}
    close()
    return CloseRecord.objects.get()


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param({"done": 6}, id="more done than there is"),
        pytest.param({"is_finished": True}, id="finished with work left"),
        pytest.param({}, id="the school twice"),
    ],
)
def test_a_row_that_cannot_be_true_is_refused(broken, record, school):
    row = record.rows.get(school=school)
    other = {} if not broken else {"school": one_more_school(school.office)}
    fields = {"is_finished": False, "done": 3, "total": 5} | broken | other

    with pytest.raises(IntegrityError), transaction.atomic():
        SchoolAtClose.objects.create(
            record=record, path=row.path, school=fields.pop("school", school), **fields
        )


def test_a_record_with_more_unfinished_than_schools_is_refused(record):
    closed = record.edge
    edge = Edge.objects.create(line=closed.line, event="remind_1d", at=closed.at)

    with pytest.raises(IntegrityError), transaction.atomic():
        CloseRecord.objects.create(
            edge=edge,
            term=record.term,
            path="TH/",
            closed_at=record.closed_at,
            schools=1,
            unfinished=2,
        )


# --- the pages


def test_an_office_sees_its_own_schools_alone(client, record, office_admin, school):
    client.force_login(office_admin)

    page = client.get(reverse("calendar:close", args=[record.pk]))

    assert [row.school_id for row in page.context["page"]] == [school.pk]
    assert (page.context["sums"].schools, page.context["sums"].left) == (1, 1)


def test_the_fund_sees_all(client, record, fund_officer):
    client.force_login(fund_officer)

    page = client.get(reverse("calendar:closes"))

    (_record, sums), = page.context["rows"]  # fmt: skip
    assert (sums.schools, sums.left, sums.drafts) == (2, 2, 2)


def test_an_office_without_a_school_in_it_finds_no_close(client, record, make_user, affiliation):
    elsewhere = places.add_office(affiliation, name="อีกแห่ง", short_name="อีกแห่ง", province_code="10")
    client.force_login(make_user("office_admin", elsewhere.path))

    assert client.get(reverse("calendar:close", args=[record.pk])).status_code == 404


@pytest.mark.parametrize(
    ("query", "found"),
    [
        pytest.param("", 1, id="by default what was left"),
        pytest.param("?shown=done", 0, id="finished"),
        pytest.param("?shown=all", 1, id="all"),
        pytest.param("?shown=all&name=ไม่มี", 0, id="by name"),
        pytest.param("?office=999999", 0, id="of another office"),
        pytest.param("?office=x&shown=y&page=z", 1, id="nonsense"),
    ],
)
def test_the_list_is_narrowed(query, found, client, record, office_admin):
    client.force_login(office_admin)

    page = client.get(reverse("calendar:close", args=[record.pk]) + query)

    assert page.context["page"].paginator.count == found


def test_the_file_has_the_pages_scope(client, record, office_admin, school, other_school):
    client.force_login(office_admin)

    response = client.get(reverse("calendar:close-csv", args=[record.pk]) + "?shown=all")

    text = b"".join(response.streaming_content).decode()
    assert school.name in text
    assert other_school.name not in text


@pytest.mark.parametrize("rows", [1, 50])
def test_the_page_costs_the_same_at_any_length(
    rows, client, line, work, office, office_admin, close, django_assert_max_num_queries
):
    for number in range(rows):
        made = one_more_school(office, number)
        work[made.pk] = Work(0, 1)
    close()
    client.force_login(office_admin)
    url = reverse("calendar:close", args=[CloseRecord.objects.get().pk])
    client.get(url)

    with django_assert_max_num_queries(16):
        page = client.get(url)

    assert len(page.context["page"]) == rows


def test_a_school_hears_at_home_until_its_window_opens_again(
    record, admin, school, at, line, office_admin, fund_officer
):
    todo = [t for hook in hooks.home_tasks for t in hook(admin, at("2569-07-25"))]
    assert any(line.title_th in t.what and t.count == 2 for t in todo)

    Extension.objects.create(
        line=line,
        path=school.path,
        closes_at=at("2569-07-31 17:00"),
        reason="น้ำท่วม",
        proposed_by=office_admin,
        decided_by=fund_officer,
        status=Extension.Status.GRANTED,
    )
    todo = [t for hook in hooks.home_tasks for t in hook(admin, at("2569-07-25"))]
    assert not any(line.title_th in t.what and t.state == "bad" for t in todo)


def test_a_teacher_hears_at_home_of_the_own_class_alone(record, teacher, rooms, classroom, at):
    hook = next(h for h in hooks.home_tasks if h.__name__ == "close_tasks")
    (todo,) = hook(teacher, at("2569-07-25"))
    assert (todo.count, todo.url) == (3, f"/class/{classroom.pk}/")
    assert classroom.label in todo.what

    rooms.clear()

    assert hook(teacher, at("2569-07-25")) == []


def test_an_office_hears_at_home_for_a_week(record, office_admin, at):
    close = at(CLOSE)
    hook = next(h for h in hooks.home_tasks if h.__name__ == "close_tasks")

    assert [t.count for t in hook(office_admin, close + timedelta(days=1))] == [1]
    assert hook(office_admin, close + timedelta(days=8)) == []
