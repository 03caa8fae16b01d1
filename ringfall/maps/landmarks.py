"""What a generated map is made of: places with walls, cover and something to find.

Each is drawn about its own centre, in units, and turned as a whole. It stays within the radius
of its size, and leaves no gap between two of its walls that looks passable and is not: walls of
one place touch or stand `PASSAGE_U` apart.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ringfall.maps.shapes import turned
from ringfall.maps.writing import Drawing

PASSAGE_U = 2.5
LARGE_U, MEDIUM_U, SMALL_U, SINGLE_U = 13.0, 8.0, 4.5, 2.0


@dataclass(frozen=True)
class Site:
    """Where a place goes: its centre in units, its heading, and a source of choices.

    `pick(slot, bound)` is a whole number below `bound`, the same for the same slot.
    """

    drawing: Drawing
    x: float
    y: float
    heading: int
    pick: Callable[[int, int], int]

    def at(self, x: float, y: float) -> tuple[float, float]:
        """A point of the place in the world."""
        dx, dy = turned(x, y, self.heading)
        return self.x + dx, self.y + dy

    def box(self, name: str, x: float, y: float, w: float, h: float, blocks: str = "") -> None:
        """A wall about a point."""
        cx, cy = self.at(x, y)
        if blocks:
            self.drawing.box("walls", name, cx, cy, w, h, self.heading, blocks=blocks)
        else:
            self.drawing.box("walls", name, cx, cy, w, h, self.heading)

    def crate(self, x: float, y: float, side: float = 1.5) -> None:
        """A crate, a little askew."""
        turn = (self.heading + self.pick(int(abs(x) * 64) + int(abs(y)), 512)) % 4096
        self.drawing.box("crates", "crate", *self.at(x, y), side, side, turn)

    def pillar(self, name: str, x: float, y: float, r: float) -> None:
        """A round wall."""
        self.drawing.circle("walls", name, *self.at(x, y), r)

    def bush(self, x: float, y: float, r: float) -> None:
        """A bush."""
        self.drawing.circle("bushes", "bush", *self.at(x, y), r)

    def fence(self, *points: tuple[float, float]) -> None:
        """A low fence: it stops feet, nothing else."""
        corners = [self.at(x, y) for x, y in points]
        self.drawing.line("walls", "fence", corners, blocks="move", thickness_u=0.5)

    def loot(self, x: float, y: float, table: str = "common") -> None:
        """A place where something may lie."""
        self.drawing.point("loot", table, *self.at(x, y), table=table)


def court(site: Site) -> None:
    """Four corners of a wall with a gate in the middle of each side, and a well inside."""
    for sx in (-1, 1):
        for sy in (-1, 1):
            site.box("court", sx * 5.5, sy * 8.25, 6.5, 1.5)
            site.box("court", sx * 8.0, sy * 5.5, 1.5, 6.5)
    site.pillar("well", 0, 0, 1.25)
    corner = 1 if site.pick(1, 2) else -1
    site.crate(corner * 4.5, 4.5, 2.0)
    site.crate(-corner * 4.5, -4.5, 2.0)
    site.bush(-corner * 5.0, 5.0, 1.75)
    site.loot(0, 3.5, "rare")
    site.loot(corner * 4.5, -4.75, "weapons")
    site.loot(-corner * 2.5, 0)


def stone_circle(site: Site) -> None:
    """Eight stones and an altar: cover for many, walls for nobody."""
    for index in range(8):
        dx, dy = turned(9.0, 0.0, index * 512)
        site.pillar("stone", dx, dy, 1.25 + 0.25 * site.pick(index, 3))
    site.box("altar", 0, 0, 3.5, 1.5, "move")
    site.loot(0, 2.0, "rare")
    site.loot(0, -2.0, "weapons")
    for side in (-1, 1):
        site.bush(side * 5.0, 0, 1.5)


def farm(site: Site) -> None:
    """Two houses across a yard, a fence on the open sides, crates between them."""
    _house(site, -6.0, 0.0, 1)
    _house(site, 6.0, 0.0, -1)
    site.fence((-5.0, -8.0), (5.0, -8.0))
    site.fence((-5.0, 8.0), (5.0, 8.0))
    for x, y in ((-0.9, -4.0), (1.1, -3.7), (0.2, 4.4)):
        site.crate(x, y)
    site.loot(0, 0, "medical")


def _house(site: Site, x: float, y: float, door: int) -> None:
    """6 by 8 with a door towards `door` (1 = +x) and a window across from it."""
    for side in (-1, 1):
        site.box("house", x, y + side * 3.5, 6.0, 1.0)
        site.box("house", x + door * 2.5, y + side * 2.5, 1.0, 2.0)
        site.box("house", x - door * 2.5, y + side * 2.25, 1.0, 2.5)
    site.box("window", x - door * 2.5, y, 0.5, 2.0, "move shots")
    site.loot(x, y, "weapons")


def house(site: Site) -> None:
    """One house with bushes at its corners."""
    _house(site, 0, 0, 1)
    site.bush(-4.25, 5.25, 1.5)
    site.bush(4.5, -5.0, 1.5)
    site.loot(5.5, 0.5)


def crate_yard(site: Site) -> None:
    """Crates in two rows behind a fence."""
    for index, x in enumerate((-3.5, -1.0, 1.5)):
        if site.pick(index, 4):
            site.crate(x, -2.0, 1.75)
        site.crate(x + 1.0, 1.5, 1.5)
    site.fence((-6.0, -4.5), (-6.0, 4.5), (-1.0, 4.5))
    site.loot(-4.0, 0.0)
    site.loot(4.0, 0.0, "medical")


def thicket(site: Site) -> None:
    """Bushes around trunks: a way to pass unseen."""
    for index, (x, y) in enumerate(((-4.0, -2.5), (0.5, -4.5), (4.0, 1.0), (-2.0, 3.5))):
        site.bush(x, y, 1.75 + 0.25 * site.pick(index, 4))
    for x, y in ((-0.5, -0.5), (-6.0, 1.0), (1.75, 4.75)):
        site.pillar("trunk", x, y, 0.75)
    site.loot(2.0, -1.5)


def barricade(site: Site) -> None:
    """Three turned walls to fight around, and a curtain that hides the way between two."""
    site.box("barricade", 0, -4.5, 7.0, 1.25)
    site.box("barricade", -4.5, 2.0, 1.25, 6.0)
    site.box("barricade", 4.5, 2.0, 1.25, 6.0)
    site.box("curtain", 0, 4.5, 7.75, 0.4, "sight")
    site.crate(0, 0.5)
    site.loot(0, -2.5, "weapons")


def corner(site: Site) -> None:
    """Two walls that meet."""
    site.box("ruin", -0.5, -2.0, 5.0, 1.25)
    site.box("ruin", -2.375, 0.5, 1.25, 4.0)
    if site.pick(0, 2):
        site.loot(0.75, 0.75)


def screen(site: Site) -> None:
    """A thin wall with a crate behind it."""
    corners = [site.at(-3.25, -0.5), site.at(0.0, 0.25), site.at(3.25, -0.5)]
    site.drawing.line("walls", "screen", corners, thickness_u=0.75)
    site.crate(0.0, 3.25)


def hedge(site: Site) -> None:
    """Two bushes and a low fence."""
    site.bush(-1.75, -1.5, 1.5)
    site.bush(1.5, -1.25, 1.25)
    site.fence((-3.25, 1.5), (3.25, 1.5))


def boulder(site: Site) -> None:
    """One stone."""
    site.pillar("boulder", 0, 0, 1.0 + 0.25 * site.pick(0, 4))


def lone_bush(site: Site) -> None:
    """One bush."""
    site.bush(0, 0, 1.25 + 0.25 * site.pick(0, 3))


def lone_crate(site: Site) -> None:
    """One crate."""
    site.crate(0, 0, 1.5 + 0.25 * site.pick(0, 3))


BY_SIZE: dict[float, tuple[Callable[[Site], None], ...]] = {
    LARGE_U: (court, stone_circle, farm),
    MEDIUM_U: (house, crate_yard, thicket, barricade),
    SMALL_U: (corner, screen, hedge),
    SINGLE_U: (boulder, boulder, lone_bush, lone_crate),
}
