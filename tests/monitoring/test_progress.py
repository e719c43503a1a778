"""Where schools stand: the words, the numbers, the scope and its file."""

from datetime import date

import pytest
from django.urls import reverse
from hypothesis import given, strategies as st

from eqfund.models import Enrolment, Event, Posting, ProfileConfirmation, RegistryRecord
from monitoring.progress import hooked, queries
from monitoring.progress.rules import Count, Moment, Stage, State, lateness, state
from tests.screening.test_form01_list_views import _registry_import


@pytest.mark.parametrize(
    ("done", "total", "moment", "expected"),
    [
        pytest.param(0, 0, Moment.PAST, State.NOTHING, id="nothing to do is never late"),
        pytest.param(3, 3, Moment.PAST, State.DONE, id="complete"),
        pytest.param(2, 3, Moment.PAST, State.LATE, id="one left after the close"),
        pytest.param(0, 3, Moment.BEFORE, State.NOT_OPEN, id="not open yet"),
        pytest.param(0, 3, Moment.OPEN, State.TO_DO, id="open, not begun"),
        pytest.param(1, 3, Moment.OPEN, State.BEGUN, id="open, begun"),
        pytest.param(3, 3, Moment.BEFORE, State.DONE, id="done before it opened"),
    ],
)
def test_state(done, total, moment, expected):
    assert state(Count(done, total), moment) is expected


@pytest.mark.parametrize("pair", [(1, 0), (-1, 3), (4, 3)])
def test_more_done_than_there_is_cannot_be(pair):
    with pytest.raises(ValueError, match="more is done"):
        Count(*pair)


@given(st.integers(1, 10**6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_a_hundred_percent_means_done(pair):
    count = Count(*pair)
    assert (count.percent == 100) == (count.done == count.total)


def test_a_late_school_comes_before_one_that_has_everything_left_to_do():
    past = dict.fromkeys(Stage, Moment.PAST)
    now = dict.fromkeys(Stage, Moment.OPEN)
    late = {Stage.FORM01: Count(99, 100)}
    behind = {stage: Count(0, 100) for stage in Stage}

    assert lateness(late, past) > lateness(behind, now)


@pytest.fixture
def july(at, monkeypatch):
    moment = at("2569-07-20 10:00")
    monkeypatch.setattr("eqfund.clock.now", lambda: moment)
    return moment


def test_an_office_sees_its_schools_and_no_other(
    calendar, july, client, office_admin, school, other_school, office
):
    client.force_login(office_admin)

    response = client.get(reverse("progress:office", args=[office.pk]))

    assert school.name in response.text
    assert other_school.name not in response.text


@pytest.mark.parametrize("page", ["progress:office", "progress:office-csv"])
def test_the_board_of_another_office_is_not_known(
    page, calendar, july, client, office_admin, other_school, other_office
):
    client.force_login(office_admin)

    assert client.get(reverse(page, args=[other_office.pk])).status_code == 404


@pytest.mark.parametrize("page", ["progress:office", "progress:office-csv"])
def test_a_post_that_follows_nothing_shows_no_school_though_another_does(
    page, calendar, july, client, admin, other_school, other_office
):
    Posting.objects.create(
        user=admin, role="registry_keeper", path=other_school.path, starts_on=date(2026, 1, 1)
    )
    client.force_login(admin)

    assert client.get(reverse(page, args=[other_office.pk])).status_code == 404


def test_a_person_of_one_office_goes_straight_to_it(
    calendar, july, client, office_admin, school, office
):
    client.force_login(office_admin)

    assert client.get(reverse("progress:offices")).url == reverse(
        "progress:office", args=[office.pk]
    )


def test_the_file_tells_what_the_page_tells_and_is_in_the_book(
    calendar, july, client, office_admin, school, office, make_pupils
):
    make_pupils(2)
    client.force_login(office_admin)

    response = client.get(reverse("progress:office-csv", args=[office.pk]))

    text = b"".join(response.streaming_content).decode("utf-8-sig")
    titles, row = text.splitlines()
    assert len(titles.split(",")) == 2 + 3 * len(Stage)
    assert row.startswith(f"{school.name},{school.moe_code},0,1,")
    assert Event.objects.filter(verb="export_progress", facts__rows=1).exists()


def test_a_school_named_like_a_formula_stays_text(
    calendar, july, client, office_admin, school, office
):
    school.name = "=1+1"
    school.save()
    client.force_login(office_admin)

    response = client.get(reverse("progress:office-csv", args=[office.pk]))

    assert "\n'=1+1," in b"".join(response.streaming_content).decode().replace("\r", "")


@pytest.mark.parametrize("schools", [1, 50])
def test_the_board_costs_the_same_for_any_number_of_schools(
    schools, calendar, july, client, office_admin, office, django_assert_num_queries
):
    from eqfund import places

    for number in range(schools):
        made = places.add_school(
            office, name=f"โรงเรียนสมมติ {number}", moe_code=f"10500{number:05d}", province_code="50"
        )
        places.add_classroom(made, year_be=2569, grade="P1", room="1")
    client.force_login(office_admin)

    # clock, user, postings; office, term, schools; profile, registry, account, continuing, form 01 (2),
    # form 05 (2), payout, report (2), attendance (3); the calendar and its extensions, for the states and
    # for the next close; reminders
    with django_assert_num_queries(25):
        response = client.get(reverse("progress:office", args=[office.pk]))

    assert len(response.context["page"]) == schools


def test_a_stage_done_in_time_is_complete(calendar, july, client, office_admin, school, office, at):
    ProfileConfirmation.objects.create(school=school, term=calendar, at=at("2569-05-20 09:00"))
    client.force_login(office_admin)

    response = client.get(reverse("progress:office", args=[office.pk]))

    cells = {cell.stage: cell.state for cell in response.context["page"][0].cells}
    assert cells[Stage.PROFILE] is State.DONE
    assert cells[Stage.FORM05] is State.NOTHING
    assert date(2026, 7, 20) == july.date()


def test_home_tells_an_office_whom_to_follow_and_nobody_else(
    calendar, july, client, office_admin, affiliation_officer, school, office
):
    (late,) = hooked.todos(office_admin, july)
    (before,) = hooked.todos(office_admin, july.replace(month=5, day=20))

    assert late.what == "ติดตามสถานศึกษาที่ล่าช้า 1 แห่ง"
    assert late.url == reverse("progress:office", args=[office.pk])
    assert "บัญชีธนาคารสถานศึกษา" in late.hint
    assert before.what == "ติดตามสถานศึกษาที่ยังมีงานค้าง 1 แห่ง"
    assert hooked.todos(affiliation_officer, july) == []


def test_the_board_counts_who_is_marked_poor_and_has_no_form_yet(
    calendar, july, client, office_admin, office, school, make_pupils
):
    marked, unmarked = make_pupils(2)
    source = _registry_import(calendar, school, office_admin)
    for pupil, poor in ((marked, True), (unmarked, False)):
        RegistryRecord.objects.create(
            pupil=pupil,
            term=calendar,
            enrolment=Enrolment.objects.get(pupil=pupil),
            source=source,
            registry="DMC",
            disadvantage_poor=poor,
            extras_index=b"0" * 32,
        )
    client.force_login(office_admin)

    response = client.get(reverse("progress:office", args=[office.pk]))

    counts = queries.counts_of({school.pk}, calendar, july)[school.pk]
    assert counts[Stage.FORM01] == Count(0, 1)
    assert f"{reverse('screening:form01-list')}?at={school.path}" in response.text
