"""What game entities are made of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Position:
    """Where it is, and where it was when the tick began (units)."""

    x: float
    y: float
    from_x: float = 0.0
    from_y: float = 0.0


@dataclass(slots=True)
class Velocity:
    """Units per second."""

    x: float
    y: float


@dataclass(slots=True)
class Player:
    """Who it is, and what happened to them in this match."""

    slot: int
    alive: bool
    health: float
    attacker: int | None = None
    attacked_tick: int = 0
    kills: int = 0
    dealt: float = 0.0
    taken: float = 0.0
    killer: int | None = None
    placement: int = 0


@dataclass(slots=True)
class Intent:
    """The command in force."""

    move: int = 0
    aim: int = 0
    reach: int = 0
    buttons: int = 0
    heard_tick: int = 0


@dataclass(slots=True)
class Ability:
    """Casts left, first tick of the next one, tick in which the next charge is back."""

    charges: int
    ready_tick: int
    recharge_tick: int


@dataclass(slots=True)
class Abilities:
    """What can be done with each button that does something."""

    by_button: dict[int, Ability]


@dataclass(slots=True)
class Dash:
    """A dash under way: first tick after it, where to."""

    until_tick: int = 0
    direction: int = 0


@dataclass(slots=True)
class Push:
    """How far to step aside in this tick (units)."""

    x: float = 0.0
    y: float = 0.0


@dataclass(slots=True)
class Shot:
    """A projectile in flight."""

    owner: int
    expire_tick: int


@dataclass(frozen=True, slots=True, order=True)
class Hit:
    """Damage collected in a tick; sorts into the order in which it is settled."""

    victim: int
    moment: float
    attacker: int
    cause: int
    amount: float
