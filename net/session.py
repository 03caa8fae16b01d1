"""One client's conversation: what each of its messages may do, and how many it may send. No I/O."""

from __future__ import annotations

from typing import Protocol

import msgspec

from net import wire
from net.kernels import arriving
from net.limits import Limits, TokenBucket
from net.outbox import Outbox
from net.rejections import BadMessage, Counters, Flooding, shutting_down
from net.standing import Inbox, Standing, Standings
from schema.messages import (
    RESYNC,
    ClientMessage,
    CloseCode,
    Input,
    Join,
    Ping,
    Pong,
    Spectate,
)


class Seat(Protocol):
    """One client that has joined, as the game sees it. Called in the trio thread; never waits.

    Attributes:
        inbox: takes its commands where they are taken for all clients at once; None for a seat that
            wants every message by itself.
        slot: of the body that it moves.
    """

    @property
    def inbox(self) -> Inbox | None:
        """See above."""

    @property
    def slot(self) -> int | None:
        """See above."""

    def receive(self, message: Input | Spectate) -> None:
        """Take one message. PING and acknowledgements have been dealt with. May raise Rejection."""

    def leave(self, for_good: bool) -> None:
        """The connection has ended; ``for_good`` when the client said so. Called exactly once."""


class Door(Protocol):
    """Where the game lets clients in."""

    def enter(self, join: Join, outbox: Outbox, address: str) -> Seat:
        """Seat a client and push its WELCOME. May raise Rejection."""


class Session:
    """JOIN, then the other messages within their rates. Every method may raise Rejection."""

    def __init__(self, door: Door, limits: Limits, counters: Counters, now_s: float) -> None:
        self.standing = Standing(limits.unacked_max)
        self.outbox = Outbox(
            messages_max=limits.outbox_messages_max,
            unacked_max=limits.unacked_max,
            skips_in_a_row_max=limits.skips_in_a_row_max,
            standing=self.standing,
        )
        self._door = door
        self._limits = limits
        self._counters = counters
        self._bucket = TokenBucket(limits.messages_per_s, limits.messages_burst, now_s)
        self._inputs = TokenBucket(limits.inputs_per_s, limits.inputs_burst, now_s)
        self._pings = TokenBucket(limits.pings_per_s, limits.pings_burst, now_s)
        self._spectates = TokenBucket(limits.spectates_per_s, limits.spectates_burst, now_s)
        self._standings: Standings | None = None
        self._budget: TokenBucket | None = None
        self._seat: Seat | None = None
        self._goodbye = False

    @property
    def joined(self) -> bool:
        """Whether the game has given the client a seat."""
        return self._seat is not None

    def join(self, data: bytes | str, address: str) -> None:
        """Take the first message of a client."""
        self._counters.messages_in += 1
        join = self._decode(data, self._limits.message_bytes_max)
        if not isinstance(join, Join):
            raise BadMessage("the first message must be JOIN")
        if self.outbox.closing:
            # The goodbye is under way; a seat taken now would be left at once.
            raise shutting_down()
        self._seat = self._door.enter(join, self.outbox, address)
        self._counters.joined_open += 1

    def stand_among(self, standings: Standings, bytes_budget: TokenBucket) -> None:
        """From now on INPUTs may be taken together with those of others, past ``receive``.

        Args:
            bytes_budget: of all that the client sends.
        """
        seat, standing = self._seat, self.standing
        if seat is None or seat.inbox is None or seat.slot is None:
            return
        if standings.admit(standing, seat.inbox, seat.slot):
            self._standings, self._budget = standings, bytes_budget
            self._keep_buckets()

    def _keep_buckets(self) -> None:
        cells = self.standing.floats
        self._bucket.keep_in(cells, arriving.MESSAGES)
        self._inputs.keep_in(cells, arriving.INPUTS)
        if self._budget is not None:
            self._budget.keep_in(cells, arriving.BYTES)

    def receive(self, data: bytes | str, now_s: float) -> None:
        """Take any later message; over a rate it is dropped and counted."""
        self._counters.messages_in += 1
        if self.outbox.closing:
            return
        ints = self.standing.ints
        if ints[arriving.DROPS] and self._bucket.full(now_s):
            ints[arriving.DROPS] = 0
        if not self._bucket.take(now_s):
            self._drop("message_rate")
            return
        message = self._decode(data, self._limits.command_bytes_max)
        assert self._seat is not None
        # Nearly all are INPUTs.
        if isinstance(message, Input):
            if not self._inputs.take(now_s):
                self._drop("input_rate")
                return
            self.outbox.acked(message.ack)
            if message.buttons & RESYNC:
                # The game knows only buttons.
                self.outbox.ask_resync()
                message = msgspec.structs.replace(message, buttons=message.buttons & ~RESYNC)
            self._seat.receive(message)
        elif isinstance(message, Ping):
            if self._pings.take(now_s):
                self.outbox.push(wire.encode(Pong(message.nonce)))
            else:
                self._drop("ping_rate")
        elif isinstance(message, Spectate):
            if self._spectates.take(now_s):
                self._seat.receive(message)
            else:
                self._drop("spectate_rate")
        else:
            raise BadMessage("JOIN is sent once")

    def hung_up(self, close_code: int) -> None:
        """The WebSocket has closed. A client that does so itself does not mean to come back."""
        self._goodbye = close_code == CloseCode.NORMAL and not self.outbox.closing

    def leave(self) -> None:
        """Shut the box, and give the seat back if there is one. The game's exceptions pass."""
        self._counters.dropped["snapshot_skipped"] += self.outbox.skipped
        self.outbox.shut()
        if self._standings is not None:
            self._standings.dismiss(self.standing)
            self._keep_buckets()
        if self._seat is not None:
            seat, self._seat = self._seat, None
            self._counters.joined_open -= 1
            seat.leave(self._goodbye)

    def _decode(self, data: bytes | str, bytes_max: int) -> ClientMessage:
        if isinstance(data, str):
            raise BadMessage("messages are binary, not text")
        if len(data) > bytes_max:
            raise BadMessage(
                f"a message like this has at most {bytes_max} bytes", close_code=CloseCode.TOO_BIG
            )
        return wire.decode(data)

    def _drop(self, reason: str) -> None:
        self.standing.ints[arriving.DROPS] += 1
        self._counters.dropped[reason] += 1
        if self.standing.ints[arriving.DROPS] > self._limits.flood_drops_max:
            raise Flooding("too many messages per second")
