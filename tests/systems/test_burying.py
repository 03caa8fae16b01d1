"""Deaths, the places of teams, and the winner against dictionaries and ``sorted``."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schema.events import DEATH, NOBODY
from systems.kernels.burying import bury, crown, place_teams
from tests.oracle import burial
from tests.oracle.burial import Soul
from tests.systems.benches import reports, run, told

CAREFUL = settings(deadline=None, derandomize=True, database=None, max_examples=250)
TICK = 1000
BURIAL = (place_teams, bury)


def columns_of(souls: list[Soul], room: int = 10_000) -> dict[str, Any]:
    players = len(souls)
    return {
        "players": players,
        "tick": TICK,
        # A row behind those in use must not matter.
        "team": [*(s.team for s in souls), 77],
        "alive": [*(s.alive for s in souls), 1],
        "dying": [*(s.dying for s in souls), 1],
        "kills": [*(s.kills for s in souls), 9],
        "dealt_hp": [*(s.dealt for s in souls), 9.0],
        "killer": [*(s.killer for s in souls), 0],
        "cause": [*(s.cause for s in souls), 0],
        "placement": [*(s.placement for s in souls), 1],
        "x_u": [float(row) for row in range(players)],
        "y_u": [-1.0] * players,
        "order": [-7] * (players + 1),
        "ended": [-7] * (players + 1),
        "join_tick": [*(TICK - 1 for _ in souls), TICK],
        "alive_count": sum(s.alive for s in souls),
        "teams_alive": len({s.team for s in souls if s.alive}),
        "down": [1] * players,
        "health_hp": [20.0] * players,
        "shield_hp": [6.0] * players,
        "vx_ups": [3.0] * players,
        "vy_ups": [4.0] * players,
        "buttons": [15] * players,
        "reviver": [0] * players,
        "progress_ticks": [2] * players,
        "death_tick": [5] * players,
        "over": 0,
        "over_tick": 5,
        "winner": NOBODY,
        "winning_team": NOBODY,
        **reports(room),
    }


def check_burial(souls: list[Soul], room: int = 10_000) -> None:
    """Bury once, and hold it to the twin; ``souls`` are advanced."""
    found = run(columns_of(souls, room), BURIAL)
    dead = burial.bury(souls)
    rows = range(len(souls))
    assert found["placement"].tolist() == [*(s.placement for s in souls), 1]
    assert found["alive"].tolist() == [*(s.alive for s in souls), 1]
    assert found["alive_count"][0] == sum(s.alive for s in souls)
    assert found["teams_alive"][0] == len({s.team for s in souls if s.alive})
    changed = ("down", "health_hp", "shield_hp", "vx_ups", "vy_ups", "buttons", "reviver")
    changed += ("progress_ticks", "death_tick")
    for row in rows:
        values = tuple(found[name][row] for name in changed)
        gone = (0, 0.0, 0.0, 0.0, 0.0, 0, NOBODY, 0, TICK)
        assert values == (gone if row in dead else (1, 20.0, 6.0, 3.0, 4.0, 15, 0, 2, 5))
    events = [(DEATH, r, souls[r].killer, souls[r].cause, 0.0, float(r), -1.0) for r in dead]
    assert told(found) == events[:room]
    assert found["events_refused"][0] == max(0, len(events) - room)


@st.composite
def crowds(draw: st.DrawFn) -> list[Soul]:
    teams = draw(st.integers(1, 8))
    count = draw(st.integers(1, 16))
    team = st.integers(0, teams - 1).map(lambda index: (index * 13) % 8 * 9000)
    souls = []
    for _ in range(count):
        alive, dying = draw(st.sampled_from([(1, 1), (1, 1), (1, 0), (0, 0), (0, 1)]))
        souls.append(
            Soul(
                draw(team),
                bool(alive),
                bool(dying),
                draw(st.integers(0, 2)),
                draw(st.sampled_from([0.0, 12.0, 24.5])),
                draw(st.integers(NOBODY, count - 1)),
                draw(st.sampled_from([0, 3, 240])),
                placement=0 if alive else 9,
            )
        )
    return souls


@CAREFUL
@given(crowds(), st.integers(1, 20))
def test_burials(souls: list[Soul], room: int) -> None:
    check_burial(souls, room)


@pytest.mark.parametrize("count", [1, 2, 3, 64, 65, 500])
@pytest.mark.parametrize("spread", [1, 3, 1000])
@pytest.mark.parametrize("size", [1, 3])
def test_a_crowd_that_dies_at_once(count: int, spread: int, size: int) -> None:
    rng = random.Random(count * 7 + spread)
    teams = list(range(-(-count // size))) * size
    rng.shuffle(teams)
    souls = [
        Soul(teams[row], True, True, rng.randrange(spread), float(rng.randrange(spread)))
        for row in range(count)
    ]
    check_burial(souls)
    assert {s.placement for s in souls} == set(range(1, len(set(teams[:count])) + 1))


def test_nobody_dies_and_nothing_changes() -> None:
    columns = columns_of([Soul(1), Soul(2, alive=False, dying=True)]) | {"teams_alive": 41}
    found = run(columns, BURIAL)
    assert (found["teams_alive"][0], found["placement"].tolist()) == (41, [0, 0, 1])
    assert (found["order"] == -7).all()


def test_teams_are_counted_anew_when_somebody_enters() -> None:
    """Entering adds a player; whether that is one more team is counted here."""
    columns = columns_of([Soul(1), Soul(2), Soul(1)]) | {"teams_alive": 41}
    found = run(columns | {"join_tick": [3, TICK, 3, TICK]}, BURIAL)
    assert (found["teams_alive"][0], found["placement"].tolist()) == (2, [0, 0, 0, 1])


def test_a_team_is_placed_when_its_last_one_dies_and_shares_the_place() -> None:
    souls = [Soul(5, dying=True), Soul(6), Soul(5), Soul(7)]
    check_burial(souls)
    assert [s.placement for s in souls] == [0, 0, 0, 0]
    souls[2].dying = True
    check_burial(souls)
    assert [s.placement for s in souls] == [3, 0, 3, 0]


def test_teams_that_are_out_together_rank_by_kills_damage_and_row() -> None:
    """Everybody's kills count for their team, also those of members who died long ago."""
    souls = [
        Soul(4, True, True, kills=1),
        Soul(3, True, True, dealt=4.0),
        Soul(2, True, True, dealt=2.0),
        Soul(2, False, False, kills=1, dealt=2.0),
        Soul(1, True, True, dealt=4.0),
    ]
    check_burial(souls)
    assert [s.placement for s in souls] == [2, 3, 1, 1, 4]


