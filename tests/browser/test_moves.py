"""A pupil goes from one school to another by hand, and a child that stands at two schools is settled by both."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE

pytestmark = pytest.mark.browser


def on_phone(sign_in, person):
    page = sign_in(person)
    page.set_viewport_size(PHONE)
    return page


def press(page, name):
    page.get_by_role("button", name=name).click()
    page.wait_for_load_state()


def state_for(sign_in, office, child):
    """What an office reads of the child's move in its list."""
    page = sign_in(office)
    page.goto("/handovers/")
    return page.locator("tbody tr", has_text=child).first


def test_a_pupil_is_sent_taken_over_and_seen_by_both_offices(sign_in, shot):
    # the child whom another school has refused goes to a third one, of another office
    sender = on_phone(sign_in, "admin")
    sender.goto("/handovers/?status=refused")
    sender.locator("tbody a").first.click()
    child = sender.locator("h1").inner_text()
    sender.goto("/pupils/")
    sender.get_by_label("ชื่อ", exact=True).fill(child.split()[-1])
    press(sender, "ค้นหา")
    sender.get_by_role("link", name=child).first.click()
    sender.get_by_role("link", name="ย้ายไปสถานศึกษาอื่น").click()
    sender.get_by_label("ค้นหาสถานศึกษาใหม่").fill("ข")
    press(sender, "ค้นหา")
    expect(sender.locator("main")).to_contain_text("โปรดพิมพ์อย่างน้อย 3 ตัวอักษร")
    sender.get_by_label("ค้นหาสถานศึกษาใหม่").fill("บ้านขันเงิน")
    press(sender, "ค้นหา")
    sender.get_by_role("radio").first.check()
    sender.locator("[name=moved_on]").fill("13/7/2569")
    press(sender, "ขอให้สถานศึกษาใหม่รับย้าย")
    expect(sender.locator("main")).to_contain_text("รอตอบ")
    shot(sender, "moves-sent")

    # the new school's admin finds it on the home page, and chooses the class
    receiver = on_phone(sign_in, "admin.5")
    receiver.locator("main a", has_text="ดูและตอบ").first.click()
    receiver.get_by_role("link", name=child).click()
    receiver.locator("[name=starts_on]").fill("14/7/2569")
    receiver.locator("[name=room]").select_option(index=0)
    press(receiver, "รับย้ายนักเรียน")
    expect(receiver.locator("main")).to_contain_text("ส่งมอบแล้ว")
    receiver.get_by_role("link", name="อ่านประวัติ").click()
    expect(receiver.locator("h1")).to_contain_text(child)

    for office in ("office", "office.2"):
        expect(state_for(sign_in, office, child)).to_contain_text("ส่งมอบแล้ว")


def answer(sign_in, person, choice, since=""):
    """One school says what it knows of its own child, on a phone."""
    page = on_phone(sign_in, person)
    page.goto("/duplicates/?show=mine")
    page.locator("tbody a").first.click()
    page.locator(f"[name=answer][value={choice}]").check()
    if since:
        page.locator("[name=on]").fill(since)
    press(page, "ส่งคำตอบ")
    return page


def test_a_child_at_two_schools_is_settled_by_their_answers(sign_in, shot):
    # a day that is no day is refused with its sentence; then the answer waits for the other school
    first = answer(sign_in, "admin.5", "studying", "31/2/2569")
    expect(first.locator(".errors")).to_be_visible()
    first.locator("[name=on]").fill("11/5/2569")
    press(first, "ส่งคำตอบ")
    expect(first.locator("main")).to_contain_text("รอสถานศึกษาอีกแห่งตอบ")
    shot(first, "duplicates-answered")

    second = answer(sign_in, "admin.6", "never")
    expect(second.locator("main")).to_contain_text("เรียนอยู่สถานศึกษาอีกแห่ง")
    first.reload()
    expect(first.locator("main")).to_contain_text("เรียนอยู่สถานศึกษานี้")

    # the office over both reads how it was settled, school by school
    office = sign_in("office.2")
    office.goto("/duplicates/pairs/?show=settled")
    office.locator("tbody a").first.click()
    expect(office.locator("main")).to_contain_text("ไม่เคยมีเด็กคนนี้")
