"""The way up: finding the school, seeing the right admin, asking, and what neighbours do not see."""

import pytest

from eqfund import places
from eqfund.access import Role
from eqfund.models import AccountRequest, Invitation, User
from eqfund.people import limits

from .addresses import url

pytestmark = pytest.mark.usefixtures("demo_time")


def test_one_finds_the_school_by_a_part_of_its_name(client, school, other_school):
    page = client.get(url("no-account"), {"q": "ดงสมมติ"})

    assert school.name in page.text
    assert other_school.name not in page.text
    assert "อย่างน้อย 3" in client.get(url("no-account"), {"q": "ดง"}).text
    assert school.name in client.get(url("no-account"), {"q": school.moe_code}).text


@pytest.mark.parametrize("rows", [1, 50])
def test_the_search_costs_the_same_at_1_and_50(
    rows, client, office, school, django_assert_num_queries
):
    for number in range(rows):
        places.add_school(office, name=f"โรงเรียนทดลอง {number}", moe_code=f"10600{number:05}", province_code="50")  # fmt: skip

    with django_assert_num_queries(4):  # the clock, affiliations, schools, offices
        client.get(url("no-account"), {"q": "ทดลอง"})


def test_the_school_shows_the_admins_name_and_work_phone_and_no_other_person(
    client, school, admin, teacher, director, office_admin
):
    type(school).objects.update(phone="053 000 111")
    User.objects.filter(pk=admin.pk).update(phone="0899999999", email="own@example.go.th")

    page = client.get(url("ask-school", school.pk)).text

    for text in (admin.full_name, "053 000 111", office_admin.full_name):
        assert text in page
    for text in (teacher.full_name, director.full_name, "0899999999", "own@example.go.th"):
        assert text not in page


def ask(client, school, where, **more):
    form = {
        "role": "homeroom_teacher",
        "classroom": where.path,
        "full_name": "นางสาวมาใหม่ ตัวอย่างดี",
        "email": "new@example.go.th",
        "phone": "0812345678",
    }
    return client.post(url("ask-school", school.pk), form | more)


def test_a_request_reaches_the_admin_and_becomes_an_invitation(
    client, sign_in, school, classroom, admin
):
    assert ask(client, school, classroom, classroom="").status_code == 422
    assert ask(client, school, classroom)["Location"] == url("asked")
    request = AccountRequest.objects.get()

    client = sign_in(admin)
    assert "นางสาวมาใหม่" in client.get(url("requests")).text
    client.post(url("request-accept", request.pk))

    assert Invitation.objects.get().email == "new@example.go.th"
    assert "นางสาวมาใหม่" in client.get(url("requests"), {"state": "answered"}).text


def test_a_request_is_refused_through_its_page(client, sign_in, school, classroom, admin):
    ask(client, school, classroom)
    request = AccountRequest.objects.get()
    client = sign_in(admin)

    assert client.post(url("request-refuse", request.pk), {"reason": ""}).status_code == 422
    client.post(url("request-refuse", request.pk), {"reason": "ไม่รู้จัก"})

    request.refresh_from_db()
    assert (request.status, request.answer) == ("refused", "ไม่รู้จัก")


def test_a_request_to_another_school_is_not_there(
    client, sign_in, school, classroom, make_user, other_school, office_admin
):
    ask(client, school, classroom)
    request = AccountRequest.objects.get()

    for person in (make_user(Role.SCHOOL_ADMIN, other_school.path), office_admin):
        client = sign_in(person)
        assert "มาใหม่" not in client.get(url("requests")).text
        assert client.post(url("request-accept", request.pk)).status_code == 404
        assert client.get(url("request-refuse", request.pk)).status_code == 404


def test_whether_an_address_is_known_is_not_told(client, school, classroom, new_user):
    new_user("known@example.go.th")

    known = ask(client, school, classroom, email="known@example.go.th")
    again = ask(client, school, classroom, email="known@example.go.th")
    new = ask(client, school, classroom, email="unknown@example.go.th")

    assert known.status_code == again.status_code == new.status_code == 302
    assert known["Location"] == again["Location"] == new["Location"]


def test_an_address_asks_a_few_times_a_day_and_a_network_not_without_end(
    client, school, classroom, rooms, monkeypatch
):
    for room in rooms:
        ask(client, school, classroom, classroom=room.path)
    ask(client, school, classroom, role="registry_keeper")
    assert AccountRequest.objects.count() == limits.REQUESTS_A_DAY_FOR_AN_EMAIL

    monkeypatch.setattr(limits, "LOOK_UPS_AN_HOUR", 5)
    answers = [client.get(url("ask-school", school.pk)).status_code for _each in range(4)]
    assert answers[-1] == 429


def test_an_offices_page_leads_to_its_affiliation(client, office, affiliation_officer):
    page = client.get(url("ask-office", office.pk)).text

    assert affiliation_officer.full_name in page
    assert "0 2079 5475" in page
