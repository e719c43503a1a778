"""Walk every page as each role: at their own place, beside it, above it and far away.

Run at the end of the story, when every kind of row exists. Each page is asked for as
each role's demo person, and once as nobody:

    own      a row of the main classroom (or of the main school, where a page is about schools)
    class    a row of another class of the same school
    school   a row of another school under the same office
    away     a row of a school of another office of the same affiliation
    foreign  a row of a school of another affiliation

A page is *reached* when it answers anything but "not for your role" (403), "not found"
(404) or the sign-in page. A page that takes a POST is posted to as well, and whatever that
does is rolled back. It is a leak when

  - a row outside the person's places is reached, or changed by a POST;
  - an answer (page, part for htmx, CSV, XLSX, PDF, JSON) holds a name or code that the person may
    not read, asked for plainly, with a foreign number in its address, in its query or in its form;
  - an answer differs by a byte when the country around the person is erased (not even a number);
  - an answer names a child and left no reading in the audit book.

`docs/access.md` is what it prints; the story compares. What an answer says is read in
rehearsal.walk_bodies, the attacks are in rehearsal.walk_posts, the erasing in rehearsal.walk_erasure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection

from django.db import connections, transaction
from django.test import Client
from django.urls import reverse

from eqfund import access
from eqfund.access import Role
from eqfund.accounts import sessions
from eqfund.models import Event, User
from rehearsal.access_rows import NATIONAL, Kwargs, sampler_of
from rehearsal.story import stage
from rehearsal.walk_bodies import Marker, forbidden_to, markers_of, text_of, told
from rehearsal.walk_erasure import told_by_others
from rehearsal.walk_pages import PageToWalk, pages
from rehearsal.walk_posts import dropdowns, foreign_fields, foreign_queries, rows_at
from rehearsal.world import World

CONTEXTS = ("own", "class", "school", "away", "foreign")
LETTERS = {"own": "o", "class": "c", "school": "s", "away": "a", "foreign": "f"}
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

# What a browser asks a server for; a number to dial is asked of nobody.
ADDRESS = re.compile(r'(?:href|action|src|hx-get|hx-post)="(?!tel:)([^"]+)"')


@dataclass
class Walk:
    """What was reached, and what is wrong."""

    reached: dict[str, dict[Role, str]] = field(default_factory=dict)
    leaks: list[str] = field(default_factory=list)
    unread: set[str] = field(
        default_factory=set
    )  # pages that named a child and recorded no reading
    requests: int = 0
    addresses: set[str] = field(default_factory=set)  # that links and forms lead to


def place_of(world: World, context: str) -> str:
    """The path of a context: a class for `own` and `class`, else a school."""
    rooms = [room for room in world.classrooms_of(world.main) if room != world.main_classroom]
    same_office = [
        s for s in world.schools if s.office_id == world.main.office_id and s != world.main
    ]
    affiliation = world.main.office.affiliation.path
    elsewhere = [s for s in world.schools if not s.path.startswith(world.main.office.path)]
    return {
        "own": world.main_classroom.path,
        "class": rooms[0].path,
        "school": same_office[0].path,
        "away": next(s for s in elsewhere if s.path.startswith(affiliation)).path,
        "foreign": next(s for s in elsewhere if not s.path.startswith(affiliation)).path,
    }[context]


def walk(world: World) -> Walk:
    """Ask for every page as every role, in every context that has a row for it.

    Two processes share the roles. The second has a copy of the database: what a POST does, and the
    country that is erased, are rolled back, but until then nobody else could go on.
    """
    fork = get_context("fork")
    with stage.copy_of_database() as copy:
        receiver, sender = fork.Pipe(duplex=False)
        other = fork.Process(target=_walk_beside, args=(copy, world, sender))
        other.start()
        sender.close()
        result = _walk(world, list(PEOPLE)[::2])
        _as_nobody(result, world)
        beside = receiver.recv()  # EOFError when it died; its words are on the screen
        other.join()
    for name, reached in beside.reached.items():
        result.reached[name] |= reached
    result.leaks += beside.leaks
    result.unread |= beside.unread
    result.requests += beside.requests
    result.addresses |= beside.addresses
    return result


def _walk_beside(database: str, world: World, answer: Connection) -> None:
    """The other half of the roles, in a process and on a database of its own."""
    for connection in connections.all():
        connection.settings_dict["NAME"] = database
    answer.send(_walk(world, list(PEOPLE)[1::2]))
    connections.close_all()


def _walk(world: World, roles: Iterable[Role]) -> Walk:
    result = Walk()
    everything = pages()
    samples = {page.name: _samples(page, world) for page in everything if not page.is_open}
    places = {context: place_of(world, context) for context in CONTEXTS}
    markers = markers_of(places)
    for role in roles:
        person = world.people[PEOPLE[role]]
        client = Client(SERVER_NAME="localhost")
        client.raise_request_exception = False
        sessions.enter_by_click(client, person)
        guest = Guest(person, client, places, forbidden_to(person, markers), markers)
        for page in everything:
            if page.is_open or page.name == "account_logout":
                continue
            reached = result.reached.setdefault(page.name, {})
            reached[role] = _as_person(page, guest, samples[page.name], result)
        _attack(guest, samples, result)
    return result


@dataclass
class Guest:
    """A person who walks: what they must not read, and the pages of their own they saw."""

    person: User
    client: Client
    places: dict[str, str]
    forbidden: list[Marker]
    markers: list[Marker]
    seen: list[tuple[str, Kwargs]] = field(default_factory=list)

    @property
    def is_national(self) -> bool:
        return any(p.path == "TH/" for p in access.postings_of(self.person))


def _as_person(page: PageToWalk, guest: Guest, samples: dict[str, Kwargs], result: Walk) -> str:
    """The letters of the contexts a person reaches; "-" when the role has no such page."""
    letters = ""
    mine = access.paths_with(guest.person, page.verb)
    if not mine:  # turned away before any row: once is enough
        samples = dict(list(samples.items())[-1:])
    for context, kwargs in samples.items():
        is_mine = (
            not page.arguments or page.name in NATIONAL or _touches(mine, guest.places[context])
        )
        for how in _ways(page, context, is_mine, guest.is_national):
            status, text, names_unread = _ask(guest, page, kwargs, how)
            result.requests += 1
            if status in (400, 500):
                result.leaks.append(
                    f"{page.name} {context} answers {status} to {guest.person.username} by {how}"
                )
            result.leaks += [
                f"{page.name}: {guest.person.username} reads {marker.text} ({marker.context}) by {how}"
                for marker in told(text, guest.forbidden)
            ]
            if status in (403, 404):
                continue
            result.addresses |= set(ADDRESS.findall(text))
            if not is_mine:
                result.leaks.append(
                    f"{page.name}: {guest.person.username} reaches {context} by {how}"
                )
            if names_unread:
                result.unread.add(page.name)
            if LETTERS[context] not in letters:
                letters += LETTERS[context]
            if how == "GET" and status == 200 and is_mine and len(guest.seen) < 500:
                guest.seen.append((page.name, kwargs))
    return letters or "-"


def _ways(page: PageToWalk, context: str, is_mine: bool, national: bool) -> list[str]:
    """How a page is asked for: as it is, as a part for htmx, and by a POST to a row of somebody else's."""
    methods = page.methods
    if methods == {"POST"}:
        return ["POST"]
    ways = ["GET"]
    if (context == "own" or not is_mine) and not national:  # whom nothing is hidden from
        ways.append("htmx")
    if "POST" in methods and not is_mine:
        ways.append("POST")
    return ways


