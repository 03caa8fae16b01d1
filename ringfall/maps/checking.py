"""Judging a map: can everything be reached, does nothing lie inside something, is it fair?

An error is what breaks a match for somebody: a place no body gets to, a spawn inside a wall, a
start much worse than the others. A warning is what its designer will want to look at. Bounds are
constants here and named in every text about them.
"""

from __future__ import annotations

import statistics
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from ringfall.documents import Finding, KeyPath
from ringfall.maps import ground
from ringfall.maps.ground import GRID_U, Bools, Box, Labels
from ringfall.maps.reading import ResolvedMap
from schema.tiled import MapModel

LOOT_SPREAD_MAX = 3.0
"""Most that the longest walk from a spawn to loot may be, as a multiple of the median."""
NEIGHBOUR_SPREAD_MAX = 2.5
"""Most that the median distance between neighbouring spawns may be of the least."""
SPREAD_FLOOR_U = 4.0
"""Walks shorter than this are no advantage: shorter medians count as this much."""
CLEARANCE_MIN_U = 1.0
CELL_U = 20.0
LOOT_PER_PLAYER_MIN = 1.0
EMPTY_SHARE_MAX = 0.25
"""Most of the walkable cells of `CELL_U` that may hold no loot."""

WALKABLE_SHARE_MIN = 0.25
"""A square less walkable than this may be empty."""

Level = Literal["error", "warning"]


@dataclass(frozen=True)
class Verdict:
    """One thing wrong with a map, and how wrong."""

    level: Level
    kind: str
    finding: Finding


@dataclass
class Report:
    """What was found and measured; `facts` are plain numbers for people and programs."""

    verdicts: list[Verdict] = field(default_factory=list)
    facts: dict[str, float | int | None] = field(default_factory=dict)

    def add(self, level: Level, kind: str, at: KeyPath, text: str) -> None:
        """Note something wrong at the key path of an object."""
        self.verdicts.append(Verdict(level, kind, Finding(at, text)))


def check(resolved: ResolvedMap, radius_u: float, tables: Collection[str] | None = None) -> Report:
    """Judge a map for bodies of `radius_u`; one that did not resolve has nothing to judge.

    `tables` are the loot tables there are, None when that is not known.
    """
    report = Report()
    for finding in resolved.findings:
        report.verdicts.append(Verdict("error", "unreadable", finding))
    world = resolved.map
    if world is None:
        return report
    for finding in ground.clearance(resolved, radius_u):
        report.verdicts.append(Verdict("error", "spawn", finding))
    for finding in () if tables is None else ground.missing_tables(resolved, tables):
        report.verdicts.append(Verdict("error", "loot table", finding))
    whole = ground.obstacles(world)
    free = ground.free_cells(world, whole, radius_u)
    bare = ground.free_cells(world, ground.obstacles(world, crates=False), radius_u)
    _check_reach(resolved, world, (free, bare), radius_u, report)
    _check_overlaps(resolved, world, report)
    _check_fairness(resolved, world, free, whole, report)
    _check_density(world, free, report)
    for layer, places in resolved.at.items():
        report.facts[layer] = len(places)
    return report


# --- reach ---------------------------------------------------------------------------------


def _check_reach(
    resolved: ResolvedMap,
    world: MapModel,
    cells: tuple[Bools, Bools],
    radius_u: float,
    report: Report,
) -> None:
    """Loot, crates and spawns from the ground most spawns share, with crates and without."""
    whole, bare = (ground.connect(free) for free in cells)
    homes = [(_main(whole, resolved), whole), (_main(bare, resolved), bare)]
    for spawn, at in zip(resolved.spawns, resolved.at["spawns"], strict=True):
        standing, broken = (ground.region_at(labels, spawn) == main for main, labels in homes)
        if broken and not standing:
            text = "the way from here to the other spawns is shut by crates"
            report.add("warning", "shut in", at, text)
    reach_u = radius_u + GRID_U
    places: list[tuple[str, KeyPath, Box]] = [
        ("loot", at, ground.box_of(x, y, 0.0, 0.0, 0.0, 0))
        for (x, y, _), at in zip(resolved.loot, resolved.at["loot"], strict=True)
    ]
    places += [
        ("crate", at, ground.box_of(x, y, hx, hy, 0.0, heading))
        for (x, y, hx, hy, heading), at in zip(resolved.crates, resolved.at["crates"], strict=True)
    ]
    for what, at, box in places:
        standing, broken = (
            ground.touches(world, labels, main, box, reach_u) for main, labels in homes
        )
        if not standing and not broken:
            report.add("error", "unreachable", at, f"no way leads from the spawns to this {what}")
        elif not standing:
            text = f"the way from the spawns to this {what} is shut by crates"
            report.add("warning", "shut in", at, text)


