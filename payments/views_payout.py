"""A school's cash on the screen: what came, what was paid, what is left, and who has reported."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from eqfund import access, files
from eqfund.access import requires
from eqfund.models import Classroom, School, Term
from eqfund.pages import paged
from eqfund.refusal import Refused
from payments import queries_payout as queries
from payments.actions import payout, payout_reports
from payments.forms_payout import CannotPayForm, EvidenceForm, PayForm, ReasonForm
from payments.models import (
    ClassPayoutReport,
    PayoutEvidence,
    Receipt06,
    SchoolPayoutReport,
    Transfer,
    TransferRound,
)
from payments.pages_payout import (
    class_steps,
    flags_in_words,
    next_thing,
    school_steps,
    window_context,
)
from payments.permissions import payout as permissions
from payments.rules_payout import (
    SchoolReportStatus,
    missing_in_class_report,
    missing_in_school_report,
)
from payments.words_payout import MISSING_SENTENCES

SCHOOL_SEGMENTS = access.SEGMENTS["school"]


# --- where the money is -----------------------------------------------------------------


@require_GET
@requires("payments.read_payout")
def payout_home(request: Any) -> HttpResponse:
    """My classes, my school, or the schools under me: whichever my posts are."""
    term = Term.objects.current(request.moment)
    paths = access.paths_with(request.user, "payments.read_payout")
    rounds = _published_rounds(term)
    if not rounds:
        return render(request, "payments/payout/home.html", {"term": term})
    schools = School.objects.visible_to(request.user, "payments.read_payout")
    if all(path.count("/") > SCHOOL_SEGMENTS for path in paths):
        rows = [
            (each, row)
            for each in rounds
            for path in paths
            for row in queries.class_rows(each, path)
        ]
        return render(request, "payments/payout/home.html", {"term": term, "classes": rows})
    mine = list(schools.order_by("pk")[:2])
    if len(mine) == 1:
        return redirect("payments:payout-school", rounds[-1].pk, mine[0].pk)
    return _school_list(request, term, rounds, schools)


def _published_rounds(term: Term | None) -> list[TransferRound]:
    rounds = TransferRound.objects.filter(term=term, published_at__isnull=False)
    return list(rounds.select_related("term").order_by("number"))


def _school_list(
    request: Any, term: Any, rounds: list[TransferRound], schools: Any
) -> HttpResponse:
    """The schools with cash in one round, fifty at a time, with their figures."""
    asked = request.GET.get("round", "")
    chosen = next((each for each in rounds if str(each.number) == asked), rounds[-1])
    found = queries.schools_with_cash(chosen, schools).order_by("name", "pk")
    if name := request.GET.get("q", "").strip():
        found = found.filter(Q(name__icontains=name) | Q(moe_code=name))
    page = paged(request, found)
    figures = queries.school_figures(chosen, [school.pk for school in page])
    context = {
        "term": term,
        "rounds": rounds,
        "chosen": chosen,
        "page": page,
        "rows": [(school, figures.get(school.pk, {})) for school in page],
        "q": request.GET.get("q", ""),
    }
    return render(request, "payments/payout/schools.html", context)


@require_GET
@requires("payments.read_payout")
def payout_school(request: Any, round_pk: int, pk: int) -> HttpResponse:
    """One school's cash of one round: four figures, its classes, what comes next."""
    chosen, school = _round(round_pk), _school(request, pk)
    payout_of = queries.school_payout(chosen, school)
    context = {
        "round": chosen,
        "rounds": queries.rounds_with_cash(school.path, chosen.term_id),
        "school": school,
        "payout": payout_of,
        "steps": school_steps(payout_of),
        "next": next_thing(payout_of, request.user, request.moment),
        "can": _may(request.user, school),
        **window_context(chosen, school.path, request.moment),
    }
    return render(request, "payments/payout/school.html", context)


def _may(user: Any, school: School) -> dict[str, bool]:
    """Which of the school's further pages this person may open: no link leads to a refusal."""
    verbs = ("read_receipts", "read_refunds", "print_letters")
    return {verb: access.may(user, f"payments.{verb}", school.path) for verb in verbs}


