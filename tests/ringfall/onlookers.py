"""People with an outbox, whose every snapshot is held to the twin of docs/protocol.md.

Which player's snapshots somebody should get, and how late, is worked out here anew, from what the
page says of the living, the dead and watchers; ``tests.net.watched`` judges what is in them.
"""

from __future__ import annotations

from typing import Any

import msgpack

from net.outbox import Ending, Outbox
from ringfall.hosting.hosted import HostedMatch
from schema.messages import ServerKind as K
from schema.messages import Spectate
from tests.net.states import state_of
from tests.net.watched import Follower
from tests.oracle.scenery import State
from tests.oracle.snapshot import Reader
from tests.ringfall.packs import outbox, take_all, wish


class Past:
    """A match with people, and every tick of it in the twin's plain values.

    Attributes:
        states: by tick.
        after: ticks since the match has ended.
        killer_ticks, watch_ticks: how late the dead and watchers see it.
    """

    def __init__(self, hosted: HostedMatch, killer_ticks: int, watch_ticks: int) -> None:
        self.hosted, self.match = hosted, hosted.match
        self.killer_ticks, self.watch_ticks = killer_ticks, watch_ticks
        self.states: dict[int, State] = {}
        self.after = 0

    @property
    def now(self) -> State:
        """The state of now."""
        return self.states[self.match.tick]

    def run(self, ticks: int, *people: Onlooker) -> None:
        """Play on while these people listen."""
        for _ in range(ticks):
            self.hosted.advance()
            self.states[self.match.tick] = state_of(self.match.world)
            for person in people:
                person.listen()


def tick_of(payload: bytes, before: int) -> int:
    """What tick a snapshot is of."""
    if payload[0] & 1:
        return int.from_bytes(payload[2:6], "little")
    return before + (payload[2] if payload[0] & 2 else 1)


class Onlooker:
    """Somebody who acknowledges everything.

    Attributes:
        look: whose snapshots came last, and whether as that player's own.
        ticks, fulls: of the snapshots that came, and of the full ones among them.
        news: every other message.
    """

    def __init__(self, past: Past, **limits: int) -> None:
        self.past = past
        self.box: Outbox = outbox(**{"messages_max": 256, **limits})
        self.look: tuple[int, bool] = (-1, False)
        self.ticks: list[int] = []
        self.fulls: list[int] = []
        self.followers: list[Follower] = []
        self.news: list[list[Any]] = []
        self.ending: Ending | None = None
        self.wanted: int | None = None

    @property
    def reader(self) -> Reader:
        """What it knows."""
        return self.followers[-1].reader

    @property
    def eyes(self) -> int:
        """Through whose eyes it looks."""
        return int(self.reader.match["eyes_slot"])

    @property
    def alive(self) -> bool:
        """Whether the player whose snapshots it gets is alive."""
        return bool(self.reader.own["self_flags"] & 1)

    def spectate(self, slot: int) -> None:
        """Ask to see somebody."""
        self.wanted = slot
        self.seat.receive(Spectate(slot))

    @property
    def seat(self) -> Any:
        """The connection."""
        raise NotImplementedError

    def due(self) -> tuple[int, bool, int]:
        """Whose snapshots it should get now, whether as that player's own, and how late."""
        raise NotImplementedError

    def listen(self) -> list[list[Any]]:
        """Take what has come, and hold it to the twin."""
        found = []
        for item in take_all(self.box):
            if isinstance(item, Ending):
                self.ending = item
                continue
            message = msgpack.unpackb(item)
            if message[0] == K.SNAPSHOT:
                self._see(message[1], item)
            else:
                found.append(message)
        self.news += found
        return found

    def _see(self, payload: bytes, frame: bytes) -> None:
        slot, plays, late = self.due()
        before = self.ticks[-1] if self.ticks else -1
        tick = tick_of(payload, before)
        assert before < tick <= self.past.match.tick + self.past.after - late
        assert late or tick == self.past.match.tick
        if (slot, plays, bool(late)) != (*self.look, self._was_late) or not self.followers:
            assert payload[0] & 1, "another stream begins with a full snapshot"
            self.followers.append(Follower(slot, self.seat.feed.seat, plays))
        if payload[0] & 1:
            self.fulls.append(tick)
        self.look, self._was_late = (slot, plays), bool(late)
        follower = self.followers[-1]
        follower.lead = self.past.match.mailbox.lead(slot) if plays else 0
        follower.take(self.past.states[tick], frame)
        self.ticks.append(tick)
        self.box.acked(tick)

    _was_late = False


class Watcher(Onlooker):
    """Somebody who watches ``slot``, or the first who lives."""

    def __init__(
        self, past: Past, slot: int | None = None, messages_max: int = 256, **who: Any
    ) -> None:
        super().__init__(past, messages_max=messages_max)
        self.wanted = slot
        self._seat = past.hosted.watch(wish("Eve", watching=True, slot=slot, **who), self.box)

    @property
    def seat(self) -> Any:
        return self._seat

    def spectate(self, slot: int) -> None:
        before = self.wanted
        super().spectate(slot)
        if slot >= self.past.match.entrants:
            self.wanted = before

    def due(self) -> tuple[int, bool, int]:
        slot = 0 if self.wanted is None else self.wanted
        return slot, False, self.past.watch_ticks


class Person(Onlooker):
    """A player."""

    def __init__(self, past: Past, name: str, **limits: int) -> None:
        super().__init__(past, **limits)
        self._seat = past.hosted.seat(wish(name), self.box)

    @property
    def seat(self) -> Any:
        return self._seat

    @property
    def slot(self) -> int:
        """Of the body."""
        return int(self._seat.slot)

    def due(self) -> tuple[int, bool, int]:
        bodies, own = self.past.now.bodies, self.slot
        if bodies[own].alive or self.past.match.over:
            return own, True, 0
        mates = [n for n, b in enumerate(bodies) if b.alive and b.team == bodies[own].team]
        if mates:
            return (self.wanted, False, 0) if self.wanted in mates else (own, True, 0)
        return own, False, self.past.killer_ticks
