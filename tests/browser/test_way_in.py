"""From an invitation to the first form: code by SMS, app, passkey; then in by the passkey alone.

Mails and SMS are read in the demo's test inbox. The passkey is a virtual one of the browser's own.
"""

import base64
import hashlib
import hmac
import re
import struct
import time

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE

pytestmark = pytest.mark.browser

EMAIL = "somjai.new@school.example"
PASSWORD = "ฝนตกหนักที่ดอย 2569"


def app_code(secret):
    """What an authenticator app shows for the secret just now (RFC 6238)."""
    counter = struct.pack(">Q", int(time.time()) // 30)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    at = digest[-1] & 15
    number = struct.unpack(">I", digest[at : at + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


def newest_message(visitor, pattern, to):
    """The first match in the newest message to an address; workers may need a moment to send it."""
    page = visitor()
    for _each in range(30):
        page.goto("/accounts/test-inbox/")
        first = page.locator(".account-lines > li", has_text=to).first
        if first.count() and (found := re.search(pattern, first.inner_text())):
            return found.group()
        time.sleep(1)
    raise AssertionError(f"nothing like {pattern} came to {to}")


def virtual_passkey(page):
    """A passkey inside the browser that always finds its owner's finger."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def fill_passwords(page, password):
    for box in page.locator("input[type=password]").all():
        box.fill(password)
    page.locator("main form button.main-act").click()
    page.wait_for_load_state()


def invite(sign_in):
    page = sign_in("admin")
    page.goto("/people/invite/homeroom_teacher/")
    page.select_option("select[name=path]", label="ป.4/1")
    page.fill("[name=full_name]", "นางสาวสมใจ ตัวอย่างใหม่")
    page.fill("[name=email]", EMAIL)
    page.locator("main form button.main-act").click()
    page.wait_for_load_state()


def test_a_teacher_comes_from_the_invitation_to_the_first_form(sign_in, visitor, accessible, shot):
    invite(sign_in)
    link = newest_message(visitor, r"/people/invitation/\S+", EMAIL)
    page = visitor()
    virtual_passkey(page)

    # the invitation: a user name and a password of one's own
    page.goto(link)
    page.locator("[name=username]").fill("somjai.new")
    fill_passwords(page, "สั้นไป")
    expect(page.locator(".error").first).to_be_visible()
    expect(page.locator("[name=username]")).to_have_value("somjai.new")
    accessible(page)
    fill_passwords(page, PASSWORD)

    # the policy, where one is in force; the e-mail is proved by the invitation that came to it
    page.wait_for_url(re.compile("first-use/phone|privacy"))
    page.goto("/screening/form01/")  # nothing else opens before
    page.wait_for_url(re.compile("first-use/phone|privacy"))
    if "privacy" in page.url:
        accessible(page)
        page.locator("main form button.main-act").click()
        page.wait_for_url("**/first-use/phone/")

    # the phone, by a code; a wrong one first
    page.fill("[name=target]", "๐๘๙ ๑๑๑ ๒๒๓๓")
    page.click("button[value=send]")
    accessible(page)
    shot(page, "way-in-phone")
    page.fill("[name=code]", "12")
    page.click("button[value=check]")
    expect(page.locator(".field .error")).to_be_visible()
    page.fill("[name=code]", newest_message(visitor, r"\b\d{6}\b", "0891112233"))
    page.click("button[value=check]")

    # the second factor: an app, whose recovery codes are shown once
    page.wait_for_url("**/first-use/second-factor/")
    accessible(page)
    shot(page, "way-in-factor")
    page.click("a[href='/accounts/factors/app/']")
    page.click("summary")
    secret = page.inner_text(".account-secret")
    accessible(page)
    page.fill("[name=code]", app_code(secret))
    page.locator("form.account-code button").click()
    page.wait_for_url("**/factors/codes/")
    codes = page.locator(".account-codes li")
    assert codes.count() == 10
    accessible(page)
    with page.expect_download() as saved:
        page.click("a[download]")
    assert codes.first.inner_text() in saved.value.path().read_text()
    page.locator("main a.main-act").click()

    # and a passkey, on one's own page
    page.goto("/accounts/")
    accessible(page)
    shot(page, "my-account")
    page.click("a[href='/accounts/factors/passkeys/add/']")
    page.fill("[name=name]", "มือถือของฉัน")
    accessible(page)
    page.click("[data-passkey=create]")
    page.wait_for_url("**/accounts/")
    expect(page.locator("#factors")).to_contain_text("มือถือของฉัน")

    # out, and in again by the passkey alone
    page.goto("/accounts/logout/")
    page.locator("main form button").first.click()
    page.wait_for_url("**/accounts/login/**")
    page.click("[data-passkey=get]")
    page.wait_for_url(re.compile(r"//[^/]+/$"))

    # the first form, on a phone
    page.set_viewport_size(PHONE)
    page.goto("/screening/form01/?state=to_visit")
    page.locator("td.act button").first.click()
    page.wait_for_url("**/section/1/")
    expect(page.locator("#id_family_status_together")).to_be_attached()

    # the link is dead by now, and says so
    again = visitor()
    reply = again.goto(link)
    assert reply.status == 410
    expect(again.locator("main")).to_contain_text("คำเชิญนี้ใช้ไปแล้ว")


def test_the_password_alone_does_not_open_an_account_with_an_app(visitor, accessible, shot):
    page = visitor()
    page.goto("/accounts/login/")
    page.fill("[name=login]", EMAIL)
    page.fill("[name=password]", PASSWORD)
    page.locator("form:has([name=password]) button").click()

    page.wait_for_url("**/login/second-factor/")
    accessible(page)
    page.goto("/screening/form01/")
    assert "/accounts/login/" in page.url
    page.goto("/accounts/login/lost-factor/")
    accessible(page)
    shot(page, "lost-factor")
    expect(page.locator("main")).to_contain_text("ผู้ที่ดำเนินการให้ท่านได้")
