"""Casts that change somebody: dashes, beams, shields, healing, statuses of the caster."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schema.commands import MOVE
from schema.events import HEALS, NOBODY
from schema.rulebook import (
    BEAM,
    DASH,
    EXTEND,
    MEND,
    REFRESH,
    SHIELD,
    STATUS_ROW,
    STATUSES,
)
from schema.walls import BLOCKS_SHOTS, BLOCKS_SIGHT
from systems.kernels.granting import (
    begin_beams,
    begin_dashes,
    give_shields,
    mark_casters,
    mend,
)
from systems.terrain import Terrain
from tests.oracle.carrying import Body, wounded
from tests.oracle.terrain import that_block
from tests.systems.casting import cast_rows, effect_rows, no_hits, skill_rows
from tests.systems.contact import HEADINGS, NUDGES, Room, paths_at, rooms
from tests.systems.ground import ground, terrain_columns
from tests.systems.kernel_calls import call

TICK = 900
PLAYERS = 5
OPEN = ground(40.0, 40.0, [])
OTHERS = {DASH: SHIELD, SHIELD: BEAM, BEAM: DASH, MEND: DASH}

kinds_and_rows = st.lists(
    st.tuples(st.booleans(), st.integers(0, PLAYERS - 1), st.integers(1, 5)),
    max_size=4,
    unique_by=lambda drawn: drawn[1],
)


def casts_of(drawn: list[tuple[bool, int, int]], kind: int) -> list[dict[str, Any]]:
    """Casts of a kind, skill 1, among those of another kind, skill 0."""
    return [
        {
            "player": row,
            "slot": row % 4,
            "skill": int(mine),
            "level": level,
            "kind": kind if mine else OTHERS[kind],
            "aim": 100 * row + 7,
            "power": 1.25,
        }
        for mine, row, level in drawn
    ]


def book(kind: int, **more: Any) -> np.ndarray:
    return skill_rows({"kind": OTHERS[kind], "life_ticks": 77}, {"kind": kind, **more})


@given(kinds_and_rows, st.lists(st.integers(0, 63), min_size=5, max_size=5), st.integers(1, 60))
def test_dashes_go_where_one_moves_else_where_one_aims(
    drawn: list[tuple[bool, int, int]], buttons: list[int], life: int
) -> None:
    made = call(
        begin_dashes,
        **cast_rows(casts_of(drawn, DASH)),
        tick=TICK,
        skills=book(DASH, speed_ups=24.0, life_ticks=life),
        buttons=buttons,
        move=[3000 + row for row in range(PLAYERS)],
        until_tick=[3] * PLAYERS,
        direction=[9] * PLAYERS,
        speed_ups=[1.0] * PLAYERS,
    )
    dashing = {row for mine, row, _ in drawn if mine}
    for row in range(PLAYERS):
        way = 3000 + row if buttons[row] & MOVE else 100 * row + 7
        found = (made.until_tick[row], made.direction[row], made.speed_ups[row])
        assert found == ((TICK + life, way, 24.0) if row in dashing else (3, 9, 1.0))


@given(kinds_and_rows, st.integers(1, 60))
def test_beams_begin(drawn: list[tuple[bool, int, int]], life: int) -> None:
    made = call(
        begin_beams,
        **cast_rows(casts_of(drawn, BEAM)),
        tick=TICK,
        skills=book(BEAM, life_ticks=life),
        slot=[255] * PLAYERS,
        since_tick=[3] * PLAYERS,
        until_tick=[4] * PLAYERS,
        length_u=[5.0] * PLAYERS,
    )
    beaming = {row for mine, row, _ in drawn if mine}
    for row in range(PLAYERS):
        found = (
            made.slot[row],
            made.since_tick[row],
            made.until_tick[row],
            made.length_u[row],
        )
        begun = (row % 4, TICK, TICK + life + 1, 0.0)
        assert found == (begun if row in beaming else (255, 3, 4, 5.0))


@given(kinds_and_rows, st.sampled_from([0.0, 10.0, 1000.0]))
def test_shields_are_as_large_as_the_larger(
    drawn: list[tuple[bool, int, int]], before: float
) -> None:
    made = call(
        give_shields,
        **cast_rows(casts_of(drawn, SHIELD)),
        tick=TICK,
        skills=book(SHIELD, life_ticks=50),
        effects=effect_rows({"pool_hp": 500.0}, {"pool_hp": 8.0}),
        shield_hp=[before] * PLAYERS,
        until_tick=[3] * PLAYERS,
    )
    levels = {row: level for mine, row, level in drawn if mine}
    for row in range(PLAYERS):
        pool = 10.0 * levels[row] if row in levels else 0.0  # 8 a level, power 1.25
        assert made.shield_hp[row] == max(before, pool)
        assert made.until_tick[row] == (TICK + 50 if row in levels else 3)


# --- Healing --------------------------------------------------------------------------------------

RANGE = 6.0


def mended(
    bodies: list[Body],
    terrain: Terrain = OPEN,
    level: int = 1,
    heal: float = 4.0,
    pool: float = 12.0,
    room: int = 8,
    **skill: Any,
) -> SimpleNamespace:
    """The first body heals whom it may."""
    count = len(bodies)
    cast = {"player": 0, "slot": 2, "kind": MEND, "level": level, "skill": 1, "power": 1.25}
    return call(
        mend,
        **cast_rows([{"player": 0, "kind": DASH}, cast]),
        tick=TICK,
        players=count,
        skills=book(MEND, **{"range_u": RANGE, "life_ticks": 30} | skill),
        effects=effect_rows({}, {"heal_hp": heal, "pool_hp": pool}),
        alive=[*(body.alive for body in bodies), 1],
        down=[*(body.down for body in bodies), 0],
        team=[*(body.team for body in bodies), 0],
        x_u=[*(body.x for body in bodies), bodies[0].x],
        y_u=[*(body.y for body in bodies), bodies[0].y],
        health_hp=[*(body.health for body in bodies), 0.001],
        health_max_hp=[*(body.health_max for body in bodies), 100.0],
        **terrain_columns(terrain),
        until_tick=[3] * (count + 1),
        heal_hp=[0.5] * (count + 1),
        healer=[NOBODY] * (count + 1),
        skill_of=[9] * (count + 1),
        slot=[9] * (count + 1),
        **no_hits(room),
    )


def healed(made: SimpleNamespace) -> int:
    (victim,) = made.hits["victim"][: made.hit_count[0]]
    (mending,) = np.flatnonzero(made.healer != NOBODY)
    assert victim == mending
    assert (made.healer[mending], made.hits["attacker"][0]) == (0, 0)
    return int(victim)


@settings(max_examples=200)
@given(st.data(), rooms(0.5, 3))
def test_the_most_wounded_in_reach_and_sight_is_healed(data: st.DataObject, scene: Room) -> None:
    width, height, walls = scene
    px, py, _, _ = data.draw(paths_at(walls, 0.5, 7.3))
    health = st.sampled_from([(50.0, 100.0), (60.0, 120.0), (30.0, 100.0), (99.0, 260.0)])
    bodies = [Body(px, py, 0, True, *data.draw(health))]
    for _ in range(data.draw(st.integers(1, 4))):
        if data.draw(st.booleans()):
            hx, hy = data.draw(st.sampled_from(HEADINGS))
            away = RANGE * data.draw(st.sampled_from([1.0, 1.0, 0.5, 0.0]))
            away += data.draw(st.sampled_from(NUDGES))
            x, y = px + hx * away, py + hy * away
        else:
            sx, sy, dx, dy = data.draw(paths_at(walls, 0.0, RANGE))
            x, y = sx + dx, sy + dy
        team, alive = data.draw(st.sampled_from([(0, True)] * 4 + [(1, True), (0, False)]))
        down = data.draw(st.sampled_from([False, False, False, True]))
        bodies.append(Body(x, y, team, alive, *data.draw(health), down=down))
    reach = data.draw(st.sampled_from([RANGE, RANGE, 0.0]))
    made = mended(bodies, ground(width, height, walls), range_u=reach)
    assert healed(made) in wounded(0, reach, bodies, that_block(walls, BLOCKS_SIGHT))


@pytest.mark.parametrize(("level", "life"), [(1, 30), (4, 1)])
def test_healing_is_given_at_once_and_over_time(level: int, life: int) -> None:
    made = mended([Body(5.0, 6.0, 0)], level=level, life_ticks=life)
    hit = made.hits[0]
    facts = [int(hit[name]) for name in ("victim", "attacker", "cause", "slot", "flags")]
    assert facts == [0, 0, 1, 2, HEALS]
    assert (hit["amount_hp"], hit["moment"]) == (5.0 * level, 0.0)
    assert (hit["from_x_u"], hit["from_y_u"]) == (5.0, 6.0)
    # Ticks from the next on: as many as its life, and all of the pool in all of them.
    ticks = made.until_tick[0] - (TICK + 1)
    assert ticks == life
    assert made.heal_hp[0] * ticks == pytest.approx(15.0 * level, rel=1e-12)
    assert (made.healer[0], made.skill_of[0], made.slot[0]) == (0, 1, 2)


def test_what_a_skill_does_not_give_is_not_there() -> None:
    only_now = mended([Body(5.0, 6.0, 0)], pool=0.0, life_ticks=0)
    assert (only_now.hit_count[0], only_now.until_tick[0], only_now.healer[0]) == (1, 3, NOBODY)
    only_later = mended([Body(5.0, 6.0, 0)], heal=0.0)
    assert (only_later.hit_count[0], only_later.until_tick[0]) == (0, TICK + 31)
    full = mended([Body(5.0, 6.0, 0)], room=0)
    assert (full.hit_count[0], full.hits_refused[0]) == (0, 1)


@pytest.mark.parametrize(("blocks", "found"), [(BLOCKS_SHOTS, 1), (BLOCKS_SIGHT, 0)])
def test_healing_needs_sight(blocks: int, found: int) -> None:
    terrain = ground(40.0, 40.0, [(12.0, 10.0, 0.25, 3.0, 0.0, 0, blocks)])
    bodies = [Body(10.0, 10.0, 0, health=0.9), Body(14.0, 10.0, 0, health=0.1)]
    assert healed(mended(bodies, terrain)) == found


def test_without_a_range_nobody_else_is_healed_not_even_right_here() -> None:
    bodies = [Body(10.0, 10.0, 0, health=0.9), Body(10.0, 10.0, 0, health=0.1)]
    assert healed(mended(bodies, range_u=0.0)) == 0
    assert healed(mended(bodies, range_u=1.0)) == 1


# --- Statuses of the caster -----------------------------------------------------------------------


@given(kinds_and_rows, st.sampled_from([REFRESH, EXTEND]))
def test_casters_get_their_own_status(drawn: list[tuple[bool, int, int]], rule: int) -> None:
    """By the status's own stacking rule, on the caster alone, whatever the kind of the skill."""
    statuses = np.zeros(STATUSES, STATUS_ROW)
    statuses[5] = (4, rule, 1, 60, 0.0)
    before = [0] * (PLAYERS * STATUSES)
    before[STATUSES * 2 + 5] = TICK + 30
    made = call(
        mark_casters,
        **cast_rows(casts_of(drawn, MEND)),
        tick=TICK,
        skills=skill_rows(
            {"kind": DASH}, {"kind": MEND, "self_status": 5, "self_status_ticks": 20}
        ),
        statuses=statuses,
        until_tick=before,
        stacks=[int(tick > 0) for tick in before],
        source=[NOBODY] * len(before),
    )
    marked = {row for mine, row, _ in drawn if mine}
    for row in range(PLAYERS):
        place = row * STATUSES + 5
        ends = {0: TICK + 20, TICK + 30: TICK + (30 if rule == REFRESH else 50)}[before[place]]
        found = (made.until_tick[place], made.stacks[place], made.source[place])
        kept = (before[place], int(before[place] > 0), NOBODY)
        assert found == ((ends, 1, row) if row in marked else kept)
    touched = set(np.flatnonzero(made.until_tick).tolist())
    assert touched == {row * STATUSES + 5 for row in marked | {2}}
