"""What a section's page shows, put together once for reading, errors, refusals and conflicts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext

from eqfund.models import User
from eqfund.thai_text import thai_time
from eqfund.windows import why_closed, window_of
from screening.form01.reading import Reading
from screening.form01.rules import (
    AT_HOME,
    SIGNATURE_FIELDS,
    Problem,
    Slot,
    Status,
    problems,
    sections_with,
)
from screening.form01.spec import Section
from screening.forms.form01 import (
    average_sentence,
    average_words,
    boxes_of,
    in_words,
    member_cards,
    member_table,
    rows_to_show,
    with_typed,
)
from screening.models import Form01, Form01Photo, Form01Revision, Form01Signature
from screening.models.form01 import MEANS_NAMES, STATUS_NAMES
from screening.permissions import form01 as permissions
from screening.queries.form01 import TO_VISIT

PILLS = {
    TO_VISIT: "",
    Status.DRAFT: "sun",
    Status.SUBMITTED: "info",
    Status.RETURNED: "bad",
    Status.CERTIFIED: "info",
    Status.REFUSED: "bad",
    Status.SIGNED: "good",
    Status.SCORED: "good",
    Status.ANNOUNCED: "good",
    Status.WITHDRAWN: "",
}
PHOTO_FIELDS = {
    "photo_exterior": Slot.EXTERIOR,
    "photo_interior": Slot.INTERIOR,
    "photo_exception": Slot.EXCEPTION,
    "portrait_photo": Slot.PORTRAIT,
}


def pill_of(status: str) -> dict[str, str]:
    """The pill of a status: its colour's class and its word."""
    label = gettext("To visit") if status == TO_VISIT else str(STATUS_NAMES[Status(status)])
    return {"css": PILLS[status], "label": label}  # type: ignore[index]


def state_rows(counts: dict[str, int], chosen: str) -> list[dict[str, Any]]:
    """The states with their counts, as the list's filter shows them."""
    return [
        {**pill_of(state), "code": state, "count": count, "chosen": state == chosen}
        for state, count in counts.items()
    ]


@dataclass(frozen=True, slots=True)
class PhotoSlot:
    """A place for a photo: what it must show, the one that is there, what was wrong."""

    slot: str
    label: str
    help: str
    photo: Form01Photo | None
    asked: bool
    error: str = ""


@dataclass(frozen=True, slots=True)
class SignatureSlot:
    """A place for a signature: whose, the one that is there, whether the form changed since."""

    who: str
    label: str
    signature: Form01Signature | None
    means: str
    changed_since: bool