def _main(labels: Labels, resolved: ResolvedMap) -> int:
    """The region most spawns stand in; -1, which is none, when they stand in walls."""
    homes = [home for spawn in resolved.spawns if (home := ground.region_at(labels, spawn))]
    return max(homes, key=homes.count, default=-1)


# --- overlaps ------------------------------------------------------------------------------


def _corners(box: Box) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Points of a rounded box whose being inside another means all of it is: f64[2, n]."""
    cx, cy, hx, hy, r, ux, uy = box
    if r == 0:
        steps = [(sx * hx, sy * hy) for sx in (-1, 1) for sy in (-1, 1)]
    else:  # the eight compass points of each corner's circle: exact to 8 % of its radius
        diagonal = r * 0.7071067811865476
        rim = [(r, 0.0), (diagonal, diagonal), (0.0, r), (-diagonal, diagonal)]
        rim += [(-x, -y) for x, y in rim]
        steps = [(sx * hx + x, sy * hy + y) for sx in (-1, 1) for sy in (-1, 1) for x, y in rim]
    return np.array([(cx + ux * x - uy * y, cy + uy * x + ux * y) for x, y in steps]).T


def _holds(outer: Box, inner: Box) -> bool:
    x, y = _corners(inner)
    return bool(np.all(ground.distance(outer, x, y) <= 1e-9))


def _check_overlaps(resolved: ResolvedMap, world: MapModel, report: Report) -> None:
    """Walls within others, and things that stand in walls."""
    walls = [ground.box_of(*row[:6]) for row in world.walls]
    columns = np.array(walls, dtype=np.float64).reshape(-1, 7).T
    for index, wall in enumerate(walls):
        near = np.nonzero(ground.distance(columns, wall[0], wall[1]) <= 0)[0].tolist()
        blocks = world.walls[index][6]
        for other in near:
            # Of two that are the same, only the later is too much.
            twin = walls[other] == wall and world.walls[other][6] == blocks
            if other == index or (twin and other > index):
                continue
            if not blocks & ~world.walls[other][6] and _holds(walls[other], wall):
                text = f"lies within a wall that stops as much: {_name(resolved, 'walls', other)}"
                report.add("warning", "swallowed", resolved.at["walls"][index], text)
                break
    solid = np.array(ground.obstacles(world, crates=False), dtype=np.float64).reshape(-1, 7).T
    for (x, y, *_), at in zip(resolved.crates, resolved.at["crates"], strict=True):
        if _inside(solid, x, y):
            report.add("error", "in a wall", at, "the middle of this crate is inside a wall")
    for (x, y, _), at in zip(resolved.loot, resolved.at["loot"], strict=True):
        if _inside(solid, x, y):
            report.add("error", "in a wall", at, "this loot place is inside a wall")
    for (x, y, _), at in zip(resolved.bushes, resolved.at["bushes"], strict=True):
        if _inside(solid, x, y):
            text = "the middle of this bush is inside a wall: nobody can stand in it"
            report.add("warning", "in a wall", at, text)
    _check_crates(world, resolved, report)


def _check_crates(world: MapModel, resolved: ResolvedMap, report: Report) -> None:
    """Crates that stand in each other fall apart together when one is broken."""
    boxes = [ground.box_of(x, y, hx, hy, 0.0, turn) for x, y, hx, hy, turn in world.crates]
    columns = np.array(boxes, dtype=np.float64).reshape(-1, 7).T
    for index, box in enumerate(boxes):
        inside = ground.distance(columns, box[0], box[1]) <= 0
        if np.any(inside[:index]):
            other = int(np.nonzero(inside)[0][0])
            text = f"stands inside another crate: {_name(resolved, 'crates', other)}"
            report.add("warning", "overlap", resolved.at["crates"][index], text)


def _inside(columns: ground.Floats, x: float, y: float) -> bool:
    return bool(np.any(ground.distance(columns, x, y) <= 0))


def _name(resolved: ResolvedMap, layer: str, row: int) -> str:
    """The object behind a row, as Tiled shows it."""
    return resolved.names[resolved.at[layer][row]]


# --- fairness ------------------------------------------------------------------------------


def _check_fairness(
    resolved: ResolvedMap, world: MapModel, free: Bools, boxes: list[Box], report: Report
) -> None:
    """Each spawn's nearest neighbour, walk to loot, and room; and how far apart those are."""
    spawns = np.array(world.spawns, dtype=np.float64)
    steps = spawns[:, np.newaxis, :] - spawns[np.newaxis, :, :]
    apart = np.sqrt(np.sum(steps * steps, axis=2))
    np.fill_diagonal(apart, np.inf)
    neighbours = np.min(apart, axis=1).tolist()
    room = ground.rooms(world, boxes, world.spawns)
    _note(report, "neighbour_u", neighbours)
    _note(report, "clearance_u", room)
    median = statistics.median(neighbours)
    for at, near, space in zip(resolved.at["spawns"], neighbours, room, strict=True):
        if near * NEIGHBOUR_SPREAD_MAX < median:
            text = f"{near:.1f} u to the nearest other spawn, the median is {median:.1f} u: "
            text += f"more than {NEIGHBOUR_SPREAD_MAX:g} times less"
            report.add("error", "unfair", at, text)
        if space < CLEARANCE_MIN_U:
            text = f"only {max(space, 0):.2f} u of room here, {CLEARANCE_MIN_U:g} u is good"
            report.add("warning", "narrow", at, text)
    if world.loot:
        _check_walks(resolved, world, free, report)
    else:
        report.add("warning", "density", ("layers",), "there is no loot at all")


