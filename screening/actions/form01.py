"""A form 01 while it is written: begun, saved section by section, photographed, signed at home.

Each action is one transaction, is told who acts (`by`) and when (`at`), raises Refused
for what the rules forbid, and leaves nothing half done. A save that meets a newer save
of the same section changes nothing and is kept beside it: its outcome says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from eqfund import audit, files
from eqfund.fields import blind_index
from eqfund.models import Enrolment, Guardian, RegistryRecord, User
from eqfund.privacy.policies import guardian_version
from eqfund.refusal import Refused
from eqfund.windows import why_closed
from screening.form01.prefill import REGISTRY, SIBLING, Child, Prefill, from_registry, from_sibling
from screening.form01.reading import Reading
from screening.form01.rules import (
    BY_ACCOUNT,
    WITH_PICTURE,
    WORKED_OUT,
    Means,
    Signer,
    Slot,
    ids_of_household,
    worked_out,
)
from screening.form01.spec import Section, Spec
from screening.form01.versions import NEWEST, spec_for
from screening.models import Form01, Form01Photo, Form01Revision, Form01Signature, FormIdentity
from screening.permissions import form01 as permissions

WHOLE_FORM = 0  # the section number of a save of several sections
OF_THE_HOUSEHOLD = [1, 2, 3, 6]  # sections that a sibling's form may fill


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a save: the form as it stands, and the held version if it met another."""

    form: Form01
    held: Form01Revision | None = None
    changed: bool = True


@transaction.atomic
def start_form01(enrolment: Enrolment, *, by: User, at: datetime, client_id: Any = None) -> Form01:
    """Begin a form, with all that the registry and a sibling's form already say.

    The same `client_id` a second time gives the form it began: a phone may ask twice.
    """
    if client_id and (known := _begun_as(client_id, enrolment)):
        return known
    if reason := permissions.why_not_start(enrolment, by):
        raise Refused(reason)
    if reason := why_closed(enrolment.term, permissions.DRAFTING, enrolment.path, at):
        raise Refused(reason)
    spec = spec_for(NEWEST)
    known_before = _known_before(enrolment, spec, at.date())
    form = Form01(
        enrolment=enrolment,
        version=spec.version,
        answers=known_before.plain,
        private=known_before.private,
        prefilled=known_before.sources,
        revision=1,
        started_by=by,
        started_at=at,
        saved_by=by,
        saved_at=at,
        **({"client_id": client_id} if client_id else {}),
    )
    form.answers |= worked_out(form.answers, form.private)
    try:
        with transaction.atomic():
            form.save(force_insert=True)
    except IntegrityError:
        raise Refused(
            gettext("This pupil already has a form 01 this term. Open it and go on.")
        ) from None
    _keep_revision(form, WHOLE_FORM, form.answers, form.private, {}, by=by, at=at)
    _index_household(form)
    audit.record("start_form01", form, by=by, at=at, facts={"prefilled": len(form.prefilled)})
    return form


@transaction.atomic
def save_form01(
    form: Form01, section: int, reading: Reading, *, based_on: int, by: User, at: datetime
) -> Saved:
    """Save one section as it was read, if nobody saved it since revision `based_on`.

    What could not be read is kept as typed and keeps the form from being sent. A save
    that says nothing new makes no revision. A stale one is kept, held, and nothing is
    overwritten: the outcome names it.
    """
    form = _locked(form)
    if reason := permissions.why_not_draft(form, by):
        raise Refused(reason)
    if reason := permissions.why_not_now(form, permissions.DRAFTING, at):
        raise Refused(reason)
    asked = form.spec.section(section)
    _acknowledge(asked, reading, form, at)
    if _says_nothing_new(form, asked, reading):
        if section not in form.sections_saved:
            form.sections_saved = sorted({*form.sections_saved, section})
            form.save(update_fields=["sections_saved"])
        return Saved(form, changed=False)
    if _saved_since(form, section, based_on):
        held = _hold(form, section, reading, based_on=based_on, by=by, at=at)
        return Saved(form, held=held, changed=False)
    _put(form, asked, reading)
    form.revision += 1
    form.saved_by, form.saved_at = by, at
    form.save(
        update_fields=[
            "answers",
            "private",
            "unread",
            "prefilled",
            "sections_saved",
            "visited_on",
            "revision",
            "saved_by",
            "saved_at",
        ]
    )
    _keep_revision(form, section, reading.plain, reading.private, reading.unread, by=by, at=at)
    if asked.code in ("pupil", "household"):
        _index_household(form)
    audit.record(
        "save_form01", form, by=by, at=at, facts={"section": section, "revision": form.revision}
    )
    return Saved(form)


