"""Walk every page as each role: at their own place, beside it, above it and far away.

Run at the end of the story, when every kind of row exists. Each page is asked for as
each role's demo person, and once as nobody:

    own      a row of the main classroom (or of the main school, where a page is about schools)
    class    a row of another class of the same school
    school   a row of another school under the same office
    away     a row of a school of another office

A page is *reached* when it answers anything but "not for your role" (403), "not found"
(404) or the sign-in page. A page that only takes a POST is posted to, and whatever that
does is rolled back. Reaching a row outside the person's places is a leak, and so is a
page that names a child or school from far away.

`docs/access.md` is what it prints; the story compares.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from eqfund import access
from eqfund.access import Role
from eqfund.accounts import sessions
from eqfund.models import (
    Pupil,
    User,
)
from rehearsal.access_rows import NATIONAL, Kwargs, sampler_of
from rehearsal.world import World

CONTEXTS = ("own", "class", "school", "away")
LETTERS = {"own": "o", "class": "c", "school": "s", "away": "a"}
PEOPLE = {
    Role.HOMEROOM_TEACHER: "teacher",
    Role.SCREENING_TEACHER: "screening",
    Role.REGISTRY_KEEPER: "registry",
    Role.SCHOOL_ADMIN: "admin",
    Role.SCHOOL_DIRECTOR: "director",
    Role.OFFICE_ADMIN: "office",
    Role.AFFILIATION_OFFICER: "affiliation",
    Role.FUND_OFFICER: "fund",
    Role.FUND_APPROVER: "approver",
    Role.FUND_FINANCE: "finance",
    Role.AUDITOR: "auditor",
    Role.SYSTEM_ADMIN: "sysadmin",
}

ADDRESS = re.compile(r'(?:href|action|src|hx-get|hx-post)="([^"]+)"')


@dataclass(frozen=True, slots=True)
class PageToWalk:
    """One address of the product."""

    name: str
    callback: Any
    arguments: tuple[str, ...]

    @property
    def verb(self) -> str:
        return getattr(self.callback, "requires", "")

    @property
    def is_open(self) -> bool:
        return hasattr(self.callback, "open_because")


@dataclass
class Walk:
    """What was reached, and what is wrong."""

    reached: dict[str, dict[Role, str]] = field(default_factory=dict)
    leaks: list[str] = field(default_factory=list)
    requests: int = 0
    addresses: set[str] = field(default_factory=set)  # that links and forms lead to


def pages() -> list[PageToWalk]:
    """Every named page of ours, in the order of the addresses; a name that stands twice, once."""
    found = {page.name: page for page in _pages(get_resolver().url_patterns, "")}
    return list(found.values())


def _pages(patterns: list[Any], namespace: str) -> Iterator[PageToWalk]:
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            name = f"{namespace}:{pattern.name}" if namespace else str(pattern.name)
            if hasattr(pattern.callback, "requires") or hasattr(pattern.callback, "open_because"):
                yield PageToWalk(name, pattern.callback, tuple(pattern.pattern.converters))
        elif isinstance(pattern, URLResolver):
            yield from _pages(pattern.url_patterns, pattern.namespace or namespace)


def place_of(world: World, context: str) -> str:
    """The path of a context: a class for `own` and `class`, else a school."""
    rooms = [room for room in world.classrooms_of(world.main) if room != world.main_classroom]
    same_office = [
        s for s in world.schools if s.office_id == world.main.office_id and s != world.main
    ]
    elsewhere = [s for s in world.schools if s.office_id != world.main.office_id]
    return {
        "own": world.main_classroom.path,
        "class": rooms[0].path,
        "school": same_office[0].path,
        "away": elsewhere[-1].path,
    }[context]


def walk(world: World) -> Walk:
    """Ask for every page as every role, in every context that has a row for it."""
    result = Walk()
    everything = pages()
    samples = {page.name: _samples(page, world) for page in everything if not page.is_open}
    markers = _markers(world)
    for role, username in PEOPLE.items():
        person = world.people[username]
        client = Client(SERVER_NAME="localhost")
        sessions.enter_by_click(client, person)
        for page in everything:
            if page.is_open or page.name == "account_logout":
                continue
            reached = result.reached.setdefault(page.name, {})
            reached[role] = _as_person(
                page, person, client, samples[page.name], markers, world, result
            )
    _as_nobody(everything, samples, result)
    return result


def _as_person(
    page: PageToWalk,
    person: User,
    client: Client,
    samples: dict[str, Kwargs],
    markers: list[str],
    world: World,
    result: Walk,
) -> str:
    """The letters of the contexts a person reaches; "-" when the role has no such page."""
    letters = ""
    if not access.paths_with(person, page.verb):  # turned away before any row: once is enough
        samples = dict(list(samples.items())[-1:])
    for context, kwargs in samples.items():
        status, text = _ask(client, page, kwargs)
        result.requests += 1
        if status in (400, 500):
            result.leaks.append(f"{page.name} {context} answers {status} to {person.username}")
        if status in (403, 404):
            continue
        letters += LETTERS[context]
        result.addresses |= set(ADDRESS.findall(text))
        path = place_of(world, context)
        mine = access.paths_with(person, page.verb)
        if page.arguments and page.name not in NATIONAL and not _touches(mine, path):
            result.leaks.append(f"{page.name}: {person.username} reaches {context}")
        if not any(place == "TH/" for place in mine) and not _touches(
            mine, place_of(world, "away")
        ):
            result.leaks += [
                f"{page.name}: {person.username} reads {marker}"
                for marker in markers
                if marker in text
            ]
    return letters or "-"


def _touches(places: list[str], path: str) -> bool:
    """Whether a person's places cover the path, or lie inside the school that it names."""
    school = "/".join(path.split("/")[:4]) + "/"
    return any(
        path.startswith(place) or (place.startswith(school) and path == school) for place in places
    )


