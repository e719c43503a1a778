"""Every personal field of ours: how it is held, why, and how long. Printed in docs/personal-data.md.

A model declares which of its fields are personal; whether one is encrypted is seen from
its class. What is personal and plain stands in PLAIN with its reason, or a test fails.
Source: DESIGN section 11, "Personal data".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models

from eqfund.fields import BlindIndexField, EncryptedTextField, PersonSealedJSONField, SealedField

OURS = ("eqfund", "screening", "attendance", "payments", "monitoring", "rehearsal")

_SEARCHED = "lists are sorted and searched by it; scoped to the child's places"
_SHOWN = "shown instead of the number, which stays sealed"
_STAFF = "a person of the service, named beside what they did; scoped to places"
_REASON = "a sentence that decides on a child, read beside it; scoped to the child's places"
_WAITING = "compared by SQL with what is known; the waiting room is read where the file came from"
_WAS = "the name as it stood, copied by SQL from the pupil's row; scoped to the child's places"
_RULE = "counted and decided on by SQL; tells of nobody without the row beside it"

# Personal and plain, with the reason. Nothing else may be.
PLAIN: dict[str, str] = {
    "eqfund.User.username": "signs in by it",
    "eqfund.User.email": "signs in by it, and mail goes to it",
    "eqfund.User.full_name": _STAFF,
    "eqfund.Event.actor_name": _STAFF,
    "eqfund.School.contact_name": _STAFF,
    "eqfund.School.line_id": "the school's own address in LINE, for its office",
    "eqfund.Directorship.full_name": _STAFF,
    "eqfund.FormerName.title": _WAS,
    "eqfund.FormerName.first_name": _WAS,
    "eqfund.FormerName.last_name": _WAS,
    "eqfund.FormerNumber.last4": _SHOWN,
    "eqfund.Invitation.email": "mail goes to it; removed when the invitation is over",
    "eqfund.Invitation.full_name": _STAFF,
    "eqfund.AccountRequest.full_name": _STAFF,
    "eqfund.AccountRequest.email": "mail goes to it",
    "eqfund.PersonExport.subject_id": "a row's number; tells of nobody by itself",
    "eqfund.StoredFile.phash": "finds the same photo on two children; shows no picture",
    "eqfund.Identity.last4": _SHOWN,
    "eqfund.Guardian.last4": _SHOWN,
    "eqfund.Guardian.relationship": "a code",
    "eqfund.Pupil.title": _SEARCHED,
    "eqfund.Pupil.first_name": _SEARCHED,
    "eqfund.Pupil.last_name": _SEARCHED,
    "eqfund.Pupil.sort_key": _SEARCHED,
    "eqfund.Pupil.sex": "a code; counted, and printed with the name",
    "eqfund.Pupil.birth_date": "age decides grade, growth and duplicates, in SQL",
    "eqfund.NameKey.first": "compared in SQL with every other pupil's; no page shows it",
    "eqfund.NameKey.last": "compared in SQL with every other pupil's; no page shows it",
    "eqfund.NameKey.born": "compared in SQL with every other pupil's; no page shows it",
    "eqfund.Enrolment.student_number": "the school's own number, on its lists",
    "eqfund.Handover.child_name": "the name as it was when the hand-over began; scoped to both schools",
    "eqfund.Handover.birth_year_be": "a year alone, by which the new school recognises the child",
    "eqfund.Handover.last4": _SHOWN,
    "eqfund.StagingRow.last4": _SHOWN,
    "eqfund.StagingRow.title": _WAITING,
    "eqfund.StagingRow.first_name": _WAITING,
    "eqfund.StagingRow.last_name": _WAITING,
    "eqfund.StagingRow.sort_key": _WAITING,
    "eqfund.StagingRow.sex": _WAITING,
    "eqfund.StagingRow.birth_date": _WAITING,
    "eqfund.StagingRow.student_number": _WAITING,
    "eqfund.StagingRow.guardian_relationship": _WAITING,
    "eqfund.StagingRow.guardian_last4": _SHOWN,
    "eqfund.StagingRow.was": "the name, sex, birth date and class known before, beside the new ones",
    "screening.InstitutionDecision.reason": _REASON,
    "screening.MeetingMember.name": "a member of the committee, printed on its minutes",
    "screening.CommitteeMeeting.reopen_reason": _REASON,
    "screening.FundVerification.reason": _REASON,
    "screening.Form05Line.reason": _REASON,
    "screening.Abstention.relation": "why a member abstained; printed on the minutes",
    "screening.Form01.answers": "answers that identify nobody; weighed and counted by SQL",
    "screening.Form01.returned_reason": _REASON,
    "screening.Form01.officer_reason": _REASON,
    "screening.Form01.withdrawn_reason": _REASON,
    "screening.Form01Revision.answers": "answers that identify nobody, as they were",
    "attendance.MonthRecord.sick": _RULE,
    "payments.SchoolBankAccount.last4": _SHOWN,
    "payments.AllocationAccount.last4": _SHOWN,
    "payments.Transfer.destination_last4": _SHOWN,
    "payments.Receipt06.relation": "a code",
    "payments.CannotPay.reason": "a code",
    "payments.RefundLine.reason": "a code",
    **{
        f"payments.PayoutEvidence.band{number}": "finds the same photo on two children; shows no picture"
        for number in range(4)
    },
}

# Tables of the libraries: they declare nothing, so it is said here.
OTHERS: dict[str, tuple[str, str]] = {
    "account.EmailAddress.email": (
        "the address a person signs in by, and that it was verified",
        "user",
    ),
    "mfa.Authenticator.data": ("second factors; secrets sealed by our adapter", "user"),
    "sessions.Session.session_data": ("who is signed in, signed; no child's data", "session"),
    "usersessions.UserSession.ip": (
        "where a person is signed in from, for their own list",
        "session",
    ),
    "usersessions.UserSession.user_agent": ("the browser a person is signed in with", "session"),
    "axes.AccessAttempt.username": ("failed sign-ins, to lock them out", "session"),
    "axes.AccessAttempt.ip_address": ("failed sign-ins, to lock them out", "session"),
}

KEPT = {
    "pupil": "until the pupil's term of retention ends; then scrubbed",
    "money": "amounts stay as the book of the money; who it was is scrubbed with the pupil",
    "user": "until the account's term of retention ends; then scrubbed",
    "waiting": "emptied when the import is confirmed or set aside",
    "book": "stays, append-only; unreadable once the person's key is destroyed",
    "actor": "stays, append-only: who did it is part of the act",
    "days": "days: removed when it is over",
    "school": "as long as the school is in the programme",
    "session": "as long as the session or the lock-out",
}
_OF_MODEL = {
    "eqfund.User": "user",
    "eqfund.AccountState": "user",
    "eqfund.FactorRecovery": "user",
    "eqfund.Event": "book",
    "eqfund.PersonKey": "book",
    "eqfund.School": "school",
    "eqfund.Directorship": "school",
    "eqfund.StagingRow": "waiting",
    "eqfund.RegistryCellError": "waiting",
    "eqfund.PersonExport": "days",
    "eqfund.Invitation": "user",
    "eqfund.AccountRequest": "user",
    "eqfund.SentMessage": "days",
    "eqfund.ContactCode": "days",
    "payments.SchoolBankAccount": "money",
    "payments.Transfer": "money",
    "payments.Receipt06": "money",
    "payments.BankFile": "money",
    "screening.MeetingMember": "money",
    "screening.CommitteeMeeting": "money",
    "screening.FundVerification": "money",
}


@dataclass(frozen=True, slots=True)
class PersonalField:
    """One personal field: its label, what it is, how it is held, why, and what becomes of it."""

    label: str
    what: str
    held: str
    why: str
    kept: str


def every_field() -> Iterator[PersonalField]:
    """All personal fields of our models, then those of the libraries' tables."""
    for model in apps.get_models():
        if model.__module__.split(".")[0] in OURS:
            for field in model._meta.concrete_fields:
                if field.name in getattr(model, "personal", ()):
                    yield _described(model, field)
    for label, (what, kept) in OTHERS.items():
        yield PersonalField(label, what, "plain", "a library's own table", KEPT[kept])


