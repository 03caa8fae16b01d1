"""Recorded snapshots and what a client knows after them, for readers in other languages.

    python -m tests.net.vectors

bakes them anew into tests/vectors/snapshots.json.
"""

from __future__ import annotations

import copy
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
    " then; only every tenth has all of it. Numbers are those of the wire; a thing's tick is that"
    " of its newest row, x and y where it was then. Payloads in bad are refused, applied to a"
    " client that has taken the first payload of the first stream."
)
EVERY = 10
PLAYERS = 12
TICKS = 150
BUTTONS = (1, 3, 2, 4, 8, 17, 32, 0)


def known(reader: Reader) -> dict[str, Any]:
    """All that a reader knows now."""
    return copy.deepcopy(
        {
            **head(reader),
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
    )


def head(reader: Reader) -> dict[str, Any]:
    """What is told with every payload, or can be said after it."""
    return {
        "tick": reader.tick,
        "ack_seq": reader.ack_seq,
        "check": reader.check,
        "lead": reader.lead,
    }


def new_yard() -> Match:
    """A small match that is about everything."""
    match = new_match(PLAYERS, seed=5, team_size=3, view_width_u=24.0, view_height_u=14.0)
    for slot in range(PLAYERS):
        match.enter(f"P{slot}", role=slot % 4)
    match.advance()
    return match


def record() -> dict[str, Any]:
    """Four connections: one with every snapshot, one with some, one that only looks on, one late.

    The inputs of the first come as over a bad line: some are late, and then two come at once.
    """
    match, chance, line = new_yard(), Random(4), Random(9)
    packer = make_packer(match.world)
    seats = {slot: packer.take_seat(slot, plays=slot != 4) for slot in (1, 2, 4)}
    held: list[Input] = []
    readers, streams = {}, {}
    buttons = [0] * PLAYERS
    for seq in range(1, TICKS + 1):
        if seq == TICKS // 2:
            seats[7] = packer.take_seat(7)
        for slot in range(PLAYERS):
            if chance.random() < 0.06:
                buttons[slot] = chance.choice(BUTTONS)
            move = chance.randrange(4096) if seq % 20 == 1 else 100 * slot + 7 * seq
            said = Input(seq, move % 4096, move % 4096, 200, buttons[slot], ack=0)
            if slot != 1:
                match.post(slot, said)
                continue
            held.append(said)
            if line.random() < 0.8:
                for waiting in held:
                    match.post(slot, waiting)
                held.clear()
        match.advance()
        ready = [slot for slot in seats if slot != 2 or chance.random() < 0.5]
        asking = {seats[1]} if seq % 40 == 0 else ()
        leads = [match.mailbox.lead(slot) for slot in ready]
        frames = packer.pack([seats[slot] for slot in ready], asking, leads)
        for slot, frame in zip(ready, frames, strict=True):
            reader, stream = readers.setdefault(slot, Reader()), streams.setdefault(slot, [])
            payload = payload_of(frame)
            reader.apply(payload)
            whole = len(stream) % EVERY == 0
            after = known(reader) if whole else head(reader)
            stream.append({"payload": payload.hex(), "after": after})
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
