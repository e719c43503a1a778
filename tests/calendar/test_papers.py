"""The calendar outside the system: read back by a calendar library, from the file, on paper."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.urls import reverse
from icalendar import Calendar

from eqfund.calendar import actions, papers
from eqfund.calendar.feed import ics, lines_of
from eqfund.calendar.loading import FOLDER, load
from eqfund.imports.calendar import read_calendar
from eqfund.models import CalendarFeed, CalendarLine, Extension, Term

NOW = "2569-06-10 09:00"


@pytest.fixture
def entries(calendar, at):
    """A person's feed, read by a calendar library: summary -> entry."""

    def entries(person):
        text = ics(lines_of(person, calendar), calendar, at(NOW))
        read = Calendar.from_ical(text)
        return {str(event["summary"]): event for event in read.walk("VEVENT")}

    return entries


def test_a_teacher_has_the_openings_and_closes_of_her_own_work(entries, teacher, at):
    mine = entries(teacher)

    close = mine["ปิดระบบ: บันทึกแบบฟอร์มคัดกรอง นร./กสศ.01"]
    assert close["dtend"].dt == at("2569-07-24 17:00")
    assert [alarm["trigger"].dt for alarm in close.walk("VALARM")] == [
        timedelta(days=-1),
        timedelta(hours=-2),
    ]
    opens = mine["เปิดระบบ: บันทึกแบบฟอร์มคัดกรอง นร./กสศ.01"]
    assert opens["dtstart"].dt == at("2569-07-07").date()
    assert not [title for title in mine if "บัญชีธนาคาร" in title]


def test_an_office_follows_every_line_of_its_affiliation(entries, office_admin, admin):
    assert len(entries(office_admin)) > len(entries(admin))


def test_an_extension_moves_the_entry_and_keeps_its_uid(
    entries, teacher, school, office_admin, fund_officer, at
):
    title = "ปิดระบบ: บันทึกแบบฟอร์มคัดกรอง นร./กสศ.01"
    before = entries(teacher)[title]
    Extension.objects.create(
        line=CalendarLine.objects.get(activity="form01", affiliation__code="OBEC"),
        path=school.path,
        closes_at=at("2569-07-28 17:00"),
        reason="น้ำท่วม",
        status="granted",
        proposed_by=office_admin,
        decided_by=fund_officer,
    )

    after = entries(teacher)[title]

    assert after["uid"] == before["uid"]
    assert after["dtend"].dt == at("2569-07-28 17:00")


def test_every_entry_has_a_uid_of_its_own_and_a_stamp(calendar, office_admin, at):
    read = Calendar.from_ical(ics(lines_of(office_admin, calendar), calendar, at(NOW)))
    events = read.walk("VEVENT")

    assert len({str(event["uid"]) for event in events}) == len(events)
    assert all(event["dtstamp"].dt == at(NOW) for event in events)


@pytest.fixture
def page(client, at):
    def page(name, *args, person=None, data=None, **query):
        with time_machine.travel(at(NOW), tick=False):
            if person:
                client.force_login(
                    person, backend="allauth.account.auth_backends.AuthenticationBackend"
                )
            url = reverse(f"calendar:{name}", args=args)
            return client.post(url, data) if data is not None else client.get(url, query)

    return page


def test_the_address_is_shown_once_works_without_signing_in_and_ends(
    page, calendar, teacher, client
):
    made = page("subscribe", person=teacher, data={"make": "1"})
    address = made.context["address"]
    secret = address.rsplit("/", 1)[1].removesuffix(".ics")
    assert address not in page("subscribe", person=teacher).text
    assert secret.encode() not in bytes(CalendarFeed.objects.get().secret)
    client.logout()

    answer = page("feed", secret)
    assert answer["Content-Type"].startswith("text/calendar")
    assert len(Calendar.from_ical(answer.content).walk("VEVENT")) > 5
    page("subscribe", person=teacher, data={"end": "1"})
    client.logout()

    assert page("feed", secret).status_code == 404


def test_a_new_address_ends_the_old_one(page, calendar, teacher, at):
    old = actions.make_feed(by=teacher, at=at(NOW))
    new = actions.make_feed(by=teacher, at=at(NOW))

    assert page("feed", old).status_code == 404
    assert page("feed", new).status_code == 200


def test_ending_twice_is_ending_once(teacher, at):
    actions.make_feed(by=teacher, at=at(NOW))
    actions.end_feed(by=teacher, at=at(NOW))
    actions.end_feed(by=teacher, at=at(NOW))

    assert not CalendarFeed.objects.exists()


