"""What does not change during a match: numbers, walls in a dictionary of cells, and queries."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from benchmarks.obvious.geometry import Wall, gap_normal, sweep_wall, turned
from schema.balance import Balance
from schema.balance.classes import ClassBalance
from schema.balance.skills import DashSkill, ProjectileSkill
from schema.commands import MOBILITY, PRIMARY
from schema.curves import scaled_at
from schema.walls import BLOCKS_MOVE
from systems.rules import Rules
from systems.terrain import Terrain

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
    balance: Balance
    fighter: ClassBalance
    bolt: ProjectileSkill
    dash: DashSkill
    directions: list[tuple[float, float]]
    cell: float
    walls: dict[Cell, list[Wall]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, rules: Rules, terrain: Terrain) -> Arena:
        """The same arena that these rules and this terrain describe.

        Raises:
            ValueError: the rules are not the plain ones.
        """
        fighter, bolt, dash = _only_class(rules.balance)
        arena = cls(
            width=float(terrain.frame[0]),
            height=float(terrain.frame[1]),
            dt=rules.dt_s,
            rate_hz=rules.rate_hz,
            balance=rules.balance,
            fighter=fighter,
            bolt=bolt,
            dash=dash,
            directions=[(x, y) for x, y in rules.directions.tolist()],
            cell=float(rules.grid[0]),
        )
        for place, numbers in enumerate(terrain.walls.tolist()):
            wall = Wall._make((*numbers[:10], place))
            x, y, reach_x, reach_y = wall.x, wall.y, wall.reach_x, wall.reach_y
            for cell in cells_of((x - reach_x, y - reach_y, x + reach_x, y + reach_y), WALL_CELL):
                arena.walls[cell].append(wall)
        return arena

    def ticks(self, seconds: float) -> int:
        """Nearest number of ticks, at least one."""
        return max(1, math.floor(seconds * self.rate_hz + 0.5))

    def flight_ticks(self) -> int:
        """How long a bolt flies that meets nothing."""
        return max(1, math.ceil(self.bolt.range_u * self.rate_hz / self.bolt.speed_ups))

    @property
    def speed_ups(self) -> float:
        """Running speed."""
        return scaled_at(self.fighter.speed_ups, self.balance.curves, 1)

    @property
    def damage_hp(self) -> float:
        """Damage of a bolt."""
        return scaled_at(self.bolt.damage_hp, self.balance.curves, 1)

    def skills(self) -> tuple[tuple[int, ProjectileSkill | DashSkill], ...]:
        """(button, skill) of what everybody can do, in the order in which it is judged."""
        return (PRIMARY, self.bolt), (MOBILITY, self.dash)

    def _walls_near(self, box: tuple[float, float, float, float], blocks: int) -> Iterator[Wall]:
        left, top, right, bottom = box
        for cell in cells_of(box, WALL_CELL):
            for wall in self.walls.get(cell, ()):
                if not wall.blocks & blocks:
                    continue
                along_x = left <= wall.x + wall.reach_x and right >= wall.x - wall.reach_x
                if along_x and top <= wall.y + wall.reach_y and bottom >= wall.y - wall.reach_y:
                    yield wall

    def sweep(
        self, px: float, py: float, dx: float, dy: float, radius: float, blocks: int
    ) -> tuple[float, float, float] | None:
        """(t, nx, ny) of the first wall with any of the bits ``blocks`` on a circle's way."""
        best, best_place = None, -1
        for wall in self._walls_near(swept_box(px, py, dx, dy, radius), blocks):
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
        for wall in self._walls_near(swept_box(px, py, 0.0, 0.0, radius), BLOCKS_MOVE):
            x, y = turned(wall, px - wall.x, py - wall.y)
            distance, _, _ = gap_normal(x, y, wall.half_x, wall.half_y)
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
            met = self.sweep(x, y, dx, dy, radius, BLOCKS_MOVE)
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


def _only_class(balance: Balance) -> tuple[ClassBalance, ProjectileSkill, DashSkill]:
    if len(balance.classes.root) != 1:
        raise ValueError("the plain rules have one class")
    (fighter,) = balance.classes.root.values()
    bolt = balance.skills.root[fighter.skills.primary]
    dash = balance.skills.root[fighter.skills.mobility]
    if not isinstance(bolt, ProjectileSkill) or not isinstance(dash, DashSkill):
        raise ValueError("the plain rules know bolts and dashes")
    return fighter, bolt, dash


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
