"""A round over grants beside the bare INSERT ... SELECT of the same rows, in the same run.

The bound inserts the same transfers by plain joins, knowing no reason for anybody; ours asks the
whole ladder of hurdles of every grant, writes the left-outs with their reasons and inserts the
transfers, in one statement. Both are followed by the look at foreign keys that a commit takes.
What comes around the build (entitlements, control totals and digest) are figures of their own.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from eqfund import clock
from eqfund.access import Role
from eqfund.accounts import first_use, sessions
from eqfund.fields import seal
from eqfund.models import User
from payments import round_sql
from payments.actions import rounds
from payments.models import TransferRound

from ._country import (
    ENROLMENTS,
    PUPILS,
    SCHOOLS,
    Row,
    by_turns,
    far_term,
    fill,
    office,
    person,
    row,
    vacuum,
)

ROLE = "owner"
SIZE, PUPILS_A_SCHOOL = 100_000, 40
YEAR_BE = 2598
LIMIT = 1.5
RUNS = 3


def rows(size: int = SIZE) -> Iterator[Row]:
    """Make grants in the bench's own database, and measure."""
    planned, officer = _world(size)
    entitle = clock.stopwatch()
    with transaction.atomic():
        made = round_sql.entitle(planned.term)
        connection.check_constraints()
    yield row(f"entitlements of {made:,} grants", clock.stopwatch() - entitle)
    vacuum()
    yield from _build(planned, size)
    begun = clock.stopwatch()
    rounds.build_round(planned, by=officer, at=clock.now())
    yield row(f"the whole action over {size:,} grants", clock.stopwatch() - begun)
    vacuum()
    begun = clock.stopwatch()
    rounds.check_totals(planned)
    yield row(f"control totals and digest of {planned.pupils:,} rows", clock.stopwatch() - begun)
    yield from _pages(planned, officer)


def _build(planned: TransferRound, size: int) -> Iterator[Row]:
    counts: set[int] = set()
    ways = {
        "bare": lambda: counts.add(_bare(planned)),
        "ours": lambda: counts.add(round_sql.build(planned)),
    }
    found = by_turns(ways, RUNS if size <= SIZE else 1)
    if len(counts) != 1:
        raise AssertionError(f"not the same rows: {counts}")
    name = f"build a round over {size:,} grants, with reasons"
    yield row(name, found["ours"][0], found["bare"][0], LIMIT)
    name = "the same with the look at foreign keys of a commit"
    yield row(name, found["ours"][1], found["bare"][1], LIMIT)


def _bare(planned: TransferRound) -> int:
    with round_sql.over_the_whole_country() as cursor:
        cursor.execute(BARE, {"round": planned.pk, "term": planned.term_id})
        return cursor.rowcount


def _pages(planned: TransferRound, officer: User) -> Iterator[Row]:
    """Queries of a page at 1 and at 50 rows: the same, whatever their number."""
    client = Client(headers={"host": "localhost"})
    client.force_login(officer, backend=sessions.BACKEND)
    first_use.mark(session := client.session, officer, factor=True)
    session.save()
    listed = reverse("payments:round-left-out", args=[planned.pk])
    for name, url in (
        ("round page", reverse("payments:round", args=[planned.pk])),
        ("left-out list, 1 row", f"{listed}?hurdle=promptpay_not_possible"),
        ("left-out list, 50 rows", f"{listed}?hurdle=not_confirmed"),
    ):
        client.get(url)
        begun = clock.stopwatch()
        with CaptureQueriesContext(connection) as queries:
            response = client.get(url)
        seconds = clock.stopwatch() - begun
        if response.status_code != 200:
            raise AssertionError(f"{url}: {response.status_code}")
        yield {"name": f"queries, {name}", "seconds": len(queries), "unit": "queries"}
        yield {"name": f"time, {name}", "seconds": round(seconds * 1000), "unit": "ms"}