def test_a_closed_account_has_no_feed(page, calendar, teacher, at):
    secret = actions.make_feed(by=teacher, at=at(NOW))
    teacher.is_active = False
    teacher.save()

    assert page("feed", secret).status_code == 404


def test_who_has_no_post_any_more_gets_an_empty_calendar(page, calendar, teacher, at):
    secret = actions.make_feed(by=teacher, at=at(NOW))
    teacher.postings.all().delete()

    assert Calendar.from_ical(page("feed", secret).content).walk("VEVENT") == []


@pytest.mark.parametrize("name", ["2569-1", "2562-1"])
def test_the_file_written_loads_as_the_same_calendar(name, affiliation, db):
    call_command("load_calendar", name, verbosity=0)
    term = Term.objects.get(year_be=int(name[:4]), number=1)
    before = set(CalendarLine.objects.values_list("activity", "round_no", "during", "title_th"))

    lines = read_calendar(papers.csv_text(term).splitlines())
    changed = load(term, lines)

    assert changed == {"made": 0, "updated": 0, "removed": 0}
    after = set(CalendarLine.objects.values_list("activity", "round_no", "during", "title_th"))
    assert before == after


def test_the_fund_takes_the_file(page, calendar, fund_officer):
    text = page("term-csv", person=fund_officer).content.decode("utf-8-sig")

    assert text.splitlines()[0].startswith("kind,activity,round,opens,closes")


def test_the_paper_has_the_letters_four_columns(
    page, calendar, teacher, affiliation, at, monkeypatch
):
    printed = []
    monkeypatch.setattr(papers, "to_pdf", lambda html, sheet: printed.append(html) or b"%PDF-")

    answer = page("term-pdf", person=teacher)

    assert answer["Content-Type"] == "application/pdf"
    heads = [part.split("</th>")[0].split(">")[-1] for part in printed[0].split("<th ")[1:]]
    assert [head for head in heads if head] == ["วันที่", "กระบวนการ", "ผู้รับผิดชอบ"]
    assert "<th>รายละเอียดกิจกรรม</th>" in printed[0]
    assert "๗–๒๔ ก.ค. ๒๕๖๙" in printed[0]
    assert "<td>กสศ. โอนเงิน รอบ ๑</td>" in printed[0]
    assert "ตามวันที่หน่วยงานต้นสังกัดกำหนด" in printed[0]
    assert "เข้าช่องทางรับเงินของนักเรียน กลุ่มต่อเนื่อง</td>" in printed[0]
    words = re.sub("<[^>]*>", "", printed[0].partition("<body>")[2])
    assert re.findall("[0-9]", words) == []


@pytest.mark.parametrize("name", ["2569-1", "2562-1"])
def test_the_paper_says_what_is_done_in_the_work_of_schools(name, affiliation, db):
    call_command("load_calendar", name, verbosity=0)
    lines = CalendarLine.objects.filter(roles__contains="school")

    assert {line.activity for line in lines} - set(papers.DETAIL) <= {"spending_summary"}


def test_the_paper_is_a_pdf(calendar, affiliation, at, school):
    from eqfund.windows import lines_for

    data = papers.pdf(lines_for(calendar, school.path), calendar, affiliation.name, at(NOW))

    assert data.startswith(b"%PDF-")
    assert len(data) > 10_000


# --- the calendar of 2562 drives the same screens


def test_the_calendar_of_2562_is_shown_on_the_same_page(client, teacher, affiliation, at):
    call_command("load_calendar", "2562-1", verbosity=0)
    Term.objects.filter(year_be=2569).delete()
    day = at("2562-07-05 09:00")

    with time_machine.travel(day, tick=False):
        teacher.postings.update(starts_on=day.date())
        client.force_login(teacher, backend="allauth.account.auth_backends.AuthenticationBackend")
        mine = client.get("/calendar/").context["parts"]
        parts = {
            part.code: part.lines for part in client.get("/calendar/?show=all").context["parts"]
        }

    teachers_own = {window.line.activity for part in mine for window in part.lines}
    assert "form01" in teachers_own
    assert "form05" not in teachers_own  # the admin's
    assert "form01" in {window.line.activity for window in parts["open"]}
    assert "form05" in {window.line.activity for window in parts["coming"]}
    assert FOLDER.joinpath("2562-1.csv").exists()
