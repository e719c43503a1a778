"""What each person sees: their own child, the other only by what agrees; who is over both sees both."""

import pytest
from django.urls import reverse

from eqfund import hooks
from eqfund.access import Role
from eqfund.duplicates import actions
from eqfund.models import DuplicatePair, DuplicateSide, Pupil
from tests.duplicates.conftest import NUMBER, SINCE_TEXT
from tests.payments.sessions import sign_in

OURS, THEIRS = "กมลชนก", "กมลชนภ"


@pytest.fixture
def pair(child, claim, look, classroom, other_classroom):
    """One number at two offices; the other school has another name for the child."""
    child(classroom, NUMBER, first=OURS, last="ของเรา")
    claim(child(other_classroom, first=THEIRS, last="ของเขา"), NUMBER)
    look()
    return DuplicatePair.objects.get()


@pytest.fixture
def enter(client, at):
    from eqfund import clock

    with clock.rehearse(at("2569-05-22 10:00")):

        def enter(person):
            sign_in(client, person, language="th")
            return client

        yield enter


def ticket(pair, position):
    return reverse("duplicates:ticket", args=[pair.sides.get(position=position).pk])


def test_a_school_sees_its_own_child_and_nothing_of_the_other(enter, pair, admin, other_school):
    page = enter(admin).get(ticket(pair, 1)).content.decode()

    assert OURS in page
    assert "ของเขา" not in page and THEIRS not in page
    assert other_school.name not in page
    assert "หน่วยกำกับติดตามอื่นของสังกัดเดียวกัน" in page


def test_the_other_schools_side_is_not_there(enter, pair, admin, other_admin, teacher):
    assert enter(admin).get(ticket(pair, 2)).status_code == 404
    assert enter(other_admin).get(ticket(pair, 1)).status_code == 404
    assert enter(teacher).get(ticket(pair, 1)).status_code == 403


def test_nobody_posts_to_the_other_side(enter, pair, admin):
    side = pair.sides.get(position=2)
    for name in ("ticket-answer", "ticket-own"):
        address = reverse(f"duplicates:{name}", args=[side.pk])
        assert enter(admin).post(address, {"answer": "never"}).status_code == 404
    assert not DuplicateSide.objects.exclude(answer="").exists()


def test_an_answer_by_the_page(enter, pair, admin):
    side = pair.sides.get(position=1)
    address = reverse("duplicates:ticket-answer", args=[side.pk])

    wrong = enter(admin).post(address, {"answer": "studying", "on": ""})
    right = enter(admin).post(address, {"answer": "studying", "on": SINCE_TEXT})

    assert wrong.status_code == 422
    assert "โปรดระบุว่านักเรียนเรียนที่นี่ตั้งแต่วันใด" in wrong.content.decode()
    assert right.status_code == 302
    page = enter(admin).get(ticket(pair, 1)).content.decode()
    assert "รอสถานศึกษาอีกแห่งตอบ" in page


def test_the_fund_compares_and_decides_and_the_office_of_one_does_not(
    enter, pair, admin, other_admin, office_admin, fund_officer, at
):
    for position, person in ((1, admin), (2, other_admin)):
        actions.answer_duplicate(
            pair.sides.get(position=position),
            answer="studying",
            on=at("2569-05-16").date(),
            by=person,
            at=at("2569-05-22"),
        )
    address = reverse("duplicates:pair", args=[pair.pk])
    decide = reverse("duplicates:pair-decide", args=[pair.pk])

    assert enter(office_admin).get(address).status_code == 404
    assert enter(office_admin).post(decide, {"outcome": "one_first"}).status_code == 404
    page = enter(fund_officer).get(address).content.decode()
    assert "ของเรา" in page and "ของเขา" in page
    assert enter(fund_officer).post(decide, {"outcome": "one_first"}).status_code == 422
    done = enter(fund_officer).post(decide, {"outcome": "one_first", "reason": "ไปดูแล้ว"})
    assert done.status_code == 302
    pair.refresh_from_db()
    assert pair.outcome == "one_first"
    for person, words in ((admin, "เรียนอยู่สถานศึกษานี้"), (other_admin, "เรียนอยู่สถานศึกษาอีกแห่ง")):
        side = pair.sides.get(position=1 if person is admin else 2)
        told = enter(person).get(reverse("duplicates:ticket", args=[side.pk])).content.decode()
        assert words in told and "ไปดูแล้ว" in told


def test_a_school_settles_its_own_by_the_page(enter, twice_here, admin):
    side = twice_here.sides.get(position=2)
    address = reverse("duplicates:ticket-own", args=[side.pk])

    assert "เด็กคนเดียวกันหรือคนละคน" in enter(admin).get(ticket(twice_here, 2)).content.decode()
    assert enter(admin).post(address, {"keep": "1"}).status_code == 422
    assert enter(admin).post(address, {"keep": "0", "reason": "แฝด"}).status_code == 302
    twice_here.refresh_from_db()
    assert twice_here.outcome == "different"


def test_an_own_ticket_is_one_row_of_the_list(enter, twice_here, admin, office_admin):
    for person in (admin, office_admin):
        page = enter(person).get(reverse("duplicates:tickets"))
        assert len(page.context["rows"]) == 1


