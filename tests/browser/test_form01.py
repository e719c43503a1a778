"""Form 01 by hand: begun from the list, filled on a phone, sent, certified, signed."""

import re

import pytest
from playwright.sync_api import expect

from rehearsal import homes
from tests.browser.conftest import PHONE

pytestmark = pytest.mark.browser

OFFICIAL = ("นายสมหมาย ใจซื่อ", "3100600000005", "ผู้ใหญ่บ้าน")


def go_on(page):
    page.locator("button.main-act[value=next]").click()
    page.wait_for_load_state()


def draw(page, form):
    box = form.locator("canvas")
    box.scroll_into_view_if_needed()
    place = box.bounding_box()
    page.mouse.move(place["x"] + 30, place["y"] + 90)
    page.mouse.down()
    for step in range(12):
        page.mouse.move(place["x"] + 30 + 16 * step, place["y"] + 90 + 30 * (-1) ** step)
    page.mouse.up()


def pictures(tmp_path):
    for name in ("outside", "inside", "card"):
        (tmp_path / f"{name}.jpg").write_bytes(homes.photo(name))
    (tmp_path / "text.jpg").write_text("this is no picture")
    return tmp_path


def test_a_teacher_records_a_home_on_a_phone_and_the_form_goes_its_way(
    sign_in, accessible, shot, tmp_path
):
    files = pictures(tmp_path)
    page = sign_in("teacher", is_mobile=True, has_touch=True)
    page.set_viewport_size(PHONE)
    page.goto("/screening/form01/?state=to_visit")
    page.locator("td.act button").first.click()
    page.wait_for_url("**/section/1/")
    form = re.search(r"form01/(\d+)/", page.url)[1]

    # 1: what the registry knows stands there; a wrong id is said at once, beside its box
    expect(page.locator(".prefilled").first).to_be_visible()
    page.fill("#id_guardian_phone", "081 234 5678")
    page.fill("#id_guardian_national_id", "1101700203451")
    error = page.locator("#id_guardian_national_id_error")
    expect(error).to_contain_text("เทียบกับบัตรทีละหลัก")
    page.fill("#id_guardian_national_id", "1-1017-00203-45-0")
    expect(error).to_be_empty()
    for choice in ("family_status_together", "guardian_education_primary"):
        page.check(f"#id_{choice}")
    page.check("#id_lives_with_parents")
    page.check("#id_guardian_occupation_farmer")
    if page.locator("#id_guardian_relationship").input_value() == "other":
        page.fill("#id_guardian_relationship_other", "ผู้ปกครอง")
    go_on(page)

    # 2: cards for the members, the average while typing, no verdict
    page.fill("#id_household_size", "2")
    go_on(page)
    page.go_back()
    cards = page.locator("details.member")
    while cards.count() > 2:
        cards.last.evaluate("card => card.open = true")
        cards.last.locator("button.danger").click()
        page.wait_for_load_state()
    for row, (kin, age, income) in enumerate([("self", 10, 0), ("mother", 34, 4500)]):
        cards.nth(row).evaluate("card => card.open = true")
        if not page.locator(f"#id_members-{row}-full_name").input_value():
            page.fill(f"#id_members-{row}-full_name", "นางสมศรี ตัวอย่าง")
        page.select_option(f"#id_members-{row}-relationship", kin)
        page.select_option(f"#id_members-{row}-education", "primary")
        page.fill(f"#id_members-{row}-age", str(age))
        page.fill(f"#id_members-{row}-income_wage", str(income))
        for column in ("farm_net", "business_net", "welfare", "other"):
            page.fill(f"#id_members-{row}-income_{column}", "0")
    expect(page.locator("#average")).to_contain_text("2,250")
    expect(page.locator("[data-state]")).to_contain_text("บันทึกแล้ว")
    accessible(page)
    shot(page, "form01-household")
    page.set_viewport_size(PHONE)
    go_on(page)

    # 3, 5, 6: what is not asked does not stand there
    expect(page.locator("#id_rent_per_month")).to_be_hidden()
    for choice in (
        "has_dependency_no",
        "housing_tenure_own",
        "floor_material_plank",
        "wall_material_zinc",
        "roof_material_metal",
        "has_toilet_yes",
        "farm_land_lt1",
        "drinking_water_well",
        "electricity_meter",
        "has_vehicle_no",
    ):
        page.check(f"#id_{choice}")
    expect(page.locator("#id_veh_car")).to_be_hidden()
    go_on(page)
    page.check("#id_travel_method_walk")
    for box, typed in (("km_day", "2.4"), ("minutes_day", "40"), ("cost_month", "0")):
        page.fill(f"#id_travel_{box}", typed)
    page.fill("#id_pocket_money_day", "20")
    go_on(page)
    page.fill("#id_addr_house_no", "12")
    if not page.locator("#id_addr_subdistrict_code").input_value():
        page.select_option("#id_addr_province", "50")
        page.wait_for_load_state()
        page.select_option("#id_addr_subdistrict_code", "500101")
    go_on(page)

    # 7: a file that is no picture is refused in words; two real ones are taken
    page.check("#id_photo_source_teacher_visit")
    page.set_input_files("#id_photo_exterior", files / "text.jpg")
    expect(page.locator(".errors")).to_contain_text("JPG/PNG/HEIC")
    for slot, name in (("exterior", "outside"), ("interior", "inside")):
        page.set_input_files(f"#id_photo_{slot}", files / f"{name}.jpg")
        expect(page.locator(f".photo-slot:has(#id_photo_{slot}) img")).to_be_visible()
    go_on(page)
    page.check("#id_pdpa_ack")
    go_on(page)

    # 9: pupil and guardian sign with a finger, the teacher by account
    for who in ("pupil", "guardian"):
        pad = page.locator(f"form[action$='/sign/{who}/'][data-pad]")
        draw(page, pad)
        pad.locator("button.main-act").click()
        page.wait_for_load_state()
        expect(page.locator(f"form[action$='/sign/{who}/'][data-pad]")).to_be_hidden()
    page.locator("form[action$='/sign/teacher/']:has([value=account]) button").click()
    page.wait_for_load_state()
    page.locator(".savebar a.main-act").click()
    expect(page.locator(".note.good")).to_contain_text("ตอบครบทุกข้อแล้ว")
    shot(page, "form01-review")
    page.set_viewport_size(PHONE)
    page.locator(".savebar button").click()
    page.wait_for_url(f"**/form01/{form}/")

    # 10: the official signs on the same phone; a wrong id keeps the signature
    page.locator("a.main-act").click()
    for box, typed in zip(("name", "national_id", "position"), OFFICIAL, strict=True):
        page.fill(f"[name=officer_{box}]", typed)
    page.fill("[name=officer_national_id]", "3100600000001")
    page.check("[name=officer_decision][value=certify]")
    draw(page, page.locator("form[data-pad-form]"))
    page.locator(".savebar button").click()
    expect(page.locator(".errors a")).to_have_count(1)
    page.fill("[name=officer_national_id]", OFFICIAL[1])
    page.set_input_files("[name=id_card]", files / "card.jpg")
    page.locator(".savebar button").click()
    page.wait_for_url(f"**/form01/{form}/")
    expect(page.locator("main")).to_contain_text(OFFICIAL[0])
    shot(page, "form01-certified")

    # and the director, on the list
    director = sign_in("director")
    director.goto("/screening/form01/signing/")
    director.locator(f"input[name=form][value='{form}']").check()
    accessible(director)
    shot(director, "form01-signing")
    director.locator("main form button.main-act").click()
    director.goto(f"/screening/form01/{form}/")
    expect(director.locator("header .pill.good").last).to_contain_text("ลงนามแล้ว")
