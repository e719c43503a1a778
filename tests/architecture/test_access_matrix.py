"""Every page x every role: who gets in, who is turned away, and that an outsider finds nothing.

What a page requires is its verb; who holds the verb is the table in eqfund.access (docs/roles.md).
A new page is in the matrix by being in urls.py.
"""

import uuid

import pytest
from django.urls import NoReverseMatch, URLPattern, get_resolver, reverse

from eqfund.access import VERBS, Role

PEOPLE = {
    "teacher": Role.HOMEROOM_TEACHER,
    "screening_teacher": Role.SCREENING_TEACHER,
    "registry_keeper": Role.REGISTRY_KEEPER,
    "admin": Role.SCHOOL_ADMIN,
    "director": Role.SCHOOL_DIRECTOR,
    "office_admin": Role.OFFICE_ADMIN,
    "affiliation_officer": Role.AFFILIATION_OFFICER,
    "fund_officer": Role.FUND_OFFICER,
    "fund_approver": Role.FUND_APPROVER,
    "fund_finance": Role.FUND_FINANCE,
    "auditor": Role.AUDITOR,
    "system_admin": Role.SYSTEM_ADMIN,
}
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


def ask(client, name):
    """GET the page, or POST to one that only takes that."""
    response = client.get(address(name))
    return client.post(address(name)) if response.status_code == 405 else response


def turned_away(response):
    return response.status_code == 403


def test_every_page_has_a_name_of_its_own():
    patterns = [name for name, _pattern in pages(get_resolver().url_patterns)]
    assert len(patterns) == len(set(patterns))


@pytest.mark.parametrize("person", PEOPLE)
def test_a_page_lets_in_those_whose_role_holds_its_verb_and_nobody_else(
    person, request, client, term
):
    role = PEOPLE[person]
    client.force_login(request.getfixturevalue(person))
    client.raise_request_exception = False

    wrong = []
    for name, pattern in PAGES.items():
        holds = role in VERBS[pattern.callback.requires]
        response = ask(client, name)
        if turned_away(response) is holds or response.status_code >= 500:
            wrong.append(f"{name} ({pattern.callback.requires}): {response.status_code}")

    assert wrong == []


def test_nobody_gets_in_without_signing_in(client, db):
    wrong = []
    for name in PAGES:
        for response in (client.get(address(name)), client.post(address(name))):
            signing_in = response.status_code == 302 and "/accounts/login/" in response["Location"]
            if not signing_in and response.status_code != 405:
                wrong.append(f"{name}: {response.status_code}")

    assert wrong == []


def test_a_person_whose_posting_has_ended_gets_in_nowhere(client, teacher):
    teacher.postings.update(ends_on="2026-06-30", starts_on="2026-05-01")
    client.force_login(type(teacher).objects.get(pk=teacher.pk))
    client.raise_request_exception = False

    open_to_the_ended = [name for name in PAGES if not turned_away(ask(client, name))]

    assert open_to_the_ended == []
