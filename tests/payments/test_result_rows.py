"""Rows of a result file that do not fit: each is named by its reason, and nothing is applied."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from eqfund.refusal import Refused
from payments.actions import reconcile
from payments.models import (
    BankLine,
    LedgerEntry,
    ResultFile,
    Transfer,
    TransferRound,
)
from payments.rules.rounds import FailCode
from payments.sandbox_bank import Rules

from .bank_world import (
    ANSWERED,
    report_on,
    send,
    settle,
    take_in,
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


def first_id() -> bytes:
    return BankLine.objects.order_by("number").first().end_to_end_id.encode()


def second_row(report: bytes) -> bytes:
    """The report's second row, whole."""
    return b"<TxInfAndSts>" + report.split(b"<TxInfAndSts>")[2].split(b"</TxInfAndSts>")[0]


@pytest.mark.parametrize(
    ("change", "problem", "numbers"),
    [
        pytest.param(
            lambda report: report.replace(first_id(), b"2569101P999999999"),
            "unknown",
            [1],
            id="a reference of nobody",
        ),
        pytest.param(
            lambda report: report.replace(b">1500.00<", b">1500.01<", 1),
            "amount_differs",
            [1],
            id="a satang more",
        ),
        pytest.param(
            lambda report: report.replace(b'Ccy="THB"', b'Ccy="USD"', 1),
            "other_currency",
            [1],
            id="dollars",
        ),
        pytest.param(
            lambda report: report.replace(
                b"</OrgnlPmtInfAndSts>",
                second_row(report) + b"</TxInfAndSts></OrgnlPmtInfAndSts>",
                1,
            ),
            "duplicate",
            [3],
            id="the same row twice",
        ),
    ],
)
def test_a_bad_row_is_named_and_nothing_is_applied(change, problem, numbers, sent, fund_finance):
    result = take_in(sent, change(report_on(only_file(sent))), fund_finance)

    assert list(result.rows.bad().values_list("problem", "number")) == [
        (problem, number) for number in numbers
    ]
    with pytest.raises(Refused):
        reconcile.apply_result(result, by=fund_finance, at=ANSWERED)
    assert statuses() == {"sent": 5}


def test_a_result_of_another_round_is_named_so(sent, round_of, fund_finance):
    other = round_of(number=2)
    send(other, fund_finance)

    result = take_in(other, report_on(only_file(sent)), fund_finance)

    assert set(result.rows.bad().values_list("problem", flat=True)) == {"other_round"}
    with pytest.raises(Refused):
        reconcile.apply_result(result, by=fund_finance, at=ANSWERED)


def test_credits_settled_before_are_named_so(sent, fund_finance):
    report = report_on(only_file(sent)).replace(b"<TxSts>ACCC", b"<TxSts>ACSP", 1)
    settle(take_in(sent, report, fund_finance), fund_finance)

    result = take_in(sent, report_on(only_file(sent)), fund_finance)

    assert list(result.rows.bad().values_list("number", "problem")) == [
        (2, "already_applied"),
        (3, "already_applied"),
    ]


@pytest.mark.parametrize(
    ("report", "problem"),
    [
        pytest.param(b'<?xml version="1.0"?><CstmrPmtStsRpt>', "broken_xml", id="breaks off"),
        pytest.param(
            b'<?xml version="1.0"?><a:CstmrPmtStsRpt xmlns:a="x"/>', "empty", id="says nothing"
        ),
        pytest.param(
            b"201" + b" " * 495 + b"\r\n" + b"202 short\r\n", "wrong_width", id="another layout"
        ),
    ],
)
def test_a_file_that_cannot_be_read_says_why_and_is_not_applied(
    report, problem, sent, fund_finance
):
    result = take_in(sent, report, fund_finance)

    assert (result.problem, result.rows.count()) == (problem, 0)
    with pytest.raises(Refused):
        reconcile.apply_result(result, by=fund_finance, at=ANSWERED)


@pytest.mark.parametrize(
    "content",
    [b"%PDF-1.7 not a result", b"name,amount\n", b"<?xml version='1.0'?><invoice/>", b""],
)
def test_what_is_no_result_at_all_is_refused_at_once(content, sent, fund_finance):
    upload = SimpleUploadedFile("x", content)

    with pytest.raises(Refused):
        reconcile.upload_result(sent, upload, by=fund_finance, at=ANSWERED)
    assert not ResultFile.objects.exists()
