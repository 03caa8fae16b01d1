"""A player that shares no code with the server: `websockets`, msgpack and docs/protocol.md.

It asks for a ticket over HTTP, joins, walks in a circle, and checks what a player would notice:
time passes, inputs are taken in order, the own body moves.
"""

from __future__ import annotations

import json
import math
import struct
import time
import urllib.request
from dataclasses import dataclass, field
from typing import Any

import msgpack
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.sync.client import ClientConnection, connect

VERSION = 3
JOIN, INPUT = 1, 2
WELCOME, SNAPSHOT, ERROR = 1, 2, 4
BUTTON_MOVE, BUTTON_PRIMARY, RESYNC = 1, 2, 64
FULL, SKIPPED, ACK_NEXT, ACK, CHECK, MOTION = 1, 2, 4, 8, 16, 32
"""Bits of a snapshot's first byte."""

PLACE = struct.Struct("<2d")
DIRECTIONS = 4096
WELCOME_S = 10.0
MOVED_U_MIN = 1.0


class PlayError(Exception):
    """The server did not do what docs/protocol.md says; the text is one line."""


@dataclass
class Seen:
    """What the player has seen so far; positions in units."""

    slot: int
    ticks: list[int] = field(default_factory=list)
    ack_seq: int = 0
    places: list[tuple[float, float]] = field(default_factory=list)


def ticket(host: str, http_port: int) -> str:
    """Become a guest and ask for a ticket.

    Raises:
        PlayError: the server refused.
    """
    token = _post(host, http_port, "/api/guest", {"name": "Smoke"}, "")["token"]
    return str(_post(host, http_port, "/api/play", {}, token)["ticket"])


def _post(host: str, port: int, path: str, body: object, token: str) -> dict[str, Any]:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    data = json.dumps(body).encode()
    request = urllib.request.Request(f"http://{host}:{port}{path}", data, headers)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=WELCOME_S) as response:
            return dict(json.load(response))
    except (OSError, ValueError) as error:
        raise PlayError(f"asking {path}: {error}") from error


def play(host: str, port: int, ticket: str, *, seconds: float) -> str:
    """Join and play for a while; return one line about it.

    Raises:
        PlayError: the server refused, fell silent, or sent something else than it should.
    """
    try:
        with connect(
            f"ws://{host}:{port}/", compression=None, proxy=None, open_timeout=WELCOME_S
        ) as socket:
            return _play(socket, ticket, seconds)
    except (WebSocketException, TimeoutError, OSError) as error:
        raise PlayError(f"playing over WebSocket: {error}") from error


def _play(socket: ClientConnection, ticket: str, seconds: float) -> str:
    socket.send(_packed([JOIN, VERSION, ticket]))
    welcome = _receive(socket, WELCOME_S)
    if welcome[0] != WELCOME or welcome[1] != VERSION:
        raise PlayError(f"JOIN was answered by message kind {welcome[0]} instead of WELCOME")
    slot, rate_hz = int(welcome[2]), float(welcome[3])
    seen = Seen(slot)
    seq, began = 0, time.monotonic()
    while (now := time.monotonic() - began) < seconds:
        if now * rate_hz >= seq:
            seq += 1
            # One turn in four seconds: a wall in one direction does not end the walk.
            direction = int(now * DIRECTIONS / 4) % DIRECTIONS
            newest = seen.ticks[-1] if seen.ticks else 0
            buttons = BUTTON_MOVE | BUTTON_PRIMARY | RESYNC
            socket.send(_packed([INPUT, seq, direction, direction, 0, buttons, newest]))
        try:
            _notice(seen, _receive(socket, 1 / rate_hz))
        except TimeoutError:
            continue
        except ConnectionClosed as error:
            raise PlayError(f"the server closed the connection: {error}") from error
    return _judge(seen, seq, seconds, rate_hz)


def _notice(seen: Seen, message: list[Any]) -> None:
    if message[0] == ERROR:
        raise PlayError(f"the server said {message[1]}: {message[2]}")
    if message[0] != SNAPSHOT:
        return
    tick, ack_seq, place = _head(bytes(message[1]), seen)
    if seen.ticks and tick <= seen.ticks[-1]:
        raise PlayError(f"tick {tick} came after tick {seen.ticks[-1]}")
    if ack_seq < seen.ack_seq:
        raise PlayError(f"ack_seq fell from {seen.ack_seq} to {ack_seq}")
    seen.ticks.append(tick)
    seen.ack_seq = ack_seq
    if place is not None:
        seen.places.append(place)


def _head(payload: bytes, seen: Seen) -> tuple[int, int, tuple[float, float] | None]:
    """Tick, newest input applied, and where the own body is if that is told."""
    flags, at = payload[0], 2
    tick = seen.ticks[-1] + 1 if seen.ticks else 0
    ack_seq, place = seen.ack_seq, None
    if not flags & FULL and not seen.ticks:
        raise PlayError("the first snapshot is not full")
    if flags & FULL:
        (tick,), at = struct.unpack_from("<I", payload, at), at + 4
    elif flags & SKIPPED:
        tick, at = tick - 1 + payload[at], at + 1
    if flags & ACK:
        (ack_seq,), at = struct.unpack_from("<I", payload, at), at + 4
    elif flags & ACK_NEXT:
        ack_seq += 1
    if flags & CHECK:
        at += 2
    if flags & MOTION:
        x_u, y_u = PLACE.unpack_from(payload, at)
        place = (x_u, y_u)
    return tick, ack_seq, place


def _judge(seen: Seen, sent: int, seconds: float, rate_hz: float) -> str:
    # A busy machine may skip many ticks, but not nearly all.
    if len(seen.ticks) < seconds * rate_hz / 10:
        raise PlayError(f"only {len(seen.ticks)} snapshots came in {seconds:.0f} s")
    if not 0 < seen.ack_seq <= sent:
        raise PlayError(f"{sent} inputs were sent and the newest applied is {seen.ack_seq}")
    if not seen.places:
        raise PlayError("where the own body is was never told")
    first = seen.places[0]
    moved_u = max(math.dist(first, place) for place in seen.places)
    if moved_u < MOVED_U_MIN:
        raise PlayError(f"the own body moved only {moved_u:.2f} units while walking")
    return (
        f"played {seconds:.0f} s over WebSocket: {len(seen.ticks)} snapshots, "
        f"{seen.ack_seq} of {sent} inputs applied, moved {moved_u:.1f} units"
    )


def _packed(message: list[Any]) -> bytes:
    packed: bytes = msgpack.packb(message)
    return packed


def _receive(socket: ClientConnection, timeout_s: float) -> list[Any]:
    data = socket.recv(timeout=timeout_s)
    if not isinstance(data, bytes):
        raise PlayError("the server sent a text message")
    message = msgpack.unpackb(data)
    if not isinstance(message, list) or not message:
        raise PlayError("the server sent something else than a MessagePack array")
    return message
