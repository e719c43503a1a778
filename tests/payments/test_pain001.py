"""The pain.001 we write: valid, escaped, and adding up to what it promised."""

from decimal import Decimal
from io import BytesIO

import pytest
from hypothesis import given, strategies as st
from lxml import etree

from payments.bankfiles import pain001, schemas
from payments.bankfiles.lines import (
    MAX_LINES,
    Block,
    Header,
    LineKind,
    amount_satang,
    amount_text,
    end_to_end_id,
    message_id,
)

from .bank_files import AT, HEADER, PAYER, block, blocks, pain001_file, promptpay, school, source

NS = {"p": pain001.NAMESPACE}
SCHEMA = "pain.001.001.09"


def read(file: bytes) -> etree._Element:
    return etree.fromstring(file)


def texts(file: bytes, path: str) -> list[str]:
    return [element.text or "" for element in read(file).iterfind(path, NS)]


@pytest.mark.parametrize(
    "credits",
    [
        pytest.param([promptpay(1)], id="one PromptPay"),
        pytest.param([school(1)], id="one school account"),
        pytest.param([promptpay(1), promptpay(2), school(1)], id="both kinds"),
        pytest.param([promptpay(n) for n in range(1, 1_203)], id="more than one piece"),
    ],
)
def test_the_file_is_valid_against_its_schema(credits):
    assert schemas.problems(source(pain001_file(*credits)), SCHEMA) == []


def test_promptpay_stands_in_the_proxy_with_no_account_beside_it():
    file = pain001_file(promptpay(1, destination="1101700203451"))

    account = ".//p:CdtTrfTxInf/p:CdtrAcct"
    assert texts(file, f"{account}/p:Prxy/p:Tp/p:Prtry") == ["NATID"]
    assert texts(file, f"{account}/p:Prxy/p:Id") == ["1101700203451"]
    assert texts(file, f"{account}/p:Id/p:Othr/p:Id") == ["NOTPROVIDED"]
    assert texts(file, ".//p:CdtTrfTxInf/p:CdtrAgt") == []


def test_a_school_is_one_line_with_its_account_and_bank():
    file = pain001_file(school(1, 4_500_000, destination="9811234567", bank_code="034"))

    assert texts(file, ".//p:CdtTrfTxInf/p:CdtrAcct/p:Id/p:Othr/p:Id") == ["9811234567"]
    assert texts(file, ".//p:CdtrAgt//p:MmbId") == ["034"]
    assert texts(file, ".//p:CdtTrfTxInf/p:Amt/p:InstdAmt") == ["45000.00"]


def test_constant_fields_say_who_pays_what_for_and_when():
    file = pain001_file(promptpay(1))

    assert texts(file, ".//p:GrpHdr/p:MsgId") == ["EQF-25691-R01-F001"]
    assert texts(file, ".//p:GrpHdr/p:CreDtTm") == ["2026-07-16T09:00:00+07:00"]
    assert texts(file, ".//p:PmtInf/p:ReqdExctnDt/p:Dt") == ["2026-07-16"]
    assert texts(file, ".//p:PmtInf/p:Dbtr/p:Nm") == [PAYER.name]
    assert texts(file, ".//p:PmtInf/p:DbtrAcct/p:Id/p:Othr/p:Id") == [PAYER.account]
    assert texts(file, ".//p:RmtInf/p:Ustrd") == ["ทุนเสมอภาค 1/2569 รอบที่ 1"]
    assert read(file).find(".//p:InstdAmt", NS).get("Ccy") == "THB"


