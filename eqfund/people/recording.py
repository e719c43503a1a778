"""Write a post or its end, for the actions that have asked who may. Inside their transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from eqfund import audit
from eqfund.access import Role
from eqfund.models import Posting, User
from eqfund.refusal import Refused
from eqfund.thai_text import thai_date

from . import permissions, rules


@contextmanager
def one_posts_transaction() -> Iterator[None]:
    """A transaction in which the database's own refusal of a post becomes a sentence."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or ""
        if not name.startswith("posting_"):
            raise
        raise Refused(
            gettext(
                "This post does not go with another of this person's. Look again: it may have been given just now."
            )
        ) from error


def write_post(
    user: User, post: rules.Post, *, capacity: str = "in_post", by: User, at: datetime
) -> Posting:
    """Write a post given by `by`, whose right to give it the caller has asked. Inside a transaction."""
    if post.ends_on and post.ends_on < post.starts_on:
        raise Refused(gettext("The last day lies before the first day."))
    if reason := permissions.why_not_begin(post.starts_on, permissions.day_of(at)):
        raise Refused(reason)
    if not user.is_active:
        raise Refused(gettext("This account is closed. Open it again first."))
    locked = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if reason := permissions.why_not_hold(locked, post):
        raise Refused(reason)
    posting = Posting.objects.create(
        user=locked,
        role=post.role,
        path=post.path,
        starts_on=post.starts_on,
        ends_on=post.ends_on,
        capacity=capacity if post.role == Role.SCHOOL_DIRECTOR else "in_post",
        granted_by=by,
    )
    audit.record("people.give_post", posting, by=by, at=at, facts=facts_of(posting))
    return posting


def close_post(posting: Posting, *, on: date, reason: str, by: User, at: datetime) -> None:
    """Write the end of a post that `by` may end; one that begins after `on` is withdrawn: it never
    was, and the audit book says so. Inside a transaction, the row locked."""
    if posting.ends_on is not None and posting.ends_on <= on:
        raise Refused(
            gettext("This post ends on %(day)s already.") % {"day": thai_date(posting.ends_on)}
        )
    facts = facts_of(posting) | {"reason": reason}
    if on < posting.starts_on:
        audit.record("people.withdraw_post", posting, by=by, at=at, facts=facts)
        posting.delete()
        return
    before = {"ends_on": str(posting.ends_on or "")}
    Posting.objects.filter(pk=posting.pk).update(ends_on=on, end_reason=reason)
    facts["ends_on"] = on.isoformat()
    audit.record("people.end_post", posting, by=by, at=at, facts=facts, before=before)


def facts_of(posting: Posting) -> dict[str, str | int]:
    return {
        "user": posting.user_id,
        "role": str(posting.role),
        "path": posting.path,
        "starts_on": posting.starts_on.isoformat(),
        "ends_on": posting.ends_on.isoformat() if posting.ends_on else "",
        "capacity": posting.capacity,
    }
