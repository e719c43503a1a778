"""The way in: what it tells about accounts (nothing), when it shuts, and how it opens again."""

import re

import pytest
from allauth.account.models import EmailAddress
from axes.models import AccessAttempt, AccessLog
from django.core import mail

from eqfund.models import Event
from tests.accounts.conftest import PASSWORD, app_code

WRONG = "this is not it"


@pytest.fixture
def locks(settings):
    settings.AXES_ENABLED = True


def text_of(response):
    """What the page says, without what differs in every answer."""
    text = response.content.decode()
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", text)
    text = re.sub(r'"x-csrftoken": "[^"]+"', "", text)
    return re.sub(r'nonce="[^"]+"|(?<=name="login") value="[^"]*"', "", text)


@pytest.fixture
def known(teacher, settled):
    settled(teacher, email="known@school.example")
    return teacher


def test_one_signs_in_by_user_name_or_e_mail(client, known, come_in):
    for login in (known.username, "known@school.example", "KNOWN@school.example"):
        answer = client.post("/accounts/login/", {"login": login, "password": PASSWORD})
        assert answer.status_code == 302, login
        assert client.get("/").status_code == 200
        client.post("/accounts/logout/")


def test_signing_in_stands_in_the_audit_book_without_the_address(client, known, come_in):
    come_in(known)

    event = Event.objects.get(verb="accounts.sign_in")
    assert event.actor_id == known.pk
    assert event.facts == {"how": ["password"]}
    assert not AccessLog.objects.exists()


@pytest.mark.parametrize(
    ("known_login", "unknown_login"),
    [("teacher", "unknown-teacher"), ("known@school.example", "unknown@school.example")],
)
def test_a_wrong_password_says_the_same_for_known_and_unknown(
    client, known, known_login, unknown_login
):
    answers = [
        client.post("/accounts/login/", {"login": login, "password": WRONG})
        for login in (known_login, unknown_login)
    ]

    assert answers[0].status_code == answers[1].status_code
    texts = [
        text_of(answer).replace(login, "")
        for answer, login in zip(answers, (known_login, unknown_login), strict=True)
    ]
    assert texts[0] == texts[1]


def test_a_closed_account_with_a_wrong_password_says_the_same_as_an_unknown_one(client, known):
    known.is_active = False
    known.save()

    answers = [
        client.post("/accounts/login/", {"login": login, "password": WRONG})
        for login in ("teacher", "unknown-teacher")
    ]

    texts = [
        text_of(answer).replace(login, "")
        for answer, login in zip(answers, ("teacher", "unknown-teacher"), strict=True)
    ]
    assert texts[0] == texts[1]


def test_asking_for_a_new_password_answers_the_same_for_known_and_unknown(client, known):
    answers = [
        client.post("/accounts/password/reset/", {"email": email})
        for email in ("known@school.example", "unknown@school.example")
    ]

    assert answers[0].status_code == answers[1].status_code == 302
    assert answers[0]["Location"] == answers[1]["Location"]
    pages = [client.get(answers[0]["Location"]) for _each in answers]
    assert text_of(pages[0]) == text_of(pages[1])
    # one mail each: whoever reads either box learns no more than its own
    assert [message.to for message in mail.outbox] == [
        ["known@school.example"],
        ["unknown@school.example"],
    ]


def test_a_known_person_waits_for_the_factor_and_nobody_learns_of_it_without_the_password(
    client, known, with_app
):
    with_app(known)

    wrong = client.post("/accounts/login/", {"login": "teacher", "password": WRONG})
    assert wrong.status_code == 200
    right = client.post("/accounts/login/", {"login": "teacher", "password": PASSWORD})
    assert right["Location"] == "/accounts/login/second-factor/"
    assert client.get("/")["Location"].startswith("/accounts/login/")


def test_the_app_s_code_opens_once(client, known, with_app, come_in):
    secret = with_app(known)
    come_in(known)
    code = app_code(secret)
    assert client.post("/accounts/login/second-factor/", {"code": "000000"}).status_code == 200
    assert client.post("/accounts/login/second-factor/", {"code": code}).status_code == 302
    assert client.get("/").status_code == 200
    client.post("/accounts/logout/")

    come_in(known)

    assert client.post("/accounts/login/second-factor/", {"code": code}).status_code == 200
    assert client.get("/").status_code == 302


def test_a_recovery_code_opens_once(client, known, with_app, come_in):
    from allauth.mfa.models import Authenticator

    with_app(known)
    codes = Authenticator.objects.get(user=known, type="recovery_codes").wrap().get_unused_codes()
    for expected in (302, 200):
        come_in(known)
        answer = client.post(
            "/accounts/login/second-factor/", {"code": f"{codes[0][:4]} {codes[0][4:]}"}
        )
        assert answer.status_code == expected
        client.post("/accounts/logout/")


