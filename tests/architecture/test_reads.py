"""Every page that shows a child's data says so in the audit book, or says here why it need not.

A page marked with `@audit.reads` is held to it at run time (eqfund.audit); the walk through every page
(rehearsal.access_walk) looks at the answers: a body that names a child must have left a reading.
"""

import pytest
from django.urls import URLPattern, get_resolver

from eqfund.pages import methods_of

FIGURES = "figures, schools and classes; names no child"
FILE = "a file: eqfund.files.serve records the download"
PRINT = "a print: the view records it as one"
OWN = "the person's own work and account"
STAFF = "staff and places; names no child"

# A page that answers a GET and names no child, or records it otherwise.
NAMES_NO_CHILD = {
    "attendance:classes": FIGURES,
    "attendance:term-days": FIGURES,
    "calendar:close": FIGURES,
    "calendar:close-csv": "the view records the export",
    "calendar:closes": FIGURES,
    "calendar:edit": "the calendar",
    "calendar:holidays": "holidays",
    "calendar:line": "the calendar",
    "calendar:line-new": "the calendar",
    "calendar:lines": "the calendar",
    "calendar:extension": STAFF,
    "calendar:extension-policies": "the fund's policy on extensions",
    "calendar:extension-propose": STAFF,
    "calendar:extensions": STAFF,
    "calendar:subscribe": OWN,
    "calendar:term-csv": "the calendar",
    "calendar:term-pdf": "the calendar",
    "demo-clock": "the demo's clock",
    "duplicates:export": "the view records the export",
    "duplicates:ticket-proof": FILE,
    "handover:ask": "asks for a child by number and day of birth; the action records each question",
    "handover:handovers-csv": "the view records the export",
    "home": OWN,
    "job": "kind, progress and counts of a job of one's own",
    "payments:account": STAFF,
    "payments:account-proof": FILE,
    "payments:account-history": STAFF,
    "payments:account-rules": "what is asked of every school's account",
    "payments:account-rules-new": "what is asked of every school's account",
    "payments:account-rules-version": "what is asked of every school's account",
    "payments:accounts": STAFF,
    "payments:accounts-csv": "the view records the export",
    "payments:claims-csv": "the view records the export",
    "payments:bank": FIGURES,
    "payments:bank-file-call-back": FIGURES,
    "payments:channels": FIGURES,
    "payments:class-receipts": PRINT,
    "payments:class-report": "figures and the names of pictures; evidence-file records who looks at one",
    "payments:class-sheet": PRINT,
    "payments:continuing": FIGURES,
    "payments:continuing-csv": "figures; the view records the export",
    "payments:evidence-file": FILE,
    "payments:forecast": "places, to choose one",
    "payments:ledger": FIGURES,
    "payments:letter": PRINT,
    "payments:letters-file": FILE,
    "payments:money": FIGURES,
    "payments:payout": FIGURES,
    "payments:payout-school": FIGURES,
    "payments:promptpay-leaflets": PRINT,
    "payments:rates": FIGURES,
    "payments:receipt-pdf": PRINT,
    "payments:refund-slip": "the school's payment slip; names no child",
    "payments:refunds": FIGURES,
    "payments:result": "references of lines and faults; names no child",
    "payments:result-upload": "a form for the bank's file; names no child",
    "payments:result-bad-rows": "references of lines and faults; names no child",
    "payments:round": FIGURES,
    "payments:round-act": FIGURES,
    "payments:round-left-out-csv": "the view records the export",
    "payments:rounds": FIGURES,
    "payments:school-report": FIGURES,
    "payments:statement": "lines of the fund's own account; names no child",
    "payments:statement-new": "a form for the bank's file; names no child",
    "payments:statements": FIGURES,
    "progress:office": FIGURES,
    "progress:offices-csv": "figures; the view records the export",
    "progress:office-csv": "figures; the view records the export",
    "progress:offices": FIGURES,
    "registry:calendar": "the calendar",
    "registry:classrooms": FIGURES,
    "registry:import-errors": "the view records the export",
    "registry:imports": FIGURES,
    "registry:import-template": "an empty template",
    "registry:pupil-add": "an empty form; what is typed is shown as its preview",
    "registry:not-listed": "tells of a child by number and day of birth; the view records each question",
    "registry:titles": "titles of columns",
    "registry:titles-reading": "titles of columns",
    "registry:titles-trial": "a sample's titles and figures; the view records the trial, no cell of a child is shown",
    "registry:titles-values": "words of columns",
    "rolls:office": FIGURES,
    "rolls:rolls": FIGURES,
    "rolls:rolls-csv": "figures; the view records the export",
    "rolls:school": FIGURES,
    "schools:checklist": STAFF,
    "schools:director-correct": STAFF,
    "schools:director-end": STAFF,
    "schools:directors": STAFF,
    "schools:school": STAFF,
    "schools:school-edit": STAFF,
    "schools:schools": FIGURES,
    "schools:schools-csv": "places and staff; the view records the export",
    "payments:basic-needs": FIGURES,
    "payments:basic-needs-csv": "figures; the view records the export",
    "payments:basic-needs-list-faults": "the view records the export",
    "payments:basic-needs-office": FIGURES,
    "payments:basic-needs-office-account": "an office's account",
    "payments:basic-needs-office-allocation": "what a schedule gives an office",
    "payments:basic-needs-office-blank": "an empty sheet",
    "payments:basic-needs-school-board": PRINT,
    "payments:basic-needs-school-csv": "the view records the export",
    "screening:announcements": FIGURES,
    "screening:form01-officer-card": FILE,
    "screening:form01-photo": FILE,
    "screening:meeting-new": STAFF,
    "screening:meeting-minutes": FILE,
    "screening:meeting-pdf": PRINT,
    "screening:meeting-reopen": "the meeting's day and the fund's reason; names no child",
    "screening:meetings": FIGURES,
    "screening:pmt-model": "a model's weights",
    "screening:pmt-model-file": "a model's weights",
    "screening:pmt-models": "a model's weights",
    "screening:scoring": FIGURES,
    "screening:verification": FIGURES,
    "screening:verification-send-back": FIGURES,
    "screening:verification-step": FIGURES,
    "screening:visits": FIGURES,
    "screening:visits-class-plan": PRINT,
    "screening:visits-csv": "figures; the view records the export",
    "screening:visits-plan": PRINT,
}
# Their pages are about people who work here, not about children; each has its own acts in the book.
OF_STAFF = ("account", "mfa_", "usersessions_", "people:", "accounts:", "privacy:", "audit:")


def pages(patterns, namespace=""):
    for pattern in patterns:
        if not isinstance(pattern, URLPattern):
            yield from pages(
                pattern.url_patterns, f"{pattern.namespace}:" if pattern.namespace else namespace
            )
        elif hasattr(pattern.callback, "requires") and methods_of(pattern.callback) != {"POST"}:
            yield f"{namespace}{pattern.name}", pattern.callback


READ_PAGES = dict(pages(get_resolver().url_patterns))
MARKED = {name for name, view in READ_PAGES.items() if getattr(view, "records_read", False)}


@pytest.mark.parametrize("page", sorted(READ_PAGES))
def test_a_page_records_its_reading_or_says_why_not(page):
    if page.startswith(OF_STAFF):
        return
    assert (page in MARKED) != (page in NAMES_NO_CHILD), (
        "mark it with @audit.reads (see eqfund.audit), or say in NAMES_NO_CHILD why it names no child"
    )


def test_the_tables_name_pages_that_exist():
    assert set(NAMES_NO_CHILD) <= set(READ_PAGES)