def test_totals_of_file_and_blocks_are_those_of_the_credits():
    file = pain001_file(promptpay(1, 150_005), promptpay(2, 99), school(1, 4_500_000))

    assert texts(file, ".//p:GrpHdr/p:NbOfTxs") == ["3"]
    assert texts(file, ".//p:GrpHdr/p:CtrlSum") == ["46501.04"]
    assert texts(file, ".//p:PmtInf/p:NbOfTxs") == ["2", "1"]
    assert texts(file, ".//p:PmtInf/p:CtrlSum") == ["1501.04", "45000.00"]
    assert texts(file, ".//p:PmtInf/p:PmtInfId") == [
        "EQF-25691-R01-F001-P",
        "EQF-25691-R01-F001-S",
    ]


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("เด็กชายน้ำทิพย์ ณ อยุธยา", id="Thai with marks above and below"),
        pytest.param("นางสาว \"A\" & <B> 'C'", id="what XML gives a meaning"),
        pytest.param("ก" * 300, id="longer than the schema takes"),
        pytest.param("ก\x00ข\x1fค\ufffe", id="what XML cannot carry"),
        pytest.param("]]>", id="the end of a CDATA section"),
    ],
)
def test_any_name_is_written_safely(name):
    file = pain001_file(promptpay(1, name=name), school(1, name=name))

    assert schemas.problems(source(file), SCHEMA) == []
    expected = pain001.NOT_IN_XML.sub("", name)[:140]
    assert texts(file, ".//p:CdtTrfTxInf/p:Cdtr/p:Nm") == [expected, expected]


@given(st.lists(st.tuples(st.integers(1, 10**11), st.text(min_size=1)), min_size=1, max_size=20))
def test_whatever_the_names_and_amounts_the_sum_is_exact(rows):
    file = pain001_file(*(promptpay(n, satang, name=name) for n, (satang, name) in enumerate(rows)))

    total = sum(Decimal(text) for text in texts(file, ".//p:InstdAmt"))
    assert total * 100 == sum(satang for satang, _ in rows)
    assert texts(file, ".//p:GrpHdr/p:CtrlSum") == [f"{total:.2f}"]


@pytest.mark.parametrize(
    ("promised", "why"),
    [
        pytest.param((2, 150_000), "1 credits", id="a credit less than promised"),
        pytest.param((1, 150_001), "150000 satang", id="a satang less than promised"),
    ],
)
def test_a_block_that_is_not_what_it_promised_is_an_error(promised, why):
    false = Block(LineKind.PROMPTPAY, *promised, [promptpay(1)])

    with pytest.raises(ValueError, match=why):
        list(pain001.pieces(HEADER, [false]))


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(blocks(), id="no credit at all"),
        pytest.param([Block(LineKind.PROMPTPAY, 1, 4_500_000, [school(1)])], id="another kind"),
        pytest.param([block(LineKind.PROMPTPAY, [promptpay(1, destination="")])], id="nowhere to"),
        pytest.param([Block(LineKind.PROMPTPAY, 1, 1, [promptpay(1, 0)])], id="nothing to pay"),
    ],
)
def test_a_file_no_bank_could_take_is_not_written(wrong):
    with pytest.raises(ValueError):
        list(pain001.pieces(HEADER, wrong))


@pytest.mark.parametrize("name", ["", "x" * 36])
def test_a_message_id_has_1_to_35_characters(name):
    with pytest.raises(ValueError):
        Header(name, AT, AT.date(), PAYER, "")


def test_an_instant_without_a_time_zone_is_an_error():
    naive = Header("M", AT.replace(tzinfo=None), AT.date(), PAYER, "")

    with pytest.raises(ValueError, match="time zone"):
        list(pain001.pieces(naive, blocks(promptpay(1))))


def test_the_schema_names_what_is_wrong_by_line():
    file = pain001_file(promptpay(1)).replace(b"NOTPROVIDED", b"")

    assert "line" in schemas.problems(BytesIO(file), SCHEMA)[0]


def test_broken_xml_is_a_problem_not_an_error():
    assert schemas.problems(BytesIO(b"<Document"), SCHEMA)


@given(st.integers(1, 10**15))
def test_an_amount_is_read_back_as_it_was_written(satang):
    assert amount_satang(amount_text(satang)) == satang if satang < 10**15 else True


@pytest.mark.parametrize("text", ["", "1,500", "1.234", "-1.00", "1e3", "๑๕๐๐", "1500.", "9" * 14])
def test_a_text_that_is_no_amount_is_an_error(text):
    with pytest.raises(ValueError):
        amount_satang(text)


def test_names_of_credits_and_files_fit_what_carries_them():
    longest = end_to_end_id(2569, 2, 99, LineKind.SCHOOL_ACCOUNT, 999_999_999)
    file = message_id(2569, 2, 99, 999)

    assert len(longest) == 17
    assert len(f"{file}-P") <= 35
    assert MAX_LINES == 50_000
