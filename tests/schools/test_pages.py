"""The schools' pages: whose rows they show, at what cost, and what a wrong input gives."""

import pytest
from django.urls import reverse

from eqfund import places
from eqfund.models import Directorship, Event, ProfileConfirmation
from eqfund.schools import actions
from eqfund.schools.hooks import profile_tasks
from tests.pages import asking, in_june  # noqa: F401

from .conftest import FULL

pytestmark = pytest.mark.django_db
get, post = asking("schools")
TYPED = FULL | {"province": "50", "district": "5001"}


# --- the list


def test_a_person_of_one_school_goes_straight_to_it(get, admin, school):
    assert get(admin, "schools").url == reverse("schools:school", args=[school.pk])


def test_an_office_sees_its_schools_alone(get, office_admin, school, other_school):
    assert list(get(office_admin, "schools", name="โรงเรียน").context["page"]) == [school]
    for view in ("school", "checklist", "directors"):
        assert get(office_admin, view, other_school.pk).status_code == 404


def test_schools_are_found_by_name_and_code(get, fund_officer, school, other_school):
    assert list(get(fund_officer, "schools", name="ห้วย").context["page"]) == [other_school]
    assert list(get(fund_officer, "schools", name=school.smis_code).context["page"]) == [school]


def test_the_list_counts_and_filters_by_state(get, fund_officer, full, other_school, admin, at):
    actions.confirm_school_profile(full, by=admin, at=at("2569-05-20"))

    page = get(fund_officer, "schools", state="not_confirmed")

    assert page.context["counts"] == {"not_confirmed": 1, "confirmed": 1, "changed": 0}
    assert list(page.context["page"]) == [other_school]
    actions.edit_school(full, by=admin, at=at("2569-05-21"), moo="4")
    assert list(get(fund_officer, "schools", state="changed").context["page"]) == [full]


def test_a_wrong_state_shows_all(get, fund_officer, school, other_school):
    assert len(get(fund_officer, "schools", state="odd").context["page"]) == 2


def test_the_csv_has_the_scope_and_the_filter_of_the_page(
    get, office_admin, full, other_school, head, admin, at
):
    actions.confirm_school_profile(full, by=admin, at=at("2569-05-20"))

    response = get(office_admin, "schools-csv")

    lines = b"".join(response.streaming_content).decode().splitlines()
    assert len(lines) == 2
    assert full.moe_code in lines[1]
    assert "นายวิชัย สมมติ" in lines[1]
    assert Event.objects.get(verb="schools.export").facts["rows"] == 1
    empty = get(office_admin, "schools-csv", state="changed")
    assert len(b"".join(empty.streaming_content).decode().splitlines()) == 1


@pytest.mark.parametrize("rows", [1, 50])
def test_the_list_costs_the_same_at_any_length(
    rows, client, office_admin, office, at, django_assert_max_num_queries
):
    for n in range(rows):
        made = places.add_school(
            office, name=f"โรงเรียน {n}", moe_code=f"{n:010d}", province_code="50"
        )
        Directorship.objects.create(
            school=made,
            full_name="ก",
            starts_on=at("2568-10-01").date(),
            recorded_at=at("2569-05-01"),
        )
    client.force_login(office_admin)
    client.get(reverse("schools:schools"), {"name": "โรงเรียน"})

    # session, user, postings; term; count, rows, counts by state, who signs, pupils
    with django_assert_max_num_queries(10):
        client.get(reverse("schools:schools"), {"name": "โรงเรียน"})


# --- a profile


def test_the_mobile_is_shown_to_the_school_its_office_and_the_fund(
    get, full, office_admin, fund_officer, screening_teacher, auditor, system_admin
):
    for person in (office_admin, fund_officer):
        assert "0812345678" in get(person, "school", full.pk).text
    for person in (screening_teacher, auditor, system_admin):
        assert "0812345678" not in get(person, "school", full.pk).text


