"""Small journals for tests, and a naive reader that shares nothing with the package but docs.

The naive reader follows docs/replay-format.md with the msgpack library and a plain loop; it is
the judge of what the package writes.
"""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import Any

import msgpack
import numpy as np

from persistence.changes import RawChanges
from persistence.journal_file import JournalFile
from persistence.keyframes import RawKeyframe
from persistence.records import Entrant, Header, LayoutRow, Placement, Tick

BLOCK_BYTES = 64
TICK_COUNT = 9
FIRST_TICK = 5
KEYFRAME_TICKS = (5, 8, 11)
CHANGES = {9: (6, 9), 12: (10, 12)}
NO_MORE = (0, 0, 1, 0, 0, 0, 0.0, 0.0, 0, 0, 0.0, 0)
"""What a placement says behind the ticks somebody was alive."""

RESULT = (
    Placement(1, 0, "Ada", 2, 31.5, 9, 0, 3, 4, 1, 2, 3, 60.5, 12.0, 9, 7, 123.5, 5),
    Placement(2, 7, "Bot", 0, 0.0, 4, *NO_MORE),
)


def header(**changes: Any) -> Header:
    fields: dict[str, Any] = {
        "match_id": "m-1",
        "engine_version": "0.1.0",
        "source_hash": "5eed",
        "created_utc": "2025-01-02T03:04:05Z",
        "environment": {"python": "3.11", "numpy": "2.4"},
        "tick_rate_hz": 30,
        "seed": 2**64 - 1,
        "balance": b'{"hp":100}',
        "balance_hash": "b1",
        "map": b'{"walls":[]}',
        "map_hash": "a1",
        "capacities": {"players": 8},
        "layout": (LayoutRow("players", "Position", "x_u", "<f8", 0, 8, "drifts Motion.vx_ups"),),
        "layout_hash": "1a",
        "block_bytes": BLOCK_BYTES,
        "changes_ticks": 4,
        "keyframe_ticks": 3,
        "players": (Entrant(0, 0, "Ada", 0, 2, 9, "p-ada"),),
    }
    return Header(**fields | changes)


def block(tick: int) -> bytes:
    return bytes((tick * 7 + i) % 256 for i in range(BLOCK_BYTES))


def tick(number: int) -> Tick:
    return Tick(
        number,
        2**64 - 1 - number,
        joins=(Entrant(number, 1, f"Bot {number}", 1, 0, 0, ""),) if number % 3 == 0 else (),
        leaves=(number - 1,) if number % 4 == 0 else (),
        commands=bytes(i % 256 for i in range(number)),
    )


def raw_keyframe(number: int) -> RawKeyframe:
    return RawKeyframe(number, 1000 + number, block(number))


def raw_changes(first: int, last: int) -> RawChanges:
    """Changes of ticks ``first`` to ``last``: of none, one, two or three words."""
    ticks = []
    for number in range(first, last + 1):
        place = np.arange(number % 4, dtype=np.uint32) * 2 + number % 2
        ticks.append((place, place.astype(np.uint64) * np.uint64(2**55) + np.uint64(number)))
    return RawChanges(first, tuple(ticks))


def write_sample(path: Path, *, sealed: bool = True) -> list[Tick]:
    """Write ticks 5 to 13 with keyframes before 5, 8 and 11; return the ticks.

    Changes stand behind 9 and 12; those of 13 are missing, as if torn off.
    """
    ticks = [tick(FIRST_TICK + i) for i in range(TICK_COUNT)]
    with JournalFile.create(path, header()) as file:
        for each in ticks:
            if each.tick in KEYFRAME_TICKS:
                file.append(raw_keyframe(each.tick))
            file.append(each)
            if each.tick in CHANGES:
                file.append(raw_changes(*CHANGES[each.tick]))
        if sealed:
            file.seal(tick=ticks[-1].tick + 1, final_hash=99, winner=0, result=RESULT)
    return ticks


def naive_frames(data: bytes) -> list[tuple[int, int, list[Any]]]:
    """Return ``(start, end, fields)`` of every frame of an intact file."""
    frames = []
    at = 8
    while (at < len(data) and data[-8:] != b"RFJSEAL\n") or at < len(data) - 16:
        length, crc = struct.unpack_from("<II", data, at)
        payload = data[at + 8 : at + 8 + length]
        assert zlib.crc32(data[at : at + 4] + payload) == crc
        frames.append((at, at + 8 + length, msgpack.unpackb(payload)))
        at += 8 + length
    return frames


def raw_frame(fields: list[Any]) -> bytes:
    """Frame any MessagePack array, the way a forger would: with a good checksum."""
    payload = msgpack.packb(fields)
    assert isinstance(payload, bytes)
    return framed(payload)


def framed(payload: bytes) -> bytes:
    length = struct.pack("<I", len(payload))
    return length + struct.pack("<I", zlib.crc32(length + payload)) + payload
