"""The calendar by hand: the fund adds a line, an office asks for more time, a teacher sees the new close."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

SECOND_WINDOW = "แก้ไขบัญชีธนาคารของสถานศึกษา (รอบ 2)"
CONTINUING = "ตรวจสอบข้อมูลและแก้ไขข้อมูลกลุ่มต่อเนื่อง"


def test_a_line_overlaps_is_mended_and_an_office_gets_more_time(sign_in, accessible, shot):
    fund = sign_in("fund")
    fund.goto("/calendar/lines/")
    fund.get_by_role("link", name=SECOND_WINDOW).click()
    fund.get_by_role("link", name="เพิ่มรายการแบบเดียวกัน").click()
    fund.fill("#id_title_th", "แก้ไขบัญชีธนาคารเพิ่มเติม")
    fund.fill("#id_opens_day", "10/8/2569")
    fund.fill("#id_closes_day", "20/8/2569")
    fund.click("button[name=look]")

    told = fund.locator(".note.bad")
    expect(told).to_contain_text(SECOND_WINDOW)
    expect(told).to_contain_text("10 ส.ค. 2569")
    expect(fund.locator("#id_closes_day")).to_have_value("20/8/2569")
    expect(fund.locator("button[name=save]")).to_have_count(0)
    accessible(fund)
    shot(fund, "calendar-overlap")

    fund.fill("#id_opens_day", "15/8/2569")
    fund.click("button[name=look]")
    fund.click("button[name=save]")
    expect(fund.get_by_role("link", name="แก้ไขบัญชีธนาคารเพิ่มเติม")).to_be_visible()
    accessible(fund)

    office = sign_in("office")
    office.goto("/calendar/extensions/propose/")
    option = office.locator("#id_line option", has_text=CONTINUING).first
    office.select_option("#id_line", option.get_attribute("value"))
    office.fill("#id_day", "15/7/2569")
    office.fill("#id_time", "16.00")
    office.fill("#id_reason", "น้ำท่วม ครูเข้าโรงเรียนไม่ได้หนึ่งสัปดาห์")
    office.get_by_role("button", name="ส่งข้อเสนอ").click()
    expect(office.locator(".messages")).to_contain_text("ส่งข้อเสนอถึง กสศ. แล้ว")
    address = office.url

    fund = sign_in("fund")
    fund.goto(address)
    fund.fill("#id_answer", "เห็นชอบ")
    fund.click("button[value=grant]")
    expect(fund.locator("main")).to_contain_text("15 ก.ค. 2569 16.00 น.")

    teacher = sign_in("teacher")
    teacher.goto("/calendar/")
    row = teacher.locator("tr", has_text=CONTINUING).first
    expect(row).to_contain_text("15 ก.ค. 2569")
    expect(row).to_contain_text("16.00 น.")
    accessible(teacher)
    shot(teacher, "calendar-extended")
