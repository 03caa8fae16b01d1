"""A picture of a map: everything on it, a ruler in units, and a legend.

Nothing is told by colour alone, so a greyscale print reads the same. Walls carry three marks, one
for each thing they may stop: a solid outline stops bodies and a dashed one does not; a dark or
hatched body stops views and a white one does not; a line along the middle stops shots, posts with
gaps between them, or ripples where it is wide, do not. What stops everything is simply solid.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from schema.directions import TABLE
from schema.tiled import MapModel, Wall, reach
from schema.walls import BLOCKS_ALL, BLOCKS_MOVE, BLOCKS_SHOTS, BLOCKS_SIGHT

IMAGE_SIDE_MAX_PX = 8192
FINE = 2  # drawn this much larger, then reduced: smooth edges
FINE_MAX_PX = 4096

PAPER, GROUND, LINE, LINE_BOLD = "#f7f3ea", "#e6dec9", "#d8cdb2", "#c3b591"
WATER = "#cfdde0"
INK, STONE, CLOTH, GLASS = "#2a2622", "#46403a", "#9a938a", "#fbf9f4"
BUSH, BUSH_EDGE = "#a9c285", "#5e8240"
CRATE, CRATE_EDGE = "#cf9f5d", "#6b4517"
SPAWN, LOOT, RARE = "#1f5fa8", "#f2c230", "#b3262e"
MARGIN_PX, LEGEND_PX = 40, 76
POOL_HALF_U = 1.0
"""Half width from which what stops only bodies is drawn as water rather than as a fence."""
RIPPLE_U = 0.6
RULER_STEP_U, GRID_STEP_U = 20, 10
RARE_TABLE = "rare"
"""Loot tables that are drawn as a star rather than a diamond begin with this."""

Point = tuple[float, float]
Box = tuple[float, float, float, float, float, int]


def image_size(world: MapModel, scale: int) -> tuple[int, int]:
    """Width and height of the picture, in pixels."""
    width = math.ceil(world.width_u * scale) + 2 * MARGIN_PX
    return width, math.ceil(world.height_u * scale) + 2 * MARGIN_PX + LEGEND_PX


def render(world: MapModel, scale: int = 8) -> Image.Image:
    """Draw a map, `scale` pixels to a unit."""
    size = image_size(world, scale)
    fine = FINE if max(size) <= FINE_MAX_PX else 1
    image = Image.new("RGB", (size[0] * fine, size[1] * fine), PAPER)
    pen = _Pen(ImageDraw.Draw(image), scale * fine, MARGIN_PX * fine, fine)
    _ground(pen, world)
    for x, y, r in world.bushes:
        _bush(pen, x, y, r)
    pools = [row for row in world.walls if _is_pool(row)]
    for cx, cy, hx, hy, r, heading, _ in pools:
        pen.shape(_outline(_frame(cx, cy, heading), hx, hy, r), None, INK, 2.5)
    for row in pools:  # after all shores: pieces of one river have none between them
        _pool(pen, row[:6])
    # Low and thin things before what is solid, which covers where they join it.
    for row in sorted(world.walls, key=lambda row: row[6] == BLOCKS_ALL):
        if not _is_pool(row):
            _wall(pen, row[:6], row[6])
    for crate in world.crates:
        _crate(pen, *crate)
    for x, y, table in world.loot:
        _loot(pen, x, y, table)
    for x, y in world.spawns:
        _spawn(pen, x, y)
    _ruler(pen, world)
    _legend(pen, world, size)
    return image.resize(size, Image.Resampling.LANCZOS) if fine > 1 else image


def save(image: Image.Image, path: Path) -> None:
    """Write a PNG. There are few colours in it: a palette makes the file a third as large."""
    reduced = image.quantize(256, method=Image.Quantize.MAXCOVERAGE, kmeans=1)
    reduced.save(path, format="PNG", optimize=True)


class _Pen:
    """Draws in units on the map, and in pixels beside it."""

    def __init__(self, draw: ImageDraw.ImageDraw, scale: float, margin: float, fine: int) -> None:
        self.draw, self.scale, self.margin, self.fine = draw, scale, margin, fine

    def at(self, x: float, y: float) -> Point:
        return self.margin + x * self.scale, self.margin + y * self.scale

    def px(self, width: float) -> int:
        """A width in pixels of the finished picture."""
        return max(1, round(width * self.fine))

    def font(self, size: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
        return ImageFont.load_default(size * self.fine)

    def shape(
        self, points: Sequence[Point], fill: str | None, line: str | None = None, width: float = 1
    ) -> None:
        ring = [self.at(x, y) for x, y in points]
        if fill is not None:
            self.draw.polygon(ring, fill=fill)
        if line is not None:
            self.draw.line([*ring, ring[0]], fill=line, width=self.px(width), joint="curve")

    def line(self, a: Point, b: Point, colour: str, width: float = 1) -> None:
        self.draw.line([self.at(*a), self.at(*b)], fill=colour, width=self.px(width))

    def dashes(self, points: Sequence[Point], colour: str, width: float, dash_u: float) -> None:
        """A closed line of dashes and gaps of the same length."""
        left, on = dash_u, True
        for a, b in zip(points, [*points[1:], points[0]], strict=True):
            long, done = math.dist(a, b), 0.0
            while done < long:
                step = min(left, long - done)
                if on:
                    ends = [
                        (a[0] + (b[0] - a[0]) * t / long, a[1] + (b[1] - a[1]) * t / long)
                        for t in (done, done + step)
                    ]
                    self.line(ends[0], ends[1], colour, width)
                done, left = done + step, left - step
                if left <= 1e-9:
                    left, on = dash_u, not on


Frame = Callable[[float, float], Point]


def _frame(cx: float, cy: float, heading: int) -> Frame:
    """From a shape's own frame to the map."""
    ux, uy = float(TABLE[heading, 0]), float(TABLE[heading, 1])
    return lambda x, y: (cx + ux * x - uy * y, cy + uy * x + ux * y)


