"""A real browser on the real site: Debian's Chromium, driven by Playwright. Skipped where no browser is installed."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright._impl._driver import compute_driver_executable
from playwright.sync_api import BrowserContext, ConsoleMessage, Page
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from tests.browser.looking import Opened, barriers, session_of, sticking_out, too_small, torn

# Playwright's loop runs in the thread of the tests, where Django would refuse to touch the database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync")
OFFLINE = ("--disable-background-networking", "--disable-component-update")
DRIVER_RUNS = subprocess.run([compute_driver_executable()[0], "--version"], capture_output=True).returncode == 0
NO_BROWSER = "no Chromium, or not all it takes to drive it: apt-get install chromium libatomic1"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None or not DRIVER_RUNS:
                item.add_marker(pytest.mark.skip(reason=NO_BROWSER))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": [*QUIET, *OFFLINE]}


@pytest.fixture
def opened(live_server: LiveServer, new_context: Callable[..., BrowserContext]) -> Iterator[Opened]:
    """Open an address as somebody: opened("/2027/", by=rosa, width=360, color_scheme="dark").

    The page must not complain on the console: that is where a breach of the content policy would show.
    """
    complaints: list[str] = []

    def open_page(address: str, *, by: User | None = None, width: int = 1280, **options: Any) -> Page:
        context = new_context(viewport={"width": width, "height": 800}, locale="en-GB", **options)
        if by is not None:
            context.add_cookies([session_of(by, live_server.url)])
        page, url = context.new_page(), live_server.url + address

        def listen(message: ConsoleMessage) -> None:
            # The page itself may be an error page, and one that comes back with a refused form answers 422.
            is_expected = message.location["url"] == url or "status of 422" in message.text
            if message.type == "error" and not is_expected:
                complaints.append(message.text)

        page.on("console", listen)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(url)
        return page

    yield open_page
    assert complaints == []


@pytest.fixture
def nobody_is_kept_out(opened: Opened) -> Callable[..., None]:
    """Check a page narrow and wide, light and dark: no barrier axe knows of, no sideways scrolling, room to press."""

    def check(address: str, *, by: User | None = None) -> None:
        page = opened(address, by=by)
        for width in (360, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                where = f"{address} at {width} px, {scheme}"
                assert barriers(page) == "", where
                assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{where} scrolls sideways"
                assert too_small(page) == [], where
                assert sticking_out(page) == [], where
        assert torn(page) == [], address
        assert page.locator("h1").count() == 1, f"{address} has not one h1"

    return check
