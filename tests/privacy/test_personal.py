"""Every field is declared personal or not, and what is personal and plain has a reason."""

import io
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import models

from eqfund.fields import BlindIndexField, EncryptedTextField, SealedField
from eqfund.privacy.personal import OTHERS, OURS, PLAIN, every_field, held

ROOT = Path(__file__).resolve().parents[2]


def ours():
    return [model for model in apps.get_models() if model.__module__.split(".")[0] in OURS]


every_model = pytest.mark.parametrize("model", ours(), ids=lambda model: model._meta.label)


@every_model
def test_a_model_declares_its_personal_fields_and_no_others(model):
    declared = model.__dict__["personal"]

    assert declared <= {field.name for field in model._meta.concrete_fields}


@every_model
def test_what_is_sealed_or_indexed_is_declared_personal(model):
    hidden = {
        field.name
        for field in model._meta.concrete_fields
        if isinstance(field, EncryptedTextField | SealedField | BlindIndexField)
    }

    assert hidden <= model.__dict__["personal"]


@every_model
def test_what_is_personal_and_plain_has_a_reason(model):
    plain = {
        f"{model._meta.label}.{field.name}"
        for field in model._meta.concrete_fields
        if field.name in model.__dict__["personal"] and held(field) == "plain"
    }

    assert plain - set(PLAIN) == set()
    assert all(PLAIN[label] for label in plain)


# DESIGN 11: what must be sealed, by the words that name it. A field called so is sealed, an index,
# the last digits, or stands here because it tells of an office and not of a person.
SECRET = (
    "national_id",
    "phone",
    "account_number",
    "guardian_name",
    "address",
    "signature",
    "latitude",
    "longitude",
)
OF_PLACES = {
    "eqfund.SupervisingOffice.phone",
    "eqfund.School.phone",
    "eqfund.School.latitude",
    "eqfund.School.longitude",
    "eqfund.School.address",
}


@every_model
def test_a_field_named_like_a_secret_is_sealed(model):
    bare = {
        f"{model._meta.label}.{field.name}"
        for field in model._meta.concrete_fields
        if isinstance(
            field, models.CharField | models.TextField | models.FloatField | models.DecimalField
        )
        and any(word in field.name for word in SECRET)
    }

    assert bare <= OF_PLACES


def test_no_reason_is_left_over():
    present = {field.label for field in every_field() if field.held == "plain"}

    assert set(PLAIN) | set(OTHERS) == present


def test_the_document_is_what_it_would_be_now():
    out = io.StringIO()
    call_command("draw_personal_data", stdout=out)

    assert (ROOT / "docs/personal-data.md").read_text().strip() == out.getvalue().strip()