def test_the_app_s_secret_and_the_recovery_seed_are_sealed(known, with_app):
    from allauth.mfa.models import Authenticator

    secret = with_app(known)

    kept = str([one.data for one in Authenticator.objects.filter(user=known)])
    assert secret not in kept
    assert Authenticator.objects.get(user=known, type="totp").wrap().validate_code(app_code(secret))


# --- lock-out and throttling ------------------------------------------------------------------


def fail(client, login, times, **more):
    answers = [
        client.post("/accounts/login/", {"login": login, "password": WRONG}, **more)
        for _each in range(times)
    ]
    return answers[-1]


@pytest.mark.usefixtures("locks")
class TestLockOut:
    @pytest.mark.parametrize("login", ["teacher", "nobody-of-this-name"])
    def test_eight_failures_shut_the_way_in_with_a_sentence_for_known_and_unknown_alike(
        self, client, known, login
    ):
        assert fail(client, login, 7).status_code == 200

        shut = fail(client, login, 1)

        assert shut.status_code == 429
        page = shut.content.decode()
        assert "ลองใหม่ได้หลัง" in page
        assert "0 2079 5475" in page
        assert login not in page

    def test_the_right_password_does_not_open_it_and_the_page_keeps_its_word(
        self, client, known, time_machine
    ):
        fail(client, "teacher", 8)
        until = re.search(
            r"\d+\.\d\d น\.",
            client.post(
                "/accounts/login/", {"login": "teacher", "password": PASSWORD}
            ).content.decode(),
        ).group()
        later = client.post("/accounts/login/", {"login": "teacher", "password": WRONG})
        assert later.status_code == 429
        assert until in later.content.decode()

    def test_it_counts_for_the_person_however_named(self, client, known):
        fail(client, "teacher", 4)
        assert fail(client, "known@school.example", 4).status_code == 429

    def test_another_address_is_not_shut_out_with_the_guesser_s(self, client, known):
        fail(client, "teacher", 8)

        elsewhere = client.post(
            "/accounts/login/",
            {"login": "teacher", "password": PASSWORD},
            REMOTE_ADDR="192.0.2.7",
        )

        assert elsewhere.status_code == 302

    def test_another_person_at_the_same_address_still_enters(self, client, known, admin, settled):
        settled(admin)
        fail(client, "teacher", 8)

        answer = client.post("/accounts/login/", {"login": "admin", "password": PASSWORD})

        assert answer.status_code == 302

    def test_it_opens_after_a_quarter_of_an_hour(self, client, known, time_machine):
        from datetime import UTC, datetime, timedelta

        start = datetime.now(UTC)
        time_machine.move_to(start, tick=False)  # however slow the machine is
        fail(client, "teacher", 8)
        time_machine.move_to(start + timedelta(minutes=15, seconds=1))

        answer = client.post("/accounts/login/", {"login": "teacher", "password": PASSWORD})

        assert answer.status_code == 302

    def test_what_was_typed_stands_in_no_table(self, client, known):
        fail(client, "hunter2-typed-into-the-wrong-field", 2)

        attempts = str(list(AccessAttempt.objects.values()))
        assert "hunter2" not in attempts
        assert WRONG not in attempts
        assert Event.objects.filter(verb="accounts.locked_out").count() == 0

    def test_a_lock_out_stands_in_the_audit_book(self, client, known):
        fail(client, "teacher", 8)

        assert Event.objects.get(verb="accounts.locked_out").facts == {"who": f"user {known.pk}"}


def test_a_new_password_by_link_opens_a_shut_way_in(client, known, locks, come_in):
    fail(client, "teacher", 8)
    client.post("/accounts/password/reset/", {"email": "known@school.example"})
    page = client.get(link_in(mail.outbox[-1]), follow=True)
    new = "ข้าวเหนียวมะม่วง 77"
    client.post(page.request["PATH_INFO"], {"password1": new, "password2": new})

    assert come_in(known, new).status_code == 302


def test_a_second_factor_is_guessed_at_ten_times(client, known, with_app, come_in):
    secret = with_app(known)
    come_in(known)
    for number in range(10):
        client.post("/accounts/login/second-factor/", {"code": f"{number:06d}"})

    late = client.post("/accounts/login/second-factor/", {"code": app_code(secret)})

    assert late.status_code == 200
    assert "ลองหลายครั้งเกินไป" in late.content.decode()
    assert client.get("/").status_code == 302


