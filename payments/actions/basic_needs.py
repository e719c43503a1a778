"""What an office or its affiliation keeps of the basic-needs subsidy: account, allocation, lists.

Each action is one transaction. A list is read by a worker, looked at, and recorded whole; a file with
one wrong cell is not accepted at all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from eqfund import audit, files, jobs
from eqfund.models import SupervisingOffice, Term, User
from eqfund.refusal import Refused
from eqfund.thai_text import thai_date, thai_datetime
from payments.models import (
    AllocationAccount,
    OfficeAllocation,
    SubsidyFault,
    SubsidyList,
    SubsidyPupil,
)
from payments.permissions import basic_needs as permissions
from payments.rules.basic_needs import WAITING, ListStatus, account_fault
from payments.subsidy_file import CellFault
from payments.words.faults import fault

PURPOSE = "subsidy-list"
BATCH = 2_000


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """An office's account as its book shows it; `number` is digits only."""

    bank_code: str
    number: str
    name: str
    since: date


class AlreadyRecorded(Refused):
    """The same file again: nothing to do, and `previous` says when it was recorded."""

    def __init__(self, previous: SubsidyList) -> None:
        assert previous.recorded_at is not None
        super().__init__(
            gettext("This very file was recorded %(at)s by %(by)s. Nothing was changed.")
            % {"at": thai_datetime(previous.recorded_at), "by": previous.recorded_by}
        )
        self.previous = previous


@transaction.atomic
def set_allocation_account(
    office: SupervisingOffice, facts: AccountFacts, *, by: User, at: datetime
) -> AllocationAccount:
    """Let an account serve from a day on; the one before ends with the day before and stays in the history."""
    if reason := permissions.why_not_keep(office, by):
        raise Refused(reason)
    if wrong := account_fault(facts.bank_code, facts.number):
        raise Refused(fault(wrong[1]))
    # The office's row is locked, so that two at once wait for each other.
    SupervisingOffice.objects.select_for_update(no_key=True).get(pk=office.pk)
    before = AllocationAccount.objects.filter(office=office, until=None).first()
    if before is not None:
        if (before.bank_code, before.number, before.name) == (facts.bank_code, facts.number, facts.name):  # fmt: skip
            raise Refused(gettext("This is the account that serves already. Nothing was changed."))
        if facts.since < before.since:
            raise Refused(
                gettext("The account that serves began on %(day)s. A new one begins later.")
                % {"day": thai_date(before.since)}
            )
        AllocationAccount.objects.filter(pk=before.pk).update(until=facts.since)
    account = AllocationAccount.objects.create(
        office=office,
        affiliation_code=office.affiliation.code,
        bank_code=facts.bank_code,
        number=facts.number,
        last4=facts.number[-4:],
        name=facts.name,
        since=facts.since,
        set_by=by,
        set_at=at,
    )
    audit.record(
        "set_allocation_account",
        account,
        by=by,
        at=at,
        path=office.path,
        facts={"bank": account.bank_code},
        after={"last4": account.last4, "name": account.name},
    )
    return account


@transaction.atomic
def note_allocation(
    office: SupervisingOffice,
    term: Term,
    *,
    letter_number: str,
    letter_on: date,
    pupils: int,
    amount_satang: int,
    by: User,
    at: datetime,
) -> OfficeAllocation:
    """Note what the affiliation's schedule gives an office in a term; a corrected one takes its place."""
    if reason := permissions.why_not_keep(office, by):
        raise Refused(reason)
    if (pupils == 0) != (amount_satang == 0) or pupils < 0 or amount_satang < 0:
        raise Refused(gettext("Pupils and money go together: none of both, or some of both."))
    SupervisingOffice.objects.select_for_update(no_key=True).get(pk=office.pk)
    OfficeAllocation.objects.filter(office=office, term=term, is_current=True).update(
        is_current=False
    )
    allocation = OfficeAllocation.objects.create(
        office=office,
        term=term,
        letter_number=letter_number.strip(),
        letter_on=letter_on,
        pupils=pupils,
        amount_satang=amount_satang,
        noted_by=by,
        noted_at=at,
    )
    audit.record(
        "note_allocation",
        allocation,
        by=by,
        at=at,
        path=office.path,
        facts={"pupils": pupils, "amount_satang": amount_satang, "term": str(term)},
    )
    return allocation


@transaction.atomic
def upload_subsidy_list(
    uploaded: Any, *, office: SupervisingOffice, term: Term, by: User, at: datetime
) -> SubsidyList:
    """Keep a file of an office's list and have it read; nothing else is written.

    The same file that waits already is that list; the same that counts is AlreadyRecorded.
    Another file sets the waiting one aside.
    """
    if reason := permissions.why_not_keep(office, by):
        raise Refused(reason)
    SupervisingOffice.objects.select_for_update(no_key=True).get(pk=office.pk)
    sha256 = _sha256(uploaded)
    of_office = SubsidyList.objects.filter(office=office, term=term)
    counts = of_office.filter(status=ListStatus.RECORDED).select_related("recorded_by").first()
    if counts is not None and counts.sha256 == sha256:
        raise AlreadyRecorded(counts)
    waiting = of_office.filter(status__in=WAITING).first()
    if waiting is not None:
        if waiting.sha256 == sha256:
            return waiting
        _set_aside(waiting, by=by, at=at)
    stored = files.store_upload(
        uploaded, purpose=PURPOSE, path=office.path, by=by, at=at, kinds=("sheet", "text")
    )
    found = SubsidyList.objects.create(
        term=term, office=office, file=stored, sha256=sha256, uploaded_by=by, uploaded_at=at
    )
    found.job = jobs.start(
        "payments.read_subsidy_list", by=by, obj=found, key=f"read-subsidy-list-{found.pk}"
    )
    found.save(update_fields=["job"])
    audit.record(
        "upload_subsidy_list", found, by=by, at=at, path=office.path, facts={"sha256": sha256}
    )
    return found


