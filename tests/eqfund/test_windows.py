"""Open or closed, to the second."""

from datetime import datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from eqfund.models import CalendarLine, Extension, Term
from eqfund.windows import why_closed, window_of


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        pytest.param("2569-07-06 23:59:59", False, id="the second before"),
        pytest.param("2569-07-07 00:00:00", True, id="the first second"),
        pytest.param("2569-07-24 16:59:59", True, id="the last second"),
        pytest.param("2569-07-24 17:00:00", False, id="the close"),
    ],
)
def test_form01_is_open_to_the_second(moment, is_open, calendar, school, at):
    assert (why_closed(calendar, "form01", school.path, at(moment)) is None) is is_open


def test_the_sentence_says_when_it_opens_or_when_it_closed(calendar, school, at):
    before = why_closed(calendar, "form01", school.path, at("2569-07-01 09:00"))
    after = why_closed(calendar, "form01", school.path, at("2569-07-25 09:00"))

    assert "7 ก.ค. 2569" in before
    assert "24 ก.ค. 2569 17.00 น." in after


def test_an_activity_that_the_calendar_does_not_have_is_closed(calendar, school, at):
    assert why_closed(calendar, "no_such_work", school.path, at("2569-07-10 09:00"))


def test_of_several_rounds_the_one_that_matters_is_shown(calendar, school, at):
    assert (
        window_of(
            calendar, "school_bank_account", school.path, at("2569-07-01 09:00")
        ).line.round_no
        == 2
    )
    assert (
        window_of(
            calendar, "school_bank_account", school.path, at("2569-09-01 09:00")
        ).line.round_no
        == 3
    )
    assert (
        window_of(
            calendar, "school_bank_account", school.path, at("2569-12-01 09:00")
        ).line.round_no
        == 3
    )


@pytest.fixture
def extend(calendar, school, at, office_admin, fund_officer):
    def extend(path, status=Extension.Status.GRANTED):
        line = CalendarLine.objects.get(term=calendar, activity="form01", affiliation__code="OBEC")
        decided = fund_officer if status != Extension.Status.PROPOSED else None
        return Extension.objects.create(
            line=line,
            path=path,
            closes_at=at("2569-07-28 17:00"),
            reason="น้ำท่วม",
            status=status,
            proposed_by=office_admin,
            decided_by=decided,
        )

    return extend


def test_an_extension_holds_for_its_place_and_what_lies_under_it_alone(
    calendar, school, other_school, extend, at
):
    extend(school.path)
    late = at("2569-07-28 16:59:59")

    assert why_closed(calendar, "form01", f"{school.path}99/", late) is None
    assert why_closed(calendar, "form01", other_school.path, late)
    assert window_of(calendar, "form01", school.path, late).extended


def test_a_proposal_opens_nothing(calendar, school, extend, at):
    extend(school.path, Extension.Status.PROPOSED)

    assert why_closed(calendar, "form01", school.path, at("2569-07-28 12:00"))


def test_two_windows_of_one_activity_and_round_do_not_overlap(calendar):
    line = CalendarLine.objects.filter(term=calendar, activity="form01").first()
    line.pk = None
    line.during = DateTimeTZRange(line.during.upper - timedelta(seconds=1), None)

    with (
        pytest.raises(IntegrityError, match="calendar_windows_do_not_overlap"),
        transaction.atomic(),
    ):
        line.save()


def test_windows_that_touch_may_stand(calendar):
    line = CalendarLine.objects.filter(term=calendar, activity="form01").first()
    end: datetime = line.during.upper
    line.pk = None
    line.during = DateTimeTZRange(end, None)

    line.save()


def test_who_proposes_an_extension_does_not_decide_it(calendar, school, extend, office_admin):
    extension = extend(school.path)

    with (
        pytest.raises(IntegrityError, match="extension_decided_by_another_person"),
        transaction.atomic(),
    ):
        Extension.objects.filter(pk=extension.pk).update(decided_by=office_admin)


@pytest.mark.parametrize(
    ("activity", "round_no", "moment", "is_open"),
    [
        pytest.param("form01_draft", None, "2562-07-20 23:59:59", True, id="drafts, with form 01"),
        pytest.param("form01_draft", None, "2562-07-21 00:00", False, id="and no longer"),
        pytest.param("payout_report", 1, "2562-07-20 00:00", True, id="reports, with receipts"),
        pytest.param("payout_report", 2, "2562-10-01 00:00", False, id="until these close"),
        pytest.param("refund", 2, "2562-08-26 00:00", True, id="refunds, of whatever round"),
    ],
)
def test_the_calendar_of_2562_opens_what_it_has_other_words_for(
    activity, round_no, moment, is_open, school, at
):
    call_command("load_calendar", "2562-1", verbosity=0)
    term = Term.objects.get(year_be=2562)

    assert (why_closed(term, activity, school.path, at(moment), round_no) is None) is is_open
