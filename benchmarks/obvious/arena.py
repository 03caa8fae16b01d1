"""What does not change during a match: numbers, walls in a dictionary of cells, and queries."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from benchmarks.obvious.geometry import Wall, gap_normal, sweep_wall
from schema.balance import Balance
from systems.rules import Rules, Terrain

SKIN = 1.0 / 1024.0
GLIDE_STEPS = 4
WALL_CELL = 8.0

Cell = tuple[int, int]


@dataclass(slots=True)
class Arena:
    """The map and the balance, as plain Python."""

    width: float
    height: float
    dt: float
    rate_hz: int
    flight_ticks: int
    balance: Balance
    directions: list[tuple[float, float]]
    cell: float
    walls: dict[Cell, list[Wall]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, rules: Rules, terrain: Terrain) -> Arena:
        """The same arena that these rules and this terrain describe."""
        arena = cls(
            width=float(terrain.frame[0]),
            height=float(terrain.frame[1]),
            dt=rules.dt_s,
            rate_hz=rules.rate_hz,
            flight_ticks=rules.flight_ticks,
            balance=rules.balance,
            directions=[(x, y) for x, y in rules.directions.tolist()],
            cell=float(rules.grid[0]),
        )
        for place, (x, y, hx, hy, radius) in enumerate(terrain.walls.tolist()):
            wall = Wall(x, y, hx, hy, radius, place)
            box = (x - hx - radius, y - hy - radius, x + hx + radius, y + hy + radius)
            for cell in cells_of(box, WALL_CELL):
                arena.walls[cell].append(wall)
        return arena

    def ticks(self, seconds: float) -> int:
        """Nearest number of ticks, at least one."""
        return max(1, math.floor(seconds * self.rate_hz + 0.5))

    def _walls_near(self, box: tuple[float, float, float, float]) -> Iterator[Wall]:
        left, top, right, bottom = box
        for cell in cells_of(box, WALL_CELL):
            for wall in self.walls.get(cell, ()):
                reach_x, reach_y = wall.half_x + wall.radius, wall.half_y + wall.radius
                along_x = left <= wall.x + reach_x and right >= wall.x - reach_x
                if along_x and top <= wall.y + reach_y and bottom >= wall.y - reach_y:
                    yield wall

    def sweep(
        self, px: float, py: float, dx: float, dy: float, radius: float
    ) -> tuple[float, float, float] | None:
        """(t, nx, ny) of the first wall that a circle meets on its way."""
        best, best_place = None, -1
        for wall in self._walls_near(swept_box(px, py, dx, dy, radius)):
            met = sweep_wall(wall, px, py, dx, dy, radius)
            if met is None or (best is not None and met[0] > best[0]):
                continue
            if best is None or met[0] < best[0] or wall.place < best_place:
                best, best_place = met, wall.place
        return best

    def is_clear(self, px: float, py: float, radius: float) -> bool:
        """Whether a circle lies in the world and overlaps no wall."""
        if not (radius <= px <= self.width - radius and radius <= py <= self.height - radius):
            return False
        for wall in self._walls_near(swept_box(px, py, 0.0, 0.0, radius)):
            distance, _, _ = gap_normal(px - wall.x, py - wall.y, wall.half_x, wall.half_y)
            if distance < wall.radius + radius:
                return False
        return True

    def glide(
        self, px: float, py: float, dx: float, dy: float, radius: float
    ) -> tuple[float, float]:
        """Where a circle comes to rest that moves by (dx, dy) and slides along walls."""
        dx = max(radius, min(px + dx, self.width - radius)) - px
        dy = max(radius, min(py + dy, self.height - radius)) - py
        x, y = px, py
        for _ in range(GLIDE_STEPS):
            if dx == 0.0 and dy == 0.0:
                break
            met = self.sweep(x, y, dx, dy, radius)
            if met is None:
                x, y = x + dx, y + dy
                break
            t, nx, ny = met
            x += dx * t + nx * SKIN
            y += dy * t + ny * SKIN
            into = dx * nx + dy * ny
            dx = (dx - into * nx) * (1.0 - t)
            dy = (dy - into * ny) * (1.0 - t)
        x = max(radius, min(x, self.width - radius))
        y = max(radius, min(y, self.height - radius))
        return (x, y) if self.is_clear(x, y, radius) else (px, py)

    def leaves(self, px: float, py: float, dx: float, dy: float) -> float | None:
        """When a point crosses the world's edge."""
        times = []
        for start, step, size in ((px, dx, self.width), (py, dy, self.height)):
            if start + step < 0.0:
                times.append(-start / step)
            if start + step > size:
                times.append((size - start) / step)
        return min(times, default=None)


def swept_box(
    px: float, py: float, dx: float, dy: float, radius: float
) -> tuple[float, float, float, float]:
    """(left, top, right, bottom) of a swept circle."""
    return (
        min(px, px + dx) - radius,
        min(py, py + dy) - radius,
        max(px, px + dx) + radius,
        max(py, py + dy) + radius,
    )


def cells_of(box: tuple[float, float, float, float], size: float) -> Iterator[Cell]:
    """Cells that a box touches, row by row."""
    left, top, right, bottom = box
    first, last = math.floor(left / size), math.floor(right / size)
    for row in range(math.floor(top / size), math.floor(bottom / size) + 1):
        for column in range(first, last + 1):
            yield row, column
