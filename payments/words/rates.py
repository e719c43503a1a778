"""The words of the grant's amounts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from payments.rules.rates import Level
from payments.words.rounds import Word

LEVEL_NAMES: dict[str, Word] = {
    Level.KINDERGARTEN: _("Kindergarten"),
    Level.PRIMARY: _("Primary level"),
    Level.LOWER_SECONDARY: _("Lower secondary"),
}
