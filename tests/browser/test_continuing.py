"""From an empty term to the frozen list, by hand: the registry file, the profile, the continuing group, the close."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

GUARDIAN_ID = "1101700203450"


def rows(page, heading):
    """The pupils of a table under a heading, a row each."""
    return page.locator("section.card", has=page.get_by_role("heading", name=heading)).locator(
        "tbody tr"
    )


def open_class(page, label):
    """The teacher's one class, from the day's list or the menu."""
    page.goto("/payments/channels/")
    page.wait_for_url(re.compile(r"/channels/class/\d+/$"))
    expect(page.locator("h1")).to_contain_text(label)


def test_from_an_empty_term_to_the_frozen_list(site, sign_in, move_clock, accessible, shot):
    # nobody is there yet, and the pages say where pupils come from
    page = sign_in("teacher")
    page.goto("/payments/channels/")
    expect(page.locator(".empty")).to_be_visible()

    # the registry keeper sends the school's file, looks at it, and records it
    page = sign_in("registry")
    page.goto("/imports/")
    folder = Path(site.environment["EQFUND_VAR"]) / "demo"
    page.set_input_files("input[type=file]", next(folder.glob("58019901-20260502-*")))
    page.locator("main form button.main-act").click()
    record = page.get_by_role("button", name=re.compile(r"^บันทึก.*คน"))
    expect(record).to_be_enabled(timeout=40_000)
    record.click()
    expect(page.locator("main")).to_contain_text("สิ่งที่บันทึกแล้ว", timeout=40_000)

    # the admin brings the school's profile up to date and confirms it
    page = sign_in("admin")
    page.goto("/schools/")
    page.wait_for_url(re.compile(r"/schools/(\d+/)?$"))
    if page.url.endswith("/schools/"):
        page.locator("main tbody a").first.click()
    school = page.url
    page.goto(f"{school}edit/")
    page.fill("[name=phone]", "053 123 456")
    page.fill("[name=contact_name]", "นางสาวแก้วตา สวนดอกไม้")
    page.locator("main form button.main-act").click()
    page.goto(f"{school}directors/")
    page.locator("[name=posting]").select_option(index=1)
    page.fill("[name=starts_on]", "1/10/2568")
    page.locator("main form button.main-act").click()
    page.goto(f"{school}checklist/")
    page.get_by_role("button", name=re.compile("^ยืนยัน")).click()
    expect(page.get_by_role("button", name=re.compile("^ยืนยัน"))).to_have_count(0)

    # the teacher: a phone is wrong at first and is said so while typing
    page = sign_in("teacher")
    open_class(page, "ป.4/1")
    total = rows(page, re.compile("^กลุ่มต่อเนื่อง")).count()
    corrected = rows(page, re.compile("^กลุ่มต่อเนื่อง")).filter(has_text="ยังไม่ยืนยัน").first
    corrected.get_by_role("link", name=re.compile("^แก้ไข")).click()
    page.get_by_label("โทรศัพท์ผู้ปกครอง").fill("0812345")
    page.get_by_label("โทรศัพท์ผู้ปกครอง").blur()
    expect(page.locator("#id_phone_typing")).to_contain_text("9 หรือ 10 หลัก")
    page.get_by_label("โทรศัพท์ผู้ปกครอง").fill("0812345678")
    expect(page.locator("#id_phone_typing")).to_be_empty()
    accessible(page)
    shot(page, "continuing-pupil")
    page.get_by_role("button", name="บันทึกและยืนยัน").click()
    expect(page.locator("main")).to_contain_text("ยืนยันแล้ว (แก้ไข)")

    # one is paid by PromptPay on the guardian's ID, which is typed wrong, then right
    lacking = rows(page, re.compile("^กลุ่มต่อเนื่อง")).filter(has_text="ยังขาดข้อมูล").first
    lacking.get_by_role("link", name=re.compile("^แก้ไข")).click()
    page.get_by_label("พร้อมเพย์เลขบัตรประชาชนผู้ปกครอง").check()
    page.get_by_label("เปิดแล้ว", exact=True).first.check()
    number = page.get_by_label("เลขประจำตัวประชาชนผู้ปกครอง")
    number.fill(GUARDIAN_ID[:-1] + "1")
    expect(page.locator("#id_guardian_number_typing")).to_contain_text("ไม่ใช่เลขประจำตัวประชาชน")
    number.fill(GUARDIAN_ID)
    expect(page.locator("#id_guardian_number_typing")).to_be_empty()
    page.get_by_role("button", name="บันทึกและยืนยัน").click()
    page.wait_for_url(re.compile(r"/channels/class/\d+/$"))

    # the rest by one press, after looking at who it is and who not
    page.get_by_role("link", name=re.compile("^ตรวจดูและยืนยัน")).click()
    ready = rows(page, re.compile("^จะยืนยัน")).count()
    left = rows(page, re.compile("^ยังไม่ยืนยัน")).count()
    assert ready + left + 2 == total
    accessible(page)
    shot(page, "continuing-confirm")
    page.get_by_role("button", name=f"ยืนยัน {ready} คนนี้").click()
    expect(page.locator(".messages, main")).to_contain_text([f"ยืนยันแล้ว {ready} คน"])
    shot(page, "continuing-class")

    # 17:00 of the last day: the list is frozen, and says when and what comes next
    move_clock("25/6/2569 17:00")
    page.reload()
    expect(page.locator("main .window.closed")).to_contain_text("25 มิ.ย. 2569 17.00 น.")
    expect(page.locator("main .note")).to_contain_text(f"นักเรียน {left} คนไม่ได้ยืนยัน")
    expect(page.locator("main .note")).to_contain_text("27 ก.ค. 2569")
    expect(page.get_by_role("link", name=re.compile("^แก้ไข"))).to_have_count(0)
    accessible(page)
    shot(page, "continuing-frozen")

    # what the close kept: the admin reads the names, the office the counts
    page = sign_in("admin")
    page.goto("/payments/continuing/")
    frozen = page.locator(".frozen")
    expect(frozen).to_contain_text(f"ยืนยันกลุ่มต่อเนื่องแล้ว {total - left} จาก")
    named = page.locator("#left-over tbody tr").filter(has_text="ป.4/1")
    expect(named).to_have_count(left)
    accessible(page)
    shot(page, "continuing-school")
    page = sign_in("office")
    page.goto("/payments/continuing/?left=1")
    school = page.locator("#rows tbody tr").first
    expect(school).to_contain_text("ไม่ทันกำหนด")
    accessible(page)
    shot(page, "continuing-office")
