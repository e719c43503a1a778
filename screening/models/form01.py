"""Form 01: the form, its saved revisions, photos, signatures and the ids it names."""

from __future__ import annotations

import uuid
from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, CharField, F, Q, Value, When
from django.utils.translation import gettext_lazy as _

from eqfund.fields import BlindIndexField, EncryptedJSONField, EncryptedTextField
from eqfund.models import Enrolment, StoredFile, Term, User
from eqfund.models.base import ScopedQuerySet
from screening.form01.rules import (
    BY_ACCOUNT,
    PAST_OFFICER,
    SENT,
    STORED,
    WITH_PICTURE,
    Capacity,
    Means,
    Signer,
    Slot,
    Status,
)
from screening.form01.spec import Spec
from screening.form01.versions import SPECS, spec_for

STATUS_NAMES = {
    Status.DRAFT: _("Draft"),
    Status.SUBMITTED: _("Sent, awaits the official"),
    Status.RETURNED: _("Returned to be corrected"),
    Status.CERTIFIED: _("Certified, awaits the director"),
    Status.REFUSED: _("Not certified"),
    Status.SIGNED: _("Signed by the director"),
    Status.SCORED: _("Scored"),
    Status.ANNOUNCED: _("Announced"),
    Status.WITHDRAWN: _("Withdrawn"),
}
CAPACITY_NAMES = {
    Capacity.IN_POST: _("In post"),
    Capacity.ACTING: _("Acting for the director"),
    Capacity.ON_BEHALF: _("On behalf of the director"),
}
MEANS_NAMES = {
    Means.SCREEN: _("Signed on the screen"),
    Means.ACCOUNT: _("Signed by own account"),
    Means.THUMBPRINT: _("Thumbprint"),
    Means.SHEET: _("Signed sheet"),
}
SIGNER_NAMES = {
    Signer.PUPIL: _("Pupil"),
    Signer.GUARDIAN: _("Guardian"),
    Signer.TEACHER: _("Visiting teacher"),
    Signer.OFFICER: _("Certifying official"),
    Signer.DIRECTOR: _("Director of the school"),
}
SLOT_NAMES = {
    Slot.EXTERIOR: _("Outside of the home"),
    Slot.INTERIOR: _("Inside of the home"),
    Slot.EXCEPTION: _("Pupil beside the school's sign"),
    Slot.PORTRAIT: _("Photo of the pupil"),
}


def standing(form: str = "") -> Case:
    """Where a form stands, in SQL; `form` leads to it, as in "form__".

    Its own status as far as the director's signature; from there a score or the fund's
    decision says that it is scored, and the announcement of these that it is announced.
    Two million forms are not rewritten for either.
    """
    announced = Q(**{f"{form}pmt_score__scoring__announcement__isnull": False}) | Q(
        **{f"{form}institution_decision__announcement__isnull": False}
    )
    scored = Q(**{f"{form}pmt_score__isnull": False}) | Q(
        **{f"{form}institution_decision__status": "decided"}
    )
    return Case(
        When(~Q(**{f"{form}status": Status.SIGNED}), then=F(f"{form}status")),
        When(announced, then=Value(Status.ANNOUNCED)),
        When(scored, then=Value(Status.SCORED)),
        default=Value(Status.SIGNED),
        output_field=CharField(),
    )


def _together(*names: str) -> Q:
    """All of the nullable columns are set, or none."""
    return Q(**{f"{name}__isnull": True for name in names}) | Q(
        **{f"{name}__isnull": False for name in names}
    )


class Form01QuerySet(ScopedQuerySet):
    scope = "enrolment__path"
    read_verb = "screening.read_form01"

    def alive(self) -> Self:
        """Forms that have not been withdrawn: at most one per enrolment."""
        return self.exclude(status=Status.WITHDRAWN)

    def in_term(self, term: Term) -> Self:
        """Forms of the term's enrolments."""
        return self.filter(enrolment__term=term)

    def with_standing(self) -> Self:
        """With `stands`: where each form stands, by which a filter may ask."""
        return self.annotate(stands=standing())

    def for_page(self) -> Self:
        """With the child, class, school and affiliation that every page of a form names."""
        return self.with_standing().select_related(
            "enrolment__pupil__identity",
            "enrolment__classroom__school__office__affiliation",
            "enrolment__term",
            "started_by",
            "saved_by",
            "submitted_by",
            "returned_by",
            "certified_by",
            "signed_by",
            "withdrawn_by",
        )


