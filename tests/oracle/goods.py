"""What falls to the ground and who picks it up: draws as intervals, takers as a sorted list."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from tests.oracle import splitmix
from tests.oracle.directions import VECTORS

ITEM_STREAM, SCATTER_STREAM = 20, 21
ADDRESSES = 8  # of the draws of one source
HEALTH, MANA, SHIELD, EXPERIENCE, UPGRADE = range(1, 6)
SKILL_LEVELS = 5


@dataclass(frozen=True)
class Kind:
    does: int
    amount: float
    radius: float


@dataclass
class Player:
    x: float
    y: float
    standing: bool = True
    health: float = 50.0
    health_max: float = 50.0
    mana: float = 50.0
    mana_max: float = 50.0
    shield: float = 0.0
    shield_until: int = 0
    xp: float = 0.0
    skills: list[int] = field(default_factory=lambda: [1] * 4)
    items: int = 0


def draw_item(
    address: tuple[int, int], place: int, table: Sequence[tuple[int, float]]
) -> int | None:
    """The item of one draw: lines end where the next begins, the last at what is nothing."""
    drawn = splitmix.unit(*address, ITEM_STREAM, place)
    line = bisect_right([below for _, below in table], drawn)
    return table[line][0] if line < len(table) else None


def drops(
    address: tuple[int, int],
    sources: Sequence[tuple[int, float, float]],
    table: Sequence[tuple[int, float]],
    rolls: int,
    scatter: float,
    fits: Callable[[int, float, float], bool],
) -> Iterator[tuple[int, float, float]]:
    """(item, x, y) of all that comes out of ``sources`` (number, x, y), in order."""
    for number, x, y in sources:
        for place in range(number * ADDRESSES, number * ADDRESSES + rolls):
            item = draw_item(address, place, table)
            if item is None:
                continue
            heading = splitmix.below(*address, SCATTER_STREAM, 2 * place, len(VECTORS))
            far = scatter * splitmix.unit(*address, SCATTER_STREAM, 2 * place + 1)
            there = (x + VECTORS[heading][0] * far, y + VECTORS[heading][1] * far)
            yield (item, *(there if fits(item, *there) else (x, y)))


def wants(player: Player, kind: Kind, amount: float, heals: bool) -> bool:
    return {
        HEALTH: heals and player.health < player.health_max,
        MANA: player.mana < player.mana_max,
        SHIELD: player.shield < amount,
        EXPERIENCE: True,
        UPGRADE: any(level < SKILL_LEVELS for level in player.skills),
    }[kind.does]


def give(player: Player, kind: Kind, amount: float, shield_until: int) -> None:
    if kind.does == HEALTH:
        player.health = min(player.health_max, player.health + amount)
    if kind.does == MANA:
        player.mana = min(player.mana_max, player.mana + amount)
    if kind.does == SHIELD:
        player.shield, player.shield_until = max(player.shield, amount), shield_until
    if kind.does == EXPERIENCE:
        player.xp += amount
    if kind.does == UPGRADE:
        for _ in range(int(amount)):
            least = min(player.skills)
            if least < SKILL_LEVELS:
                player.skills[player.skills.index(least)] += 1
    player.items += 1


def collect(
    players: Sequence[Player],
    lying: Sequence[tuple[int, float, float, float, int]],
    kinds: Sequence[Kind],
    body: float,
    tick: int,
    shield_ticks: int,
    heals: bool = True,
) -> tuple[list[bool], list[tuple[int, int, float, float, float]]]:
    """(which items are gone, (player, item, amount, x, y) of those taken).

    ``lying`` is (item, amount, x, y, when it has lain for its time).  Without ``heals`` nobody has
    use for health.
    """
    gone, taken = [], []
    for item, amount, x, y, expire in lying:
        kind = kinds[item]
        reach_sq = (Fraction(kind.radius) + Fraction(body)) ** 2
        near = [
            (away, row)
            for row, player in enumerate(players)
            if player.standing and wants(player, kind, amount, heals)
            for away in [
                (Fraction(player.x) - Fraction(x)) ** 2 + (Fraction(player.y) - Fraction(y)) ** 2
            ]
            if away <= reach_sq
        ]
        if near and tick < expire:
            row = min(near)[1]
            give(players[row], kind, amount, range(tick + 1, tick + 1 + shield_ticks).stop)
            taken.append((row, item, amount, x, y))
        gone.append(tick >= expire or bool(near))
    return gone, taken
