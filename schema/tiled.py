"""Maps: the subset of Tiled's JSON format that is read, and the plain map it resolves to.

Tiled writes many keys that only matter to Tiled; they are ignored. What is read must be there
with the right type. What a shape *means* (a wall, a spawn, its place in the world) is judged in
`ringfall.datapack`, where an error can name the object, its line and its column.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from schema.balance import Contradiction, refuse

TILE_PX = 32
"""Pixels to a unit: one tile is one unit, and a power of two keeps the division exact."""

PLAYERS_MAX = 1000
"""Most places a map may offer: slots are u16 on the wire, and columns are sized by this."""


class _Tiled(BaseModel):
    # Frozen tuples out of JSON lists: see schema.balance.ZoneBalance.
    model_config = ConfigDict(strict=True, extra="ignore", frozen=True, allow_inf_nan=False)


class TiledProperty(_Tiled):
    """A custom property of the map."""

    name: str = Field(description="name of the property")
    value: Any = Field(description="its value")


class TiledObject(_Tiled):
    """A shape in an object layer. Lengths in pixels, origin top left, y downwards."""

    id: int = Field(description="number Tiled gave the object")
    name: str = Field(description="name, for people")
    x: float = Field(description="left edge, px")
    y: float = Field(description="top edge, px")
    width: float = Field(description="width, px")
    height: float = Field(description="height, px")
    rotation: float = Field(description="clockwise rotation, degrees")
    ellipse: bool = Field(default=False, description="an ellipse")
    point: bool = Field(default=False, description="a point")
    capsule: bool = Field(default=False, description="a capsule")
    polygon: Any = Field(default=None, description="corner points of a polygon")
    polyline: Any = Field(default=None, description="points of a line")
    text: Any = Field(default=None, description="a text box")
    gid: Any = Field(default=None, description="a tile placed as an object")
    template: Any = Field(default=None, description="the template it is an instance of")


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
Wall = tuple[_Place, _Place, _Place, _Place, _Place]
"""A rounded box: centre x, centre y, half extents x and y, corner radius; all in units.

A plain box has radius 0; a round pillar has half extents 0.
"""
Spawn = tuple[_Place, _Place]
"""Where a body may start: x, y of its centre, in units."""

# Strict tuples refuse lists, JSON's only sequence; the numbers inside stay strict.
_WallRow = Annotated[Wall, Field(strict=False)]
_SpawnRow = Annotated[Spawn, Field(strict=False)]


class MapModel(BaseModel):
    """A resolved map: what the rules, the wire and the journal see. Lengths in units."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)

    name: str = Field(min_length=1, max_length=64, description="name, for people")
    width_u: float = Field(ge=20, le=1000, description="width of the world")
    height_u: float = Field(ge=20, le=1000, description="height of the world")
    players_max: int = Field(ge=2, le=PLAYERS_MAX, description="places in a match")
    walls: Annotated[tuple[_WallRow, ...], Field(strict=False, max_length=20_000)] = Field(
        description="rounded boxes: cx, cy, hx, hy, r"
    )
    spawns: Annotated[tuple[_SpawnRow, ...], Field(strict=False, max_length=20_000)] = Field(
        description="points: x, y"
    )

    @model_validator(mode="after")
    def _lies_in_the_world(self) -> MapModel:
        refuse(map_contradictions(self))
        return self


def lies_inside(wall: Wall, width_u: float, height_u: float) -> bool:
    """Whether no part of a wall reaches beyond the world."""
    cx, cy, hx, hy, r = wall
    return hx + r <= cx <= width_u - hx - r and hy + r <= cy <= height_u - hy - r


def map_contradictions(model: MapModel) -> list[Contradiction]:
    """Walls without extent or beyond the world, spawns beyond it or too few of them."""
    found = []
    for index, wall in enumerate(model.walls):
        _, _, hx, hy, r = wall
        if min(hx + r, hy + r) <= 0:
            found.append(Contradiction(("walls", index), "a wall needs an extent both ways"))
        if not lies_inside(wall, model.width_u, model.height_u):
            found.append(Contradiction(("walls", index), "a wall must lie inside the world"))
    for index, (x, y) in enumerate(model.spawns):
        if x > model.width_u or y > model.height_u:
            found.append(Contradiction(("spawns", index), "a spawn must lie inside the world"))
    if len(model.spawns) < model.players_max:
        text = f"must not exceed the number of spawns ({len(model.spawns)}), is {model.players_max}"
        found.append(Contradiction(("players_max",), text))
    return found
