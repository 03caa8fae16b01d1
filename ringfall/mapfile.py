"""From a Tiled document to the plain map: what its shapes mean, and whether bodies fit.

Everything wrong is a `Finding` at the key path of the object it is about, so that the loader
can say file, line, column, and the id and name Tiled shows. Pixels end here; the map is in units.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from ringfall.document_places import KeyPath
from ringfall.document_words import plain_number, show
from ringfall.documents import Finding
from schema.tiled import (
    PLAYERS_MAX,
    TILE_PX,
    MapModel,
    Spawn,
    TiledLayer,
    TiledMap,
    TiledObject,
    Wall,
    lies_inside,
)

OBJECT_LAYERS = ("walls", "spawns")
GRID_U = 0.25  # reach is judged on this grid: a passage needs a body's width and this much more


@dataclass
class ResolvedMap:
    """The map, unless `findings` says why there is none; and where its shapes stand."""

    map: MapModel | None = None
    findings: list[Finding] = field(default_factory=list)
    walls: list[Wall] = field(default_factory=list)
    spawns: list[Spawn] = field(default_factory=list)
    spawns_at: list[KeyPath] = field(default_factory=list)


def resolve(tiled: TiledMap) -> ResolvedMap:
    """Turn a well-typed Tiled map into a `MapModel`, or say everything that keeps it from being."""
    out = ResolvedMap()
    if tiled.infinite:
        out.findings.append(Finding(("infinite",), "must be false: give the map a fixed size"))
    for index, layer in _object_layers(tiled, out.findings):
        for number, shape in enumerate(layer.objects or ()):
            at = ("layers", index, "objects", number)
            if layer.name == "walls":
                _read_wall(tiled, at, shape, out)
            else:
                _read_spawn(tiled, at, shape, out)
    name, players_max = _properties(tiled, len(out.spawns), out.findings)
    if not out.findings:
        out.map = MapModel(
            name=name,
            width_u=tiled.width,
            height_u=tiled.height,
            players_max=players_max,
            walls=tuple(out.walls),
            spawns=tuple(out.spawns),
        )
    return out


def _object_layers(tiled: TiledMap, found: list[Finding]) -> Iterator[tuple[int, TiledLayer]]:
    """The layers `walls` and `spawns`; findings for what else could have been meant as one."""
    seen: set[str] = set()
    for index, layer in enumerate(tiled.layers):
        at = ("layers", index)
        if layer.type in ("tilelayer", "imagelayer"):
            continue  # decoration
        if layer.type == "group":
            found.append(Finding(at, "layers in a group are not read: move them out of the group"))
        elif layer.type != "objectgroup":
            found.append(Finding((*at, "type"), f"unknown kind of layer {show(layer.type)}"))
        elif layer.name not in OBJECT_LAYERS:
            near = difflib.get_close_matches(layer.name, OBJECT_LAYERS, n=1)
            hint = f"did you mean {near[0]}?" if near else "known are: walls, spawns"
            found.append(Finding((*at, "name"), f"unknown object layer; {hint}"))
        elif layer.name in seen:
            found.append(Finding((*at, "name"), f"there is already a layer {show(layer.name)}"))
        else:
            seen.add(layer.name)
            if layer.objects is None:
                found.append(Finding((*at, "objects"), "is missing; must be a list"))
            for key in ("offsetx", "offsety"):
                if (offset := getattr(layer, key)) != 0:
                    found.append(Finding((*at, key), f"must be 0, is {plain_number(offset)}"))
            yield index, layer
    for name in OBJECT_LAYERS:
        if name not in seen:
            found.append(Finding(("layers",), f"there is no object layer {show(name)}"))


def _properties(tiled: TiledMap, spawns: int, found: list[Finding]) -> tuple[str, int]:
    values = {given.name: (i, given.value) for i, given in enumerate(tiled.properties)}
    for key in ("name", "players_max"):
        if key not in values:
            text = f"there is no map property {show(key)}: add it under Map > Map Properties"
            found.append(Finding(("properties",), text))
    index, name = values.get("name", (0, "-"))
    if not isinstance(name, str) or not 1 <= len(name) <= 64 or not name.isprintable():
        text = f"the map's name must be text of 1 to 64 printable characters, is {show(name)}"
        found.append(Finding(("properties", index, "value"), text))
    index, players_max = values.get("players_max", (0, 2))
    at = ("properties", index, "value")
    whole = isinstance(players_max, int) and not isinstance(players_max, bool)
    if not whole or not 2 <= players_max <= PLAYERS_MAX:
        text = f"players_max must be a whole number from 2 to {PLAYERS_MAX}, is {show(players_max)}"
        found.append(Finding(at, text))
    elif players_max > spawns and not found:  # otherwise the spawns may not be all there
        text = f"players_max must not exceed the number of spawns ({spawns}), is {players_max}"
        found.append(Finding(at, text))
    return name, players_max


def _kind(shape: TiledObject) -> str:
    """What Tiled calls this shape."""
    for kind in ("polygon", "polyline", "text", "template"):
        if getattr(shape, kind) is not None:
            return kind
    if shape.gid is not None:
        return "tile"
    for kind in ("point", "capsule", "ellipse"):
        if getattr(shape, kind):
            return kind
    return "rectangle"


def _read_wall(tiled: TiledMap, at: KeyPath, shape: TiledObject, out: ResolvedMap) -> None:
    kind = _kind(shape)
    found = []
    if kind not in ("rectangle", "ellipse"):
        text = f"a wall must be a rectangle or a circle, not a {kind}"
        out.findings.append(Finding(at, text))
        return
    if shape.rotation != 0:
        text = f"walls cannot be rotated: must be 0, is {plain_number(shape.rotation)}"
        found.append(Finding((*at, "rotation"), text))
    for key, length in (("width", shape.width), ("height", shape.height)):
        if length < 1:
            found.append(Finding((*at, key), f"must be at least 1 px, is {plain_number(length)}"))
    if kind == "ellipse" and shape.width != shape.height and not found:
        text = f"a round wall needs the height of its width ({plain_number(shape.width)}), is "
        found.append(Finding((*at, "height"), text + plain_number(shape.height)))
    hx, hy = shape.width / 2 / TILE_PX, shape.height / 2 / TILE_PX
    cx, cy = shape.x / TILE_PX + hx, shape.y / TILE_PX + hy
    wall = (cx, cy, 0.0, 0.0, hx) if kind == "ellipse" else (cx, cy, hx, hy, 0.0)
    if not found and not lies_inside(wall, tiled.width, tiled.height):
        found.append(Finding(at, f"reaches beyond the world of {_world(tiled)}"))
    out.findings += found
    out.walls.append(wall)


def _read_spawn(tiled: TiledMap, at: KeyPath, shape: TiledObject, out: ResolvedMap) -> None:
    x, y = shape.x / TILE_PX, shape.y / TILE_PX
    if (kind := _kind(shape)) != "point":
        out.findings.append(Finding(at, f"a spawn must be a point, not a {kind}"))
    elif not (0 <= x <= tiled.width and 0 <= y <= tiled.height):
        out.findings.append(Finding(at, f"lies outside the world of {_world(tiled)}"))
    out.spawns.append((x, y))
    out.spawns_at.append(at)


def _world(tiled: TiledMap) -> str:
    return f"{tiled.width * TILE_PX} x {tiled.height * TILE_PX} px"


# --- do bodies fit? ------------------------------------------------------------------------


def clearance(resolved: ResolvedMap, radius_u: float) -> list[Finding]:
    """Spawns where a body of `radius_u` overlaps a wall or the edge, or from which no way leads."""
    if resolved.map is None:
        return []
    regions = _regions(resolved.map, radius_u)
    homes = [_region_at(regions, spawn) for spawn in resolved.spawns]
    main = max(homes, key=homes.count, default=0)
    walls = np.array(resolved.walls, dtype=np.float64).reshape(-1, 5)
    found = []
    for spawn, at, home in zip(resolved.spawns, resolved.spawns_at, homes, strict=True):
        room = _room(resolved.map, walls, spawn)
        if room < radius_u:
            text = f"a body does not fit here: {max(room, 0):.2f} u to the nearest wall or edge, "
            found.append(Finding(at, text + f"body.radius_u is {radius_u:g}"))
        elif home != main or home == 0:
            text = f"no way leads from here to the other spawns for a body.radius_u of {radius_u:g}"
            found.append(Finding(at, text))
    return found


def _room(world: MapModel, walls: npt.NDArray[np.float64], spawn: Spawn) -> float:
    """Distance from a spawn to the nearest wall or edge of the world, in units."""
    x, y = spawn
    edge = min(x, y, world.width_u - x, world.height_u - y)
    cx, cy, hx, hy, r = walls.T
    dx = np.maximum(np.abs(x - cx) - hx, 0.0)
    dy = np.maximum(np.abs(y - cy) - hy, 0.0)
    return min(edge, float(np.min(np.sqrt(dx * dx + dy * dy) - r, initial=np.inf)))


def _regions(world: MapModel, radius_u: float) -> npt.NDArray[np.int32]:
    """Number the connected regions a body's centre can be in: (rows, columns), 0 = blocked."""
    xs = (np.arange(int(world.width_u / GRID_U)) + 0.5) * GRID_U
    ys = (np.arange(int(world.height_u / GRID_U)) + 0.5) * GRID_U
    free = np.ones((len(ys), len(xs)), dtype=np.bool_)
    free[:, (xs < radius_u) | (xs > world.width_u - radius_u)] = False
    free[(ys < radius_u) | (ys > world.height_u - radius_u), :] = False
    for cx, cy, hx, hy, r in world.walls:
        reach = r + radius_u
        x0, x1 = np.searchsorted(xs, (cx - hx - reach, cx + hx + reach))
        y0, y1 = np.searchsorted(ys, (cy - hy - reach, cy + hy + reach))
        dx = np.maximum(np.abs(xs[x0:x1] - cx) - hx, 0.0)
        dy = np.maximum(np.abs(ys[y0:y1] - cy) - hy, 0.0)[:, np.newaxis]
        free[y0:y1, x0:x1] &= dx * dx + dy * dy >= reach * reach
    return _connect(free)


