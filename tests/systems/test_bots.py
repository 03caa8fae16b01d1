"""Bots: who decides when, on what they can see, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from math import atan2, cos, hypot, pi, sin

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ecs.world import World
from schema.columns import Clock, Control, Motion, Position, Vitals, Zone
from schema.commands import ATTACK, BLAST, BUTTONS_ALL, DASH, MOVE
from schema.directions import TABLE
from systems import tick as ticking
from systems.bots import Bots, skill_array
from systems.kernels import deciding
from systems.kernels.deciding import PROBE_U, SHOT_RADIUS_U
from systems.rules import Rules
from tests.oracle import throwing
from tests.systems.matches import SIZE_U, WALLS, new_world, put_players, shipped

CAREFUL = settings(deadline=None, derandomize=True, database=None, max_examples=120)
pytestmark = pytest.mark.filterwarnings("ignore:overflow encountered in scalar")

WORLD = new_world(12, 1, balance=shipped())
EMPTY = WORLD.keyframe()
BOTS = Bots(WORLD)
OPEN = new_world(7, 1, balance=shipped(), walls=())
OPEN_EMPTY = OPEN.keyframe()
OPEN_BOTS = Bots(OPEN)
RULES = WORLD.resource(Rules)
SKILLS = (
    "period_ticks sight_u aim_error_directions keep_distance_u dash_health_hp blast_chance "
    "wander_ticks shot_speed_ups shot_range_u blast_range_u body_radius_u"
).split()
GOOD = {name: float(skill_array(RULES)[getattr(deciding, name.upper())]) for name in SKILLS}
PERIOD = int(GOOD["period_ticks"])
BODY_U = GOOD["body_radius_u"]


def clear(x: float, y: float) -> bool:
    inside = BODY_U < x < SIZE_U[0] - BODY_U and BODY_U < y < SIZE_U[1] - BODY_U
    return inside and all(throwing.gap(x, y, wall) > BODY_U + 1e-3 for wall in WALLS)


places = st.tuples(st.floats(0.6, 35.4), st.floats(0.6, 27.4)).filter(lambda p: clear(*p))


@st.composite
def across_a_wall(draw: st.DrawFn) -> list[tuple[float, float]]:
    """Two on either side of a wall, sometimes just past its end: seen or not by a little."""
    cx, cy, hx, hy, radius = draw(st.sampled_from(WALLS))
    away = [radius + draw(st.floats(0.6, 3)) for _ in range(2)]
    if draw(st.booleans()):
        along = draw(st.floats(-1.2, 1.2)) * (hx + radius)
        pair = [(cx + along, cy - hy - away[0]), (cx + along, cy + hy + away[1])]
    else:
        along = draw(st.floats(-1.2, 1.2)) * (hy + radius)
        pair = [(cx - hx - away[0], cy + along), (cx + hx + away[1], cy + along)]
    return [place for place in pair if clear(*place)]


@st.composite
def worlds(draw: st.DrawFn) -> tuple[World, list[tuple[float, float]]]:
    """The shared world with players put into it."""
    bodies = draw(across_a_wall()) + draw(st.lists(places, min_size=1, max_size=3))
    bodies += draw(st.just([]) | st.lists(places, max_size=7))
    WORLD.restore(EMPTY)
    put_players(WORLD, bodies)
    count = len(bodies)
    vitals = WORLD.group("players", Vitals)
    lives = st.lists(st.sampled_from([1, 1, 0]), min_size=count, max_size=count)
    vitals.alive[:count] = draw(lives)
    vitals.health_hp[:count] = draw(st.sampled_from([5.0, 100.0]))
    bots = st.lists(st.sampled_from([1, 1, 1, 0]), min_size=count, max_size=count)
    WORLD.group("players", Control).bot[:count] = draw(bots)
    motion = WORLD.group("players", Motion)
    speeds = st.lists(st.floats(-7, 7), min_size=count, max_size=count)
    motion.vx_ups[:count], motion.vy_ups[:count] = draw(speeds), draw(speeds)
    # Mostly the turn of one of the first two, who may have a wall between them.
    turn = st.integers(1, 900).map(lambda rounds: rounds * PERIOD)
    WORLD.group("match", Clock).tick[0] = draw(
        turn | turn.map(lambda t: t - 1) | st.integers(0, 99)
    )
    WORLD.group("match", Clock).seed[0] = draw(st.integers(0, 2**64 - 1))
    WORLD.group("match", Zone).radius_u[0] = draw(st.sampled_from([4.0, 15.0, 60.0]))
    return WORLD, bodies


def visible(at: tuple[float, float], other: tuple[float, float], hair: float = 0.0) -> bool:
    dx, dy = other[0] - at[0], other[1] - at[1]
    radius = SHOT_RADIUS_U + hair
    return all(throwing.first_touch(*at, dx, dy, radius, wall) is None for wall in WALLS)


def nearest_in_sight(row: int, bodies: Sequence[tuple[float, float]]) -> int | None:
    """The nearest living other player in sight; examples that hang by a hair are thrown away."""
    alive = WORLD.group("players", Vitals).alive
    seen = []
    for other, place in enumerate(bodies):
        if other == row or not alive[other]:
            continue
        apart = hypot(place[0] - bodies[row][0], place[1] - bodies[row][1])
        assume(abs(apart - GOOD["sight_u"]) > 1e-6)
        if apart >= GOOD["sight_u"]:
            continue
        answers = {visible(bodies[row], place, hair) for hair in (-1e-6, 1e-6)}
        assume(len(answers) == 1)
        if answers.pop():
            seen.append((apart, other))
    seen.sort()
    assume(len(seen) < 2 or seen[1][0] - seen[0][0] > 1e-9)
    return seen[0][1] if seen else None


def free_way(x: float, y: float, heading: int, hair: float) -> bool:
    dx, dy = (float(part) * PROBE_U for part in TABLE[heading])
    edge = BODY_U + hair
    if not (edge < x + dx < SIZE_U[0] - edge and edge < y + dy < SIZE_U[1] - edge):
        return False
    return all(throwing.first_touch(x, y, dx, dy, edge, wall) is None for wall in WALLS)


def turns_apart(one: float, two: float) -> float:
    """Difference of two directions in steps of the table."""
    return abs((one - two + 2048) % 4096 - 2048)


@CAREFUL
@given(worlds())
def test_a_command_for_every_living_bot_whose_turn_it_is(
    made: tuple[World, list[tuple[float, float]]],
) -> None:
    world, bodies = made
    tick = int(world.group("match", Clock).tick[0])
    bot, alive = world.group("players", Control).bot, world.group("players", Vitals).alive
    before = world.state_hash()
    commands = BOTS.decide()
    expected = [
        row for row in range(len(bodies)) if bot[row] and alive[row] and (tick + row) % PERIOD == 0
    ]
    assert commands["slot"].tolist() == expected
    assert (commands["seq"] == tick).all()
    assert (commands["view_tick"] == tick).all()
    assert (commands["move"] < 4096).all()
    assert (commands["aim"] < 4096).all()
    assert (commands["buttons"] <= BUTTONS_ALL).all()
    assert world.state_hash() == before, "deciding changed the world"


def test_everybody_decides_once_in_a_period() -> None:
    WORLD.restore(EMPTY)
    put_players(WORLD, [(2.0 + 2 * row, 2.0) for row in range(12)])
    clock = WORLD.group("match", Clock)
    turns: list[int] = []
    for tick in range(1000, 1000 + PERIOD):
        clock.tick[0] = tick
        turns += BOTS.decide()["slot"].tolist()
    assert sorted(turns) == list(range(12))


@CAREFUL
@given(worlds())
def test_they_attack_what_they_see_and_nothing_else(
    made: tuple[World, list[tuple[float, float]]],
) -> None:
    world, bodies = made
    motion = world.group("players", Motion)
    for command in BOTS.decide().copy():
        row = int(command["slot"])
        enemy = nearest_in_sight(row, bodies)
        buttons = int(command["buttons"])
        if enemy is None:
            assert buttons & (ATTACK | BLAST) == 0
            continue
        (x, y), (ex, ey) = bodies[row], bodies[enemy]
        apart = hypot(ex - x, ey - y)
        assert bool(buttons & ATTACK) == (apart <= GOOD["shot_range_u"])
        if buttons & BLAST:
            assert apart <= GOOD["blast_range_u"]
            assert abs(int(command["reach"]) - 255 * apart / GOOD["blast_range_u"]) <= 1
        lead = apart / GOOD["shot_speed_ups"]
        ax, ay = ex + motion.vx_ups[enemy] * lead - x, ey + motion.vy_ups[enemy] * lead - y
        if hypot(ax, ay) > 1e-3:
            ideal = atan2(ay, ax) / (2 * pi) * 4096
            off = turns_apart(int(command["aim"]), ideal)
            assert off <= GOOD["aim_error_directions"] + 1


@CAREFUL
@given(worlds())
def test_they_walk_where_the_way_is_free(made: tuple[World, list[tuple[float, float]]]) -> None:
    """The way taken is free, or none of the nine around it is."""
    _, bodies = made
    for command in BOTS.decide().copy():
        x, y = bodies[int(command["slot"])]
        heading = int(command["move"])
        around = [(heading + turn * 400) % 4096 for turn in range(-4, 5)]
        if not free_way(x, y, heading, -1e-6):
            assert not any(free_way(x, y, other, 1e-6) for other in around)


@CAREFUL
@given(worlds())
def test_outside_the_zone_they_run_for_the_next_circle(
    made: tuple[World, list[tuple[float, float]]],
) -> None:
    world, bodies = made
    zone = world.group("match", Zone)
    for command in BOTS.decide().copy():
        x, y = bodies[int(command["slot"])]
        out = hypot(x - zone.x_u[0], y - zone.y_u[0])
        if out <= zone.radius_u[0] or hypot(x - zone.next_x_u[0], y - zone.next_y_u[0]) < 4.0:
            continue
        assert int(command["buttons"]) & DASH
        assert int(command["buttons"]) & MOVE
        goal = atan2(zone.next_y_u[0] - y, zone.next_x_u[0] - x) / (2 * pi) * 4096
        straight = int(goal) % 4096
        if free_way(x, y, straight, 1e-3):
            assert turns_apart(int(command["move"]), goal) <= 1.5


@CAREFUL
@given(st.permutations(range(6)), st.integers(0, 59))
def test_the_nearest_of_several_in_sight_is_aimed_at(order: list[int], turn: int) -> None:
    """Six around one, each a little farther than the one before, in any order of rows."""
    OPEN.restore(OPEN_EMPTY)
    middle = (18.0, 14.0)
    ring = [
        (
            middle[0] + (4.0 + 0.5 * step) * cos((10 * step + turn) * pi / 30),
            middle[1] + (4.0 + 0.5 * step) * sin((10 * step + turn) * pi / 30),
        )
        for step in range(6)
    ]
    put_players(OPEN, [middle, *(ring[step] for step in order)])
    OPEN.group("match", Zone).radius_u[0] = 60.0
    (command,) = (c for c in OPEN_BOTS.decide() if c["slot"] == 0)
    ideal = turn / 60 * 4096
    assert turns_apart(int(command["aim"]), ideal) <= GOOD["aim_error_directions"] + 1


@pytest.mark.parametrize("place", [(0.6, 14.0), (35.4, 14.0), (18.0, 0.6), (18.0, 27.4)])
@pytest.mark.parametrize("goal", [(-500.0, 14.0), (500.0, 14.0), (18.0, -500.0), (18.0, 500.0)])
def test_they_do_not_run_against_the_edge_of_the_world(
    place: tuple[float, float], goal: tuple[float, float]
) -> None:
    OPEN.restore(OPEN_EMPTY)
    put_players(OPEN, [place])
    zone = OPEN.group("match", Zone)
    zone.x_u[0], zone.y_u[0], zone.radius_u[0] = *goal, 1.0
    zone.next_x_u[0], zone.next_y_u[0], zone.next_radius_u[0] = *goal, 0.5
    (command,) = OPEN_BOTS.decide()
    x, y = (at + PROBE_U * d for at, d in zip(place, TABLE[int(command["move"])], strict=True))
    assert BODY_U < x < SIZE_U[0] - BODY_U
    assert BODY_U < y < SIZE_U[1] - BODY_U


@CAREFUL
@given(worlds())
def test_the_same_state_gives_the_same_commands(
    made: tuple[World, list[tuple[float, float]]],
) -> None:
    world, _ = made
    commands = BOTS.decide().tobytes()
    saved = world.keyframe()
    # Another world, other buffers, and buffers that have seen another state meanwhile.
    twin = ticking.fork(world)
    fresh = Bots(twin)
    assert fresh.decide().tobytes() == commands
    world.group("match", Clock).tick[0] += 1
    world.group("players", Position).x_u[:] = 3.0
    BOTS.decide()
    world.restore(saved)
    assert BOTS.decide().tobytes() == commands


def test_blasts_are_thrown_about_as_often_as_the_balance_says() -> None:
    WORLD.restore(EMPTY)
    put_players(WORLD, [(20.0, 5.0), (25.0, 5.0)])
    clock, thrown, decided = WORLD.group("match", Clock), 0, 0
    for tick in range(0, 3000 * PERIOD, PERIOD):
        clock.tick[0] = tick
        (command,) = BOTS.decide()
        decided += 1
        thrown += bool(int(command["buttons"]) & BLAST)
    chance = GOOD["blast_chance"]
    spread = (decided * chance * (1 - chance)) ** 0.5
    assert abs(thrown - decided * chance) < 5 * spread


def test_the_error_of_aim_uses_its_whole_range() -> None:
    WORLD.restore(EMPTY)
    put_players(WORLD, [(20.0, 5.0), (25.0, 5.0)])
    clock = WORLD.group("match", Clock)
    errors = []
    for tick in range(0, 600 * PERIOD, PERIOD):
        clock.tick[0] = tick
        aim = int(BOTS.decide()[0]["aim"])
        errors.append((aim + 2048) % 4096 - 2048)
    limit = GOOD["aim_error_directions"]
    assert -limit <= min(errors) < -0.9 * limit
    assert 0.9 * limit < max(errors) <= limit
    assert abs(np.mean(errors)) < 5 * limit / (3 * len(errors)) ** 0.5
