"""Who may what, where: the table, its paths, and the scope made of them."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from eqfund import access
from eqfund.access import Role
from eqfund.models import Posting, Pupil, School


@pytest.mark.parametrize(
    ("path", "after"),
    [("TH/5/", "TH/50"), ("TH/", "TH0"), ("TH/5/50/", "TH/5/500")],
)
def test_next_path_closes_the_range_of_what_begins_with_a_path(path, after):
    assert access.next_path(path) == after
    assert path <= f"{path}9/" < after


def test_a_place_whose_key_begins_alike_is_not_inside(make_user):
    user = make_user(Role.SCHOOL_ADMIN, "TH/1/2/5/")

    assert access.may(user, "read_child", "TH/1/2/5/9/")
    assert not access.may(user, "read_child", "TH/1/2/50/")


def test_one_posting_must_hold_the_role_and_cover_the_place(make_user):
    user = make_user(Role.SCHOOL_ADMIN, "TH/1/2/5/")
    Posting.objects.create(
        user=user, role=Role.OFFICE_ADMIN, path="TH/1/3/", starts_on=date(2026, 1, 1)
    )

    assert access.may(user, "read_child", "TH/1/3/6/")  # as the office's admin
    assert not access.may(user, "registry.edit_school", "TH/1/3/6/")  # a school's, but not there


def test_rights_of_several_posts_add_up_and_the_wider_path_swallows_the_narrower(make_user):
    user = make_user(Role.HOMEROOM_TEACHER, "TH/1/2/5/7/")
    Posting.objects.create(
        user=user, role=Role.SCHOOL_ADMIN, path="TH/1/2/5/", starts_on=date(2026, 1, 1)
    )
    Posting.objects.create(
        user=user, role=Role.HOMEROOM_TEACHER, path="TH/1/2/9/1/", starts_on=date(2026, 1, 1)
    )

    assert access.paths_with(user, "read_child") == ["TH/1/2/5/", "TH/1/2/9/1/"]


@pytest.mark.parametrize(
    ("starts", "ends", "holds"),
    [
        pytest.param("2026-07-01", None, True, id="from today"),
        pytest.param("2026-07-02", None, False, id="from tomorrow"),
        pytest.param("2026-01-01", "2026-07-01", True, id="until today"),
        pytest.param("2026-01-01", "2026-06-30", False, id="ended yesterday"),
    ],
)
def test_a_posting_holds_from_its_first_to_its_last_day(starts, ends, holds, make_user, at):
    from eqfund import clock

    user = make_user(Role.SCHOOL_ADMIN, "TH/1/2/5/")
    user.postings.update(starts_on=starts, ends_on=ends)

    with clock.rehearse(at("2569-07-01 12:00")):
        assert access.may(user, "read_child", "TH/1/2/5/") is holds


def test_a_person_without_a_post_or_with_a_closed_account_sees_nothing(
    make_user, make_pupils, classroom
):
    make_pupils(1)
    nobody = make_user(Role.SCHOOL_ADMIN, "TH/1/2/5/")
    nobody.postings.all().delete()
    closed = make_user(Role.FUND_OFFICER, "TH/", is_active=False)

    assert not Pupil.objects.visible_to(nobody).exists()
    assert not Pupil.objects.visible_to(closed).exists()


def test_scope_at_each_level(
    make_pupils,
    other_classroom,
    teacher,
    admin,
    office_admin,
    affiliation_officer,
    fund_officer,
    system_admin,
    outsider,
):
    make_pupils(2)
    make_pupils(3, classroom=other_classroom)

    seen = {
        p.username: Pupil.objects.visible_to(p).count()
        for p in (teacher, admin, office_admin, fund_officer, outsider)
    }
    assert seen == {"teacher": 2, "admin": 2, "office_admin": 2, "fund_officer": 5, "outsider": 3}
    assert not Pupil.objects.visible_to(affiliation_officer).exists()
    assert not Pupil.objects.visible_to(system_admin).exists()
    assert School.objects.visible_to(affiliation_officer).count() == 2


def test_an_unknown_verb_is_a_mistake_not_a_refusal(teacher):
    with pytest.raises(KeyError):
        access.may(teacher, "payments.give_away", "TH/")


def test_nobody_grants_themselves_a_post(make_user):
    user = make_user(Role.SCHOOL_ADMIN, "TH/1/2/5/")

    with (
        pytest.raises(IntegrityError, match="posting_is_not_granted_by_its_holder"),
        transaction.atomic(),
    ):
        user.postings.update(granted_by=user)


@pytest.mark.parametrize(
    ("change", "claim"),
    [
        ({"role": "king"}, "posting_role_is_known"),
        ({"path": "TH/1"}, "posting_path_ends_in_slash"),
        ({"ends_on": date(2020, 1, 1)}, "posting_ends_after_it_starts"),
    ],
)
def test_a_posting_that_cannot_be(change, claim, make_user):
    user = make_user(Role.SCHOOL_ADMIN, "TH/1/2/5/")

    with pytest.raises(IntegrityError, match=claim), transaction.atomic():
        user.postings.update(**change)
