"""Drive a headless Chromium through its DevTools protocol, with nothing but a WebSocket client."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")

ARGUMENTS = (
    "--headless=new",
    "--remote-debugging-port=0",
    "--window-size=1280,800",
    "--force-device-scale-factor=1",
    # CI runs as root in a container, where Chromium's own sandbox cannot start.
    "--no-sandbox",
    "--disable-dev-shm-usage",
    # WebGL in software: no graphics card is assumed.
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    # The page is the only thing that may touch the network.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--no-default-browser-check",
    "--no-first-run",
    "--no-proxy-server",
    "--mute-audio",
    "about:blank",
)

START_S = 60.0
CALL_S = 30.0
MESSAGE_BYTES_MAX = 64 * 1024 * 1024


class BrowserError(Exception):
    """Chromium is missing, did not start, or refused a command; the text is one line."""


class Page:
    """One open page. `errors` collects uncaught exceptions and failed requests, in order."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._session: str | None = None
        self._number = 0
        self.errors: list[str] = []

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send one DevTools command and return its result.

        Raises:
            BrowserError: Chromium refused it, went away, or did not answer in time.
        """
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        deadline = time.monotonic() + CALL_S
        try:
            self._socket.send(json.dumps(message))
            while True:
                left = deadline - time.monotonic()
                answer = json.loads(self._socket.recv(timeout=max(left, 0.0)))
                if answer.get("id") == self._number:
                    break
                self._note(answer)
        except (ConnectionClosed, TimeoutError) as error:
            raise BrowserError(f"Chromium did not answer {method}: {error!r}") from error
        if "error" in answer:
            raise BrowserError(f"Chromium refused {method}: {answer['error'].get('message')}")
        result: dict[str, Any] = answer["result"]
        return result

    def open(self, width: int = 1280, height: int = 800) -> None:
        """Open an empty page of the given size and listen to its errors."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.call(f"{domain}.enable")
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    def evaluate(self, expression: str) -> Any:
        """Return the value of a JavaScript expression in the page."""
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in result:
            raise BrowserError(f"{expression}: {_text_of(result['exceptionDetails'])}")
        return result["result"].get("value")

    def wait_for(self, expression: str, *, timeout_s: float) -> bool:
        """Poll until the expression is true; return whether it became true in time."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            if self.evaluate(expression):
                return True
            time.sleep(0.1)
        return False

    def key(self, code: str, *, down: bool) -> None:
        """Press or release a key, named as in `KeyboardEvent.code`."""
        key = code.removeprefix("Key").lower() if code.startswith("Key") else code
        self.call("Input.dispatchKeyEvent", type="keyDown" if down else "keyUp", code=code, key=key)

    def point(self, x: int, y: int) -> None:
        """Move the mouse to a place in the page, in CSS pixels."""
        self.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)

    def screenshot(self) -> bytes:
        """Return a PNG of the page."""
        return base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"])

    def _note(self, event: dict[str, Any]) -> None:
        parameters = event.get("params", {})
        if event.get("method") == "Runtime.exceptionThrown":
            self.errors.append(_text_of(parameters["exceptionDetails"]))
        elif event.get("method") == "Log.entryAdded" and parameters["entry"]["level"] == "error":
            entry = parameters["entry"]
            self.errors.append(f"{entry['text']} {entry.get('url', '')}".strip())
        elif event.get("method") == "Inspector.targetCrashed":
            self.errors.append("the page crashed")


def find_chromium() -> str:
    """Return the command that starts Chromium; $CHROMIUM names another one.

    Raises:
        BrowserError: there is none.
    """
    chosen = os.environ.get("CHROMIUM")
    for name in (chosen,) if chosen else NAMES:
        if found := shutil.which(name):
            return found
    raise BrowserError(
        "Chromium was not found: install it (Debian: apt-get install chromium), "
        "or set CHROMIUM to its path"
    )


@contextmanager
def browser(log: Path) -> Iterator[Page]:
    """Run a headless Chromium with a fresh profile; its output goes to `log`."""
    command = find_chromium()
    with tempfile.TemporaryDirectory(prefix="ringfall-", ignore_cleanup_errors=True) as profile:
        with log.open("wb") as output:
            process = subprocess.Popen(
                [command, f"--user-data-dir={profile}", *ARGUMENTS],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            with connect(
                _address(process, Path(profile), log),
                max_size=MESSAGE_BYTES_MAX,
                compression=None,
                ping_interval=None,
                proxy=None,
            ) as socket:
                yield Page(socket)
        finally:
            _stop(process)


def _address(process: subprocess.Popen[bytes], profile: Path, log: Path) -> str:
    """Wait for the file in which Chromium names its port, and return the WebSocket address."""
    port_file = profile / "DevToolsActivePort"
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        lines = port_file.read_text().splitlines() if port_file.is_file() else []
        if len(lines) >= 2:
            return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
        time.sleep(0.05)
    raise BrowserError(f"Chromium did not start; its last words are in {log}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(timeout=10)


def _text_of(details: dict[str, Any]) -> str:
    exception = details.get("exception", {})
    text = exception.get("description") or exception.get("value") or details.get("text", "error")
    return str(text).splitlines()[0]
