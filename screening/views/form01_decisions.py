"""Pages on which a form 01 is read, reviewed, sent, certified, returned and signed."""

from __future__ import annotations

import base64
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from eqfund import audit, files
from eqfund.access import requires
from eqfund.models import StoredFile, Term
from eqfund.pages import paged
from eqfund.refusal import Refused
from screening.actions import form01 as drafting, form01_decisions as actions
from screening.form01.rules import EDITABLE, Capacity, Means, Signer
from screening.forms.form01_decisions import OfficerForm, ReasonForm, SignatureForm, SigningForm
from screening.models import Form01, Form01Photo, Form01Signature
from screening.permissions import form01 as permissions
from screening.queries import form01 as queries

from .form01_pages import SectionPage
from .form01_reading import review_context, view_context


def _form(request: Any, pk: int) -> Form01:
    """A form the person may read, with all that its pages name."""
    return get_object_or_404(Form01.objects.visible_to(request.user).for_page(), pk=pk)


def _posted(request: Any) -> tuple[Any, Any]:
    """What a form is bound to: nothing while it is only looked at."""
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)


@require_GET
@requires("screening.read_form01")
@audit.reads
def form01(request: Any, pk: int) -> HttpResponse:
    """A form as it stands: answers, photos, signatures, and what may be done with it."""
    form = _form(request, pk)
    audit.read(request, form)
    return render(request, "screening/form01/view.html", view_context(form, request))


@require_GET
@requires("screening.read_form01")
@audit.reads
def form01_review(request: Any, pk: int) -> HttpResponse:
    """Everything before sending: what is missing, what looks odd, what was answered."""
    form = _form(request, pk)
    if form.status not in EDITABLE:
        return redirect("screening:form01", form.pk)
    audit.read(request, form)
    return render(request, "screening/form01/review.html", review_context(form, request))


@require_POST
@requires("screening.record_form01")
def form01_submit(request: Any, pk: int) -> HttpResponse:
    """Send the form. A refusal leads back to the review, with its sentence."""
    form = _form(request, pk)
    try:
        actions.submit_form01(form, by=request.user, at=request.moment)
    except Refused as refusal:
        context = {**review_context(_form(request, pk), request), "refusal": str(refusal)}
        return render(request, "screening/form01/review.html", context, status=409)
    messages.success(
        request, gettext("The form has been sent. Next, the state official certifies.")
    )
    return redirect("screening:form01", form.pk)


@require_http_methods(["GET", "POST"])
@requires("screening.certify_form01")
@audit.reads
def form01_certify(request: Any, pk: int) -> HttpResponse:
    """The official's decision, signed on this screen or recorded from the signed sheet."""
    form = _form(request, pk)
    answers = OfficerForm(*_posted(request))
    refusal = permissions.why_not_certify(form, request.user) or ""
    if request.method == "POST" and answers.is_valid():
        try:
            _record_officer(form, answers.cleaned_data, request)
        except Refused as refused:
            refusal = str(refused)
        else:
            messages.success(request, gettext("The official's decision is recorded."))
            return redirect("screening:form01", form.pk)
    audit.read(request, form)
    context = {**view_context(form, request), "answers": answers, "refusal": refusal}
    status = 409 if request.method == "POST" and refusal else 422 if answers.errors else 200
    return render(request, "screening/form01/certify.html", context, status=status)


def _record_officer(form: Form01, given: dict[str, Any], request: Any) -> None:
    officer = actions.Officer(
        given["officer_name"], given["officer_national_id"], given["officer_position"]
    )
    how = {
        "means": Means(given["means"]),
        "image": given["image"],
        "sheet": given["sheet"],
        "id_card": given["id_card"],
        "by": request.user,
        "at": request.moment,
    }
    if given["officer_decision"] == "certify":
        actions.certify_form01(form, officer, **how)
    else:
        actions.refuse_form01(form, officer, reason=given["officer_reject_reason"], **how)


@require_POST
@requires("screening.draft_form01")
def form01_sign(request: Any, pk: int, who: str) -> HttpResponse:
    """Take a signature at the home: on the screen, by account, thumbprint or signed sheet."""
    form = _form(request, pk)
    answers = SignatureForm(request.POST, request.FILES)
    if who not in set(Signer):
        raise Http404
    if not answers.is_valid():
        messages.error(request, gettext("The signature could not be read. Sign again."))
        return redirect("screening:form01-section", form.pk, 9)
    given = answers.cleaned_data
    try:
        drafting.sign_form01(
            form,
            Signer(who),
            means=Means(given["means"]),
            image=given["image"],
            upload=given["upload"],
            by=request.user,
            at=request.moment,
        )
    except Refused as refusal:
        page = SectionPage(form, form.spec.section(9), request.user, request.moment)
        context = page.context(refusal=str(refusal))
        return render(request, "screening/form01/section.html", context, status=409)
    return redirect("screening:form01-section", form.pk, 9)


