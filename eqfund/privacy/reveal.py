"""Encrypted things are shown by their last digits; to see one whole is an act with a reason.

An app registers each kind with hooks.reveals; pages show it by `{% masked "guardian-phone" guardian %}`,
which offers to reveal it to those who may. The act itself is eqfund.privacy.actions.reveal.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from eqfund import access, hooks
from eqfund.models import Guardian, Pupil

SHOWN_DIGITS = 4
SHOWN_SECONDS = 60  # then the page covers it again

REASONS = {
    "reach": _("to reach the family"),
    "money": _("to find out why money did not arrive"),
    "document": _("to compare it with a document"),
    "correct": _("to correct what is recorded"),
    "authority": _("an authority asks for it by law"),
    "other": _("another reason"),
}
TOLD_IN_WORDS = ("authority", "other")


@dataclass(frozen=True, slots=True)
class Revealable:
    """One kind of thing that is shown masked.

    code     its name in addresses, as "guardian-phone"
    label    what it is called, lazily translated
    verb     what one must hold at its place
    model    whose rows carry it; scoped by visible_to
    fetch    (row) -> the text itself
    last     (row) -> the digits that may be shown, "" for nothing recorded
    path     (row) -> the place it lies at
    pupil    (row) -> the child it tells of, if one
    """

    code: str
    label: Any
    verb: str
    model: Any
    fetch: Callable[[Any], str]
    last: Callable[[Any], str]
    path: Callable[[Any], str]
    pupil: Callable[[Any], int | None] = lambda row: None

    def rows(self, user: Any) -> QuerySet[Any]:
        """The rows at places where the user may reveal this."""
        rows: QuerySet[Any] = self.model._default_manager.visible_to(user, self.verb)
        return rows

    def masked(self, row: Any) -> str:
        """What everybody sees who may see the row."""
        digits = self.last(row)
        return f"…{digits}" if digits else ""

    def may(self, user: Any, row: Any) -> bool:
        """Whether the user may ask to reveal it on this row."""
        return access.may(user, self.verb, self.path(row))


def known(code: str) -> Revealable | None:
    """The revealable thing of this code."""
    return next((each for each in hooks.reveals if each.code == code), None)


def last_digits(text: str) -> str:
    """The last digits of a number that may be shown."""
    digits = [letter for letter in text if letter.isdigit()]
    return "".join(digits[-SHOWN_DIGITS:])


hooks.reveals.register(
    Revealable(
        "pupil-number",
        _("the pupil's national id or G-code"),
        "privacy.reveal_number",
        Pupil,
        fetch=lambda pupil: pupil.identity.number if pupil.identity else "",
        last=lambda pupil: pupil.identity.last4 if pupil.identity else "",
        path=lambda pupil: pupil.path,
        pupil=lambda pupil: pupil.pk,
    )
)
hooks.reveals.register(
    Revealable(
        "guardian-number",
        _("the guardian's national id"),
        "privacy.reveal_number",
        Guardian,
        fetch=lambda guardian: guardian.national_id,
        last=lambda guardian: guardian.last4,
        path=lambda guardian: guardian.pupil.path,
        pupil=lambda guardian: guardian.pupil_id,
    )
)
hooks.reveals.register(
    Revealable(
        "guardian-phone",
        _("the guardian's phone number"),
        "privacy.reveal_phone",
        Guardian,
        fetch=lambda guardian: guardian.phone,
        last=lambda guardian: last_digits(guardian.phone),
        path=lambda guardian: guardian.pupil.path,
        pupil=lambda guardian: guardian.pupil_id,
    )
)
