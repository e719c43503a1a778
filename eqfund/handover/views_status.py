"""The page of a pupil's state at the school: what may be set, what follows, what was set before."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from eqfund import audit, hooks
from eqfund.access import requires
from eqfund.models import Enrolment, EnrolmentStatusChange, Pupil, Term

from . import permissions, queries, rules_status
from .actions import statuses
from .forms import StatusForm, UndoForm
from .rules_status import PupilStatus

VERB = permissions.STATUS_VERB
ORDER = (
    PupilStatus.STUDYING,
    PupilStatus.MOVED,
    PupilStatus.WITHDREW,
    PupilStatus.SUSPENDED,
    PupilStatus.NOT_PRESENT,
    PupilStatus.DIED,
)


@require_http_methods(["GET", "POST"])
@requires(VERB)
@audit.reads
def state(request: Any, pk: int) -> HttpResponse:
    """Set a pupil's state; below, the history with its last change to undo."""
    pupil = get_object_or_404(Pupil.objects.visible_to(request.user, VERB), pk=pk)
    enrolment = _present(request, pupil)
    form = StatusForm(
        request.POST if request.method == "POST" else None,
        statuses=_choices(enrolment),
        initial={"on": request.moment.date()},
    )
    if request.method == "POST" and form.is_valid():
        statuses.set_pupil_status(
            enrolment, **form.cleaned_data, by=request.user, at=request.moment
        )
        messages.success(request, gettext("The pupil's state is recorded."))
        return redirect("handover:pupil-state", pk)
    audit.read(request, pupil)
    return _page(request, pupil, enrolment, form)


@require_POST
@requires(VERB)
def state_undo(request: Any, pk: int) -> HttpResponse:
    """Take the last change back, with a reason."""
    rows = EnrolmentStatusChange.objects.visible_to(request.user, VERB)
    change = get_object_or_404(rows.select_related("enrolment__pupil"), pk=pk)
    form = UndoForm(request.POST, auto_id="undo_%s")
    if not form.is_valid():
        blank = StatusForm(statuses=_choices(change.enrolment))
        return _page(request, change.enrolment.pupil, change.enrolment, blank, undo=form)
    statuses.undo_pupil_status(change, **form.cleaned_data, by=request.user, at=request.moment)
    messages.success(request, gettext("The change was undone; both stand in the history."))
    return redirect("handover:pupil-state", change.enrolment.pupil_id)


def _page(
    request: Any,
    pupil: Pupil,
    enrolment: Enrolment,
    form: StatusForm,
    *,
    undo: UndoForm | None = None,
) -> HttpResponse:
    mine = Enrolment.objects.visible_to(request.user, VERB).filter(pupil=pupil)
    history = queries.history_of(mine)
    last = next((it for it in history if it.enrolment_id == enrolment.pk), None)
    undoable = last is not None and not permissions.why_not_undo_status(last, request.user)
    context = {
        "pupil": pupil,
        "enrolment": enrolment,
        "form": form,
        "history": history,
        "undoable": last if undoable else None,
        "undo": undo or UndoForm(auto_id="undo_%s"),
        "may_set": enrolment.status in rules_status.PRESENT,
        "meanings": [m for hook in hooks.status_meanings for m in hook(enrolment, request.moment)],
        "labels": dict(Enrolment.Status.choices),
        "why_not_send": permissions.why_not_propose(enrolment, request.user),
    }
    status = 422 if form.errors or (undo and undo.errors) else 200
    return render(request, "handover/state.html", context, status=status)


def _present(request: Any, pupil: Pupil) -> Enrolment:
    """The pupil's enrolment of the present term at a school of this person's: the last one."""
    term = Term.objects.current(request.moment)
    rows = Enrolment.objects.visible_to(request.user, VERB).filter(pupil=pupil, term=term)
    rows = rows.select_related("pupil__identity", "classroom__school", "term")
    found = rows.order_by("-starts_on", "-pk").first()
    if found is None:
        raise Http404
    return found


def _choices(enrolment: Enrolment) -> list[tuple[str, str]]:
    """The states that the pupil may come to from the present one."""
    was = PupilStatus(enrolment.status)
    labels = {value: str(label) for value, label in Enrolment.Status.choices}
    labels[PupilStatus.MOVED] = gettext("moved; the new school is not known")
    return [(it.value, labels[it]) for it in ORDER if rules_status.may_become(was, it)]
