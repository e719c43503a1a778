"""Pages of the basic-needs subsidy: offices with their accounts and lists, schools, a school's pupils."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Case, Q, QuerySet, Sum, When
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from eqfund import access, audit, sheets
from eqfund.access import requires
from eqfund.accounts.reauthentication import reauthenticated
from eqfund.models import Affiliation, School, SupervisingOffice, Term
from eqfund.money import baht
from eqfund.pages import paged, render_part
from eqfund.places import affiliation_code
from eqfund.refusal import Refused
from eqfund.school_year import GRADES, grade_label
from payments.actions import basic_needs as actions
from payments.forms.basic_needs import AllocationForm, ListForm, OfficeAccountForm
from payments.models import AllocationAccount, OfficeAllocation, SubsidyList, SubsidyPupil
from payments.papers_subsidy import board_pdf
from payments.permissions import basic_needs as permissions
from payments.permissions.basic_needs import FIGURES, KEEP, NAMES
from payments.queries import basic_needs as queries
from payments.rules.basic_needs import PAYING, pays
from payments.views.shared import current_term
from payments.words.accounts import BANK_NAMES
from payments.words.basic_needs import LIST_STATUS_NAMES, LIST_STATUS_PILLS

SEARCH_FROM = 10  # schools of an office, from which one looks for a name
STATES = {
    "no_account": Q(account_last4=None),
    "no_list": Q(listed_pupils=None),
    "listed": Q(listed_pupils__isnull=False),
}


def concerns(paths: list[str]) -> bool:
    """Whether a person with posts at these paths has anything to do with the subsidy."""
    return any(path == "TH/" or pays(affiliation_code(path)) for path in paths)


@require_GET
@requires(FIGURES)
def basic_needs(request: Any) -> HttpResponse:
    """Where the person's places stand: offices for the country and an affiliation, else the one place."""
    paths = access.paths_with(request.user, FIGURES)
    if not concerns(paths):
        why = permissions.why_not_concerned(affiliation_code(paths[0]))
        return render(request, "payments/basic_needs/not_concerned.html", {"why": why})
    if len(paths) == 1 and (place := _only_place(paths[0])):
        return redirect(*place)
    term = chosen_term(request)
    rows, chosen, state = _offices(request, term)
    context = {
        "term": term,
        "terms": Term.objects.order_by("-year_be", "-number"),
        "page": paged(request, rows),
        "total": rows.order_by().aggregate(
            allocated=Sum("allocated_satang"), pupils=Sum("listed_pupils"), listed=Sum("listed_satang")
        ),
        "affiliations": Affiliation.objects.filter(code__in=PAYING) if "TH/" in paths else [],
        "chosen": chosen,
        "state": state,
        "banks": BANK_NAMES,
    }  # fmt: skip
    return render_part(request, "payments/basic_needs/offices.html", "rows", context)


@require_GET
@requires(FIGURES)
@reauthenticated
def basic_needs_csv(request: Any) -> HttpResponse:
    """The table of offices as a file, with the filters of the page."""
    term = chosen_term(request)
    rows, _chosen, _state = _offices(request, term)
    titles = [
        gettext("Affiliation"),
        gettext("Office"),
        gettext("Account"),
        gettext("Pupils allocated"),
        gettext("Amount allocated (baht)"),
        gettext("Pupils listed"),
        gettext("Amount listed (baht)"),
    ]
    lines = (
        [
            office.affiliation.short_name,
            office.short_name,
            f"…{office.account_last4}" if office.account_last4 else "",
            office.allocated_pupils or 0,
            baht(office.allocated_satang or 0),
            office.listed_pupils or 0,
            baht(office.listed_satang or 0),
        ]
        for office in rows
    )
    audit.record("export_subsidy", "payments.SubsidyList", by=request.user, at=request.moment)
    return sheets.csv_response(titles, lines, "basic-needs-offices.csv")


@require_GET
@requires(FIGURES)
def basic_needs_office(request: Any, pk: int) -> HttpResponse:
    """One office: its account with history, its allocation, its lists, its schools."""
    return office_page(request, office_of(request, pk, FIGURES))


@require_http_methods(["GET", "POST"])
@requires(KEEP)
def basic_needs_account(request: Any, pk: int) -> HttpResponse:
    """Set the account that serves the office from a day on."""
    office = office_of(request, pk, KEEP)
    form = OfficeAccountForm(request.POST if request.method == "POST" else None)

    def act() -> None:
        actions.set_allocation_account(office, form.facts(), by=request.user, at=request.moment)

    if _done(request, form, act, gettext("The account serves the office now.")):
        return redirect("payments:basic-needs-office", pk)
    words = {
        "title": gettext("Allocation account"),
        "hint": gettext("The account before ends on the day on which the new one begins, and stays in the history."),
        "label": gettext("Let this account serve"),
    }  # fmt: skip
    return _office_form(request, office, form, words)


