"""What a form refuses by itself is said in this product's Thai, not in English and not in Django's."""

import inspect

from django import forms
from django.core import validators
from django.utils import translation
from django.utils.translation import ngettext

# Types of fields and parts that no form of ours uses.
UNUSED = {"DurationField", "UUIDField", "JSONField", "SlugField", "GenericIPAddressField"}


def sentences():
    for name, field in inspect.getmembers(forms, inspect.isclass):
        if issubclass(field, forms.Field) and name not in UNUSED:
            for message in vars(field).get("default_error_messages", {}).values():
                yield name, message
    for validator in (validators.MaxValueValidator, validators.MinValueValidator):
        yield validator.__name__, validator.message


def test_every_refusal_of_a_form_is_in_thai():
    with translation.override("th"):
        english = [
            (name, str(message))
            for name, message in sentences()
            if str(message) and not any("ก" <= letter <= "๛" for letter in str(message))
        ]
        too_long = ngettext(
            "Ensure this value has at most %(limit_value)d character (it has %(show_value)d).",
            "Ensure this value has at most %(limit_value)d characters (it has %(show_value)d).",
            2,
        )

    assert english == []
    assert too_long.startswith("ยาวเกินไป")
