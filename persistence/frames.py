"""Framing: how records are laid end to end so that a torn or flipped one is noticed.

::

    file     MAGIC (8) | frame | frame | ... | seal frame | TRAILER (16)

    frame    0       4       8
             +-------+-------+---------------------+
             | len   | crc   | payload, len bytes  |
             | u32le | u32le | MessagePack         |
             +-------+-------+---------------------+
             crc = CRC-32 (zlib) of the four length bytes followed by the payload

    trailer  0                  8
             +------------------+------------------+
             | seal offset u64le| SEAL_MAGIC       |
             +------------------+------------------+

The length is inside the checksum, so a flipped length can never pass off a later part of the
file as a record. A run of zeroes (what a power loss leaves) is never a valid frame either.
CRC-32 detects every burst up to 32 bits; it guards against accidents, not against a forger.

This module does no I/O of its own: reading goes through a ``ReadAt`` the caller provides.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator

from persistence.errors import Damage

# The non-ASCII byte and the two line endings make a transfer that mangled text show at once.
MAGIC = b"\x89RFJ\r\n\x1a\n"
PACKED_MAGIC = b"\x89RFP\r\n\x1a\n"
SEAL_MAGIC = b"RFJSEAL\n"

FRAME_HEAD = struct.Struct("<II")
TRAILER = struct.Struct("<Q8s")

# A longer frame is refused: the reader's memory is bounded by one chunk and one frame.
PAYLOAD_MAX_BYTES = 64 * 1024 * 1024
CHUNK_BYTES = 1024 * 1024

ReadAt = Callable[[int, int], bytes]
"""``read_at(offset, count)``: up to ``count`` bytes, fewer only where the file ends."""


class DamageFound(Exception):
    """Internal signal of this package; the reader turns it into a ``Damage`` value."""

    def __init__(self, offset: int, reason: str) -> None:
        """Keep the place; the text is made by ``Damage``."""
        super().__init__(offset, reason)
        self.damage = Damage(offset, reason)


def frame(payload: bytes) -> bytes:
    """Return ``payload`` framed, ready to be appended to a journal."""
    length = len(payload).to_bytes(4, "little")
    checksum = zlib.crc32(payload, zlib.crc32(length))
    return b"".join((length, checksum.to_bytes(4, "little"), payload))


def trailer(seal_offset: int) -> bytes:
    """Return the 16 bytes that end a sealed journal; ``seal_offset`` in bytes from the start."""
    return TRAILER.pack(seal_offset, SEAL_MAGIC)


def seal_offset(tail: bytes) -> int | None:
    """Return the offset a trailer names, or None when ``tail`` is not a trailer."""
    if len(tail) != TRAILER.size:
        return None
    offset, magic = TRAILER.unpack(tail)
    return int(offset) if magic == SEAL_MAGIC else None


def _payload_bytes(length: int, checksum: int, offset: int, room: int) -> int:
    """Return ``length`` when a payload of that many bytes can stand here; else DamageFound."""
    if length == 0:
        zeroes = "zeroes where a record should be, as a power loss leaves them"
        raise DamageFound(offset, zeroes if checksum == 0 else "a record of no bytes")
    if length > PAYLOAD_MAX_BYTES:
        raise DamageFound(
            offset, f"record length {length} is over the limit of {PAYLOAD_MAX_BYTES} bytes"
        )
    if length > room:
        raise DamageFound(
            offset, f"record cut short: it promises {length} bytes, the file has {max(room, 0)}"
        )
    return length


def read_frames(read_at: ReadAt, start: int, stop: int) -> Iterator[tuple[int, memoryview]]:
    """Yield ``(offset, payload)`` of each frame in bytes ``start`` to ``stop`` of the file.

    Payloads are views into an immutable chunk and stay valid. Memory: one chunk, or one frame
    where that is longer.

    Raises:
        DamageFound: at the first frame that is cut short, too long, or fails its checksum.
    """
    buffer = memoryview(b"")
    at = 0  # index into buffer of the byte at `offset`
    offset = start
    while offset < stop:
        room = stop - offset
        if room < FRAME_HEAD.size:
            raise DamageFound(offset, f"record cut short: only {room} bytes are left")
        if len(buffer) - at < FRAME_HEAD.size:
            buffer, at = _fill(read_at, offset, min(CHUNK_BYTES, room), FRAME_HEAD.size), 0
        length, checksum = FRAME_HEAD.unpack_from(buffer, at)
        whole = FRAME_HEAD.size + _payload_bytes(length, checksum, offset, room - FRAME_HEAD.size)
        if len(buffer) - at < whole:
            buffer, at = _fill(read_at, offset, min(max(CHUNK_BYTES, whole), room), whole), 0
        payload = buffer[at + FRAME_HEAD.size : at + whole]
        if zlib.crc32(payload, zlib.crc32(buffer[at : at + 4])) != checksum:
            raise DamageFound(offset, "checksum mismatch")
        yield offset, payload
        at += whole
        offset += whole


def _fill(read_at: ReadAt, offset: int, count: int, need: int) -> memoryview:
    """Read ``count`` bytes at ``offset``; DamageFound when fewer than ``need`` came back."""
    data = read_at(offset, count)
    if len(data) < need:
        # The size was taken when the file was opened: its writer may have truncated it since.
        raise DamageFound(offset, "record cut short: the file shrank while it was read")
    return memoryview(data)
