"""Readings: one row an hour, lists as one event, and a mark that cannot lie."""

import pytest
import time_machine
from django.http import HttpResponse
from django.urls import reverse

from eqfund import audit, clock
from eqfund.access import requires
from eqfund.models import Event


@pytest.fixture
def ask(rf, teacher):
    def make(address="/x/", user=teacher):
        request = rf.get(address)
        request.user, request.moment = user, clock.now()
        return request

    return make


def readings():
    return Event.objects.filter(kind="read")


def test_a_page_opened_again_within_the_hour_is_one_reading_and_one_query(
    ask, make_pupils, django_assert_num_queries
):
    pupil = make_pupils(1)[0]
    request = ask()
    audit.access.postings_of(request.user)

    with django_assert_num_queries(1):
        audit.read(request, pupil)
    audit.read(ask(), pupil)

    event = readings().get()
    assert (event.pupil_id, event.path, event.verb) == (pupil.pk, pupil.path, "read")


def test_an_hour_later_it_is_another_reading(ask, make_pupils):
    pupil = make_pupils(1)[0]
    for moment in ("2026-07-10 09:59:59+07:00", "2026-07-10 10:00:00+07:00"):
        with time_machine.travel(moment, tick=False):
            audit.read(ask(), pupil)

    assert readings().count() == 2


def test_two_people_are_two_readings(ask, admin, make_pupils):
    pupil = make_pupils(1)[0]
    audit.read(ask(), pupil)
    audit.read(ask(user=admin), pupil)

    assert set(readings().values_list("actor_id", flat=True)) == {admin.pk, ask().user.pk}


def test_a_list_is_one_event_with_its_count_and_place(ask, make_pupils, classroom):
    pupils = make_pupils(3)
    audit.read_list(ask(), "registry:pupils", pupils)

    event = readings().get()
    assert (event.verb, event.object_label, event.facts) == (
        "read_list",
        "registry:pupils",
        {"count": 3},
    )
    assert event.path == classroom.path, "where a homeroom teacher looks"


def test_another_search_is_another_event_and_its_words_are_not_kept(ask, make_pupils):
    pupils = make_pupils(3)
    for query in ("?name=สมชาย", "?name=สมหญิง", "?name=สมชาย"):
        audit.read_list(ask(f"/pupils/{query}"), "registry:pupils", pupils)

    assert readings().count() == 2
    kept = str(list(readings().values()))
    assert "สมชาย" not in kept and "%E0" not in kept


def test_an_empty_list_is_no_reading_of_anybody(ask):
    audit.read_list(ask(), "registry:pupils", [])

    assert not readings().exists()


def test_acts_and_downloads_are_never_folded_together(admin, school):
    for _each in range(2):
        audit.record("edit_school", school, by=admin)
        audit.record("download_file", school, by=admin)

    assert Event.objects.filter(kind="act").count() == 2
    assert Event.objects.filter(kind="download").count() == 2


def test_a_marked_view_that_records_nothing_is_an_error_here_and_a_log_line_in_production(
    ask, settings, caplog
):
    @audit.reads
    def silent(request):
        return HttpResponse("a child's name")

    with pytest.raises(AssertionError, match="silent"):
        silent(ask())
    settings.STRICT_READS = False
    assert silent(ask()).status_code == 200
    assert "recorded no reading" in caplog.text


def test_the_mark_is_seen_through_the_guard():
    @requires("read_child")
    @audit.reads
    def page(request):
        return HttpResponse()

    assert page.records_read
    assert page.requires == "read_child"


def test_a_reading_stands_though_the_page_then_fails(ask, make_pupils):
    @audit.reads
    def page(request):
        audit.read(request, pupil)
        raise RuntimeError

    pupil = make_pupils(1)[0]
    with pytest.raises(RuntimeError):
        page(ask())

    assert readings().count() == 1


@pytest.mark.parametrize("page", ["pupil", "pupils"])
def test_the_registrys_pages_are_read_by_name(page, client, teacher, make_pupils, term):
    pupil = make_pupils(2)[0]
    client.force_login(teacher)

    address = (
        reverse("registry:pupil", args=[pupil.pk])
        if page == "pupil"
        else reverse("registry:pupils")
    )
    assert client.get(address).status_code == 200

    event = readings().get()
    assert (event.actor_id, event.actor_name) == (teacher.pk, teacher.full_name)
    assert event.pupil_id == (pupil.pk if page == "pupil" else None)


def test_a_child_that_is_not_mine_is_no_reading(client, outsider, make_pupils, term):
    client.force_login(outsider)

    assert client.get(reverse("registry:pupil", args=[make_pupils(1)[0].pk])).status_code == 404

    assert not readings().exists()
