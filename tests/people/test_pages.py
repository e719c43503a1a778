"""The pages of people: what each shows, to whom, what neighbours do not see, and at what cost."""

import io
import re
from datetime import date

import pytest
from django.urls import reverse

from eqfund import clock, places
from eqfund.access import Role
from eqfund.models import AccountRequest, Invitation, Posting, User
from eqfund.people import limits
from eqfund.people.actions import invitations, requests
from eqfund.people.outgoing import secret_of

TODAY = date(2026, 7, 14)


@pytest.fixture(autouse=True)
def _demo_time(now):
    with clock.rehearse(now):
        yield


@pytest.fixture
def sign_in(client):
    """Sign in as the demo's one click does: nothing of a first use is left to do."""
    from eqfund.accounts import sessions

    def make(user):
        User.objects.filter(pk=user.pk).update(is_demo=True)
        client.force_login(User.objects.get(pk=user.pk))
        session = client.session
        session[sessions.KEY] = sessions.note(user, sessions.ONE_CLICK)
        session["language"] = "en"
        at = clock.wall().timestamp()
        session["account_authentication_methods"] = [{"method": "demo", "at": at}]
        session.save()
        return client

    return make


def url(name, *args):
    return reverse(f"people:{name}", args=args)


# --- the list ---------------------------------------------------------------------------------


def test_an_admin_sees_the_schools_people_and_no_others(sign_in, admin, teacher, outsider, office_admin, classroom):  # fmt: skip
    page = sign_in(admin).get(url("people"))

    assert teacher.full_name in page.text
    assert outsider.full_name not in page.text
    assert office_admin.full_name not in page.text


@pytest.mark.parametrize(
    ("person", "sees", "sees_not"),
    [
        ("director", ["teacher", "admin"], ["outsider", "office_admin"]),
        ("office_admin", ["admin", "director"], ["teacher", "outsider", "fund_officer"]),
        ("affiliation_officer", ["office_admin"], ["admin", "teacher", "fund_officer"]),
        ("fund_officer", ["office_admin", "fund_approver"], ["admin", "auditor"]),
        ("system_admin", ["auditor", "fund_finance", "affiliation_officer"], ["admin", "teacher"]),
        ("auditor", ["teacher", "admin", "outsider", "system_admin"], []),
    ],
)
def test_each_level_sees_the_posts_that_concern_it(person, sees, sees_not, sign_in, request):
    people = {name: request.getfixturevalue(name) for name in (*sees, *sees_not)}
    found = set(
        Posting.objects.visible_to(request.getfixturevalue(person)).values_list("user", flat=True)
    )

    assert {people[name].pk for name in sees} <= found
    assert not {people[name].pk for name in sees_not} & found


def test_filters_find_who_has_not_come_in_and_whose_post_is_over(
    sign_in, admin, teacher, director, now
):
    User.objects.filter(pk=director.pk).update(last_login=now)
    Posting.objects.filter(user=teacher).update(ends_on=date(2026, 6, 30))
    client = sign_in(admin)

    new, over = (client.get(url("people"), {"state": s}).text for s in ("not_entered", "ended"))

    assert director.full_name not in new
    assert teacher.full_name in over and teacher.full_name not in new
    by_name = client.get(url("people"), {"q": "สมชาย"}).text
    assert director.full_name in by_name and teacher.full_name not in by_name


@pytest.mark.parametrize("rows", [1, 50])
def test_the_list_costs_the_same_at_1_and_50(
    rows, sign_in, admin, school, new_user, post, django_assert_max_num_queries
):
    for number in range(rows):
        post(new_user(f"t{number}@example.go.th"), Role.REGISTRY_KEEPER, school.path)
    client = sign_in(admin)

    # session, user, postings and its filter, three counts, page, places, schools
    with django_assert_max_num_queries(14):
        page = client.get(url("people"))

    assert page.status_code == 200


# --- one person -------------------------------------------------------------------------------


