"""A whole installation, started as a newcomer starts it, and a real Chromium to walk through it."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from portal.tests.browser.tmall import tmall
from portal.tests.running import RunningPortal

PASSWORD = "redcat-demo"
QUICK = {"LINK_TICK_SECONDS": "2", "SANDBOX_REVIEW_SECONDS": "1"}  # nobody waits for Juguang here
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def running() -> Iterator[RunningPortal]:
    """The seeded demo with its workers, its beat and its sandbox; nights come every 5 seconds."""
    quick = {"SYNC_TICK_SECONDS": "5", "SYNC_LEASE_SECONDS": "5"} | QUICK
    with TemporaryDirectory(prefix="redcat-demo-") as folder:
        portal = RunningPortal(Path(folder) / "var", seed=True, **quick)
        portal.start(seconds=420)
        yield portal
        portal.stop()


@pytest.fixture(scope="session")
def chromium(tmp_path_factory) -> Iterator[Browser]:
    """No test leaves the machine: Tmall's host names lead to a stand-in on loopback."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        reason = "Chromium is not installed, and could not be."
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with tmall(tmp_path_factory.mktemp("tmall")) as port, sync_playwright() as playwright:
        flags = [*FLAGS, f"--host-resolver-rules=MAP *.tmall.com 127.0.0.1:{port}"]
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        yield browser
        browser.close()


class Visitor:
    """A person at a browser: signs in, and notes what the browser complains of."""

    def __init__(self, context: BrowserContext, running: RunningPortal) -> None:
        self.context = context
        self.running = running
        self.url = running.url
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def sign_in(self, login: str, password: str = PASSWORD) -> None:
        self.page.goto(f"{self.url}/account/login/")
        self.page.fill("[name=login]", f"{login}@demo.redcat.test")
        self.page.fill("[name=password]", password)
        self.page.locator("form:has([name=password]) button[type=submit]").click()
        self.page.wait_for_load_state()
        if "/second-step/" in self.page.url:
            self.page.fill("[name=code]", self.running.demo_code())
            self.page.locator("form:has([name=code]) button").click()
            self.page.wait_for_load_state()

    def open(self, path: str) -> Page:
        self.page.goto(f"{self.url}{path}")
        return self.page

    def _hear(self, message) -> None:
        if message.type == "error" and "status of 4" not in message.text:
            self.complaints.append(message.text)


@pytest.fixture
def visit(chromium, running):
    """Open a browser of one's own: `visit()`, `visit(lang="zh-CN", width=390)`."""
    contexts = []

    def open_browser(*, lang: str = "en-US", width: int = 1440, **options) -> Visitor:
        context = chromium.new_context(
            locale=lang,
            viewport={"width": width, "height": 900},
            ignore_https_errors=True,
            **options,
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        return Visitor(context, running)

    yield open_browser
    for context in contexts:
        context.close()
