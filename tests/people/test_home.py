"""The first page: tasks by place and due moment, what comes next, tabs; several posts at once."""

from datetime import date, timedelta

import pytest

from eqfund import access, clock, home, hooks, menus
from eqfund.access import Role
from eqfund.hooks import Todo
from eqfund.models import Pupil, User
from eqfund.people.actions import invitations, requests
from eqfund.people.hooks import people_tasks

TODAY = date(2026, 7, 14)


@pytest.fixture(autouse=True)
def _demo_time(now):
    with clock.rehearse(now):
        yield


# --- several posts at once --------------------------------------------------------------------


@pytest.fixture
def busy(make_user, classroom, other_school, office, post, school):
    """A class's teacher at one school and its registry keeper; admin of another; one post over, one to come."""
    user = make_user(Role.HOMEROOM_TEACHER, classroom.path, "busy")
    post(user, Role.REGISTRY_KEEPER, school.path)
    post(user, Role.SCHOOL_ADMIN, other_school.path)
    post(user, Role.SCHOOL_DIRECTOR, school.path, date(2026, 1, 1), date(2026, 6, 30))
    post(user, Role.SCREENING_TEACHER, other_school.path, date(2026, 8, 1))
    return User.objects.get(pk=user.pk)


def test_rights_of_several_posts_add_up_without_switching(
    busy, classroom, school, other_school, make_pupils, other_classroom
):
    make_pupils(2)
    make_pupils(3, classroom=other_classroom)

    assert access.roles_of(busy) == {"homeroom_teacher", "registry_keeper", "school_admin"}
    assert access.may(busy, "registry.edit_school", other_school.path)
    assert not access.may(busy, "registry.edit_school", school.path)  # admin there, keeper here
    assert not access.may(busy, "screening.sign_form01", school.path)  # the director's post is over
    assert Pupil.objects.visible_to(busy).count() == 5  # each once


def test_one_menu_holds_what_any_post_holds(busy):
    names = [
        entry["item"].url_name
        for section in menus.menu_for(busy, "/")
        for entry in section["items"]
    ]

    assert len(names) == len(set(names))
    assert {"home", "registry:imports", "payments:accounts", "people:people"} <= set(names)
    assert "screening:form01-signing" not in names


def test_tasks_stand_under_the_place_where_they_are_to_be_done(busy, school, other_school, now, monkeypatch):  # fmt: skip
    def task(user, at):
        return [Todo(role, due=at + timedelta(days=5)) for role in sorted(access.roles_of(user))]

    monkeypatch.setattr(hooks, "home_tasks", [task])

    groups = home.groups_for(busy, now)

    found = {group.place: [row.todo.what for row in group.rows] for group in groups}
    assert found == {
        school.name: ["homeroom_teacher", "registry_keeper"],
        other_school.name: ["school_admin"],
    }
    assert len(access.postings_of(busy)) == 3  # asking place by place took nothing away


def test_a_person_with_many_places_sees_one_list(make_user, post, now, monkeypatch):
    user = make_user(Role.SCHOOL_ADMIN, "TH/1/2/100/")
    for number in range(home.MOST_PLACES):
        post(user, Role.SCHOOL_ADMIN, f"TH/1/2/{200 + number}/")
    monkeypatch.setattr(hooks, "home_tasks", [lambda user, at: [Todo("one")]])

    [group] = home.groups_for(User.objects.get(pk=user.pk), now)

    assert len(group.rows) == 1


# --- order and words --------------------------------------------------------------------------


def test_tasks_are_sorted_by_due_moment_and_say_how_long_is_left(teacher, now, monkeypatch):
    todos = [
        Todo("none"),
        Todo("later", due=now + timedelta(days=10)),
        Todo("late", due=now - timedelta(hours=2)),
        Todo("soon", due=now + timedelta(days=2)),
        Todo("returned", state="bad"),
    ]
    monkeypatch.setattr(hooks, "home_tasks", [lambda user, at: todos])

    rows = home.rows_for(teacher, now)

    assert [(r.todo.what, r.urgency) for r in rows] == [
        ("late", "bad"),
        ("soon", "sun"),
        ("later", ""),
        ("returned", "bad"),
        ("none", ""),
    ]
    assert [r.left for r in rows[:3]] == ["2 ชั่วโมง late", "2 วัน left", "10 วัน left"]


@pytest.mark.parametrize(
    ("day", "words"),
    [("2569-07-14 23:00", "today"), ("2569-07-15 00:00", "tomorrow"), ("2569-07-27 00:00", "in 13 days")],
)  # fmt: skip
def test_days_are_counted_as_people_count_them(day, words, at, now):
    assert home.days_away(at(day), now) == words


@pytest.mark.parametrize("person", ["teacher", "director", "office_admin", "auditor"])
def test_everyone_learns_what_comes_next(person, request, calendar, now):
    lines = home.lines_of(request.getfixturevalue(person), now)

    coming = home.coming_of(lines, now)
    assert coming == sorted(coming, key=lambda one: one.at) and coming[0].at > now
    assert home.open_now(lines, now)[0].line.activity == "form01"  # the letter's before our own


def test_a_keeper_learns_of_their_own_work_outside_not_of_windows_of_others(
    registry_keeper, calendar, now
):
    lines = home.lines_of(registry_keeper, now)

    assert home.open_now(lines, now) == []
    assert [w.line.activity for w in home.outside_now(lines, now)] == ["source_registry_check"]
    assert home.coming_of(lines, now)[0].at > now


