"""The words of the basic-needs subsidy."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext, gettext_lazy as _

from eqfund.registry.sentences import CELL
from payments.rules.basic_needs import ListStatus

LIST_STATUS_NAMES = {
    ListStatus.READING: _("being read"),
    ListStatus.PREVIEWED: _("waiting to be recorded"),
    ListStatus.REFUSED: _("not accepted"),
    ListStatus.RECORDED: _("recorded"),
    ListStatus.REPLACED: _("replaced by a later list"),
    ListStatus.SET_ASIDE: _("set aside"),
}
LIST_STATUS_PILLS = {
    ListStatus.READING: "info",
    ListStatus.PREVIEWED: "sun",
    ListStatus.REFUSED: "bad",
    ListStatus.RECORDED: "good",
    ListStatus.REPLACED: "",
    ListStatus.SET_ASIDE: "",
}
FAULTS: dict[str, Any] = {
    **{code: CELL[code] for code in CELL},
    "school_not_yours": _("This school does not belong to the office whose list this is."),
    "amount_missing": _("The amount is missing."),
    "amount_unreadable": _("This is no amount of baht."),
    "amount_not_positive": _("The amount must be more than nought."),
    "amount_too_high": _("The amount is above 100,000 baht: look at its point and noughts."),
    "repeated": _("The same number stands in a row above. Strike one of the two."),
    "years_unreadable": _("The number of years is a whole number from 1 to 12."),
    "pupil_unknown": _(
        "No pupil of this number is known at this school. The registry keeper imports the school's registry file, or the row is struck."
    ),
    "pupil_elsewhere": _("This pupil studies at another school this term."),
    "name_of_another": _(
        "This is the number of a pupil with another name. Correct the number or the name."
    ),
}
FILE_FAULTS = {
    "file_empty": _("The file is empty."),
    "file_unreadable": _("The file is neither a spreadsheet (XLSX) nor a CSV text."),
    "file_too_long": _("The file has more rows than can be read at once. Divide it by office."),
    "file_too_wide": _("Cells far beside the table hold something. Delete them and send it again."),
    "no_rows": _("There is no pupil in the file."),
    "no_header": _("No row of titles was found. These are needed: %(missing)s."),
    "has_faults": _(
        "Cells of the file are wrong. Nothing was recorded: correct the file and send it again."
    ),
}


def fault(code: str) -> str:
    """What is wrong with a cell, and what to do."""
    return str(FAULTS.get(code, code))


def refusal(said: dict[str, Any]) -> str:
    """Why nothing of a file was kept."""
    params = {"missing": ", ".join(said.get("params", {}).get("missing", []))}
    sentence = FILE_FAULTS.get(said.get("code", ""))
    return str(sentence) % params if sentence else gettext("The file could not be read.")
