"""A file for the bank's pages is taken only from who proved themselves just now, and is never lost.

The page with the form asks for the proof before a file is chosen. Should the proof lapse meanwhile,
the file is kept aside, sealed off and unread: no page shows it, no action looks into it. After the
proof the same page offers to go on with it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from eqfund import files
from eqfund.accounts.reauthentication import ask, is_fresh
from eqfund.models import StoredFile
from eqfund.privacy.scrub import forget_files

KEY = "kept_upload"
PURPOSE = "kept_upload"
FIELD = "file"


def proved_before_upload(*, kinds: tuple[str, ...], max_mb: int) -> Callable[..., Any]:
    """Ask for a proof before the form is shown; a file that comes after it lapsed waits for the next."""

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(request: Any, *args: Any, **kwargs: Any) -> Any:
            if is_fresh(request):
                return view(request, *args, **kwargs)
            if request.method == "POST" and FIELD in request.FILES:
                _keep(request, kinds, max_mb)
            return ask(request, back=request.get_full_path())

        guarded.reauthenticated = True  # type: ignore[attr-defined]
        return guarded

    return decorate


def kept(request: Any) -> StoredFile | None:
    """The file of this person that waits for this very page."""
    note = request.session.get(KEY) or {}
    if note.get("for") != request.path:
        return None
    mine = StoredFile.objects.filter(purpose=PURPOSE, uploaded_by=request.user)
    return mine.exclude(state=StoredFile.State.REJECTED).filter(pk=note.get("file")).first()


def files_of(request: Any) -> Any:
    """What a form reads its file from: the request, or what was kept when the person goes on with it."""
    stored = kept(request) if "go-on" in request.POST else None
    if stored is None:
        return request.FILES
    return {FIELD: SimpleUploadedFile(stored.original_name, files.read_bytes(stored))}


def forget_left(ended: datetime) -> int:
    """What was kept for a person who never came back to it; every night."""
    left = StoredFile.objects.filter(purpose=PURPOSE, uploaded_at__lt=ended)
    return forget_files(left.exclude(state=StoredFile.State.REJECTED))


def forget(request: Any) -> None:
    """Nothing waits any more: what was kept leaves the storage."""
    request.session.pop(KEY, None)
    mine = StoredFile.objects.filter(purpose=PURPOSE, uploaded_by=request.user)
    forget_files(mine.exclude(state=StoredFile.State.REJECTED))


def _keep(request: Any, kinds: tuple[str, ...], max_mb: int) -> None:
    forget(request)
    stored = files.store_upload(
        request.FILES[FIELD],
        purpose=PURPOSE,
        path="TH/",
        by=request.user,
        at=request.moment,
        kinds=kinds,
        max_mb=max_mb,
    )
    request.session[KEY] = {"file": stored.pk, "for": request.path}
