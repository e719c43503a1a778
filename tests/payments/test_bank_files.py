"""From a released round to the bank: allotted once, valid, handed out once, on the book when sent."""

import pytest
from django.db import IntegrityError, transaction

from eqfund import jobs
from eqfund.models import Event, Job
from eqfund.refusal import Refused
from payments.actions import bank
from payments.bankfiles import flat, lines, schemas
from payments.bankfiles.lines import LineKind, end_to_end_id
from payments.models import BankFile, BankLine, LedgerEntry, Transfer
from payments.rules.rounds import RoundStatus, TransferStatus

from .bank_files import source
from .bank_world import (
    GUARDIAN,
    PUPIL,
    RELEASED,
    SCHOOL_ACCOUNT,
    SENT,
    fix_totals,
    make_account,
    make_rate,
    make_round,
    owe,
    send,
    text_of,
    write_files,
)


@pytest.fixture
def round_of(term, people, make_pupils, school, other_school, other_classroom):
    """A released round: by PromptPay of pupils and guardians, and two schools' accounts."""

    def make(pupils=2, guardians=1, at_school=3, at_other=2, number=1):
        made = make_round(term, people, number)
        rate = make_rate(term, people)
        for one in (school, other_school):
            if not one.bank_accounts.exists():
                make_account(one, people, f"98{one.pk:08d}")
        for pupil in make_pupils(pupils):
            owe(made, pupil, PUPIL, rate)
        for pupil in make_pupils(guardians):
            owe(made, pupil, GUARDIAN, rate)
        for pupil in make_pupils(at_school, g_code=True):
            owe(made, pupil, SCHOOL_ACCOUNT, rate)
        for pupil in make_pupils(at_other, classroom=other_classroom):
            owe(made, pupil, SCHOOL_ACCOUNT, rate)
        return fix_totals(made)

    return make


def test_each_promptpay_is_a_line_and_each_school_is_one_line(round_of, fund_finance):
    transfer_round = round_of(pupils=2, guardians=1, at_school=3, at_other=2)

    (file,) = write_files(transfer_round, fund_finance)

    assert (file.lines, file.amount_satang) == (5, 8 * 150_000)
    of_schools = BankLine.objects.filter(kind="S").order_by("pupils")
    assert [(line.pupils, line.amount_satang) for line in of_schools] == [
        (2, 300_000),
        (3, 450_000),
    ]
    assert BankLine.objects.filter(kind="P", pupils=1).count() == 3
    assert not Transfer.objects.filter(bank_line=None).exists()


def test_the_sql_names_a_credit_as_the_rule_does(round_of, fund_finance):
    transfer_round = round_of()
    write_files(transfer_round, fund_finance)

    for transfer in Transfer.objects.select_related("bank_line"):
        kind = LineKind.SCHOOL_ACCOUNT if transfer.account_id else LineKind.PROMPTPAY
        serial = transfer.account_id or transfer.pk
        assert transfer.bank_line.end_to_end_id == end_to_end_id(2569, 1, 1, kind, serial)


def test_the_file_inside_the_zip_is_valid_and_names_who_is_paid(round_of, fund_finance, school):
    (file,) = write_files(round_of(), fund_finance)

    text = text_of(file)

    assert schemas.problems(source(text), "pain.001.001.09") == []
    assert "นางผู้ปกครอง3 ตัวอย่าง".encode() in text
    assert "เด็กหญิงสมมติ1 ตัวอย่าง".encode() in text
    assert f"เงิน กสศ. เพื่อ{school.name}".encode() in text
    assert text.count(b"<Prtry>NATID</Prtry>") == 3


def test_a_flat_file_is_written_on_wish(round_of, fund_finance):
    (file,) = write_files(round_of(), fund_finance, file_format="flat")

    records = text_of(file).split(b"\r\n")

    assert {len(record) for record in records[:-1]} == {flat.WIDTH}
    assert len(records) == 1 + 5 + 1


def test_a_round_is_split_and_every_file_adds_up(round_of, fund_finance, monkeypatch):
    monkeypatch.setattr(lines, "MAX_LINES", 2)
    transfer_round = round_of()

    files = write_files(transfer_round, fund_finance)

    assert [(file.number, file.lines) for file in files] == [(1, 2), (2, 2), (3, 1)]
    assert sum(file.amount_satang for file in files) == transfer_round.amount_satang
    assert len({file.message_id for file in files}) == 3
    for file in files:
        assert schemas.problems(source(text_of(file)), "pain.001.001.09") == []


def test_asking_twice_writes_once(round_of, fund_finance):
    transfer_round = round_of()
    (file,) = write_files(transfer_round, fund_finance)

    (again,) = write_files(transfer_round, fund_finance)

    assert (again.sha256, again.password) == (file.sha256, file.password)
    assert Job.objects.filter(kind="payments.write_bank_files").count() == 1


