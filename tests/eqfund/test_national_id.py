import pytest
from hypothesis import given, strategies as st
from stdnum.th import pin

from eqfund.national_id import (
    is_g_code,
    is_national_id,
    kind_of,
    last4,
    mask,
    normalize,
    why_invalid,
)

digits12 = st.text("0123456789", min_size=12, max_size=12)


@pytest.mark.parametrize(
    ("text", "kind", "fault"),
    [
        pytest.param("1101700203450", "national_id", None, id="valid"),
        pytest.param("1101700203451", None, "check_digit", id="wrong check digit"),
        pytest.param("1-1017-00203-45-0", "national_id", None, id="dashes"),
        pytest.param("1 1017 00203 45 0", "national_id", None, id="spaces"),
        pytest.param("\u00a01–1017–00203–45–0\u200b", "national_id", None, id="odd marks"),
        pytest.param("๑๑๐๑๗๐๐๒๐๓๔๕๐", "national_id", None, id="Thai digits"),
        pytest.param("'1101700203450", "national_id", None, id="Excel's quote"),
        pytest.param("1101700203450.0", "national_id", None, id="a number cell"),
        pytest.param("0101700203451", "national_id", None, id="begins with 0"),
        pytest.param("0101700203450", None, "check_digit", id="begins with 0, wrong"),
        pytest.param("9101700203456", None, "characters", id="none begins with 9"),
        pytest.param("G123456789012", "g_code", None, id="G-code"),
        pytest.param("g-123456789012", "g_code", None, id="G-code, small and dashed"),
        pytest.param("G12345678901", None, "length", id="G-code too short"),
        pytest.param("G1234567890123", None, "length", id="G-code too long"),
        pytest.param("G12345678901A", None, "characters", id="G-code with a letter"),
        pytest.param("", None, "empty", id="empty"),
        pytest.param(" - ", None, "empty", id="a dash"),
        pytest.param("110170020345", None, "length", id="12 digits"),
        pytest.param("11017002034500", None, "length", id="14 digits"),
        pytest.param("110170020345O", None, "characters", id="letter O for 0"),
        pytest.param("๑๑๐๑๗๐๐๒๐๓๔๕๐ก", None, "characters", id="a Thai letter"),
        pytest.param("１１０１７００２０３４５０", None, "characters", id="full-width digits"),
        pytest.param("1.23E+12", None, "lost_in_excel", id="scientific notation"),
        pytest.param("1.1017e+12", None, "lost_in_excel", id="in small letters"),
        pytest.param("1E+12", None, "lost_in_excel", id="without a fraction"),
    ],
)
def test_a_number_has_a_kind_or_a_fault(text, kind, fault):
    assert kind_of(text) == kind
    assert why_invalid(text) == fault
    assert is_national_id(text) is (kind == "national_id")
    assert is_g_code(text) is (kind == "g_code")


@pytest.mark.parametrize(
    ("text", "masked", "end"),
    [
        ("๑-๑๐๑๗-๐๐๒๐๓-๔๕-๐", "x-xxxx-xxxx3-45-0", "3450"),
        ("g123456789012", "Gxxxxxxxx9012", "9012"),
        ("1101700203451", "xxxxxxxxxxxxx", "3451"),
        ("12", "xx", "12"),
        ("", "", ""),
    ],
)
def test_a_mask_shows_no_more_than_the_last_four(text, masked, end):
    assert mask(text) == masked
    assert last4(text) == end


@given(digits12)
def test_one_check_digit_is_right_and_it_is_that_of_stdnum(body):
    valid = [body + digit for digit in "0123456789" if is_national_id(body + digit)]

    assert valid == ([] if body[0] == "9" else [body + pin.calc_check_digit(body)])
    assert all(pin.is_valid(number) for number in valid if number[0] != "0")


@given(digits12)
def test_the_check_digit_is_that_of_the_published_formula(body):
    total = sum(int(d) * (14 - i) for i, d in enumerate(body, start=1))

    assert pin.calc_check_digit(body) == str((11 - total % 11) % 10)


@given(st.text())
def test_any_text_is_either_of_a_kind_or_at_fault(text):
    number = normalize(text)

    assert (kind_of(text) is None) == (why_invalid(text) is not None)
    assert kind_of(number) == kind_of(text)
    assert len(mask(text)) >= len(number)
