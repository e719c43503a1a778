"""A password is neither known from breaches nor made of words that everybody here would try first."""

from pathlib import Path

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from hypothesis import given, strategies as st

from eqfund.accounts import passwords
from eqfund.accounts.passwords import ENGLISH_KEYS, own_words, too_much_of_our_own

WORDS = own_words()


@pytest.mark.parametrize(
    "password",
    [
        "eqfund2569!!",
        "EqFund@2569",
        "3qfund-2026-07",
        "obec-teacher-1",
        "ChiangMai50000",
        "chiangrai_obec",
        "schooladmin2569",
        "p@ssw0rd-krabi",
        "ทุนเสมอภาค2569",
        "เชียงใหม่2569!",
        "รหัสผ่าน123456",
        "isylzjko123456",  # the same, as it comes out of an English keyboard
        "m6ogl,v4k82569",  # ทุนเสมอภาค there
    ],
)
def test_our_own_words_with_a_year_behind_them_are_refused(password):
    assert too_much_of_our_own(password, WORDS)


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery",
        "krabi sunset over coral",
        "nantawan-loves-rice",  # a province's name inside another word
        "x9!kQ2#vTm7p",
        "แมวสามตัวนอนกลางวัน",
        "2569-2570-2571",  # no word of ours in it: other rules look at that
    ],
)
def test_a_phrase_with_something_of_its_own_passes(password):
    assert not too_much_of_our_own(password, WORDS)


@given(st.text(min_size=0, max_size=12), st.integers(0, 9999))
def test_digits_and_signs_never_save_a_word_of_ours(sign, number):
    kept = "".join(char for char in sign if char in "!@#-_. ")

    assert too_much_of_our_own(f"tunsemophak{kept}{number}", WORDS)


@given(st.text(alphabet="กขคงจฉชซญดตถทนบปผพฟภมยรลวสหอฮะาิีึืุูเแโใไ่้๊๋์ำ", min_size=1))
def test_every_thai_letter_has_its_key(text):
    assert text.translate(ENGLISH_KEYS).isascii()


def test_the_list_is_one_word_a_line_and_none_is_too_short_to_be_found():
    lines = Path("eqfund/data/passwords/own-words.txt").read_text().splitlines()
    words = [line for line in lines if line and not line.startswith("#")]

    assert len(words) == len(set(words)) > 120
    assert [word for word in words if len(word) < 2 or " " in word] == []


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("qwertyuiop", "password_breached"),
        ("1qaz2wsx3edc", "password_breached"),
        ("Password123456", "password_breached"),
        ("opec-songkhla-9", "password_own_words"),
    ],
)
def test_the_settings_ask_both(password, code):
    with pytest.raises(ValidationError) as caught:
        validate_password(password)

    assert code in {error.code for error in caught.value.error_list}


def test_a_persons_own_names_and_places_are_no_password(teacher, school):
    school.name = "โรงเรียนบ้านดงสมมติ"
    school.save()
    teacher.full_name, teacher.username, teacher.email = (
        "นางสมหญิง ใจดีมาก",
        "somying",
        "somying.jaidee@example.go.th",
    )

    for password in ("somying-jaidee-2569", "ใจดีมากสมหญิง2569", "โรงเรียนบ้านดงสมมติ1"):
        assert too_much_of_our_own(password, [*WORDS, *passwords.words_of(teacher)]), password
    assert not too_much_of_our_own("four quiet elephants", [*WORDS, *passwords.words_of(teacher)])


def test_a_good_password_passes_all(teacher):
    validate_password("four quiet elephants walk", teacher)
