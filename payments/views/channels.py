"""Pages of the continuing group and of receiving channels, class by class."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from eqfund import access, audit, relationships
from eqfund.access import requires
from eqfund.models import Classroom, Enrolment
from eqfund.refusal import Refused
from eqfund.windows import why_closed
from payments.actions import channels as actions
from payments.forms.channels import ChannelForm
from payments.permissions import accounts as permissions
from payments.queries.channels import (
    ChannelRow,
    channel_counts,
    channel_row,
    channel_rows,
    open_channel_activity,
)
from payments.queries.windows import place_windows, window_among
from payments.views.shared import current_term
from payments.words import channels as words

ACTIVITIES = ("confirm_continuing", "choose_channel", "correct_channel")


@require_GET
@requires("payments.set_channel")
def channels(request: Any) -> HttpResponse:
    """My classes: how many are confirmed, how many of the new group have a channel."""
    term = current_term(request)
    rooms = channel_counts(term, request.user)
    if len(rooms) == 1:
        return redirect("payments:channels-class", rooms[0].pk)
    context = {"term": term, "rooms": rooms}
    if rooms:
        context |= _window(request, rooms[0].path)
    return render(request, "payments/channels/channels.html", context)


@require_GET
@requires("payments.set_channel")
@audit.reads
def channels_class(request: Any, pk: int) -> HttpResponse:
    """One class: guardian, phone, channel and state of each pupil; one press confirms what is right."""
    room, term, at = _classroom(request, pk), current_term(request), request.moment
    windows = place_windows(term, room.path)
    rows = channel_rows(term, room.path)
    audit.read_list(request, "payments:channels-class", rows, path=room.path)
    continuing = [row for row in rows if row.is_continuing]
    waiting = [row for row in continuing if row.confirmation is None]
    ready = [row for row in waiting if not row.obstacle]
    context = {
        "room": room,
        "term": term,
        "continuing": [_shown(row, open_channel_activity(row, windows, at)) for row in continuing],
        "new": [
            _shown(row, open_channel_activity(row, windows, at))
            for row in rows
            if not row.is_continuing
        ],
        "confirmed": len(continuing) - len(waiting),
        "ready": len(ready),
        "left_over": len(waiting) - len(ready),
        "why_not_confirm": permissions.why_not_confirm_continuing(
            room.path, request.user, term=term, at=at
        ),
        **_window(request, room.path, has_new=len(rows) > len(continuing)),
    }
    return render(request, "payments/channels/class.html", context)


@require_POST
@requires("payments.confirm_continuing")
def channels_confirm_all(request: Any, pk: int) -> HttpResponse:
    """Confirm all of a class that nothing stands against, and say how many were left."""
    room = _classroom(request, pk)
    counts = actions.confirm_all_unchanged(
        room, term=current_term(request), by=request.user, at=request.moment
    )
    said = ngettext(
        "%(count)d pupil was confirmed.", "%(count)d pupils were confirmed.", counts.confirmed
    )
    text = said % {"count": counts.confirmed}
    if counts.left:
        left = ngettext(
            "%(count)d still lacks something: open each and mend it.",
            "%(count)d still lack something: open each and mend it.",
            counts.left,
        )
        text += " " + left % {"count": counts.left}
    messages.success(request, text)
    return redirect("payments:channels-class", pk)


@require_POST
@requires("payments.confirm_continuing")
def channel_confirm(request: Any, pk: int) -> HttpResponse:
    """Confirm one pupil as the data stand."""
    enrolment = _enrolment(request, pk)
    actions.confirm_continuing(enrolment, by=request.user, at=request.moment)
    messages.success(request, gettext("Confirmed: %(name)s.") % {"name": enrolment.pupil.full_name})
    return redirect("payments:channels-class", enrolment.classroom_id)


@require_http_methods(["GET", "POST"])
@requires("payments.set_channel")
@audit.reads
def channel(request: Any, pk: int) -> HttpResponse:
    """One pupil: guardian and channel, in whichever window is open for the pupil's group."""
    enrolment = _enrolment(request, pk)
    row = channel_row(enrolment)
    audit.read(request, enrolment, pupil=enrolment.pupil_id)
    windows = place_windows(enrolment.term, enrolment.path)
    activity = open_channel_activity(row, windows, request.moment)
    form = ChannelForm(request.POST or None, row=row)
    if request.method == "POST" and form.is_valid() and _save(request, enrolment, activity, form):
        return redirect("payments:channels-class", enrolment.classroom_id)
    context = {
        "row": row,
        "pupil": enrolment.pupil,
        "enrolment": enrolment,
        "form": form,
        "activity": activity,
        "kind_name": words.CHANNEL_NAMES.get(row.kind, ""),
        "from_predecessor": row.channel is None and bool(row.kind),
        **_window(request, enrolment.path, has_new=not row.is_continuing),
    }
    return render(request, "payments/channels/channel.html", context)


def _save(request: Any, enrolment: Enrolment, activity: str, form: ChannelForm) -> bool:
    """Do the open activity's action; a refusal becomes the form's, so that nothing typed is lost."""
    by_activity: dict[str, Callable[..., Any]] = {
        "confirm_continuing": actions.confirm_continuing,
        "choose_channel": actions.choose_channel,
    }
    action = by_activity.get(activity, actions.correct_channel)
    try:
        action(enrolment, form.facts(), by=request.user, at=request.moment)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, gettext("Saved: %(name)s.") % {"name": enrolment.pupil.full_name})
    return True


def _window(request: Any, path: str, *, has_new: bool = False) -> dict[str, Any]:
    """The banner: the window that matters now for channels at a place."""
    term, at = current_term(request), request.moment
    activities = ACTIVITIES if has_new else ("confirm_continuing", "correct_channel")
    window = window_among(place_windows(term, path), activities, at)
    if window is None or window.is_open(at):
        return {"window": window, "why_closed": "", "left": window.left(at) if window else ""}
    closed = why_closed(term, window.line.activity, path, at)
    return {"window": window, "why_closed": closed, "left": ""}


def _shown(row: ChannelRow, activity: str) -> dict[str, Any]:
    """A row as the table shows it."""
    guardian = row.guardian
    return {
        "row": row,
        "pupil": row.enrolment.pupil,
        "guardian": guardian,
        "relationship": relationships.label(guardian.relationship) if guardian else "",
        "channel": words.CHANNEL_NAMES.get(row.kind, ""),
        "promptpay": words.PROMPTPAY_STATE_NAMES[row.promptpay_state]
        if row.kind.startswith("promptpay")
        else "",
        "activity": activity,
    }


def _classroom(request: Any, pk: int) -> Classroom:
    rooms = Classroom.objects.visible_to(request.user, "payments.set_channel")
    return get_object_or_404(rooms.select_related("school"), pk=pk)


def _enrolment(request: Any, pk: int) -> Enrolment:
    """An enrolment of mine whose pupil is mine too: a pupil who has gone on keeps the old enrolment
    with the school, but guardian and channel go along."""
    enrolments = Enrolment.objects.visible_to(request.user, "payments.set_channel").studying()
    mine = access.path_filter(request.user, "payments.set_channel", "pupil__path")
    enrolments = enrolments.filter(mine)
    return get_object_or_404(
        enrolments.select_related("pupil__identity", "classroom__school", "term"), pk=pk
    )
