"""Who enters, who leaves, and whose word counts, with lists and sets.

Spawn points are compared by exact squared distance in fractions; the draws are the caller's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from tests.oracle import splitmix

SPAWN_STREAM = 1
SPAWN_DRAWS = 12


@dataclass
class Player:
    x: float
    y: float
    alive: bool = True
    bot: int = 0
    health: float = 0.0
    placement: int = 0
    held: dict[str, int] = field(default_factory=dict)
    heard: int = 0


def spawn_lots(seed: int, tick: int, entrant: int, spawns: int) -> list[int]:
    """The spawn points that are drawn for an entrant."""
    first = entrant * SPAWN_DRAWS
    return [
        splitmix.below(seed, tick, SPAWN_STREAM, first + attempt, spawns)
        for attempt in range(SPAWN_DRAWS)
    ]


def best_spawn(
    lots: Sequence[int],
    spawns: Sequence[tuple[float, float]],
    zone: tuple[float, float, float],
    living: Sequence[tuple[float, float]],
) -> int:
    """The first of the best: safe before unsafe, then farthest from the nearest living player.

    With nobody there every distance is the same.
    """
    zone_x, zone_y, zone_radius = map(Fraction, zone)

    def merit(point: int) -> tuple[bool, Fraction]:
        x, y = map(Fraction, spawns[point])
        safe = (x - zone_x) ** 2 + (y - zone_y) ** 2 <= zone_radius**2
        gaps = [(x - Fraction(px)) ** 2 + (y - Fraction(py)) ** 2 for px, py in living]
        return safe, min(gaps, default=Fraction(0))

    merits = [merit(point) for point in lots]
    return lots[merits.index(max(merits))]


def enter(
    players: list[Player],
    capacity: int,
    joins: Sequence[tuple[int, int]],
    over: bool,
    address: tuple[int, int],
    spawns: Sequence[tuple[float, float]],
    zone: tuple[float, float, float],
    health: float,
) -> int:
    """Let the joins (slot, bot) in; return how many were refused."""
    refused = 0
    for slot, bot in joins:
        if over or slot != len(players) or slot >= capacity:
            refused += 1
            continue
        lots = spawn_lots(*address, slot, len(spawns))
        living = [(player.x, player.y) for player in players if player.alive]
        x, y = spawns[best_spawn(lots, spawns, zone, living)]
        for player in players:
            player.placement += not player.alive
        players.append(Player(x, y, True, bot, health, heard=address[1]))
    return refused


def farewells(players: Sequence[Player], leaves: Sequence[int]) -> list[tuple[int, float]]:
    """(slot, health) of everybody alive who leaves, once for each time it is said."""
    living = {slot: player.health for slot, player in enumerate(players) if player.alive}
    return [(slot, living[slot]) for slot in leaves if slot in living]


def obey(
    players: list[Player], commands: Sequence[dict[str, int]], tick: int, hold_ticks: int
) -> int:
    """Put commands in force, let go of stale buttons; return how many were refused."""
    served: set[int] = set()
    refused = 0
    for command in commands:
        slot = command["slot"]
        if slot >= len(players) or not players[slot].alive or slot in served:
            refused += 1
            continue
        served.add(slot)
        players[slot].held = {
            "move": command["move"] % 4096,
            "aim": command["aim"] % 4096,
            "reach": command["reach"],
            "buttons": command["buttons"] % 16,
            "seq": command["seq"],
            "view_tick": command["view_tick"],
        }
        players[slot].heard = tick
    for player in players:
        if tick > player.heard + hold_ticks:
            player.held["buttons"] = 0
    return refused
