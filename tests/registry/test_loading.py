from collections import Counter
from datetime import date

import pytest
from django.core.management import CommandError, call_command

from eqfund.imports.calendar import read_calendar
from eqfund.models import Affiliation, CalendarLine, Event, Extension, SupervisingOffice, Term
from eqfund.windows import why_closed

HEADER = "kind,activity,round,opens,closes,affiliations,assumed_affiliations,roles,title_th,source,source_line,note"


@pytest.fixture
def offices(db):
    call_command("load_offices", verbosity=0)


def test_the_publicly_known_offices_are_there(offices):
    kinds = Counter(SupervisingOffice.objects.values_list("kind", flat=True))

    assert Affiliation.objects.count() == 6
    assert kinds["education_area_primary"] == 183
    assert kinds["education_area_secondary"] == 62
    assert kinds["provincial_education_office"] == 76
    assert kinds["bma_district_office"] == 50


def test_an_office_lies_under_its_affiliation(offices):
    office = SupervisingOffice.objects.select_related("affiliation").first()

    assert office.path == f"{office.affiliation.path}{office.pk}/"


def test_loading_offices_again_changes_nothing(offices):
    before = set(SupervisingOffice.objects.values_list("pk", "name"))

    call_command("load_offices", verbosity=0)

    assert set(SupervisingOffice.objects.values_list("pk", "name")) == before


def test_the_calendar_has_a_line_for_each_affiliation(offices):
    call_command("load_calendar", "2569-1", verbosity=0)

    lines = CalendarLine.objects.filter(term__year_be=2569, activity="form01")
    assert lines.count() == 6
    assumed = set(lines.filter(is_assumed=True).values_list("affiliation__code", flat=True))
    assert assumed == {"BPP", "ONAB"}
    term = Term.objects.get(year_be=2569)
    assert (term.opens_on, term.closes_on) == (date(2026, 5, 1), date(2026, 10, 31))


def test_form_01_closes_at_seventeen_oclock(offices, at):
    call_command("load_calendar", "2569-1", verbosity=0)
    term = Term.objects.get(year_be=2569)
    path = Affiliation.objects.get(code="OBEC").path

    assert why_closed(term, "form01", path, at("2569-07-24 16:59:59")) is None
    assert why_closed(term, "form01", path, at("2569-07-24 17:00:00"))


def test_loading_a_calendar_again_changes_nothing_and_says_nothing(offices):
    call_command("load_calendar", "2569-1", verbosity=0)
    before = set(CalendarLine.objects.values_list("pk", "during"))
    told = Event.objects.count()

    call_command("load_calendar", "2569-1", verbosity=0)

    assert set(CalendarLine.objects.values_list("pk", "during")) == before
    assert Event.objects.count() == told


def test_a_changed_date_keeps_the_line_and_its_extensions(offices, tmp_path, fund_officer, at):
    file = tmp_path / "2570-1.csv"
    line = "window,form01,,2027-07-07T00:00,2027-07-24T17:00,OBEC,,,คัดกรอง,letter,1,"
    file.write_text(f"{HEADER}\n{line}\n", encoding="utf-8")
    call_command("load_calendar", str(file), verbosity=0)
    row = CalendarLine.objects.get(term__year_be=2570)
    Extension.objects.create(
        line=row,
        path=row.affiliation.path,
        closes_at=at("2570-08-01"),
        reason="น้ำท่วม",
        proposed_by=fund_officer,
    )
    file.write_text(f"{HEADER}\n{line.replace('24T17', '25T17')}\n", encoding="utf-8")

    call_command("load_calendar", str(file), verbosity=0)

    row.refresh_from_db()
    assert row.during.upper == at("2570-07-25 17:00")
    assert row.extensions.count() == 1


def test_the_older_calendar_loads_too(offices):
    call_command("load_calendar", "2562-1", verbosity=0)

    assert CalendarLine.objects.filter(term__year_be=2562).count() == 23


def test_a_calendar_that_is_not_there_is_named(db):
    with pytest.raises(CommandError, match="9999-1"):
        call_command("load_calendar", "9999-1")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("windows,form01,,,,OBEC,,,x,y,1,", "unknown kind"),
        (
            "window,form01,,2027-07-07T00:00,2027-07-06T00:00,OBEC,,,x,y,1,",
            "closes before it opens",
        ),
    ],
)
def test_a_wrong_line_of_a_calendar_names_its_row(row, message):
    with pytest.raises(ValueError, match=f"row 2: {message}"):
        read_calendar([HEADER, row])
