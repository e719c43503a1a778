"""Giving, ending and changing a post: the deed, each refusal, a second call, and what the database says."""

from datetime import date, timedelta
from itertools import product

import pytest
from django.db import IntegrityError, connection, transaction

from eqfund import access
from eqfund.access import Role
from eqfund.models import Event, Posting, User
from eqfund.people import rules
from eqfund.people.actions import postings
from eqfund.refusal import Refused

from .test_rules import places

TODAY = date(2026, 7, 14)
YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def keeper(make_user, school):
    return make_user(Role.REGISTRY_KEEPER, school.path, "keeper", full_name="ครูดูแล ตัวอย่างดี")


def give(user, role, path, by, now, **more):
    return postings.give_post(
        user, role=role, path=path, starts_on=more.pop("starts_on", TODAY), by=by, at=now, **more
    )


# --- giving -----------------------------------------------------------------------------------


def test_an_admin_gives_a_class_to_a_person_of_the_school(keeper, admin, rooms, now):
    posting = give(keeper, Role.HOMEROOM_TEACHER, rooms[1].path, admin, now)

    assert (posting.granted_by, posting.starts_on, posting.ends_on) == (admin, TODAY, None)
    event = Event.objects.get(verb="people.give_post")
    assert (event.actor_id, event.path) == (admin.pk, rooms[1].path)


def test_a_post_is_not_given_for_days_that_are_over(keeper, admin, rooms, now):
    """Else what somebody did without a right would look as if they had had it."""
    with pytest.raises(Refused, match="begins today at the earliest"):
        give(keeper, Role.HOMEROOM_TEACHER, rooms[1].path, admin, now, starts_on=YESTERDAY)

    assert not Posting.objects.filter(user=keeper, path=rooms[1].path).exists()


def test_the_same_post_twice_on_one_day_is_refused(keeper, admin, school, now):
    with pytest.raises(Refused, match="already has this post"):
        give(keeper, Role.REGISTRY_KEEPER, school.path, admin, now)


@pytest.mark.parametrize(
    ("person", "role", "place"),
    [
        ("teacher", Role.SCREENING_TEACHER, "school"),
        ("director", Role.HOMEROOM_TEACHER, "classroom"),
        ("admin", Role.SCHOOL_ADMIN, "school"),
        ("admin", Role.SCREENING_TEACHER, "other_school"),
        ("office_admin", Role.SCREENING_TEACHER, "school"),
        ("system_admin", Role.SCREENING_TEACHER, "school"),
        ("auditor", Role.SCREENING_TEACHER, "school"),
    ],
)
def test_only_the_level_above_gives_a_post(person, role, place, keeper, request, now):
    giver = request.getfixturevalue(person)

    with pytest.raises(Refused, match="is given by"):
        give(keeper, role, request.getfixturevalue(place).path, giver, now)
    assert not Event.objects.filter(verb="people.give_post").exists()


def test_nobody_gives_themselves_a_post(admin, school, now):
    with pytest.raises(Refused, match="themselves"):
        give(admin, Role.REGISTRY_KEEPER, school.path, admin, now)


def test_a_stranger_is_invited_not_given_a_post(outsider, admin, school, now):
    with pytest.raises(Refused, match="invite them"):
        give(outsider, Role.REGISTRY_KEEPER, school.path, admin, now)


def test_posts_that_check_each_other_are_refused_with_a_sentence(
    director, school, office, post, affiliation_officer, now
):
    post(director, Role.OFFICE_ADMIN, f"{office.path[:-2]}999/")  # of another office: seen, allowed

    with pytest.raises(Refused, match="is not admin or director of a school under it"):
        give(director, Role.OFFICE_ADMIN, office.path, affiliation_officer, now)


def test_a_closed_account_gets_no_post(keeper, admin, rooms, now):
    User.objects.filter(pk=keeper.pk).update(is_active=False)
    keeper.refresh_from_db()

    with pytest.raises(Refused, match="closed"):
        give(keeper, Role.HOMEROOM_TEACHER, rooms[1].path, admin, now)


def test_a_last_day_before_the_first_is_refused(keeper, admin, rooms, now):
    with pytest.raises(Refused, match="before the first day"):
        give(keeper, Role.HOMEROOM_TEACHER, rooms[1].path, admin, now, ends_on=YESTERDAY)


# --- ending -----------------------------------------------------------------------------------


def test_a_post_ends_on_its_last_day_with_a_reason(teacher, admin, now):
    posting = teacher.postings.get()

    postings.end_post(posting, on=YESTERDAY, reason="moved", by=admin, at=now)

    posting.refresh_from_db()
    assert (posting.ends_on, posting.end_reason) == (YESTERDAY, "moved")
    assert Event.objects.get(verb="people.end_post").facts["reason"] == "moved"
    with pytest.raises(Refused, match="ends on"):
        postings.end_post(posting, on=YESTERDAY, reason="moved", by=admin, at=now)