def many(child, claim, look, rooms, count):
    for serial in range(count):
        number = f"G{serial:012d}"
        child(rooms[0], number, first=f"ก{serial}", last=f"ข{serial}")
        claim(child(rooms[1], first=f"ค{serial}", last=f"ง{serial}"), number)
    look()


@pytest.mark.parametrize("count", [1, 52])
def test_the_lists_cost_the_same_at_any_length(
    enter, child, claim, look, classroom, near_classroom, admin, office_admin, count,
    django_assert_max_num_queries,
):  # fmt: skip
    many(child, claim, look, (classroom, near_classroom), count)
    # session, user, postings, reading, count, rows, counts by state, mine; menu and limits
    for person, name, most in ((admin, "tickets", 16), (office_admin, "pairs", 18)):
        client = enter(person)
        address = reverse(f"duplicates:{name}")
        client.get(address)
        with django_assert_max_num_queries(most):
            page = client.get(address)
        assert len(page.context["rows"]) == min(count, 50)
    if count > 50:
        assert (
            len(enter(admin).get(reverse("duplicates:tickets"), {"page": 2}).context["rows"]) == 2
        )


def test_filters_and_their_counts(enter, pair, admin):
    page = enter(admin).get(reverse("duplicates:tickets"), {"show": "mine"})

    assert {value: count for value, _label, count in page.context["filters"]} == {
        "": 1, "mine": 1, "waiting": 1, "disputed": 0, "settled": 0,
    }  # fmt: skip
    empty = enter(admin).get(reverse("duplicates:tickets"), {"show": "settled"})
    assert "ไม่มีรายการประเภทนี้" in empty.content.decode()


def test_a_ticket_is_found_by_the_own_childs_name_alone(enter, pair, admin, fund_officer):
    def found(person, page, name):
        shown = enter(person).get(reverse(f"duplicates:{page}"), {"name": name})
        return len(shown.context["rows"]), shown.content.decode()

    assert found(admin, "tickets", OURS)[0] == 1
    nobody, page = found(admin, "tickets", "ของเขา")
    assert nobody == 0 and "ไม่มีรายการของชื่อนี้" in page
    assert found(fund_officer, "pairs", f"{THEIRS} ของเขา")[0] == 1
    assert found(fund_officer, "pairs", f"{THEIRS} ของเรา")[0] == 0


def test_open_tickets_stand_before_settled_ones(
    enter, pair, admin, child, look, classroom, near_classroom, at
):
    child(classroom, "G500000000077", first="อื่นใด", last="ไกลนัก")
    child(near_classroom, "G500000000078", first="อื่นใด", last="ไกลนัก")
    look("2569-05-22")
    DuplicatePair.objects.filter(pk=pair.pk).update(
        state="settled", outcome="different", ground="answers", settled_at=at("2569-05-22")
    )

    rows = enter(admin).get(reverse("duplicates:tickets")).context["rows"]

    assert [row.pair.state for row in rows] == ["open", "settled"]


def test_a_csv_has_the_list_and_no_other_child(enter, pair, office_admin):
    response = enter(office_admin).get(reverse("duplicates:export"))
    text = b"".join(response.streaming_content).decode()

    assert OURS in text and "ของเขา" not in text
    assert len(text.splitlines()) == 2


def todos(user, at, day="2569-05-22"):
    found = [todo for task in hooks.home_tasks for todo in task(user, at(day))]
    return [todo for todo in found if "/duplicates/" in todo.url]


def test_home_tells_the_schools_then_who_decides(pair, admin, other_admin, fund_officer, at):
    assert [todo.due for todo in todos(admin, at)] == [pair.due_at]
    assert todos(fund_officer, at) == []
    for position, person in ((1, admin), (2, other_admin)):
        actions.answer_duplicate(
            pair.sides.get(position=position),
            answer="studying",
            on=at("2569-05-16").date(),
            by=person,
            at=at("2569-05-22"),
        )

    assert todos(admin, at) == []
    assert [todo.count for todo in todos(fund_officer, at)] == [1]


def test_an_unanswered_one_is_the_offices_after_its_day(same_number, office_admin, at):
    assert todos(office_admin, at) == []
    assert len(todos(office_admin, at, "2569-06-09")) == 1


def test_the_pupils_page_tells_of_the_ticket(enter, pair, admin, teacher):
    address = reverse("registry:pupil", args=[pair.first_key])

    assert ticket(pair, 1) in enter(admin).get(address).content.decode()
    as_teacher = enter(teacher).get(address).content.decode()
    assert "หน่วยกำกับติดตามอื่นของสังกัดเดียวกัน" in as_teacher
    assert ticket(pair, 1) not in as_teacher


def test_another_role_of_the_school_reads_and_does_not_answer(enter, pair, make_user, school):
    director = make_user(Role.SCHOOL_DIRECTOR, school.path)
    page = enter(director).get(ticket(pair, 1))

    assert page.status_code == 200
    assert "ส่งคำตอบ" not in page.content.decode()


def test_a_joined_child_is_named_on_both_sides(enter, same_number, admin, near_admin, at):
    for position, what, person in ((2, "studying", near_admin), (1, "left", admin)):
        actions.answer_duplicate(
            same_number.sides.get(position=position),
            answer=what,
            on=at("2569-05-18").date(),
            by=person,
            at=at("2569-05-22"),
        )

    assert Pupil.objects.count() == 1
    for position, person in ((1, admin), (2, near_admin)):
        assert enter(person).get(ticket(same_number, position)).status_code == 200
