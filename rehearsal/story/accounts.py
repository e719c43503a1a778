"""Where money goes: amounts, school accounts, the continuing group confirmed, corrections, new channels.

Every school proposes its account by the way of its three hands; one is sent back first, one is
an account that the bank will find closed. Classes confirm what stands with one press, and open by
itself each pupil who lacks something; one class forgets, and mends it in the correction window.
What the bank could not pay is corrected: most at once, some only for the last round, and some by
recording again a PromptPay that is still not right.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

from eqfund import clock, files, national_id
from eqfund.models import CalendarLine, Classroom, Enrolment, School
from eqfund.money import baht
from eqfund.refusal import Refused
from eqfund.relationships import code_of
from payments.actions import account_rules, accounts, channels, rates
from payments.actions.accounts import AccountFacts
from payments.actions.channels import ChannelFacts, GuardianFacts
from payments.actions.continuing import store_close
from payments.models import ContinuingConfirmation, ReceivingChannel, SchoolBankAccount, Transfer
from payments.queries import channels as queries
from payments.queries.channels import ChannelRow
from payments.rules.accounts import AccountCriteria, AccountStatus
from payments.rules.channels import ChannelKind, PromptPayState
from payments.rules.promptpay import Standing, Step
from payments.rules.rates import DEMONSTRATION_RATES_SATANG
from payments.rules.rounds import TransferStatus
from rehearsal.world import CLOSED_ACCOUNT_SCHOOL, Channel, World, at

type Figures = Iterator[tuple[str, Any]]

SENT_BACK_SCHOOL = 3
FORGETFUL_SCHOOL = 4  # its first class does not confirm in time
NOT_OPENED_EVERY = 40  # one pupil of so many has no PromptPay yet
CHANGED_EVERY = 15  # one of so many has a new phone
LATE_EVERY = 5  # one failed of so many is corrected for the last round only
FOLLOWED_UP = 3  # families of the main class
STUBBORN_EVERY = 4  # one failed of so many records the same PromptPay again
PROOF = (  # one empty page
    b"%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n"
    b"3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>\nendobj\ntrailer\n<</Root 1 0 R/Size 4>>\n%%EOF\n"
)


# --- June ------------------------------------------------------------------------------


def play(world: World) -> Figures:
    """Amounts by two people; accounts by three hands; the continuing group class by class."""
    yield from _amounts(world)
    yield from _account_rules(world)
    yield from _accounts(world)
    yield from _confirm(world)


def _amounts(world: World) -> Figures:
    """One person proposes, may not approve it, and another approves."""
    for level, satang in DEMONSTRATION_RATES_SATANG.items():
        rate = rates.propose_rate(
            world.term,
            level,
            satang,
            source="อัตราสาธิต ไม่ใช่ประกาศของ กสศ.",
            by=world.fund_officer,
            at=clock.now(),
        )
        _refused(rates.approve_rate, rate, by=world.fund_officer, at=clock.now())
        rates.approve_rate(rate, by=world.fund_approver, at=clock.now())
        yield f"amount a term, {level}", baht(satang)


def _account_rules(world: World) -> Figures:
    """What an account must be: one person writes it, another puts it in force."""
    made = account_rules.propose_account_rules(
        AccountCriteria(),
        source="หลักเกณฑ์สาธิต ไม่ใช่ของ กสศ.",
        check_sources={},
        by=world.fund_officer,
        at=clock.now(),
    )
    _refused(account_rules.approve_account_rules, made, by=world.fund_officer, at=clock.now())
    account_rules.approve_account_rules(made, by=world.fund_approver, at=clock.now())
    yield "rules of school accounts in force, version", made.version


def _accounts(world: World) -> Figures:
    for number, school in enumerate(world.schools, 1):
        account = _propose(world, school)
        if number == SENT_BACK_SCHOOL:
            account = _send_back_and_propose_again(world, school, account)
        _accept(world, school, account)
    accepted = SchoolBankAccount.objects.accepted().filter(school__in=world.schools)
    sent_back = SchoolBankAccount.objects.filter(status=AccountStatus.SENT_BACK)
    yield "school accounts accepted", accepted.count()
    yield "sent back and proposed again", sent_back.count()


def _propose(world: World, school: School, *, corrected: bool = False) -> SchoolBankAccount:
    admin, moment = world.admin_of(school), clock.now()
    bank_code, number, name = world.account_for(school, corrected=corrected)
    proof = files.store_bytes(
        PROOF, purpose="account-proof", kind="pdf", path=school.path, by=admin, at=moment
    )
    facts = AccountFacts(bank_code, number, name, dedicated=True)
    return accounts.propose_account(
        school, facts, proof=proof, term=world.term, by=admin, at=moment
    )


def _accept(world: World, school: School, account: SchoolBankAccount) -> None:
    moment = clock.now()
    _refused(
        accounts.approve_account, account, term=world.term, by=world.admin_of(school), at=moment
    )
    accounts.approve_account(account, term=world.term, by=world.director_of(school), at=moment)
    accounts.accept_account(account, by=world.fund_officer, at=moment)


def _send_back_and_propose_again(
    world: World, school: School, account: SchoolBankAccount
) -> SchoolBankAccount:
    moment = clock.now()
    accounts.approve_account(account, term=world.term, by=world.director_of(school), at=moment)
    accounts.send_back_account(account, reason="ภาพสมุดบัญชีไม่ชัด", by=world.fund_officer, at=moment)
    return _propose(world, school)


def _confirm(world: World) -> Figures:
    """Each class by one press, then one by one what lacks something; a phone or a PromptPay is mended."""
    forgotten = _forgotten_class(world)
    turn = count(1)
    for room in world.classrooms:
        rows = [row for row in queries.channel_rows(world.term, room.path) if row.is_continuing]
        if not rows or room == forgotten:
            continue
        for row in rows:
            _mend(world, row, next(turn))
        teacher = world.teacher_of(room)
        channels.confirm_all_unchanged(room, term=world.term, by=teacher, at=clock.now())
    yield "families told, seen open, or unable", _follow_up(world)
    confirmed = ContinuingConfirmation.objects.filter(term=world.term)
    yield "continuing pupils confirmed", confirmed.count()
    yield "  with a correction", confirmed.filter(unchanged=False).count()
    not_open = ReceivingChannel.objects.current().filter(promptpay_state=PromptPayState.NOT_OPENED)
    yield "  whose PromptPay is not opened yet", not_open.count()
    if forgotten is not None:
        yield "confirming at 17:00:00 of the last day", _after_the_close(world, forgotten)


def close(world: World) -> Figures:
    """The continuing group is frozen as it stands."""
    yield "left over when it closed, by name", _close(world)


def _follow_up(world: World) -> int:
    """The main class hears from its families about PromptPay: told, then seen open; one cannot."""
    room = world.main_classroom
    by, notes = world.teacher_of(room), 0
    rows = [
        r for r in queries.channel_rows(world.term, room.path) if r.standing == Standing.NOT_ASKED
    ]
    for number, row in enumerate(rows[:FOLLOWED_UP]):
        enrolment, day = row.enrolment, clock.now()
        if number == FOLLOWED_UP - 1:
            channels.note_promptpay(enrolment, Step.CANNOT, reason="no_bank_near", by=by, at=day)
            notes += 1
            continue
        channels.note_promptpay(enrolment, Step.TOLD, by=by, at=day)
        channels.note_promptpay(enrolment, Step.OPENED, opened_on=day.date(), by=by, at=day)
        notes += 2
    return notes


def _close(world: World) -> int:
    """17:00 of the last day, as the calendar's moment does it: each school's counts, and the names left over."""
    closes = at("2569-06-25 17:00")
    lines = CalendarLine.objects.filter(term=world.term, activity="confirm_continuing")
    with clock.rehearse(closes):
        kept = [
            store_close(line, path=line.affiliation.path, at=closes)
            for line in lines.select_related("affiliation", "term").order_by("pk")
        ]
    return sum(figures["left"] for figures in kept)


def _mend(world: World, row: ChannelRow, turn: int) -> None:
    """What the family said when asked: mostly nothing new."""
    if row.obstacle:
        facts = _facts(world, row)
    elif turn % NOT_OPENED_EVERY == 0 and row.kind != ChannelKind.SCHOOL_ACCOUNT:
        facts = ChannelFacts(row.kind, PromptPayState.NOT_OPENED)
    elif turn % CHANGED_EVERY == 0 and row.guardian:
        known = row.guardian
        phone = f"0890{turn:06d}"
        stated = GuardianFacts(known.full_name, known.relationship, phone=phone)
        facts = ChannelFacts(row.kind, PromptPayState.OPENED, stated)
    else:
        return
    by = world.teacher_of(row.enrolment.path)
    channels.confirm_continuing(row.enrolment, facts, by=by, at=clock.now())


def _forgotten_class(world: World) -> Classroom | None:
    """The first class with continuing pupils of the school that forgets it."""
    school = world.schools[FORGETFUL_SCHOOL - 1]
    for room in world.classrooms_of(school):
        if any(row.is_continuing for row in queries.channel_rows(world.term, room.path)):
            return room
    return None


def _after_the_close(world: World, room: Classroom) -> str:
    with clock.rehearse(at("2569-06-25 17:00:00")):
        return _refused(
            channels.confirm_all_unchanged,
            room,
            term=world.term,
            by=world.teacher_of(room),
            at=clock.now(),
        )


# --- the correction windows --------------------------------------------------------------


def correct_2(world: World) -> Figures:
    """August: the forgotten class, closed accounts, and most of what the bank could not pay."""
    failed = _failed(world)
    yield "failed in round 1", len(failed)
    yield "accounts mended", _mend_accounts(world)
    corrected = again = 0
    for turn, row in enumerate(failed, 1):
        if turn % LATE_EVERY == 0:
            continue
        same = turn % STUBBORN_EVERY == 0 and row.kind != ChannelKind.SCHOOL_ACCOUNT
        facts = ChannelFacts(row.kind, PromptPayState.OPENED) if same else _other_way(world, row)
        _correct(world, row, facts)
        corrected, again = corrected + (not same), again + same
    yield "corrected by another channel", corrected
    yield "recorded again, not mended at the bank", again
    yield "confirmed late, for round 2", _confirm_late(world)


def correct_3(world: World) -> Figures:
    """September: all that is left, by a channel that works."""
    failed = _failed(world)
    yield "failed and not yet paid", len(failed)
    yield "accounts mended", _mend_accounts(world)
    for row in failed:
        _correct(world, row, _other_way(world, row))
    opened = _open_promptpay(world)
    yield "corrected by another channel", len(failed)
    yield "PromptPay opened at last", opened


def _failed(world: World) -> list[ChannelRow]:
    """Pupils still studying whose last transfer failed by the channel they still have."""
    alive = Transfer.objects.filter(status__in=["pending", "sent", "success"])
    failed = Transfer.objects.filter(
        status=TransferStatus.FAILED,
        round__term=world.term,
        channel__is_current=True,
        enrolment__status=Enrolment.Status.STUDYING,
    ).exclude(entitlement__in=alive.values("entitlement"))
    enrolments = Enrolment.objects.filter(pk__in=failed.values("enrolment"))
    ordered = enrolments.select_related("pupil__identity", "term").order_by("path", "pk")
    return [queries.channel_row(enrolment) for enrolment in ordered]


def _mend_accounts(world: World) -> int:
    """Schools whose account the bank found closed propose the right one."""
    school = world.schools[CLOSED_ACCOUNT_SCHOOL - 1]
    current = SchoolBankAccount.objects.accepted().get(school=school)
    closed = Transfer.objects.filter(account=current, status=TransferStatus.FAILED)
    if not closed.exists():
        return 0
    _accept(world, school, _propose(world, school, corrected=True))
    return 1


def _correct(world: World, row: ChannelRow, facts: ChannelFacts) -> None:
    by = world.teacher_of(row.enrolment.path)
    channels.correct_channel(row.enrolment, facts, by=by, at=clock.now())


def _other_way(world: World, row: ChannelRow) -> ChannelFacts:
    """The guardian's PromptPay for the pupil's where the guardian has an id; else the school's account."""
    guardian = row.guardian
    works = guardian is not None and not national_id.normalize(guardian.national_id).endswith(
        tuple(world.bank_rules.promptpay_endings)
    )
    if row.kind == ChannelKind.PROMPTPAY_PUPIL and works and guardian and guardian.last4:
        return ChannelFacts(ChannelKind.PROMPTPAY_GUARDIAN, PromptPayState.OPENED)
    return ChannelFacts(ChannelKind.SCHOOL_ACCOUNT)


