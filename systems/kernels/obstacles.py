"""Obstacles, walls that come and go: how large they are, where they stand, and the map's own."""

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from ecs.identity import give_slot
from ecs.kernel import (
    F64In,
    F64In2,
    F64Out,
    I32Out,
    I64Out,
    Records,
    U8In,
    U8Out,
    U16In,
    U16Out,
    U32Out,
    U64In,
    U64Out,
    device,
    kernel,
)
from schema.events import NOBODY
from schema.walls import (
    BLOCKS_ACROSS,
    BLOCKS_ALL,
    BLOCKS_MOVE,
    BLOCKS_SHOTS,
    CRATE,
    NEVER,
    OBSTACLE_REACH_U,
    SQUARES_PER_U,
    WALL,
)
from systems.kernels.squares import mark
from systems.kernels.walls import WallsIn, cell_of

WallsOut = Annotated[NDArray[np.void], Records(WALL, True)]


Outline = tuple[F64In, F64In, F64In, F64In, F64In, U16In, U8In, F64In2]
"""x_u, y_u, hx_u, hy_u, radius_u, heading, blocks of each obstacle, and the unit vectors."""

Squares = tuple[U64Out, U64Out, U64In, U64In]
"""Squares touched by what stops bodies, and shots; and by those of the map alone."""


@device
def reach_of(hx: float, hy: float, radius: float, ux: float, uy: float) -> tuple[float, float]:
    """Half extents of the bounding box: shadows of the half extents on each axis, added."""
    return abs(ux) * hx + abs(uy) * hy + radius, abs(uy) * hx + abs(ux) * hy + radius


@device
def fits(hx: float, hy: float, radius: float, heading: int, directions: F64In2) -> bool:
    """Whether an obstacle's bounding box is small enough to be one."""
    reach_x, reach_y = reach_of(hx, hy, radius, directions[heading, 0], directions[heading, 1])
    return reach_x <= OBSTACLE_REACH_U and reach_y <= OBSTACLE_REACH_U


@kernel
def put_crates(
    crates: F64In2,
    directions: F64In2,
    count: I64Out,
    refused: I64Out,
    slot: I32Out,
    generation: U32Out,
    free: I32Out,
    x_u: F64Out,
    y_u: F64Out,
    hx_u: F64Out,
    hy_u: F64Out,
    radius_u: F64Out,
    heading: U16Out,
    kind: U8Out,
    blocks: U8Out,
    owner: I64Out,
    health_hp: F64Out,
    full_hp: F64Out,
    expire_tick: I64Out,
) -> None:
    """An obstacle for each crate of the map; what does not fit is refused and counted.

    Args:
        crates: f64[crates, 6], centre x, y, half extents x, y (units), heading, health (hp).
    """
    for crate in range(crates.shape[0]):
        place, turn = count[0], int(crates[crate, 4])
        hx, hy = crates[crate, 2], crates[crate, 3]
        if place >= slot.shape[0] or not fits(hx, hy, 0.0, turn, directions):
            refused[0] += 1
            continue
        give_slot(place, slot, generation, free)
        x_u[place], y_u[place] = crates[crate, 0], crates[crate, 1]
        hx_u[place], hy_u[place], radius_u[place] = hx, hy, 0.0
        heading[place] = turn
        kind[place] = CRATE
        blocks[place] = BLOCKS_ALL
        owner[place] = NOBODY
        health_hp[place] = crates[crate, 5]
        full_hp[place] = health_hp[place]
        expire_tick[place] = NEVER
        count[0] = place + 1


@device
def cells_of(wall: int, frame: F64In, walls: WallsIn) -> tuple[int, int, int, int]:
    """(first, last column, first, last row) of the cells that a wall's bounding box touches."""
    x, y = walls[wall]["x_u"], walls[wall]["y_u"]
    reach_x = min(walls[wall]["reach_x_u"], OBSTACLE_REACH_U)
    reach_y = min(walls[wall]["reach_y_u"], OBSTACLE_REACH_U)
    return (
        cell_of(x - reach_x, frame[2], frame[3]),
        cell_of(x + reach_x, frame[2], frame[3]),
        cell_of(y - reach_y, frame[2], frame[4]),
        cell_of(y + reach_y, frame[2], frame[4]),
    )


@device
def is_same(
    wall: int,
    k: int,
    outline: Outline,
    walls: WallsIn,
) -> bool:
    """Whether a wall is what obstacle k would be written as."""
    x_u, y_u, hx_u, hy_u, radius_u, heading, blocks, directions = outline
    turn = int(heading[k])
    place = (walls[wall]["x_u"] == x_u[k]) & (walls[wall]["y_u"] == y_u[k])
    box = (walls[wall]["hx_u"] == hx_u[k]) & (walls[wall]["hy_u"] == hy_u[k])
    turned_x = walls[wall]["ux"] == directions[turn, 0]
    turned_y = walls[wall]["uy"] == directions[turn, 1]
    rim = walls[wall]["radius_u"] == radius_u[k]
    same = place & box & turned_x & turned_y & rim
    return bool(same & (int(walls[wall]["blocks"]) == int(blocks[k])))


@device
def write_wall(
    wall: int,
    k: int,
    outline: Outline,
    walls: WallsOut,
) -> None:
    """Make a wall of obstacle k."""
    x_u, y_u, hx_u, hy_u, radius_u, heading, blocks, directions = outline
    turn = int(heading[k])
    ux, uy = directions[turn, 0], directions[turn, 1]
    reach_x, reach_y = reach_of(hx_u[k], hy_u[k], radius_u[k], ux, uy)
    walls[wall]["x_u"], walls[wall]["y_u"] = x_u[k], y_u[k]
    walls[wall]["hx_u"], walls[wall]["hy_u"] = hx_u[k], hy_u[k]
    walls[wall]["radius_u"] = radius_u[k]
    walls[wall]["ux"], walls[wall]["uy"] = ux, uy
    walls[wall]["reach_x_u"], walls[wall]["reach_y_u"] = reach_x, reach_y
    walls[wall]["blocks"] = blocks[k]
    walls[wall]["spare"], walls[wall]["spare_2"], walls[wall]["spare_4"] = 0, 0, 0


@device
def mark_walls(
    first: int,
    end: int,
    walls: WallsIn,
    frame: F64In,
    stops_bodies: U64Out,
    stops_shots: U64Out,
) -> None:
    """Mark the squares that the bounding boxes of some walls touch, by what the walls stop."""
    columns, rows = int(frame[3]) * BLOCKS_ACROSS, int(frame[4]) * BLOCKS_ACROSS
    for wall in range(first, end):
        x, y = walls[wall]["x_u"], walls[wall]["y_u"]
        reach_x, reach_y = walls[wall]["reach_x_u"], walls[wall]["reach_y_u"]
        left, right, top, bottom = x - reach_x, x + reach_x, y - reach_y, y + reach_y
        if int(walls[wall]["blocks"]) & BLOCKS_MOVE != 0:
            mark(left, right, top, bottom, SQUARES_PER_U, columns, rows, stops_bodies)
        if int(walls[wall]["blocks"]) & BLOCKS_SHOTS != 0:
            mark(left, right, top, bottom, SQUARES_PER_U, columns, rows, stops_shots)
