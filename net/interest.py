"""Who sees what: the eyes of every viewer, an index of points by cell, and the looks between.

A viewer sees a rectangle around its eyes, which are its own until it dies, and in it whatever the
living members of that team see: each within a rectangle of its own, past walls and into bushes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray

from ecs.columns import Rows
from ecs.world import World
from net.kernels.bits import words_of
from net.kernels.eyes import EYES_MAX, choose_eyes, gather_eyes
from net.kernels.seeing import sort_by_cell
from net.kernels.spotting import spot_bodies
from net.shades import Shades
from schema.columns import Clock, Cover, Outcome, Position, Role, Stats, Tally, Vitals, Walls

Call = Callable[[], object]


class View:
    """What every viewer may see.

    Attributes:
        half_u: f64[2], half extents of the rectangle, units.
        notice_u: within this a bush hides nobody.
        body_u: radius of a body.
    """

    def __init__(
        self, width_u: float, height_u: float, notice_u: float = 0.0, body_u: float = 0.5
    ) -> None:
        self.half_u = np.array([width_u / 2.0, height_u / 2.0])
        self.notice_u = notice_u
        self.body_u = body_u


class PointIndex:
    """Rows of one table by cell, sorted anew every tick.

    Cells are half a view wide: a rectangle touches at most a few, and few rows outside it are
    looked at.

    Attributes:
        cells: f64[3], cell size, columns, rows.
        start: i32[cells + 2]; rows of cell c are row_of[start[c]:start[c + 1]].
        row_of: i32[capacity].
    """

    def __init__(self, view: View, width_u: float, height_u: float, capacity: int) -> None:
        cell_u = float(view.half_u.min())
        columns, rows = math.ceil(width_u / cell_u), math.ceil(height_u / cell_u)
        self.cells = np.array([cell_u, columns, rows], dtype=np.float64)
        self.start = np.zeros(columns * rows + 2, dtype=np.int32)
        self.row_of = np.zeros(capacity, dtype=np.int32)

    def sorting(
        self, count: NDArray[np.int64], x_u: NDArray[np.float64], y_u: NDArray[np.float64]
    ) -> Call:
        """What sorts ``count[0]`` points."""
        return partial(sort_by_cell, count, x_u, y_u, self.cells, self.start, self.row_of)


class Gaze:
    """From where the viewers of a tick look, and whom they see.

    Attributes:
        viewers: i64[n], player rows; seats: i64[n], of the ledger.
        bodiless: i64[n], the viewer's own row, NOBODY for who only watches; set first.
        eyes: i64[n], whose eyes they look through, NOBODY where their body fell.
        team, bush: i64[n], of those eyes; x_u, y_u: f64[n], the middle of the rectangle.
        watch: i64[n * EYES_MAX], watch_count: i64[n]: which eyes each viewer sees by.
        eye_bush: i64[players + n], eye_x_u, eye_y_u: f64[players + n], every pair of eyes.
        looks: the arrays by which kernels look, then watch and watch_count.
        hints: i32[players * HINTS], the walls that hid something before.
        bodies: u64[n * words], who is in sight, a set of rows for each.
        each: the arrays that have one item for each viewer.
    """

    def __init__(self, size: int, players: int, shades: Shades) -> None:
        self.viewers, self.seats, self.bodiless = (np.zeros(size, dtype=np.int64) for _ in "123")
        self.eyes, self.team, self.bush = (np.zeros(size, dtype=np.int64) for _ in "123")
        self.x_u, self.y_u = np.zeros(size), np.zeros(size)
        self.watch = np.zeros(size * EYES_MAX, dtype=np.int64)
        self.watch_count = np.zeros(size, dtype=np.int64)
        self.eye_bush = np.zeros(players + size, dtype=np.int64)
        self.eye_x_u, self.eye_y_u = np.zeros(players + size), np.zeros(players + size)
        eyes = (self.eye_x_u, self.eye_y_u)
        self.looks = (*eyes, *shades.looks, self.watch, self.watch_count)
        self.hints = shades.hints
        self.bodies = np.zeros(size * words_of(players), dtype=np.uint64)
        whose = (self.viewers, self.seats, self.bodiless, self.eyes, self.team, self.bush)
        self.each = (*whose, self.x_u, self.y_u, self.watch_count)


class Sight:
    """Looks for the viewers of one match.

    Args:
        world: the match; only read.
        view: what a viewer may see.
        frame: f64[5], width and height of the world, size, columns and rows of the walls' cells.
        map_walls: how many of the walls are the map's.
    """

    def __init__(
        self, world: World, view: View, frame: NDArray[np.float64], map_walls: int
    ) -> None:
        self.view = view
        self._world = world
        self._capacity = world.layout.capacities["players"]
        self._shades = Shades(world.group("walls", Walls), frame, map_walls, self._capacity)
        self._eye_of = np.zeros(self._capacity, dtype=np.int64)
        self._eyes = np.zeros(1, dtype=np.int64)
        self._index = PointIndex(view, float(frame[0]), float(frame[1]), self._capacity)

    def gaze_of(self, viewers: int) -> Gaze:
        """Room for so many viewers."""
        return Gaze(viewers, self._capacity, self._shades)

    def calls(self, gaze: Gaze) -> Iterator[Call]:
        """What finds the eyes of every viewer, and whom they see."""
        yield from self._choose_eyes(gaze)
        yield self._shades.note
        yield from self._spot_bodies(gaze)

    def _choose_eyes(self, gaze: Gaze) -> Iterator[Call]:
        world = self._world
        players, vitals = world.group("players", Rows), world.group("players", Vitals)
        role, cover = world.group("players", Role), world.group("players", Cover)
        body = world.group("players", Position)
        yield partial(
            choose_eyes,
            gaze.viewers,
            players.count,
            vitals.alive,
            role.team,
            world.group("players", Tally).killer,
            world.group("match", Outcome).winner,
            cover.bush,
            body.x_u,
            body.y_u,
            gaze.eyes,
            gaze.team,
            gaze.bush,
            gaze.x_u,
            gaze.y_u,
        )
        yield partial(
            gather_eyes,
            players.count,
            vitals.alive,
            cover.bush,
            role.team,
            body.x_u,
            body.y_u,
            gaze.eyes,
            gaze.team,
            gaze.x_u,
            gaze.y_u,
            self._eye_of,
            self._eyes,
            gaze.eye_bush,
            gaze.eye_x_u,
            gaze.eye_y_u,
            gaze.watch,
            gaze.watch_count,
        )

    def _spot_bodies(self, gaze: Gaze) -> Iterator[Call]:
        world = self._world
        body, cover = world.group("players", Position), world.group("players", Cover)
        yield self._index.sorting(world.group("players", Rows).count, body.x_u, body.y_u)
        yield partial(
            spot_bodies,
            gaze.viewers,
            gaze.bodiless,
            world.group("players", Rows).count,
            world.group("match", Clock).tick,
            world.group("players", Vitals).alive,
            world.group("players", Role).team,
            cover.bush,
            cover.seen_until_tick,
            world.group("players", Stats).flags,
            body.x_u,
            body.y_u,
            gaze.team,
            gaze.x_u,
            gaze.y_u,
            self.view.half_u,
            self.view.body_u,
            self.view.notice_u,
            gaze.eye_bush,
            *gaze.looks,
            gaze.hints,
            self._index.cells,
            self._index.start,
            self._index.row_of,
            gaze.bodies,
        )
