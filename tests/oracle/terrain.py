"""What the wall grid and the queries through it must answer, by looking at every wall."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from math import floor, hypot, inf

from tests.oracle.directions import VECTORS
from tests.oracle.exact import HAIR_U, Path, Shape, bracket, clearance, outward

MOVE, SHOTS, SIGHT = 1, 2, 4
ABOUT = 1e-6


def cell_index(value: float, cell_u: float, cells: int) -> int:
    """Cell of a coordinate, from the exact quotient; beyond the grid lies in the border cell."""
    return max(0, min(floor(Fraction(value) / Fraction(cell_u)), cells - 1))


def that_block(walls: Iterable[tuple[float, ...]], bits: int) -> list[tuple[float, ...]]:
    """Walls that stop any of ``bits``; one that does not say what it stops stops everything."""
    return [wall for wall in walls if len(wall) < 7 or int(wall[6]) & bits]


def walls_of_cells(
    width_u: float,
    height_u: float,
    cell_u: float,
    walls: list[tuple[float, ...]],
    hair: Fraction = Fraction(0),
) -> tuple[int, int, list[list[int]]]:
    """(columns, rows, walls of each cell): each cell asks each wall whether its box reaches in.

    Boxes are taken wider by a hair.

    A cell holds its lower and left border, not its upper and right; cells at the border of the
    grid also hold what lies beyond them.
    """
    columns, rows = 1, 1
    while columns * cell_u < width_u:
        columns += 1
    while rows * cell_u < height_u:
        rows += 1
    found: list[list[int]] = []
    shapes = [Shape.of(wall) for wall in walls]
    reaches = [tuple(r + hair for r in shape.reach()) for shape in shapes]
    for cy in range(rows):
        for cx in range(columns):
            left, right = span(cx, columns, cell_u)
            top, bottom = span(cy, rows, cell_u)
            found.append(
                [
                    row
                    for row, (shape, (rx, ry)) in enumerate(zip(shapes, reaches, strict=True))
                    if shape.cx - rx < right
                    and shape.cx + rx >= left
                    and shape.cy - ry < bottom
                    and shape.cy + ry >= top
                ]
            )
    return columns, rows, found


def span(cell: int, cells: int, cell_u: float) -> tuple[float, float]:
    """Half-open interval that belongs to a cell, without bound at the border of the grid."""
    return (
        -inf if cell == 0 else cell * cell_u,
        inf if cell == cells - 1 else (cell + 1) * cell_u,
    )


def wall_brackets(path: Path, radius: float, walls: object) -> list[tuple[float, float]]:
    """For every wall, when a swept circle may and must have been stopped by it."""
    return [wall_bracket(path, Shape.of(wall, radius)) for wall in walls]  # type: ignore[attr-defined]


def wall_bracket(path: Path, shape: Shape) -> tuple[float, float]:
    """As ``bracket``; from well inside, a step is stopped at once if it leads further in."""
    core = shape.shrunk(HAIR_U)
    if core is None or path.gap_sq(core, Fraction(0)) > core.radius * core.radius:
        return bracket(path, shape)
    if path.gap_sq(core, Fraction(0)) == 0:
        return 0.0, inf  # within the box itself: only that it does not matter when is promised
    nx, ny = outward(shape, path.px, path.py)
    into = path.dx * nx + path.dy * ny
    if into < -HAIR_U:
        return 0.0, 0.0
    return (inf, inf) if into > HAIR_U else (0.0, inf)


def first_wall(path: Path, radius: float, walls: object) -> tuple[float, float]:
    """(earliest, latest) time of the first wall, inf for a miss."""
    found = wall_brackets(path, radius, walls)
    return min((early for early, _ in found), default=inf), min(
        (late for _, late in found), default=inf
    )


def room(width_u: float, height_u: float, walls: object, x: float, y: float) -> float:
    """Radius of the largest circle around a point that fits between walls and world's edge.

    Exactly measured are those walls alone that may be the nearest.
    """
    known = [(about(wall, x, y), wall) for wall in walls]  # type: ignore[attr-defined]
    most = min((gap for gap, _ in known), default=inf) + ABOUT
    edges = [x, y, width_u - x, height_u - y]
    return min(edges + [clearance(wall, x, y) for gap, wall in known if gap <= most])


def about(wall: tuple[float, ...], x: float, y: float) -> float:
    """Clearance from a wall in floats: far less than half of ABOUT beside the exact one."""
    cx, cy, hx, hy, radius, *turn = wall
    away = complex(x - cx, y - cy) / complex(*VECTORS[int(turn[0])] if turn else (1.0, 0.0))
    beyond_x, beyond_y = abs(away.real) - hx, abs(away.imag) - hy
    if max(beyond_x, beyond_y) <= 0.0:
        return max(beyond_x, beyond_y) - radius
    return hypot(max(beyond_x, 0.0), max(beyond_y, 0.0)) - radius


def world_exit(path: Path, width_u: float, height_u: float) -> Fraction | None:
    """Last time within the world, to 2**-60, of a point that starts inside and ends beyond it."""

    def within(t: Fraction) -> bool:
        x, y = path.at(t)
        return 0 <= x <= width_u and 0 <= y <= height_u

    if within(Fraction(1)):
        return None
    low, high = Fraction(0), Fraction(1)
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if within(middle) else (low, middle)
    return low


def sees(path: Path, walls: object) -> bool | None:
    """Whether no wall crosses a path; None where it is a matter of a hair."""
    verdicts = wall_brackets(path, 0.0, walls)
    if any(late < inf for _, late in verdicts):
        return False
    return True if all(early == inf for early, _ in verdicts) else None
