"""What is done with a class's roll: mark what is wrong, settle it, confirm it, and correct it where no registry does.

Each action is one transaction, told who acts (`by`) and when (`at`); it raises Refused for what may
not be, and leaves nothing half done.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from eqfund import audit, hooks, national_id
from eqfund.fields import blind_index
from eqfund.models import (
    Classroom,
    Enrolment,
    FormerName,
    FormerNumber,
    Identity,
    Pupil,
    RegistryRecord,
    RollConfirmation,
    RollMark,
    Term,
    User,
)
from eqfund.models.rolls import Source
from eqfund.refusal import Refused
from eqfund.thai_text import one_spelling, sort_key

from . import permissions, queries

NAME_FIELDS = ("title", "first_name", "last_name")


@transaction.atomic
def mark_roll(
    classroom: Classroom,
    *,
    kind: str,
    by: User,
    at: datetime,
    enrolment: Enrolment | None = None,
    note: str = "",
) -> RollMark:
    """Something in a class's roll is not as the documents say; without enrolment a child is missing."""
    if reason := permissions.why_not_mark_roll(classroom, by, at):
        raise Refused(reason)
    term = Term.objects.current(at)
    if (enrolment is None) != (kind == RollMark.Kind.MISSING):
        raise ValueError("a missing child has no enrolment, and everybody else one")
    if enrolment is None and not note.strip():
        raise Refused(gettext("Write who is missing: name, and what is known of the child."))
    if enrolment is not None and (
        enrolment.classroom_id != classroom.pk
        or enrolment.term != term
        or enrolment.status not in queries.OF_THE_ROLL
    ):
        raise Refused(gettext("This pupil is no longer in the class."))
    made = RollMark(
        classroom=classroom,
        term=term,
        enrolment=enrolment,
        kind=kind,
        note=note.strip(),
        was=queries.row_digest(enrolment) if enrolment else "",
        made_by=by,
        made_at=at,
    )
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError as error:
        if "roll_mark_once_while_open" not in str(error):
            raise
        raise Refused(gettext("This is marked already.")) from None
    pupil = enrolment.pupil if enrolment else None
    facts = {"classroom": classroom.pk, "kind": kind}
    audit.record("rolls.mark", made, by=by, at=at, path=classroom.path, pupil=pupil, facts=facts)
    return made


@transaction.atomic
def settle_mark(mark: RollMark, *, outcome: str, by: User, at: datetime) -> None:
    """What was marked is mended, or was marked by mistake."""
    mark = (
        RollMark.objects.select_related("classroom", "enrolment__pupil", "enrolment__classroom")
        .select_for_update(of=["self"])
        .get(pk=mark.pk)
    )
    classroom = mark.enrolment.classroom if mark.enrolment else mark.classroom
    if reason := permissions.why_not_mark_roll(classroom, by, at):
        raise Refused(reason)
    if mark.settled_at is not None:
        raise Refused(gettext("This mark is settled already."))
    mark.outcome, mark.settled_by, mark.settled_at = outcome, by, at
    mark.save(update_fields=["outcome", "settled_by", "settled_at"])
    pupil = mark.enrolment.pupil if mark.enrolment else None
    facts = {"classroom": classroom.pk, "kind": mark.kind, "outcome": outcome}
    audit.record("rolls.settle", mark, by=by, at=at, path=classroom.path, pupil=pupil, facts=facts)


@transaction.atomic
def confirm_roll(
    classroom: Classroom, *, by: User, at: datetime, seen: str = ""
) -> RollConfirmation:
    """The names and ids of a class are right; an earlier saying of it is voided.

    `seen` is the digest of the roll that the person saw, by default the present one. What is
    confirmed already, unchanged, stays as it is.
    """
    classroom = Classroom.objects.select_for_update().get(pk=classroom.pk)
    term = Term.objects.current(at)
    if term is None:
        raise Refused(gettext("There is no term yet."))
    figures = queries.figures_of([classroom.pk], term)[classroom.pk]
    if reason := permissions.why_not_confirm_roll(classroom, by, at, figures):
        raise Refused(reason)
    if seen and seen != figures.digest:
        raise Refused(
            gettext("The list has been changed meanwhile. Look at it again, then confirm.")
        )
    alive = RollConfirmation.objects.alive().filter(classroom=classroom, term=term)
    last = alive.first()
    if last is not None and last.digest == figures.digest:
        return last  # type: ignore[no-any-return]
    alive.update(voided_at=at)
    made = RollConfirmation.objects.create(
        classroom=classroom,
        term=term,
        by=by,
        at=at,
        digest=figures.digest,
        pupils=figures.pupils,
        without_id=figures.without_id,
        rows=queries.row_digests(classroom, term),
    )
    facts = {
        "classroom": classroom.pk,
        "pupils": figures.pupils,
        "without_id": figures.without_id,
        "digest": figures.digest,
    }
    audit.record("rolls.confirm", made, by=by, at=at, path=classroom.path, facts=facts)
    return made


