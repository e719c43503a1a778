"""The rolls' pages: whose rows they show, at what cost, and what a wrong input gives."""

import pytest
from django.urls import reverse

from eqfund import places
from eqfund.access import Role
from eqfund.models import Classroom, Enrolment, Event, FormerName, Pupil, RollConfirmation, RollMark
from eqfund.rolls import hooks
from eqfund.schools import checks
from tests.pages import asking, in_june  # noqa: F401

pytestmark = pytest.mark.django_db
get, post = asking("rolls")


def test_a_class_is_looked_over_and_confirmed(get, post, registry_keeper, roll, school):
    page = get(registry_keeper, "roll", roll.pk)
    assert len(page.context["rows"]) == 3

    done = post(registry_keeper, "roll-confirm", roll.pk, seen=page.context["figures"].digest)

    assert done.url == reverse("rolls:school", args=[school.pk])
    assert RollConfirmation.objects.get().pupils == 3
    [(line, may_read)] = get(registry_keeper, "school", school.pk).context["lines"]
    assert (line.figures.state, may_read) == ("confirmed", True)


def test_the_page_tells_who_changed_since(get, registry_keeper, roll, confirm, make_pupils, at):
    first, second, third = Pupil.objects.order_by("pk")
    confirm(roll)
    Pupil.objects.filter(pk=first.pk).update(first_name="อื่น")
    third.enrolments.update(status="moved", ends_on=at("2569-06-01").date())
    make_pupils(1)

    context = get(registry_keeper, "roll", roll.pk).context

    since = {row.pupil.pk: row.since for row in context["rows"]}
    assert (since.pop(first.pk), since.pop(second.pk)) == ("changed", "")
    assert list(since.values()) == ["new"]
    assert context["gone"] == [third]


def test_reading_a_class_is_in_the_book(get, registry_keeper, roll):
    get(registry_keeper, "roll", roll.pk)

    assert Event.objects.get(verb="read_list", object_label="rolls:roll").facts["count"] == 3


def test_a_mark_is_settled_where_a_file_has_moved_its_pupil(
    post, teacher, make_user, school, child, mark
):
    made = mark(child)
    other = places.add_classroom(school, year_be=2569, grade="P4", room="2")
    Enrolment.objects.filter(pk=child.pk).update(classroom=other, path=other.path)
    new_teacher = make_user(Role.HOMEROOM_TEACHER, other.path)

    assert post(teacher, "mark-settle", made.pk, outcome="mended").status_code == 404
    assert post(new_teacher, "mark-settle", made.pk, outcome="mended").status_code == 302
    assert RollMark.objects.get().settled_by == new_teacher


def test_a_mark_is_made_and_settled_on_the_page(get, post, teacher, registry_keeper, roll, child):
    made = post(teacher, "mark", child.pk, kind="name", note="ณ")
    assert made.url == reverse("rolls:roll", args=[roll.pk]) + f"#row-{child.pk}"
    page = get(registry_keeper, "roll", roll.pk)
    assert page.context["why_not_confirm"]
    assert "DMC" in page.context["rows"][0].marks[0].mend

    post(registry_keeper, "mark-settle", RollMark.objects.get().pk, outcome="mended")

    assert get(registry_keeper, "roll", roll.pk).context["why_not_confirm"] is None


def test_a_missing_child_is_noted_on_the_page(get, post, teacher, roll):
    assert post(teacher, "mark-missing", roll.pk, note="").status_code == 422

    post(teacher, "mark-missing", roll.pk, note="ด.ช.ใหม่ สมมติ")

    assert "ด.ช.ใหม่ สมมติ" in get(teacher, "roll", roll.pk).text


@pytest.mark.parametrize("kind", ["", "odd", "missing"])
def test_a_mark_of_no_kind_changes_nothing(kind, post, teacher, child):
    assert post(teacher, "mark", child.pk, kind=kind).status_code == 302
    assert not RollMark.objects.exists()


def test_nobody_marks_or_reads_over_the_fence(get, post, outsider, roll, child, school, mark):
    made = mark(child)

    assert get(outsider, "roll", roll.pk).status_code == 404
    assert get(outsider, "school", school.pk).status_code == 404
    assert post(outsider, "mark", child.pk, kind="name").status_code == 404
    assert post(outsider, "mark-settle", made.pk, outcome="mended").status_code == 404
    assert post(outsider, "mark-missing", roll.pk, note="x").status_code == 404


def test_a_teacher_sees_the_own_class_and_does_not_confirm(get, post, teacher, roll, school):
    places.add_classroom(school, year_be=2569, grade="P5", room="1")

    page = get(teacher, "rolls")

    assert [line.classroom for line, _may in page.context["lines"]] == [roll]
    assert post(teacher, "roll-confirm", roll.pk).status_code == 403


def test_an_office_follows_its_schools_and_filters(
    get, office_admin, office, other_office, school, roll, confirm
):
    second = places.add_school(
        office, name="โรงเรียนที่สอง", moe_code="1050000002", province_code="50"
    )
    assert get(office_admin, "rolls").url == reverse("rolls:office", args=[office.pk])
    confirm(roll)

    page = get(office_admin, "office", office.pk)

    assert {line.place: line.sum.state.value for line in page.context["page"]} == {
        school: "confirmed",
        second: "empty",
    }
    assert page.context["sum"].classes == 1
    chosen = get(office_admin, "office", office.pk, state="confirmed").context["page"]
    assert [line.place for line in chosen] == [school]
    assert get(office_admin, "office", other_office.pk).status_code == 404


