"""What the kernel itself forgets of a pupil and of an account holder."""

from __future__ import annotations

from collections.abc import Sequence

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession

from eqfund import hooks
from eqfund.fields import blind_index
from eqfund.models import (
    AccountRequest,
    AccountState,
    Enrolment,
    EnrolmentStatusChange,
    FactorRecovery,
    FormerName,
    FormerNumber,
    Guardian,
    Handover,
    Identity,
    Invitation,
    Pupil,
    RegistryRecord,
    RollMark,
    StagingRow,
)
from eqfund.privacy.scrub import Scrub, users_to_forget

NO_MAIL = "scrubbed@nowhere.invalid"


def nobody(pk: int) -> str:
    """What stands for a forgotten number: its index can be made anew when the index key changes."""
    return f"scrubbed {pk}"


def _identities(keys: Sequence[int]) -> int:
    rows = list(Identity.objects.filter(pupil__in=keys))
    for row in rows:
        row.number, row.last4, row.id_index = nobody(row.pk), "", blind_index(nobody(row.pk))
        row.save(update_fields=["number", "last4", "id_index", "id_index_next"])
    return len(rows)


def _pupils(keys: Sequence[int]) -> int:
    return Pupil.objects.filter(pk__in=keys).update(
        title="", first_name="", last_name="–", sort_key="", birth_date=None
    )


def _guardians(keys: Sequence[int]) -> int:
    return Guardian.objects.filter(pupil__in=keys).update(
        full_name="", national_id="", id_index=None, id_index_next=None, last4="", phone=""
    )


def _former(keys: Sequence[int]) -> int:
    """What the child was called and numbered before goes altogether."""
    names = FormerName.objects.filter(pupil__in=keys).delete()[0]
    return names + FormerNumber.objects.filter(identity__pupil__in=keys).delete()[0]


def _marks(keys: Sequence[int]) -> int:
    return RollMark.objects.filter(enrolment__pupil__in=keys).update(note="")


def _enrolments(keys: Sequence[int]) -> int:
    return Enrolment.objects.filter(pupil__in=keys).update(student_number="")


def _moves(keys: Sequence[int]) -> int:
    """Who moved and why goes; between which schools, when, and how it was answered stays."""
    reasons = EnrolmentStatusChange.objects.filter(enrolment__pupil__in=keys)
    emptied = reasons.exclude(reason="").update(reason="")
    return emptied + Handover.objects.filter(pupil__in=keys).update(
        child_name="–", birth_year_be=None, last4="", message="", note=""
    )


def _records(keys: Sequence[int]) -> int:
    StagingRow.objects.filter(pupil__in=keys).delete()
    rows = list(RegistryRecord.objects.filter(pupil__in=keys))
    for row in rows:
        row.extras, row.extras_index = {}, blind_index("{}", "registry_extras")
        row.duplicate_index = row.duplicate_index_next = None
        row.save()
    return len(rows)


def _account(keys: Sequence[int]) -> int:
    AccountState.objects.filter(user__in=keys).update(verified_email="", verified_phone="")
    FactorRecovery.objects.filter(user__in=keys).update(reason="")
    gone = 0
    for model in (UserSession, EmailAddress, Authenticator):
        gone += model.objects.filter(user__in=keys).delete()[0]
    return gone + users_to_forget(keys)


def _invitations(keys: Sequence[int]) -> int:
    """How the person came in: the post that came of it stays with the account's row."""
    came = Invitation.objects.filter(accepted_by__in=keys)
    emptied = AccountRequest.objects.filter(invitation__in=came).update(
        full_name="–", email=NO_MAIL, phone="", note="", answer=""
    )
    return emptied + came.update(full_name="–", email=NO_MAIL, phone="")


for scrub in (
    Scrub("pupil", "pupils", _pupils),
    Scrub("pupil", "numbers", _identities),
    Scrub("pupil", "former names and numbers", _former),
    Scrub("pupil", "marks in rolls", _marks),
    Scrub("pupil", "guardians", _guardians),
    Scrub("pupil", "student numbers", _enrolments),
    Scrub("pupil", "hand-overs and changes of state", _moves),
    Scrub("pupil", "registry records", _records),
    Scrub("user", "invitations", _invitations),
    Scrub("user", "accounts", _account),
):
    hooks.person_scrubs.register(scrub)
