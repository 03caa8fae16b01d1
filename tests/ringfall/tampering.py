"""Recorded matches, and every way to change what a journal says while its checksums stay right."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import xxhash

from ecs.layout import Placed
from ecs.world import World
from persistence.frames import MAGIC, frame, read_frames, trailer
from persistence.keyframes import RawKeyframe, pack_keyframe, unpack_keyframe
from persistence.records import Header, Keyframe, Record, Seal, Tick, decode_record, encode_record
from ringfall.match import MatchPlan
from ringfall.replay import world_of_header
from ringfall.simulation import simulate
from schema.commands import COMMAND
from tests.ringfall.packs import DEADLY, balance, pack

Change = Callable[[Record], Record]
TICKS = 90
KEYFRAME_TICKS = 30


def plan(places: int = 6, seed: int = 11, **match: Any) -> MatchPlan:
    return MatchPlan(pack(balance(**match)), 30, places, seed)


@cache
def _recorded(folder: Path, deadly: bool) -> bytes:
    path = folder / ("deadly.journal" if deadly else "calm.journal")
    found = plan(zone=DEADLY) if deadly else plan()
    simulate(found, TICKS, path, KEYFRAME_TICKS)
    return path.read_bytes()


def recorded(folder: Path, *, deadly: bool = False) -> bytes:
    """A sealed journal of a match of bots; with ``deadly``, of a decided one."""
    return _recorded(folder, deadly)


def records_of(journal: bytes) -> list[Record]:
    """Every record of a sealed journal."""

    def read_at(offset: int, count: int) -> bytes:
        return journal[offset : offset + count]

    end = len(journal) - len(trailer(0))
    return [decode_record(payload) for _, payload in read_frames(read_at, len(MAGIC), end)]


def journal_of(records: list[Record], *, seal: bool = True) -> bytes:
    """The records as a journal; offsets in the seal's index are made to fit."""
    data, frames = MAGIC, []
    for record in records:
        if isinstance(record, Seal):
            break
        if isinstance(record, Keyframe):
            frames.append((record.tick, len(data)))
        data += frame(encode_record(record))
    last = records[-1]
    if seal and isinstance(last, Seal):
        index = [
            msgspec.structs.replace(entry, offset=offset)
            for entry, (_, offset) in zip(last.keyframes, frames, strict=True)
        ]
        last = msgspec.structs.replace(last, keyframes=tuple(index))
        data += frame(encode_record(last)) + trailer(len(data))
    return data


def changed(journal: bytes, kind: type[Record], change: Callable[[Any], Record], at: int) -> bytes:
    """The journal with one record changed: the one of ``kind`` at tick ``at``."""
    records, hits = [], 0
    for record in records_of(journal):
        if isinstance(record, kind) and (isinstance(record, Header | Seal) or record.tick == at):
            record = change(record)
            hits += 1
        records.append(record)
    assert hits == 1, hits
    return journal_of(records)


def edited_keyframe(
    keyframe: Keyframe, placed: Placed, row: int, value: float, *, rehash: bool
) -> Keyframe:
    """A keyframe with one value changed, and with ``rehash`` the hash that goes with it."""
    raw = unpack_keyframe(keyframe, keyframe.raw_size)
    block = np.frombuffer(raw.block, dtype=np.uint8).copy()
    placed.view(block)[row] = value
    stated = xxhash.xxh3_64_intdigest(block.tobytes()) if rehash else raw.state_hash
    return pack_keyframe(RawKeyframe(raw.tick, stated, block.tobytes()))


def world_of_journal(journal: bytes) -> World:
    header = records_of(journal)[0]
    assert isinstance(header, Header)
    return world_of_header(header)


def column(world: World, name: str) -> Placed:
    """A column of the layout by ``table.Group.column``."""
    return next(placed for placed in world.layout.columns if placed.name == name)


def with_command(tick: Tick, slot: int, field: str, value: int) -> Tick:
    """A tick with one field of one player's command changed."""
    commands = np.frombuffer(tick.commands, dtype=COMMAND).copy()
    assert slot in commands["slot"]
    commands[field][commands["slot"] == slot] = value
    return msgspec.structs.replace(tick, commands=commands.tobytes())