def test_the_open_lines_say_how_far_my_class_or_school_is(
    teacher, admin, auditor, calendar, now, monkeypatch
):
    room = hooks.OfClasses(
        lambda *_asked: {7: hooks.Work(1, 4)}, lambda key, _term, _round: f"/room/{key}/"
    )
    work = hooks.unfinished_by_work(
        "form01", lambda *_asked: {1: hooks.Work(5, 9)}, classes=room, page=lambda *_asked: "/all/"
    )
    monkeypatch.setattr(hooks, "unfinished", [work])

    def said(person):
        lines = home.open_now(home.lines_of(person, now), now)
        one = home.progress_of(person, lines, now)[0]
        return one.done, one.total, one.url

    assert [said(person) for person in (teacher, admin, auditor)] == [
        (1, 4, "/room/7/"),
        (5, 9, "/all/"),
        (0, 0, ""),
    ]


def test_the_page_shows_tasks_or_what_comes_next(client, calendar, teacher, auditor, monkeypatch):
    from eqfund.accounts import sessions

    for person, text in ((teacher, "ทำเลย"), (auditor, "กสศ. โอนเงิน รอบ 1")):
        User.objects.filter(pk=person.pk).update(is_demo=True)
        client.force_login(User.objects.get(pk=person.pk))
        session = client.session
        session[sessions.KEY] = sessions.note(person, sessions.ONE_CLICK)
        session.save()
        todos = [Todo("ทำเลย")] if person == teacher else []
        monkeypatch.setattr(hooks, "home_tasks", [lambda user, at, todos=todos: todos])
        page = client.get("/")
        assert page.status_code == 200 and text in page.text
    assert "form01" in client.session[home.DUE]


# --- tabs -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("roles", "due", "first"),
    [
        (["homeroom_teacher"], {"form01"}, ["home", "screening:form01-list"]),
        (["homeroom_teacher"], {"attendance"}, ["home", "attendance:classes"]),
        (["homeroom_teacher"], set(), ["home", "registry:pupils"]),
        (["school_director"], {"payout_report"}, ["home", "payments:payout"]),
        (["fund_finance"], set(), ["home", "payments:rounds"]),
        (["system_admin"], set(), ["home", "people:people"]),
        ([], set(), ["home"]),
    ],
)
def test_tabs_are_what_is_due_now_then_what_is_used_most(roles, due, first):
    assert home.tab_names(roles, due)[: len(first)] == first


def test_pages_where_something_waits_lead_the_tabs_the_nearest_due_first(now):
    def row(url, days=None):
        due = None if days is None else now + timedelta(days=days)
        return home.Row(Todo("x", url=url, due=due), "", "")

    rows = [row("/handovers/3/"), row("/schools/1/checklist/", 9), row("/rolls/schools/1/", 2)]

    waiting = home.pages_waiting([home.Group("", "", rows)])

    assert waiting == ["rolls:rolls", "schools:schools", "handover:handovers"]
    tabs = home.tab_names(["homeroom_teacher"], {"form01"}, waiting)
    assert tabs[:5] == ["home", *waiting, "screening:form01-list"]


@pytest.mark.parametrize("role", list(Role))
def test_every_role_has_tabs_that_stand_in_its_menu(role, make_user):
    user = make_user(role, "TH/" if role in ("auditor", "system_admin") else "TH/1/")
    known = {item.url_name: item.verb for item in hooks.menu}

    assert all(role in access.VERBS[known[name]] for name, _due in home.TABS[role] if name in known)
    assert len(home.tabs_for(user, menus.menu_for(user, "/"), set())) <= home.MOST_TABS


# --- tasks of people --------------------------------------------------------------------------


def test_requests_expiring_invitations_and_people_not_come_in_are_tasks(
    admin, teacher, classroom, director, now
):
    assert [todo.count for todo in people_tasks(admin, now)] == [2]  # teacher and director
    User.objects.exclude(pk=admin.pk).update(last_login=now)
    requests.ask_for_account(role="homeroom_teacher", path=classroom.path, full_name="ก ข", email="a@example.go.th", phone="", note="", at=now)  # fmt: skip
    made = invitations.invite(role="homeroom_teacher", path=classroom.path, full_name="ก ข", email="b@example.go.th", starts_on=TODAY, by=admin, at=now)  # fmt: skip

    found = people_tasks(admin, now + timedelta(days=12))

    assert [(todo.count, todo.due) for todo in found] == [(1, None), (1, made.expires_at)]
    assert people_tasks(admin, now + timedelta(days=15))[0].url.endswith("requests/")
    assert len(people_tasks(admin, now + timedelta(days=15))) == 1  # run out: nothing to hasten


@pytest.mark.parametrize("person", ["teacher", "director", "auditor"])
def test_who_gives_no_posts_has_no_such_tasks(person, request, now, django_assert_num_queries):
    user = request.getfixturevalue(person)
    access.postings_of(user)

    with django_assert_num_queries(0):
        assert people_tasks(user, now) == []


def test_a_new_person_has_a_week(admin, teacher, director, now):
    teacher.postings.update(starts_on=TODAY - timedelta(days=6))
    director.postings.update(starts_on=TODAY - timedelta(days=7))

    assert [todo.count for todo in people_tasks(admin, now)] == [1]
