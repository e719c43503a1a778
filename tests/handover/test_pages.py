"""The pages: what each side reads before and after, forms typed wrongly, the second page, the file."""

import pytest
from django.urls import reverse

from eqfund.access import Role
from eqfund.handover.actions import moves
from eqfund.handover.rules import Fact
from eqfund.handover.views import REQUESTS_AN_HOUR
from eqfund.models import Event, Handover
from tests.payments.sessions import sign_in

pytestmark = pytest.mark.django_db
NOW = "2569-06-12 10:00"


@pytest.fixture(autouse=True)
def _moment(at):
    from eqfund import clock

    with clock.rehearse(at(NOW)):
        yield


@pytest.fixture
def get(client):
    def get(user, name, *args, **query):
        client.force_login(user)
        if name == "handovers-csv":  # a table leaves to those alone who proved themselves just now
            sign_in(client, user, language="th")
        return client.get(reverse(f"handover:{name}", args=args), query)

    return get


@pytest.fixture
def post(client):
    def post(user, name, *args, **data):
        client.force_login(user)
        return client.post(reverse(f"handover:{name}", args=args), data)

    return post


def text(response):
    return (
        b"".join(response.streaming_content) if response.streaming else response.content
    ).decode()


def test_before_the_answer_the_new_school_reads_what_it_needs_and_no_more(
    get, sent, child, receiver, admin
):
    answer = get(receiver, "handover", sent.pk)

    assert child.first_name in text(answer)
    assert sent.from_name in text(answer)
    assert Fact.LAST4 not in answer.context["it"].facts
    assert child.identity.number not in text(answer)
    assert get(receiver, "handover-history", sent.pk).status_code == 404
    assert child.first_name in text(get(admin, "handover", sent.pk))


def test_after_it_the_history_is_the_new_schools_alone(get, accepted, child, receiver, admin):
    assert get(receiver, "handover-history", accepted.pk).status_code == 200
    assert get(admin, "handover-history", accepted.pk).status_code == 404
    reading = Event.objects.filter(kind="read", pupil_id=child.pk)
    assert reading.exists()


def test_a_refused_child_is_no_longer_named_to_the_new_school(get, sent, child, receiver, at):
    moves.refuse_handover(sent, reason="not_here", by=receiver, at=at(NOW))

    page = text(get(receiver, "handover", sent.pk))

    assert child.first_name not in page
    assert sent.from_name in page


def test_a_child_that_was_asked_for_is_not_told_of(
    get, child, receiver, other_classroom, at, school
):
    asked = moves.ask_for_handover(
        child.identity.number,
        child.birth_date,
        other_classroom,
        moved_on=at("2569-06-08").date(),
        by=receiver,
        at=at("2569-06-10"),
    )

    page = text(get(receiver, "handover", asked.pk))

    for secret in (child.first_name, school.name, "2559", child.identity.number):
        assert secret not in page
    assert child.identity.last4 in page


@pytest.mark.parametrize(
    ("who", "sees", "names"),
    [
        ("office_admin", True, True),
        ("other_office_admin", True, True),
        ("teacher", True, True),
        ("outsider", False, False),
        ("affiliation_officer", True, False),
        ("fund_officer", True, True),
        ("third", False, False),
        ("auditor", True, True),
    ],
)
def test_both_offices_and_those_above_see_it_within_their_scope(
    who, sees, names, request, get, sent, child
):
    person = request.getfixturevalue(who)

    listed = text(get(person, "handovers"))
    page = get(person, "handover", sent.pk)

    assert (page.status_code == 200) == sees
    assert (sent.to_name in listed) == sees
    assert (child.first_name in listed) == names
    if sees:
        assert (child.first_name in text(page)) == names


def test_a_neighbour_class_does_not_see_it(get, sent, make_user, school):
    from eqfund import places

    neighbour = places.add_classroom(school, year_be=2569, grade="P5", room="1")
    teacher = make_user(Role.HOMEROOM_TEACHER, neighbour.path)

    assert get(teacher, "handover", sent.pk).status_code == 404


def test_the_receiving_class_sees_it_once_the_child_is_there(
    get, accepted, outsider, child, other_classroom
):
    assert get(outsider, "handover", accepted.pk).status_code == 200
    assert get(outsider, "handover-history", accepted.pk).status_code == 200


def test_a_system_administrator_has_no_such_page(get, sent, system_admin):
    assert get(system_admin, "handovers").status_code == 403


def test_the_file_says_what_the_list_says(get, sent, child, affiliation_officer, receiver):
    assert child.full_name in text(get(receiver, "handovers-csv"))
    assert child.first_name not in text(get(affiliation_officer, "handovers-csv"))
    assert Event.objects.filter(verb="handover.export").count() == 2


def test_the_list_is_narrowed_counted_and_has_a_second_page(
    get, send, make_pupils, admin, receiver, at
):
    for pupil in make_pupils(52):
        send(pupil)

    first = get(admin, "handovers", direction="out")
    second = get(admin, "handovers", direction="out", page=2)

    assert len(first.context["rows"]) == 50
    assert len(second.context["rows"]) == 2
    assert get(admin, "handovers", direction="in").context["total"] == 0
    assert {tab[0]: tab[2] for tab in first.context["states"]}["proposed"] == 52
    assert get(admin, "handovers", status="nonsense", way="x").context["total"] == 52


