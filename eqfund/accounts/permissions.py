"""Who gives a lost factor back, and why not somebody else."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext

from eqfund import access
from eqfund.accounts import rules
from eqfund.models import FactorRecovery, Posting, User
from eqfund.people.rules import granters_of


def posts_of(user: User) -> list[rules.Post]:
    """The posts that a person holds today."""
    return [(posting.role, posting.path) for posting in access.postings_of(user)]


def why_not_restore(recovery: FactorRecovery, user: User) -> str | None:
    """None if this person may decide the request; else a sentence."""
    if user.pk == recovery.user_id:
        return gettext("Nobody takes off their own factor. Ask the level above you.")
    if not rules.stands_above(posts_of(user), posts_of(recovery.user)):
        return gettext("This is decided by those who gave this person their posts.")
    return None


def requests_for(user: User) -> list[FactorRecovery]:
    """The requests that wait for this person, the oldest first."""
    waiting = (
        FactorRecovery.objects.filter(state=FactorRecovery.State.ASKED, user__is_active=True)
        .filter(user__postings__in=_posts_under(user))
        .exclude(user=user)
        .select_related("user")
        .distinct()
        .order_by("asked_at")
    )
    return [one for one in waiting if why_not_restore(one, user) is None]


def _posts_under(user: User) -> QuerySet[Posting]:
    """Posts that one of the user's posts could have given: the query's share of stands_above."""
    condition = Q(pk__in=[])
    for mine, path in posts_of(user):
        given = [role.value for role in access.Role if mine in granters_of(role.value)]
        if given:
            condition |= Q(role__in=given) & access.within([path], "path")
    return Posting.objects.filter(condition)


def people_above(user: User, at: datetime) -> list[User]:
    """Those who may give this person's factor back: whom to call, by name and phone."""
    theirs = posts_of(user)
    condition = Q(pk__in=[])
    for role, path in theirs:
        steps = [path[: end + 1] for end, sign in enumerate(path) if sign == "/"]
        condition |= Q(postings__role__in=granters_of(role), postings__path__in=steps)
    day = at.date()
    found = (
        User.objects.filter(condition, is_active=True)
        .filter(
            Q(postings__ends_on=None) | Q(postings__ends_on__gte=day), postings__starts_on__lte=day
        )
        .exclude(pk=user.pk)
        .prefetch_related("postings")
        .distinct()
        .order_by("full_name", "pk")
    )
    return [one for one in found if rules.stands_above(posts_of(one), theirs)][:5]