@transaction.atomic
def correct_pupil(
    enrolment: Enrolment,
    *,
    title: str,
    first_name: str,
    last_name: str,
    sex: str,
    birth_date: date | None,
    number: str,
    reason: str,
    by: User,
    at: datetime,
) -> None:
    """Put a pupil's name, date of birth or number right, where the affiliation has no registry.

    What stood there before is kept (FormerName, FormerNumber). `number` "" leaves the number.
    """
    pupil = (
        Pupil.objects.select_related("identity")
        .select_for_update(of=["self"])
        .get(pk=enrolment.pupil_id)
    )
    enrolment = Enrolment.objects.get(pk=enrolment.pk)
    enrolment.pupil = pupil  # both as they are now, the pupil held
    registry = queries.affiliation_of(enrolment.path).registry
    if why_not := permissions.why_not_correct_pupil(enrolment, by, registry):
        raise Refused(why_not)
    new: dict[str, Any] = {
        "title": one_spelling(title),
        "first_name": one_spelling(first_name),
        "last_name": one_spelling(last_name),
        "sex": sex,
        "birth_date": birth_date,
    }
    changed = {name: value for name, value in new.items() if getattr(pupil, name) != value}
    new_number = _new_number(pupil, number)
    if not changed and not new_number:
        return
    before = {name: str(getattr(pupil, name) or "") for name in changed}
    if set(changed) & set(NAME_FIELDS):
        FormerName.objects.create(
            pupil=pupil,
            **{name: getattr(pupil, name) for name in NAME_FIELDS},
            until=at,
            source=Source.CORRECTION,
            by=by,
            reason=reason,
        )
        changed["sort_key"] = sort_key(f"{new['first_name']} {new['last_name']}")
    if new_number:
        before["last4"] = _replace_number(pupil, new_number, reason=reason, by=by, at=at)
        changed["identity"] = pupil.identity
    for name, value in changed.items():
        setattr(pupil, name, value)
    pupil.save(update_fields=list(changed))
    after = {name: str(getattr(pupil, name) or "") for name in before if name != "last4"}
    if new_number:
        after["last4"] = national_id.last4(new_number)
    facts = {"fields": sorted(before), "enrolment": enrolment.pk}
    audit.record(
        "rolls.correct",
        pupil,
        by=by,
        at=at,
        path=enrolment.path,
        facts=facts,
        before=before,
        after={**after, "reason": reason},
    )


def _new_number(pupil: Pupil, text: str) -> str:
    """The number, if it is another than the pupil has; Refused when it is none or somebody else's."""
    number = national_id.normalize(text)
    if not number:
        return ""
    if national_id.why_invalid(number):
        raise Refused(gettext("This is neither a 13-digit id nor a G-code."))
    index = blind_index(number)
    holder = Identity.objects.filter(id_index=index).select_related("pupil").first()
    if holder is not None and holder.pk == pupil.identity_id:
        return ""
    if holder is not None:
        raise Refused(
            gettext(
                "Another child of the programme has this number. Nothing was changed: look at the digits on the document; if they are right, the supervising office settles which child it is."
            )
        )
    had = pupil.identity.kind if pupil.identity else None
    if had == Identity.Kind.NATIONAL_ID and national_id.is_g_code(number):
        raise Refused(gettext("A pupil who has a national id does not go back to a G-code."))
    return number


def _replace_number(pupil: Pupil, number: str, *, reason: str, by: User, at: datetime) -> str:
    """Give the pupil the number; the last digits of the one before, "" when there was none."""
    kind = "g_code" if national_id.is_g_code(number) else "national_id"
    fields = {
        "kind": kind,
        "id_index": blind_index(number),
        "number": number,
        "last4": national_id.last4(number),
    }
    try:
        with transaction.atomic():
            return _write_number(pupil, fields, reason=reason, by=by, at=at)
    except IntegrityError:
        raise Refused(gettext("Another child was given this number just now.")) from None


def _write_number(
    pupil: Pupil, fields: dict[str, Any], *, reason: str, by: User, at: datetime
) -> str:
    identity = pupil.identity
    if identity is None:
        pupil.identity = Identity.objects.create(**fields)
        RegistryRecord.objects.filter(pupil=pupil).update(
            duplicate_index=None, duplicate_index_next=None
        )
        return ""
    for keep in hooks.numbers_change:
        keep([identity.pk])
    FormerNumber.objects.create(
        identity=identity,
        kind=identity.kind,
        number=identity.number,
        last4=identity.last4,
        until=at,
        source=Source.CORRECTION,
        by=by,
        reason=reason,
    )
    was = identity.last4
    for name, value in fields.items():
        setattr(identity, name, value)
    identity.save(update_fields=[*fields, "id_index_next"])
    return was
