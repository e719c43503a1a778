"""What a school does with its profile: change it, say who heads it, confirm it for the term.

Each action is one transaction, told who acts (`by`) and when (`at`); it raises Refused for what
may not be, and leaves nothing half done. Each renews the digest by which a confirmation is held
against the profile as it stands.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from eqfund import audit
from eqfund.models import Directorship, Posting, ProfileConfirmation, School, Term, User
from eqfund.refusal import Refused
from eqfund.thai_text import thai_date

from . import checks, permissions, queries

ADDRESS_FIELDS = ("house_no", "moo", "road", "address", "subdistrict_code", "postcode")
PROFILE_FIELDS = (
    "phone",
    "email",
    "line_id",
    "contact_name",
    "contact_post",
    "contact_mobile",
    *ADDRESS_FIELDS,
    "latitude",
    "longitude",
    "levels",
)
IN_POST = Directorship.Capacity.IN_POST


@transaction.atomic
def edit_school(school: School, *, by: User, at: datetime, **fields: Any) -> None:
    """Change the school's contacts, address and what it teaches; its province follows the subdistrict."""
    if reason := permissions.why_not_edit_school(school, by, at):
        raise Refused(reason)
    if unknown := set(fields) - set(PROFILE_FIELDS):
        raise ValueError(f"not a field of the profile: {sorted(unknown)}")
    school = School.objects.select_for_update().get(pk=school.pk)
    if code := fields.get("subdistrict_code"):
        fields["province_code"] = code[:2]
    changed = {name: value for name, value in fields.items() if getattr(school, name) != value}
    if not changed:
        return
    before = {name: _text(getattr(school, name)) for name in changed}
    for name, value in changed.items():
        setattr(school, name, value)
    school.save(update_fields=list(changed))
    _renew_digest(school)
    after = {name: _text(value) for name, value in changed.items()}
    facts = {"fields": sorted(changed)}
    audit.record(
        "registry.edit_school", school, by=by, at=at, facts=facts, before=before, after=after
    )


@transaction.atomic
def record_director(
    school: School,
    *,
    full_name: str,
    capacity: str,
    starts_on: date,
    by: User,
    at: datetime,
    posting: Posting | None = None,
    note: str = "",
    ends_on: date | None = None,
    former_left: str = "",
) -> Directorship:
    """Somebody heads the school, or stands in, from a day on.

    Who was in the same seat until then leaves the day before, for the reason `former_left`. With
    `ends_on` a time that is over, or a standing in whose end is known, is recorded.
    """
    if reason := permissions.why_not_edit_school(school, by, at):
        raise Refused(reason)
    if ends_on is not None and ends_on < starts_on:
        raise Refused(gettext("The last day lies before the first one."))
    school = School.objects.select_for_update().get(pk=school.pk)
    before = _former(school, capacity, starts_on)
    if before is not None:
        if not former_left:
            raise Refused(
                gettext("%(name)s is recorded until then. Say why they left.")
                % {"name": before.full_name}
            )
        _end(before, on=starts_on - timedelta(days=1), reason=former_left)
    made = Directorship(
        school=school,
        full_name=posting.user.full_name if posting else full_name.strip(),
        capacity=capacity,
        starts_on=starts_on,
        ends_on=ends_on,
        end_reason=Directorship.Reason.OTHER if ends_on else "",
        note=note.strip(),
        posting=_of_school(posting, school),
        recorded_by=by,
        recorded_at=at,
    )
    _save(made)
    _renew_digest(school)
    facts = {"school": school.pk, "capacity": capacity, "starts_on": starts_on.isoformat()}
    after = {"full_name": made.full_name, "note": made.note}
    if before is not None:
        facts |= {"followed": before.pk, "former_left": former_left}
    audit.record(
        "schools.record_director", made, by=by, at=at, path=school.path, facts=facts, after=after
    )
    return made


@transaction.atomic
def end_director(
    row: Directorship, *, on: date, reason: str, by: User, at: datetime, note: str = ""
) -> None:
    """Somebody was head, or stood in, until a day; nobody follows by this."""
    row = _locked(row, by=by, at=at)
    if row.ends_on is not None:
        raise Refused(
            gettext("It is already recorded that this ended on %(day)s.")
            % {"day": thai_date(row.ends_on)}
        )
    if on < row.starts_on:
        raise Refused(gettext("The last day lies before the first one."))
    if note:
        row.note = note.strip()
    _end(row, on=on, reason=reason)
    _renew_digest(row.school)
    facts = {"school": row.school_id, "on": on.isoformat(), "reason": reason}
    audit.record("schools.end_director", row, by=by, at=at, path=row.school.path, facts=facts)


