"""All that changes how a pupil receives money, and the school's yearly word that it is right.

A correction is a new row of guardian or channel; a round that is built keeps the rows it
was built with, the next one takes the new ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext

from eqfund import audit, clock, national_id
from eqfund.fields import blind_index
from eqfund.models import Classroom, Enrolment, Guardian, Pupil, Term, User
from eqfund.refusal import Refused
from payments.models import ContinuingConfirmation, PromptPayNote, ReceivingChannel
from payments.permissions import accounts as permissions
from payments.queries import channels as queries
from payments.rules import channels as rules, promptpay
from payments.rules.channels import ChannelKind, PromptPayState
from payments.rules.promptpay import Step
from payments.words.faults import fault
from screening.models import Grant


@dataclass(frozen=True, slots=True)
class GuardianFacts:
    """The guardian as the school states it. `number` None keeps the known national ID, "" is none."""

    full_name: str
    relationship: str
    number: str | None = None
    phone: str = ""


@dataclass(frozen=True, slots=True)
class ChannelFacts:
    """The way of receiving as the school states it; `guardian` None keeps the known guardian.

    `opened_on` is the day on which PromptPay was seen open (None: that of the saving), `cannot`
    why a family has none; `seen` the stamp of the data that were on the screen, None: not looked at.
    """

    kind: str
    promptpay_state: str = PromptPayState.UNKNOWN
    guardian: GuardianFacts | None = None
    opened_on: date | None = None
    cannot: str = ""
    seen: str | None = None


@dataclass(frozen=True, slots=True)
class ClassConfirmed:
    """What became of a class: `left` must each be looked at by themselves.

    `changed` were changed by somebody after the list was looked at; `already` were confirmed meanwhile.
    """

    confirmed: int
    left: int
    changed: int = 0
    already: int = 0


@transaction.atomic
def confirm_continuing(
    enrolment: Enrolment,
    facts: ChannelFacts | None = None,
    *,
    by: User,
    at: datetime,
    seen: str | None = None,
) -> ContinuingConfirmation:
    """Confirm a continuing pupil's data, as they stand (and stood in `seen`) or with what `facts` change.

    Inside the window a second time is a further change; without facts it is refused.
    """
    if reason := permissions.why_not_reach_pupil(enrolment, by, "payments.confirm_continuing"):
        raise Refused(reason)
    if reason := permissions.why_not_confirm_continuing(
        enrolment.path, by, term=enrolment.term, at=at
    ):
        raise Refused(reason)
    row = _held(enrolment, facts.seen if facts else seen)
    grant = _continuing(row)
    if facts is None and row.confirmation is not None:
        raise Refused(gettext("This pupil's data are confirmed already."))
    if facts is None and row.obstacle:
        raise Refused(fault(row.obstacle))
    changed = _set(row, facts or ChannelFacts(row.kind, row.promptpay_state), by, at)
    confirmation, made = ContinuingConfirmation.objects.get_or_create(
        grant=grant,
        term=enrolment.term,
        defaults={
            "enrolment": enrolment,
            "confirmed_by": by,
            "confirmed_at": at,
            "unchanged": not changed,
        },
    )
    if not made:
        confirmation.unchanged = confirmation.unchanged and not changed
        confirmation.confirmed_by, confirmation.confirmed_at = by, at
        confirmation.save(update_fields=["unchanged", "confirmed_by", "confirmed_at"])
    facts_of = {"unchanged": confirmation.unchanged, "channel": facts.kind if facts else row.kind}
    audit.record("confirm_continuing", grant, by=by, at=at, path=enrolment.path, facts=facts_of)
    return confirmation


@transaction.atomic
def confirm_all_unchanged(
    classroom: Classroom,
    *,
    term: Term,
    by: User,
    at: datetime,
    seen: Mapping[int, str] | None = None,
) -> ClassConfirmed:
    """Confirm, as they stand, all of a class's continuing pupils that nothing stands against.

    The others are left and counted: a missing guardian or channel is not confirmed away. `seen`
    are the stamps of what was looked at, by enrolment: who differs by now is left too, and
    nobody is confirmed whom the list did not name.
    """
    if reason := permissions.why_not_confirm_continuing(classroom.path, by, term=term, at=at):
        raise Refused(reason)
    list(Pupil.objects.under(classroom.path).select_for_update(no_key=True).order_by("pk"))
    rows = [row for row in queries.channel_rows(term, classroom.path) if row.is_continuing]
    waiting = [row for row in rows if row.confirmation is None]
    good = [row for row in waiting if not row.obstacle]
    ready = [row for row in good if seen is None or seen.get(row.enrolment.pk) == row.stamp]
    for row in ready:
        _set(row, ChannelFacts(row.kind, row.promptpay_state), by, at)
    ContinuingConfirmation.objects.bulk_create(
        ContinuingConfirmation(
            grant=row.grant,
            term=term,
            enrolment=row.enrolment,
            confirmed_by=by,
            confirmed_at=at,
            unchanged=True,
        )
        for row in ready
    )
    counts = ClassConfirmed(
        len(ready),
        len(waiting) - len(good),
        changed=len(good) - len(ready),
        already=sum(
            row.confirmation is not None and row.enrolment.pk in (seen or ()) for row in rows
        ),
    )
    facts = {
        "confirmed": counts.confirmed,
        "left": counts.left,
        "changed": counts.changed,
        "grants": [row.grant.pk for row in ready if row.grant],
    }
    audit.record("confirm_all_unchanged", classroom, by=by, at=at, path=classroom.path, facts=facts)
    return counts


@transaction.atomic
def correct_channel(
    enrolment: Enrolment, facts: ChannelFacts, *, by: User, at: datetime
) -> ReceivingChannel:
    """Correct guardian or channel for the rounds to come; it confirms a continuing pupil not yet confirmed.

    Recording the same channel again says that what failed has been mended at the bank.
    """
    if reason := permissions.why_not_correct_channel(enrolment, by, term=enrolment.term, at=at):
        raise Refused(reason)
    row = _held(enrolment, facts.seen)
    if row.grant is None and not row.is_announced:
        raise Refused(gettext("This pupil has no grant in this term."))
    _set(row, facts, by, at, anew=True)
    if row.is_continuing and row.confirmation is None:
        ContinuingConfirmation.objects.create(
            grant=_continuing(row),
            term=enrolment.term,
            enrolment=enrolment,
            confirmed_by=by,
            confirmed_at=at,
            unchanged=False,
        )
    audit.record(
        "correct_channel",
        enrolment,
        by=by,
        at=at,
        path=enrolment.path,
        facts={"channel": facts.kind},
    )
    return enrolment.pupil.channels.get(is_current=True)


@transaction.atomic
def choose_channel(
    enrolment: Enrolment, facts: ChannelFacts, *, by: User, at: datetime
) -> ReceivingChannel:
    """Record how a pupil of the new group receives money, before the grant is verified."""
    if reason := permissions.why_not_choose_channel(enrolment, by, term=enrolment.term, at=at):
        raise Refused(reason)
    row = _held(enrolment, facts.seen)
    if row.is_continuing:
        raise Refused(gettext("This pupil is of the continuing group. Confirm or correct there."))
    if not row.is_announced and row.grant is None:
        raise Refused(gettext("This pupil is not on the published list of the new group."))
    _set(row, facts, by, at)
    audit.record(
        "choose_channel",
        enrolment,
        by=by,
        at=at,
        path=enrolment.path,
        facts={"channel": facts.kind},
    )
    return enrolment.pupil.channels.get(is_current=True)


@transaction.atomic
def note_promptpay(
    enrolment: Enrolment,
    step: str,
    *,
    opened_on: date | None = None,
    reason: str = "",
    by: User,
    at: datetime,
) -> PromptPayNote:
    """Note that the family was told, that PromptPay is open, or why it cannot be; the channel follows.

    It confirms nobody: guardian and channel are confirmed for themselves. A family that cannot is
    paid through the school account from now on.
    """
    if refusal := permissions.why_not_note_promptpay(enrolment, by, at=at):
        raise Refused(refusal)
    row = _held(enrolment)
    if row.grant is None and not row.is_announced:
        raise Refused(gettext("This pupil has no grant in this term."))
    code = promptpay.why_not_step(
        step,
        opened_on=opened_on,
        reason=reason,
        today=at.astimezone(clock.BANGKOK).date(),
        can_have_promptpay=row.has_national_id,
    )
    if code is None and step != Step.CANNOT and not row.kind.startswith("promptpay"):
        code = "promptpay_not_the_channel"
    if code:
        raise Refused(fault(code))
    receiver = row.guardian if row.kind == ChannelKind.PROMPTPAY_GUARDIAN else None
    if step == Step.CANNOT:
        facts = ChannelFacts(ChannelKind.SCHOOL_ACCOUNT)
    else:
        facts = ChannelFacts(row.kind, promptpay.state_after(step, row.promptpay_state))
    if _set(row, facts, by, at, anew=step == Step.OPENED, noted=True) and step == Step.CANNOT:
        ContinuingConfirmation.objects.filter(grant=row.grant, term=enrolment.term).update(
            unchanged=False
        )
    note = PromptPayNote.objects.create(
        pupil_id=enrolment.pupil_id,
        guardian=receiver,
        step=Step(step),
        opened_on=opened_on if step == Step.OPENED else None,
        reason=reason if step == Step.CANNOT else "",
        at=at,
        by=by,
    )
    audit.record(
        "note_promptpay", enrolment, by=by, at=at, path=enrolment.path, facts={"step": str(step)}
    )
    return note


@transaction.atomic
def note_families_told(enrolments: Sequence[Enrolment], *, by: User, at: datetime) -> int:
    """Note of several families that they were told; of all or, if one cannot be noted, of none."""
    for enrolment in sorted(enrolments, key=lambda one: one.pupil_id):  # held in one order
        try:
            note_promptpay(enrolment, Step.TOLD, by=by, at=at)
        except Refused as refusal:
            said = gettext("%(name)s: %(why)s Nothing was noted.")
            raise Refused(said % {"name": enrolment.pupil.full_name, "why": refusal}) from refusal
    return len(enrolments)


def _held(enrolment: Enrolment, seen: str | None = None) -> queries.ChannelRow:
    """The pupil's data as they stand now, the pupil's row held until the transaction ends.

    Refused when somebody has changed them since the screen whose stamp was `seen`.
    """
    Pupil.objects.select_for_update(no_key=True).get(pk=enrolment.pupil_id)
    row = queries.channel_row(enrolment)
    if seen is not None and seen != row.stamp:
        raise Refused(
            gettext(
                "Somebody has just changed this pupil's guardian or channel. What stands now is shown beside; "
                "save again if yours is right."
            )
        )
    return row


def _continuing(row: queries.ChannelRow) -> Grant:
    if row.grant is None or not row.is_continuing:
        raise Refused(gettext("This pupil is not of the continuing group."))
    return row.grant


def _set(
    row: queries.ChannelRow,
    facts: ChannelFacts,
    by: User,
    at: datetime,
    *,
    anew: bool = False,
    noted: bool = False,
) -> bool:
    """Write guardian and channel if they differ (or `anew`); True if something was changed.

    What it says of PromptPay is noted in the family's history, unless the caller has `noted` it.
    """
    kind = ChannelKind(facts.kind)
    guardian = row.guardian
    changed = False
    if facts.guardian is not None:
        guardian, changed = _set_guardian(row, facts.guardian, kind, at)
    identity = row.enrolment.pupil.identity
    reason = rules.why_not_channel(
        kind,
        identity_kind=identity.kind if identity else None,
        guardian_has_id=None if guardian is None else guardian.id_index is not None,
    )
    if reason:
        raise Refused(fault(reason))
    receiver = guardian if kind is ChannelKind.PROMPTPAY_GUARDIAN else None
    state = (
        PromptPayState(facts.promptpay_state)
        if kind is not ChannelKind.SCHOOL_ACCOUNT
        else PromptPayState.UNKNOWN
    )
    before = row.channel
    same = before is not None and (before.kind, before.guardian_id, before.promptpay_state) == (
        kind,
        receiver.pk if receiver else None,
        state,
    )
    if same and not anew:
        return changed
    ReceivingChannel.objects.filter(pupil=row.enrolment.pupil_id, is_current=True).update(
        is_current=False
    )
    ReceivingChannel.objects.create(
        pupil_id=row.enrolment.pupil_id,
        kind=kind,
        guardian=receiver,
        promptpay_state=state,
        set_at=at,
        set_by=by,
    )
    if not noted:
        _note(row, facts, kind, state, receiver, by, at)
    # The predecessor's channel written down for the first time is no change.
    first = before is None and row.kind == kind and row.promptpay_state == state
    return changed or not first


def _note(
    row: queries.ChannelRow,
    facts: ChannelFacts,
    kind: ChannelKind,
    state: PromptPayState,
    receiver: Guardian | None,
    by: User,
    at: datetime,
) -> None:
    """Keep in the history what a saved channel says of PromptPay; "not asked" says nothing."""
    step, opened_on, reason = None, None, ""
    if kind is ChannelKind.SCHOOL_ACCOUNT:
        if facts.cannot:
            step, reason = Step.CANNOT, facts.cannot
    elif state is PromptPayState.OPENED:
        step, opened_on = Step.OPENED, facts.opened_on or at.astimezone(clock.BANGKOK).date()
    elif state is PromptPayState.NOT_OPENED:
        step = Step.TOLD
    if step is None:
        return
    PromptPayNote.objects.create(
        pupil_id=row.enrolment.pupil_id,
        guardian=receiver,
        step=step,
        opened_on=opened_on,
        reason=reason,
        at=at,
        by=by,
    )


def _set_guardian(
    row: queries.ChannelRow, facts: GuardianFacts, kind: ChannelKind, at: datetime
) -> tuple[Guardian, bool]:
    """The pupil's guardian as stated: the known row if it says the same, else a new one."""
    name = " ".join(facts.full_name.split())
    known = row.guardian
    if not name:
        raise Refused(fault("guardian_name_missing"))
    number = (
        known.national_id
        if known and facts.number is None
        else national_id.normalize(facts.number or "")
    )
    renamed = known is not None and name != known.full_name
    if facts.number is None and renamed and number and kind is ChannelKind.PROMPTPAY_GUARDIAN:
        raise Refused(fault("guardian_id_again"))
    if facts.number is None and renamed:
        number = ""  # another person: the known number is not theirs
    if number and not national_id.is_national_id(number):
        raise Refused(fault("guardian_id_wrong"))
    phone = facts.phone.strip()
    if known and (known.full_name, known.relationship, known.national_id, known.phone) == (
        name,
        facts.relationship,
        number,
        phone,
    ):
        return known, False
    Guardian.objects.filter(pupil=row.enrolment.pupil_id, is_current=True).update(is_current=False)
    guardian = Guardian.objects.create(
        pupil_id=row.enrolment.pupil_id,
        full_name=name,
        relationship=facts.relationship,
        national_id=number,
        id_index=blind_index(number) if number else None,
        last4=national_id.last4(number) if number else "",
        phone=phone,
        since=at,
    )
    return guardian, True
