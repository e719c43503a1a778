"""One line of the calendar changed by the fund: looked at whole, never against what has happened, never over another's change."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import given, strategies as st

from eqfund import edges
from eqfund.calendar import history, holidays, papers
from eqfund.calendar.actions import lines as editing
from eqfund.calendar.lines import groups_of
from eqfund.imports.calendar import read_calendar
from eqfund.models import CalendarLine, Event, Extension, Holiday, Term
from eqfund.refusal import Refused

NOW = "2569-06-10 09:00"


def group_of(term, activity, round_no=0):
    return next(
        group
        for group in groups_of(term)
        if (group.line.activity, group.line.round_no) == (activity, round_no)
        and group.line.kind != "event"
    )


@pytest.fixture
def save(calendar, fund_officer, at):
    def save(group, now=NOW, by=fund_officer, reason="", seen=None, **changes):
        editing.save_calendar_line(
            calendar,
            replace(group.line, **changes),
            pk=group.pk,
            seen=group.print if seen is None else seen,
            reason=reason,
            by=by,
            at=at(now),
        )

    return save


# --- the rule

DAY = timedelta(days=1)


def times(at, opens=-9, closes=9, kind="window", activity="form01", whose=("OBEC",)):
    return history.Times(
        kind,
        activity,
        0,
        None if opens is None else at + opens * DAY,
        None if closes is None else at + closes * DAY,
        frozenset(whose),
    )


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param({"opens": 1}, {"opens": 2}, None, id="what has not opened moves freely"),
        pytest.param({"opens": 1}, None, None, id="and goes"),
        pytest.param({"opens": 0}, None, "removes_used", id="opened this moment"),
        pytest.param({}, {"opens": -8}, "moves_its_opening", id="its opening"),
        pytest.param({}, {"closes": 20}, None, id="a later close"),
        pytest.param({}, {"closes": 1}, None, id="an earlier one still to come"),
        pytest.param({}, {"closes": 0}, "closes_in_the_past", id="closing this moment"),
        pytest.param({"closes": 0}, {"closes": 3}, "moves_its_close", id="what closed"),
        pytest.param({"closes": -1}, {"closes": -1}, None, id="only its title"),
        pytest.param({}, {"activity": "form05"}, "is_another_after_opening", id="other work"),
        pytest.param({}, {"whose": ()}, "leaves_out_after_opening", id="an affiliation less"),
        pytest.param({}, {"whose": ("OBEC", "LAO")}, None, id="one more while open"),
        pytest.param(
            {"closes": -1},
            {"closes": -1, "whose": ("OBEC", "LAO")},
            "moves_its_close",
            id="one more after the close",
        ),
        pytest.param({"kind": "outside"}, None, None, id="outside gates nothing"),
        pytest.param({"opens": 1}, {"opens": -9, "closes": -1}, "closes_in_the_past", id="into the past"),
        pytest.param({"opens": None}, {"opens": -3}, "moves_its_opening", id="always open"),
    ],
)  # fmt: skip
def test_what_of_a_line_is_past(before, after, expected, at):
    now = at(NOW)
    was = times(now, **before)
    becomes = None if after is None else times(now, **(before | after))

    assert history.why_fixed(was, becomes, now) == expected


@given(st.integers(-30, 30), st.integers(1, 40), st.integers(-30, 30), st.integers(1, 40))
def test_an_opening_that_was_is_never_moved(opens, lasts, new_opens, new_lasts):
    from tests.conftest import moment

    now = moment(NOW)
    before = times(now, opens, opens + lasts)
    after = times(now, new_opens, new_opens + new_lasts)

    if history.why_fixed(before, after, now) is None and before.has_opened(now):
        assert after.opens == before.opens


# --- the action


def test_a_line_is_changed_for_all_its_affiliations_and_stands_in_the_book(save, calendar, at):
    group = group_of(calendar, "form01")
    later = at("2569-07-27 17:00")

    save(group, closes=later, title_en="Record form 01")

    row = CalendarLine.objects.get(pk=group.pk)
    assert (row.during.upper, row.title_en) == (later, "Record form 01")
    event = Event.objects.get(verb="calendar.save_line")
    assert event.change["before"]["closes"] != event.change["after"]["closes"] == later.isoformat()


def test_a_second_save_of_what_was_seen_before_the_first_is_refused(save, calendar, at):
    group = group_of(calendar, "form01")
    save(group, closes=at("2569-07-27 17:00"))

    with pytest.raises(editing.ChangedMeanwhile, match="27 ก.ค. 2569"):
        save(group, closes=at("2569-07-28 17:00"))

    assert CalendarLine.objects.get(pk=group.pk).during.upper == at("2569-07-27 17:00")


def test_an_overlap_names_both_lines_with_their_days(save, calendar, at):
    second = group_of(calendar, "school_bank_account", 2)

    with pytest.raises(Refused) as refusal:
        save(second, round_no=1, opens=at("2569-06-20"), closes=at("2569-07-01 17:00"))

    first = group_of(calendar, "school_bank_account", 1).line.title_th
    assert first in str(refusal.value)
    assert second.line.title_th in str(refusal.value)
    assert "20 มิ.ย. 2569" in str(refusal.value)


def test_work_that_a_transfer_needs_closes_before_it(save, calendar, at):
    group = group_of(calendar, "confirm_continuing")

    with pytest.raises(Refused) as refusal:
        save(group, closes=at("2569-07-17 17:00"), reason="ขอเวลา")

    assert "กสศ. โอนเงิน รอบ 1" in str(refusal.value)


def test_a_line_in_use_changes_with_a_reason_alone(save, calendar, at):
    group = group_of(calendar, "confirm_continuing")

    with pytest.raises(Refused, match="เหตุผล|why"):
        save(group, closes=at("2569-06-30 17:00"))
    save(group, closes=at("2569-06-30 17:00"), reason="น้ำท่วมหลายจังหวัด")

    assert Event.objects.get(verb="calendar.save_line").facts["reason"] == "น้ำท่วมหลายจังหวัด"


def test_a_better_title_needs_no_reason(save, calendar):
    group = group_of(calendar, "confirm_continuing")

    save(group, title_th="ยืนยันข้อมูลกลุ่มต่อเนื่อง")

    assert CalendarLine.objects.get(pk=group.pk).title_th == "ยืนยันข้อมูลกลุ่มต่อเนื่อง"


def test_what_closed_is_not_opened_again_by_moving_its_close(save, calendar, at):
    group = group_of(calendar, "form01")

    with pytest.raises(Refused):
        save(group, now="2569-07-25", closes=at("2569-08-01 17:00"), reason="ขอเวลา")


def test_only_the_fund_changes_a_line(save, calendar, office_admin):
    with pytest.raises(Refused):
        save(group_of(calendar, "form01"), by=office_admin)


def test_a_line_not_yet_open_is_removed_and_one_in_use_is_not(calendar, fund_officer, at):
    def remove(group, reason="ไม่ใช้แล้ว"):
        editing.remove_calendar_line(
            calendar, pk=group.pk, seen=group.print, reason=reason, by=fund_officer, at=at(NOW)
        )

    with pytest.raises(Refused):
        remove(group_of(calendar, "form01"), reason=" ")
    with pytest.raises(Refused):
        remove(group_of(calendar, "confirm_continuing"))
    remove(group_of(calendar, "form01"))

    assert not CalendarLine.objects.filter(activity="form01").exists()
    assert Event.objects.get(verb="calendar.remove_line").change["before"]["activity"] == "form01"


def test_a_line_with_an_extension_stays(calendar, fund_officer, office_admin, school, at):
    group = group_of(calendar, "form01")
    Extension.objects.create(
        line=group.rows[0],
        path=school.path,
        closes_at=at("2569-07-28 17:00"),
        reason="x",
        proposed_by=office_admin,
    )

    with pytest.raises(Refused):
        editing.remove_calendar_line(
            calendar, pk=group.pk, seen=group.print, reason="x", by=fund_officer, at=at(NOW)
        )


def test_what_has_happened_is_shown(calendar, at):
    edges.begin(at("2569-06-01"))
    edges.run_due(at("2569-06-20"))
    group = group_of(calendar, "confirm_continuing")

    looked = editing.look(calendar, group, group.line, at("2569-06-20"))

    assert "remind_7d" in [edge.event for edge in looked.edges]


def test_a_payout_without_a_due_day_gets_the_twentieth_working_day(calendar, at, db):
    line = replace(group_of(calendar, "payout", 1).line, closes=None)

    assert editing.with_counted_close(line).closes == at("2569-08-29 00:00")


def test_a_holiday_more_moves_the_twentieth_working_day(calendar, fund_officer, at):
    line = replace(group_of(calendar, "payout", 1).line, closes=None)
    editing.set_holiday(
        date(2026, 8, 20), is_closed=True, name="วันหยุดพิเศษ", source="มติ ครม.", by=fund_officer, at=at(NOW)
    )  # fmt: skip

    assert editing.with_counted_close(line).closes == at("2569-09-01 00:00")


def test_a_year_without_holidays_counts_nothing(calendar, at, db):
    line = replace(group_of(calendar, "payout", 1).line, closes=None, opens=at("2579-07-31"))

    with pytest.raises(Refused, match="2579"):
        editing.with_counted_close(line)


@pytest.mark.parametrize(
    ("day", "is_closed", "name"),
    [
        pytest.param(date(2026, 8, 12), True, "ซ้ำ", id="published already"),
        pytest.param(date(2026, 8, 13), False, "ไม่ใช่", id="no holiday to take off"),
        pytest.param(date(2026, 8, 15), True, "เสาร์", id="a Saturday"),
        pytest.param(date(2026, 8, 13), True, " ", id="without a name"),
    ],
)
def test_a_holiday_that_changes_nothing_is_refused(day, is_closed, name, fund_officer, at):
    with pytest.raises(Refused):
        editing.set_holiday(
            day, is_closed=is_closed, name=name, source="", by=fund_officer, at=at(NOW)
        )


def test_a_published_holiday_taken_off_is_a_working_day_and_back_again(fund_officer, at):
    day = date(2026, 8, 12)
    row = editing.set_holiday(day, is_closed=False, name="ทำงานชดเชย", source="", by=fund_officer, at=at(NOW))  # fmt: skip
    assert day not in holidays.in_force()

    editing.remove_holiday(row, by=fund_officer, at=at(NOW))

    assert day in holidays.in_force()


def test_a_holiday_has_a_name(fund_officer, at):
    with pytest.raises(IntegrityError), transaction.atomic():
        Holiday.objects.create(
            day=date(2026, 8, 13), is_closed=True, name="", set_by=fund_officer, set_at=at(NOW)
        )


def test_a_calendar_with_english_titles_comes_back_from_its_file(save, calendar):
    save(group_of(calendar, "form01"), title_en="Write form 01")

    lines = read_calendar(papers.csv_text(calendar).splitlines())

    assert "Write form 01" in [line.title_en for line in lines if line.activity == "form01"]


@pytest.mark.parametrize("text", ["Check and correct the continuing group", "Record form 01"])
def test_an_english_screen_has_the_english_titles(calendar, client, fund_officer, at, text):
    with time_machine.travel(at(NOW), tick=False):
        client.force_login(fund_officer)
        client.post(reverse("set-language"), {"language": "en"})
        page = client.get(reverse("calendar:lines"))

    assert text in page.text


# --- the pages


@pytest.fixture
def page(client, fund_officer, at):
    def page(url, data=None, now=NOW):
        with time_machine.travel(at(now), tick=False):
            client.force_login(fund_officer)
            return client.post(url, data) if data is not None else client.get(url)

    return page


def typed(response, **changes):
    """What the form shows, as the browser would send it back."""
    form = response.context["form"]
    data = {name: form[name].value() for name in form.fields}
    data = {
        name: "" if value is None else value for name, value in data.items() if value is not False
    }
    for name in ("opens_day", "closes_day"):
        data[name] = form.fields[name].prepare_value(form[name].value()) or ""
    return data | changes


def test_the_fund_looks_then_saves(page, calendar, at):
    url = reverse("calendar:line", args=[group_of(calendar, "form01").pk])
    data = typed(page(url), closes_day="27/7/2569")

    looked = page(url, data | {"look": "1"})
    assert looked.context["looked"].may_save
    assert CalendarLine.objects.get(activity="form01").during.upper == at("2569-07-24 17:00")
    saved = page(url, data | {"save": "1"})

    assert saved.status_code == 302
    assert CalendarLine.objects.get(activity="form01").during.upper == at("2569-07-27 17:00")


def test_an_overlap_is_said_beside_what_was_typed(page, calendar):
    group = group_of(calendar, "school_bank_account", 2)
    url = reverse("calendar:line", args=[group.pk])

    refused = page(url, typed(page(url), round_no="1", opens_day="20/6/2569", save="1"))

    assert refused.status_code == 422
    assert group_of(calendar, "school_bank_account", 1).line.title_th in refused.content.decode()
    assert 'value="20/6/2569"' in refused.content.decode()


def test_what_another_person_changed_is_told_and_what_was_typed_stays(page, calendar, save, at):
    group = group_of(calendar, "form01")
    url = reverse("calendar:line", args=[group.pk])
    data = typed(page(url), title_th="ชื่อใหม่", save="1")
    save(group, closes=at("2569-07-27 17:00"))

    told = page(url, data)
    assert told.status_code == 422
    assert "ชื่อใหม่" in told.content.decode()
    again = page(url, typed(told, save="1"))

    assert again.status_code == 302
    assert CalendarLine.objects.get(pk=group.pk).title_th == "ชื่อใหม่"


def test_a_line_removed_meanwhile_keeps_what_was_typed(page, calendar):
    group = group_of(calendar, "form01")
    url = reverse("calendar:line", args=[group.pk])
    data = typed(page(url), title_th="ชื่อใหม่", save="1")
    CalendarLine.objects.filter(pk=group.pk).delete()

    told = page(url, data)

    assert "ชื่อใหม่" in told.content.decode()
    assert not CalendarLine.objects.filter(title_th="ชื่อใหม่").exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        pytest.param("closes_day", "1/7/2569", id="closes before it opens"),
        pytest.param("closes_day", "31/2/2569", id="no such day"),
        pytest.param("closes_time", "25.00", id="no such hour"),
        pytest.param("affiliations", [], id="nobody's"),
        pytest.param("activity", "bald", id="no such work"),
        pytest.param("title_th", "", id="without a title"),
    ],
)
def test_wrong_input_is_said_beside_its_field(field, value, page, calendar):
    url = reverse("calendar:line", args=[group_of(calendar, "form01").pk])

    refused = page(url, typed(page(url)) | {field: value, "save": "1"})

    assert refused.status_code == 422
    assert field in refused.context["form"].errors


def test_a_new_line_is_begun_from_another(page, calendar, at):
    group = group_of(calendar, "school_bank_account", 3)
    url = f"{reverse('calendar:line-new')}?term={calendar.label}&like={group.pk}"
    data = typed(page(url), round_no="4", opens_day="1/10/2569", closes_day="10/10/2569")

    saved = page(url, data | {"save": "1"})

    assert saved.status_code == 302
    made = CalendarLine.objects.get(activity="school_bank_account", round_no=4)
    assert made.during.upper == at("2569-10-10 17:00")


def test_the_list_names_work_without_a_window(page, calendar):
    CalendarLine.objects.filter(activity="form05").delete()

    shown = page(reverse("calendar:lines"))

    assert "form05" in shown.context["without_window"]


def test_the_list_costs_the_same_at_any_length(page, calendar, django_assert_max_num_queries):
    page(reverse("calendar:lines"))

    with django_assert_max_num_queries(20):
        page(reverse("calendar:lines"))


def test_holidays_are_entered_and_taken_back(page, calendar):
    url = reverse("calendar:holidays")
    assert page(url).status_code == 200

    saved = page(url, {"day": "20/8/2569", "is_closed": "1", "name": "วันหยุดพิเศษ", "source": ""})
    assert saved.status_code == 302
    row = Holiday.objects.get()
    shown = page(f"{url}?year=2569").content.decode()
    assert "วันหยุดพิเศษ" in shown
    page(reverse("calendar:holiday-remove", args=[row.pk]), {})

    assert not Holiday.objects.exists()


def test_a_year_nobody_knows_says_so(page, calendar):
    assert page(reverse("calendar:holidays") + "?year=2571").context["is_known"] is False


def test_the_next_term_says_what_it_drops(page, calendar):
    Term.objects.get()

    shown = page(reverse("calendar:edit") + "?next=1")

    assert group_of(calendar, "form01").line.title_th in shown.context["dropped"]
