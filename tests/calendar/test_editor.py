"""The fund's editor: what would change is shown first, a faulty file changes nothing, the next term begins from this."""

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from eqfund.calendar import actions, papers
from eqfund.calendar.loading import term_of
from eqfund.models import CalendarLine, Event, Extension, Term
from eqfund.refusal import Refused
from eqfund.school_year import TermKey

NOW = "2569-06-10 09:00"
CLOSE, LATER = "2026-07-24T17:00", "2026-07-27T17:00"


@pytest.fixture
def text(calendar):
    return papers.csv_text(calendar)


@pytest.fixture
def load(fund_officer, calendar, at):
    def load(text, *, term=calendar, by=fund_officer):
        return actions.load_term_calendar(text, term=term, by=by, at=at(NOW), reason="ย้ายตามหนังสือ")

    return load


def test_a_changed_close_is_loaded_and_recorded(load, text, at):
    changed = load(text.replace(CLOSE, LATER))

    assert changed["updated"] >= 1
    assert changed["removed"] == 0
    line = CalendarLine.objects.get(activity="form01", affiliation__code="OBEC")
    assert line.during.upper == at("2569-07-27 17:00")
    assert Event.objects.get(verb="load_calendar", actor_id__isnull=False).facts == changed | {
        "reason": "ย้ายตามหนังสือ"
    }


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("kind,activity", "art,activity", id="without a column"),
        pytest.param("window,form01,", "wandow,form01,", id="an unknown kind"),
        pytest.param("2026-07-07T00:00,2026-07-24T17:00", "2026-07-25T00:00,2026-07-24T17:00", id="closes first"),
        pytest.param("2026-07-07T00:00,2026-07-24T17:00", "bald,2026-07-24T17:00", id="no moment"),
        pytest.param(CLOSE, "2026-08-19T17:00", id="open when the announcement comes"),
    ],
)  # fmt: skip
def test_a_faulty_file_changes_nothing(old, new, load, text):
    before = set(CalendarLine.objects.values_list("activity", "during"))
    assert old in text

    with pytest.raises(Refused):
        load(text.replace(old, new))

    assert set(CalendarLine.objects.values_list("activity", "during")) == before


def test_only_the_fund_edits(load, text, office_admin):
    with pytest.raises(Refused):
        load(text, by=office_admin)


def test_a_line_with_an_extension_is_not_removed(load, text, school, office_admin, at):
    Extension.objects.create(
        line=CalendarLine.objects.get(activity="form01", affiliation__code="OBEC"),
        path=school.path,
        closes_at=at("2569-07-28 17:00"),
        reason="x",
        proposed_by=office_admin,
    )
    without = "\n".join(line for line in text.splitlines() if not line.startswith("window,form01,"))

    with pytest.raises(Refused):
        load(without)


@pytest.fixture
def page(client, at, fund_officer):
    def page(data=None, **query):
        with time_machine.travel(at(NOW), tick=False):
            client.force_login(
                fund_officer, backend="allauth.account.auth_backends.AuthenticationBackend"
            )
            url = reverse("calendar:edit")
            return client.post(url, data) if data is not None else client.get(url, query)

    return page


def test_what_would_change_is_shown_before_it_is_loaded(page, text, at):
    shown = page({"term": "1/2569", "text": text.replace(CLOSE, LATER), "check": "1"})

    check = shown.context["check"]
    assert check.may_load
    assert {row.title for row in check.rows} >= {"บันทึกแบบฟอร์มคัดกรอง นร./กสศ.01"}
    assert "27 ก.ค. 2569" in shown.text
    line = CalendarLine.objects.get(activity="form01", affiliation__code="OBEC")
    assert line.during.upper == at("2569-07-24 17:00")

    page({"term": "1/2569", "text": text.replace(CLOSE, LATER), "load": "1"})
    line.refresh_from_db()
    assert line.during.upper == at(
        "2569-07-24 17:00"
    )  # form 01 may be drafted already: a reason is asked for

    page({"term": "1/2569", "text": text.replace(CLOSE, LATER), "load": "1", "reason": "ตามหนังสือ"})

    line.refresh_from_db()
    assert line.during.upper == at("2569-07-27 17:00")


def test_a_due_day_is_shown_as_its_last_day(page, text):
    """The payout of round 1 ends with 28 August; its file says 29 August, 00:00."""
    shown = page({"term": "1/2569", "text": text.replace("20 วันทำการ", "20 วัน"), "check": "1"})

    assert "28 ส.ค. 2569" in shown.text


def test_a_file_is_read_and_its_faults_are_said(page, text):
    late = text.replace(CLOSE, "2026-08-19T17:00").encode("utf-8-sig")
    shown = page({"term": "1/2569", "file": SimpleUploadedFile("c.csv", late), "check": "1"})

    assert not shown.context["check"].may_load
    assert 'name="load"' not in shown.text
    assert shown.context["faults"]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param({"term": "3/2569", "text": "x"}, id="no such term"),
        pytest.param({"term": "1/2569", "text": " "}, id="no lines"),
        pytest.param(
            {"term": "1/2569", "file": SimpleUploadedFile("c.csv", b"\xff\xfe\x00")}, id="no text"
        ),
    ],
)
def test_what_cannot_be_read_is_said_beside_the_field(data, page, calendar):
    assert page(data | {"check": "1"}).status_code == 422


def test_the_next_term_begins_from_this_one_and_is_loaded(page, calendar, client, at):
    begun = page(next="1")
    text = begun.context["form"].initial["text"]
    assert begun.context["form"].initial["term"] == "2/2569"
    assert "form01" not in text

    loaded = page({"term": "2/2569", "text": text, "load": "1"})

    assert loaded.status_code == 302
    term = Term.objects.get(year_be=2569, number=2)
    assert CalendarLine.objects.filter(term=term, activity="transfer").exists()
    with time_machine.travel(at(NOW), tick=False):
        shown = client.get("/calendar/", {"term": "2/2569"})
    assert shown.context["term"] == term


def test_looking_makes_no_term(page, calendar):
    page(next="1")

    assert not Term.objects.filter(number=2).exists()
    assert term_of(TermKey(2569, 2), save=False).pk is None