class Form01(models.Model):
    """One pupil's screening form, of one enrolment and one version of the form.

    `answers` identify nobody and may be queried; `private` holds the rest, encrypted,
    and `unread` what was typed and could not be read yet. `revision` counts saves.
    Made and changed only by screening.actions.form01 and form01_decisions, along
    form01.rules.TRANSITIONS, as far as the director's signature. A score or the fund's
    decision, and their announcement, carry it on from there without touching this row:
    ask `standing`, never `status`, for these.
    """

    personal = {
        "answers",
        "private",
        "unread",
        "officer",
        "officer_index",
        "officer_index_next",
        "officer_reason",
        "returned_reason",
        "withdrawn_reason",
    }

    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="forms01")
    version = models.PositiveSmallIntegerField()
    client_id = models.UUIDField(default=uuid.uuid4, unique=True)
    status = models.CharField(
        max_length=10,
        choices=[(each.value, name) for each, name in STATUS_NAMES.items() if each in STORED],
        default=Status.DRAFT,
    )
    answers = models.JSONField(default=dict)
    private = EncryptedJSONField(purpose="form01_answers")
    unread = EncryptedJSONField(purpose="form01_answers")
    prefilled = models.JSONField(default=dict, help_text="code of an answer -> where it came from")
    sections_saved = ArrayField(models.PositiveSmallIntegerField(), default=list)
    revision = models.PositiveIntegerField(default=0)
    visited_on = models.DateField(null=True)
    started_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    started_at = models.DateTimeField()
    saved_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    saved_at = models.DateTimeField()

    submitted_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", db_index=False
    )
    submitted_at = models.DateTimeField(null=True)
    late = models.BooleanField(default=False, help_text="sent in the grace after the close")

    returned_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", db_index=False
    )
    returned_at = models.DateTimeField(null=True)
    returned_reason = models.CharField(max_length=500, blank=True)

    officer_decision = models.CharField(
        max_length=8, blank=True, choices=[("certify", "certify"), ("refuse", "refuse")]
    )
    officer_reason = models.CharField(max_length=500, blank=True)
    officer = EncryptedJSONField(purpose="form01_officer")
    officer_index = BlindIndexField(null=True, help_text="of the official's national id")
    officer_index_next = models.BinaryField(null=True)
    officer_id_card = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, related_name="+", db_index=False
    )
    certified_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", db_index=False
    )
    certified_at = models.DateTimeField(null=True)

    signed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    signed_at = models.DateTimeField(null=True)
    signed_capacity = models.CharField(
        max_length=9,
        blank=True,
        choices=[(each.value, name) for each, name in CAPACITY_NAMES.items()],
    )

    withdrawn_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", db_index=False
    )
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_reason = models.CharField(max_length=500, blank=True)

    objects = Form01QuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="form01_one_alive_per_enrolment",
                fields=["enrolment"],
                condition=~Q(status=Status.WITHDRAWN),
            ),
            models.CheckConstraint(
                name="form01_status_is_known",
                condition=Q(status__in=sorted(STORED)),
            ),
            models.CheckConstraint(
                name="form01_version_is_known", condition=Q(version__in=list(SPECS))
            ),
            models.CheckConstraint(
                name="form01_submitted_at_and_by_go_together",
                condition=_together("submitted_at", "submitted_by"),
            ),
            models.CheckConstraint(
                name="form01_past_the_draft_was_submitted",
                condition=~Q(status__in=sorted(SENT)) | Q(submitted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="form01_late_only_when_submitted",
                condition=Q(late=False) | Q(submitted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="form01_returned_with_a_reason",
                condition=~Q(status=Status.RETURNED)
                | (
                    Q(returned_at__isnull=False, returned_by__isnull=False) & ~Q(returned_reason="")
                ),
            ),
            models.CheckConstraint(
                name="form01_officer_decision_goes_with_its_moment",
                condition=Q(officer_decision="", certified_at=None, certified_by=None)
                | Q(
                    officer_decision__in=["certify", "refuse"],
                    certified_at__isnull=False,
                    certified_by__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="form01_refusal_has_a_reason",
                condition=~Q(officer_decision="refuse") | ~Q(officer_reason=""),
            ),
            models.CheckConstraint(
                name="form01_certified_means_an_officer_certified",
                condition=~Q(status__in=sorted(PAST_OFFICER)) | Q(officer_decision="certify"),
            ),
            models.CheckConstraint(
                name="form01_refused_means_an_officer_refused",
                condition=~Q(status=Status.REFUSED) | Q(officer_decision="refuse"),
            ),
            models.CheckConstraint(
                name="form01_signature_goes_with_its_director_and_capacity",
                condition=Q(signed_at=None, signed_by=None, signed_capacity="")
                | Q(
                    signed_at__isnull=False,
                    signed_by__isnull=False,
                    signed_capacity__in=[each.value for each in Capacity],
                ),
            ),
            models.CheckConstraint(
                name="form01_signed_means_a_director_signed",
                condition=~Q(status=Status.SIGNED) | Q(signed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="form01_withdrawn_with_a_reason",
                condition=Q(withdrawn_at=None, withdrawn_by=None, withdrawn_reason="")
                & ~Q(status=Status.WITHDRAWN)
                | Q(
                    status=Status.WITHDRAWN,
                    withdrawn_at__isnull=False,
                    withdrawn_by__isnull=False,
                )
                & ~Q(withdrawn_reason=""),
            ),
        ]
        indexes = [
            # with the key, so that a term's signed forms are found without their wide rows
            models.Index(name="form01_status", fields=["status", "enrolment"], include=["id"]),
            models.Index(
                name="form01_officer",
                fields=["officer_index"],
                condition=Q(officer_index__isnull=False),
            ),
            models.Index(
                name="form01_officer_card",
                fields=["officer_id_card"],
                condition=Q(officer_id_card__isnull=False),
            ),
        ]

    @property
    def spec(self) -> Spec:
        """The version of the form this one was made with."""
        return spec_for(self.version)

    @property
    def standing(self) -> Status:
        """Where the form stands, the fund's part of its way included.

        Read with the row by `with_standing()`; otherwise a query, once the director has signed.
        """
        if self.status != Status.SIGNED:
            return Status(self.status)
        known = self.__dict__.get("stands")
        if known is None:
            known = Form01.objects.with_standing().values_list("stands", flat=True).get(pk=self.pk)
        return Status(known)

    @property
    def path(self) -> str:
        """The place the form belongs to, whatever becomes of the pupil."""
        return str(self.enrolment.path)

    @property
    def given(self) -> dict[str, Any]:
        """All answers, plain and private."""
        return {**self.answers, **self.private}


class OfForm01QuerySet(ScopedQuerySet):
    scope = "form__enrolment__path"
    read_verb = "screening.read_form01"

    def current(self) -> Self:
        """The ones in force; replaced ones are kept beside them."""
        return self.filter(is_current=True)


class Form01Revision(models.Model):
    """One save of one section: what it said, who saved it and when.

    A `held` one met a newer save of the same section: it changed nothing and is kept,
    so that both can be laid side by side. `number` is then the revision it was made on.
    """

    personal = {"answers", "private", "unread"}

    form = models.ForeignKey(Form01, models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    section = models.PositiveSmallIntegerField(help_text="0: several at once")
    answers = models.JSONField(default=dict)
    private = EncryptedJSONField(purpose="form01_answers")
    unread = EncryptedJSONField(purpose="form01_answers")
    held = models.BooleanField(default=False)
    settled_at = models.DateTimeField(null=True, help_text="when a held one was decided on")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = OfForm01QuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="form01_revision_number_is_one_save",
                fields=["form", "number"],
                condition=Q(held=False),
            ),
            models.CheckConstraint(
                name="form01_revision_settles_only_what_was_held",
                condition=Q(settled_at=None) | Q(held=True),
            ),
        ]


class Form01Photo(models.Model):
    """A photo of a form, in its slot; a replaced one is kept, no longer current."""

    personal: set[str] = set()

    form = models.ForeignKey(Form01, models.CASCADE, related_name="photos")
    slot = models.CharField(
        max_length=9, choices=[(slot.value, name) for slot, name in SLOT_NAMES.items()]
    )
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    is_current = models.BooleanField(default=True)

    objects = OfForm01QuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="form01_photo_one_current_per_slot",
                fields=["form", "slot"],
                condition=Q(is_current=True),
            ),
            models.CheckConstraint(
                name="form01_photo_slot_is_known", condition=Q(slot__in=[s.value for s in Slot])
            ),
        ]


