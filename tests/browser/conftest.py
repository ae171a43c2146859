"""A Chromium that is logged in to the session's Label Studio."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from annotation.labelstudio.server.embedded import Server

FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
PATIENCE = 120_000
"""Milliseconds that a page is waited for: only one that hangs takes so long, however busy the machine is."""
expect.set_options(timeout=PATIENCE)


def chromium_path() -> str | None:
    """Where the Chromium of the machine is."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The Chromium of the machine."""
    path = chromium_path()
    if path is None:
        pytest.fail("the browser tests need Chromium on the PATH; install it with `apt-get install chromium`")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def visit(chromium: Browser, studio: Server) -> Iterator[BrowserContext]:
    """A visit to Label Studio after logging in."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    page = context.new_page()
    page.goto(f"{studio.url}/user/login/")
    page.fill("input[name=email]", studio.username)
    page.fill("input[name=password]", studio.password)
    page.click("button[type=submit]")
    page.wait_for_url(lambda url: "/login" not in url, timeout=PATIENCE)
    page.close()
    yield context
    context.close()


@pytest.fixture
def page(visit: BrowserContext) -> Iterator[Page]:
    """A tab of its own. Which panels the tests before had open is forgotten."""
    page = visit.new_page()
    page.set_default_timeout(PATIENCE)
    yield page
    if page.url.startswith("http"):
        page.evaluate("localStorage.removeItem('panelState')")
    page.close()


@pytest.fixture
def silent(chromium: Browser) -> Iterator[Page]:
    """A tab that asks for nothing but files, and in which no script fails."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    page, said = context.new_page(), list[str]()
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: said.append(request.url) if not request.url.startswith("file:") else None)
    yield page
    context.close()
    assert said == []