def test_one_account_is_not_guessed_from_many_addresses(client, known, settings):
    settings.ACCOUNT_RATE_LIMITS = {
        **settings.ACCOUNT_RATE_LIMITS,
        "login_failed": "60/15m/ip,5/h/key",
    }
    for number in range(5):
        fail(client, "teacher", 1, REMOTE_ADDR=f"192.0.2.{number}")

    answer = client.post(
        "/accounts/login/", {"login": "teacher", "password": PASSWORD}, REMOTE_ADDR="192.0.2.99"
    )

    assert "ลองหลายครั้งเกินไป" in answer.content.decode()
    assert client.get("/").status_code == 302


def test_one_address_does_not_guess_at_many_accounts(client, known):
    for number in range(60):
        client.post("/accounts/login/", {"login": f"somebody-{number}", "password": WRONG})

    answer = client.post("/accounts/login/", {"login": "teacher", "password": PASSWORD})

    assert answer.status_code in (200, 429)
    assert client.get("/").status_code == 302


def test_password_mails_are_few_an_address(client, known):
    answers = [
        client.post("/accounts/password/reset/", {"email": "known@school.example"}).status_code
        for _each in range(4)
    ]

    assert answers == [302, 302, 302, 429]
    assert len(mail.outbox) == 3


def test_the_page_of_too_many_is_ours(client, known):
    for _each in range(4):
        answer = client.post("/accounts/password/reset/", {"email": "known@school.example"})

    assert "โปรดรอ 15 นาที" in answer.content.decode()


# --- a new password ---------------------------------------------------------------------------


def link_in(message):
    return re.search(r"https?://[^/\s]+(/accounts/password/reset/key/\S+)", message.body).group(1)


def test_a_new_password_comes_by_link_once_and_ends_every_session(client, known, come_in):
    from django.test import Client

    other = Client()
    other.post("/accounts/login/", {"login": "teacher", "password": PASSWORD})
    assert other.get("/").status_code == 200
    client.post("/accounts/password/reset/", {"email": "known@school.example"})
    link = link_in(mail.outbox[-1])
    assert "teacher" in mail.outbox[-1].body
    assert PASSWORD not in mail.outbox[-1].body

    page = client.get(link, follow=True)
    new = "ข้าวเหนียวมะม่วง 77"
    done = client.post(page.request["PATH_INFO"], {"password1": new, "password2": new})

    assert done.status_code == 302, done.context["form"].errors
    assert other.get("/").status_code == 302
    assert client.get(link).status_code == 200
    assert (
        "ใช้ไปแล้ว" in client.get(link).content.decode()
        or "ขอลิงก์ใหม่" in client.get(link).content.decode()
    )
    assert come_in(known).status_code == 200
    assert come_in(known, new).status_code == 302
    assert "รหัสผ่านของท่านถูกเปลี่ยนแล้ว" in mail.outbox[-1].subject


def test_mails_speak_thai_and_name_whom_to_ask(client, known, settings):
    client.post("/accounts/password/reset/", {"email": "known@school.example"})

    message = mail.outbox[-1]
    assert message.subject == "ตั้งรหัสผ่านใหม่"
    assert message.body.startswith("เรียน ครูสมใจ ตัวอย่างดี")
    for contact in (settings.CONTACT_PHONE, settings.CONTACT_EMAIL, settings.CONTACT_LINE):
        assert contact in message.body
    assert "&" not in message.body


def test_nobody_signs_up(client, db):
    answer = client.post(
        "/accounts/signup/",
        {"username": "x", "email": "x@y.example", "password1": PASSWORD, "password2": PASSWORD},
    )

    assert answer.status_code == 200
    assert not EmailAddress.objects.exists()


def test_a_passkey_always_asks_for_its_pin_or_finger(known):
    """One session keeps one challenge: a laxer one, asked for elsewhere, would sign in by a found key."""
    from allauth.core import context
    from allauth.mfa.webauthn.internal.auth import begin_authentication
    from django.test import RequestFactory

    request = RequestFactory().get("/")
    request.session = {}
    with context.request_context(request):
        for user in (known, None):
            options = begin_authentication(user)
            assert options["publicKey"]["userVerification"] == "required"
            assert request.session["mfa.webauthn.state"]["user_verification"] == "required"


def test_a_passkey_s_options_are_the_same_for_everybody(client, known):
    first, second = (
        client.get("/accounts/login/passkey/", headers={"Accept": "application/json"}).json()
        for _each in range(2)
    )

    assert (
        first["request_options"]["publicKey"].keys()
        == second["request_options"]["publicKey"].keys()
    )
    assert first["request_options"]["publicKey"]["userVerification"] == "required"
    assert not first["request_options"]["publicKey"].get("allowCredentials")