def _attack(guest: Guest, samples: dict[str, dict[str, Kwargs]], result: Walk) -> None:
    """Foreign rows in queries and forms, and the country erased around the person."""
    if guest.is_national:
        return
    outside = [
        context
        for context in ("class", "school", "away", "foreign")
        if not _touches([p.path for p in access.postings_of(guest.person)], guest.places[context])
    ]
    own = [(name, kwargs) for name, kwargs in guest.seen if kwargs in samples[name].values()]
    own = [(name, kwargs) for name, kwargs in own if samples[name].get("own") == kwargs]
    who = guest.person.username
    for context in outside[:1]:  # the nearest knows most of what one has oneself
        foreign = rows_at(guest.places[context])
        for name, kwargs in own:
            address = reverse(name, kwargs=kwargs)
            for attack in (foreign_queries, foreign_fields):
                found = attack(guest.client, name, address, foreign, guest.forbidden)
                result.leaks += [f"{who}: {leak}" for leak in found]
    for name, kwargs in own:  # what narrows a list is tried with every neighbour's
        address = reverse(name, kwargs=kwargs)
        lists = dropdowns(guest.client, address) if outside[1:] else set()
        for context in outside[1:] if lists else ():
            foreign = rows_at(guest.places[context])
            found = foreign_queries(
                guest.client, name, address, foreign, guest.forbidden, only=lists
            )
            result.leaks += [f"{who}: {leak}" for leak in found]
    result.leaks += told_by_others(guest.person, guest.client, own)


def _touches(places: list[str], path: str) -> bool:
    """Whether a person's places cover the path, or lie inside the school that it names."""
    school = "/".join(path.split("/")[:4]) + "/"
    return any(
        path.startswith(place) or (place.startswith(school) and path == school) for place in places
    )


def _ask(guest: Guest, page: PageToWalk, kwargs: Kwargs, how: str) -> tuple[int, str, bool]:
    """Status and text of a page, and whether it names a child unread; whatever it does is rolled back."""
    url = reverse(page.name, kwargs=kwargs)
    with transaction.atomic():
        last = Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        if how == "POST":
            response = guest.client.post(url)
        else:
            response = guest.client.get(
                url, headers={"HX-Request": "true"} if how == "htmx" else {}
            )
        text = text_of(response)
        names = [m for m in guest.markers if m.verb == "read_child" and m.text in text]
        read = names and Event.objects.filter(pk__gt=last, kind__in=["read", "download"]).exists()
        transaction.set_rollback(True)
    shows = how == "GET" and response.status_code == 200
    return response.status_code, text, bool(shows and names and not read)


def _as_nobody(result: Walk, world: World) -> None:
    """Without signing in, every page leads to the sign-in page."""
    client = Client(SERVER_NAME="localhost")
    for page in pages():
        if page.is_open:
            continue
        for kwargs in list(_samples(page, world).values())[:1]:
            for ask in (client.get, client.post):
                response = ask(reverse(page.name, kwargs=kwargs))
                result.requests += 1
                to_sign_in = response.status_code == 302 and "/login/" in response["Location"]
                if not to_sign_in and response.status_code != 405:
                    result.leaks.append(f"{page.name}: answers {response.status_code} to nobody")


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
        "Written by the story (`EQFUND_WRITE_ACCESS=1 CI=1 make story`), which walks every page as every role and fails",
        "on a leak. o: a row of one's own class (or school); c: of another class of the school; s: of another school",
        "under the same office; a: of another office; f: of another affiliation. -: not reached.",
        "",
        "| page | " + " | ".join(titles) + " |",
        "|---|" + "---|" * len(titles),
    ]
    for name, reached in sorted(result.reached.items()):
        lines.append(f"| {name} | " + " | ".join(reached[role] for role in PEOPLE) + " |")
    return "\n".join(lines) + "\n"