# --- paying a class -----------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@requires("payments.read_receipts")
def payout_class(request: Any, round_pk: int, pk: int) -> HttpResponse:
    """A class's pupils: tick those paid on one day, one save."""
    chosen, classroom = _round(round_pk), _classroom(request, pk)
    rows = queries.pupil_rows(_visible_cash(request, chosen, classroom))
    staff = queries.staff_of(classroom.school, request.moment.date())
    form = PayForm(
        request.POST if request.method == "POST" else None,
        rows=rows,
        staff=staff,
        by=request.user,
        initial={"paid_on": request.moment.date()},
    )
    if request.method == "POST" and form.is_valid():
        made = payout.pay_pupils(
            chosen,
            classroom,
            form.handed,
            paid_on=form.cleaned_data["paid_on"],
            payer=form.cleaned_data["payer"],
            second_payer=form.cleaned_data["second_payer"],
            by=request.user,
            at=request.moment,
        )
        _say_paid(request, made)
        return redirect("payments:payout-class", round_pk, pk)
    context = _class_context(request, chosen, classroom, rows) | {"form": form}
    return render(request, "payments/payout/class.html", context)


def _say_paid(request: Any, made: list[Receipt06]) -> None:
    text = gettext("Recorded: %(count)d pupils paid, receipts %(first)s–%(last)s.") % {
        "count": len(made),
        "first": made[0].serial,
        "last": made[-1].serial,
    }
    if made[0].paid_on > made[0].due_on:
        text += " " + gettext("The day is after the due day, so they are recorded as late.")
    messages.success(request, text)


def _class_context(
    request: Any, chosen: TransferRound, classroom: Classroom, rows: list[queries.PupilCash]
) -> dict[str, Any]:
    """What the class's two pages share."""
    row = queries.class_row(chosen, classroom)
    report = row.report if row else None
    book = SchoolPayoutReport.objects.filter(round=chosen, school=classroom.school).first()
    return {
        "round": chosen,
        "classroom": classroom,
        "rows": rows,
        "row": row,
        "report": report,
        "steps": class_steps(row),
        "cannot_form": CannotPayForm(auto_id="id_cannot_%s"),
        "why_not_pay": permissions.why_not_change_class(
            chosen, classroom.path, request.user, request.moment, report=report, book=book
        ),
        "why_not_report": permissions.why_not_submit_class_report(
            chosen, classroom, request.user, request.moment, report=report, book=book
        ),
        "why_not_send_back": permissions.why_not_send_back_class_report(
            report, request.user, request.moment, book=book
        )
        if report
        else "-",
        **window_context(chosen, classroom.path, request.moment),
    }


@require_POST
@requires("payments.pay")
def cannot_pay(request: Any, pk: int) -> HttpResponse:
    """Note that a pupil cannot be paid, and why; or take the note back."""
    transfer = get_object_or_404(_payable(request), pk=pk)
    if "clear" in request.POST:
        payout.clear_cannot_pay(transfer, by=request.user, at=request.moment)
        messages.success(request, gettext("The note is taken back."))
    else:
        reason = request.POST.get("reason", "")
        payout.note_cannot_pay(transfer, reason=reason, by=request.user, at=request.moment)
        messages.success(
            request, gettext("Noted. The school admin makes the refund slip from this note.")
        )
    return redirect("payments:payout-class", transfer.round_id, transfer.enrolment.classroom_id)


# --- one receipt --------------------------------------------------------------------------


@require_GET
@requires("payments.read_receipts")
def receipt(request: Any, pk: int) -> HttpResponse:
    """One receipt: who received what from whom, its evidence, and voiding it."""
    found = get_object_or_404(_receipts(request), pk=pk)
    classroom = found.transfer.enrolment.classroom
    report, book = _report_and_book(found.round, classroom)
    context = {
        "receipt": found,
        "form": ReasonForm(),
        "upload": EvidenceForm(),
        "evidence": flags_in_words(found.evidence.filter(removed_at=None).for_table()),
        "why_not": permissions.why_not_void(
            found, request.user, request.moment, report=report, book=book
        ),
    }
    return render(request, "payments/payout/receipt.html", context)


@require_POST
@requires("payments.pay")
def receipt_void(request: Any, pk: int) -> HttpResponse:
    """Void a receipt that was a mistake."""
    found = get_object_or_404(_receipts(request, "payments.pay"), pk=pk)
    reason = request.POST.get("reason", "")
    payout.void_receipt(found, reason=reason, by=request.user, at=request.moment)
    messages.success(request, gettext("The receipt is void. The pupil can be paid again."))
    return redirect("payments:receipt", pk)


