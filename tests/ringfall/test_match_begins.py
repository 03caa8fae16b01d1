"""A match's first tick waits for what it is recorded in, and not for ever."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
import trio
import trio.testing

from persistence.sink import JournalSink
from ringfall.config import Config
from ringfall.datapack import load_datapack
from ringfall.hosting.hosted import HostedMatch
from ringfall.matches import JOURNAL_WAIT_S
from ringfall.server import Server


class Timed:
    """A match of three ticks that writes down when they were."""

    match_id = "timed"
    match = SimpleNamespace(tick=0, rules=SimpleNamespace(rate_hz=30))

    def __init__(self) -> None:
        self.times_s: list[float] = []

    @property
    def finished(self) -> bool:
        return len(self.times_s) == 3

    def advance(self) -> None:
        self.times_s.append(trio.current_time())

    def show_the_rest(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("ready_s", "begins_s"),
    [(0.0, 0.0), (0.7, 0.7), (3600.0, JOURNAL_WAIT_S)],
    ids=["at once", "a slow disk", "a disk that is stuck"],
)
def test_the_first_tick_waits_for_journal_and_tail(
    monkeypatch: pytest.MonkeyPatch, ready_s: float, begins_s: float
) -> None:
    server = Server(Config(), load_datapack(), 8)
    timed = Timed()
    monkeypatch.setattr(server.matches, "_seal", lambda *_: None)
    monkeypatch.setattr(server.metrics, "match_ended", lambda _: None)
    server.lobby.matches.append(cast(Any, timed))

    async def play() -> None:
        recording = trio.Event()
        begin_s = trio.current_time()
        async with trio.open_nursery() as nursery:
            sink = JournalSink()
            nursery.start_soon(server.matches._run_match, cast(HostedMatch, timed), sink, recording)
            await trio.sleep(ready_s)
            recording.set()
        assert begins_s <= timed.times_s[0] - begin_s < begins_s + 0.1
        assert server.lobby.matches == []

    trio.run(play, clock=trio.testing.MockClock(autojump_threshold=0.0))
