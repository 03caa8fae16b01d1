"""A slow reader of snapshot payloads, and what a viewer's snapshot must say, from exact numbers.

Both follow docs/protocol.md alone.  The reader takes a payload apart with ``struct``; the twin
looks every row of a match through for every viewer, in fractions, where the packer sorts rows into
cells and compares floats.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

HEADER = struct.Struct("<IIHHBBBBIiiiiiiHHHHHHHHHH")
PLAYER = struct.Struct("<HHHHBB")
PROJECTILE = struct.Struct("<HBHHHH")
AREA = struct.Struct("<HBHHHHH")
EVENT = struct.Struct("<BHHHHB")

NOBODY = 65535


class Header(NamedTuple):
    """The first 64 bytes, in order."""

    tick: int
    ack_seq: int
    self_slot: int
    alive: int
    match_state: int
    zone_phase: int
    zone_state: int
    self_alive: int
    zone_change_tick: int
    zone_x: int
    zone_y: int
    zone_radius: int
    next_x: int
    next_y: int
    next_radius: int
    self_health: int
    self_kills: int
    shot_wait_ticks: int
    blast_wait_ticks: int
    dash_wait_ticks: int
    player_count: int
    projectile_count: int
    area_count: int
    event_count: int
    reserved: int


class Player(NamedTuple):
    """slot, place, aim, health share, flags."""

    slot: int
    x: int
    y: int
    aim: int
    health: int
    flags: int


class Projectile(NamedTuple):
    """Identity, place, direction, owner."""

    slot: int
    generation: int
    x: int
    y: int
    direction: int
    owner: int


class Area(NamedTuple):
    """Identity, place, radius, fuse, owner."""

    slot: int
    generation: int
    x: int
    y: int
    radius: int
    fuse_ticks: int
    owner: int


class Event(NamedTuple):
    """What happened, to whom, where."""

    kind: int
    a: int
    b: int
    x: int
    y: int
    detail: int


@dataclass(frozen=True)
class Snapshot:
    """A payload, taken apart."""

    header: Header
    players: list[Player]
    projectiles: list[Projectile]
    areas: list[Area]
    events: list[Event]


def read_payload(payload: bytes) -> Snapshot:
    """Take a payload apart.  ValueError when its size is not what its counts say."""
    values = HEADER.unpack_from(payload)
    # 25 values: five counts and the reserved one come last.
    header = Header(*values)
    at = HEADER.size
    rows: list[list[tuple[int, ...]]] = []
    for form, count in (
        (PLAYER, header.player_count),
        (PROJECTILE, header.projectile_count),
        (AREA, header.area_count),
        (EVENT, header.event_count),
    ):
        rows.append([form.unpack_from(payload, at + index * form.size) for index in range(count)])
        at += count * form.size
    if at != len(payload):
        raise ValueError(f"{len(payload)} bytes, but the counts make {at}")
    return Snapshot(
        header,
        [Player(*row) for row in rows[0]],
        [Projectile(*row) for row in rows[1]],
        [Area(*row) for row in rows[2]],
        [Event(*row) for row in rows[3]],
    )


@dataclass
class Body:
    """A player of the match, dead or alive."""

    x_u: float
    y_u: float
    alive: bool = True
    health_hp: float = 100.0
    aim: int = 0
    bot: bool = False
    dash_until_tick: int = 0
    seq: int = 0
    kills: int = 0
    ready_ticks: tuple[int, int, int] = (0, 0, 0)


@dataclass
class Thing:
    """A projectile (``number`` is its direction) or an area (``number`` is its fire tick)."""

    slot: int
    generation: int
    x_u: float
    y_u: float
    number: int
    owner: int


@dataclass
class Happening:
    """An event."""

    kind: int
    a: int
    b: int
    x_u: float
    y_u: float
    detail: int


@dataclass
class State:
    """All of a match that a snapshot can speak of."""

    tick: int
    alive: int
    over: int
    zone_phase: int
    zone_state: int
    zone_change_tick: int
    zone: tuple[float, float, float]
    zone_next: tuple[float, float, float]
    view_u: tuple[float, float]
    health_max_hp: float
    blast_radius_u: float
    bodies: list[Body]
    projectiles: list[Thing] = field(default_factory=list)
    areas: list[Thing] = field(default_factory=list)
    events: list[Happening] = field(default_factory=list)


def rounded(value: float, steps: int) -> int:
    """``value`` in wire steps, a half rounded up, exactly."""
    return math.floor(Fraction(value) * steps + Fraction(1, 2))


def clamped(value: int, low: int = 0, high: int = 65535) -> int:
    """``value`` within the wire's range."""
    return sorted((low, value, high))[1]


