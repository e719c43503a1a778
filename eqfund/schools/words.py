"""The words of the schools' pages, by code."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from eqfund.models import Directorship

from .rules import ProfileState

CAPACITIES = {choice.value: choice.label for choice in Directorship.Capacity}
REASONS = {choice.value: choice.label for choice in Directorship.Reason}
STATES = {
    ProfileState.CONFIRMED: _("confirmed"),
    ProfileState.CHANGED: _("changed since it was confirmed"),
    ProfileState.NOT_CONFIRMED: _("not confirmed"),
}
STATE_PILLS = {
    ProfileState.CONFIRMED: "good",
    ProfileState.CHANGED: "info",
    ProfileState.NOT_CONFIRMED: "sun",
}
LEVELS = {
    "kindergarten": _("kindergarten"),
    "primary": _("primary"),
    "lower_secondary": _("lower secondary"),
    "upper_secondary": _("upper secondary"),
}
PLACE_FAULTS = {
    "turned": _(
        "Latitude and longitude are changed over: the latitude comes first, about 6 to 20."
    ),
    "outside": _("This point does not lie in Thailand. Look at the digits."),
    "far": _(
        "This point lies more than 250 km from the town of the address's province. Look at the digits."
    ),
}