def test_a_person_of_another_school_is_not_there(sign_in, admin, outsider):
    client = sign_in(admin)
    posting = outsider.postings.get()

    for name, key in (
        ("person", outsider.pk),
        ("post-end", posting.pk),
        ("post-class", posting.pk),
        ("post-extend", posting.pk),
        ("post-capacity", posting.pk),
    ):
        assert client.get(url(name, key)).status_code == 404
    for name in ("person-close", "person-reopen"):
        assert client.post(url(name, outsider.pk)).status_code == 404
    assert client.get(url("person-give", outsider.pk, "registry_keeper")).status_code == 404


def test_a_persons_page_shows_the_posts_here_and_none_elsewhere(
    sign_in, admin, teacher, other_school, post
):
    post(teacher, Role.REGISTRY_KEEPER, other_school.path)

    page = sign_in(admin).get(url("person", teacher.pk)).text

    assert "ป.4/1" in page
    assert other_school.name not in page


def test_a_post_is_ended_through_its_page(sign_in, admin, teacher):
    client = sign_in(admin)
    posting = teacher.postings.get()

    wrong = client.post(url("post-end", posting.pk), {"on": "31/2/2569"})
    done = client.post(url("post-end", posting.pk), {"on": "14/7/2569", "reason": "moved"})

    assert (wrong.status_code, done.status_code) == (422, 302)
    posting.refresh_from_db()
    assert posting.ends_on == TODAY


def test_class_capacity_and_a_further_post_change_through_their_pages(
    sign_in, admin, office_admin, teacher, director, rooms
):
    client = sign_in(admin)
    posting = teacher.postings.get()
    client.post(url("post-class", posting.pk), {"classroom": rooms[1].pk, "on": "14/7/2569"})
    client.post(
        url("person-give", teacher.pk, "screening_teacher"),
        {"path": rooms[0].path.rsplit("/", 2)[0] + "/", "starts_on": "14/7/2569"},
    )
    client = sign_in(office_admin)
    head = director.postings.get()
    client.post(url("post-capacity", head.pk), {"capacity": "acting", "on": "14/7/2569"})

    held = teacher.postings.held_on(TODAY)
    assert {(p.role, p.path) for p in held} >= {("homeroom_teacher", rooms[1].path)}
    assert held.filter(role="screening_teacher").exists()
    assert director.postings.held_on(TODAY).get().capacity == "acting"


def test_an_account_is_closed_and_opened_through_the_page(sign_in, admin, teacher):
    client = sign_in(admin)
    client.post(url("person-close", teacher.pk))
    assert not User.objects.get(pk=teacher.pk).is_active
    client.post(url("person-reopen", teacher.pk))
    assert User.objects.get(pk=teacher.pk).is_active


def test_a_post_is_extended_through_its_page(sign_in, admin, teacher):
    teacher.postings.update(ends_on=date(2026, 7, 31))
    posting = teacher.postings.get()

    sign_in(admin).post(url("post-extend", posting.pk), {"until": ""})

    posting.refresh_from_db()
    assert posting.ends_on is None


def test_whatever_changes_a_post_asks_once_more_who_one_is(
    sign_in, admin, teacher, school, settings
):
    client = sign_in(admin)
    settings.REAUTHENTICATION_SECONDS = 0
    posting = teacher.postings.get()

    for name in ("post-end", "post-extend", "post-class", "post-capacity"):
        assert "/accounts/" in client.post(url(name, posting.pk))["Location"], name
    assert "/accounts/" in client.post(url("new-year", school.pk))["Location"]

    for name in ("person-close", "person-reopen"):
        assert "/accounts/" in client.post(url(name, teacher.pk))["Location"]
    for address in (url("invite", "homeroom_teacher"), url("person-give", teacher.pk, "homeroom_teacher")):  # fmt: skip
        assert client.get(address).status_code == 200
        assert "/accounts/" in client.post(address)["Location"]
    assert User.objects.get(pk=teacher.pk).is_active


