"""PromptPay followed up: the families still to open it, one family's history, and the leaflet."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET, require_POST

from eqfund import access, audit, clock
from eqfund.access import requires
from eqfund.models import Classroom, Enrolment
from eqfund.pages import PAGE_SIZE, paged
from eqfund.pdf import to_pdf
from eqfund.refusal import Refused
from payments.actions import channels as actions
from payments.forms.channels import NoteForm
from payments.letters.promptpay import SHEET, SIZES, Reader, leaflets_html
from payments.queries.channels import ChannelRow, channel_row, channel_rows, open_channel_activity
from payments.queries.promptpay import is_to_open, last_notes, promptpay_rows
from payments.queries.windows import place_windows, window_among
from payments.rules.channels import ChannelKind
from payments.rules.promptpay import STILL_TO_OPEN, Standing
from payments.views.channels import (
    ACTIVITIES,
    my_classroom,
    my_enrolment,
    my_enrolments,
    render_channel,
    window_context,
)
from payments.views.letters import pdf_response
from payments.views.shared import current_term
from payments.words.promptpay import STANDING_NAMES, STANDING_PILLS, STEP_NAMES

VERB = "payments.set_channel"
BLANKS = 2
FOLLOWED = (*STILL_TO_OPEN, Standing.OPENED)


@require_GET
@requires(VERB)
@audit.reads
def promptpay(request: Any) -> HttpResponse:
    """The families of my classes by where they stand; unless asked otherwise, those still to open."""
    term = current_term(request)
    paths = access.paths_with(request.user, VERB)
    found = promptpay_rows(term, paths)
    rooms = list({row.enrolment.classroom_id: row.enrolment.classroom for row in found}.values())
    asked = request.GET.get("room", "")
    room = int(asked) if asked.isdecimal() else 0
    if room:
        found = [row for row in found if row.enrolment.classroom_id == room]
    counts = {code: sum(row.standing == code for row in found) for code in FOLLOWED}
    standing = request.GET.get("standing", "")
    if standing in FOLLOWED:
        shown = [row for row in found if row.standing == standing]
    else:
        shown = [row for row in found if is_to_open(row)]
    page = paged(request, shown)
    pks = {row.enrolment.pupil_id for row in page}
    audit.read_list(request, "payments:promptpay", list(page), path=paths[0] if paths else "")
    notes = last_notes(list(pks))
    context = {
        "term": term,
        "rooms": rooms,
        "room": room,
        "standing": standing,
        "standings": [(code, STANDING_NAMES[code], counts[code]) for code in FOLLOWED],
        "to_open": sum(counts[code] for code in STILL_TO_OPEN),
        "page": page,
        "rows": [_line(row, notes) for row in page],
        **(window_context(request, paths[0], has_new=True) if paths else {}),
    }
    if not context.get("why_closed"):
        context["may_tell"] = any(line["may_be_told"] for line in context["rows"])
    return render(request, "payments/channels/promptpay.html", context)


def _line(row: ChannelRow, notes: dict[int, Any]) -> dict[str, Any]:
    note = notes.get(row.enrolment.pupil_id)
    return {
        "row": row,
        "pupil": row.enrolment.pupil,
        "may_be_told": row.kind.startswith("promptpay") and row.standing == Standing.NOT_ASKED,
        "whose": row.kind,
        "standing": STANDING_NAMES[row.standing],
        "pill": STANDING_PILLS[row.standing],
        "note": note,
        "note_what": STEP_NAMES[note.step] if note else "",
    }


@require_POST
@requires(VERB)
def promptpay_told(request: Any) -> HttpResponse:
    """Note of the families chosen in the list that they have the leaflet; then the same list again."""
    chosen = [int(key) for key in request.POST.getlist("family") if key.isdecimal()]
    families = list(my_enrolments(request).filter(pk__in=chosen[:PAGE_SIZE]))
    if families:
        count = actions.note_families_told(families, by=request.user, at=request.moment)
        said = ngettext(
            "Noted: %(count)d family was told.", "Noted: %(count)d families were told.", count
        )
        messages.success(request, said % {"count": count})
    else:
        messages.error(request, gettext("No family is chosen: tick those who have the leaflet."))
    room = request.POST.get("room", "")
    return redirect(
        reverse("payments:promptpay") + (f"?room={int(room)}" if room.isdecimal() else "")
    )


@require_POST
@requires(VERB)
@audit.reads
def promptpay_note(request: Any, pk: int) -> HttpResponse:
    """Note what became known of one family; a fault comes back beside its box, nothing typed is lost."""
    enrolment = my_enrolment(request, pk)
    today = request.moment.astimezone(clock.BANGKOK).date()
    note = NoteForm(request.POST, today=today, prefix="note")
    if note.is_valid() and _noted(request, enrolment, note):
        messages.success(request, gettext("Noted: %(name)s.") % {"name": enrolment.pupil.full_name})
        return redirect("payments:channel", pk)
    row = channel_row(enrolment)
    audit.read(request, enrolment, pupil=enrolment.pupil_id)
    windows = place_windows(enrolment.term, enrolment.path)
    activity = open_channel_activity(row, windows, request.moment)
    return render_channel(request, enrolment, row, activity, note=note, status=422)


def _noted(request: Any, enrolment: Enrolment, note: NoteForm) -> bool:
    """Do it; a refusal becomes the form's."""
    given = note.cleaned_data
    try:
        actions.note_promptpay(
            enrolment,
            given["step"],
            opened_on=given["opened_on"],
            reason=given["reason"],
            by=request.user,
            at=request.moment,
        )
    except Refused as refusal:
        note.add_error(None, str(refusal))
        return False
    return True


# --- the leaflet ----------------------------------------------------------------------


@require_GET
@requires(VERB)
def leaflets(request: Any, pk: int) -> HttpResponse:
    """Leaflets of a class as a PDF: for those still to open, for all, or blank ones."""
    room, term = my_classroom(request, pk), current_term(request)
    who = request.GET.get("who", "open")
    readers = (
        [Reader(classroom=room.label)] * BLANKS if who == "blank" else _readers(room, term, who)
    )
    size = request.GET.get("size", "")
    size = size if size in SIZES else SIZES[0]
    audit.record(
        "print_promptpay_leaflets",
        room,
        by=request.user,
        at=request.moment,
        path=room.path,
        facts={"who": who, "leaflets": len(readers)},
    )
    window = window_among(place_windows(term, room.path), ACTIVITIES, request.moment)
    by = window.closes_at if window and not window.is_past(request.moment) else None
    html = leaflets_html(
        readers or [Reader(classroom=room.label)] * BLANKS, room.school, term, by=by, size=size
    )
    return pdf_response(to_pdf(html, SHEET), f"promptpay-{room.pk}-{size}.pdf")


def _readers(room: Classroom, term: Any, who: str) -> list[Reader]:
    """A leaflet for each family: of those still to open PromptPay, or of all who could have it."""
    rows = [row for row in channel_rows(term, room.path) if row.has_national_id]
    if who != "all":
        rows = [row for row in rows if is_to_open(row)]
    on_guardian = {ChannelKind.PROMPTPAY_GUARDIAN: True, ChannelKind.PROMPTPAY_PUPIL: False}
    return [
        Reader(row.enrolment.pupil.full_name, room.label, on_guardian.get(row.kind))  # type: ignore[call-overload]
        for row in rows
    ]
