"""The records of a journal: typed, range-checked, one MessagePack array each.

The first element of every array is an integer tag, the rest are the fields in the order they
stand below. Decoding is strict: a missing field, an extra one, a wrong type or a number out of
range is refused (trailing fields that have an empty default may be absent; they are always
written). A change to any of these fields is therefore a new ``FORMAT``.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

from persistence.errors import BadRecord
from persistence.frames import PAYLOAD_MAX_BYTES

FORMAT = 4
HEADER_TAG = 0  # this and the place of `format` hold for every version to come

# A block is the whole state of a match; the bound keeps a forged keyframe from eating memory.
BLOCK_MAX_BYTES = 64 * 1024 * 1024

# msgspec cannot state an upper bound above 2**63 - 1, but MessagePack holds no larger integer.
U64 = Annotated[int, Meta(ge=0)]
U63 = Annotated[int, Meta(ge=0, le=2**63 - 1)]
U32 = Annotated[int, Meta(ge=0, le=2**32 - 1)]
U16 = Annotated[int, Meta(ge=0, le=2**16 - 1)]
U8 = Annotated[int, Meta(ge=0, le=2**8 - 1)]
BlockBytes = Annotated[int, Meta(ge=0, le=BLOCK_MAX_BYTES)]
Word = Annotated[str, Meta(max_length=256)]
Name = Annotated[str, Meta(max_length=64)]
# The bound also refuses NaN and infinity.
Amount = Annotated[float, Meta(ge=0.0, le=1e15)]
# Counts are bounded because a small forged array can decode to many times its size.
Few = Meta(max_length=4096)
# How many ticks one record of changes may cover: what a reader has to keep while it waits for it.
Stretch = Annotated[int, Meta(ge=0, le=3600)]
Many = Meta(max_length=2**17)
IndexBound = Meta(max_length=2**20)  # a keyframe every 10 s for four months


class LayoutRow(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Where one column lies in the block: ``rows`` items of ``dtype`` at byte ``offset``.

    ``prediction`` says from what the column's changes are counted: empty for its own value one
    tick earlier, else ``follows Group.column`` or ``drifts Group.column`` of the same table; a
    column that follows a shorter one is a trail of it.
    """

    table: Word
    group: Word
    column: Word
    dtype: Word
    offset: U63
    rows: U63
    prediction: Word


