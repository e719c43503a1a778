"""Pages of the continuing group and of receiving channels, class by class."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from eqfund import access, audit, clock, relationships
from eqfund.access import requires
from eqfund.models import Classroom, Enrolment
from eqfund.refusal import Refused
from eqfund.thai_text import thai_datetime
from eqfund.windows import Window, why_closed
from payments.actions import channels as actions
from payments.forms.channels import ChannelForm, NoteForm
from payments.permissions import accounts as permissions
from payments.queries.channels import (
    ChannelRow,
    channel_counts,
    channel_row,
    channel_rows,
    open_channel_activity,
)
from payments.queries.promptpay import note_rows
from payments.queries.windows import place_windows, window_among
from payments.rules.promptpay import STILL_TO_OPEN
from payments.views.shared import current_term
from payments.words import channels as words
from payments.words.promptpay import STANDING_NAMES, STANDING_PILLS

TOTALS = ("continuing", "confirmed", "corrected", "new", "new_chosen")
ACTIVITIES = ("confirm_continuing", "choose_channel", "correct_channel")


@require_GET
@requires("payments.set_channel")
def channels(request: Any) -> HttpResponse:
    """My classes: how many are confirmed, how many of the new group have a channel."""
    term = current_term(request)
    rooms = channel_counts(term, request.user)
    if len(rooms) == 1:
        return redirect("payments:channels-class", rooms[0].pk)
    follows = bool(access.paths_with(request.user, "payments.read_continuing"))
    context = {"term": term, "rooms": rooms, "follows": follows}
    paths = access.paths_with(request.user, "payments.set_channel")
    if rooms or paths:
        context |= window_context(request, rooms[0].path if rooms else paths[0])
    if rooms:
        context["total"] = {name: sum(getattr(room, name) for room in rooms) for name in TOTALS}
    return render(request, "payments/channels/channels.html", context)


@require_GET
@requires("payments.set_channel")
@audit.reads
def channels_class(request: Any, pk: int) -> HttpResponse:
    """One class: guardian, phone, channel and state of each pupil; one press confirms what is right."""
    room, term, at = my_classroom(request, pk), current_term(request), request.moment
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
        "left_over_or_ready": len(waiting),
        "to_open": sum(row.standing in STILL_TO_OPEN for row in rows),
        **next_correction(windows, at),
        "why_not_confirm": permissions.why_not_confirm_continuing(
            room.path, request.user, term=term, at=at
        ),
        **window_context(request, room.path, has_new=len(rows) > len(continuing)),
    }
    return render(request, "payments/channels/class.html", context)


@require_http_methods(["GET", "POST"])
@requires("payments.confirm_continuing")
@audit.reads
def channels_confirm_all(request: Any, pk: int) -> HttpResponse:
    """Who of a class is about to be confirmed, who is not and why; then do it, and say what became of it."""
    room, term = my_classroom(request, pk), current_term(request)
    if request.method == "POST":
        seen = dict(_seen(request.POST.getlist("seen")))
        counts = actions.confirm_all_unchanged(
            room, term=term, by=request.user, at=request.moment, seen=seen
        )
        messages.success(request, _said(counts))
        return redirect("payments:channels-class", pk)
    rows = [row for row in channel_rows(term, room.path) if row.is_continuing]
    audit.read_list(request, "payments:channels-confirm-all", rows, path=room.path)
    waiting = [row for row in rows if row.confirmation is None]
    windows = place_windows(term, room.path)
    shown = [_shown(row, open_channel_activity(row, windows, request.moment)) for row in waiting]
    context = {
        "room": room,
        "term": term,
        "ready": [entry for entry in shown if not entry["row"].obstacle],
        "lacking": [entry for entry in shown if entry["row"].obstacle],
        "confirmed": len(rows) - len(waiting),
        "why_not_confirm": permissions.why_not_confirm_continuing(
            room.path, request.user, term=term, at=request.moment
        ),
        **window_context(request, room.path),
    }
    return render(request, "payments/channels/confirm.html", context)


def _seen(stamps: list[str]) -> Iterator[tuple[int, str]]:
    """What was on the screen, "<enrolment>:<stamp>" each; anything else was not."""
    for text in stamps:
        key, _colon, stamp = text.partition(":")
        if key.isdecimal():
            yield int(key), stamp


def _said(counts: actions.ClassConfirmed) -> str:
    """What became of a class, number by number."""
    said = [
        ngettext(
            "%(count)d pupil was confirmed.", "%(count)d pupils were confirmed.", counts.confirmed
        )
        % {"count": counts.confirmed}
    ]
    if counts.already:
        text = ngettext(
            "%(count)d had been confirmed already.",
            "%(count)d had been confirmed already.",
            counts.already,
        )
        said.append(text % {"count": counts.already})
    if counts.changed:
        text = ngettext(
            "%(count)d was changed by somebody meanwhile, and is left: look again.",
            "%(count)d were changed by somebody meanwhile, and are left: look again.",
            counts.changed,
        )
        said.append(text % {"count": counts.changed})
    if counts.left:
        text = ngettext(
            "%(count)d still lacks something: open each and mend it.",
            "%(count)d still lack something: open each and mend it.",
            counts.left,
        )
        said.append(text % {"count": counts.left})
    return " ".join(said)


@require_POST
@requires("payments.confirm_continuing")
def channel_confirm(request: Any, pk: int) -> HttpResponse:
    """Confirm one pupil as the data stand."""
    enrolment = my_enrolment(request, pk)
    seen = request.POST.get("seen") or None
    actions.confirm_continuing(enrolment, by=request.user, at=request.moment, seen=seen)
    messages.success(request, gettext("Confirmed: %(name)s.") % {"name": enrolment.pupil.full_name})
    return redirect("payments:channels-class", enrolment.classroom_id)


@require_http_methods(["GET", "POST"])
@requires("payments.set_channel")
@audit.reads
def channel(request: Any, pk: int) -> HttpResponse:
    """One pupil: guardian and channel, in whichever window is open for the pupil's group."""
    enrolment = my_enrolment(request, pk)
    row = channel_row(enrolment)
    audit.read(request, enrolment, pupil=enrolment.pupil_id)
    windows = place_windows(enrolment.term, enrolment.path)
    activity = open_channel_activity(row, windows, request.moment)
    today = request.moment.astimezone(clock.BANGKOK).date()
    form = ChannelForm(request.POST or None, row=row, today=today)
    if request.method == "POST" and form.is_valid():
        if _save(request, enrolment, activity, form):
            return redirect("payments:channels-class", enrolment.classroom_id)
        row = channel_row(enrolment)
    return render_channel(request, enrolment, row, activity, form=form)


