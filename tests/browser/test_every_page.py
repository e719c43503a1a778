"""Every page that links lead to, as each role: it opens, fits a phone, and axe finds nothing.

Pictures of each at 390 and 1280 px are left in var/screens, to be looked at.
"""

import re
from html import unescape
from urllib.parse import urljoin, urlsplit

import pytest
from django.urls import Resolver404, resolve

pytestmark = pytest.mark.browser

PEOPLE = [
    "teacher", "screening", "registry", "admin", "director", "office", "affiliation",
    "fund", "approver", "finance", "auditor", "sysadmin",
]  # fmt: skip
MOST = 80  # pages looked at for one person
GREGORIAN = re.compile(r"(?<![\d,.-])20[12]\d(?![\d,-])")
HREF = re.compile(r'<a\b[^>]*?\shref="([^"]+)"')
seen: set[str] = set()  # names of pages whose picture was taken


def name_of(url):
    """The name of the page behind an address; None for what is no page of ours."""
    parts = urlsplit(url)
    try:
        match = resolve(parts.path)
    except Resolver404:
        return None
    return match.view_name


def links(reply, site):
    found = (urljoin(reply.url, unescape(href)) for href in HREF.findall(reply.text()))
    return [url.split("#")[0] for url in found if url.startswith(site.url + "/")]


@pytest.mark.parametrize("username", PEOPLE)
def test_every_page_opens_and_fits(username, site, sign_in, accessible, shot):
    page = sign_in(username)
    wrong = []
    todo, known = [f"{site.url}/"], set()

    while todo and len(known) < MOST:
        url = todo.pop(0)
        name = name_of(url)
        if name is None or name in known:
            continue
        known.add(name)
        reply = page.request.get(url)
        if "text/html" not in reply.headers.get("content-type", ""):
            continue
        if reply.status != 200:
            wrong.append(f"{reply.status} {url}")
            continue
        todo += links(reply, site)
        if name in seen and name != "home":
            continue
        seen.add(name)
        page.goto(url)
        label = f"{name.replace(':', '-')}-{username}"
        for look, *more in ((shot, label), (accessible,), (thai,)):
            try:
                look(page, *more)
            except AssertionError as error:
                wrong.append(f"{name} {url}: {error}")

    assert wrong == []


def thai(page):
    years = GREGORIAN.findall(page.inner_text("body"))
    assert years == [], f"a Gregorian year on a Thai page: {years[:3]}"


def test_the_sign_in_page(visitor, accessible, shot):
    page = visitor()
    page.goto("/accounts/login/")

    shot(page, "sign-in")
    accessible(page)
    assert page.locator("button[name=username]").count() >= len(PEOPLE)


def test_a_page_of_another_school_is_not_there(sign_in):
    page = sign_in("sysadmin")

    reply = page.request.get("/payments/")

    assert reply.status in (403, 404)