def test_a_worker_killed_half_way_is_followed_by_one_that_goes_on(
    round_of, fund_finance, monkeypatch
):
    monkeypatch.setattr(lines, "MAX_LINES", 2)
    transfer_round = round_of()
    job = bank.write_bank_files(transfer_round, by=fund_finance, at=RELEASED)
    write, calls = bank.write_bank_file, []

    def killed(file, **given):
        if file.number == 2 and not calls.append(file):
            raise KeyboardInterrupt
        write(file, **given)

    monkeypatch.setattr(bank, "write_bank_file", killed)
    with pytest.raises(KeyboardInterrupt):
        jobs.run_now(job)
    monkeypatch.setattr(bank, "write_bank_file", write)
    first = BankFile.objects.get(number=1)

    Job.objects.filter(pk=job.pk).update(state="queued")
    jobs.run_now(job)

    assert BankFile.objects.exclude(stored=None).count() == 3
    assert BankFile.objects.get(number=1).sha256 == first.sha256


def test_rows_that_are_not_those_of_the_control_totals_are_not_sent(
    round_of, fund_finance, rows_unguarded
):
    rows_unguarded()
    transfer_round = round_of()
    Transfer.objects.filter(kind=PUPIL).update(amount_satang=999)

    job = jobs.run_now(bank.write_bank_files(transfer_round, by=fund_finance, at=RELEASED))

    assert job.state == Job.State.FAILED
    assert not BankLine.objects.exists()


@pytest.mark.parametrize("status", [RoundStatus.APPROVED, RoundStatus.SENT])
def test_files_are_made_of_a_released_round_alone(status, round_of, fund_finance):
    transfer_round = round_of()
    transfer_round.status = status

    with pytest.raises(Refused):
        bank.write_bank_files(transfer_round, by=fund_finance, at=RELEASED)


@pytest.mark.parametrize(
    "who", ["fund_officer", "fund_approver", "auditor", "admin", "system_admin"]
)
def test_only_finance_makes_takes_and_sends_files(who, request, round_of, fund_finance):
    user = request.getfixturevalue(who)
    transfer_round = round_of()

    with pytest.raises(Refused):
        bank.write_bank_files(transfer_round, by=user, at=RELEASED)
    (file,) = write_files(transfer_round, fund_finance)
    with pytest.raises(Refused):
        bank.download_bank_file(file, by=user, at=SENT)
    with pytest.raises(Refused):
        bank.show_bank_file_password(file, by=user, at=SENT)
    with pytest.raises(Refused):
        bank.record_sent(transfer_round, by=user, at=SENT)


def test_a_file_is_handed_out_once_and_each_act_is_in_the_audit_book(
    round_of, fund_finance, make_user
):
    (file,) = write_files(round_of(), fund_finance)
    other = make_user("fund_finance", "TH/", "other-finance")

    stored = bank.download_bank_file(file, by=fund_finance, at=SENT)

    assert stored == file.stored
    for again in (fund_finance, other):
        with pytest.raises(Refused, match=r"once|ครั้งเดียว"):
            bank.download_bank_file(file, by=again, at=SENT)
    assert Event.objects.filter(verb="download_bank_file", actor_id=fund_finance.pk).count() == 1


def test_two_who_ask_at_once_do_not_both_get_it(round_of, fund_finance, make_user):
    (file,) = write_files(round_of(), fund_finance)
    other = make_user("fund_finance", "TH/", "other-finance")
    seen_by_the_other = BankFile.objects.get(pk=file.pk)
    bank.download_bank_file(file, by=fund_finance, at=SENT)

    with pytest.raises(Refused):
        bank.download_bank_file(seen_by_the_other, by=other, at=SENT)


def test_a_file_that_is_not_written_yet_is_not_handed_out(round_of, fund_finance, people):
    transfer_round = round_of()
    file = BankFile.objects.create(
        round=transfer_round, number=1, format="pain001", message_id="M", lines=1, amount_satang=1
    )

    with pytest.raises(Refused):
        bank.download_bank_file(file, by=fund_finance, at=SENT)


def test_the_password_is_told_to_whoever_took_the_file(round_of, fund_finance, make_user):
    (file,) = write_files(round_of(), fund_finance)
    other = make_user("fund_finance", "TH/", "other-finance")
    with pytest.raises(Refused):
        bank.show_bank_file_password(file, by=fund_finance, at=SENT)
    bank.download_bank_file(file, by=fund_finance, at=SENT)

    assert bank.show_bank_file_password(file, by=fund_finance, at=SENT) == file.password
    with pytest.raises(Refused):
        bank.show_bank_file_password(file, by=other, at=SENT)
    assert Event.objects.filter(verb="show_bank_file_password").count() == 1


