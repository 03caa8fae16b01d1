"""Moving circles in a box: our movement kernels beside Chipmunk, a physics engine written in C.

Same box, same circles, same velocities, same ticks.  Not the same physics: Chipmunk solves
impulses over ten iterations, and circles bounce; our bodies part by half their overlap each and go
on as they like, which is what a game of this kind needs.  How far circles still overlap after a
round is therefore reported beside the time.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pymunk
import pytest
from numpy.typing import NDArray

from schema.directions import TABLE
from schema.walls import BLOCKS_ACROSS
from systems.kernels.broadphase import build_grid
from systems.kernels.movement import move_bodies
from systems.kernels.separation import apply_push, find_push
from systems.rules import plan_grid
from systems.terrain import make_terrain

SIZES = (1_000, 10_000)
ROUNDS = {1_000: 25, 10_000: 7}
TICKS = 60
DT_S = 1.0 / 30.0
RADIUS_U = 0.5
SPEED_UPS = 7.0
AREA_PER_CIRCLE_U2 = 8.0


def start(circles: int) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]:
    """(side of the box, positions f64[n, 2], velocities f64[n, 2]): a jittered lattice."""
    across = math.ceil(math.sqrt(circles))
    side = math.sqrt(AREA_PER_CIRCLE_U2) * across
    draw = np.random.default_rng(7)
    index = np.arange(circles)
    lattice = np.column_stack((index % across, index // across)) + 0.5
    places = lattice * (side / across) + draw.uniform(-0.7, 0.7, (circles, 2))
    angles = draw.uniform(0.0, 2.0 * math.pi, circles)
    speeds = SPEED_UPS * np.column_stack((np.cos(angles), np.sin(angles)))
    return side, np.clip(places, RADIUS_U, side - RADIUS_U), speeds


def mean_overlap_u(places: NDArray[np.float64]) -> float:
    """Mean, over all circles, of the deepest overlap each has with another (units)."""
    order = np.argsort(places[:, 0], kind="stable")
    sorted_places = places[order]
    deepest = np.zeros(len(places))
    for step in range(1, len(places)):
        gap = sorted_places[step:] - sorted_places[:-step]
        if (gap[:, 0] >= 2.0 * RADIUS_U).all():
            break
        depth = np.maximum(2.0 * RADIUS_U - np.hypot(gap[:, 0], gap[:, 1]), 0.0)
        np.maximum.at(deepest, np.arange(step, len(places)), depth)
        np.maximum.at(deepest, np.arange(len(places) - step), depth)
    return float(deepest.mean())


class Kernels:
    """Our side: four kernel calls a tick."""

    def __init__(self, circles: int) -> None:
        self.side, places, speeds = start(circles)
        terrain = make_terrain(self.side, self.side, [], [(0.0, 0.0)])
        grid = plan_grid(self.side, self.side, circles, RADIUS_U)
        cells = int(grid[1] * grid[2])
        self.x, self.y = places.T.copy()
        self.vx, self.vy = speeds.T.copy()
        self.began = [column.copy() for column in (self.x, self.y, self.vx, self.vy)]
        count = np.array([circles], dtype=np.int64)
        alive = np.ones(circles, dtype=np.uint8)
        from_x, from_y, push_x, push_y = np.zeros((4, circles))
        begin, rows, cell = (np.zeros(n, dtype=np.int32) for n in (cells + 1, circles, circles))
        reach, body = np.zeros(1), (count, alive)
        free = np.zeros(int(terrain.frame[3] * terrain.frame[4]) * BLOCKS_ACROSS**2, np.uint64)
        walls = (free, terrain.walls, terrain.wall_start, terrain.wall_row, terrain.frame)
        ways_touch = np.zeros(cells + 1, np.uint64)
        place = (self.x, self.y)
        speed, ways = (self.vx, self.vy), np.zeros(circles)
        self.moving = (*body, DT_S, RADIUS_U, *walls, *place, from_x, from_y, *speed, ways)
        self.sorting = (*body, *place, grid, begin, rows, cell, reach)
        self.finding = (*body, *place, RADIUS_U, grid, begin, rows, TABLE, push_x, push_y)
        self.applying = (
            *(*body, push_x, push_y, from_x, from_y, RADIUS_U, grid),
            *(*walls, *place, reach, ways_touch),
        )

    def rewind(self) -> None:
        """Back to the start."""
        for column, before in zip((self.x, self.y, self.vx, self.vy), self.began, strict=True):
            column[:] = before

    def play(self) -> None:
        """All ticks."""
        for _ in range(TICKS):
            move_bodies(*self.moving)
            build_grid(*self.sorting)
            find_push(*self.finding)
            apply_push(*self.applying)

    def places(self) -> NDArray[np.float64]:
        """f64[n, 2]."""
        return np.column_stack((self.x, self.y))


def make_space(circles: int, spatial_hash: bool) -> pymunk.Space:
    """Pymunk's side: circles without friction that bounce, in a box of segments."""
    side, places, speeds = start(circles)
    space = pymunk.Space()
    if spatial_hash:
        space.use_spatial_hash(2.0 * RADIUS_U, 10 * circles)
    corners = [(0.0, 0.0), (side, 0.0), (side, side), (0.0, side)]
    for first, second in zip(corners, corners[1:] + corners[:1], strict=True):
        wall = pymunk.Segment(space.static_body, first, second, 0.0)
        wall.elasticity = 1.0
        space.add(wall)
    for place, speed in zip(places.tolist(), speeds.tolist(), strict=True):
        body = pymunk.Body(1.0, math.inf)
        body.position, body.velocity = tuple(place), tuple(speed)
        circle = pymunk.Circle(body, RADIUS_U)
        circle.elasticity, circle.friction = 1.0, 0.0
        space.add(body, circle)
    return space


def play_space(space: pymunk.Space) -> None:
    """All ticks."""
    for _ in range(TICKS):
        space.step(DT_S)


def moved_enough(circles: int, after: NDArray[np.float64], slack_u: float) -> None:
    """Circles must have travelled, and must still be in the box."""
    side, before, _ = start(circles)
    assert np.median(np.hypot(*(after - before).T)) > 2.0
    assert after.min() > RADIUS_U - slack_u
    assert after.max() < side - RADIUS_U + slack_u


@pytest.mark.benchmark(group="moving circles")
@pytest.mark.parametrize("circles", SIZES)
def test_our_kernels(benchmark: Any, circles: int) -> None:
    ours = Kernels(circles)
    benchmark.pedantic(ours.play, setup=ours.rewind, rounds=ROUNDS[circles], warmup_rounds=1)
    moved_enough(circles, ours.places(), 1e-9)
    benchmark.extra_info.update(
        ticks=TICKS, circles=circles, mean_overlap_u=round(mean_overlap_u(ours.places()), 4)
    )


@pytest.mark.benchmark(group="moving circles")
@pytest.mark.parametrize("circles", SIZES)
@pytest.mark.parametrize("index", ["hash", "tree"])
def test_pymunk(benchmark: Any, circles: int, index: str) -> None:
    spaces: list[pymunk.Space] = []

    def setup() -> tuple[tuple[pymunk.Space], dict[str, Any]]:
        spaces[:] = [make_space(circles, index == "hash")]
        return (spaces[0],), {}

    benchmark.pedantic(play_space, setup=setup, rounds=ROUNDS[circles], warmup_rounds=1)
    places = np.array([tuple(body.position) for body in spaces[0].bodies])
    moved_enough(circles, places, 0.5)
    benchmark.extra_info.update(
        ticks=TICKS, circles=circles, mean_overlap_u=round(mean_overlap_u(places), 4)
    )
