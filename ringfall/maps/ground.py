"""Where a body fits on a map, which places hang together, and how far it is to walk.

Judged on a grid of body centres: exact distances to every shape at the middle of each cell, so
a passage needs a body's width and one cell more.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from ringfall.documents import Finding
from ringfall.documents.words import did_you_mean, show
from ringfall.maps.reading import ResolvedMap
from schema.directions import TABLE
from schema.tiled import MapModel, Spawn
from schema.walls import BLOCKS_MOVE

GRID_U = 0.25
DIAGONAL_U = 1.4142135623730951 * GRID_U

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
Labels = npt.NDArray[np.int32]
Box = tuple[float, float, float, float, float, float, float]
"""A rounded box: cx, cy, hx, hy, r (units), and the unit vector ux, uy of its own x axis."""


def box_of(cx: float, cy: float, hx: float, hy: float, r: float, heading: int) -> Box:
    """A rounded box turned to a heading."""
    return cx, cy, hx, hy, r, float(TABLE[heading, 0]), float(TABLE[heading, 1])


def obstacles(world: MapModel, crates: bool = True) -> list[Box]:
    """Everything that stops a body; `crates` are there until they are broken."""
    boxes = [box_of(*row[:6]) for row in world.walls if row[6] & BLOCKS_MOVE]
    if crates:
        boxes += [box_of(cx, cy, hx, hy, 0.0, turn) for cx, cy, hx, hy, turn in world.crates]
    return boxes


def distance(box: Box | Floats, x: Floats | float, y: Floats | float) -> Floats:
    """From points to a rounded box, or from a point to f64[7, boxes]; negative inside its rounding.

    The point is turned into the box's frame, where the box is its half extents about 0.
    """
    cx, cy, hx, hy, r, ux, uy = box
    dx = np.maximum(np.abs(ux * (x - cx) + uy * (y - cy)) - hx, 0.0)
    dy = np.maximum(np.abs(ux * (y - cy) - uy * (x - cx)) - hy, 0.0)
    far: Floats = np.sqrt(dx * dx + dy * dy) - r
    return far


def rooms(world: MapModel, boxes: list[Box], places: Sequence[Spawn]) -> list[float]:
    """Distance from each place to the nearest of `boxes` or edge of the world, in units."""
    columns = np.array(boxes, dtype=np.float64).reshape(-1, 7).T
    found = []
    for x, y in places:
        edge = min(x, y, world.width_u - x, world.height_u - y)
        found.append(float(np.min(distance(columns, x, y), initial=edge)))
    return found


def axes(world: MapModel) -> tuple[Floats, Floats]:
    """Where the columns and rows of the grid stand, in units."""
    return _axis(world.width_u), _axis(world.height_u)


@functools.lru_cache(maxsize=16)
def _axis(length_u: float) -> Floats:
    """Middles of the cells along an edge of the world; asked for once per shape on a map."""
    middles: Floats = (np.arange(int(length_u / GRID_U), dtype=np.float64) + 0.5) * GRID_U
    middles.setflags(write=False)
    return middles


def free_cells(world: MapModel, boxes: list[Box], radius_u: float) -> Bools:
    """Where the centre of a body may be: bool[rows, columns]."""
    xs, ys = axes(world)
    free = np.ones((len(ys), len(xs)), dtype=np.bool_)
    free[:, (xs < radius_u) | (xs > world.width_u - radius_u)] = False
    free[(ys < radius_u) | (ys > world.height_u - radius_u), :] = False
    for box in boxes:
        window = cells_within(world, box, radius_u)
        free[window] &= distance(box, xs[window[1]], ys[window[0], np.newaxis]) >= radius_u
    return free


def cells_within(world: MapModel, box: Box, margin_u: float) -> tuple[slice, slice]:
    """The rows and columns in which everything within a margin of a box lies."""
    cx, cy, hx, hy, r, ux, uy = box
    reach_x = abs(ux) * hx + abs(uy) * hy + r + margin_u
    reach_y = abs(uy) * hx + abs(ux) * hy + r + margin_u
    xs, ys = axes(world)
    x0, x1 = np.searchsorted(xs, (cx - reach_x, cx + reach_x))
    y0, y1 = np.searchsorted(ys, (cy - reach_y, cy + reach_y))
    return slice(int(y0), int(y1)), slice(int(x0), int(x1))


def connect(free: Bools) -> Labels:
    """Label 4-connected regions, 0 = blocked: join the runs of free cells of neighbouring rows.

    Every run points at one that came no later, at first at itself. Of two that touch, the later
    one's end points on at the earlier one's, and all chains are shortened to their ends, until
    whatever touches ends in the same run.
    """
    steps = np.diff(free.astype(np.int8), axis=1, prepend=0, append=0)
    rows, starts = np.nonzero(steps == 1)
    ends = np.nonzero(steps == -1)[1]
    runs, above = _touching(rows * steps.shape[1], starts, ends, steps.shape[1])
    parent = np.arange(len(starts) + 1, dtype=np.int32)  # runs count from 1, 0 is blocked
    while np.any((here := parent[runs + 1]) != (there := parent[above + 1])):
        np.minimum.at(parent, np.maximum(here, there), np.minimum(here, there))
        while np.any((further := parent[parent]) != parent):
            parent = further
    regions: Labels = parent.take(np.cumsum(steps[:, :-1] == 1).reshape(free.shape) * free)
    return regions


def _touching(rows: Ints, starts: Ints, ends: Ints, width: int) -> tuple[Ints, Ints]:
    """Each pair of a run and one that it touches in the row above.

    Args:
        rows: where the row of each run begins when rows of `width` follow one another.
        starts, ends: first column of each run, and the one after its last.
        width: more than any column.
    """
    first = np.searchsorted(rows + ends, rows - width + starts, side="right")
    last = np.searchsorted(rows + starts, rows - width + ends, side="left")
    counts = np.maximum(last - first, 0)
    runs = np.repeat(np.arange(len(starts)), counts)
    before = np.cumsum(counts) - counts
    return runs, np.arange(len(runs)) + np.repeat(first - before, counts)


def region_at(regions: Labels, place: Spawn) -> int:
    """The region a place is in, looking one cell around it; 0 when there is none."""
    column, row = int(place[0] / GRID_U), int(place[1] / GRID_U)
    near = regions[max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2]
    return int(near.max(initial=0))


def touches(world: MapModel, regions: Labels, region: int, box: Box, reach_u: float) -> bool:
    """Whether a body centred in `region` comes within `reach_u` of a box."""
    xs, ys = axes(world)
    window = cells_within(world, box, reach_u)
    near = distance(box, xs[window[1]], ys[window[0], np.newaxis]) <= reach_u
    return bool(np.any(near & (regions[window] == region)))


def walking_distance(free: Bools, sources: list[Spawn]) -> Floats:
    """From every cell to the nearest source in units, inf where no way leads: f64[rows, columns].

    A step goes to any of eight neighbours. Whole-grid relaxation until nothing shortens: as many
    passes as the longest way has steps.
    """
    far = np.full((free.shape[0] + 2, free.shape[1] + 2), np.inf)  # a border spares the edges
    for x, y in sources:
        row, column = int(y / GRID_U), int(x / GRID_U)
        # A source in a blocked cell is reached from beside it.
        far[max(row, 0) : row + 3, max(column, 0) : column + 3] = GRID_U
    inner = (slice(1, -1), slice(1, -1))
    far[inner][~free] = np.inf
    far[[0, -1], :] = far[:, [0, -1]] = np.inf
    straight = [(0, 1), (2, 1), (1, 0), (1, 2)]
    across = [(0, 0), (0, 2), (2, 0), (2, 2)]
    rows, columns = free.shape
    while True:
        best = far[inner].copy()
        for steps, length in ((straight, GRID_U), (across, DIAGONAL_U)):
            for row, column in steps:
                near = far[row : row + rows, column : column + columns]
                np.minimum(best, near + length, out=best)
        best[~free] = np.inf
        if np.array_equal(best, far[inner]):
            return best
        far[inner] = best


def clearance(resolved: ResolvedMap, radius_u: float) -> list[Finding]:
    """Spawns where a body of `radius_u` does not fit, or from which no way leads.

    Crates are in the way of a new body, but not of ways: they can be broken.
    """
    world = resolved.map
    if world is None:
        return []
    room_of = rooms(world, obstacles(world), resolved.spawns)
    regions = connect(free_cells(world, obstacles(world, crates=False), radius_u))
    homes = [region_at(regions, spawn) for spawn in resolved.spawns]
    main = max(homes, key=homes.count, default=0)
    found = []
    for room, at, home in zip(room_of, resolved.at["spawns"], homes, strict=True):
        if room < radius_u:
            text = f"a body does not fit here: {max(room, 0):.2f} u to the nearest wall or edge, "
            found.append(Finding(at, text + f"match.body.radius_u is {radius_u:g}"))
        elif home != main or home == 0:
            text = "no way leads from here to the other spawns for a "
            found.append(Finding(at, text + f"match.body.radius_u of {radius_u:g}"))
    return found


def missing_tables(resolved: ResolvedMap, tables: Collection[str]) -> Iterator[Finding]:
    """Loot places drawn from a table that the balance does not have."""
    for (_, _, table), at in zip(resolved.loot, resolved.at["loot"], strict=True):
        if table not in tables:
            hint = did_you_mean(table, tables) or f"; there are: {', '.join(sorted(tables))}"
            yield Finding(at, f"there is no loot table {show(table)} in loot.tables{hint}")
