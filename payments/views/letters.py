"""Papers on the screen: letters 08 one by one and in bulk, receipts, class sheets; and the public check.

Papers of a class or of more are exports: whoever takes them proves themselves just before. One pupil's
letter or receipt says no more than the page beside it, and is handed to the family at the counter.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from eqfund import access, audit, files
from eqfund.access import open_to_all, requires
from eqfund.accounts.reauthentication import reauthenticated
from eqfund.models import Classroom, Job, School, StoredFile
from eqfund.pages import paged
from payments.actions import letters as actions
from payments.letters import papers
from payments.letters.press import print_one
from payments.models import Letter08, Receipt06, Transfer
from payments.permissions.letters import why_not_print_letters
from payments.queries import payout as queries
from payments.rules.rounds import TransferStatus
from payments.views.shared import get_published

BULK = "letters08"


def pdf_response(pdf: bytes, filename: str) -> HttpResponse:
    """A PDF that opens in the browser and is kept by nobody on the way."""
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{filename}"'
    response["Cache-Control"] = "private, no-store"
    return response


# --- letters 08 -----------------------------------------------------------------------


@require_GET
@requires("payments.print_letters")
@audit.reads
def letters(request: Any, round_pk: int) -> HttpResponse:
    """The letters of a round at my places: one by one, a class, or all at once."""
    chosen = get_published(request, round_pk)
    rows = Transfer.objects.visible_to(request.user, "payments.print_letters").filter(
        round=chosen, status=TransferStatus.SUCCESS
    )
    place = _place(request, request.GET)
    if place:
        rows = rows.under(place.path)
    page = paged(request, rows.for_table().annotate(letter_number=F("letter__number")))
    where = place.path if place else _widest(request)
    audit.read_list(request, "payments:letters", page, path=where)
    jobs = Job.objects.visible_to(request.user).filter(
        kind=actions.PRINT, object_id=str(chosen.pk), by=request.user
    )
    context = {
        "round": chosen,
        "page": page,
        "place": place,
        "place_kind": "class" if isinstance(place, Classroom) else "school",
        "path": where,
        "job": jobs.filter(params__path=where).order_by("-pk").first(),
        "why_not": why_not_print_letters(chosen, where, request.user),
    }
    return render(request, "payments/letters/letters.html", context)


def _place(request: Any, asked: Any) -> Any:
    """The class or school asked for by class= or school=, if it is mine."""
    for name, model in (("class", Classroom), ("school", School)):
        if pk := asked.get(name, ""):
            found = model.objects.visible_to(request.user, "payments.print_letters")
            return get_object_or_404(found, pk=pk if pk.isdecimal() else 0)
    return None


def _widest(request: Any) -> str:
    """The first of my places: one place prints at a time."""
    return access.paths_with(request.user, "payments.print_letters")[0]


@require_POST
@requires("payments.print_letters")
def letter_issue(request: Any, pk: int) -> HttpResponse:
    """Make one pupil's letter, or find it, and open it."""
    transfer = get_object_or_404(
        Transfer.objects.visible_to(request.user, "payments.print_letters").select_related(
            "round__term", "enrolment"
        ),
        pk=pk,
        status=TransferStatus.SUCCESS,
    )
    path = transfer.enrolment.path
    actions.issue_letters(transfer.round, path, [transfer], by=request.user, at=request.moment)
    return redirect("payments:letter", pk)


@require_GET
@requires("payments.print_letters")
def letter(request: Any, pk: int) -> HttpResponse:
    """One pupil's letter as PDF; `pk` is the transfer's."""
    visible = Letter08.objects.visible_to(request.user, "payments.print_letters")
    found = get_object_or_404(visible, transfer=pk)
    rows = papers.letter_rows([pk])
    audit.record(
        "print_letter",
        found,
        by=request.user,
        at=request.moment,
        path=rows[0].transfer.enrolment.path,
    )
    return pdf_response(print_one(papers.letters_html(rows)), f"letter08-{found.number}.pdf")


