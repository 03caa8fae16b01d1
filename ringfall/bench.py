"""Scenes of a given size, and what a tick of them costs.  Shared by ``ringfall bench`` and
``benchmarks/``."""

import math
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecs.binding import sequence
from ecs.columns import Rows
from ecs.schedule import ready
from ecs.world import World
from ringfall.datapack import DataPack, load_datapack
from ringfall.engine import build_facts, environment
from schema.balance import Balance
from schema.balance.skills import ProjectileSkill
from schema.columns import Outcome, Position
from schema.commands import BOT_NORMAL, JOIN, PRIMARY, TickInputs
from systems.bots import Bots
from systems.move import BuildGrid, Move
from systems.rules import make_rules
from systems.separate import Separate
from systems.sweep_projectiles import SweepProjectiles
from systems.terrain import Terrain, make_terrain
from systems.tick import SCHEDULE, capacities_for, make_world, post, step

SIZES = (100, 1_000, 10_000)
RATE_HZ = 30
AREA_PER_PLAYER_U2 = 256.0
LEAD_IN_TICKS = 90
WINDOW_TICKS = 60
ROUNDS = {100: 40, 1_000: 15, 10_000: 7}
"""Rounds over which medians are taken, by size."""

SHOT_COOLDOWN_S = 0.2
"""Walls and bodies end most shots early: at this rate two are in the air for each player."""

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


Press = Callable[[NDArray[np.void], int], None]
"""Changes the buttons of COMMAND[n] in place, for a tick of a scene, 0 and up."""


def hold_trigger(commands: NDArray[np.void], tick: int) -> None:
    """Everybody shoots as often as they may, beside what they do anyway."""
    commands["buttons"] |= PRIMARY


def make_scene(
    players: int,
    seed: int = 1,
    pack: DataPack | None = None,
    press: Press = hold_trigger,
) -> Scene:
    """A scene of ``players`` and twice as many projectiles, at the shipped map's density.

    Args:
        players: how many; any number.
        seed: of the match, and of where everybody stands.
        pack: balance and map, the shipped ones if there is none.
        press: changes the buttons of what the bots decided.
    """
    pack = load_datapack() if pack is None else pack
    terrain = tiled_terrain(pack, players)
    rules = make_rules(undying(pack.balance), RATE_HZ, terrain, players)
    world = make_world(rules, terrain, capacities_for(rules, terrain, players), seed)
    joins = np.zeros(players, dtype=JOIN)
    joins["slot"] = joins["team"] = np.arange(players)
    joins["bot"], joins["role"] = BOT_NORMAL, np.arange(players) % len(rules.class_names)
    step(world, TickInputs(joins=joins))
    bots = Bots(world)
    _place(world, terrain.spawns, players, seed)
    for tick in range(LEAD_IN_TICKS):
        step(world, _commands(bots, press, tick))
    keyframe = world.keyframe()
    inputs, flying = [], []
    for tick in range(LEAD_IN_TICKS, LEAD_IN_TICKS + WINDOW_TICKS):
        inputs.append(_commands(bots, press, tick))
        step(world, inputs[-1])
        flying.append(int(world.group("projectiles", Rows).count[0]))
    if world.group("match", Outcome).alive[0] != players:
        raise AssertionError("somebody died in a scene that must stay as it is")
    return Scene(world, bots, players, keyframe, tuple(inputs), round(statistics.mean(flying)))


def tiled_terrain(pack: DataPack, players: int) -> Terrain:
    """The shipped map, repeated until there are 256 square units for each player."""
    model, crate_hp = pack.map, pack.balance.loot.crate_hp
    tiles = math.ceil(math.sqrt(players * AREA_PER_PLAYER_U2 / (model.width_u * model.height_u)))
    moves = [(x * model.width_u, y * model.height_u) for x in range(tiles) for y in range(tiles)]
    return make_terrain(
        model.width_u * tiles,
        model.height_u * tiles,
        [(x + dx, y + dy, *rest) for dx, dy in moves for x, y, *rest in model.walls],
        [(x + dx, y + dy) for dx, dy in moves for x, y in model.spawns],
        [(x + dx, y + dy, *rest, crate_hp) for dx, dy in moves for x, y, *rest in model.crates],
        [(x + dx, y + dy, r) for dx, dy in moves for x, y, r in model.bushes],
        [(x + dx, y + dy, table) for dx, dy in moves for x, y, table in model.loot],
    )


