"""Why a person may not do a thing about another's post, invitation or request. None means they may."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.utils.translation import gettext, gettext_lazy as _

from eqfund import access, clock
from eqfund.access import ROLE_NAMES, Role
from eqfund.models import AccountRequest, Invitation, Posting, User
from eqfund.places import place_names
from eqfund.thai_text import thai_date

from . import rules

CLASH_SENTENCES = {
    rules.Clash.MONEY_NEEDS_THREE: _(
        "Building, approving and releasing a round are three people's posts."
    ),
    rules.Clash.FUND_AND_FIELD: _(
        "Whoever decides the fund's money has no post at a school or supervising office."
    ),
    rules.Clash.AUDITOR_ALONE: _("An auditor holds no other post."),
    rules.Clash.ADMINISTRATOR_SEES_NO_CHILD: _(
        "A system administrator holds no post that sees pupils."
    ),
    rules.Clash.OFFICE_OVER_OWN_SCHOOL: _(
        "The admin of a supervising office is not admin or director of a school under it."
    ),
}


def day_of(at: datetime) -> date:
    """The day of an instant in Bangkok."""
    return at.astimezone(clock.BANGKOK).date()


def role_names(roles: Iterable[str]) -> str:
    return " / ".join(str(ROLE_NAMES[Role(role)]) for role in roles)


def why_not_give(role: str, path: str, user: User) -> str | None:
    """Whether the user may give, change or end a post of this role at this place."""
    if not any(rules.grants(p.role, p.path, role, path) for p in access.postings_of(user)):
        return gettext("A post as %(role)s here is given by: %(givers)s.") % {
            "role": ROLE_NAMES[Role(role)],
            "givers": role_names(rules.granters_of(role)),
        }
    return None


def why_not_begin(first: date, today: date) -> str | None:
    """A post given for days that are over would make what was done in them look allowed."""
    if first < today:
        return gettext(
            "A post begins today at the earliest. What was done before it was given was not done in it."
        )
    return None


def why_not_hold(user: User, post: rules.Post, held: Iterable[Posting] | None = None) -> str | None:
    """Why this person cannot have the post besides those they hold, on the same days."""
    posts = list(user.postings.all()) if held is None else list(held)
    plain = [as_post(posting) for posting in posts]
    if again := rules.same_again(post, plain):
        return gettext("%(name)s already has this post from %(day)s.") % {
            "name": user.full_name,
            "day": thai_date(again.starts_on),
        }
    found = rules.first_clash(post, plain)
    return str(CLASH_SENTENCES[found[1]]) if found else None


def as_post(posting: Posting) -> rules.Post:
    return rules.Post(posting.role, posting.path, posting.starts_on, posting.ends_on)


def why_not_change_post(posting: Posting, user: User) -> str | None:
    """Whether the user may end, extend or change this post."""
    if posting.user_id == user.pk:
        return gettext("Nobody changes their own post. Ask: %(givers)s.") % {
            "givers": role_names(rules.granters_of(posting.role))
        }
    return why_not_give(posting.role, posting.path, user)


def why_not_close_account(person: User, user: User, on: date) -> str | None:
    """Whether the user may close this account, or open it again: every post of it is theirs to give."""
    if person.pk == user.pk:
        return gettext("Nobody closes their own account.")
    posts = (
        list(person.postings.not_over_on(on))
        or list(  # type: ignore[attr-defined]
            person.postings.order_by("-ends_on", "-pk")[:1]
        )
    )
    if not posts:
        return gettext("This account has no post: a system administrator closes it.")
    mine = [why_not_give(post.role, post.path, user) is None for post in posts]
    if not any(mine):
        return why_not_give(posts[0].role, posts[0].path, user)
    if not all(mine):
        return gettext(
            "This person has a post that others give. End the post here instead; the account stays."
        )
    return None


def why_not_invite(
    role: str, path: str, email: str, user: User, *, starts_on: date, ends_on: date | None
) -> str | None:
    if path not in place_names({path}):
        return gettext("There is no such place.")
    if reason := why_not_give(role, path, user):
        return reason
    if email.lower() == user.email.lower():
        return gettext("Nobody invites themselves.")
    waiting = Invitation.objects.waiting().filter(email__iexact=email, role=role, path=path)
    if waiting.exists():
        return gettext("This person is invited to this post already. Send the invitation again.")
    post = rules.Post(role, path, starts_on, ends_on)
    held = Posting.objects.filter(user__email__iexact=email, role=role, path=path)
    if again := rules.same_again(post, [as_post(posting) for posting in held]):
        return gettext("This person already has this post from %(day)s.") % {
            "day": thai_date(again.starts_on)
        }
    return None


def why_not_send_again(invitation: Invitation, user: User) -> str | None:
    if reason := why_not_give(invitation.role, invitation.path, user):
        return reason
    return why_past(invitation)


def why_past(invitation: Invitation) -> str | None:
    """Why nothing more can be done with an invitation, whoever asks."""
    if invitation.accepted_at:
        return gettext("This invitation was accepted on %(day)s.") % {
            "day": thai_date(day_of(invitation.accepted_at))
        }
    if invitation.cancelled_at:
        return gettext("This invitation was cancelled on %(day)s.") % {
            "day": thai_date(day_of(invitation.cancelled_at))
        }
    return None


def why_not_accept(invitation: Invitation, at: datetime) -> str | None:
    """Why the link does not open anything now; the page says whom to ask."""
    if reason := why_past(invitation):
        return reason
    if at >= invitation.expires_at:
        return gettext("This invitation was good until %(day)s.") % {
            "day": thai_date(day_of(invitation.expires_at))
        }
    if invitation.ends_on and invitation.ends_on < day_of(at):
        return gettext("The post offered ended on %(day)s.") % {
            "day": thai_date(invitation.ends_on)
        }
    if why_not_give(invitation.role, invitation.path, invitation.invited_by):
        return gettext("Whoever sent this invitation no longer gives this post.")
    return None


def why_not_decide_request(request: AccountRequest, user: User) -> str | None:
    if reason := why_not_give(request.role, request.path, user):
        return reason
    if request.status != AccountRequest.Status.OPEN:
        return gettext("This request has been answered already: %(status)s.") % {
            "status": request.get_status_display()
        }
    return None
