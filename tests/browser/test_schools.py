"""The start of the term at a school: its profile with the address by lists, and a class's roll by keyboard."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_the_admin_chooses_the_subdistrict_by_lists_that_follow(scripts, sign_in, accessible, shot):
    page = sign_in("admin")
    page.goto("/schools/")
    school = page.url
    if not scripts:  # the demo's sign-in by a name of ours needs them, the pages do not
        plain = page.context.browser.new_context(java_script_enabled=False, locale="th-TH")
        plain.add_cookies(page.context.cookies())
        page = plain.new_page()
    page.goto(f"{school}edit/")
    page.locator("#id_phone").fill("๐๕๓ ๑๒๓๔๕๖")

    for field, code in (("province", "86"), ("district", "8602"), ("subdistrict_code", "860201")):
        page.locator(f"#id_{field}").select_option(code)
        if not scripts:
            page.locator("button[name=choose]").click()

    expect(page.locator("#id_postcode")).to_have_value("86140")
    expect(page.locator("#id_phone")).to_have_value("๐๕๓ ๑๒๓๔๕๖")
    page.locator("form button.main-act").click()
    expect(page.locator(".errors")).to_contain_text("250 กม.")  # the point is still in Mae Hong Son
    if scripts:
        accessible(page)
        shot(page, "school-edit")
        for path in ("", "checklist/", "directors/"):
            page.goto(f"{school}{path}")
            accessible(page)


def test_the_keeper_marks_by_keyboard_settles_and_confirms(sign_in, accessible, shot):
    page = sign_in("registry")
    page.goto("/rolls/")
    accessible(page)
    page.get_by_role("link", name="ป.1/1").click()
    room = page.url

    page.locator("details.marker summary").first.focus()
    for key in ("ArrowDown", "2"):
        page.keyboard.press(key)
    page.keyboard.type("สูติบัตรลงท้าย 12")
    accessible(page)
    page.keyboard.press("Enter")

    mark = page.locator(".wrong-cell .note")
    expect(mark).to_contain_text("สูติบัตรลงท้าย 12")
    expect(mark).to_contain_text("DMC")
    confirm = page.locator("form[action$='/confirm/'] button")
    expect(confirm).to_be_disabled()
    shot(page, "roll")
    mark.locator("button[value=mended]").click()
    expect(mark).to_have_count(0)
    confirm.click()
    expect(page.get_by_role("row", name="ป.1/1")).to_contain_text("ยืนยันแล้ว")
    page.goto(room)
    expect(page.locator(".page-head .pill")).to_contain_text("ยืนยันแล้ว")