@require_POST
@requires("payments.pay")
def receipt_evidence(request: Any, pk: int) -> HttpResponse:
    """Attach a picture to one receipt."""
    found = get_object_or_404(_receipts(request, "payments.pay"), pk=pk)
    stored = _upload(request, found.transfer.enrolment.path)
    payout_reports.add_receipt_evidence(found, stored, by=request.user, at=request.moment)
    return redirect("payments:receipt", pk)


# --- the class's report --------------------------------------------------------------------


@require_GET
@requires("payments.read_receipts")
def class_report(request: Any, round_pk: int, pk: int) -> HttpResponse:
    """The class's report: what is missing, the evidence, and submitting it."""
    chosen, classroom = _round(round_pk), _classroom(request, pk)
    context = _class_context(request, chosen, classroom, [])
    row = context["row"]
    missing = missing_in_class_report(row.facts) if row else ()
    context |= {
        "upload": EvidenceForm(),
        "form": ReasonForm(),
        "evidence": flags_in_words(queries.evidence_of(context["report"])),
        "missing": [MISSING_SENTENCES[code] for code in missing],
    }
    return render(request, "payments/payout/class_report.html", context)


@require_POST
@requires("payments.report_class")
def class_evidence(request: Any, round_pk: int, pk: int) -> HttpResponse:
    """Attach a photo or scan of the signed sheet."""
    chosen, classroom = _round(round_pk), _classroom(request, pk, "payments.report_class")
    stored = _upload(request, classroom.path)
    payout_reports.add_class_evidence(chosen, classroom, stored, by=request.user, at=request.moment)
    messages.success(request, gettext("The evidence is attached."))
    return redirect("payments:class-report", round_pk, pk)


@require_POST
@requires("payments.report_class")
def class_report_submit(request: Any, round_pk: int, pk: int) -> HttpResponse:
    """Submit the class's report."""
    chosen, classroom = _round(round_pk), _classroom(request, pk, "payments.report_class")
    payout_reports.submit_class_report(chosen, classroom, by=request.user, at=request.moment)
    messages.success(request, gettext("The class report is submitted."))
    return redirect("payments:class-report", round_pk, pk)


@require_POST
@requires("payments.send_back_class")
def class_report_send_back(request: Any, pk: int) -> HttpResponse:
    """Send a class's report back with the reason."""
    reports = ClassPayoutReport.objects.visible_to(request.user, "payments.send_back_class")
    report = get_object_or_404(reports.select_related("round__term", "classroom__school"), pk=pk)
    payout_reports.send_back_class_report(
        report, reason=request.POST.get("reason", ""), by=request.user, at=request.moment
    )
    messages.success(request, gettext("The report is sent back to the homeroom teacher."))
    return redirect("payments:class-report", report.round_id, report.classroom_id)


@require_GET
@requires("payments.read_receipts")
def evidence_file(request: Any, pk: int) -> Any:
    """A picture or scan, to those who may see the children on it."""
    shown = PayoutEvidence.objects.visible_to(request.user, "payments.read_receipts")
    evidence = get_object_or_404(
        shown.select_related("stored"), pk=pk, removed_at=None, stored__state="clean"
    )
    return files.serve(evidence.stored, by=request.user, at=request.moment, download=False)


@require_POST
@requires("payments.pay")
def evidence_remove(request: Any, pk: int) -> HttpResponse:
    """Take a wrong picture away."""
    shown = PayoutEvidence.objects.visible_to(request.user, "payments.pay")
    evidence = get_object_or_404(
        shown.select_related(
            "report__round__term",
            "report__classroom__school",
            "receipt__round__term",
            "receipt__transfer__enrolment__classroom__school",
        ),
        pk=pk,
    )
    payout_reports.remove_evidence(evidence, by=request.user, at=request.moment)
    if evidence.receipt_id:
        return redirect("payments:receipt", evidence.receipt_id)
    assert evidence.report is not None
    return redirect("payments:class-report", evidence.report.round_id, evidence.report.classroom_id)


# --- the school's report ------------------------------------------------------------------


