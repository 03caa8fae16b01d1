"""Worlds, starts and commands that aim at contact: most steps meet a wall, many in a bad way."""

from __future__ import annotations

import math

import numpy as np

from ringfall.datapack import load_datapack
from schema.commands import BUTTONS_ALL, MOBILITY, MOVE, SKILL_SLOTS
from schema.directions import COUNT, TABLE
from schema.events import NO_SLOT, NOBODY, STAGE_COUNTDOWN, STAGE_PLAY, STAGE_SUDDEN_DEATH
from schema.rulebook import STATUSES
from schema.walls import BLOCKS_ALL, BLOCKS_MOVE, BLOCKS_SIGHT, OBSTACLE_REACH_U
from systems.kernels.walls import HAIR_U, SKIN_U
from systems.terrain import wall_records
from tests.prediction.layout import OWN, STEP, Wall, World
from tests.prediction.rulesets import Facts
from tests.systems.ground import gaps_to

GENERATED = "generated:77"
# Corridors narrower than a body and as wide as one, wedges, segments, a wall without any extent,
# pillars that touch, a box in a box, what leaves the world or only touches its edge, walls that
# bodies pass, and faces to which the gap rounds up (0.3 + 0.7 is more than the number before 1).
NASTY: list[Wall] = [
    (8.0, 6.0, 4.0, 0.5, 0.0, 0, BLOCKS_ALL),
    (8.0, 7.9, 4.0, 0.5, 0.0, 0, BLOCKS_ALL),
    (8.0, 9.9, 4.0, 0.5, 0.0, 0, BLOCKS_ALL),
    (18.0, 6.0, 3.0, 0.4, 0.1, 300, BLOCKS_ALL),
    (18.2, 7.4, 3.0, 0.4, 0.1, 341, BLOCKS_ALL),
    (24.0, 14.0, 0.0, 5.0, 0.0, 0, BLOCKS_ALL),
    (24.0, 14.0, 5.0, 0.0, 0.0, 512, BLOCKS_ALL),
    (30.0, 8.0, 0.0, 0.0, 0.0, 0, BLOCKS_ALL),
    (8.0, 20.0, 0.0, 0.0, 1.5, 0, BLOCKS_ALL),
    (11.0, 20.0, 0.0, 0.0, 1.5, 0, BLOCKS_ALL),
    (9.5, 22.2, 0.0, 0.0, 1.0, 0, BLOCKS_MOVE),
    (18.0, 20.0, 1.0, 1.0, 0.5, 0, BLOCKS_ALL),
    (18.0, 20.0, 0.5, 0.5, 0.0, 700, BLOCKS_ALL),
    (35.0, 27.0, 2.0, 2.0, 0.0, 0, BLOCKS_ALL),
    (0.25, 14.0, 0.25, 3.0, 0.0, 0, BLOCKS_ALL),
    (18.0, 0.0, 2.0, 1.0, 0.0, 0, BLOCKS_ALL),
    (4.0, 14.0, 2.5, 0.0, 0.25, 3300, BLOCKS_ALL),
    (29.5, 20.0, 0.0, 3.0, 0.25, 0, BLOCKS_MOVE),
    (14.0, 14.0, 2.0, 2.0, 0.0, 100, BLOCKS_SIGHT),
    (32.0, 14.0, 3.0, 0.0, 0.125, 1, BLOCKS_ALL),
    (32.0, 15.1, 3.0, 0.0, 0.125, 4095, BLOCKS_ALL),
    (4.0, 26.0, 12.0, 0.3, 0.2, 64, BLOCKS_ALL),
    (24.0, 25.0, 8.0, 0.0, 0.3, 2080, BLOCKS_ALL),
    (0.0, 20.0, 0.3, 2.0, 0.2, 0, BLOCKS_ALL),
    (0.0, 9.0, 0.3, 1.5, 0.2, 0, BLOCKS_ALL),
    (28.0, 0.0, 2.0, 0.3, 0.2, 0, BLOCKS_ALL),
]


def worlds(rng: np.random.Generator, names: list[str]) -> list[World]:
    """The worlds of these names: maps, "nasty", "clutter" or "open"."""
    made = []
    for name in names:
        if name == "nasty":
            made.append(World(name, 36.0, 28.0, NASTY))
        elif name == "clutter":
            made.append(World(name, 45.5, 30.25, clutter(rng, 60, 45.5, 30.25)))
        elif name == "open":
            made.append(World(name, 20.0, 20.0, []))
        else:
            found = load_datapack(map_name=name).map
            walls = [tuple(wall) for wall in found.walls]
            made.append(World(found.name, found.width_u, found.height_u, walls))
    return made


