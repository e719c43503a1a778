"""Form 01 is reviewed, sent at the last second, certified, signed and read on its pages."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from screening.models import Form01, Form01Signature
from tests.screening.form01_steps import (
    CLOSE,
    LAST,
    OFFICER,
    address,
    begin,
    certified,
    ink,
    jpeg,
    submitted,
    whole,
)

pytestmark = pytest.mark.usefixtures("calendar")


@pytest.fixture
def pupil(make_pupils):
    return make_pupils(1)[0]


_count_at_one: dict[str, int] = {}


# Review and sending


def test_the_review_lists_every_missing_answer_with_its_address(pupil, teacher, enter):
    form = begin(pupil, teacher)

    page = enter(teacher).get(address("-review", form.pk))

    groups = {group["number"]: group["items"] for group in page.context["missing"]}
    assert set(groups) == {1, 2, 3, 5, 6, 7, 8, 9}
    urls = {item["url"] for item in groups[3]}
    assert address("-section", form.pk, 3) + "#id_farm_land" in urls
    assert page.context["missing_count"] == sum(len(items) for items in groups.values())


def test_a_whole_form_is_sent_from_the_review_at_the_last_second(pupil, teacher, enter):
    form = whole(pupil, teacher)
    client = enter(teacher, LAST)
    assert "ตอบครบทุกข้อแล้ว" in client.get(address("-review", form.pk)).text

    answer = client.post(address("-submit", form.pk))

    assert answer.url == address("", form.pk)
    form.refresh_from_db()
    assert (form.status, form.submitted_at, form.late) == ("submitted", LAST, False)


def test_five_sharp_is_too_late_without_a_save_before(pupil, teacher, enter):
    form = begin(pupil, teacher)

    answer = enter(teacher, CLOSE).post(address("-submit", form.pk))

    assert answer.status_code == 409
    assert "17.00" in answer.text


def test_within_the_grace_the_page_says_until_when(pupil, teacher, enter):
    form = whole(pupil, teacher)

    page = enter(teacher, CLOSE).get(address("-review", form.pk))

    assert "27 ก.ค. 2569 17.00 น." in page.text


def test_an_incomplete_form_is_refused_with_the_number(pupil, teacher, enter):
    form = begin(pupil, teacher)

    answer = enter(teacher).post(address("-submit", form.pk))

    assert answer.status_code == 409
    assert "ยังขาดหรือต้องแก้ไข" in answer.text


# The official, the director, and back


def officer_post(**changed):
    return {
        "officer_name": OFFICER.name,
        "officer_national_id": OFFICER.national_id,
        "officer_position": OFFICER.position,
        "officer_decision": "certify",
        "means": "screen",
        "image": f"data:image/png;base64,{ink()}",
        "id_card": jpeg("card.jpg"),
        **changed,
    }


def test_the_official_certifies_on_the_page(pupil, teacher, enter):
    form = submitted(pupil, teacher)
    client = enter(teacher)
    assert client.get(address("-certify", form.pk)).status_code == 200

    answer = client.post(address("-certify", form.pk), officer_post())

    assert answer.url == address("", form.pk)
    form.refresh_from_db()
    assert form.status == "certified"
    assert OFFICER.name in client.get(answer.url).text


def test_the_signed_sheet_is_recorded_on_the_page(pupil, admin, enter):
    form = submitted(pupil, admin)

    enter(admin).post(
        address("-certify", form.pk), officer_post(means="sheet", image="", sheet=jpeg())
    )

    assert Form01Signature.objects.get(who="officer").means == "sheet"


def test_a_refusal_is_recorded_with_its_reason(pupil, teacher, enter):
    form = submitted(pupil, teacher)

    enter(teacher).post(
        address("-certify", form.pk),
        officer_post(officer_decision="refuse", officer_reject_reason="รายได้ไม่ตรง"),
    )

    form.refresh_from_db()
    assert (form.status, form.officer_reason) == ("refused", "รายได้ไม่ตรง")


@pytest.mark.parametrize(
    ("changed", "box"),
    [
        ({"officer_national_id": "3100600000001"}, "officer_national_id"),
        ({"officer_national_id": "G123456789012"}, "officer_national_id"),
        ({"officer_national_id": "123"}, "officer_national_id"),
        ({"officer_name": ""}, "officer_name"),
        ({"officer_decision": "refuse"}, "officer_reject_reason"),
        ({"image": ""}, "means"),
        ({"means": "sheet"}, "sheet"),
    ],
)
def test_what_is_wrong_with_the_official_stands_beside_the_box(changed, box, pupil, teacher, enter):
    form = submitted(pupil, teacher)

    page = enter(teacher).post(address("-certify", form.pk), officer_post(**changed))

    assert page.status_code == 422
    assert box in page.context["answers"].errors
    form.refresh_from_db()
    assert form.status == "submitted"


def test_a_refused_certification_keeps_the_page(pupil, teacher, enter):
    form = submitted(pupil, teacher)

    page = enter(teacher).post(
        address("-certify", form.pk), officer_post(officer_national_id="1101700203450")
    )

    assert page.status_code == 409
    assert "เป็นผู้รับรองไม่ได้" in page.text
    assert OFFICER.name in page.text


def test_the_director_signs_from_the_list(make_pupils, teacher, director, enter):
    forms = [certified(pupil, teacher) for pupil in make_pupils(2)]
    client = enter(director)
    assert len(client.get(address("-signing")).context["page"]) == 2

    client.post(address("-signing"), {"form": [form.pk for form in forms], "capacity": "acting"})

    assert set(Form01.objects.values_list("status", "signed_capacity")) == {("signed", "acting")}
    assert len(client.get(address("-signing")).context["page"]) == 0


@pytest.mark.parametrize("data", [{}, {"form": ["0"], "capacity": "acting"}, {"capacity": "king"}])
def test_signing_nothing_or_anothers_form_is_an_error(data, pupil, teacher, director, enter):
    certified(pupil, teacher)

    page = enter(director).post(address("-signing"), data)

    assert page.status_code == 422
    assert not Form01.objects.filter(status="signed").exists()


@pytest.mark.parametrize("rows", [1, 50])
def test_the_signing_list_costs_the_same_at_any_length(
    rows, make_form, make_pupils, director, enter
):
    for pupil in make_pupils(rows):
        make_form(pupil, status="certified", signed_by=None, signed_at=None, signed_capacity="")
    client = enter(director)
    client.get(address("-signing"))

    # session, user, postings; term, count, rows
    with CaptureQueriesContext(connection) as queries:
        page = client.get(address("-signing"))

    assert len(page.context["page"]) == rows
    assert _count_at_one.setdefault("signing", len(queries)) == len(queries)


def test_a_form_is_returned_with_the_reason_on_the_teachers_page(pupil, teacher, director, enter):
    form = certified(pupil, teacher)
    client = enter(director)
    assert client.post(address("-return", form.pk), {"reason": ""}).status_code == 422

    answer = client.post(address("-return", form.pk), {"reason": "แก้อายุบิดา"})

    assert answer.url == address("", form.pk)
    assert "แก้อายุบิดา" in enter(teacher).get(address("-section", form.pk, 1)).text


def test_a_form_is_withdrawn_with_the_reason(pupil, teacher, enter):
    form = begin(pupil, teacher)
    client = enter(teacher)
    assert client.get(address("-withdraw", form.pk)).status_code == 200

    client.post(address("-withdraw", form.pk), {"reason": "บันทึกผิดคน"})

    form.refresh_from_db()
    assert form.status == "withdrawn"
    assert "บันทึกผิดคน" in client.get(address("", form.pk)).text
    again = client.post(address("-withdraw", form.pk), {"reason": "อีกครั้ง"})
    assert again.status_code == 409


# Reading


def test_ids_are_masked_to_whoever_reads(pupil, teacher, enter):
    form = submitted(pupil, teacher)

    page = enter(teacher).get(address("", form.pk))

    assert "1101700203450" not in page.text
    assert "x-xxxx-xxxx3-45-0" in page.text


def test_the_page_offers_only_what_this_person_may_do(pupil, teacher, director, enter):
    form = certified(pupil, teacher)

    mine = enter(teacher).get(address("", form.pk)).context
    theirs = enter(director).get(address("", form.pk)).context

    assert mine["why_not_sign"]
    assert theirs["why_not_sign"] is None
    assert theirs["why_not_return"] is None