def _check_walks(resolved: ResolvedMap, world: MapModel, free: Bools, report: Report) -> None:
    far = ground.walking_distance(free, [(x, y) for x, y, _ in world.loot])
    last_row, last_column = far.shape[0] - 1, far.shape[1] - 1
    walks = [
        float(far[min(int(y / GRID_U), last_row), min(int(x / GRID_U), last_column)])
        for x, y in world.spawns
    ]
    known = [walk for walk in walks if np.isfinite(walk)]
    if not known:
        return
    _note(report, "loot_walk_u", known)
    median = max(SPREAD_FLOOR_U, statistics.median(known))
    for at, walk in zip(resolved.at["spawns"], walks, strict=True):
        if walk > LOOT_SPREAD_MAX * median and np.isfinite(walk):
            text = f"{walk:.1f} u to walk to the nearest loot, {median:.1f} u is usual: "
            text += f"more than {LOOT_SPREAD_MAX:g} times as far"
            report.add("error", "unfair", at, text)


def _note(report: Report, name: str, values: list[float]) -> None:
    """Least, median, most, and most as a multiple of the median."""
    low, middle, high = min(values), statistics.median(values), max(values)
    report.facts[f"{name}_min"] = low
    report.facts[f"{name}_median"] = middle
    report.facts[f"{name}_max"] = high
    report.facts[f"{name}_spread"] = high / middle if middle > 0 else None


# --- density -------------------------------------------------------------------------------


def _check_density(world: MapModel, free: Bools, report: Report) -> None:
    """Loot by square of `CELL_U`; those mostly wall, or beyond the edge, do not count."""
    columns, rows = int(np.ceil(world.width_u / CELL_U)), int(np.ceil(world.height_u / CELL_U))
    counts = np.zeros((rows, columns))
    for x, y, _ in world.loot:
        counts[min(int(y / CELL_U), rows - 1), min(int(x / CELL_U), columns - 1)] += 1
    side = int(CELL_U / GRID_U)
    padded = np.zeros((rows * side, columns * side))
    padded[: free.shape[0], : free.shape[1]] = free
    walkable = padded.reshape(rows, side, columns, side).mean(axis=(1, 3)) >= WALKABLE_SHARE_MIN
    squares = int(np.count_nonzero(walkable))
    empty = int(np.count_nonzero(walkable & (counts == 0))) / max(1, squares)
    per_player = len(world.loot) / world.players_max
    report.facts["loot_per_square"] = float(np.mean(counts))
    report.facts["loot_empty_share"] = empty
    report.facts["loot_per_player"] = per_player
    if not world.loot:
        return
    if per_player < LOOT_PER_PLAYER_MIN:
        text = f"{per_player:.2f} loot places a player, {LOOT_PER_PLAYER_MIN:g} is good"
        report.add("warning", "density", ("layers",), text)
    if empty > EMPTY_SHARE_MAX:
        text = f"{empty:.0%} of the squares of {CELL_U:g} x {CELL_U:g} u hold no loot, "
        report.add("warning", "density", ("layers",), text + f"up to {EMPTY_SHARE_MAX:.0%} is good")
