"""A round over 100,000 grants beside the bare INSERT ... SELECT of the same rows, in the same run.

The bound inserts the same transfers by plain joins, knowing no reason for anybody; ours asks the
whole ladder of hurdles of every grant, writes the left-outs with their reasons and inserts the
transfers, in one statement. Both are followed by the look at foreign keys that a commit takes.
What comes around the build (entitlements, control totals and digest) are figures of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from eqfund import clock, places
from eqfund.access import Role
from eqfund.fields import seal
from eqfund.models import Posting, Term, User
from payments import round_sql
from payments.actions import rounds
from payments.models import TransferRound

ROLE = "owner"
GRANTS, PUPILS_A_SCHOOL = 100_000, 40
LIMIT = 1.5
RUNS = 3

type Row = dict[str, Any]


def rows() -> Iterator[Row]:
    """Make 100,000 grants in the bench's own database, and measure."""
    planned, officer = _world()
    entitle = clock.stopwatch()
    with transaction.atomic():
        made = round_sql.entitle(planned.term)
        connection.check_constraints()
    yield _row(f"entitlements of {made:,} grants", clock.stopwatch() - entitle)
    _vacuum()
    yield from _build(planned)
    begun = clock.stopwatch()
    rounds.build_round(planned, by=officer, at=clock.now())
    yield _row(f"the whole action over {GRANTS:,} grants", clock.stopwatch() - begun)
    _vacuum()
    begun = clock.stopwatch()
    rounds.check_totals(planned)
    yield _row(f"control totals and digest of {planned.pupils:,} rows", clock.stopwatch() - begun)
    yield from _pages(planned, officer)


def _row(name: str, seconds: float, bound: float | None = None, limit: float | None = None) -> Row:
    return {
        "name": name,
        "seconds": seconds,
        "lower_bound_seconds": bound,
        "ratio": seconds / bound if bound else None,
        "limit": limit,
    }


def _build(planned: TransferRound) -> Iterator[Row]:
    """The best of three runs of each, by turns, so that a busy neighbour counts for both."""
    counts: set[int] = set()
    ways = {"bare": lambda: _bare(planned), "ours": lambda: round_sql.build(planned)}
    alone: dict[str, list[float]] = {way: [] for way in ways}
    whole: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(RUNS):
        for way, insert in ways.items():
            with _undone():
                begun = clock.stopwatch()
                counts.add(insert())
                alone[way].append(clock.stopwatch() - begun)
                connection.check_constraints()  # foreign keys, as a commit looks at them
                whole[way].append(clock.stopwatch() - begun)
    if len(counts) != 1:
        raise AssertionError(f"not the same rows: {counts}")
    name = f"build a round over {GRANTS:,} grants, with reasons"
    yield _row(name, min(alone["ours"]), min(alone["bare"]), LIMIT)
    name = "the same with the look at foreign keys of a commit"
    yield _row(name, min(whole["ours"]), min(whole["bare"]), LIMIT)


def _bare(planned: TransferRound) -> int:
    with round_sql.over_the_whole_country() as cursor:
        cursor.execute(BARE, {"round": planned.pk, "term": planned.term_id})
        return cursor.rowcount


