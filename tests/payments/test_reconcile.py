"""Taking in what the bank says: checked first, applied whole or not at all, once."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from eqfund import jobs
from eqfund.models import Event, Job
from eqfund.refusal import Refused
from payments import sandbox_bank
from payments.actions import bank, reconcile, sandbox
from payments.bankfiles import lines
from payments.models import (
    BankLine,
    LedgerEntry,
    PromptPayNote,
    ReceivingChannel,
    ResultFile,
    Transfer,
    TransferRound,
)
from payments.queries.ledger import book
from payments.rules.rounds import FailCode, RoundStatus, TransferStatus
from payments.sandbox_bank import Rules

from .bank_world import (
    ALL_GOOD,
    ANSWERED,
    PUPIL,
    SCHOOL_ACCOUNT,
    SENT,
    done,
    fix_totals,
    make_rate,
    make_round,
    owe,
    report_on,
    send,
    settle,
    take_in,
    text_of,
    write_files,
)


def only_file(transfer_round: TransferRound):
    return transfer_round.bank_files.get()


def failing(*transfers: Transfer, code: FailCode = FailCode.NO_PROMPTPAY) -> Rules:
    return Rules(destinations={transfer.destination_text(): code for transfer in transfers})


def statuses() -> dict[str, int]:
    found: dict[str, int] = {}
    for status in Transfer.objects.values_list("status", flat=True):
        found[status] = found.get(status, 0) + 1
    return found


def entries() -> list[tuple[str, str, int]]:
    rows = LedgerEntry.objects.values_list("credit", "debit", "amount_satang")
    return sorted(rows)


# --- the deed ---------------------------------------------------------------


def test_when_all_arrives_the_round_is_reconciled_and_the_book_balances(sent, fund_finance):
    result = take_in(sent, report_on(only_file(sent)), fund_finance)

    assert (result.state, result.lines, result.bad_lines) == ("previewed", 3, 0)
    assert (result.success_lines, result.success_satang) == (3, 5 * 150_000)
    assert statuses() == {"sent": 5}  # looking changes nothing

    settle(result, fund_finance)

    sent.refresh_from_db()
    assert sent.status == RoundStatus.RECONCILED
    assert sent.reconciled_at is not None
    assert statuses() == {"success": 5}
    assert entries() == [
        *[("bank_clearing", "pupil", 150_000)] * 2,
        *[("bank_clearing", "school_in_hand", 150_000)] * 3,
        ("fund", "bank_clearing", 750_000),
    ]
    assert book(sent.term).balanced


def test_what_failed_goes_back_to_the_fund_with_its_reason(sent, fund_finance):
    poor = Transfer.objects.filter(kind=PUPIL).first()

    settle(take_in(sent, report_on(only_file(sent), failing(poor)), fund_finance), fund_finance)

    poor.refresh_from_db()
    assert (poor.status, poor.fail_code) == (TransferStatus.FAILED, FailCode.NO_PROMPTPAY)
    assert statuses() == {"success": 4, "failed": 1}
    assert ("bank_clearing", "fund", 150_000) in entries()
    assert ReceivingChannel.objects.get(pk=poor.channel_id).promptpay_state == "failed"
    noted = PromptPayNote.objects.get()
    assert (noted.pupil_id, noted.step, noted.by) == (poor.channel.pupil_id, "failed", None)
    assert book(sent.term).balanced


def test_a_school_account_that_fails_fails_all_its_pupils(sent, fund_finance):
    one = Transfer.objects.filter(kind=SCHOOL_ACCOUNT).first()
    rules = failing(one, code=FailCode.ACCOUNT_CLOSED)

    settle(take_in(sent, report_on(only_file(sent), rules), fund_finance), fund_finance)

    failed = Transfer.objects.filter(status="failed")
    assert set(failed.values_list("kind", "fail_code")) == {("school_account", "account_closed")}
    assert failed.count() == 3
    assert not ReceivingChannel.objects.filter(promptpay_state="failed").exists()


def test_a_failed_transfer_may_be_paid_in_a_later_round(sent, fund_finance, term, people):
    poor = Transfer.objects.filter(kind=PUPIL).first()
    settle(take_in(sent, report_on(only_file(sent), failing(poor)), fund_finance), fund_finance)
    later = make_round(term, people, number=2)

    owe(later, poor.enrolment.pupil, PUPIL, make_rate(term, people))

    fix_totals(later)
    send(later, fund_finance)
    settle(take_in(later, report_on(only_file(later)), fund_finance), fund_finance)
    assert statuses() == {"success": 5, "failed": 1}
    assert book(term).balanced


def test_results_may_come_in_parts(round_of, fund_finance, monkeypatch):
    monkeypatch.setattr(lines, "MAX_LINES", 2)
    transfer_round = round_of()
    first, second = send(transfer_round, fund_finance)

    settle(take_in(transfer_round, report_on(first), fund_finance), fund_finance)
    transfer_round.refresh_from_db()
    assert transfer_round.status == RoundStatus.SENT
    assert book(transfer_round.term).balanced

    settle(take_in(transfer_round, report_on(second), fund_finance), fund_finance)
    transfer_round.refresh_from_db()
    assert transfer_round.status == RoundStatus.RECONCILED


def test_what_the_bank_is_still_at_settles_nothing(sent, fund_finance):
    report = report_on(only_file(sent)).replace(b"<TxSts>ACCC", b"<TxSts>ACSP", 1)

    result = settle(take_in(sent, report, fund_finance), fund_finance)

    assert (result.success_lines, result.open_lines) == (2, 1)
    sent.refresh_from_db()
    assert sent.status == RoundStatus.SENT
    assert BankLine.objects.filter(status="waiting").count() == 1


def test_an_amount_the_bank_does_not_repeat_is_the_one_we_sent(sent, fund_finance):
    silent = re.sub(rb"<OrgnlTxRef>.*?</OrgnlTxRef>", b"", report_on(only_file(sent)))

    result = settle(take_in(sent, silent, fund_finance), fund_finance)

    assert result.success_satang == 5 * 150_000


def test_a_flat_result_and_a_notification_serve_too(round_of, fund_finance):
    flat_round = round_of(number=1)
    (file,) = write_files(flat_round, fund_finance, file_format="flat")
    bank.download_bank_file(file, by=fund_finance, at=SENT)
    bank.record_sent(flat_round, by=fund_finance, at=SENT)
    assert settle(take_in(flat_round, report_on(file), fund_finance), fund_finance).format == "flat"

    booked_round = round_of(number=2)
    (file,) = send(booked_round, fund_finance)
    booked = sandbox_bank.answer(text_of(file), at=ANSWERED, rules=ALL_GOOD).booked
    assert settle(take_in(booked_round, booked, fund_finance), fund_finance).format == "camt054"
    assert statuses() == {"success": 10}


def test_a_report_on_the_whole_file_settles_each_of_its_credits(sent, fund_finance):
    message_id = only_file(sent).message_id
    report = (
        '<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.12"><CstmrPmtStsRpt>'
        f"<OrgnlGrpInfAndSts><OrgnlMsgId>{message_id}</OrgnlMsgId><GrpSts>RJCT</GrpSts>"
        "<StsRsnInf><Rsn><Cd>AM04</Cd></Rsn></StsRsnInf></OrgnlGrpInfAndSts>"
        "</CstmrPmtStsRpt></Document>"
    )

    settle(take_in(sent, report.encode(), fund_finance), fund_finance)

    assert statuses() == {"failed": 5}
    assert set(Transfer.objects.values_list("fail_code", flat=True)) == {FailCode.OTHER}
    assert set(BankLine.objects.values_list("bank_reason", flat=True)) == {"AM04"}


# --- twice, at once, half way ----------------------------------------------


def test_the_same_file_twice_changes_nothing_and_says_so(sent, fund_finance):
    report = report_on(only_file(sent))
    settle(take_in(sent, report, fund_finance), fund_finance)
    before = entries()

    again = reconcile.upload_result(
        sent, SimpleUploadedFile("again.xml", report), by=fund_finance, at=ANSWERED
    )

    assert (again.was_applied, again.job, ResultFile.objects.count()) == (True, None, 1)
    assert entries() == before
    with pytest.raises(Refused):
        reconcile.apply_result(again.result, by=fund_finance, at=ANSWERED)


def test_the_same_file_not_yet_applied_is_checked_anew(sent, fund_finance):
    report = report_on(only_file(sent))
    take_in(sent, report, fund_finance)

    result = take_in(sent, report, fund_finance)

    assert (result.readings, result.state, result.rows.count()) == (2, "previewed", 3)


def test_a_file_given_for_one_round_is_not_taken_for_another(sent, round_of, fund_finance):
    other = round_of(number=2)
    send(other, fund_finance)
    report = report_on(only_file(sent))
    take_in(sent, report, fund_finance)

    with pytest.raises(Refused):
        take_in(other, report, fund_finance)


def test_applying_twice_settles_once(sent, fund_finance):
    result = take_in(sent, report_on(only_file(sent)), fund_finance)
    job = reconcile.apply_result(result, by=fund_finance, at=ANSWERED)
    assert reconcile.apply_result(result, by=fund_finance, at=ANSWERED) == job

    done(job)
    Job.objects.filter(pk=job.pk).update(state="queued", ended_at=None)  # delivered once more
    again = done(job)

    assert again.result["transfers"] == 0
    assert statuses() == {"success": 5}
    assert LedgerEntry.objects.count() == 6


def test_a_file_checked_before_another_settled_its_credits_is_not_applied(sent, fund_finance):
    report = report_on(only_file(sent))
    first = take_in(sent, report, fund_finance)
    late = take_in(sent, report.replace(b"<TxSts>ACCC", b"<TxSts>ACSC"), fund_finance)
    part = take_in(sent, report.replace(b"<TxSts>ACCC", b"<TxSts>PDNG", 2), fund_finance)
    settle(part, fund_finance)

    for stale in (first, late):
        job = jobs.run_now(reconcile.apply_result(stale, by=fund_finance, at=ANSWERED))
        assert job.state == Job.State.FAILED

    assert BankLine.objects.filter(status="success").count() == 1
    assert not ResultFile.objects.filter(pk__in=[first.pk, late.pk], state="applied").exists()
    assert book(sent.term).balanced


def test_an_error_half_way_leaves_nothing(sent, fund_finance, monkeypatch):
    result = take_in(sent, report_on(only_file(sent)), fund_finance)
    monkeypatch.setattr(reconcile, "_reconcile_if_complete", lambda *args, **kwargs: 1 / 0)

    job = jobs.run_now(reconcile.apply_result(result, by=fund_finance, at=ANSWERED))

    assert job.state == Job.State.FAILED
    result.refresh_from_db()
    assert (result.state, statuses(), LedgerEntry.objects.count()) == ("previewed", {"sent": 5}, 1)


def test_a_worker_that_lost_the_job_does_not_commit(sent, fund_finance):
    result = take_in(sent, report_on(only_file(sent)), fund_finance)

    def lost():
        raise jobs.LostLease

    with pytest.raises(jobs.LostLease):
        reconcile.settle_result(result, by=fund_finance, at=ANSWERED, fence=lost)
    assert statuses() == {"sent": 5}


def test_the_same_file_given_twice_at_once_is_one(sent, fund_finance, monkeypatch):
    report = report_on(only_file(sent))
    store = reconcile.files.store_upload

    def meanwhile(uploaded, **given):
        monkeypatch.setattr(reconcile.files, "store_upload", store)
        take_in(sent, report, fund_finance)
        return store(uploaded, **given)

    monkeypatch.setattr(reconcile.files, "store_upload", meanwhile)

    with pytest.raises(Refused):
        take_in(sent, report, fund_finance)


def test_a_file_left_over_is_not_checked_once_the_round_is_reconciled(sent, fund_finance):
    report = report_on(only_file(sent))
    left_over = report.replace(b"<TxSts>ACCC", b"<TxSts>ACSC")
    result = take_in(sent, left_over, fund_finance)
    settle(take_in(sent, report, fund_finance), fund_finance)
    sent.refresh_from_db()

    with pytest.raises(Refused):
        take_in(sent, left_over, fund_finance)
    with pytest.raises(Refused):
        reconcile.apply_result(ResultFile.objects.get(pk=result.pk), by=fund_finance, at=ANSWERED)


def test_a_report_on_a_file_of_nobody_is_one_wrong_row(sent, fund_finance):
    report = (
        '<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.12"><CstmrPmtStsRpt>'
        "<OrgnlGrpInfAndSts><OrgnlMsgId>NOT-OURS</OrgnlMsgId><GrpSts>ACSC</GrpSts></OrgnlGrpInfAndSts>"
        "</CstmrPmtStsRpt></Document>"
    )

    result = take_in(sent, report.encode(), fund_finance)

    assert [(row.end_to_end_id, row.problem) for row in result.rows.bad()] == [
        ("NOT-OURS", "unknown")
    ]


def test_a_file_on_which_nothing_is_final_is_not_applied(sent, fund_finance):
    report = report_on(only_file(sent)).replace(b"<TxSts>ACCC", b"<TxSts>PDNG")
    result = take_in(sent, report, fund_finance)

    assert result.open_lines == 3
    with pytest.raises(Refused):
        reconcile.apply_result(result, by=fund_finance, at=ANSWERED)


def test_a_file_set_aside_meanwhile_is_not_settled_and_an_applied_one_not_set_aside(
    sent, fund_finance
):
    result = take_in(sent, report_on(only_file(sent)), fund_finance)
    stale = ResultFile.objects.get(pk=result.pk)
    job = reconcile.apply_result(result, by=fund_finance, at=ANSWERED)
    reconcile.set_result_aside(result, by=fund_finance, at=ANSWERED)

    assert jobs.run_now(job).state == Job.State.FAILED
    settle(take_in(sent, report_on(only_file(sent)), fund_finance), fund_finance)
    with pytest.raises(Refused):
        reconcile.set_result_aside(stale, by=fund_finance, at=ANSWERED)


# --- who and when -------------------------------------------------------------


@pytest.mark.parametrize(
    "who", ["fund_officer", "fund_approver", "auditor", "director", "system_admin"]
)
def test_only_finance_takes_results_in_and_applies_them(who, request, sent, fund_finance):
    user = request.getfixturevalue(who)
    report = report_on(only_file(sent))
    with pytest.raises(Refused):
        take_in(sent, report, user)
    result = take_in(sent, report, fund_finance)
    with pytest.raises(Refused):
        take_in(sent, report, user)
    with pytest.raises(Refused):
        reconcile.apply_result(result, by=user, at=ANSWERED)
    with pytest.raises(Refused):
        reconcile.set_result_aside(result, by=user, at=ANSWERED)


def test_a_result_is_not_taken_in_before_the_round_is_sent(round_of, fund_finance):
    transfer_round = round_of()
    (file,) = write_files(transfer_round, fund_finance)

    with pytest.raises(Refused):
        take_in(transfer_round, report_on(file), fund_finance)


def test_a_file_put_aside_can_be_sent_again_and_an_applied_one_stays(sent, fund_finance):
    report = report_on(only_file(sent))
    result = take_in(sent, report, fund_finance)
    reconcile.set_result_aside(result, by=fund_finance, at=ANSWERED)
    result.refresh_from_db()
    assert result.state == "rejected"
    with pytest.raises(Refused):
        reconcile.apply_result(result, by=fund_finance, at=ANSWERED)

    result = settle(take_in(sent, report, fund_finance), fund_finance)

    with pytest.raises(Refused):
        reconcile.set_result_aside(result, by=fund_finance, at=ANSWERED)


def test_every_step_is_in_the_audit_book(sent, fund_finance):
    settle(take_in(sent, report_on(only_file(sent)), fund_finance), fund_finance)

    verbs = set(Event.objects.values_list("verb", flat=True))
    assert {
        "write_bank_files",
        "write_bank_file",
        "download_bank_file",
        "record_sent",
        "upload_result",
        "apply_result",
        "settle_result",
        "reconcile_round",
    } <= verbs


# --- the sandbox bank in demo mode -------------------------------------------


def test_the_sandbox_bank_answers_a_sent_round_in_demo_mode_alone(sent, fund_finance, settings):
    settings.DEMO_MODE = False
    with pytest.raises(Refused):
        sandbox.ask_sandbox_bank(sent, by=fund_finance, at=ANSWERED)
    with pytest.raises(Refused):
        sandbox.take_sandbox_answer(only_file(sent), by=fund_finance, at=ANSWERED)
    settings.DEMO_MODE = True

    done(sandbox.ask_sandbox_bank(sent, by=fund_finance, at=ANSWERED))

    result = ResultFile.objects.get()
    done(Job.objects.get(kind="payments.read_result"))
    result.refresh_from_db()
    assert (result.state, result.lines, result.uploaded_by) == ("previewed", 3, fund_finance)
