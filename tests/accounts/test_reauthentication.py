"""Once more, who one is: after ten minutes, by what one has, and nothing typed is lost."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.test import Client
from django.urls import path, reverse

from eqfund import urls as product
from eqfund.access import open_to_all, requires
from eqfund.accounts import suspended
from eqfund.accounts.reauthentication import reauthenticated
from tests.accounts.conftest import PASSWORD, app_code

DONE = []


@requires("home")
@reauthenticated
def pay(request):
    """A page that moves money, as other packages write theirs."""
    if request.method == "POST":
        DONE.append(request.POST.dict() | {"who": request.POST.getlist("who")})
    return HttpResponse(f"paid {request.method}")


@requires("home")
@reauthenticated(only="POST")
def sign(request):
    return HttpResponse(f"signed {request.method}")


handler404 = "django.views.defaults.page_not_found"
urlpatterns = [
    *product.urlpatterns,
    path("test/pay/", pay, name="test-pay"),
    path("test/sign/", sign, name="test-sign"),
    path("test/open/", open_to_all("a test")(lambda request: HttpResponse("open"))),
]
pytestmark = pytest.mark.urls(__name__)


@pytest.fixture
def later(time_machine):
    """Let minutes pass since the fixture began."""
    start = datetime.now(UTC)
    time_machine.move_to(start, tick=False)

    def later(minutes):
        time_machine.move_to(start + timedelta(minutes=minutes), tick=False)

    return later


@pytest.fixture
def signed_in(client, teacher, settled, later, come_in):
    DONE.clear()
    settled(teacher)
    come_in(teacher)
    client.get("/")
    return teacher


def test_signing_in_is_a_proof_for_ten_minutes(client, signed_in, later):
    assert client.get("/test/pay/").content == b"paid GET"
    later(9.9)
    assert client.post("/test/pay/").content == b"paid POST"
    later(10)

    asked = client.get("/test/pay/?round=1")

    assert (
        asked["Location"]
        == f"/accounts/reauthenticate/?next={quote('/test/pay/?round=1', safe='')}"
    )


def test_the_password_brings_one_back_to_the_page(client, signed_in, later):
    later(11)
    asked = client.get("/test/pay/?round=1")
    page = client.get(asked["Location"])
    assert "/test/pay/?round=1" in page.content.decode()

    wrong = client.post(asked["Location"], {"password": "no", "next": "/test/pay/?round=1"})
    assert wrong.status_code == 200
    right = client.post(asked["Location"], {"password": PASSWORD, "next": "/test/pay/?round=1"})

    assert right["Location"] == "/test/pay/?round=1"
    assert client.get(right["Location"]).content == b"paid GET"


def test_a_post_is_kept_and_sent_on_with_every_field(client, signed_in, later):
    later(11)
    asked = client.post("/test/pay/?a=b", {"who": ["1", "2"], "note": '"ฝน" <ตก>'})
    assert DONE == []
    go_on = reverse("account-go-on")
    assert asked["Location"] == f"/accounts/reauthenticate/?next={quote(go_on, safe='')}"

    proved = client.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": go_on})
    assert proved["Location"] == go_on
    page = client.get(go_on).content.decode()
    assert 'action="/test/pay/?a=b"' in page
    assert "&quot;ฝน&quot; &lt;ตก&gt;" in page
    waiting = client.get(go_on).context["waiting"]  # and it survives a refresh
    fields = {}
    for name, value in waiting.fields:
        fields.setdefault(name, []).append(value)
    assert client.post(waiting.path, fields).content == b"paid POST"

    assert DONE == [{"who": ["1", "2"], "note": '"ฝน" <ตก>'}]
    assert suspended.KEY not in client.session
    assert client.get(go_on)["Location"] == "/"


def test_what_is_no_form_is_not_kept(client, signed_in, later):
    later(11)
    client.post("/test/pay/", {"a": 1}, content_type="application/json")

    assert suspended.KEY not in client.session


def test_files_are_not_kept_and_the_page_says_so(client, signed_in, later):
    from django.core.files.uploadedfile import SimpleUploadedFile

    later(11)
    client.post("/test/pay/", {"note": "x", "file": SimpleUploadedFile("a.csv", b"1")})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})

    assert "เลือกไฟล์อีกครั้ง" in client.get(reverse("account-go-on")).content.decode()


def test_what_waits_is_sealed_belongs_to_its_person_and_waits_half_an_hour(
    client, signed_in, later, admin, settled
):
    later(11)
    client.post("/test/pay/", {"note": "marked"})
    kept = client.session[suspended.KEY]
    assert "marked" not in kept

    other = Client()
    settled(admin)
    other.post("/accounts/login/", {"login": "admin", "password": PASSWORD})
    session = other.session
    session[suspended.KEY] = kept
    session.save()
    assert other.get(reverse("account-go-on"))["Location"] == "/"

    later(42)
    assert client.get(reverse("account-go-on"))["Location"] == "/"


def test_only_the_act_may_be_asked_for(client, signed_in, later):
    later(11)
    assert client.get("/test/sign/").content == b"signed GET"
    assert client.post("/test/sign/").status_code == 302


def test_htmx_is_led_as_a_whole_page(client, signed_in, later):
    later(11)
    answer = client.post("/test/pay/", {"a": "1"}, headers={"HX-Request": "true"})

    assert answer.status_code == 204
    assert answer["HX-Redirect"].startswith("/accounts/reauthenticate/")


def test_the_app_s_code_proves_it_too(client, teacher, settled, with_app, come_in, later):
    settled(teacher)
    secret = with_app(teacher)
    come_in(teacher)
    client.post("/accounts/login/second-factor/", {"code": app_code(secret)})
    client.get("/")
    later(11)
    page = client.get(client.get("/test/pay/")["Location"])
    assert "/accounts/reauthenticate/code/" in page.content.decode()

    proved = client.post(
        "/accounts/reauthenticate/code/", {"code": app_code(secret), "next": "/test/pay/"}
    )

    assert proved["Location"] == "/test/pay/"
    assert client.get("/test/pay/").content == b"paid GET"


def test_the_demo_s_click_proves_itself_by_a_click(client, teacher, later):
    teacher.is_demo = True
    teacher.save()
    client.post("/demo/sign-in/", {"username": teacher.username})
    assert client.get("/test/pay/").content == b"paid GET"
    later(11)
    asked = client.get("/test/pay/")
    assert asked["Location"].startswith("/accounts/reauthenticate/demo/")

    proved = client.post(asked["Location"], {"next": "/test/pay/"})

    assert proved["Location"] == "/test/pay/"
    assert client.get("/test/pay/").content == b"paid GET"


def test_a_person_with_a_password_does_not_pass_by_the_demo_s_click(client, signed_in, later):
    later(11)
    client.post("/accounts/reauthenticate/demo/", {"next": "/test/pay/"})

    assert client.get("/test/pay/").status_code == 302


def test_a_page_for_nobody_asks_to_sign_in_first(client, db):
    assert client.get("/test/pay/")["Location"].startswith("/accounts/login/")


def test_who_may_not_is_not_asked_for_a_password(client, teacher, signed_in, later):
    teacher.postings.update(starts_on="2026-01-01", ends_on="2026-01-02")
    later(11)

    assert client.get("/test/pay/").status_code == 403


def test_tries_are_limited(client, signed_in, later):
    later(11)
    for _each in range(10):
        client.post("/accounts/reauthenticate/", {"password": "no"})

    client.post("/accounts/reauthenticate/", {"password": PASSWORD})

    assert client.get("/test/pay/").status_code == 302


# --- a session's age --------------------------------------------------------------------------


@pytest.mark.parametrize(("minutes", "open_still"), [(119, True), (120, False)])
def test_a_session_left_alone_is_over(minutes, open_still, client, signed_in, later):
    later(minutes)

    assert (client.get("/").status_code == 200) is open_still


def test_a_session_in_use_is_over_after_a_working_day(client, signed_in, later):
    for hour in range(1, 12):
        later(60 * hour)
        assert client.get("/").status_code == 200
    later(60 * 12)

    over = client.get("/pupils/?page=2")

    assert over["Location"] == f"/accounts/login/?next={quote('/pupils/?page=2', safe='')}"
    assert "หนึ่งวันทำงาน" in str(next(iter(get_messages(over.wsgi_request))))


def test_a_form_sent_too_late_comes_back_after_signing_in(client, signed_in, later, come_in):
    later(130)
    over = client.post("/test/pay/", {"note": "typed for two hours"})
    assert over["Location"] == "/accounts/login/"
    assert DONE == []

    answer = come_in(signed_in)
    page = client.get(answer["Location"], follow=True)

    assert page.context["waiting"].fields == [("note", "typed for two hours")]


def test_what_waits_is_not_shown_to_the_next_person(
    client, signed_in, later, admin, settled, come_in
):
    settled(admin)
    later(130)
    client.post("/test/pay/", {"note": "typed"})

    page = client.get(come_in(admin)["Location"], follow=True)

    assert page.request["PATH_INFO"] == "/"
    assert client.get(reverse("account-go-on"))["Location"] == "/"


# --- sessions ---------------------------------------------------------------------------------


@pytest.fixture
def other(signed_in, teacher):
    other = Client(headers={"User-Agent": "Mozilla/5.0 (Linux; Android 14) Chrome/131.0 Mobile"})
    other.post("/accounts/login/", {"login": teacher.username, "password": PASSWORD})
    assert other.get("/").status_code == 200
    return other


def session_keys(page):
    return re.findall(r'name="session" value="(\d+)"', page.content.decode())


def test_one_sees_one_s_devices_and_signs_out_one_of_them(client, other):
    page = client.get("/accounts/")
    assert "Chrome, Android" in page.content.decode()
    (key,) = session_keys(page)

    client.post("/accounts/devices/sign-out/", {"session": key})

    assert other.get("/").status_code == 302
    assert client.get("/").status_code == 200


def test_one_signs_out_everywhere_else(client, other):
    client.post("/accounts/devices/sign-out/")

    assert other.get("/").status_code == 302
    assert client.get("/").status_code == 200


def test_nobody_signs_out_somebody_else(client, other, admin, settled):
    settled(admin)
    stranger = Client()
    stranger.post("/accounts/login/", {"login": "admin", "password": PASSWORD})
    (key,) = session_keys(client.get("/accounts/"))

    assert stranger.post("/accounts/devices/sign-out/", {"session": key}).status_code == 404
    assert stranger.post("/accounts/devices/sign-out/", {"session": "x"}).status_code == 404
    stranger.post("/accounts/devices/sign-out/")

    assert other.get("/").status_code == 200


def test_a_changed_password_signs_out_the_other_devices(client, other, settings):
    new = "ข้าวเหนียวมะม่วง 77"
    changed = client.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": new, "password2": new},
    )

    assert changed["Location"] == "/accounts/"
    assert other.get("/").status_code == 302
    assert client.get("/").status_code == 200


def test_a_closed_account_is_out_at_once(client, signed_in):
    type(signed_in).objects.filter(pk=signed_in.pk).update(is_active=False)

    assert client.get("/")["Location"].startswith("/accounts/login/")


def test_an_ended_post_is_out_at_once(client, signed_in):
    signed_in.postings.update(starts_on="2026-01-01", ends_on="2026-01-02")

    assert client.get("/").status_code == 403
    assert client.get("/accounts/").status_code == 200  # one's own account stays one's own


def test_the_cookie_is_for_this_browser_and_http_alone(client, signed_in):
    cookie = client.cookies["sessionid"]

    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert not cookie["expires"] and not cookie["max-age"]
