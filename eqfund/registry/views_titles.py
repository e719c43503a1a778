"""The fund's pages of how each registry's files are read: titles, words, what a file must have, and a trial."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from eqfund import audit
from eqfund.access import requires
from eqfund.imports.errors import WrongFile
from eqfund.imports.mapping import REGISTRIES
from eqfund.imports.trial import Trial, try_file
from eqfund.models import RegistryReading, RegistryTitle, RegistryValue, Term
from eqfund.refusal import Refused

from . import mappings
from .actions import adjusting
from .forms_titles import ReadingForm, TitleForm, TrialForm, ValueForm
from .sentences import file_sentence

MOST_BYTES = 20_000_000


@require_http_methods(["GET", "POST"])
@requires("registry.edit_titles")
def titles(request: Any) -> HttpResponse:
    """How one registry's files are read, and the title that is added to it."""
    return _page(request, title=TitleForm, save=adjusting.add_registry_title,
                 told=gettext("The title was added. The next file is read with it."))  # fmt: skip


@require_http_methods(["GET", "POST"])
@requires("registry.edit_titles")
def values(request: Any) -> HttpResponse:
    """A word is given its meaning."""
    return _page(request, value=ValueForm, save=adjusting.add_registry_value,
                 told=gettext("The word was added. The next file is read with it."))  # fmt: skip


@require_http_methods(["GET", "POST"])
@requires("registry.edit_titles")
def reading(request: Any) -> HttpResponse:
    """What a file must have, and how its short years are read."""
    return _page(request, reading=ReadingForm, save=adjusting.set_registry_reading,
                 told=gettext("Saved. The next file is read so."))  # fmt: skip


@require_http_methods(["GET", "POST"])
@requires("registry.edit_titles")
def trial(request: Any) -> HttpResponse:
    """How each column of a sample would be read; nothing is written but that it was tried."""
    form = TrialForm(request.POST or None, request.FILES or None)
    tried: Trial | None = None
    wrong, near = "", list[tuple[str, str]]()
    if request.method == "POST" and form.is_valid():
        tried, wrong, near = _tried(request, form)
    status = 422 if form.errors or wrong else 200
    more = {"tried": tried, "wrong": wrong, "near": near}
    return _shown(request, {"trial": form}, status, more)


@require_POST
@requires("registry.edit_titles")
def title_remove(request: Any, pk: int) -> HttpResponse:
    """Forget an added title."""
    row = get_object_or_404(RegistryTitle, pk=pk)
    registry = row.registry
    adjusting.remove_registry_title(row, by=request.user, at=request.moment)
    messages.info(request, gettext("The title was removed."))
    return redirect(_url(registry))


@require_POST
@requires("registry.edit_titles")
def value_remove(request: Any, pk: int) -> HttpResponse:
    """Forget an added word."""
    row = get_object_or_404(RegistryValue, pk=pk)
    registry = row.registry
    adjusting.remove_registry_value(row, by=request.user, at=request.moment)
    messages.info(request, gettext("The word was removed."))
    return redirect(_url(registry))


def _page(
    request: Any, *, save: Callable[..., Any], told: str, **asked: type[forms.Form]
) -> HttpResponse:
    """The page with one of its forms posted; what was typed stays when it may not be saved."""
    if request.method != "POST":
        return _shown(request, {}, 200, {})
    ((name, make),) = asked.items()
    form = make(request.POST)
    if form.is_valid():
        try:
            save(
                registry=_registry(request), **form.cleaned_data, by=request.user, at=request.moment
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, told)
            return redirect(_url(_registry(request)))
    return _shown(request, {name: form}, 422, {})


def _shown(
    request: Any, posted: dict[str, forms.Form], status: int, more: dict[str, Any]
) -> HttpResponse:
    registry = _registry(request)
    found = RegistryReading.objects.filter(registry=registry).select_related("set_by").first()
    begun = {
        "must_have": found.must_have if found else [],
        "years": found.years if found else RegistryReading.Years.BOTH,
        "revision": found.revision if found else 0,
    }
    blank = {
        "title": TitleForm(initial={"title": request.GET.get("title", "")[:120]}),
        "value": ValueForm(),
        "reading": ReadingForm(initial=begun),
        "trial": TrialForm(),
    }
    fields = mappings.fields_of(registry)
    context = {
        "registry": registry,
        "registries": REGISTRIES,
        "is_assumed": registry != "DMC",
        "required": [field for field in fields if field.is_required],
        "others": [field for field in fields if not field.is_required],
        "words": mappings.words_of(registry),
        "reading_row": found,
        "forms": blank | posted,
        "posted": next(iter(posted.values()), None),
    }
    return render(request, "registry/titles.html", context | more, status=status)


def _tried(request: Any, form: TrialForm) -> tuple[Trial | None, str, list[tuple[str, str]]]:
    """Try the sample; the sentence of a file that cannot be read, and titles that others may stand for."""
    uploaded = form.cleaned_data["file"]
    registry = _registry(request)
    if uploaded.size > MOST_BYTES:
        form.add_error("file", gettext("The file is too large for a trial: send a part of it."))
        return None, "", []
    term = Term.objects.current(request.moment)
    on = term.opens_on if term else request.moment.date()
    try:
        tried = try_file(uploaded.read(), on=on, how=mappings.of(registry))
    except WrongFile as wrong:
        # a school is told to ask the fund for a title; the fund itself adds it here
        said = {key: value for key, value in wrong.wrong.params.items() if key != "near"}
        params = {"code": wrong.wrong.code, "params": said}
        near = [tuple(pair.split(" = ", 1)) for pair in wrong.wrong.params.get("near", [])]
        audit.record("registry.try_file", "eqfund.RegistryTitle", by=request.user, at=request.moment,
                     path="TH/", facts={"registry": registry, "wrong": wrong.wrong.code})  # fmt: skip
        return None, file_sentence(params), near
    facts = {"registry": registry, "lines": tried.lines, "good": tried.good}
    audit.record("registry.try_file", "eqfund.RegistryTitle", by=request.user, at=request.moment,
                 path="TH/", facts=facts)  # fmt: skip
    return tried, "", []


def _registry(request: Any) -> str:
    wanted = request.GET.get("registry", "")
    return wanted if wanted in REGISTRIES else REGISTRIES[0]


def _url(registry: str) -> str:
    return f"{reverse('registry:titles')}?registry={registry}"
