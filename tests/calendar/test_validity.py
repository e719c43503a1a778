"""A calendar before it is loaded: what is wrong with it, and the next term's from this one's."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from eqfund.calendar.loading import FOLDER
from eqfund.calendar.validity import faults_of, next_term
from eqfund.clock import BANGKOK
from eqfund.imports.calendar import Line, read_calendar
from eqfund.working_days import PUBLISHED_HOLIDAYS

CODES = {"OBEC", "LAO", "OPEC", "BMA", "BPP", "ONAB"}


def at(month, day, hour=0):
    return datetime(2026, month, day, hour, tzinfo=BANGKOK)


OPENS, CLOSES = at(8, 18), at(8, 25, 17)


def line(activity="form05", opens=OPENS, closes=CLOSES, **fields):
    return Line(
        **{
            "kind": "window",
            "activity": activity,
            "round_no": 0,
            "opens": opens,
            "closes": closes,
            "affiliations": ("OBEC",),
            "assumed_affiliations": (),
            "roles": "school_admin",
            "title_th": activity,
            "source": "x",
            "source_line": "",
            "note": "",
        }
        | fields
    )


def codes(*lines):
    return [fault.code for fault in faults_of(lines, CODES)]


def real(name):
    return read_calendar((FOLDER / f"{name}.csv").read_text(encoding="utf-8-sig").splitlines())


@pytest.mark.parametrize("name", ["2569-1", "2562-1"])
def test_the_published_calendars_have_no_fault(name):
    assert faults_of(real(name), CODES) == []


VERIFICATION = line("fund_verification", at(8, 26), at(8, 29))
PAYOUT = line("payout", at(7, 31), at(8, 29), kind="deadline", round_no=1)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param([line(affiliations=())], ["nobodys"], id="for nobody"),
        pytest.param([line(affiliations=("XXX",))], ["unknown_affiliation"], id="of a stranger"),
        pytest.param([line(title_th=" ")], ["without_name"], id="without a title"),
        pytest.param([line(opens=None)], [], id="open since ever"),
        pytest.param([line(), line(opens=at(8, 25, 16), closes=None)], ["overlap"], id="overlap"),
        pytest.param([line(), line(opens=at(8, 25, 17), closes=None)], [], id="touching is none"),
        pytest.param(
            [line(), line(affiliations=("LAO",))], [], id="each affiliation has its own window"
        ),
        pytest.param([line(), line(round_no=2)], [], id="each round has its own window"),
        pytest.param(
            [line(closes=at(8, 26, 1)), VERIFICATION],
            ["needed_before_its_close"],
            id="still open when it is verified",
        ),
        pytest.param([line(closes=at(8, 26)), VERIFICATION], [], id="closed at that very moment"),
        pytest.param([PAYOUT], [], id="20 working days"),
        pytest.param([replace(PAYOUT, closes=at(8, 30))], ["payout_day"], id="one day more"),
    ],
)
def test_faults_of(lines, expected):
    assert codes(*lines) == expected


def test_a_payout_of_another_length_only_warns():
    [fault] = faults_of([replace(PAYOUT, closes=at(8, 30))], CODES)

    assert not fault.forbids
    assert fault.facts == {"due": date(2026, 8, 28)}


def test_the_next_term_is_later_by_whole_weeks_without_form_01():
    lines = next_term(real("2569-1"), shift=timedelta(days=184), number=2)

    activities = {it.activity for it in lines}
    assert not activities & {"form01", "form01_draft", "home_visit", "pmt_announcement"}
    assert {it.source for it in lines} == {"assumed"}
    transfer = next(it for it in lines if it.activity == "transfer" and it.round_no == 1)
    assert transfer.opens == datetime(2026, 7, 16, tzinfo=BANGKOK) + timedelta(weeks=26)
    assert faults_of(lines, CODES) == []


def test_the_next_terms_payouts_are_counted_over_its_own_holidays():
    flood = {*PUBLISHED_HOLIDAYS, date(2027, 2, 8)}
    for free in (None, flood):
        lines = next_term(real("2569-1"), shift=timedelta(days=184), number=2, holidays=free)

        assert [it for it in faults_of(lines, CODES, free) if it.code == "payout_day"] == []
