"""A player made of another WebSocket library, another MessagePack and the page on the protocol."""

from __future__ import annotations

import contextlib
import math
import socket
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import msgpack
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.oracle.snapshot import Reader
from tests.server.door import new_guest, ticket_of
from tests.server.servers import HOST, WAIT_S, Served
from tests.server.views import View, view_of

VERSION = 3
JOIN, INPUT, PING, SPECTATE = 1, 2, 3, 4
NEW, RESUMED, WATCHING = 0, 1, 2
WELCOME, SNAPSHOT, JOINED, ERROR, PONG, RESULT, KILL = range(1, 8)
MOVE, PRIMARY, SECONDARY, SPECIAL, MOBILITY, INTERACT, RESYNC = 1, 2, 4, 8, 16, 32, 64
ANY_ROLE, ANYWHERE = 255, 0
LEFT_THE_MATCH, ZONE = 242, 240
ALIVE, OVER = 1, 3
RIGHT, DOWN, LEFT, UP = 0, 1024, 2048, 3072


class Player:
    """A client in a match.

    Attributes:
        welcome: as received.
        news: every message but snapshots, in order.
        view: the newest snapshot.
        seen: how many snapshots came.
    """

    def __init__(
        self,
        server: Served,
        name: str = "Ada",
        role: int = ANY_ROLE,
        drop: int = ANYWHERE,
        *,
        token: str | None = None,
        ticket: str | None = None,
        resume_tick: int | None = None,
        **options: Any,
    ) -> None:
        self.token = token or ("" if ticket else new_guest(server, name))
        ticket = ticket or ticket_of(server, self.token, role=role, drop=drop)
        self._stack = contextlib.ExitStack()
        self.socket = self._stack.enter_context(
            connect(
                f"ws://{HOST}:{server.game_port}/",
                open_timeout=WAIT_S,
                close_timeout=WAIT_S,
                compression=None,
                proxy=None,
                **options,
            )
        )
        self.news: list[list[Any]] = []
        self.view: View | None = None
        self.reader = Reader()
        self.seen = 0
        self.seq = 0
        self.acks = True
        said = [] if resume_tick is None else [resume_tick]
        self.socket.send(msgpack.packb([JOIN, VERSION, ticket, *said]))
        self.welcome = self.wait_news(WELCOME)
        self.slot: int = self.welcome[2]
        self.mode: int = self.welcome[9]
        self.rules: dict[str, Any] = self.welcome[7]

    def receive(self, timeout_s: float = WAIT_S) -> list[Any]:
        """The next message; snapshots are taken apart."""
        data = self.socket.recv(timeout=timeout_s)
        assert isinstance(data, bytes)
        message = msgpack.unpackb(data)
        assert isinstance(message, list)
        if message[0] == SNAPSHOT:
            before = self.reader.tick
            self.reader.apply(message[1])
            assert self.reader.tick > before
            self.view = view_of(self.reader, self.slot)
            self.seen += 1
        else:
            self.news.append(message)
        return message

    def wait_news(self, kind: int) -> list[Any]:
        """The first message of a kind, from the past or from now on."""
        give_up = time.monotonic() + WAIT_S
        looked = 0
        while True:
            for message in self.news[looked:]:
                if message[0] == kind:
                    return message
            looked = len(self.news)
            assert time.monotonic() < give_up, f"no message of kind {kind}: {self.news}"
            if self.receive()[0] == SNAPSHOT and self.acks:
                self.send()

    def send(self, buttons: int = 0, move: int = 0, aim: int = 0, reach: int = 255) -> None:
        """Send one INPUT."""
        self.seq += 1
        ack = self.view.header.tick if self.view is not None and self.acks else 0
        self.socket.send(msgpack.packb([INPUT, self.seq, move, aim, reach, buttons | RESYNC, ack]))

    def step(self, buttons: int = 0, move: int = 0, aim: int = 0, reach: int = 255) -> View:
        """Send one INPUT, and wait for a snapshot."""
        self.send(buttons, move, aim, reach)
        give_up = time.monotonic() + WAIT_S
        while self.receive()[0] != SNAPSHOT:
            assert time.monotonic() < give_up, self.news
        assert self.view is not None
        return self.view

    def until(
        self,
        condition: Callable[[View], Any],
        buttons: int = 0,
        move: int = 0,
        aim: int = 0,
        reach: int = 255,
    ) -> View:
        """Step with the same input until a snapshot is as wanted."""
        give_up = time.monotonic() + WAIT_S
        while True:
            view = self.step(buttons, move, aim, reach)
            if condition(view):
                return view
            assert time.monotonic() < give_up, view

    def told(self, seq: int) -> Any:
        """Read until a snapshot says that an INPUT counts, and return it; nothing is sent."""
        while self.view is None or self.view.header.ack_seq < seq:
            self.receive()
        return self.view

    def applied(self, buttons: int = 0, move: int = 0) -> Any:
        """Step with the same input until a snapshot says that it counts."""
        seq = self.seq + 1
        return self.until(lambda view: view.header.ack_seq >= seq, buttons, move)

    def catch_up(self) -> None:
        """Read what has arrived already."""
        with contextlib.suppress(TimeoutError):
            while True:
                self.receive(timeout_s=0.0)

    def settle(self) -> View:
        """Let go of everything until the server has applied that and the body stands."""
        places: list[tuple[int, int]] = []
        self.send()
        wanted = self.seq

        def stands(view: View) -> bool:
            places.append((self.body.x, self.body.y))
            return view.header.ack_seq >= wanted and places[-4:] == [places[-1]] * 4

        return self.until(stands)

    def skill(self, slot: int) -> dict[str, Any]:
        """What WELCOME says of the skill in one of the own slots."""
        assert self.view is not None
        found = self.rules["skills"][self.view.header.slots[slot].skill]
        assert isinstance(found, dict)
        return found

    def hand(self, slot: int) -> SimpleNamespace:
        """How it stands with the skill in one of the own slots."""
        assert self.view is not None
        return self.view.header.slots[slot]

    @property
    def body(self) -> SimpleNamespace:
        """The own body."""
        assert self.view is not None
        assert self.view.header.self_alive, "dead"
        body = self.view.players[0]
        assert body.slot == self.slot
        return body

    def other(self, slot: int) -> SimpleNamespace:
        """Somebody else's body, which must be in view."""
        assert self.view is not None
        [body] = [row for row in self.view.players if row.slot == slot]
        return body

    def aim_at(self, slot: int) -> int:
        """The direction in which somebody stands."""
        here, there = self.body, self.other(slot)
        angle = math.atan2(there.y - here.y, there.x - here.x)
        return round(angle / (2 * math.pi) * 4096) % 4096

    def wait_closed(self) -> tuple[int, str]:
        """Read to the end, acknowledging: close code and reason."""
        give_up = time.monotonic() + WAIT_S
        with contextlib.suppress(ConnectionClosed):
            while True:
                assert time.monotonic() < give_up, self.news
                if self.receive()[0] == SNAPSHOT and self.acks:
                    # What arrived before the end is read even if nothing can be sent any more.
                    with contextlib.suppress(ConnectionClosed):
                        self.send()
        closed = self.socket.protocol.close_rcvd
        return (closed.code, closed.reason) if closed is not None else (1006, "")

    def leave(self) -> None:
        """Close in good order, which is for good."""
        self._stack.close()

    def break_off(self) -> None:
        """Be gone without a word, as when a line breaks."""
        self.socket.socket.shutdown(socket.SHUT_RDWR)
        self._stack.close()


@contextlib.contextmanager
def playing(server: Served, *names: str, **options: Any) -> Iterator[list[Player]]:
    """Clients in a match who see each other, and have read all that waited meanwhile.

    ``options`` are those of every ``Player``.
    """
    with contextlib.ExitStack() as stack:
        players = []
        for name in names:
            player = Player(server, name, **options)
            stack.callback(player.leave)
            players.append(player)
        slots = {player.slot for player in players}
        for player in players:
            player.until(lambda view: slots <= {row.slot for row in view.players})
            player.catch_up()
        yield players
