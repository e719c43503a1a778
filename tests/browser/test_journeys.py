"""The main journeys, by hand as a visitor would: read the page, press the button, see what came.

They stand in the order of the calendar, because the clock they share only runs forward.
"""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_a_teacher_signs_in_by_one_click_and_sees_the_day_and_what_is_open(sign_in):
    page = sign_in("teacher")

    expect(page.locator("header.top")).to_contain_text("14 ก.ค. 2569")
    expect(page.locator("main")).to_contain_text("24 ก.ค. 2569 17.00 น.")


def test_a_visitor_reads_the_same_in_english(sign_in):
    page = sign_in("teacher")

    page.get_by_role("button", name="English").click()

    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def test_the_system_admin_moves_the_clock_to_the_next_event(sign_in):
    page = sign_in("sysadmin")
    before = page.locator("header.top .pill").inner_text()

    page.goto("/demo/clock/")
    page.locator("button[name=next]").click()
    page.wait_for_load_state()

    expect(page.locator("header.top .pill")).not_to_have_text(before)
