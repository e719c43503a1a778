"""Forget people whose time is over: what is personal goes, what the money's book needs stays.

Terms are rows (RetentionRule): a kind without one is never scrubbed. Apps register with
hooks.person_scrubs what they hold and what keeps a person from being forgotten yet. A slice of
people is one transaction: their rows are emptied, their keys in the audit book destroyed, and
their files leave the storage when it is committed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import CharField, Exists, Max, OuterRef, Q
from django.db.models.functions import Cast

from eqfund import audit, clock, hooks
from eqfund.models import (
    Enrolment,
    PersonExport,
    PersonKey,
    Posting,
    RetentionRule,
    StoredFile,
    User,
)
from eqfund.privacy import person_keys
from eqfund.privacy.export import PUPIL, USER

SLICE = 500
LABELS = {"pupil": PUPIL, "user": USER}


@dataclass(frozen=True, slots=True)
class Scrub:
    """What one app forgets of people of a kind.

    kind    "pupil" or "user"
    name    what it is, for the command's table
    forget  (keys) -> rows emptied; in the caller's transaction
    holds   (keys) -> those who must not be forgotten yet, as money is still under way
    """

    kind: str
    name: str
    forget: Callable[[Sequence[int]], int]
    holds: Callable[[Sequence[int]], set[int]] | None = None


def years_before(day: date, years: int) -> date:
    """The same day some years ago; the last of February for a leap day."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def due(kind: str, on: date) -> Iterator[list[int]]:
    """Keys of the people whose term of retention ended by `on`, in slices, without those who are held."""
    rule = RetentionRule.objects.filter(kind=kind).first()
    if rule is None:
        return
    ended = years_before(on, rule.years)
    after = 0
    while True:
        rows = _over(kind, ended).filter(subject__gt=after).order_by("subject")
        keys = list(rows.values_list("subject", flat=True)[:SLICE])
        if not keys:
            return
        after = keys[-1]
        held = _held(kind, keys)
        if free := [key for key in keys if key not in held]:
            yield free


def _over(kind: str, ended: date) -> Any:
    """People of a kind whose last day was before `ended` and who were not forgotten already."""
    if kind == "pupil":
        rows = Enrolment.objects.exclude(_forgotten(kind, "pupil_id")).values("pupil")
        last = rows.annotate(subject=Max("pupil"), last=Max("term__closes_on"))
        return last.filter(last__lt=ended).values("subject")
    serving = Posting.objects.filter(Q(ends_on=None) | Q(ends_on__gte=ended)).values("user")
    posts = Posting.objects.exclude(user__in=serving).exclude(_forgotten(kind, "user_id"))
    last_post = posts.values("user").annotate(subject=Max("user"), last=Max("ends_on"))
    return last_post.filter(last__lt=ended).values("subject")


def _forgotten(kind: str, column: str) -> Exists:
    """That a row's person was forgotten: their key is destroyed."""
    gone = PersonKey.objects.filter(
        subject_label=LABELS[kind],
        subject_id=Cast(OuterRef(column), CharField()),
        destroyed_at__isnull=False,
    )
    return Exists(gone)


def _held(kind: str, keys: Sequence[int]) -> set[int]:
    held: set[int] = set()
    for each in hooks.person_scrubs:
        if each.kind == kind and each.holds is not None:
            held |= each.holds(keys)
    return held


@transaction.atomic
def forget(kind: str, keys: Sequence[int], at: datetime) -> dict[str, int]:
    """Forget these people; returns rows emptied by what it was. Safe to call again."""
    counts = {each.name: each.forget(keys) for each in hooks.person_scrubs if each.kind == kind}
    person_keys.destroy((LABELS[kind], str(key)) for key in keys)
    audit.record(
        "privacy.scrub",
        LABELS[kind],
        by=None,
        at=at,
        path="TH/",
        facts={"kind": kind, "people": list(keys), "rows": sum(counts.values())},
    )
    return counts


def forget_files(stored: Sequence[StoredFile] | Any) -> int:
    """Empty these files: the row stays as what it was, the content leaves the storage on commit."""
    rows = list(stored)
    names = [row.name for row in rows]
    StoredFile.objects.filter(pk__in=[row.pk for row in rows]).update(
        original_name="", claims="", phash=None, state=StoredFile.State.REJECTED
    )
    transaction.on_commit(lambda: _delete(names))
    return len(rows)


def _delete(names: Sequence[str]) -> None:
    for name in names:
        default_storage.delete(name)


def forget_exports(at: datetime) -> int:
    """Delete the files of exports that have expired; their passwords go with them."""
    over = list(
        PersonExport.objects.filter(expires_at__lt=at, deleted_at=None).select_related("file")
    )
    with transaction.atomic():
        forget_files([each.file for each in over if each.file])
        PersonExport.objects.filter(pk__in=[each.pk for each in over]).update(
            password="", deleted_at=at
        )
    return len(over)


def forget_papers(on: date) -> int:
    """Empty bulk papers about many children at once (registry files, bundles of letters) when their term ends."""
    rule = RetentionRule.objects.filter(kind="papers").first()
    if rule is None:
        return 0
    before = clock.now() - timedelta(days=365 * rule.years)
    rows = StoredFile.objects.filter(
        purpose__in=("registry", "letters08"), uploaded_at__lt=before
    ).exclude(state=StoredFile.State.REJECTED)
    return forget_files(rows[:SLICE])


def users_to_forget(keys: Sequence[int]) -> int:
    """Empty accounts: nobody signs in, the name is gone; what was done keeps its row."""
    for user in User.objects.filter(pk__in=keys):
        user.username, user.full_name = f"scrubbed-{user.pk}", "–"
        user.email, user.phone, user.is_active = "", "", False
        user.set_unusable_password()
        user.save()
    return len(keys)
