"""A match killed at any moment goes on as if nothing had been, or is set aside with the reason."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from persistence.reader import open_journal
from ringfall.replay import verify
from tests.ringfall.killed import KEYFRAME_TICKS, Played, Stage, leave_behind, play

TICKS = 420
AFTER = 200


@pytest.fixture(scope="module")
def played() -> Played:
    found = play(TICKS, bots=6, guests=5, team_size=2, join_window_s=5.0)
    assert found.over_tick is None
    assert any(tick.leaves for tick in found.ticks)
    assert any(tick.joins for tick in found.ticks[150:]), "bots that fill a team"
    assert any(entrant.player for tick in found.ticks[1:] for entrant in tick.joins)
    return found


def moments() -> list[tuple[int, int]]:
    """(tick, entries that had not reached the file): the awkward ones, and some at random."""
    draw = random.Random(5)
    chosen = [(1, 0), (1, 2), (2, 5), (KEYFRAME_TICKS, 0), (KEYFRAME_TICKS, 1)]
    chosen += [(KEYFRAME_TICKS + 1, 0), (KEYFRAME_TICKS + 1, 1), (KEYFRAME_TICKS + 1, 60)]
    chosen += [(10, 0), (11, 0), (11, 1), (12, 2), (2 * KEYFRAME_TICKS, 90)]
    return chosen + [(draw.randrange(1, TICKS), draw.choice((0, 1, 3, 30, 99))) for _ in range(12)]


@pytest.mark.parametrize(("tick", "lag"), moments())
def test_a_match_killed_at_any_tick_goes_on_as_the_one_that_was_not(
    tmp_path: Path, played: Played, tick: int, lag: int
) -> None:
    path = leave_behind(tmp_path, played.header, played.before(tick), lag)
    stage = Stage(tmp_path)
    report = stage.recover_and_play(played, AFTER)
    assert report.set_aside == []
    [found] = report.recovered
    assert (found.match_id, found.tick, found.over) == ("the-match", tick, False)
    found_now = verify(path)
    assert (found_now.divergence, found_now.damage, found_now.sealed) == (None, None, True)
    with open_journal(path) as journal:
        ticks = list(journal.ticks())
    assert ticks == played.ticks[: len(ticks)]
    assert len(ticks) == min(tick + AFTER, TICKS)
    assert list((tmp_path / "tails").iterdir()) == [], "the tail of a sealed journal is gone"
    assert [file.name for file in (tmp_path / "journals").iterdir()] == [path.name]
