"""Going down, dying, and being helped up, against teams as sets."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schema.commands import BUTTONS_ALL, INTERACT
from schema.events import (
    CAST_RECORD,
    CAUSE_BLED_OUT,
    CAUSE_LEFT,
    CAUSE_ZONE,
    DOWN,
    HIT_RECORD,
    NO_SLOT,
    NOBODY,
    REVIVE,
    STUNNED,
)
from schema.rulebook import STATUSES
from schema.walls import BLOCKS_MOVE, BLOCKS_SHOTS, BLOCKS_SIGHT
from systems.kernels.falling import doom, give_up, knock_down, let_go
from systems.kernels.rescuing import attend, raise_up
from systems.terrain import Terrain, make_terrain
from tests.oracle import rescue
from tests.oracle.rescue import Body
from tests.oracle.terrain import SIGHT, Path, sees, that_block
from tests.systems.benches import reports, run, told
from tests.systems.ground import terrain_columns
from tests.systems.kernel_calls import call

CAREFUL = settings(deadline=None, derandomize=True, database=None, max_examples=250)
TICK = 1000
CREDIT_TICKS = 10
DOWN_HEALTH = 60.0
FALLING = (doom, knock_down, give_up)
RESCUING = (attend, raise_up)


def columns_of(bodies: list[Body], size: int = 2, downs_max: int = 2) -> dict[str, Any]:
    leavers = [row for row, body in enumerate(bodies) if body.leaves]
    hits = np.zeros(len(leavers) + 2, HIT_RECORD)
    hits["victim"][: len(leavers)], hits["cause"][: len(leavers)] = leavers, CAUSE_LEFT
    # Another hit, and one that is not in use.
    hits[len(leavers)]["cause"], hits[-1]["cause"] = 5, CAUSE_LEFT
    players = len(bodies)
    return {
        "players": players,
        "tick": TICK,
        "team_size": size,
        "downs_max": downs_max,
        "down_health_hp": DOWN_HEALTH,
        "credit_ticks": CREDIT_TICKS,
        "hits": hits,
        "hit_count": len(leavers) + 1,
        "team": [b.team for b in bodies],
        "alive": [b.alive for b in bodies],
        "down": [b.down for b in bodies],
        "downs": [b.downs for b in bodies],
        "health_hp": [b.health for b in bodies],
        "dying": [1] * players,
        "cause": [b.cause for b in bodies],
        "killer": [b.killer for b in bodies],
        "x_u": [float(row) for row in range(players)],
        "y_u": [-1.0] * players,
        "last_attacker": [b.last_attacker for b in bodies],
        "last_hit_tick": [b.last_hit for b in bodies],
        "down_tick": [b.down_tick for b in bodies],
        "downer": [b.downer for b in bodies],
        "reviver": [b.reviver for b in bodies],
        "progress_ticks": [b.progress for b in bodies],
        "knocks": [b.knocks for b in bodies],
        "revives": [b.revives for b in bodies],
        **reports(50),
    }


NAMES = {
    "alive": "alive",
    "down": "down",
    "downs": "downs",
    "health": "health_hp",
    "dying": "dying",
    "killer": "killer",
    "cause": "cause",
    "down_tick": "down_tick",
    "downer": "downer",
    "reviver": "reviver",
    "progress": "progress_ticks",
    "knocks": "knocks",
    "revives": "revives",
}


def assert_same(found: dict[str, Any], bodies: list[Body]) -> None:
    for mine, theirs in NAMES.items():
        assert list(found[theirs]) == [getattr(body, mine) for body in bodies], mine


def fallen(bodies: list[Body], **rules: int) -> dict[str, Any]:
    return run(columns_of(bodies, **rules), FALLING)


@st.composite
def bodies_of(draw: st.DrawFn, rows: int) -> Body:
    row = st.integers(NOBODY, rows - 1)
    alive, down = draw(st.sampled_from([(True, False)] * 3 + [(True, True), (False, False)]))
    health = draw(st.sampled_from([0.0, 0.0, 25.0])) if alive else 0.0
    return Body(
        team=draw(st.integers(0, 2)),
        health=health,
        alive=alive,
        down=down,
        downs=draw(st.integers(0, 3)),
        leaves=draw(st.integers(0, 6)) == 0,
        killer=draw(row),
        cause=draw(st.sampled_from([0, CAUSE_ZONE])),
        last_attacker=draw(row),
        last_hit=TICK - draw(st.sampled_from([0, 9, 10, 11])),
        down_tick=draw(st.sampled_from([0, 7])),
        downer=draw(row),
        reviver=draw(row),
        progress=draw(st.integers(0, 2)),
    )


@st.composite
def companies(draw: st.DrawFn) -> list[Body]:
    rows = draw(st.integers(1, 8))
    return [draw(bodies_of(rows)) for _ in range(rows)]


@CAREFUL
@given(companies(), st.sampled_from([1, 2, 2, 4]), st.integers(0, 3))
def test_falling(bodies: list[Body], size: int, downs_max: int) -> None:
    found = fallen(bodies, size=size, downs_max=downs_max)
    events = rescue.fall(bodies, TICK, size, downs_max, DOWN_HEALTH, CREDIT_TICKS)
    assert_same(found, bodies)
    assert told(found) == [(*event, float(event[1]), -1.0) for event in events]
    # What must hold whatever happens: a team of the living has somebody standing, and who
    # stays alive has health and no killer of this tick.
    for row in range(len(bodies)):
        if found["alive"][row] and not found["dying"][row]:
            assert found["health_hp"][row] > 0.0
            if found["down"][row]:
                mates = [b for b in bodies if b.team == bodies[row].team and not b.down]
                assert any(mate.alive and mate.health > 0 for mate in mates)


def pair(**first: Any) -> list[Body]:
    """Two of a team, of whom the first has no health left, and an enemy."""
    return [Body(0, 0.0, **first), Body(0, 50.0), Body(1, 50.0)]


def test_going_down() -> None:
    found = fallen(pair(killer=2, cause=7))
    assert (found["down"][0], found["health_hp"][0], found["dying"][0]) == (1, 60.0, 0)
    assert (found["downs"][0], found["down_tick"][0], found["downer"][0]) == (1, TICK, 2)
    assert (found["killer"][0], found["knocks"].tolist()) == (NOBODY, [0, 0, 1])
    assert told(found) == [(DOWN, 0, 2, 7, 0.0, 0.0, -1.0)]


@pytest.mark.parametrize("last", [{"down": True}, {"downs": 2}, {"leaves": True}])
def test_who_dies_at_once(last: dict[str, Any]) -> None:
    found = fallen(pair(killer=2, cause=7, **last))
    assert (found["dying"].tolist(), found["killer"][0], found["cause"][0]) == ([1, 0, 0], 2, 7)
    assert told(found) == []


def test_leaving_is_no_way_to_stay_alive() -> None:
    """Shot dead in the tick of leaving, or leaving while down: nobody lies there for ever."""
    shot = pair(killer=2, leaves=True)
    assert fallen(shot)["dying"].tolist() == [1, 0, 0]
    # A leave that did no harm, as after the end, dooms nobody.
    unhurt = [Body(0, 50.0, leaves=True), Body(1, 50.0)]
    assert fallen(unhurt)["dying"].tolist() == [0, 0]


def test_teams_of_one_do_not_go_down() -> None:
    assert fallen(pair(), size=1)["dying"].tolist() == [1, 0, 0]


def test_the_last_one_standing_takes_the_others_along() -> None:
    """Those who lie there bleed out; the kill is for whoever knocked them down to get."""
    bodies = [Body(0, 0.0, killer=3), Body(0, 20.0, down=True, downer=2, killer=3), Body(0, 0.0)]
    found = fallen([*bodies, Body(1, 50.0)], size=4)
    assert found["dying"].tolist() == [1, 1, 1, 0]
    assert (found["killer"][1], found["cause"][1], found["downer"][1]) == (
        NOBODY,
        CAUSE_BLED_OUT,
        2,
    )


@pytest.mark.parametrize(("ago", "by"), [(0, 2), (10, 2), (11, NOBODY)])
def test_who_is_credited_with_a_fall_by_nobodys_hand(ago: int, by: int) -> None:
    found = fallen(pair(cause=CAUSE_ZONE, last_attacker=2, last_hit=TICK - ago))
    assert (found["downer"][0], found["knocks"][2]) == (by, int(by == 2))


def test_letting_go() -> None:
    """Only of those who are marked, and only in the tick in which they were."""
    every = 4 * STATUSES
    found = call(
        let_go,
        players=4,
        tick=TICK,
        marked=[1, 1, 0, 1],
        since_tick=[TICK, TICK - 1, TICK, TICK],
        dash_until_tick=[5] * 4,
        channel_slot=[2] * 4,
        channel_length_u=[1.5] * 4,
        mending_until_tick=[6] * 4,
        flags=[63] * 4,
        until_tick=[7] * every,
        stacks=[3] * every,
        source=[2] * every,
    )
    assert found.dash_until_tick.tolist() == [0, 5, 5, 0]
    assert found.channel_slot.tolist() == [NO_SLOT, 2, 2, NO_SLOT]
    assert found.channel_length_u.tolist() == [0.0, 1.5, 1.5, 0.0]
    assert found.mending_until_tick.tolist() == [0, 6, 6, 0]
    assert found.flags.tolist() == [0, 63, 63, 0]
    for name, kept, gone in (("until_tick", 7, 0), ("stacks", 3, 0), ("source", 2, NOBODY)):
        values = getattr(found, name).reshape(4, STATUSES)
        assert values.tolist() == [[v] * STATUSES for v in (gone, kept, kept, gone)], name


# --- being helped up -----------------------------------------------------------------------------

REVIVE_TICKS = 3
REACH_U = 5.0
WALLS = [
    (10.0, 10.0, 2.0, 0.5, 0.0, 0, BLOCKS_SIGHT),
    (10.0, 6.0, 0.5, 2.0, 0.25, 300, BLOCKS_MOVE | BLOCKS_SHOTS),
]
GROUND = make_terrain(20.0, 20.0, WALLS, [(1.0, 1.0)])
# Around the wall that blocks sight, exactly 5 apart or on a tie.
SPOTS = [(10.0, 8.0), (10.0, 12.0), (7.0, 12.0), (13.0, 8.0), (7.0, 8.0), (10.0, 13.0), (10.5, 5.5)]


def rescue_columns(
    bodies: list[Body],
    spots: list[tuple[float, float]],
    terrain: Terrain = GROUND,
    **more: Any,
) -> dict[str, Any]:
    players = len(bodies)
    return (
        columns_of(bodies)
        | {
            "x_u": [x for x, _ in spots],
            "y_u": [y for _, y in spots],
            "dying": [b.dying for b in bodies],
            "reach_u": REACH_U,
            "revive_ticks": REVIVE_TICKS,
            "health_ratio": 0.25,
            "health_max_hp": [100.0 + 4 * row for row in range(players)],
            "flags": [0] * players,
            "buttons": [INTERACT] * players,
            "channel_slot": [NO_SLOT] * players,
            "held_tick": [NOBODY] * (players * 4),
            "casts": np.zeros(4, CAST_RECORD),
            "cast_count": 0,
        }
        | terrain_columns(terrain)
        | more
    )


@st.composite
def wards(draw: st.DrawFn) -> tuple[list[Body], list[tuple[float, float]], dict[str, Any]]:
    rows = draw(st.integers(2, 7))
    bodies = []
    for _ in range(rows):
        alive, down = draw(st.sampled_from([(True, False)] * 4 + [(True, True)] * 3 + [(False, 0)]))
        body = Body(draw(st.sampled_from([0, 0, 0, 1])), 20.0 * alive, alive, bool(down))
        if down:
            body.reviver = draw(st.integers(NOBODY, rows - 1))
            body.progress = 0 if body.reviver == NOBODY else draw(st.integers(1, REVIVE_TICKS))
        body.dying = alive and draw(st.integers(0, 7)) == 0
        body.downer = draw(st.integers(NOBODY, rows - 1))
        bodies.append(body)
    # Most have their hands free; whoever has not has one reason, which must be enough.
    reasons = st.sampled_from([""] * 8 + ["stun", "button", "beam", "charge", "cast"])
    busy = [draw(reasons) for _ in range(rows)]
    casts, casters = np.zeros(8, CAST_RECORD), [row for row in range(rows) if busy[row] == "cast"]
    casts["player"][: len(casters)] = casters
    held = np.full((rows, 4), NOBODY)
    held[[why == "charge" for why in busy], draw(st.integers(0, 3))] = TICK
    idle = draw(st.sampled_from([0, BUTTONS_ALL ^ INTERACT]))
    state = {
        "flags": [STUNNED if why == "stun" else draw(st.sampled_from([0, 62])) for why in busy],
        "buttons": [
            idle if why == "button" else draw(st.sampled_from([INTERACT, BUTTONS_ALL]))
            for why in busy
        ],
        "channel_slot": [0 if why == "beam" else NO_SLOT for why in busy],
        "held_tick": held.reshape(-1).tolist(),
        "casts": casts,
        "cast_count": len(casters),
        "busy": busy,
    }
    spots = [draw(st.sampled_from(SPOTS)) for _ in range(rows)]
    return bodies, spots, state


def near_by(spots: list[tuple[float, float]]) -> rescue.Near:
    def near(row: int, helper: int) -> float | None:
        (x, y), (hx, hy) = spots[row], spots[helper]
        seen = sees(Path(x, y, hx - x, hy - y), that_block(WALLS, SIGHT))
        assert seen is not None, "a matter of a hair"
        away = (hx - x) ** 2 + (hy - y) ** 2
        return away if seen and away <= REACH_U**2 else None

    return near


@CAREFUL
@given(wards())
def test_helping_up(ward: tuple[list[Body], list[tuple[float, float]], dict[str, Any]]) -> None:
    bodies, spots, state = ward
    found = run(rescue_columns(bodies, spots, **state), RESCUING)
    free = [
        body.alive and not body.down and not body.dying and not why
        for body, why in zip(bodies, state["busy"], strict=True)
    ]
    health_max = [100.0 + 4 * row for row in range(len(bodies))]
    twins = deepcopy(bodies)
    events = rescue.help_up(twins, free, near_by(spots), REVIVE_TICKS, 0.25, health_max)
    assert_same(found, twins)
    assert told(found) == [(*event, *spots[event[2]]) for event in events]


def lying(reviver: int = NOBODY, progress: int = 0) -> list[Body]:
    """One who is down, and two mates."""
    down = Body(0, 20.0, down=True, reviver=reviver, progress=progress, downer=1)
    return [down, Body(0, 50.0), Body(0, 50.0)]


def test_it_takes_its_time_from_the_first_tick_on() -> None:
    columns = rescue_columns(lying(), [(2.0, 2.0), (4.0, 2.0), (19.0, 19.0)])
    for tick in range(1, REVIVE_TICKS + 1):
        assert columns["down"][0] == 1
        columns = run(columns, RESCUING)
        if tick < REVIVE_TICKS:
            assert (columns["reviver"][0], columns["progress_ticks"][0]) == (1, tick)
    assert (columns["down"][0], columns["health_hp"][0], columns["downer"][0]) == (0, 25.0, NOBODY)
    assert (columns["reviver"][0], columns["progress_ticks"][0]) == (NOBODY, 0)
    assert columns["revives"].tolist() == [0, 1, 0]
    assert told(columns) == [(REVIVE, 1, 0, 0, 0.0, 2.0, 2.0)]


def test_a_nearer_mate_does_not_take_over_but_the_nearest_begins() -> None:
    spots = [(2.0, 2.0), (5.0, 2.0), (3.0, 2.0)]
    found = run(rescue_columns(lying(reviver=1, progress=1), spots), RESCUING)
    assert (found["reviver"][0], found["progress_ticks"][0]) == (1, 2)
    found = run(rescue_columns(lying(), spots), RESCUING)
    assert (found["reviver"][0], found["progress_ticks"][0]) == (2, 1)


@pytest.mark.parametrize(
    ("spots", "former", "chosen"),
    [
        ([(2.0, 2.0), (3.0, 2.0), (5.0, 2.0)], 2, 2),
        ([(2.0, 2.0), (3.0, 2.0), (1.0, 2.0)], NOBODY, 1),
        ([(2.0, 2.0), (5.0, 2.0), (3.0, 2.0)], NOBODY, 2),
    ],
)
def test_who_helps(spots: list[tuple[float, float]], former: int, chosen: int) -> None:
    """The one at work, though a nearer one comes first; else the nearest; else the lower row."""
    progress = 0 if former == NOBODY else 1
    found = run(rescue_columns(lying(former, progress), spots), RESCUING)
    assert (found["reviver"][0], found["progress_ticks"][0]) == (chosen, progress + 1)


@pytest.mark.parametrize("slot", range(4))
def test_whoever_charges_a_skill_helps_nobody(slot: int) -> None:
    held = [NOBODY] * 12
    held[4 + slot] = TICK
    spots = [(2.0, 2.0), (3.0, 2.0), (19.0, 19.0)]
    found = run(rescue_columns(lying(), spots, held_tick=held), RESCUING)
    assert found["reviver"][0] == NOBODY


def test_the_dying_help_nobody() -> None:
    """Out of reach lies who might; who stands by has no health left."""
    bodies = [lying()[0], Body(0, 0.0, dying=True), Body(0, 50.0)]
    found = run(rescue_columns(bodies, [(2.0, 2.0), (3.0, 2.0), (19.0, 19.0)]), RESCUING)
    assert found["reviver"][0] == NOBODY


def test_letting_the_button_go_loses_all_progress() -> None:
    near = [(2.0, 2.0), (5.0, 2.0), (19.0, 3.0)]
    found = run(rescue_columns(lying(1, 2), near, buttons=[32, 31, 32]), RESCUING)
    assert (found["reviver"][0], found["progress_ticks"][0]) == (NOBODY, 0)


def test_whoever_was_just_helped_up_helps_from_the_next_tick_on() -> None:
    bodies = [*lying(reviver=2, progress=2)[:1], Body(0, 20.0, down=True), Body(0, 50.0)]
    found = run(rescue_columns(bodies, [(2.0, 2.0), (1.0, 2.0), (5.0, 2.0)]), RESCUING)
    assert (found["down"].tolist(), found["reviver"][1]) == ([0, 1, 0], 2)


def test_reach_is_reached_exactly_and_an_enemy_never_helps() -> None:
    found = run(rescue_columns(lying(), [(2.0, 2.0), (6.0, 5.0), (19.0, 19.0)]), RESCUING)
    assert found["reviver"][0] == 1
    enemies = [lying()[0], Body(1, 50.0), Body(2, 50.0)]
    found = run(rescue_columns(enemies, [(2.0, 2.0), (3.0, 2.0), (1.0, 2.0)]), RESCUING)
    assert found["reviver"][0] == NOBODY
