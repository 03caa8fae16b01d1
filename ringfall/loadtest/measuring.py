"""What is counted of each client, and what it comes to.

A snapshot's *age* is how long after its tick was due it was in the client's hands.  Both clocks are
needed for that: tick t is taken to be due at t / rate plus the least difference that the connection
ever saw between that and an arrival, less half its shortest round trip (a PING).  So a line's own
delay is part of the age, and so is whatever a tick began late, waited or queued.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Final

STEPS_PER_S: Final = 2000  # half milliseconds
_SENT_MAX: Final = 512
_PINGS_MAX: Final = 8


@dataclass(slots=True)
class Tally:
    """What became of one client while it was measured.

    Attributes:
        bytes_down: of the game connection, frames and all.
        sizes: bytes of snapshots' payloads; ages, acks: in half milliseconds.
        played_s: time in matches; predicted_s: of it with a prediction.
        disconnects: what the client did not want, refusals: why it was not let in, by reason.
        inputs_held: commands not sent because the line was full.
    """

    bytes_down: int = 0
    snapshots: int = 0
    sizes: Counter[int] = field(default_factory=Counter)
    ages: Counter[int] = field(default_factory=Counter)
    acks: Counter[int] = field(default_factory=Counter)
    played_s: float = 0.0
    predicted_s: float = 0.0
    corrections: int = 0
    misses: int = 0
    refreshes: int = 0
    deaths: int = 0
    matches: int = 0
    inputs_held: int = 0
    disconnects: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)


class Meter:
    """Times of one connection; ``settle`` adds them to a tally.

    Args:
        tally: added to while ``open``.
        rate_hz: ticks a second.
    """

    def __init__(self, tally: Tally, rate_hz: float) -> None:
        self._tally, self._rate_hz = tally, rate_hz
        self._offsets: Counter[int] = Counter()
        self._least: int | None = None
        self._trip_s: float | None = None
        self._sent: deque[tuple[int, float]] = deque(maxlen=_SENT_MAX)
        self._pings: dict[int, float] = {}

    def ping(self, nonce: int, now_s: float) -> None:
        """A PING was sent."""
        if len(self._pings) < _PINGS_MAX:
            self._pings[nonce] = now_s

    def pong(self, nonce: int, now_s: float) -> None:
        """Its answer came."""
        sent_s = self._pings.pop(nonce, None)
        if sent_s is not None:
            trip = now_s - sent_s
            self._trip_s = trip if self._trip_s is None else min(self._trip_s, trip)

    def sent(self, seq: int, now_s: float) -> None:
        """An INPUT was sent."""
        self._sent.append((seq, now_s))

    def snapshot(self, tick: int, ack_seq: int, size: int, now_s: float, counts: bool) -> None:
        """A snapshot arrived; ``counts`` while it is measured."""
        offset = round((now_s - tick / self._rate_hz) * STEPS_PER_S)
        self._least = offset if self._least is None else min(self._least, offset)
        sent = self._sent
        while sent and sent[0][0] <= ack_seq:
            _, sent_s = sent.popleft()
            if counts:
                self._tally.acks[round((now_s - sent_s) * STEPS_PER_S)] += 1
        if counts:
            self._offsets[offset] += 1
            self._tally.snapshots += 1
            self._tally.sizes[size] += 1

    def settle(self) -> None:
        """The connection has ended: its arrivals become ages."""
        if self._least is None:
            return
        half_trip = round((self._trip_s or 0.0) / 2.0 * STEPS_PER_S)
        for offset, count in self._offsets.items():
            self._tally.ages[offset - self._least + half_trip] += count
        self._offsets.clear()


def quantile(counts: Counter[int], share: float) -> int | None:
    """The least value that so great a share is not above; None of nothing."""
    total, below = sum(counts.values()), 0
    for value, count in sorted(counts.items()):
        below += count
        if below >= share * total:
            return value
    return None


def in_ms(counts: Counter[int], share: float) -> float | None:
    """A quantile of times, in ms."""
    found = quantile(counts, share)
    return None if found is None else found * 1000.0 / STEPS_PER_S
