"""Coming in over HTTP, as the page does: a guest, then a ticket for each match."""

from __future__ import annotations

import ipaddress
import math
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
import trio

AT_ONCE: Final = 16  # requests under way
TIMEOUT_S: Final = 15.0


class RefusedError(Exception):
    """The server said no, or nothing.

    Attributes:
        reason: its code, or one of ours.
        retry_after_s: when to try again.
    """

    def __init__(self, reason: str, retry_after_s: float) -> None:
        super().__init__(reason)
        self.reason, self.retry_after_s = reason, retry_after_s


class ForeignError(Exception):
    """The game is on another machine, and nobody said that this is all right."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """A way into a match.

    Attributes:
        text: for JOIN.
        host, port, path: where the game is; tls: whether it is wss.
        match_id: the match it opens; resumed: whether one's body waits there.
    """

    text: str
    host: str
    port: int
    path: str
    tls: bool
    match_id: str = ""
    resumed: bool = False


class Door:
    """The HTTP side of one server.

    Args:
        url: of its page.
        foreign: whether the game may be on another machine.
    """

    def __init__(self, url: str, foreign: bool) -> None:
        self._foreign = foreign
        self._host = urlsplit(url).hostname or ""
        self._client = httpx.AsyncClient(base_url=url, timeout=TIMEOUT_S, trust_env=False)
        self._turns = trio.CapacityLimiter(AT_ONCE)

    async def aclose(self) -> None:
        """Close its connections."""
        await self._client.aclose()

    async def config(self) -> dict[str, Any]:
        """What the server says of itself before anybody comes in.

        Raises:
            RefusedError: it does not answer as a Ringfall server does.
            ForeignError: its game is elsewhere.
        """
        found = await self._ask("GET", "/api/config")
        if "protocol_version" not in found:
            raise RefusedError("http_unknown_answer", 1.0)
        self._check(found.get("game_url"))
        return found

    async def guest(self, name: str) -> str:
        """A token.

        Raises:
            RefusedError: not now.
        """
        return str((await self._ask("POST", "/api/guest", {"name": name}))["token"])

    async def ticket(self, token: str) -> Ticket:
        """Quick play.

        Raises:
            RefusedError: not now.
            ForeignError: its game is elsewhere.
        """
        found = await self._ask("POST", "/api/play", {}, token)
        self._check(found["game_url"])
        text, match_id = str(found["ticket"]), str(found["match_id"])
        resumed = found.get("resumed") is True
        if found["game_url"] is None:
            port = int(found["game_port"])
            return Ticket(text, self._host, port, "/", False, match_id, resumed)
        game = urlsplit(str(found["game_url"]))
        tls = game.scheme == "wss"
        path = (game.path or "/") + (f"?{game.query}" if game.query else "")
        port = game.port or (443 if tls else 80)
        return Ticket(text, game.hostname or "", port, path, tls, match_id, resumed)

    def _check(self, game_url: object) -> None:
        """Go nowhere but where we were sent: a page may name any game."""
        host = self._host if game_url is None else urlsplit(str(game_url)).hostname or ""
        if not self._foreign and not is_here(host):
            raise ForeignError(
                f"the game of that page is at {host}, another machine; if that is yours as well, "
                "say so with --i-run-this-server"
            )

    async def metrics(self) -> str | None:
        """Its metrics; None where they are not to be had."""
        try:
            answer = await self._client.get("/metrics")
        except httpx.HTTPError:
            return None
        return answer.text if answer.status_code == 200 else None

    async def _request(self, method: str, path: str, **more: Any) -> httpx.Response:
        try:
            return await self._client.request(method, path, **more)
        except httpx.RemoteProtocolError:
            # A connection that was kept alive was closed at that very moment.
            return await self._client.request(method, path, **more)

    async def _ask(
        self, method: str, path: str, body: object = None, token: str | None = None
    ) -> dict[str, Any]:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        try:
            async with self._turns:
                answer = await self._request(method, path, json=body, headers=headers)
            found = answer.json()
        except httpx.HTTPError as error:
            raise RefusedError(f"http_{type(error).__name__}", 1.0) from None
        except ValueError:
            raise RefusedError(f"http_{answer.status_code}_without_json", 1.0) from None
        if not isinstance(found, dict):
            raise RefusedError("http_unknown_answer", 1.0)
        if answer.is_success:
            return found
        wait = found.get("retry_after")
        wait_s = float(wait) if isinstance(wait, (int, float)) and math.isfinite(wait) else 1.0
        raise RefusedError(str(found.get("code", f"http_{answer.status_code}")), wait_s)


def is_here(host: str) -> bool:
    """Whether a host is this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
