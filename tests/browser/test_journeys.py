"""The main journeys, by hand as a visitor would: read the page, press the button, see what came.

They stand in the order of the calendar, because the clock they share only runs forward.
"""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_a_teacher_signs_in_by_one_click_and_sees_the_day_and_what_is_open(sign_in):
    page = sign_in("teacher")

    expect(page.locator("header.top")).to_contain_text("14 ก.ค. 2569")
    expect(page.locator("main")).to_contain_text("ถึง 24 ก.ค. 2569")


def test_a_visitor_reads_the_same_in_english(sign_in):
    page = sign_in("teacher")

    page.get_by_role("button", name="English").click()

    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


PEOPLE_WITH_WORK = ("teacher", "admin", "director", "registry", "screening", "office", "fund")


@pytest.mark.parametrize("username", PEOPLE_WITH_WORK)
def test_home_says_what_to_do_and_leads_there(username, sign_in):
    page = sign_in(username)

    task = page.locator(".todo li").first
    expect(task).to_be_visible()
    task.get_by_role("link").click()

    expect(page.locator("main h1")).to_be_visible()
    expect(page.locator("main")).not_to_contain_text("ยังดำเนินการไม่ได้")


def test_the_system_admin_moves_the_clock_to_the_next_event_and_reads_what_happened(
    sign_in, accessible, shot
):
    page = sign_in("sysadmin")
    page.goto("/demo/clock/")
    coming = page.locator("#coming tbody tr").first.locator("td")
    when, what = (cell.inner_text() for cell in coming.all()[:2])

    page.locator("button[name=next]").click()
    page.wait_for_load_state()

    expect(page.locator("header.top .pill")).to_contain_text(when)
    passed = page.locator("#passed tbody tr")
    expect(passed.first).to_contain_text(what)
    assert {row.locator("td").first.inner_text() for row in passed.all()} == {when}
    expect(page.locator("#coming tbody tr").first).not_to_contain_text(when)
    accessible(page)
    shot(page, "clock")
