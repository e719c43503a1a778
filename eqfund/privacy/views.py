"""Pages of the care of personal data: reveal one thing, agree to the policy, export one person's data."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from eqfund import audit, clock, files, hooks
from eqfund.access import requires
from eqfund.accounts.reauthentication import reauthenticated
from eqfund.accounts.views import own, step_lines
from eqfund.models import Event, PersonExport, Policy, Pupil, RetentionRule, User
from eqfund.pages import render_part
from eqfund.privacy import actions, policies
from eqfund.privacy.forms import ExportForm, FindForm, RevealForm
from eqfund.privacy.reveal import SHOWN_SECONDS, known
from eqfund.refusal import Refused


@require_http_methods(["GET", "POST"])
@requires("privacy.reveal")
@reauthenticated(only="POST")
def reveal(request: Any, code: str, pk: int) -> HttpResponse:
    """Ask for the reason, then show one thing once. Nothing of it is kept by the browser."""
    what = known(code)
    if what is None:
        raise Http404
    row = get_object_or_404(what.rows(request.user), pk=pk)
    form = RevealForm(request.POST or None)
    text = ""
    if request.method == "POST" and form.is_valid():
        try:
            text = actions.reveal(
                what, row, by=request.user, at=request.moment, **form.cleaned_data
            )
        except Refused as refusal:  # said in the form, which stays with what was typed
            form.add_error(None, str(refusal))
    context = {
        "what": what,
        "row": row,
        "masked": what.masked(row),
        "form": form,
        "text": text,
        "seconds": SHOWN_SECONDS,
        "closed": "closed" in request.GET,
    }
    response = render_part(request, "privacy/reveal.html", "part", context)
    response.status_code = 422 if form.errors else 200
    response.headers["Cache-Control"] = "no-store, private"
    return response


@require_GET
@requires("privacy.read_retention")
def retention(request: Any) -> HttpResponse:
    """What is kept how long, how many people are due, and what the last night deleted."""
    forgotten = Event.objects.filter(verb="privacy.forget_technical").order_by("-wall_at")
    last = forgotten.defer("change", "change_digest").first()
    counts = last.facts if last else {}
    context = {
        "rules": RetentionRule.objects.order_by("kind"),
        "records": [(kept, counts.get(kept.code, 0)) for kept in hooks.technical_records],
        "last": last,
    }
    return render(request, "privacy/retention.html", context)


@require_http_methods(["GET", "POST"])
@own
def consent(request: Any) -> HttpResponse:
    """The first step of the first use, and again at every new version: read the policy and agree."""
    policy = policies.for_users()
    if request.method == "POST":
        pk = request.POST.get("policy", "")
        known = Policy.objects.filter(audience=Policy.Audience.USER)
        chosen = get_object_or_404(known, pk=pk if pk.isdecimal() else 0)
        actions.give_consent(chosen, by=request.user, at=request.moment)
        return redirect("first-use")
    given = policies.consents_of(request.user)
    context = {
        "policy": policy,
        "text": policies.text_of(policy) if policy else "",
        "given": given,
        "agreed": next((each for each in given if policy and each.policy_id == policy.pk), None),
        "steps": step_lines(request.user, "consent"),
    }
    return render(request, "privacy/consent.html", context)


@require_http_methods(["GET", "POST"])
@requires("privacy.export_person")
def exports(request: Any) -> HttpResponse:
    """What I have exported, and the way to a person: by number or user name, never in an address."""
    form = FindForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        found = form.found()
        if found is not None:
            kind = "pupil" if isinstance(found, Pupil) else "user"
            return redirect("privacy:export-ask", kind=kind, pk=found.pk)
        form.add_error("who", gettext("Nobody is known by this number or user name."))
    rows = PersonExport.objects.visible_to(request.user).select_related("file").order_by("-pk")[:50]
    return render(
        request, "privacy/exports.html", {"form": form, "rows": rows, "now": clock.wall()}
    )


@require_http_methods(["GET", "POST"])
@requires("privacy.export_person")
@reauthenticated(only="POST")
@audit.reads
def ask_export(request: Any, kind: str, pk: int) -> HttpResponse:
    """Say who asked, and start the export of one person."""
    models: dict[str, Any] = {
        "pupil": Pupil.objects.visible_to(request.user, "privacy.export_person"),
        "user": User.objects.all(),
    }
    if kind not in models:
        raise Http404
    person = get_object_or_404(models[kind], pk=pk)
    audit.read(request, person, path=getattr(person, "path", "TH/"))
    form = ExportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.ask_export(
            person, reason=form.cleaned_data["reason"], by=request.user, at=request.moment
        )
        return redirect("privacy:exports")
    return render(
        request, "privacy/export_ask.html", {"form": form, "person": person, "kind": kind}
    )


@require_POST
@requires("privacy.export_person")
@reauthenticated
def export_password(request: Any, pk: int) -> HttpResponse:
    """Show an export's password, once."""
    export = get_object_or_404(PersonExport.objects.visible_to(request.user), pk=pk)
    password = actions.show_export_password(export, by=request.user, at=request.moment)
    response = render(
        request, "privacy/export_password.html", {"export": export, "password": password}
    )
    response.headers["Cache-Control"] = "no-store, private"
    return response


@require_GET
@requires("privacy.export_person")
@reauthenticated
def export_file(request: Any, pk: int) -> HttpResponse:
    """Hand the zip out, until it expires."""
    rows = PersonExport.objects.visible_to(request.user).select_related("file")
    export = get_object_or_404(rows, pk=pk, file__isnull=False)
    if export.deleted_at or export.expires_at <= clock.wall():
        raise Refused(gettext("This export has expired. Ask for a new one."))
    name = f"person-{export.pk}.zip"
    return files.serve(export.file, by=request.user, at=request.moment, filename=name)
