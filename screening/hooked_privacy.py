"""What screening brings to the care of personal data: its indexed columns, exports and scrubs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext_lazy as _

from eqfund import hooks
from eqfund.fields import blind_index
from eqfund.models import StoredFile
from eqfund.national_id import normalize
from eqfund.privacy.export import PUPIL, Part
from eqfund.privacy.index_keys import IndexColumn
from eqfund.privacy.scrub import Scrub, forget_files
from eqfund.privacy.scrubs import nobody
from eqfund.privacy.sources import texts_in
from screening.form01.rules import ids_of_household
from screening.models import (
    Abstention,
    AnnouncedPupil,
    AwaitedGrant,
    Form01,
    Form01Photo,
    Form01Revision,
    Form01Signature,
    Form05Line,
    FormIdentity,
    Grant,
    GrantRevival,
    GrantSuspension,
    HomeVisit,
    InstitutionDecision,
    PmtFacts,
    PmtScore,
)


def _of_officers(pks: Sequence[int]) -> dict[int, Iterable[str]]:
    """The certifying official's number stands with the decision."""
    rows = Form01.objects.filter(pk__in=pks).values_list("pk", "officer")
    return {pk: [normalize(officer.get("national_id", ""))] for pk, officer in rows if officer}


def _of_households(pks: Sequence[int]) -> dict[int, Iterable[str]]:
    """A form's numbers: those that it names, and the pupil's own."""
    rows = dict(FormIdentity.objects.filter(pk__in=pks).values_list("pk", "form_id"))
    forms = Form01.objects.filter(pk__in=set(rows.values()))
    numbers: dict[int, set[str]] = {
        pk: ids_of_household(private) | ({own} if own else set())
        for pk, private, own in forms.values_list(
            "pk", "private", "enrolment__pupil__identity__number"
        )
    }
    return {pk: numbers.get(form, set()) for pk, form in rows.items()}


hooks.index_columns.register(IndexColumn(Form01, "officer_index", "national_id", _of_officers))
hooks.index_columns.register(IndexColumn(FormIdentity, "id_index", "national_id", _of_households))
hooks.index_columns.register(
    IndexColumn(AwaitedGrant, "id_index", "national_id", texts_in(AwaitedGrant, "number"))
)

for part in (
    Part(PUPIL, _("Home visits"), HomeVisit, "enrolment__pupil"),
    Part(PUPIL, _("Form 01"), Form01, "enrolment__pupil"),
    Part(PUPIL, _("Saves of form 01"), Form01Revision, "form__enrolment__pupil"),
    Part(PUPIL, _("Photos of form 01"), Form01Photo, "form__enrolment__pupil"),
    Part(PUPIL, _("Signatures of form 01"), Form01Signature, "form__enrolment__pupil"),
    Part(PUPIL, _("Facts for the score"), PmtFacts, "form__enrolment__pupil"),
    Part(PUPIL, _("Scores"), PmtScore, "form__enrolment__pupil"),
    Part(PUPIL, _("Decisions on an institution"), InstitutionDecision, "form__enrolment__pupil"),
    Part(PUPIL, _("Announcements"), AnnouncedPupil, "enrolment__pupil"),
    Part(PUPIL, _("Decisions of the committee"), Form05Line, "announced__enrolment__pupil"),
    Part(PUPIL, _("Abstentions"), Abstention, "line__announced__enrolment__pupil"),
    Part(PUPIL, _("Grants"), Grant, "pupil"),
    Part(PUPIL, _("Suspensions of a grant"), GrantSuspension, "grant__pupil"),
    Part(PUPIL, _("Ends of a grant that were a mistake"), GrantRevival, "grant__pupil"),
    Part(PUPIL, _("The predecessor's list"), AwaitedGrant, "grant__pupil"),
):
    hooks.person_exports.register(part, order=30)


def _forms(keys: Sequence[int]) -> int:
    """What a form says of people goes; the answers that identify nobody stay as figures."""
    forms = Form01.objects.filter(enrolment__pupil__in=keys)
    for name in ("returned_reason", "officer_reason", "withdrawn_reason"):
        forms.exclude(**{name: ""}).update(**{name: "–"})
    revisions = Form01Revision.objects.filter(form__in=forms)
    signatures = Form01Signature.objects.filter(form__in=forms)
    pictures = {
        *Form01Photo.objects.filter(form__in=forms).values_list("file", flat=True),
        *signatures.exclude(file=None).values_list("file", flat=True),
        *forms.exclude(officer_id_card=None).values_list("officer_id_card", flat=True),
    }
    emptied = revisions.update(private={}, unread={})
    emptied += signatures.update(name="", image="")
    emptied += FormIdentity.objects.filter(form__in=forms).delete()[0]
    emptied += forget_files(StoredFile.objects.filter(pk__in=_of_these_alone(pictures, keys)))
    return emptied + forms.update(
        private={}, unread={}, officer={}, officer_index=None, officer_index_next=None
    )


def _of_these_alone(pictures: set[int], keys: Sequence[int]) -> set[int]:
    """An official's card serves several forms: it goes with the last of them."""
    others = Form01.objects.filter(officer_id_card__in=pictures).exclude(enrolment__pupil__in=keys)
    return pictures - set(others.values_list("officer_id_card", flat=True))


def _decisions(keys: Sequence[int]) -> int:
    """Sentences about a child; the decision itself stays."""
    lines = Form05Line.objects.filter(announced__enrolment__pupil__in=keys).exclude(reason="")
    homes = InstitutionDecision.objects.filter(form__enrolment__pupil__in=keys)
    suspended = GrantSuspension.objects.filter(grant__pupil__in=keys)
    revived = GrantRevival.objects.filter(grant__pupil__in=keys)
    return (
        lines.update(reason="–")
        + homes.update(reason="–")
        + suspended.update(reason="–")
        + suspended.exclude(lifted_reason="").update(lifted_reason="–")
        + Grant.objects.filter(pupil__in=keys).update(end_note="")
        + revived.update(asked_reason="–", end_note="")
        + revived.exclude(answer="").update(answer="–")
    )


def _visits(keys: Sequence[int]) -> int:
    """What was written of a home; that a visit was planned and made stays as a figure."""
    return HomeVisit.objects.filter(enrolment__pupil__in=keys).update(note="", outcome_note="")


def _awaited(keys: Sequence[int]) -> int:
    rows = list(AwaitedGrant.objects.filter(grant__pupil__in=keys))
    for row in rows:
        row.number, row.id_index = nobody(row.pk), blind_index(nobody(row.pk))
        row.save(update_fields=["number", "id_index", "id_index_next"])
    return len(rows)


def _still_granted(keys: Sequence[int]) -> set[int]:
    """Nobody is forgotten while a grant lives."""
    return set(
        Grant.objects.filter(pupil__in=keys).exclude(status="ended").values_list("pupil", flat=True)
    )


hooks.person_scrubs.register(Scrub("pupil", "forms", _forms, holds=_still_granted))
hooks.person_scrubs.register(Scrub("pupil", "decisions", _decisions))
hooks.person_scrubs.register(Scrub("pupil", "home visits", _visits))
hooks.person_scrubs.register(Scrub("pupil", "predecessor's list", _awaited))