def clutter(rng: np.random.Generator, count: int, width_u: float, height_u: float) -> list[Wall]:
    """Walls of all shapes anywhere, over each other and over the edge."""
    made: list[Wall] = []
    for _ in range(count):
        hx, hy = rng.choice([0.0, 0.5, 1.0, 2.5]), rng.choice([0.0, 0.3, 1.0, 2.0])
        if rng.random() < 0.4:
            hx, hy = _short(rng.uniform(0.0, 2.0)), _short(rng.uniform(0.0, 2.0))
        turn = rng.choice([0, 0, 1024, 2048, 512, 1, int(rng.integers(0, COUNT))])
        place = rng.uniform(-1.0, width_u + 1.0), rng.uniform(-1.0, height_u + 1.0)
        if rng.random() < 0.4:
            place = round(place[0]), round(place[1])
        radius = rng.choice([0.0, 0.0, 0.25, 1.0])
        blocks = rng.choice([BLOCKS_ALL, BLOCKS_ALL, BLOCKS_MOVE, BLOCKS_SIGHT])
        made.append(
            (
                _short(place[0]),
                _short(place[1]),
                float(hx),
                float(hy),
                float(radius),
                int(turn),
                int(blocks),
            )
        )
    return made


def _short(place: float) -> float:
    """A number that takes little room in a file."""
    return round(float(place), 3)


def obstacles(rng: np.random.Generator, world: World, near: np.ndarray, most: int) -> list[Wall]:
    """Crates and barriers, some on top of the bodies at ``near``, f64[n, 2]."""
    made = clutter(rng, int(rng.integers(0, most + 1)), world.width_u, world.height_u)
    for index, wall in enumerate(made):
        if rng.random() < 0.35:
            place = near[rng.integers(0, len(near))] + rng.uniform(-2.5, 2.5, 2)
            made[index] = (_short(place[0]), _short(place[1]), *wall[2:])
    longest = OBSTACLE_REACH_U / 2
    return [wall for wall in made if max(wall[2], wall[3]) + wall[4] <= longest]


def starts(rng: np.random.Generator, world: World, told: Facts, count: int) -> np.ndarray:
    """OWN[count]: bodies against walls, in walls, in corners and anywhere, in any condition."""
    own = np.zeros(count, OWN)
    tick = int(rng.choice([0, told["countdown_ticks"] - 3, 500, 70_000]))
    own["tick"] = tick = max(0, tick)
    own["stage"] = rng.choice([STAGE_PLAY, STAGE_PLAY, STAGE_SUDDEN_DEATH])
    if tick < told["countdown_ticks"]:
        own["stage"] = STAGE_COUNTDOWN
    own["over"] = rng.random() < 0.03
    own["alive"] = 1
    own["down"] = rng.random(count) < 0.06
    for name, place in zip(("x_u", "y_u"), _places(rng, world, told, count).T, strict=True):
        own[name] = place
    levels = told["levels"]
    role = rng.integers(0, len(levels), count)
    for name, column in (
        ("base_speed_ups", "speed_ups"),
        ("mana_max_mp", "mana_max_mp"),
        ("mana_mp_per_tick", "mana_mp_per_tick"),
    ):
        own[name] = np.array([level.get(column, 0.0) for level in levels])[role]
    own["mana_mp"] = own["mana_max_mp"] * rng.choice([0.0, 0.3, 1.0], count)
    speed = own["base_speed_ups"] * rng.choice([0.0, 0.5, 1.0, 4.0], count)
    heading = _headings(rng, count)
    own["vx_ups"], own["vy_ups"] = TABLE[heading, 0] * speed, TABLE[heading, 1] * speed
    own["speed_ups"] = own["base_speed_ups"]
    _put_casts(rng, told, own, tick)
    _put_statuses(rng, told, own, tick)
    return own


def _put_casts(rng: np.random.Generator, told: Facts, own: np.ndarray, tick: int) -> None:
    count, skills = len(own), told["skills"]
    own["skill"] = rng.integers(0, len(skills), (count, SKILL_SLOTS))
    dashes = [index for index, skill in enumerate(skills) if skill["kind"] == "dash"]
    own["skill"][:, 3] = rng.choice(dashes, count)
    most = np.array([skill["charges_max"] for skill in skills])[own["skill"]]
    own["charges"] = (rng.random(most.shape) * (most + 1)).astype(np.uint8)
    soon = rng.integers(-5, 30, (2, count, SKILL_SLOTS))
    own["ready_tick"], own["recharge_tick"] = tick + soon[0], tick + soon[1]
    own["held_tick"] = NOBODY
    holds = np.array([skill.get("hold_ticks", 0) for skill in skills])[own["skill"]] > 0
    holds &= rng.random(holds.shape) < 0.3
    own["held_tick"][holds] = max(0, tick - 2)
    own["buttons"] = rng.integers(0, BUTTONS_ALL + 1, count)
    own["channel_slot"] = NO_SLOT
    dashing = rng.random(count) < 0.3
    own["dash_until_tick"][dashing] = tick + rng.integers(1, 12, dashing.sum())
    own["dash_direction"] = _headings(rng, count)
    # Among them steps of a hair, by which a body that is within a wall may get deeper.
    hair_ups = HAIR_U / told["dt_s"]
    speeds = [0.0, 22.0, 46.0, 250.0, 0.5 * hair_ups, 1.5 * hair_ups, 2.5 * hair_ups]
    own["dash_speed_ups"] = rng.choice(speeds, count)