def test_between_equal_teams_the_one_with_the_lowest_row_is_first() -> None:
    souls = [Soul(team, dying=True) for team in (9, 4, 4, 9)]
    check_burial(souls)
    assert [s.placement for s in souls] == [1, 2, 2, 1]


@CAREFUL
@given(st.data())
def test_a_whole_match_gives_every_place_once(data: st.DataObject) -> None:
    """Deaths over several ticks, until no team or one is left."""
    teams = data.draw(st.lists(st.integers(0, 5), min_size=2, max_size=12))
    souls = [Soul(team, kills=data.draw(st.integers(0, 2))) for team in teams]
    while (won := burial.crown(souls)) is None and any(s.alive for s in souls):
        assert crowned(souls)["over"][0] == 0
        living = [row for row, soul in enumerate(souls) if soul.alive]
        dying = set(data.draw(st.lists(st.sampled_from(living), min_size=1, max_size=4)))
        for row, soul in enumerate(souls):
            soul.dying = row in dying
        check_burial(souls)
    assert won is not None
    # The first place may be given twice: to the living, and again to the whole of their team.
    by_team = {soul.team: soul.placement for soul in souls}
    assert sorted(by_team.values()) == list(range(1, len(by_team) + 1))
    assert all(soul.placement == by_team[soul.team] for soul in souls)


# --- the winner ----------------------------------------------------------------------------------


def crowned(souls: list[Soul], over: int = 0) -> dict[str, Any]:
    return run(columns_of(souls) | {"over": over}, [crown])


@CAREFUL
@given(crowds(), st.sampled_from([0, 0, 0, 1]))
def test_the_winner(souls: list[Soul], over: int) -> None:
    if not any(soul.alive for soul in souls):
        # The places are given by then.
        teams = sorted({soul.team for soul in souls}, key=lambda team: (team * 7) % 5)
        for soul in souls:
            soul.placement = 1 + teams.index(soul.team)
    found = crowned(souls, over)
    expected = None if over else burial.crown(souls)
    winner, team = expected or (NOBODY, NOBODY)
    assert (found["winner"][0], found["winning_team"][0]) == (winner, team)
    assert found["over"][0] == (over or expected is not None)
    assert found["over_tick"][0] == (5 if expected is None else TICK)
    assert found["placement"].tolist() == [*(soul.placement for soul in souls), 1]


@pytest.mark.parametrize(
    ("souls", "winner"),
    [
        ([], None),
        ([Soul(1)], None),  # alone, and alive: somebody may still come
        ([Soul(1), Soul(1)], None),  # a team of two, and nobody else yet
        ([Soul(1), Soul(1, alive=False)], None),
        ([Soul(1, alive=False, placement=1)], 0),
        ([Soul(1, alive=False, placement=1), Soul(1, alive=False, kills=1, placement=1)], 1),
        ([Soul(1), Soul(2, alive=False, placement=2)], 0),
        ([Soul(1, alive=False), Soul(2, alive=False, placement=2), Soul(1)], 0),
        ([Soul(1, alive=False, kills=2), Soul(2, alive=False, placement=2), Soul(1)], 0),
        ([Soul(1), Soul(2, alive=False, placement=2), Soul(1, kills=1)], 2),
        ([Soul(1, alive=False, placement=2), Soul(2, alive=False, placement=1)], 1),
        ([Soul(1), Soul(2)], None),
        ([Soul(2), Soul(1), Soul(2, alive=False)], None),
    ],
)
def test_who_wins(souls: list[Soul], winner: int | None) -> None:
    found = crowned(souls)
    assert (found["over"][0], found["winner"][0]) == (
        (0, NOBODY) if winner is None else (1, winner)
    )
