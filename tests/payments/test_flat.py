"""The flat bulk text: 498 bytes a record, Thai in one byte each, read back as written."""

import pytest

from payments.bankfiles import flat
from payments.bankfiles.results import Outcome, UnreadableFile

from .bank_files import HEADER, blocks, promptpay, school, source


def file_of(*credits) -> bytes:
    return b"".join(flat.pieces(HEADER, blocks(*credits)))


def result_of(*credits, failing=None) -> bytes:
    return b"".join(flat.answer_pieces(source(file_of(*credits)), failing or {}))


@pytest.mark.parametrize("fields", [flat.HEADER, flat.DETAIL, flat.RESULT])
def test_every_record_is_498_bytes(fields):
    assert sum(field.width for field in fields) == flat.WIDTH


def test_each_line_is_498_bytes_and_crlf_in_cp874():
    records = file_of(promptpay(1), school(1)).split(b"\r\n")

    assert [len(record) for record in records] == [498, 498, 498, 0]
    assert "เด็กหญิงสมมติ ตัวอย่าง".encode("cp874") in records[1]


def test_the_header_counts_and_sums_in_satang():
    values = flat.read(flat.HEADER, file_of(promptpay(1, 150_005), school(1)).split(b"\r\n")[0])

    assert (values["lines"], values["total"]) == ("0000002", "0000000000004650005")
    assert (values["bank"], values["day"], values["kind"]) == ("006", "16072026", "C")


@pytest.mark.parametrize(
    ("credit", "expected"),
    [
        pytest.param(
            promptpay(1, destination="1101700203451"),
            {"receiver_information": "NATID", "other": "1101700203451", "receiver_bank": "000"},
            id="PromptPay",
        ),
        pytest.param(
            school(1, destination="9811234567", bank_code="006"),
            {"receiver_account": "09811234567", "receiver_bank": "006", "other": ""},
            id="an account of 10 digits",
        ),
        pytest.param(
            school(1, destination="012345678901", bank_code="030"),
            {"receiver_information": "ACCOUNT", "other": "012345678901", "receiver_bank": "030"},
            id="an account of 12 digits",
        ),
    ],
)
def test_a_destination_stands_where_it_fits(credit, expected):
    values = flat.read(flat.DETAIL, file_of(credit).split(b"\r\n")[1])

    assert {name: values[name] for name in expected} == expected
    assert values["reference1"] == credit.end_to_end_id
    assert int(values["amount"]) == credit.amount_satang


def test_a_number_that_does_not_fit_is_an_error_and_a_text_is_cut():
    with pytest.raises(ValueError, match="amount"):
        flat.record(flat.DETAIL, {"amount": "1" * 18})
    assert len(flat.record(flat.DETAIL, {"receiver_name": "ก" * 200})) == flat.WIDTH + 2


def test_a_letter_outside_the_code_page_does_not_move_the_rest():
    assert len(file_of(promptpay(1, name="Zoë 学生")).split(b"\r\n")[1]) == flat.WIDTH


def test_a_file_without_credits_is_not_written():
    with pytest.raises(ValueError):
        file_of()


def test_a_result_says_what_became_of_each():
    one, two = promptpay(1), school(1)

    rows = list(flat.rows(source(result_of(one, two, failing={two.end_to_end_id: "AC04"}))))

    assert [(row.end_to_end_id, row.outcome, row.bank_reason) for row in rows] == [
        (one.end_to_end_id, Outcome.SUCCESS, ""),
        (two.end_to_end_id, Outcome.FAILED, "AC04"),
    ]
    assert [row.amount_satang for row in rows] == [150_000, 4_500_000]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        pytest.param(lambda file: file[:-500], "cut_off", id="the last record is missing"),
        pytest.param(lambda file: file[:-40], "wrong_width", id="the last record breaks off"),
        pytest.param(
            lambda file: file.replace(b"\n202", b"\n102"), "unknown_format", id="no result"
        ),
    ],
)
def test_a_damaged_result_is_unreadable(change, code):
    with pytest.raises(UnreadableFile) as caught:
        list(flat.rows(source(change(result_of(promptpay(1), promptpay(2))))))
    assert caught.value.code == code
