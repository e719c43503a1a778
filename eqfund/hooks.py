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
technical_records    eqfund.privacy.technical.Kept       records of the machinery that are deleted when their time is over
person_exports       eqfund.privacy.export.Part           what an app holds of one person
person_scrubs        eqfund.privacy.scrub.Scrub           what an app forgets of one person when its time is over
edge_handlers        eqfund.edges.EdgeHandler             what an app does when a window opens, is about to close, closes
edge_rounds          (until)                               what follows when the moments up to an instant have come
school_checks        (schools, term, at) -> {school key: [SchoolCheck]}   whether a school's data are up to date for the term
unfinished           eqfund.hooks.Unfinished              which schools have not done an activity's work yet
grant_ends           (grant, reason, at) -> [sentence]    what the end of a grant does to money not yet paid
joined_words         (label of a model, words)            what two rows of one child may both have, said to people
joined_once          (label of a model, fields)           rows of which the second is dropped when both of a child's rows have one with the same fields
rows_join            (PupilJoin, keep, leave, here, by, at) -> [JoinLine]   the fund joins two rows: what cannot simply go along is settled first
numbers_change       ([key of Identity])                  numbers are about to be corrected, in that transaction
listing_checks       (pupil, enrolment, at) -> [eqfund.registry.listing.Answer]    what keeps a pupil of the roll out of the list
office_counts        (user, term, activity, [office key]) -> {office key: OfficeCount}   how far offices were with an activity, as last counted
counted_subjects     eqfund.hooks.CountedSubject          figures of an office that take long to sum: counted in the background where something was done
office_figures       (user, term, subject, [office key]) -> {office key: KeptFigures}    those figures as last counted
subsidy_years        (term, [pupil key]) -> {pupil key: years}   for how many school years running up to the last one a pupil stood in lists of the basic-needs subsidy
children_moved       (keys of Handover, by, at)           pupils study at another school now: what does not travel ends, in that transaction
handover_duties      (Handover, at) -> [Duty]             what a move means and leaves to do, for its two sides; asked before it and after
handover_history     (Handover, user, at) -> [Panel]      what the new school may read of an accepted hand-over
states_changed       (keys of EnrolmentStatusChange, by, at)   pupils' states at their schools changed, in that transaction
status_meanings      (Enrolment, at) -> [StatusMeaning]   what each state would mean for this pupil's grant and money
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
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
    """A line of the menu. `section` is a group of eqfund.menus; `label` may be lazy; `short` serves the phone's tabs.

    `concerns`, given the paths where a person holds the verb, may leave the line out of their menu.
    """

    section: str
    label: Any
    url_name: str
    verb: str
    short: Any = ""
    concerns: Callable[[list[str]], bool] | None = None

    def is_for(self, user: Any) -> bool:
        """Whether the line stands in this person's menu."""
        paths = access.paths_with(user, self.verb)
        return bool(paths) and (self.concerns is None or self.concerns(paths))

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
technical_records: Registry[Any] = Registry()
person_exports: Registry[Any] = Registry()
person_scrubs: Registry[Any] = Registry()

# Called once for each recorded file, before its transaction ends: what fails here leaves nothing recorded.
registry_imported: Registry[Callable[[Any, datetime], None]] = Registry()


@dataclass(frozen=True, slots=True)
class Work:
    """How far a school is with an activity: `done` of `total`; `drafts` are begun and not sent."""

    done: int
    total: int
    drafts: int = 0

    @property
    def is_finished(self) -> bool:
        return self.done >= self.total


@dataclass(frozen=True, slots=True)
class OfClasses:
    """The same work class by class, for those who do it in one class: `work`, asked as for schools, gives classroom key -> Work.

    `page` is the address where the class's is seen: (classroom key, term, round_no).
    """

    work: Callable[[Any, int, str, datetime], dict[int, Work]]
    page: Callable[[int, Any, int], str]


@dataclass(frozen=True, slots=True)
class Unfinished:
    """Who has not done the work of `activity`: `schools(term, round_no, path, at)` gives the keys of schools under `path`.

    `work`, asked the same, counts: school key -> Work; a school that has nothing to do is left
    out. Without it a close counts every school as one piece of work. `grace_hours`: so long after
    the close, drafts that the server knows may still be sent, as late. `classes` counts by class,
    `page` is where a school's own is seen: (school key, term, round_no), and `also` names roles at
    the school who are told beside those of the calendar's line.
    """

    activity: str
    schools: Callable[[Any, int, str, datetime], Iterable[int]]
    work: Callable[[Any, int, str, datetime], dict[int, Work]] | None = None
    grace_hours: int = 0
    classes: OfClasses | None = None
    page: Callable[[int, Any, int], str] | None = None
    also: tuple[str, ...] = ()


