"""What lasts on players, told as spans that are left rather than as ends.

What statuses make of a speed is a fraction, what burns and bleeding cost a list.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

NOBODY = -1
SLOW, ROOT, STUN, BURN, HASTE, REVEAL = range(1, 7)
REFRESH, EXTEND, STACK, STRONGEST = range(1, 5)
STATUS_CAUSES, THORNS = 128, 244
FLAGS = {STUN: {1}, ROOT: {2}, SLOW: {4}, HASTE: {8}, BURN: {16, 32}, REVEAL: {32}}
SLOWEST = Fraction(0.1)


@dataclass(frozen=True)
class Kind:
    """What a status does, how it takes another, and how much of it there may be."""

    does: int
    stacking: int
    most: int
    longest: int
    strength: float


@dataclass(frozen=True)
class Worn:
    """A status somebody has: in how many ticks after this it works, how often, from whom."""

    left: int
    stacks: int
    source: int


@dataclass(frozen=True)
class Hit:
    victim: int
    attacker: int
    cause: int
    heals: bool
    landed: bool


@dataclass
class Body:
    team: int
    alive: bool = True
    health: float = 1.0
    seen: int = 0
    worn: dict[int, Worn] = field(default_factory=dict)


def put(worn: Worn | None, kind: Kind, ticks: int, source: int) -> Worn:
    """What somebody has of a status who is given it once more."""
    if worn is None:
        return Worn(min(ticks, kind.longest), 1, source)
    spans = {
        REFRESH: max(worn.left, ticks),
        EXTEND: worn.left + ticks,
        STACK: max(worn.left, ticks),
        STRONGEST: max(worn.left, ticks),
    }
    if kind.stacking == STRONGEST and worn.left >= ticks:
        return worn
    more = kind.stacking == STACK and worn.stacks < kind.most
    return Worn(min(spans[kind.stacking], kind.longest), worn.stacks + more, source)


def afflict(
    hits: Iterable[Hit],
    bodies: Sequence[Body],
    inflicts: Mapping[int, Sequence[tuple[int, int]]],
    kinds: Sequence[Kind],
    tick: int,
    reveal: int,
) -> None:
    """What the hits of a tick leave behind.

    Skills' hits and thorns' give away whoever an enemy hurt with them; what is on somebody already
    (burns, bleeding) does not, nor does healing.
    """
    for hit in hits:
        body = bodies[hit.victim]
        if not hit.landed or not body.alive or hit.attacker == NOBODY:
            continue
        enemies = bodies[hit.attacker].team != body.team
        skilled = hit.cause < STATUS_CAUSES
        if enemies and not hit.heals and (skilled or hit.cause == THORNS):
            # In so many looks from now on, each taken when a tick is over: the first at tick + 1.
            body.seen = max(body.seen, range(tick + 1, tick + 1 + reveal).stop)
        if not skilled or body.health <= 0 or hit.heals == enemies:
            continue
        for status, ticks in inflicts[hit.cause]:
            worn = body.worn.get(status)
            body.worn[status] = put(worn, kinds[status], ticks, hit.attacker)


def pass_tick(worn: Mapping[int, Worn]) -> dict[int, Worn]:
    """What is still there a tick later; what has no tick left works in this one."""
    later = {status: Worn(w.left - 1, w.stacks, w.source) for status, w in worn.items()}
    return {status: w for status, w in later.items() if w.left >= 0}


def speed_and_flags(
    speed: float, worn: Mapping[int, int], kinds: Sequence[Kind], down_ratio: float | None
) -> tuple[Fraction, int]:
    """(units a second, bits) of somebody who has so many stacks of each status."""
    having = [(kinds[status], stacks) for status, stacks in worn.items() if stacks]
    flags = sum({flag for kind, _ in having for flag in FLAGS[kind.does]})

    def whole(does: int) -> Fraction:
        return sum((Fraction(k.strength) * n for k, n in having if k.does == does), Fraction())

    if any(kind.does in (ROOT, STUN) for kind, _ in having):
        return Fraction(0), flags
    left = max(1 - whole(SLOW), SLOWEST) * (1 + whole(HASTE)) * Fraction(speed)
    return left if down_ratio is None else left * Fraction(down_ratio), flags
