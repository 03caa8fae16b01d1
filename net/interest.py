"""What lies where, for viewers: an index of points by cell, and the size of a view.

A viewer sees a rectangle around its body.  Line of sight will narrow what this lets through; it
belongs here, between the index and the packing.
"""

import math

import numpy as np
from numpy.typing import NDArray

from net.kernels.seeing import sort_by_cell


class View:
    """The rectangle every viewer sees.

    Attributes:
        half_u: f64[2], half extents, units.
    """

    def __init__(self, width_u: float, height_u: float) -> None:
        self.half_u = np.array([width_u / 2.0, height_u / 2.0])


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
