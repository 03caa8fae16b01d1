"""Who is near whom and who is pushed where, by asking every pair."""

from __future__ import annotations

from fractions import Fraction
from math import hypot

from tests.oracle.exact import root
from tests.oracle.terrain import cell_index

Place = tuple[float, float]


def sorted_by_cell(
    places: list[Place], alive: list[int], cell_u: float, columns: int, rows: int
) -> tuple[list[int], list[list[int]]]:
    """(cell of each row or -1, rows of each cell, ascending)."""
    cells = [
        cell_index(y, cell_u, rows) * columns + cell_index(x, cell_u, columns) if living else -1
        for (x, y), living in zip(places, alive, strict=True)
    ]
    return cells, [
        [row for row, cell in enumerate(cells) if cell == wanted]
        for wanted in range(columns * rows)
    ]


def pushes(places: list[Place], alive: list[int], radius: float) -> list[Place]:
    """Half of each overlap along the line of centres, summed and cut to a radius.

    Coincident pairs are left out: which way they part is a convention.
    """
    found = []
    for one, (x, y) in enumerate(places):
        sum_x, sum_y = Fraction(0), Fraction(0)
        for other, (ox, oy) in enumerate(places):
            if one == other or not alive[one] or not alive[other] or (x, y) == (ox, oy):
                continue
            gx, gy = Fraction(x) - Fraction(ox), Fraction(y) - Fraction(oy)
            apart = root(gx * gx + gy * gy)
            overlap = 2 * Fraction(radius) - apart
            if overlap > 0:
                sum_x += gx / apart * overlap / 2
                sum_y += gy / apart * overlap / 2
        scale = min(
            1, Fraction(radius) / max(root(sum_x * sum_x + sum_y * sum_y), Fraction(radius))
        )
        found.append((float(sum_x * scale), float(sum_y * scale)))
    return found


def deepest_overlap(places: list[Place], radius: float) -> float:
    """How far the closest pair overlaps, 0 if none does."""
    return max(
        (
            2 * radius - hypot(x - ox, y - oy)
            for row, (x, y) in enumerate(places)
            for ox, oy in places[:row]
        ),
        default=0.0,
    )


def widest_reach(grid: list[Place], origin: list[Place], final: list[Place]) -> float:
    """Largest distance along an axis between a place in the grid and a path's end."""
    return max(
        (
            abs(there - here)
            for at, ends in zip(grid, zip(origin, final, strict=True), strict=True)
            for end in ends
            for here, there in zip(at, end, strict=True)
        ),
        default=0.0,
    )