def _outline(frame: Frame, hx: float, hy: float, r: float) -> list[Point]:
    """The edge of a rounded box, its corners in steps of 7.5 degrees."""
    if r == 0:
        return [frame(sx * hx, sy * hy) for sx, sy in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    points = []
    for quarter, (sx, sy) in enumerate(((1, 1), (-1, 1), (-1, -1), (1, -1))):
        for step in range(13):
            angle = math.pi / 2 * (quarter + step / 12)
            points.append(frame(sx * hx + r * math.cos(angle), sy * hy + r * math.sin(angle)))
    return points


def _ground(pen: _Pen, world: MapModel) -> None:
    width, height = world.width_u, world.height_u
    pen.shape([(0, 0), (width, 0), (width, height), (0, height)], GROUND)
    for step in range(0, math.ceil(max(width, height)), GRID_STEP_U):
        bold = step % RULER_STEP_U == 0
        colour, thick = (LINE_BOLD, 1.2) if bold else (LINE, 1)
        if step < width:
            pen.line((step, 0), (step, height), colour, thick)
        if step < height:
            pen.line((0, step), (width, step), colour, thick)


def _wall(pen: _Pen, box: Box, blocks: int) -> None:
    cx, cy, hx, hy, r, heading = box
    if hy > hx:
        hx, hy, heading = hy, hx, (heading + 1024) % 4096  # x runs along it
    frame = _frame(cx, cy, heading)
    outline = _outline(frame, hx, hy, r)
    if blocks == BLOCKS_ALL:
        pen.shape(outline, STONE, INK, 1.5)
        return
    long, wide = hx + r, hy + r
    pen.shape(outline, CLOTH if blocks & BLOCKS_SIGHT else GLASS)
    if blocks & BLOCKS_SIGHT:
        for index in range(math.ceil(2 * long / 0.6)):
            x = min(-long + 0.3 + index * 0.6, long)
            pen.line(frame(x - wide / 2, wide), frame(x + wide / 2, -wide), PAPER, 1)
    if blocks & BLOCKS_SHOTS:
        pen.line(frame(-long, 0), frame(long, 0), INK, 2)
    elif blocks & BLOCKS_MOVE:
        posts = max(1, round(2 * long / 1.2))
        for index in range(posts + 1):
            x = -hx + index * 2 * hx / posts if hx > 0 else 0.0
            pen.line(frame(x, wide + 0.15), frame(x, -wide - 0.15), INK, 2.5)
    if blocks & BLOCKS_MOVE:
        pen.shape(outline, None, INK, 1)
    else:
        pen.dashes(outline, INK, 1.25, 0.5)


def _is_pool(wall: Wall) -> bool:
    """Whether it stops only bodies and is too wide for a fence: water, most likely."""
    _, _, hx, hy, r, _, blocks = wall
    return blocks == BLOCKS_MOVE and min(hx, hy) + r > POOL_HALF_U


def _pool(pen: _Pen, box: Box) -> None:
    """Rows of ripples."""
    cx, cy, hx, hy, r, heading = box
    pen.shape(_outline(_frame(cx, cy, heading), hx, hy, r), WATER)
    reach_x, reach_y = reach(hx, hy, r, heading)
    back = _frame(0.0, 0.0, (4096 - heading) % 4096)
    # On one grid for the whole map, so that pieces of one river flow into each other.
    for row in range(math.ceil((cy - reach_y) / 1.5), math.floor((cy + reach_y) / 1.5) + 1):
        for column in range(math.ceil((cx - reach_x) / 2), math.floor((cx + reach_x) / 2) + 1):
            x, y = column * 2.0 + row % 2, row * 1.5
            dx, dy = back(x - cx, y - cy)
            over = max(abs(dx) - hx, 0.0), max(abs(dy) - hy, 0.0)
            deep = min(hx + r - abs(dx), hy + r - abs(dy))
            if deep > RIPPLE_U and (r == 0 or math.hypot(*over) < r - RIPPLE_U):
                pen.line((x - 0.5, y), (x - 0.1, y - 0.25), INK, 1)
                pen.line((x - 0.1, y - 0.25), (x + 0.4, y), INK, 1)


def _bush(pen: _Pen, x: float, y: float, r: float) -> None:
    """A scalloped circle: leaves around the edge, a few marks within."""
    leaves = max(7, round(r * 6))
    edge = []
    for step in range(leaves * 6):
        angle = 2 * math.pi * step / (leaves * 6)
        reach = r * (0.94 + 0.06 * math.cos(angle * leaves))
        edge.append((x + reach * math.cos(angle), y + reach * math.sin(angle)))
    pen.shape(edge, BUSH, BUSH_EDGE, 1.25)
    for index in range(5):
        angle = 2.4 * index
        px, py = x + 0.5 * r * math.cos(angle), y + 0.5 * r * math.sin(angle)
        pen.line((px - 0.2, py + 0.15), (px, py - 0.15), BUSH_EDGE, 1)
        pen.line((px, py - 0.15), (px + 0.2, py + 0.15), BUSH_EDGE, 1)


def _crate(pen: _Pen, cx: float, cy: float, hx: float, hy: float, heading: int) -> None:
    frame = _frame(cx, cy, heading)
    ring = _outline(frame, hx, hy, 0.0)
    pen.shape(ring, CRATE)
    pen.line(ring[0], ring[2], CRATE_EDGE, 1.25)
    pen.line(ring[1], ring[3], CRATE_EDGE, 1.25)
    pen.shape(ring, None, CRATE_EDGE, 1.75)


def _loot(pen: _Pen, x: float, y: float, table: str) -> None:
    if table.startswith(RARE_TABLE):
        star = []
        for step in range(10):
            reach, angle = (0.95 if step % 2 == 0 else 0.42), math.pi * (step / 5 - 0.5)
            star.append((x + reach * math.cos(angle), y + reach * math.sin(angle)))
        pen.shape(star, RARE, INK, 1)
        return
    pen.shape([(x, y - 0.65), (x + 0.65, y), (x, y + 0.65), (x - 0.65, y)], LOOT, INK, 1.25)


def _spawn(pen: _Pen, x: float, y: float) -> None:
    for size, colour in ((0.8, SPAWN), (0.55, PAPER), (0.28, SPAWN)):
        (left, top), (right, bottom) = pen.at(x - size, y - size), pen.at(x + size, y + size)
        pen.draw.ellipse((left, top, right, bottom), fill=colour)


def _ruler(pen: _Pen, world: MapModel) -> None:
    """Numbers along the upper and left edges, and the frame."""
    width, height = world.width_u, world.height_u
    pen.shape([(0, 0), (width, 0), (width, height), (0, height)], None, INK, 2)
    font, gap = pen.font(12), 6 / pen.scale * pen.fine
    for step in range(0, math.floor(max(width, height)) + 1, RULER_STEP_U):
        if step <= width:
            pen.line((step, -gap), (step, 0), INK, 1.5)
            pen.draw.text(pen.at(step, -1.4 * gap), str(step), INK, font, anchor="mb")
        if step <= height:
            pen.line((-gap, step), (0, step), INK, 1.5)
            pen.draw.text(pen.at(-1.6 * gap, step), str(step), INK, font, anchor="rm")


def _legend(pen: _Pen, world: MapModel, size: tuple[int, int]) -> None:
    """Title, a scale bar, and one sample of each thing the map has."""
    top = size[1] - LEGEND_PX - MARGIN_PX / 2 + 6
    title = f"{world.name}   {world.width_u:g} x {world.height_u:g} u   {world.players_max} players"
    pen.draw.text((pen.margin, top * pen.fine), title, INK, pen.font(16), anchor="ls")
    # Samples are drawn as on the map, at one size whatever the scale.
    small = _Pen(pen.draw, 10.0 * pen.fine, 0.0, pen.fine)
    x, y = MARGIN_PX / 10 + 1.5, (top + 24) / 10
    font = pen.font(12)
    for text, draw in _samples(world):
        wide = small.draw.textlength(text, font) / small.scale
        if x + wide + 4.0 > size[0] / 10:
            x, y = MARGIN_PX / 10 + 1.5, y + 2.6
        draw(small, x, y)
        small.draw.text(small.at(x + 2.2, y), text, INK, font, anchor="lm")
        x += wide + 5.4


Sample = tuple[str, Callable[[_Pen, float, float], None]]


def _samples(world: MapModel) -> list[Sample]:
    found: list[Sample] = []
    if world.spawns:
        found.append(("spawn", _spawn))
    if any(not table.startswith(RARE_TABLE) for _, _, table in world.loot):
        found.append(("loot", lambda pen, x, y: _loot(pen, x, y, "")))
    if any(table.startswith(RARE_TABLE) for _, _, table in world.loot):
        found.append(("rare loot", lambda pen, x, y: _loot(pen, x, y, RARE_TABLE)))
    if world.bushes:
        found.append(("bush", lambda pen, x, y: _bush(pen, x, y, 1.1)))
    if world.crates:
        found.append(("crate", lambda pen, x, y: _crate(pen, x, y, 0.9, 0.9, 0)))
    if any(map(_is_pool, world.walls)):
        found.append(("water: stops only bodies", _pool_sample))
    for blocks in sorted({row[6] for row in world.walls if not _is_pool(row)}, reverse=True):
        found.append((_stops(blocks), _wall_sample(blocks)))
    return found


def _wall_sample(blocks: int) -> Callable[[_Pen, float, float], None]:
    return lambda pen, x, y: _wall(pen, (x, y, 1.6, 0.5, 0.0, 0), blocks)


def _pool_sample(pen: _Pen, x: float, y: float) -> None:
    pen.shape(_outline(_frame(x, y, 0), 1.2, 0.3, 0.6), WATER, INK, 1)
    for step in (-0.9, 0.1, 1.1):
        pen.line((x + step - 0.4, y), (x + step, y - 0.25), INK, 1)
        pen.line((x + step, y - 0.25), (x + step + 0.4, y), INK, 1)


def _stops(blocks: int) -> str:
    if blocks == BLOCKS_ALL:
        return "wall"
    names = ((BLOCKS_MOVE, "bodies"), (BLOCKS_SHOTS, "shots"), (BLOCKS_SIGHT, "views"))
    return "stops only " + " and ".join(name for bit, name in names if blocks & bit)
