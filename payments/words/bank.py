"""The words for what is wrong with a bank's file. Codes are stored, never these."""

from django.utils.translation import gettext_lazy as _

from payments.words.rounds import Word

FILE_PROBLEMS: dict[str, Word] = {
    "unknown_format": _(
        "This is not a result file of a bank. Send pain.002, camt.054 or the flat result."
    ),
    "other_xml": _("This XML file is not a result of a bank. Send pain.002 or camt.054."),
    "has_dtd": _(
        "This XML file declares a document type, which no bank's result does. It was not read."
    ),
    "broken_xml": _("The file breaks off or is damaged. Ask the bank to send it again."),
    "wrong_width": _(
        "The records are not 498 bytes wide. Ask the bank for the flat result as agreed."
    ),
    "cut_off": _("The file holds fewer records than it says. Ask the bank to send it again."),
    "empty": _("The file names no credit at all."),
}
