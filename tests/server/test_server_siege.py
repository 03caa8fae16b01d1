"""A small siege; `make siege` is the long one."""

from __future__ import annotations

from pathlib import Path

from tests.server.servers import serving
from tests.server.siege import OPEN_GATES, STAYING, besiege


def test_fuzzed_frames_and_dropped_connections(tmp_path: Path) -> None:
    with serving(tmp_path, limits=OPEN_GATES, match={"bots": 0}, players=STAYING) as server:
        siege = besiege(server, frames=8_000, drops=100, seed=1)
        assert siege.frames > 2_000
        assert siege.connections >= 110
        assert server.stop() == 0