@transaction.atomic
def correct_director(
    row: Directorship,
    *,
    full_name: str,
    capacity: str,
    starts_on: date,
    by: User,
    at: datetime,
    posting: Posting | None = None,
    note: str = "",
) -> None:
    """What was recorded was mistyped; the book keeps both."""
    row = _locked(row, by=by, at=at)
    if row.ends_on is not None and row.ends_on < starts_on:
        raise Refused(gettext("The last day lies before the first one."))
    new = {
        "full_name": posting.user.full_name if posting else full_name.strip(),
        "capacity": capacity,
        "starts_on": starts_on,
        "note": note.strip(),
        "posting": _of_school(posting, row.school),
    }
    changed = {name: value for name, value in new.items() if getattr(row, name) != value}
    if not changed:
        return
    before = {name: _text(getattr(row, name)) for name in changed}
    for name, value in changed.items():
        setattr(row, name, value)
    _save(row)
    _renew_digest(row.school)
    audit.record(
        "schools.correct_director",
        row,
        by=by,
        at=at,
        path=row.school.path,
        facts={"school": row.school_id, "fields": sorted(changed)},
        before=before,
        after={name: _text(value) for name, value in changed.items()},
    )


@transaction.atomic
def confirm_school_profile(
    school: School, *, by: User, at: datetime, seen: str = ""
) -> ProfileConfirmation:
    """The school says that its profile is right for the term; an earlier saying of it is voided.

    `seen` is the digest of the profile that the person saw, by default the present one. What is
    confirmed already, unchanged, stays as it is.
    """
    if reason := permissions.why_not_edit_school(school, by, at):
        raise Refused(reason)
    school = School.objects.select_for_update().get(pk=school.pk)
    term = Term.objects.current(at)
    assert term is not None  # why_not_edit_school has asked
    found = checks.checklist(school, term, at)
    if reason := permissions.why_not_confirm_school_profile(school, by, at, found):
        raise Refused(reason)
    digest = _renew_digest(school)
    if seen and seen != digest:
        raise Refused(
            gettext("The profile has been changed meanwhile. Look at it again, then confirm.")
        )
    alive = ProfileConfirmation.objects.alive().filter(school=school, term=term)
    last = alive.first()
    if last is not None and last.digest == digest:
        return last  # type: ignore[no-any-return]
    alive.update(voided_at=at)
    states = Counter(check.state for check in found)
    facts = {
        "items": dict(states),
        "open": [check.code for check in found if check.state != "good"],
    }
    made = ProfileConfirmation.objects.create(
        school=school, term=term, by=by, at=at, digest=digest, facts=facts
    )
    audit.record(
        "registry.confirm_profile", school, by=by, at=at, facts={**facts, "digest": digest}
    )
    return made


def _renew_digest(school: School) -> str:
    """Write the digest of the profile as it stands beside it."""
    digest = queries.live_digest(school)
    School.objects.filter(pk=school.pk).exclude(profile_digest=digest).update(profile_digest=digest)
    school.profile_digest = digest
    return digest


def _locked(row: Directorship, *, by: User, at: datetime) -> Directorship:
    """The row, held, for somebody who may change it."""
    School.objects.select_for_update().get(pk=row.school_id)
    row = (
        Directorship.objects.select_related("school").select_for_update(of=["self"]).get(pk=row.pk)
    )
    if reason := permissions.why_not_edit_school(row.school, by, at):
        raise Refused(reason)
    return row


def _former(school: School, capacity: str, starts_on: date) -> Directorship | None:
    """Who sits in the seat on the day, without an end; they began before it."""
    seat = Directorship.objects.filter(school=school, ends_on=None, starts_on__lt=starts_on)
    same = seat.filter(capacity=IN_POST) if capacity == IN_POST else seat.exclude(capacity=IN_POST)
    return same.first()


def _end(row: Directorship, *, on: date, reason: str) -> None:
    row.ends_on, row.end_reason = on, reason
    row.save(update_fields=["ends_on", "end_reason", "note"])


def _save(row: Directorship) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        if "on_any_day" not in str(error):
            raise
        raise Refused(
            gettext(
                "Somebody else is recorded for some of these days. End that first, or choose another day."
            )
        ) from None


def _of_school(posting: Posting | None, school: School) -> Posting | None:
    """The posting, if it is a director's at this school."""
    if posting is None:
        return None
    if posting.role != "school_director" or posting.path != school.path:
        raise ValueError("not a director's post at this school")
    return posting


def _text(value: Any) -> str:
    return "" if value is None else str(value)