def undying(balance: Balance) -> Balance:
    """The shipped balance at once in full swing: nobody dies, and shots come as fast as they go."""
    skills = {
        name: skill.model_copy(update={"cooldown_s": SHOT_COOLDOWN_S})
        if isinstance(skill, ProjectileSkill) and skill.charge is None
        else skill
        for name, skill in balance.skills.root.items()
    }
    classes = {
        name: role.model_copy(update={"health_max_hp": UNDYING_HP})
        for name, role in balance.classes.root.items()
    }
    return balance.model_copy(
        update={
            "match": balance.match.model_copy(update={"countdown_s": 0.0}),
            "skills": balance.skills.model_copy(update={"root": skills}),
            "classes": balance.classes.model_copy(update={"root": classes}),
        }
    )


def _place(world: World, spawns: NDArray[np.float64], players: int, seed: int) -> None:
    # Entering by spawn rules leaves few free of each other when there are thousands; spread them.
    position = world.group("players", Position)
    order = np.random.default_rng(seed).permutation(len(spawns))[:players]
    position.x_u[:players] = spawns[order, 0]
    position.y_u[:players] = spawns[order, 1]


def _commands(bots: Bots, press: Press, tick: int) -> TickInputs:
    """What the bots decide, with the buttons as ``press`` wants them."""
    commands = bots.decide().copy()
    press(commands, tick)
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
    """Cost of each system in one tick, median over rounds of the window's mean, by its name.

    Each is called on its own, which costs a little more than running through them all does.
    """
    clock, world, costs = time.perf_counter, scene.world, dict[str, list[float]]()
    systems = [ready(world, kind) for kind in SCHEDULE]
    for _ in range(rounds):
        scene.rewind()
        spent = [0.0] * len(systems)
        for inputs in scene.inputs:
            post(world, inputs)
            for index, system in enumerate(systems):
                started = clock()
                system.process()
                spent[index] += clock() - started
        for system, seconds in zip(systems, spent, strict=True):
            name = type(system).__name__
            costs.setdefault(name, []).append(1e6 * seconds / len(scene.inputs))
    return {name: statistics.median(rounds) for name, rounds in costs.items()}


def bare_costs_us(scene: Scene, rounds: int) -> float:
    """Move, grid, separation and sweep of the same scene, called directly, a tick of each.

    What a tick would cost without rules: bodies keep their velocities, shots fly on whatever they
    meet.  Beside it stands what the rules and their dispatch add.
    """
    world = scene.world
    moving = [ready(world, kind) for kind in (Move, BuildGrid, Separate)]
    flying = ready(world, SweepProjectiles)
    # What projectiles lead to, the last call, is rules.
    calls = [call for system in moving for call in system.calls] + flying.calls[:-1]
    (bare,) = sequence(calls)
    hits = world.group("hits", Rows).count

    def play() -> None:
        for _ in scene.inputs:
            hits[0] = 0
            bare()

    def before() -> None:
        scene.rewind()
        step(world, scene.inputs[0])

    return time_us(play, before, rounds) / len(scene.inputs)


def make_empty_world() -> World:
    """A world with nobody in it: its tick costs what calling all kernels costs."""
    pack = load_datapack()
    terrain = tiled_terrain(pack, 1)
    rules = make_rules(pack.balance, RATE_HZ, terrain, 1)
    return make_world(rules, terrain, capacities_for(rules, terrain, 1), 1)


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
        "bare_kernels_us": bare_costs_us(scene, max(3, rounds // 3)),
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
    empty_us = time_us(lambda: step(empty, idle), lambda: None, 2_000)
    for row in rows:
        row["dispatch_share"] = empty_us / row["step_us"]
    return {
        "engine": build_facts(),
        "environment": environment(),
        "empty_tick_us": empty_us,
        "scenes": rows,
    }
