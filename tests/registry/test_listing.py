"""Why is my pupil not in the list: each missing step, and what is not told."""

import io
from datetime import date

import pytest
import time_machine
from django.core.cache import cache
from django.urls import reverse
from django.utils import translation
from python_calamine import CalamineWorkbook

from eqfund.imports import dmc
from eqfund.imports.titles import PLAIN_TITLES, REQUIRED, match
from eqfund.models import Enrolment, Event, RegistryRecord
from eqfund.registry.listing import Asked, why_not_listed
from screening.actions.form01 import start_form01
from screening.actions.visits import skip_visit
from screening.models import Grant, HomeVisit

from .files import mine, national_id, xlsx

pytestmark = pytest.mark.django_db
BORN = date(2016, 5, 13)


@pytest.fixture
def ask(term, school, registry_keeper, at):
    """The codes of the answer for child number `serial`, and the answer itself."""

    def ask(serial=1, born=BORN, number="", by=registry_keeper, on="2569-06-01", named=()):
        child = Asked(born, "", *named) if named else Asked(born, number or national_id(serial))
        answers = why_not_listed(child, school, term, by=by, at=at(on))
        return [step.code for step in answers.steps], answers

    return ask


def test_without_a_file_the_file_is_missing(ask):
    codes, answers = ask()

    assert codes == ["no_file", "unknown"]
    assert "DMC" in answers.first_fault.act


def test_a_child_with_all_that_is_needed_lacks_nothing(record, ask):
    record(mine(1))

    codes, answers = ask()

    assert codes == [
        "file",
        "in_roll",
        "poor",
        "roll",
        "closed",
    ]  # the term of the tests has no calendar
    assert answers.pupil.first_name == "ใบเตย1"
    assert all(step.state == "good" for step in answers.steps[:3])
    assert "20 พ.ค. 2569" in answers.steps[0].sentence


@pytest.mark.parametrize(
    ("code", "registry", "fault", "flag"),
    [
        ("OBEC", "DMC", "not_poor", "ความด้อยโอกาส"),
        ("LAO", "LEC", "not_poor", "ต้องการสมัครขอรับทุน"),
        ("OPEC", "OPEC", "flag_open", "สถานะความยากจน"),
        ("BMA", "BEMIS", "flag_open", "ฐานะยากจน"),
        ("BPP", "", "not_poor", "เปลี่ยนชั้นหรือสถานะยากจน"),
        ("ONAB", "", "not_poor", "เปลี่ยนชั้นหรือสถานะยากจน"),
    ],
)
def test_the_flag_that_is_missing_is_named_with_its_registry_and_who_sets_it(
    code,
    registry,
    fault,
    flag,
    record,
    ask,
    affiliation,
    office,
    school,
    registry_keeper,
    make_user,
):
    office_admin = make_user("office_admin", office.path, full_name="นางสาวหน่วย กำกับ")
    record(mine(1, ความด้อยโอกาส="-"))
    type(affiliation).objects.filter(pk=affiliation.pk).update(code=code, registry=registry)
    type(school).objects.filter(pk=school.pk).update(phone="0 5300 0001")
    type(office).objects.filter(pk=office.pk).update(phone="0 5300 0002")
    school.refresh_from_db()

    with translation.override("th"):
        found = ask()[1].first_fault

    assert found.code == fault
    assert flag in found.act
    assert registry in found.sentence
    asks_office = fault == "flag_open"
    assert (office_admin if asks_office else registry_keeper).full_name in found.who
    assert ("0 5300 0002" if asks_office else "0 5300 0001") in found.who


@pytest.mark.parametrize(
    ("serial", "born"),
    [
        pytest.param(2, BORN, id="another number"),
        pytest.param(1, date(2016, 5, 14), id="another day of birth"),
    ],
)
def test_number_and_day_of_birth_must_both_be_right(serial, born, record, ask):
    record(mine(1))

    codes, answers = ask(serial, born)

    assert (codes, answers.pupil) == (["file", "unknown"], None)


def test_rows_that_were_left_out_are_pointed_at(record, ask):
    record(mine(1), mine(2, ชั้น="ป.9"))

    assert ask(2)[1].first_fault.code == "file"
    assert ask(2)[1].first_fault.state == "sun"


def test_of_a_child_at_another_school_only_that_is_told(ask, record, make_pupils, other_classroom):
    record(mine(1))
    child = make_pupils(1, classroom=other_classroom)[0]

    codes, answers = ask(number=child.identity.number, born=child.birth_date)

    assert (codes, answers.pupil) == (["file", "elsewhere"], None)
    assert other_classroom.school.name not in " ".join(step.sentence for step in answers.steps)


def test_a_child_claimed_by_two_schools_stands_unsettled(ask, record, make_pupils, other_classroom):
    child = make_pupils(1, classroom=other_classroom)[0]
    record(mine(9, number=child.identity.number))

    codes, answers = ask(number=child.identity.number, born=BORN)

    assert "duplicate" in codes
    ticket = next(step for step in answers.steps if step.code == "duplicate")
    assert len(ticket.who.splitlines()) == 2, "the keeper, and the office that settles it"


