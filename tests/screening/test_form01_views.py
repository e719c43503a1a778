"""The pages of form 01: who may see them, what they cost, and what wrong input gets back."""

import json
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from eqfund import clock
from eqfund.models import RegistryImport, RegistryRecord, StoredFile
from screening.models import Form01, Form01Photo, Form01Revision, Form01Signature, Grant
from screening.queries.form01 import counts_by_state, new_group
from tests.screening.form01_data import PLAIN, PRIVATE
from tests.screening.form01_steps import (
    CLOSE,
    LAST,
    OFFICER,
    OPEN,
    VISIT,
    begin,
    certified,
    enrolment_of,
    ink,
    jpeg,
    save,
    signed,
    submitted,
    whole,
)

pytestmark = pytest.mark.usefixtures("calendar")


@pytest.fixture
def pupil(make_pupils):
    return make_pupils(1)[0]


@pytest.fixture
def enter(client):
    """Come as somebody, at a moment."""
    contexts = []

    def enter(user, at=OPEN):
        client.force_login(user)
        context = clock.rehearse(at)
        context.__enter__()
        contexts.append(context)
        return client

    yield enter
    for context in reversed(contexts):
        context.__exit__(None, None, None)


def address(name, *args):
    return reverse(f"screening:form01{name}", args=args)


def posted(form, number, **changed):
    """What a browser posts for a section of a whole form."""
    values = {**PLAIN, **PRIVATE, **changed}
    data = {"revision": form.revision}
    for field in form.spec.section(number).fields:
        value = values.get(field.code)
        if field.code == "members":
            for row, member in enumerate(value or []):
                for code, cell in member.items():
                    if cell is not False:
                        data[f"members-{row}-{code}"] = "yes" if cell is True else cell
        elif field.kind == "yes_no" and isinstance(value, bool):
            data[field.code] = "yes" if value else "no"
        elif value is True:
            data[field.code] = "yes"
        elif value is not None and value is not False:
            data[field.code] = value
    return data


# The list


def test_the_list_shows_whom_to_visit_and_how_far_each_form_is(
    make_pupils, teacher, director, enter
):
    one, two, three, _four = make_pupils(4)
    begin(one, teacher)
    submitted(two, teacher)
    signed(three, teacher, director)

    page = enter(teacher).get(address("-list"))

    counts = {state["code"]: state["count"] for state in page.context["states"]}
    assert {code: n for code, n in counts.items() if n} == {
        "to_visit": 1,
        "draft": 1,
        "submitted": 1,
        "signed": 1,
    }
    assert page.context["total"] == 4
    assert len(page.context["page"]) == 4


def test_the_list_can_be_narrowed_to_a_state(make_pupils, teacher, enter):
    begin(make_pupils(3)[0], teacher)

    page = enter(teacher).get(address("-list"), {"state": "draft"})

    assert [row.form_status for row in page.context["page"]] == ["draft"]


def test_the_list_leaves_out_who_is_not_of_the_new_group(
    make_pupils, teacher, term, school, registry_keeper, enter
):
    granted, unmarked, fresh = make_pupils(3)
    Grant.objects.create(
        pupil=granted,
        enrolment=enrolment_of(granted),
        group="continuing",
        first_term=term,
        last_term=term,
        source="predecessor",
        given_at=VISIT,
    )
    source = _registry_import(term, school, registry_keeper)
    RegistryRecord.objects.create(
        pupil=unmarked,
        term=term,
        enrolment=enrolment_of(unmarked),
        source=source,
        registry="DMC",
        disadvantage_poor=False,
        extras_index=b"0" * 32,
    )

    rows = new_group(term)

    assert [row.pupil for row in rows] == [fresh]
    assert counts_by_state(rows)["to_visit"] == 1
    page = enter(teacher).post(address("-start", enrolment_of(unmarked).pk))
    assert page.status_code == 409
    assert "DMC" in page.text


def _registry_import(term, school, by):
    stored = StoredFile.objects.create(
        purpose="registry",
        kind="sheet",
        content_type="text/csv",
        size=1,
        sha256="0" * 64,
        name="registry/some-file",
        path=school.path,
        uploaded_by=by,
        uploaded_at=VISIT,
    )
    return RegistryImport.objects.create(
        term=term,
        path=school.path,
        file=stored,
        sha256=stored.sha256,
        registry="DMC",
        uploaded_by=by,
        uploaded_at=VISIT,
    )


def test_another_schools_pupils_are_not_in_the_list(make_pupils, pupil, outsider, enter):
    page = enter(outsider).get(address("-list"))

    assert page.context["total"] == 0