def _connect(free: npt.NDArray[np.bool_]) -> npt.NDArray[np.int32]:
    """Label 4-connected regions from 1: join the runs of free cells of neighbouring rows."""
    steps = np.diff(free.astype(np.int8), axis=1, prepend=0, append=0)
    rows, starts = (part.tolist() for part in np.nonzero(steps == 1))
    ends = np.nonzero(steps == -1)[1].tolist()
    parent = list(range(len(starts) + 1))  # runs count from 1, 0 is blocked

    def root(run: int) -> int:
        while parent[run] != run:
            parent[run] = parent[parent[run]]
            run = parent[run]
        return run

    first = 0  # of the runs above that may still touch this one or a later one of its row
    for run, (row, start, end) in enumerate(zip(rows, starts, ends, strict=True)):
        while rows[first] < row - 1 or (rows[first] == row - 1 and ends[first] <= start):
            first += 1
        above = first
        while rows[above] == row - 1 and starts[above] < end:
            parent[root(above + 1)] = root(run + 1)
            above += 1
    runs = np.cumsum(steps[:, :-1] == 1).reshape(free.shape) * free
    regions: npt.NDArray[np.int32] = np.array([*map(root, range(len(parent)))], dtype=np.int32)
    return regions.take(runs)


def _region_at(regions: npt.NDArray[np.int32], spawn: Spawn) -> int:
    """The region a spawn is in, looking one cell around it; 0 when there is none."""
    column, row = int(spawn[0] / GRID_U), int(spawn[1] / GRID_U)
    near = regions[max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2]
    return int(near.max(initial=0))
