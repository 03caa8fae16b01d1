"""What a client knows, as plain rows: numbers as the wire has them, see docs/protocol.md."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

NOBODY: Final = 65535
NOBODY_IN_EVENT: Final = 16383
NEVER_HELD: Final = 0xFFFFFFFF


@dataclass(slots=True)
class Body:
    """Somebody else's body."""

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


@dataclass(slots=True)
class Projectile:
    """Something in flight; ``x``, ``y`` is where it was at ``tick``."""

    x: int
    y: int
    vx: int
    vy: int
    owner: int
    skill: int
    radius: int
    tick: int = 0

    def at(self, tick: int) -> tuple[int, int]:
        """Where it is at a tick, in 1/64 u."""
        ticks = tick - self.tick
        return (self.x * 16 + self.vx * ticks + 8) >> 4, (self.y * 16 + self.vy * ticks + 8) >> 4


@dataclass(slots=True)
class Area:
    """A circle that will go off."""

    x: int
    y: int
    radius: int
    owner: int
    skill: int
    fire_tick: int
    until_tick: int


@dataclass(slots=True)
class Obstacle:
    """A crate or a barrier, in units."""

    kind: int
    x_u: float
    y_u: float
    hx_u: float
    hy_u: float
    radius_u: float
    heading: int
    blocks: int
    health: int


@dataclass(slots=True)
class Pickup:
    """An item that lies about."""

    x: int
    y: int
    item: int


@dataclass(slots=True)
class Event:
    """Something that happened; ``x``, ``y`` are None where it happened to a body: at that body."""

    kind: int
    a: int
    b: int | None = None
    cause: int = 0
    amount: int = 0
    x: int | None = None
    y: int | None = None


@dataclass(slots=True)
class Hand:
    """One of the viewer's own skills; ``held_tick`` is NEVER_HELD when no charge is held."""

    skill: int = 0
    level: int = 0
    charges: int = 0
    ready_tick: int = 0
    recharge_tick: int = 0
    held_tick: int = NEVER_HELD


@dataclass(slots=True)
class Figures:
    """How the match and the viewer stand."""

    alive: int = 0
    teams_alive: int = 0
    stage: int = 0
    stage_tick: int = 0
    zone_phase: int = 0
    zone_state: int = 0
    zone_since_tick: int = 0
    zone_until_tick: int = 0
    zone: tuple[int, int, int] = (0, 0, 0)
    zone_next: tuple[int, int, int] = (0, 0, 0)
    eyes_slot: int = NOBODY
    self_flags: int = 0
    body_flags: int = 0
    conditions: int = 0
    health: int = 0
    health_max: int = 0
    mana_max: int = 0
    mana: int = 0
    shield: int = 0
    kills: int = 0
    assists: int = 0
    level: int = 0
    progress: int = 0
    combo: int = 0
    revive: int = 0
    beam_length: int = 0


Thing = Projectile | Area | Obstacle | Pickup


@dataclass(slots=True)
class Gait:
    """What decides how the own body moves, beside where it is and how fast."""

    speed_ups: float
    dash_until_tick: int
    dash_direction: int
    dash_speed_ups: float
    channel_slot: int
    channel_since_tick: int
    channel_until_tick: int


@dataclass(slots=True)
class Motion:
    """The own body's exact state at a tick, and the buttons in force."""

    x_u: float
    y_u: float
    vx_ups: float
    vy_ups: float
    mana_mp: float
    buttons: int
    tick: int
