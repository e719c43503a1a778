"""The sentences for what is wrong with a registry file, by code. Each says what to do."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext, gettext_lazy as _

CELL = {
    "school_code_missing": _("The school code is missing."),
    "school_code_unreadable": _("A school code has 8 digits (SMIS) or 10 (MOE)."),
    "school_unknown": _("No school of the programme has this code. Ask the supervising office."),
    "school_not_yours": _(
        "This is the code of a school outside your places. Its own registry keeper sends its file."
    ),
    "id_missing": _("The national id or G-code is missing."),
    "id_exponent": _(
        "The spreadsheet turned the id into an exponent (1.23E+12) and its digits are lost. Download the file again and do not open it in a spreadsheet before sending."
    ),
    "id_length": _("An id has 13 digits, a G-code G and 12 digits."),
    "id_check_digit": _(
        "The check digit is wrong: a digit was mistyped. Correct it in the registry."
    ),
    "id_not_digits": _("This is neither a 13-digit id nor a G-code."),
    "id_repeated": _("The same child stands in another row too; the first row counts."),
    "id_in_two_rows_that_differ": _(
        "The same id stands in another row with another name or school. Correct one of the two in the registry."
    ),
    "first_name_missing": _("The first name is missing."),
    "last_name_missing": _("The last name is missing."),
    "sex_missing": _("The sex is missing."),
    "sex_unreadable": _("The sex is written ช or ญ."),
    "birth_date_missing": _("The date of birth is missing."),
    "birth_date_unreadable": _(
        "This is no date. It is written day/month/Buddhist year, for example 13/05/2559."
    ),
    "birth_date_impossible": _("Nobody of this age goes to school. Look at the year."),
    "grade_missing": _("The class is missing."),
    "grade_unreadable": _("This is no class of the programme (อ.1 to ม.3)."),
    "room_unreadable": _("The room is a number."),
    "sex_and_title_differ": _(
        "The title belongs to the other sex. The row is used; look at it in the registry."
    ),
    "number_unreadable": _("This is no number; the cell is not used."),
    "amount_unreadable": _("This is no amount of baht; the cell is not used."),
    "relative_id_unreadable": _("The relative's id is wrong; the cell is not used."),
    "phone_unreadable": _("A telephone number has 9 or 10 digits; the cell is not used."),
}

CHANGES = {
    "name": _("name"),
    "sex": _("sex"),
    "birth_date": _("date of birth"),
    "school": _("school"),
    "classroom": _("class"),
    "student_number": _("student number"),
    "poor": _("disadvantage"),
    "extras": _("family and address"),
}

# kind of difference -> pill, and what confirming does
KIND_PILL = {
    "new": "good",
    "changed": "info",
    "enrolled": "good",
    "moved_here": "info",
    "elsewhere": "sun",
    "settled": "good",
    "renumbered": "info",
    "gone": "sun",
    "same": "",
    "left_out": "bad",
}
KIND_HELP = {
    "new": _("They are entered with this term's class."),
    "changed": _(
        "What the registry says now replaces what we had. Guardians that the school entered here stay."
    ),
    "enrolled": _("They are known from an earlier term and are entered in this term's class."),
    "moved_here": _(
        "Their history comes along; a former grantee counts as new group and is visited again."
    ),
    "elsewhere": _(
        "The same number still studies at another school. Recording is not held up: each becomes a ticket that both schools answer, and until it is settled the child is kept here without its number and is not paid."
    ),
    "settled": _("The other school has let the child go; number and history are joined."),
    "renumbered": _("The same child, until now with a G-code; the national id takes its place."),
    "gone": _(
        "They study here by our roll and are not in the file. Choose below what becomes of them."
    ),
    "same": _("Nothing changes."),
    "left_out": _(
        "A cell could not be read, so nothing of the row is used. Correct it in the registry and send the file again."
    ),
}


def cell_sentence(code: str) -> str:
    """What is wrong with one cell; an unknown code is shown as it is."""
    return str(CELL.get(code, code))


def file_sentence(refusal: dict[str, Any]) -> str:
    """Why a whole file was not accepted: what was found, what was expected."""
    params = refusal.get("params", {})
    shown = {
        key: ", ".join(map(str, value)) if isinstance(value, list) else value
        for key, value in params.items()
    }
    match refusal.get("code"):
        case "file_empty":
            return gettext("The file is empty.")
        case "file_unreadable":
            return gettext(
                "The file cannot be read as a spreadsheet. Send the XLSX or CSV file as the registry gave it."
            )
        case "file_too_long":
            return (
                gettext(
                    "The file has %(rows)s rows; at most %(most)s can be sent. Send it school by school."
                )
                % shown
            )
        case "file_too_wide":
            return (
                gettext(
                    "The file has %(columns)s columns; at most %(most)s can be read. Delete what stands beside the table and send it again."
                )
                % shown
            )
        case "file_without_rows":
            return gettext(
                "The file has a header and no pupil under it. Download it again from the registry."
            )
        case "header_not_found":
            return (
                gettext(
                    "This is not a registry file. Found: %(found)s. Expected a header with: %(expected)s."
                )
                % shown
            )
        case "titles_missing":
            said = (
                gettext(
                    "The header in row %(row)s lacks: %(missing)s. Found: %(found)s. Choose these columns when you export."
                )
                % shown
            )
            if not params.get("near"):
                return said
            near = gettext(
                "Perhaps they are called otherwise (%(near)s): then tell the fund, which adds the title."
            )
            return f"{said} {near % shown}"
        case "roll_changed":
            return gettext(
                "The roll has changed since this preview was made, so nothing was recorded. This is the new preview: look at it, then confirm."
            )
        case "not_yours_any_more":
            return gettext("Nothing was recorded: whoever confirmed no longer keeps this registry.")
        case "no_school_of_yours":
            return (
                gettext("The file holds no school of %(place)s. Its school codes: %(found)s.")
                % shown
            )
    return gettext("The file was not accepted (%(code)s).") % {"code": refusal.get("code")}
