"""The squares that walls touch, kept for whoever looks."""

import math
from functools import partial

import numpy as np
from numpy.typing import NDArray

from net.kernels.bits import words_of
from net.kernels.looks import HINTS
from net.kernels.shades import NONE, OWNERS, SQUARES_PER_U, note_walls
from schema.columns import Walls


class Shades:
    """The squares that walls touch, and the walls that hid something before.

    None of it decides anything: it is where walls are looked for first.

    Args:
        walls: of the world, with their cells.
        frame: f64[5], width and height of the world, size, columns and rows of the walls' cells.
        map_walls: how many of the walls are the map's and stay; obstacles are behind them.
        players: capacity of their table.

    Attributes:
        looks: walls, wall_start, wall_row, frame, size, lines, owners, as kernels look by them.
        hints: i32[players * HINTS], see ``kernels.looks``.
        note: brings all up to date; to be called before anything is looked for.
    """

    def __init__(
        self, walls: Walls, frame: NDArray[np.float64], map_walls: int, players: int
    ) -> None:
        columns, rows = (math.ceil(extent * SQUARES_PER_U) for extent in frame[:2].tolist())
        size = np.array([columns, rows], dtype=np.int64)
        words = rows * words_of(columns) + columns * words_of(rows) + 1
        lines, map_lines = np.zeros(words, dtype=np.uint64), np.zeros(words, dtype=np.uint64)
        owners = np.full(columns * rows * OWNERS, NONE, dtype=np.int32)
        self.looks = (walls.record, walls.start, walls.row, frame, size, lines, owners)
        self.hints = np.full(players * HINTS, NONE, dtype=np.int32)
        bits = walls.record.view(np.int64)
        self.note = partial(
            note_walls,
            walls.record,
            bits,
            walls.start,
            walls.row,
            walls.raised,
            map_walls,
            size,
            np.zeros_like(bits),
            np.zeros_like(walls.start),
            np.zeros_like(walls.row),
            np.zeros(len(walls.record), dtype=np.uint8),
            map_lines,
            owners.copy(),
            lines,
            owners,
            self.hints,
        )
