"""Bodies do not overlap: each pair is pushed apart, half each, swept against walls."""

import math

from ecs.kernel import F64In, F64In2, F64Out, Float, I32In, I64In, U8In, U64In, U64Out, kernel
from schema.walls import BLOCKS_MOVE
from systems.kernels.broadphase import mark_way
from systems.kernels.walls import WallsIn, cell_of, glide


@kernel
def find_push(
    count: I64In,
    alive: U8In,
    x_u: F64In,
    y_u: F64In,
    radius_u: Float,
    grid: F64In,
    start: I32In,
    row_of: I32In,
    directions: F64In2,
    dx_u: F64Out,
    dy_u: F64Out,
) -> None:
    """Sum, for every living body, half of each overlap along the line of centres.

    All pushes are found from the same positions before any is applied (Jacobi), so the result
    does not depend on who comes first.  Bodies on the very same spot part along a direction that
    their rows determine, the lower row one way and the higher the other.  One push is at most a
    radius, so a crowd cannot shoot anybody out.

    Cells must not be smaller than a body's diameter.
    """
    columns = int(grid[1])
    reach = 2.0 * radius_u
    for row in range(count[0]):
        dx_u[row] = 0.0
        dy_u[row] = 0.0
        if alive[row] == 0:
            continue
        x, y = x_u[row], y_u[row]
        sum_x, sum_y = 0.0, 0.0
        first, last = cell_of(x - reach, grid[0], grid[1]), cell_of(x + reach, grid[0], grid[1])
        for cy in range(
            cell_of(y - reach, grid[0], grid[2]), cell_of(y + reach, grid[0], grid[2]) + 1
        ):
            # Cells of one row lie one behind the other, and so do their bodies: one loop for all.
            for place in range(start[cy * columns + first], start[cy * columns + last + 1]):
                other = int(row_of[place])
                gap_x, gap_y = x - x_u[other], y - y_u[other]
                apart_sq = gap_x * gap_x + gap_y * gap_y
                if other == row or apart_sq >= reach * reach:
                    continue
                apart = math.sqrt(apart_sq)
                half = 0.5 * (reach - apart)
                if apart > 0.0:
                    sum_x += gap_x / apart * half
                    sum_y += gap_y / apart * half
                else:
                    low, high = min(row, other), max(row, other)
                    heading = (low * 1031 + high * 677) % directions.shape[0]
                    side = half if row == low else -half
                    sum_x += directions[heading, 0] * side
                    sum_y += directions[heading, 1] * side
        length = math.sqrt(sum_x * sum_x + sum_y * sum_y)
        if length > radius_u:
            sum_x = sum_x * (radius_u / length)
            sum_y = sum_y * (radius_u / length)
        dx_u[row] = sum_x
        dy_u[row] = sum_y


@kernel
def apply_push(
    count: I64In,
    alive: U8In,
    dx_u: F64In,
    dy_u: F64In,
    from_x_u: F64In,
    from_y_u: F64In,
    radius_u: Float,
    grid: F64In,
    wall_squares: U64In,
    walls: WallsIn,
    wall_start: I32In,
    wall_row: I32In,
    frame: F64In,
    x_u: F64Out,
    y_u: F64Out,
    reach_u: F64Out,
    squares: U64Out,
) -> None:
    """Apply the pushes, and note how far any path of this tick leads from where the grid has it.

    ``reach_u`` bounds, along each axis, the distance from a player's place in the grid to any
    point between its origin and its final position; sweeps widen their search by it.

    Args:
        squares: u64[cells + 1], written: the squares that somebody's way touches.
    """
    reach = 0.0
    for cell in range(squares.shape[0]):
        squares[cell] = 0
    for row in range(count[0]):
        if alive[row] == 0:
            continue
        x, y = x_u[row], y_u[row]
        if dx_u[row] != 0.0 or dy_u[row] != 0.0:
            x_u[row], y_u[row] = glide(
                x,
                y,
                dx_u[row],
                dy_u[row],
                radius_u,
                BLOCKS_MOVE,
                wall_squares,
                walls,
                wall_start,
                wall_row,
                frame,
            )
            reach = max(reach, abs(x_u[row] - x), abs(y_u[row] - y))
        reach = max(reach, abs(from_x_u[row] - x), abs(from_y_u[row] - y))
        mark_way(from_x_u[row], from_y_u[row], x_u[row], y_u[row], grid, squares)
    reach_u[0] = reach
