"""The committed unit vectors, read from their file: what a heading means is data, not code."""

from __future__ import annotations

from pathlib import Path
from struct import iter_unpack

_FILE = Path(__file__).parents[2] / "schema" / "directions.bin"

VECTORS: list[tuple[float, float]] = [(x, y) for x, y in iter_unpack("<dd", _FILE.read_bytes())]
