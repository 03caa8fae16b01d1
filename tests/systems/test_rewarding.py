"""Kills, assists, experience and levels, against counting."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schema.events import (
    LEVEL,
    NOBODY,
    STAGE_COUNTDOWN,
    STAGE_OVER,
    STAGE_PLAY,
    STAGE_SUDDEN_DEATH,
)
from schema.rulebook import ASSAILANTS, LEVEL_ROW, LEVELS
from systems.kernels.rewarding import credit, earn, level_up
from tests.oracle import rewards
from tests.oracle.rewards import Player, Prices
from tests.systems.benches import reports, run, told

CAREFUL = settings(deadline=None, derandomize=True, database=None, max_examples=250)
TICK = 1000
# Quarters: sums of experience are exact in any order.
PRICES = Prices(kill=90.0, assist=40.25, tick=0.25, credit_ticks=10, assist_ticks=12)


def columns_of(players: list[Player], stage: int, prices: Prices = PRICES) -> dict[str, Any]:
    assailant = np.full((len(players), ASSAILANTS), NOBODY)
    when = np.full((len(players), ASSAILANTS), TICK)
    for row, player in enumerate(players):
        # From the last place down: which place it is means nothing.
        for place, (other, tick) in enumerate(player.hurt_by.items(), start=1):
            assailant[row, -place], when[row, -place] = other, tick
    return {
        "players": len(players),
        "tick": TICK,
        "stage": stage,
        "credit_ticks": prices.credit_ticks,
        "assist_ticks": prices.assist_ticks,
        "kill_xp": prices.kill,
        "assist_xp": prices.assist,
        "survival_xp": prices.tick,
        "team": [p.team for p in players],
        "alive": [p.alive for p in players],
        "down": [p.down for p in players],
        "dying": [p.dying for p in players],
        "downer": [p.downer for p in players],
        "last_attacker": [p.last[0] for p in players],
        "last_hit_tick": [p.last[1] for p in players],
        "killer": [p.killer for p in players],
        "kills": [p.kills for p in players],
        "assists": [p.assists for p in players],
        "experience_xp": [p.xp for p in players],
        "assailant": assailant.reshape(-1),
        "assailant_tick": when.reshape(-1),
    }


def assert_rewarded(players: list[Player], stage: int = STAGE_PLAY) -> None:
    found = run(columns_of(players, stage), (credit, earn))
    rewards.reward(players, TICK, stage == STAGE_PLAY, PRICES)
    for name, told_by in (
        ("killer", "killer"),
        ("kills", "kills"),
        ("assists", "assists"),
        ("experience_xp", "xp"),
    ):
        assert found[name].tolist() == [getattr(p, told_by) for p in players], name


def moments(window: int) -> st.SearchStrategy[int]:
    """Now, long ago, and about the end of a window."""
    return st.sampled_from([0, 1, window - 1, window, window, window + 1, 500]).map(
        lambda ago: TICK - ago
    )


@st.composite
def battles(draw: st.DrawFn) -> list[Player]:
    rows = draw(st.integers(1, 10))
    players = []
    for row in range(rows):
        player = Player(draw(st.integers(0, 3)), kills=row, assists=2 * row, xp=row / 4)
        player.alive = draw(st.sampled_from([True] * 4 + [False]))
        player.down = player.alive and draw(st.sampled_from([True, False, False]))
        player.dying = player.alive and draw(st.booleans())
        players.append(player)
    for row, player in enumerate(players):
        enemies = [other for other in range(rows) if players[other].team != player.team]
        who = st.sampled_from([NOBODY, *enemies])
        player.killer = draw(who) if player.dying else NOBODY
        player.downer = draw(who) if player.down else draw(st.sampled_from([NOBODY, 0]))
        player.last = (draw(who), draw(moments(PRICES.credit_ticks)))
        # Allies, should they ever be remembered, have no assist.
        others = st.sampled_from([other for other in range(rows) if other != row] or [row])
        when = moments(PRICES.assist_ticks)
        if rows > 1:
            player.hurt_by = draw(st.dictionaries(others, when, max_size=ASSAILANTS))
    return players


@CAREFUL
@given(battles(), st.sampled_from([STAGE_PLAY] * 3 + [0, STAGE_SUDDEN_DEATH, STAGE_OVER]))
def test_rewards(players: list[Player], stage: int) -> None:
    assert_rewarded(players, stage)


@pytest.mark.parametrize(
    ("victim", "killer"),
    [
        ({"killer": 1, "downer": 2, "down": True, "last": (3, TICK)}, 1),
        ({"downer": 2, "down": True, "last": (3, TICK)}, 2),
        # Up again: who once knocked the victim down has no part in it any more.
        ({"downer": 2, "last": (3, TICK)}, 3),
        ({"down": True, "last": (3, TICK - 10)}, 3),
        ({"down": True, "last": (3, TICK - 11)}, NOBODY),
        ({}, NOBODY),
    ],
)
def test_who_has_the_kill(victim: dict[str, Any], killer: int) -> None:
    players = [Player(0, dying=True, **victim), Player(1), Player(2), Player(3)]
    assert_rewarded(players)
    assert players[0].killer == killer
    assert [p.kills for p in players] == [int(row == killer) for row in range(4)]


def test_two_who_kill_each_other_both_have_the_kill() -> None:
    players = [Player(0, dying=True, killer=1), Player(1, dying=True, killer=0)]
    assert_rewarded(players)
    assert [(p.kills, p.xp) for p in players] == [(1, 90.0), (1, 90.0)]


def test_a_death_is_one_kill_and_the_assists_of_all_other_enemies() -> None:
    hurt_by = dict.fromkeys(range(1, 1 + ASSAILANTS), TICK)
    players = [Player(0, dying=True, killer=1, hurt_by=hurt_by)]
    players += [Player(1 + row // 2) for row in range(ASSAILANTS)]
    assert_rewarded(players)
    assert [p.assists for p in players] == [0, 0] + [1] * (ASSAILANTS - 1)
    assert [p.kills for p in players] == [0, 1] + [0] * (ASSAILANTS - 1)


@pytest.mark.parametrize(("ago", "assists"), [(12, 1), (13, 0)])
def test_the_window_of_an_assist(ago: int, assists: int) -> None:
    """Also where nobody has the kill: what was done to the victim was done."""
    players = [Player(0, dying=True, hurt_by={1: TICK - ago}), Player(1)]
    assert_rewarded(players)
    assert (players[0].killer, players[1].assists) == (NOBODY, assists)


@pytest.mark.parametrize("stage", [STAGE_COUNTDOWN, STAGE_SUDDEN_DEATH, STAGE_OVER])
def test_staying_alive_is_worth_something_in_play_alone(stage: int) -> None:
    for now, xp in ((stage, 0.0), (STAGE_PLAY, 0.25)):
        players = [Player(0), Player(1, down=True), Player(1, alive=False), Player(2, dying=True)]
        assert_rewarded(players, now)
        assert [p.xp for p in players] == [xp, 0.0, 0.0, 0.0]


# --- levels -------------------------------------------------------------------------------------

STAGES = [STAGE_PLAY, STAGE_PLAY, STAGE_COUNTDOWN, STAGE_SUDDEN_DEATH, STAGE_OVER]
LEVEL_XP = [10.0, 20.0, 20.0, 40.5, *(50.0 + step for step in range(LEVELS - 5)), np.inf]


def level_table() -> np.ndarray:
    """A class that grows, and one whose maxima fall as well as rise."""
    levels = np.zeros(2 * LEVELS, LEVEL_ROW)
    steps = np.arange(LEVELS)
    levels["health_max_hp"] = np.concatenate([100 + 8 * steps, 100 - 4 * (steps % 5)])
    levels["mana_max_mp"] = np.concatenate([50 + 2 * steps, 50 + 6 * (steps % 4)])
    return levels


TABLE = level_table()


def grow(
    rows: list[dict[str, Any]], level_xp: list[float], room: int = 8, stage: int = STAGE_PLAY
) -> dict[str, Any]:
    names = ("alive", "down", "dying", "role", "experience_xp", "level", "health_hp", "mana_mp")
    at = [TABLE[row["role"] * LEVELS + row["level"] - 1] for row in rows]
    columns = {
        "players": len(rows),
        "stage": stage,
        "levels": TABLE,
        "level_xp": level_xp,
        "x_u": [float(row) for row in range(len(rows))],
        "y_u": [7.0 + row for row in range(len(rows))],
        "health_max_hp": [each["health_max_hp"] for each in at],
        "mana_max_mp": [each["mana_max_mp"] for each in at],
        **{name: [row[name] for row in rows] for name in names},
    }
    return run(columns | reports(room), (level_up,))


def person(level: int, xp: float, **more: Any) -> dict[str, Any]:
    usual = {"alive": 1, "down": 0, "dying": 0, "role": 0, "health_hp": 60.0, "mana_mp": 12.0}
    return usual | {"level": level, "experience_xp": xp} | more


# At, a hair below and a hair above every threshold.
experience = st.sampled_from(
    [xp for at in LEVEL_XP[:-1] for xp in (at, np.nextafter(at, 0), np.nextafter(at, 99))]
) | st.sampled_from([0.0, 1e9])


@st.composite
def people(draw: st.DrawFn) -> list[dict[str, Any]]:
    rows = []
    for _ in range(draw(st.integers(1, 4))):
        level, role = draw(st.integers(1, LEVELS)), draw(st.integers(0, 1))
        own = TABLE[role * LEVELS + level - 1]
        row = person(level, float(draw(experience)), role=role)
        row["health_hp"] = draw(st.sampled_from([0.5, 60.0, float(own["health_max_hp"])]))
        row["mana_mp"] = draw(st.sampled_from([0.0, 12.0, float(own["mana_max_mp"])]))
        row |= draw(st.sampled_from([{}] * 5 + [{"alive": 0}, {"down": 1}, {"dying": 1}]))
        rows.append(row)
    return rows


@CAREFUL
@given(people(), st.integers(1, LEVELS), st.integers(1, 4), st.sampled_from(STAGES))
def test_levels(rows: list[dict[str, Any]], level_max: int, room: int, stage: int) -> None:
    level_xp = LEVEL_XP[: level_max - 1] + [np.inf] * (LEVELS - level_max + 1)
    found = grow(rows, level_xp, room, stage)
    events = []
    for index, row in enumerate(rows):
        fit = row["alive"] and not row["down"] and not row["dying"]
        xp = row["experience_xp"] if fit else 0.0
        level = rewards.level_of(xp, level_xp, row["level"], LEVELS)
        assert found["level"][index] == level
        old, new = (TABLE[row["role"] * LEVELS + at - 1] for at in (row["level"], level))
        for value, limit in (("health_hp", "health_max_hp"), ("mana_mp", "mana_max_mp")):
            assert found[limit][index] == new[limit]
            gains = value == "mana_mp" or stage in (STAGE_COUNTDOWN, STAGE_PLAY)
            grown = rewards.grown(row[value], old[limit], new[limit], gains)
            assert found[value][index] == grown
        if level > row["level"]:
            events.append((LEVEL, index, NOBODY, 0, level, float(index), 7.0 + index))
    assert told(found) == events[:room]
    assert found["events_refused"][0] == max(0, len(events) - room)


def test_several_levels_at_once() -> None:
    """From 1 to 4 in one tick: two thresholds are the same, and the one after is not reached."""
    found = grow([person(1, 40.0)], LEVEL_XP)
    assert (found["level"][0], found["health_hp"][0], found["mana_mp"][0]) == (4, 84.0, 18.0)
    assert (found["health_max_hp"][0], found["mana_max_mp"][0]) == (124.0, 56.0)
    assert told(found) == [(LEVEL, 0, NOBODY, 0, 4.0, 0.0, 7.0)]
    again = run(found | reports(2), (level_up,))
    assert (again["level"][0], again["health_hp"][0], told(again)) == (4, 84.0, [])


def test_nobody_rises_beyond_the_highest_level() -> None:
    found = grow([person(1, 1e12), person(LEVELS, 1e12)], LEVEL_XP)
    assert found["level"].tolist() == [LEVELS, LEVELS]
    # Even a table without an end has one.
    assert grow([person(LEVELS, 1e12)], [1.0] * LEVELS)["level"][0] == LEVELS
