"""The sandbox bank: real formats in and out, the same answer each time."""

from io import BytesIO

import pytest
from django.core.management import CommandError, call_command

from payments.bankfiles import camt054, flat, pain002, schemas, sealed
from payments.bankfiles.lines import LineKind
from payments.bankfiles.reasons import BANK_REASONS, bank_reason, fail_code
from payments.bankfiles.results import Format, Outcome, UnreadableFile, Whole, format_of
from payments.rules.rounds import FailCode
from payments.sandbox_bank import Rules, answer

from .bank_files import AT, HEADER, blocks, pain001_file, promptpay, school, source

ALL_GOOD = Rules()
NAMED = Rules(destinations={"1101700203451": FailCode.NO_PROMPTPAY})


def reported(file: bytes, rules: Rules) -> dict[str, tuple[str, str]]:
    rows = pain002.rows(source(answer(file, at=AT, rules=rules).report))
    return {row.end_to_end_id: (row.outcome.value, row.bank_reason) for row in rows}


@pytest.mark.parametrize(
    ("rules", "destination", "kind", "expected"),
    [
        pytest.param(ALL_GOOD, "1101700203451", LineKind.PROMPTPAY, None, id="no rule, no failure"),
        pytest.param(NAMED, "1101700203451", LineKind.PROMPTPAY, "no_promptpay", id="named"),
        pytest.param(NAMED, "1101700203460", LineKind.PROMPTPAY, None, id="another id"),
        pytest.param(
            Rules(promptpay_endings={"1": FailCode.OTHER, "51": FailCode.INVALID_ID}),
            "1101700203451",
            LineKind.PROMPTPAY,
            "invalid_id",
            id="the longest ending wins",
        ),
        pytest.param(
            Rules(promptpay_endings={"567": FailCode.NO_PROMPTPAY}),
            "9811234567",
            LineKind.SCHOOL_ACCOUNT,
            None,
            id="an ending of ids is not one of accounts",
        ),
        pytest.param(
            Rules(account_endings={"567": FailCode.ACCOUNT_CLOSED}),
            "9811234567",
            LineKind.SCHOOL_ACCOUNT,
            "account_closed",
            id="an account's ending",
        ),
    ],
)
def test_rules_decide_by_destination(rules, destination, kind, expected):
    assert rules.why_fails(destination, kind) == expected


def test_it_fails_whom_its_rules_name_and_takes_the_rest():
    poor, good, closed = promptpay(1, destination="1101700203451"), promptpay(2), school(3)
    rules = Rules(
        destinations={"1101700203451": FailCode.NO_PROMPTPAY, "9810000003": FailCode.ACCOUNT_CLOSED}
    )

    assert reported(pain001_file(poor, good, closed), rules) == {
        poor.end_to_end_id: ("failed", "NOPP"),
        good.end_to_end_id: ("success", ""),
        closed.end_to_end_id: ("failed", "AC04"),
    }


def test_its_report_is_valid_and_the_same_each_time():
    file = pain001_file(promptpay(1, destination="1101700203451"), school(2))

    first, second = (answer(file, at=AT, rules=NAMED) for _ in range(2))

    assert first == second
    assert (first.accepted, first.failed) == (1, 1)
    assert schemas.problems(source(first.report), "pain.002.001.12") == []


def test_what_it_booked_is_what_it_accepted():
    good, bad = promptpay(2, 99_00), promptpay(1, destination="1101700203451")

    rows = list(camt054.rows(source(answer(pain001_file(good, bad), at=AT, rules=NAMED).booked)))

    assert [(row.end_to_end_id, row.outcome, row.amount_satang) for row in rows] == [
        (good.end_to_end_id, Outcome.SUCCESS, 99_00)
    ]


def test_when_all_fail_nothing_is_booked():
    file = pain001_file(promptpay(1, destination="1101700203451"))

    answers = answer(file, at=AT, rules=NAMED)

    assert (answers.accepted, list(camt054.rows(source(answers.booked)))) == (0, [])


