"""What people get wrong: each is told what, where and how to mend; nothing typed is lost, nothing half written."""

import re

import pytest
from playwright.sync_api import expect

from rehearsal import homes
from tests.browser.test_form01 import go_on

pytestmark = pytest.mark.browser

MEGABYTE = 1024 * 1024


@pytest.fixture
def form(sign_in):
    """A form of the teacher's own, at its first section."""
    page = sign_in("teacher")
    page.goto("/screening/form01/?state=to_visit")
    button = page.locator("td.act button").first
    if button.count():
        button.click()
    else:
        page.goto("/screening/form01/?state=draft")
        page.locator("td.act a").first.click()
    page.wait_for_url(re.compile(r"/form01/\d+/"))
    page.base = re.search(r".*/form01/\d+/", page.url)[0]
    return page


def test_ages_and_incomes_out_of_range_are_named_beside_their_boxes(form, accessible):
    page = form
    page.goto(page.base + "section/2/")
    if page.locator("details.member").count() == 0:
        page.fill("#id_household_size", "1")
        go_on(page)
        page.goto(page.base + "section/2/")
    card = page.locator("details.member").first
    card.evaluate("card => card.open = true")
    page.fill("#id_members-0-full_name", "นางสมศรี ตัวอย่าง")
    page.fill("#id_members-0-age", "150")
    page.fill("#id_members-0-income_wage", "-500")
    page.fill("#id_members-0-income_other", "หนึ่งพัน")
    go_on(page)

    expect(page.locator(".errors a")).to_have_count(3)
    for box, sentence in (
        ("age", "ไม่เกิน 120"),
        ("income_wage", "ไม่ติดลบ"),
        ("income_other", "ตัวเลข"),
    ):
        expect(page.locator(f"#id_members-0-{box}_error")).to_contain_text(sentence)
    expect(page.locator("#id_members-0-age")).to_have_value("150")
    expect(page.locator("#id_members-0-income_other")).to_have_value("หนึ่งพัน")
    expect(page.locator("#id_members-0-full_name")).to_have_value("นางสมศรี ตัวอย่าง")
    accessible(page)


def test_a_photo_of_30_megabytes_is_refused_with_its_size_and_the_limit(form, tmp_path):
    big = tmp_path / "big.jpg"
    big.write_bytes(homes.photo("big") + b"\0" * (30 * MEGABYTE))
    page = form
    page.goto(page.base + "section/7/")

    page.set_input_files("#id_photo_exterior", big)

    expect(page.locator(".errors")).to_contain_text("30.0 เมกะไบต์")
    expect(page.locator(".errors")).to_contain_text("20 เมกะไบต์")
    assert page.locator(".photo-slot:has(#id_photo_exterior) img").count() == 0


def test_a_registry_file_of_another_layout_names_what_was_looked_for(sign_in, tmp_path):
    wrong = tmp_path / "grades.csv"
    wrong.write_text("วิชา,คะแนน\nคณิตศาสตร์,80\n", encoding="utf-8-sig")
    page = sign_in("registry")
    page.goto("/imports/")

    page.set_input_files("input[type=file]", wrong)
    page.locator("main form button.main-act").click()
    page.wait_for_load_state()

    expect(page.locator("main")).to_contain_text("หัวตาราง")
    assert page.locator("main form button", has_text="ยืนยัน").count() == 0


def test_a_page_of_another_school_is_not_there(sign_in, accessible):
    mine = sign_in("teacher.2")
    mine.goto("/pupils/")
    child = mine.locator("main tbody a").first.get_attribute("href")
    name = mine.locator("main tbody a").first.inner_text()
    page = sign_in("teacher")

    reply = page.goto(child)

    assert reply.status == 404
    expect(page.locator("main, body").first).not_to_contain_text(name)
    expect(page.locator("body")).to_contain_text("ไม่พบ")
    expect(page.get_by_role("link", name="หน้าแรก").first).to_be_visible()
    accessible(page)
