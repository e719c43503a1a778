"""Cash through a school by hand: paid late, receipted, reported, signed; and the office sees it."""

import csv
import io
import re

import pytest
from playwright.sync_api import expect

from rehearsal import homes

pytestmark = pytest.mark.browser

PAST_DUE = "31/8/2569 10:00"  # due was the 28th
SCHOOL = "โรงเรียนบ้านปางหมู"


def board(sign_in):
    """The office's row of the school on the board, and the same row of its CSV."""
    page = sign_in("office")
    page.goto("/progress/")
    row = page.locator("tbody tr", has_text=SCHOOL)
    cells = {
        stage: row.locator(f"td[data-label='{stage}']").inner_text().split("\n")
        for stage in ("จ่ายเงิน", "รายงานการจ่ายเงิน")
    }
    link = page.get_by_role("link", name=re.compile("CSV")).get_attribute("href")
    text = page.request.get(link).body().decode("utf-8-sig")
    found = [row for row in csv.DictReader(io.StringIO(text)) if SCHOOL in str(row)]
    return cells, found, page


def press(page, label):
    page.get_by_role("button", name=label, exact=True).click()
    page.wait_for_load_state()


def test_a_class_pays_late_reports_and_the_office_sees_it(
    sign_in, move_clock, accessible, shot, tmp_path
):
    (tmp_path / "sheet.jpg").write_bytes(homes.photo("sheet"))
    (tmp_path / "sheet.txt").write_text("no sheet")
    before, _, _ = board(sign_in)
    assert before["จ่ายเงิน"][0] == "กำลังดำเนินการ"
    move_clock(PAST_DUE)
    cells, lines, _ = board(sign_in)
    assert cells["จ่ายเงิน"][0] == "ล่าช้า"
    paid, all_of_them = map(int, cells["จ่ายเงิน"][-1].split(" / "))
    assert paid < all_of_them
    assert "ล่าช้า" in lines[0].values()

    # the teacher's list says it is late; nobody ticked, and one payer twice, lose nothing typed
    teacher = sign_in("teacher")
    todo = teacher.locator(".todo li", has_text="จ่ายเงินนักเรียน")
    expect(todo).to_contain_text("เลยกำหนดแล้ว")
    todo.get_by_role("link").click()
    payable = teacher.url
    pupils = teacher.locator(".paylist > li")
    count = pupils.count()
    assert count == all_of_them - paid
    receiver = pupils.first.locator(".receiver input")
    receiver.fill("นางสมหมาย ใจดี")
    teacher.locator("[name=second_payer]").select_option(index=1)
    press(teacher, "บันทึกการจ่ายเงิน")
    expect(teacher.locator(".errors")).to_contain_text("ยังไม่ได้เลือกนักเรียน")
    expect(pupils.first.locator(".receiver input")).to_have_value("นางสมหมาย ใจดี")
    teacher.get_by_label("เลือกทั้งหมด").check()
    expect(teacher.locator(".savebar .state")).to_contain_text(f"{count} · {1_500 * count:,}.00")
    me = teacher.locator("[name=payer]").input_value()
    teacher.locator("[name=second_payer]").select_option(me)
    press(teacher, "บันทึกการจ่ายเงิน")
    expect(teacher.locator(".errors")).to_contain_text("คนละคนกัน")
    expect(teacher.locator("[name=pay]:checked")).to_have_count(count)
    accessible(teacher)
    shot(teacher, "payout-class")
    other = [
        value
        for value in teacher.locator("[name=second_payer] option").evaluate_all(
            "options => options.map(option => option.value)"
        )
        if value not in ("", me)
    ]
    teacher.locator("[name=second_payer]").select_option(other[0])
    press(teacher, "บันทึกการจ่ายเงิน")
    expect(teacher.locator(".messages")).to_contain_text(f"จ่ายเงินนักเรียน {count} คน")
    expect(teacher.locator(".messages")).to_contain_text("ล่าช้า")
    expect(teacher.locator("main")).to_contain_text("ดำเนินการครบทุกคนในชั้นเรียนนี้แล้ว")
    expect(teacher.locator("main")).to_contain_text("นางสมหมาย ใจดี")

    # a receipt of each, with its number and the amount in words
    teacher.get_by_role("link", name=re.compile(r"^เลขที่ \d+")).first.click()
    expect(teacher.locator("main")).to_contain_text("บาทถ้วน")
    accessible(teacher)
    shot(teacher, "receipt")
    assert teacher.request.get(teacher.url + "receipt.pdf").body()[:5] == b"%PDF-"

    # the class's report needs its sheet; a text is none
    teacher.goto(payable)
    teacher.get_by_role("link", name="แบบรายงานการจัดสรรเงิน รายชั้นเรียน").click()
    submit = teacher.get_by_role("button", name="ส่งรายงานรายชั้นเรียน")
    expect(submit).to_be_disabled()
    report = teacher.url
    teacher.set_input_files("input[type=file]", tmp_path / "sheet.txt")
    press(teacher, "แนบ")
    expect(teacher.locator("main")).to_contain_text("JPG")
    teacher.goto(report)
    expect(submit).to_be_disabled()
    teacher.set_input_files("input[type=file]", tmp_path / "sheet.jpg")
    press(teacher, "แนบ")
    expect(submit).to_be_enabled()
    accessible(teacher)
    shot(teacher, "class-report")
    submit.click()
    expect(teacher.locator(".messages")).to_contain_text("ส่งรายงานรายชั้นเรียนแล้ว")

    # the admin has followed every class, and reports for the school
    admin = sign_in("admin")
    admin.locator(".todo li", has_text="รายสถานศึกษา").get_by_role("link").click()
    school_report = admin.url
    figures = re.search(r"(\d+) จาก (\d+) ชั้นเรียน", admin.locator("main").inner_text())
    assert figures[1] == figures[2], "every class has reported"
    accessible(admin)
    press(admin, "ส่งให้ผู้อำนวยการ")

    # the director reads the sums and signs once
    director = sign_in("director")
    director.locator(".todo li", has_text="รายสถานศึกษา").get_by_role("link").click()
    assert director.url == school_report
    shot(director, "school-report")
    director.get_by_role("button", name=re.compile(r"^ลงนาม ยอดจ่าย [\d,.]+ บาท$")).click()
    director.wait_for_load_state()
    expect(director.locator(".page-head .pill.good")).to_be_visible()
    assert director.get_by_role("button", name=re.compile("^ลงนาม")).count() == 0
    accessible(director)

    # and the office sees all of it: done, though late
    cells, lines, office = board(sign_in)
    assert cells["จ่ายเงิน"] == ["ครบถ้วน", f"{all_of_them} / {all_of_them}"]
    assert cells["รายงานการจ่ายเงิน"][0] == "ครบถ้วน"
    money = [value for title, value in lines[0].items() if "จ่ายเงิน" in title]
    assert money and "ล่าช้า" not in money, "no stage of payment is late any more"
    accessible(office)
    shot(office, "office-board")
    office.goto("/payments/payout/?round=1")
    row = office.locator("tbody tr", has_text=SCHOOL)
    expect(row.locator("td[data-label^='จ่ายล่าช้า']")).to_have_text(str(count))
