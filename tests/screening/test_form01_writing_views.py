"""Writing form 01 on its pages: wrong input, autosave, two versions, photos, signatures."""

import json
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from screening.models import Form01, Form01Photo, Form01Revision, Form01Signature
from tests.screening.form01_steps import (
    CLOSE,
    OPEN,
    address,
    begin,
    enrolment_of,
    ink,
    jpeg,
    posted,
    save,
    whole,
)

pytestmark = pytest.mark.usefixtures("calendar")


@pytest.fixture
def pupil(make_pupils):
    return make_pupils(1)[0]


_count_at_one: dict[str, int] = {}


# Writing


def test_a_form_is_begun_from_the_list(pupil, teacher, enter):
    answer = enter(teacher).post(address("-start", enrolment_of(pupil).pk))

    form = Form01.objects.get()
    assert answer.url == address("-section", form.pk, 1)
    assert form.started_at == OPEN


@pytest.mark.parametrize("number", range(1, 10))
def test_every_section_has_its_page(number, pupil, teacher, enter):
    form = whole(pupil, teacher)

    page = enter(teacher).get(address("-section", form.pk, number))

    assert page.status_code == 200
    assert pupil.full_name in page.text


def test_section_ten_waits_until_the_form_is_sent(pupil, teacher, enter):
    form = begin(pupil, teacher)

    assert enter(teacher).get(address("-section", form.pk, 10)).url == address("", form.pk)
    assert enter(teacher).get(address("-section", form.pk, 11)).status_code == 404


def test_a_section_is_saved_by_a_plain_post_and_leads_on(pupil, teacher, enter):
    form = begin(pupil, teacher)
    client = enter(teacher)

    for number, following in ((1, 2), (2, 3), (3, 5), (5, 6), (6, 7), (7, 8), (8, 9)):
        form.refresh_from_db()
        answer = client.post(address("-section", form.pk, number), posted(form, number))
        assert answer.url == address("-section", form.pk, following), number

    form.refresh_from_db()
    assert form.sections_saved == [1, 2, 3, 5, 6, 7, 8]
    assert form.answers["income_per_capita_satang"] == 186_667
    assert form.visited_on == date(2026, 6, 15)


def test_an_institution_is_led_from_section_one_to_four(pupil, teacher, enter):
    form = begin(pupil, teacher)

    answer = enter(teacher).post(
        address("-section", form.pk, 1), posted(form, 1, lives_with="institution")
    )

    assert answer.url == address("-section", form.pk, 4)


@pytest.mark.parametrize(
    ("number", "typed", "sentence"),
    [
        pytest.param(
            1, {"guardian_national_id": "1101700203451"}, "เทียบกับบัตรทีละหลัก", id="bad national id"
        ),
        pytest.param(1, {"guardian_national_id": "110170020345"}, "มี 13 หลัก", id="12 digits"),
        pytest.param(1, {"guardian_phone": "12345"}, "9–10 หลัก", id="telephone"),
        pytest.param(2, {"members-1-age": "121"}, "ต้องไม่เกิน 120", id="121 years old"),
        pytest.param(2, {"members-1-age": "-1"}, "ต้องไม่ติดลบ", id="age below nought"),
        pytest.param(
            2, {"members-1-income_farm_net": "-300"}, "หากขาดทุนให้กรอก 0", id="negative income"
        ),
        pytest.param(
            2, {"members-1-income_wage": "1,000,001"}, "ต้องไม่เกิน 1,000,000", id="a huge income"
        ),
        pytest.param(2, {"household_size": "0"}, "ต้องไม่น้อยกว่า 1", id="nobody at home"),
        pytest.param(5, {"pocket_money_day": "สิบ"}, "เป็นตัวเลขเท่านั้น", id="a number in words"),
        pytest.param(7, {"visited_on": "31/2/2569"}, "วัน/เดือน/ปี พ.ศ.", id="no such day"),
    ],
)
def test_wrong_input_comes_back_as_typed_with_the_cure_beside_it(
    number, typed, sentence, pupil, teacher, enter
):
    form = begin(pupil, teacher)
    client = enter(teacher)

    answer = client.post(address("-section", form.pk, number), posted(form, number) | typed)

    assert answer.status_code == 422
    for page in (answer, client.get(address("-section", form.pk, number))):
        assert sentence in page.text
        assert f'value="{next(iter(typed.values()))}"' in page.text
        assert len(page.context["errors"]) == 1


