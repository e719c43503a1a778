"""The term's calendar on paper and as a file: the letter's four columns as PDF, and the CSV it is loaded from."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from eqfund import clock
from eqfund.imports.calendar import COLUMNS, OPTIONAL, Line
from eqfund.models import Term
from eqfund.pdf import to_pdf
from eqfund.windows import Window

from .lines import groups_of

SHEET = Path(__file__).with_name("paper.css")

# activity -> the process it belongs to, as the letter's second column groups them
_PREPARE, _SCREEN, _CERTIFY = _("Preparation"), _("Screening"), _("Certification")
_CHANNELS, _TRANSFER = _("Guardians and channels"), _("Transfer of money")
_PAYOUT, _FOLLOW = _("Payout and report"), _("Follow-up")
PROCESS: dict[str, Any] = {
    "school_profile": _PREPARE,
    "user_accounts": _PREPARE,
    "school_bank_account": _PREPARE,
    "source_registry_check": _PREPARE,
    "confirm_continuing": _CHANNELS,
    "correct_channel": _CHANNELS,
    "choose_channel": _CHANNELS,
    "home_visit": _SCREEN,
    "form01_draft": _SCREEN,
    "form01": _SCREEN,
    "pmt_announcement": _SCREEN,
    "form05": _CERTIFY,
    "fund_verification": _CERTIFY,
    "transfer": _TRANSFER,
    "transfer_status": _TRANSFER,
    "basic_subsidy_list": _TRANSFER,
    "payout": _PAYOUT,
    "payout_report": _PAYOUT,
    "refund": _PAYOUT,
}


def pdf(windows: list[Window], term: Term, affiliation: str, at: datetime) -> bytes:
    """The calendar in the letter's four columns: day, process, activity, who."""
    rows = [
        {"window": window, "process": PROCESS.get(window.line.activity, _FOLLOW)}
        for window in windows
    ]
    context = {"rows": rows, "term": term, "affiliation": affiliation, "at": at}
    return to_pdf(render_to_string("calendar/paper.html", context), SHEET)


def csv_text(term: Term) -> str:
    """The term's lines in the form in which a calendar is loaded; affiliations gathered as the file has them."""
    return csv_of(group.line for group in groups_of(term))


def csv_of(lines: Iterable[Line]) -> str:
    """Lines as the file; the column of English titles only where there is one."""
    kept = list(lines)
    titles = (*COLUMNS, *OPTIONAL) if any(line.title_en for line in kept) else COLUMNS
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, titles, extrasaction="ignore")
    writer.writeheader()
    for line in kept:
        values = (
            line.kind,
            line.activity,
            line.round_no or "",
            _instant(line.opens),
            _instant(line.closes),
        )
        whose = (";".join(line.affiliations), ";".join(line.assumed_affiliations))
        rest = (line.roles, line.title_th, line.source, line.source_line, line.note, line.title_en)
        writer.writerow(dict(zip((*COLUMNS, *OPTIONAL), (*values, *whose, *rest), strict=True)))
    return out.getvalue()


def _instant(at: datetime | None) -> str:
    return at.astimezone(clock.BANGKOK).strftime("%Y-%m-%dT%H:%M") if at else ""
