"""A school's teachers from a spreadsheet, and the start of a school year."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from eqfund.access import requires
from eqfund.accounts.reauthentication import reauthenticated
from eqfund.form_fields import ThaiDateField
from eqfund.models import School, TeacherList
from eqfund.people import places, queries, sheet, year
from eqfund.people.actions import new_year as replacing, teacher_list as listing
from eqfund.people.forms import FileForm
from eqfund.people.permissions import day_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_http_methods(["GET", "POST"])
@requires("people.import_teachers")
def teachers(request: Any, pk: int) -> HttpResponse:
    """Send a filled-in list of teachers; the list that waits, if one does."""
    school = _school(request, pk)
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        kept = listing.read_teacher_list(
            form.cleaned_data["file"].read(listing.MOST_BYTES + 1),
            school=school,
            by=request.user,
            at=request.moment,
        )
        return redirect("people:teacher-list", kept.pk)
    waiting = TeacherList.objects.under(school.path).filter(status="read").first()
    context = {
        "school": school,
        "form": form,
        "waiting": waiting,
        "classes": places.classes_of(school.path, request.moment),
    }
    return render(request, "people/teachers.html", context, status=422 if form.errors else 200)


@require_GET
@requires("people.import_teachers")
def teachers_blank(request: Any, pk: int, kind: str) -> HttpResponse:
    """The empty list, a row for each class of the school."""
    school = _school(request, pk)
    if kind not in ("xlsx", "csv"):
        raise Http404
    labels = [room.label for room in places.classes_of(school.path, request.moment)]
    if kind == "csv":
        response = HttpResponse(sheet.blank_csv(labels), content_type="text/csv; charset=utf-8")
    else:
        book = sheet.blank_book(school.name, labels, places.year_of(request.moment))
        response = HttpResponse(book, content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="teachers-{school.moe_code}.{kind}"'
    return response


@require_GET
@requires("people.import_teachers")
def teacher_list(request: Any, pk: int) -> HttpResponse:
    """What a list says: whom it would invite, who is there already, which cells are wrong."""
    kept = _list(request, pk)
    rows = queries.sorted_out(kept, request.moment)
    rooms = {room.path: room.label for room in places.classes_of(kept.path, request.moment)}
    errors = [
        {**error, "sentence": sheet.SENTENCES[error["code"]]} for error in kept.rows["errors"]
    ]
    context = {
        "kept": kept,
        "school": School.objects.get(path=kept.path),
        "rows": [{**row, "class": rooms.get(row["path"], "")} for row in rows],
        "errors": errors,
        "to_invite": sum(row["state"] == "invite" for row in rows),
        "there": sum(row["state"] != "invite" for row in rows),
        "roles": sheet.ROLE_WORDS,
        "days": listing.GOOD_FOR.days,
    }
    return render(request, "people/teacher_list.html", context)


@require_POST
@requires("people.import_teachers")
@reauthenticated(only="POST")
def teacher_list_confirm(request: Any, pk: int) -> HttpResponse:
    """Invite whom the list names."""
    count = listing.confirm_teacher_list(_list(request, pk), by=request.user, at=request.moment)
    text = ngettext("%(count)d invitation is on its way.", "%(count)d invitations are on their way.", count)  # fmt: skip
    messages.success(request, text % {"count": count})
    return redirect("people:invitations")


@require_POST
@requires("people.import_teachers")
def teacher_list_discard(request: Any, pk: int) -> HttpResponse:
    """Set a list aside."""
    kept = _list(request, pk)
    listing.discard_teacher_list(kept, by=request.user, at=request.moment)
    messages.info(request, gettext("The list was set aside. Nobody was invited."))
    return redirect("people:teachers", School.objects.get(path=kept.path).pk)


@require_http_methods(["GET", "POST"])
@requires("people.import_teachers")
@reauthenticated(only="POST")
def new_year(request: Any, pk: int) -> HttpResponse:
    """The homeroom teachers of the year's classes, class by class; first looked at, then confirmed."""
    school = _school(request, pk)
    table = year.table(school, request.moment)
    on, chosen, wrong = _chosen(request, table)
    context: dict[str, Any] = {"school": school, "table": table, "on": on, "wrong": wrong}
    if request.method == "POST" and on and not wrong:
        made = year.plan_for(school, chosen, on=on, by=request.user, at=request.moment)
        digest = year.digest_of(made, on)
        if "confirm" in request.POST:
            replacing.replace_teachers(
                school,
                chosen,
                on=on,
                seen=request.POST.get("seen", ""),
                by=request.user,
                at=request.moment,
            )
            messages.success(request, gettext("The classes have their teachers from that day."))
            return redirect("people:people")
        if "look" in request.POST:
            context |= {"plan": year.shown(made, table), "digest": digest, "chosen": chosen}
    return render(request, "people/new_year.html", context, status=422 if wrong else 200)


def _chosen(request: Any, table: Any) -> tuple[Any, dict[str, list[int]], str]:
    """The day and the people chosen for each class; the same person twice in a class counts once."""
    if request.method != "POST":
        return day_of(request.moment), {}, ""
    try:
        on = ThaiDateField().clean(request.POST.get("on", ""))
    except Exception as error:
        return None, {}, " ".join(getattr(error, "messages", [str(error)]))
    chosen = {}
    for row in table.rows:
        seats = range(1, len(row.chosen) + 1)
        keys = [request.POST.get(f"class-{row.classroom.pk}-{seat}", "") for seat in seats]
        row.chosen = tuple(int(key) if key.isdecimal() else 0 for key in keys)
        chosen[row.classroom.path] = [user for user in dict.fromkeys(row.chosen) if user]
    return on, chosen, ""


def _school(request: Any, pk: int) -> School:
    rows = School.objects.visible_to(request.user, "people.import_teachers")
    return get_object_or_404(rows, pk=pk)


def _list(request: Any, pk: int) -> TeacherList:
    return get_object_or_404(TeacherList.objects.visible_to(request.user), pk=pk)