@require_GET
@requires("payments.read_payout")
def school_report(request: Any, round_pk: int, pk: int) -> HttpResponse:
    """The school's report: its classes, its figures, the director's signature."""
    chosen, school = _round(round_pk), _school(request, pk)
    found = queries.school_payout(chosen, school)
    book = found.book
    if book is not None:
        book.round, book.school = chosen, school
    who, at = request.user, request.moment
    missing = missing_in_school_report(len(found.classes), found.reported)
    context = {
        "can": _may(who, school),
        "round": chosen,
        "school": school,
        "payout": found,
        "book": book,
        "status": book.status if book else SchoolReportStatus.DRAFT,
        "missing": [MISSING_SENTENCES[code] for code in missing],
        "form": ReasonForm(),
        "why_not_submit": permissions.why_not_submit_school_report(
            chosen, school, who, at, book=book
        ),
        "why_not_sign": permissions.why_not_sign_school_report(book, who, at) if book else "-",
        "why_not_send_back": permissions.why_not_send_back_school_report(book, who, at)
        if book
        else "-",
        **window_context(chosen, school.path, at),
    }
    return render(request, "payments/payout/school_report.html", context)


@require_POST
@requires("payments.report_school")
def school_report_submit(request: Any, round_pk: int, pk: int) -> HttpResponse:
    """Submit the school's report to its director."""
    chosen, school = _round(round_pk), _school(request, pk, "payments.report_school")
    payout_reports.submit_school_report(chosen, school, by=request.user, at=request.moment)
    messages.success(request, gettext("The school's report is submitted. The director signs next."))
    return redirect("payments:school-report", round_pk, pk)


@require_POST
@requires("payments.sign_school_report")
def school_report_sign(request: Any, pk: int) -> HttpResponse:
    """Sign the school's report, or send it back with the reason."""
    books = SchoolPayoutReport.objects.visible_to(request.user, "payments.sign_school_report")
    book = get_object_or_404(books.select_related("round__term", "school"), pk=pk)
    if "send_back" in request.POST:
        reason = request.POST.get("reason", "")
        payout_reports.send_back_school_report(
            book, reason=reason, by=request.user, at=request.moment
        )
        messages.success(request, gettext("The report is sent back to the school admin."))
    else:
        payout_reports.sign_school_report(book, by=request.user, at=request.moment)
        messages.success(request, gettext("The school's report is signed."))
    return redirect("payments:school-report", book.round_id, book.school_id)


# --- shared ---------------------------------------------------------------------------------


def _round(pk: int) -> TransferRound:
    return get_object_or_404(TransferRound.objects.select_related("term"), pk=pk)


def _school(request: Any, pk: int, verb: str = "payments.read_payout") -> School:
    return get_object_or_404(
        School.objects.visible_to(request.user, verb).select_related("office"), pk=pk
    )


def _classroom(request: Any, pk: int, verb: str = "payments.read_receipts") -> Classroom:
    return get_object_or_404(
        Classroom.objects.visible_to(request.user, verb).select_related("school"), pk=pk
    )


def _visible_cash(request: Any, chosen: TransferRound, classroom: Classroom) -> Any:
    return queries.cash(chosen, classroom.path).visible_to(request.user, "payments.read_receipts")


def _payable(request: Any) -> Any:
    transfers = Transfer.objects.visible_to(request.user, "payments.pay")
    return transfers.select_related("round__term", "school", "enrolment__classroom__school")


def _receipts(request: Any, verb: str = "payments.read_receipts") -> Any:
    rows = Receipt06.objects.visible_to(request.user, verb)
    return rows.select_related(
        "transfer__enrolment__pupil__identity",
        "transfer__enrolment__classroom__school",
        "school",
        "round__term",
        "payer",
        "second_payer",
        "recorded_by",
        "voided_by",
    )


def _report_and_book(
    chosen: TransferRound, classroom: Classroom
) -> tuple[ClassPayoutReport | None, SchoolPayoutReport | None]:
    return (
        ClassPayoutReport.objects.filter(round=chosen, classroom=classroom).first(),
        SchoolPayoutReport.objects.filter(round=chosen, school=classroom.school_id).first(),
    )


def _upload(request: Any, path: str) -> Any:
    """Keep the uploaded picture or scan; Refused says why it cannot be."""
    uploaded = request.FILES.get("file")
    if uploaded is None:
        raise Refused(gettext("Choose a photo or a scan first."))
    return files.store_upload(
        uploaded,
        purpose="payout_evidence",
        path=path,
        by=request.user,
        at=request.moment,
        kinds=("image", "pdf"),
        max_mb=files.MAX_IMAGE_MB,
    )