class Entrant(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Who takes a player slot. ``kind`` is 0 for a human, 1 to 3 for a bot of that level.

    ``player`` is the id by which a person is known beyond this match, empty for bots.
    """

    slot: U32
    kind: Literal[0, 1, 2, 3]
    name: Name
    team: U16
    role: U8
    drop: U8
    player: Name


class Placement(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """One line of the result; ``placement`` is 1 for the winning team and shared by its members."""

    placement: U32
    slot: U32
    name: Name
    kills: U32
    damage_hp: Amount
    ticks_alive: U32
    team: U16
    role: U8
    level: U8
    assists: U32
    knocks: U32
    revives: U32
    taken_hp: Amount
    healed_hp: Amount
    shots: U32
    hits: U32
    distance_u: Amount
    items: U32


class KeyframeEntry(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A line of the index: the keyframe of ``tick`` is the frame at byte ``offset``."""

    tick: U32
    offset: U63


class Header(
    msgspec.Struct,
    frozen=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=HEADER_TAG,
    kw_only=True,
):
    """Everything a replay needs before its first tick. ``format`` must stay the first field.

    ``balance`` and ``map`` are canonical JSON, whole, so that a replay depends on no other
    file. ``block_bytes`` is the size of the state block every keyframe unpacks to.
    ``changes_ticks`` is the most ticks one ``Changes`` covers, 0 when there are none;
    ``keyframe_ticks`` the ticks from one keyframe to the next.
    """

    format: U32 = FORMAT
    match_id: Word
    engine_version: Word
    source_hash: Word
    created_utc: Word
    environment: Annotated[dict[Word, Word], Few]
    tick_rate_hz: Annotated[int, Meta(ge=1, le=1000)]
    seed: U64
    balance: bytes
    balance_hash: Word
    map: bytes
    map_hash: Word
    capacities: Annotated[dict[Word, U63], Few]
    layout: Annotated[tuple[LayoutRow, ...], Many]
    layout_hash: Word
    block_bytes: BlockBytes
    changes_ticks: Stretch
    keyframe_ticks: Annotated[int, Meta(ge=1, le=2**32 - 1)]
    players: Annotated[tuple[Entrant, ...], Many] = ()


class Tick(
    msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=1, gc=False
):
    """The input of one tick, appended before the tick is applied.

    ``hash_before`` is the state hash before this tick: a record written ahead of its tick
    cannot know the state after it.
    """

    tick: U32
    hash_before: U64
    joins: Annotated[tuple[Entrant, ...], Many] = ()
    leaves: Annotated[tuple[U32, ...], Many] = ()
    commands: bytes = b""


class Keyframe(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=2):
    """The whole state before ``tick``, compressed; stands right before the record of ``tick``."""

    tick: U32
    state_hash: U64
    raw_size: BlockBytes
    zstd: bytes


class Changes(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=4):
    """How the states before ``count`` ticks from ``tick`` on differ, each from the one before it.

    Stands right behind the record of the last of these ticks; ``persistence.changes`` draws what
    is compressed.
    """

    tick: Annotated[int, Meta(ge=1, le=2**32 - 1)]
    count: Stretch
    raw_size: U32
    zstd: bytes


class Seal(
    msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=3, kw_only=True
):
    """The end of a complete journal: outcome and index.

    ``tick`` is the state's tick counter at the end: every tick below it was applied.
    ``record_count`` counts the records between header and seal.
    """

    tick: U32
    final_hash: U64
    winner: U32 | None
    result: Annotated[tuple[Placement, ...], Many]
    keyframes: Annotated[tuple[KeyframeEntry, ...], IndexBound]
    first_tick: U32 | None
    record_count: U63
    reason: Literal["finished", "stopped"]


Record: TypeAlias = Header | Tick | Keyframe | Seal | Changes

_decoder: msgspec.msgpack.Decoder[Record] = msgspec.msgpack.Decoder(Record)
_encoder = msgspec.msgpack.Encoder()


class _Opening(msgspec.Struct, array_like=True, tag=HEADER_TAG):
    """The part of a header that every version shares; whatever follows is skipped."""

    format: U32


_opening: msgspec.msgpack.Decoder[_Opening] = msgspec.msgpack.Decoder(_Opening)

# msgspec answers bad input with MsgspecError (a ValueError) except for nesting and encodings.
REFUSALS = (ValueError, RecursionError)


def decode_record(payload: bytes | memoryview) -> Record:
    """Return the record in ``payload``; raise one of ``REFUSALS`` when it is not one."""
    return _decoder.decode(payload)


def encode_record(record: Record) -> bytes:
    """Return the payload of ``record``.

    The bytes are decoded once before they leave, so that nothing reaches a file that its
    reader would refuse; that costs about a microsecond per tick.

    Raises:
        BadRecord: a field has the wrong type (a NumPy scalar, say) or is out of range.
    """
    try:
        payload = _encoder.encode(record)
        _decoder.decode(payload)
    except (*REFUSALS, TypeError, OverflowError) as error:
        raise BadRecord(f"{type(record).__name__} record: {error}") from error
    if len(payload) > PAYLOAD_MAX_BYTES:
        raise BadRecord(
            f"{type(record).__name__} record: {len(payload)} bytes, the limit is "
            f"{PAYLOAD_MAX_BYTES}"
        )
    return payload


def header_format(payload: bytes | memoryview) -> int | None:
    """Return the format version of a header of any version, or None for anything else."""
    try:
        return _opening.decode(payload).format
    except REFUSALS:
        return None
