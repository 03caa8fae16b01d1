"""Whole commands of bots against their twin, where a hair would make them decide otherwise.

Players stand at the edges of ranges and of zones, beside walls and behind them, in each other and
a few units from the end of the world.  Nobody stands in a wall, which nothing in the game allows.
"""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import product
from math import ceil

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schema.commands import COMMAND
from schema.directions import TABLE
from systems.bots import skill_array
from systems.kernels.broadphase import build_grid
from systems.kernels.deciding import decide
from systems.rules import Rules
from tests.oracle import bots
from tests.oracle.bots import Circle, Command, Player, Scene, Skill
from tests.oracle.terrain import room
from tests.systems.contact import HEADINGS, SIZES, Wall, surface_points, wall_sets
from tests.systems.ground import ground, terrain_columns
from tests.systems.kernel_calls import call
from tests.systems.matches import SIZE_U, SPAWNS, WALLS, new_world, shipped

CAREFUL = settings(max_examples=600, database=None)
pytestmark = pytest.mark.filterwarnings("ignore:overflow encountered in scalar")

RADIUS = 0.5
SHIPPED = Skill.of(skill_array(new_world(2, 1, balance=shipped()).resource(Rules)).tolist())
# Ranges of 5, 10, 12.5 and 25 have points that 3-4-5 triangles reach exactly.
SKILLS = (
    replace(SHIPPED, period=1),
    replace(SHIPPED, period=1, sight=12.5, aim_error=0, shot_range=10.0, blast_range=5.0),
    replace(SHIPPED, period=1, sight=25.0, blast_chance=1.0, distance=4.0, blast_range=10.0),
    replace(SHIPPED, period=2, sight=10.0, blast_chance=0.5, dash_health=1000.0, wander=1),
    replace(SHIPPED, period=3, sight=200.0, aim_error=1024, blast_chance=1.0, wander=7),
    replace(SHIPPED, period=1, sight=12.5, distance=0.0, dash_health=0.0, shot_range=12.5),
)
TICKS = [0, 1, 23, 24, 47, 48, 149, 150, 3600, 2**31 - 1, 2**31, 2**32 - 1]
HEALTH_HP = [5.0, 39.75, 40.0, 40.25, 100.0]
# Standing, running, dashing.
VELOCITIES = [(0.0, 0.0)] * 3 + [(7.0, 0.0), (-4.2, 5.6), (0.1, -6.9), (26.0, 0.0), (-15.6, -20.8)]
SLACK = (0.0, 1 / 1024, -1 / 1024, 0.25, -0.25)


def columns_of(scene: Scene, cell_u: float, spare: int) -> dict[str, object]:
    """Players as columns, with some rows behind them that are in use no more, and their grid."""
    players = [*scene.players, *[Player(5.0, 5.0)] * spare]
    columns, rows = (ceil(length / cell_u) for length in scene.size)
    found = {
        "count": len(scene.players),
        "alive": [player.alive for player in players],
        "x_u": [player.x for player in players],
        "y_u": [player.y for player in players],
        "grid": [cell_u, columns, rows],
        "start": np.zeros(columns * rows + 1, np.int32),
        "row_of": np.zeros(len(players), np.int32),
    }
    grid = call(build_grid, **found, cell=np.zeros(len(players), np.int32), reach_u=0.0)
    return {
        **found,
        "start": grid.start,
        "row_of": grid.row_of,
        "bot": [player.bot for player in players],
        "health_hp": [player.health for player in players],
        "vx_ups": [player.vx for player in players],
        "vy_ups": [player.vy for player in players],
    }


def decided(scene: Scene, cell_u: float = 4.0, spare: int = 0) -> list[Command]:
    skill = scene.skill
    made = call(
        decide,
        tick=scene.tick,
        seed=np.uint64(scene.seed),
        zone=[*scene.zone, *scene.coming],
        skill=[float(getattr(skill, name)) for name in skill.__dataclass_fields__],
        directions=scene.directions,
        commands=np.full(len(scene.players) + 1, -1, "<i8").repeat(2).view(COMMAND),
        made=-7,
        **columns_of(scene, cell_u, spare),
        **terrain_columns(ground(*scene.size, list(scene.walls))),  # type: ignore[arg-type]
    )
    count = int(made.made[0])
    assert set(made.commands[count:].tobytes()) == {255}, "written behind the last command"
    return [Command(*row) for row in made.commands[:count].tolist()]