class Form01Signature(models.Model):
    """That somebody signed a form: who, how, on which revision.

    Drawn on the screen, the picture is kept encrypted; a thumbprint or a signed sheet
    is a file; a teacher and a director may sign with their own account.
    """

    personal = {"image", "name"}

    form = models.ForeignKey(Form01, models.CASCADE, related_name="signatures")
    who = models.CharField(
        max_length=8, choices=[(who.value, name) for who, name in SIGNER_NAMES.items()]
    )
    means = models.CharField(
        max_length=10, choices=[(each.value, name) for each, name in MEANS_NAMES.items()]
    )
    name = EncryptedTextField(purpose="signature", blank=True)
    image = EncryptedTextField(purpose="signature", blank=True, help_text="PNG as base64")
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    revision = models.PositiveIntegerField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    is_current = models.BooleanField(default=True)

    objects = OfForm01QuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="form01_signature_one_current_per_person",
                fields=["form", "who"],
                condition=Q(is_current=True),
            ),
            models.CheckConstraint(
                name="form01_signature_signer_is_known",
                condition=Q(who__in=[who.value for who in Signer]),
            ),
            models.CheckConstraint(
                name="form01_signature_on_paper_has_its_picture",
                condition=Q(means__in=sorted(WITH_PICTURE), file__isnull=False)
                | Q(means__in=sorted(set(Means) - WITH_PICTURE), file=None),
            ),
            models.CheckConstraint(
                name="form01_signature_by_account_is_staff",
                condition=~Q(means=Means.ACCOUNT) | Q(who__in=sorted(BY_ACCOUNT)),
            ),
        ]


class FormIdentity(models.Model):
    """A national id that a form names, by its index alone: how households are matched."""

    personal = {"id_index", "id_index_next"}

    form = models.ForeignKey(Form01, models.CASCADE, related_name="identities")
    id_index = BlindIndexField()
    id_index_next = models.BinaryField(null=True)

    objects = OfForm01QuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="form_identity_once_per_form", fields=["form", "id_index"]
            ),
        ]
        indexes = [models.Index(name="form_identity_index", fields=["id_index"])]
