"""Which rows lie in a viewer's rectangle: points sorted into cells, cells visited per viewer.

``cells`` is f64[3]: cell size in units, columns, rows.
"""

import math

from ecs.kernel import F64In, I32Out, I64In, device, kernel


@device
def cell_index(value: float, cell_u: float, count: float) -> int:
    """Cell of a coordinate, clamped to the grid."""
    index = int(math.floor(value / cell_u))
    return max(0, min(index, int(count) - 1))


@device
def cells_from(value: float, reach: float, cell_u: float, count: float) -> tuple[int, int]:
    """First and last cell of what lies no farther than ``reach`` from a coordinate."""
    return cell_index(value - reach, cell_u, count), cell_index(value + reach, cell_u, count)


@kernel
def sort_by_cell(
    count: I64In, x_u: F64In, y_u: F64In, cells: F64In, start: I32Out, row_of: I32Out
) -> None:
    """Counting sort of points by cell: rows of cell c are row_of[start[c]:start[c + 1]].

    Args:
        count: i64[1], points.
        x_u, y_u: f64[capacity].
        cells: f64[3].
        start: i32[cells + 2], written; the last entry is working space.
        row_of: i32[capacity], written; rows of a cell ascend.
    """
    columns = int(cells[1])
    size = columns * int(cells[2])
    for index in range(size + 2):
        start[index] = 0
    # Counted two places up, so that after the prefix sum start[c + 1] is the beginning of cell c
    # and, once filled, its end, which is the beginning of the next: no second pass.
    for row in range(count[0]):
        cell = cell_index(y_u[row], cells[0], cells[2]) * columns
        cell += cell_index(x_u[row], cells[0], cells[1])
        start[cell + 2] += 1
    for index in range(2, size + 2):
        start[index] += start[index - 1]
    for row in range(count[0]):
        cell = cell_index(y_u[row], cells[0], cells[2]) * columns
        cell += cell_index(x_u[row], cells[0], cells[1])
        row_of[start[cell + 1]] = row
        start[cell + 1] += 1
