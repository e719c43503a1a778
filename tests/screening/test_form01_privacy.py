"""Form 01 and the care of personal data: keys change under it, it is exported, and it is forgotten."""

import json

import pytest

from eqfund.models import Identity, StoredFile
from eqfund.privacy import export, field_keys, index_change, index_keys, policies, scrub
from eqfund.refusal import Refused
from screening.actions import form01_decisions as actions
from screening.models import Form01, FormIdentity
from tests.screening.form01_data import PRIVATE
from tests.screening.form01_steps import OPEN, save, signed, whole

pytestmark = pytest.mark.usefixtures("in_english", "calendar")


@pytest.fixture
def form(make_pupils, teacher, director):
    return signed(make_pupils(1)[0], teacher, director)


def test_both_keys_change_under_a_signed_form(form, settings):
    private = Form01.objects.get(pk=form.pk).private
    settings.FIELD_KEYS = [*settings.FIELD_KEYS, "new"]
    written = field_keys.rotate()
    settings.INDEX_KEYS = [*settings.INDEX_KEYS, "new"]
    index_keys.forget()
    try:
        change = index_change.begin()
        filled = index_change.fill(change)
        index_change.swap(change)
    finally:
        index_keys.forget()

    assert written["screening.Form01.private"] == 1
    assert filled["screening.Form01.officer_index"] == 1
    assert filled["screening.FormIdentity.id_index"] == FormIdentity.objects.count()
    assert Form01.objects.get(pk=form.pk).private == private


def test_the_export_says_what_the_form_says(form):
    tables = export.collect(("eqfund.Pupil", str(form.enrolment.pupil_id)))
    text = json.dumps(tables, ensure_ascii=False, default=str)

    for said in (PRIVATE["guardian_national_id"], PRIVATE["guardian_first_name"]):
        assert said in text
    assert {table["table"] for table in tables if table["rows"]} >= {
        "screening.Form01",
        "screening.Form01Signature",
        "screening.PmtFacts",
    }


def test_a_form_is_forgotten_but_for_the_answers_that_identify_nobody(form, at):
    answers = Form01.objects.get(pk=form.pk).answers
    pupil = form.enrolment.pupil

    scrub.forget("pupil", [pupil.pk], at("2580-01-01"))

    kept = Form01.objects.get(pk=form.pk)
    assert (kept.private, kept.unread, kept.officer, kept.officer_index) == ({}, {}, {}, None)
    assert kept.answers == answers
    assert not FormIdentity.objects.filter(form=form).exists()
    assert not any(r.private for r in form.revisions.all())
    assert not any(s.name or s.image for s in form.signatures.all())
    photos = StoredFile.objects.filter(pk__in=form.photos.values("file"))
    assert {photo.state for photo in photos} <= {"rejected"}
    assert Identity.objects.get(pupil=pupil).last4 == ""


def test_a_new_version_of_the_policy_is_read_to_the_family_before_the_form_is_sent(
    make_pupils, teacher, at
):
    from eqfund.models import Policy

    form = whole(make_pupils(1)[0], teacher)
    Policy.objects.create(
        audience="guardian",
        version="2569-09",
        text_th="ก",
        text_en="a",
        effective_at=at("2569-07-01"),
    )
    policies.forget()
    try:
        form.refresh_from_db()
        with pytest.raises(Refused, match="new version"):
            actions.submit_form01(form, by=teacher, at=OPEN)

        save(form, 8, teacher, OPEN)
        form.refresh_from_db()
        assert form.answers["pdpa_policy_version"] == "2569-09"
        actions.submit_form01(form, by=teacher, at=OPEN)
    finally:
        policies.forget()