def test_the_profile_is_edited_and_confirmed(get, post, admin, school, head):
    head()
    saved = post(admin, "school-edit", school.pk, **TYPED)
    assert saved.url == reverse("schools:checklist", args=[school.pk])

    post(
        admin,
        "school-confirm",
        school.pk,
        seen=get(admin, "checklist", school.pk).context["digest"],
    )

    school.refresh_from_db()
    assert (school.phone, school.subdistrict_code, school.postcode) == (
        "0 5312 3456",
        "500101",
        "50200",
    )
    assert ProfileConfirmation.objects.alive().get().school == school
    assert get(admin, "school", school.pk).context["state"] == "confirmed"


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"phone": "12345"}, "phone"),
        ({"phone": ""}, "phone"),
        ({"email": "ไม่มี"}, "email"),
        ({"contact_name": ""}, "contact_name"),
        ({"contact_mobile": "053123456"}, "contact_mobile"),
        ({"moo": "สาม"}, "moo"),
        ({"subdistrict_code": ""}, "subdistrict_code"),
        ({"subdistrict_code": "860201"}, "subdistrict_code"),
        ({"postcode": "10100"}, "postcode"),
        ({"latitude": "18.79"}, "longitude"),
        ({"latitude": "98.98", "longitude": "18.79"}, "latitude"),
        ({"latitude": "7.88", "longitude": "98.39"}, "latitude"),
        ({"latitude": "x", "longitude": "98.39"}, "latitude"),
        ({"levels": ["university"]}, "levels"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(typed, field, post, admin, school):
    answer = post(admin, "school-edit", school.pk, **TYPED | typed)

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    school.refresh_from_db()
    assert school.phone == ""


def test_thai_digits_and_an_empty_post_code_are_understood(post, admin, school):
    post(
        admin,
        "school-edit",
        school.pk,
        **TYPED | {"moo": "๐๓", "phone": "๐๕๓๑๒๓๔๕๖", "postcode": ""},
    )

    school.refresh_from_db()
    assert (school.moo, school.phone, school.postcode) == ("3", "0 5312 3456", "50200")


def test_the_lists_of_places_follow_what_is_chosen_without_a_script(post, admin, school):
    typed = {"choose": "place", "phone": "053", "province": "86", "district": "5001"}

    form = post(admin, "school-edit", school.pk, **typed).context["form"]

    assert ("8602", "ท่าแซะ") in form.fields["district"].choices
    assert form["phone"].value() == "053"
    assert not form.errors
    form = post(admin, "school-edit", school.pk, **typed | {"district": "8602"}).context["form"]
    assert ("860201", "ท่าแซะ") in form.fields["subdistrict_code"].choices
    chosen = typed | {"district": "8602", "subdistrict_code": "860201", "postcode": "50200"}
    assert (
        post(admin, "school-edit", school.pk, **chosen).context["form"]["postcode"].value()
        == "86140"
    )


def test_the_checklist_says_who_mends_what(get, admin, director, school):
    mine = {item.code: may for item, may in get(admin, "checklist", school.pk).context["items"]}
    theirs = get(director, "checklist", school.pk).context["items"]

    assert mine["contacts"]
    assert mine["teachers"]
    assert not any(may for _item, may in theirs)


def test_the_director_reads_and_does_not_edit(get, post, director, school):
    assert get(director, "school", school.pk).status_code == 200
    assert get(director, "school-edit", school.pk).status_code == 403
    answer = post(
        director, "directors", school.pk, full_name="ก", capacity="acting", starts_on="1/6/2569"
    )
    assert answer.status_code == 409
    assert not Directorship.objects.exists()


# --- directors


def test_a_director_is_recorded_followed_corrected_and_ended(post, get, admin, school, lines):
    typed = {"capacity": "in_post", "full_name": "นายเก่า สมมติ", "starts_on": "1/10/2565"}
    post(admin, "directors", school.pk, **typed)
    late = typed | {"full_name": "นางใหม่ สมมติ", "starts_on": "๑ ตุลาคม ๒๕๖๘"}
    assert post(admin, "directors", school.pk, **late).status_code == 422
    post(admin, "directors", school.pk, **late, former_left="retired")
    row = Directorship.objects.get(full_name="นางใหม่ สมมติ")

    post(admin, "director-correct", row.pk, **late | {"full_name": "นางสาวใหม่ สมมติ"})
    post(admin, "director-end", row.pk, on="31/5/2569", reason="moved")

    assert [(name, reason) for name, _capacity, _day, reason in lines()] == [
        ("นายเก่า สมมติ", "retired"),
        ("นางสาวใหม่ สมมติ", "moved"),
    ]
    assert get(admin, "directors", school.pk).context["signs"] is None


def test_a_line_without_name_or_day_is_said(post, admin, school):
    answer = post(admin, "directors", school.pk, capacity="in_post", starts_on="เมื่อวาน")

    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"full_name", "starts_on"}


def test_a_refused_line_keeps_what_was_typed(post, admin, school, head):
    """An unlikely year, and a seat that is taken, are said in the form."""
    head()
    typed = {"capacity": "in_post", "full_name": "นายใหม่ ตัวอย่าง", "note": "คำสั่งที่ 9"}

    mistyped = post(admin, "directors", school.pk, starts_on="1/6/2596", **typed)
    taken = post(admin, "directors", school.pk, starts_on="1/6/2569", **typed)

    assert list(mistyped.context["form"].errors) == ["starts_on"]
    assert (mistyped.status_code, taken.status_code) == (422, 422)
    assert "นายใหม่ ตัวอย่าง" in taken.text and taken.context["form"].non_field_errors()
    assert Directorship.objects.count() == 1


def test_the_director_of_another_school_is_not_found(get, outsider, make_user, other_school, head):
    row = head()
    other = make_user("school_admin", other_school.path)

    assert get(other, "director-end", row.pk).status_code == 404
    assert get(other, "director-correct", row.pk).status_code == 404


# --- home


def test_the_admin_is_told_to_confirm_and_to_confirm_again(admin, full, at):
    assert profile_tasks(admin, at("2569-05-06")) == []
    [first] = profile_tasks(admin, at("2569-05-20"))
    assert first.url == reverse("schools:checklist", args=[full.pk])
    actions.confirm_school_profile(full, by=admin, at=at("2569-05-20"))
    assert profile_tasks(admin, at("2569-05-21")) == []

    actions.edit_school(full, by=admin, at=at("2569-05-21"), moo="4")

    [again] = profile_tasks(admin, at("2569-05-22"))
    assert again.state == "info"
