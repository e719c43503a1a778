"""Extensions of a window, proposed by an office and decided by the fund; a person's feed of the calendar."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext

from eqfund import audit
from eqfund.imports.calendar import read_calendar
from eqfund.models import CalendarFeed, CalendarLine, Extension, ExtensionPolicy, Term, User
from eqfund.refusal import Refused

from .. import permissions, queries
from ..loading import load
from ..sentences import fault_sentence

Status = Extension.Status


@transaction.atomic
def propose_extension(
    line: CalendarLine, *, path: str, closes_at: datetime, reason: str, by: User, at: datetime
) -> Extension:
    """Ask that a window close later at a place; under a policy of the activity it is granted at once."""
    line = (
        CalendarLine.objects.select_for_update(of=["self"])
        .select_related("affiliation")
        .get(pk=line.pk)
    )
    if not reason.strip():
        raise Refused(gettext("Say why the time is not enough."))
    if why := permissions.why_not_propose_extension(line, path, closes_at, by, at):
        raise Refused(why)
    policy = permissions.policy_for(line, path, closes_at, by)
    decided: dict[str, Any] = {}
    if policy:
        decided = {"status": Status.GRANTED, "policy": policy, "decided_by": by, "decided_at": at}
    made = Extension.objects.create(
        line=line,
        path=path,
        closes_at=closes_at,
        reason=reason.strip(),
        proposed_by=by,
        proposed_at=at,
        **decided,
    )
    facts = _facts(made) | {"by_policy": policy.most_days if policy else 0}
    audit.record("calendar.propose_extension", made, by=by, at=at, path=path, facts=facts)
    return made


@transaction.atomic
def withdraw_extension(extension: Extension, *, by: User, at: datetime) -> None:
    """Take a proposal back before it is decided."""
    extension = _locked(extension)
    if why := permissions.why_not_withdraw_extension(extension, by):
        raise Refused(why)
    Extension.objects.filter(pk=extension.pk, status=Status.PROPOSED).update(
        status=Status.WITHDRAWN
    )
    audit.record(
        "calendar.withdraw_extension",
        extension,
        by=by,
        at=at,
        path=extension.path,
        facts=_facts(extension),
    )


@transaction.atomic
def decide_extension(
    extension: Extension,
    *,
    grant: bool,
    answer: str,
    by: User,
    at: datetime,
    closes_at: datetime | None = None,
) -> None:
    """Grant or refuse a proposal, with the reason; granted, `closes_at` may differ from what was asked."""
    extension = _locked(extension)
    if why := permissions.why_not_decide_extension(extension, by):
        raise Refused(why)
    if not answer.strip():
        raise Refused(gettext("Say why: the office reads it."))
    closes_at = closes_at or extension.closes_at
    if grant and closes_at <= max(extension.line.during.upper, at):
        raise Refused(gettext("The new close must lie after the window's own, and in the future."))
    Extension.objects.filter(pk=extension.pk, status=Status.PROPOSED).update(
        status=Status.GRANTED if grant else Status.REFUSED,
        closes_at=closes_at if grant else extension.closes_at,
        answer=answer.strip(),
        decided_by=by,
        decided_at=at,
    )
    facts = _facts(extension) | {"granted": grant, "until": closes_at.isoformat() if grant else ""}
    audit.record(
        "calendar.decide_extension", extension, by=by, at=at, path=extension.path, facts=facts
    )


@transaction.atomic
def set_extension_policy(activity: str, *, most_days: int, by: User, at: datetime) -> None:
    """Let offices extend an activity themselves by so many days at most; 0: only the fund."""
    if why := permissions.why_not_set_policy(by):
        raise Refused(why)
    if not CalendarLine.objects.filter(activity=activity, kind=CalendarLine.Kind.WINDOW).exists():
        raise Refused(gettext("The calendar has no window of this work."))
    if not 0 <= most_days <= 31:
        raise Refused(gettext("An office may extend by 31 days at most."))
    fields = {"most_days": most_days, "set_by": by, "set_at": at}
    ExtensionPolicy.objects.update_or_create(activity=activity, defaults=fields)
    facts = {"activity": activity, "most_days": most_days}
    audit.record(
        "calendar.set_policy", "eqfund.ExtensionPolicy", by=by, at=at, path="TH/", facts=facts
    )


@transaction.atomic
def load_term_calendar(
    text: str, *, term: Term, by: User, at: datetime, reason: str = ""
) -> dict[str, int]:
    """Make the term's lines what the file says; a file with a fault changes nothing."""
    if why := permissions.why_not_edit_calendar(by):
        raise Refused(why)
    if term.pk:
        Term.objects.select_for_update().get(pk=term.pk)
    check = queries.check_calendar(text, term, at)
    if check.error:
        raise Refused(check.error)
    if check.fixed:
        raise Refused(check.fixed[0])
    if check.needs_reason and not reason.strip():
        raise Refused(gettext("Lines in use change. Say why: it is kept with the change."))
    if not check.may_load:
        forbidding = next(fault for fault in check.faults if fault.forbids)
        raise Refused(fault_sentence(forbidding))
    if term.pk is None:
        term.save()
    try:
        with transaction.atomic():
            changed = load(term, read_calendar(text.splitlines()))
    except ProtectedError:
        raise Refused(
            gettext("A line that has an extension cannot be removed. Keep it, with other days.")
        ) from None
    facts = changed | {"reason": reason.strip()}
    audit.record("load_calendar", term, by=by, at=at, path="TH/", facts=facts)
    return changed


@transaction.atomic
def make_feed(*, by: User, at: datetime) -> str:
    """Give the person an address for their calendar program; the one before ends. Returns its secret, kept nowhere."""
    secret = secrets.token_urlsafe(24)
    digest = hashlib.sha256(secret.encode()).digest()
    made, _new = CalendarFeed.objects.update_or_create(
        user=by, defaults={"secret": digest, "made_at": at}
    )
    audit.record("calendar.make_feed", made, by=by, at=at)
    return secret


@transaction.atomic
def end_feed(*, by: User, at: datetime) -> None:
    """End the person's address; a second time nothing happens."""
    found = CalendarFeed.objects.select_for_update().filter(user=by.pk).first()
    if found is None:
        return
    audit.record("calendar.end_feed", found, by=by, at=at)
    found.delete()


def _locked(extension: Extension) -> Extension:
    rows = Extension.objects.select_for_update(of=["self"]).select_related("line__affiliation")
    return rows.get(pk=extension.pk)


def _facts(extension: Extension) -> dict[str, Any]:
    line = extension.line
    return {
        "activity": line.activity,
        "round": line.round_no,
        "closed": line.during.upper.isoformat(),
        "asked": extension.closes_at.isoformat(),
    }
