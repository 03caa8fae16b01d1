"""Changes: the state before every tick, kept as what differs from the state one tick earlier.

Which words differ, and in which bits, comes from the caller; a stretch of ticks is packed as one.
Changes of one word in successive ticks look alike, so they lie side by side: by word first, by
tick second, as ``position = word * count + (tick - first tick)``. ::

    gaps     position - the position before - 1, from -1 on    u64le, n of them
    flips    bits of the word that changed, never all zero     u64le, n of them

    raw      lowest byte of all gaps | next byte of all gaps | ... | lowest byte of all flips | ...

``raw``, 16 n bytes, is then one zstd frame. Each set of changes has exactly one such form. What
``persistence.keyframes`` says of frames from strangers holds here too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import zstandard
from numpy.typing import NDArray

from persistence.errors import BadChanges
from persistence.keyframes import LEVEL
from persistence.records import Changes

WORD_BYTES = 8
ENTRY_BYTES = 2 * WORD_BYTES

# A stretch ends with the tick that brings it to this size: bounds memory where much changes.
STRETCH_MAX_BYTES = 8 * 1024 * 1024

Words = tuple[NDArray[np.uint32], NDArray[np.uint64]]
"""Of one tick: u32[n] words of the block, ascending, and u64[n] their flipped bits, never 0."""


@dataclass(frozen=True, slots=True)
class RawChanges:
    """What changed in the states before ``len(ticks)`` ticks from ``tick`` on, not compressed.

    ``ticks`` holds for each of them how its state differs from the state one tick earlier.
    """

    tick: int
    ticks: Sequence[Words]

    @property
    def size_bytes(self) -> int:
        """Size unpacked."""
        return sum(map(words_bytes, self.ticks))


def words_bytes(words: Words) -> int:
    """Return how many bytes the changes of one tick take unpacked."""
    return ENTRY_BYTES * len(words[0])


def raw_max_bytes(block_bytes: int) -> int:
    """Return the most bytes one record may unpack to: a full stretch, and a tick on top."""
    return STRETCH_MAX_BYTES + ENTRY_BYTES * (block_bytes // WORD_BYTES)


def pack_changes(raw: RawChanges) -> Changes:
    """Return ``raw`` compressed. Releases the GIL while it compresses."""
    data = laid_out(raw)
    packed = zstandard.ZstdCompressor(level=LEVEL, write_content_size=True).compress(data)
    return Changes(raw.tick, len(raw.ticks), len(data), packed)


def laid_out(raw: RawChanges) -> bytes:
    """Return the one form of ``raw``, not compressed."""
    count = len(raw.ticks)
    ticks = np.repeat(np.arange(count), [len(place) for place, _ in raw.ticks])
    position = np.concatenate([place for place, _ in raw.ticks]).astype(np.int64) * count + ticks
    order = np.argsort(position)
    flips = np.concatenate([flips for _, flips in raw.ticks])[order]
    gaps = np.diff(position[order], prepend=-1) - 1
    return _planes(gaps.astype("<u8")) + _planes(flips.astype("<u8"))


def unpack_changes(changes: Changes, block_bytes: int) -> RawChanges:
    """Return what ``changes`` holds, for a block of ``block_bytes`` bytes.

    Whether they lead to the states the journal hashes, only the caller can tell.

    Raises:
        BadChanges: the sizes disagree, the compressed bytes are not one whole zstd frame, or a
            change lies outside of the block, of the ticks, or is none.
    """
    unpacked = _unpacked(changes, raw_max_bytes(block_bytes))
    return read_out(unpacked, changes.tick, changes.count, block_bytes)


def read_out(unpacked: bytes, tick: int, count: int, block_bytes: int) -> RawChanges:
    """Return the changes of ``count`` ticks from ``tick`` on that are ``laid_out`` here.

    Raises:
        BadChanges: a change lies outside of the block, of the ticks, or is none.
    """
    data = np.frombuffer(unpacked, dtype=np.uint8)
    gaps, flips = _joined(data[: len(data) // 2]), _joined(data[len(data) // 2 :])
    positions = block_bytes // WORD_BYTES * count
    # Each gap is small enough that no sum of as many as the raw size allows wraps around.
    if len(gaps) and (gaps >= positions).any():
        raise _bad(tick, "a gap leads out of the block")
    position = np.cumsum(gaps.astype(np.int64) + 1) - 1
    if len(position) and position[-1] >= positions:
        raise _bad(tick, "a change lies behind the block")
    if not flips.all():
        raise _bad(tick, "a change that changes nothing")
    word, at = np.divmod(position, count)
    order = np.argsort(at, kind="stable")
    ends = np.searchsorted(at[order], np.arange(1, count))
    places = np.split(word[order].astype(np.uint32), ends)
    return RawChanges(tick, tuple(zip(places, np.split(flips[order], ends), strict=True)))


def _unpacked(changes: Changes, max_bytes: int) -> bytes:
    size = changes.raw_size
    if changes.count < 1 or size % ENTRY_BYTES or size > max_bytes:
        raise _bad(changes.tick, f"{size} bytes for {changes.count} ticks, at most {max_bytes}")
    try:
        declared = zstandard.frame_content_size(changes.zstd)
        if declared != size:
            raise _bad(changes.tick, f"would unpack to {declared} bytes, not {size}")
        data = zstandard.ZstdDecompressor().decompress(
            changes.zstd, max_output_size=size, allow_extra_data=False
        )
    except zstandard.ZstdError as error:
        raise _bad(changes.tick, str(error)) from error
    if len(data) != size:
        raise _bad(changes.tick, f"unpacked to {len(data)} bytes")
    return data


def _bad(tick: int, reason: str) -> BadChanges:
    return BadChanges(f"changes from tick {tick} on: {reason}")


def _planes(words: NDArray[np.uint64]) -> bytes:
    """Lowest bytes of all words, then the next ones, …"""
    # A copy in C order releases the GIL, tobytes() of what is not in order does not.
    return np.ascontiguousarray(words.view(np.uint8).reshape(-1, WORD_BYTES).T).tobytes()


def _joined(planes: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """The words, u64[n], of their 8 n bytes in planes."""
    rows = np.ascontiguousarray(planes.reshape(WORD_BYTES, -1).T)
    return rows.reshape(-1).view("<u8").astype(np.uint64)
