from datetime import date, datetime

import pytest
from hypothesis import given, strategies as st

from payments import bill_statement
from payments.bill_payment import BillPayment, barcode_text, crc16, parse_qr, parse_tags, qr_text
from payments.bill_statement import DETAIL, HEADER, TRAILER, WIDTH, BadLine, Payment, StatementError

BILLER = "099999999999901"
BILL = BillPayment(BILLER, "1050010042", "2569110003", 150_000)

references = st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=20)
bills = st.builds(BillPayment, st.just(BILLER), references, references, st.integers(1, 10**12 - 1))


# --- QR and barcode -------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "crc"),
    [
        pytest.param(b"123456789", 0x29B1, id="the published check value"),
        pytest.param(b"", 0xFFFF, id="nothing"),
        pytest.param(b"A", 0xB915, id="one letter"),
        pytest.param(
            b"00020101021129370016A000000677010111011300668999999995802TH53037646304",
            0xFE29,
            id="a PromptPay code seen in public",
        ),
    ],
)
def test_crc16(data, crc):
    assert crc16(data) == crc


def test_the_code_holds_the_tags_of_a_bill_payment():
    tags = parse_tags(qr_text(BILL))

    assert tags | {"63": ""} == {
        "00": "01",
        "01": "12",
        "30": "0016A000000677010112" + "0115" + BILLER + "02101050010042" + "03102569110003",
        "53": "764",
        "54": "1500.00",
        "58": "TH",
        "63": "",
    }


@given(bills)
def test_a_code_reads_back_as_the_same_bill(bill):
    assert parse_qr(qr_text(bill)) == bill


@given(bills, st.data())
def test_no_single_wrong_character_passes(bill, data):
    text = qr_text(bill)
    at = data.draw(st.integers(0, len(text) - 5))
    wrong = data.draw(
        st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ.").filter(lambda c: c != text[at])
    )

    with pytest.raises(ValueError):
        parse_qr(text[:at] + wrong + text[at + 1 :])


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("0002", id="too short"),
        pytest.param("00020163040000", id="wrong checksum"),
        pytest.param("000201" + "6304" + f"{crc16(b'0002016304'):04X}", id="not a bill payment"),
    ],
)
def test_what_is_not_a_bill_payment_is_an_error(text):
    with pytest.raises(ValueError):
        parse_qr(text)


@pytest.mark.parametrize("text", ["00", "0005A", "00XXA"])
def test_broken_tags_are_an_error(text):
    with pytest.raises(ValueError):
        parse_tags(text)


def test_the_barcode_separates_its_parts_by_carriage_returns():
    assert barcode_text(BILL) == f"|{BILLER}\r1050010042\r2569110003\r150000"


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"biller": "12345"}, id="biller too short"),
        pytest.param({"reference1": ""}, id="no reference"),
        pytest.param({"reference2": "A" * 21}, id="reference too long"),
        pytest.param({"reference1": "ก1"}, id="Thai letters"),
        pytest.param({"reference1": "abc"}, id="small letters"),
        pytest.param({"amount_satang": 0}, id="nothing to pay"),
    ],
)
def test_a_bill_that_no_bank_takes_is_an_error(fields):
    good = {"biller": BILLER, "reference1": "1", "reference2": "2", "amount_satang": 1}

    with pytest.raises(ValueError):
        BillPayment(**good | fields)


# --- the statement -----------------------------------------------------------------


def payment(**fields):
    good = {
        "line_no": 2,
        "paid_at": datetime(2026, 9, 2, 14, 3, 5),
        "reference1": "1050010042",
        "reference2": "2569110003",
        "amount_satang": 150_000,
        "is_credit": True,
        "sending_bank": "006",
    }
    return Payment(**good | fields)


def a_file(*payments):
    return bill_statement.write(
        payments, effective_on=date(2026, 9, 3), biller=BILLER, account="0000000000"
    )


@pytest.mark.parametrize("layout", [HEADER, DETAIL, TRAILER], ids=["header", "detail", "trailer"])
def test_every_record_is_256_bytes(layout):
    assert sum(width for _name, width in layout) == WIDTH
    assert {len(line) for line in a_file(payment()).split(b"\r\n")[:-1]} == {WIDTH}


def test_a_file_reads_back_as_it_was_written():
    rows = (
        payment(),
        payment(line_no=3, reference2="2569110004", amount_satang=1, is_credit=False),
    )

    statement = bill_statement.read(a_file(*rows), biller=BILLER)

    assert statement.payments == rows
    assert statement.effective_on == date(2026, 9, 3)
    assert statement.credit_satang == 150_000


def test_a_file_without_payments_is_a_file():
    assert bill_statement.read(a_file(), biller=BILLER).payments == ()


def change(data, line_no, old, new):
    lines = data.split(b"\r\n")
    assert old in lines[line_no - 1]
    lines[line_no - 1] = lines[line_no - 1].replace(old, new, 1)
    return b"\r\n".join(lines)


@pytest.mark.parametrize(
    ("line_no", "old", "new", "reason"),
    [
        pytest.param(2, b"D000002", b"X000002", "wrong_kind", id="an unknown record"),
        pytest.param(2, b"D000002", b"D00002", "wrong_length", id="a byte lost"),
        pytest.param(2, b"02092026", b"32092026", "wrong_day", id="the 32nd"),
        pytest.param(2, b"140305", b"250305", "wrong_time", id="25 o'clock"),
        pytest.param(
            2, b"0000000150000", b"00000001500X0", "wrong_amount", id="a letter in the amount"
        ),
        pytest.param(2, b"0000000150000", b"0000000000000", "wrong_amount", id="no amount"),
        pytest.param(
            2, b"0000000150000", b"0000000150001", "totals_differ", id="the trailer says otherwise"
        ),
        pytest.param(
            2, BILLER.encode(), b"199999999999901", "another_biller", id="another biller's money"
        ),
        pytest.param(2, b"    C", b"    Z", "wrong_direction", id="neither credit nor debit"),
        pytest.param(2, b"      ", b"\xdb     ", "wrong_characters", id="not Thai text"),
        pytest.param(1, b"03092026", b"00000000", "wrong_day", id="no effective day"),
        pytest.param(3, b"T000003", b"D000003", "wrong_kind", id="no trailer"),
        pytest.param(
            3, b"0000000150000", b"XXXXXXXXXXXXX", "totals_differ", id="a trailer without figures"
        ),
    ],
)
def test_a_bad_line_is_named_with_its_reason(line_no, old, new, reason):
    with pytest.raises(StatementError) as error:
        bill_statement.read(change(a_file(payment()), line_no, old, new), biller=BILLER)

    assert reason in [bad.reason for bad in error.value.bad]


@pytest.mark.parametrize("data", [b"", b"hello", b"%PDF-1.7 not a statement"])
def test_something_else_is_not_a_statement(data):
    with pytest.raises(StatementError) as error:
        bill_statement.read(data, biller=BILLER)

    assert error.value.bad == (BadLine(1, "not_a_statement"),)


def test_a_buddhist_year_is_read_too():
    data = a_file(payment()).replace(b"02092026", b"02092569")

    assert bill_statement.read(data, biller=BILLER).payments[0].paid_at.year == 2026


def test_what_is_too_wide_is_never_written():
    with pytest.raises(ValueError):
        a_file(payment(reference1="1" * 21))
