"""A slow reader of snapshot payloads, and their inverse, from docs/protocol.md alone."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Any, NamedTuple

HEADER = struct.Struct("<IIHHHHBBBBIIiiiiiiHHHHHHBBBBBB32sHHHHHHHBB")
SLOT = struct.Struct("<BBBBHH")
STATUS = struct.Struct("<BBBH")
PLAYER = struct.Struct("<HHHHBBBBBBH")
PROJECTILE = struct.Struct("<HBHHHHBB")
AREA = struct.Struct("<HBHHHHHHB")
OBSTACLE = struct.Struct("<HBBHHHHHHBB")
PICKUP = struct.Struct("<HBHHB")
MATE = struct.Struct("<HHHBBH")
EVENT = struct.Struct("<BHHHHBHB")

NOBODY = 65535


class Header(NamedTuple):
    """The first 118 bytes, in order; ``self_slots`` are 32 of them."""

    tick: int
    ack_seq: int
    self_slot: int
    eyes_slot: int
    alive: int
    teams_alive: int
    stage: int
    zone_phase: int
    zone_state: int
    self_flags: int
    stage_tick: int
    zone_change_tick: int
    zone_x: int
    zone_y: int
    zone_radius: int
    next_x: int
    next_y: int
    next_radius: int
    self_health: int
    self_health_max: int
    self_mana: int
    self_mana_max: int
    self_shield: int
    self_kills: int
    self_assists: int
    self_level: int
    self_progress: int
    self_combo: int
    self_conditions: int
    self_revive: int
    self_slots: bytes
    player_count: int
    projectile_count: int
    area_count: int
    obstacle_count: int
    pickup_count: int
    mate_count: int
    event_count: int
    status_count: int
    reserved: int

    @property
    def self_alive(self) -> bool:
        """Whether the viewer lives."""
        return self.self_flags & 1 != 0

    @property
    def slots(self) -> list[Slot]:
        """The viewer's four skills."""
        return [Slot(*row) for row in SLOT.iter_unpack(self.self_slots)]


class Slot(NamedTuple):
    """One of the viewer's own skills."""

    skill: int
    level: int
    charges: int
    held: int
    wait_ticks: int
    recharge_ticks: int


class Status(NamedTuple):
    """One of the viewer's own statuses."""

    status: int
    stacks: int
    reserved: int
    left_ticks: int


class Player(NamedTuple):
    """A living body."""

    slot: int
    x: int
    y: int
    aim: int
    health: int
    shield: int
    flags: int
    conditions: int
    level: int
    hold: int
    beam_length: int


class Projectile(NamedTuple):
    """Something in flight."""

    slot: int
    generation: int
    x: int
    y: int
    direction: int
    owner: int
    skill: int
    radius: int


class Area(NamedTuple):
    """A circle that will go off."""

    slot: int
    generation: int
    x: int
    y: int
    radius: int
    fuse_ticks: int
    left_ticks: int
    owner: int
    skill: int


class Obstacle(NamedTuple):
    """A crate or a barrier."""

    slot: int
    generation: int
    kind: int
    x: int
    y: int
    hx: int
    hy: int
    radius: int
    heading: int
    health: int
    blocks: int


class Pickup(NamedTuple):
    """An item that lies about."""

    slot: int
    generation: int
    x: int
    y: int
    item: int


class Mate(NamedTuple):
    """A living team mate of the viewer's."""

    slot: int
    x: int
    y: int
    health: int
    flags: int
    reserved: int


class Event(NamedTuple):
    """What happened, to whom, where."""

    kind: int
    a: int
    b: int
    x: int
    y: int
    cause: int
    amount: int
    reserved: int


SECTIONS: tuple[tuple[str, struct.Struct, Any, str], ...] = (
    ("statuses", STATUS, Status, "status_count"),
    ("players", PLAYER, Player, "player_count"),
    ("projectiles", PROJECTILE, Projectile, "projectile_count"),
    ("areas", AREA, Area, "area_count"),
    ("obstacles", OBSTACLE, Obstacle, "obstacle_count"),
    ("pickups", PICKUP, Pickup, "pickup_count"),
    ("mates", MATE, Mate, "mate_count"),
    ("events", EVENT, Event, "event_count"),
)
"""Name, form, row, and where the header counts them: the sections, in their order."""


@dataclass(frozen=True)
class Snapshot:
    """A payload, taken apart."""

    header: Header
    statuses: list[Status] = field(default_factory=list)
    players: list[Player] = field(default_factory=list)
    projectiles: list[Projectile] = field(default_factory=list)
    areas: list[Area] = field(default_factory=list)
    obstacles: list[Obstacle] = field(default_factory=list)
    pickups: list[Pickup] = field(default_factory=list)
    mates: list[Mate] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)


def read_payload(payload: bytes) -> Snapshot:
    """Take a payload apart.  ValueError when its size is not what its counts say."""
    header = Header(*HEADER.unpack_from(payload))
    at = HEADER.size
    rows: dict[str, list[Any]] = {}
    for name, form, row, count in SECTIONS:
        number = getattr(header, count)
        rows[name] = [row(*form.unpack_from(payload, at + form.size * n)) for n in range(number)]
        at += number * form.size
    if at != len(payload):
        raise ValueError(f"{len(payload)} bytes, but the counts make {at}")
    return Snapshot(header, **rows)


def framed(payload: bytes) -> bytes:
    """A payload as a message: a MessagePack array of two, the number 2 and a long byte string."""
    return b"\x92\x02\xc5" + struct.pack(">H", len(payload)) + payload


def write_payload(snapshot: Snapshot) -> bytes:
    """The payload of a snapshot: the inverse of ``read_payload``."""
    parts = [HEADER.pack(*snapshot.header)]
    for name, form, _, _ in SECTIONS:
        parts += [form.pack(*row) for row in getattr(snapshot, name)]
    return b"".join(parts)
