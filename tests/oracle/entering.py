"""Who enters where, who leaves, and whose word counts, with lists and sets.

Spawn points are compared by exact squared distance in fractions, as tuples of what matters more
and less.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import inf

from tests.oracle import splitmix

SPAWN_STREAM = 1
SPAWN_DRAWS = 12
ALL_BUTTONS = 63
ANYWHERE = 0

Place = tuple[float, float]
Join = tuple[int, int, int, int, int]
"""(slot, team, bot, role, drop)."""


@dataclass
class Player:
    x: float
    y: float
    team: int = 0
    alive: bool = True
    placement: int = 0
    bot: int = 0
    role: int = 0
    joined: int = 0
    heard: int = 0
    held: dict[str, int] = field(default_factory=dict)
    before: int = 0
    health: float = 0.0


@dataclass(frozen=True)
class Ground:
    size: Place
    spawns: Sequence[Place]
    zone: tuple[float, float, float]

    def ninth(self, point: Place) -> int:
        """1…9, row by row: how many thirds lie behind a point, along each side."""
        column, row = (
            sum(3 * Fraction(at) >= third * Fraction(side) for third in (1, 2))
            for at, side in zip(point, self.size, strict=True)
        )
        return 1 + column + 3 * row

    def is_safe(self, point: Place) -> bool:
        x, y, radius = self.zone
        return apart_sq(point, (x, y)) <= Fraction(radius) ** 2


def apart_sq(one: Place, two: Place) -> Fraction:
    return sum(
        ((Fraction(a) - Fraction(b)) ** 2 for a, b in zip(one, two, strict=True)), Fraction()
    )


def lots(seed: int, tick: int, entrant: int, spawns: int) -> list[int]:
    """The spawn points that are drawn for an entrant who has neither a wish nor mates."""
    first = entrant * SPAWN_DRAWS
    return [
        splitmix.below(seed, tick, SPAWN_STREAM, first + attempt, spawns)
        for attempt in range(SPAWN_DRAWS)
    ]


def best_spawn(
    ground: Ground, players: Sequence[Player], team: int, drop: int, drawn: Sequence[int]
) -> int:
    """The first of the best: as wished before elsewhere, safe before unsafe, then by company.

    With mates the nearer to one the better, but a body's width apart; else far from all enemies.
    """
    living = [player for player in players if player.alive]
    mates = [(mate.x, mate.y) for mate in living if mate.team == team]
    enemies = [(enemy.x, enemy.y) for enemy in living if enemy.team != team]
    choice = drawn if drop == ANYWHERE and not mates else range(len(ground.spawns))

    def merit(index: int) -> tuple[bool, bool, bool, Fraction | float]:
        point = ground.spawns[index]
        wished = drop != ANYWHERE and ground.ninth(point) == drop
        if mates:
            nearest = min(apart_sq(point, mate) for mate in mates)
            return wished, ground.is_safe(point), nearest > 1, -nearest if nearest > 1 else 0
        away = min((apart_sq(point, enemy) for enemy in enemies), default=inf)
        return wished, ground.is_safe(point), True, away

    return max(choice, key=merit)  # the first of equals


def enter(
    players: list[Player],
    capacity: int,
    joins: Sequence[Join],
    over: bool,
    classes: int,
    address: tuple[int, int],
    ground: Ground,
) -> int:
    """Let the joins in; return how many were refused."""
    refused = 0
    for slot, team, bot, role, drop in joins:
        lost = {player.team for player in players if player.placement}
        fits = slot == len(players) < capacity and role < classes
        if over or not fits or team in lost:
            refused += 1
            continue
        if team not in {player.team for player in players}:
            for player in players:
                player.placement += bool(player.placement)
        drawn = lots(*address, slot, len(ground.spawns))
        x, y = ground.spawns[best_spawn(ground, players, team, drop, drawn)]
        players.append(Player(x, y, team, True, 0, bot, role, address[1], address[1]))
    return refused


def farewells(
    players: Sequence[Player], leaves: Sequence[int]
) -> list[tuple[int, float, float, float]]:
    """(slot, health, x, y) of everybody alive who leaves, once for each time it is said."""
    living = {
        slot: (player.health, player.x, player.y)
        for slot, player in enumerate(players)
        if player.alive
    }
    return [(slot, *living[slot]) for slot in leaves if slot in living]


def obey(
    players: list[Player],
    commands: Sequence[dict[str, int]],
    tick: int,
    hold_ticks: int,
    countdown: int,
) -> int:
    """Put commands in force, let go of stale buttons; return how many were refused."""
    served: set[int] = set()
    for player in players:
        player.before = player.held["buttons"]
    for command in commands:
        slot = command["slot"]
        if slot not in served and slot < len(players) and players[slot].alive:
            served.add(slot)
            turned = {name: command[name] % 4096 for name in ("move", "aim")}
            pressed = command["buttons"] % (ALL_BUTTONS + 1)
            players[slot].held = command | turned | {"buttons": pressed}
            players[slot].heard = tick
    for player in players:
        if tick < countdown or tick > player.heard + hold_ticks:
            player.held = player.held | {"buttons": 0}
    return len(commands) - len(served)
