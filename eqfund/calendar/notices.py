"""Telling people of a close: one mail each, whatever the number of lines and schools, and a line at home.

Told are the school's admin and those who do the work for a school that had not finished, homeroom
teachers whose own class had not, each with what is left and where it is seen, and the offices above
such schools. Nobody is told of a school or a class that had finished.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Count
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext, ngettext

from eqfund import access, clock, jobs
from eqfund.access import Role
from eqfund.accounts.mail import render
from eqfund.edges import CLOSES
from eqfund.hooks import Todo
from eqfund.models import CloseRecord, Edge, Posting, SchoolAtClose, User
from eqfund.thai_text import thai_datetime
from eqfund.windows import line_for, said_close

from . import by_class
from .by_class import ClassLeft, left_by_class, told_beside
from .closes import Left, grace_of, left_at
from .reminders import by_key, mailed_through, send_slices

HOME_DAYS = 7  # how long a close stays on the home page
HOME_LINES = 3
MOST_CLASSES = 12  # that a mail names


@dataclass(slots=True)
class Told:
    """A close as one person hears of it: how many schools were left; of one school also how much."""

    record: CloseRecord
    schools: int = 0
    done: int = 0
    total: int = 0
    drafts: int = 0
    of_office: bool = False
    paths: set[str] = field(default_factory=set)
    classes: list[ClassLeft] = field(default_factory=list)  # mine, or those of the school
    of_class: bool = False  # told as a homeroom teacher alone

    @property
    def grace_hours(self) -> int:
        return grace_of(self.record.activity)

    def add(self, path: str, row: Left) -> None:
        """Count a school once, also where a person holds two posts at it."""
        if path not in self.paths:
            self.paths.add(path)
            self.schools += 1
            self.done, self.total = self.done + row.done, self.total + row.total
            self.drafts += row.drafts

    def add_class(self, path: str, row: ClassLeft) -> None:
        """Count a class of one's own."""
        self.add(path, Left(row.done, row.total, row.drafts))
        self.classes.append(row)
        self.of_class = True

    @property
    def url(self) -> str:
        """Where what is left is seen: the office's list, the class's page, or the school's."""
        record = self.record
        if self.of_office:
            return reverse("calendar:close", args=[record.pk])
        activity, term, round_no = record.activity, record.term, record.round_no
        if self.of_class:
            return by_class.page_of_class(activity, self.classes[0].key, term, round_no)
        return by_class.page_of_school(activity, min(self.paths), term, round_no)


@jobs.register("calendar.tell_close")
def tell_close(run: jobs.JobRun) -> dict[str, Any]:
    """Mail those concerned by the closes of one instant; a second time goes on where the first stopped."""
    at = datetime.fromisoformat(run.params["at"])
    rows = Edge.objects.filter(event=CLOSES, at=at, close_record__unfinished__gt=0)
    found = list(rows.select_related("line", "close_record__term").order_by("pk"))
    people = _people(found, after=mailed_through(found), at=at)
    sent = send_slices(run, found, ((user, _message(user, told)) for user, told in people))
    return {"mails": sent, "lines": len(found)}


def _people(
    found: list[Edge], *, after: int, at: datetime
) -> Iterator[tuple[User, dict[int, Told]]]:
    """Each person with the closes that concern them, by key."""
    left = left_at(edge.close_record for edge in found)
    by_office = {pk: _by_office(rows) for pk, rows in left.items()}
    classes = {edge.close_record.pk: _classes(edge, left) for edge in found}
    day = at.astimezone(clock.BANGKOK).date()
    roles = {Role.SCHOOL_ADMIN, Role.OFFICE_ADMIN} | {
        role for edge in found for role in _roles(edge)
    }
    places = access.within({edge.close_record.path for edge in found}, "path")
    posts = Posting.objects.filter(places, role__in=roles, starts_on__lte=day, user__gt=after)
    posts = posts.exclude(ends_on__lt=day).filter(user__is_active=True)
    mine: dict[int, dict[int, Told]] = defaultdict(dict)
    for user_id, role, path in posts.order_by("user").values_list("user", "role", "path"):
        for edge in found:
            record = edge.close_record
            at_office = role == Role.OFFICE_ADMIN
            of_class = role != Role.SCHOOL_ADMIN and access.level_of_path(path) == "classroom"
            if role not in _roles(edge) and role != Role.SCHOOL_ADMIN and not at_office:
                continue
            if of_class:
                if own := classes[record.pk].get(_school_of(path), {}).get(path):
                    _told(mine[user_id], record).add_class(path, own)
                continue
            school = _school_of(path)
            here = left[record.pk].get(school)
            concerned = by_office[record.pk].get(path, {}) if at_office else {school: here}
            for school, row in concerned.items():
                if row:
                    told = _told(mine[user_id], record, of_office=at_office)
                    told.add(school, row)
                    if not at_office:
                        told.of_class = False
                        told.classes = list(classes[record.pk].get(school, {}).values())
    yield from by_key([user_id for user_id, told in mine.items() if told], mine)


def _told(mine: dict[int, Told], record: CloseRecord, *, of_office: bool = False) -> Told:
    return mine.setdefault(record.pk, Told(record, of_office=of_office))


def _roles(edge: Edge) -> set[str]:
    """Who does the work of a line, and who at the school answers for it."""
    return {role for role in edge.line.roles.split(";") if role} | told_beside(edge.line.activity)