@transaction.atomic
def settle_form01(
    held: Form01Revision, reading: Reading, *, based_on: int, by: User, at: datetime
) -> Saved:
    """Save the section as a person chose between a held version and the one it met."""
    saved = save_form01(held.form, held.section, reading, based_on=based_on, by=by, at=at)
    if saved.held is None:
        settled = Form01Revision.objects.filter(pk=held.pk, settled_at=None)
        if not settled.update(settled_at=at):
            raise Refused(gettext("Somebody has already decided on these two versions."))
    return saved


@transaction.atomic
def add_photo(form: Form01, slot: Slot, upload: Any, *, by: User, at: datetime) -> Form01Photo:
    """Put a photo in its slot; the one before it is kept, no longer current."""
    form = _locked(form)
    if reason := permissions.why_not_draft(form, by):
        raise Refused(reason)
    if reason := permissions.why_not_now(form, permissions.DRAFTING, at):
        raise Refused(reason)
    stored = files.store_upload(upload, purpose="form01_photo", path=form.path, by=by, at=at)
    Form01Photo.objects.filter(form=form, slot=slot, is_current=True).update(is_current=False)
    photo = Form01Photo.objects.create(form=form, slot=slot, file=stored, by=by, at=at)
    audit.record("add_photo", form, by=by, at=at, facts={"slot": slot, "file": stored.pk})
    return photo


@transaction.atomic
def sign_form01(
    form: Form01,
    who: Signer,
    *,
    means: Means,
    by: User,
    at: datetime,
    image: str = "",
    upload: Any = None,
) -> Form01Signature:
    """Take the signature of pupil, guardian or visiting teacher, on the form as it stands.

    `image` is a PNG as base64, drawn on the screen; `upload` the photo of a thumbprint
    or of the signed sheet.
    """
    form = _locked(form)
    if reason := permissions.why_not_sign_at_home(form, who, by):
        raise Refused(reason)
    if reason := permissions.why_not_now(form, permissions.DRAFTING, at):
        raise Refused(reason)
    signature = _keep_signature(form, who, means=means, by=by, at=at, image=image, upload=upload)
    audit.record("sign_form01", form, by=by, at=at, facts={"who": who, "means": means})
    return signature


def _keep_signature(
    form: Form01,
    who: Signer,
    *,
    means: Means,
    by: User,
    at: datetime,
    image: str = "",
    upload: Any = None,
    name: str = "",
) -> Form01Signature:
    """Write a signature in place of the one before it. Part of an action, not one itself."""
    stored = None
    if means in WITH_PICTURE:
        if upload is None:
            raise Refused(gettext("Attach the photo of the thumbprint or of the signed sheet."))
        stored = files.store_upload(
            upload,
            purpose="form01_signature",
            path=form.path,
            by=by,
            at=at,
            kinds=("image", "pdf"),
        )
    elif means is Means.ACCOUNT and who not in BY_ACCOUNT:
        raise Refused(gettext("Pupil, guardian and official sign with their own hand."))
    elif means is Means.SCREEN and not image:
        raise Refused(gettext("The signature is empty. Sign in the box, then press save."))
    Form01Signature.objects.filter(form=form, who=who, is_current=True).update(is_current=False)
    return Form01Signature.objects.create(
        form=form,
        who=who,
        means=means,
        name=name or (by.full_name if means is Means.ACCOUNT else ""),
        image=image if means is Means.SCREEN else "",
        file=stored,
        revision=form.revision,
        by=by,
        at=at,
    )