def test_who_sees_no_child_sees_counts(get, affiliation_officer, office, roll, confirm, school):
    confirm(roll)

    [line] = get(affiliation_officer, "rolls").context["lines"]

    assert (line.place, line.sum.confirmed, line.sum.pupils) == (office, 1, 3)
    assert get(affiliation_officer, "roll", roll.pk).status_code == 403
    [(_line, may_read)] = get(affiliation_officer, "school", school.pk).context["lines"]
    assert not may_read


def test_the_csv_has_a_line_for_each_class_of_the_scope(
    get, office_admin, roll, other_classroom, confirm
):
    confirm(roll)

    response = get(office_admin, "rolls-csv")

    lines = b"".join(response.streaming_content).decode().splitlines()
    assert len(lines) == 2
    assert roll.label in lines[1]
    assert Event.objects.get(verb="rolls.export").facts["schools"] == 1
    none = get(office_admin, "rolls-csv", state="changed")
    assert len(b"".join(none.streaming_content).decode().splitlines()) == 1


def test_a_correction_goes_through_the_page(
    get, post, registry_keeper, child, without_registry, roll
):
    typed = {
        "title": "เด็กหญิง",
        "first_name": "ณัฐวรา",
        "last_name": "สมมติ",
        "sex": "f",
        "birth_date": "13/5/2559",
        "reason": "สูติบัตร",
    }
    assert get(registry_keeper, "roll", roll.pk).context["may_correct"]
    wrong = post(registry_keeper, "correct", child.pk, **typed | {"number": "1101700203451"})
    assert list(wrong.context["form"].errors) == ["number"]
    old = post(registry_keeper, "correct", child.pk, **typed | {"birth_date": "13/5/2459"})
    assert list(old.context["form"].errors) == ["birth_date"]

    post(registry_keeper, "correct", child.pk, **typed)

    assert FormerName.objects.get().pupil == child.pupil
    page = get(registry_keeper, "roll", roll.pk)
    assert [row.has_former_name for row in page.context["rows"]].count(True) == 1


def test_where_a_registry_does_it_the_page_says_so(get, post, registry_keeper, child, roll):
    page = get(registry_keeper, "correct", child.pk)

    assert "DMC" in page.context["why_not"]
    assert not get(registry_keeper, "roll", roll.pk).context["may_correct"]


@pytest.mark.parametrize("rows", [1, 50])
def test_a_class_costs_the_same_at_any_length(
    rows, client, registry_keeper, classroom, make_pupils, django_assert_max_num_queries
):
    make_pupils(rows, guardian=False)
    client.force_login(registry_keeper)
    address = reverse("rolls:roll", args=[classroom.pk])
    client.get(address)

    # session, user, postings; class, term; pupils, digests, claims, former names, marks;
    # figures, confirmed, marks twice; missing; confirmation, term; the reading
    with django_assert_max_num_queries(20):
        client.get(address)


@pytest.mark.parametrize("count", [1, 30])
def test_an_office_costs_the_same_at_any_length(
    count, client, office_admin, office, django_assert_max_num_queries
):
    for n in range(count):
        made = places.add_school(office, name=f"ร {n}", moe_code=f"{n:010d}", province_code="50")
        places.add_classroom(made, year_be=2569, grade="P1", room="1")
    client.force_login(office_admin)
    address = reverse("rolls:office", args=[office.pk])
    client.get(address)

    # session, user, postings; term, office, schools; classes, figures, confirmed, marks twice
    with django_assert_max_num_queries(13):
        client.get(address)


def test_a_large_offices_second_page_is_there(get, office_admin, office, roll, confirm):
    confirm(roll)
    for n in range(60):
        places.add_school(office, name=f"ร {n:02}", moe_code=f"{n:010d}", province_code="50")

    first = get(office_admin, "office", office.pk)
    second = get(office_admin, "office", office.pk, page=2)

    assert (len(first.context["page"].object_list), len(second.context["page"].object_list)) == (
        50,
        11,
    )
    assert (first.context["sum"].confirmed, first.context["counts"]) == (1, {})
    chosen = get(office_admin, "office", office.pk, state="confirmed")
    assert [line.place.pk for line in chosen.context["page"]] == [roll.school_id]


# --- home, the checklist, the pupil's page


def test_the_keeper_is_told_which_classes_are_left(registry_keeper, teacher, roll, confirm, at):
    [todo] = hooks.roll_tasks(registry_keeper, at("2569-06-10"))
    assert todo.count == 1
    assert hooks.roll_tasks(teacher, at("2569-06-10")) == []

    confirm(roll)

    assert hooks.roll_tasks(registry_keeper, at("2569-06-10")) == []


def test_the_schools_checklist_has_its_rolls(calendar, school, roll, confirm, at):
    def state():
        lines = checks.checklist(school, calendar, at("2569-06-10"))
        return next(line.state for line in lines if line.code == "rolls")

    assert state() == "sun"
    confirm(roll)
    assert state() == "good"


def test_a_pupils_page_tells_what_was(child, without_registry, correct, registry_keeper, at):
    assert hooks.former_panel(child.pupil, registry_keeper, at("2569-06-10")) == []

    correct(child, first_name="ณัฐวรา", number="1101700203450")

    [panel] = hooks.former_panel(child.pupil, registry_keeper, at("2569-06-10"))
    assert (len(panel.context["names"]), len(panel.context["numbers"])) == (1, 1)


def test_classes_without_pupils_are_no_work(calendar, school, classroom, at):
    from eqfund.rolls.queries import work_of

    assert work_of(calendar, 0, school.path, at("2569-06-10")) == {}
    assert Classroom.objects.count() == 1
