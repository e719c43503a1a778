"""Letters 08: one for each transfer that arrived, numbered and with its token, printed at will."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from django.db import transaction
from django.utils.translation import gettext

from eqfund import audit, jobs
from eqfund.models import Job, School, User
from eqfund.refusal import Refused
from payments.models import Letter08, SchoolPayoutReport, Transfer, TransferRound
from payments.permissions.letters import why_not_print_letters
from payments.rules.rounds import TransferStatus

from .payout import _refuse, lock_book

PRINT = "payments.print_letters"
TOKEN_BYTES = 16


@transaction.atomic
def issue_letters(
    transfer_round: TransferRound,
    path: str,
    transfers: Sequence[Transfer],
    *,
    by: User,
    at: datetime,
) -> int:
    """Give each of these transfers, all under `path`, its letter if it has none; how many were made.

    A letter keeps its number, its day and its token however often it is printed.
    """
    _refuse(why_not_print_letters(transfer_round, path, by))
    made = 0
    schools = School.objects.in_bulk({transfer.school_id for transfer in transfers})
    ordered = sorted(transfers, key=lambda transfer: transfer.school_id)
    for school_id, group in groupby(ordered, key=lambda transfer: transfer.school_id):
        book = lock_book(transfer_round, schools[school_id])
        rows = list(group)
        have = set(Letter08.objects.filter(transfer__in=rows).values_list("transfer_id", flat=True))
        new = [row for row in rows if row.pk not in have and row.status == TransferStatus.SUCCESS]
        Letter08.objects.bulk_create(
            Letter08(
                transfer=row,
                round=transfer_round,
                school_id=school_id,
                number=book.last_letter + place,
                token=secrets.token_urlsafe(TOKEN_BYTES),
                issued_by=by,
                issued_at=at,
            )
            for place, row in enumerate(new, start=1)
        )
        SchoolPayoutReport.objects.filter(pk=book.pk).update(
            last_letter=book.last_letter + len(new)
        )
        made += len(new)
    if made:
        audit.record(
            "issue_letters",
            transfer_round,
            by=by,
            at=at,
            path=path,
            facts={"letters": made, "schools": len(schools)},
        )
    return made


@transaction.atomic
def start_letters(transfer_round: TransferRound, path: str, *, by: User, at: datetime) -> Job:
    """Ask for all letters of a place and round as one PDF. The same wish twice is the same job."""
    _refuse(why_not_print_letters(transfer_round, path, by))
    arrived = Transfer.objects.under(path).filter(
        round=transfer_round, status=TransferStatus.SUCCESS
    )
    count = arrived.count()
    if not count:
        raise Refused(gettext("No transfer of this round arrived here, so there is no letter."))
    return jobs.start(
        PRINT,
        by=by,
        obj=transfer_round,
        key=f"letters-{transfer_round.pk}-{path}-{count}-{by.pk}-{at:%Y%m%d%H%M}",
        params={"path": path, "count": count},
    )
