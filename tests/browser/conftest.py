"""A real browser before a real installation: what `make run` starts, on demo data of its own.

Most journeys share the installation that begins where the demo does, in July; for some modules the
story was told until another moment. A clock only runs forward, so journeys that need a later moment
stand later in their file, and each acts on pupils and rounds of its own. Journeys of one
installation are walked in order; those of two may be walked side by side (pytest -n 2).
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

pytest.importorskip("playwright", reason="the development packages are not installed")

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright
from xdist.scheduler import LoadScopeScheduling

ROOT = Path(__file__).resolve().parents[2]
SCREENS = Path(os.environ.get("EQFUND_SCREENS", ROOT / "var" / "screens"))
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
START_SECONDS = 600
# Debian's Chromium asks nobody outside, needs no graphics card, and runs as root in a container.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True)
class Site:
    """The installation that the browser looks at."""

    url: str
    environment: dict[str, str]

    def manage(self, *arguments: str) -> None:
        """Run a command of manage.py on its database, as the sandbox bank would be."""
        command = [sys.executable, "manage.py", *arguments]
        subprocess.run(command, cwd=ROOT, env=self.environment, check=True)


def pytest_sessionstart():
    SCREENS.mkdir(parents=True, exist_ok=True)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


DEMO = ()  # the demo's own moment
# What seed_demo is told for the modules whose installation does not begin where the demo does.
TOLD_UNTIL = {
    "test_committee": ("2569-08-20 09:00",),  # results are announced; forms 05 close on the 25th
    "test_payout": ("2569-08-20 09:00",),  # all classes of round 1 but ป.4/1 have paid
    "test_continuing": ("2569-05-08 09:00", "--awaited"),  # the predecessor's list, and no pupil
}


class ByInstallation(LoadScopeScheduling):
    """Journeys of one installation are walked in order by one worker; another walks those of the next."""

    def _split_scope(self, nodeid):
        return str(TOLD_UNTIL.get(Path(nodeid.partition("::")[0]).stem, DEMO))


def pytest_xdist_make_scheduler(config, log):
    return ByInstallation(config, log)


@pytest.fixture(scope="session")
def site_at():
    """Give the installation whose story was told until a moment; each is started once."""
    started = {}
    with ExitStack() as stack:

        def site_at(told: tuple[str, ...]) -> Site:
            if told not in started:
                number = len(started) + 1
                started[told] = stack.enter_context(installation(told, number))
            return started[told]

        yield site_at


@pytest.fixture(scope="module")
def site(request, site_at):
    """The installation that a module's journeys look at."""
    return site_at(TOLD_UNTIL.get(Path(request.path).stem, DEMO))


@contextmanager
def installation(told, number):
    """Serve a database of its own; a running one, for whoever writes a journey, by EQFUND_SITE."""
    from rehearsal.story.stage import fresh_database

    if running := os.environ.get("EQFUND_SITE"):
        yield Site(running, dict(os.environ))
        return
    with fresh_database(f"eqfund_browser_{number}", broker=15 - number, fast=True) as environment:
        port = free_port()
        environment = {**environment, "WORKER_PROCESSES": "1"}
        environment.pop("DJANGO_SETTINGS_MODULE", None)
        site = Site(f"http://localhost:{port}", environment)
        log = Path(environment["EQFUND_VAR"]) / "serve.log"
        if told:
            site.manage("seed_demo", "--quiet", "--until", *told)
        with log.open("wb") as words:
            server = subprocess.Popen(
                [sys.executable, "manage.py", "serve", "--port", str(port)],
                cwd=ROOT,
                env=environment,
                stdout=words,
                stderr=subprocess.STDOUT,
            )
        try:
            wait_until_served(server, port, log)
            yield site
        finally:
            server.terminate()
            server.wait(60)
            shutil.copy(log, SCREENS / f"serve-{number}.log")  # where the reason of a 500 stands


def wait_until_served(server, port, log):
    deadline = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        try:
            urlopen(f"http://127.0.0.1:{port}/accounts/login/", timeout=5).close()
        except (URLError, OSError):
            time.sleep(0.3)
        else:
            return
    pytest.fail(f"make run did not come up: {log.read_text(errors='replace')[-3000:]}")


@pytest.fixture(scope="session")
def chromium():
    names = [os.environ.get("CHROMIUM", "chromium"), "chromium-browser", "google-chrome"]
    program = next((found for name in names if (found := shutil.which(name))), None)
    if program is None:
        pytest.fail("No Chromium is installed: make browser installs it, or says how.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if call.when == "call":
        item.failed = report.failed
    return report


@pytest.fixture
def visitor(request, site: Site, chromium: Browser):
    """Make a page for somebody not signed in; what its console says against us fails the test."""
    contexts, complaints = [], []

    def visitor(**options) -> Page:
        context = chromium.new_context(
            base_url=site.url, locale="th-TH", timezone_id="Asia/Bangkok", viewport=DESK, **options
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        page.on("console", lambda message: listen(page, message, complaints))
        return page

    yield visitor
    for number, context in enumerate(contexts):
        if getattr(request.node, "failed", False) and context.pages:
            name = re.sub(r"\W+", "-", request.node.name)
            context.pages[-1].screenshot(path=SCREENS / f"failed-{name}-{number}.png")
        context.close()
    assert complaints == []


def listen(page, message, complaints):
    # a refusal answers 409, a dead link 410, a page that is not yours 404: all are meant
    if message.type == "error" and not re.search(r"status of (403|404|409|410|422)", message.text):
        complaints.append(f"{page.url}: {message.text}")


@pytest.fixture
def sign_in(visitor):
    """Sign in as a demo person, by the click the demo offers; any of them, listed or not."""

    def sign_in(username: str, **options) -> Page:
        page = visitor(**options)
        page.goto("/accounts/login/")
        button = page.locator("button[name=username]").first
        button.evaluate("(button, name) => { button.value = name }", username)
        button.click()
        page.wait_for_url("**/")
        return page

    return sign_in


@pytest.fixture
def move_clock(sign_in):
    """Let the demo's system admin move programme time forward, to '24/7/2569 16:59'."""

    def move_clock(moment: str) -> None:
        day, time_of_day = moment.split(" ")
        page = sign_in("sysadmin")
        page.goto("/demo/clock/")
        page.locator("input[name=day]").fill(day)
        page.locator("input[name=time]").fill(time_of_day)
        page.locator("form:has(input[name=day]) button").last.click()
        page.wait_for_load_state()

    return move_clock


@pytest.fixture(scope="session")
def accessible():
    """Assert that axe finds nothing against the page."""
    axe = Axe()

    def accessible(page: Page) -> None:
        found = axe.run(page).response["violations"]
        words = [
            f"{one['id']} ({one['impact']}): {one['help']}: {one['nodes'][0]['html'][:160]}"
            for one in found
        ]
        assert words == [], page.url

    return accessible


@pytest.fixture(scope="session")
def shot():
    """Keep a picture of the page at phone and desk width; see that it fits both."""

    def shot(page: Page, name: str) -> None:
        page.set_viewport_size(PHONE)
        page.screenshot(path=SCREENS / f"{name}-390.png", full_page=True)
        phone = page.evaluate("document.documentElement.scrollWidth")
        page.set_viewport_size(DESK)
        page.screenshot(path=SCREENS / f"{name}-1280.png", full_page=True)
        desk = page.evaluate("document.documentElement.scrollWidth")
        assert phone <= PHONE["width"], f"{name} is {phone} px wide on a phone of 390"
        assert desk <= DESK["width"], f"{name} is {desk} px wide on a desk of 1280"

    return shot