def test_a_flat_file_is_answered_in_its_own_kind():
    file = b"".join(
        flat.pieces(HEADER, blocks(promptpay(1, destination="1101700203451"), school(2)))
    )

    answers = answer(file, at=AT, rules=NAMED)

    assert (answers.accepted, answers.failed, answers.booked) == (1, 1, b"")
    assert [row.bank_reason for row in flat.rows(source(answers.report))] == ["NOPP", ""]


def test_the_command_writes_its_answers_beside_the_file(tmp_path, capsys):
    file = tmp_path / "round.xml"
    file.write_bytes(pain001_file(promptpay(1, destination="1101700203451"), school(2)))

    call_command("sandbox_bank", "answer", str(file), "--fail", "1101700203451=no_promptpay")

    rows = list(pain002.rows(source((tmp_path / "round.result.xml").read_bytes())))
    assert [row.outcome.value for row in rows] == ["failed", "success"]
    assert (tmp_path / "round.camt054.xml").exists()
    assert "1 accepted, 1 failed" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        pytest.param(["missing.xml"], "No such file", id="no file"),
        pytest.param([__file__], "not a payment file", id="not a payment file"),
        pytest.param(
            [__file__, "--fail", "1=because"], "the reason is one of", id="no such reason"
        ),
    ],
)
def test_the_command_says_what_is_wrong(arguments, why):
    with pytest.raises(CommandError, match=why):
        call_command("sandbox_bank", "answer", *arguments)


def test_every_reason_of_ours_has_a_word_of_the_banks_and_back():
    assert {fail_code(bank_reason(code)) for code in FailCode} == set(FailCode)
    assert fail_code("ZZ99") is FailCode.OTHER
    assert set(BANK_REASONS.values()) == set(FailCode)


# --- reading what real banks may send --------------------------------------

HEAD = '<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.03">'


def report(inside: str) -> bytes:
    return f"{HEAD}<CstmrPmtStsRpt>{inside}</CstmrPmtStsRpt></Document>".encode()


GROUP = "<OrgnlGrpInfAndSts><OrgnlMsgId>M1</OrgnlMsgId>{}</OrgnlGrpInfAndSts>"
REJECTED = "<GrpSts>RJCT</GrpSts><StsRsnInf><Rsn><Cd>AM04</Cd></Rsn></StsRsnInf>"


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        pytest.param(
            GROUP.format(REJECTED),
            Whole(1, "M1", Outcome.FAILED, "AM04"),
            id="the whole file refused",
        ),
        pytest.param(
            GROUP.format("")
            + "<OrgnlPmtInfAndSts><OrgnlPmtInfId>M1-P</OrgnlPmtInfId><PmtInfSts>ACSC</PmtInfSts></OrgnlPmtInfAndSts>",
            Whole(1, "M1-P", Outcome.SUCCESS, ""),
            id="a whole block accepted",
        ),
    ],
)
def test_a_report_may_speak_of_all_at_once(inside, expected):
    assert list(pain002.rows(source(report(inside)))) == [expected]


@pytest.mark.parametrize("status", ["ACTC", "ACSP", "PDNG", "RCVD", "nonsense"])
def test_a_status_that_is_not_final_settles_nothing(status):
    inside = (
        f"{GROUP.format('<GrpSts>PDNG</GrpSts>')}<OrgnlPmtInfAndSts><OrgnlPmtInfId>M1-P</OrgnlPmtInfId>"
        f"<TxInfAndSts><OrgnlEndToEndId>E</OrgnlEndToEndId><TxSts>{status}</TxSts></TxInfAndSts>"
        "</OrgnlPmtInfAndSts>"
    )

    (row,) = pain002.rows(source(report(inside)))

    assert (row.outcome, row.amount_satang) == (Outcome.OPEN, None)


