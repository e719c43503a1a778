"""Pages of home visits: counts, a class's list with its map, one line, the paper, who sees what."""

from datetime import date

import pytest
from django.urls import reverse

from eqfund import places
from eqfund.access import Role
from eqfund.handover.actions import moves
from eqfund.models import Enrolment, Event, Guardian, Posting, Pupil
from screening.actions import form01 as drafting, visits as actions
from screening.form01.reading import Reading
from screening.hooked_visits import homes_to_visit
from screening.models import HomeVisit
from screening.views import visits_pages, visits_paper
from tests.conftest import moment
from tests.payments.sessions import sign_in

MAY, JUNE = moment("2569-05-20 09:00"), moment("2569-06-10 09:00")
ADDRESS = {"addr_house_no": "12/3", "addr_moo": "4", "lat": 18.79, "lng": 98.99}


@pytest.fixture
def listed(teacher, make_pupils):
    """Pupils on the class's list: `listed(3)`."""

    def listed(count, *, by=teacher, **where):
        return [
            actions.add_visit(
                p.enrolments.get(), reason="low_income", note="บิดาตกงาน", by=by, at=MAY
            )
            for p in make_pupils(count, **where)
        ]

    return listed


def drafted(visit, by, **private):
    form = drafting.start_form01(visit.enrolment, by=by, at=JUNE)
    reading = Reading(
        plain={"addr_province": "50", "addr_subdistrict_code": "500101"},
        private={**ADDRESS, **private},
    )
    return drafting.save_form01(form, 6, reading, based_on=1, by=by, at=JUNE).form


def see(client, user, name, *args, **query):
    sign_in(client, user, language="th")
    return client.get(reverse(f"screening:{name}", args=args), query)


def test_a_teacher_of_one_class_goes_straight_to_it(client, teacher, classroom, listed):
    visit = listed(1)[0]

    assert see(client, teacher, "visits").url == reverse("screening:visits-class", args=[classroom.pk])  # fmt: skip
    page = see(client, teacher, "visits-class", classroom.pk)
    assert visit.enrolment.pupil.full_name in page.text and "บิดาตกงาน" in page.text
    assert page.context["counts"] == {"all": 1, "to_visit": 1, "visited": 0, "forms": 0, "skipped": 0}  # fmt: skip


def test_a_class_without_a_line_says_where_they_come_from(client, teacher, classroom, term):
    page = see(client, teacher, "visits-class", classroom.pk)

    assert page.status_code == 200 and page.context["sheet"] is None


def test_each_level_counts_its_own(
    client, listed, teacher, admin, office_admin, affiliation_officer, fund_officer, school, office
):
    visit, _other = listed(2)
    actions.record_visit(visit, visited_on=date(2026, 6, 9), outcome="met", by=teacher, at=JUNE)
    figures = {"named": 2, "ticked": 2, "skipped": 0, "visited": 1, "forms": 0, "sent_forms": 0}

    for user, query in (
        (admin, {}),
        (office_admin, {}),
        (office_admin, {"school": school.pk}),
        (affiliation_officer, {}),
        (fund_officer, {"office": office.pk}),
    ):
        page = see(client, user, "visits", **query)
        row = next(row for row in page.context["rows"] if row["named"])
        assert {key: row[key] for key in figures} == figures
        assert visit.enrolment.pupil.full_name not in page.text
        export = see(client, user, "visits-csv", **query).getvalue().decode()
        assert ",2,2,0,1,0,0" in export
    assert Event.objects.filter(verb="export_visits", kind="download").count() == 5


@pytest.mark.parametrize(
    ("query", "found"),
    [({"name": "ไม่มีชื่อนี้"}, 0), ({"show": "waiting"}, 1), ({"show": "other", "name": " "}, 1)],
)
def test_an_office_finds_schools_by_name_and_those_with_homes_to_visit(
    query, found, client, listed, office_admin
):
    listed(1)
    sign_in(client, office_admin, language="th")

    page = client.get(reverse("screening:visits"), query)

    assert len(page.context["rows"]) == found


def test_a_school_whose_homes_are_visited_is_not_among_those_that_wait(
    client, listed, teacher, office_admin
):
    (visit,) = listed(1)
    actions.record_visit(visit, visited_on=date(2026, 6, 9), outcome="met", by=teacher, at=JUNE)

    assert see(client, office_admin, "visits", show="waiting").context["rows"] == []


def test_a_day_that_cannot_be_read_keeps_what_was_chosen(client, teacher, classroom, listed):
    (visit,) = listed(1)
    sign_in(client, teacher, language="th")

    url = reverse("screening:visits-class-days", args=[classroom.pk])
    page = client.post(url, {"visit": visit.pk, "planned_on": "31/2/2569"})

    assert page.status_code == 422 and visit.pk in page.context["chosen"]