def _begun_as(client_id: Any, enrolment: Enrolment) -> Form01 | None:
    """The form this client id began, if it is this pupil's; another pupil's is refused."""
    form = Form01.objects.filter(client_id=client_id).first()
    if form is not None and form.enrolment_id != enrolment.pk:
        raise Refused(gettext("This draft belongs to another pupil."))
    return form


def _locked(form: Form01) -> Form01:
    """The form as it stands now, held until the transaction ends."""
    held = Form01.objects.select_for_update(of=("self",)).select_related("enrolment__term")
    return held.get(pk=form.pk)


def _known_before(enrolment: Enrolment, spec: Spec, on: date) -> Prefill:
    """What the registry and a sibling of the same school say of this pupil's household."""
    pupil = enrolment.pupil
    number = pupil.identity.number if pupil.identity else ""
    child = Child(pupil.full_name, number, pupil.birth_date)
    private = spec.codes(private=True)
    prefill = Prefill()
    if sibling := _sibling_form(enrolment):
        prefill.take(from_sibling(sibling.given, child), private, SIBLING)
    record = RegistryRecord.objects.filter(enrolment=enrolment).first()
    extras = record.extras if record else {}
    prefill.take(from_registry(extras, child, on), private, REGISTRY)
    prefill.take(_guardian_known(enrolment, prefill), private, REGISTRY)
    return prefill


def _guardian_known(enrolment: Enrolment, prefill: Prefill) -> dict[str, Any]:
    """The guardian on record, where the registry's file names none."""
    guardian = Guardian.objects.filter(pupil=enrolment.pupil_id, is_current=True).first()
    if guardian is None or "guardian_first_name" in prefill.sources:
        return {}
    first, _space, last = guardian.full_name.partition(" ")
    return {
        "guardian_first_name": first,
        "guardian_last_name": last.strip(),
        "guardian_relationship": guardian.relationship,
        "guardian_national_id": guardian.national_id,
        "guardian_phone": guardian.phone,
    }


def _sibling_form(enrolment: Enrolment) -> Form01 | None:
    """The newest form of the same school and term that names this pupil or the same guardian,
    and in which somebody has saved a part of the household.

    Never one of another school: what its household answered is not this school's to see.
    """
    pupil = enrolment.pupil
    indexes = set(
        Guardian.objects.filter(pupil=pupil, is_current=True, id_index__isnull=False).values_list(
            "id_index", flat=True
        )
    )
    if pupil.identity:
        indexes.add(pupil.identity.id_index)
    school = "/".join(enrolment.path.split("/")[:4]) + "/"
    named = FormIdentity.objects.under(school).filter(
        id_index__in=[bytes(index) for index in indexes],
        form__enrolment__term=enrolment.term_id,
    )
    forms = Form01.objects.alive().filter(
        pk__in=named.values("form"), sections_saved__overlap=OF_THE_HOUSEHOLD
    )
    return forms.exclude(enrolment__pupil=pupil).order_by("-saved_at", "-pk").first()


def _acknowledge(section: Section, reading: Reading, form: Form01, at: datetime) -> None:
    """Note when the privacy policy was acknowledged, and which version of it."""
    if section.code != "consent" or not reading.plain.get("pdpa_ack"):
        return
    version = guardian_version(at) or form.spec.policy_version
    before = form.answers if form.answers.get("pdpa_ack") else {}
    again = before.get("pdpa_policy_version", version) != version
    reading.plain["pdpa_ack_at"] = (
        at.isoformat() if again else before.get("pdpa_ack_at", at.isoformat())
    )
    reading.plain["pdpa_policy_version"] = version