@require_http_methods(["GET", "POST"])
@requires("screening.return_form01")
@audit.reads
def form01_return(request: Any, pk: int) -> HttpResponse:
    """Return a form to be corrected, with the reason."""
    return _with_reason(request, pk, "screening/form01/return.html", actions.return_form01)


@require_http_methods(["GET", "POST"])
@requires("screening.record_form01")
@audit.reads
def form01_withdraw(request: Any, pk: int) -> HttpResponse:
    """Withdraw a form, with the reason."""
    return _with_reason(request, pk, "screening/form01/withdraw.html", actions.withdraw_form01)


def _with_reason(request: Any, pk: int, template: str, action: Any) -> HttpResponse:
    form = _form(request, pk)
    answers = ReasonForm(*_posted(request))
    refusal = ""
    if request.method == "POST" and answers.is_valid():
        try:
            action(form, reason=answers.cleaned_data["reason"], by=request.user, at=request.moment)
        except Refused as refused:
            refusal = str(refused)
        else:
            return redirect("screening:form01", form.pk)
    audit.read(request, form)
    context = {**view_context(form, request), "answers": answers, "refusal": refusal}
    status = 409 if refusal else 422 if answers.errors else 200
    return render(request, template, context, status=status)


@require_http_methods(["GET", "POST"])
@requires("screening.sign_form01")
@audit.reads
def form01_signing(request: Any) -> HttpResponse:
    """The director's list: certified forms, signed several at once in a stated capacity."""
    term = Term.objects.current(request.moment)
    if term is None:
        raise Http404
    waiting = queries.to_sign(request.user, term)
    posted = request.method == "POST"
    answers = SigningForm(
        *_posted(request),
        keys=list(waiting.order_by().values_list("pk", flat=True)) if posted else [],
    )
    if posted and answers.is_valid():
        forms = list(waiting.filter(pk__in=answers.cleaned_data["form"]))
        capacity = Capacity(answers.cleaned_data["capacity"])
        signed = actions.sign_as_director(
            forms, capacity=capacity, by=request.user, at=request.moment
        )
        done = ngettext("%(count)d form signed.", "%(count)d forms signed.", signed)
        messages.success(request, done % {"count": signed})
        return redirect("screening:form01-signing")
    page = paged(request, waiting)
    audit.read_list(request, "screening:form01-signing", page)
    context = {"term": term, "page": page, "answers": answers}
    status = 422 if answers.errors else 200
    return render(request, "screening/form01/signing.html", context, status=status)


@require_GET
@requires("screening.read_form01")
def form01_photo(request: Any, pk: int, photo_pk: int) -> HttpResponse:
    """A photo of a form, to those who may read the form."""
    photos = Form01Photo.objects.visible_to(request.user).select_related("file")
    photo = get_object_or_404(photos, pk=photo_pk, form=pk)
    if photo.file.state == StoredFile.State.REJECTED:
        raise Http404
    return files.serve(
        photo.file,
        by=request.user,
        at=request.moment,
        filename=f"form01-{pk}-{photo.slot}.jpg",
        download=False,
    )


@require_GET
@requires("screening.read_form01")
@audit.reads
def form01_signature(request: Any, pk: int, signature_pk: int) -> HttpResponse:
    """The picture of a signature, drawn or on paper, to those who may read the form."""
    signatures = Form01Signature.objects.visible_to(request.user)
    signatures = signatures.select_related("file", "form__enrolment")
    signature = get_object_or_404(signatures, pk=signature_pk, form=pk)
    audit.read(
        request, signature, path=signature.form.path, pupil=signature.form.enrolment.pupil_id
    )
    if signature.file is not None:
        return files.serve(signature.file, by=request.user, at=request.moment, download=False)
    if not signature.image:
        raise Http404
    response = HttpResponse(base64.b64decode(signature.image), content_type="image/png")
    response.headers["Cache-Control"] = "private, no-store"
    return response


@require_GET
@requires("screening.read_form01")
def form01_officer_card(request: Any, pk: int) -> HttpResponse:
    """The certified copy of the official's card, to those who may read the form."""
    forms = Form01.objects.visible_to(request.user).select_related("officer_id_card")
    form = get_object_or_404(forms, pk=pk, officer_id_card__isnull=False)
    assert form.officer_id_card is not None
    return files.serve(form.officer_id_card, by=request.user, at=request.moment, download=False)
