"""A released round made directly, for the tests of what comes after its release."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from eqfund import jobs
from eqfund.fields import seal
from eqfund.models import Enrolment, Identity, Job, Pupil, School, Term, User
from payments import round_sql, sandbox_bank
from payments.actions import bank, reconcile
from payments.bankfiles import sealed
from payments.models import (
    BankFile,
    BenefitRate,
    Entitlement,
    ReceivingChannel,
    ResultFile,
    SchoolBankAccount,
    Transfer,
    TransferRound,
)
from payments.rules.accounts import AccountStatus
from payments.rules.channels import ChannelKind
from payments.rules.rounds import RoundStatus
from screening.models import Grant
from tests.conftest import moment

BUILT = moment("2569-07-15 18:04")
RELEASED = moment("2569-07-16 09:00")
SENT = moment("2569-07-16 10:00")
ANSWERED = moment("2569-07-17 09:00")
ALL_GOOD = sandbox_bank.Rules()
PUPIL, GUARDIAN = ChannelKind.PROMPTPAY_PUPIL, ChannelKind.PROMPTPAY_GUARDIAN
SCHOOL_ACCOUNT = ChannelKind.SCHOOL_ACCOUNT


@pytest.fixture
def people(fund_officer: User, fund_approver: User, fund_finance: User) -> dict[str, User]:
    """The three people of a round."""
    return {
        "fund_officer": fund_officer,
        "fund_approver": fund_approver,
        "fund_finance": fund_finance,
    }


def make_account(school: School, people: dict[str, User], number: str = "9811234567") -> Any:
    return SchoolBankAccount.objects.create(
        school=school,
        bank_code="006",
        number=number,
        last4=number[-4:],
        name=f"เงิน กสศ. เพื่อ{school.name}",
        dedicated=True,
        status=AccountStatus.ACCEPTED,
        proposed_by=people["fund_finance"],  # three people, whoever they are
        proposed_at=BUILT,
        director=people["fund_approver"],
        director_at=BUILT,
        decided_by=people["fund_officer"],
        decided_at=BUILT,
    )


def make_rate(term: Term, people: dict[str, User]) -> BenefitRate:
    return BenefitRate.objects.get_or_create(
        term=term,
        level="primary",
        defaults={
            "amount_satang": 150_000,
            "proposed_by": people["fund_officer"],
            "proposed_at": BUILT,
            "approved_by": people["fund_approver"],
            "approved_at": BUILT,
        },
    )[0]


def make_round(term: Term, people: dict[str, User], number: int = 1) -> TransferRound:
    return TransferRound.objects.create(
        term=term,
        number=number,
        takes="continuing",
        status=RoundStatus.RELEASED,
        planned_at=BUILT,
        maker=people["fund_officer"],
        built_at=BUILT,
        approver=people["fund_approver"],
        approved_at=BUILT,
        releaser=people["fund_finance"],
        released_at=RELEASED,
        digest="-",
    )


def owe(transfer_round: TransferRound, pupil: Pupil, kind: str, rate: BenefitRate) -> Transfer:
    """One pupil's transfer of the round, by one channel."""
    enrolment = Enrolment.objects.get(pupil=pupil)
    code = transfer_round.term.year_be * 10 + transfer_round.term.number
    grant, _made = Grant.objects.get_or_create(
        pupil=pupil,
        defaults={
            "enrolment": enrolment,
            "group": "continuing",
            "first_term": code,
            "last_term": code + 21,
            "source": "predecessor",
            "given_at": BUILT,
        },
    )
    guardian = pupil.guardians.get() if kind == GUARDIAN else None
    channel, _made = ReceivingChannel.objects.get_or_create(
        pupil=pupil, is_current=True, defaults={"kind": kind, "guardian": guardian, "set_at": BUILT}
    )
    entitlement, _made = Entitlement.objects.get_or_create(
        grant=grant,
        term=transfer_round.term,
        identity=Identity.objects.get(pupil=pupil),
        enrolment=enrolment,
        rate=rate,
        defaults={"amount_satang": rate.amount_satang},
    )
    school = enrolment.classroom.school
    account = school.bank_accounts.get(status="accepted") if kind == SCHOOL_ACCOUNT else None
    transfer = Transfer(
        round=transfer_round,
        entitlement=entitlement,
        enrolment=enrolment,
        school=school,
        channel=channel,
        kind=kind,
        account=account,
        amount_satang=rate.amount_satang,
    )
    number = (
        account.number
        if account
        else guardian.national_id
        if guardian
        else Identity.objects.get(pupil=pupil).number
    )
    transfer.destination = seal(number.encode(), transfer.destination_purpose)
    transfer.destination_last4 = number[-4:]
    transfer.save()
    return transfer


def fix_totals(transfer_round: TransferRound) -> TransferRound:
    """Set the control totals to what the rows say, as the build does."""
    totals = round_sql.totals(transfer_round)
    TransferRound.objects.filter(pk=transfer_round.pk).update(
        pupils=totals.pupils,
        amount_satang=totals.amount_satang,
        schools=totals.schools,
        digest=totals.digest,
    )
    transfer_round.refresh_from_db()
    return transfer_round


def done(job: Job | None) -> Job:
    """Run a job here; it must end well."""
    assert job is not None
    ended = jobs.run_now(job)
    assert ended.state == Job.State.DONE, ended.error
    return ended


def write_files(transfer_round: TransferRound, by: User, **given: Any) -> list[BankFile]:
    done(bank.write_bank_files(transfer_round, by=by, at=RELEASED, **given))
    return list(transfer_round.bank_files.order_by("number"))


def text_of(file: BankFile) -> bytes:
    assert file.stored is not None
    with default_storage.open(file.stored.name) as zipped:
        return sealed.opened(BytesIO(zipped.read()), str(file.password)).read()


def send(transfer_round: TransferRound, by: User) -> list[BankFile]:
    """Write, take and send the round's files."""
    files = write_files(transfer_round, by)
    for file in files:
        bank.download_bank_file(file, by=by, at=SENT)
    bank.record_sent(transfer_round, by=by, at=SENT)
    return files


def report_on(file: BankFile, rules: sandbox_bank.Rules = ALL_GOOD) -> bytes:
    return sandbox_bank.answer(text_of(file), at=ANSWERED, rules=rules).report


def take_in(transfer_round: TransferRound, report: bytes, by: User) -> ResultFile:
    """Upload a report and let it be read."""
    upload = SimpleUploadedFile("result.xml", report)
    taken = reconcile.upload_result(transfer_round, upload, by=by, at=ANSWERED)
    if taken.job:
        done(taken.job)
    taken.result.refresh_from_db()
    return taken.result


def settle(result: ResultFile, by: User) -> ResultFile:
    done(reconcile.apply_result(result, by=by, at=ANSWERED))
    result.refresh_from_db()
    return result


@pytest.fixture
def round_of(term, people, make_pupils, school) -> Callable[..., TransferRound]:
    """A round at the bank: some pupils by PromptPay, some through one school."""

    def make(pupils=2, at_school=3, number=1):
        made = make_round(term, people, number)
        rate = make_rate(term, people)
        if not school.bank_accounts.exists():
            make_account(school, people)
        for pupil in make_pupils(pupils):
            owe(made, pupil, PUPIL, rate)
        for pupil in make_pupils(at_school, g_code=True):
            owe(made, pupil, SCHOOL_ACCOUNT, rate)
        return fix_totals(made)

    return make


@pytest.fixture
def sent(round_of, fund_finance) -> TransferRound:
    transfer_round = round_of()
    send(transfer_round, fund_finance)
    return transfer_round
