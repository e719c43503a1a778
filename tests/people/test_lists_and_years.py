"""A school's spreadsheet of teachers, and the start of a school year."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given, strategies as st

from eqfund import places
from eqfund.access import Role
from eqfund.imports.errors import WrongFile
from eqfund.models import Event, Invitation, Posting, TeacherList, User
from eqfund.people import sheet, year
from eqfund.people.actions import new_year, teacher_list
from eqfund.people.queries import sorted_out
from eqfund.people.rules_year import Held, Plan, plan
from eqfund.refusal import Refused

TODAY = date(2026, 7, 14)
HEAD = "ชื่อ–นามสกุล (พร้อมคำนำหน้า),อีเมล,โทรศัพท์มือถือ,หน้าที่,ชั้น/ห้อง"
GOOD = "นางหนึ่ง ตัวอย่าง,one@example.go.th,0812345678,ครูประจำชั้น,ป.4/1"
CLASSES = {"ป.4/1": "TH/1/2/3/5/", "อ.2/1": "TH/1/2/3/6/"}


def file(*lines, head=HEAD):
    return "\n".join((head, *lines)).encode()


# --- reading a file ---------------------------------------------------------------------------


def test_a_right_row_is_read_whole():
    [row] = sheet.read(file(GOOD), CLASSES).rows

    assert row | {"number": 0} == {
        "full_name": "นางหนึ่ง ตัวอย่าง",
        "email": "one@example.go.th",
        "phone": "0812345678",
        "role": "homeroom_teacher",
        "class": "ป.4/1",
        "path": "TH/1/2/3/5/",
        "number": 0,
    }


@pytest.mark.parametrize(
    ("row", "cell", "code"),
    [
        (",one@example.go.th,,ครูคัดกรอง,", "A2", "name_missing"),
        (f"{'ก' * 201},one@example.go.th,,ครูคัดกรอง,", "A2", "name_too_long"),
        ("นางหนึ่ง ตัวอย่าง,,,ครูคัดกรอง,", "B2", "email_missing"),
        ("นางหนึ่ง ตัวอย่าง,one@example,,ครูคัดกรอง,", "B2", "email_invalid"),
        ("นางหนึ่ง ตัวอย่าง,ME@example.go.th,,ครูคัดกรอง,", "B2", "own_email"),
        ("นางหนึ่ง ตัวอย่าง,one@example.go.th,053123456,ครูคัดกรอง,", "C2", "phone_invalid"),
        ("นางหนึ่ง ตัวอย่าง,one@example.go.th,,ครูใหญ่,", "D2", "role_unknown"),
        ("นางหนึ่ง ตัวอย่าง,one@example.go.th,,แอดมินโรงเรียน,", "D2", "role_unknown"),
        ("นางหนึ่ง ตัวอย่าง,one@example.go.th,,ครูประจำชั้น,", "E2", "class_missing"),
        ("นางหนึ่ง ตัวอย่าง,one@example.go.th,,ครูประจำชั้น,ป.9/1", "E2", "class_unknown"),
    ],
)
def test_a_wrong_cell_is_told_by_its_place_and_leaves_its_row_out(row, cell, code):
    reading = sheet.read(file(row), CLASSES, own_email="me@example.go.th")

    [error] = reading.errors
    assert (f"{error.column}{error.row}", error.code) == (cell, code)
    assert (reading.rows, reading.rows_left_out) == ([], 1)
    assert error.sentence


def test_the_same_row_twice_and_one_address_with_two_names_are_told():
    reading = sheet.read(
        file(GOOD, GOOD, GOOD.replace("หนึ่ง", "สอง"), GOOD.replace("ป.4/1", "อ.2")), CLASSES
    )

    assert [(e.row, e.code) for e in reading.errors] == [
        (3, "row_repeated"),
        (4, "email_of_two_names"),
    ]
    assert [row["path"] for row in reading.rows] == list(CLASSES.values())  # two classes, two posts


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b"%PDF-1.7 \x00", "file_unreadable"),
        ("ก,ข,ค\n1,2,3".encode(), "no_header"),
        (file(",,,ครูประจำชั้น,ป.4/1"), "no_rows"),
        (file(*[GOOD] * (sheet.MOST_TEACHERS + 1)), "file_too_long"),
    ],
    ids=["empty", "pdf", "no titles", "blank as sent", "too long"],
)
def test_a_file_that_is_none_is_refused_as_a_whole(content, code):
    with pytest.raises(WrongFile) as wrong:
        sheet.read(content, CLASSES)

    assert wrong.value.wrong.code == code
    assert sheet.file_sentence(wrong.value)


def test_titles_may_stand_lower_and_in_another_order_and_numbers_lose_their_zero():
    text = "รายชื่อครู,,,\nอีเมล,ชั้น,ชื่อ,หน้าที่,โทรศัพท์\none@example.go.th,ป 4 / 1,นางหนึ่ง ตัวอย่าง,ครู ประจำชั้น,812345678"

    [row] = sheet.read(text.encode(), CLASSES).rows

    assert (row["phone"], row["path"], row["number"]) == ("0812345678", "TH/1/2/3/5/", 3)


def test_the_blank_book_is_read_back_as_it_was_filled():
    from python_calamine import load_workbook

    book = sheet.blank_book("โรงเรียนตัวอย่าง", list(CLASSES), 2569)
    rows = load_workbook(__import__("io").BytesIO(book)).get_sheet_by_index(0).to_python()

    assert rows[0] == HEAD.split(",")
    assert [row[3:] for row in rows[1:]] == [["ครูประจำชั้น", label] for label in CLASSES]
    with pytest.raises(WrongFile):  # nobody is named in it
        sheet.read(book, CLASSES)


@given(st.text(max_size=30))
def test_no_written_class_breaks_the_reader(written):
    assert isinstance(sheet.class_label(written), str)


# --- from a list to invitations ---------------------------------------------------------------


@pytest.fixture
def read(school, rooms, admin, now):
    def make(*lines):
        return teacher_list.read_teacher_list(file(*lines), school=school, by=admin, at=now)

    return make


def test_nothing_is_written_before_it_is_confirmed(read, admin, now, do_jobs, mailoutbox):
    kept = read(GOOD, "นายสอง ตัวอย่าง,two@example.go.th,,ครูคัดกรอง,", ",x@example.go.th,,ครูคัดกรอง,")
    assert (kept.counts, Invitation.objects.count()) == ({"rows": 2, "left_out": 1}, 0)

    count = teacher_list.confirm_teacher_list(kept, by=admin, at=now)
    do_jobs()

    assert count == len(mailoutbox) == Invitation.objects.count() == 2
    kept.refresh_from_db()
    assert (kept.status, kept.rows["rows"]) == ("confirmed", [])
    assert Event.objects.filter(verb="people.invite").count() == 2
    with pytest.raises(Refused, match="past deciding"):
        teacher_list.confirm_teacher_list(kept, by=admin, at=now)


def test_300_teachers_cost_a_constant_number_of_look_ups(
    read, admin, now, django_assert_max_num_queries
):
    lines = [f"นางครู ที่{n},t{n}@example.go.th,,ครูคัดกรอง," for n in range(300)]
    kept = read(*lines)

    with django_assert_max_num_queries(2):
        assert len(sorted_out(kept, now)) == 300
    assert teacher_list.confirm_teacher_list(kept, by=admin, at=now) == 300


def test_who_is_there_is_recognised_and_nothing_is_told_of_other_schools(
    read, teacher, outsider, admin, now
):
    User.objects.filter(pk=teacher.pk).update(email="Teacher@example.go.th")
    User.objects.filter(pk=outsider.pk).update(email="outsider@example.go.th")

    kept = read(
        "ครูสมใจ ตัวอย่างดี,teacher@example.go.th,,ครูประจำชั้น,ป.4/1",
        "ครูสมใจ ตัวอย่างดี,teacher@example.go.th,,ครูคัดกรอง,",
        "นายอื่น ตัวอย่าง,outsider@example.go.th,,ครูคัดกรอง,",
        "นายใหม่ ตัวอย่าง,nobody@example.go.th,,ครูคัดกรอง,",
    )
    rows = sorted_out(kept, now)

    assert [(row["state"], row["known"]) for row in rows] == [
        ("has_post", True),
        ("invite", True),
        ("invite", False),
        ("invite", False),
    ]
    teacher_list.confirm_teacher_list(kept, by=admin, at=now)
    again = read("นายใหม่ ตัวอย่าง,NOBODY@example.go.th,,ครูคัดกรอง,")
    assert [row["state"] for row in sorted_out(again, now)] == ["invited"]
    with pytest.raises(Refused, match="nobody in the list"):
        teacher_list.confirm_teacher_list(again, by=admin, at=now)


def test_a_newer_list_sets_the_waiting_one_aside(read, admin, now):
    first, second = read(GOOD), read(GOOD)

    first.refresh_from_db()
    assert (first.status, first.rows["rows"], second.status) == ("discarded", [], "read")
    teacher_list.discard_teacher_list(second, by=admin, at=now)
    with pytest.raises(Refused, match="past deciding"):
        teacher_list.discard_teacher_list(second, by=admin, at=now)


@pytest.mark.parametrize("person", ["teacher", "director", "office_admin", "outsider"])
def test_only_the_schools_admin_sends_and_confirms_a_list(person, read, school, request, now):
    kept = read(GOOD)
    by = request.getfixturevalue(person)

    for act in (
        lambda: teacher_list.read_teacher_list(file(GOOD), school=school, by=by, at=now),
        lambda: teacher_list.confirm_teacher_list(kept, by=by, at=now),
        lambda: teacher_list.discard_teacher_list(kept, by=by, at=now),
    ):
        with pytest.raises(Refused, match="Your role does not"):
            act()


def test_a_file_of_another_kind_and_one_too_large_are_refused(school, admin, now):
    for content in (b"", b"x" * (teacher_list.MOST_BYTES + 1)):
        with pytest.raises(Refused):
            teacher_list.read_teacher_list(content, school=school, by=admin, at=now)


def test_a_confirmed_list_without_its_moment_breaks_a_constraint(read):
    read(GOOD)

    with pytest.raises(IntegrityError, match="teacher_list_confirmed"), transaction.atomic():
        TeacherList.objects.update(status="confirmed")


# --- a plan -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chosen", "held", "stay", "begin", "end"),
    [
        ({"4/": [1]}, [Held(10, 1, "4/")], 1, 0, 0),
        ({"4/": [2]}, [Held(10, 1, "4/")], 0, 1, 1),
        ({"4/": []}, [Held(10, 1, "4/")], 0, 0, 1),
        ({"4/": [1, 2]}, [Held(10, 1, "4/")], 1, 1, 0),
        ({"4/": [1]}, [Held(10, 1, "4/"), Held(11, 1, "old/")], 1, 0, 1),  # last year's class ends
        ({"4/": [1], "5/": [1]}, [], 0, 2, 0),
        ({}, [], 0, 0, 0),
    ],
)
def test_a_plan_says_what_stays_begins_and_ends(chosen, held, stay, begin, end):
    made = plan(chosen, held)

    assert (len(made.stay), len(made.begin), len(made.end)) == (stay, begin, end)
    assert made.is_empty is (begin == end == 0)


choices = st.dictionaries(st.sampled_from("456"), st.lists(st.integers(1, 5), max_size=3))
helds = st.lists(st.tuples(st.integers(1, 5), st.sampled_from("3456")), unique=True).map(
    lambda pairs: [Held(number, *pair) for number, pair in enumerate(pairs)]
)


@given(choices, helds)
def test_after_a_plan_exactly_the_chosen_teachers_have_the_classes(chosen, held):
    made = plan(chosen, held)

    left = [post for post in held if post not in made.end]
    after = {(post.user, post.path) for post in left} | set(made.begin)
    assert after == {(user, path) for path, users in chosen.items() for user in users}
    assert plan(chosen, [Held(0, *pair) for pair in after]).is_empty


def test_who_loses_a_class_and_gets_none_is_named():
    made = Plan((), ((1, "5/"),), (Held(1, 1, "4/"), Held(2, 3, "6/")))

    assert made.leaving == {3}


# --- the act ----------------------------------------------------------------------------------


@pytest.fixture
def replace(school, admin, now):
    def make(chosen, on=TODAY, **more):
        seen = more.pop("seen", "")
        given = {"by": admin, "at": now} | more
        seen = seen or year.digest_of(year.plan_for(school, chosen, on=on, **given), on)
        return new_year.replace_teachers(school, chosen, on=on, seen=seen, **given)

    return make


@pytest.fixture
def second(new_user, post, school):
    user = new_user("two@example.go.th", "นายสอง ตัวอย่างดี")
    post(user, Role.SCREENING_TEACHER, school.path)
    return user


def test_the_classes_change_hands_on_a_day_and_who_stays_is_not_touched(
    replace, rooms, teacher, second, school, post, admin
):
    before = teacher.postings.get()
    last_year = places.add_classroom(school, year_be=2568, grade="P5", room="1")
    old = post(second, Role.HOMEROOM_TEACHER, last_year.path)

    made = replace({rooms[0].path: [teacher.pk], rooms[1].path: [second.pk]})

    assert (len(made.stay), len(made.begin), len(made.end)) == (1, 1, 1)
    assert teacher.postings.get() == before and teacher.postings.get().ends_on is None
    old.refresh_from_db()
    assert (old.ends_on, old.end_reason) == (TODAY - timedelta(days=1), "new_year")
    new = second.postings.get(path=rooms[1].path)
    assert (new.starts_on, new.granted_by) == (TODAY, admin)
    assert Event.objects.get(verb="people.replace_teachers").facts["begin"] == 1
    with pytest.raises(Refused, match="Nothing changes"):
        replace({rooms[0].path: [teacher.pk], rooms[1].path: [second.pk]})


def test_last_years_teacher_is_proposed_for_the_class_of_the_same_name(
    school, rooms, second, post, now
):
    last_year = places.add_classroom(school, year_be=2568, grade="P5", room="1")
    post(second, Role.HOMEROOM_TEACHER, last_year.path)

    table = year.table(school, now)

    row = next(row for row in table.rows if row.classroom == rooms[1])
    assert (row.held, row.last_year, row.chosen) == ((), (second.pk,), (second.pk, 0))
    assert table.proposed == 1


def test_a_plan_that_no_longer_holds_is_refused(replace, rooms, second, teacher):
    with pytest.raises(Refused, match="changed since"):
        replace({rooms[1].path: [second.pk]}, seen="another")
    assert teacher.postings.get().ends_on is None


@pytest.mark.parametrize("on", [TODAY - timedelta(days=1), TODAY + timedelta(days=121)])
def test_the_day_is_today_or_within_120_days(on, replace, rooms, second):
    with pytest.raises(Refused, match="within 120 days"):
        replace({rooms[1].path: [second.pk]}, on=on)


def test_only_people_of_the_school_and_its_classes_of_the_year_are_chosen(
    replace, rooms, outsider, other_classroom, second
):
    with pytest.raises(Refused, match="invite others first"):
        replace({rooms[0].path: [outsider.pk]})
    with pytest.raises(Refused, match="no such class"):
        replace({other_classroom.path: [second.pk]})


def test_an_admin_gives_and_ends_no_class_of_their_own(replace, rooms, admin, post, teacher):
    with pytest.raises(Refused, match="give yourself"):
        replace({rooms[0].path: [teacher.pk, admin.pk]})
    post(admin, Role.HOMEROOM_TEACHER, rooms[1].path)
    with pytest.raises(Refused, match="their own post"):
        replace({rooms[0].path: [teacher.pk]})
    assert replace({rooms[0].path: [], rooms[1].path: [admin.pk]}).stay  # kept as it is


@pytest.mark.parametrize("person", ["teacher", "director", "office_admin", "outsider"])
def test_only_the_schools_admin_replaces_teachers(person, replace, rooms, second, request):
    with pytest.raises(Refused, match="Your role does not"):
        replace({rooms[0].path: [second.pk]}, by=request.getfixturevalue(person))


def test_one_post_that_cannot_be_leaves_all_as_it_was(replace, rooms, second, teacher, monkeypatch):
    from eqfund.people import recording

    monkeypatch.setattr(recording.permissions, "why_not_hold", lambda *args: "no")

    with pytest.raises(Refused, match="no"):
        replace({rooms[1].path: [second.pk]})
    assert teacher.postings.get().ends_on is None
    assert not Posting.objects.filter(path=rooms[1].path).exists()