def test_what_was_right_is_saved_beside_what_was_wrong(pupil, teacher, enter):
    form = begin(pupil, teacher)

    enter(teacher).post(
        address("-section", form.pk, 5), posted(form, 5) | {"pocket_money_day": "สิบ"}
    )

    form.refresh_from_db()
    assert form.answers["travel_method"] == "walk"
    assert form.unread == {"pocket_money_day": "สิบ"}


def test_members_are_added_and_taken_out_without_script(pupil, teacher, enter):
    form = begin(pupil, teacher)
    client = enter(teacher)

    answer = client.post(address("-section", form.pk, 2), posted(form, 2) | {"go": "add"})
    assert answer.url == address("-section", form.pk, 2) + "?rows=4#member-4"
    page = client.get(address("-section", form.pk, 2), {"rows": "4"})
    assert len(page.context["cards"]) == 4

    form.refresh_from_db()
    answer = client.post(
        address("-section", form.pk, 2), posted(form, 2) | {"members-2-remove": "yes"}
    )
    assert answer.url == address("-section", form.pk, 2)
    form.refresh_from_db()
    assert len(form.private["members"]) == 2


def test_more_than_ten_cards_are_never_drawn(pupil, teacher, enter):
    form = begin(pupil, teacher)

    page = enter(teacher).get(address("-section", form.pk, 2), {"rows": "999"})

    assert len(page.context["cards"]) == 10


def test_the_average_is_shown_and_never_a_verdict(pupil, teacher, enter):
    form = begin(pupil, teacher)
    save(form, 2, teacher)

    page = enter(teacher).get(address("-section", form.pk, 2))

    assert page.context["average"] == ("1,867", "บาทต่อคนต่อเดือน (5,600 ÷ 3 คน)")
    assert "3,000" not in page.text


def test_what_was_prefilled_says_from_where(pupil, teacher, enter):
    form = begin(pupil, teacher)

    page = enter(teacher).get(address("-section", form.pk, 1))

    assert "นำมาจากทะเบียนนักเรียน · ตรวจอีกครั้ง" in page.text


@pytest.mark.parametrize("rows", [1, 50])
def test_a_sections_page_costs_the_same_among_many_forms(rows, make_pupils, teacher, enter):
    forms = [begin(pupil, teacher) for pupil in make_pupils(rows)]
    client = enter(teacher)
    client.get(address("-section", forms[0].pk, 2))

    # session, user, postings; form, photos, signatures; windows, extensions, grace
    with CaptureQueriesContext(connection) as queries:
        client.get(address("-section", forms[0].pk, 2))

    assert _count_at_one.setdefault("section", len(queries)) == len(queries)
    assert len(queries) <= 20


# Autosave


def autosave(client, form, number, data):
    answer = client.post(address("-section", form.pk, number), data, headers={"x-autosave": "1"})
    return answer.status_code, json.loads(answer.content)


def test_an_autosave_answers_with_the_new_revision_and_what_is_wrong(pupil, teacher, enter):
    form = begin(pupil, teacher)
    client = enter(teacher)

    status, answer = autosave(
        client, form, 2, posted(form, 2) | {"members-1-income_farm_net": "-300"}
    )

    assert status == 200
    assert answer["revision"] == 2
    assert answer["saved"].startswith("บันทึกแล้ว")
    assert answer["errors"] == {"id_members-1-income_farm_net": "รายได้ต้องไม่ติดลบ หากขาดทุนให้กรอก 0"}


def test_an_autosave_that_meets_another_is_led_to_both_versions(pupil, teacher, admin, enter):
    form = begin(pupil, teacher)
    stale = posted(form, 5, travel_method="bicycle")
    save(form, 5, admin)
    client = enter(teacher)

    status, answer = autosave(client, form, 5, stale)

    held = Form01Revision.objects.get(held=True)
    assert (status, answer) == (409, {"held": address("-held", form.pk, held.pk)})


def test_an_autosave_after_the_close_says_so(pupil, teacher, enter):
    form = begin(pupil, teacher)

    status, answer = autosave(enter(teacher, CLOSE), form, 5, posted(form, 5))

    assert status == 409
    assert "17.00" in answer["refusal"]


def test_a_save_after_the_close_keeps_what_was_typed_on_the_page(pupil, teacher, enter):
    form = begin(pupil, teacher)

    answer = enter(teacher, CLOSE).post(
        address("-section", form.pk, 5), posted(form, 5, pocket_money_day=77)
    )

    assert answer.status_code == 409
    assert 'value="77"' in answer.text
    assert "17.00" in answer.text
    form.refresh_from_db()
    assert form.revision == 1