def held(field: Any) -> str:
    """How a field is held: encrypted, index or plain."""
    if isinstance(field, PersonSealedJSONField):
        return "encrypted, own key"
    if isinstance(field, EncryptedTextField | SealedField):
        return "encrypted"
    if isinstance(field, BlindIndexField) or _is_next(field):
        return "index"
    return "plain"


def _is_next(field: Any) -> bool:
    return isinstance(field, models.BinaryField) and field.name.endswith("_index_next")


def _described(model: Any, field: Any) -> PersonalField:
    label = f"{model._meta.label}.{field.name}"
    how = held(field)
    why = {
        "encrypted": "DESIGN 11: sealed under the ring",
        "encrypted, own key": "sealed under the person's own key, so that it can be forgotten",
        "index": "found by equality; says nothing of the text",
    }.get(how) or PLAIN.get(label, "")
    kept = (
        "actor" if label == "eqfund.Event.actor_name" else _OF_MODEL.get(model._meta.label, "pupil")
    )
    return PersonalField(label, _what(field), how, why, KEPT[kept])


def _what(field: Any) -> str:
    if field.help_text:
        return str(field.help_text)
    purpose = getattr(field, "purpose", "") or " or ".join(getattr(field, "purposes", ()))
    return (purpose or field.name).replace("_", " ")
