"""The set-based statements of a round: entitlements, the build, its control totals and digest.

The build is one statement: the facts of every living grant with its first hurdle, once,
in a materialized CTE; left-outs from it by a second CTE; transfers by the main insert.
That costs little more than the bare insert of the same rows (rehearsal/bench/rounds.py).
Ciphertexts are copied as they are: their associated data is the purpose, not the row.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from eqfund.models import Term
from payments.hurdles import PAID, facts, first_hurdle
from payments.models import TransferRound

# Rights to this term's money for all who study and whose level has an approved amount.
ENTITLE = """
INSERT INTO payments_entitlement (grant_id, term_id, identity_id, enrolment_id, rate_id, amount_satang)
SELECT g.id, %(term)s, p.identity_id, e.id, r.id, r.amount_satang
  FROM screening_grant g
  JOIN eqfund_pupil p ON p.id = g.pupil_id
  JOIN eqfund_enrolment e ON e.pupil_id = p.id AND e.term_id = %(term)s AND e.status = 'studying'
  JOIN eqfund_classroom c ON c.id = e.classroom_id
  JOIN payments_benefitrate r ON r.term_id = %(term)s AND r.approved_by_id IS NOT NULL
       AND r.level = CASE left(c.grade, 1) WHEN 'K' THEN 'kindergarten' WHEN 'P' THEN 'primary'
                                           ELSE 'lower_secondary' END
 WHERE g.status = 'active' AND g.first_term <= %(term_code)s AND g.last_term >= %(term_code)s
   AND p.identity_id IS NOT NULL
   AND NOT EXISTS (SELECT FROM payments_entitlement n WHERE n.grant_id = g.id AND n.term_id = %(term)s)
    ON CONFLICT DO NOTHING
"""

BUILD = f"""
WITH facts AS MATERIALIZED (
    SELECT f.grant_id, f.kept_enrolment_id, f.enrolment_id, f.school_id, f.entitlement_id, f.amount_satang,
           f.channel_id, f.channel_kind, f.account_id,
           CASE f.channel_kind WHEN 'promptpay_pupil' THEN f.identity_number
                               WHEN 'promptpay_guardian' THEN f.guardian_number
                               ELSE f.account_number END AS destination,
           CASE f.channel_kind WHEN 'promptpay_pupil' THEN f.identity_last4
                               WHEN 'promptpay_guardian' THEN f.guardian_last4
                               ELSE f.account_last4 END AS destination_last4,
           {first_hurdle()} AS hurdle
      FROM ({facts()}) f
), left_out AS (
    INSERT INTO payments_leftout (round_id, grant_id, enrolment_id, hurdle)
    SELECT %(round)s, grant_id, kept_enrolment_id, hurdle
      FROM facts
     WHERE hurdle IS NOT NULL AND hurdle <> '{PAID}'
)
INSERT INTO payments_transfer
       (round_id, entitlement_id, enrolment_id, school_id, share, channel_id, kind, account_id,
        destination, destination_last4, amount_satang, status, fail_code)
SELECT %(round)s, entitlement_id, enrolment_id, school_id, 'cash', channel_id, channel_kind, account_id,
       destination, destination_last4, amount_satang, 'pending', ''
  FROM facts
 WHERE hurdle IS NULL
"""

# Never ciphertext: keys may rotate between build and release without a false alarm.
TOTALS = """
SELECT count(*), COALESCE(sum(t.amount_satang), 0)::bigint,
       count(DISTINCT t.school_id) FILTER (WHERE t.kind = 'school_account'),
       encode(sha256(COALESCE(string_agg(sha256(convert_to(concat_ws('|',
           t.id, encode(i.id_index, 'hex'), t.share, t.kind, t.amount_satang, t.destination_last4,
           COALESCE(t.account_id, 0), t.school_id), 'UTF8')), ''::bytea ORDER BY t.id), ''::bytea)), 'hex')
  FROM payments_transfer t
  JOIN payments_entitlement n ON n.id = t.entitlement_id
  JOIN eqfund_identity i ON i.id = n.identity_id
 WHERE t.round_id = %(round)s AND t.status <> 'cancelled'
"""


@dataclass(frozen=True, slots=True)
class Totals:
    """What is fixed at build and must come out the same at every later step."""

    pupils: int
    amount_satang: int
    schools: int
    digest: str


def parameters(term: Term, takes: str, *, building: bool) -> dict[str, Any]:
    """What FACTS and ENTITLE ask for."""
    return {
        "term": term.pk,
        "term_code": term.year_be * 10 + term.number,
        "takes": takes,
        "building": building,
    }


@contextmanager
def over_the_whole_country() -> Iterator[CursorWrapper]:
    """A cursor whose statements go through every grant of a term, inside a transaction.

    The planner may not loop: where its figures are old (a table filled this hour, a term
    it has not seen) it would walk a million rows one by one.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off; SET LOCAL work_mem = '64MB'")
        yield cursor
        cursor.execute("SET LOCAL enable_nestloop = on; SET LOCAL work_mem TO DEFAULT")


def entitle(term: Term) -> int:
    """Make the entitlements of the term that are missing; return how many were made."""
    with over_the_whole_country() as cursor:
        cursor.execute(ENTITLE, parameters(term, "", building=True))
        return cursor.rowcount


def build(transfer_round: TransferRound) -> int:
    """Fill the round with transfers and left-outs; return how many transfers were made."""
    given = parameters(transfer_round.term, transfer_round.takes, building=True)
    with over_the_whole_country() as cursor:
        cursor.execute(BUILD, {**given, "round": transfer_round.pk})
        return cursor.rowcount


def totals(transfer_round: TransferRound) -> Totals:
    """Count, add and digest the round's rows as they are now."""
    with connection.cursor() as cursor:
        cursor.execute(TOTALS, {"round": transfer_round.pk})
        return Totals(*cursor.fetchone())
