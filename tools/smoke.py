"""Prove on the real thing that the whole line runs: serve, join, play, look, stop, verify.

1. start `ringfall serve` with bots on two free ports;
2. join over WebSocket with an independent implementation, walk, and see the own body move;
3. join with a headless Chromium and take a picture of the running match;
4. stop the server with SIGTERM: it must exit 0, every journal sealed and verifiable.

Everything is bounded in time. What it saw is left in build/smoke/: match.png, server.log
and the journals. Run as `python -m tools.smoke` (or `make smoke`).
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Error as PageError
from playwright.sync_api import TimeoutError

from persistence.frames import MAGIC, SEAL_MAGIC
from tools import png
from tools.chromium import ChromiumError, chromium
from tools.smoke_player import PlayError, play, ticket

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "build" / "smoke"
BOTS = 30
START_S = 180.0  # a first start compiles the kernels
PLAY_S = 6.0
PAGE_S = 60.0  # software rendering on a busy machine
SETTLE_S = 1.5
STOP_S = 30.0
VERIFY_S = 120.0
PLAYING = 'html[data-state="playing"]'


class SmokeError(Exception):
    """Something did not work; the text is one line that says what."""


@dataclass(frozen=True)
class Server:
    """A running server: its process, its two ports and where its output goes."""

    process: subprocess.Popen[bytes]
    http_port: int
    game_port: int
    log: Path


def say(text: str) -> None:
    """Print one line of progress at once: CI shows it while the rest runs."""
    print(f"smoke: {text}", flush=True)


def free_ports(count: int) -> list[int]:
    """Return ports that were free a moment ago, all different."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    try:
        return [int(s.getsockname()[1]) for s in sockets]
    finally:
        for s in sockets:
            s.close()


def ringfall(*arguments: str) -> list[str]:
    """Return the command line that runs the installed `ringfall` of this environment."""
    command = Path(sys.executable).with_name("ringfall")
    if not command.is_file():
        raise SmokeError(f"{command} is missing: run `make setup-dev`")
    return [str(command), *arguments]


