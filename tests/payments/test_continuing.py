"""How far the continuing group is, and what its close keeps: counts and names, once, never changed."""

from __future__ import annotations

import itertools

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse

from eqfund import hooks, places
from eqfund.edges import EdgeMoment
from eqfund.models import CalendarLine, Edge, Event, Extension
from payments.actions import channels
from payments.actions.continuing import store_close
from payments.hooks.continuing import keep_the_close, promptpay_tasks
from payments.models import ContinuingClose, ContinuingLeft
from payments.queries.channels import channel_rows
from payments.queries.continuing import progress, standing_sql
from screening.fields import term_code
from tests.conftest import moment

MAY = moment("2569-05-20 10:00")
CLOSE = moment("2569-06-25 17:00")
JULY = moment("2569-07-05 10:00")
LATER = moment("2569-06-30 17:00")
CORRECT_2 = moment("2569-08-01 10:00")


@pytest.fixture
def line(calendar, office):
    return CalendarLine.objects.get(
        term=calendar, activity="confirm_continuing", affiliation=office.affiliation
    )


@pytest.fixture
def group(calendar, make_pupils, make_grants, teacher, classroom):
    """Two confirmed, one of them changed; one without a channel; one nobody asked."""
    same, changed, lacking, forgotten = make_pupils(4)
    make_grants([same, changed, forgotten], confirmed=False)
    make_grants([lacking], kind=None, confirmed=False)
    for pupil in (same, changed):
        enrolment = pupil.enrolments.select_related("pupil__identity", "term").get()
        facts = channels.ChannelFacts("school_account") if pupil is changed else None
        channels.confirm_continuing(enrolment, facts, by=teacher, at=MAY)
    return same, changed, lacking, forgotten


def test_the_close_keeps_counts_and_names_whom_nobody_confirmed(group, line, school):
    figures = store_close(line, path=line.affiliation.path, at=CLOSE)

    assert figures == {"schools": 1, "pupils": 4, "confirmed": 2, "left": 2}
    close = ContinuingClose.objects.get()
    assert (close.school, close.closed_at, close.pupils) == (school, CLOSE, 4)
    assert (close.confirmed, close.corrected, close.left) == (2, 1, 2)
    named = set(close.left_over.values_list("grant__pupil", "reason"))
    assert named == {(group[2].pk, "channel_unknown"), (group[3].pk, "not_asked")}
    assert Event.objects.get(verb="store_close").facts["left"] == 2


def test_the_same_close_again_keeps_nothing_more(group, line):
    store_close(line, path=line.affiliation.path, at=CLOSE)

    again = store_close(line, path=line.affiliation.path, at=CLOSE)

    assert again["schools"] == 0
    assert (ContinuingClose.objects.count(), ContinuingLeft.objects.count()) == (1, 2)


def test_a_school_with_more_time_gets_its_own_close(
    group, line, school, fund_officer, office_admin, teacher
):
    assert store_close(line, path=line.affiliation.path, but_for=[school.path], at=CLOSE) == {
        "schools": 0,
        "pupils": 0,
        "confirmed": 0,
        "left": 0,
    }
    extension = Extension.objects.create(
        line=line,
        path=school.path,
        closes_at=LATER,
        reason="น้ำท่วม",
        status="granted",
        proposed_by=office_admin,
        proposed_at=MAY,
        decided_by=fund_officer,
        decided_at=MAY,
    )
    enrolment = group[3].enrolments.select_related("pupil__identity", "term").get()
    channels.confirm_continuing(enrolment, by=teacher, at=moment("2569-06-26 10:00"))
    edge = Edge(line=line, extension_ref=extension.pk, event=Edge.Event.CLOSES, at=LATER)
    own = EdgeMoment(edge, line, Edge.Event.CLOSES, LATER, school.path, ())

    assert keep_the_close(own)["schools"] == 1
    close = ContinuingClose.objects.get()
    assert (close.closed_at, close.confirmed) == (LATER, 3), (
        "what was done in the extra time counts"
    )


def test_the_calendars_close_reaches_the_handler(line):
    edge = Edge(line=line, event=Edge.Event.CLOSES, at=CLOSE)
    at_the_close = EdgeMoment(edge, line, Edge.Event.CLOSES, CLOSE, line.affiliation.path, ())

    wanting = [h.name for h in hooks.edge_handlers if h.wants(at_the_close)]

    assert "payments.store_close" in wanting


