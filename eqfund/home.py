"""The first page: what I must do, by when, at every place of mine; what is open, and what comes next.

Tasks are asked for once for each place, with the rights of the posts there alone: so each
stands under the place where it is to be done, and a person with one place sees no heading.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils.translation import gettext, ngettext

from eqfund import access, clock, hooks
from eqfund.access import ROLE_NAMES, SEGMENTS, Role, postings_of
from eqfund.hooks import Todo
from eqfund.models import Posting, Term, User
from eqfund.places import place_names
from eqfund.thai_text import duration
from eqfund.windows import Window, lines_for

FAR = datetime.max.replace(tzinfo=UTC)
SOON = timedelta(days=3)
MOST_PLACES = 12  # asked for one by one; whoever serves at more sees them in one list
MOST_COMING = 4


@dataclass(frozen=True, slots=True)
class Row:
    """A task as the page shows it: how long is left, and how pressing it is ("", "sun", "bad")."""

    todo: Todo
    left: str
    urgency: str


@dataclass(frozen=True, slots=True)
class Group:
    """The tasks of one place."""

    place: str
    roles: str
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class Coming:
    """Something of the calendar that has not begun."""

    title: str
    at: datetime
    away: str


def places_of(user: User) -> dict[str, list[Posting]]:
    """The person's current posts by the place where they work: a class's teacher works at the school."""
    found: dict[str, list[Posting]] = {}
    for posting in postings_of(user):
        path = "/".join(posting.path.split("/")[: SEGMENTS["school"]]) + "/"
        found.setdefault(path if posting.path.startswith(path) else posting.path, []).append(
            posting
        )
    return found


def groups_for(user: User, at: datetime) -> list[Group]:
    """The person's tasks, by place, in each by due moment; places without any are left out."""
    by_place = places_of(user)
    if len(by_place) > MOST_PLACES:
        by_place = {"": [posting for posts in by_place.values() for posting in posts]}
    names = place_names({p.path for posts in by_place.values() for p in posts} | set(by_place))
    groups = []
    for path, posts in by_place.items():
        rows = rows_for(narrowed(user, posts), at)
        roles = sorted({str(ROLE_NAMES[Role(post.role)]) for post in posts})
        if rows:
            groups.append(Group(names.get(path, ""), ", ".join(roles), rows))
    return sorted(groups, key=lambda group: group.rows[0].todo.due or FAR)


def rows_for(user: User, at: datetime) -> list[Row]:
    """What waits for this person, the nearest due moment first, what has none last."""
    todos = [todo for task in hooks.home_tasks for todo in task(user, at)]
    todos.sort(key=lambda todo: (todo.due or FAR, todo.state != "bad", todo.what))
    return [Row(todo, left_of(todo.due, at), urgency_of(todo, at)) for todo in todos]


def narrowed(user: User, posts: list[Posting]) -> User:
    """The same person with these posts alone."""
    if posts == postings_of(user):
        return user
    one = copy.copy(user)
    one._current_postings = posts  # type: ignore[attr-defined]
    return one


def left_of(due: datetime | None, at: datetime) -> str:
    """How long is left, or how long it is past, in words."""
    if due is None:
        return ""
    words = gettext("%(time)s left") if due > at else gettext("%(time)s late")
    return words % {"time": duration(due - at)}


def urgency_of(todo: Todo, at: datetime) -> str:
    if todo.state == "bad" or (todo.due is not None and todo.due <= at):
        return "bad"
    return "sun" if todo.due is not None and todo.due - at <= SOON else ""


def lines_of(user: User, at: datetime) -> list[Window]:
    """The calendar's lines that concern the person, each once: those of their roles; above the
    schools all, and for the director too, who answers for all of it. Whom no line names sees
    those of their places."""
    term = Term.objects.current(at)
    if term is None:
        return []
    found: dict[tuple[str, int, str], Window] = {}
    others: dict[tuple[str, int, str], Window] = {}
    for path, posts in places_of(user).items():
        roles = {str(post.role) for post in posts}
        every = path.count("/") < SEGMENTS["school"] or Role.SCHOOL_DIRECTOR in roles
        for window in lines_for(term, path):
            line = window.line
            mine = every or roles & set(line.roles.split(";"))
            key = (line.activity, line.round_no, line.kind)
            (found if mine else others).setdefault(key, window)
    kinds = {window.line.kind for window in found.values()}
    if "outside" in kinds:  # their own work is elsewhere: of the others', what has not begun
        others = {key: w for key, w in others.items() if w.opens_at and w.opens_at > at}
    return list((found if "window" in kinds else others | found).values())