@contextmanager
def running_server(out: Path = OUT) -> Iterator[Server]:
    """Run `ringfall serve`, which leaves its log and its journals in a folder of its own, `out`.

    Whatever happens, it is gone afterwards.
    """
    http_port, game_port = free_ports(2)
    home = out / "server"
    home.mkdir(parents=True)
    log = out / "server.log"
    # Journals end up below `home`, whether the server writes to its folder or to the user's.
    environment = {
        **os.environ,
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_STATE_HOME": str(home / "state"),
    }
    ports = ("--http-port", str(http_port), "--game-port", str(game_port))
    with log.open("wb") as output:
        process = subprocess.Popen(
            ringfall("serve", "--bots", str(BOTS), *ports),
            cwd=home,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield Server(process, http_port, game_port, log)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(timeout=STOP_S)


def wait_until_up(server: Server) -> None:
    """Wait until the page's configuration is served and names the game port.

    Raises:
        SmokeError: the server ended, or did not answer in time.
    """
    url = f"http://127.0.0.1:{server.http_port}/api/config"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            raise SmokeError(f"the server ended with exit code {server.process.returncode}")
        try:
            with opener.open(url, timeout=5) as response:
                config = json.load(response)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
            continue
        if config.get("game_port") != server.game_port:
            raise SmokeError(f"/api/config names another game port: {config}")
        return
    raise SmokeError(f"the server did not answer within {START_S:.0f} s")


def look_with_chromium(server: Server) -> None:
    """Join from a browser and keep a picture of the running match.

    Raises:
        SmokeError: the page never got into a match, reported errors, or shows nothing.
    """
    address = f"http://127.0.0.1:{server.http_port}/?autoplay=1&name=Smoke"
    picture = OUT / "match.png"
    errors: list[str] = []
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("requestfailed", lambda request: errors.append(f"{request.url} failed"))
        began = time.monotonic()
        try:
            page.goto(address, timeout=PAGE_S * 1000)
            page.wait_for_selector(PLAYING, state="attached", timeout=PAGE_S * 1000)
        except TimeoutError:
            page.screenshot(path=picture, timeout=PAGE_S * 1000)
            raise SmokeError(f"the page was not in a match after {PAGE_S:.0f} s") from None
        took_s = time.monotonic() - began
        page.keyboard.down("KeyD")
        page.mouse.move(1000, 300)
        time.sleep(SETTLE_S)
        data = page.screenshot(path=picture, timeout=PAGE_S * 1000)
    if errors:
        raise SmokeError(f"the page reported: {errors[0]}")
    say(f"Chromium was in the match {took_s:.1f} s after opening the page")
    pixels = png.decode(data)
    if reason := png.looks_blank(pixels):
        raise SmokeError(f"{picture.relative_to(ROOT)} looks blank: {reason}")
    say(f"picture: {picture.relative_to(ROOT)}, {pixels.shape[1]}x{pixels.shape[0]}")


def stop(server: Server) -> None:
    """Ask the server to stop, as a service supervisor would.

    Raises:
        SmokeError: it did not stop in time, failed, or printed a traceback.
    """
    server.process.send_signal(signal.SIGTERM)
    try:
        code = server.process.wait(timeout=STOP_S)
    except subprocess.TimeoutExpired as error:
        raise SmokeError(f"the server did not stop within {STOP_S:.0f} s of SIGTERM") from error
    if code != 0:
        raise SmokeError(f"the server exited with {code} after SIGTERM")
    if b"Traceback (most recent call last)" in server.log.read_bytes():
        raise SmokeError("the server printed a traceback")
    say("the server stopped with exit code 0")


def journals() -> list[Path]:
    """Return the journals the server wrote, known by their first bytes."""
    found = []
    for path in sorted((OUT / "server").rglob("*")):
        if path.is_file():
            with path.open("rb") as file:
                if file.read(len(MAGIC)) == MAGIC:
                    found.append(path)
    return found


def verify_journals() -> None:
    """Check that every journal is sealed and replays to the same hashes.

    Raises:
        SmokeError: there is none, one is not sealed, or one does not verify.
    """
    paths = journals()
    if not paths:
        raise SmokeError("the server left no journal")
    for path in paths:
        name = path.relative_to(ROOT)
        if not path.read_bytes().endswith(SEAL_MAGIC):
            raise SmokeError(f"{name} is not sealed")
        done = subprocess.run(
            ringfall("replay", "verify", "--json", str(path)),
            capture_output=True,
            text=True,
            timeout=VERIFY_S,
            check=False,
        )
        if done.returncode != 0:
            words = (done.stderr or done.stdout).strip().splitlines()
            reason = words[-1] if words else "without a word"
            raise SmokeError(f"`ringfall replay verify {name}` exited {done.returncode}: {reason}")
        json.loads(done.stdout)
        say(f"journal: {name}, {path.stat().st_size} bytes, sealed, replays bit for bit")


def run() -> None:
    """Run the four steps.

    Raises:
        SmokeError, PlayError, ChromiumError, PngError: the first thing that did not work.
    """
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    with running_server() as server:
        began = time.monotonic()
        wait_until_up(server)
        say(f"the server was up after {time.monotonic() - began:.1f} s")
        told = ticket("127.0.0.1", server.http_port)
        say(play("127.0.0.1", server.game_port, told, seconds=PLAY_S))
        look_with_chromium(server)
        stop(server)
    verify_journals()


def main() -> int:
    """Run the smoke test; return the exit code."""
    try:
        run()
    except (SmokeError, PlayError, ChromiumError, PageError, png.PngError) as error:
        say(f"FAILED: {error}")
        log = OUT / "server.log"
        if log.is_file():
            print("\n".join(log.read_text(errors="replace").splitlines()[-30:]))
        return 1
    except (OSError, subprocess.TimeoutExpired, json.JSONDecodeError) as error:
        say(f"FAILED: {type(error).__name__}: {error}")
        return 1
    say("passed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
