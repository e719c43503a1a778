"""What the kernel itself holds of a pupil and of an account holder."""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from django.utils.translation import gettext_lazy as _

from eqfund import hooks
from eqfund.models import (
    AccountRequest,
    AccountState,
    Consent,
    Enrolment,
    EnrolmentStatusChange,
    Event,
    FormerName,
    FormerNumber,
    Guardian,
    Handover,
    Identity,
    Invitation,
    Posting,
    Pupil,
    RegistryRecord,
    RollMark,
    User,
)
from eqfund.privacy.export import PUPIL, USER, Part

for order, part in enumerate(
    (
        Part(PUPIL, _("Pupil"), Pupil, "pk"),
        Part(PUPIL, _("Number"), Identity, "pupil"),
        Part(PUPIL, _("Former names"), FormerName, "pupil"),
        Part(PUPIL, _("Former numbers"), FormerNumber, "identity__pupil"),
        Part(PUPIL, _("Marks in rolls"), RollMark, "enrolment__pupil"),
        Part(PUPIL, _("Guardians"), Guardian, "pupil"),
        Part(PUPIL, _("Enrolments"), Enrolment, "pupil"),
        Part(PUPIL, _("Changes of state"), EnrolmentStatusChange, "enrolment__pupil"),
        Part(PUPIL, _("Hand-overs"), Handover, "pupil"),
        Part(PUPIL, _("Registry records"), RegistryRecord, "pupil"),
        Part(USER, _("Account"), User, "pk"),
        Part(USER, _("What was proved of the account"), AccountState, "user"),
        Part(USER, _("Posts"), Posting, "user"),
        Part(USER, _("Invitations accepted"), Invitation, "accepted_by"),
        Part(USER, _("Requests for an account"), AccountRequest, "invitation__accepted_by"),
        Part(USER, _("Policies agreed to"), Consent, "user"),
        Part(USER, _("Devices signed in"), UserSession, "user", leave_out=("session_key", "data")),
    )
):
    hooks.person_exports.register(part, order=order)
hooks.person_exports.register(
    Part(PUPIL, _("What was done and read"), Event, "pupil_id", leave_out=("facts",)), order=90
)
hooks.person_exports.register(
    Part(USER, _("What this person did"), Event, "actor_id", leave_out=("facts",)), order=90
)