def check(scene: Scene, cell_u: float = 4.0, spare: int = 0) -> None:
    found, allowed = decided(scene, cell_u, spare), bots.decide(scene)
    assert [command.slot for command in found] == list(allowed)
    for command in found:
        assert command in allowed[command.slot]


# --- scenes --------------------------------------------------------------------------------------


@st.composite
def zones(draw: st.DrawFn, size: tuple[float, float]) -> tuple[Circle, Circle]:
    """The zone and the one to come; 96 % of a radius of 6.25, 12.5 or 25 is exact."""
    width, height = size
    centre = (float(width // 2), float(height // 2))
    now = draw(st.sampled_from([6.25, 12.5, 25.0, 60.0, 60.0, 60.0, 0.0, 11.3]))
    dx, dy, after = draw(
        st.sampled_from(list(product((0.0, 2.5, -3.7), (0.0, -4.0), (0.0, 2.0, 6.0, 15.0))))
    )
    return (*centre, now), (centre[0] + dx, centre[1] + dy, after)


@st.composite
def places(
    draw: st.DrawFn,
    size: tuple[float, float],
    walls: list[Wall],
    skill: Skill,
    circles: tuple[Circle, Circle],
    former: list[tuple[float, float]],
) -> tuple[float, float]:
    """Somewhere from where something is just so, or just not."""
    width, height = size
    (ux, uy), slack = draw(st.sampled_from(list(product(HEADINGS, SLACK))))
    kind = draw(st.sampled_from(["range", "range", "circle", "edge", "anywhere"]))
    if walls:
        kind = draw(st.sampled_from([kind, "beside", "behind"]))
    if kind == "range":
        (x, y), far = draw(st.sampled_from(list(product(former, ranges_of(skill)))))
        return x + ux * (far + slack), y + uy * (far + slack)
    if kind == "circle":
        (zx, zy, zone), (nx, ny, _) = circles
        x, y, far = draw(st.sampled_from([(zx, zy, 0.96 * zone), (nx, ny, 3.0), (nx, ny, 0.0)]))
        return x + ux * (far + slack), y + uy * (far + slack)
    if kind == "beside":
        # In touch, a probe away, and where the line of sight has a narrow way past.
        room_u = draw(st.sampled_from([1 / 1024, 0.25, 2.0, 3.0, 3.0 + 1 / 1024, 3.0 - 1 / 1024]))
        x, y, _ = draw(surface_points(draw(st.sampled_from(walls)), RADIUS + room_u))
        return x, y
    if kind == "behind":
        (x, y), (cx, cy, hx, hy, r) = draw(st.sampled_from(list(product(former, walls))))
        far, past = draw(st.sampled_from(list(product((0.5, 1.0, 1.5), (0.0, 0.0, 1.0, -1.0)))))
        # Seen by a hand's breadth, or not.
        past *= 1.0 + far + slack
        return cx + (cx - x) * far + past * (hx + r), cy + (cy - y) * far - past * (hy + r)
    near_x = st.sampled_from([0.5, 3.5, width - 3.5, width - 0.5, width / 2, 8.25])
    near_y = st.sampled_from([0.5, 3.5, height - 3.5, height - 0.5, height / 2, 8.25])
    if kind == "edge":
        return draw(near_x) + slack, draw(near_y) + slack
    return draw(st.integers(2, int(width * 4) - 2)) / 4, draw(st.floats(0.5, height - 0.5))


def ranges_of(skill: Skill) -> list[float]:
    """Distances at which a bot changes its mind about another."""
    liked = skill.distance * 0.75, skill.distance * 1.25
    return [0.0, skill.sight, skill.shot_range, skill.blast_range, *liked]


@st.composite
def crowds(
    draw: st.DrawFn, size: tuple[float, float], walls: list[Wall], places: list[tuple[float, float]]
) -> list[Player]:
    """People at these places, but for those that a wall takes up, in any order."""
    players = []
    for x, y in places:
        x, y = (min(max(at, RADIUS), end - RADIUS) for at, end in zip((x, y), size, strict=True))
        if room(*size, walls, x, y) < RADIUS:
            continue
        velocity, health = draw(st.sampled_from(VELOCITIES)), draw(st.sampled_from(HEALTH_HP))
        alive, bot = draw(st.sampled_from([(True, True)] * 6 + [(False, True), (True, False)]))
        players.append(Player(x, y, *velocity, health, alive, bot))
    return draw(st.permutations(players))


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    size = draw(st.sampled_from([*SIZES, SIZE_U]))
    built = st.just(list(WALLS)) if size == SIZE_U else wall_sets(*size, RADIUS, 4)
    walls = draw(st.builds(list) | built)
    skill, circles = draw(st.sampled_from(SKILLS)), draw(zones(size))
    standing: list[tuple[float, float]] = [(size[0] / 2, size[1] / 2)]
    for _ in range(draw(st.integers(1, 7))):
        standing.append(draw(places(size, walls, skill, circles, standing)))
    return Scene(
        tick=draw(st.sampled_from(TICKS) | st.integers(0, 10_000)),
        seed=draw(st.integers(0, 2**64 - 1)),
        players=draw(crowds(size, walls, standing[draw(st.integers(0, 1)) :])),
        zone=circles[0],
        coming=circles[1],
        skill=skill,
        size=size,
        walls=walls,
        directions=TABLE,
    )


@pytest.mark.parametrize("radius", [6.25, 12.5, 25.0])
def test_one_at_the_edge_of_every_circle(radius: float) -> None:
    """Alone at the edge of the zone, or where it is near enough to the middle of the next one."""
    rng = random.Random(11)
    middle, coming = (30.0, 30.0), (31.5, 30.0)
    for (centre, far), slack in product([(middle, 0.96 * radius), (coming, 3.0)], SLACK):
        for (ux, uy), after in product(HEADINGS[:16], (0.0, 2.0)):
            x, y = centre[0] + ux * (far + slack), centre[1] + uy * (far + slack)
            circles, tick, seed = ((*middle, radius), (*coming, after)), 48, rng.getrandbits(64)
            alone = [Player(x, y)]
            check(Scene(tick, seed, alone, *circles, SKILLS[0], (60.0, 60.0), [], TABLE))


@pytest.mark.parametrize("skill", SKILLS)
def test_two_at_the_edge_of_every_range(skill: Skill) -> None:
    """Two in the open, at a distance that a triangle reaches exactly, or a little beside it."""
    rng = random.Random(7)
    for far, slack in product(ranges_of(skill), SLACK):
        for ux, uy in HEADINGS[:16]:
            x, y = rng.randrange(4 * 26, 4 * 34) / 4, rng.randrange(4 * 26, 4 * 34) / 4
            ends = [(x, y), (x + ux * (far + slack), y + uy * (far + slack))]
            pair = [Player(*at, *rng.choice(VELOCITIES), rng.choice(HEALTH_HP)) for at in ends]
            tick, seed, open_zone = rng.choice(TICKS), rng.getrandbits(64), (30.0, 30.0, 99.0)
            circles = (open_zone, (30.0, 30.0, 6.0))
            check(Scene(tick, seed, pair, *circles, skill, (60.0, 60.0), [], TABLE))


@CAREFUL
@given(scenes(), st.sampled_from([1.0, 4.0, 7.5, 64.0]), st.integers(0, 2))
def test_bots_give_the_commands_of_their_twins(scene: Scene, cell_u: float, spare: int) -> None:
    check(scene, cell_u, spare)


def test_twins_are_hardly_ever_in_doubt() -> None:
    """Otherwise the comparison would say little."""
    rng, answers = random.Random(5), list[set[Command]]()
    for _ in range(60):
        free = [at for at in SPAWNS if rng.random() < 0.3]
        players = [Player(x + rng.uniform(-0.4, 0.4), y, rng.uniform(-7, 7)) for x, y in free]
        circles = ((18.0, 14.0, rng.uniform(5, 25)), (17.0, 15.0, rng.uniform(0, 5)))
        skill, seed = rng.choice(SKILLS), rng.getrandbits(64)
        scene = Scene(rng.randrange(9999), seed, players, *circles, skill, SIZE_U, WALLS, TABLE)
        check(scene)
        answers += list(bots.decide(scene).values())
    assert len(answers) > 500
    assert sum(len(allowed) == 1 for allowed in answers) >= 0.99 * len(answers)