def unfinished_by_work(
    activity: str,
    work: Callable[[Any, int, str, datetime], dict[int, Work]],
    grace_hours: int = 0,
    **more: Any,
) -> Unfinished:
    """Who has not done the work, by counts alone."""

    def schools(term: Any, round_no: int, path: str, at: datetime) -> Iterable[int]:
        counted = work(term, round_no, path, at)
        return [key for key, done in counted.items() if not done.is_finished]

    return Unfinished(activity, schools, work, grace_hours, **more)


@dataclass(frozen=True, slots=True)
class SchoolCheck:
    """One line of the checklist "up to date for this term".

    state        good, sun (somebody has something to do) or bad (it is missing)
    sentence     how it stands
    who, url     who mends it, and where; the page shows the link to those who may open it (`verb`)
    holds_back   while it is not good, the profile cannot be confirmed
    """

    code: str
    title: str
    state: str
    sentence: str
    who: str = ""
    url: str = ""
    verb: str = ""
    holds_back: bool = False


# Set-based: one call answers for every school asked about, in a constant number of queries.
school_checks: Registry[Callable[[list[Any], Any, datetime], dict[int, list[SchoolCheck]]]] = (
    Registry()
)

edge_handlers: Registry[Any] = Registry()
edge_rounds: Registry[Callable[[datetime], None]] = Registry()
unfinished: Registry[Unfinished] = Registry()
grant_ends: Registry[Callable[[Any, str, datetime], list[str]]] = Registry()
# Set-based: a pupil who stood in no list is left out.
subsidy_years: Registry[Callable[[Any, list[int]], dict[int, int]]] = Registry()
joined_words: Registry[tuple[str, Any]] = Registry()
numbers_change: Registry[Callable[[list[int]], None]] = Registry()
joined_once: Registry[tuple[str, tuple[str, ...]]] = Registry()


@dataclass(frozen=True, slots=True)
class JoinLine:
    """One thing that the joining of two rows does beside carrying all of the one to the other.

    `code` and `amount_satang` stand in the digest that is decided on; `claimed` is money that a
    family or a school has to give back.
    """

    code: str
    sentence: str
    amount_satang: int = 0
    claimed: bool = False


# Called in the joining's transaction, before the rows are turned; Refused leaves all as it was.
rows_join: Registry[Callable[[Any, Any, Any, str, Any, datetime], list[JoinLine]]] = Registry()
listing_checks: Registry[Callable[[Any, Any, datetime], list[Any]]] = Registry()


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing that a move means: `side` is sender or receiver; `done` None for what nobody has to do."""

    side: str
    what: str
    hint: str = ""
    url: str = ""
    due: date | None = None
    done: bool | None = None


@dataclass(frozen=True, slots=True)
class OfficeCount:
    """How far an office's schools were with an activity when they were last counted."""

    done: int
    total: int
    counted_at: datetime

    @property
    def left(self) -> int:
        return self.total - self.done


@dataclass(frozen=True, slots=True)
class CountedSubject:
    """Figures of whole offices: `count(term, [office key])` gives office key -> name of a figure -> number."""

    name: str
    count: Callable[[Any, list[int]], dict[int, dict[str, int]]]


@dataclass(frozen=True, slots=True)
class KeptFigures:
    """An office's figures of one subject, as they were counted last."""

    figures: dict[str, int]
    counted_at: datetime


@dataclass(frozen=True, slots=True)
class StatusMeaning:
    """What follows when a pupil's state becomes `status`: a sentence; `bad` for what cannot be taken back by the school."""

    status: str
    sentence: str
    bad: bool = False


# Set-based: a registry file moves a whole office's leavers at once. `by` is None where nobody did it.
children_moved: Registry[Callable[[list[int], Any, datetime], None]] = Registry()
states_changed: Registry[Callable[[list[int], Any, datetime], None]] = Registry()
handover_duties: Registry[Callable[[Any, datetime], list[Duty]]] = Registry()
handover_history: Registry[Callable[[Any, Any, datetime], list[Panel]]] = Registry()
status_meanings: Registry[Callable[[Any, datetime], list[StatusMeaning]]] = Registry()
# Figures of many offices at once, counted beforehand: no page of the country counts by itself.
office_counts: Registry[Callable[[Any, Any, str, list[int]], dict[int, OfficeCount]]] = Registry()
counted_subjects: Registry[CountedSubject] = Registry()
office_figures: Registry[Callable[[Any, Any, str, list[int]], dict[int, KeptFigures]]] = Registry()


def kept_figures(
    user: Any, term: Any, subject: str, offices: list[int]
) -> tuple[dict[int, dict[str, int]], datetime | None]:
    """Figures of offices as last counted, and when the oldest of them was; who has none is left out.

    A page counts those few itself: nothing has been counted before the first tick of a new term.
    """
    found: dict[int, KeptFigures] = {}
    for each in office_figures:
        found |= each(user, term, subject, offices)
    figures = {key: kept.figures for key, kept in found.items()}
    return figures, min((kept.counted_at for kept in found.values()), default=None)
