"""What the pages of people put into the menu and the home page."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy as _, ngettext

from eqfund.hooks import MenuItem, Todo, home_tasks, menu
from eqfund.models import AccountRequest, Invitation, Posting, User

from . import privacy, queries
from .permissions import day_of

__all__ = ["privacy"]  # registers what it keeps
SOON = timedelta(days=3)
QUIET = timedelta(days=7)  # how long a new person may take before it is said

menu.register(
    MenuItem("place", _("People and accounts"), "people:people", "people.read", _("People")),
    order=30,
)


@home_tasks.register
def people_tasks(user: User, at: datetime) -> list[Todo]:
    """Requests that wait, invitations about to run out, people who have not come in yet: three counts,
    asked only for those who give posts."""
    if not queries.roles_given(user):
        return []
    found = [_requests(user), _expiring(user, at), _not_entered(user, at)]
    return [todo for todo in found if todo]


def _requests(user: User) -> Todo | None:
    count = AccountRequest.objects.visible_to(user).open().count()
    if not count:
        return None
    return Todo(
        ngettext(
            "Answer %(count)d request for an account",
            "Answer %(count)d requests for an account",
            count,
        )
        % {"count": count},
        gettext("Accept with an invitation, or refuse with a reason."),
        url=reverse("people:requests"),
        action_label=gettext("Read and answer"),
        state="sun",
        count=count,
    )


def _expiring(user: User, at: datetime) -> Todo | None:
    rows = Invitation.objects.visible_to(user).waiting().filter(expires_at__gt=at)
    soon = list(rows.filter(expires_at__lte=at + SOON).values_list("expires_at", flat=True)[:1000])
    if not soon:
        return None
    count = len(soon)
    return Todo(
        ngettext("%(count)d invitation runs out soon", "%(count)d invitations run out soon", count)
        % {"count": count},
        gettext("Telephone, or send the invitation again."),
        url=reverse("people:invitations"),
        action_label=gettext("Look"),
        due=min(soon),
        state="sun",
        count=count,
    )


def _not_entered(user: User, at: datetime) -> Todo | None:
    day = day_of(at)
    rows = Posting.objects.visible_to(user).held_on(day).exclude(user=user)
    rows = rows.filter(starts_on__lte=day - QUIET, user__last_login=None, user__is_active=True)
    count = rows.values("user").distinct().count()
    if not count:
        return None
    return Todo(
        ngettext(
            "%(count)d person has not signed in yet",
            "%(count)d people have not signed in yet",
            count,
        )
        % {"count": count},
        gettext("Remind them: without signing in they record nothing."),
        url=reverse("people:people") + "?state=not_entered",
        action_label=gettext("See who"),
        count=count,
    )