def test_sent_puts_every_transfer_at_the_bank_and_every_file_on_the_book(round_of, fund_finance):
    transfer_round = round_of()

    send(transfer_round, fund_finance)

    assert transfer_round.status == RoundStatus.SENT
    assert set(Transfer.objects.values_list("status", flat=True)) == {TransferStatus.SENT}
    (entry,) = LedgerEntry.objects.all()
    assert (entry.debit, entry.credit) == ("bank_clearing", "fund")
    assert entry.amount_satang == transfer_round.amount_satang


def test_a_round_is_not_sent_twice_nor_before_its_files_are_taken(round_of, fund_finance):
    transfer_round = round_of()
    with pytest.raises(Refused):
        bank.record_sent(transfer_round, by=fund_finance, at=SENT)
    write_files(transfer_round, fund_finance)
    with pytest.raises(Refused):
        bank.record_sent(transfer_round, by=fund_finance, at=SENT)
    bank.download_bank_file(BankFile.objects.get(), by=fund_finance, at=SENT)
    bank.record_sent(transfer_round, by=fund_finance, at=SENT)

    stale = type(transfer_round).objects.get(pk=transfer_round.pk)
    with pytest.raises(Refused):
        bank.record_sent(stale, by=fund_finance, at=SENT)
    stale.status = RoundStatus.RELEASED  # as another request still sees it
    with pytest.raises(Refused):
        bank.record_sent(stale, by=fund_finance, at=SENT)
    assert LedgerEntry.objects.count() == 1


# --- constraints, each broken once -----------------------------------------


@pytest.mark.parametrize(
    ("change", "name"),
    [
        pytest.param({"lines": 0}, "bank_file_holds_1_to_50000_lines", id="no line"),
        pytest.param({"lines": 50_001}, "bank_file_holds_1_to_50000_lines", id="too many"),
        pytest.param({"amount_satang": 0}, "bank_file_amount_is_positive", id="no amount"),
        pytest.param({"format": "pdf"}, "bank_file_format_is_known", id="format"),
        pytest.param({"sha256": ""}, "bank_file_is_written_whole", id="half written"),
        pytest.param(
            {"downloaded_at": SENT}, "bank_file_taken_by_and_at_go_together", id="by nobody"
        ),
    ],
)
def test_a_bank_file_that_cannot_be(change, name, round_of, fund_finance):
    write_files(round_of(), fund_finance)

    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        BankFile.objects.update(**change)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        pytest.param({"kind": "X"}, "bank_line_kind_is_known", id="kind"),
        pytest.param({"status": "gone"}, "bank_line_status_is_known", id="status"),
        pytest.param({"status": "failed"}, "bank_line_failed_says_why", id="failed, no reason"),
        pytest.param({"fail_code": "other"}, "bank_line_failed_says_why", id="reason, not failed"),
        pytest.param({"amount_satang": 0}, "bank_line_amount_is_positive", id="no amount"),
        pytest.param(
            {"pupils": 2}, "bank_line_promptpay_is_of_one_pupil", id="two on one PromptPay"
        ),
    ],
)
def test_a_bank_line_that_cannot_be(change, name, round_of, fund_finance):
    write_files(round_of(), fund_finance)

    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        BankLine.objects.filter(kind="P").update(**change)


def test_a_credit_has_one_name_and_one_place(round_of, fund_finance):
    write_files(round_of(), fund_finance)
    line = BankLine.objects.first()

    with (
        pytest.raises(IntegrityError, match="bank_line_has_a_name_of_its_own"),
        transaction.atomic(),
    ):
        BankLine.objects.exclude(pk=line.pk).update(end_to_end_id=line.end_to_end_id)
    with (
        pytest.raises(IntegrityError, match="bank_line_number_once_per_file"),
        transaction.atomic(),
    ):
        BankLine.objects.exclude(pk=line.pk).update(number=line.number)


# --- what can only go wrong when something else has changed ------------------


def test_a_round_that_has_moved_on_gets_no_files(round_of):
    transfer_round = round_of()
    type(transfer_round).objects.update(status=RoundStatus.SENT)

    with pytest.raises(Refused):
        bank.allot_bank_lines(transfer_round, file_format="pain001", fence=lambda: None)


def test_lines_that_do_not_add_up_are_not_kept(round_of, monkeypatch):
    monkeypatch.setattr(bank, "ALLOTTED", "SELECT 1::bigint, 1::bigint WHERE %(round)s > 0")

    with pytest.raises(Refused):
        bank.allot_bank_lines(round_of(), file_format="pain001", fence=lambda: None)
    assert not BankLine.objects.exists()


def test_a_file_that_is_not_valid_is_never_kept(round_of, fund_finance, monkeypatch):
    monkeypatch.setattr(bank.schemas, "problems", lambda text, name: ["line 1: no"])

    job = jobs.run_now(bank.write_bank_files(round_of(), by=fund_finance, at=RELEASED))

    assert job.state == Job.State.FAILED
    assert not BankFile.objects.exclude(stored=None).exists()
