"""Give, end, extend and change a post; close an account.

Each action is one transaction, told who acts (`by`) and when (`at`); it raises Refused for
what may not be. The database says the same where it can (no post of one's own giving, none
twice, none beside one that checks it): who slips past a look between two transactions meets that.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext

from eqfund import audit
from eqfund.access import Role
from eqfund.models import Classroom, Posting, User
from eqfund.models.people import EndReason
from eqfund.people import permissions, rules
from eqfund.people.permissions import day_of
from eqfund.people.recording import close_post, facts_of, one_posts_transaction, write_post
from eqfund.refusal import Refused
from eqfund.thai_text import thai_date

CAPACITIES = ("in_post", "acting", "on_behalf")
DAY = timedelta(days=1)


def give_post(
    user: User,
    *,
    role: str,
    path: str,
    starts_on: date,
    ends_on: date | None = None,
    capacity: str = "in_post",
    by: User,
    at: datetime,
) -> Posting:
    """Give somebody who has an account one more post."""
    if user.pk == by.pk:
        raise Refused(gettext("Nobody gives themselves a post."))
    if reason := permissions.why_not_give(role, path, by):
        raise Refused(reason)
    if not Posting.objects.visible_to(by).filter(user=user).exists():
        raise Refused(gettext("This person has no post among yours: invite them by e-mail."))
    with one_posts_transaction():
        return write_post(
            user, rules.Post(role, path, starts_on, ends_on), capacity=capacity, by=by, at=at
        )


@transaction.atomic
def end_post(posting: Posting, *, on: date, reason: str, by: User, at: datetime) -> None:
    """Let a post end; `on` is its last day. Yesterday shuts it at once."""
    posting = _mine(posting, by)
    if reason not in EndReason.values:
        raise Refused(gettext("Say why the post ends."))
    if on < day_of(at) - DAY:
        raise Refused(
            gettext("The last day is yesterday at the earliest: what was done in a post was done.")
        )
    close_post(posting, on=on, reason=reason, by=by, at=at)


def extend_post(posting: Posting, *, until: date | None, by: User, at: datetime) -> None:
    """Let a post last until another day, or without end (None)."""
    with one_posts_transaction():
        posting = _mine(posting, by)
        if posting.ends_on is None:
            raise Refused(gettext("This post has no last day."))
        if until is not None and until <= posting.ends_on:
            raise Refused(
                gettext("The new last day is not after %(day)s. To end it earlier, end the post.")
                % {"day": thai_date(posting.ends_on)}
            )
        if posting.ends_on < day_of(at):
            raise Refused(gettext("This post has ended. Give a new one."))
        others = posting.user.postings.exclude(pk=posting.pk)
        post = rules.Post(posting.role, posting.path, posting.starts_on, until)
        if reason := permissions.why_not_hold(posting.user, post, others):
            raise Refused(reason)
        before = {"ends_on": str(posting.ends_on)}
        Posting.objects.filter(pk=posting.pk).update(ends_on=until, end_reason="")
        facts = facts_of(posting) | {"ends_on": str(until or "")}
        audit.record("people.extend_post", posting, by=by, at=at, facts=facts, before=before)


def change_class(
    posting: Posting, classroom: Classroom, *, on: date, by: User, at: datetime
) -> Posting:
    """Give a homeroom teacher another class from a day on; what was done in the old one stays there."""
    if posting.role != Role.HOMEROOM_TEACHER:
        raise ValueError("only a homeroom teacher has a class")
    _not_before_today(on, at)
    with one_posts_transaction():
        posting = _mine(posting, by)
        if posting.path == classroom.path:
            raise Refused(gettext("That is the class this teacher has."))
        if reason := permissions.why_not_give(posting.role, classroom.path, by):
            raise Refused(reason)
        last = posting.ends_on
        if last is not None and last < on:
            raise Refused(
                gettext("This post ends on %(day)s, before the change.") % {"day": thai_date(last)}
            )
        close_post(posting, on=on - DAY, reason=EndReason.REPLACED, by=by, at=at)
        post = rules.Post(posting.role, classroom.path, on, last)
        return write_post(posting.user, post, by=by, at=at)


def change_capacity(
    posting: Posting, *, capacity: str, on: date, until: date | None, by: User, at: datetime
) -> Posting:
    """From a day on, let a director serve in another capacity: in post, acting, or on behalf."""
    if posting.role != Role.SCHOOL_DIRECTOR or capacity not in CAPACITIES:
        raise ValueError("only a director serves in a capacity")
    _not_before_today(on, at)
    with one_posts_transaction():
        posting = _mine(posting, by)
        if (posting.capacity, posting.ends_on) == (capacity, until):
            raise Refused(gettext("That is the capacity this director has."))
        if posting.ends_on is not None and posting.ends_on < on:
            raise Refused(
                gettext("This post ends on %(day)s, before the change.")
                % {"day": thai_date(posting.ends_on)}
            )
        close_post(posting, on=on - DAY, reason=EndReason.REPLACED, by=by, at=at)
        post = rules.Post(posting.role, posting.path, on, until)
        return write_post(posting.user, post, capacity=capacity, by=by, at=at)


@transaction.atomic
def close_account(person: User, *, by: User, at: datetime) -> None:
    """Shut an account: nobody signs in with it from the next request on. Its posts stay as they were."""
    person = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    if reason := permissions.why_not_close_account(person, by, day_of(at)):
        raise Refused(reason)
    if not User.objects.filter(pk=person.pk, is_active=True).update(is_active=False):
        raise Refused(gettext("This account is closed already."))
    audit.record("people.close_account", person, by=by, at=at, path=_path_of(person))


@transaction.atomic
def reopen_account(person: User, *, by: User, at: datetime) -> None:
    """Let a closed account sign in again."""
    person = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    if reason := permissions.why_not_close_account(person, by, day_of(at)):
        raise Refused(reason)
    if not User.objects.filter(pk=person.pk, is_active=False).update(is_active=True):
        raise Refused(gettext("This account is open."))
    audit.record("people.reopen_account", person, by=by, at=at, path=_path_of(person))


def _mine(posting: Posting, by: User) -> Posting:
    """The post, locked, if `by` may change it."""
    rows = Posting.objects.select_for_update(of=["self"], no_key=True).select_related("user")
    posting = rows.get(pk=posting.pk)
    if reason := permissions.why_not_change_post(posting, by):
        raise Refused(reason)
    return posting


def _not_before_today(on: date, at: datetime) -> None:
    if on < day_of(at):
        raise Refused(gettext("The change begins today at the earliest."))


def _path_of(person: User) -> str:
    """Where an account's event is filed: its latest post."""
    posting = person.postings.order_by("-starts_on", "-pk").first()
    return posting.path if posting else "TH/"