@contextmanager
def _undone() -> Iterator[None]:
    """Do something for its time alone."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    _vacuum()


def _vacuum() -> None:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _pages(planned: TransferRound, officer: User) -> Iterator[Row]:
    """Queries of a page at 1 and at 50 rows: the same, on 100,000 grants."""
    client = Client(headers={"host": "localhost"})
    client.force_login(officer, backend="allauth.account.auth_backends.AuthenticationBackend")
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


def _world() -> tuple[TransferRound, User]:
    """A planned round and its grants, made set-based; 3 % are not confirmed, 2 % have no channel."""
    officer, approver = (_person(role) for role in (Role.FUND_OFFICER, Role.FUND_APPROVER))
    days = {"opens_on": date(2055, 5, 1), "closes_on": date(2055, 10, 31)}
    term, _made = Term.objects.get_or_create(year_be=2598, number=1, defaults=days)
    affiliation = places.add_affiliation(
        code="BRND", name="rounds", short_name="rounds", registry=""
    )
    office = places.add_office(
        affiliation, kind="education_area_primary", name="rounds", short_name="rounds"
    )
    planned = TransferRound.objects.create(
        term=term, number=1, takes="continuing", planned_by=officer, planned_at=clock.now()
    )
    values = {
        "term": term.pk,
        "office": office.pk,
        "path": office.path,
        "grants": GRANTS,
        "schools": GRANTS // PUPILS_A_SCHOOL,
        "officer": officer.pk,
        "approver": approver.pk,
        "id": seal(b"1101700203450", "national_id"),
        "account": seal(b"9800000001", "account_number"),
        "name": seal("นางสมมติ ตัวอย่าง".encode(), "guardian_name"),
    }
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in FILL:
            cursor.execute(statement, values)
    _vacuum()
    return planned, officer


def _person(role: Role) -> User:
    user = User.objects.create(username=f"bench-rounds-{role}", full_name=f"bench {role}")
    Posting.objects.create(user=user, role=role, path="TH/", starts_on=date(2020, 1, 1))
    return user


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
    """INSERT INTO eqfund_school (office_id, name, moe_code, smis_code, province_code, subdistrict_code, address,
        phone, email, director_name, is_demo, path)
        SELECT %(office)s, 'โรงเรียน ' || n, to_char(9800000000 + n, 'FM0000000000'), '', '50', '', '', '', '', '',
            false, %(path)s || 'r' || n || '/' FROM generate_series(1, %(schools)s) n""",
    """INSERT INTO eqfund_classroom (school_id, year_be, grade, room, path)
        SELECT id, 2598, (ARRAY['K2', 'P1', 'P4', 'M1'])[1 + id %% 4], '1', path || '1/'
        FROM eqfund_school WHERE office_id = %(office)s""",
    """INSERT INTO eqfund_identity (kind, id_index, number, last4)
        SELECT CASE WHEN n = 1 THEN 'g_code' ELSE 'national_id' END,
            sha256(convert_to('rounds' || n, 'UTF8')), %(id)s, '3450' FROM generate_series(1, %(grants)s) n""",
    """INSERT INTO eqfund_pupil (identity_id, title, first_name, last_name, sort_key, sex, is_demo, path)
        SELECT i.id, 'เด็กหญิง', 'สมมติ' || n, 'ตัวอย่าง', n::text, 'f', false, room.path
        FROM generate_series(1, %(grants)s) n
        JOIN eqfund_identity i ON i.id_index = sha256(convert_to('rounds' || n, 'UTF8'))
        JOIN eqfund_school s ON s.moe_code = to_char(9800000000 + 1 + n %% %(schools)s, 'FM0000000000')
        JOIN eqfund_classroom room ON room.school_id = s.id""",
    """INSERT INTO eqfund_guardian (pupil_id, full_name, relationship, national_id, id_index, last4, phone,
        is_current, since)
        SELECT id, %(name)s, 'mother', %(id)s, sha256(convert_to('guardian' || sort_key, 'UTF8')), '3450',
            '', true, now() FROM eqfund_pupil WHERE path LIKE %(path)s || '%%'""",
    """INSERT INTO eqfund_enrolment (pupil_id, term_id, classroom_id, path, student_number, status, starts_on)
        SELECT p.id, %(term)s, room.id, p.path, '', 'studying', '2055-05-01'
        FROM eqfund_pupil p JOIN eqfund_classroom room ON room.path = p.path
        WHERE p.path LIKE %(path)s || '%%'""",
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
        SELECT id, '006', %(account)s, '0001', 'เงิน กสศ. เพื่อ' || name, true, 'accepted', '', %(officer)s,
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
