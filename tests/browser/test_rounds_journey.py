"""A round in a real browser: three people, each by one press that repeats the facts."""

import re

import pytest

pytestmark = pytest.mark.browser


def press(page, label):
    """The page's one primary button opens a dialog with the facts; press it there."""
    page.locator("a.main-act", has_text=label).click()
    dialog = page.locator("dialog[open]")
    facts = dialog.inner_text()
    dialog.locator("button.main-act").click()
    page.wait_for_load_state()
    return facts


def test_three_people_take_a_round_to_the_bank(sign_in, accessible, shot):
    officer = sign_in("fund")
    officer.goto("/payments/rounds/")
    officer.locator("form[action$='/plan/'] button").click()
    officer.wait_for_url(re.compile(r"/payments/rounds/\d+/$"))
    accessible(officer)
    press(officer, "สร้างรายการโอนเงิน")
    approve = officer.get_by_text(re.compile(r"^อนุมัติ [\d,.]+ บาท$"))
    approve.wait_for(timeout=60_000)
    amount = re.search(r"[\d,]+\.\d\d", approve.inner_text())[0]
    assert approve.is_disabled(), "whoever built the round does not approve it"
    accessible(officer)
    shot(officer, "round-built")

    approver = sign_in("approver")
    approver.goto(officer.url)
    assert amount in press(approver, "อนุมัติ")
    approver.get_by_text("อนุมัติแล้ว รอสั่งจ่าย").first.wait_for(timeout=60_000)

    finance = sign_in("finance")
    finance.goto(officer.url)
    assert amount in press(finance, "สั่งจ่าย")
    finance.get_by_text("สั่งจ่ายแล้ว รอส่งธนาคาร").first.wait_for(timeout=60_000)

    approver.goto(officer.url + "do/approve/")
    accessible(approver)
    assert approver.locator("form button.main-act").count() == 0, "a second press is not offered"


def test_a_teacher_reads_who_will_be_paid_and_why_not(sign_in, accessible, shot):
    page = sign_in("teacher")
    page.goto("/payments/forecast/")
    page.wait_for_url("**/forecast/class/**")
    accessible(page)
    shot(page, "forecast-class")
    page.goto("/payments/channels/")
    page.wait_for_url("**/channels/class/**")
    accessible(page)
    shot(page, "channels-class")


def test_a_school_sees_its_account_and_its_history(sign_in, accessible, shot):
    page = sign_in("admin")
    page.goto("/payments/accounts/")
    page.wait_for_url("**/accounts/school/**")
    accessible(page)
    shot(page, "account")
