"""From a Tiled document to the plain map: what its layers and properties mean.

Everything wrong is a `Finding` at the key path of the object it is about, so that the loader
can say file, line, column, and the id and name Tiled shows. Pixels end here; the map is in units.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from ringfall.documents import Finding, KeyPath
from ringfall.documents.words import plain_number, show
from ringfall.maps import shapes
from schema.tiled import (
    BLOCKS,
    LOOT_TABLE,
    PLAYERS_MAX,
    TILE_PX,
    Bush,
    Crate,
    Loot,
    MapModel,
    Spawn,
    TiledLayer,
    TiledMap,
    TiledObject,
    Wall,
    lies_inside,
    reach,
)
from schema.walls import BLOCKS_ALL

REQUIRED_LAYERS = ("walls", "spawns")
LAYERS = (*REQUIRED_LAYERS, "bushes", "crates", "loot")
PROPERTIES = {"walls": ("blocks", "thickness_u"), "loot": ("table",)}
THICKNESS_MIN_U, THICKNESS_MAX_U = 0.05, 20.0
LENGTH_MIN_PX = 1


@dataclass
class ResolvedMap:
    """The map, unless `findings` says why there is none; and where its shapes stand.

    `at` holds, by layer, the key path of the object behind each row, `names` what people call it.
    """

    map: MapModel | None = None
    findings: list[Finding] = field(default_factory=list)
    walls: list[Wall] = field(default_factory=list)
    spawns: list[Spawn] = field(default_factory=list)
    bushes: list[Bush] = field(default_factory=list)
    crates: list[Crate] = field(default_factory=list)
    loot: list[Loot] = field(default_factory=list)
    at: dict[str, list[KeyPath]] = field(default_factory=lambda: {name: [] for name in LAYERS})
    names: dict[KeyPath, str] = field(default_factory=dict)


def resolve(tiled: TiledMap) -> ResolvedMap:
    """Turn a well-typed Tiled map into a `MapModel`, or say everything that keeps it from being."""
    out = ResolvedMap()
    if tiled.infinite:
        out.findings.append(Finding(("infinite",), "must be false: give the map a fixed size"))
    for index, layer in _object_layers(tiled, out.findings):
        read = _READERS[layer.name]
        for number, shape in enumerate(layer.objects or ()):
            at = ("layers", index, "objects", number)
            out.names[at] = f"id {shape.id}{' ' + show(shape.name) if shape.name else ''}"
            given = _given(layer.name, at, shape, out.findings)
            read(_Place(tiled, at, out.findings), shape, given, out)
    name, players_max = _properties(tiled, len(out.spawns), out.findings)
    if not out.findings:
        out.map = MapModel(
            name=name,
            width_u=tiled.width,
            height_u=tiled.height,
            players_max=players_max,
            walls=tuple(out.walls),
            spawns=tuple(out.spawns),
            bushes=tuple(out.bushes),
            crates=tuple(out.crates),
            loot=tuple(out.loot),
        )
    return out


# --- layers and properties -----------------------------------------------------------------


def _object_layers(tiled: TiledMap, found: list[Finding]) -> Iterator[tuple[int, TiledLayer]]:
    """The object layers that are read; findings for what else could have been meant as one."""
    seen: set[str] = set()
    for index, layer in enumerate(tiled.layers):
        at = ("layers", index)
        if layer.type in ("tilelayer", "imagelayer"):
            continue  # decoration
        if layer.type == "group":
            found.append(Finding(at, "layers in a group are not read: move them out of the group"))
        elif layer.type != "objectgroup":
            found.append(Finding((*at, "type"), f"unknown kind of layer {show(layer.type)}"))
        elif layer.name not in LAYERS:
            text = f"unknown object layer; {_hint(layer.name, LAYERS)}"
            found.append(Finding((*at, "name"), text))
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
    for name in REQUIRED_LAYERS:
        if name not in seen:
            found.append(Finding(("layers",), f"there is no object layer {show(name)}"))


def _hint(name: str, known: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f"did you mean {near[0]}?" if near else f"known are: {', '.join(known)}"


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


Given = dict[str, tuple[KeyPath, Any]]
"""Properties of an object that are read: place of the value, and the value."""


def _given(layer: str, at: KeyPath, shape: TiledObject, found: list[Finding]) -> Given:
    known = PROPERTIES.get(layer, ())
    given: Given = {}
    for index, item in enumerate(shape.properties):
        place = (*at, "properties", index)
        if item.name in known:
            given[item.name] = ((*place, "value"), item.value)
        else:
            hint = _hint(item.name, known) if known else f"objects of {layer} have none"
            found.append(Finding((*place, "name"), f"unknown property {show(item.name)}; {hint}"))
    return given


def _blocks(given: Given, found: list[Finding]) -> int:
    """The sum of what `blocks` names; everything when it is not given."""
    if "blocks" not in given:
        return BLOCKS_ALL
    at, value = given["blocks"]
    names = re.split(r"[\s,]+", value.strip(" ,")) if isinstance(value, str) else [""]
    if not all(name in BLOCKS for name in names):
        text = f'blocks must name some of "move", "shots", "sight", is {show(value)}'
        found.append(Finding(at, text))
        return BLOCKS_ALL
    return sum(BLOCKS[name] for name in set(names))


def _thickness(given: Given, kind: str, found: list[Finding]) -> float:
    if "thickness_u" not in given:
        return shapes.THICKNESS_U
    at, value = given["thickness_u"]
    if kind != "polyline":
        found.append(Finding(at, f"only a polyline has thickness_u, this is a {kind}"))
    elif isinstance(value, bool) or not isinstance(value, int | float):
        found.append(Finding(at, f"thickness_u must be a number, is {show(value)}"))
    elif not THICKNESS_MIN_U <= value <= THICKNESS_MAX_U:
        limits = f"{THICKNESS_MIN_U:g} to {THICKNESS_MAX_U:g}"
        found.append(Finding(at, f"thickness_u must be from {limits}, is {show(value)}"))
    else:
        return float(value)
    return shapes.THICKNESS_U


# --- one reader a layer --------------------------------------------------------------------


@dataclass(frozen=True)
class _Place:
    """Where an object stands, and where what is wrong with it goes."""

    tiled: TiledMap
    at: KeyPath
    findings: list[Finding]

    def complain(self, text: str, *key: str | int) -> None:
        self.findings.append(Finding((*self.at, *key), text))

    def is_kind(self, what: str, shape: TiledObject, kinds: dict[str, str]) -> bool:
        """Whether a shape is of one of these kinds, given with the words for them."""
        kind = shapes.kind_of(shape)
        if kind in kinds:
            return True
        *others, last = kinds.values()
        words = f"{', '.join(others)} or {last}" if others else last
        self.complain(f"a {what} must be a {words}, not a {kind}")
        return False

    def has_extent(self, what: str, shape: TiledObject) -> bool:
        before = len(self.findings)
        for key, length in (("width", shape.width), ("height", shape.height)):
            if length < LENGTH_MIN_PX:
                text = f"must be at least {LENGTH_MIN_PX} px, is {plain_number(length)}"
                self.complain(text, key)
        if shape.ellipse and shape.width != shape.height and len(self.findings) == before:
            wanted = plain_number(shape.width)
            text = f"a round {what} needs the height of its width ({wanted}), is "
            self.complain(text + plain_number(shape.height), "height")
        return len(self.findings) == before

    def holds(self, x: float, y: float, reaches: tuple[float, float] = (0.0, 0.0)) -> bool:
        """Whether something lies inside the world, and the finding when it does not."""
        world = self.tiled.width, self.tiled.height
        if lies_inside(x, y, *reaches, *world):
            return True
        size = f"{world[0] * TILE_PX} x {world[1] * TILE_PX} px"
        how = "reaches beyond" if reaches != (0.0, 0.0) else "lies outside"
        self.complain(f"{how} the world of {size}")
        return False


def _read_wall(place: _Place, shape: TiledObject, given: Given, out: ResolvedMap) -> None:
    kind = shapes.kind_of(shape)
    blocks, thickness_u = _blocks(given, out.findings), _thickness(given, kind, out.findings)
    kinds = {"rectangle": "rectangle", "ellipse": "circle", "capsule": "capsule"}
    if not place.is_kind("wall", shape, {**kinds, "polyline": "polyline"}):
        return
    if shape.polyline is not None:
        points = shape.polyline
        if len(points) < 2:
            place.complain(f"needs at least 2 points, has {len(points)}", "polyline")
            return
        for index, (a, b) in enumerate(pairwise(points)):
            if a == b:
                place.complain("lies on the point before it", "polyline", index + 1)
                return
    elif not place.has_extent("wall", shape):
        return
    rows = shapes.walls(shape, blocks, thickness_u)
    if all(place.holds(x, y, reach(hx, hy, r, turn)) for x, y, hx, hy, r, turn, _ in rows):
        out.walls += rows
        out.at["walls"] += [place.at] * len(rows)


def _read_spawn(place: _Place, shape: TiledObject, given: Given, out: ResolvedMap) -> None:
    x, y = shape.x / TILE_PX, shape.y / TILE_PX
    if place.is_kind("spawn", shape, {"point": "point"}):
        place.holds(x, y)
    out.spawns.append((x, y))
    out.at["spawns"].append(place.at)


def _read_bush(place: _Place, shape: TiledObject, given: Given, out: ResolvedMap) -> None:
    if not place.is_kind("bush", shape, {"ellipse": "circle"}) or not place.has_extent(
        "bush", shape
    ):
        return
    x, y, r = shapes.circle(shape)
    if place.holds(x, y, (r, r)):
        out.bushes.append((x, y, r))
        out.at["bushes"].append(place.at)


def _read_crate(place: _Place, shape: TiledObject, given: Given, out: ResolvedMap) -> None:
    if not place.is_kind("crate", shape, {"rectangle": "rectangle"}) or not place.has_extent(
        "crate", shape
    ):
        return
    x, y, hx, hy, heading = row = shapes.crate(shape)
    if place.holds(x, y, reach(hx, hy, 0.0, heading)):
        out.crates.append(row)
        out.at["crates"].append(place.at)


def _read_loot(place: _Place, shape: TiledObject, given: Given, out: ResolvedMap) -> None:
    x, y = shape.x / TILE_PX, shape.y / TILE_PX
    if not place.is_kind("loot place", shape, {"point": "point"}) or not place.holds(x, y):
        return
    if "table" not in given:
        place.complain("there is no property table: say which loot table is drawn from here")
        return
    at, table = given["table"]
    if not isinstance(table, str) or len(table) > 64 or not re.fullmatch(LOOT_TABLE, table):
        text = f"table must be the name of a loot table (a-z, 0-9, _), is {show(table)}"
        out.findings.append(Finding(at, text))
        return
    out.loot.append((x, y, table))
    out.at["loot"].append(place.at)


_READERS = {
    "walls": _read_wall,
    "spawns": _read_spawn,
    "bushes": _read_bush,
    "crates": _read_crate,
    "loot": _read_loot,
}
