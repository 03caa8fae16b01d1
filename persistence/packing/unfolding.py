"""Reading a packed journal: its plan, and records out of the frames of its chunks."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from persistence.errors import Damage, DamagedJournal, UnsupportedFormat
from persistence.frames import FRAME_HEAD, DamageFound, read_frames
from persistence.packing.chunks import BadChunk, Chunk, Codec
from persistence.packing.plan import PACKED_FORMAT, Plan
from persistence.packing.predictions import BadPlanError
from persistence.records import REFUSALS, Header, Record, Seal
from persistence.source import Source


class _Opening(msgspec.Struct, array_like=True, tag=16):
    """The part of a plan that every version shares; whatever follows is skipped."""

    format: int


_openings: msgspec.msgpack.Decoder[_Opening] = msgspec.msgpack.Decoder(_Opening)
_plans: msgspec.msgpack.Decoder[Plan] = msgspec.msgpack.Decoder(Plan)
_frames: msgspec.msgpack.Decoder[Chunk | Seal] = msgspec.msgpack.Decoder(Chunk | Seal)


class Packing:
    """Unfolds the chunks of one packed journal."""

    def __init__(self, codec: Codec) -> None:
        self._codec = codec

    def unfold(self, payload: memoryview, ticks_only: bool = False) -> Iterator[Record]:
        """Yield the records in a frame: those of a chunk, or the seal.

        Raises:
            BadChunk: it is neither, or not what it says.
        """
        try:
            found = _frames.decode(payload)
        except REFUSALS as error:
            raise BadChunk(f"neither a chunk nor a seal: {error}") from error
        if isinstance(found, Seal):
            yield found
        else:
            yield from self._codec.unfold(found, ticks_only)


def read_packing(
    source: Source, header: Header, start: int, pause: Callable[[], None] | None
) -> tuple[Packing, int]:
    """Read the plan at byte ``start``; return what unfolds, and the offset behind it.

    Raises:
        UnsupportedFormat: another version of the packed form.
        DamagedJournal: the plan cannot be read, or is none for this layout.
    """
    name = str(source.path)
    try:
        for offset, payload in read_frames(source.read_at, start, source.size_bytes):
            try:
                version = _openings.decode(payload).format
                if version != PACKED_FORMAT:
                    raise UnsupportedFormat(name, version, PACKED_FORMAT)
                codec = Codec(header, _plans.decode(payload), pause)
            except (*REFUSALS, BadPlanError) as error:
                raise DamageFound(offset, f"no plan of a packed journal: {error}") from error
            return Packing(codec), offset + FRAME_HEAD.size + len(payload)
    except DamageFound as found:
        raise DamagedJournal(name, found.damage) from None
    raise DamagedJournal(name, Damage(start, "the plan of a packed journal is missing"))
