"""Queries against the walls of a map, through a grid that is built once at load.

Walls are f64[walls, 5]: centre x, y, half extents x, y, corner radius, in units.  The grid lists,
for every cell, the walls whose bounding box touches it: wall_row[wall_start[c]:wall_start[c + 1]].
``frame`` is f64[5]: world width, world height, cell size, columns, rows of cells.
"""

import math

from ecs.kernel import F64In, F64In2, I32In, device
from systems.kernels.geometry import FAR, MISS, gap_normal, sweep_rounded_box

SKIN_U = 1.0 / 1024.0
GLIDE_STEPS = 4
APART_WALLS = 4


@device
def cell_of(value: float, cell_u: float, cells: float) -> int:
    """Index of the cell a coordinate lies in, clamped to the grid."""
    index = int(math.floor(value / cell_u))
    return max(0, min(index, int(cells) - 1))


@device
def meets_box(
    wall: int, left: float, right: float, top: float, bottom: float, walls: F64In2
) -> bool:
    """Whether a box touches a wall's bounding box."""
    x, y = walls[wall, 0], walls[wall, 1]
    reach_x = walls[wall, 2] + walls[wall, 4]
    reach_y = walls[wall, 3] + walls[wall, 4]
    # Joined with & rather than "and": which side misses is anybody's guess, and a branch that is
    # guessed wrongly costs more than the comparisons it saves.
    along_x = (right >= x - reach_x) & (left <= x + reach_x)
    along_y = (bottom >= y - reach_y) & (top <= y + reach_y)
    return bool(along_x & along_y)


@device
def sweep_walls(
    px: float,
    py: float,
    dx: float,
    dy: float,
    radius: float,
    walls: F64In2,
    wall_start: I32In,
    wall_row: I32In,
    frame: F64In,
) -> tuple[float, float, float]:
    """(t, nx, ny): when and how a swept circle first meets a wall, t = MISS if it does not.

    Walls that are met at the same time are told apart by their row, not by the cell order.
    """
    left, right = min(px, px + dx) - radius, max(px, px + dx) + radius
    top, bottom = min(py, py + dy) - radius, max(py, py + dy) + radius
    best, best_nx, best_ny, best_wall = MISS, 0.0, 0.0, -1
    columns = int(frame[3])
    first, last = cell_of(left, frame[2], frame[3]), cell_of(right, frame[2], frame[3])
    for cy in range(cell_of(top, frame[2], frame[4]), cell_of(bottom, frame[2], frame[4]) + 1):
        # Cells of one row lie one behind the other, and so do their walls: one loop for all.
        begin, end = wall_start[cy * columns + first], wall_start[cy * columns + last + 1]
        for place in range(begin, end):
            wall = int(wall_row[place])
            if not meets_box(wall, left, right, top, bottom, walls):
                continue
            t, nx, ny = sweep_rounded_box(
                px - walls[wall, 0],
                py - walls[wall, 1],
                dx,
                dy,
                walls[wall, 2],
                walls[wall, 3],
                walls[wall, 4] + radius,
            )
            if t < best or (t == best and t < MISS and wall < best_wall):
                best, best_nx, best_ny, best_wall = t, nx, ny, wall
    return best, best_nx, best_ny


@device
def is_clear(
    px: float,
    py: float,
    radius: float,
    walls: F64In2,
    wall_start: I32In,
    wall_row: I32In,
    frame: F64In,
) -> bool:
    """Whether a circle lies in the world and overlaps no wall."""
    if px < radius or py < radius or px > frame[0] - radius or py > frame[1] - radius:
        return False
    columns = int(frame[3])
    first = cell_of(px - radius, frame[2], frame[3])
    last = cell_of(px + radius, frame[2], frame[3])
    for cy in range(
        cell_of(py - radius, frame[2], frame[4]), cell_of(py + radius, frame[2], frame[4]) + 1
    ):
        for place in range(wall_start[cy * columns + first], wall_start[cy * columns + last + 1]):
            wall = int(wall_row[place])
            x, y, reach = px - walls[wall, 0], py - walls[wall, 1], walls[wall, 4] + radius
            # Neither gap exceeds the distance, rounded or not: sqrt(g * g) is g exactly.
            if abs(x) - walls[wall, 2] >= reach or abs(y) - walls[wall, 3] >= reach:
                continue
            distance, _, _ = gap_normal(x, y, walls[wall, 2], walls[wall, 3])
            if distance < reach:
                return False
    return True