def _classes(edge: Edge, left: dict[int, dict[str, Left]]) -> dict[str, dict[str, ClassLeft]]:
    """School -> its classes with work left, of the schools that the close left."""
    record = edge.close_record
    found: dict[str, dict[str, ClassLeft]] = defaultdict(dict)
    rows = left_by_class(
        record.activity, record.term, record.round_no, record.path, record.closed_at
    )
    for path, row in rows.items():
        if (school := _school_of(path)) in left[record.pk]:
            found[school][path] = row
    return found


def _school_of(path: str) -> str:
    """The school of a post at a school or a class; a wider place gives nothing that a school has."""
    return "/".join(path.split("/")[:4]) + "/"


def _by_office(rows: dict[str, Left]) -> dict[str, dict[str, Left]]:
    found: dict[str, dict[str, Left]] = defaultdict(dict)
    for path, row in rows.items():
        found["/".join(path.split("/")[:3]) + "/"][path] = row
    return found


def _message(user: User, told: dict[int, Told]) -> EmailMessage:
    """The mail to one person: what closed, and what was left."""
    with translation.override("th"):
        lines = [
            {
                "title": it.record.title_th,
                "closed": thai_datetime(said_close(it.record.closed_at)),
                "told": it,
                "classes": it.classes[:MOST_CLASSES],
                "more": max(len(it.classes) - MOST_CLASSES, 0),
                "url": settings.PUBLIC_URL + it.url if it.url else "",
            }
            for it in sorted(told.values(), key=lambda it: it.record.pk)
        ]
        subject, text = render("calendar/mail_close", {"user": user, "lines": lines})
    return EmailMessage(subject, text, settings.DEFAULT_FROM_EMAIL, [user.email])


def close_tasks(user: User, at: datetime) -> list[Todo]:
    """What was left at the closes of the last week: of my schools, or at my own."""
    since = at - timedelta(days=HOME_DAYS)
    if wide := access.paths_with(user, "calendar.read_closes"):
        return _of_supervisors(user, wide, since, at)
    return _of_school(user, since, at)


def _of_supervisors(user: User, wide: list[str], since: datetime, at: datetime) -> list[Todo]:
    """One line for the latest close that left schools, and how many closes there were."""
    rows = SchoolAtClose.objects.visible_to(user) if "TH/" not in wide else None
    recent = CloseRecord.objects.filter(
        closed_at__gt=since, closed_at__lte=at, unfinished__gt=0
    ).order_by("-closed_at", "-pk")
    if rows is None:
        counts = [(record, record.unfinished) for record in recent]
    else:
        left = rows.filter(is_finished=False, record__in=recent).order_by()
        by_record = dict(left.values_list("record").annotate(n=Count("pk")))
        counts = [(record, by_record[record.pk]) for record in recent if by_record.get(record.pk)]
    if not counts:
        return []
    record, count = counts[0]
    what = ngettext(
        "%(count)d school had not finished “%(title)s” at its close",
        "%(count)d schools had not finished “%(title)s” at its close",
        count,
    )
    more = len(counts) - 1
    hint = ngettext("and %(more)d more close this week", "and %(more)d more closes this week", more)
    return [
        Todo(
            what=what % {"count": count, "title": record.title_th},
            hint=hint % {"more": more} if more else "",
            url=reverse("calendar:closes") if more else reverse("calendar:close", args=[record.pk]),
            action_label=gettext("See the schools"),
            state="bad",
            state_label=gettext("closed"),
            count=count,
        )
    ]


def _of_school(user: User, since: datetime, at: datetime) -> list[Todo]:
    """What my school had left, unless the window is open for it again."""
    posts = [
        post
        for post in access.postings_of(user)
        if access.level_of_path(post.path) in ("school", "classroom")
    ]
    schools = {_school_of(post.path) for post in posts}
    if not schools:
        return []
    rows = SchoolAtClose.objects.filter(
        path__in=schools, is_finished=False, record__closed_at__gt=since, record__closed_at__lte=at
    ).select_related("record__term", "record__edge__line__affiliation")
    todos: list[Todo] = []
    for row in rows.order_by("-record__closed_at", "-record")[: 4 * HOME_LINES]:
        line = row.record.edge.line
        if len(todos) >= HOME_LINES or line_for(line, row.path).is_open(at):
            continue
        here = [post for post in posts if _school_of(post.path) == row.path]
        if todo := _todo_of(row, here):
            todos.append(todo)
    return todos


def _todo_of(row: SchoolAtClose, posts: list[Posting]) -> Todo | None:
    """What a close left of the school to those who answer for it; to a homeroom teacher, of the class alone."""
    record, line = row.record, row.record.edge.line
    roles = {Role.SCHOOL_ADMIN, Role.SCHOOL_DIRECTOR, *line.roles.split(";")}
    mine = [post for post in posts if post.role in roles]
    about = record.activity, record.term, record.round_no
    if any(access.level_of_path(post.path) == "school" for post in mine):
        url = by_class.page_of_school(record.activity, row.path, record.term, record.round_no)
        return _todo(record.title_th, row.total - row.done, row.total, url)
    for post in mine:
        left = left_by_class(*about, post.path, record.closed_at).get(post.path)
        if left:
            url = by_class.page_of_class(record.activity, left.key, record.term, record.round_no)
            title = f"{record.title_th} ({left.label})"
            return _todo(title, left.left, left.total, url)
    return None


def _todo(title: str, left: int, total: int, url: str) -> Todo:
    return Todo(
        what=gettext("“%(title)s” closed with work left") % {"title": title},
        hint=gettext(
            "%(left)d of %(total)d were left. Your supervising office can ask the fund for more time."
        )
        % {"left": left, "total": total},
        url=url or reverse("registry:calendar"),
        action_label=gettext("See what was left") if url else gettext("See the calendar"),
        state="bad",
        state_label=gettext("closed"),
        count=left,
    )
