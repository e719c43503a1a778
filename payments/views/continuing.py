"""How far the continuing group is: schools of an office, classes of a school, and what the close kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from eqfund import access, audit, hooks, sheets
from eqfund.access import requires
from eqfund.accounts.reauthentication import reauthenticated
from eqfund.models import Affiliation, School, SupervisingOffice
from eqfund.pages import paged, render_part
from eqfund.thai_text import thai_datetime
from payments.models import ContinuingClose
from payments.queries.continuing import (
    Progress,
    SchoolRow,
    class_rows,
    latest_closes,
    left_over,
    school_rows,
)
from payments.queries.windows import place_windows
from payments.views.channels import next_correction, window_context
from payments.views.shared import current_term
from payments.words.promptpay import LEFT_NAMES

VERB = "payments.read_continuing"
LEFT_VERB = "payments.read_continuing_left"


@require_GET
@requires(VERB)
def continuing(request: Any) -> HttpResponse:
    """The schools I follow, with their counts; a person of one school goes straight to it."""
    if school := _only_school(request):
        return redirect("payments:continuing-school", school.pk)
    term, office = current_term(request), _office(request)
    if office is None and _is_wide(request):
        return render(
            request, "payments/channels/offices.html", {"term": term, **_places(request, term)}
        )
    rows = _rows(request, term, office)
    total = Progress()
    for row in rows:
        total.add(row.progress)
    lag = [row for row in rows if row.progress.left]
    only_left = "left" in request.GET
    context = {
        "term": term,
        "office": office,
        "total": total,
        "schools": len(rows),
        "lag": len(lag),
        "only_left": only_left,
        "page": paged(request, lag if only_left else rows),
        **_closed(request, term, office),
    }
    return render_part(request, "payments/channels/progress.html", "rows", context)


@require_GET
@requires(VERB)
@reauthenticated
def continuing_csv(request: Any) -> StreamingHttpResponse:
    """The same list as a file, with the same scope."""
    term, office = current_term(request), _office(request)
    schools: Any
    if office is None and _is_wide(request):
        rows, schools = (
            _rows_by_office(request, term),
            School.objects.visible_to(request.user, VERB),
        )
    else:
        rows = schools = _rows(request, term, office)
    audit.record(
        "export_continuing",
        term,
        by=request.user,
        at=request.moment,
        path=office.path if office else access.paths_with(request.user, VERB)[0],
        facts={"schools": len(schools) if isinstance(schools, list) else schools.count()},
    )
    titles = [
        gettext("Office"),
        gettext("School code"),
        gettext("School"),
        gettext("Continuing"),
        gettext("Confirmed"),
        gettext("of them changed"),
        gettext("Left over"),
        gettext("PromptPay still to open"),
        gettext("Confirmed at the close"),
        gettext("Closed"),
    ]
    name = f"continuing-{term.year_be}-{term.number}.csv"
    return sheets.csv_response(titles, _lines(rows), name)


def _rows_by_office(request: Any, term: Any) -> Iterator[SchoolRow]:
    """The schools of every office that a wide person sees, or of one affiliation's: an office at a time."""
    for office in _wide_offices(request, _asked_affiliation(request)):
        yield from _rows(request, term, office)


def _lines(rows: Iterable[SchoolRow]) -> Iterator[list[Any]]:
    for row in rows:
        one, close = row.progress, row.close
        yield [
            row.school.office.short_name,
            row.school.moe_code,
            row.school.name,
            one.pupils,
            one.confirmed,
            one.corrected,
            one.left,
            one.promptpay_open,
            close.confirmed if close else "",
            thai_datetime(close.closed_at) if close else "",
        ]


