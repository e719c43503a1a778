"""Will this child be paid, and if not, why, and who must do what by when: by class, school and office."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET

from eqfund import access, audit
from eqfund.access import requires
from eqfund.models import Affiliation, Classroom, School, SupervisingOffice, Term
from eqfund.places import place_names
from payments.models.rounds import sees_unpublished
from payments.pages import rounds as round_pages
from payments.queries import rounds as queries_rounds
from payments.queries.rounds import ComingRound, ForecastCount
from payments.queries.windows import place_windows
from payments.views.shared import current_term
from payments.words.channels import CHANNEL_NAMES
from payments.words.rounds import ROUND_TAKES_NAMES, round_name

VERB = "payments.read_forecast"


@require_GET
@requires(VERB)
def forecast(request: Any) -> HttpResponse:
    """My places; a person of one place goes straight to it."""
    paths = access.paths_with(request.user, VERB)
    places = [_address(path) for path in paths]
    if len(places) == 1 and places[0] is not None:
        return redirect("payments:forecast-place", *places[0])
    if "TH/" in paths:
        return render(request, "payments/forecast/offices.html", _country(request))
    names = place_names(set(paths))
    rows = [
        {"name": names.get(path, ""), "level": address[0], "pk": address[1]}
        for path, address in zip(paths, places, strict=True)
        if address
    ]
    return render(request, "payments/forecast/places.html", {"rows": rows})


@require_GET
@requires(VERB)
@audit.reads
def forecast_place(request: Any, level: str, pk: int) -> HttpResponse:
    """One class pupil by pupil, one school class by class, or one office school by school."""
    shows = {"class": _class, "school": _school, "office": _office}.get(level)
    if shows is None:
        raise Http404
    template = "class" if level == "class" else "place"
    term = current_term(request)
    sees_all = sees_unpublished(request.user)
    coming = queries_rounds.coming_round(term, request.moment, sees_all=sees_all)
    context = {
        "term": term,
        "coming": coming,
        "coming_name": round_name(coming.number, term.label) if coming else "",
        "takes": ROUND_TAKES_NAMES[coming.takes] if coming else "",
        "days": round_pages.days_of(coming.line) if coming else "",
        "level": level,
        **shows(request, pk, term, coming),
    }
    names = context["rows"] if level == "class" else 0
    audit.read_list(request, "payments:forecast-place", names, path=context["place"].path)
    return render(request, f"payments/forecast/{template}.html", context)


def _class(request: Any, pk: int, term: Term, coming: ComingRound | None) -> dict[str, Any]:
    rooms = Classroom.objects.visible_to(request.user, VERB).select_related("school")
    room = get_object_or_404(rooms, pk=pk)
    windows = place_windows(term, room.path)
    takes, sees_all = queries_rounds.takes_of(coming), sees_unpublished(request.user)
    rows = queries_rounds.forecast_pupils(term, room.path, takes, sees_all=sees_all)
    rows = queries_rounds.with_pupils(rows, term, request.user, windows, request.moment)
    total = ForecastCount()
    for row in rows:
        total.add(row.hurdles[0] if row.hurdles else None, 1)
    return {"place": room, "rows": rows, "total": total, "channel_names": CHANNEL_NAMES}


def _school(request: Any, pk: int, term: Term, coming: ComingRound | None) -> dict[str, Any]:
    school = get_object_or_404(School.objects.visible_to(request.user, VERB), pk=pk)
    counts = _counts(request, term, school.path, coming)
    rooms = Classroom.objects.filter(pk__in=counts).in_order()
    rows = [{"place": room, "name": room.label, "count": counts[room.pk]} for room in rooms]
    return {
        "place": school,
        "rows": rows,
        "below": "class",
        **_summary(request, school.path, term, counts),
    }


def _office(request: Any, pk: int, term: Term, coming: ComingRound | None) -> dict[str, Any]:
    offices = SupervisingOffice.objects.filter(access.path_filter(request.user, VERB, "path"))
    office = get_object_or_404(offices, pk=pk)
    counts = _counts(request, term, office.path, coming)
    schools = School.objects.filter(pk__in=counts).order_by("name", "pk")
    rows = [
        {"place": school, "name": school.name, "count": counts[school.pk]} for school in schools
    ]
    rows.sort(key=lambda row: -row["count"].waiting)
    return {
        "place": office,
        "rows": rows,
        "below": "school",
        **_summary(request, office.path, term, counts),
    }


def _counts(
    request: Any, term: Term, path: str, coming: ComingRound | None
) -> dict[int, ForecastCount]:
    takes, sees_all = queries_rounds.takes_of(coming), sees_unpublished(request.user)
    return queries_rounds.forecast_counts(term, path, takes, sees_all=sees_all)


def _summary(
    request: Any, path: str, term: Term, counts: dict[int, ForecastCount]
) -> dict[str, Any]:
    """The place as a whole: figures, and reasons with who lifts them by when, the most first."""
    windows = place_windows(term, path)
    total = queries_rounds.sum_of(counts.values())
    most = sorted(total.hurdles.items(), key=lambda item: (-item[1], item[0]))
    reasons = [queries_rounds.hurdle_row(code, n, windows, request.moment) for code, n in most]
    return {"total": total, "reasons": reasons}


def _country(request: Any) -> dict[str, Any]:
    """For the fund: every office, to choose one; the country's figures stand on the round's page."""
    offices = SupervisingOffice.objects.select_related("affiliation").order_by(
        "affiliation__pk", "name"
    )
    found: dict[Affiliation, list[SupervisingOffice]] = {}
    for office in offices:
        found.setdefault(office.affiliation, []).append(office)
    return {"affiliations": list(found.items())}


def _address(path: str) -> tuple[str, int] | None:
    """The page of a place; None above the offices."""
    level = {3: "office", 4: "school", 5: "class"}.get(path.count("/"))
    return (level, int(path.split("/")[-2])) if level else None