def keep_reading(
    found: SubsidyList,
    rows: list[SubsidyPupil],
    faults: list[CellFault],
    *,
    lines: int,
    refusal: dict[str, Any],
    check_fence: Callable[[], None] = lambda: None,
) -> ListStatus:
    """Keep what a worker read: the rows of a list in which every cell can be, else the wrong cells."""
    with transaction.atomic():
        found = SubsidyList.objects.select_for_update().get(pk=found.pk)
        if found.status != ListStatus.READING:
            return ListStatus(found.status)
        SubsidyFault.objects.filter(subsidy_list=found).delete()
        SubsidyPupil.objects.filter(subsidy_list=found).delete()
        status = ListStatus.REFUSED if faults or refusal else ListStatus.PREVIEWED
        if status is ListStatus.PREVIEWED:
            SubsidyPupil.objects.bulk_create(rows, batch_size=BATCH)
        kept = [
            SubsidyFault(
                subsidy_list=found,
                line=one.line,
                column=one.column,
                title=one.title,
                code=one.code,
                value=one.value,
            )
            for one in faults
        ]
        SubsidyFault.objects.bulk_create(kept, batch_size=BATCH)
        if status is ListStatus.PREVIEWED:
            found.pupils = len(rows)
            found.schools = len({row.school_id for row in rows})
            found.unusual = sum(row.is_unusual for row in rows)
            found.amount_satang = sum(row.amount_satang for row in rows)
        found.status, found.lines = status, lines
        found.refusal = refusal or ({"code": "has_faults"} if faults else {})
        found.save()
        check_fence()
        return status


@transaction.atomic
def record_subsidy_list(found: SubsidyList, *, by: User, at: datetime) -> SubsidyList:
    """Let a list count: the whole of it, in place of the office's earlier one of the term."""
    SupervisingOffice.objects.select_for_update(no_key=True).get(pk=found.office_id)
    found = _locked(found)
    if reason := permissions.why_not_record(found, by):
        raise Refused(reason)
    earlier = SubsidyList.objects.filter(
        office=found.office_id, term=found.term_id, status=ListStatus.RECORDED
    )
    replaced = list(earlier)
    SubsidyPupil.objects.filter(subsidy_list__in=replaced).update(is_current=False)
    earlier.update(status=ListStatus.REPLACED)
    try:
        with transaction.atomic():
            SubsidyPupil.objects.filter(subsidy_list=found).update(is_current=True)
    except IntegrityError:
        raise Refused(_twice(found)) from None
    found.status, found.recorded_by, found.recorded_at = ListStatus.RECORDED, by, at
    found.save(update_fields=["status", "recorded_by", "recorded_at"])
    facts = {
        "pupils": found.pupils,
        "amount_satang": found.amount_satang,
        "replaced": len(replaced),
    }
    audit.record("record_subsidy_list", found, by=by, at=at, path=found.path, facts=facts)
    return found


def _twice(found: SubsidyList) -> str:
    """Pupils of the list who stand in another office's list of the term."""
    pupils = SubsidyPupil.objects.filter(subsidy_list=found).values("pupil")
    others = SubsidyPupil.objects.filter(term=found.term, is_current=True, pupil__in=pupils)
    count = others.exclude(subsidy_list__office=found.office_id).count()
    return gettext(
        "%(count)d pupils of this list stand in the list of another office of this term. "
        "A pupil has the subsidy once: the two offices settle it, then the list is sent again."
    ) % {"count": count}


@transaction.atomic
def set_aside_subsidy_list(found: SubsidyList, *, by: User, at: datetime) -> None:
    """Set a list aside that waits; nothing of it counts."""
    found = _locked(found)
    if reason := permissions.why_not_set_aside(found, by):
        raise Refused(reason)
    _set_aside(found, by=by, at=at)


def _set_aside(found: SubsidyList, *, by: User, at: datetime) -> None:
    SubsidyPupil.objects.filter(subsidy_list=found).delete()
    SubsidyList.objects.filter(pk=found.pk).update(status=ListStatus.SET_ASIDE)
    audit.record("set_aside_subsidy_list", found, by=by, at=at, path=found.path)


def _locked(found: SubsidyList) -> SubsidyList:
    rows = SubsidyList.objects.select_related("office__affiliation", "term")
    return rows.select_for_update(of=["self"]).get(pk=found.pk)


def _sha256(uploaded: Any) -> str:
    digest = hashlib.sha256()
    for chunk in uploaded.chunks():
        digest.update(chunk)
    uploaded.seek(0)
    return digest.hexdigest()
