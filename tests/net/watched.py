"""Frames of snapshots against the twin, every field of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import msgpack

from ecs.world import World
from tests.net.scenes import new_world, packer_of, put
from tests.oracle import snapshot as oracle
from tests.oracle import watching
from tests.oracle.scenery import Body, State

ORDERED = ("statuses", "mates", "events")


def check(state: State, slot: int, frame: bytes) -> oracle.Snapshot:
    """One frame against the twin, in full."""
    kind, payload = msgpack.unpackb(frame)
    assert kind == 2
    assert oracle.framed(payload) == frame
    got = oracle.read_payload(payload)
    assert oracle.write_payload(got) == payload
    wanted = watching.expected_sections(state, slot)
    counts = [len(wanted[name]) for name, *_ in oracle.SECTIONS]
    assert got.header == watching.expected_header(state, slot, [*counts[1:], counts[0]])
    for name, rows in wanted.items():
        found = getattr(got, name)
        if name in ORDERED:
            assert found == rows
        else:
            # Further order is nobody's business, multiplicity is.
            assert Counter(found) == Counter(rows), name
    if wanted["players"] and wanted["players"][0][0] == got.header.eyes_slot:
        assert got.players[0] == wanted["players"][0], "the eyes' own body comes first"
    return got


def check_all(
    state: State, viewers: Sequence[int] | None = None, world: World | None = None
) -> list[oracle.Snapshot]:
    """The snapshots of all these viewers, each against the twin."""
    world = world or new_world()
    put(world, state)
    slots = list(range(len(state.bodies))) if viewers is None else viewers
    frames = packer_of(world, state).pack(slots)
    return [check(state, slot, frame) for slot, frame in zip(slots, frames, strict=True)]


def bodies(*places: tuple[float, float]) -> list[Body]:
    """A body at each place, each a team of its own."""
    return [Body(x, y, team=number) for number, (x, y) in enumerate(places)]


def shown(view: oracle.Snapshot) -> list[int]:
    """Whom a viewer sees."""
    return sorted(row.slot for row in view.players)
