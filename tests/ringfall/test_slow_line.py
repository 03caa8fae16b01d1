"""A client whose line carries half of what it needs: how old is what it sees, and what do others.

All in ticks: the line takes so many bytes a tick and keeps everything else, as the kernel's buffers
and those on the way do, so nothing but acknowledgements tells the server that it is slow.
"""

from __future__ import annotations

from collections import deque
from functools import cache

import pytest

from net.limits import Limits
from net.outbox import Outbox
from ringfall.hosting import HostedMatch
from schema.messages import Input, ServerKind
from tests.ringfall.packs import new_match, outbox, take_all, wish

PLAYERS = 12
RATE_HZ = 30
WARM_UP_TICKS, TICKS = 120, 480
BEHIND_MAX_S = 0.4
QUEUED_MAX_BYTES = 16_384


class Line:
    """A client behind a queue without end; it acknowledges what it has as soon as that arrives.

    Args:
        bytes_per_tick: what gets through.
        there_ticks, back_ticks: how long a byte is on its way once it got through, each way.

    Attributes:
        ages: in ticks, of the newest snapshot that the client has, after every tick.
        queued_most: bytes that had not got through at one time.
    """

    def __init__(
        self, box: Outbox, bytes_per_tick: float, there_ticks: int, back_ticks: int
    ) -> None:
        self.box, self.bytes_per_tick = box, bytes_per_tick
        self._there_ticks, self._back_ticks = there_ticks, back_ticks
        self._queue: deque[tuple[int, int]] = deque()
        self._credit = 0.0
        self._arrivals: deque[tuple[int, int]] = deque()
        self._acks: deque[tuple[int, int]] = deque()
        self.newest = self.sent_bytes = self.snapshots = self.queued_most = 0
        self.ages: list[int] = []
        box.hand_over = self.carry

    def carry(self, message: bytes) -> bool:
        """The kernel takes whatever it is given."""
        self._queue.append((len(message), self.box.newest_tick))
        self.sent_bytes += len(message)
        self.snapshots += message[1] == ServerKind.SNAPSHOT
        return True

    def pass_tick(self, tick: int) -> None:
        """What a tick carries gets through; what is due arrives, at either end."""
        for message in take_all(self.box):
            assert isinstance(message, bytes)
            self.carry(message)
        self._credit += self.bytes_per_tick
        while self._queue and self._queue[0][0] <= self._credit:
            size, newest = self._queue.popleft()
            self._credit -= size
            self._arrivals.append((tick + self._there_ticks, newest))
        if not self._queue:
            self._credit = 0.0
        while self._arrivals and self._arrivals[0][0] <= tick:
            _, self.newest = self._arrivals.popleft()
            self._acks.append((tick + self._back_ticks, self.newest))
        while self._acks and self._acks[0][0] <= tick:
            self.box.acked(self._acks.popleft()[1])
        self.ages.append(tick - self.newest)
        self.queued_most = max(self.queued_most, sum(size for size, _ in self._queue))


def play(bytes_per_tick: float, there_ticks: int = 0, back_ticks: int = 1) -> list[Line]:
    """A match in which everybody runs about; the first one's line is this one."""
    limits = Limits()
    hosted = HostedMatch("the-match", new_match(PLAYERS))
    lines, seats = [], []
    for number in range(PLAYERS):
        box = outbox(unacked_max=limits.unacked_max, skips_in_a_row_max=limits.skips_in_a_row_max)
        seats.append(hosted.seat(wish(str(number)), box))
        line = (bytes_per_tick, there_ticks, back_ticks) if number == 0 else (float("inf"), 0, 1)
        lines.append(Line(box, *line))
    for line in lines:
        # WELCOME and its map are not what is looked at here.
        take_all(line.box)
    for tick in range(1, TICKS + 1):
        for number, seat in enumerate(seats):
            way = (number * 601 + tick // 7 * 977) % 4096
            seat.receive(Input(tick, way, way, 9, 1, 0))
        hosted.advance()
        for line in lines:
            line.pass_tick(hosted.match.tick)
    return lines


@cache
def needed() -> float:
    """Bytes a tick of somebody whose line is never full."""
    return play(float("inf"))[0].sent_bytes / TICKS


@pytest.mark.parametrize(("there_ticks", "back_ticks"), [(0, 1), (1, 2), (3, 3), (6, 6)])
def test_half_a_line_sees_the_match_little_later(there_ticks: int, back_ticks: int) -> None:
    slow, *others = play(needed() / 2, there_ticks, back_ticks)
    trip_ticks = there_ticks + back_ticks
    assert max(slow.ages[WARM_UP_TICKS:]) <= trip_ticks + BEHIND_MAX_S * RATE_HZ
    assert slow.snapshots > TICKS / 6, "it starves"
    assert slow.queued_most < QUEUED_MAX_BYTES, "the window is what waits, whatever has room"
    assert not slow.box.closing
    assert {line.snapshots for line in others} == {TICKS}, "others get every tick"
    assert {max(line.ages[WARM_UP_TICKS:]) for line in others} == {0}