def test_an_amount_that_is_none_differs_from_every_amount():
    inside = (
        "<OrgnlPmtInfAndSts><TxInfAndSts><OrgnlEndToEndId>E</OrgnlEndToEndId><TxSts>ACSC</TxSts>"
        '<OrgnlTxRef><Amt><InstdAmt Ccy="USD">1,500</InstdAmt></Amt></OrgnlTxRef></TxInfAndSts>'
        "</OrgnlPmtInfAndSts>"
    )

    (row,) = pain002.rows(source(report(inside)))

    assert (row.amount_satang, row.currency) == (-1, "USD")


def notification(status: str, way: str, reason: str = "") -> bytes:
    returned = f"<RtrInf><Rsn><Cd>{reason}</Cd></Rsn></RtrInf>" if reason else ""
    return (
        f'<Document xmlns="{camt054.NAMESPACE}"><BkToCstmrDbtCdtNtfctn><Ntfctn><Ntry>'
        f'<Amt Ccy="THB">15.00</Amt><CdtDbtInd>{way}</CdtDbtInd><Sts>{status}</Sts>'
        f"<NtryDtls><TxDtls><Refs><EndToEndId>E</EndToEndId></Refs>{returned}</TxDtls></NtryDtls>"
        "</Ntry></Ntfctn></BkToCstmrDbtCdtNtfctn></Document>"
    ).encode()


@pytest.mark.parametrize(
    ("file", "outcome"),
    [
        pytest.param(notification("<Cd>BOOK</Cd>", "DBIT"), Outcome.SUCCESS, id="booked debit"),
        pytest.param(notification("BOOK", "DBIT"), Outcome.SUCCESS, id="as older versions say it"),
        pytest.param(notification("<Cd>PDNG</Cd>", "DBIT"), Outcome.OPEN, id="not booked yet"),
        pytest.param(notification("BOOK", "CRDT", "AC04"), Outcome.FAILED, id="came back"),
        pytest.param(notification("BOOK", "CRDT"), Outcome.OPEN, id="a credit that says nothing"),
    ],
)
def test_a_notification_says_what_was_booked(file, outcome):
    assert [row.outcome for row in camt054.rows(source(file))] == [outcome]


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (report(""), Format.PAIN002),
        (notification("BOOK", "DBIT"), Format.CAMT054),
        (b"201000001006", Format.FLAT),
        (b"\xef\xbb\xbf" + report(""), Format.PAIN002),
    ],
)
def test_a_result_is_known_by_its_first_bytes(head, expected):
    assert format_of(head) is expected


@pytest.mark.parametrize(
    ("head", "code"),
    [
        (b"%PDF-1.7", "unknown_format"),
        (b"", "unknown_format"),
        (b"<?xml version='1.0'?><invoice/>", "other_xml"),
        (b"<!DOCTYPE d [<!ENTITY a 'b'>]><CstmrPmtStsRpt/>", "has_dtd"),
    ],
)
def test_what_is_no_result_is_unreadable(head, code):
    with pytest.raises(UnreadableFile) as caught:
        format_of(head)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("file", "code"),
    [
        pytest.param(report("")[:-20], "broken_xml", id="breaks off"),
        pytest.param(
            b"<!DOCTYPE d [<!ENTITY a 'b'>]>" + report(GROUP.format(""))[21:],
            "has_dtd",
            id="a document type after the first bytes",
        ),
    ],
)
def test_a_damaged_or_hostile_report_is_unreadable(file, code):
    with pytest.raises(UnreadableFile) as caught:
        list(pain002.rows(source(file)))
    assert caught.value.code == code


def test_a_sealed_file_opens_with_its_password_alone():
    password, sealed_file = sealed.new_password(), BytesIO()
    sealed.seal(sealed_file, "round.xml", [b"one", b"two"], password)

    assert sealed.opened(sealed_file, password).read() == b"onetwo"
    assert b"onetwo" not in sealed_file.getvalue()
    with pytest.raises(RuntimeError):
        sealed.opened(sealed_file, "wrong")
    assert len(password) == sealed.PASSWORD_LENGTH
