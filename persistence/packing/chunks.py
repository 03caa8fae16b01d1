"""Chunks: about a minute of a journal in one frame that stands alone.

::

    Chunk [17, first tick, ticks, raw_size, zstd]        zstd is one frame that unpacks to a Body

What a body does not hold follows from it: the states from ``base`` and ``changes``, and from them
the keyframes and the records of changes that were in the journal, where ``marks`` tells. A record
that does not follow is kept as it is. The hash before every tick is kept although it follows: it
proves, on whatever machine reads it, that the states are those that were recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Annotated, Final, TypeAlias

import msgspec
import numpy as np
import xxhash
import zstandard
from msgspec import Meta

from persistence.changes import (
    RawChanges,
    Words,
    laid_out,
    pack_changes,
    read_out,
    unpack_changes,
)
from persistence.errors import BadChanges, BadKeyframe, JournalError
from persistence.keyframes import RawKeyframe, pack_keyframe, unpack_keyframe
from persistence.packing.plan import Plan
from persistence.packing.predictions import Block, Predictor
from persistence.records import (
    REFUSALS,
    U32,
    Changes,
    Entrant,
    Header,
    Keyframe,
    Many,
    Record,
    Tick,
    decode_record,
    encode_record,
)

LEVEL: Final = 19
CHUNK_TICKS_MAX: Final = 8192
CHUNK_CHANGES_MAX_BYTES: Final = 32 * 1024 * 1024
# Besides the state and its changes: inputs, and records that do not follow from them.
OTHER_MAX_BYTES: Final = 64 * 1024 * 1024
NO_STATE: Final = -1

FROM_STATES, AS_IT_IS = 0, 1

Inner: TypeAlias = Tick | Keyframe | Changes


class NotPackable(JournalError):
    """A journal that stays plain: it is not whole, or contradicts itself."""


class BadChunk(JournalError):
    """A chunk that is none, or does not lead to the states it hashes."""


class Entry(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Who came and left in tick number ``index`` of the chunk, where anybody did."""

    index: U32
    joins: Annotated[tuple[Entrant, ...], Many]
    leaves: Annotated[tuple[U32, ...], Many]