@require_http_methods(["GET", "POST"])
@requires(KEEP)
def basic_needs_allocation(request: Any, pk: int) -> HttpResponse:
    """Note what the schedule of the affiliation gives the office in a term."""
    office, term = office_of(request, pk, KEEP), chosen_term(request)
    form = AllocationForm(request.POST if request.method == "POST" else None)

    def act() -> None:
        actions.note_allocation(office, term, by=request.user, at=request.moment, **form.facts())

    if _done(request, form, act, gettext("The allocation is noted.")):
        return redirect(f"{office_address(pk)}?term={term.pk}")
    words = {
        "title": gettext("Allocation schedule"),
        "hint": gettext("What the letter of the affiliation gives this office: how many pupils, how much money. A corrected letter is noted anew."),
        "label": gettext("Note the schedule"),
    }  # fmt: skip
    return _office_form(request, office, form, words | {"term": term})


@require_GET
@requires(NAMES)
@audit.reads
def basic_needs_school(request: Any, pk: int) -> HttpResponse:
    """A school's pupils of the list that counts, by class and name."""
    school, term = school_of(request, pk), chosen_term(request)
    rows = rows_of(request, school, term)
    shown, filters = _filtered(request, rows)
    page = paged(request, in_order(shown))
    audit.read_list(request, "payments:basic-needs-school", page, path=school.path)
    found = rows.values_list("subsidy_list", flat=True).order_by().first()
    recorded = SubsidyList.objects.select_related("recorded_by").filter(pk=found).first()
    context = {
        "school": school,
        "term": term,
        "terms": Term.objects.order_by("-year_be", "-number"),
        "page": page,
        "total": queries.totals(rows),
        "recorded": recorded,
        "why": permissions.why_not_concerned(school.office.affiliation.code),
        **filters,
    }
    return render_part(request, "payments/basic_needs/school.html", "rows", context)


@require_GET
@requires(NAMES)
@reauthenticated
def basic_needs_school_csv(request: Any, pk: int) -> HttpResponse:
    """The school's list as a file, without numbers of children."""
    school, term = school_of(request, pk), chosen_term(request)
    rows = in_order(rows_of(request, school, term))
    titles = [
        gettext("Pupil"),
        gettext("Class"),
        gettext("Amount (baht)"),
        gettext("Years running"),
    ]
    lines = (
        [row.pupil.full_name, class_of(row), baht(row.amount_satang), row.years or ""]
        for row in rows
    )
    facts = {"rows": rows.count()}
    audit.record("export_subsidy", school, by=request.user, at=request.moment, facts=facts)
    return sheets.csv_response(titles, lines, f"basic-needs-{school.moe_code}.csv")


@require_GET
@requires(NAMES)
@reauthenticated
def basic_needs_board(request: Any, pk: int) -> HttpResponse:
    """The list on paper, for the school's board."""
    school, term = school_of(request, pk), chosen_term(request)
    rows = list(in_order(rows_of(request, school, term)))
    if not rows:
        raise Refused(gettext("No pupil of the school stands in a recorded list of this term."))
    facts = {"rows": len(rows)}
    audit.record("print_subsidy", school, by=request.user, at=request.moment, facts=facts)
    response = HttpResponse(
        board_pdf(school, term, rows, request.moment), content_type="application/pdf"
    )
    response["Content-Disposition"] = f'inline; filename="basic-needs-{school.moe_code}.pdf"'
    return response


# --- put together, for this module and basic_needs_lists -------------------------------


def chosen_term(request: Any) -> Term:
    """The term that ?term= names, else the present one."""
    text = request.GET.get("term", "") or request.POST.get("term", "")
    if text.isascii() and text.isdigit() and len(text) < 10:
        return get_object_or_404(Term, pk=int(text))
    return current_term(request)


def office_address(pk: int) -> str:
    """The office's page, for going back to one of its terms."""
    return reverse("payments:basic-needs-office", args=[pk])


def office_of(request: Any, pk: int, verb: str) -> SupervisingOffice:
    """An office that lies in, or holds, a place where the person has the verb."""
    rows = SupervisingOffice.objects.select_related("affiliation")
    return get_object_or_404(rows.filter(access.path_filter(request.user, verb, "path")), pk=pk)


def school_of(request: Any, pk: int) -> School:
    rows = School.objects.visible_to(request.user, NAMES).select_related("office__affiliation")
    return get_object_or_404(rows, pk=pk)


def rows_of(request: Any, school: School, term: Term) -> QuerySet[SubsidyPupil]:
    return SubsidyPupil.objects.visible_to(request.user, NAMES).current().filter(school=school, term=term)  # fmt: skip


