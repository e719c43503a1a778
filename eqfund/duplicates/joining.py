"""Two rows of one child become one: everything that points at the one goes to the other, or nothing does.

What may point at a pupil or an enrolment is read off the tables, so that a new one cannot be
forgotten: each such row is turned to the row that stays. Where the database refuses (a grant
on both, a form on both, money recorded under the other number, a book that is only added to),
`CannotJoin` says what stands in the way, and nothing was changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.utils.translation import gettext

from eqfund import audit, hooks
from eqfund.models import (
    DuplicateSide,
    Enrolment,
    FormerName,
    FormerNumber,
    Guardian,
    Identity,
    NameKey,
    Pupil,
    RegistryRecord,
    User,
)


class CannotJoin(Exception):
    """Why two rows stay two; `str()` is a sentence for people."""


def join(
    keep: Pupil,
    leaving: Pupil,
    *,
    by: User | None,
    at: datetime,
    reason: str = "",
    by_fund: bool = False,
) -> None:
    """Let `keep` have all that `leaving` has, and remove `leaving`; CannotJoin leaves both as they were.

    In a term where both studied at one school their two enrolments become one (`by_fund`: only of
    one class, since forms may stand on both); else each stays, as the child's way. `keep` keeps
    its number; without one it takes that of `leaving`.
    """
    try:
        with transaction.atomic():
            _join(keep, leaving, by, at, reason, by_fund)
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    except DatabaseError as error:
        raise CannotJoin(
            gettext("Something recorded of the second row cannot be turned to the first.")
        ) from error


def _join(
    keep: Pupil, leaving: Pupil, by: User | None, at: datetime, reason: str, by_fund: bool
) -> None:
    facts = {"kept": keep.pk, "joined": leaving.pk}
    before = {
        "name": leaving.full_name,
        "last4": leaving.identity.last4 if leaving.identity else "",
    }
    audit.record("duplicates.join", keep, by=by, at=at, pupil=keep, facts=facts, before=before)
    _enrolments(keep, leaving, _class if by_fund else _school)
    if keep.guardians.filter(is_current=True).exists():
        Guardian.objects.filter(pupil=leaving, is_current=True).update(is_current=False)
    for field in links_to(Pupil):
        _turn(field, leaving.pk, keep.pk)
    _number(keep, leaving, by, at, reason)
    if by and (leaving.first_name, leaving.last_name) != (keep.first_name, keep.last_name):
        FormerName.objects.create(
            pupil=keep,
            title=leaving.title,
            first_name=leaving.first_name,
            last_name=leaving.last_name,
            until=at,
            source="correction",
            by=by,
            reason=reason,
        )
    DuplicateSide.objects.filter(pupil=leaving.pk).update(pupil=keep.pk)
    NameKey.objects.filter(pk=leaving.pk).delete()
    Pupil.objects.filter(pk=leaving.pk)._raw_delete("default")  # type: ignore[attr-defined]


def _enrolments(keep: Pupil, leaving: Pupil, same: Callable[[Enrolment], str | int]) -> None:
    """In each term where both studied at one place, one enrolment; every other goes along whole."""
    kept = {}
    for each in Enrolment.objects.filter(pupil=keep).order_by("status"):  # studying comes last
        kept[each.term_id, same(each)] = each
    for theirs in Enrolment.objects.filter(pupil=leaving):
        ours = kept.get((theirs.term_id, same(theirs)))
        if ours is None:
            continue  # turned to the other pupil with all else that points at this one
        RegistryRecord.objects.filter(pupil=leaving, term=theirs.term_id).delete()
        for field in links_to(Enrolment):
            _turn(field, theirs.pk, ours.pk)
        Enrolment.objects.filter(pk=theirs.pk)._raw_delete("default")  # type: ignore[attr-defined]
    terms = RegistryRecord.objects.filter(pupil=leaving).values("term")
    RegistryRecord.objects.filter(pupil=keep, term__in=terms).delete()  # the newer school's holds


def _school(enrolment: Enrolment) -> str:
    return "/".join(enrolment.path.split("/")[:4])


def _class(enrolment: Enrolment) -> int:
    return enrolment.classroom_id


def _number(keep: Pupil, leaving: Pupil, by: User | None, at: datetime, reason: str) -> None:
    """One number stays; the other is kept as a former one, unless money was recorded under it."""
    other = leaving.identity
    if other is None:
        return
    Pupil.objects.filter(pk=leaving.pk).update(identity=None)
    if keep.identity is None:
        Pupil.objects.filter(pk=keep.pk).update(identity=other)
        keep.identity = other
        return
    if by is not None:
        FormerNumber.objects.create(
            identity=keep.identity,
            kind=other.kind,
            number=other.number,
            last4=other.last4,
            until=at,
            source="correction",
            by=by,
            reason=reason,
        )
    FormerNumber.objects.filter(identity=other).update(identity=keep.identity)
    if Identity.objects.filter(pk=other.pk, joined_into__isnull=False).exists():
        return  # it holds no number any more: what was paid twice under it rests there
    try:
        with transaction.atomic():
            Identity.objects.filter(pk=other.pk)._raw_delete("default")  # type: ignore[attr-defined]
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    except DatabaseError as error:
        raise CannotJoin(
            gettext("Money of a term is recorded under the other number (…%(last4)s).")
            % {"last4": other.last4}
        ) from error


def links_to(model: Any) -> Iterator[Any]:
    """Every enforced key of any table that points at a row of `model`."""
    for relation in model._meta.get_fields(include_hidden=True):
        if not (relation.auto_created and (relation.one_to_many or relation.one_to_one)):
            continue
        field = getattr(relation, "field", None)
        if field is not None and getattr(field, "db_constraint", False):
            yield field


def _turn(field: Any, leaving: int, keep: int) -> None:
    """Let the rows of one table name the row that stays."""
    everything = field.model._base_manager
    rows = everything.filter(**{field.attname: leaving})
    if not rows.exists():
        return
    for label, names in hooks.joined_once:
        if label == field.model._meta.label:
            kept = everything.filter(**{field.attname: keep}).values_list(*names)
            for values in list(kept):
                rows.filter(**dict(zip(names, values, strict=True))).delete()
    try:
        with transaction.atomic():
            rows.update(**{field.attname: keep})
    except DatabaseError as error:
        raise CannotJoin(
            gettext("Both rows have %(what)s, and the two cannot be put together.")
            % {"what": _words(field.model._meta.label)}
        ) from error


def _words(label: str) -> str:
    """What a table is called before people: the app that has it told hooks.joined_words."""
    return next(
        (str(words) for known, words in hooks.joined_words if known == label),
        gettext("something of their own"),
    )