@pytest.mark.parametrize("rows", [1, 50])
def test_the_list_costs_the_same_at_any_length(rows, make_pupils, admin, enter):
    make_pupils(rows)
    client = enter(admin)
    client.get(address("-list"))

    # session, user, postings; term, counts, rows, page count; classrooms; windows and extensions
    with CaptureQueriesContext(
        connection,
    ) as queries:
        page = client.get(address("-list"))

    assert len(page.context["page"]) == rows
    assert len(queries) <= 18
    assert _count_at_one.setdefault("list", len(queries)) == len(queries)


_count_at_one: dict[str, int] = {}


# Who sees a form


PAGES = ["", "-review", "-certify", "-return", "-withdraw", "-officer-card"]


@pytest.mark.parametrize("page", PAGES)
def test_a_form_of_another_school_is_not_there(page, pupil, teacher, outsider, enter):
    form = submitted(pupil, teacher)

    answer = enter(outsider).get(address(page, form.pk))

    assert answer.status_code in (403, 404)


def test_a_section_of_another_schools_form_is_not_there(pupil, teacher, outsider, enter):
    form = begin(pupil, teacher)
    client = enter(outsider)

    assert client.get(address("-section", form.pk, 1)).status_code == 404
    assert client.post(address("-section", form.pk, 5), posted(form, 5)).status_code == 404
    assert client.post(address("-sign", form.pk, "pupil")).status_code == 404
    assert client.post(address("-submit", form.pk)).status_code == 404
    form.refresh_from_db()
    assert form.revision == 1


def test_pictures_of_another_schools_form_are_not_there(pupil, teacher, outsider, enter):
    form = submitted(pupil, teacher)
    photo = Form01Photo.objects.first()
    signature = Form01Signature.objects.exclude(image=b"").first()
    client = enter(outsider)

    assert client.get(address("-photo", form.pk, photo.pk)).status_code == 404
    assert client.get(address("-signature", form.pk, signature.pk)).status_code == 404


def test_a_pupil_of_another_school_gets_no_form(pupil, outsider, enter):
    answer = enter(outsider).post(address("-start", enrolment_of(pupil).pk))

    assert answer.status_code == 404
    assert not Form01.objects.exists()


@pytest.mark.parametrize("who", ["registry_keeper", "affiliation_officer", "system_admin"])
def test_whoever_screens_nobody_reads_no_form(who, pupil, teacher, enter, request):
    form = submitted(pupil, teacher)

    answer = enter(request.getfixturevalue(who)).get(address("", form.pk))

    assert answer.status_code == 403


@pytest.mark.parametrize(
    "who", ["teacher", "admin", "director", "screening_teacher", "office_admin", "auditor"]
)
def test_those_over_the_school_read_the_form(who, pupil, teacher, enter, request):
    reader = request.getfixturevalue(who)
    form = submitted(pupil, teacher)

    assert enter(reader).get(address("", form.pk)).status_code == 200


def test_pictures_are_served_to_those_who_may_read_the_form(pupil, teacher, enter):
    form = certified(pupil, teacher)
    photo = Form01Photo.objects.first()
    drawn = Form01Signature.objects.get(who="guardian")
    account = Form01Signature.objects.get(who="teacher")
    client = enter(teacher)

    shown = client.get(address("-photo", form.pk, photo.pk))
    assert shown.status_code == 200
    assert b"".join(shown.streaming_content).startswith(b"\xff\xd8")
    assert client.get(address("-signature", form.pk, drawn.pk)).content.startswith(b"\x89PNG")
    assert client.get(address("-signature", form.pk, account.pk)).status_code == 404
    assert client.get(address("-officer-card", form.pk)).status_code == 200


def test_a_picture_of_another_form_is_not_served_under_this_one(make_pupils, teacher, enter):
    one, two = (submitted(pupil, teacher) for pupil in make_pupils(2))
    photo = Form01Photo.objects.filter(form=two).first()

    assert enter(teacher).get(address("-photo", one.pk, photo.pk)).status_code == 404


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


# The kernel's pages


def test_home_says_what_waits_for_whom(make_pupils, teacher, director, screening_teacher, enter):
    one, two, three, _four = make_pupils(4)
    begin(one, teacher)
    submitted(two, teacher)
    certified(three, teacher)

    assert [todo.count for todo in _mine(enter(teacher))] == [1, 1, 1]
    assert [todo.count for todo in _mine(enter(screening_teacher))] == [1, 1]
    assert [todo.what for todo in _mine(enter(director))] == ["ลงนามแบบ นร./กสศ.01 1 ฉบับ"]


def test_nothing_is_asked_of_anybody_after_the_close(pupil, teacher, enter):
    assert _mine(enter(teacher, CLOSE)) == []


def _mine(client):
    todos = client.get("/").context["todos"]
    return [todo for todo in todos if "form01" in todo.url]
