"""Just enough PNG to tell a picture of a game from a blank page."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

SIGNATURE = b"\x89PNG\r\n\x1a\n"
CHANNELS = {0: 1, 2: 3, 4: 2, 6: 4}
"""Samples per pixel by PNG colour type: grey, RGB, grey + alpha, RGBA. Palettes are not read."""

COLOURS_MIN = 24
DOMINANT_MAX = 0.97


class PngError(ValueError):
    """The bytes are not a PNG of the kind this reads."""


def decode(data: bytes) -> NDArray[np.uint8]:
    """Decode an 8-bit, non-interlaced PNG into an array of shape (height, width, channels).

    Raises:
        PngError: not a PNG, damaged, or of another kind (palette, 16 bits, interlaced).
    """
    if not data.startswith(SIGNATURE):
        raise PngError("not a PNG")
    header, packed, kind = b"", b"", b""
    for kind, body in _chunks(data):
        if kind == b"IHDR":
            header = body
        elif kind == b"IDAT":
            packed += body
    if len(header) != 13 or kind != b"IEND":
        raise PngError("no header, or cut off")
    width, height, depth, colour, _, _, interlace = struct.unpack(">IIBBBBB", header)
    if depth != 8 or colour not in CHANNELS or interlace:
        raise PngError(f"cannot read depth {depth}, colour type {colour}, interlace {interlace}")
    try:
        raw = np.frombuffer(zlib.decompress(packed), dtype=np.uint8)
    except zlib.error as error:
        raise PngError(f"damaged: {error}") from error
    channels = CHANNELS[colour]
    if raw.size != height * (1 + width * channels):
        raise PngError("holds another number of pixels than its header says")
    rows = raw.reshape(height, 1 + width * channels)
    return _unfilter(rows, channels).reshape(height, width, channels)


def looks_blank(pixels: NDArray[np.uint8]) -> str | None:
    """Return why a picture shows next to nothing, or None when it shows something."""
    # 16 steps a channel: noise and dithering do not count as colours.
    coarse = (pixels[:, :, :3] >> 4).astype(np.uint32)
    keys = coarse[:, :, 0] << 8 | coarse[:, :, 1 % coarse.shape[2]] << 4 | coarse[:, :, -1]
    _, counts = np.unique(keys, return_counts=True)
    share = counts.max() / keys.size
    if share > DOMINANT_MAX:
        return f"{share:.1%} of it is one colour"
    if counts.size < COLOURS_MIN:
        return f"it has only {counts.size} distinct colours"
    return None


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(SIGNATURE)
    while at + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        body = data[at + 8 : at + 8 + length]
        if len(body) != length:
            raise PngError("cut off")
        yield data[at + 4 : at + 8], body
        at += 12 + length


def _unfilter(rows: NDArray[np.uint8], channels: int) -> NDArray[np.uint8]:
    """Undo the per-row prediction: PNG specification, section 9."""
    out = np.empty((rows.shape[0], rows.shape[1] - 1), dtype=np.uint8)
    above = np.zeros(out.shape[1], dtype=np.uint8)
    for number, row in enumerate(rows):
        kind, line = int(row[0]), row[1:]
        if kind == 0:
            out[number] = line
        elif kind == 1:
            pixels = line.reshape(-1, channels)
            out[number] = np.cumsum(pixels, axis=0, dtype=np.uint8).reshape(-1)
        elif kind == 2:
            out[number] = line + above
        elif kind in (3, 4):
            out[number] = _predicted(line.tolist(), above.tolist(), channels, paeth=kind == 4)
        else:
            raise PngError(f"row {number} has unknown filter {kind}")
        above = out[number]
    return out


def _predicted(line: list[int], above: list[int], channels: int, *, paeth: bool) -> list[int]:
    left = [0] * channels + line
    corner = [0] * channels + above
    for i, value in enumerate(line):
        a, b, c = left[i], above[i], corner[i]
        if paeth:
            p = a + b - c
            da, db, dc = abs(p - a), abs(p - b), abs(p - c)
            guess = a if da <= db and da <= dc else b if db <= dc else c
        else:
            guess = (a + b) >> 1
        left[i + channels] = (value + guess) & 255
    return left[channels:]
