import pytest
from hypothesis import given, strategies as st

from eqfund.money import LARGEST_SATANG, baht, baht_words, parse_baht

amounts = st.integers(0, LARGEST_SATANG)


@pytest.mark.parametrize(
    ("satang", "text"),
    [
        (0, "0.00"),
        (5, "0.05"),
        (150_000, "1,500.00"),
        (99_999, "999.99"),
        (100_000, "1,000.00"),
        (154_197_504_000, "1,541,975,040.00"),
        (-5, "-0.05"),
        (-150_050, "-1,500.50"),
    ],
)
def test_baht_has_separators_and_two_decimals(satang, text):
    assert baht(satang) == text


@pytest.mark.parametrize(
    ("text", "satang"),
    [
        ("1,500.00", 150_000),
        ("1500", 150_000),
        ("1500.5", 150_050),
        ("0.05", 5),
        ("1500.500", 150_050),
        (" ๑,๕๐๐.๐๐ บาท ", 150_000),
        ("฿1,500", 150_000),
        ("1,500.-", 150_000),
        ("10,000,000,000,000.00", LARGEST_SATANG),
        ("0" * 30 + "7", 700),
    ],
)
def test_an_amount_is_read_as_people_write_it(text, satang):
    assert parse_baht(text) == satang


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        ("  บาท", "empty"),
        ("-", "not_a_number"),
        ("abc", "not_a_number"),
        ("1e3", "not_a_number"),
        ("NaN", "not_a_number"),
        ("1,50", "not_a_number"),
        ("15,00.00", "not_a_number"),
        ("1.500,00", "not_a_number"),
        ("1.", "not_a_number"),
        ("-1", "negative"),
        ("0.001", "more_than_satang"),
        ("1.00" + "0" * 40 + "1", "more_than_satang"),
        ("10,000,000,000,000.01", "too_large"),
        ("9" * 10_000, "too_large"),
    ],
)
def test_what_is_no_amount_is_refused_with_a_code(text, code):
    with pytest.raises(ValueError, match=f"^{code}$"):
        parse_baht(text)


@given(amounts)
def test_an_amount_reads_back_as_it_was_written(satang):
    assert parse_baht(baht(satang)) == satang


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "ศูนย์บาทถ้วน"),
        ("1", "หนึ่งบาทถ้วน"),
        ("10", "สิบบาทถ้วน"),
        ("11", "สิบเอ็ดบาทถ้วน"),
        ("20", "ยี่สิบบาทถ้วน"),
        ("21", "ยี่สิบเอ็ดบาทถ้วน"),
        ("101", "หนึ่งร้อยเอ็ดบาทถ้วน"),
        ("110", "หนึ่งร้อยสิบบาทถ้วน"),
        ("1001", "หนึ่งพันเอ็ดบาทถ้วน"),
        ("1500", "หนึ่งพันห้าร้อยบาทถ้วน"),
        ("2100", "สองพันหนึ่งร้อยบาทถ้วน"),
        ("22222", "สองหมื่นสองพันสองร้อยยี่สิบสองบาทถ้วน"),
        ("1000000", "หนึ่งล้านบาทถ้วน"),
        ("1000001", "หนึ่งล้านเอ็ดบาทถ้วน"),
        ("11000000", "สิบเอ็ดล้านบาทถ้วน"),
        ("21000011", "ยี่สิบเอ็ดล้านสิบเอ็ดบาทถ้วน"),
        ("501741221", "ห้าร้อยเอ็ดล้านเจ็ดแสนสี่หมื่นหนึ่งพันสองร้อยยี่สิบเอ็ดบาทถ้วน"),
        ("1541975040", "หนึ่งพันห้าร้อยสี่สิบเอ็ดล้านเก้าแสนเจ็ดหมื่นห้าพันสี่สิบบาทถ้วน"),
        ("1000000000000", "หนึ่งล้านล้านบาทถ้วน"),
        ("0.01", "หนึ่งสตางค์"),
        ("0.50", "ห้าสิบสตางค์"),
        ("1.21", "หนึ่งบาทยี่สิบเอ็ดสตางค์"),
        ("5.80", "ห้าบาทแปดสิบสตางค์"),
    ],
)
def test_an_amount_is_written_in_words(amount, words):
    assert baht_words(parse_baht(amount)) == words


def test_a_negative_amount_says_so():
    assert baht_words(-150_000) == "ลบหนึ่งพันห้าร้อยบาทถ้วน"


_ONES = {
    "หนึ่ง": 1,
    "เอ็ด": 1,
    "สอง": 2,
    "ยี่": 2,
    "สาม": 3,
    "สี่": 4,
    "ห้า": 5,
    "หก": 6,
    "เจ็ด": 7,
    "แปด": 8,
    "เก้า": 9,
}
_TENS = {"สิบ": 10, "ร้อย": 100, "พัน": 1_000, "หมื่น": 10_000, "แสน": 100_000}


def read(words):
    """The number that words mean, found in another way than they are made."""
    total = group = digit = 0
    while words:
        word = next(w for w in [*_ONES, *_TENS, "ล้าน"] if words.startswith(w))
        words = words[len(word) :]
        if word in _ONES:
            digit = _ONES[word]
        elif word in _TENS:
            group, digit = group + (digit or 1) * _TENS[word], 0
        else:
            total, group, digit = (total + group + digit) * 1_000_000, 0, 0
    return total + group + digit


@given(amounts)
def test_words_mean_the_amount_they_were_made_from(satang):
    in_baht, _, rest = baht_words(satang).rpartition("บาท")

    whole = read(in_baht.removeprefix("ศูนย์"))

    assert whole * 100 + read(rest.removesuffix("ถ้วน").removesuffix("สตางค์")) == satang
