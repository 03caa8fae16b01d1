"""Who sees what: the eyes of every viewer, an index of points by cell, and the looks between.

A viewer sees a rectangle around its eyes, which are its own until it dies, and in it whatever the
living members of that team see: each within a rectangle of its own, past walls and into bushes.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecs.columns import Rows
from ecs.world import World
from net.kernels.eyes import EYES_MAX, choose_eyes, gather_eyes
from net.kernels.seeing import sort_by_cell
from net.kernels.spotting import spot_bodies
from schema.columns import Clock, Cover, Outcome, Position, Role, Stats, Tally, Vitals, Walls


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

    def sort(
        self, count: NDArray[np.int64], x_u: NDArray[np.float64], y_u: NDArray[np.float64]
    ) -> None:
        """Sort ``count[0]`` points."""
        sort_by_cell(count, x_u, y_u, self.cells, self.start, self.row_of)


class Gaze:
    """From where the viewers of one tick look, and whom they see.

    Attributes:
        viewers: i64[n], player rows; seats: i64[n], of the ledger.
        bodiless: i64[n], the viewer's own row, NOBODY for who only watches.
        eyes: i64[n], whose eyes they look through, NOBODY where their body fell.
        team, bush: i64[n], of those eyes; x_u, y_u: f64[n], the middle of the rectangle.
        looks: the arrays that ``kernels.rays`` looks by, then watch and watch_count.
        watch: i64[n * EYES_MAX], watch_count: i64[n]: which eyes each viewer sees by.
        bodies: u8[n * players], who is in sight.
    """

    def __init__(
        self, viewers: NDArray[np.int64], seats: NDArray[np.int64], plays: NDArray[np.uint8]
    ) -> None:
        size = len(viewers)
        self.viewers, self.seats = viewers, seats
        self.bodiless = np.where(plays != 0, viewers, -1)
        self.eyes, self.team, self.bush = (np.zeros(size, dtype=np.int64) for _ in range(3))
        self.x_u, self.y_u = np.zeros(size), np.zeros(size)
        self.watch = np.zeros(size * EYES_MAX, dtype=np.int64)
        self.watch_count = np.zeros(size, dtype=np.int64)
        self.looks: tuple[Any, ...] = ()
        self.bodies: NDArray[np.uint8] = np.zeros(0, dtype=np.uint8)


class Sight:
    """Looks for the viewers of one match.

    Args:
        world: the match; only read.
        view: what a viewer may see.
        frame: f64[5], width and height of the world, size, columns and rows of the walls' cells.
    """

    def __init__(self, world: World, view: View, frame: NDArray[np.float64]) -> None:
        self.view, self.frame = view, frame
        self._world = world
        self._walls = world.group("walls", Walls)
        self._capacity = world.layout.capacities["players"]
        self._eye_of = np.zeros(self._capacity, dtype=np.int64)
        self._eyes = np.zeros(1, dtype=np.int64)
        self._shown: NDArray[np.uint8] = np.zeros(0, dtype=np.uint8)
        self._make_room(0)

    def _make_room(self, viewers: int) -> None:
        eyes = self._capacity + viewers
        self._eye_bush = np.zeros(eyes, dtype=np.int64)
        self._eye_x_u, self._eye_y_u = np.zeros(eyes), np.zeros(eyes)
        self._shown = np.zeros(viewers * self._capacity, dtype=np.uint8)

    def look(
        self, viewers: NDArray[np.int64], seats: NDArray[np.int64], plays: NDArray[np.uint8]
    ) -> Gaze:
        """Find the eyes of every viewer, and whom they see.

        Args:
            viewers: player rows; seats: of the ledger; plays: 1 for those who are that player.
        """
        if len(self._shown) < len(viewers) * self._capacity:
            self._make_room(len(viewers))
        gaze = Gaze(viewers, seats, plays)
        self._choose_eyes(gaze)
        gaze.looks = (
            self._eye_x_u,
            self._eye_y_u,
            self._walls.record,
            self._walls.start,
            self._walls.row,
            self.frame,
            gaze.watch,
            gaze.watch_count,
        )
        gaze.bodies = self._shown
        self._spot_bodies(gaze)
        return gaze

    def _choose_eyes(self, gaze: Gaze) -> None:
        world = self._world
        players, vitals = world.group("players", Rows), world.group("players", Vitals)
        role, cover = world.group("players", Role), world.group("players", Cover)
        body = world.group("players", Position)
        choose_eyes(
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
        gather_eyes(
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
            self._eye_bush,
            self._eye_x_u,
            self._eye_y_u,
            gaze.watch,
            gaze.watch_count,
        )

    def _spot_bodies(self, gaze: Gaze) -> None:
        world = self._world
        body, cover = world.group("players", Position), world.group("players", Cover)
        spot_bodies(  # type: ignore[call-arg]
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
            self._eye_bush,
            *gaze.looks,
            gaze.bodies,
        )