def test_nonsense_in_the_address_is_not_found_or_passed_over(client, fund_officer, listed):
    listed(1)

    for query, code in (({"office": "x"}, 200), ({"office": "99999"}, 404), ({"school": "²"}, 200)):
        assert see(client, fund_officer, "visits", **query).status_code == code


def test_strangers_find_nothing(client, listed, outsider, affiliation_officer, classroom):
    visit = listed(1)[0]

    for name, pk in (("visits-class", classroom.pk), ("visit", visit.pk), ("visits-class-plan", classroom.pk)):  # fmt: skip
        assert see(client, outsider, name, pk).status_code == 404
        assert see(client, affiliation_officer, name, pk).status_code == 403


@pytest.mark.parametrize("role", ["teacher", "screening_teacher"])
def test_homes_are_opened_to_those_who_go(role, request, client, listed, teacher, classroom, calendar):  # fmt: skip
    user = request.getfixturevalue(role)
    drafted(listed(1)[0], teacher)

    page = see(client, user, "visits-class", classroom.pk)
    paper = see(client, user, "visits-class-plan", classroom.pk)

    assert "12/3" in page.text
    assert paper.content.startswith(b"%PDF")
    assert Event.objects.filter(verb="print_visits", kind="download", actor_id=user.pk).exists()


@pytest.mark.parametrize(
    ("written_at", "read_at", "answered", "shown"),
    [
        pytest.param("old", "new", False, False, id="the former school's, before it has answered"),
        pytest.param("old", "new", True, True, id="the former school's, handed over"),
        pytest.param("new", "old", True, False, id="the new school's, by the former one"),
    ],
)
def test_a_home_crosses_the_fence_with_an_accepted_hand_over_alone(
    written_at, read_at, answered, shown, client, teacher, outsider, admin, other_classroom, listed, calendar, make_user
):  # fmt: skip
    lines = {"old": listed(1)[0]}
    pupil, people = lines["old"].enrolment.pupil, {"old": teacher, "new": outsider}
    if written_at == "old":
        drafted(lines["old"], teacher)
    if answered:
        receiver = make_user(Role.SCHOOL_ADMIN, other_classroom.school.path)
        sent = moves.propose_handover(lines["old"].enrolment, other_classroom.school, moved_on=JUNE.date(), by=admin, at=JUNE)  # fmt: skip
        moves.accept_handover(sent, classroom=other_classroom, by=receiver, at=JUNE)
    else:  # a registry file has moved the child
        pupil.enrolments.update(status="moved", ends_on=JUNE.date())
        Enrolment.objects.create(pupil=pupil, term=calendar, classroom=other_classroom, path=other_classroom.path, starts_on=JUNE.date())  # fmt: skip
        Pupil.objects.filter(pk=pupil.pk).update(path=other_classroom.path)
    now = pupil.enrolments.studying().get()
    lines["new"] = HomeVisit.objects.filter(enrolment=now).first() or actions.add_visit(now, reason="low_income", by=outsider, at=JUNE)  # fmt: skip
    if written_at == "new":
        drafted(lines["new"], outsider)

    page = see(client, people[read_at], "visit", lines[read_at].pk)

    assert ("12/3" in page.text) is shown
    assert ("นางผู้ปกครอง" in page.text) is (read_at == "new")


@pytest.mark.parametrize("role", ["admin", "director", "office_admin", "auditor"])
def test_others_see_the_list_without_house_telephone_or_exact_point(
    role, request, client, listed, teacher, classroom, calendar
):
    visit = listed(1)[0]
    drafted(visit, teacher)
    user = request.getfixturevalue(role)

    page = see(client, user, "visits-class", classroom.pk)
    line = see(client, user, "visit", visit.pk)

    for told in (page.text, line.text):
        assert visit.enrolment.pupil.full_name in told
        assert "12/3" not in told and "บิดาตกงาน" not in told
    assert page.context["plan"].lines[0].home.is_square
    assert see(client, user, "visits-class-plan", classroom.pk).status_code == 403


def test_the_map_numbers_homes_as_the_list_does(client, listed, teacher, classroom, school, calendar):  # fmt: skip
    school.latitude, school.longitude, school.subdistrict_code = "18.80000", "98.99000", "500101"
    school.save()
    near, far, unknown = listed(3)
    drafted(far, teacher, lat=18.70)
    drafted(near, teacher, lat=18.79)

    page = see(client, teacher, "visits-class", classroom.pk)

    numbers = {line.visit.pk: line.number for line in page.context["plan"].lines}
    assert (numbers[near.pk], numbers[far.pk], numbers[unknown.pk]) == (1, 2, 3)
    assert [mark.text for mark in page.context["sheet"].marks] == ["1", "2"]
    assert page.context["without_place"] == 1
    assert page.context["sheet"].school is not None


