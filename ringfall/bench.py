"""Scenes of a given size, and what a tick of them costs.  Shared by ``ringfall bench`` and
``benchmarks/``."""

import math
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import esper
import numpy as np
from numpy.typing import NDArray

from ecs.columns import Rows
from ecs.world import World
from ringfall.datapack import DataPack, load_datapack
from ringfall.engine import build_facts, environment
from schema.balance import Balance
from schema.columns import Outcome, Position, Vitals
from schema.commands import ATTACK, JOIN, TickInputs
from systems.bots import Bots
from systems.rules import Terrain, make_rules, make_terrain
from systems.tick import SCHEDULE, capacities_for, make_world, step

SIZES = (100, 1_000, 10_000)
RATE_HZ = 30
AREA_PER_PLAYER_U2 = 256.0
LEAD_IN_TICKS = 90
WINDOW_TICKS = 60
ROUNDS = {100: 40, 1_000: 15, 10_000: 7}
"""Rounds over which medians are taken, by size."""

SHOT_COOLDOWN_S = 0.16
"""Walls end most shots early: firing at the shipped rate keeps one in the air for each player,
firing about twice as fast keeps two."""

UNDYING_HP = 1e9


@dataclass(slots=True)
class Scene:
    """A match in full swing that stays as it is: nobody dies, as many shots start as end.

    Everybody moves as the bots decide and holds the trigger.  What they decided in each tick of
    the window is kept, so that every round plays the very same ticks, as a replay does.

    Attributes:
        world: the match.
        bots: its bots.
        players: players in it.
        keyframe: the state in which the window begins.
        inputs: of every tick of the window.
        projectiles: in flight, mean over the window.
    """

    world: World
    bots: Bots
    players: int
    keyframe: bytes
    inputs: tuple[TickInputs, ...]
    projectiles: int

    def rewind(self) -> None:
        """Back to the beginning of the window."""
        self.world.restore(self.keyframe)

    def play(self) -> None:
        """The ticks of the window, with the inputs kept from before."""
        for inputs in self.inputs:
            step(self.world, inputs)

    def states(self) -> list[NDArray[np.uint8]]:
        """The block before each tick of the window."""
        self.rewind()
        found = []
        for inputs in self.inputs:
            found.append(self.world.block.copy())
            step(self.world, inputs)
        return found

    def play_with_bots(self) -> None:
        """The same ticks; the bots decide in each, as they did when the inputs were kept."""
        for inputs in self.inputs:
            self.bots.decide()
            step(self.world, inputs)


def make_scene(players: int, seed: int = 1) -> Scene:
    """A scene of ``players`` and twice as many projectiles, at the shipped map's density.

    Args:
        players: how many; any number.
        seed: of the match, and of where everybody stands.
    """
    pack = load_datapack()
    terrain = tiled_terrain(pack, players)
    rules = make_rules(rapid_fire(pack.balance), RATE_HZ, terrain, players)
    world = make_world(rules, terrain, capacities_for(rules, players), seed)
    joins = np.zeros(players, dtype=JOIN)
    joins["slot"], joins["bot"] = np.arange(players), 1
    step(world, TickInputs(joins=joins))
    bots = Bots(world)
    _place(world, terrain.spawns, players, seed)
    world.group("players", Vitals).health_hp[:players] = UNDYING_HP
    for _ in range(LEAD_IN_TICKS):
        step(world, _commands(bots))
    keyframe = world.keyframe()
    inputs, flying = [], []
    for _ in range(WINDOW_TICKS):
        inputs.append(_commands(bots))
        step(world, inputs[-1])
        flying.append(int(world.group("projectiles", Rows).count[0]))
    if world.group("match", Outcome).alive[0] != players:
        raise AssertionError("somebody died in a scene that must stay as it is")
    return Scene(world, bots, players, keyframe, tuple(inputs), round(statistics.mean(flying)))


def tiled_terrain(pack: DataPack, players: int) -> Terrain:
    """The shipped map, repeated until there are 256 square units for each player."""
    model = pack.map
    tiles = math.ceil(math.sqrt(players * AREA_PER_PLAYER_U2 / (model.width_u * model.height_u)))
    walls, spawns = [], []
    for column in range(tiles):
        for row in range(tiles):
            dx, dy = column * model.width_u, row * model.height_u
            walls += [(cx + dx, cy + dy, hx, hy, r) for cx, cy, hx, hy, r in model.walls]
            spawns += [(x + dx, y + dy) for x, y in model.spawns]
    return make_terrain(model.width_u * tiles, model.height_u * tiles, walls, spawns)


