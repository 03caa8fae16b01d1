"""Who is near whom: living players sorted into grid cells by counting.

``grid`` is f64[3]: cell size, columns, rows of cells.  Every cell is also a block of ``squares``
(``kernels.squares``) that the ways of this tick touch.
"""

from ecs.kernel import F64In, F64Out, I32In, I32Out, I64In, U8In, U64In, U64Out, device, kernel
from schema.walls import BLOCK_SQUARES
from systems.kernels.squares import is_free, mark
from systems.kernels.walls import SKIN_U, cell_of

Cells = tuple[F64In, I32In, I32In]
"""grid, start, row_of: who is where."""


@device
def mark_way(
    from_x: float, from_y: float, x: float, y: float, grid: F64In, squares: U64Out
) -> None:
    """Mark the squares that the middle of a body may have touched on its way."""
    mark(
        min(from_x, x),
        max(from_x, x),
        min(from_y, y),
        max(from_y, y),
        float(BLOCK_SQUARES) / grid[0],
        int(grid[1]),
        int(grid[2]),
        squares,
    )


@device
def is_unmet(
    px: float, py: float, dx: float, dy: float, radii: float, grid: F64In, squares: U64In
) -> bool:
    """Whether a path surely comes no nearer than ``radii`` to the middle of any body on its way.

    ``False`` says nothing.  A skin more is asked for, far more than rounding could take.
    """
    wide = radii + SKIN_U
    return is_free(
        min(px, px + dx) - wide,
        max(px, px + dx) + wide,
        min(py, py + dy) - wide,
        max(py, py + dy) + wide,
        float(BLOCK_SQUARES) / grid[0],
        int(grid[1]),
        int(grid[2]),
        squares,
    )


@kernel
def build_grid(
    count: I64In,
    alive: U8In,
    x_u: F64In,
    y_u: F64In,
    grid: F64In,
    start: I32Out,
    row_of: I32Out,
    cell: I32Out,
    reach_u: F64Out,
) -> None:
    """Sort living players by cell: rows of cell c are row_of[start[c]:start[c + 1]], ascending.

    Args:
        count: i64[1], players.
        alive: u8[players]; the dead are left out.
        x_u, y_u: f64[players], positions.
        grid: f64[3].
        start: i32[cells + 1], written.
        row_of: i32[players], written.
        cell: i32[players], written: the cell of each living row, -1 of others.
        reach_u: f64[1], set to 0: the grid is exact now.
    """
    columns = int(grid[1])
    cells = columns * int(grid[2])
    for index in range(cells + 1):
        start[index] = 0
    for row in range(count[0]):
        cell[row] = -1
        if alive[row] != 0:
            at = cell_of(y_u[row], grid[0], grid[2]) * columns + cell_of(x_u[row], grid[0], grid[1])
            cell[row] = at
            start[at + 1] += 1
    for index in range(cells):
        start[index + 1] += start[index]
    # Filled from the last row down, so that each cell's end moves to its beginning and rows
    # within it ascend.  start[c + 1] is the end of cell c, hence the shift by one.
    for row in range(count[0] - 1, -1, -1):
        if cell[row] >= 0:
            at = int(cell[row]) + 1
            start[at] -= 1
            row_of[start[at]] = row
    # Every start[c + 1] now holds the beginning of cell c: shift down by one.
    total = 0
    for row in range(count[0]):
        if cell[row] >= 0:
            total += 1
    for index in range(cells):
        start[index] = start[index + 1]
    start[cells] = total
    reach_u[0] = 0.0