def test_the_paper_says_what_it_does_not_know(teacher, classroom, listed, term):
    listed(2)
    Guardian.objects.update(phone="0812345678")

    plan = visits_pages.plan_of([classroom], term, teacher, thai=True)
    paper = visits_paper.paper(plan, [classroom], term, teacher, JUNE)

    (area, rows) = paper["areas"][0]
    assert (area, paper["count"], paper["without"], paper["sheet"]) == ("", "๒", "๒", None)
    assert rows[0]["phone"] == "๐๘๑๒๓๔๕๖๗๘" and rows[0]["number"] == "๑"
    assert visits_paper.plan_pdf(plan, [classroom], term, teacher, JUNE).startswith(b"%PDF")


def test_a_teacher_of_two_classes_has_one_paper(client, school, make_user, classroom, teacher, listed):  # fmt: skip
    other = places.add_classroom(school, year_be=2569, grade="P5", room="1")
    Posting.objects.create(
        user=teacher, role=Role.HOMEROOM_TEACHER, path=other.path, starts_on=date(2026, 1, 1)
    )
    listed(1)
    listed(1, classroom=other)

    assert see(client, teacher, "visits").status_code == 200
    assert see(client, teacher, "visits-plan").content.startswith(b"%PDF")
    assert Event.objects.get(verb="print_visits").facts == {"homes": 2}


def test_nobody_without_a_class_prints_a_plan_of_classes(client, screening_teacher, term):
    assert see(client, screening_teacher, "visits-plan").status_code == 404


def test_the_way_of_one_line_by_the_pages(client, teacher, classroom, make_pupils, term):
    (pupil,) = make_pupils(1)
    client.force_login(teacher)
    room = reverse("screening:visits-class", args=[classroom.pk])

    def post(name, pk, **data):
        return client.post(reverse(f"screening:{name}", args=[pk]), data)

    assert post("visits-class-add", classroom.pk, enrolment=pupil.enrolments.get().pk, reason="low_income").url == room  # fmt: skip
    line = HomeVisit.objects.get()
    assert (
        post("visits-class-days", classroom.pk, visit=line.pk, planned_on="24/6/2569").url == room
    )
    assert post("visit-turn", line.pk, turn="2").url == room
    assert post("visit-skip", line.pk, reason="declined").url == room
    assert post("visit-keep", line.pk).url == room
    today = post("visit-record", line.pk, visited_on="1/5/2569", outcome="met", note="พบยาย")
    assert today.url == room
    line.refresh_from_db()
    assert (line.planned_on, line.turn, line.is_ticked) == (date(2026, 6, 24), 2, True)
    assert (line.visited_on, line.outcome_note) == (date(2026, 5, 1), "พบยาย")


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("visits-class-add", {}, 422),
        ("visits-class-days", {"planned_on": "พรุ่งนี้"}, 422),
        ("visits-class-days", {"planned_on": "24/6/2569"}, 422),
        ("visit-record", {"visited_on": "", "outcome": "met"}, 422),
        ("visit-record", {"visited_on": "1/1/2600", "outcome": "met"}, 409),
        ("visit-skip", {}, 422),
        ("visit-skip", {"reason": "other"}, 409),
        ("visit-turn", {"turn": "0"}, 422),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(name, data, code, client, teacher, classroom, listed):  # fmt: skip
    visit = listed(1)[0]
    client.force_login(teacher)
    pk = classroom.pk if "class" in name else visit.pk

    assert client.post(reverse(f"screening:{name}", args=[pk]), data).status_code == code


def test_the_data_are_looked_at_by_the_own_class_alone(client, teacher, school, outsider, term):
    client.force_login(teacher)
    answer = client.post(reverse("screening:visits-propose", args=[school.pk]))
    assert answer.url == reverse("screening:visits")

    client.force_login(outsider)
    assert client.post(reverse("screening:visits-propose", args=[school.pk])).status_code == 404


def test_the_home_page_tells_how_many_homes_wait(client, teacher, listed, calendar):
    visit = listed(2)[0]
    drafted(visit, teacher)

    assert homes_to_visit(teacher, calendar) == 1


@pytest.mark.parametrize("count", [1, 40])
def test_a_class_costs_the_same_queries_for_any_number(
    count, client, teacher, classroom, listed, django_assert_max_num_queries
):
    listed(count)
    client.force_login(teacher)

    with django_assert_max_num_queries(22):
        page = client.get(reverse("screening:visits-class", args=[classroom.pk]))

    assert page.context["counts"]["all"] == count


def test_the_office_has_a_second_page(client, office, office_admin, term):
    for number in range(51):
        places.add_school(office, name=f"โรงเรียนที่ {number:02}", moe_code=f"10500010{number:02}", province_code="50")  # fmt: skip

    assert len(see(client, office_admin, "visits", page=2).context["rows"]) == 1
    assert see(client, office_admin, "visits-csv").getvalue().decode().count("\n") == 52
