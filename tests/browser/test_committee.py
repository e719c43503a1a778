"""The committee's meeting by hand: the admin records it, the director signs it, the office sees it."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

MEMBERS = (
    "นายบุญมี ดินทองใส", "นางสมใจ ฟ้าธารทอง", "นายประเสริฐ ดอยคำใส", "นายชูชัย นาหินทราย",
    "นายแสงดี ลมภูฟ้า", "นางดวงใจ ดอกไม้ธาร", "พระสมชาย ฐิตธมฺโม", "นางมาลี สวนฝนใส",
)  # fmt: skip
REASON = "ผู้ปกครองแจ้งว่าย้ายไปอยู่ต่างจังหวัด"


def lines(page):
    return page.locator("#pupils .decisions > li")


def save(page, label):
    page.get_by_role("button", name=label, exact=True).click()
    page.wait_for_load_state()


def test_a_committee_meets_and_its_form_05_is_signed_and_locked(
    sign_in, move_clock, accessible, shot, tmp_path
):
    # the day's list leads to it; a day to come is refused in words, and what was typed stays
    page = sign_in("admin")
    todo = page.locator(".todo li", has_text="ประชุมคณะกรรมการ")
    waiting = int(re.search(r"(\d+) คน", todo.inner_text())[1])
    expect(todo).to_contain_text("25\nส.ค.", use_inner_text=True)
    todo.get_by_role("link", name="บันทึกการประชุม").click()
    expect(page.locator(".page-head")).to_contain_text(f"{waiting} คน")
    page.fill("[name=met_on]", "31/8/2569")
    page.fill("[name=place]", "ห้องประชุมโรงเรียนบ้านปางหมู")
    page.locator("main form button.main-act").click()
    page.wait_for_load_state()
    expect(page.locator("main .note.bad")).to_contain_text("วันประชุมเป็นวันในอนาคตไม่ได้")
    page.locator("[data-back]").click()
    expect(page.locator("[name=place]")).to_have_value("ห้องประชุมโรงเรียนบ้านปางหมู")
    page.fill("[name=met_on]", "19/8/2569")
    accessible(page)
    page.locator("main form button.main-act").click()
    page.wait_for_url(re.compile(r"/form05/\d+/$"))
    meeting = page.url

    # 1: members; four of nine are no quorum
    names = page.locator("#members input[name$='-name']")
    director = names.nth(8).input_value()
    assert director, "the secretary is known: the director"
    for row, name in enumerate(MEMBERS):
        names.nth(row).fill(name)
    present = page.locator("#members input[name$='-is_present']")
    for row in (0, 1, 2, 8):
        present.nth(row).check()
    save(page, "บันทึกกรรมการ")
    expect(page.locator("#members .pill")).to_have_text("มาประชุม 4 จาก 9 คน ต้องมีอย่างน้อย 5 คน")
    expect(page.locator("#members .pill")).to_have_class(re.compile("bad"))
    expect(page.locator("#sign")).to_contain_text("ไม่ครบองค์ประชุม")
    present = page.locator("#members input[name$='-is_present']")
    for row in (3, 4):
        present.nth(row).check()
    save(page, "บันทึกกรรมการ")
    expect(page.locator("#members .pill.good")).to_have_text("มาประชุม 6 จาก 9 คน ต้องมีอย่างน้อย 5 คน")

    # 2: each pupil; one not certified needs a reason, and nothing typed is lost without it
    expect(lines(page)).to_have_count(waiting)
    first, second = lines(page).nth(0), lines(page).nth(1)
    refused = second.locator(".who b").inner_text()
    first.get_by_label("มีตัวตน รับรอง").check()
    first.locator("details.abstain summary").click()
    first.locator("details.abstain").get_by_label(MEMBERS[0]).check()
    first.locator("input[name^=relation]").fill("ปู่ของนักเรียน")
    second.get_by_label("มีตัวตน ไม่รับรอง").check()
    save(page, "บันทึกผลการรับรอง")
    expect(page.locator("#pupils .errors")).to_contain_text(refused)
    expect(lines(page).nth(0).locator("input[name^=relation]")).to_have_value("ปู่ของนักเรียน")
    expect(lines(page).nth(1).get_by_label("มีตัวตน ไม่รับรอง")).to_be_checked()
    accessible(page)
    lines(page).nth(1).locator("input[name^=reason]").fill(REASON)
    shot(page, "form05-pupils")
    save(page, "รับรองทุกคนที่ยังไม่บันทึก")
    figures = f"รับรอง {waiting - 1} · ไม่รับรอง 1 · ยังไม่บันทึก 0"
    expect(page.locator("#pupils header")).to_contain_text(figures)

    # 3 and 4: the plan of nothing; a text is no minutes, a PDF is
    save(page, "บันทึกว่าไม่มีเงินที่ต้องใช้")
    expect(page.locator("#plan .pill.good")).to_be_visible()
    (tmp_path / "minutes.txt").write_text("no minutes")
    page.set_input_files("#minutes input[type=file]", tmp_path / "minutes.txt")
    page.locator("#minutes button").click()
    page.wait_for_load_state()
    expect(page.locator("main")).to_contain_text("PDF")
    page.goto(meeting)
    expect(page.locator("#minutes .pill")).to_have_text("ยังไม่บันทึก")
    paper = page.request.get(meeting + "pdf/")
    assert paper.headers["content-type"] == "application/pdf"
    minutes = tmp_path / "minutes.pdf"
    Path(minutes).write_bytes(paper.body())
    page.set_input_files("#minutes input[type=file]", minutes)
    page.locator("#minutes button").click()
    page.wait_for_load_state()
    expect(page.locator("#minutes .pill.good")).to_be_visible()
    expect(page.locator("#sign")).to_contain_text(f"รับรอง {waiting - 1} คน")
    assert page.locator("#sign form").count() == 0, "the admin does not sign for the director"
    accessible(page)

    # 5: the director finds it on the day's list and signs once
    director = sign_in("director")
    director.locator(".todo li", has_text="ลงนามแบบ นร.05").get_by_role("link").click()
    again = sign_in("director")
    again.goto(meeting)
    director.locator("#sign button.main-act").click()
    director.wait_for_load_state()
    expect(director.locator(".messages")).to_contain_text("ลงนามและล็อกแบบ นร.05 แล้ว")
    expect(director.locator(".page-head .pill.good")).to_be_visible()
    expect(director.locator("#sign")).to_contain_text("20 ส.ค. 2569")
    accessible(director)
    shot(director, "form05-locked")
    again.locator("#sign button.main-act").click()
    again.wait_for_load_state()
    expect(again.locator("main")).to_contain_text("ลงนามและล็อก")
    assert director.locator(".todo li", has_text="แบบ นร.05").count() == 0

    # locked for the school; the office sees it done and alone may reopen it
    page.goto(meeting)
    assert page.locator("#members form, #pupils form, #minutes form").count() == 0
    expect(page.locator("#pupils")).to_contain_text(REASON)
    expect(page.locator("#pupils")).to_contain_text("ปู่ของนักเรียน")
    office = sign_in("office")
    office.goto("/progress/")
    row = office.locator("tr", has_text="โรงเรียนบ้านปางหมู")
    expect(row.locator("td[data-label='แบบ นร.05']")).to_contain_text("ครบถ้วน")
    other = office.locator("tr", has_text="โรงเรียนบ้านห้วยผา")
    expect(other.locator("td[data-label='แบบ นร.05']")).to_contain_text("ยังไม่เริ่ม")
    office.goto(meeting)
    expect(office.get_by_role("link", name=re.compile("เปิดให้แก้ไข"))).to_be_visible()

    # the fund waits for its days, then verifies in three steps; the last one gives the grants
    fund = sign_in("fund")
    fund.goto("/screening/verification/list/")
    expect(fund.locator("button[name=ticked]")).to_be_disabled()
    expect(fund.locator(".savebar")).to_contain_text("26 ส.ค. 2569")
    move_clock("26/8/2569 9:00")
    for step in ("list", "account", "grant"):
        fund.goto(f"/screening/verification/{step}/")
        row = fund.locator("tr", has_text="โรงเรียนบ้านปางหมู")
        expect(row.locator(".pill.good")).to_be_visible()
        accessible(fund)
        shot(fund, f"verification-{step}")
        row.locator("input[name=meeting]").check()
        fund.locator("button[name=ticked]").click()
        fund.wait_for_load_state()
        expect(fund.locator(".messages")).to_contain_text("ผ่านการตรวจสอบ 1 ฉบับ")
        expect(fund.locator("tr", has_text="โรงเรียนบ้านปางหมู")).to_have_count(0)
    expect(fund.locator(".messages")).to_contain_text(f"ให้ทุน {waiting - 1} คน")