def test_a_post_that_begins_later_is_withdrawn_and_the_book_says_so(keeper, admin, rooms, now):
    coming = give(keeper, Role.HOMEROOM_TEACHER, rooms[1].path, admin, now, starts_on=date(2026, 8, 1))  # fmt: skip

    postings.end_post(coming, on=TODAY, reason="mistake", by=admin, at=now)

    assert not Posting.objects.filter(pk=coming.pk).exists()
    assert Event.objects.filter(verb="people.withdraw_post").exists()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"reason": ""}, "Say why"),
        ({"reason": "spite"}, "Say why"),
        ({"on": date(2026, 6, 1)}, "yesterday at the earliest"),
    ],
    ids=str,
)
def test_an_end_without_reason_or_in_the_past_is_refused(fields, sentence, teacher, admin, now):
    given = {"on": TODAY, "reason": "left"} | fields

    with pytest.raises(Refused, match=sentence):
        postings.end_post(teacher.postings.get(), **given, by=admin, at=now)


@pytest.mark.parametrize("person", ["director", "office_admin", "outsider", "system_admin"])
def test_only_the_giver_ends_a_post(person, teacher, request, now):
    by = request.getfixturevalue(person)

    with pytest.raises(Refused, match="is given by"):
        postings.end_post(teacher.postings.get(), on=TODAY, reason="left", by=by, at=now)


def test_nobody_ends_their_own_post(system_admin, now):
    with pytest.raises(Refused, match="their own post"):
        postings.end_post(
            system_admin.postings.get(), on=TODAY, reason="left", by=system_admin, at=now
        )


# --- changing ---------------------------------------------------------------------------------


def test_a_post_is_extended_past_its_last_day_and_not_shortened(teacher, admin, now):
    teacher.postings.update(ends_on=date(2026, 7, 31))
    posting = teacher.postings.get()

    with pytest.raises(Refused, match="not after"):
        postings.extend_post(posting, until=date(2026, 7, 30), by=admin, at=now)
    postings.extend_post(posting, until=date(2026, 10, 31), by=admin, at=now)
    postings.extend_post(posting, until=None, by=admin, at=now)

    posting.refresh_from_db()
    assert posting.ends_on is None
    with pytest.raises(Refused, match="has no last day"):
        postings.extend_post(posting, until=None, by=admin, at=now)


def test_a_post_that_has_ended_is_not_extended(teacher, admin, now):
    teacher.postings.update(ends_on=date(2026, 6, 30))

    with pytest.raises(Refused, match="has ended"):
        postings.extend_post(teacher.postings.get(), until=None, by=admin, at=now)


def test_an_extension_into_the_next_posts_days_is_refused(teacher, admin, classroom, post, now):
    teacher.postings.update(ends_on=date(2026, 7, 31))
    first = teacher.postings.get()
    post(teacher, Role.HOMEROOM_TEACHER, classroom.path, date(2026, 9, 1))

    with pytest.raises(Refused, match="already has this post"):
        postings.extend_post(first, until=date(2026, 9, 1), by=admin, at=now)


def test_a_teacher_changes_class_from_a_day_and_keeps_the_last_day(teacher, admin, rooms, now):
    teacher.postings.update(ends_on=date(2026, 10, 31))
    old = teacher.postings.get()

    new = postings.change_class(old, rooms[1], on=TODAY, by=admin, at=now)

    old.refresh_from_db()
    assert (old.ends_on, old.end_reason) == (YESTERDAY, "replaced")
    assert (new.path, new.starts_on, new.ends_on) == (rooms[1].path, TODAY, date(2026, 10, 31))
    with pytest.raises(Refused, match="That is the class"):
        postings.change_class(new, rooms[1], on=TODAY, by=admin, at=now)


def test_a_wrong_class_of_this_morning_leaves_no_post_behind(keeper, admin, rooms, now):
    wrong = give(keeper, Role.HOMEROOM_TEACHER, rooms[1].path, admin, now)

    postings.change_class(wrong, rooms[2], on=TODAY, by=admin, at=now)

    held = keeper.postings.filter(role=Role.HOMEROOM_TEACHER)
    assert [p.path for p in held] == [rooms[2].path]


def test_a_class_of_another_school_is_not_given(teacher, admin, other_classroom, now):
    with pytest.raises(Refused, match="is given by"):
        postings.change_class(teacher.postings.get(), other_classroom, on=TODAY, by=admin, at=now)


@pytest.mark.parametrize("on", [YESTERDAY, date(2026, 12, 1)])
def test_a_change_begins_today_or_later_and_within_the_post(on, teacher, admin, rooms, now):
    teacher.postings.update(ends_on=date(2026, 10, 31))

    with pytest.raises(Refused, match="today at the earliest|before the change"):
        postings.change_class(teacher.postings.get(), rooms[1], on=on, by=admin, at=now)


