"""The pages of many teachers at once: a spreadsheet, and a new school year."""

import io
import re
from datetime import date

import pytest

from eqfund import clock
from eqfund.access import Role
from eqfund.models import Invitation, Posting

from .addresses import url

pytestmark = pytest.mark.usefixtures("demo_time")


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