@pytest.mark.parametrize(
    ("model", "change"),
    [(ContinuingClose, {"confirmed": 1}), (ContinuingLeft, {"reason": "not_asked"})],
)
def test_what_a_close_kept_is_never_changed(group, line, model, change):
    store_close(line, path=line.affiliation.path, at=CLOSE)

    for spoil in (lambda rows: rows.update(**change), lambda rows: rows.delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            spoil(model.objects.all())


def test_a_close_cannot_say_what_makes_no_sense(group, line, school, calendar):
    values = {"term": calendar, "line": line, "school": school, "closed_at": CLOSE}
    for counts in ((0, 0, 0), (1, 2, 0), (2, 1, 2)):
        figures = dict(zip(("pupils", "confirmed", "corrected"), counts, strict=True))
        with (
            pytest.raises(IntegrityError, match="continuing_close_counts_agree"),
            transaction.atomic(),
        ):
            ContinuingClose.objects.create(**values, **figures, promptpay_open=0)


def test_the_sql_judges_as_the_rule_does(
    calendar, make_pupils, make_grants, make_channel, classroom
):
    """Over every kind, state, guardian and identity that can be stored."""
    kinds = (None, "promptpay_pupil", "promptpay_guardian", "school_account")
    states = ("unknown", "opened", "not_opened", "failed")
    cases = list(itertools.product(kinds, states, (True, False), (True, False)))
    for kind, state, guardian, has_id in cases:
        if kind is None and state != "unknown":
            continue
        pupil = make_pupils(1)[0]
        make_grants([pupil], kind=None, confirmed=False)
        if kind:
            make_channel(pupil, kind, state)
        if not has_id:
            pupil.guardians.update(national_id="", id_index=None, last4="")
        if not guardian:
            pupil.guardians.update(is_current=False)
    make_grants(make_pupils(1, g_code=True), confirmed=False)

    said = {
        row.enrolment.pk: row.obstacle or "not_asked"
        for row in channel_rows(calendar, classroom.path)
    }
    with connection.cursor() as cursor:
        sql = f"SELECT enrolment_id, reason FROM ({standing_sql('')}) AS s"
        cursor.execute(sql, {"term": calendar.pk, "code": term_code(calendar)})
        judged = dict(cursor.fetchall())

    assert judged == said
    assert len(set(judged.values())) == 6, "every reason occurs"


def test_progress_counts_by_class_and_by_school(group, calendar, school, classroom):
    of_school = progress(calendar, [school.path])[school.pk]
    of_class = progress(calendar, ["TH/"], by_class=True)[classroom.pk]

    for one in (of_school, of_class):
        assert (one.pupils, one.confirmed, one.corrected, one.left) == (4, 2, 1, 2)
        assert dict(one.reasons) == {"channel_unknown": 1, "not_asked": 1}
    assert progress(calendar, []) == {}


# The pages.


def test_the_office_sees_its_schools_late_first_and_takes_the_list(
    group, line, school, office_admin, visit
):
    store_close(line, path=line.affiliation.path, at=CLOSE)
    client = visit(office_admin, JULY)

    page = client.get(reverse("payments:continuing"), {"left": "1"})
    assert school.name in page.text
    assert "late: 2 left over" in page.text
    file = b"".join(client.get(reverse("payments:continuing-csv")).streaming_content).decode()
    assert f"{school.moe_code},{school.name},4,2,1,2" in file
    assert Event.objects.get(verb="export_continuing").facts == {"schools": 1}


@pytest.mark.parametrize(
    ("person", "code", "names"),
    [
        ("teacher", 403, False),
        ("admin", 200, True),
        ("director", 200, True),
        ("office_admin", 200, True),
        ("affiliation_officer", 200, False),
        ("auditor", 200, True),
        ("outsider", 403, False),
        ("system_admin", 403, False),
    ],
)
def test_who_reads_a_schools_frozen_list(group, line, school, visit, person, code, names, request):
    store_close(line, path=line.affiliation.path, at=CLOSE)
    client = visit(request.getfixturevalue(person), JULY)

    page = client.get(reverse("payments:continuing-school", args=[school.pk]))

    assert page.status_code == code
    assert (group[2].full_name in page.text) == names
    if code == 200:
        assert "2 of 4 continuing pupils were confirmed" in page.text


def test_people_of_one_school_go_straight_to_it(group, school, visit, director, admin):
    for person in (director, admin):
        answer = visit(person).get(reverse("payments:continuing"))
        assert answer["Location"] == reverse("payments:continuing-school", args=[school.pk])


def test_the_fund_chooses_an_office_first(group, office, school, visit, fund_officer):
    client = visit(fund_officer)
    address = reverse("payments:continuing")

    assert office.name in client.get(address).text
    page = client.get(address, {"office": office.pk})
    assert school.name in page.text
    assert client.get(address, {"office": 0}).status_code == 404
    file = b"".join(client.get(reverse("payments:continuing-csv")).streaming_content).decode()
    assert f"{school.moe_code},{school.name},4" in file  # the country's, an office at a time


def test_an_empty_term_says_where_the_pupils_come_from(
    calendar, school, visit, admin, office_admin
):
    page = visit(admin).get(reverse("payments:continuing-school", args=[school.pk]))
    assert "They come with the registry file" in page.text
    assert (
        "They come with the registry files"
        in visit(office_admin).get(reverse("payments:continuing")).text
    )


@pytest.mark.parametrize("rows", [1, 50])
def test_the_list_of_schools_costs_the_same_at_any_length(
    rows, calendar, office, make_pupils, make_grants, office_admin, visit, django_assert_num_queries
):
    for number in range(rows):
        made = places.add_school(
            office, name=f"โรงเรียนที่ {number}", moe_code=f"10509{number:05d}", province_code="50"
        )
        room = places.add_classroom(made, year_be=2569, grade="P4", room="1")
        make_grants(make_pupils(1, classroom=room), confirmed=False)
    client = visit(office_admin)

    # clock, user, postings; term; standing, closes, schools; for the banner: term, windows, extensions
    with django_assert_num_queries(10):
        page = client.get(reverse("payments:continuing"))

    assert len(page.context["page"].object_list) == rows


# What comes home.


def test_home_asks_to_follow_up_the_families_while_it_can_be_recorded(group, teacher):
    group[3].channels.update(promptpay_state="not_opened")

    todo = promptpay_tasks(teacher, MAY)[0]

    assert (todo.count, todo.due) == (1, CLOSE)
    assert promptpay_tasks(teacher, JULY) == []
    assert promptpay_tasks(teacher, CORRECT_2)[0].due == moment("2569-08-14 17:00")


def test_a_reminder_goes_to_schools_with_somebody_left(group, line, school):
    asked = next(it for it in hooks.unfinished if it.activity == "confirm_continuing")

    assert list(asked.schools(line.term, 0, line.affiliation.path, MAY)) == [school.pk]
