"""Keyframes: a state block in, a bounded and checked record out, and back.

zstd's own limit cannot be trusted with strangers' bytes: a frame that declares its size is
given that much memory whatever limit was asked for. The declared size is therefore compared
with the block size of the header first, and a frame that declares none is refused.
"""

from __future__ import annotations

from dataclasses import dataclass

import zstandard

from persistence.errors import BadKeyframe
from persistence.records import Keyframe

# Blocks are mostly untouched capacity: higher levels cost time and gain almost nothing.
LEVEL = 3


@dataclass(frozen=True, slots=True)
class RawKeyframe:
    """The state before ``tick``, not compressed. ``block`` is the whole state block."""

    tick: int
    state_hash: int
    block: bytes


def pack_keyframe(raw: RawKeyframe) -> Keyframe:
    """Return ``raw`` compressed. Releases the GIL while it compresses."""
    packed = zstandard.ZstdCompressor(level=LEVEL, write_content_size=True).compress(raw.block)
    return Keyframe(raw.tick, raw.state_hash, len(raw.block), packed)


def unpack_keyframe(keyframe: Keyframe, block_bytes: int) -> RawKeyframe:
    """Return the block of ``keyframe``, which must have exactly ``block_bytes`` bytes.

    The caller compares ``state_hash`` with the hash of the block; this package knows no hash.

    Raises:
        BadKeyframe: the sizes disagree or the compressed bytes are not one whole zstd frame.
    """
    if keyframe.raw_size != block_bytes:
        raise BadKeyframe(
            f"keyframe of tick {keyframe.tick}: {keyframe.raw_size} bytes, "
            f"but the header's block has {block_bytes}"
        )
    try:
        declared = zstandard.frame_content_size(keyframe.zstd)
        if declared != block_bytes:
            raise BadKeyframe(
                f"keyframe of tick {keyframe.tick}: would unpack to {declared} bytes, "
                f"not {block_bytes}"
            )
        block = zstandard.ZstdDecompressor().decompress(
            keyframe.zstd, max_output_size=block_bytes, allow_extra_data=False
        )
    except zstandard.ZstdError as error:
        raise BadKeyframe(f"keyframe of tick {keyframe.tick}: {error}") from error
    if len(block) != block_bytes:
        raise BadKeyframe(f"keyframe of tick {keyframe.tick}: unpacked to {len(block)} bytes")
    return RawKeyframe(keyframe.tick, keyframe.state_hash, block)
