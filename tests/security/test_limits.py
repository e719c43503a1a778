"""Who asks too often for what costs much is told to wait, and how long; nobody else is."""

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from eqfund import limits
from eqfund.limits_table import Limit


@pytest.fixture(autouse=True)
def _a_few(settings):
    cache.clear()
    settings.RATE_LIMITS = {
        "search": Limit(2, 60, ("registry:pupils",), ("name",)),
        "upload": Limit(2, 60),
        "open": Limit(2, 60),
    }


@pytest.fixture
def search(client, teacher, term):
    client.force_login(teacher)
    return lambda **query: client.get(reverse("registry:pupils"), query)


def test_one_too_many_is_told_in_thai_how_long_to_wait(search):
    answers = [search(name="กก") for _n in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 0 < int(answers[2].headers["Retry-After"]) <= 60
    text = answers[2].content.decode()
    assert "ถี่เกินไป" in text and answers[2].headers["Retry-After"] in text


def test_the_page_itself_is_not_counted_only_the_search(search):
    assert {search().status_code for _n in range(6)} == {200}


def test_another_person_is_not_turned_away(search, client, admin):
    for _n in range(3):
        search(name="กก")
    client.force_login(admin)

    assert search(name="กก").status_code == 200


def test_the_window_ends(search, monkeypatch):
    for _n in range(3):
        search(name="กก")
    real = limits.clock.wall
    later = real() + limits.clock.timedelta(seconds=61)
    monkeypatch.setattr(limits.clock, "wall", lambda: later)

    assert search(name="กก").status_code == 200


def test_any_form_with_files_is_counted(client, admin, calendar):
    client.force_login(admin)
    address = reverse("registry:imports-send")

    codes = [
        client.post(address, {"file": SimpleUploadedFile("a.csv", b"x")}).status_code
        for _n in range(3)
    ]

    assert codes[2] == 429 and 429 not in codes[:2]


def test_nobody_signed_in_is_counted_by_address(client, db):
    answers = [client.post("/language/", {"language": "en"}) for _n in range(3)]
    elsewhere = client.post("/language/", {"language": "en"}, REMOTE_ADDR="203.0.113.9")

    assert [answer.status_code for answer in answers] == [302, 302, 429]
    assert elsewhere.status_code == 302


def test_without_the_cache_nobody_is_turned_away(search, monkeypatch):
    def away(*args, **kwargs):
        raise ConnectionError

    monkeypatch.setattr(limits.cache, "add", away)

    assert {search(name="กก").status_code for _n in range(4)} == {200}


def test_the_pages_of_the_table_exist():
    from eqfund import settings as ours
    from tests.architecture.names import page_names

    named = {page for limit in ours.RATE_LIMITS.values() for page in limit.pages}

    assert named <= page_names()
