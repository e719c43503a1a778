"""The audit book: every act, every reading of a child's data, every download.

    record(verb, obj, by=..., at=...)     an act, in the act's own transaction; a download, each time anew
    record_each(verb, [Noted(obj)], ...)  the same of many things that one act did
    read(request, obj)                    a page that shows a person's data was opened
    read_list(request, "app:page", rows)  a page that shows many people at once

A new verb gets its words in eqfund/audit/words.py (and its Thai in eqfund/audit/locale); one by which
something leaves the system as a file stands in DOWNLOADS there too.

**How a view says that it was read.** Mark the view with `@audit.reads`, and in it call `read` or
`read_list` once the rows are found, before rendering:

    @require_GET
    @requires("read_child")
    @audit.reads
    def pupil(request, pk):
        found = get_object_or_404(Pupil.objects.visible_to(request.user), pk=pk)
        audit.read(request, found)
        return render(...)

    @audit.reads
    def pupils(request):
        page = paged(request, rows)
        audit.read_list(request, "registry:pupils", page)   # how many names were shown, and where

The mark cannot lie: a marked view that answers 200 to a GET without having written (or repeated) a
reading raises in tests, and is logged in production. tests/architecture/test_reads.py demands the mark
of every page whose verb opens children's data, or a reason in its table.

What was decided, and why:

- *One insert, no query before it.* `INSERT ... ON CONFLICT DO NOTHING` against a partial unique index on
  (person, verb, object, place, hour): a page reloaded forty times in an hour is one row, whatever happens
  to a cache. Two pages of one list, or two searches, are two rows.
- *A list is one event* with the count of names shown and the place looked at, never one per child.
- *Recorded when the rows were found*, in a transaction of its own: it stands even if the answer then
  fails or never arrives. If the book cannot be written, nothing is shown.
- *Downloads and acts are never folded together.*
- What somebody searched for is personal: a list's event keeps a keyed digest of the query, not its words.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sized
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from itertools import batched
from os.path import commonpath
from typing import Any

from django.conf import settings
from django.db.models import Model

from eqfund import access, clock
from eqfund.fields import blind_index
from eqfund.models import Event, Pupil, User
from eqfund.privacy import person_keys

from .contents import digest_of, salted
from .words import DOWNLOADS

log = logging.getLogger(__name__)

Kind = Event.Kind


def record(
    verb: str,
    obj: Model | str,
    *,
    by: User | None,
    at: datetime | None = None,
    path: str = "",
    pupil: Pupil | int | None = None,
    facts: dict[str, Any] | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    kind: str = "",
    object_id: str = "",
    beside: bool = False,
) -> Event:
    """Record that `by` (None: the system) did `verb` to `obj` at programme time `at`.

    `facts` are figures and codes, readable by auditors; `before` and `after` may
    hold personal values and are encrypted. `pupil` is the child it tells of; it is
    found by itself when `obj` is a pupil or holds one that is already loaded. Whether
    it is a download is read off eqfund.audit.words, where every verb has its words.
    `object_id` names a row that was not found, or not given. `beside` writes through the second
    connection: it stands though the transaction around it is given up.
    """
    kind = kind or (Kind.DOWNLOAD if verb in DOWNLOADS else Kind.ACT)
    event = _event(verb, obj, by=by, at=at, path=path, pupil=pupil, facts=facts, kind=kind)
    event.object_id = object_id or event.object_id
    change = {
        key: value for key, value in (("before", before), ("after", after)) if value is not None
    }
    if change:
        plain = salted(change)
        event.change_digest = digest_of(plain)
        event.change = person_keys.sealed_for(_subject(obj, event), plain)
    event.save(force_insert=True, using=settings.PROGRESS_DATABASE if beside else None)
    return event


@dataclass(frozen=True, slots=True)
class Noted:
    """One of many things that were done by one act: what, where, of which child, with which facts."""

    obj: Model
    path: str = ""
    pupil: Pupil | int | None = None
    facts: dict[str, Any] = field(default_factory=dict)


def record_each(
    verb: str, done: Iterable[Noted], *, by: User | None, at: datetime | None = None
) -> int:
    """Record `verb` of many things at once, a line for each as `record` would; returns how many.

    For acts over a whole file or place: lines are inserted by the thousand, not one by one.
    """
    kind = Kind.DOWNLOAD if verb in DOWNLOADS else Kind.ACT
    count = 0
    for slice_ in batched(done, 1_000, strict=False):
        events = [
            _event(
                verb,
                one.obj,
                by=by,
                at=at,
                path=one.path,
                pupil=one.pupil,
                facts=one.facts,
                kind=kind,
            )
            for one in slice_
        ]
        Event.objects.bulk_create(events)
        count += len(events)
    return count


def read(
    request: Any,
    obj: Model | str,
    *,
    verb: str = "read",
    path: str = "",
    pupil: Pupil | int | None = None,
    facts: dict[str, Any] | None = None,
) -> None:
    """Record that this request's person reads `obj`: once an hour for each person and object."""
    event = _event(
        verb,
        obj,
        by=request.user,
        at=request.moment,
        path=path or (_path_of(obj) or _place_looked_at(request)),
        pupil=pupil,
        facts=facts,
        kind=Kind.READ,
    )
    Event.objects.bulk_create([event], ignore_conflicts=True)
    request.reads_recorded = getattr(request, "reads_recorded", 0) + 1


