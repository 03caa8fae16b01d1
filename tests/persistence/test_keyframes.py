from __future__ import annotations

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from persistence.errors import BadKeyframe
from persistence.keyframes import RawKeyframe, pack_keyframe, unpack_keyframe
from persistence.records import Keyframe


@given(st.binary(max_size=300))
def test_a_block_comes_back(block: bytes) -> None:
    raw = RawKeyframe(3, 2**64 - 1, block)
    assert unpack_keyframe(pack_keyframe(raw), len(block)) == raw


def test_a_bomb_is_refused_before_it_unpacks() -> None:
    bomb = zstandard.ZstdCompressor().compress(bytes(50_000_000))
    for raw_size, block_bytes in ((100, 100), (50_000_000, 100)):
        with pytest.raises(BadKeyframe):
            unpack_keyframe(Keyframe(1, 1, raw_size, bomb), block_bytes)


def test_a_frame_that_hides_its_size_is_refused() -> None:
    hidden = zstandard.ZstdCompressor(write_content_size=False).compress(bytes(100))
    with pytest.raises(BadKeyframe):
        unpack_keyframe(Keyframe(1, 1, 100, hidden), 100)


def test_sizes_must_agree_with_the_header() -> None:
    keyframe = pack_keyframe(RawKeyframe(1, 1, bytes(100)))
    with pytest.raises(BadKeyframe, match="tick 1"):
        unpack_keyframe(keyframe, 99)


@given(st.binary(max_size=60))
def test_any_bytes_unpack_or_are_refused(data: bytes) -> None:
    try:
        raw = unpack_keyframe(Keyframe(1, 1, 20, data), 20)
    except BadKeyframe:
        return
    assert len(raw.block) == 20


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_flipped_bytes_never_give_another_size(place: int, mask: int) -> None:
    good = pack_keyframe(RawKeyframe(1, 1, bytes(range(200)) * 3))
    data = bytearray(good.zstd)
    data[place % len(data)] ^= mask
    try:
        raw = unpack_keyframe(Keyframe(1, 1, 600, bytes(data)), 600)
    except BadKeyframe:
        return
    assert len(raw.block) == 600


def test_trailing_bytes_are_refused() -> None:
    good = pack_keyframe(RawKeyframe(1, 1, bytes(100)))
    with pytest.raises(BadKeyframe):
        unpack_keyframe(Keyframe(1, 1, 100, good.zstd + b"x"), 100)
