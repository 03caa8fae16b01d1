from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from persistence import frames
from persistence.frames import DamageFound, frame, read_frames, seal_offset, trailer
from tests.persistence.samples import framed


def reader_of(data: bytes) -> frames.ReadAt:
    return lambda offset, count: data[offset : offset + count]


def crc32_bit_by_bit(data: bytes) -> int:
    """Return the CRC-32 of IEEE 802.3, reflected polynomial 0xEDB88320, the slow way."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xEDB88320 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def test_a_frame_byte_for_byte() -> None:
    assert crc32_bit_by_bit(b"123456789") == 0xCBF43926  # the published check value
    crc = crc32_bit_by_bit(b"\3\0\0\0abc")
    assert frame(b"abc") == b"\3\0\0\0" + struct.pack("<I", crc) + b"abc"


def test_a_trailer_byte_for_byte() -> None:
    assert trailer(0x0102) == b"\x02\x01\0\0\0\0\0\0RFJSEAL\n"
    assert seal_offset(trailer(2**63)) == 2**63
    assert seal_offset(trailer(1)[:-1]) is None
    assert seal_offset(trailer(1)[:-1] + b"\0") is None


@given(st.lists(st.binary(min_size=1, max_size=60), max_size=12), st.integers(8, 100))
def test_frames_come_back_whatever_the_chunk_size(payloads: list[bytes], chunk: int) -> None:
    data = b"".join(map(frame, payloads))
    before = frames.CHUNK_BYTES
    frames.CHUNK_BYTES = chunk
    try:
        found = list(read_frames(reader_of(data), 0, len(data)))
    finally:
        frames.CHUNK_BYTES = before
    assert [bytes(payload) for _, payload in found] == payloads
    offsets = [sum(8 + len(p) for p in payloads[:i]) for i in range(len(payloads))]
    assert [offset for offset, _ in found] == offsets


def test_views_stay_valid_when_the_next_chunk_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "CHUNK_BYTES", 16)
    payloads = [bytes([i]) * 10 for i in range(9)]
    data = b"".join(map(frame, payloads))
    found = list(read_frames(reader_of(data), 0, len(data)))
    assert [bytes(view) for _, view in found] == payloads


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (bytes(40), "zeroes"),
        (framed(b""), "no bytes"),
        (struct.pack("<II", 2**32 - 1, 0) + bytes(9), "over the limit"),
        (struct.pack("<II", 64 * 1024 * 1024 + 1, 0) + bytes(9), "over the limit"),
        (struct.pack("<II", 10, 0) + bytes(9), "cut short: it promises 10 bytes, the file has 9"),
        (b"\1\0\0", "only 3 bytes"),
        (framed(b"abc")[:-1] + b"d", "checksum"),
    ],
)
def test_what_damage_is_called(data: bytes, reason: str) -> None:
    good = frame(b"first")
    found = read_frames(reader_of(good + data), 0, len(good + data))
    assert bytes(next(found)[1]) == b"first"
    with pytest.raises(DamageFound) as caught:
        next(found)
    assert caught.value.damage.offset == len(good)
    assert reason in caught.value.damage.reason


def test_a_promised_length_is_checked_before_memory_is_taken() -> None:
    data = struct.pack("<II", 60 * 1024 * 1024, 0) + bytes(100)
    asked = []

    def read_at(offset: int, count: int) -> bytes:
        asked.append(count)
        return data[offset : offset + count]

    with pytest.raises(DamageFound):
        list(read_frames(read_at, 0, len(data)))
    assert max(asked) <= len(data)


def test_a_file_that_shrinks_while_it_is_read() -> None:
    data = frame(b"a" * 50)
    with pytest.raises(DamageFound, match="shrank"):
        list(read_frames(reader_of(data[:20]), 0, len(data)))
