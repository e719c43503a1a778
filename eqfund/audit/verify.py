"""Prove the book: every seal follows from the one before, every row is the row that was sealed.

Finds one changed byte, a row taken out, a row put in, a seal changed, taken out,
put elsewhere or made anew, and says which. What the rows' encrypted change says
is compared with its digest, unless the person's key was destroyed by scrubbing.
A book cut off at its end shows only against a head kept outside (`--head`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.conf import settings
from django.db import connection

from eqfund import clock
from eqfund.models import AuditCheck, AuditSeal

from . import chain, seals
from .openings import Opening, openings

SEALS_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is not as it was sealed."""

    code: str
    seal: int
    event: int | None
    sentence: str

    def __str__(self) -> str:
        where = f"seal {self.seal}" + (f", event {self.event}" if self.event else "")
        return f"{where}: {self.sentence}"


@dataclass
class Report:
    """How far the book was proved, and what is wrong."""

    seals: int = 0
    events: int = 0
    contents: int = 0
    destroyed: int = 0
    unsealed: int = 0
    head: str = ""
    faults: list[Fault] = field(default_factory=list)


def verify(*, contents: bool = True, kept_head: str = "") -> Report:
    """Go through the whole chain; `contents` opens the encrypted changes too."""
    report = Report()
    previous, number, position = chain.NOTHING_BEFORE, 0, 0
    hashes: dict[int, bytes] = {}
    for seal in _seals():
        for expected in range(number + 1, seal.number):
            report.faults.append(Fault("seal_missing", expected, None, "this seal is gone"))
        report.faults += _faults_of_seal(seal, previous, position)
        report.faults += _faults_of_rows(seal, report, contents)
        previous, number, position = bytes(seal.hash), seal.number, seal.below_position
        hashes[number] = previous
        report.seals += 1
    report.head = f"{number}:{previous.hex()}" if number else ""
    report.unsealed = _unsealed(position)
    report.faults += _faults_of_head(kept_head, hashes)
    return report


def keep(report: Report) -> AuditCheck:
    """Write down that the book was proved, for the auditor's page."""
    return AuditCheck.objects.create(
        checked_at=clock.wall(),
        seals=report.seals,
        events=report.events,
        faults=len(report.faults),
    )


def _seals() -> Iterator[AuditSeal]:
    yield from AuditSeal.objects.order_by("number").iterator(SEALS_AT_ONCE)


def _faults_of_seal(seal: AuditSeal, previous: bytes, position: int) -> Iterator[Fault]:
    if bytes(seal.previous) != previous:
        yield Fault(
            "seal_unlinked",
            seal.number,
            None,
            "does not follow from the seal that stands before it",
        )
    if seal.from_position != position:
        yield Fault("seal_gap", seal.number, None, "does not begin where the one before it ends")
    head = chain.Head(
        seal.number,
        seal.from_position,
        seal.below_position,
        seal.events,
        seal.first_event_id,
        seal.last_event_id,
        seal.sealed_at,
    )
    if chain.seal_hash(bytes(seal.previous), head, bytes(seal.leaves)) != bytes(seal.hash):
        yield Fault("seal_changed", seal.number, None, "the seal itself was changed")
    if seal.mac_key >= len(settings.SEAL_KEYS):
        yield Fault(
            "seal_key_unknown", seal.number, None, f"its key {seal.mac_key} is not in SEAL_KEYS"
        )
    elif chain.mac_of(settings.SEAL_KEYS[seal.mac_key], bytes(seal.hash)) != bytes(seal.mac):
        yield Fault("seal_forged", seal.number, None, "was not made with the key of the seals")


def _faults_of_rows(seal: AuditSeal, report: Report, contents: bool) -> list[Fault]:
    try:
        sealed = dict(chain.read_leaves(bytes(seal.leaves)))
    except ValueError:
        return []  # the seal's hash tells of it
    rows = seals.rows_between(seal.from_position, seal.below_position)
    found = {int(row[0]): chain.row_digest(row) for row in rows}
    report.events += len(found)
    faults = [
        Fault("event_missing", seal.number, pk, "this event was taken out")
        for pk in sealed.keys() - found.keys()
    ]
    faults += [
        Fault("event_inserted", seal.number, pk, "this event was put in after the sealing")
        for pk in found.keys() - sealed.keys()
    ]
    faults += [
        Fault("event_changed", seal.number, pk, "this event was changed after the sealing")
        for pk in sealed.keys() & found.keys()
        if sealed[pk] != found[pk]
    ]
    if contents:
        faults += _faults_of_contents(seal, report)
    return sorted(faults, key=lambda fault: fault.event or 0)


def _faults_of_contents(seal: AuditSeal, report: Report) -> list[Fault]:
    """What the encrypted change says, against the digest that the seal covers."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, change, change_digest FROM eqfund_event"
            " WHERE position >= %s AND position < %s AND (change <> '' OR change_digest <> '')"
            " ORDER BY position, id",
            [seal.from_position, seal.below_position],
        )
        rows = [(pk, bytes(change), bytes(digest)) for pk, change, digest in cursor.fetchall()]
    faults = []
    for pk, opening in openings(rows):
        report.contents += opening == Opening.TRUE
        report.destroyed += opening == Opening.DESTROYED
        if opening == Opening.FALSE:
            faults.append(
                Fault("content_changed", seal.number, pk, "what this event says was changed")
            )
    return faults


def _unsealed(position: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM eqfund_event WHERE position >= %s", [position])
        return int(cursor.fetchone()[0])


def _faults_of_head(kept: str, hashes: dict[int, bytes]) -> Iterator[Fault]:
    """Whether a head that was kept outside still stands in the chain."""
    if not kept:
        return
    number, _colon, digest = kept.strip().partition(":")
    if not number.isdecimal() or hashes.get(int(number), b"").hex() != digest.lower():
        seal = int(number) if number.isdecimal() else 0
        yield Fault("head_gone", seal, None, "the head kept outside is not in this chain")
