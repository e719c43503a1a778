"""The fund joins two rows of one child: asked for, proposed by one person, decided by another.

Each is one transaction, told who acts (`by`) and when (`at`), and raises Refused for what may not be.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from eqfund import audit
from eqfund.duplicates import permissions
from eqfund.duplicates.joining import CannotJoin
from eqfund.duplicates.joins import carry_out, preview
from eqfund.duplicates.rules_joins import JoinStatus
from eqfund.models import DuplicatePair, PupilJoin, User
from eqfund.refusal import Refused


def ask_join(pair: DuplicatePair, *, reason: str, by: User, at: datetime) -> PupilJoin:
    """A school or an office that may not join two rows asks the fund to; nothing changes by it."""
    if why := permissions.why_not_ask_join(pair, by):
        raise Refused(why)
    if not reason.strip():
        raise Refused(gettext("Say how you know that it is one child: the fund reads it."))
    try:
        with transaction.atomic():
            asked = PupilJoin.objects.create(
                pair=pair,
                path=pair.path,
                status=JoinStatus.ASKED,
                asked_by=by,
                asked_at=at,
                asked_reason=reason.strip(),
            )
            _record("duplicates.ask_join", asked, by, at)
    except IntegrityError:
        raise Refused(gettext("The fund has been asked already.")) from None
    return asked


@transaction.atomic
def propose_join(
    pair: DuplicatePair,
    *,
    keeps: int,
    studies: int,
    reason: str,
    digest: str,
    by: User,
    at: datetime,
) -> PupilJoin:
    """Propose, as it was shown: another person of the fund decides. `digest` is of what was shown."""
    pair = DuplicatePair.objects.select_for_update().get(pk=pair.pk)
    if why := permissions.why_not_propose_join(pair, by):
        raise Refused(why)
    if not reason.strip():
        raise Refused(gettext("Say why it is one child: both schools read it."))
    shown = preview(pair, keeps=keeps, studies=studies, by=by, at=at)
    if shown.why_not:
        raise Refused(shown.why_not)
    if shown.digest != digest:
        raise Refused(_changed())
    fields = {
        "status": JoinStatus.PROPOSED,
        "keeps": keeps,
        "studies": studies,
        "digest": digest,
        "reason": reason.strip(),
        "proposed_by": by,
        "proposed_at": at,
        "told": shown.facts,
    }
    made = PupilJoin.objects.waiting().filter(pair=pair).first()
    if made is None:
        made = PupilJoin(pair=pair, path=pair.path)
    for name, value in fields.items():
        setattr(made, name, value)
    made.save()
    _record("duplicates.propose_join", made, by, at, facts=_said(shown.facts))
    return made


@transaction.atomic
def decide_join(
    proposed: PupilJoin, *, yes: bool, answer: str = "", by: User, at: datetime
) -> PupilJoin:
    """Join the two rows as proposed, or say why not. What moved since it was proposed is refused."""
    pair = DuplicatePair.objects.select_for_update().get(pk=proposed.pair_id)
    join = PupilJoin.objects.select_related("proposed_by").get(pk=proposed.pk)
    join.pair = pair
    if why := permissions.why_not_decide_join(join, by, yes=yes):
        raise Refused(why)
    answer = answer.strip()
    if not yes and not answer:
        raise Refused(gettext("Say why the two rows are not joined: whoever asked reads it."))
    join.answer, join.decided_by, join.decided_at = answer, by, at
    join.status = JoinStatus.JOINED if yes else JoinStatus.REFUSED
    if yes:
        assert join.keeps and join.studies and join.proposed_by  # a constraint: proposed says what
        now = preview(pair, keeps=join.keeps, studies=join.studies, by=by, at=at)
        if now.why_not or now.digest != join.digest:
            raise Refused(now.why_not or _changed())
    join.save(update_fields=["answer", "decided_by", "decided_at", "status"])
    if yes:
        try:
            carry_out(join, sender=join.proposed_by, by=by, at=at)
        except CannotJoin as why_not:
            raise Refused(str(why_not)) from None
    _record("duplicates.decide_join", join, by, at, facts={"joined": yes, **_said(join.told)})
    return join


def _said(told: dict[str, Any]) -> dict[str, Any]:
    """What the book keeps of a preview: how many rows, how much is claimed back."""
    moves = sum(told.get("moves", {}).values())
    return {"moves": moves, "claimed_satang": told.get("claimed_satang", 0)}


def _changed() -> str:
    return gettext(
        "What would move or be claimed back is no longer what was shown. Look again, and propose anew."
    )


def _record(
    verb: str, join: PupilJoin, by: User, at: datetime, facts: dict[str, Any] | None = None
) -> None:
    """In the book at both places, of both children."""
    for side in join.pair.sides.order_by("position"):
        audit.record(
            verb,
            join,
            by=by,
            at=at,
            path=side.path,
            pupil=side.pupil_id,
            facts={"pair": join.pair_id, **(facts or {})},
        )