# Two versions


def test_both_versions_stand_side_by_side_and_each_answer_is_chosen(pupil, teacher, admin, enter):
    form = begin(pupil, teacher)
    stale = posted(form, 5, travel_method="bicycle", pocket_money_day=35)
    save(form, 5, admin)
    client = enter(teacher)
    answer = client.post(address("-section", form.pk, 5), stale)

    page = client.get(answer.url)
    differing = {row["code"]: (row["now"], row["mine"]) for row in page.context["differences"]}
    assert differing == {
        "travel_method": (["เดิน"], ["จักรยาน"]),
        "pocket_money_day": (["20 บาท/วัน"], ["35 บาท/วัน"]),
    }

    client.post(answer.url, {"revision": 2, "travel_method": "mine", "pocket_money_day": "now"})
    form.refresh_from_db()
    assert (form.answers["travel_method"], form.answers["pocket_money_day"]) == ("bicycle", 20)
    assert client.get(answer.url).status_code == 404


def test_members_of_two_versions_are_compared_as_people_read_them(pupil, teacher, admin, enter):
    form = begin(pupil, teacher)
    stale = posted(form, 2) | {"members-1-income_wage": "9000"}
    save(form, 2, admin)
    client = enter(teacher)

    page = client.get(client.post(address("-section", form.pk, 2), stale).url)

    row = next(row for row in page.context["differences"] if row["code"] == "members")
    assert any("9,000 บาท" in line for line in row["mine"])
    assert any("4,500 บาท" in line for line in row["now"])


# Photos


def test_photos_come_with_the_section(pupil, teacher, enter):
    form = begin(pupil, teacher)

    answer = enter(teacher).post(
        address("-section", form.pk, 7),
        posted(form, 7) | {"photo_exterior": jpeg(), "photo_interior": jpeg(colour="red")},
    )

    assert answer.url == address("-section", form.pk, 8)
    assert set(Form01Photo.objects.values_list("slot", flat=True)) == {"exterior", "interior"}


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        pytest.param(b"not a picture", "JPG/PNG/HEIC", id="no image"),
        pytest.param(b"\xff\xd8\xff" + b"0" * 30_000_000, "20 MB", id="30 MB"),
    ],
)
def test_a_photo_that_is_none_is_refused_beside_its_box_and_the_rest_is_saved(
    data, sentence, pupil, teacher, enter
):
    form = begin(pupil, teacher)
    upload = SimpleUploadedFile("home.jpg", data, "image/jpeg")

    page = enter(teacher).post(
        address("-section", form.pk, 7), posted(form, 7) | {"photo_exterior": upload}
    )

    assert page.status_code == 422
    assert sentence in page.text
    form.refresh_from_db()
    assert form.answers["photo_source"] == "teacher_visit"
    assert not Form01Photo.objects.exists()


# Signatures


@pytest.mark.parametrize(
    "image",
    [
        pytest.param("", id="nothing"),
        pytest.param("data:image/png;base64,AAAA", id="no png"),
        pytest.param("data:image/png;base64,????", id="no base64"),
        pytest.param("data:image/jpeg;base64,AAAA", id="another kind"),
        pytest.param("data:image/png;base64," + "A" * 300_000, id="too large"),
    ],
)
def test_a_signature_that_is_none_is_not_kept(image, pupil, teacher, enter):
    form = begin(pupil, teacher)

    enter(teacher).post(address("-sign", form.pk, "pupil"), {"means": "screen", "image": image})

    assert not Form01Signature.objects.exists()


def test_signatures_are_taken_on_the_page(pupil, teacher, enter):
    form = begin(pupil, teacher)
    client = enter(teacher)
    drawn = f"data:image/png;base64,{ink()}"

    client.post(address("-sign", form.pk, "pupil"), {"means": "screen", "image": drawn})
    client.post(address("-sign", form.pk, "guardian"), {"means": "thumbprint", "upload": jpeg()})
    client.post(address("-sign", form.pk, "teacher"), {"means": "account"})

    assert dict(Form01Signature.objects.values_list("who", "means")) == {
        "pupil": "screen",
        "guardian": "thumbprint",
        "teacher": "account",
    }
    assert (
        client.post(address("-sign", form.pk, "stranger"), {"means": "screen"}).status_code == 404
    )
    refused = client.post(address("-sign", form.pk, "director"), {"means": "account"})
    assert refused.status_code == 409
