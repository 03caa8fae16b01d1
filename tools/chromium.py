"""A headless Chromium for tests: the one the system has, driven by Playwright."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from playwright.sync_api import Browser, Error, sync_playwright

NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ARGUMENTS: Final = (
    # CI runs as root in a container, where Chromium's own sandbox cannot start.
    "--no-sandbox",
    "--disable-dev-shm-usage",
    # WebGL in software: no graphics card is assumed.
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    # The page is the only thing that may touch the network.
    "--no-proxy-server",
    "--mute-audio",
)


class ChromiumError(Exception):
    """Chromium is missing or did not start; the text is one line."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser that is gone afterwards.

    Raises:
        ChromiumError: there is none, or it does not start.
    """
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        raise ChromiumError(f"no Chromium here (looked for {', '.join(NAMES)}): install one")
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        except Error as error:
            raise ChromiumError(f"{path} did not start: {str(error).splitlines()[0]}") from error
        try:
            yield browser
        finally:
            browser.close()
