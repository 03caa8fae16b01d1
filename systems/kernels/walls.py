"""Queries against walls, through a grid.

Walls are WALL[walls] (``schema.walls``): rounded boxes, each turned to a direction of its own.  The
grid lists, for every cell, the walls whose bounding box touches it:
wall_row[wall_start[c]:wall_start[c + 1]].  ``frame`` is f64[5]: world width, world height, cell
size, columns, rows of cells.  A query asks for ``blocks``, bits of what it is stopped by: walls
that have none of them are not there for it.
"""

import math
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from ecs.kernel import F64In, I32In, Records, U64In, device, routine
from schema.walls import BLOCKS_ACROSS, SQUARES_PER_U, WALL
from systems.kernels.geometry import MISS, gap_normal, sweep_turned_box, to_frame
from systems.kernels.squares import is_free

WallsIn = Annotated[NDArray[np.void], Records(WALL)]

SKIN_U = 1.0 / 1024.0
HAIR_U = 1.0 / (1 << 30)
GLIDE_STEPS = 4


@device
def cell_of(value: float, cell_u: float, cells: float) -> int:
    """Index of the cell a coordinate lies in, clamped to the grid."""
    # Clamped before it is cut to a whole number, which is then the same as its floor.
    return int(min(max(0.0, value / cell_u), cells - 1.0))


@device
def meets_box(
    wall: int, left: float, right: float, top: float, bottom: float, blocks: int, walls: WallsIn
) -> bool:
    """Whether a box touches the bounding box of a wall that blocks any of ``blocks``."""
    x, y = walls[wall]["x_u"], walls[wall]["y_u"]
    reach_x, reach_y = walls[wall]["reach_x_u"], walls[wall]["reach_y_u"]
    # Joined with & rather than "and": which side misses is anybody's guess, and a branch that is
    # guessed wrongly costs more than the comparisons it saves.
    along_x = (right >= x - reach_x) & (left <= x + reach_x)
    along_y = (bottom >= y - reach_y) & (top <= y + reach_y)
    return bool(along_x & along_y & (int(walls[wall]["blocks"]) & blocks != 0))