def render_channel(
    request: Any,
    enrolment: Enrolment,
    row: ChannelRow,
    activity: str,
    *,
    form: Any = None,
    note: Any = None,
    status: int = 200,
) -> HttpResponse:
    """The page of one pupil, with what was typed in either of its forms."""
    today = request.moment.astimezone(clock.BANGKOK).date()
    by_promptpay = row.kind.startswith("promptpay") and row.has_national_id
    context = {
        "row": row,
        "pupil": enrolment.pupil,
        "enrolment": enrolment,
        "form": form or ChannelForm(row=row, today=today),
        "note": note or NoteForm(today=today, prefix="note"),
        "activity": activity,
        "kind_name": words.CHANNEL_NAMES.get(row.kind, ""),
        "relationship": relationships.label(row.guardian.relationship) if row.guardian else "",
        "from_predecessor": row.channel is None and bool(row.kind),
        "by_promptpay": by_promptpay,
        "standing": STANDING_NAMES[row.standing],
        "standing_code": str(row.standing),
        "standing_pill": STANDING_PILLS[row.standing],
        "notes": note_rows(enrolment.pupil_id),
        "grant_url": reverse("screening:grant", args=[row.grant.pk])
        if row.grant and access.may(request.user, "screening.read_grants", row.grant.enrolment.path)
        else "",
        **window_context(request, enrolment.path, has_new=not row.is_continuing),
    }
    return render(request, "payments/channels/channel.html", context, status=status)


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
        form.data = form.data.copy()
        form.data["seen"] = channel_row(enrolment).stamp  # what is shown beside it now
        return False
    messages.success(request, gettext("Saved: %(name)s.") % {"name": enrolment.pupil.full_name})
    return True


def next_correction(windows: list[Window], at: datetime) -> dict[str, Any]:
    """The time for corrections that is open, or comes next."""
    window = window_among(windows, ("correct_channel",), at)
    if window is None or window.is_past(at):
        return {"correction": None}
    return {"correction": window, "correction_open": window.is_open(at)}


def window_context(request: Any, path: str, *, has_new: bool = False) -> dict[str, Any]:
    """The banner: the window that matters now for channels at a place; closed, when, and what comes next."""
    term, at = current_term(request), request.moment
    activities = ACTIVITIES if has_new else ("confirm_continuing", "correct_channel")
    windows = [w for w in place_windows(term, path) if w.line.activity in activities]
    window = window_among(windows, activities, at)
    if window is None or window.is_open(at):
        return {"window": window, "why_closed": "", "left": window.left(at) if window else ""}
    last = max((w for w in windows if w.is_past(at)), key=lambda w: w.closes_at, default=None)
    if last is None or last.last_moment is None:
        closed = why_closed(term, window.line.activity, path, at)
        return {"window": window, "why_closed": closed, "left": ""}
    said = gettext(
        "“%(title)s” closed %(closed)s. Your supervising office can ask the fund for an extension."
    ) % {"title": last.title, "closed": thai_datetime(last.last_moment)}
    if window.opens_at and window.opens_at > at:
        coming = gettext("“%(title)s” has not opened yet. It opens %(opens)s.")
        said += " " + coming % {"title": window.title, "opens": thai_datetime(window.opens_at)}
    return {"window": window, "why_closed": said, "left": ""}


def _shown(row: ChannelRow, activity: str) -> dict[str, Any]:
    """A row as the table shows it."""
    guardian = row.guardian
    return {
        "row": row,
        "pupil": row.enrolment.pupil,
        "guardian": guardian,
        "relationship": relationships.label(guardian.relationship) if guardian else "",
        "channel": words.CHANNEL_NAMES.get(row.kind, ""),
        "promptpay": STANDING_NAMES[row.standing] if row.kind.startswith("promptpay") else "",
        "promptpay_pill": STANDING_PILLS[row.standing],
        "activity": activity,
    }


def my_classroom(request: Any, pk: int) -> Classroom:
    rooms = Classroom.objects.visible_to(request.user, "payments.set_channel")
    return get_object_or_404(rooms.select_related("school"), pk=pk)


def my_enrolment(request: Any, pk: int) -> Enrolment:
    """An enrolment of mine whose pupil is mine too: a pupil who has gone on keeps the old enrolment
    with the school, but guardian and channel go along."""
    return get_object_or_404(my_enrolments(request), pk=pk)


def my_enrolments(request: Any) -> QuerySet[Enrolment]:
    """Those whose channel this person records."""
    enrolments = Enrolment.objects.visible_to(request.user, "payments.set_channel").studying()
    mine = access.path_filter(request.user, "payments.set_channel", "pupil__path")
    return enrolments.filter(mine).select_related("pupil__identity", "classroom__school", "term")