def test_what_nobody_answered_in_time_has_its_own_tab(get, sent, send, make_pupils, office_admin):
    (other,) = make_pupils(1)
    late = send(other)
    Handover.objects.filter(pk=late.pk).update(due_on="2026-06-11")

    page = get(office_admin, "handovers", status="late")

    assert [row.row.pk for row in page.context["rows"]] == [late.pk]
    assert {tab[0]: tab[2] for tab in page.context["states"]}["late"] == 1
    assert page.context["total"] == 2


@pytest.mark.parametrize("rows", [1, 50])
def test_the_list_asks_the_same_number_of_questions(
    rows, get, send, make_pupils, admin, django_assert_max_num_queries
):
    for pupil in make_pupils(rows):
        send(pupil)
    get(admin, "handovers")

    # session, user, posts, consent, account; the count and the page, those in a row, the counts of states, the reading
    with django_assert_max_num_queries(15):
        get(admin, "handovers")


def test_a_school_is_found_by_name_or_code_and_the_pupil_sent(
    get, post, child, admin, other_school
):
    found = get(admin, "pupil-propose", child.pk, q="ห้วยสมมติ")
    assert other_school.name in text(found)
    assert "ไม่พบ" in text(get(admin, "pupil-propose", child.pk, q="ไม่มีจริง"))

    wrong = post(
        admin, "pupil-propose", child.pk, q="ห้วยสมมติ", code=other_school.moe_code, moved_on="วันก่อน"
    )
    assert wrong.status_code == 422
    unknown = post(admin, "pupil-propose", child.pk, q="ห้วยสมมติ", code="9", moved_on="10/6/2569")
    assert unknown.status_code == 422
    done = post(
        admin,
        "pupil-propose",
        child.pk,
        q=other_school.moe_code,
        code=other_school.moe_code,
        moved_on="10/6/2569",
    )

    assert done.status_code == 302
    assert Handover.objects.get().to_school == other_school


def test_the_answer_is_given_on_the_page(post, sent, receiver, other_classroom):
    assert (
        post(receiver, "handover-accept", sent.pk, room="x", starts_on="10/6/2569").status_code
        == 422
    )
    assert post(receiver, "handover-refuse", sent.pk, reason="other").status_code == 422

    post(receiver, "handover-accept", sent.pk, room=str(other_classroom.pk), starts_on="10/6/2569")

    sent.refresh_from_db()
    assert sent.status == "accepted"
    assert post(receiver, "handover-refuse", sent.pk, reason="not_here").status_code == 409


def test_it_is_refused_and_withdrawn_on_the_page(post, sent, receiver, admin, send, child):
    post(receiver, "handover-refuse", sent.pk, reason="other", note="ยังไม่มารายงานตัว")
    again = send(child, day="2569-06-12")
    post(admin, "handover-withdraw", again.pk)

    assert list(Handover.objects.order_by("pk").values_list("status", flat=True)) == [
        "refused",
        "withdrawn",
    ]


def test_asking_tells_only_that_a_request_went_out(
    get, post, child, receiver, other_classroom, school
):
    given = {"number": child.identity.number, "room": str(other_classroom.pk)}
    assert get(receiver, "ask").status_code == 200
    wrong = post(
        receiver, "ask", **given | {"number": "123"}, born="13/5/2559", moved_on="8/6/2569"
    )
    assert wrong.status_code == 422

    nobody = post(receiver, "ask", **given, born="14/5/2559", moved_on="8/6/2569")
    found = post(receiver, "ask", **given, born="13/5/2559", moved_on="8/6/2569")

    assert nobody.context["nobody"] is True
    assert found.status_code == 302
    assert Handover.objects.get().way == "asked"


def test_nobody_asks_without_end(post, child, receiver, other_classroom, monkeypatch):
    monkeypatch.setattr("eqfund.handover.views.spent", lambda *args: args[2] == REQUESTS_AN_HOUR)

    answer = post(
        receiver,
        "ask",
        number=child.identity.number,
        born="13/5/2559",
        room=str(other_classroom.pk),
        moved_on="8/6/2569",
    )

    assert answer.status_code == 409
    assert not Handover.objects.exists()


def test_the_state_is_set_and_undone_on_its_page(get, post, child, admin, teacher):
    assert get(admin, "pupil-state", child.pk).status_code == 200
    assert get(teacher, "pupil-state", child.pk).status_code == 403
    assert (
        post(admin, "pupil-state", child.pk, status="suspended", on="10/6/2569").status_code == 422
    )
    post(admin, "pupil-state", child.pk, status="withdrew", on="10/6/2569")
    page = get(admin, "pupil-state", child.pk)
    change = page.context["undoable"]

    assert change.became == "withdrew"
    assert post(admin, "state-undo", change.pk, reason="").status_code == 422
    post(admin, "state-undo", change.pk, reason="คนละคน")
    assert child.enrolments.get().status == "studying"


def test_after_the_hand_over_the_former_school_reads_nothing_new_of_the_child(
    client, get, accepted, child, admin, receiver
):
    child.guardians.update(is_current=False)
    child.guardians.create(
        full_name="นางผู้ปกครองใหม่ ตัวอย่าง",
        relationship="mother",
        since=accepted.closed_at,
    )

    client.force_login(admin)
    assert client.get(reverse("registry:pupil", args=[child.pk])).status_code == 404
    page = text(get(admin, "handover", accepted.pk))
    assert "ผู้ปกครองใหม่" not in page
    assert get(admin, "pupil-state", child.pk).status_code == 404
    assert get(admin, "pupil-propose", child.pk).status_code == 404
    client.force_login(receiver)
    assert client.get(reverse("registry:pupil", args=[child.pk])).status_code == 200