def rapid_fire(balance: Balance) -> Balance:
    """The shipped balance with ``SHOT_COOLDOWN_S``."""
    shot = balance.skills.shot.model_copy(update={"cooldown_s": SHOT_COOLDOWN_S})
    skills = balance.skills.model_copy(update={"shot": shot})
    return balance.model_copy(update={"skills": skills})


def _place(world: World, spawns: NDArray[np.float64], players: int, seed: int) -> None:
    # Entering by spawn rules leaves few free of each other when there are thousands; spread them.
    position = world.group("players", Position)
    order = np.random.default_rng(seed).permutation(len(spawns))[:players]
    position.x_u[:players] = spawns[order, 0]
    position.y_u[:players] = spawns[order, 1]


def _commands(bots: Bots) -> TickInputs:
    """What the bots decide, with the trigger held."""
    commands = bots.decide().copy()
    commands["buttons"] |= ATTACK
    return TickInputs(commands=commands)


# ---- measuring ---------------------------------------------------------------------------------


def time_us(call: Callable[[], object], before: Callable[[], object], rounds: int) -> float:
    """Median over ``rounds`` of one call, each after ``before``, in microseconds."""
    times = []
    for _ in range(rounds):
        before()
        started = time.perf_counter()
        call()
        times.append(time.perf_counter() - started)
    return 1e6 * statistics.median(times)


def tick_costs_us(scene: Scene, rounds: int) -> tuple[float, float]:
    """(step, bots): cost of one tick of each, medians over rounds of the window's mean."""
    clock, world, decide = time.perf_counter, scene.world, scene.bots.decide
    steps, bots = [], []
    for _ in range(rounds):
        scene.rewind()
        stepping = deciding = 0.0
        for inputs in scene.inputs:
            start = clock()
            decide()
            middle = clock()
            step(world, inputs)
            end = clock()
            deciding += middle - start
            stepping += end - middle
        steps.append(1e6 * stepping / len(scene.inputs))
        bots.append(1e6 * deciding / len(scene.inputs))
    return statistics.median(steps), statistics.median(bots)


def system_costs_us(scene: Scene, rounds: int) -> dict[str, float]:
    """Cost of each system in one tick, median over rounds of the window's mean, by its name."""
    world, costs = scene.world, dict[str, list[float]]()
    world.enter()
    processors: list[Any] = [esper.get_processor(kind) for kind in SCHEDULE]
    for _ in range(rounds):
        scene.rewind()
        spent = [0.0] * len(processors)
        for index, processor in enumerate(processors):
            # An instance's own attribute goes before the method of its class.
            processor.process = _timed(type(processor).process, processor, spent, index)
        scene.play()
        for processor, seconds in zip(processors, spent, strict=True):
            del processor.process
            name = type(processor).__name__
            costs.setdefault(name, []).append(1e6 * seconds / len(scene.inputs))
    return {name: statistics.median(rounds) for name, rounds in costs.items()}


def _timed(
    process: Callable[[Any], None], processor: object, spent: list[float], index: int
) -> Callable[[], None]:
    def timed() -> None:
        started = time.perf_counter()
        process(processor)
        spent[index] += time.perf_counter() - started

    return timed


def make_empty_world() -> World:
    """A world with nobody in it: its tick costs what calling all kernels costs."""
    pack = load_datapack()
    terrain = tiled_terrain(pack, 1)
    rules = make_rules(pack.balance, RATE_HZ, terrain, 1)
    return make_world(rules, terrain, capacities_for(rules, 1), 1)


def measure(scene: Scene) -> dict[str, Any]:
    """Cost of a tick, of the bots, of a keyframe and of a hash, medians in microseconds."""
    world = scene.world
    rounds = ROUNDS.get(scene.players, 7)
    step_us, bots_us = tick_costs_us(scene, rounds)
    few = max(50, 20_000 // scene.players)

    def nothing() -> None:
        return None

    return {
        "players": scene.players,
        "projectiles": scene.projectiles,
        "step_us": step_us,
        "bots_us": bots_us,
        "keyframe_us": time_us(world.keyframe, nothing, few),
        "restore_us": time_us(scene.rewind, nothing, few),
        "hash_us": time_us(world.state_hash, nothing, few),
        "block_bytes": world.layout.size_bytes,
        "agent_steps_per_s": scene.players / (step_us + bots_us) * 1e6,
        "systems_us": system_costs_us(scene, max(3, rounds // 3)),
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
    empty, idle = make_empty_world(), TickInputs()
    return {
        "engine": build_facts(),
        "environment": environment(),
        "empty_tick_us": time_us(lambda: step(empty, idle), lambda: None, 2_000),
        "scenes": rows,
    }