def _world(size: int) -> tuple[TransferRound, User]:
    """A planned round and its grants, made set-based; 3 % are not confirmed, 2 % have no channel."""
    roles = (Role.FUND_OFFICER, Role.FUND_APPROVER, Role.FUND_FINANCE)
    officer, approver, finance = (person(role, "rounds") for role in roles)
    term, place = far_term(YEAR_BE), office("BRND")
    planned = TransferRound.objects.create(
        term=term, number=1, takes="continuing", planned_by=officer, planned_at=clock.now()
    )
    fill(
        (*SCHOOLS, *PUPILS, *ENROLMENTS, *FILL),
        {
            "term": term.pk,
            "office": place.pk,
            "path": place.path,
            "year": YEAR_BE,
            "pupils": size,
            "schools": max(1, size // PUPILS_A_SCHOOL),
            "officer": officer.pk,
            "approver": approver.pk,
            "finance": finance.pk,
            "id": seal(b"1101700203450", "national_id"),
            "account": seal(b"9800000001", "account_number"),
            "name": seal("นางสมมติ ตัวอย่าง".encode(), "guardian_name"),
        },
    )
    return planned, officer


BARE = """
INSERT INTO payments_transfer (round_id, entitlement_id, enrolment_id, school_id, share, channel_id, kind,
       account_id, destination, destination_last4, amount_satang, status, fail_code)
SELECT %(round)s, n.id, e.id, room.school_id, 'cash', ch.id, ch.kind,
       CASE WHEN ch.kind = 'school_account' THEN a.id END,
       CASE ch.kind WHEN 'promptpay_pupil' THEN i.number WHEN 'promptpay_guardian' THEN gu.national_id
                    ELSE a.number END,
       CASE ch.kind WHEN 'promptpay_pupil' THEN i.last4 WHEN 'promptpay_guardian' THEN gu.last4
                    ELSE a.last4 END,
       n.amount_satang, 'pending', ''
  FROM payments_entitlement n
  JOIN payments_continuingconfirmation k ON k.grant_id = n.grant_id AND k.term_id = n.term_id
  JOIN eqfund_identity i ON i.id = n.identity_id AND i.kind = 'national_id'
  JOIN eqfund_enrolment e ON e.id = n.enrolment_id
  JOIN eqfund_classroom room ON room.id = e.classroom_id
  JOIN payments_receivingchannel ch ON ch.pupil_id = e.pupil_id AND ch.is_current
  LEFT JOIN eqfund_guardian gu ON gu.id = ch.guardian_id
  LEFT JOIN payments_schoolbankaccount a ON a.school_id = room.school_id AND a.status = 'accepted'
 WHERE n.term_id = %(term)s
"""

# n of a pupil decides all: the guardian's PromptPay, the school's account, who lacks what.
FILL = (
    """INSERT INTO eqfund_guardian (pupil_id, full_name, relationship, national_id, id_index, last4, phone,
        is_current, since)
        SELECT id, %(name)s, 'mother', %(id)s, sha256(convert_to('guardian' || sort_key, 'UTF8')), '3450',
            '', true, now() FROM eqfund_pupil WHERE path LIKE %(path)s || '%%'""",
    """INSERT INTO screening_grant (pupil_id, enrolment_id, "group", first_term, last_term, status, source,
        former_channel, given_at, end_reason, end_note)
        SELECT pupil_id, id, 'continuing', 25981, 25982, 'active', 'predecessor', '', now(), '', ''
        FROM eqfund_enrolment WHERE term_id = %(term)s""",
    """INSERT INTO payments_benefitrate (term_id, level, amount_satang, source, proposed_by_id, proposed_at,
        approved_by_id, approved_at)
        SELECT %(term)s, level, amount, '', %(officer)s, now(), %(approver)s, now()
        FROM (VALUES ('kindergarten', 200000), ('primary', 150000), ('lower_secondary', 210000)) v(level, amount)""",
    """INSERT INTO payments_schoolbankaccount (school_id, bank_code, number, last4, name, dedicated, status, reason,
        proposed_by_id, proposed_at, director_id, director_at, decided_by_id, decided_at)
        SELECT id, '006', %(account)s, '0001', 'เงิน กสศ. เพื่อ' || name, true, 'accepted', '', %(finance)s,
            now(), %(approver)s, now(), %(officer)s, now() FROM eqfund_school WHERE office_id = %(office)s""",
    """INSERT INTO payments_receivingchannel (pupil_id, kind, guardian_id, promptpay_state, is_current, set_at)
        SELECT p.id, v.kind, CASE WHEN v.kind = 'promptpay_guardian' THEN gu.id END, 'opened', true, now()
        FROM eqfund_pupil p JOIN eqfund_guardian gu ON gu.pupil_id = p.id
        CROSS JOIN LATERAL (SELECT CASE WHEN p.sort_key::int %% 10 < 6 THEN 'promptpay_pupil'
            WHEN p.sort_key::int %% 10 < 9 THEN 'promptpay_guardian' ELSE 'school_account' END) v(kind)
        WHERE p.path LIKE %(path)s || '%%' AND p.sort_key::int %% 50 <> 7""",
    """INSERT INTO payments_continuingconfirmation (grant_id, term_id, enrolment_id, confirmed_by_id, confirmed_at,
        unchanged)
        SELECT g.id, %(term)s, g.enrolment_id, %(officer)s, now(), true
        FROM screening_grant g JOIN eqfund_pupil p ON p.id = g.pupil_id
        WHERE g.first_term = 25981 AND p.sort_key::int %% 33 <> 5""",
)
