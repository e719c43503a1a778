"""Where higher apps fill pages of the kernel: they register in ready(), the kernel only calls.

home_tasks           (user, at) -> list[Todo]             "what I must do, by when"
pupil_panels         (pupil, user, at) -> list[Panel]     parts of a pupil's page
menu                 MenuItem                             one menu for all posts of a person
verification_checks  (school keys, term, at) -> {school key: [sentence]}   what stands against the schools' grants
registry_imported    (RegistryImport, at)                 a registry file has been recorded, in its transaction
reveals              eqfund.privacy.reveal.Revealable     an encrypted thing that is shown masked, and how it is opened
index_columns        eqfund.privacy.index_keys.IndexColumn    a blind index, and how its texts are found again
sealed_elsewhere     eqfund.privacy.field_keys.SealedElsewhere   values sealed in a table that is not ours
index_swaps          () -> (() -> None)                   what rests on indexes: before, and after, their key changes
person_exports       eqfund.privacy.export.Part           what an app holds of one person
person_scrubs        eqfund.privacy.scrub.Scrub           what an app forgets of one person when its time is over
edge_handlers        eqfund.edges.EdgeHandler             what an app does when a window opens, is about to close, closes
unfinished           eqfund.hooks.Unfinished              which schools have not done an activity's work yet
listing_checks       (pupil, enrolment, at) -> [eqfund.registry.listing.Answer]    what keeps a pupil of the roll out of the list
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.urls import reverse

from eqfund import access


class Registry[Item]:
    """Things that apps add and the kernel goes through, in the order of `order`."""

    def __init__(self) -> None:
        self._items: list[tuple[int, Item]] = []

    def register(self, item: Item, order: int = 50) -> Item:
        """Add `item`; a second time is the same once (ready() may run twice in tests)."""
        if all(item != known for _order, known in self._items):
            self._items.append((order, item))
            self._items.sort(key=lambda pair: pair[0])
        return item

    def __iter__(self):  # type: ignore[no-untyped-def]
        return iter([item for _order, item in self._items])


@dataclass(frozen=True, slots=True)
class Todo:
    """One thing for this person to do. `state` is a pill: "", "sun", "bad", "good", "info"."""

    what: str
    hint: str = ""
    url: str = ""
    action_label: str = ""
    due: datetime | None = None
    opens: datetime | None = None
    state: str = ""
    state_label: str = ""
    count: int = 0


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of a pupil's page: a title, a template, and what it shows."""

    title: str
    template: str
    context: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MenuItem:
    """A line of the menu. `section` is work, place or settings; `label` may be lazy; `short` serves the phone's tabs."""

    section: str
    label: Any
    url_name: str
    verb: str
    short: Any = ""

    @property
    def url(self) -> str:
        return reverse(self.url_name)


home_tasks: Registry[Callable[[Any, datetime], list[Todo]]] = Registry()
pupil_panels: Registry[Callable[[Any, Any, datetime], list[Panel]]] = Registry()
menu: Registry[MenuItem] = Registry()
# Set-based: one call answers for every school asked about; a school without fault is left out.
verification_checks: Registry[Callable[[list[int], Any, datetime], dict[int, list[str]]]] = (
    Registry()
)

# The care of personal data (eqfund.privacy); its types are named above, and are not imported here.
reveals: Registry[Any] = Registry()
index_columns: Registry[Any] = Registry()
sealed_elsewhere: Registry[Any] = Registry()
index_swaps: Registry[Callable[[], Callable[[], None]]] = Registry()
person_exports: Registry[Any] = Registry()
person_scrubs: Registry[Any] = Registry()

# Called once for each recorded file, before its transaction ends: what fails here leaves nothing recorded.
registry_imported: Registry[Callable[[Any, datetime], None]] = Registry()


@dataclass(frozen=True, slots=True)
class Unfinished:
    """Who has not done the work of `activity`: `schools(term, round_no, path, at)` gives the keys of schools under `path`."""

    activity: str
    schools: Callable[[Any, int, str, datetime], Iterable[int]]


edge_handlers: Registry[Any] = Registry()
unfinished: Registry[Unfinished] = Registry()
listing_checks: Registry[Callable[[Any, Any, datetime], list[Any]]] = Registry()

SECTIONS = ("work", "place", "settings")


def menu_for(user: Any, path: str) -> list[dict[str, Any]]:
    """The menu's sections for this person; the item whose address begins `path` longest is current."""
    items = [item for item in menu if access.paths_with(user, item.verb)]
    matching = [
        item
        for item in items
        if path == item.url or (item.url != "/" and path.startswith(item.url))
    ]
    current = max(matching, key=lambda item: len(item.url), default=None)
    return [
        {
            "code": section,
            "items": [{"item": i, "current": i is current} for i in items if i.section == section],
        }
        for section in SECTIONS
        if any(item.section == section for item in items)
    ]
