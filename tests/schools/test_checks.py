"""The checklist: each line from the data, for many schools at once."""

from datetime import date

import pytest

from eqfund import clock
from eqfund.models import School, User
from eqfund.schools import actions, checks

pytestmark = pytest.mark.django_db


@pytest.fixture
def states(calendar, school, at):
    """Each line's state on a day, by its code."""

    def states(day="2569-05-20"):
        school.refresh_from_db()
        return {line.code: line.state for line in checks.checklist(school, calendar, at(day))}

    return states


def test_an_empty_school_lacks_what_is_needed(states):
    found = states()

    assert {code for code, state in found.items() if state == "bad"} >= {
        "contacts",
        "address",
        "director",
        "classes",
        "file",
    }


def test_a_full_profile_is_in_order(full, states):
    found = states()

    assert [found[code] for code in ("contacts", "address", "director", "levels")] == ["good"] * 4


@pytest.mark.parametrize(
    ("fields", "code", "state"),
    [
        ({"phone": "1"}, "contacts", "bad"),
        ({"contact_name": ""}, "contacts", "bad"),
        ({"contact_mobile": "", "email": ""}, "contacts", "bad"),
        ({"contact_mobile": "", "email": "a@b.th"}, "contacts", "good"),
        ({"postcode": "10100"}, "address", "bad"),
        ({"subdistrict_code": "509999"}, "address", "bad"),
        ({"latitude": "18.79", "longitude": "98.99"}, "point", "good"),
        ({"latitude": "7.88", "longitude": "98.39"}, "point", "bad"),
        ({"levels": None}, "levels", "sun"),
        ({"levels": []}, "levels", "sun"),
    ],
)
def test_a_line_tells_of_its_fields(fields, code, state, full, states):
    School.objects.filter(pk=full.pk).update(**fields)

    assert states()[code] == state


def test_a_class_of_a_level_that_is_not_named_is_said(full, classroom, admin, states, at):
    assert states()["levels"] == "good"  # ป.4 is primary

    actions.edit_school(full, by=admin, at=at("2569-05-20"), levels=["kindergarten"])

    assert states()["levels"] == "sun"


def test_who_headed_the_school_until_yesterday_does_not_sign(head, states, admin, at):
    row = head()
    actions.end_director(row, on=date(2026, 5, 31), reason="moved", by=admin, at=at("2569-05-20"))

    assert states("2569-05-31")["director"] == "good"
    assert states("2569-06-01")["director"] == "bad"


@pytest.mark.parametrize(
    ("tied", "capacity", "state"),
    [
        pytest.param(True, "in_post", "good", id="tied, in the same capacity"),
        pytest.param(True, "acting", "sun", id="tied, in another capacity"),
        pytest.param(False, "in_post", "sun", id="not tied"),
    ],
)
def test_the_directors_account_says_the_same(tied, capacity, state, director, head, states):
    posting = director.postings.get() if tied else None

    head(director.full_name, capacity=capacity, posting=posting)

    assert states()["director_account"] == state


def test_without_an_account_the_office_is_named(head, school, calendar, at):
    head()

    lines = {line.code: line for line in checks.checklist(school, calendar, at("2569-05-20"))}

    assert lines["director_account"].state == "sun"
    assert lines["director_account"].url == ""


def test_teachers_and_keeper_count_when_they_have_signed_in(
    classroom, teacher, registry_keeper, states
):
    found = states()
    assert (found["classes"], found["teachers"], found["keeper"]) == ("good", "sun", "sun")

    User.objects.update(last_login=clock.wall())

    found = states()
    assert (found["teachers"], found["keeper"]) == ("good", "good")
    User.objects.filter(pk=teacher.pk).update(is_active=False)
    assert states()["teachers"] == "sun"


@pytest.mark.parametrize("count", [1, 20])
def test_many_schools_cost_what_one_costs(
    count, calendar, office, at, django_assert_max_num_queries
):
    from eqfund import places

    made = [
        places.add_school(office, name=f"ร {n}", moe_code=f"{n:010d}", province_code="50")
        for n in range(count)
    ]
    schools = list(
        School.objects.filter(pk__in=[s.pk for s in made]).select_related("office__affiliation")
    )

    # directors, their accounts; classes, posts, files; rolls: classes, figures, confirmed, marks; accounts
    with django_assert_max_num_queries(14):
        found = checks.checklists(schools, calendar, at("2569-05-20"))

    assert len(found) == count
