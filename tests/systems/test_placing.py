"""Areas and barriers: where they come down, how strong, and for how long."""

from __future__ import annotations

from dataclasses import replace
from math import hypot
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from schema.directions import TABLE
from schema.rulebook import AREA, PROJECTILE, WALL
from schema.walls import BLOCKS_MOVE, BLOCKS_SHOTS, BLOCKS_SIGHT
from systems.kernels.placing import THROWN_RADIUS_U, place_areas, raise_barriers
from systems.terrain import Terrain
from tests.oracle import throwing
from tests.oracle.building import Names, Order, barriers
from tests.oracle.carrying import between
from tests.oracle.terrain import that_block
from tests.systems.casting import cast_rows, effect_rows, entity_table, skill_rows
from tests.systems.ground import ground, terrain_columns
from tests.systems.kernel_calls import call

WORLD = (40.0, 24.0)
OPEN = ground(*WORLD, [])
TICK = 700


def placed(
    casts: list[dict[str, Any]],
    skills: list[dict[str, Any]],
    terrain: Terrain = OPEN,
    capacity: int = 9,
    used: int = 1,
) -> SimpleNamespace:
    return call(
        place_areas,
        **cast_rows(casts),
        tick=TICK,
        skills=skill_rows(*skills),
        effects=effect_rows(*({"damage_hp": 7.0, "heal_hp": 3.0} for _ in skills)),
        directions=TABLE,
        **terrain_columns(terrain),
        **entity_table(capacity, used),
        **{name: [0.5] * capacity for name in ("x_u", "y_u", "radius_u", "damage_hp", "heal_hp")},
        **{name: [9] * capacity for name in ("owner", "skill_of", "slot")},
        **{name: [9] * capacity for name in ("fire_tick", "until_tick")},
    )


@settings(max_examples=120)
@given(st.data())
def test_areas(data: st.DataObject) -> None:
    draw = data.draw
    skills = [
        {
            "kind": kind,
            "range_u": draw(st.sampled_from([0.0, 1.6, 11.0])),
            "radius_u": 2.5,
            "delay_ticks": draw(st.sampled_from([0, 1, 21])),
            "linger_ticks": draw(st.sampled_from([0, 1, 2, 180])),
            "charge_power": draw(st.sampled_from([1.0, 3.0])),
            "charge_radius": draw(st.sampled_from([1.0, 2.0])),
        }
        for kind in (AREA, AREA, PROJECTILE)
    ]
    casts = [
        {
            "player": draw(st.integers(0, 5)),
            "slot": draw(st.integers(0, 3)),
            "skill": skill,
            "level": draw(st.integers(1, 5)),
            "kind": skills[skill]["kind"],
            "aim": draw(st.integers(0, 4095)),
            "x_u": 12.0,
            "y_u": 12.0,
            "reach": draw(st.sampled_from([0.0, 0.5, 1.0])),
            "charge": draw(st.sampled_from([0.0, 0.5, 1.0])),
            "power": draw(st.sampled_from([1.0, 1.6])),
        }
        for skill in draw(st.lists(st.integers(0, 2), max_size=5))
    ]
    capacity = draw(st.integers(2, 7))
    made = placed(casts, skills, capacity=capacity)
    wanted = [cast for cast in casts if cast["kind"] == AREA]
    fit = wanted[: capacity - 1]
    assert (made.count[0], made.refused[0]) == (1 + len(fit), 10 + len(wanted) - len(fit))
    for place, cast in enumerate(fit, start=1):
        skill = skills[cast["skill"]]
        assert (made.row_slot[place], made.generation[place]) == (place, 4)
        facts = (made.owner[place], made.skill_of[place], made.slot[place])
        assert facts == (cast["player"], cast["skill"], cast["slot"])
        far = cast["reach"] * skill["range_u"]
        landed = (12.0 + far * TABLE[cast["aim"], 0], 12.0 + far * TABLE[cast["aim"], 1])
        assert (made.x_u[place], made.y_u[place]) == pytest.approx(landed, abs=1e-9)
        strength = between(1.0, skill["charge_power"], cast["charge"]) * cast["power"]
        strength *= cast["level"]
        assert made.damage_hp[place] == pytest.approx(7.0 * strength, rel=1e-12)
        assert made.heal_hp[place] == pytest.approx(3.0 * strength, rel=1e-12)
        wide = between(2.5, 2.5 * skill["charge_radius"], cast["charge"])
        assert made.radius_u[place] == pytest.approx(wide, rel=1e-12)
        assert made.fire_tick[place] == TICK + skill["delay_ticks"]
        first = TICK + skill["delay_ticks"]
        may = range(first, first + max(1, skill["linger_ticks"]))
        assert made.until_tick[place] == may[-1]
    assert made.owner[0] == 9


