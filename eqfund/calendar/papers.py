"""The term's calendar on paper and as a file: the letter's four columns as PDF, and the CSV it is loaded from."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from eqfund import clock
from eqfund.imports.calendar import COLUMNS, OPTIONAL, Line
from eqfund.models import Term
from eqfund.pdf import to_pdf
from eqfund.windows import Window

from .lines import groups_of

SHEET = Path(__file__).with_name("paper.css")

# activity -> what is done, in our own short words: the letter's third column
DETAIL: dict[str, Any] = {
    "school_profile": _(
        "Bring the school's basic data and contacts up to date, and its director after a move or a retirement."
    ),
    "user_accounts": _(
        "Check the data for signing in. On first use prove e-mail and telephone. A homeroom teacher asks the school's admin for an account, a school's admin the supervising office."
    ),
    "school_bank_account": _("Check the school's bank account and mend it by the fund's rules."),
    "source_registry_check": _(
        "In the affiliation's own registry, on its days: check and confirm each pupil's name and national id, and the marks that the affiliation keeps."
    ),
    "confirm_continuing": _(
        "Confirm the pupils of the continuing group: bring guardians up to date, have PromptPay opened on the national id, and mend the way the money is received."
    ),
    "correct_channel": _(
        "Mend guardians and ways of receiving money of pupils who have not been paid."
    ),
    "choose_channel": _(
        "Record how each pupil of the new group receives the money: PromptPay of the pupil or the guardian, or the school's account."
    ),
    "home_visit": _(
        "Plan the visits and go to the homes of the new group: had the basic-needs subsidy three years running, had the grant and changed school, or a household income within the fund's criterion."
    ),
    "form01_draft": _("Write the draft of form 01 at the home. It is sent when form 01 opens."),
    "form01": _(
        "Record and send form 01 for each pupil who asks for the grant: household, photographs, signatures."
    ),
    "pmt_announcement": _(
        "The pupils of the new group who pass the proxy means test (PMT) are announced."
    ),
    "form05": _("The school's committee certifies the announced pupils and form 05 is recorded."),
    "fund_verification": _("The fund checks the certified list, the accounts and the amounts."),
    "transfer": _("The fund pays the grant to each pupil's way of receiving money."),
    "transfer_status": _("Schools see which transfers arrived, and what became of the others."),
    "basic_subsidy_list": _(
        "Check and post the list of pupils with the basic-needs subsidy that the affiliation publishes."
    ),
    "payout": _(
        "Money that came to the school's account is handed to the pupils within 20 working days."
    ),
    "payout_report": _(
        "Homeroom teachers report the payout of their class with evidence; the admin follows each class and sends the school's report."
    ),
    "refund": _(
        "Money that cannot be paid goes back to the fund by bill payment: not present, moved, withdrew or died."
    ),
    "attendance": _(
        "The admin records the term's days and where attendance is kept; homeroom teachers record each month."
    ),
    "monitor_payout": _("Offices follow how their schools pay out and report."),
    "monitor_form01": _("Offices follow how their schools record form 01."),
    "monitor_form05": _("Offices follow how their schools record form 05."),
    "monitor_attendance": _("Offices follow how their schools record attendance and growth."),
    "monitor_source_registry": _(
        "Offices follow how their schools keep the affiliation's registry."
    ),
    "receipt06": _("Record receipts 06 of pupils whom the school paid in cash."),
    "growth": _("Record each pupil's weight and height."),
    "briefing": _("The calendar and the way of working are explained to schools and offices."),
}
# Whom a round of transfers pays (docs of the programme: letter 004, rounds 1 to 3).
GROUPS = {
    1: _("Continuing group."),
    2: _("New group, and the continuing group's corrected pupils."),
    3: _("New and continuing pupils not paid in rounds 1 and 2."),
}


def pdf(windows: list[Window], term: Term, affiliation: str, at: datetime) -> bytes:
    """The calendar in the letter's four columns: day, process, what is done, who."""
    rows = [{"window": window, "detail": detail(window)} for window in windows]
    context = {"rows": rows, "term": term, "affiliation": affiliation, "at": at}
    with translation.override("th"):  # papers are Thai whatever the screen's language
        return to_pdf(render_to_string("calendar/paper.html", context), SHEET)


def detail(window: Window) -> list[Any]:
    """What is done in a line: sentences; none for a line of the fund's own making."""
    line = window.line
    found = [DETAIL[line.activity]] if line.activity in DETAIL else []
    if line.activity == "transfer" and line.round_no in GROUPS:
        found.append(GROUPS[line.round_no])
    return found


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