def read_list(
    request: Any,
    page: str,
    rows: Sized | int,
    *,
    path: str = "",
    facts: dict[str, Any] | None = None,
) -> None:
    """Record that this request's person reads a list: the page's name, how many names, where.

    `path` is the place looked at when the page is about one (a class, a school); without it,
    the place that holds everything the person may read. An empty list is no reading of anybody.
    """
    count = rows if isinstance(rows, int) else len(rows)
    request.reads_recorded = getattr(request, "reads_recorded", 0) + 1
    if not count:
        return
    query = request.META.get("QUERY_STRING", "")
    event = _event(
        "read_list",
        page,
        by=request.user,
        at=request.moment,
        path=path or _place_looked_at(request),
        pupil=None,
        facts={"count": count, **(facts or {})},
        kind=Kind.READ,
    )
    event.object_id = blind_index(query, "audit_query").hex()[:16] if query else ""
    Event.objects.bulk_create([event], ignore_conflicts=True)


def reads[View: Callable[..., Any]](view: View) -> View:
    """Mark a view that shows personal data, and hold it to its word: no answer without a reading."""

    @wraps(view)
    def kept(request: Any, *args: Any, **kwargs: Any) -> Any:
        response = view(request, *args, **kwargs)
        shows = request.method == "GET" and response.status_code == 200
        if shows and not getattr(request, "reads_recorded", 0):
            if settings.STRICT_READS:
                raise AssertionError(f"{view.__name__} showed a page and recorded no reading")
            log.error("%s showed a page and recorded no reading", view.__name__)
        return response

    kept.records_read = True  # type: ignore[attr-defined]
    return kept  # type: ignore[return-value]


def _event(
    verb: str,
    obj: Model | str,
    *,
    by: User | None,
    at: datetime | None,
    path: str,
    pupil: Pupil | int | None,
    facts: dict[str, Any] | None,
    kind: str,
) -> Event:
    label, pk = (obj._meta.label, str(obj.pk)) if isinstance(obj, Model) else (obj, "")
    return Event(
        wall_at=clock.wall(),
        at=at or clock.now(),
        kind=kind,
        actor_id=by.pk if by else None,
        actor_name=by.full_name if by else "",
        verb=verb,
        object_label=label,
        object_id=pk,
        pupil_id=_pupil_id(obj, pupil),
        path=path or _path_of(obj),
        facts=facts or {},
    )


def _path_of(obj: Model | str) -> str:
    return (getattr(obj, "path", "") or "") if isinstance(obj, Model) else ""


def _subject(obj: Model | str, event: Event) -> person_keys.Subject:
    """Under whose key before and after are kept: the child's, the user's, or the thing's own."""
    if event.pupil_id is not None:
        return Pupil._meta.label, str(event.pupil_id)
    return person_keys.subject_of(obj) if isinstance(obj, Model) else (obj, "")


def _pupil_id(obj: Model | str, pupil: Pupil | int | None) -> int | None:
    """The child an event tells of: told, or read off the object without asking the database."""
    if isinstance(pupil, int):
        return pupil
    found: Any = pupil or obj
    if isinstance(found, Pupil):
        return int(found.pk)
    if not isinstance(found, Model):
        return None
    loaded = found._state.fields_cache
    for holder in (found, loaded.get("enrolment"), loaded.get("grant")):
        value = getattr(holder, "pupil_id", None)
        if isinstance(value, int):
            return value
    return None


def _place_looked_at(request: Any) -> str:
    """The narrowest place that holds all that the person may read of children."""
    paths = access.paths_with(request.user, "read_child")
    return f"{commonpath(paths)}/" if paths else ""
