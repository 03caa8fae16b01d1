"""What a client knows after a snapshot, as a picture of that moment."""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from tests.oracle.snapshot import Reader

NEVER_HELD = 2**32 - 1


@dataclass(frozen=True)
class View:
    """A moment: ``header`` has the figures; rows have the page's field names.

    Of the viewer's own body, which comes first, the place is that of the newest motion: the player
    asks for it with every input.
    """

    header: SimpleNamespace
    players: list[SimpleNamespace]
    projectiles: list[SimpleNamespace]
    areas: list[SimpleNamespace]
    obstacles: list[SimpleNamespace]
    pickups: list[SimpleNamespace]
    events: list[SimpleNamespace]


def view_of(reader: Reader, slot: int) -> View:
    """The moment a reader is at."""
    own, tick = reader.own, reader.tick
    header = SimpleNamespace(
        tick=tick,
        ack_seq=reader.ack_seq,
        self_alive=bool(own["self_flags"] & 1),
        slots=[_hand(row, tick) for row in reader.hands if row],
        **reader.match,
        **{f"self_{name}": value for name, value in own.items() if name != "self_flags"},
    )
    # Who looks on has no motion; the body it looks through is among the others.
    players = [_own_body(reader, slot)] if header.self_alive and reader.motion else []
    players += [SimpleNamespace(slot=n, **row) for n, row in sorted(reader.bodies.items())]
    shots = [_row(shot) for shot in reader.things_of("projectile")]
    for shot in shots:
        turn = math.atan2(shot.vy, shot.vx) / (2 * math.pi)
        shot.direction = round(turn * 4096) % 4096
    areas = [_row(area) for area in reader.things_of("area")]
    for area in areas:
        area.fuse_ticks = area.fire_tick - tick + 1
    return View(
        header,
        players,
        shots,
        areas,
        [_row(thing) for thing in reader.things_of("obstacle")],
        [_row(thing) for thing in reader.things_of("pickup")],
        [_row({"b": None, "cause": 0, "amount": 0, **event}) for event in reader.events],
    )


def _row(values: dict[str, Any]) -> SimpleNamespace:
    return SimpleNamespace(**copy.copy(values))


def _hand(row: dict[str, int], tick: int) -> SimpleNamespace:
    ready = row["recharge_tick"] if not row["charges"] else 0
    wait = max(0, row["ready_tick"] - tick, ready - tick)
    held = row["held_tick"] != NEVER_HELD
    held_ticks = tick - row["held_tick"] if held else 0
    return SimpleNamespace(**row, wait_ticks=wait, held_ticks=held_ticks)


def _own_body(reader: Reader, slot: int) -> SimpleNamespace:
    own, motion = reader.own, reader.motion
    return SimpleNamespace(
        slot=slot,
        x=math.floor(motion["x_u"] * 64 + 0.5),
        y=math.floor(motion["y_u"] * 64 + 0.5),
        health=max(1, round(255 * own["health"] / max(1, own["health_max"]))),
        flags=own["body_flags"],
        conditions=own["conditions"],
        level=own["level"],
        beam_length=own["beam_length"],
    )
