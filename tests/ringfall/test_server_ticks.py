"""A tick of a server: what has arrived before it is in it."""

from __future__ import annotations

from typing import Any, cast

import pytest
import trio

from net import listener
from ringfall.config import Config, ServerSection
from ringfall.datapack import load_datapack
from ringfall.hosting.hosted import HostedMatch
from ringfall.pacing import TickClock
from ringfall.server import Server


class Played:
    """A match and an intake in one, which write down what happens."""

    match_id = "played"

    def __init__(self) -> None:
        self.steps: list[str] = []

    def gather(self) -> bool:
        self.steps.append("gather")
        return True

    def advance(self) -> None:
        self.steps.append("advance")


@pytest.mark.parametrize("direct_frames", [True, False])
def test_a_tick_begins_with_reading_everybody(direct_frames: bool) -> None:
    config = Config(server=ServerSection(direct_frames=direct_frames))
    server = Server(config, load_datapack(), 8)
    assert (server.matches._intake is not None) == (direct_frames and listener.AVAILABLE)
    played = Played()
    if server.matches._intake is not None:
        server.matches._intake = cast(Any, played)

    async def play() -> None:
        clock = TickClock(30, 5, trio.current_time())
        server.matches._play_tick(cast(HostedMatch, played), clock)

    trio.run(play)
    wanted = ["gather", "advance"] if server.matches._intake is not None else ["advance"]
    assert played.steps == wanted
