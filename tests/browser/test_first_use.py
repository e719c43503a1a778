"""From an invitation to the first form: a new teacher's way in, with an app, recovery codes and a passkey."""

import base64
import hashlib
import hmac
import re
import struct
import time

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE
from tests.browser.test_form01 import go_on

pytestmark = pytest.mark.browser

NAME, EMAIL, MOBILE = "นางสาวดาริกา ใจงาม", "darika@school.example", "081 234 5678"
PASSWORD = "ฝนตกหลังโรงเรียนบ่ายสาม"
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def totp(secret, at=None):
    """The six digits that an app shows (RFC 6238)."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    step = int((time.time() if at is None else at) // 30)
    digest = hmac.new(key, struct.pack(">Q", step), hashlib.sha1).digest()
    offset = digest[-1] & 15
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**6:06d}"


def test_the_code_is_that_of_the_standard():
    secret = base64.b32encode(b"12345678901234567890").decode()

    assert totp(secret, at=59) == "287082"


@pytest.fixture
def inbox(visitor):
    """What was sent to an address last, as the demo's test inbox shows it."""
    page = visitor()

    def inbox(recipient):
        message = page.locator("li", has_text=recipient).first
        for _turn in range(40):  # a worker sends it, in its own time
            page.goto("/accounts/test-inbox/")
            if message.count():
                break
            page.wait_for_timeout(500)
        return message.inner_text()

    return inbox


def verify(page, inbox, recipient):
    """Have a code sent, and type it as it came."""
    page.locator("button[value=send].main-act").click()
    page.wait_for_load_state()
    code = re.search(r"\b\d{6}\b", inbox(recipient))[0]
    page.fill("[name=code]", code)
    page.locator("button[value=check]").click()
    page.wait_for_load_state()


def test_a_new_teacher_comes_in_by_invitation_and_saves_a_first_form(
    sign_in, visitor, inbox, accessible, shot
):
    # the school's admin invites; the mail brings the link, which works once
    admin = sign_in("admin")
    admin.goto("/people/invite/screening_teacher/")
    for box, typed in (("full_name", NAME), ("email", EMAIL), ("phone", MOBILE)):
        admin.fill(f"[name={box}]", typed)
    admin.locator("main form button.main-act").click()
    admin.wait_for_url("**/people/invitations/")
    expect(admin.locator("main")).to_contain_text(EMAIL)
    mail = inbox(EMAIL)
    assert "โรงเรียนบ้านปางหมู" in mail

    # a password of one's own; a short one is refused and nothing else typed is lost
    page = visitor(is_mobile=True, has_touch=True)
    page.set_viewport_size(PHONE)
    page.goto(re.search(r"/people/invitation/\S+/", mail)[0])
    expect(page.locator("main")).to_contain_text("ครูคัดกรอง")
    accessible(page)
    shot(page, "invitation")
    page.set_viewport_size(PHONE)
    username = page.locator("[name=username]").input_value()
    fill_passwords(page, "สั้นไป")
    expect(page.locator(".error").first).to_be_visible()
    expect(page.locator("[name=username]")).to_have_value(username)
    fill_passwords(page, PASSWORD)

    # the policy is agreed to and the phone proved by its code before anything else opens; the
    # e-mail is proved by the link that was followed
    page.wait_for_url("**/privacy/consent/")
    page.goto("/screening/form01/")
    page.wait_for_url("**/privacy/consent/")
    accessible(page)
    shot(page, "consent")
    page.set_viewport_size(PHONE)
    for box in page.locator("main input[type=checkbox]").all():
        box.check()
    page.locator("main form button.main-act").click()
    page.wait_for_url("**/first-use/phone/")
    accessible(page)
    verify(page, inbox, "0812345678")

    # the app: a code computed as it would; recovery codes are shown once
    page.wait_for_url("**/first-use/second-factor/")
    accessible(page)
    page.locator("a[href$='/factors/app/']").click()
    page.locator("details summary").click()
    secret = page.locator(".account-secret").inner_text()
    shot(page, "totp")
    page.set_viewport_size(PHONE)
    page.fill("[name=code]", totp(secret))
    page.locator("form.account-code button.main-act").click()
    page.wait_for_load_state()
    if page.locator(".account-codes li").count() == 0:
        page.goto("/accounts/factors/codes/")
    assert page.locator(".account-codes li").count() >= 8
    accessible(page)
    page.locator("a.main-act").click()

    # a passkey of this device
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    page.goto("/accounts/factors/passkeys/add/")
    page.fill("[name=name]", "โทรศัพท์ของดาริกา")
    shot(page, "passkey")
    page.set_viewport_size(PHONE)
    page.locator("[data-passkey=create]").click()
    page.wait_for_url(lambda url: "/passkeys/add/" not in url)
    page.goto("/accounts/")
    expect(page.locator("main")).to_contain_text("โทรศัพท์ของดาริกา")
    accessible(page)
    shot(page, "my-account")
    page.set_viewport_size(PHONE)

    # out, and in again by the passkey alone
    page.goto("/accounts/logout/")
    page.locator("main form button").first.click()
    page.wait_for_load_state()
    page.goto("/accounts/login/")
    page.locator("[data-passkey=get]").click()
    page.wait_for_url(lambda url: "/accounts/" not in url)
    expect(page.locator("h1")).to_contain_text("ดาริกา")

    # and the first form is begun and saved
    page.goto("/screening/form01/?state=to_visit")
    page.locator("td.act button").first.click()
    page.wait_for_url("**/section/1/")
    page.check("#id_family_status_together")
    go_on(page)
    page.goto("/screening/form01/?state=draft")
    expect(page.locator("main")).to_contain_text("ร่าง")

    # a second time the link is dead, and says whom to ask
    again = visitor()
    reply = again.goto(re.search(r"/people/invitation/\S+/", mail)[0])
    assert reply.status == 410
    expect(again.locator("main")).to_contain_text("คำเชิญนี้ใช้ไปแล้ว")


def fill_passwords(page, password):
    for box in page.locator("input[type=password]").all():
        box.fill(password)
    page.locator("main form button.main-act").click()
    page.wait_for_load_state()
