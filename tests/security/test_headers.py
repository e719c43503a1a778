"""What every answer says to the browser: on each page, as each kind of person, and on errors."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.urls import NoReverseMatch, URLPattern, get_resolver, reverse

ROOT = Path(__file__).resolve().parents[2]
INLINE = re.compile(
    r"<script(?![^>]*\b(?:src=|type=\"(?:application/json|speculationrules)\"))[^>]*>"
    r"|\son[a-z]+\s*=\s*[\"']|\sstyle\s*=|<style\b|javascript:",
    re.IGNORECASE,
)
THIRD_PARTY = re.compile(
    r"<(?:script|link|img|iframe)[^>]+(?:src|href)=\"(?:https?:)?//", re.IGNORECASE
)


def addresses(patterns=None, namespace=""):
    """Every address of ours that needs no argument."""
    for pattern in patterns or get_resolver().url_patterns:
        if isinstance(pattern, URLPattern):
            try:
                yield reverse(f"{namespace}{pattern.name}") if pattern.name else None
            except NoReverseMatch:
                continue
        else:
            inner = f"{pattern.namespace}:" if pattern.namespace else namespace
            yield from addresses(pattern.url_patterns, inner)


PLAIN = sorted({address for address in addresses() if address})
PEOPLE = ["teacher", "admin", "office_admin", "fund_officer", "auditor", "system_admin"]


def assert_safe(response, what):
    headers = response.headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy and "script-src 'self'" in policy, what
    assert "unsafe" not in policy and "frame-ancestors 'none'" in policy, what
    assert "base-uri 'none'" in policy and "form-action 'self'" in policy, what
    assert headers["X-Content-Type-Options"] == "nosniff", what
    assert headers["X-Frame-Options"] == "DENY", what
    assert headers["Referrer-Policy"] == "same-origin", what
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin", what
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin", what
    assert "camera=()" in headers["Permissions-Policy"], what
    assert "Server" not in headers and "X-Powered-By" not in headers, what


def assert_no_inline_code(response, what):
    if "html" in response.headers.get("Content-Type", "") and not response.streaming:
        body = response.content.decode()
        assert INLINE.findall(body) == [], what
        assert THIRD_PARTY.findall(body) == [], what


@pytest.mark.parametrize("person", [None, *PEOPLE])
def test_every_page_is_safe_and_holds_no_inline_code(person, request, client, calendar):
    if person:
        client.force_login(request.getfixturevalue(person))
    client.raise_request_exception = False

    assert len(PLAIN) > 40
    for address in PLAIN:
        for answer in (client.get(address), client.get(address, headers={"HX-Request": "true"})):
            assert answer.status_code < 500 or "Bad Gateway" in str(answer), address
            assert_safe(answer, address)
            assert_no_inline_code(answer, address)


@pytest.mark.parametrize("address", ["/nothing-here/", "/pupils/99999999/", "/audit/"])
def test_error_pages_are_safe_too(address, client, teacher, calendar):
    client.force_login(teacher)

    answer = client.get(address)

    assert answer.status_code in (403, 404)
    assert_safe(answer, address)
    assert_no_inline_code(answer, address)


@pytest.mark.parametrize("person", PEOPLE)
def test_a_signed_in_persons_pages_are_kept_by_nobody_on_the_way(person, request, client, calendar):
    client.force_login(request.getfixturevalue(person))

    for address in PLAIN:
        answer = client.get(address)
        if answer.status_code == 200 and "favicon" not in address:
            said = answer.headers.get("Cache-Control", "")
            assert "private" in said or "no-store" in said, address
            assert "public" not in said, address


def test_a_page_about_a_child_is_not_kept_at_all(client, teacher, make_pupils, term):
    client.force_login(teacher)
    pupil = make_pupils(1)[0]

    answer = client.get(reverse("registry:pupil", args=[pupil.pk]))

    assert answer.headers["Cache-Control"] == "private, no-store"


def test_a_form_may_be_gone_back_to_but_is_asked_for_anew(client, admin, school, calendar):
    """Under no-store a browser forgets what was typed; nothing typed is lost (DESIGN 1)."""
    client.force_login(admin)

    answer = client.get(reverse("schools:school-edit", args=[school.pk]))

    assert answer.headers["Cache-Control"] == "private, no-cache"


def test_signing_out_empties_the_browsers_cache(client, teacher, term):
    client.force_login(teacher)

    answer = client.post(reverse("account_logout"))

    assert answer.headers["Clear-Site-Data"] == '"cache"'


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "localhost:80@evil.example"]
)
def test_a_strange_host_is_refused(host, client, db, settings):
    settings.ALLOWED_HOSTS = ["localhost"]

    assert client.get("/accounts/login/", headers={"host": host}).status_code == 400


def test_a_forwarded_host_is_not_believed(client, db, settings):
    settings.ALLOWED_HOSTS = ["localhost"]

    answer = client.get(
        "/accounts/login/", headers={"host": "localhost", "x-forwarded-host": "evil.example"}
    )

    assert answer.status_code == 200
    assert "evil.example" not in answer.content.decode()


def test_a_post_without_its_token_is_refused(db, teacher):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(teacher)

    answer = client.post("/language/", {"language": "en"})

    assert answer.status_code == 403
    assert_safe(answer, "csrf")


@pytest.fixture(scope="module")
def production():
    """The settings as they are outside the demo, read in a process of their own."""
    names = [
        "HTTPS", "DEBUG", "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS",
        "SESSION_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY", "SESSION_COOKIE_NAME", "SESSION_COOKIE_SAMESITE",
        "CSRF_COOKIE_SECURE", "CSRF_COOKIE_HTTPONLY", "CSRF_COOKIE_NAME", "SECURE_PROXY_SSL_HEADER",
        "USE_X_FORWARDED_HOST", "PASSWORD_HASHERS",
    ]  # fmt: skip
    code = (
        "import json, os; from django.conf import settings as s;"
        f"print(json.dumps({{n: getattr(s, n) for n in {names!r}}}, default=str))"
    )
    secret = "x" * 60
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "eqfund.settings",
        "DEMO_MODE": "false",
        "ALLOWED_HOSTS": "eqfund.example.org",
        "EMAIL_HOST": "mail.example.org",
        "DATABASE_URL": "postgresql://nobody@nowhere/none",
        "REDIS_URL": "redis://nowhere/0",
        **dict.fromkeys(
            ("SECRET_KEY", "FIELD_KEYS", "INDEX_KEY", "INDEX_KEYS", "SEAL_KEYS"), secret
        ),
    }
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEBUG", False),
        ("SECURE_SSL_REDIRECT", True),
        ("SECURE_HSTS_SECONDS", 365 * 86400),
        ("SECURE_HSTS_INCLUDE_SUBDOMAINS", True),
        ("SESSION_COOKIE_SECURE", True),
        ("SESSION_COOKIE_HTTPONLY", True),
        ("SESSION_COOKIE_NAME", "__Host-session"),
        ("SESSION_COOKIE_SAMESITE", "Lax"),
        ("CSRF_COOKIE_SECURE", True),
        ("CSRF_COOKIE_HTTPONLY", True),
        ("CSRF_COOKIE_NAME", "__Host-csrf"),
        ("USE_X_FORWARDED_HOST", False),
    ],
)
def test_production_settings(name, value, production):
    assert production[name] == value


@pytest.mark.parametrize("secret", ["SECRET_KEY", "FIELD_KEYS", "SEAL_KEYS"])
def test_production_refuses_the_demos_secrets(secret):
    code = "from django.conf import settings; settings.SECRET_KEY"
    keys = {"SECRET_KEY", "FIELD_KEYS", "INDEX_KEY", "INDEX_KEYS", "SEAL_KEYS"} - {secret}
    environment = {
        **{
            k: v
            for k, v in os.environ.items()
            if k not in ("SECRET_KEY", "FIELD_KEYS", "SEAL_KEYS")
        },
        "DJANGO_SETTINGS_MODULE": "eqfund.settings",
        "DEMO_MODE": "false",
        "DATABASE_URL": "postgresql://nobody@nowhere/none",
        "REDIS_URL": "redis://nowhere/0",
        **dict.fromkeys(keys, "x" * 60),
    }
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True
    )

    assert done.returncode != 0 and "demo's secrets are public" in done.stderr
