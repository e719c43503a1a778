"""Pages of registry files: send, look at the preview, record."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from eqfund import access, audit, sheets
from eqfund.access import requires
from eqfund.imports.mapping import REGISTRIES
from eqfund.models import RegistryImport
from eqfund.pages import paged, render_part
from eqfund.places import place_names
from eqfund.refusal import Refused

from . import actions, permissions, queries, typed
from .forms import ConfirmForm, UploadForm


@require_GET
@requires("registry.read_import")
def imports(request: Any) -> HttpResponse:
    """The registry files of my places, the newest first, and the way to send one."""
    return _imports_page(request, _upload_form(request))


@require_POST
@requires("registry.import_file")
def imports_send(request: Any) -> HttpResponse:
    """Take a file in and have it read."""
    form = _upload_form(request)
    if not form.is_valid():
        return _imports_page(request, form, status=422)
    try:
        it = actions.upload_registry_file(
            form.cleaned_data["file"],
            path=form.cleaned_data["path"],
            by=request.user,
            at=request.moment,
        )
    except actions.AlreadyRecorded as again:
        messages.info(request, str(again))
        return redirect("registry:import", again.previous.pk)
    except Refused as refusal:
        form.add_error("file", str(refusal))
        return _imports_page(request, form, status=422)
    return redirect("registry:import", it.pk)


@require_GET
@requires("registry.read_import")
@audit.reads
def import_(request: Any, pk: int) -> HttpResponse:
    """One file: being read, its preview by kind of difference, or what became of it."""
    it = _import(request, pk)
    context = {
        "it": it,
        "place": place_names({it.path}).get(it.path, ""),
        "preview": queries.preview(it, request.GET.get("kind", "")),
        "why_not_confirm": permissions.why_not_confirm_registry_import(
            it, request.user, request.moment
        ),
        "newer": queries.newer_file(it) if it.status == RegistryImport.Status.PREVIEWED else None,
        "is_working": it.job is not None and it.is_at_work and not it.job.is_over,
        "adds": not _has_registry(it),
        "by_hand": it.layout == typed.LAYOUT,
        "leaving": [(status.value, status.label) for status in actions.LEAVING],
    }
    preview = context["preview"]
    context["page"] = paged(request, preview.rows)
    audit.read_list(request, "registry:import", context["page"], path=it.path)
    return render_part(request, "registry/import.html", "content", context)


@require_POST
@requires("registry.import_file")
def import_confirm(request: Any, pk: int) -> HttpResponse:
    """Have recorded what the preview shows; the page then shows how far it is."""
    it = _import(request, pk)
    form = ConfirmForm(request.POST)
    form.full_clean()
    actions.confirm_registry_import(it, by=request.user, at=request.moment, **form.cleaned_data)
    return redirect("registry:import", pk)


@require_POST
@requires("registry.import_file")
def import_discard(request: Any, pk: int) -> HttpResponse:
    """Set a file aside."""
    actions.discard_registry_import(_import(request, pk), by=request.user, at=request.moment)
    messages.info(request, gettext("It was set aside. Nothing was recorded."))
    return redirect("registry:imports")


@require_GET
@requires("registry.read_import")
def import_errors(request: Any, pk: int) -> HttpResponse:
    """Every cell that could not be read, as CSV for a spreadsheet."""
    it = _import(request, pk)
    titles = [
        gettext("Row"),
        gettext("Column"),
        gettext("Title"),
        gettext("In the file"),
        gettext("What is wrong"),
        gettext("Row used"),
    ]
    rows = map(queries.error_cells, queries.errors_of(it))
    audit.record("registry.export_errors", it, by=request.user, at=request.moment)
    return sheets.csv_response(titles, rows, f"registry-{it.pk}-errors.csv")


def _imports_page(request: Any, form: UploadForm, status: int = 200) -> HttpResponse:
    page = paged(request, queries.imports_for_table(request.user))
    paths = {it.path for it in page}
    adds = queries.schools_that_add(request.user).exists()
    registries = queries.registries_of(request.user)
    if adds and not registries:
        form.for_own_lists()
    context = {
        "page": page,
        "names": place_names(paths),
        "several_places": len(paths) > 1,
        "form": form,
        "adds": adds,
        "registries": registries,
    }
    return render(request, "registry/imports.html", context, status=status)


def _has_registry(it: RegistryImport) -> bool:
    return it.registry in REGISTRIES


def _import(request: Any, pk: int) -> RegistryImport:
    rows = RegistryImport.objects.visible_to(request.user)
    rows = rows.select_related("term", "file", "job", "uploaded_by", "confirmed_by")
    return get_object_or_404(rows, pk=pk)


def _upload_form(request: Any) -> UploadForm:
    paths = access.paths_with(request.user, "registry.import_file")
    mine = {path for path in paths if access.level_of_path(path) in ("school", "office")}
    names = place_names(mine)
    places = {path: names[path] for path in sorted(mine) if path in names}
    return UploadForm(request.POST or None, request.FILES or None, places=places)
