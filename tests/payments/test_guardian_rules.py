"""Names, phones and numbers of guardians: refused only for what cannot be."""

import pytest
from hypothesis import given, strategies as st

from payments.rules import guardians


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("นางสมหญิง ใจดี", None),
        ("น.ส.สมหญิง ใจดี", None),
        ("Mrs. Nang Kham", None),
        ("ว่าที่ ร.ต.สมชาย ใจดี", None),
        ("สมชาย ณ อยุธยา", None),
        ("  นางสมหญิง   ใจดี ", None),
        ("", "guardian_name_missing"),
        ("นาง สมหญิง", "name_one_word"),
        ("สมหญิง", "name_one_word"),
        ("นางสมหญิง ใจดี 2", "name_letters"),
        ("นางสมหญิง ใจดี (แม่)", "name_letters"),
        ("นางสมหญิง ใจดี๒", "name_letters"),
    ],
)
def test_a_name_is_title_name_and_family_name(name, fault):
    assert guardians.why_not_name(name) == fault


@pytest.mark.parametrize(
    ("phone", "fault"),
    [
        ("", None),
        ("0812345678", None),
        ("๐๘๑-๒๓๔-๕๖๗๘", None),
        ("+66 81 234 5678", None),
        ("02 079 5575", None),
        ("053 123456", None),
        ("081234567", "phone_wrong"),
        ("08123456789", "phone_wrong"),
        ("0212345678", "phone_wrong"),
        ("1234567890", "phone_wrong"),
        ("ไม่มี", "phone_wrong"),
    ],
)
def test_a_phone_is_a_thai_number(phone, fault):
    assert guardians.why_not_phone(phone) == fault


@pytest.mark.parametrize(
    ("number", "fault"),
    [
        ("", None),
        ("1101700203450", None),
        ("1-1017-00203-45-0", None),
        ("1101700203451", "guardian_id_wrong"),
        ("110170020345", "guardian_id_length"),
        ("G123456789012", "guardian_g_code"),
        ("g12", "guardian_g_code"),
        ("บัตรหาย", "guardian_id_wrong"),
    ],
)
def test_a_number_is_a_national_id(number, fault):
    assert guardians.why_not_number(number) == fault


@given(st.text(max_size=30))
def test_any_text_gets_an_answer(text):
    for rule in (guardians.why_not_name, guardians.why_not_phone, guardians.why_not_number):
        assert rule(text) is None or isinstance(rule(text), str)
    assert guardians.has_title(text) in (True, False)