@device
def is_apart(
    px: float,
    py: float,
    dx: float,
    dy: float,
    radius: float,
    walls: F64In2,
    wall_start: I32In,
    wall_row: I32In,
    frame: F64In,
) -> bool:
    """Whether a swept circle surely stays clear of all walls: its box, a skin wider, meets no box.

    Then the sweep is a miss and its end is clear, with far more room than rounding could take.
    ``False`` says nothing: a wall is near, or there are too many to tell in passing.

    Nearly everything that moves is apart from all walls in nearly every tick, but how many walls
    its cells list is anybody's guess, and a loop that ends by surprise costs more than the whole
    answer.  So in each row of cells a fixed number of walls is looked at, without a branch; those
    that belong to the next cells already do no harm, for a wall that is near is near.
    """
    size = wall_row.shape[0]
    if size == 0:
        return True
    mid_x, mid_y = px + 0.5 * dx, py + 0.5 * dy
    half_x, half_y = 0.5 * abs(dx) + radius + SKIN_U, 0.5 * abs(dy) + radius + SKIN_U
    columns, gap = int(frame[3]), FAR
    first = cell_of(mid_x - half_x, frame[2], frame[3])
    last = cell_of(mid_x + half_x, frame[2], frame[3])
    upper = cell_of(mid_y - half_y, frame[2], frame[4])
    lower = cell_of(mid_y + half_y, frame[2], frame[4])
    for cy in range(upper, lower + 1):
        begin = int(wall_start[cy * columns + first])
        if int(wall_start[cy * columns + last + 1]) - begin > APART_WALLS:
            return False
        for place in range(begin, begin + APART_WALLS):
            wall = int(wall_row[min(place, size - 1)])
            gap_x = abs(mid_x - walls[wall, 0]) - walls[wall, 2] - half_x
            gap_y = abs(mid_y - walls[wall, 1]) - walls[wall, 3] - half_y
            gap = min(gap, max(gap_x, gap_y) - walls[wall, 4])
    return gap > 0.0


@device
def glide(
    px: float,
    py: float,
    dx: float,
    dy: float,
    radius: float,
    walls: F64In2,
    wall_start: I32In,
    wall_row: I32In,
    frame: F64In,
) -> tuple[float, float]:
    """Where a circle comes to rest that moves by (dx, dy), slides along walls, stays in the world.

    The displacement is cut at the world's edge first: both ends of the path then lie in a convex
    box, hence the whole path.  At each wall it stops a skin before the surface and goes on with
    the tangential rest.  If rounding or a wedge of two walls leaves it without room, it stays
    where it was, which was clear: no input can put a body into a wall.
    """
    dx = max(radius, min(px + dx, frame[0] - radius)) - px
    dy = max(radius, min(py + dy, frame[1] - radius)) - py
    x, y = px, py
    if is_apart(x, y, dx, dy, radius, walls, wall_start, wall_row, frame):
        x = max(radius, min(x + dx, frame[0] - radius))
        y = max(radius, min(y + dy, frame[1] - radius))
        return x, y
    for _ in range(GLIDE_STEPS):
        if dx == 0.0 and dy == 0.0:
            break
        t, nx, ny = sweep_walls(x, y, dx, dy, radius, walls, wall_start, wall_row, frame)
        if t == MISS:
            x += dx
            y += dy
            break
        x += dx * t + nx * SKIN_U
        y += dy * t + ny * SKIN_U
        into = dx * nx + dy * ny
        dx = (dx - into * nx) * (1.0 - t)
        dy = (dy - into * ny) * (1.0 - t)
    x = max(radius, min(x, frame[0] - radius))
    y = max(radius, min(y, frame[1] - radius))
    if is_clear(x, y, radius, walls, wall_start, wall_row, frame):
        return x, y
    return px, py


@device
def leaves_world(px: float, py: float, dx: float, dy: float, frame: F64In) -> float:
    """Fraction of a displacement at which a point inside crosses the world's edge, or MISS."""
    best = MISS
    if px + dx < 0.0:
        best = min(best, -px / dx)
    if px + dx > frame[0]:
        best = min(best, (frame[0] - px) / dx)
    if py + dy < 0.0:
        best = min(best, -py / dy)
    if py + dy > frame[1]:
        best = min(best, (frame[1] - py) / dy)
    return best