def open_now(lines: list[Window], at: datetime) -> list[Window]:
    """The windows open now, the nearest close first."""
    found = [w for w in lines if w.line.kind == "window" and w.closes_at and w.is_open(at)]
    return sorted(found, key=lambda window: (window.closes_at or FAR, window.line.is_assumed))


def outside_now(lines: list[Window], at: datetime) -> list[Window]:
    """Work done outside the system these days: a home visit, the affiliation's own registry."""
    return [w for w in lines if w.line.kind == "outside" and w.is_open(at)]


@dataclass(frozen=True, slots=True)
class Open:
    """A line of the calendar that holds now: how far the person's school or classes are with it."""

    window: Window
    done: int = 0
    total: int = 0
    url: str = ""


def progress_of(user: User, lines: list[Window], at: datetime) -> list[Open]:
    """The same lines with how far the person's schools and classes are; above the schools without."""
    paths = {post.path for post in postings_of(user)}
    term = Term.objects.current(at) if lines and paths else None
    if term is None or any(path.count("/") < SEGMENTS["school"] for path in paths):
        return [Open(line) for line in lines]
    widest = [p for p in paths if not any(p != other and p.startswith(other) for other in paths)]
    return [_progress(line, term, widest, at) for line in lines]


def _progress(window: Window, term: Term, paths: list[str], at: datetime) -> Open:
    activity, round_no = window.line.activity, window.line.round_no
    works: list[hooks.Work] = []
    pages: set[str] = set()
    for it in hooks.unfinished:
        for path in paths if it.activity == activity else ():
            by = it.classes if path.count("/") > SEGMENTS["school"] else it
            counted = by.work(term, round_no, path, at) if by and by.work else {}
            works += counted.values()
            pages |= {by.page(key, term, round_no) for key in counted if by and by.page}
    done, total = (sum(getattr(work, name) for work in works) for name in ("done", "total"))
    return Open(window, done, total, pages.pop() if len(pages) == 1 else "")


def coming_of(lines: list[Window], at: datetime) -> list[Coming]:
    """What the calendar opens or holds next."""
    later = [
        window
        for window in lines
        if window.opens_at and window.opens_at > at and window.line.kind in ("window", "event")
    ]
    later.sort(key=lambda window: (window.opens_at, window.title))
    return [
        Coming(
            window.title,
            window.opens_at,
            days_away(window.opens_at, at),
        )
        for window in later[:MOST_COMING]
        if window.opens_at
    ]


def days_away(day: datetime, at: datetime) -> str:
    """How many days until then, as people count them: by the calendar."""
    days = (day.astimezone(clock.BANGKOK).date() - at.astimezone(clock.BANGKOK).date()).days
    if days <= 1:
        return gettext("tomorrow") if days == 1 else gettext("today")
    return ngettext("in %(count)d day", "in %(count)d days", days) % {"count": days}


def posts_in_words(user: User) -> list[tuple[str, str]]:
    """(role, place) of each current post."""
    posts = postings_of(user)
    names = place_names({posting.path for posting in posts})
    return [(str(ROLE_NAMES[Role(p.role)]), names.get(p.path, "")) for p in posts]


# --- the phone's tabs -------------------------------------------------------------------------