@require_GET
@requires(VERB)
@audit.reads
def continuing_school(request: Any, pk: int) -> HttpResponse:
    """One school class by class, what is left over and why; after the close, what it kept, by name."""
    schools = School.objects.visible_to(request.user, VERB).select_related("office")
    school = get_object_or_404(schools, pk=pk)
    term = current_term(request)
    rooms = class_rows(term, school)
    total = Progress()
    for _room, one in rooms:
        total.add(one)
    close = latest_closes(term, Q(school=school)).get(school.pk)
    page = paged(request, left_over(close, request.user, LEFT_VERB) if close else [])
    audit.read_list(request, "payments:continuing-school", list(page), path=school.path)
    may_set = access.paths_with(request.user, "payments.set_channel")
    context = {
        "term": term,
        "school": school,
        "rooms": [
            {
                "room": room,
                "one": one,
                "reasons": _reasons(one),
                "may_open": any(room.path.startswith(path) for path in may_set),
            }
            for room, one in rooms
        ],
        "total": total,
        "reasons": _reasons(total),
        "close": close,
        "earlier": list(_earlier(term, school, close)),
        "page": page,
        "named": [{"row": row, "reason": LEFT_NAMES[row.reason]} for row in page],
        "may_propose": access.may(request.user, "calendar.propose_extension", school.path),
        **window_context(request, school.path),
        **next_correction(place_windows(term, school.path), request.moment),
    }
    return render(request, "payments/channels/school.html", context)


def _reasons(one: Progress) -> list[dict[str, Any]]:
    return [{"name": LEFT_NAMES[code], "count": count} for code, count in one.reasons.most_common()]


def _earlier(term: Any, school: School, close: ContinuingClose | None) -> Any:
    """Closes before the newest: an extension gives a second one."""
    rows = ContinuingClose.objects.filter(term=term, school=school).order_by("-closed_at")
    return rows.exclude(pk=close.pk) if close else []


# --- whose list -----------------------------------------------------------------------


def _only_school(request: Any) -> School | None:
    """The school of a person whose posts with the verb are all of one."""
    paths = access.paths_with(request.user, VERB)
    tops = {"/".join(path.split("/")[:4]) + "/" for path in paths if path.count("/") >= 4}
    if len(tops) != 1 or any(path.count("/") < 4 for path in paths):
        return None
    return School.objects.filter(path=tops.pop()).first()


def _is_wide(request: Any) -> bool:
    return any(path.count("/") < 3 for path in access.paths_with(request.user, VERB))


def _office(request: Any) -> SupervisingOffice | None:
    """The office that a person of several chose."""
    pk = request.GET.get("office", "")
    offices = SupervisingOffice.objects.filter(access.path_filter(request.user, VERB, "path"))
    return get_object_or_404(offices, pk=pk) if pk.isdecimal() else None


def _rows(request: Any, term: Any, office: SupervisingOffice | None) -> list[SchoolRow]:
    return school_rows(term, request.user, VERB, place=office.path if office else "")


def _places(request: Any, term: Any) -> dict[str, Any]:
    """The offices a wide person chooses from, by affiliation; only those that have schools."""
    chosen = _asked_affiliation(request)
    offices = _wide_offices(request, 0)
    page = paged(request, _wide_offices(request, chosen))
    keys = [office.pk for office in page]
    return {
        "page": page,
        "counted": {
            key: count
            for each in hooks.office_counts
            for key, count in each(request.user, term, "confirm_continuing", keys).items()
        },
        "affiliations": Affiliation.objects.filter(offices__in=offices).distinct().order_by("pk"),
        "affiliation": chosen,
    }


def _asked_affiliation(request: Any) -> int:
    asked = request.GET.get("affiliation", "")
    return int(asked) if asked.isdecimal() else 0


def _wide_offices(request: Any, affiliation: int) -> QuerySet[SupervisingOffice]:
    """The offices with schools that a wide person sees; of one affiliation where it is not 0."""
    offices = SupervisingOffice.objects.filter(access.path_filter(request.user, VERB, "path"))
    has_school = Exists(School.objects.filter(office=OuterRef("pk")))
    offices = offices.filter(has_school).select_related("affiliation")
    offices = offices.filter(affiliation=affiliation) if affiliation else offices
    return offices.order_by("affiliation", "province_code", "name", "pk")


def _closed(request: Any, term: Any, office: SupervisingOffice | None) -> dict[str, Any]:
    paths = access.paths_with(request.user, VERB)
    path = office.path if office else next((p for p in paths if p.count("/") >= 3), "")
    return window_context(request, path) if path else {}
