"""A map from a seed: the same on every machine, sized for its players, walkable throughout.

Every choice is a draw at an address (`ecs.randomness`), places are whole quarters of a unit, and
turns are committed directions, so no rounding of any machine takes part. Landmarks are scattered
from large to small with room between any two: what is left over is one connected ground. Bodies
start on that ground, and near each of them something lies.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from ecs.kernel import entry
from ecs.randomness import draw_below
from ringfall.maps.landmarks import (
    BY_SIZE,
    LARGE_U,
    MEDIUM_U,
    PASSAGE_U,
    SINGLE_U,
    SMALL_U,
    Site,
    court,
)
from ringfall.maps.writing import Drawing, Table
from schema.directions import COUNT
from schema.tiled import PLAYERS_MAX

draw_number = entry(draw_below)

SEED_MAX = 2**64 - 1
AREA_PER_PLAYER_U2 = 210
SIDE_MIN_U, SIDE_MAX_U, SIDE_STEP_U = 48, 1000, 8
# Area of the world for one landmark of each size; tried until that many stand or TRIES are over.
AREA_PER_SITE_U2 = {LARGE_U: 2700, MEDIUM_U: 1000, SMALL_U: 300, SINGLE_U: 170}
TRIES_PER_SITE = 40
EDGE_U = 3.0
SPAWN_ROOM_U = 1.5
BODY_ROOM = 3  # quarters: a body and a little
LOOT_NEAR_U = 9
LOOT_SQUARE_U = 20
TRIES_PER_SPAWN = 15
TRIES_PER_LOOT = 40
LOOT_TABLES = ("common", "common", "medical", "weapons")

# Streams of the draws: one a size from STREAM_SITE on, one a landmark from STREAM_DETAILS on.
STREAM_NAME, STREAM_SPAWN, STREAM_LOOT, STREAM_TABLE, STREAM_MIDDLE = 0, 1, 2, 3, 4
STREAM_SITE, STREAM_DETAILS = 16, 1000
FIRST_WORDS = (
    "Ashen Broken Copper Drowned Echoing Fallow Gilded Hollow Iron Lonely Misty Old".split()
)
LAST_WORDS = (
    "Barrow Crossing Downs Fells Garth Heath Marches Moor Reach Steading Vale Weald".split()
)


@dataclass
class _Discs:
    """Discs (x, y, radius) in quarters of a unit, found by the cell of their centre."""

    cell: int
    by_cell: dict[tuple[int, int], list[tuple[int, int, int]]] = field(default_factory=dict)

    def put(self, x: int, y: int, radius: int = 0) -> None:
        self.by_cell.setdefault((x // self.cell, y // self.cell), []).append((x, y, radius))

    def within(self, x: int, y: int, reach: int) -> Iterator[tuple[int, int]]:
        """Centres of the discs less than `reach` away from a point; no further than a cell."""
        column, row = x // self.cell, y // self.cell
        for dx in (-1, 0, 1):
            for dy in (-1, 0, 1):
                for a, b, r in self.by_cell.get((column + dx, row + dy), ()):
                    if (x - a) * (x - a) + (y - b) * (y - b) < (reach + r) * (reach + r):
                        yield a, b

    def any_within(self, x: int, y: int, reach: int) -> bool:
        """Whether there is such a disc."""
        return next(self.within(x, y, reach), None) is not None


@dataclass
class _Plan:
    """The world being laid out, `side` quarters of a unit wide, with `count` landmarks so far."""

    seed: int
    side: int
    sites: _Discs
    count: int = 0

    def pick(self, stream: int, slot: int, bound: int) -> int:
        return int(draw_number(np.uint64(self.seed), 0, stream, slot, bound))

    def is_free(self, x: int, y: int, radius: int, gap: int) -> bool:
        """Whether a disc stays a gap away from all landmarks and from the edges."""
        edge = radius + _quarters(EDGE_U)
        if not (edge <= x <= self.side - edge and edge <= y <= self.side - edge):
            return False
        return not self.sites.any_within(x, y, radius + gap)

    def is_open(self, a: int, b: int, x: int, y: int) -> bool:
        """Whether one can walk straight from one point to another past all landmarks."""
        steps = max(abs(x - a), abs(y - b), 1)
        return all(
            self.is_free(a + (x - a) * step // steps, b + (y - b) * step // steps, 0, BODY_ROOM)
            for step in range(steps + 1)
        )


def _quarters(length_u: float) -> int:
    return int(length_u * 4)


def side_for(players: int) -> int:
    """Width and height of a map for so many, in units."""
    side = math.isqrt(players * AREA_PER_PLAYER_U2)
    stepped = -(-side // SIDE_STEP_U) * SIDE_STEP_U
    return max(SIDE_MIN_U, min(SIDE_MAX_U, stepped))


def generate(seed: int, players: int) -> Table:
    """A Tiled document for `players` (2 to 1000), made from `seed` (0 to 2**64 - 1).

    Raises:
        ValueError: a number is out of range.
    """
    if not 0 <= seed <= SEED_MAX:
        raise ValueError(f"seed must be from 0 to {SEED_MAX}, is {seed}")
    if not 2 <= players <= PLAYERS_MAX:
        raise ValueError(f"players must be from 2 to {PLAYERS_MAX}, is {players}")
    side_u = side_for(players)
    plan = _Plan(seed, _quarters(side_u), _Discs(_quarters(2 * LARGE_U + PASSAGE_U)))
    first = FIRST_WORDS[plan.pick(STREAM_NAME, 0, len(FIRST_WORDS))]
    last = LAST_WORDS[plan.pick(STREAM_NAME, 1, len(LAST_WORDS))]
    drawing = Drawing(f"{first} {last} {seed}", side_u, side_u, players)
    _place_landmarks(plan, drawing, side_u)
    spawns = _place_spawns(plan, players + players // 8)
    _place_loot(plan, drawing, spawns, side_u)
    for x, y in spawns:
        drawing.point("spawns", "", x / 4, y / 4)
    return drawing.document()


def _place_landmarks(plan: _Plan, drawing: Drawing, side_u: int) -> None:
    """Large before small; the one in the middle is always a court."""
    _put(plan, drawing, (plan.side // 2, plan.side // 2, LARGE_U), court, STREAM_MIDDLE, 0)
    for radius_u, area_u2 in AREA_PER_SITE_U2.items():
        wanted = max(1, side_u * side_u // area_u2)
        kinds, put = BY_SIZE[radius_u], 0
        stream = STREAM_SITE + _quarters(radius_u)
        # A turn through the kinds rather than a draw each: small maps get some of all.
        turn = plan.pick(stream, 0, len(kinds))
        for attempt in range(wanted * TRIES_PER_SITE):
            x = plan.pick(stream, 4 * attempt + 1, plan.side)
            y = plan.pick(stream, 4 * attempt + 2, plan.side)
            if plan.is_free(x, y, _quarters(radius_u), _quarters(PASSAGE_U)):
                kind = kinds[(put + turn) % len(kinds)]
                _put(plan, drawing, (x, y, radius_u), kind, stream, 4 * attempt + 3)
                put += 1
                if put == wanted:
                    break


def _put(
    plan: _Plan,
    drawing: Drawing,
    where: tuple[int, int, float],
    kind: Callable[[Site], None],
    stream: int,
    slot: int,
) -> None:
    """Draw a landmark at (x, y) with a radius in units; its own choices have a stream each."""
    x, y, radius_u = where
    plan.count += 1
    pick = partial(plan.pick, STREAM_DETAILS + plan.count)
    kind(Site(drawing, x / 4, y / 4, plan.pick(stream, slot, COUNT), pick))
    plan.sites.put(x, y, _quarters(radius_u))


def _place_spawns(plan: _Plan, wanted: int) -> list[tuple[int, int]]:
    """Points between the landmarks, as far from each other as that many can be."""
    spawns: list[tuple[int, int]] = []
    room = _quarters(SPAWN_ROOM_U)
    apart = max(4, math.isqrt(plan.side * plan.side // (2 * wanted)))
    placed = _Discs(apart)
    slot = 0
    while len(spawns) < wanted:
        for _ in range(TRIES_PER_SPAWN * wanted):
            x = plan.pick(STREAM_SPAWN, slot, plan.side)
            y = plan.pick(STREAM_SPAWN, slot + 1, plan.side)
            slot += 2
            if plan.is_free(x, y, 0, room) and not placed.any_within(x, y, apart):
                placed.put(x, y)
                spawns.append((x, y))
                if len(spawns) == wanted:
                    break
        apart = apart * 19 // 20
    return spawns


def _place_loot(plan: _Plan, drawing: Drawing, spawns: list[tuple[int, int]], side_u: int) -> None:
    """Something a straight walk from every spawn, and in every square, beside the landmarks'."""
    near = _quarters(LOOT_NEAR_U)
    placed = _Discs(near)
    for shape in drawing.layers["loot"]:
        placed.put(int(shape["x"] / 8), int(shape["y"] / 8))

    def put(index: int, x: int, y: int) -> None:
        table = LOOT_TABLES[plan.pick(STREAM_TABLE, index, len(LOOT_TABLES))]
        drawing.point("loot", table, x / 4, y / 4, table=table)
        placed.put(x, y)

    for index, (a, b) in enumerate(spawns):
        if not any(plan.is_open(a, b, x, y) for x, y in placed.within(a, b, near)):
            spots = (spot for spot in _around(plan, index, a, b, near) if plan.is_open(a, b, *spot))
            put(index, *next(spots, (a, b)))
    for index, (a, b) in enumerate(_squares(side_u), len(spawns)):
        if not placed.any_within(a, b, near):
            spot = next(_around(plan, index, a, b, near), None)
            if spot is not None:
                put(index, *spot)


def _squares(side_u: int) -> list[tuple[int, int]]:
    """Middles of the squares of `LOOT_SQUARE_U`, those at the far edges cut short."""
    step, side = _quarters(LOOT_SQUARE_U), _quarters(side_u)
    middles = [(low + min(low + step, side)) // 2 for low in range(0, side, step)]
    return [(x, y) for y in middles for x in middles]


def _around(plan: _Plan, index: int, a: int, b: int, near: int) -> Iterator[tuple[int, int]]:
    """Free points a few steps from another."""
    for attempt in range(TRIES_PER_LOOT):
        slot = 2 * (index * TRIES_PER_LOOT + attempt)
        x = a - near // 2 + plan.pick(STREAM_LOOT, slot, near + 1)
        y = b - near // 2 + plan.pick(STREAM_LOOT, slot + 1, near + 1)
        away = (x - a) * (x - a) + (y - b) * (y - b)
        if away >= near * near // 9 and plan.is_free(x, y, 0, BODY_ROOM):
            yield x, y
