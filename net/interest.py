"""What lies where, for viewers: an index of points by cell, what a viewer may see, and from where.

A viewer sees a rectangle around its eyes, which are its own until it dies.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecs.columns import Rows
from ecs.world import World
from net.kernels.eyes import choose_eyes, hide_bodies
from net.kernels.seeing import sort_by_cell
from schema.columns import Clock, Cover, Outcome, Position, Role, Stats, Tally, Vitals


class View:
    """What every viewer may see.

    Attributes:
        half_u: f64[2], half extents of the rectangle, units.
        notice_u: within this a bush hides nobody.
    """

    def __init__(self, width_u: float, height_u: float, notice_u: float = 0.0) -> None:
        self.half_u = np.array([width_u / 2.0, height_u / 2.0])
        self.notice_u = notice_u


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


@dataclass(frozen=True, slots=True, eq=False)
class Gaze:
    """From where the viewers of one tick look, and which bodies are kept from them.

    Attributes:
        viewers: i64[n], player rows.
        eyes: i64[n], whose eyes they look through, NOBODY where their body fell.
        team, bush: i64[n], of those eyes.
        x_u, y_u: f64[n], the middle of the rectangle.
        hidden: u8[n * players], as ``kernels.eyes`` writes it.
    """

    viewers: NDArray[np.int64]
    eyes: NDArray[np.int64]
    team: NDArray[np.int64]
    bush: NDArray[np.int64]
    x_u: NDArray[np.float64]
    y_u: NDArray[np.float64]
    hidden: NDArray[np.uint8]


def look(world: World, view: View, viewers: NDArray[np.int64]) -> Gaze:
    """Find the eyes of every viewer, and whom bushes hide from them."""
    size, capacity = len(viewers), world.layout.capacities["players"]
    gaze = Gaze(
        viewers=viewers,
        eyes=np.zeros(size, dtype=np.int64),
        team=np.zeros(size, dtype=np.int64),
        bush=np.zeros(size, dtype=np.int64),
        x_u=np.zeros(size),
        y_u=np.zeros(size),
        hidden=np.zeros(size * capacity, dtype=np.uint8),
    )
    players, vitals = world.group("players", Rows), world.group("players", Vitals)
    role, cover = world.group("players", Role), world.group("players", Cover)
    body = world.group("players", Position)
    choose_eyes(
        viewers,
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
    hide_bodies(
        players.count,
        world.group("match", Clock).tick,
        vitals.alive,
        role.team,
        cover.bush,
        cover.seen_until_tick,
        world.group("players", Stats).flags,
        body.x_u,
        body.y_u,
        gaze.team,
        gaze.bush,
        gaze.x_u,
        gaze.y_u,
        view.notice_u,
        gaze.hidden,
    )
    return gaze
