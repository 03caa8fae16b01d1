"""Chromium, and pages in it that must not have complained."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.server.servers import ROOT
from tools.chromium import chromium

PICTURES = ROOT / "build" / "browser"
WAIT_MS = 60_000  # software rendering on a busy machine

Open = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with chromium() as browser:
        yield browser


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Open]:
    """Open pages, each of a person of its own; none may have thrown or logged an error."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def opened(
        address: str, *, width: int = 1280, height: int = 800, forgive: tuple[str, ...] = ()
    ) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height})
        contexts.append(context)
        context.set_default_timeout(WAIT_MS)
        page = context.new_page()

        def complain(text: str) -> None:
            if not any(known in text for known in forgive):
                complaints.append(text)

        page.on("pageerror", lambda error: complain(str(error)))
        page.on("console", lambda line: complain(line.text) if line.type == "error" else None)
        page.goto(address)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def state_is(page: Page, *states: str) -> None:
    """Wait until the page is in one of these states."""
    wanted = ", ".join(f'html[data-state="{state}"]' for state in states)
    page.wait_for_selector(wanted, state="attached")


def picture(page: Page, name: str) -> Path:
    """A screenshot in build/browser."""
    path = PICTURES / f"{name}.png"
    page.screenshot(path=path)
    return path