class Mark(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A record between ticks, behind the first ``index`` ticks of the chunk.

    A keyframe of ``tick`` where ``count`` is 0, else changes of so many ticks from ``tick`` on;
    ``record`` is empty where it follows from the states.
    """

    index: U32
    tick: U32
    count: U32
    record: bytes


class Body(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """What a chunk unpacks to.

    Attributes:
        base_tick: the tick that ``base``, a whole block, is the state before; NO_STATE for none.
        states: how many states ``changes`` lead to, one tick after the other.
        hashes: u64le[ticks]. lengths: u32le[ticks], bytes of commands.
        commands: first bytes of all commands, then the second bytes, and so on.
    """

    base_tick: Annotated[int, Meta(ge=NO_STATE, le=2**32 - 1)]
    base: bytes
    states: U32
    changes: bytes
    hashes: bytes
    lengths: bytes
    commands: bytes
    entries: Annotated[tuple[Entry, ...], Many]
    marks: Annotated[tuple[Mark, ...], Many]


class Chunk(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=17):
    """``count`` ticks from ``tick`` on, and all that stood between them."""

    tick: U32
    count: Annotated[int, Meta(ge=0, le=CHUNK_TICKS_MAX)]
    raw_size: U32
    zstd: bytes


_bodies: msgspec.msgpack.Decoder[Body] = msgspec.msgpack.Decoder(Body)
_encoder = msgspec.msgpack.Encoder()


class Codec:
    """Folds the records of one journal into chunks, and unfolds them.

    Args:
        header: of the journal.
        plan: of its packed form.
        pause: called after every state that was folded or unfolded: a thread that makes way here
            never keeps another one waiting for long.

    Raises:
        BadPlanError: the plan does not fit the header.
    """

    def __init__(self, header: Header, plan: Plan, pause: Callable[[], None] | None = None) -> None:
        self.block_bytes = header.block_bytes
        self.stride = plan.command_bytes
        self._plain = Predictor(header)
        self._full = Predictor(header, plan.foretellings)
        self._pause = pause or (lambda: None)
        self._known: tuple[int, Block] | None = None

    # ---- folding --------------------------------------------------------------------------

    def fold(self, records: Sequence[Inner]) -> Chunk:
        """The chunk of these records, which stand behind those folded before.

        Raises:
            NotPackable: what they say of the states is not the same everywhere.
        """
        ticks = [record for record in records if isinstance(record, Tick)]
        hashes = {record.tick: record.hash_before for record in ticks}
        frames = {r.tick: self._block_of(r) for r in records if isinstance(r, Keyframe)}
        base = self._base(records, frames)
        at, state = base or (NO_STATE, None)
        differences: list[Words] = []
        marks: list[Mark] = []
        follows = set()
        for record in records:
            if isinstance(record, Changes) and state is not None and record.tick == at + 1:
                follows.add(record.tick)
                for words in self._unpacked(record).ticks:
                    now = self._plain.advance(state, words)
                    differences.append(self._full.differ(state, now))
                    at, state = at + 1, now
                    self._check(at, now, hashes, frames)
                    self._pause()
        if state is not None and at + 1 in frames:
            differences.append(self._full.differ(state, frames[at + 1]))
            at, state = at + 1, frames[at + 1]
        index = 0
        for record in records:
            if isinstance(record, Tick):
                index += 1
                continue
            count = record.count if isinstance(record, Changes) else 0
            known = record.tick in follows if count else self._covers(base, at, record.tick)
            kept = b"" if known else encode_record(record)
            marks.append(Mark(index, record.tick, count, kept))
        if state is not None:
            self._known = at, state
        start, block = base or (NO_STATE, None)
        body = self._body(ticks, marks, start, block, differences)
        return _squeezed(ticks[0].tick if ticks else at + 1, len(ticks), body)

    def _base(self, records: Sequence[Inner], frames: dict[int, Block]) -> tuple[int, Block] | None:
        """From which state the changes among ``records`` can be counted."""
        known = self._known
        if known is not None:
            due = known[0] + 1
            if any(isinstance(r, Changes) and r.tick == due for r in records) or due in frames:
                return known
        return next(iter(frames.items()), None)

    @staticmethod
    def _covers(base: tuple[int, Block] | None, at: int, tick: int) -> bool:
        return base is not None and base[0] <= tick <= at

    def _check(
        self, tick: int, block: Block, hashes: dict[int, int], frames: dict[int, Block]
    ) -> None:
        told = hashes.get(tick)
        if told is not None and told != xxhash.xxh3_64_intdigest(block.data):
            raise NotPackable(f"the changes of tick {tick} lead to another state than is hashed")
        frame = frames.get(tick)
        if frame is not None and (frame != block).any():
            raise NotPackable(f"changes and keyframe of tick {tick} do not agree")

    def _block_of(self, record: Keyframe) -> Block:
        block = unpack_keyframe(record, self.block_bytes).block
        if xxhash.xxh3_64_intdigest(block) != record.state_hash:
            raise NotPackable(f"the keyframe of tick {record.tick} has another hash than it states")
        return np.frombuffer(block, dtype=np.uint64)

    def _unpacked(self, record: Changes) -> RawChanges:
        return unpack_changes(record, self.block_bytes)

    def _body(
        self,
        ticks: Sequence[Tick],
        marks: Sequence[Mark],
        base_tick: int,
        base: Block | None,
        differences: Sequence[Words],
    ) -> Body:
        commands = b"".join(record.commands for record in ticks)
        if len(commands) % self.stride:
            raise NotPackable(f"commands that are not a multiple of {self.stride} bytes")
        raw = RawChanges(base_tick + 1, differences)
        if raw.size_bytes > CHUNK_CHANGES_MAX_BYTES:
            raise NotPackable(f"{raw.size_bytes} bytes of changes between two places to cut")
        return Body(
            base_tick=base_tick,
            base=b"" if base is None else base.tobytes(),
            states=len(differences),
            changes=laid_out(raw) if differences else b"",
            hashes=np.array([r.hash_before for r in ticks], dtype="<u8").tobytes(),
            lengths=np.array([len(r.commands) for r in ticks], dtype="<u4").tobytes(),
            commands=_turned(commands, self.stride),
            entries=tuple(
                Entry(index, r.joins, r.leaves)
                for index, r in enumerate(ticks)
                if r.joins or r.leaves
            ),
            marks=tuple(marks),
        )

    # ---- unfolding ------------------------------------------------------------------------

    def unfold(self, chunk: Chunk, ticks_only: bool = False) -> Iterator[Inner]:
        """Yield the records of a chunk, in order; of ``ticks_only`` the ticks alone.

        Raises:
            BadChunk: it does not unpack, or to what cannot be, or to other states than it hashes.
        """
        try:
            body = self._checked(chunk)
            ticks = _ticks(chunk, body, self.stride)
            if ticks_only:
                yield from ticks
                return
            frames, words = self._states(chunk, body)
            index = 0
            for mark in body.marks:
                while index < mark.index:
                    yield ticks[index]
                    index += 1
                yield self._between(mark, body, frames, words)
            yield from ticks[index:]
        except (BadChanges, BadKeyframe, zstandard.ZstdError, *REFUSALS) as error:
            raise BadChunk(f"chunk of tick {chunk.tick}: {error}") from error

    def _checked(self, chunk: Chunk) -> Body:
        most = CHUNK_CHANGES_MAX_BYTES + self.block_bytes + OTHER_MAX_BYTES
        if chunk.raw_size > most or zstandard.frame_content_size(chunk.zstd) != chunk.raw_size:
            raise BadChunk(f"chunk of tick {chunk.tick} would unpack to another size")
        data = zstandard.ZstdDecompressor().decompress(
            chunk.zstd, max_output_size=chunk.raw_size, allow_extra_data=False
        )
        body, count = _bodies.decode(data), chunk.count
        lengths = np.frombuffer(body.lengths[: 4 * count], dtype="<u4")
        state_bytes = 0 if body.base_tick == NO_STATE else self.block_bytes
        if (
            len(body.hashes) != 8 * count
            or len(body.lengths) != 4 * count
            or int(lengths.sum(dtype=np.int64)) != len(body.commands)
            or len(body.commands) % self.stride
            or len(body.base) != state_bytes
            or body.states > (2 * CHUNK_TICKS_MAX if state_bytes else 0)
            or len(body.changes) > CHUNK_CHANGES_MAX_BYTES
            or len(body.changes) % 16
        ):
            raise BadChunk(f"chunk of tick {chunk.tick}: its parts are not of one size")
        return body

    def _states(self, chunk: Chunk, body: Body) -> tuple[dict[int, bytes], list[Words]]:
        """Blocks where keyframes stand, and for each state how a plain journal tells it."""
        wanted = {m.tick for m in body.marks if not m.count and not m.record}
        hashes = np.frombuffer(body.hashes, dtype="<u8")
        frames: dict[int, bytes] = {}
        words: list[Words] = []
        state = np.frombuffer(body.base, dtype=np.uint64)
        if body.base_tick in wanted:
            frames[body.base_tick] = body.base
        if not body.states:
            return frames, words
        raw = read_out(body.changes, body.base_tick + 1, body.states, self.block_bytes)
        for tick, changes in enumerate(raw.ticks, raw.tick):
            now = self._full.advance(state, changes)
            words.append(self._plain.differ(state, now))
            if chunk.tick <= tick < chunk.tick + chunk.count:
                told = int(hashes[tick - chunk.tick])
                if told != xxhash.xxh3_64_intdigest(now.data):
                    raise BadChunk(f"the state before tick {tick} is not the one that is hashed")
            if tick in wanted:
                frames[tick] = now.tobytes()
            state = now
            self._pause()
        return frames, words

    def _between(
        self, mark: Mark, body: Body, frames: dict[int, bytes], words: list[Words]
    ) -> Keyframe | Changes:
        if mark.record:
            record: Record = decode_record(mark.record)
            if not isinstance(record, Keyframe | Changes):
                raise BadChunk(f"a record in the wrong place, behind {mark.index} ticks")
            return record
        if not mark.count:
            block = frames.get(mark.tick)
            if block is None:
                raise BadChunk(f"there is no state of tick {mark.tick} for its keyframe")
            return pack_keyframe(RawKeyframe(mark.tick, xxhash.xxh3_64_intdigest(block), block))
        first = mark.tick - body.base_tick - 1
        if first < 0 or first + mark.count > len(words):
            raise BadChunk(f"there are no states for the changes from tick {mark.tick} on")
        return pack_changes(RawChanges(mark.tick, words[first : first + mark.count]))


def _ticks(chunk: Chunk, body: Body, stride: int) -> list[Tick]:
    lengths = np.frombuffer(body.lengths, dtype="<u4").tolist()
    hashes = np.frombuffer(body.hashes, dtype="<u8").tolist()
    commands = _turned_back(body.commands, stride)
    entries = {entry.index: entry for entry in body.entries}
    found, start = [], 0
    for index, (state_hash, length) in enumerate(zip(hashes, lengths, strict=True)):
        entry, end = entries.get(index), start + length
        joins, leaves = (entry.joins, entry.leaves) if entry is not None else ((), ())
        tick = chunk.tick + index
        found.append(Tick(tick, state_hash, joins, leaves, commands[start:end]))
        start = end
    return found


def _squeezed(tick: int, count: int, body: Body) -> Chunk:
    data = _encoder.encode(body)
    packed = zstandard.ZstdCompressor(level=LEVEL, write_content_size=True).compress(data)
    return Chunk(tick, count, len(data), packed)


def _turned(data: bytes, stride: int) -> bytes:
    return np.ascontiguousarray(np.frombuffer(data, np.uint8).reshape(-1, stride).T).tobytes()


def _turned_back(data: bytes, stride: int) -> bytes:
    return np.ascontiguousarray(np.frombuffer(data, np.uint8).reshape(stride, -1).T).tobytes()