# What each role uses most, in order; with it the activities in whose time it comes first. Home is
# always the first tab. A person with several posts has the union, in the order of the roles.
TABS: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    Role.HOMEROOM_TEACHER: (
        ("screening:form01-list", ("form01_draft", "form01")),
        ("payments:payout", ("payout_report",)),
        ("attendance:classes", ("attendance",)),
        ("payments:channels", ("confirm_continuing", "correct_channel", "choose_channel")),
        ("registry:pupils", ()),
        ("payments:forecast", ()),
    ),
    Role.SCREENING_TEACHER: (
        ("screening:form01-list", ("form01_draft", "form01")),
        ("registry:pupils", ()),
        ("screening:announced", ("form05",)),
    ),
    Role.REGISTRY_KEEPER: (
        ("registry:imports", ()),
        ("rolls:rolls", ()),
        ("registry:pupils", ()),
        ("registry:classrooms", ()),
    ),
    Role.SCHOOL_ADMIN: (
        ("screening:form01-list", ("form01",)),
        ("screening:meetings", ("form05",)),
        ("payments:payout", ("payout_report",)),
        ("payments:channels", ("confirm_continuing", "correct_channel", "choose_channel")),
        ("payments:accounts", ("school_bank_account",)),
        ("attendance:classes", ("attendance",)),
        ("people:people", ()),
        ("payments:forecast", ()),
    ),
    Role.SCHOOL_DIRECTOR: (
        ("screening:form01-signing", ("form01",)),
        ("screening:meetings", ("form05",)),
        ("payments:payout", ("payout_report",)),
        ("payments:accounts", ("school_bank_account",)),
        ("progress:offices", ()),
        ("payments:forecast", ()),
    ),
    Role.OFFICE_ADMIN: (
        ("progress:offices", ()),
        ("people:people", ()),
        ("schools:schools", ()),
        ("payments:forecast", ()),
        ("payments:payout", ("payout_report",)),
    ),
    Role.AFFILIATION_OFFICER: (
        ("progress:offices", ()),
        ("people:people", ()),
        ("schools:schools", ()),
        ("registry:calendar", ()),
    ),
    Role.FUND_OFFICER: (
        ("payments:rounds", ()),
        ("screening:verification", ("fund_verification",)),
        ("progress:offices", ()),
        ("screening:scoring", ()),
    ),
    Role.FUND_APPROVER: (
        ("payments:rounds", ()),
        ("payments:rates", ()),
        ("screening:pmt-models", ()),
        ("progress:offices", ()),
    ),
    Role.FUND_FINANCE: (
        ("payments:rounds", ()),
        ("payments:statements", ("refund",)),
        ("payments:ledger", ()),
        ("progress:offices", ()),
    ),
    Role.AUDITOR: (
        ("audit:events", ()),
        ("payments:rounds", ()),
        ("payments:ledger", ()),
        ("progress:offices", ()),
    ),
    Role.SYSTEM_ADMIN: (
        ("people:people", ()),
        ("progress:offices", ()),
        ("registry:calendar", ()),
        ("demo-clock", ()),
    ),
}
MOST_TABS = 5
MOST_WAITING = 3  # of them, pages where something waits: one at least stays for what is used always
DUE = "activities_due"
WAITING = "pages_waiting"


def tab_names(
    roles: list[str], open_activities: set[str], waiting: Sequence[str] = ()
) -> list[str]:
    """The addresses of a phone's tabs: home, where something waits, what is open, what is used most.

    >>> tab_names(["registry_keeper"], set())
    ['home', 'registry:imports', 'rolls:rolls', 'registry:pupils', 'registry:classrooms']
    >>> tab_names(["registry_keeper"], set(), ["duplicates:tickets", "rolls:rolls"])[:4]
    ['home', 'duplicates:tickets', 'rolls:rolls', 'registry:imports']
    """
    entries = [entry for role in TABS if role in roles for entry in TABS[Role(role)]]
    due = [name for name, activities in entries if open_activities & set(activities)]
    always = [name for name, activities in entries if not activities]
    shut = [name for name, activities in entries if activities]
    return list(dict.fromkeys(["home", *waiting[:MOST_WAITING], *due, *always, *shut]))


def tabs_for(
    user: Any, menu: list[dict[str, Any]], due: set[str], waiting: Sequence[str] = ()
) -> list[dict[str, Any]]:
    """At most five entries of the person's menu, as the menu has them: {item, current}.

    `due` are the activities open now, `waiting` the pages where their tasks are done. The first
    page notes both in the session, so that every other page has the same tabs without asking anew.
    """
    entries = [entry for section in menu for entry in section["items"]]
    known = {entry["item"].url_name: entry for entry in entries}
    wanted = tab_names(sorted(access.roles_of(user)), due, waiting)
    chosen = [known[name] for name in wanted if name in known]
    rest = [entry for entry in entries if entry not in chosen]
    return [*chosen, *rest][:MOST_TABS]


def pages_waiting(groups: list[Group]) -> list[str]:
    """The lines of the menu under which the tasks are done, the nearest due moment first."""
    pages = {item.url: item.url_name for item in hooks.menu if item.url_name != "home"}
    todos = sorted(
        (row.todo for group in groups for row in group.rows), key=lambda todo: todo.due or FAR
    )
    found = [
        max((u for u in pages if todo.url.startswith(u)), key=len, default="") for todo in todos
    ]
    return list(dict.fromkeys(pages[url] for url in found if url))


def note_due(session: Any, windows: list[Window], groups: list[Group]) -> None:
    """Keep in the session which activities are open for its person, and where something waits."""
    for key, now in (
        (DUE, sorted({window.line.activity for window in windows})),
        (WAITING, pages_waiting(groups)),
    ):
        if session.get(key) != now:
            session[key] = now
