"""The picture check of the smoke test reads real PNGs and knows a blank page from a game."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tools.png import SIGNATURE, PngError, decode, looks_blank


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def encode(pixels: NDArray[np.uint8], filters: list[int], *, colour: int) -> bytes:
    """Write a PNG with the given filter on each row, straight from the specification's formulas."""
    height, width, channels = pixels.shape
    raw = bytearray()
    for y in range(height):
        kind = filters[y % len(filters)]
        raw.append(kind)
        for i in range(width * channels):
            x, channel = divmod(i, channels)
            value = int(pixels[y, x, channel])
            a = int(pixels[y, x - 1, channel]) if x else 0
            b = int(pixels[y - 1, x, channel]) if y else 0
            c = int(pixels[y - 1, x - 1, channel]) if x and y else 0
            nearest = min((a, b, c), key=lambda v: abs(a + b - c - v))
            raw.append((value - (0, a, b, (a + b) // 2, nearest)[kind]) % 256)
    header = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    half = len(packed := zlib.compress(bytes(raw))) // 2
    return (
        SIGNATURE
        + chunk(b"IHDR", header)
        + chunk(b"tEXt", b"ignored")
        + chunk(b"IDAT", packed[:half])
        + chunk(b"IDAT", packed[half:])
        + chunk(b"IEND", b"")
    )


@given(
    seed=st.integers(0, 2**32 - 1),
    size=st.tuples(st.integers(1, 9), st.integers(1, 9)),
    filters=st.lists(st.integers(0, 4), min_size=1, max_size=9),
    colour=st.sampled_from([(0, 1), (2, 3), (4, 2), (6, 4)]),
)
def test_round_trip(
    seed: int, size: tuple[int, int], filters: list[int], colour: tuple[int, int]
) -> None:
    pixels = np.random.default_rng(seed).integers(0, 256, (*size, colour[1]), dtype=np.uint8)
    assert np.array_equal(decode(encode(pixels, filters, colour=colour[0])), pixels)


@given(st.binary(max_size=200))
def test_anything_else_is_refused_by_name(data: bytes) -> None:
    with pytest.raises(PngError):
        decode(data)
    with pytest.raises(PngError):
        decode(SIGNATURE + data)


def test_cut_off_anywhere_is_refused() -> None:
    pixels = np.zeros((4, 4, 3), dtype=np.uint8)
    whole = encode(pixels, [0], colour=2)
    for length in range(len(whole)):
        with pytest.raises(PngError):
            decode(whole[:length])


def test_blank_and_not() -> None:
    blank = np.full((80, 120, 3), 30, dtype=np.uint8)
    assert looks_blank(blank) == "100.0% of it is one colour"
    few = blank.copy()
    few[:40, :, 0] = 200
    assert looks_blank(few) == "it has only 2 distinct colours"
    noise = np.random.default_rng(1).integers(0, 8, blank.shape, dtype=np.uint8) + blank
    assert looks_blank(noise.astype(np.uint8)) is not None
    game = blank.copy()
    for i in range(40):
        game[2 * i : 2 * i + 2, 30:90] = (i * 6, 255 - i * 6, i * 40 % 256)
    assert looks_blank(game) is None