# --- Where a throw comes down ---------------------------------------------------------------------


def thrown(
    x: float, y: float, aim: int, reach: float, range_u: float, walls: list[throwing.Wall]
) -> tuple[float, float]:
    cast = {"player": 0, "kind": AREA, "aim": aim, "x_u": x, "y_u": y, "reach": reach}
    skill = {"kind": AREA, "range_u": range_u, "radius_u": 1.0}
    made = placed([cast], [skill], ground(*WORLD, walls))
    return float(made.x_u[1]), float(made.y_u[1])


def check_landing(
    x: float, y: float, aim: int, reach: float, range_u: float, walls: list[throwing.Wall]
) -> None:
    """Where a throw landed; grazing a wall it may answer as one a hair thinner or thicker."""
    at_x, at_y = thrown(x, y, aim, reach, range_u, walls)
    far, towards = range_u * reach, (float(TABLE[aim, 0]), float(TABLE[aim, 1]))
    stops = that_block(walls, BLOCKS_SHOTS)
    answers = [
        throwing.landing(x, y, towards, far, THROWN_RADIUS_U + hair, WORLD, stops)
        for hair in (0.0, -1e-9, 1e-9, -1e-7, 1e-7)
    ]
    assert min(hypot(at_x - ax, at_y - ay) for ax, ay in answers) < 1e-4, (at_x, at_y, answers)
    assert 0.0 <= at_x <= WORLD[0]
    assert 0.0 <= at_y <= WORLD[1]
    assert hypot(at_x - x, at_y - y) <= far + 1e-9
    assert all(throwing.gap(at_x, at_y, wall) > THROWN_RADIUS_U - 1e-6 for wall in stops)


shapes = st.sampled_from(
    [(0.0, 3.0, 0.0), (3.0, 0.0, 0.0), (0.4, 2.0, 0.3), (0.0, 0.0, 1.0), (2.0, 0.0, 0.2)]
)
turns = st.sampled_from([0, 0, 1024, 300, 2901])
masks = st.sampled_from([7, 7, BLOCKS_SHOTS, BLOCKS_MOVE | BLOCKS_SIGHT])


@settings(max_examples=150)
@given(st.data(), st.floats(1, 39), st.floats(1, 23), st.integers(0, 4095))
def test_throws_land_short_of_the_first_wall_in_the_world(
    data: st.DataObject, x: float, y: float, aim: int
) -> None:
    walls = [
        (wx, wy, *data.draw(shapes), data.draw(turns), data.draw(masks))
        for wx, wy in data.draw(st.lists(st.tuples(st.floats(2, 38), st.floats(2, 22)), max_size=4))
    ]
    # Bodies stand clear of walls: half a unit, and the throw is an eighth.
    assume(all(throwing.gap(x, y, wall) > 0.2 for wall in walls))
    reach = data.draw(st.sampled_from([0.0, 0.3, 1.0]))
    check_landing(x, y, aim, reach, data.draw(st.sampled_from([1.0, 12.0, 100.0])), walls)


@settings(max_examples=150)
@given(
    st.integers(0, 4095),
    st.floats(0.0, 1.0),
    st.floats(0.5, 11.0),
    shapes,
    turns,
    st.floats(-1.2, 1.2),
)
def test_throws_at_a_wall_that_is_just_in_the_way(
    aim: int,
    reach: float,
    ahead: float,
    shape: tuple[float, float, float],
    turn: int,
    aside: float,
) -> None:
    """A wall across the path, or beside it by about as much as the throw is thick."""
    dx, dy = TABLE[aim].tolist()
    hx, hy, radius = shape
    off = aside * (max(hx, hy) + radius + THROWN_RADIUS_U)
    wall = (20.0 + dx * ahead - dy * off, 12.0 + dy * ahead + dx * off, *shape, turn, 7)
    assume(throwing.gap(20.0, 12.0, wall) > 0.2)
    check_landing(20.0, 12.0, aim, reach, 12.0, [wall])


