"""The pages of people and posts: what each shows, to whom, what neighbours do not see, and at what cost."""

from datetime import date

import pytest

from eqfund.access import Role
from eqfund.models import Posting, User

from .addresses import TODAY, url

pytestmark = pytest.mark.usefixtures("demo_time")


# --- the list ----------------------------------------------------------------------------------


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


# --- one person --------------------------------------------------------------------------------


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