def in_order(rows: QuerySet[SubsidyPupil]) -> QuerySet[SubsidyPupil]:
    """School by school, by class as schools count them, then name, with all that a row shows."""
    grades = Case(*(When(grade=each, then=i) for i, each in enumerate(GRADES)), default=len(GRADES))
    order = ("school__name", "school", grades, "room", "pupil__sort_key", "pk")
    return rows.select_related("pupil").order_by(*order)


def class_of(row: SubsidyPupil) -> str:
    """The class of the list's day; "–" where neither list nor roll had one."""
    return f"{grade_label(row.grade)}/{row.room}" if row.grade else "–"


def _filtered(request: Any, rows: QuerySet[SubsidyPupil]) -> tuple[Any, dict[str, Any]]:
    grade, q = request.GET.get("grade", ""), request.GET.get("q", "").strip()[:60]
    found = set(rows.order_by().values_list("grade", flat=True).distinct())
    if grade in GRADES:
        rows = rows.filter(grade=grade)
    for word in q.split()[:4]:
        rows = rows.filter(Q(pupil__first_name__icontains=word) | Q(pupil__last_name__icontains=word))  # fmt: skip
    grades = [(each, grade_label(each)) for each in GRADES if each in found]
    return rows, {"grade": grade, "q": q, "grades": grades}


def _offices(request: Any, term: Term) -> tuple[QuerySet[Any], int, str]:
    mine = SupervisingOffice.objects.filter(access.path_filter(request.user, FIGURES, "path"))
    rows = queries.offices_of(mine, term)
    text = request.GET.get("affiliation", "")
    chosen = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    if chosen:
        rows = rows.filter(affiliation=chosen)
    state = request.GET.get("state", "")
    if state in STATES:
        rows = rows.filter(STATES[state])
    return rows, chosen, state if state in STATES else ""


def _only_place(path: str) -> tuple[str, int] | None:
    """Where a person of one office or one school goes straight to."""
    level = access.level_of_path(path)
    if level == "office":
        return ("payments:basic-needs-office", SupervisingOffice.objects.get(path=path).pk)
    if level == "school":
        return ("payments:basic-needs-school", School.objects.get(path=path).pk)
    return None


def office_page(
    request: Any, office: SupervisingOffice, *, send: Any = None, status: int = 200
) -> HttpResponse:
    term, user = chosen_term(request), request.user
    rows = SubsidyPupil.objects.filter(school__office=office, term=term).current()
    allocations = OfficeAllocation.objects.filter(office=office, term=term)
    lists = SubsidyList.objects.filter(office=office, term=term)
    schools = School.objects.visible_to(user, FIGURES).filter(office=office)
    name = request.GET.get("name", "").strip().replace("\0", "")[:80]
    found = schools.filter(name__icontains=name) if name else schools
    total = queries.totals(rows)
    allocation = allocations.filter(is_current=True).first()
    context = {
        "office": office,
        "term": term,
        "terms": Term.objects.order_by("-year_be", "-number"),
        "accounts": list(
            AllocationAccount.objects.filter(office=office).select_related("set_by").order_by("-since", "-pk")[:20]
        ),
        "allocation": allocation,
        "allocations": list(allocations.select_related("noted_by").order_by("-pk")[:10]),
        "difference": (allocation.amount_satang - total["amount_satang"]) if allocation and total["pupils"] else None,
        "lists": [
            {"list": one, "label": LIST_STATUS_NAMES[one.status], "css": LIST_STATUS_PILLS[one.status]}
            for one in lists.select_related("uploaded_by", "recorded_by").order_by("-pk")[:20]
        ],
        "total": total,
        "page": paged(request, queries.schools_of(found, rows)),
        "name": name,
        "may_search": bool(name) or schools.count() > SEARCH_FROM,
        "may_read": access.may(user, NAMES, office.path),
        "why_not_keep": permissions.why_not_keep(office, user),
        "why": permissions.why_not_concerned(office.affiliation.code),
        "send": send or ListForm(),
        "banks": BANK_NAMES,
    }  # fmt: skip
    return render(request, "payments/basic_needs/office.html", context, status=status)


def _office_form(
    request: Any, office: SupervisingOffice, form: Any, words: dict[str, Any]
) -> HttpResponse:
    context = {
        **words,
        "office": office,
        "form": form,
        "why_not": permissions.why_not_keep(office, request.user),
    }
    return render(request, "payments/basic_needs/office_form.html", context, status=_status(form))


def _done(request: Any, form: Any, act: Any, said: str) -> bool:
    """Do what a valid form asks; a refusal becomes the form's, so that nothing typed is lost."""
    if request.method != "POST" or not form.is_valid():
        return False
    try:
        act()
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, said)
    return True


def _status(form: Any) -> int:
    return 422 if form.errors else 200