def place(x_u: float, y_u: float) -> tuple[int, int]:
    """A position on the wire."""
    return clamped(rounded(x_u, 64)), clamped(rounded(y_u, 64))


def slot_of(row: int) -> int:
    """A slot on the wire, where there may be nobody."""
    return row if 0 <= row <= 65535 else NOBODY


def sees(state: State, viewer: Body, x_u: float, y_u: float, reach_u: float = 0.0) -> bool:
    """Whether a point is within the view of ``viewer``, or ``reach_u`` beyond its edge."""
    dx = abs(Fraction(x_u) - Fraction(viewer.x_u))
    dy = abs(Fraction(y_u) - Fraction(viewer.y_u))
    half_x, half_y = (Fraction(size) / 2 + Fraction(reach_u) for size in state.view_u)
    return dx <= half_x and dy <= half_y


def expected_header(state: State, slot: int, counts: Sequence[int]) -> Header:
    """The header of ``slot``'s snapshot with these counts of rows."""
    own = state.bodies[slot]
    waits = [clamped(ready - state.tick, 0, 65534) for ready in own.ready_ticks]
    circles = [rounded(value, 256) for value in (*state.zone, *state.zone_next)]
    return Header(
        state.tick,
        own.seq,
        slot,
        state.alive,
        state.over,
        state.zone_phase + 1,
        state.zone_state,
        int(own.alive),
        state.zone_change_tick,
        *circles,
        clamped(rounded(own.health_hp, 64)),
        clamped(own.kills),
        *waits,
        *counts,
        0,
    )


def expected_players(state: State, slot: int) -> list[Player]:
    """Whom ``slot`` sees, by slot: living bodies only, the own one first."""
    own = state.bodies[slot]
    found = []
    for number, body in enumerate(state.bodies):
        if not body.alive or not sees(state, own, body.x_u, body.y_u):
            continue
        share = rounded(body.health_hp / state.health_max_hp, 255)
        flags = (1 if state.tick < body.dash_until_tick else 0) + (2 if body.bot else 0)
        found.append(
            Player(number, *place(body.x_u, body.y_u), body.aim, clamped(share, 1, 255), flags)
        )
    return sorted(found, key=lambda row: (row.slot != slot, row.slot))


def expected_projectiles(state: State, slot: int) -> list[Projectile]:
    """The projectiles ``slot`` sees, in order of the match's rows."""
    own = state.bodies[slot]
    return [
        Projectile(
            shot.slot,
            shot.generation % 256,
            *place(shot.x_u, shot.y_u),
            shot.number,
            slot_of(shot.owner),
        )
        for shot in state.projectiles
        if sees(state, own, shot.x_u, shot.y_u)
    ]


def expected_areas(state: State, slot: int) -> list[Area]:
    """The blasts that reach into what ``slot`` sees, in order of the match's rows."""
    own = state.bodies[slot]
    return [
        Area(
            area.slot,
            area.generation % 256,
            *place(area.x_u, area.y_u),
            clamped(rounded(state.blast_radius_u, 64)),
            clamped(area.number - state.tick + 1),
            slot_of(area.owner),
        )
        for area in state.areas
        if sees(state, own, area.x_u, area.y_u, state.blast_radius_u)
    ]


def expected_events(state: State, slot: int) -> list[Event]:
    """What ``slot`` sees happen, in order."""
    own = state.bodies[slot]
    return [
        Event(
            event.kind,
            slot_of(event.a),
            slot_of(event.b),
            *place(event.x_u, event.y_u),
            event.detail % 256,
        )
        for event in state.events
        if sees(state, own, event.x_u, event.y_u)
    ]


def framed(payload: bytes) -> bytes:
    """A payload as a message: a MessagePack array of two, the number 2 and a long byte string."""
    return b"\x92\x02\xc5" + struct.pack(">H", len(payload)) + payload


def write_payload(snapshot: Snapshot) -> bytes:
    """The payload of a snapshot: the inverse of ``read_payload``."""
    parts = [HEADER.pack(*snapshot.header)]
    parts += [PLAYER.pack(*row) for row in snapshot.players]
    parts += [PROJECTILE.pack(*row) for row in snapshot.projectiles]
    parts += [AREA.pack(*row) for row in snapshot.areas]
    parts += [EVENT.pack(*row) for row in snapshot.events]
    return b"".join(parts)
