"""A teacher's plan of home visits on the phone, and an office's list of the basic-needs subsidy, by hand."""

import re
from random import Random

import pytest
from playwright.sync_api import expect

from rehearsal.world.children import make
from rehearsal.world.plan import SCHOOLS

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
HEAD = "รหัสโรงเรียน,เลขประจำตัวประชาชน,คำนำหน้าชื่อ,ชื่อ,นามสกุล,ชั้น,ห้อง,จำนวนเงิน (บาท)"


def is_pdf(page, link):
    """What a link to a paper gives; the page stays where it is."""
    response = page.context.request.get(link.get_attribute("href"))
    return response.ok and response.body().startswith(b"%PDF")


def unfold(page, action):
    """Open the part of the page in which a form stands; the form."""
    form = page.locator(f"form[action$='/{action}/']")
    page.locator("details", has=form).locator("summary").click()
    return form


def test_a_teacher_plans_the_visits_of_the_class_on_the_phone(sign_in, accessible, shot):
    page = sign_in("teacher", has_touch=True)
    page.set_viewport_size(PHONE)
    page.goto("/screening/visits/")
    page.wait_for_url(re.compile(r"/visits/class/\d+/$"))
    room = page.url
    homes = page.locator(".homes > li")
    expect(homes.first.locator(".why li").first).to_be_visible()  # why the data name the child
    accessible(page)

    # a day that cannot be read keeps what was chosen; then it is set for the chosen homes
    waiting = homes.filter(has=page.locator("input[name=visit]"))
    waiting.first.locator("input[name=visit]").check()
    chosen = waiting.first.locator("input[name=visit]").get_attribute("value")
    page.fill("[name=planned_on]", "31/2/2569")
    page.locator("#day button").click()
    expect(page.locator("#day .error")).to_be_visible()
    box = page.locator(f"input[name=visit][value='{chosen}']")
    expect(box).to_be_checked()
    page.fill("[name=planned_on]", "๒๐/๗/๒๕๖๙")
    page.locator("#day button").click()
    home = homes.filter(has=box)
    expect(home).to_contain_text("20 ก.ค. 2569")

    # this home is gone to first, by the teacher's own order; then it is unticked, with a reason
    home.get_by_role("link", name="รายละเอียดการเยี่ยม").click()
    accessible(page)
    turn = unfold(page, "turn")
    turn.locator("[name=turn]").fill("1")
    turn.locator("button").click()
    page.goto(room)
    expect(homes.first.locator(f"input[value='{chosen}']")).to_have_count(1)
    homes.first.get_by_role("link", name="รายละเอียดการเยี่ยม").click()
    skip = unfold(page, "skip")
    skip.locator("[value=visited_before]").check()
    skip.locator("button").click()
    page.goto(room)
    expect(page.locator(".skipped li")).to_have_count(1)
    shot(page, "visits-class")
    assert is_pdf(page, page.get_by_role("link", name=re.compile("PDF")))


def test_an_office_keeps_its_account_sends_its_list_and_the_school_prints_it(
    sign_in, accessible, shot
):
    page = sign_in("office")
    page.goto("/payments/basic-needs/")
    page.wait_for_url(re.compile(r"/basic-needs/office/\d+/$"))
    office = page.url
    accessible(page)

    # the account that serves the office from a day on
    page.get_by_role("link", name=re.compile("บัญชี$")).first.click()
    page.locator("[name=bank_code]").select_option("006")
    page.fill("[name=name]", "เงินปัจจัยพื้นฐาน เขต 1")
    page.fill("[name=since]", "14/7/2569")
    for number in ("1234", "981-0-00009-9"):
        page.fill("[name=number]", number)
        page.locator("main form button.main-act").click()
        if number == "1234":
            expect(page.locator(".errors")).to_be_visible()
    expect(page.locator("aside")).to_contain_text("…0099")

    # a list with a wrong cell is refused whole; the corrected one is looked at and recorded
    poor = [
        c for c in make(Random(2569)) if c.school_no == 1 and c.grade == "P4" and c.flagged_poor
    ]
    lines = [
        f"{SCHOOLS[0].smis_code},{c.number},{c.title},{c.first_name},{c.last_name},ป.4,1,500"
        for c in poor
        if not c.is_g_code
    ]
    for wrong in (["58019901,x,,,,,,500"], []):
        content = "\n".join([HEAD, *lines, *wrong]).encode("utf-8-sig")
        page.goto(office)
        page.set_input_files(
            "input[type=file]", {"name": "l.csv", "mimeType": "text/csv", "buffer": content}
        )
        page.get_by_role("button", name="ส่งรายชื่อ").click()
        if wrong:
            expect(page.locator(".note.bad")).to_be_visible(timeout=30_000)
            shot(page, "subsidy-refused")
    record = page.get_by_role("button", name=re.compile(rf"^บันทึก.*{len(lines)} คน"))
    record.click(timeout=30_000)
    expect(page.locator(".pill.good")).to_contain_text("บันทึกแล้ว")
    accessible(page)

    # the school sees its pupils and prints the list for its board
    page = sign_in("admin")
    page.goto("/payments/basic-needs/")
    page.wait_for_url(re.compile(r"/basic-needs/school/\d+/$"))
    expect(page.locator(".figures b").first).to_have_text(str(len(lines)))
    accessible(page)
    shot(page, "subsidy-school")
    assert is_pdf(page, page.get_by_role("link", name=re.compile("PDF")))
