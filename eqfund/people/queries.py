"""Rows for the pages of people: postings, invitations, requests, lists. A constant number of queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import models
from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Lower

from eqfund import access
from eqfund.access import ROLE_NAMES, Role
from eqfund.models import AccountRequest, Invitation, Posting, TeacherList, User
from eqfund.places import place_names

from . import permissions, rules
from .permissions import day_of

STATES = ("now", "not_entered", "coming", "ended", "closed")
ORDER = {role: place for place, role in enumerate(reversed(rules.ROLES))}


@dataclass(frozen=True, slots=True)
class PostRow:
    """A post as a table shows it."""

    posting: Posting
    role: Any
    place: str
    state: str


def posts_for_table(
    user: User, on: date, *, state: str = "now", role: str = "", q: str = ""
) -> QuerySet[Posting]:
    """The posts a person sees, in one state, of one role, of people whose name or address holds every word."""
    rows = Posting.objects.visible_to(user).select_related("user")
    rows = rows.filter(_in_state(state, on))
    if role in ORDER:
        rows = rows.filter(role=role)
    for word in q.split():
        rows = rows.filter(
            Q(user__full_name__icontains=word)
            | Q(user__username__icontains=word)
            | Q(user__email__icontains=word)
        )
    order = Case(*(When(role=role, then=Value(place)) for role, place in ORDER.items()))
    rows = rows.order_by(order, "path", "user__full_name", "pk")
    return rows.fetch_mode(models.FETCH_RAISE)


def _in_state(state: str, on: date) -> Q:
    held = Q(starts_on__lte=on) & (Q(ends_on=None) | Q(ends_on__gte=on))
    match state:
        case "not_entered":
            return held & Q(user__last_login=None, user__is_active=True)
        case "coming":
            return Q(starts_on__gt=on)
        case "ended":
            return Q(ends_on__lt=on)
        case "closed":
            return Q(user__is_active=False)
    return held & Q(user__is_active=True)


def state_of(posting: Posting, on: date) -> str:
    if posting.starts_on > on:
        return "coming"
    return "ended" if posting.ends_on and posting.ends_on < on else "now"


def counts(user: User, on: date) -> dict[str, int]:
    """How many posts in each state; how many invitations and requests wait. Three queries."""
    found: dict[str, int] = Posting.objects.visible_to(user).aggregate(
        **{state: Count("pk", filter=_in_state(state, on)) for state in STATES}
    )
    found["invitations"] = Invitation.objects.visible_to(user).waiting().count()
    found["requests"] = AccountRequest.objects.visible_to(user).open().count()
    return found


def rows_of(postings: Any, on: date) -> list[PostRow]:
    """The posts of a page with their places' names."""
    postings = list(postings)
    names = place_names({posting.path for posting in postings})
    return [
        PostRow(p, ROLE_NAMES[Role(p.role)], names.get(p.path, ""), state_of(p, on))
        for p in postings
    ]


def visible_people(user: User) -> QuerySet[User]:
    """People with a post that the user sees."""
    posts = Posting.objects.visible_to(user).filter(user=OuterRef("pk"))
    return User.objects.filter(Exists(posts))


def roles_seen(user: User) -> list[tuple[str, Any]]:
    """The roles that may stand in the person's table, as choices."""
    seen = {r for post in access.postings_of(user) for r in rules.SEES.get(post.role, ())}
    return [(role, ROLE_NAMES[Role(role)]) for role in rules.ROLES if role in seen]


def roles_given(user: User) -> list[tuple[str, Any]]:
    """The roles that the person may give somewhere, as choices."""
    given = {r for post in access.postings_of(user) for r in rules.gives(post.role)}
    return [(role, ROLE_NAMES[Role(role)]) for role in rules.ROLES if role in given]


@dataclass(frozen=True, slots=True)
class GivenRow:
    """An invitation or a request as a table shows it."""

    row: Any
    role: Any
    place: str
    state: str
    why_not: str | None


def invitations_for_table(user: User, state: str, at: datetime) -> QuerySet[Invitation]:
    rows = Invitation.objects.visible_to(user).for_table()
    match state:
        case "accepted":
            return rows.filter(accepted_at__isnull=False).order_by("-accepted_at")
        case "cancelled":
            return rows.filter(cancelled_at__isnull=False).order_by("-cancelled_at")
        case "expired":
            return rows.filter(expires_at__lte=at, accepted_at=None, cancelled_at=None)
    return rows.filter(accepted_at=None, cancelled_at=None).order_by("expires_at", "pk")


def requests_for_table(user: User, *, answered: bool = False) -> QuerySet[AccountRequest]:
    rows = AccountRequest.objects.visible_to(user).for_table()
    if answered:
        return rows.exclude(status=AccountRequest.Status.OPEN).order_by("-decided_at")
    return rows.filter(status=AccountRequest.Status.OPEN)


def given_rows(rows: Any, user: User, at: datetime) -> list[GivenRow]:
    """Invitations or requests of a page with what they show; whether the user may act on each."""
    rows = list(rows)
    names = place_names({row.path for row in rows})
    return [
        GivenRow(
            row,
            ROLE_NAMES[Role(row.role)],
            names.get(row.path, ""),
            row.state(at) if isinstance(row, Invitation) else row.status,
            permissions.why_not_give(row.role, row.path, user),
        )
        for row in rows
    ]


def sorted_out(kept: TeacherList, at: datetime) -> list[dict[str, Any]]:
    """The list's rows, each with its state now: has_post, invited, or invite; and whether the person
    is known **at this school**. Of other schools' people nothing is told."""
    rows: list[dict[str, Any]] = kept.rows["rows"]
    emails = {row["email"] for row in rows}
    posts = Posting.objects.under(kept.path).not_over_on(day_of(at))
    posts = posts.annotate(mail=Lower("user__email")).filter(mail__in=emails)
    held = set(posts.values_list("mail", "role", "path"))
    known = {mail for mail, _role, _path in held}
    invitations = Invitation.objects.waiting().under(kept.path)
    invitations = invitations.annotate(mail=Lower("email")).filter(mail__in=emails)
    invited = set(invitations.values_list("mail", "role", "path"))
    for row in rows:
        key = (row["email"], row["role"], row["path"])
        row["state"] = "has_post" if key in held else "invited" if key in invited else "invite"
        row["known"] = row["email"] in known
    return rows
