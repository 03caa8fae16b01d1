"""A match as plain Python values: all of it that a snapshot can speak of."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Hand:
    """A skill in one of a player's slots; ``held_tick`` is None when no charge is held."""

    skill: int = 0
    level: int = 1
    charges: int = 1
    ready_tick: int = 0
    recharge_tick: int = 0
    held_tick: int | None = None


@dataclass
class Body:
    """A player of the match, dead or alive; None where there is nobody or nothing."""

    x_u: float
    y_u: float
    team: int = 0
    alive: bool = True
    down: bool = False
    health_hp: float = 100.0
    health_max_hp: float = 100.0
    mana_mp: float = 0.0
    mana_max_mp: float = 0.0
    shield_hp: float = 0.0
    aim: int = 0
    level: int = 1
    experience_xp: float = 0.0
    conditions: int = 0
    combo: int = 0
    dash_until_tick: int = 0
    channel: int | None = None
    beam_u: float = 0.0
    bush: int | None = None
    seen_until_tick: int = 0
    reviver: int | None = None
    progress_ticks: int = 0
    killer: int | None = None
    seq: int = 0
    kills: int = 0
    assists: int = 0
    hands: list[Hand] = field(default_factory=lambda: [Hand() for _ in range(4)])
    statuses: dict[int, tuple[int, int]] = field(default_factory=dict)
    vx_ups: float = 0.0
    vy_ups: float = 0.0
    buttons: int = 0


@dataclass
class Shot:
    """A projectile."""

    slot: int
    generation: int
    x_u: float
    y_u: float
    direction: int
    owner: int
    skill: int
    radius_u: float
    vx_ups: float = 0.0
    vy_ups: float = 0.0


@dataclass
class Circle:
    """An area."""

    slot: int
    generation: int
    x_u: float
    y_u: float
    radius_u: float
    fire_tick: int
    until_tick: int
    owner: int
    skill: int


@dataclass
class Block:
    """An obstacle; (ux, uy) is the unit vector of its own x axis."""

    slot: int
    generation: int
    kind: int
    x_u: float
    y_u: float
    hx_u: float
    hy_u: float
    radius_u: float
    heading: int
    ux: float
    uy: float
    health_hp: float
    full_hp: float
    blocks: int


@dataclass
class Item:
    """A pickup."""

    slot: int
    generation: int
    x_u: float
    y_u: float
    item: int


@dataclass
class Happening:
    """An event."""

    kind: int
    a: int
    b: int
    cause: int
    amount: float
    x_u: float
    y_u: float


@dataclass
class Wall:
    """What stood in this tick, of the map or an obstacle; (ux, uy) as of a Block."""

    x_u: float
    y_u: float
    hx_u: float
    hy_u: float
    radius_u: float
    ux: float
    uy: float
    blocks: int


@dataclass
class State:
    """All of a match that a snapshot can speak of.

    Attributes:
        level_xp: experience at which level i + 2 is reached, None where it cannot be.
        hold_ticks, charges_max: by skill.
        zone_phase: from 0.
        zone: as it is, or while it shrinks as it was when it began to.
    """

    tick: int
    alive: int
    teams_alive: int
    stage: int
    stage_tick: int
    play_tick: int
    winner: int | None
    zone_phase: int
    zone_state: int
    zone_change_tick: int
    zone: tuple[float, float, float]
    zone_next: tuple[float, float, float]
    view_u: tuple[float, float]
    notice_u: float
    revive_ticks: int
    level_xp: list[float | None]
    hold_ticks: list[int]
    charges_max: list[int]
    bodies: list[Body]
    shots: list[Shot] = field(default_factory=list)
    circles: list[Circle] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    events: list[Happening] = field(default_factory=list)
    walls: list[Wall] = field(default_factory=list)
    zone_since_tick: int = 0
    dt_s: float = 1 / 30
    body_u: float = 0.5
