"""The pages of invitations, and the link that leads in."""

import re

import pytest

from eqfund import clock
from eqfund.access import Role
from eqfund.models import Invitation, User
from eqfund.people.actions import invitations, requests
from eqfund.people.outgoing import secret_of

from .addresses import TODAY, url

pytestmark = pytest.mark.usefixtures("demo_time")


# --- inviting ----------------------------------------------------------------------------------


def test_one_person_is_invited_through_the_page(sign_in, admin, classroom, do_jobs, mailoutbox):
    client = sign_in(admin)
    form = {
        "path": classroom.path,
        "full_name": "นางสาวมาใหม่ ตัวอย่างดี",
        "email": "new@example.go.th",
        "phone": "081-234 5678",
        "starts_on": "14/7/2569",
    }

    wrong = client.post(url("invite", "homeroom_teacher"), form | {"full_name": "มาใหม่"})
    done = client.post(url("invite", "homeroom_teacher"), form)
    do_jobs()

    assert (wrong.status_code, done.status_code) == (422, 302)
    assert Invitation.objects.get().phone == "0812345678"
    assert len(mailoutbox) == 1
    assert "new@example.go.th" in client.get(url("invitations")).text


@pytest.mark.parametrize("role", ["school_admin", "office_admin", "emperor"])
def test_a_role_that_is_not_the_persons_to_give_has_no_page(role, sign_in, admin, teacher):
    client = sign_in(admin)

    assert client.get(url("invite", role)).status_code == 404
    assert client.get(url("person-give", teacher.pk, role)).status_code == 404


def test_a_place_that_is_not_mine_is_not_a_choice(sign_in, admin, other_classroom):
    form = {"path": other_classroom.path, "full_name": "ก ข", "email": "a@example.go.th", "starts_on": "14/7/2569"}  # fmt: skip

    page = sign_in(admin).post(url("invite", "homeroom_teacher"), form)

    assert page.status_code == 422
    assert not Invitation.objects.exists()


@pytest.fixture
def waiting(admin, classroom, now):
    return invitations.invite(
        role=Role.HOMEROOM_TEACHER,
        path=classroom.path,
        full_name="นางสาวมาใหม่ ตัวอย่างดี",
        email="new@example.go.th",
        starts_on=TODAY,
        by=admin,
        at=now,
    )


def test_an_invitation_of_another_school_is_not_there(
    sign_in, waiting, make_user, other_school, office_admin
):
    neighbour = make_user(Role.SCHOOL_ADMIN, other_school.path)
    for person in (neighbour, office_admin):
        client = sign_in(person)
        assert "new@example.go.th" not in client.get(url("invitations")).text
        for name in ("invitation-again", "invitation-cancel"):
            assert client.post(url(name, waiting.pk)).status_code == 404


def test_an_invitation_is_sent_again_and_cancelled_through_the_list(sign_in, admin, waiting):
    client = sign_in(admin)

    client.post(url("invitation-again", waiting.pk))
    client.post(url("invitation-cancel", waiting.pk))

    waiting.refresh_from_db()
    assert waiting.cancelled_by == admin
    assert "new@example.go.th" in client.get(url("invitations"), {"state": "cancelled"}).text


@pytest.mark.parametrize("rows", [1, 50])
def test_invitations_and_requests_cost_the_same_at_1_and_50(
    rows, sign_in, admin, classroom, now, django_assert_max_num_queries
):
    Invitation.objects.bulk_create(
        Invitation(
            role="homeroom_teacher",
            path=classroom.path,
            starts_on=TODAY,
            email=f"{n}@example.go.th",
            full_name="ก ข",
            invited_by=admin,
            made_at=now,
            expires_at=now + invitations.GOOD_FOR,
        )
        for n in range(rows)
    )
    for number in range(rows):
        requests.ask_for_account(role="homeroom_teacher", path=classroom.path, full_name="ก ข", email=f"r{number}@example.go.th", phone="0812345678", note="", at=now)  # fmt: skip
    client = sign_in(admin)

    for name in ("invitations", "requests"):
        with django_assert_max_num_queries(13):
            assert client.get(url(name)).status_code == 200


# --- the link ----------------------------------------------------------------------------------


def follow(client, do_jobs, mailoutbox):
    do_jobs()
    token = re.search(r"/people/invitation/([\w-]+)/", mailoutbox[-1].body)[1]
    return client.get(url("invitation-open", token), follow=True)


PASSWORD = "กุหลาบแดงริมรั้วบ้าน"
ACCOUNT = {"username": "mai.d", "password": PASSWORD, "again": PASSWORD}


def test_the_link_leads_to_a_page_without_the_secret_and_makes_the_account(
    client, waiting, do_jobs, mailoutbox
):
    page = follow(client, do_jobs, mailoutbox)

    assert page.request["PATH_INFO"] == url("invitation")
    assert "โรงเรียนบ้านดงสมมติ" in page.text and 'value="new"' in page.text
    assert page["Cache-Control"].startswith("max-age=0")

    for wrong in ({"again": "another one"}, {"password": "1234", "again": "1234"}, {"username": "ก"}):  # fmt: skip
        assert client.post(url("invitation"), ACCOUNT | wrong).status_code == 422
    done = client.post(url("invitation"), ACCOUNT)

    assert done.status_code == 302
    user = User.objects.get(username="mai.d")
    assert int(client.session["_auth_user_id"]) == user.pk
    assert user.postings.get().path == waiting.path


def test_a_used_link_says_so_and_whom_to_ask(client, waiting, outsider, now, do_jobs, mailoutbox):
    invitations.accept_invitation(waiting, by=outsider, at=now)
    Invitation.objects.update(token_hash=secret_of("used"))

    page = client.get(url("invitation-open", "used"), follow=True)

    assert page.status_code == 410
    for text in ("คำเชิญนี้ใช้ไปแล้ว", "ครูสมศรี ตัวอย่างดี"):
        assert text in page.text


@pytest.mark.parametrize("token", ["wrong", "x" * 300])
def test_a_wrong_link_tells_nothing(client, waiting, token):
    page = client.get(url("invitation-open", token), follow=True)

    assert page.status_code == 410
    assert waiting.full_name not in page.text


def test_an_expired_link_says_until_when_it_was_good(client, waiting, now):
    Invitation.objects.update(token_hash=secret_of("late"))

    with clock.rehearse(now + invitations.GOOD_FOR):
        page = client.get(url("invitation-open", "late"), follow=True)

    assert page.status_code == 410
    assert "28 ก.ค. 2569" in page.text


def test_who_has_an_account_is_asked_to_sign_in_and_then_accepts(
    client, waiting, new_user, sign_in, do_jobs, mailoutbox
):
    user = new_user("new@example.go.th")
    page = follow(client, do_jobs, mailoutbox)
    assert f"?next={url('invitation')}" in page.text and "password" not in page.text.lower()
    kept = client.session["invitation"]

    client = sign_in(user)
    session = client.session
    session["invitation"] = kept
    session.save()
    client.post(url("invitation"))

    assert user.postings.get().granted_by == waiting.invited_by


def test_the_demo_page_of_an_invitation_needs_no_secret_twice(client, db):
    assert client.get(url("invitation")).status_code == 410
