"""Recorded snapshots and what a client knows after them, for readers in other languages.

    python -m tests.net.vectors

bakes them anew into tests/vectors/snapshots.json.
"""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

from ringfall.hosting import make_packer
from ringfall.match import Match
from schema.messages import Input
from tests.net.watched import payload_of
from tests.oracle.snapshot import Reader
from tests.ringfall.packs import new_match

FILE = Path(__file__).resolve().parents[1] / "vectors" / "snapshots.json"
ABOUT = (
    "streams: each the payloads of one connection, in order, as hex. after: what a client knows"
    " then; only every eighth has all of it. Numbers are those of the wire; a thing's tick is that"
    " of its newest row, x and y where it was then. Payloads in bad are refused, applied to a"
    " client that has taken the first payload of the first stream."
)
PLAYERS = 12
TICKS = 150
BUTTONS = (1, 3, 2, 4, 8, 17, 32, 0)


def known(reader: Reader) -> dict[str, Any]:
    """All that a reader knows."""
    return {
        "tick": reader.tick,
        "ack_seq": reader.ack_seq,
        "check": reader.check,
        "motion": reader.motion,
        "gait": reader.gait,
        "match": reader.match,
        "self": reader.own,
        "hands": reader.hands,
        "statuses": reader.statuses,
        "bodies": reader.bodies,
        "things": reader.things,
        "events": reader.events,
    }


def new_yard() -> Match:
    """A small match that is about everything."""
    match = new_match(PLAYERS, seed=5, team_size=3, view_width_u=24.0, view_height_u=14.0)
    for slot in range(PLAYERS):
        match.enter(f"P{slot}", role=slot % 4)
    match.advance()
    return match


def record() -> dict[str, Any]:
    """Three connections: one with every snapshot, one with some, one that comes late."""
    match, chance = new_yard(), Random(4)
    packer = make_packer(match.world)
    seats = {slot: packer.take_seat(slot) for slot in (1, 2)}
    readers, streams = {}, {}
    buttons = [0] * PLAYERS
    for seq in range(1, TICKS + 1):
        if seq == TICKS // 2:
            seats[7] = packer.take_seat(7)
        for slot in range(PLAYERS):
            if chance.random() < 0.06:
                buttons[slot] = chance.choice(BUTTONS)
            move = chance.randrange(4096) if seq % 20 == 1 else 100 * slot + 7 * seq
            match.post(slot, Input(seq, move % 4096, move % 4096, 200, buttons[slot], ack=0))
        match.advance()
        ready = [slot for slot in seats if slot != 2 or chance.random() < 0.5]
        frames = packer.pack([seats[slot] for slot in ready], {seats[1]} if seq % 40 == 0 else ())
        for slot, frame in zip(ready, frames, strict=True):
            reader, stream = readers.setdefault(slot, Reader()), streams.setdefault(slot, [])
            payload = payload_of(frame)
            reader.apply(payload)
            brief = {"tick": reader.tick, "ack_seq": reader.ack_seq, "check": reader.check}
            whole = len(stream) % 8 == 0
            stream.append({"payload": payload.hex(), "after": known(reader) if whole else brief})
    first = bytes.fromhex(streams[1][0]["payload"])
    bad = [first[:-1], first + b"\0", b"", b"\x80\x00", b"\x04\x80", b"\x04\x02\x00"]
    bad += [b"\x04\x04\x10", b"\x04\x01\x20\x00", b"\x04\x40\x01\x7e\x05", b"\x04\x40\x01\xff\xff"]
    return {
        "about": ABOUT,
        "streams": list(streams.values()),
        "bad": [payload.hex() for payload in bad],
    }


def text_of(vectors: dict[str, Any]) -> str:
    """The file: one line for every payload."""
    lines = ['{"about": ' + json.dumps(vectors["about"]) + ",", '"streams": [']
    streams = [
        "[\n" + ",\n".join(json.dumps(step, sort_keys=True) for step in stream) + "\n]"
        for stream in vectors["streams"]
    ]
    lines += [",\n".join(streams) + "],", '"bad": ' + json.dumps(vectors["bad"]) + "}"]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(text_of(record()), encoding="utf-8")