def _codes(section: Section) -> set[str]:
    """The codes a save of the section decides on, computed ones of the section included."""
    return {field.code for field in section.fields}


def _in_section(values: Mapping[str, Any], section: Section) -> dict[str, Any]:
    codes = _codes(section)
    return {code: value for code, value in values.items() if code in codes}


def _says_nothing_new(form: Form01, section: Section, reading: Reading) -> bool:
    return (
        _in_section(form.answers, section) == reading.plain
        and _in_section(form.private, section) == reading.private
        and _in_section(form.unread, section) == reading.unread
    )


def _saved_since(form: Form01, section: int, based_on: int) -> bool:
    """Whether anybody saved the section after the revision this save was made on."""
    later = Form01Revision.objects.filter(form=form, held=False, number__gt=based_on)
    return later.filter(section__in=[section, WHOLE_FORM]).exists()


def _put(form: Form01, section: Section, reading: Reading) -> None:
    """Let the section's answers be those of the reading; figures are worked out anew."""
    codes = _codes(section)
    before = form.given
    form.answers = _without(form.answers, {*codes, *WORKED_OUT}) | reading.plain
    form.private = _without(form.private, codes) | reading.private
    form.unread = _without(form.unread, codes) | reading.unread
    form.answers |= worked_out(form.answers, form.private)
    now = form.given
    form.prefilled = {
        code: source
        for code, source in form.prefilled.items()
        if code not in codes or now.get(code) == before.get(code)
    }
    form.sections_saved = sorted({*form.sections_saved, section.number})
    if section.code == "photos":
        day = form.answers.get("visited_on")
        form.visited_on = date.fromisoformat(day) if day else None


def _without(values: Mapping[str, Any], codes: Iterable[str]) -> dict[str, Any]:
    gone = set(codes)
    return {code: value for code, value in values.items() if code not in gone}


def _hold(
    form: Form01, section: int, reading: Reading, *, based_on: int, by: User, at: datetime
) -> Form01Revision:
    """Keep a save that met another; the same one twice is kept once."""
    same = Form01Revision.objects.filter(
        form=form, held=True, settled_at=None, section=section, number=based_on, by=by
    )
    for known in same:
        if (known.answers, known.private, known.unread) == (
            reading.plain,
            reading.private,
            reading.unread,
        ):
            return known
    held = Form01Revision.objects.create(
        form=form,
        number=based_on,
        section=section,
        answers=reading.plain,
        private=reading.private,
        unread=reading.unread,
        held=True,
        by=by,
        at=at,
    )
    audit.record(
        "hold_form01", form, by=by, at=at, facts={"section": section, "based_on": based_on}
    )
    return held


def _keep_revision(
    form: Form01,
    section: int,
    answers: Mapping[str, Any],
    private: Mapping[str, Any],
    unread: Mapping[str, Any],
    *,
    by: User,
    at: datetime,
) -> None:
    Form01Revision.objects.create(
        form=form,
        number=form.revision,
        section=section,
        answers=dict(answers),
        private=dict(private),
        unread=dict(unread),
        by=by,
        at=at,
    )


def _index_household(form: Form01) -> None:
    """Let the ids that the form names be found by their index: pupil, guardian, members."""
    identity = form.enrolment.pupil.identity
    wanted = {blind_index(number) for number in ids_of_household(form.private)}
    if identity is not None:
        wanted.add(blind_index(identity.number))
    known = {bytes(one.id_index): one.pk for one in FormIdentity.objects.filter(form=form)}
    gone = [pk for index, pk in known.items() if index not in wanted]
    FormIdentity.objects.filter(pk__in=gone).delete()
    FormIdentity.objects.bulk_create(
        FormIdentity(form=form, id_index=index) for index in wanted - set(known)
    )
