"""Access that was refused stands in the book, folded, so that whoever tries every number fills nothing."""

import pytest
from django.core.cache import cache
from django.db import DatabaseError
from django.urls import reverse

from eqfund import audit
from eqfund.audit import refused
from eqfund.limits_table import Limit
from eqfund.models import Event


@pytest.fixture(autouse=True)
def _anew(db):
    cache.clear()


def seen():
    return [
        (event.verb, event.object_label, event.object_id, event.facts.get("count"))
        for event in Event.objects.filter(verb__startswith="access.").order_by("pk")
    ]


def test_a_page_of_anothers_verb_is_written_with_its_person(client, teacher):
    client.force_login(teacher)
    assert client.get(reverse("audit:events")).status_code == 403

    assert seen() == [("access.refused", "audit:events", "", 1)]
    event = Event.objects.get(verb="access.refused")
    assert (event.actor_id, event.path) == (teacher.pk, teacher.postings.get().path)


def test_anothers_row_and_a_row_that_never_was_look_the_same(client, outsider, make_pupils):
    client.force_login(outsider)
    pupil = make_pupils(1)[0]
    for pk in (pupil.pk, 987654321):
        cache.clear()
        assert client.get(reverse("registry:pupil", args=[pk])).status_code == 404

    first, second = Event.objects.filter(verb="access.not_found").order_by("pk")
    assert (first.object_id, second.object_id) == (str(pupil.pk), "987654321")
    assert (first.facts, first.path, first.pupil_id) == (second.facts, second.path, None)


def test_whoever_tries_every_number_writes_a_line_for_each_power_of_ten(client, outsider):
    client.force_login(outsider)
    for pk in range(9_000_000, 9_000_130):
        client.get(reverse("registry:pupil", args=[pk]))

    assert [(count, number) for _verb, _page, number, count in seen()] == [
        (1, "9000000"),
        (10, "9000009"),
        (100, "9000099"),
    ]


def test_an_act_that_is_refused_by_its_token_counts_for_strangers_too(client):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    assert strict.post(reverse("account_login"), {"login": "x"}).status_code == 403

    event = Event.objects.get(verb="access.refused")
    assert (event.actor_id, event.object_label) == (None, "account_login")
    assert event.facts["who"].startswith("address-") and "127.0.0.1" not in str(event.facts)


def test_a_strangers_wrong_address_is_no_news(client):
    assert client.get("/nowhere/").status_code == 404
    assert client.get(reverse("registry:pupil", args=[1])).status_code == 302

    assert seen() == []


def test_too_many_requests_are_written(client, teacher, term, settings):
    settings.RATE_LIMITS = {"search": Limit(1, 60, ("registry:pupils",), ("name",))}
    client.force_login(teacher)
    answers = [client.get(reverse("registry:pupils"), {"name": "กก"}) for _n in range(3)]

    assert [answer.status_code for answer in answers] == [200, 429, 429]
    assert seen() == [("access.too_often", "registry:pupils", "", 1)]


def test_many_strangers_together_write_few_lines(rf, monkeypatch):
    from django.contrib.auth.models import AnonymousUser
    from django.urls import resolve

    monkeypatch.setattr(refused, "OPEN_LINES", 5)
    for number in range(120):
        request = rf.post(reverse("account_login"), REMOTE_ADDR=f"10.0.0.{number}")
        request.user, request.resolver_match = AnonymousUser(), resolve(request.path)
        refused.note(request, 429)

    assert len(seen()) == 5 + 2  # the tenth and the hundredth


def test_a_book_that_cannot_be_written_turns_nobody_away(client, teacher, monkeypatch):
    def broken(*args, **kwargs):
        raise DatabaseError

    monkeypatch.setattr(audit, "record", broken)
    client.force_login(teacher)

    assert client.get(reverse("audit:events")).status_code == 403


def test_a_cache_that_is_away_turns_nobody_away(client, teacher, settings):
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.db"
    client.force_login(teacher)

    assert client.get(reverse("audit:events")).status_code == 403
    assert seen() == []
