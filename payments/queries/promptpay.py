"""Families whose PromptPay is followed up, and the history of one. Scope is the caller's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from payments.models import PromptPayNote
from payments.queries.channels import ChannelRow, channel_rows
from payments.rules.promptpay import STILL_TO_OPEN, Standing
from payments.words.promptpay import CANNOT_NAMES, STEP_NAMES


@dataclass(frozen=True, slots=True)
class NoteRow:
    """One line of a family's history, in words."""

    note: PromptPayNote
    what: str
    why: str


def note_rows(pupil_id: int) -> list[NoteRow]:
    """What became known of a pupil's PromptPay, newest first. One query."""
    notes = PromptPayNote.objects.filter(pupil=pupil_id).select_related("by")
    return [
        NoteRow(note, str(STEP_NAMES[note.step]), str(CANNOT_NAMES.get(note.reason, "")))
        for note in notes.order_by("-at", "-pk")
    ]


def promptpay_rows(term: Any, paths: list[str]) -> list[ChannelRow]:
    """The pupils under some places who are paid by PromptPay, or of whom no channel is known."""
    found = [row for path in paths for row in channel_rows(term, path)]
    return [row for row in found if row.standing != Standing.SCHOOL]


def is_to_open(row: ChannelRow) -> bool:
    return row.standing in STILL_TO_OPEN


def last_notes(pupil_ids: list[int]) -> dict[int, PromptPayNote]:
    """The newest note of each pupil. One query."""
    notes = PromptPayNote.objects.filter(pupil__in=pupil_ids)
    newest = notes.order_by("pupil", "-at", "-pk").distinct("pupil")
    return {note.pupil_id: note for note in newest}
