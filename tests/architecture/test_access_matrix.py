"""The guard at each page's door: a verb that somebody holds, asked of everybody who comes.

Which rows each role finds behind the door is walked at the end of the story, as every role, in every
neighbour's place (rehearsal.access_walk, docs/access.md); that a page has a verb or says why it is open
stands in test_architecture. Here is what neither sees: the door itself, in a second.
"""

import re
import uuid

import pytest
from django.urls import NoReverseMatch, URLPattern, get_resolver, reverse

from eqfund.access import VERBS, Role

# Nothing that exists: who may not know of a row is told it is not there, before anything is done.
NOWHERE = {"int": 987_654_321, "str": "nowhere", "slug": "nowhere", "uuid": uuid.UUID(int=1)}


def pages(patterns, namespace=""):
    for pattern in patterns:
        if not isinstance(pattern, URLPattern):
            yield from pages(pattern.url_patterns, f"{namespace}{_prefix(pattern)}")
        elif hasattr(pattern.callback, "requires"):
            yield f"{namespace}{pattern.name}", pattern


def _prefix(pattern):
    return f"{pattern.namespace}:" if pattern.namespace else ""


PAGES = dict(pages(get_resolver().url_patterns))


def address(name):
    """The page's address, with arguments that name nothing."""
    pattern = PAGES[name].pattern
    arguments = {
        key: NOWHERE.get(
            type(converter).__name__.removesuffix("Converter").lower().replace("string", "str"), 1
        )
        for key, converter in pattern.converters.items()
    }
    for attempt in (arguments, dict.fromkeys(arguments, 1)):
        try:
            return reverse(name, kwargs=attempt)
        except NoReverseMatch:
            continue
    raise AssertionError(f"no address for {name}")


def test_every_page_has_a_name_of_its_own():
    patterns = [name for name, _pattern in pages(get_resolver().url_patterns)]
    assert len(patterns) == len(set(patterns))


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_is_some_roles(verb):
    assert VERBS[verb] and set(VERBS[verb]) <= set(Role)


def layers(view):
    """What a request passes, from the outside: each decorator's function, then the view's."""
    while view is not None:
        yield view.__code__.co_name
        view = getattr(view, "__wrapped__", None)


@pytest.mark.parametrize("name", PAGES)
def test_nothing_answers_before_the_door_but_the_kind_of_request(name):
    """A decorator put outside of @requires would answer before anybody is asked who they are."""
    found = list(layers(PAGES[name].callback))

    before = found[: found.index("guarded")]
    assert set(before) <= {"inner", "_view_wrapper"}, before  # require_..., login_required


@pytest.mark.parametrize("role", Role)
def test_the_door_lets_in_who_holds_the_verb_and_nobody_else(role, client, make_user, affiliation):
    client.force_login(make_user(role, "TH/", f"somebody-{role}"))

    answer = client.get(reverse("audit:events"))

    assert answer.status_code == (200 if role in VERBS["read_audit"] else 403)


def test_the_door_is_shut_when_the_post_has_ended(client, auditor):
    auditor.postings.update(starts_on="2026-05-01", ends_on="2026-06-30")
    client.force_login(type(auditor).objects.get(pk=auditor.pk))

    assert client.get(reverse("audit:events")).status_code == 403


def test_nobody_gets_in_without_signing_in(client, db):
    wrong = []
    for name in PAGES:
        for response in (client.get(address(name)), client.post(address(name))):
            signing_in = response.status_code == 302 and "/accounts/login/" in response["Location"]
            if not signing_in and response.status_code != 405:
                wrong.append(f"{name}: {response.status_code}")

    assert wrong == []


# Tables that leave without a proof given anew, each with its reason.
WITHOUT_PROOF = {
    "calendar:term-csv": "the calendar; nothing of anybody",
    "registry:import-errors": "the wrong cells of a file, mended at once by whoever sent it",
}


@pytest.mark.parametrize("name", [name for name in PAGES if re.search("csv|export|errors", name)])
def test_a_table_leaves_to_those_alone_who_proved_themselves_just_now(name):
    """A phone left open on a desk must not give away a school's children as a file."""
    proof = getattr(PAGES[name].callback, "reauthenticated", False)

    assert proof or name in WITHOUT_PROOF or name == "privacy:exports"
