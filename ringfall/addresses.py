"""Where a server listens, and what is said when it cannot."""

from __future__ import annotations

import socket
from dataclasses import dataclass

from ringfall.config import ServerSection


class StartError(Exception):
    """The server cannot start; the text says why and what to do."""


@dataclass(slots=True)
class Addresses:
    """Where a started server can be reached."""

    page: str = ""
    http_port: int = 0
    game_port: int = 0


def bind(settings: ServerSection) -> tuple[socket.socket, socket.socket, Addresses]:
    """Listen for the page and for the game, and say where.

    Raises:
        StartError: a port is taken.
    """
    http = _listen(settings.host, settings.http_port, "http_port", "--http-port")
    try:
        game = _listen(settings.host, settings.game_port, "game_port", "--game-port")
    except StartError:
        http.close()
        raise
    http_port = http.getsockname()[1]
    shown = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host
    shown = f"[{shown}]" if ":" in shown else shown
    return http, game, Addresses(f"http://{shown}:{http_port}/", http_port, game.getsockname()[1])


def _listen(host: str, port: int, key: str, flag: str) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=256)
    except (OSError, OverflowError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise StartError(
            f"cannot listen on {host} port {port}: {reason}; choose another with {flag} or "
            f"server.{key}"
        ) from None