# --- inviting ---------------------------------------------------------------------------------


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


# --- the link ---------------------------------------------------------------------------------


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


# --- the way up -------------------------------------------------------------------------------


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


# --- teachers from a spreadsheet --------------------------------------------------------------


def test_the_blank_list_is_sent_back_filled_and_invites(
    sign_in, admin, school, rooms, do_jobs, mailoutbox
):
    from eqfund.people.sheet import blank_csv

    client = sign_in(admin)
    book = client.get(url("teachers-blank", school.pk, "xlsx"))
    assert book["Content-Type"].endswith("sheet") and book.content[:2] == b"PK"
    text = client.get(url("teachers-blank", school.pk, "csv")).content.decode("utf-8-sig")
    assert text.encode() == blank_csv([room.label for room in rooms])[3:]
    lines = text.splitlines()
    lines[1] = "นางหนึ่ง ตัวอย่าง,one@example.go.th,0812345678,ครูประจำชั้น,ป.4/1"
    lines[2] = "นายสอง ตัวอย่าง,two@example,,ครูประจำชั้น,ป.9/1"
    upload = io.BytesIO("\n".join(lines).encode())
    upload.name = "ครู.csv"

    sent = client.post(url("teachers", school.pk), {"file": upload})
    page = client.get(sent["Location"])

    assert Invitation.objects.count() == 0
    for cell in ("B3", "E3", "one@example.go.th"):
        assert cell in page.text
    client.post(sent["Location"] + "confirm/")
    do_jobs()
    assert [mail.to for mail in mailoutbox] == [["one@example.go.th"]]
    assert "one@example.go.th" not in client.get(sent["Location"]).text


def test_a_list_and_a_new_year_of_another_school_are_not_there(
    sign_in, admin, school, rooms, other_school, make_user
):
    from eqfund.people.actions.teacher_list import read_teacher_list

    content = "ชื่อ,อีเมล,หน้าที่\nนายสอง ตัวอย่าง,two@example.go.th,ครูคัดกรอง".encode()
    kept = read_teacher_list(content, school=school, by=admin, at=clock.now())
    client = sign_in(make_user(Role.SCHOOL_ADMIN, other_school.path))

    for name, key in (("teacher-list", kept.pk), ("teachers", school.pk), ("new-year", school.pk)):
        assert client.get(url(name, key)).status_code == 404
    for name in ("teacher-list-confirm", "teacher-list-discard"):
        assert client.post(url(name, kept.pk)).status_code == 404


def test_the_new_year_is_looked_at_then_confirmed(sign_in, admin, teacher, school, rooms, new_user, post):  # fmt: skip
    two = new_user("two@example.go.th", "นายสอง ตัวอย่างดี")
    post(two, Role.SCREENING_TEACHER, school.path)
    client = sign_in(admin)
    assert teacher.full_name in client.get(url("new-year", school.pk)).text
    choice = {"on": "1/8/2569", f"class-{rooms[0].pk}-1": two.pk, f"class-{rooms[1].pk}-1": teacher.pk}  # fmt: skip

    look = client.post(url("new-year", school.pk), choice | {"look": "1"})
    seen = re.search(r'name="seen" value="(\w+)"', look.text)[1]
    assert not two.postings.filter(role="homeroom_teacher").exists()
    stale = client.post(url("new-year", school.pk), choice | {"confirm": "1", "seen": "x"})
    done = client.post(url("new-year", school.pk), choice | {"confirm": "1", "seen": seen})

    assert (stale.status_code, done.status_code) == (409, 302)
    later = date(2026, 8, 1)
    held = Posting.objects.held_on(later).filter(role="homeroom_teacher")
    assert set(held.values_list("user", "path")) == {(two.pk, rooms[0].path), (teacher.pk, rooms[1].path)}  # fmt: skip
    assert client.post(url("new-year", school.pk), {"on": "x"}).status_code == 422