def _ask(client: Client, page: PageToWalk, kwargs: Kwargs) -> tuple[int, str]:
    """Status and text of a page; whatever a POST does is rolled back."""
    url = reverse(page.name, kwargs=kwargs)
    client.raise_request_exception = False
    with transaction.atomic():
        response = client.get(url)
        if response.status_code == 405:
            response = client.post(url)
        text = "" if response.streaming else response.content.decode(errors="replace")
        transaction.set_rollback(True)
    return response.status_code, text


def _as_nobody(
    everything: list[PageToWalk], samples: dict[str, dict[str, Kwargs]], result: Walk
) -> None:
    """Without signing in, every page leads to the sign-in page."""
    client = Client(SERVER_NAME="localhost")
    for page in everything:
        if page.is_open:
            continue
        for kwargs in list(samples[page.name].values())[:1]:
            status, _text = _ask(client, page, kwargs)
            result.requests += 1
            if status not in (302, 405):
                result.leaks.append(f"{page.name}: answers {status} to nobody")


def _markers(world: World) -> list[str]:
    """Names that stand far away alone: the school and some of its children."""
    path = place_of(world, "away")
    pupils = Pupil.objects.under(path).order_by("pk")[:25]
    here = {f"{p.first_name} {p.last_name}" for p in Pupil.objects.under(world.main.office.path)}
    names = [f"{pupil.first_name} {pupil.last_name}" for pupil in pupils]
    return [world.school_at(path).name, *(name for name in names if name not in here)]


def _samples(page: PageToWalk, world: World) -> dict[str, Kwargs]:
    """The arguments of a page in each context that has a row; one context for a page without any."""
    if not page.arguments:
        return {"own": {}}
    sampler = sampler_of(page.name)
    found: dict[str, Kwargs] = {}
    for context in CONTEXTS:
        kwargs = sampler(world, place_of(world, context))
        if kwargs is not None and kwargs not in found.values():
            found[context] = kwargs
    return found


def table(result: Walk) -> str:
    """docs/access.md: a row a page, a column a role."""
    titles = [role.value for role in PEOPLE]
    lines = [
        "# Who reaches which page",
        "",
        "Written by `make docs` from a walk through every page as every role at the end of the story.",
        "o: a row of one's own class (or school); c: of another class of the school; s: of another school",
        "under the same office; a: of another office. -: not reached.",
        "",
        "| page | " + " | ".join(titles) + " |",
        "|---|" + "---|" * len(titles),
    ]
    for name, reached in sorted(result.reached.items()):
        lines.append(f"| {name} | " + " | ".join(reached[role] for role in PEOPLE) + " |")
    return "\n".join(lines) + "\n"
