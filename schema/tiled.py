"""Maps: the subset of Tiled's JSON format that is read, and the plain map it resolves to.

Tiled writes many keys that only matter to Tiled; they are ignored. What is read must be there
with the right type. What a shape *means* (a wall, a spawn, its place in the world) is judged in
`ringfall.maps`, where an error can name the object, its line and its column.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from schema.contradictions import Contradiction, refuse
from schema.directions import COUNT as HEADINGS
from schema.directions import TABLE
from schema.walls import BLOCKS_ALL, BLOCKS_MOVE, BLOCKS_SHOTS, BLOCKS_SIGHT

TILE_PX = 32
"""Pixels to a unit: one tile is one unit, and a power of two keeps the division exact."""

PLAYERS_MAX = 1000
"""Most places a map may offer: slots are u16 on the wire, and columns are sized by this."""


BLOCKS = {"move": BLOCKS_MOVE, "shots": BLOCKS_SHOTS, "sight": BLOCKS_SIGHT}
"""What a wall may stop, by the names designers use; a wall carries the sum of what it stops."""

LOOT_TABLE = r"^[a-z][a-z0-9_]*$"
"""How a loot table may be called."""


class _Tiled(BaseModel):
    # Frozen tuples out of JSON lists: see schema.balance.ZoneBalance.
    model_config = ConfigDict(strict=True, extra="ignore", frozen=True, allow_inf_nan=False)


class TiledProperty(_Tiled):
    """A custom property of the map or of an object."""

    name: str = Field(description="name of the property")
    value: Any = Field(description="its value")


class TiledPoint(_Tiled):
    """A corner of a line, in pixels from the place of the object."""

    x: float = Field(description="rightwards, px")
    y: float = Field(description="downwards, px")


class TiledObject(_Tiled):
    """A shape in an object layer. Lengths in pixels, origin top left, y downwards."""

    id: int = Field(description="number Tiled gave the object")
    name: str = Field(description="name, for people")
    x: float = Field(description="left edge, px")
    y: float = Field(description="top edge, px")
    width: float = Field(description="width, px")
    height: float = Field(description="height, px")
    rotation: float = Field(ge=-3600, le=3600, description="clockwise rotation about x, y, degrees")
    ellipse: bool = Field(default=False, description="an ellipse")
    point: bool = Field(default=False, description="a point")
    capsule: bool = Field(default=False, description="a capsule")
    polygon: Any = Field(default=None, description="corner points of a polygon")
    polyline: Annotated[tuple[TiledPoint, ...], Field(strict=False, max_length=1000)] | None = (
        Field(default=None, description="points of a line")
    )
    text: Any = Field(default=None, description="a text box")
    gid: Any = Field(default=None, description="a tile placed as an object")
    template: Any = Field(default=None, description="the template it is an instance of")
    properties: Annotated[tuple[TiledProperty, ...], Field(strict=False)] = Field(
        default=(), description="custom properties"
    )


class TiledLayer(_Tiled):
    """A layer. Object layers carry objects; others are decoration."""

    id: int = Field(description="number Tiled gave the layer")
    name: str = Field(description="name of the layer")
    type: str = Field(description="kind of layer")
    objects: Annotated[tuple[TiledObject, ...], Field(strict=False, max_length=20_000)] | None = (
        Field(default=None, description="the objects of an object layer")
    )
    offsetx: float = Field(default=0.0, description="horizontal offset, px")
    offsety: float = Field(default=0.0, description="vertical offset, px")


class TiledMap(_Tiled):
    """A `.tmj` file: an orthogonal, finite map of 32 px tiles; a tile is one unit."""

    type: Literal["map"] = Field(description="kind of document")
    version: str = Field(description="version of the format")
    orientation: Literal["orthogonal"] = Field(description="projection")
    infinite: bool = Field(description="whether the map has no fixed size")
    width: int = Field(ge=20, le=1000, description="width, tiles")
    height: int = Field(ge=20, le=1000, description="height, tiles")
    tilewidth: int = Field(ge=TILE_PX, le=TILE_PX, description="width of a tile, px")
    tileheight: int = Field(ge=TILE_PX, le=TILE_PX, description="height of a tile, px")
    layers: Annotated[tuple[TiledLayer, ...], Field(strict=False)] = Field(
        description="layers, bottom first"
    )
    properties: Annotated[tuple[TiledProperty, ...], Field(strict=False)] = Field(
        description="custom properties"
    )


_Place = Annotated[float, Field(ge=0, le=1000)]
_Heading = Annotated[int, Field(ge=0, lt=HEADINGS)]
_Blocks = Annotated[int, Field(ge=1, le=BLOCKS_ALL)]
_Table = Annotated[str, Field(pattern=LOOT_TABLE, max_length=64)]
Wall = tuple[_Place, _Place, _Place, _Place, _Place, _Heading, _Blocks]
"""A rounded box: centre x, centre y, half extents x and y, corner radius (units), the direction of
its own x axis (index into ``schema.directions``), and the sum of the `BLOCKS` it stops.

