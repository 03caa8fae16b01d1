"""Scenes of a given size, and what a tick of them costs.  Shared by ``ringfall bench`` and
``benchmarks/``."""

import math
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ecs.columns import Rows
from ecs.world import World
from ringfall.datapack import load_datapack
from ringfall.engine import build_facts, environment
from schema.columns import Cooldowns, Intent, Outcome, Position, Vitals
from schema.commands import ATTACK, JOIN, MOVE, TickInputs
from systems.bots import Bots
from systems.rules import Rules, make_rules, make_terrain
from systems.tick import capacities_for, make_world, step

SIZES = (100, 1_000, 10_000)
AREA_PER_PLAYER_U2 = 256.0
ROUNDS = 7


@dataclass(slots=True)
class Scene:
    """A match in full swing that stays as it is: nobody dies, as many shots fly as end.

    Attributes:
        world: the match.
        bots: its bots.
        players: players in it.
        keyframe: the state every measurement starts from.
    """

    world: World
    bots: Bots
    players: int
    keyframe: bytes

    @property
    def projectiles(self) -> int:
        """Projectiles in flight in the keyframe."""
        return int(self.world.group("projectiles", Rows).count[0])

    def rewind(self) -> None:
        """Back to the keyframe."""
        self.world.restore(self.keyframe)


def make_scene(players: int, seed: int = 1) -> Scene:
    """A scene of ``players`` and about twice as many projectiles, at the shipped map's density.

    The map is the shipped one, repeated until there are 256 square units for each player.
    """
    pack = load_datapack()
    model = pack.map
    tiles = math.ceil(math.sqrt(players * AREA_PER_PLAYER_U2 / (model.width_u * model.height_u)))
    walls, spawns = [], []
    for column in range(tiles):
        for row in range(tiles):
            dx, dy = column * model.width_u, row * model.height_u
            walls += [(cx + dx, cy + dy, hx, hy, r) for cx, cy, hx, hy, r in model.walls]
            spawns += [(x + dx, y + dy) for x, y in model.spawns]
    terrain = make_terrain(model.width_u * tiles, model.height_u * tiles, walls, spawns)
    rules = make_rules(pack.balance, 30, terrain, players)
    world = make_world(rules, terrain, capacities_for(rules, players), seed)
    joins = np.zeros(players, dtype=JOIN)
    joins["slot"], joins["bot"] = np.arange(players), 1
    bots = Bots(world)
    step(world, TickInputs(joins=joins))
    scene = Scene(world, bots, players, b"")
    _place(scene, terrain.spawns, seed)
    _heat_up(scene)
    return scene


def _place(scene: Scene, spawns: Any, seed: int) -> None:
    # Entering by spawn rules leaves few free of each other when there are thousands; spread them.
    position = scene.world.group("players", Position)
    order = np.random.default_rng(seed).permutation(len(spawns))[: scene.players]
    position.x_u[: scene.players] = spawns[order, 0]
    position.y_u[: scene.players] = spawns[order, 1]


def _heat_up(scene: Scene) -> None:
    """Let the bots play, everybody healthy, until the wanted number of shots is in the air."""
    world, players = scene.world, scene.players
    vitals, intent = world.group("players", Vitals), world.group("players", Intent)
    cooldowns = world.group("players", Cooldowns)
    for tick in range(600):
        vitals.health_hp[:players] = world.resource(Rules).balance.body.health_max_hp
        step(world, TickInputs(commands=scene.bots.decide()))
        if tick >= 30 and scene.projectiles >= 2 * players:
            break
        # Bots that see nobody hold their fire, and cooldowns allow one shot a player in the air;
        # here everybody shoots where they look until the wanted number flies.
        intent.buttons[:players] = ATTACK | MOVE
        cooldowns.shot_tick[:players:4] = 0
    vitals.health_hp[:players] = 1e9
    assert world.group("match", Outcome).alive[0] == players
    scene.keyframe = world.keyframe()


def time_us(call: Callable[[], object], before: Callable[[], object], rounds: int) -> float:
    """Median over ``rounds`` of one call, each after ``before``, in microseconds."""
    times = []
    for _ in range(rounds):
        before()
        started = time.perf_counter()
        call()
        times.append(time.perf_counter() - started)
    return 1e6 * statistics.median(times)


def measure(scene: Scene) -> dict[str, float | int]:
    """Cost of a tick, of the bots, of a keyframe and of a hash, medians in microseconds."""
    world = scene.world
    idle = TickInputs()
    rounds = max(50, 20_000 // scene.players) * ROUNDS // 5

    def nothing() -> None:
        return None

    step_us = time_us(lambda: step(world, idle), scene.rewind, rounds)
    scene.rewind()
    bots_us = time_us(scene.bots.decide, nothing, rounds)
    return {
        "players": scene.players,
        "projectiles": scene.projectiles,
        "step_us": step_us,
        "bots_us": bots_us,
        "keyframe_us": time_us(world.keyframe, nothing, rounds),
        "hash_us": time_us(world.state_hash, nothing, rounds),
        "block_bytes": world.layout.size_bytes,
        "agent_steps_per_s": scene.players / (step_us + bots_us) * 1e6,
    }


def run(report: Callable[[str], None]) -> dict[str, Any]:
    """Measure all sizes.

    Args:
        report: told what is being measured.
    """
    rows = []
    for players in SIZES:
        report(f"{players:,} players …")
        rows.append(measure(make_scene(players)))
    return {"engine": build_facts(), "environment": environment(), "scenes": rows}