class SectionPage:
    """One section of one form, as one person sees it at one moment."""

    def __init__(self, form: Form01, section: Section, user: User, at: datetime) -> None:
        self.form, self.section, self.user, self.at = form, section, user, at

    @cached_property
    def photos(self) -> dict[str, Form01Photo]:
        rows = Form01Photo.objects.current().filter(form=self.form).select_related("file")
        return {photo.slot: photo for photo in rows}

    @cached_property
    def signatures(self) -> dict[str, Form01Signature]:
        rows = Form01Signature.objects.current().filter(form=self.form)
        return {signature.who: signature for signature in rows.select_related("file", "by")}

    @cached_property
    def problems(self) -> list[Problem]:
        """What keeps the form from being sent."""
        return problems(
            self.form.spec,
            self.form.answers,
            self.form.private,
            unread=self.form.unread,
            photos=self.photos,
            signed_by=self.signatures,
        )

    @property
    def asked(self) -> list[Section]:
        """The sections this household answers before the form is sent."""
        sections = self.form.spec.sections_asked(self.form.given)
        return [section for section in sections if section.code != "certification"]

    @property
    def next_address(self) -> str:
        """The next section that is asked, or the review after the last one."""
        for section in self.asked:
            if section.number > self.section.number:
                return reverse("screening:form01-section", args=[self.form.pk, section.number])
        return reverse("screening:form01-review", args=[self.form.pk])

    @property
    def previous_address(self) -> str:
        before = [section for section in self.asked if section.number < self.section.number]
        if not before:
            return ""
        return reverse("screening:form01-section", args=[self.form.pk, before[-1].number])

    def segments(self) -> list[dict[str, Any]]:
        """The form's sections as the bar at the top shows them."""
        wrong = sections_with(self.problems)
        asked = {section.number for section in self.asked}
        found = []
        for section in self.form.spec.sections:
            number = section.number
            saved = number in self.form.sections_saved or section.code == "signatures"
            state = "done" if saved and number not in wrong and number in asked else ""
            if number == self.section.number:
                state = "now"
            found.append(
                {
                    "number": number,
                    "title": gettext(section.title),
                    "state": state,
                    "asked": number in asked,
                    "comes_later": section.code == "certification",
                    "url": reverse("screening:form01-section", args=[self.form.pk, number])
                    if number in asked
                    else "",
                }
            )
        return found

    def context(
        self,
        *,
        rows: int = 0,
        reading: Reading | None = None,
        refusal: str = "",
        wrong_files: dict[str, str] | None = None,
    ) -> dict[str, Any]:
        """All that the section's template shows."""
        form, section = self.form, self.section
        given, unread = form.given, form.unread
        if reading is not None:
            given, unread = with_typed(given, section, reading), reading.unread
        boxes = boxes_of(form.spec, section, given, unread, form.prefilled, on=self.at.date())
        cards = []
        if section.code == "household":
            count = rows_to_show(given, rows)
            cards = member_cards(
                form.spec, given, unread, form.prefilled, count=count, on=self.at.date()
            )
        wrong = [*boxes, *(box for card in cards for box in card.boxes)]
        why_not = permissions.why_not_draft(form, self.user) or permissions.why_not_now(
            form, permissions.DRAFTING, self.at
        )
        return {
            **self.head(),
            "section": section,
            "title": gettext(section.title),
            "note": gettext(section.note) if section.note else "",
            "segments": self.segments(),
            "boxes": {box.code: box for box in boxes},
            "cards": cards,
            "may_add": len(cards) < form.spec.max_members,
            "average": average_sentence(given),
            "average_words": average_words(),
            "photos": self.photo_slots(wrong_files or {}) if section.code == "photos" else [],
            "signatures": self.signature_slots(),
            "errors": [box for box in wrong if box.error],
            "wrong_files": wrong_files or {},
            "refusal": refusal or (why_not or ""),
            "may_save": why_not is None,
            "grace": permissions.grace_sentence(form, self.at),
            "next_address": self.next_address,
            "previous_address": self.previous_address,
            "is_last": self.next_address.endswith("/review/"),
            "saved_sentence": self.saved_sentence(),
        }

    def head(self) -> dict[str, Any]:
        """What the head of every page of a form shows."""
        form, path = self.form, self.form.path
        term = form.enrolment.term
        window = window_of(term, permissions.SENDING, path, self.at)
        return {
            "form": form,
            "pupil": form.enrolment.pupil,
            "classroom": form.enrolment.classroom,
            "school": form.enrolment.classroom.school,
            "pill": pill_of(form.standing),
            "window": window,
            "left": window.left(self.at) if window else "",
            "why_closed": why_closed(term, permissions.SENDING, path, self.at),
        }

    def photo_slots(self, wrong: dict[str, str]) -> list[PhotoSlot]:
        """The places for photos, in the form's order."""
        slots = []
        exception = bool(self.form.answers.get("photo_exception"))
        for field in (*self.section.fields, *self.form.spec.header):
            slot = PHOTO_FIELDS.get(field.code)
            if slot is not None:
                slots.append(
                    PhotoSlot(
                        slot.value,
                        gettext(field.label),
                        gettext(field.help) if field.help else "",
                        self.photos.get(slot),
                        slot is Slot.PORTRAIT or exception is (slot is Slot.EXCEPTION),
                        wrong.get(slot, ""),
                    )
                )
        return slots

    def signature_slots(self) -> list[SignatureSlot]:
        """The places for the three signatures taken at the home."""
        slots = []
        for who in AT_HOME:
            signature = self.signatures.get(who)
            means = str(MEANS_NAMES[signature.means]) if signature else ""  # type: ignore[index]
            changed = signature is not None and signature.revision < self.form.revision
            label = gettext(self.form.spec.field(SIGNATURE_FIELDS[who]).label)
            slots.append(SignatureSlot(who.value, label, signature, means, changed))
        return slots

    def saved_sentence(self) -> str:
        """When the form was last saved on the server."""
        return gettext("Saved %(time)s") % {"time": thai_time(self.form.saved_at)}

    def as_saved(self) -> dict[str, Any]:
        """The answer to an autosave: the new revision, and what could not be read."""
        shown = self.context()
        return {
            "revision": self.form.revision,
            "saved": self.saved_sentence(),
            "errors": {box.id: box.error for box in shown["errors"]},
        }

    def held_context(self, held: Form01Revision) -> dict[str, Any]:
        """Both versions of a section, answer by answer; those that agree are left out."""
        return {
            **self.head(),
            "held": held,
            "title": gettext(self.section.title),
            "newer": self.newest_save(),
            "differences": self._differences(held),
        }

    def newest_save(self) -> Form01Revision | None:
        """The save that the held version met."""
        rows = Form01Revision.objects.filter(
            form=self.form, held=False, section__in=[self.section.number, 0]
        )
        return rows.select_related("by").order_by("-number").first()

    def chosen_of(self, held: Form01Revision, posted: Any) -> Reading:
        """The section as chosen: the held version's answer where the person took it."""
        mine = self._values(held.answers, held.private, held.unread)
        now = self._values(self.form.answers, self.form.private, self.form.unread)
        private = self.form.spec.codes(private=True)
        reading = Reading()
        for code in {*mine, *now}:
            value, typed = (mine if posted.get(code) == "mine" else now).get(code, (None, None))
            if typed is not None:
                reading.unread[code] = typed
            if value is not None:
                (reading.private if code in private else reading.plain)[code] = value
        return reading

    def _values(self, answers: Any, private: Any, unread: Any) -> dict[str, tuple[Any, Any]]:
        codes = {field.code for field in self.section.fields}
        given = {**answers, **private}
        return {code: (given.get(code), unread.get(code)) for code in codes & {*given, *unread}}

    def _differences(self, held: Form01Revision) -> list[dict[str, Any]]:
        mine = self._values(held.answers, held.private, held.unread)
        now = self._values(self.form.answers, self.form.private, self.form.unread)
        rows = []
        for field in self.section.fields:
            one, other = mine.get(field.code, (None, None)), now.get(field.code, (None, None))
            if one != other:
                rows.append(
                    {
                        "code": field.code,
                        "label": gettext(field.label),
                        "mine": self._shown(field, *one),
                        "now": self._shown(field, *other),
                    }
                )
        return rows

    def _shown(self, field: Any, value: Any, typed: Any) -> list[str]:
        if field.code == "members":
            rows = member_table(self.form.spec, {"members": value or []})
            return [", ".join(text for _label, text in row) for row in rows] or ["–"]
        if isinstance(typed, str):
            return [typed]
        return [in_words(field, value) or "–"]
