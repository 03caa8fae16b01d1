"""The tail's bytes: a head that says whose it is, and entries that stand anywhere behind it.

::

    0        8              16                             4096               size
    +--------+--------------+------------------------------+-------------------+
    | magic  | reached      | frame: TailHead | zeroes     | entries           |
    +--------+--------------+------------------------------+-------------------+

    reached  tick u32le | its complement u32le      zeroes before the first tick

    entry    0        8       12      16
             +--------+-------+-------+--------------------+
             | mark   | len   | crc   | payload: a Tick    |    the frame as in the journal
             +--------+-------+-------+--------------------+

A reader looks for ``mark``, eight random bytes of the head, wherever they stand, and believes what
follows if its checksum does. So there is no pointer that could be wrong after a kill: an entry
that was half written is none, and an old one that is still whole is a tick that is in the journal
as well. Clients cannot forge an entry, since they do not know the mark.

``reached`` is stored behind its entry: what it names and no entry has, was lost.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Mapping
from typing import Annotated, NamedTuple

import msgspec
from msgspec import Meta

from persistence.errors import BadTail
from persistence.frames import FRAME_HEAD, frame
from persistence.records import REFUSALS, U32, Header, Tick, Word, decode_record, encode_record

TAIL_FORMAT = 1
TAIL_MAGIC = b"\x89RFT\r\n\x1a\n"
TAIL_BYTES = 4 * 1024 * 1024  # over a minute of 100 players who all press keys
HEAD_BYTES = 4096
MARK_BYTES = 8
REACHED_AT = len(TAIL_MAGIC)
REACHED = struct.Struct("<II")
FRAME_AT = REACHED_AT + REACHED.size
COMPLEMENT = 2**32 - 1
JOURNAL_NAME_MAX = 512
TICK_OPENING = encode_record(Tick(0, 0))[:2]
"""How every tick's payload begins: an array of so many elements, and the tag."""


class TailHead(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Whose tail it is. ``format`` must stay the first field.

    ``journal_id`` is the SHA-256 of the journal's header. ``life`` counts the times the journal
    was opened to be written: of two tails of one journal the one with more is right.
    ``journal`` is where it was, for people.
    """

    format: U32
    match_id: Word
    journal_id: Word
    life: U32
    mark: Annotated[bytes, Meta(min_length=MARK_BYTES, max_length=MARK_BYTES)]
    journal: Annotated[str, Meta(max_length=JOURNAL_NAME_MAX)]


class FramedTick(NamedTuple):
    """A tick record and its frame: what the tail holds is what the journal's file gets."""

    record: Tick
    data: bytes


_decoder: msgspec.msgpack.Decoder[TailHead] = msgspec.msgpack.Decoder(TailHead)
_fields: msgspec.msgpack.Decoder[list[object]] = msgspec.msgpack.Decoder(list[object])


def framed_tick(record: Tick) -> FramedTick:
    """Return ``record`` with its frame; BadRecord when its reader would refuse it."""
    return FramedTick(record, frame(encode_record(record)))


def journal_id(header: Header) -> str:
    """Return what tells the journal with this header from all others."""
    return hashlib.sha256(encode_record(header)).hexdigest()


def pack_reached(tick: int) -> bytes:
    """Return the eight bytes that say ``tick`` was handed over."""
    return REACHED.pack(tick, COMPLEMENT - tick)


def reached_tick(data: bytes) -> int | None:
    """Return the tick that was handed over last; None before the first, or when that is torn."""
    tick, complement = REACHED.unpack_from(data, REACHED_AT)
    return int(tick) if tick == COMPLEMENT - complement else None


def pack_head(head: TailHead) -> bytes:
    """Return the first ``HEAD_BYTES`` of a tail that holds nothing yet."""
    framed = frame(msgspec.msgpack.encode(head))
    return (TAIL_MAGIC + bytes(REACHED.size) + framed).ljust(HEAD_BYTES, b"\0")


def unpack_head(data: bytes, name: str) -> TailHead:
    """Return the head of the tail that ``data`` is; ``name`` is for the errors.

    Raises:
        BadTail: it is none, or a damaged one, or of another format.
    """
    if data[:REACHED_AT] != TAIL_MAGIC:
        raise BadTail(f"{name}: not the tail of a journal, or its first bytes are damaged")
    payload = _payload_at(memoryview(data)[:HEAD_BYTES], FRAME_AT)
    if payload is None:
        raise BadTail(f"{name}: the head of the tail is damaged")
    try:
        fields = _fields.decode(payload)
        if fields and fields[0] != TAIL_FORMAT:
            raise BadTail(
                f"{name}: a tail of format {fields[0]}, but this build reads {TAIL_FORMAT}"
            )
        return _decoder.decode(payload)
    except REFUSALS as error:
        raise BadTail(f"{name}: the head of the tail makes no sense: {error}") from None


def find_entries(data: bytes, mark: bytes) -> dict[int, FramedTick]:
    """Return every whole entry in ``data``, by tick."""
    found: dict[int, FramedTick] = {}
    view = memoryview(data)
    at = data.find(mark, HEAD_BYTES)
    while at >= 0:
        start = at + MARK_BYTES
        record = _tick_of(_payload_at(view, start))
        if record is not None:
            whole = FRAME_HEAD.size + FRAME_HEAD.unpack_from(data, start)[0]
            found[record.tick] = FramedTick(record, data[start : start + whole])
            start += whole
        at = data.find(mark, start)
    return found


def find_ticks(data: bytes) -> dict[int, FramedTick]:
    """Return every whole tick frame in a piece of a journal, wherever it begins."""
    found: dict[int, FramedTick] = {}
    view = memoryview(data)
    at = data.find(TICK_OPENING, FRAME_HEAD.size)
    while at >= 0:
        start = at - FRAME_HEAD.size
        record = _tick_of(_payload_at(view, start))
        if record is not None:
            end = at + FRAME_HEAD.unpack_from(data, start)[0]
            found[record.tick] = FramedTick(record, data[start:end])
            at = end
        at = data.find(TICK_OPENING, at + 1)
    return found


def following(ticks: Mapping[int, FramedTick], due_tick: int) -> list[FramedTick]:
    """Return the ticks from ``due_tick`` on, up to the first that is missing."""
    found: list[FramedTick] = []
    while (framed := ticks.get(due_tick + len(found))) is not None:
        found.append(framed)
    return found


def _payload_at(data: memoryview, start: int) -> memoryview | None:
    """Return the payload of the frame at byte ``start``, None when there is no whole one."""
    if len(data) - start < FRAME_HEAD.size:
        return None
    length, checksum = FRAME_HEAD.unpack_from(data, start)
    payload = data[start + FRAME_HEAD.size : start + FRAME_HEAD.size + length]
    if len(payload) != length:
        return None
    whole = zlib.crc32(payload, zlib.crc32(data[start : start + 4])) == checksum
    return payload if whole else None


def _tick_of(payload: memoryview | None) -> Tick | None:
    try:
        record = None if payload is None else decode_record(payload)
    except REFUSALS:
        return None
    return record if isinstance(record, Tick) else None
