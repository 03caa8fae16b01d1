"""Which team a newcomer joins, and what bots are."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfall.lineup import bot_level, bot_role, least_played, open_team
from tests.ringfall.packs import shipped


@pytest.mark.parametrize(
    ("members", "in_play", "size", "team"),
    [
        ([], [], 1, 0),
        ([], [], 4, 0),
        ([1], [0], 1, 1),
        ([1], [0], 2, 0),
        ([2, 1], [0, 1], 2, 1),
        ([1, 3, 3], [0, 1, 2], 4, 1),
        ([1, 3, 3], [0, 2], 4, 2),
        ([1, 3, 3], [], 4, 3),
        ([4, 4], [0, 1], 4, 2),
    ],
)
def test_open_team(members: list[int], in_play: list[int], size: int, team: int) -> None:
    assert open_team(members, in_play, size) == team


@given(st.integers(1, 4), st.lists(st.booleans(), max_size=60))
def test_whoever_comes_alone_leaves_no_team_open_that_could_be_full(
    size: int, out: list[bool]
) -> None:
    """Of teams in play at most one is open, as long as everybody comes alone."""
    members: list[int] = []
    gone: set[int] = set()
    for leaves in out:
        in_play = [team for team in range(len(members)) if team not in gone]
        team = open_team(members, in_play, size)
        assert team not in gone
        if team == len(members):
            members.append(0)
        members[team] += 1
        if leaves:
            gone.add(team)
        playing = [count for n, count in enumerate(members) if n not in gone]
        assert sum(count < size for count in playing) <= 1
        assert all(0 < count <= size for count in members)


def test_least_played() -> None:
    assert least_played([], 4) == 0
    assert least_played([0, 1, 3], 4) == 2
    assert least_played([0, 1, 2, 3], 4) == 0
    assert least_played([2, 0, 2], 3) == 1


@pytest.mark.parametrize("seed", [0, 1, 999, 2**62 + 17])
@pytest.mark.parametrize("count", [10, 30, 100])
def test_levels_come_in_their_shares(seed: int, count: int) -> None:
    bots = shipped().bots
    found = Counter(bot_level(slot, seed, bots) for slot in range(count))
    shares = (bots.easy.share_ratio, bots.normal.share_ratio, bots.hard.share_ratio)
    for level, share in enumerate(shares, start=1):
        assert abs(found[level] - share * count) <= 2


@pytest.mark.parametrize("share", ["easy", "normal", "hard"])
def test_one_level_may_be_all(share: str) -> None:
    bots = shipped().bots
    levels = {
        name: getattr(bots, name).model_copy(update={"share_ratio": float(name == share)})
        for name in ("easy", "normal", "hard")
    }
    wanted = 1 + ["easy", "normal", "hard"].index(share)
    changed = bots.model_copy(update=levels)
    assert {bot_level(slot, 5, changed) for slot in range(200)} == {wanted}


def test_classes_take_turns_and_every_level_plays_every_class() -> None:
    bots = shipped().bots
    roles = [bot_role(slot, 6, 4) for slot in range(8)]
    assert roles == [2, 3, 0, 1, 2, 3, 0, 1]
    both = {(bot_level(slot, 6, bots), bot_role(slot, 6, 4)) for slot in range(100)}
    assert len(both) == 12