def _confirm_late(world: World) -> int:
    """The class that forgot is looked at pupil by pupil: correcting confirms."""
    late = 0
    for room in world.classrooms:
        for row in queries.channel_rows(world.term, room.path):
            if row.is_continuing and row.confirmation is None:
                _correct(world, row, _facts(world, row))
                late += 1
    return late


def _open_promptpay(world: World) -> int:
    """Families who had no PromptPay in June have been to the bank."""
    waiting = ReceivingChannel.objects.current().filter(promptpay_state=PromptPayState.NOT_OPENED)
    studying = Enrolment.objects.studying().filter(term=world.term)
    opened = 0
    for enrolment in studying.filter(pupil__in=waiting.values("pupil")).order_by("pk"):
        row = queries.channel_row(enrolment)
        _correct(world, row, ChannelFacts(row.kind, PromptPayState.OPENED))
        opened += 1
    return opened


# --- the new group -------------------------------------------------------------------------


def choose(world: World) -> Figures:
    """Each announced pupil's family says how it receives the money."""
    chosen: dict[str, int] = {}
    for room in world.classrooms:
        teacher = world.teacher_of(room)
        for row in queries.channel_rows(world.term, room.path):
            if row.is_continuing:
                continue
            facts = _facts(world, row)
            channels.choose_channel(row.enrolment, facts, by=teacher, at=clock.now())
            chosen[facts.kind] = chosen.get(facts.kind, 0) + 1
    yield "new pupils with a channel", sum(chosen.values())
    for kind, number in sorted(chosen.items()):
        yield f"  {kind}", number


def _facts(world: World, row: ChannelRow) -> ChannelFacts:
    """What the world knows of the family's wish; the school's account where PromptPay cannot be."""
    child = world.child_of(row.enrolment.pupil)
    identity = row.enrolment.pupil.identity
    if child is None or child.is_g_code or child.channel == Channel.SCHOOL or identity is None:
        return ChannelFacts(ChannelKind.SCHOOL_ACCOUNT)
    guardian = None
    if row.guardian is None or not row.guardian.last4:
        adult = child.guardian
        guardian = GuardianFacts(
            adult.full_name, code_of(adult.relation), number=adult.number, phone=adult.phone
        )
    return ChannelFacts(child.channel.value, PromptPayState.OPENED, guardian)


def _refused(action: Any, *arguments: Any, **keywords: Any) -> str:
    """Try what must be refused."""
    try:
        action(*arguments, **keywords)
    except Refused:
        return "refused"
    raise AssertionError(f"{action.__name__} was not refused")
