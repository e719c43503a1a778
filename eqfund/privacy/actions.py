"""The acts of the care of personal data."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from eqfund import access, audit, clock, jobs
from eqfund.models import Consent, PersonExport, Policy, Pupil, User
from eqfund.privacy import permissions, policies
from eqfund.privacy.reveal import REASONS, TOLD_IN_WORDS, Revealable
from eqfund.refusal import Refused

LEAST_WORDS = 10  # letters
EXPORT_LIVES = timedelta(days=7)


@transaction.atomic
def reveal(what: Revealable, row: Any, *, reason: str, note: str, by: User, at: datetime) -> str:
    """Return one encrypted thing, for a reason; the book keeps who, what and why before it is shown."""
    User.objects.select_for_update().get(pk=by.pk)  # two at once count one after the other
    if refusal := permissions.why_not_reveal(what, row, by):
        raise Refused(refusal)
    note = note.strip()
    if reason not in REASONS or (reason in TOLD_IN_WORDS and len(note) < LEAST_WORDS):
        raise Refused(gettext("Say for what you need it, in a few words."))
    text = what.fetch(row)
    audit.record(
        "privacy.reveal",
        row,
        by=by,
        at=at,
        path=what.path(row),
        pupil=what.pupil(row),
        facts={"what": what.code, "reason": reason},
        after={"note": note} if note else None,
    )
    return text


@transaction.atomic
def give_consent(policy: Policy, *, by: User, at: datetime) -> Consent:
    """Note that this person agreed to this version of the policy; a second time is the same once."""
    current = policies.for_users()
    if current is None or current.pk != policy.pk:
        raise Refused(gettext("This version is no longer the one in force. Read the new one."))
    consent, made = Consent.objects.get_or_create(
        user=by, policy=policy, defaults={"at": clock.wall()}
    )
    if made:
        audit.record(
            "privacy.give_consent", policy, by=by, at=at, facts={"version": policy.version}
        )
    return consent


@transaction.atomic
def ask_export(of: Pupil | User, *, reason: str, by: User, at: datetime) -> PersonExport:
    """Ask for all that is held of one person; a job makes it, and it lives for a week."""
    if refusal := access.why_not(by, "privacy.export_person", "TH/"):
        raise Refused(refusal)
    if len(reason.strip()) < LEAST_WORDS:
        raise Refused(gettext("Say who asked for it, when and by what paper."))
    now = clock.wall()
    export = PersonExport.objects.create(
        subject_label=of._meta.label,
        subject_id=str(of.pk),
        reason=reason.strip(),
        by=by,
        asked_at=now,
        expires_at=now + EXPORT_LIVES,
    )
    audit.record(
        "privacy.ask_export",
        of,
        by=by,
        at=at,
        path=of.path if isinstance(of, Pupil) else "TH/",
        facts={"export": export.pk},
        after={"reason": reason.strip()},
    )
    jobs.start("privacy.export_person", by=by, obj=export, key=f"person-export-{export.pk}")
    return export


@transaction.atomic
def show_export_password(export: PersonExport, *, by: User, at: datetime) -> str:
    """Show the password of an export to who asked for it, once."""
    if export.by_id != by.pk:
        raise Refused(gettext("Only who asked for this export sees its password."))
    now = clock.wall()
    shown = PersonExport.objects.filter(
        pk=export.pk, password_shown_at=None, file__isnull=False, expires_at__gt=now
    ).update(password_shown_at=now)
    if not shown:
        raise Refused(
            gettext("The password was shown already, or the export is over. Ask for a new export.")
        )
    audit.record("privacy.show_export_password", export, by=by, at=at, path="TH/")
    return str(export.password)
