"""Cells of walls are amended: some obstacles came or went, and most cells are as they were.

It comes to what a fresh build comes to, in the same order.  A cell's number in ``edits`` is 0 as
long as nothing in it has changed, then one more than the walls it still lacks.
"""

from ecs.kernel import F64In, I32In, I32Out, device, routine
from schema.walls import BLOCKS_ACROSS
from systems.kernels.obstacles import (
    Outline,
    Squares,
    WallsOut,
    cells_of,
    mark_walls,
    write_wall,
)
from systems.kernels.walls import WallsIn

Cells = tuple[I32Out, I32Out, I32Out, I32Out]
"""start, row, former, edits: walls by cell, what ``row`` was, and a number for each cell."""

GONE = -1
"""Entry of a cell whose obstacle is not there any more, until the cell is amended."""


@device
def take_out(
    wall: int, frame: F64In, walls: WallsIn, start: I32In, row: I32Out, edits: I32Out
) -> None:
    """Note that a wall is in its cells no more."""
    columns = int(frame[3])
    left, right, top, bottom = cells_of(wall, frame, walls)
    for cy in range(top, bottom + 1):
        for cell in range(cy * columns + left, cy * columns + right + 1):
            edits[cell] = max(1, edits[cell])
            for place in range(start[cell], start[cell + 1]):
                if row[place] == wall:
                    row[place] = GONE


@device
def ask_room(wall: int, frame: F64In, walls: WallsIn, edits: I32Out) -> None:
    """Note that a wall needs a place in its cells."""
    columns = int(frame[3])
    left, right, top, bottom = cells_of(wall, frame, walls)
    for cy in range(top, bottom + 1):
        for cell in range(cy * columns + left, cy * columns + right + 1):
            edits[cell] = max(1, edits[cell]) + 1


@device
def make_room(start: I32Out, row: I32Out, former: I32Out, edits: I32In) -> None:
    """Close the gaps of walls that are gone, and leave room at the end of cells that ask for it.

    ``former`` becomes what ``row`` was.
    """
    cells = start.shape[0] - 1
    for place in range(start[cells]):
        former[place] = row[place]
    # Entries before ``copied`` are where they belong; those after it move by ``shift``.
    copied, shift, begin = 0, 0, 0
    for cell in range(cells):
        end = int(start[cell + 1])
        if edits[cell] != 0:
            for place in range(copied, begin):
                row[place + shift] = former[place]
            to = begin + shift
            for place in range(begin, end):
                if former[place] != GONE:
                    row[to] = former[place]
                    to += 1
            copied, shift = end, to + int(edits[cell]) - 1 - end
        start[cell + 1] = end + shift
        begin = end
    for place in range(copied, begin):
        row[place + shift] = former[place]


@device
def put_in(
    wall: int, frame: F64In, walls: WallsIn, start: I32In, row: I32Out, edits: I32Out
) -> None:
    """Put a wall into its cells, where room was made for it, in the order of walls."""
    columns = int(frame[3])
    left, right, top, bottom = cells_of(wall, frame, walls)
    for cy in range(top, bottom + 1):
        for cell in range(cy * columns + left, cy * columns + right + 1):
            edits[cell] -= 1
            place = start[cell + 1] - edits[cell]
            while place > start[cell] and row[place - 1] > wall:
                row[place] = row[place - 1]
                place -= 1
            row[place] = wall


@device
def mark_anew(
    size: int,
    frame: F64In,
    walls: WallsIn,
    start: I32In,
    row: I32In,
    edits: I32Out,
    squares: Squares,
) -> None:
    """Mark the squares of all cells that were edited, and forget that they were."""
    stops_bodies, stops_shots, map_stops_bodies, map_stops_shots = squares
    cells, columns = start.shape[0] - 1, int(frame[3])
    for cell in range(cells):
        if edits[cell] == 0:
            continue
        for part in range(BLOCKS_ACROSS * BLOCKS_ACROSS):
            by = cell // columns * BLOCKS_ACROSS + part // BLOCKS_ACROSS
            block = (by * columns + cell % columns) * BLOCKS_ACROSS + part % BLOCKS_ACROSS
            stops_bodies[block] = map_stops_bodies[block]
            stops_shots[block] = map_stops_shots[block]
    for cell in range(cells):
        if edits[cell] == 0:
            continue
        edits[cell] = 0
        for place in range(start[cell], start[cell + 1]):
            wall = int(row[place])
            # Whole: what lies in cells that were not edited is marked already.
            if wall >= size:
                mark_walls(wall, wall + 1, walls, frame, stops_bodies, stops_shots)


@routine
def amend(
    count: int,
    before: int,
    many: int,
    changed: I32In,
    outline: Outline,
    frame: F64In,
    size: int,
    walls: WallsOut,
    cells: Cells,
    squares: Squares,
) -> None:
    """Bring the walls of changed obstacles up to date, and the cells they are or were in.

    Entries of all other cells move as they are.

    Args:
        count: obstacles there are.  before: as many were walls.
        many: how many of ``changed`` are: i32[obstacles], their rows, ascending.
    """
    start, row, former, edits = cells
    for index in range(many):
        k = int(changed[index])
        if k < before:
            take_out(size + k, frame, walls, start, row, edits)
        if k < count:
            write_wall(size + k, k, outline, walls)
            ask_room(size + k, frame, walls, edits)
    make_room(start, row, former, edits)
    for index in range(many):
        if changed[index] < count:
            put_in(size + int(changed[index]), frame, walls, start, row, edits)
    mark_anew(size, frame, walls, start, row, edits, squares)
