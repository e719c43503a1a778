"""Why a living grant does not enter a transfer round: one ladder, in order.

Each hurdle is a condition in SQL over the facts of one grant (`FACTS`, alias f), a
sentence, who lifts it and in which windows. The same ladder decides who enters a
round (`first_hurdle`, over 1.3 million grants in one statement), feeds the pages
(`all_hurdles`) and is tried in tests on facts alone. The first that stands is the
reason. Facts are read live, never from a copy.

Source  Calendar of term 1/2569 (letter 004, lines 61 to 95); DESIGN sections 8 and 11;
        docs/rules/hurdles.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from eqfund.access import Role
from payments.rules.rounds import RoundTakes

SCHOOL_WINDOWS = ("school_bank_account",)
CHANNEL_WINDOWS = ("confirm_continuing", "choose_channel", "correct_channel")
CONFIRM_WINDOWS = ("confirm_continuing", "correct_channel")


@dataclass(frozen=True, slots=True)
class Hurdle:
    """A condition that keeps a grant out of a round."""

    code: str
    stands: str  # SQL over f, true while the hurdle stands; never NULL
    name: Any  # a few words, for tables
    cure: Any  # what to do, said to the person who can
    fixed_by: Role
    windows: tuple[str, ...] = ()  # activities in which it is lifted; none: at any time


HURDLES: tuple[Hurdle, ...] = (
    Hurdle(
        "already_paid",
        "f.already_paid",
        _("Already in a round of this term"),
        _("Nothing to do: the money of this term is in an earlier round."),
        Role.FUND_OFFICER,
    ),
    Hurdle(
        "grant_not_active",
        "NOT f.grant_active",
        _("The grant is suspended"),
        _("Ask the fund why the grant is suspended."),
        Role.FUND_OFFICER,
    ),
    Hurdle(
        "pupil_left",
        "f.enrolment_id IS NULL",
        _("Not studying at a school this term"),
        _(
            "If the pupil is at your school, bring the pupil back into the registry and import it again."
        ),
        Role.REGISTRY_KEEPER,
    ),
    Hurdle(
        "duplicate",
        "f.identity_id IS NULL OR f.taken_by_other_grant",
        _("The ID number is missing, or stands at two schools"),
        _("Settle with the other school whose pupil this is, then mend the registry."),
        Role.OFFICE_ADMIN,
    ),
    Hurdle(
        "not_in_this_round",
        f"f.is_new AND f.round_takes = '{RoundTakes.CONTINUING}'",
        _("New group: paid from round 2"),
        _("Nothing to do: this round pays the continuing group."),
        Role.FUND_OFFICER,
    ),
    Hurdle(
        "not_confirmed",
        "NOT f.is_new AND NOT f.confirmed",
        _("Continuing pupil's data not confirmed"),
        _("Check the guardian and the channel, then confirm."),
        Role.HOMEROOM_TEACHER,
        CONFIRM_WINDOWS,
    ),
    Hurdle(
        "no_channel",
        "f.channel_kind IS NULL",
        _("No receiving channel"),
        _("Ask the family how they receive the money, and record it."),
        Role.HOMEROOM_TEACHER,
        CHANNEL_WINDOWS,
    ),
    Hurdle(
        "promptpay_not_possible",
        "f.channel_kind LIKE 'promptpay%%' AND f.identity_kind <> 'national_id'",
        _("PromptPay chosen for a pupil without a national ID"),
        _("Choose the school account: PromptPay needs a national ID."),
        Role.HOMEROOM_TEACHER,
        CHANNEL_WINDOWS,
    ),
    Hurdle(
        "guardian_missing",
        "f.channel_kind = 'promptpay_guardian' AND f.guardian_id IS NULL",
        _("The guardian of the channel is no longer the guardian"),
        _("Record the present guardian and confirm the channel again."),
        Role.HOMEROOM_TEACHER,
        CHANNEL_WINDOWS,
    ),
    Hurdle(
        "guardian_id_missing",
        "f.channel_kind = 'promptpay_guardian' AND f.guardian_id IS NOT NULL AND NOT f.guardian_has_id",
        _("The guardian's national ID is missing"),
        _("Record the guardian's national ID: the PromptPay is on it."),
        Role.HOMEROOM_TEACHER,
        CHANNEL_WINDOWS,
    ),
    Hurdle(
        "promptpay_not_opened",
        "f.channel_kind LIKE 'promptpay%%' AND f.promptpay_state = 'not_opened'",
        _("PromptPay on the national ID is not opened yet"),
        _(
            "Help the family open PromptPay on the national ID at a bank, then record that it is open."
        ),
        Role.SCHOOL_ADMIN,
        CHANNEL_WINDOWS,
    ),
    Hurdle(
        "promptpay_failed",
        "f.channel_kind LIKE 'promptpay%%' AND f.failed_this_way",
        _("The bank could not pay by this PromptPay"),
        _(
            "Ask the bank what is wrong, then record that PromptPay is open again, or choose another channel."
        ),
        Role.SCHOOL_ADMIN,
        CHANNEL_WINDOWS,
    ),
    Hurdle(
        "account_waits_director",
        "f.channel_kind = 'school_account' AND f.account_id IS NULL AND f.account_at_director",
        _("The school account waits for the director"),
        _("The director checks and approves the account."),
        Role.SCHOOL_DIRECTOR,
        SCHOOL_WINDOWS,
    ),
    Hurdle(
        "account_waits_fund",
        "f.channel_kind = 'school_account' AND f.account_id IS NULL AND f.account_at_fund",
        _("The school account waits for the fund"),
        _("Nothing to do at the school: the fund checks the account."),
        Role.FUND_OFFICER,
    ),
    Hurdle(
        "account_missing",
        "f.channel_kind = 'school_account' AND f.account_id IS NULL"
        " AND NOT f.account_at_director AND NOT f.account_at_fund",
        _("The school has no account that meets the criteria"),
        _("Record the school's account, or mend what the fund sent back."),
        Role.SCHOOL_ADMIN,
        SCHOOL_WINDOWS,
    ),
    Hurdle(
        "account_failed",
        "f.channel_kind = 'school_account' AND f.account_id IS NOT NULL AND f.failed_this_way",
        _("The bank could not pay into the school account"),
        _("Ask the bank what is wrong, then propose the mended account, or another one."),
        Role.SCHOOL_ADMIN,
        SCHOOL_WINDOWS,
    ),
    Hurdle(
        "no_rate",
        "f.rate_id IS NULL",
        _("The amount of this level is not approved"),
        _("Approve the amount of the grant for this level."),
        Role.FUND_APPROVER,
    ),
    Hurdle(
        "came_later",
        "f.building AND f.entitlement_id IS NULL",
        _("Granted while the round was being built"),
        _("Nothing to do: the next round takes the pupil."),
        Role.FUND_OFFICER,
    ),
)
BY_CODE = {hurdle.code: hurdle for hurdle in HURDLES}

# A grant that is paid already is no left-out: its transfer is the record.
PAID = "already_paid"

# What the ladder asks about, with the values of a grant that nothing keeps out of a
# continuing round. Tests change one at a time; FACTS gives each its column.
NOTHING_WRONG: dict[str, tuple[str, Any]] = {
    "grant_active": ("boolean", True),
    "is_new": ("boolean", False),
    "enrolment_id": ("bigint", 1),
    "identity_id": ("bigint", 1),
    "identity_kind": ("text", "national_id"),
    "entitlement_id": ("bigint", 1),
    "taken_by_other_grant": ("boolean", False),
    "already_paid": ("boolean", False),
    "confirmed": ("boolean", True),
    "channel_kind": ("text", "promptpay_pupil"),
    "promptpay_state": ("text", "opened"),
    "failed_this_way": ("boolean", False),
    "guardian_id": ("bigint", None),
    "guardian_has_id": ("boolean", False),
    "account_id": ("bigint", None),
    "account_at_director": ("boolean", False),
    "account_at_fund": ("boolean", False),
    "rate_id": ("bigint", 1),
    "round_takes": ("text", "continuing"),
    "building": ("boolean", True),
}

# Parameters: term (id), term_code (25691), takes, building. {where} narrows to a place, {told_…} to
# rounds that are published.
FACTS = """
SELECT g.id AS grant_id,
       g.status = 'active' AS grant_active,
       g."group" = 'new' AS is_new,
       p.id AS pupil_id,
       e.id AS enrolment_id,
       COALESCE(e.id, g.enrolment_id) AS kept_enrolment_id,
       COALESCE(e.path, p.path) AS path,
       p.sort_key,
       c.school_id,
       p.identity_id,
       i.kind AS identity_kind,
       i.number AS identity_number,
       i.last4 AS identity_last4,
       n.id AS entitlement_id,
       n.amount_satang,
       n.id IS NULL AND nn.id IS NOT NULL AS taken_by_other_grant,
       t.id IS NOT NULL AS already_paid,
       k.id IS NOT NULL AS confirmed,
       ch.id AS channel_id,
       ch.kind AS channel_kind,
       ch.promptpay_state,
       lf.id IS NOT NULL AS failed_this_way,
       gu.id AS guardian_id,
       gu.id_index IS NOT NULL AS guardian_has_id,
       gu.national_id AS guardian_number,
       gu.last4 AS guardian_last4,
       a.id AS account_id,
       a.number AS account_number,
       a.last4 AS account_last4,
       COALESCE(w.at_director, false) AS account_at_director,
       COALESCE(w.at_fund, false) AS account_at_fund,
       r.id AS rate_id,
       r.amount_satang AS rate_satang,
       %(takes)s::text AS round_takes,
       %(building)s::boolean AS building
  FROM screening_grant g
  JOIN eqfund_pupil p ON p.id = g.pupil_id
  LEFT JOIN eqfund_enrolment e ON e.pupil_id = p.id AND e.term_id = %(term)s AND e.status = 'studying'
  LEFT JOIN eqfund_classroom c ON c.id = e.classroom_id
  LEFT JOIN payments_benefitrate r ON r.term_id = %(term)s AND r.approved_by_id IS NOT NULL
        AND r.level = CASE left(c.grade, 1) WHEN 'K' THEN 'kindergarten' WHEN 'P' THEN 'primary'
                                            ELSE 'lower_secondary' END
  LEFT JOIN eqfund_identity i ON i.id = p.identity_id
  LEFT JOIN payments_entitlement n ON n.grant_id = g.id AND n.term_id = %(term)s
  LEFT JOIN payments_entitlement nn ON nn.identity_id = p.identity_id AND nn.term_id = %(term)s
  LEFT JOIN payments_transfer t ON t.entitlement_id = n.id AND t.share = 'cash'
        AND t.status IN ('pending', 'sent', 'success') {told_t}
  LEFT JOIN payments_continuingconfirmation k ON k.grant_id = g.id AND k.term_id = %(term)s
  LEFT JOIN payments_receivingchannel ch ON ch.pupil_id = p.id AND ch.is_current
  LEFT JOIN eqfund_guardian gu ON gu.id = ch.guardian_id AND gu.is_current
  LEFT JOIN payments_schoolbankaccount a ON a.school_id = c.school_id AND a.status = 'accepted'
        AND ch.kind = 'school_account'
  LEFT JOIN payments_transfer lf ON lf.entitlement_id = n.id AND lf.share = 'cash' AND lf.status = 'failed'
        AND lf.channel_id = ch.id AND lf.account_id IS NOT DISTINCT FROM a.id {told_lf}
  LEFT JOIN (SELECT school_id, bool_or(status = 'proposed') AS at_director,
                    bool_or(status = 'director_approved') AS at_fund
               FROM payments_schoolbankaccount
              WHERE status IN ('proposed', 'director_approved')
              GROUP BY school_id) w ON w.school_id = c.school_id
 WHERE g.status <> 'ended' AND g.first_term <= %(term_code)s AND g.last_term >= %(term_code)s {where}
"""


def first_hurdle() -> str:
    """SQL over f: the code of the first hurdle that stands, NULL if none."""
    whens = " ".join(f"WHEN {hurdle.stands} THEN '{hurdle.code}'" for hurdle in HURDLES)
    return f"CASE {whens} END"


def all_hurdles() -> str:
    """SQL over f: the codes of all hurdles that stand, in order, as an array without NULLs."""
    cases = ", ".join(f"CASE WHEN {hurdle.stands} THEN '{hurdle.code}' END" for hurdle in HURDLES)
    return f"array_remove(ARRAY[{cases}]::text[], NULL)"


# A round's transfers are told of with its publication: before it they do not exist for a school.
TOLD = "AND {transfer}.round_id IN (SELECT id FROM payments_transferround WHERE status IN ('published', 'closed'))"


def facts(where: str = "", *, told_only: bool = False) -> str:
    """The SELECT of the facts; `where` begins with AND and may name g, p, e and c.

    `told_only` leaves out what came of rounds that are not published yet: for all below the fund.
    """
    found = FACTS
    for name in ("t", "lf"):
        told = TOLD.replace("{transfer}", name) if told_only else ""
        found = found.replace(f"{{told_{name}}}", told)
    return found.replace("{where}", where)
