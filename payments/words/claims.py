"""The words of second payments."""

from django.utils.translation import gettext_lazy as _

HELD_BY = {
    "in_hand": _("in the school's hands"),
    "receipt": _("with the family, by a receipt"),
    "promptpay": _("with the family, by PromptPay"),
}
STATES = {
    "to_collect": _("to collect"),
    "slip": _("slip made, not paid in yet"),
    "collected": _("back at the fund"),
}
PILLS = {"to_collect": "bad", "slip": "sun", "collected": "good"}
FILTERS = {"": _("All"), **STATES}