def test_a_throw_stops_at_a_wall_without_thickness_and_passes_what_stops_no_shots() -> None:
    wall = (15.0, 10.0, 0.0, 3.0, 0.0)
    assert thrown(10.0, 10.0, 0, 1.0, 12.0, [wall]) == pytest.approx((14.875, 10.0), abs=1e-9)
    see_through = (*wall, 0, BLOCKS_MOVE | BLOCKS_SIGHT)
    assert thrown(10.0, 10.0, 0, 1.0, 12.0, [see_through]) == (22.0, 10.0)


# --- Barriers -------------------------------------------------------------------------------------

COLUMNS = ("x_u", "y_u", "hx_u", "hy_u", "radius_u", "health_hp", "full_hp")
FACTS = ("heading", "kind", "blocks", "owner", "expire_tick")

orders = st.builds(
    Order,
    player=st.integers(0, 9),
    at=st.builds(complex, st.floats(0, 40), st.floats(0, 24)),
    aim=st.integers(0, 4095) | st.sampled_from([0, 1023, 1024, 3071, 3072, 4095]),
    ahead=st.sampled_from([0.0, 2.2]),
    half=st.sampled_from([0.5, 2.3]),
    thick=st.sampled_from([0.125, 0.2]),
    ticks=st.integers(1, 200),
    health=st.sampled_from([1.0, 140.0]),
    stops=st.integers(1, 7),
)


@settings(max_examples=150)
@given(
    st.lists(st.tuples(orders, st.booleans()), max_size=5),
    st.permutations(range(6)),
    st.integers(0, 5),
)
def test_barriers_stand_across_the_aim(
    drawn: list[tuple[Order, bool]], slots: list[int], used: int
) -> None:
    """Every order is a skill of its own, among casts of areas."""
    casts = [
        {
            "player": order.player,
            "kind": WALL if raises else AREA,
            "skill": row,
            "aim": order.aim,
            "x_u": order.at.real,
            "y_u": order.at.imag,
            "power": 1.6,
            "level": 3,
            "slot": 2,
        }
        for row, (order, raises) in enumerate(drawn)
    ]
    skills = [
        {
            "kind": WALL if raises else AREA,
            "distance_u": order.ahead,
            "half_length_u": order.half,
            "radius_u": order.thick,
            "life_ticks": order.ticks,
            "blocks": order.stops,
        }
        for order, raises in drawn
    ]
    capacity, names = len(slots), Names(slots[: len(slots) - used], [3] * len(slots))
    made = call(
        raise_barriers,
        **cast_rows(casts),
        tick=TICK,
        skills=skill_rows(*skills, {}),
        effects=effect_rows(*({"pool_hp": order.health} for order, _ in drawn), {}),
        directions=TABLE,
        count=used,
        refused=10,
        row_slot=[9] * capacity,
        generation=[3] * capacity,
        free=slots,
        **{name: [0.5] * capacity for name in COLUMNS},
        **{name: [9] * capacity for name in FACTS},
    )
    # Three times as strong at level three; power changes nothing.
    wanted = [replace(order, health=3.0 * order.health) for order, raises in drawn if raises]
    built, refused = barriers(wanted, capacity - used, TICK)
    assert (made.count[0], made.refused[0]) == (used + len(built), 10 + refused)
    for place, barrier in enumerate(built, start=used):
        assert made.row_slot[place] == names.give()
        assert abs(complex(made.x_u[place], made.y_u[place]) - barrier.at) < 1e-12
        shape = tuple(getattr(made, name)[place] for name in COLUMNS[2:])
        assert shape == (*barrier.half, barrier.radius, barrier.health, barrier.health)
        facts = tuple(getattr(made, name)[place] for name in FACTS)
        thing = (barrier.heading, barrier.kind, barrier.stops, barrier.owner)
        assert facts == (*thing, barrier.last)
    assert made.generation.tolist() == [names.uses[slot] for slot in range(capacity)]
    for row in (*range(used), *range(used + len(built), capacity)):
        assert (made.owner[row], made.x_u[row], made.row_slot[row]) == (9, 0.5, 9)