@routine
def sweep_walls(
    px: float,
    py: float,
    dx: float,
    dy: float,
    radius: float,
    blocks: int,
    walls: WallsIn,
    wall_start: I32In,
    wall_row: I32In,
    frame: F64In,
) -> tuple[float, float, float, int]:
    """(t, nx, ny, wall): when, how and which wall a swept circle first meets.

    If it meets none, t is MISS and wall -1.  Walls that are met at the same time are told apart
    by their row, not by the cell order.
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
            if not meets_box(wall, left, right, top, bottom, blocks, walls):
                continue
            t, nx, ny = sweep_turned_box(
                px - walls[wall]["x_u"],
                py - walls[wall]["y_u"],
                dx,
                dy,
                walls[wall]["ux"],
                walls[wall]["uy"],
                walls[wall]["hx_u"],
                walls[wall]["hy_u"],
                walls[wall]["radius_u"] + radius,
            )
            if t < best or (t == best and t < MISS and wall < best_wall):
                best, best_nx, best_ny, best_wall = t, nx, ny, wall
    return best, best_nx, best_ny, best_wall


@device
def overlaps(wall: int, px: float, py: float, radius: float, walls: WallsIn) -> bool:
    """Whether a circle overlaps a wall; touching is not overlapping."""
    x, y = to_frame(
        px - walls[wall]["x_u"],
        py - walls[wall]["y_u"],
        walls[wall]["ux"],
        walls[wall]["uy"],
    )
    hx, hy, reach = (
        walls[wall]["hx_u"],
        walls[wall]["hy_u"],
        walls[wall]["radius_u"] + radius,
    )
    # Neither gap exceeds the distance, rounded or not: sqrt(g * g) is g exactly.
    if abs(x) - hx >= reach or abs(y) - hy >= reach:
        return False
    distance, _, _ = gap_normal(x, y, hx, hy)
    return bool(distance < reach)


@device
def is_clear(
    px: float,
    py: float,
    radius: float,
    blocks: int,
    walls: WallsIn,
    wall_start: I32In,
    wall_row: I32In,
    frame: F64In,
) -> bool:
    """Whether a circle lies in the world and overlaps no wall that blocks it."""
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
            blocked = int(walls[wall]["blocks"]) & blocks != 0
            if blocked and overlaps(wall, px, py, radius, walls):
                return False
    return True


@device
def is_apart(
    px: float,
    py: float,
    dx: float,
    dy: float,
    radius: float,
    squares: U64In,
    frame: F64In,
) -> bool:
    """Whether a swept circle surely stays clear of what marked ``squares``.

    Then the sweep is a miss and its end is clear, with far more room than rounding could take: the
    box that is asked about is a skin wider than the path.  ``False`` says nothing.

    Nearly everything that moves is apart from all walls in nearly every tick.  How many walls its
    cells list is anybody's guess, and a loop that ends by surprise costs more than this answer.
    """
    wide = radius + SKIN_U
    return is_free(
        min(px, px + dx) - wide,
        max(px, px + dx) + wide,
        min(py, py + dy) - wide,
        max(py, py + dy) + wide,
        SQUARES_PER_U,
        int(frame[3]) * BLOCKS_ACROSS,
        int(frame[4]) * BLOCKS_ACROSS,
        squares,
    )


@device
def gap_of(px: float, py: float, radius: float, wall: int, walls: WallsIn) -> float:
    """Distance between a circle and a wall, negative when they overlap."""
    ux, uy = walls[wall]["ux"], walls[wall]["uy"]
    x, y = to_frame(px - walls[wall]["x_u"], py - walls[wall]["y_u"], ux, uy)
    distance, _, _ = gap_normal(x, y, walls[wall]["hx_u"], walls[wall]["hy_u"])
    return float(distance - (walls[wall]["radius_u"] + radius))


@routine
def sinks(
    px: float,
    py: float,
    x: float,
    y: float,
    radius: float,
    blocks: int,
    walls: WallsIn,
    wall_start: I32In,
    wall_row: I32In,
    frame: F64In,
) -> bool:
    """Whether a circle at (x, y) is deeper in a wall than at (px, py), clear being no depth.

    Where it overlapped before, a hair counts as rounding: creeping in by hairs takes months.
    """
    columns = int(frame[3])
    first = cell_of(x - radius, frame[2], frame[3])
    last = cell_of(x + radius, frame[2], frame[3])
    for cy in range(
        cell_of(y - radius, frame[2], frame[4]), cell_of(y + radius, frame[2], frame[4]) + 1
    ):
        for place in range(wall_start[cy * columns + first], wall_start[cy * columns + last + 1]):
            wall = int(wall_row[place])
            if int(walls[wall]["blocks"]) & blocks == 0:
                continue
            after = gap_of(x, y, radius, wall, walls)
            if after >= 0.0:
                continue
            before = gap_of(px, py, radius, wall, walls)
            if before >= 0.0 or after < before - HAIR_U:
                return True
    return False


@routine
def creep(
    px: float,
    py: float,
    x: float,
    y: float,
    dx: float,
    dy: float,
    radius: float,
    blocks: int,
    walls: WallsIn,
    wall_start: I32In,
    wall_row: I32In,
    frame: F64In,
) -> tuple[float, float]:
    """Where a circle that overlaps a wall goes: to (x, y), straight, along the wall, or nowhere.

    The first of these that gets it no deeper into any wall.  Other walls stop it a skin short.
    """
    if not sinks(px, py, x, y, radius, blocks, walls, wall_start, wall_row, frame):
        return x, y
    for _ in range(2):
        t, nx, ny, _ = sweep_walls(
            px, py, dx, dy, radius, blocks, walls, wall_start, wall_row, frame
        )
        length = math.sqrt(dx * dx + dy * dy)
        t = 1.0 if t == MISS else t - SKIN_U / max(length, SKIN_U)
        if t > 0.0:
            x = max(radius, min(px + dx * t, frame[0] - radius))
            y = max(radius, min(py + dy * t, frame[1] - radius))
            if not sinks(px, py, x, y, radius, blocks, walls, wall_start, wall_row, frame):
                return x, y
        into = dx * nx + dy * ny
        dx, dy = dx - into * nx, dy - into * ny
    return px, py


@routine
def slide(
    px: float,
    py: float,
    dx: float,
    dy: float,
    radius: float,
    blocks: int,
    walls: WallsIn,
    wall_start: I32In,
    wall_row: I32In,
    frame: F64In,
) -> tuple[float, float]:
    """As ``glide``, where walls may be near, of a displacement that is cut at the world's edge."""
    x, y, dx0, dy0 = px, py, dx, dy
    for _ in range(GLIDE_STEPS):
        if dx == 0.0 and dy == 0.0:
            break
        t, nx, ny, _ = sweep_walls(x, y, dx, dy, radius, blocks, walls, wall_start, wall_row, frame)
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
    if is_clear(x, y, radius, blocks, walls, wall_start, wall_row, frame):
        return x, y
    if is_clear(px, py, radius, blocks, walls, wall_start, wall_row, frame):
        return px, py
    return creep(px, py, x, y, dx0, dy0, radius, blocks, walls, wall_start, wall_row, frame)


@device
def glide(
    px: float,
    py: float,
    dx: float,
    dy: float,
    radius: float,
    blocks: int,
    squares: U64In,
    walls: WallsIn,
    wall_start: I32In,
    wall_row: I32In,
    frame: F64In,
) -> tuple[float, float]:
    """Where a circle comes to rest that moves by (dx, dy), slides along walls, stays in the world.

    The displacement is cut at the world's edge first: both ends of the path then lie in a convex
    box, hence the whole path.  At each wall it stops a skin before the surface and goes on with
    the tangential rest.  If rounding or a wedge of two walls leaves it without room, it stays
    where it was, which was clear: no input can put a body into a wall.

    A circle that overlaps a wall at the start, because the wall is new, may go wherever it gets no
    deeper into any: out, and along, but not through.

    Args:
        squares: those touched by walls that block any of ``blocks``.
    """
    dx = max(radius, min(px + dx, frame[0] - radius)) - px
    dy = max(radius, min(py + dy, frame[1] - radius)) - py
    if is_apart(px, py, dx, dy, radius, squares, frame):
        x = max(radius, min(px + dx, frame[0] - radius))
        y = max(radius, min(py + dy, frame[1] - radius))
        return x, y
    return slide(px, py, dx, dy, radius, blocks, walls, wall_start, wall_row, frame)


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
