"""Small matches on small maps, made in a line, for tests that let everything run together."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from ecs.columns import Rows
from ecs.world import World
from ringfall.datapack import load_datapack
from schema.balance import Balance
from schema.balance.zone import SuddenDeath, ZoneBalance, ZonePhase
from schema.columns import Clock, Control, Outcome, Position, Vitals, Walls
from schema.commands import COMMAND, INTERACT, JOIN, LEAVE, MOVE, TickInputs, in_slot_order
from schema.walls import BLOCKS_MOVE
from systems.kernels.raising import WALLS_RAISED
from systems.rules import Rules, make_rules
from systems.terrain import Terrain, make_terrain
from systems.tick import capacities_for, make_world
from tests.oracle.throwing import gap
from tests.systems.ground import row_of

WallRows = Sequence[tuple[float, ...]]

SIZE_U = (36.0, 28.0)
# A corridor, a wall without thickness, a pillar, a rounded block, and one that leaves the world;
# a turned box, a slanting segment, a fence that only stops bodies and a curtain that stops looks.
WALLS: WallRows = (
    (12.0, 8.0, 4.0, 0.5, 0.0),
    (12.0, 10.4, 4.0, 0.5, 0.0),
    (24.0, 14.0, 0.0, 5.0, 0.0),
    (8.0, 20.0, 0.0, 0.0, 1.5),
    (18.0, 20.0, 1.0, 1.0, 0.5),
    (35.0, 27.0, 2.0, 2.0, 0.0),
    (30.0, 6.0, 2.0, 0.75, 0.25, 300, 7),
    (4.0, 12.0, 2.5, 0.0, 0.25, 3300, 7),
    (29.5, 20.0, 0.0, 3.0, 0.25, 0, 1),
    (18.0, 4.0, 2.0, 0.0, 0.125, 1200, 4),
)
# (cx, cy, hx, hy, heading, health): beside ways, against a wall, turned, and over cell borders.
CRATES = (
    (24.0, 22.0, 0.75, 0.75, 0, 60.0),
    (13.5, 14.0, 1.0, 0.5, 400, 30.0),
    (16.75, 9.2, 0.5, 0.5, 0, 100.0),
    (32.0, 16.0, 1.5, 0.25, 1500, 20.0),
)
SPAWNS = tuple(
    (x, y)
    for x in range(2, 35, 4)
    for y in range(2, 27, 4)
    if all(gap(x, y, wall) > 1.0 for wall in WALLS)
    and all(gap(x, y, (*box, 0.0, turn)) > 1.0 for *box, turn, _ in CRATES)
)


@cache
def shipped() -> Balance:
    """The balance that ships."""
    return load_datapack().balance


def quick_balance(
    shrink_s: float = 6.0,
    *,
    team: int = 1,
    friendly_fire: float = 0.0,
    countdown_s: float = 0.5,
    sudden_s: float = 2.0,
) -> Balance:
    """The shipped balance with a zone that closes soon, for teams of any size.

    Args:
        shrink_s: seconds of each of the three phases.
        team: players to a team.
        friendly_fire: share of damage to team mates.
        countdown_s: before anybody moves.
        sudden_s: from the closing of the zone to sudden death.
    """
    phases = (
        ZonePhase(wait_s=0.5 * shrink_s, shrink_s=shrink_s, radius_ratio=0.5, damage_hp_per_s=3.0),
        ZonePhase(wait_s=0.0, shrink_s=shrink_s, radius_ratio=0.5, damage_hp_per_s=6.0),
        ZonePhase(wait_s=1.0, shrink_s=shrink_s, radius_ratio=0.0, damage_hp_per_s=15.0),
    )
    sudden = SuddenDeath(after_s=sudden_s, damage_hp_per_s=10.0, growth_hp_per_s=20.0)
    given = shipped()
    teams = {"size": team, "friendly_fire_ratio": friendly_fire, "revive_s": 0.3}
    frame = {
        "countdown_s": countdown_s,
        "team": given.match.team.model_copy(update=teams),
    }
    return given.model_copy(
        update={
            "match": given.match.model_copy(update=frame),
            "zone": ZoneBalance(phase=phases, sudden_death=sudden),
        }
    )


def new_world(
    players: int,
    seed: int,
    *,
    walls: WallRows = WALLS,
    size: tuple[float, float] = SIZE_U,
    spawns: Sequence[tuple[float, float]] = SPAWNS,
    balance: Balance | None = None,
    rate_hz: int = 30,
    room: dict[str, int] | None = None,
    crates: WallRows = (),
    bushes: WallRows = (),
    loot: Sequence[tuple[float, float, str]] = (),
) -> World:
    """A world at tick 0 with nobody in it; ``room`` overrides capacities."""
    rows = [row_of(wall) for wall in walls]
    terrain = make_terrain(*size, rows, spawns, crates, bushes, loot)
    rules = make_rules(balance or quick_balance(), rate_hz, terrain, players)
    return make_world(rules, terrain, capacities_for(rules, terrain, players) | (room or {}), seed)


def put_players(world: World, places: Sequence[tuple[float, float]], bots: bool = True) -> None:
    """Living players at places, as if they had entered."""
    position, vitals = world.group("players", Position), world.group("players", Vitals)
    count = len(places)
    for row, (x, y) in enumerate(places):
        position.x_u[row], position.y_u[row] = x, y
    vitals.alive[:count] = 1
    vitals.health_hp[:count] = 100.0
    world.group("players", Control).bot[:count] = bots
    world.group("players", Rows).count[0] = count
    world.group("match", Outcome).alive[0] = count


def standing_walls(world: World) -> NDArray[np.void]:
    """Walls and obstacles of the tick applied last that stop bodies."""
    walls, terrain = world.group("walls", Walls), world.resource(Terrain)
    assert walls.raised[0] == WALLS_RAISED
    standing = walls.record[: len(terrain.walls) + walls.raised[1]]
    return standing[standing["blocks"] & BLOCKS_MOVE != 0]


def hostile_commands(rng: np.random.Generator, players: int, count: int) -> NDArray[np.void]:
    """Commands as from people who mean no good: any slot, any bits, in any order."""
    raw = rng.integers(0, 256, count * COMMAND.itemsize, dtype=np.uint8)
    commands = raw.view(COMMAND).copy()
    commands["slot"] = rng.integers(0, players + 2, count)
    # Held directions and buttons get people somewhere; mere noise would only make them tremble.
    steady = rng.random(count) < 0.8
    commands["move"][steady] = (commands["slot"][steady].astype(np.int64) * 977) % 4096
    commands["buttons"][steady] |= MOVE
    return commands


class Mob:
    """People who hold what they hold for a while, and mostly aim at whoever is next to them.

    Noise alone would charge nothing, hit nobody and help nobody up.
    """

    def __init__(self, world: World, players: int, seed: int) -> None:
        self.world, self.players = world, players
        self.rng = np.random.default_rng(seed)
        self.held = self._anew(players)

    def inputs(self) -> TickInputs:
        """Of the coming tick: commands of everybody, some twice or garbage; joins and leaves."""
        rng = self.rng
        fresh = rng.random(self.players) < 0.15
        self.held[fresh] = self._anew(int(fresh.sum()))
        self.held["slot"] = np.arange(self.players)
        # Some see what is still to come, some look back too far, some at nothing.
        now = int(self.world.group("match", Clock).tick[0])
        self.held["view_tick"] = np.maximum(0, now - rng.integers(-1, 12, self.players))
        self.held["view_tick"][rng.random(self.players) < 0.2] = 0
        self._aim()
        sent = self.held[rng.random(self.players) < 0.9]
        noise = hostile_commands(rng, self.players, int(rng.integers(0, 3)))
        commands = np.concatenate([sent, noise])
        rng.shuffle(commands)
        return TickInputs(in_slot_order(commands), *map(in_slot_order, self._traffic()))

    def _anew(self, count: int) -> NDArray[np.void]:
        made = np.zeros(count, dtype=COMMAND)
        for name in ("move", "aim"):
            made[name] = self.rng.integers(0, 1 << 16, count)
        for name in ("buttons", "reach"):
            made[name] = self.rng.integers(0, 256, count)
        made["buttons"][self.rng.random(count) < 0.2] = MOVE | INTERACT
        return made

    def _aim(self) -> None:
        position, alive = self.world.group("players", Position), self.world.group("players", Vitals)
        place = position.x_u + 1j * position.y_u
        rows = np.flatnonzero(self.rng.random(self.players) < 0.5)
        away = np.where(alive.alive[: self.players] != 0, place - place[rows, None], np.inf)
        away[np.arange(len(rows)), rows] = np.inf
        nearest = away[np.arange(len(rows)), np.argmin(np.abs(away), axis=1)]
        found, nearest = rows[np.isfinite(nearest)], nearest[np.isfinite(nearest)]
        self.held["aim"][found] = (np.angle(nearest) / (2 * np.pi) * 4096).astype(np.int64) % 4096
        self.held["move"][found] = self.held["aim"][found]

    def _traffic(self) -> tuple[NDArray[np.void], NDArray[np.void]]:
        rng, joins, leaves = self.rng, np.zeros(0, dtype=JOIN), np.zeros(0, dtype=LEAVE)
        entered = int(self.world.group("players", Rows).count[0])
        size = self.world.resource(Rules).balance.match.team.size
        if entered < self.players and rng.random() < 0.6:
            slots = entered + np.arange(rng.integers(1, 5)) - (rng.random() < 0.1)
            joins = np.zeros(len(slots), dtype=JOIN)
            joins["slot"], joins["team"] = np.maximum(slots, 0), np.maximum(slots, 0) // size
            joins["bot"] = rng.integers(0, 4, len(slots))
            joins["role"] = rng.integers(0, 4, len(slots))
            joins["drop"] = rng.integers(0, 10, len(slots))
            if rng.random() < 0.1:
                joins["team"], joins["role"], joins["drop"] = rng.integers(0, 256, 3)
        if rng.random() < 0.01:
            leaves = np.array([(s,) for s in rng.integers(0, self.players + 1, 2)], dtype=LEAVE)
        return joins, leaves
