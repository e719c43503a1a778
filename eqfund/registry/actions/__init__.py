"""What people do with the registry: send a file, record it, keep the school's profile, record a leaving.

Each action is one transaction, told who acts (`by`) and when (`at`); it raises
Refused for what may not be, and leaves nothing half done.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from eqfund import access, audit, files, hooks, jobs
from eqfund.models import (
    Enrolment,
    Job,
    RegistryImport,
    Term,
    User,
)
from eqfund.refusal import Refused
from eqfund.thai_text import thai_datetime

from .. import difference, permissions, recording
from ..waiting import discard, one_at_a_time, registry_of

LEAVING = (
    Enrolment.Status.MOVED,
    Enrolment.Status.WITHDREW,
    Enrolment.Status.DIED,
    Enrolment.Status.NOT_PRESENT,
)


class AlreadyRecorded(Refused):
    """The same file again: nothing to do, and `previous` says when it was recorded."""

    def __init__(self, previous: RegistryImport) -> None:
        assert previous.confirmed_at is not None
        super().__init__(
            gettext("This very file was recorded %(at)s by %(by)s. Nothing was changed.")
            % {"at": thai_datetime(previous.confirmed_at), "by": previous.confirmed_by}
        )
        self.previous = previous


@transaction.atomic
def upload_registry_file(uploaded: Any, *, path: str, by: User, at: datetime) -> RegistryImport:
    """Keep a registry file of the place and have it read; nothing else is written.

    The same file that waits already is that import; the same that was recorded last is
    AlreadyRecorded. Another file sets the waiting one aside.
    """
    if reason := permissions.why_not_upload_registry_file(path, by):
        raise Refused(reason)
    term = Term.objects.current(at)
    if term is None:
        raise Refused(gettext("There is no term yet."))
    sha256 = _sha256(uploaded)
    one_at_a_time(path)
    of_place = RegistryImport.objects.filter(term=term, path=path).select_related("confirmed_by")
    waiting = of_place.filter(status__in=["reading", "previewed", "recording"]).first()
    if waiting and waiting.sha256 == sha256:
        if waiting.status == RegistryImport.Status.READING:
            _have_read(waiting, by=by)  # once more, should the worker have failed
        return waiting
    if waiting and waiting.status == RegistryImport.Status.RECORDING:
        raise Refused(gettext("The file before this one is being recorded. Wait until it is done."))
    last = of_place.filter(status=RegistryImport.Status.CONFIRMED).order_by("confirmed_at").last()
    if last and last.sha256 == sha256:
        raise AlreadyRecorded(last)
    stored = files.store_upload(
        uploaded, purpose="registry", path=path, by=by, at=at, kinds=("sheet", "text")
    )
    if waiting:
        discard(waiting, by=by, at=at)
    it = RegistryImport.objects.create(
        term=term,
        path=path,
        file=stored,
        sha256=sha256,
        registry=registry_of(path),
        uploaded_by=by,
        uploaded_at=at,
    )
    it.job = _have_read(it, by=by)
    it.save(update_fields=["job"])
    audit.record("registry.upload", it, by=by, at=at, facts={"sha256": it.sha256})
    return it


def _have_read(it: RegistryImport, *, by: User) -> Job:
    return jobs.start("registry.read_file", by=by, obj=it, key=f"read-registry-file-{it.pk}")


@transaction.atomic
def confirm_registry_import(
    it: RegistryImport, *, by: User, at: datetime, gone: str = "", seen: str = ""
) -> Job:
    """Have recorded what the preview shows; `gone` is the status for pupils who are not in the file.

    `seen` is the digest of the preview that the person saw, by default the latest. A worker
    records it (record_registry_import); a second click gives the same work.
    """
    if gone and gone not in LEAVING:
        raise ValueError(f"not a way of leaving: {gone}")
    rows = RegistryImport.objects.select_related("job", "term").select_for_update(of=["self"])
    it = rows.get(pk=it.pk)
    if it.status == RegistryImport.Status.RECORDING and it.job and not it.job.is_over:
        return it.job
    if reason := permissions.why_not_confirm_registry_import(it, by, at):
        raise Refused(reason)
    if seen and seen != it.counts.get("digest"):
        raise Refused(
            gettext("This preview has been made anew meanwhile. Look at it again, then confirm.")
        )
    params = {"gone": gone, "seen": it.counts["digest"], "at": at.isoformat()}
    job = jobs.start("registry.record_file", by=by, obj=it, params=params)
    RegistryImport.objects.filter(pk=it.pk).update(
        status=RegistryImport.Status.RECORDING, job=job, refusal={}
    )
    return job


class StalePreview(Exception):
    """The roll has changed: the preview that the person saw no longer holds."""


@transaction.atomic
def record_registry_import(
    it: RegistryImport,
    *,
    by: User,
    at: datetime,
    gone: str,
    seen: str,
    tell: Callable[[int, int, str], None] = lambda done, total, what: None,
    check_fence: Callable[[], None] = lambda: None,
) -> dict[str, Any]:
    """Write what was confirmed, all of it or nothing; the worker's part of confirm_registry_import.

    StalePreview when the roll has changed since: nothing is written. `check_fence` is asked
    last, so that of two workers only the one that holds the job commits.
    """
    it = RegistryImport.objects.select_related("term").select_for_update(of=["self"]).get(pk=it.pk)
    if it.status != RegistryImport.Status.RECORDING:
        raise Refused(permissions.why_not_decide(it) or "")
    if reason := access.why_not(by, "registry.import_file", it.path):
        raise Refused(reason)
    one_at_a_time("registry")
    counts = difference.compare(it)
    if counts["digest"] != seen:
        raise StalePreview
    recording.record_rows(it, at=at, gone=gone, tell=tell)
    RegistryImport.objects.filter(pk=it.pk).update(
        status=RegistryImport.Status.CONFIRMED, confirmed_by=by, confirmed_at=at
    )
    facts = {"counts": counts, "gone": gone, "schools": it.school_count}
    audit.record("registry.confirm", it, by=by, at=at, facts=facts)
    for follow in hooks.registry_imported:
        follow(it, at)
    check_fence()
    return counts


@transaction.atomic
def renew_preview(
    it: RegistryImport, code: str, *, check_fence: Callable[[], None] = lambda: None
) -> None:
    """What was confirmed was not recorded: compare anew and let the person look again; `code` says why."""
    it = RegistryImport.objects.select_for_update().get(pk=it.pk)
    if it.status != RegistryImport.Status.RECORDING:
        return
    counts = {"errors": it.counts.get("errors", 0)} | difference.compare(it)
    RegistryImport.objects.filter(pk=it.pk).update(
        status=RegistryImport.Status.PREVIEWED, counts=counts, refusal={"code": code}
    )
    check_fence()


@transaction.atomic
def discard_registry_import(it: RegistryImport, *, by: User, at: datetime) -> None:
    """Set a waiting file aside; its rows are forgotten."""
    it = RegistryImport.objects.select_for_update().get(pk=it.pk)
    if reason := permissions.why_not_discard_registry_import(it, by):
        raise Refused(reason)
    discard(it, by=by, at=at)


def _sha256(uploaded: Any) -> str:
    """The digest of an upload, read in pieces and wound back."""
    digest = hashlib.sha256()
    for piece in uploaded.chunks():
        digest.update(piece)
    uploaded.seek(0)
    return digest.hexdigest()