def test_a_director_serves_on_in_another_capacity(director, office_admin, now):
    old = director.postings.get()

    new = postings.change_capacity(old, capacity="acting", on=TODAY, until=date(2026, 9, 30), by=office_admin, at=now)  # fmt: skip

    old.refresh_from_db()
    assert (old.capacity, old.ends_on) == ("in_post", YESTERDAY)
    assert (new.capacity, new.starts_on, new.ends_on) == ("acting", TODAY, date(2026, 9, 30))
    with pytest.raises(Refused, match="That is the capacity"):
        postings.change_capacity(new, capacity="acting", on=TODAY, until=date(2026, 9, 30), by=office_admin, at=now)  # fmt: skip


def test_the_schools_admin_does_not_change_the_directors_capacity(director, admin, now):
    with pytest.raises(Refused, match="is given by"):
        postings.change_capacity(director.postings.get(), capacity="acting", on=TODAY, until=None, by=admin, at=now)  # fmt: skip


# --- accounts ---------------------------------------------------------------------------------


def test_a_closed_account_holds_nothing_and_can_be_opened_again(teacher, admin, classroom, now):
    postings.close_account(teacher, by=admin, at=now)

    closed = User.objects.get(pk=teacher.pk)
    assert not access.may(closed, "read_child", classroom.path)
    with pytest.raises(Refused, match="closed already"):
        postings.close_account(teacher, by=admin, at=now)
    postings.reopen_account(closed, by=admin, at=now)
    assert access.may(User.objects.get(pk=teacher.pk), "read_child", classroom.path)
    with pytest.raises(Refused, match="is open"):
        postings.reopen_account(closed, by=admin, at=now)


def test_an_account_with_a_post_that_others_give_stays_open(
    teacher, admin, other_classroom, post, now
):
    post(teacher, Role.HOMEROOM_TEACHER, other_classroom.path)

    with pytest.raises(Refused, match="End the post here instead"):
        postings.close_account(teacher, by=admin, at=now)


@pytest.mark.parametrize("person", ["teacher", "director", "outsider"])
def test_an_account_is_closed_by_the_level_above_alone(person, teacher, request, now):
    with pytest.raises(Refused):
        postings.close_account(teacher, by=request.getfixturevalue(person), at=now)


# --- what the database says -------------------------------------------------------------------


@pytest.mark.django_db
def test_the_databases_rule_is_the_pure_one():
    beside = {role: path.replace("TH/1/", "TH/9/") for role, path in places.items()}
    differ = []
    with connection.cursor() as cursor:
        for a, b in product(rules.ROLES, rules.ROLES):
            for where in (places, beside):
                case = [a, places[a], b, where[b]]
                cursor.execute("SELECT posts_clash(%s, %s, %s, %s)", case)
                if cursor.fetchone()[0] != bool(rules.clash(*case)):
                    differ.append(case)

    assert differ == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("fund_officer", "fund_approver"),
        ("fund_finance", "fund_officer"),
        ("auditor", "registry_keeper"),
        ("system_admin", "homeroom_teacher"),
        ("office_admin", "school_director"),
        ("school_admin", "office_admin"),
        ("fund_finance", "school_admin"),
    ],
)
def test_a_second_post_that_checks_the_first_breaks_the_guard(first, second, new_user, post):
    user = new_user()
    post(user, first, places[first])

    with pytest.raises(IntegrityError, match="posting_goes_with_the_others"), transaction.atomic():
        post(user, second, places[second])
    Posting.objects.filter(user=user, role=first).update(ends_on=date(2026, 12, 31))
    later = post(user, second, places[second], date(2027, 1, 1))
    with pytest.raises(IntegrityError, match="posting_goes_with_the_others"), transaction.atomic():
        Posting.objects.filter(pk=later.pk).update(starts_on=date(2026, 12, 31))


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"role": "emperor"}, "posting_role_is_known"),
        ({"path": "TH/1/2/3/5"}, "posting_path_ends_in_slash"),
        ({"ends_on": date(2025, 1, 1)}, "posting_ends_after_it_starts"),
        ({"capacity": "acting"}, "posting_capacity_is_known"),
        ({"end_reason": "spite"}, "posting_end_reason_is_known"),
    ],
    ids=str,
)
def test_a_post_cannot_be_what_makes_no_sense(change, name, teacher):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        teacher.postings.update(**change)


def test_the_same_post_twice_on_one_day_and_ones_own_giving_break_constraints(teacher, post):
    path = teacher.postings.get().path
    with pytest.raises(IntegrityError, match="posting_once_on_any_day"), transaction.atomic():
        post(teacher, Role.HOMEROOM_TEACHER, path, date(2026, 3, 1))
    with pytest.raises(IntegrityError, match="posting_is_not_granted_by_its_holder"):
        teacher.postings.update(granted_by=teacher)


def test_what_slips_past_the_look_is_refused_in_words(keeper, admin, rooms, now, monkeypatch):
    monkeypatch.setattr(postings.permissions, "why_not_hold", lambda *args: None)
    give(keeper, Role.HOMEROOM_TEACHER, rooms[1].path, admin, now)

    with pytest.raises(Refused, match="Look again"):
        give(keeper, Role.HOMEROOM_TEACHER, rooms[1].path, admin, now)