A plain box has radius 0, a round pillar half extents 0, a segment one half extent 0.
"""
Spawn = tuple[_Place, _Place]
"""Where a body may start: x, y of its centre, in units."""
Bush = tuple[_Place, _Place, _Place]
"""A circle that hides who stands in it: x, y of its centre, radius, in units."""
Crate = tuple[_Place, _Place, _Place, _Place, _Heading]
"""A box that can be broken: centre x, centre y, half extents x and y (units), heading."""
Loot = tuple[_Place, _Place, _Table]
"""Where things may lie: x, y in units, and the name of the loot table they are drawn from."""

# Strict tuples refuse lists, JSON's only sequence; the numbers inside stay strict.
_WallRow = Annotated[Wall, Field(strict=False)]
_SpawnRow = Annotated[Spawn, Field(strict=False)]
_BushRow = Annotated[Bush, Field(strict=False)]
_CrateRow = Annotated[Crate, Field(strict=False)]
_LootRow = Annotated[Loot, Field(strict=False)]


class MapModel(BaseModel):
    """A resolved map: what the rules, the wire and the journal see. Lengths in units."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)

    name: str = Field(min_length=1, max_length=64, description="name, for people")
    width_u: float = Field(ge=20, le=1000, description="width of the world")
    height_u: float = Field(ge=20, le=1000, description="height of the world")
    players_max: int = Field(ge=2, le=PLAYERS_MAX, description="places in a match")
    walls: Annotated[tuple[_WallRow, ...], Field(strict=False, max_length=20_000)] = Field(
        description="rounded boxes: cx, cy, hx, hy, r, heading, blocks"
    )
    spawns: Annotated[tuple[_SpawnRow, ...], Field(strict=False, max_length=20_000)] = Field(
        description="points: x, y"
    )
    bushes: Annotated[tuple[_BushRow, ...], Field(strict=False, max_length=20_000)] = Field(
        default=(), description="circles: x, y, r"
    )
    crates: Annotated[tuple[_CrateRow, ...], Field(strict=False, max_length=20_000)] = Field(
        default=(), description="boxes: cx, cy, hx, hy, heading"
    )
    loot: Annotated[tuple[_LootRow, ...], Field(strict=False, max_length=20_000)] = Field(
        default=(), description="points: x, y, name of a loot table"
    )

    @model_validator(mode="after")
    def _lies_in_the_world(self) -> MapModel:
        refuse(map_contradictions(self))
        return self


def reach(hx: float, hy: float, r: float, heading: int) -> tuple[float, float]:
    """Half extents of the bounding box of a rounded box, in units."""
    ux, uy = abs(float(TABLE[heading, 0])), abs(float(TABLE[heading, 1]))
    return ux * hx + uy * hy + r, uy * hx + ux * hy + r


def lies_inside(
    x: float, y: float, reach_x: float, reach_y: float, width_u: float, height_u: float
) -> bool:
    """Whether nothing within a reach of a centre lies beyond the world; all in units."""
    return reach_x <= x <= width_u - reach_x and reach_y <= y <= height_u - reach_y


def map_contradictions(model: MapModel) -> list[Contradiction]:
    """Shapes without extent, anything beyond the world, and too few spawns."""
    found = []

    def hold(layer: str, index: int, x: float, y: float, reaches: tuple[float, float]) -> None:
        if not lies_inside(x, y, *reaches, model.width_u, model.height_u):
            found.append(Contradiction((layer, index), "must lie inside the world"))

    for index, (cx, cy, hx, hy, r, heading, _) in enumerate(model.walls):
        if min(hx + r, hy + r) <= 0:
            found.append(Contradiction(("walls", index), "a wall needs an extent both ways"))
        hold("walls", index, cx, cy, reach(hx, hy, r, heading))
    for index, (cx, cy, hx, hy, heading) in enumerate(model.crates):
        if min(hx, hy) <= 0:
            found.append(Contradiction(("crates", index), "a crate needs an extent both ways"))
        hold("crates", index, cx, cy, reach(hx, hy, 0.0, heading))
    for index, (x, y, r) in enumerate(model.bushes):
        if r <= 0:
            found.append(Contradiction(("bushes", index), "a bush needs an extent"))
        hold("bushes", index, x, y, (r, r))
    for index, (x, y) in enumerate(model.spawns):
        hold("spawns", index, x, y, (0.0, 0.0))
    for index, (x, y, _) in enumerate(model.loot):
        hold("loot", index, x, y, (0.0, 0.0))
    if len(model.spawns) < model.players_max:
        text = f"must not exceed the number of spawns ({len(model.spawns)}), is {model.players_max}"
        found.append(Contradiction(("players_max",), text))
    return found
