"""The book: the fund's over a term, and each school's own."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET

from eqfund import audit
from eqfund.access import requires
from eqfund.models import School, Term
from eqfund.pages import paged, render_part
from payments.models import LedgerEntry, SchoolBook
from payments.queries import ledger as queries_ledger


@require_GET
@requires("payments.read_ledger")
def ledger(request: Any) -> HttpResponse:
    """The fund's book of a term: rounds, accounts, and each school's equation."""
    term = _term(request)
    context = {
        "term": term,
        "figures": queries_ledger.figures(term) if term else None,
        **_schools(request, term, "payments.read_ledger"),
    }
    return render_part(request, "payments/bank/ledger.html", "schools", context)


def _term(request: Any) -> Term | None:
    """The term asked for by ?term=1/2569, else the present one."""
    number, _slash, year = request.GET.get("term", "").partition("/")
    if number.isdecimal() and year.isdecimal():
        return get_object_or_404(Term, number=int(number), year_be=int(year))
    return Term.objects.current(request.moment)


def _schools(request: HttpRequest, term: Term | None, verb: str) -> dict[str, Any]:
    """A page of the schools with money in the term, each with its equations."""
    search = request.GET.get("q", "").strip()
    schools = queries_ledger.schools_with_money(request.user, verb, term, search)
    page = paged(request, schools)
    books = queries_ledger.books_of(page, term, request.user, verb)
    return {"page": page, "books": books, "search": search}


@require_GET
@requires("payments.read_ledger")
@audit.reads
def ledger_school(request: Any, pk: int) -> HttpResponse:
    """One school's book, as the fund reads it."""
    return _school_page(request, pk, "payments.read_ledger")


@require_GET
@requires("payments.read_money")
def money(request: Any) -> HttpResponse:
    """The schools whose money this person looks after; the only one is shown at once."""
    mine = School.objects.visible_to(request.user, "payments.read_money").order_by("name", "pk")
    if len(only := mine[:2]) == 1:
        return redirect("payments:money-school", only[0].pk)
    term = _term(request)
    context = {"term": term, **_schools(request, term, "payments.read_money")}
    return render(request, "payments/bank/money.html", context)


@require_GET
@requires("payments.read_money")
@audit.reads
def money_school(request: Any, pk: int) -> HttpResponse:
    """A school's own book."""
    return _school_page(request, pk, "payments.read_money")


def _school_page(request: Any, pk: int, verb: str) -> HttpResponse:
    schools = School.objects.visible_to(request.user, verb).select_related("office")
    school = get_object_or_404(schools, pk=pk)
    books = SchoolBook.objects.visible_to(request.user, verb).filter(school=school)
    entries = LedgerEntry.objects.visible_to(request.user, verb).touching_cash_of(school)
    page = paged(request, entries.for_table())
    audit.read_list(request, "payments:money-school", page, path=school.path)
    context = {
        "school": school,
        "books": books.for_table().order_by("-round__term__opens_on", "-round__number"),
        "page": page,
        "is_fund": verb == "payments.read_ledger",
    }
    return render_part(request, "payments/bank/school_book.html", "movements", context)
