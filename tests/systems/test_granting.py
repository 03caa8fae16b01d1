"""Casts that change somebody: dashes, beams, shields, healing, statuses of the caster."""

from __future__ import annotations

from fractions import Fraction
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
    SKILL_LEVELS,
    STACK,
    STATUS_ROW,
    STATUSES,
    STRONGEST,
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
from tests.oracle import granting
from tests.oracle.carrying import Body, wounded
from tests.oracle.granting import Cast, Skill
from tests.oracle.lasting import Kind, Worn
from tests.oracle.terrain import that_block
from tests.systems.casting import cast_rows, effect_rows, no_hits, skill_rows
from tests.systems.contact import HEADINGS, NUDGES, Room, paths_at, rooms
from tests.systems.ground import ground, terrain_columns
from tests.systems.kernel_calls import call

TICK = 900
PLAYERS = 5
OPEN = ground(40.0, 40.0, [])
CAREFUL = settings(max_examples=200)

SHAPES = [
    Skill(DASH, ticks=1, speed=24.0),
    Skill(DASH, ticks=9, speed=18.5, status=3, status_ticks=20),
    Skill(BEAM, ticks=60),
    Skill(BEAM, ticks=1, status=0, status_ticks=7),
    Skill(SHIELD, ticks=50, pools=(8.0, 16.0, 24.0, 32.0, 40.0)),
    Skill(SHIELD, ticks=90, pools=(3.0, 6.0, 9.0, 12.0, 15.0), status=11, status_ticks=1),
    Skill(MEND, status=3, status_ticks=45),
]

casts_of_all_kinds = st.lists(
    st.builds(
        Cast,
        player=st.integers(0, PLAYERS - 1),
        slot=st.integers(0, 3),
        skill=st.sampled_from(SHAPES),
        aim=st.integers(0, 4095),
        level=st.integers(1, SKILL_LEVELS),
        power=st.sampled_from([1.0, 1.25, 2.5]),
    ),
    max_size=6,
)


def cast_columns(casts: list[Cast]) -> dict[str, Any]:
    """What every kernel here begins with: casts, by the skills' places in SHAPES, tick, skills."""
    rows: list[dict[str, Any]] = [
        {
            "player": cast.player,
            "slot": cast.slot,
            "skill": SHAPES.index(cast.skill),
            "level": cast.level,
            "kind": cast.skill.kind,
            "aim": cast.aim,
            "power": cast.power,
        }
        for cast in casts
    ]
    skills = [
        {
            "kind": skill.kind,
            "life_ticks": skill.ticks,
            "speed_ups": skill.speed,
            "self_status": -1 if skill.status is None else skill.status,
            "self_status_ticks": skill.status_ticks,
        }
        for skill in SHAPES
    ]
    return {**cast_rows(rows), "tick": TICK, "skills": skill_rows(*skills)}


def book(kind: int, **more: Any) -> np.ndarray:
    return skill_rows({"kind": DASH, "life_ticks": 77}, {"kind": kind, **more})


@CAREFUL
@given(
    casts_of_all_kinds,
    st.lists(st.tuples(st.integers(0, 63), st.integers(0, 4095)), min_size=5, max_size=5),
)
def test_dashes_go_where_one_moves_else_where_one_aims(
    casts: list[Cast], inputs: list[tuple[int, int]]
) -> None:
    made = call(
        begin_dashes,
        **cast_columns(casts),
        buttons=[buttons for buttons, _ in inputs],
        move=[way for _, way in inputs],
        until_tick=[3] * PLAYERS,
        direction=[9] * PLAYERS,
        speed_ups=[1.0] * PLAYERS,
    )
    walks = {row: way for row, (buttons, way) in enumerate(inputs) if buttons & MOVE}
    dashing = granting.dashes(casts, walks, TICK)
    for row in range(PLAYERS):
        ticks, way, speed = dashing.get(row, (range(3), 9, 1.0))
        found = (made.until_tick[row], made.direction[row], made.speed_ups[row])
        assert found == (ticks.stop, way, speed)


@CAREFUL
@given(casts_of_all_kinds)
def test_beams_begin(casts: list[Cast]) -> None:
    made = call(
        begin_beams,
        **cast_columns(casts),
        slot=[255] * PLAYERS,
        since_tick=[3] * PLAYERS,
        until_tick=[4] * PLAYERS,
        length_u=[5.0] * PLAYERS,
    )
    beaming = granting.beams(casts, TICK)
    for row in range(PLAYERS):
        slot, since, ticks = beaming.get(row, (255, 3, range(4)))
        found = (made.slot[row], made.since_tick[row], made.until_tick[row])
        assert found == (slot, since, ticks.stop)
        assert made.length_u[row] == (0.0 if row in beaming else 5.0)


@CAREFUL
@given(
    casts_of_all_kinds,
    st.lists(st.sampled_from([0.0, 10.0, 1000.0]), min_size=PLAYERS, max_size=PLAYERS),
)
def test_shields_are_as_large_as_the_larger(casts: list[Cast], before: list[float]) -> None:
    pools = [skill.pools[0] if skill.pools else 500.0 for skill in SHAPES]
    made = call(
        give_shields,
        **cast_columns(casts),
        effects=effect_rows(*({"pool_hp": pool} for pool in pools)),
        shield_hp=before,
        until_tick=[3] * PLAYERS,
    )
    given_to = granting.shields(casts, before, TICK)
    for row in range(PLAYERS):
        pool, ticks = given_to.get(row, (Fraction(before[row]), range(3)))
        assert (made.shield_hp[row], made.until_tick[row]) == (pool, ticks.stop)


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


@CAREFUL
@given(
    casts_of_all_kinds,
    st.permutations([REFRESH, EXTEND, STACK, STRONGEST]),
    st.dictionaries(
        st.tuples(st.integers(0, PLAYERS - 1), st.sampled_from([0, 3, 5, 11])),
        st.builds(
            Worn,
            left=st.sampled_from([-4, -1, 0, 1, 20, 30]),
            stacks=st.integers(1, 3),
            source=st.integers(NOBODY, PLAYERS - 1),
        ),
        max_size=6,
    ),
)
def test_casters_get_their_own_status(
    casts: list[Cast], rules: list[int], before: dict[tuple[int, int], Worn]
) -> None:
    """By the status's own stacking rule, on the caster alone, whatever the kind of the skill."""
    kinds = [Kind(0, rules[status % 4], 3, 20 + status, 0.0) for status in range(STATUSES)]
    columns = np.zeros((3, PLAYERS * STATUSES), np.int64)
    columns[2] = NOBODY
    for (row, status), worn in before.items():
        columns[:, row * STATUSES + status] = (TICK + 1 + worn.left, worn.stacks, worn.source)
    made = call(
        mark_casters,
        **cast_columns(casts),
        statuses=np.array(
            [(kind.does, kind.stacking, kind.most, kind.longest, 0.0) for kind in kinds],
            STATUS_ROW,
        ),
        until_tick=columns[0],
        stacks=columns[1],
        source=columns[2],
    )
    lasting = {place: worn for place, worn in before.items() if worn.left >= 0}
    for (row, status), worn in granting.marks(casts, lasting, kinds).items():
        columns[:, row * STATUSES + status] = (TICK + 1 + worn.left, worn.stacks, worn.source)
    assert [made.until_tick.tolist(), made.stacks.tolist(), made.source.tolist()] == (
        columns.tolist()
    )
