"""Whether a client gets the snapshot of a tick, one client at a time."""

from __future__ import annotations


class Client:
    """What is known of one: ticks on their way, ticks sent, how often it gets one."""

    def __init__(self) -> None:
        self.newest, self.every = -1, 1
        self.flying: list[int] = []
        self.sent: list[int] = []
        self.bars = self.asks = False
        self.said = 0

    def due(self, tick: int, window: int) -> int:
        """0 for not yet, 1 for now, 2 when somebody else has to be asked."""
        pauses = self.newest >= 0 and tick < self.newest + self.every
        blocked = len(self.flying) >= window
        self.said = 2 if self.bars else 0 if pauses else 2 if blocked else 1
        return self.said

    def told(self, answer: int) -> int:
        """1 for whoever gets one and wants its exact own state, once."""
        told = self.asks and answer == 1
        self.asks = self.asks and not told
        return int(told)

    def note(self, tick: int) -> None:
        """It was sent one."""
        self.newest = tick
        self.flying.append(tick)
        self.sent.append(tick)