@pytest.mark.parametrize("status", ["withdrew", "moved", "died", "not_present"])
def test_a_child_who_left_is_said_to_have_left_and_since_when(status, ask, record, at):
    record(mine(1))
    Enrolment.objects.update(status=status, ends_on=at("2569-06-01").date())

    codes, answers = ask()

    assert codes == ["file", "left"]
    assert "1 มิ.ย. 2569" in answers.first_fault.sentence
    assert ("DMC" in answers.first_fault.act) == (status != "died")


def test_a_child_without_number_is_found_by_name_at_the_own_school_alone(
    ask, make_pupils, classroom, other_classroom
):
    child = make_pupils(1)[0]
    type(child).objects.update(identity=None)
    named = (child.first_name, child.last_name)

    codes, answers = ask(born=child.birth_date, named=named)
    assert codes[:3] == ["no_file", "in_roll", "no_number"]
    assert answers.pupil == child

    Enrolment.objects.update(classroom=other_classroom, path=other_classroom.path)
    assert ask(born=child.birth_date, named=named)[0] == ["no_file", "unknown"]


def test_what_comes_after_the_registry_is_told(ask, record, calendar, teacher, classroom, at):
    record(mine(1))
    assert ask()[0][3:] == ["roll"], "names not confirmed; the visit is to come"
    assert ask(on="2569-08-01")[0][3:] == ["roll", "closed"]

    (visit,) = HomeVisit.objects.all()
    skip_visit(visit, reason="declined", by=teacher, at=at("2569-06-01 08:00"))
    assert ask()[0][3:] == ["roll", "unticked"]

    start_form01(visit.enrolment, by=teacher, at=at("2569-06-01 08:30"))
    assert ask()[0][3:] == ["roll", "form"]


def test_a_grantee_is_said_to_be_of_the_continuing_group(ask, record, calendar, at):
    record(mine(1))
    row = Enrolment.objects.get()
    Grant.objects.create(
        pupil=row.pupil,
        enrolment=row,
        group="continuing",
        source="predecessor",
        first_term=25681,
        last_term=25702,
        given_at=at("2569-05-15"),
    )

    assert ask()[0][3:] == ["roll", "continuing"]


def test_a_child_of_the_last_term_is_not_enrolled_in_this_one(ask, record):
    record(mine(1))
    HomeVisit.objects.all().delete()  # the file's own proposal
    RegistryRecord.objects.all().delete()
    Enrolment.objects.all().delete()

    assert ask()[0] == ["file", "not_this_term"]


# --- the page


@pytest.fixture
def page(client, at, term):
    cache.clear()

    def page(person, **data):
        with time_machine.travel(at("2569-06-01 09:00"), tick=False):
            client.force_login(
                person, backend="allauth.account.auth_backends.AuthenticationBackend"
            )
            url = reverse("registry:not-listed")
            return client.post(url, data) if data else client.get(url)

    return page


def test_the_page_answers_and_the_book_keeps_no_number(page, record, teacher, school):
    record(mine(1, ความด้อยโอกาส="-"))

    shown = page(teacher, number="1-" + national_id(1)[1:], born="13/5/2559", school=school.pk)

    assert "ความด้อยโอกาส" in shown.text
    event = Event.objects.get(verb="registry.ask_listing")
    assert event.facts["answer"][:3] == ["file", "in_roll", "not_poor"]
    assert national_id(1) not in str(event.facts)


@pytest.mark.parametrize(
    ("number", "born"),
    [("1101700203451", "13/5/2559"), ("12", "13/5/2559"), ("", "13/5/2559"), (national_id(1), "x")],
)
def test_what_cannot_be_read_is_said_beside_the_field(number, born, page, teacher, school):
    response = page(teacher, number=number, born=born, school=school.pk)

    assert response.status_code == 422
    assert response.context["answers"] is None


def test_for_another_school_nobody_asks(page, teacher, other_school):
    assert (
        page(teacher, number=national_id(1), born="13/5/2559", school=other_school.pk).status_code
        == 422
    )


def test_too_many_questions_are_stopped(page, teacher, school, monkeypatch, term):
    monkeypatch.setattr("eqfund.registry.views_listing.QUESTIONS_AN_HOUR", 1)
    asked = {"number": national_id(1), "born": "13/5/2559", "school": school.pk}

    assert page(teacher, **asked).status_code == 200
    assert page(teacher, **asked).status_code == 409


# --- the plain template


def test_the_template_holds_what_is_required_and_is_read(client, registry_keeper, term):
    client.force_login(
        registry_keeper, backend="allauth.account.auth_backends.AuthenticationBackend"
    )

    response = client.get(reverse("registry:import-template"))

    assert set(REQUIRED) <= set(match(list(PLAIN_TITLES)).index)
    [header] = (
        CalamineWorkbook.from_filelike(io.BytesIO(response.content))
        .get_sheet_by_index(0)
        .to_python()
    )
    assert tuple(header) == PLAIN_TITLES


def test_a_filled_template_is_a_registry_file(at):
    row = [
        "50010001",
        national_id(1),
        "ป.4",
        "1",
        "31",
        "ญ",
        "เด็กหญิง",
        "ใบเตย",
        "ตัวอย่าง",
        "13/5/2559",
    ]
    row += ["นางยาย", "ตัวอย่าง", "ยาย", "", "0812345678", "เด็กยากจน"]

    reading = dmc.read(xlsx([list(PLAIN_TITLES), row]), on=date(2026, 5, 16))

    assert reading.errors == []
    assert reading.rows[0].disadvantage_poor