def _put_statuses(rng: np.random.Generator, told: Facts, own: np.ndarray, tick: int) -> None:
    known = len(told["statuses"])
    worn = rng.random((len(own), STATUSES)) < 0.12
    worn[:, known:] = False
    most = np.ones(STATUSES)
    most[:known] = [status["stacks_max"] for status in told["statuses"]]
    own["status_stacks"] = np.where(worn, 1 + np.floor(rng.random(worn.shape) * most), 0)
    own["status_until_tick"] = np.where(worn, tick + rng.integers(0, 25, worn.shape), 0)


def _places(rng: np.random.Generator, world: World, told: Facts, count: int) -> np.ndarray:
    """f64[count, 2] that a body may have; most of them, but not all, clear of walls."""
    radius, solid = told["radius_u"], wall_records(world.walls)
    solid = solid[solid["blocks"] & BLOCKS_MOVE != 0]
    made = _any_places(rng, world, radius, count)
    for _ in range(6 if len(solid) else 0):
        within = gaps_to(solid, made).min(axis=1) < radius - 2 * SKIN_U
        again = within & (rng.random(count) < 0.9)
        made[again] = _any_places(rng, world, radius, int(again.sum()))
    return made


def _any_places(rng: np.random.Generator, world: World, radius: float, count: int) -> np.ndarray:
    size = np.array([world.width_u, world.height_u])
    made: np.ndarray = rng.uniform(0.0, 1.0, (count, 2)) * size
    for index in range(count):
        if world.walls and rng.random() < 0.75:
            made[index] = _beside(rng, world.walls[rng.integers(0, len(world.walls))], radius)
        elif rng.random() < 0.3:
            made[index] = rng.integers(0, 2, 2) * size
        elif rng.random() < 0.5:
            axis = rng.integers(0, 2)
            made[index, axis] = rng.integers(0, 2) * size[axis]
    np.clip(made, radius, size - radius, out=made)
    return made


def _beside(rng: np.random.Generator, wall: Wall, radius: float) -> np.ndarray:
    """A place at a wall: touching it, a hair or a skin off or in, or deep inside."""
    cx, cy, hx, hy, rim, heading, _ = wall
    off = rng.choice([0.0, HAIR_U, -HAIR_U, SKIN_U, -SKIN_U, 0.01, -0.01, 0.3, -0.3, -2.0, 1.0])
    exact = rng.random() < 0.3
    reach = radius + rim + (0.0 if exact else off)
    x, y = rng.uniform(-hx, hx), rng.uniform(-hy, hy)
    side = rng.integers(0, 3)
    if side == 0:
        x = math.copysign(hx + reach, x)
    elif side == 1:
        y = math.copysign(hy + reach, y)
    else:
        out = TABLE[rng.integers(0, COUNT)]
        x, y = (
            math.copysign(half, way) + reach * way for half, way in zip((hx, hy), out, strict=True)
        )
    ux, uy = TABLE[int(heading)]
    place = np.array([cx + x * ux - y * uy, cy + x * uy + y * ux])
    if exact:
        # Neighbouring numbers: on which side of a face they lie is a matter of rounding.
        place = np.nextafter(place, place + rng.integers(-1, 2, 2))
    return place


def _headings(rng: np.random.Generator, count: int) -> np.ndarray:
    """Directions, half of them along an axis or a diagonal."""
    return np.where(
        rng.random(count) < 0.5, rng.integers(0, 8, count) * 512, rng.integers(0, COUNT, count)
    )


class Hands:
    """What players hold, and for how long: mere noise would only make them tremble."""

    def __init__(self, rng: np.random.Generator, count: int) -> None:
        self._rng = rng
        self._held = np.zeros(count, STEP)
        self._renew(np.ones(count, bool))

    def command(self) -> np.ndarray:
        """STEP[players] of the coming tick, with its commands alone."""
        rng, held = self._rng, self._held
        self._renew(rng.random(len(held)) < 0.06)
        # A turn by little runs along a wall and into its corner.
        turning = rng.random(len(held)) < 0.1
        held["move"][turning] = (held["move"][turning] + rng.integers(-40, 41)) % COUNT
        tapped = rng.random(len(held)) < 0.15
        sent = held.copy()
        sent["buttons"][tapped] ^= rng.integers(0, BUTTONS_ALL + 1, tapped.sum()).astype(np.uint8)
        return sent

    def _renew(self, which: np.ndarray) -> None:
        rng, count = self._rng, int(which.sum())
        self._held["move"][which] = _headings(rng, count)
        self._held["aim"][which] = _headings(rng, count)
        buttons = np.where(rng.random(count) < 0.9, MOVE, 0)
        buttons |= np.where(rng.random(count) < 0.3, MOBILITY, 0)
        buttons |= np.where(rng.random(count) < 0.4, rng.integers(0, BUTTONS_ALL + 1, count), 0)
        self._held["buttons"][which] = buttons
