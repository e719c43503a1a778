"""What must never be true of form 01, each tried on the database itself."""

import pytest
from django.db import IntegrityError, transaction

from screening.models import Form01, Form01Photo, Form01Revision, Form01Signature, FormIdentity
from tests.screening.form01_steps import OPEN, VISIT, begin, enrolment_of, signed, submitted

pytestmark = pytest.mark.usefixtures("calendar")


@pytest.fixture
def pupil(make_pupils):
    return make_pupils(1)[0]


def breaks(name, deed):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        deed()


def test_form01_one_alive_per_enrolment(pupil, teacher):
    form = begin(pupil, teacher)

    def second():
        Form01.objects.create(
            enrolment=enrolment_of(pupil),
            version=2569,
            started_by=teacher,
            started_at=VISIT,
            saved_by=teacher,
            saved_at=VISIT,
        )

    breaks("form01_one_alive_per_enrolment", second)
    Form01.objects.filter(pk=form.pk).update(
        status="withdrawn", withdrawn_at=OPEN, withdrawn_by=teacher, withdrawn_reason="ผิด"
    )
    second()


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("form01_status_is_known", {"status": "lost"}),
        ("form01_version_is_known", {"version": 2500}),
        ("form01_submitted_at_and_by_go_together", {"submitted_at": OPEN}),
        ("form01_past_the_draft_was_submitted", {"status": "submitted"}),
        ("form01_late_only_when_submitted", {"late": True}),
        ("form01_returned_with_a_reason", {"status": "returned"}),
        ("form01_officer_decision_goes_with_its_moment", {"officer_decision": "certify"}),
        ("form01_officer_decision_goes_with_its_moment", {"certified_at": OPEN}),
        ("form01_signature_goes_with_its_director_and_capacity", {"signed_at": OPEN}),
        ("form01_withdrawn_with_a_reason", {"status": "withdrawn"}),
        ("form01_withdrawn_with_a_reason", {"withdrawn_reason": "ผิด"}),
    ],
)
def test_of_a_draft(name, fields, pupil, teacher):
    form = begin(pupil, teacher)

    breaks(name, lambda: Form01.objects.filter(pk=form.pk).update(**fields))


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("form01_certified_means_an_officer_certified", {"status": "certified"}),
        ("form01_refused_means_an_officer_refused", {"status": "refused"}),
        (
            "form01_refusal_has_a_reason",
            {"officer_decision": "refuse", "certified_at": OPEN, "certified_by": 1},
        ),
        (
            "form01_signed_means_a_director_signed",
            {
                "status": "signed",
                "officer_decision": "certify",
                "certified_at": OPEN,
                "certified_by": 1,
            },
        ),
    ],
)
def test_of_a_sent_form(name, fields, pupil, teacher):
    form = submitted(pupil, teacher)
    if "certified_by" in fields:
        fields = {**fields, "certified_by": teacher}

    breaks(name, lambda: Form01.objects.filter(pk=form.pk).update(**fields))


def test_a_capacity_is_known(pupil, teacher, director):
    form = signed(pupil, teacher, director)

    breaks(
        "form01_signature_goes_with_its_director_and_capacity",
        lambda: Form01.objects.filter(pk=form.pk).update(signed_capacity="king"),
    )


def test_form01_revision_number_is_one_save(pupil, teacher):
    form = begin(pupil, teacher)
    values = {"form": form, "number": 1, "section": 5, "by": teacher, "at": VISIT}

    breaks("form01_revision_number_is_one_save", lambda: Form01Revision.objects.create(**values))
    Form01Revision.objects.create(**values, held=True)
    breaks(
        "form01_revision_settles_only_what_was_held",
        lambda: Form01Revision.objects.filter(held=False).update(settled_at=OPEN),
    )


def test_form01_photo_one_current_per_slot(pupil, teacher):
    photo = Form01Photo.objects.filter(form=submitted(pupil, teacher), slot="exterior").get()

    def again(**fields):
        Form01Photo.objects.create(form=photo.form, file=photo.file, by=teacher, at=OPEN, **fields)

    breaks("form01_photo_one_current_per_slot", lambda: again(slot="exterior"))
    breaks("form01_photo_slot_is_known", lambda: again(slot="attic"))
    again(slot="exterior", is_current=False)


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("form01_signature_one_current_per_person", {"who": "pupil", "means": "screen"}),
        ("form01_signature_signer_is_known", {"who": "uncle", "means": "screen"}),
        ("form01_signature_on_paper_has_its_picture", {"who": "officer", "means": "sheet"}),
        ("form01_signature_by_account_is_staff", {"who": "officer", "means": "account"}),
    ],
)
def test_of_a_signature(name, fields, pupil, teacher):
    form = submitted(pupil, teacher)

    breaks(
        name,
        lambda: Form01Signature.objects.create(
            form=form, revision=1, by=teacher, at=OPEN, **fields
        ),
    )


def test_form_identity_once_per_form(pupil, teacher):
    one = FormIdentity.objects.filter(form=begin(pupil, teacher)).first()

    breaks(
        "form_identity_once_per_form",
        lambda: FormIdentity.objects.create(form=one.form, id_index=bytes(one.id_index)),
    )
