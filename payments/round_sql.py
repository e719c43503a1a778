"""The set-based statements of a round: entitlements, the build, its control totals and digest.

The build is one statement: the facts of every living grant with its first hurdle, once,
in a materialized CTE; left-outs from it by a second CTE; transfers by the main insert.
That costs little more than the bare insert of the same rows (rehearsal/bench/rounds.py).
Ciphertexts are copied as they are: their associated data is the purpose, not the row.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from eqfund.models import Term
from eqfund.whole_country import over_the_whole_country
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

# Left-outs are written in the order in which their list is read, by place and name, so that the
# list of a country is read by its keys and sorts nothing. They alone carry what they are sorted by.
BUILD = f"""
WITH facts AS MATERIALIZED (
    SELECT grant_id, kept_enrolment_id, enrolment_id, school_id, entitlement_id, amount_satang,
           channel_id, channel_kind, account_id, destination, destination_last4, hurdle,
           CASE WHEN hurdle IS NOT NULL THEN path END AS path,
           CASE WHEN hurdle IS NOT NULL THEN sort_key END AS sort_key
      FROM (
        SELECT f.*,
               CASE f.channel_kind WHEN 'promptpay_pupil' THEN f.identity_number
                                   WHEN 'promptpay_guardian' THEN f.guardian_number
                                   ELSE f.account_number END AS destination,
               CASE f.channel_kind WHEN 'promptpay_pupil' THEN f.identity_last4
                                   WHEN 'promptpay_guardian' THEN f.guardian_last4
                                   ELSE f.account_last4 END AS destination_last4,
               {first_hurdle()} AS hurdle
          FROM ({facts()}) f
        OFFSET 0 -- the ladder is climbed once for a grant
      ) h
), left_out AS (
    INSERT INTO payments_leftout (round_id, grant_id, enrolment_id, hurdle)
    SELECT %(round)s, grant_id, kept_enrolment_id, hurdle
      FROM facts
     WHERE hurdle IS NOT NULL AND hurdle <> '{PAID}'
     ORDER BY path, sort_key, grant_id
)
INSERT INTO payments_transfer
       (round_id, entitlement_id, enrolment_id, school_id, share, channel_id, kind, account_id,
        destination, destination_last4, amount_satang, status, fail_code)
SELECT %(round)s, entitlement_id, enrolment_id, school_id, 'cash', channel_id, channel_kind, account_id,
       destination, destination_last4, amount_satang, 'pending', ''
  FROM facts
 WHERE hurdle IS NULL
"""

# Never ciphertext: keys may rotate between build and release without a false alarm. A row of the
# answer is a slice of the round, in order: a million rows are gone through in a few steps that
# show how far it is, and the digest over them all does not depend on how they were sliced.
# A right that changed its number when two rows of a child became one is digested under the old.
SLICE = 100_000
_DIGEST = """string_agg(sha256(convert_to(concat_ws('|',
           t.id, encode(COALESCE(b.{index}, i.{index}), 'hex'), t.share, t.kind, t.amount_satang, t.destination_last4,
           COALESCE(t.account_id, 0), t.school_id), 'UTF8')), ''::bytea ORDER BY t.id)"""
_DIGESTED = f"""
  FROM payments_transfer t
  JOIN payments_entitlement n ON n.id = t.entitlement_id
  JOIN eqfund_identity i ON i.id = n.identity_id
  LEFT JOIN payments_builtunder b ON b.entitlement_id = n.id
 WHERE t.round_id = %(round)s AND t.status <> 'cancelled'
 GROUP BY t.id / {SLICE}
 ORDER BY t.id / {SLICE}
"""
DIGESTS = f"""
SELECT count(*), sum(t.amount_satang)::bigint,
       {_DIGEST.format(index="id_index")} {_DIGESTED}
"""
# Of the same rows at the same instant: under the key in use, and under the one that comes next.
BOTH_DIGESTS = f"""
SELECT {_DIGEST.format(index="id_index")}, {_DIGEST.format(index="id_index_next")},
       count(*) - count(CASE WHEN b.id IS NULL THEN i.id_index_next ELSE b.id_index_next END) {_DIGESTED}
"""
SCHOOLS = """
SELECT count(DISTINCT school_id) FROM payments_transfer
 WHERE round_id = %(round)s AND status <> 'cancelled' AND kind = 'school_account'
"""

type Seen = Callable[[int], None]  # told how many rows were gone through


def unseen(_rows: int) -> None:
    """Nobody watches."""


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


def totals(transfer_round: TransferRound, seen: Seen = unseen) -> Totals:
    """Count, add and digest the round's rows as they are now, a slice at a time."""
    pupils, amount, digest = 0, 0, hashlib.sha256()
    given = {"round": transfer_round.pk}
    with connection.cursor() as cursor:
        cursor.execute(SCHOOLS, given)
        (schools,) = cursor.fetchone()
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(DIGESTS, given)
        while row := cursor.fetchone():
            pupils, amount = pupils + row[0], amount + row[1]
            digest.update(row[2])
            seen(pupils)
    return Totals(pupils, amount, schools, digest.hexdigest())


def digests_of_both_keys(transfer_round: TransferRound) -> tuple[str, str, int]:
    """The digest, the same under the index key that comes next, and how many ids lack that index."""
    digest, coming, lacking = hashlib.sha256(), hashlib.sha256(), 0
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(BOTH_DIGESTS, {"round": transfer_round.pk})
        while row := cursor.fetchone():
            digest.update(row[0])
            coming.update(row[1])
            lacking += row[2]
    return digest.hexdigest(), coming.hexdigest(), lacking
