"""Writing maps as Tiled writes them: every key it expects, sorted, one to a line."""

from __future__ import annotations

import json
import math
from typing import Any

from ringfall.maps.shapes import degrees_of, turned
from schema.tiled import TILE_PX

COLOURS = {
    "walls": "#c8553d",
    "spawns": "#4fb286",
    "bushes": "#7fb24f",
    "crates": "#d2a24c",
    "loot": "#5aa9e6",
}
Table = dict[str, Any]


class Drawing:
    """A Tiled document being drawn; lengths in units, headings as the game counts them.

    Objects are numbered in the order in which they are drawn.
    """

    def __init__(self, name: str, width_u: int, height_u: int, players_max: int) -> None:
        self.name = name
        self.width_u, self.height_u = width_u, height_u
        self.players_max = players_max
        self.layers: dict[str, list[Table]] = {layer: [] for layer in COLOURS}
        self._count = 0

    def box(
        self,
        layer: str,
        name: str,
        cx: float,
        cy: float,
        width_u: float,
        height_u: float,
        heading: int = 0,
        **properties: str | float,
    ) -> None:
        """A rectangle about its centre; in Tiled it stands and turns by its top left corner."""
        dx, dy = turned(width_u / 2, height_u / 2, heading)
        self._put(layer, name, cx - dx, cy - dy, width_u, height_u, properties, degrees_of(heading))

    def circle(
        self, layer: str, name: str, cx: float, cy: float, r: float, **properties: str | float
    ) -> None:
        """A round shape about its centre."""
        shape = self._put(layer, name, cx - r, cy - r, 2 * r, 2 * r, properties)
        shape["ellipse"] = True

    def line(
        self, layer: str, name: str, points: list[tuple[float, float]], **properties: str | float
    ) -> None:
        """A polyline through points."""
        (x0, y0), *_ = points
        shape = self._put(layer, name, x0, y0, 0, 0, properties)
        shape["polyline"] = [{"x": _px(x - x0), "y": _px(y - y0)} for x, y in points]

    def point(self, layer: str, name: str, x: float, y: float, **properties: str | float) -> None:
        """A place."""
        self._put(layer, name, x, y, 0, 0, properties)["point"] = True

    def _put(
        self,
        layer: str,
        name: str,
        x: float,
        y: float,
        width_u: float,
        height_u: float,
        properties: dict[str, str | float],
        rotation: float = 0.0,
    ) -> Table:
        self._count += 1
        shape: Table = {
            "height": _px(height_u),
            "id": self._count,
            "name": name,
            "rotation": _whole(rotation),
            "type": "",
            "visible": True,
            "width": _px(width_u),
            "x": _px(x),
            "y": _px(y),
        }
        if properties:
            shape["properties"] = [_property(key, properties[key]) for key in sorted(properties)]
        self.layers[layer].append(shape)
        return shape

    def document(self) -> Table:
        """The whole document."""
        layers = [
            {
                "color": COLOURS[name],
                "draworder": "topdown",
                "id": index,
                "name": name,
                "objects": objects,
                "opacity": 1,
                "type": "objectgroup",
                "visible": True,
                "x": 0,
                "y": 0,
            }
            for index, (name, objects) in enumerate(self.layers.items(), 1)
        ]
        return {
            "backgroundcolor": "#2b2622",
            "compressionlevel": -1,
            "height": self.height_u,
            "infinite": False,
            "layers": layers,
            "nextlayerid": len(layers) + 1,
            "nextobjectid": self._count + 1,
            "orientation": "orthogonal",
            "properties": [
                _property("name", self.name),
                _property("players_max", self.players_max),
            ],
            "renderorder": "right-down",
            "tiledversion": "1.10.2",
            "tileheight": TILE_PX,
            "tilesets": [],
            "tilewidth": TILE_PX,
            "type": "map",
            "version": "1.10",
            "width": self.width_u,
        }


def tiled_json(document: Table) -> bytes:
    """A document as the bytes of a `.tmj`: reading it gives the same numbers."""
    text = json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return (text + "\n").encode()


def _px(length_u: float) -> float:
    """Pixels, to an eighth: files stay readable, and no number has a long tail."""
    return _whole(math.floor(length_u * TILE_PX * 8 + 0.5) / 8)


def _whole(value: float) -> float:
    """Whole numbers as Tiled writes them, without a point."""
    return int(value) if value == int(value) else value


def _property(name: str, value: str | float) -> Table:
    kind = {str: "string", int: "int", float: "float"}[type(value)]
    return {"name": name, "type": kind, "value": value}
