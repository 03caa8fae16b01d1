"""The map's walls and the obstacles become one, by cell and by square.

Walls are made of the state alone: whatever was there before, ``raise_walls`` leaves what a fresh
build would.  In nearly every tick of a large match a few obstacles come or go, so it looks for what
differs and, when that is little, amends the cells that are touched (``amend``) rather than build
all anew (``rebuild``).
"""

from ecs.kernel import (
    F64In,
    F64In2,
    I32In,
    I32Out,
    I64In,
    I64Out,
    U8In,
    U16In,
    U64Out,
    device,
    kernel,
    routine,
)
from schema.walls import OBSTACLE_REACH_U
from systems.kernels.amending import Cells, amend
from systems.kernels.obstacles import (
    Outline,
    Squares,
    WallsOut,
    cells_of,
    is_same,
    mark_walls,
    reach_of,
    write_wall,
)
from systems.kernels.walls import WallsIn

WALLS_RAISED = 0x52494E4757414C4C
"""What ``raised`` holds once walls are whole: no fill of one byte, and no likely accident."""


@device
def sort_by_cell(
    count: int,
    fixed_start: I32In,
    fixed_row: I32In,
    frame: F64In,
    size: int,
    walls: WallsIn,
    start: I32Out,
    row: I32Out,
) -> None:
    """List walls by cell: the map's as they were, then obstacles, hence ascending.

    A counting sort.  ``OBSTACLE_REACH_U`` bounds the cells of an obstacle, and is held to here as
    well: a larger one would be found in the cells around its middle.
    """
    cells, columns = fixed_start.shape[0] - 1, int(frame[3])
    for cell in range(cells + 1):
        start[cell] = 0
    for wall in range(size, size + count):
        left, right, top, bottom = cells_of(wall, frame, walls)
        for cy in range(top, bottom + 1):
            for cell in range(cy * columns + left, cy * columns + right + 1):
                start[cell + 1] += 1
    total = 0
    for cell in range(cells):
        begin, ours = total, int(fixed_start[cell])
        many = int(fixed_start[cell + 1]) - ours
        total += many + int(start[cell + 1])
        for place in range(many):
            row[begin + place] = fixed_row[ours + place]
        # Behind the map's walls, and on by one for each obstacle: in the end where the next begins.
        start[cell + 1] = begin + many
    for wall in range(size, size + count):
        left, right, top, bottom = cells_of(wall, frame, walls)
        for cy in range(top, bottom + 1):
            for cell in range(cy * columns + left, cy * columns + right + 1):
                row[start[cell + 1]] = wall
                start[cell + 1] += 1


@device
def find_changed(
    count: int, former: int, size: int, outline: Outline, walls: WallsIn, changed: I32Out
) -> int:
    """How many obstacles are not the walls that stand for them; ``changed`` lists them, ascending.

    ``former`` of them are walls, ``count`` should be.
    """
    found = 0
    for k in range(max(count, former)):
        same = k < count and k < former and is_same(size + k, k, outline, walls)
        changed[found] = k
        found += int(not same)
    return found


@routine
def rebuild(
    count: int,
    outline: Outline,
    fixed_start: I32In,
    fixed_row: I32In,
    frame: F64In,
    size: int,
    walls: WallsOut,
    cells: Cells,
    squares: Squares,
) -> None:
    """Make walls of all obstacles, and list all walls by cell, whatever was there."""
    start, row, _, edits = cells
    stops_bodies, stops_shots, map_stops_bodies, map_stops_shots = squares
    for k in range(count):
        write_wall(size + k, k, outline, walls)
    sort_by_cell(count, fixed_start, fixed_row, frame, size, walls, start, row)
    for cell in range(edits.shape[0]):
        edits[cell] = 0
    for block in range(map_stops_bodies.shape[0]):
        stops_bodies[block] = map_stops_bodies[block]
        stops_shots[block] = map_stops_shots[block]
    mark_walls(size, size + count, walls, frame, stops_bodies, stops_shots)


@device
def are_small(
    count: int,
    former_count: int,
    many: int,
    changed: I32In,
    outline: Outline,
    size: int,
    walls: WallsIn,
) -> bool:
    """Whether none of the changed obstacles is, or was, larger than an obstacle may be."""
    _, _, hx_u, hy_u, radius_u, heading, _, directions = outline
    reach = 0.0
    for index in range(many):
        k = int(changed[index])
        if k < former_count:
            reach = max(reach, walls[size + k]["reach_x_u"], walls[size + k]["reach_y_u"])
        if k < count:
            ux, uy = directions[int(heading[k]), 0], directions[int(heading[k]), 1]
            reach = max(reach, *reach_of(hx_u[k], hy_u[k], radius_u[k], ux, uy))
    return reach <= OBSTACLE_REACH_U


@routine
def lay_map(fixed: WallsIn, frame: F64In, walls: WallsOut, marked: tuple[U64Out, U64Out]) -> None:
    """Begin with the map's walls, and mark their squares."""
    size, (bodies, shots) = fixed.shape[0], marked
    for wall in range(size):
        walls[wall] = fixed[wall]
    for block in range(bodies.shape[0]):
        bodies[block], shots[block] = 0, 0
    mark_walls(0, size, walls, frame, bodies, shots)


@kernel
def raise_walls(
    count: I64In,
    x_u: F64In,
    y_u: F64In,
    hx_u: F64In,
    hy_u: F64In,
    radius_u: F64In,
    heading: U16In,
    blocks: U8In,
    directions: F64In2,
    fixed: WallsIn,
    fixed_start: I32In,
    fixed_row: I32In,
    frame: F64In,
    walls: WallsOut,
    start: I32Out,
    row: I32Out,
    former: I32Out,
    edits: I32Out,
    changed: I32Out,
    stops_bodies: U64Out,
    stops_shots: U64Out,
    map_stops_bodies: U64Out,
    map_stops_shots: U64Out,
    raised: I64Out,
) -> None:
    """Make walls of the map's and the obstacles, unless they are just that already.

    Obstacle k becomes wall fixed + k.

    Args:
        fixed, fixed_start, fixed_row: the map's walls, as in ``kernels.walls``.
        walls: WALL[fixed + obstacles], start: i32[cells + 1], row: i32[entries], written.
        former: i32[entries], edits: i32[cells], changed: i32[obstacles], room to work in.
        stops_bodies, stops_shots: u64[blocks], the squares that walls touch, written.
        map_stops_bodies, map_stops_shots: those that the map's walls touch, written once.
        raised: i64[2], WALLS_RAISED and the number of obstacles, written.
    """
    size, now, before = fixed.shape[0], count[0], raised[1]
    outline = (x_u, y_u, hx_u, hy_u, radius_u, heading, blocks, directions)
    squares = (stops_bodies, stops_shots, map_stops_bodies, map_stops_shots)
    cells, few = (start, row, former, edits), False
    if raised[0] == WALLS_RAISED:
        many = find_changed(now, before, size, outline, walls, changed)
        if many == 0:
            return
        few = 2 * many <= now and are_small(now, before, many, changed, outline, size, walls)
    else:
        lay_map(fixed, frame, walls, (map_stops_bodies, map_stops_shots))
    if few:
        amend(now, before, many, changed, outline, frame, size, walls, cells, squares)
    else:
        rebuild(now, outline, fixed_start, fixed_row, frame, size, walls, cells, squares)
    raised[0], raised[1] = WALLS_RAISED, now
