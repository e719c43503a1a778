"""A round in a real browser: three people, each by one press that repeats the facts."""

import io
import re

import pytest
import pyzipper
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def press(page, label):
    """The page's one primary button opens a dialog with the facts; press it there."""
    page.locator("a.main-act", has_text=label).click()
    dialog = page.locator("dialog[open]")
    facts = dialog.inner_text()
    dialog.locator("button.main-act").click()
    page.wait_for_load_state()
    return facts


def test_three_people_take_a_round_to_the_bank(sign_in, accessible, shot):
    officer = sign_in("fund")
    officer.goto("/payments/rounds/")
    officer.locator("form[action$='/plan/'] button").click()
    officer.wait_for_url(re.compile(r"/payments/rounds/\d+/$"))
    accessible(officer)
    press(officer, "สร้างรายการโอนเงิน")
    approve = officer.get_by_text(re.compile(r"^อนุมัติ [\d,.]+ บาท$"))
    approve.wait_for(timeout=60_000)
    amount = re.search(r"[\d,]+\.\d\d", approve.inner_text())[0]
    assert approve.is_disabled(), "whoever built the round does not approve it"
    accessible(officer)
    shot(officer, "round-built")

    approver = sign_in("approver")
    approver.goto(officer.url)
    twin = sign_in("approver")  # the same page once more, in another window
    twin.goto(officer.url)
    assert amount in press(approver, "อนุมัติ")
    approver.get_by_text("อนุมัติแล้ว รอสั่งจ่าย").first.wait_for(timeout=60_000)

    press(twin, "อนุมัติ")
    expect(twin.locator("main .note.bad")).to_contain_text("รอบ")
    expect(twin.locator("main")).to_contain_text("ยังไม่มีข้อมูลใดเปลี่ยนแปลง")

    finance = sign_in("finance")
    finance.goto(officer.url)
    assert amount in press(finance, "สั่งจ่าย")
    finance.get_by_text("สั่งจ่ายแล้ว รอส่งธนาคาร").first.wait_for(timeout=60_000)

    approver.goto(officer.url + "do/approve/")
    accessible(approver)
    assert approver.locator("form button.main-act").count() == 0, "a second press is not offered"


def wait_for_work(page):
    """Until no job of the round runs any more."""
    expect(page.locator("#work [aria-live] progress")).to_have_count(0, timeout=90_000)
    page.reload()


def confirm(page, opener):
    page.locator(opener).click()
    dialog = page.locator("dialog[open]")
    facts = dialog.inner_text()
    dialog.locator("button.main-act, button[type=submit]").last.click()
    page.wait_for_load_state()
    return facts


def test_the_bank_answers_once_and_for_this_round_alone(sign_in, site, accessible, shot, tmp_path):
    page = sign_in("finance")
    page.goto("/payments/rounds/")
    page.locator("main tbody a").first.click()
    page.wait_for_url(re.compile(r"/payments/rounds/\d+/$"))
    number = re.search(r"rounds/(\d+)/", page.url)[1]
    page.goto(f"/payments/rounds/{number}/bank/")
    page.get_by_role("button", name="สร้างไฟล์ส่งธนาคาร").click()
    wait_for_work(page)

    # the file is taken once, sealed; its password is shown to whoever took it
    with page.expect_download() as taking:
        confirm(page, "button[data-opens^=take-]")
    sealed = pyzipper.AESZipFile(io.BytesIO(taking.value.path().read_bytes()))
    page.reload()
    page.get_by_role("button", name="แสดงรหัสผ่าน").click()
    sealed.setpassword(page.locator("code.secret").inner_text().encode())
    (name,) = sealed.namelist()
    (tmp_path / name).write_bytes(sealed.read(name))
    page.goto(f"/payments/rounds/{number}/bank/")
    confirm(page, "button[data-opens=sent]")
    wait_for_work(page)
    shot(page, "bank")
    accessible(page)

    # what is no result is said so; a result of another round settles nothing here
    site.manage("sandbox_bank", "answer", str(tmp_path / name))
    (answer,) = tmp_path.glob("*.result.*")
    (tmp_path / "text.xml").write_text("no result")
    other = tmp_path / "other.xml"
    other.write_bytes(re.sub(rb"(<OrgnlEndToEndId>).", rb"\1Z", answer.read_bytes()))
    take_in = f"/payments/rounds/{number}/bank/results/"
    page.get_by_role("link", name="นำเข้าผล").click()
    page.wait_for_url(f"**{take_in}")
    upload = page.locator("input[type=file]")
    upload.set_input_files(tmp_path / "text.xml")
    page.get_by_role("button", name="ตรวจผลการโอน").click()
    expect(page.locator(".errors")).to_contain_text("pain.002")
    upload.set_input_files(other)
    page.get_by_role("button", name="ตรวจผลการโอน").click()
    page.wait_for_url(re.compile(r"/payments/results/\d+/$"))
    wait_for_work(page)
    expect(page.locator("main")).to_contain_text("ไม่มีเลขอ้างอิงนี้")
    assert page.locator("button[data-opens=apply]:not(:disabled)").count() == 0

    # the right one, and the very same file once more from another window
    page.goto(take_in)
    twin = sign_in("finance")
    twin.goto(take_in)
    upload.set_input_files(answer)
    page.get_by_role("button", name="ตรวจผลการโอน").click()
    page.wait_for_url(re.compile(r"/payments/results/\d+/$"))
    wait_for_work(page)
    shot(page, "bank-result")
    confirm(page, "button[data-opens=apply]")
    wait_for_work(page)
    twin.locator("input[type=file]").set_input_files(answer)
    twin.get_by_role("button", name="ตรวจผลการโอน").click()
    expect(twin.locator(".messages")).to_contain_text("ไม่ได้เปลี่ยนข้อมูลใด")


def test_a_teacher_reads_who_will_be_paid_and_why_not(sign_in, accessible, shot):
    page = sign_in("teacher")
    page.goto("/payments/forecast/")
    page.wait_for_url("**/forecast/class/**")
    accessible(page)
    shot(page, "forecast-class")
    page.goto("/payments/channels/")
    page.wait_for_url("**/channels/class/**")
    accessible(page)
    shot(page, "channels-class")


def test_a_school_sees_its_account_and_its_history(sign_in, accessible, shot):
    page = sign_in("admin")
    page.goto("/payments/accounts/")
    page.wait_for_url("**/accounts/school/**")
    accessible(page)
    shot(page, "account")