@require_POST
@requires("payments.print_letters")
@reauthenticated
def letters_print(request: Any, round_pk: int) -> HttpResponse:
    """Ask for all letters of a place as one PDF."""
    chosen = get_published(request, round_pk)
    place = _place(request, request.POST)
    path = place.path if place else _widest(request)
    actions.start_letters(chosen, path, by=request.user, at=request.moment)
    messages.success(request, gettext("The letters are being printed."))
    back = reverse("payments:letters", args=[round_pk])
    name = "class" if isinstance(place, Classroom) else "school"
    return redirect(f"{back}?{name}={place.pk}" if place else back)


@require_GET
@requires("payments.print_letters")
@reauthenticated
def letters_file(request: Any, pk: int) -> Any:
    """The printed letters of a place, to those whose place it is."""
    visible = StoredFile.objects.visible_to(request.user, "payments.print_letters")
    stored = get_object_or_404(visible, pk=pk, purpose=BULK)
    return files.serve(
        stored, by=request.user, at=request.moment, filename=f"letters08-{pk}.pdf", download=True
    )


@require_GET
@never_cache
@open_to_all("whoever holds the letter may check it; the page names no child and no school")
def letter_verify(request: Any, token: str) -> HttpResponse:
    """Say whether a letter is genuine: its round, day and amount, and nothing personal."""
    found = Letter08.objects.filter(token=token).select_related("round__term", "transfer").first()
    context = {"letter": found, "user": None}
    return render(request, "payments/letters/verify.html", context, status=200 if found else 404)


# --- receipts and the class's sheet -----------------------------------------------------


@require_GET
@requires("payments.read_receipts")
def receipt_pdf(request: Any, pk: int) -> HttpResponse:
    """One receipt as PDF."""
    found = Receipt06.objects.visible_to(request.user, "payments.read_receipts").for_table()
    one = get_object_or_404(found, pk=pk)
    _note(request, "print_receipt", one, one.transfer.enrolment.path)
    return pdf_response(print_one(papers.receipts_html([one])), f"receipt06-{one.serial}.pdf")


@require_GET
@requires("payments.read_receipts")
@reauthenticated
def class_receipts(request: Any, round_pk: int, pk: int) -> HttpResponse:
    """A class's receipts, two on a page: recorded ones, or blank ones to be signed (?blank=1)."""
    chosen, classroom = get_published(request, round_pk), _classroom(request, pk)
    cash = queries.cash(chosen, classroom.path).visible_to(request.user, "payments.read_receipts")
    if request.GET.get("blank"):
        rows = [row for row in queries.pupil_rows(cash) if row.state == "to_pay"]
        for row in rows:
            row.transfer.enrolment.classroom = classroom
        html = papers.blank_receipts_html(rows, chosen, classroom.school.name)
    else:
        receipts = Receipt06.objects.valid().filter(transfer__in=cash.values("pk")).for_table()
        html = papers.receipts_html(list(receipts))
    _note(request, "print_receipts", classroom, classroom.path)
    return pdf_response(print_one(html), f"receipts06-{chosen.number}-{classroom.pk}.pdf")


@require_GET
@requires("payments.read_receipts")
@reauthenticated
def class_sheet(request: Any, round_pk: int, pk: int) -> HttpResponse:
    """The class's sheet to be signed by every receiver: the evidence of the class's report."""
    chosen, classroom = get_published(request, round_pk), _classroom(request, pk)
    cash = queries.cash(chosen, classroom.path).visible_to(request.user, "payments.read_receipts")
    rows = queries.pupil_rows(cash)
    _note(request, "print_class_sheet", classroom, classroom.path)
    html = papers.sheet_html(rows, chosen, classroom, classroom.school.name)
    return pdf_response(print_one(html), f"class-sheet-{chosen.number}-{classroom.pk}.pdf")


def _note(request: Any, verb: str, obj: Any, path: str) -> None:
    """Printing children's names is written in the audit book."""
    audit.record(verb, obj, by=request.user, at=request.moment, path=path)


def _classroom(request: Any, pk: int) -> Classroom:
    visible = Classroom.objects.visible_to(request.user, "payments.read_receipts")
    return get_object_or_404(visible.select_related("school"), pk=pk)
