"""One tick, from top to bottom.  Read this first.

``step`` is the only way state changes: live matches, replays, crash recovery, tests and tools all
call it.  It knows nothing but the world and the tick's logged inputs.
"""

from typing import Any

import esper
import numpy as np
from numpy.typing import NDArray

from ecs import schedule
from ecs.columns import Column, Identity, Rows
from ecs.world import World
from schema import columns
from schema.columns import Barrier, Clock, Mailbox, Outcome, Shape
from schema.commands import TickInputs
from schema.events import NOBODY
from systems.afflict import Afflict
from systems.apply_inputs import ApplyInputs
from systems.begin_tick import BeginTick
from systems.break_obstacles import BreakObstacles
from systems.bury import Bury
from systems.carry_out import CarryOut
from systems.channel import Channel
from systems.crown import Crown
from systems.end_tick import EndTick, RemoveSpent
from systems.hide import Hide
from systems.judge_casts import JudgeCasts
from systems.kernels.obstacles import put_crates
from systems.knock_down import KnockDown, Revive
from systems.loot import Collect, DropLoot, prepare_loot
from systems.move import BuildGrid, Move
from systems.pulse import Pulse
from systems.raise_walls import RaiseWalls
from systems.reward import Reward
from systems.rules import Rules
from systems.run_stage import RunStage
from systems.separate import Separate
from systems.settle_damage import SettleDamage
from systems.shrink_zone import ShrinkZone, prepare_zone
from systems.steer import Steer
from systems.sweep_projectiles import SweepProjectiles
from systems.terrain import Terrain, walls_with_obstacles
from systems.turn_homing import TurnHoming
from systems.wear_off import WearOff

SCHEDULE: tuple[type[schedule.System], ...] = (
    BeginTick,  # empty the reports of the tick before; where everybody was
    RunStage,  # countdown, play, sudden death
    ApplyInputs,  # joins, leaves, commands → intent
    RaiseWalls,  # the map and what was built on it → walls by cell
    WearOff,  # statuses, mana, shields → what everybody is worth in this tick
    Hide,  # who stands in a bush
    JudgeCasts,  # buttons → casts that are allowed, and paid
    CarryOut,  # casts → projectiles, areas, barriers, dashes, shields, healing, beams
    Steer,  # intent → velocity
    Move,  # velocity → position, swept against walls
    BuildGrid,  # who is where
    Separate,  # overlapping bodies part
    Channel,  # beams cost and collect hits
    TurnHoming,
    SweepProjectiles,  # fly, and collect hits
    Pulse,  # areas go off and collect hits
    ShrinkZone,  # the zone moves and collects hits
    SettleDamage,  # hits → shield, block, armour, health
    Afflict,  # hits → statuses
    KnockDown,  # no health left: down or dying
    Revive,
    Reward,  # credit, experience, levels
    Bury,  # placements
    BreakObstacles,  # knocks → crates and barriers that are no more
    DropLoot,
    Collect,
    Crown,  # is it decided?
    RemoveSpent,
    EndTick,
)


def make_world(rules: Rules, terrain: Terrain, capacities: dict[str, int], seed: int) -> World:
    """A world at tick 0, nobody in it, with the schedule attached.

    Args:
        rules: balance at a tick rate.
        terrain: the map.
        capacities: as from ``capacities_for``.
        seed: of every draw in this match, 0 ≤ seed < 2**64.
    """
    world = World(columns.TABLES, capacities, (rules, terrain))
    world.group("match", Clock).seed[0] = seed
    outcome = world.group("match", Outcome)
    outcome.winner[0] = NOBODY
    outcome.winning_team[0] = NOBODY
    prepare_zone(world)
    _put_crates(world)
    prepare_loot(world)
    schedule.attach(world, SCHEDULE)
    return world


def _put_crates(world: World) -> None:
    table = "obstacles"
    rows, identity = world.group(table, Rows), world.group(table, Identity)
    shape, barrier = world.group(table, Shape), world.group(table, Barrier)
    put_crates(
        world.resource(Terrain).crates,
        world.resource(Rules).directions,
        rows.count,
        rows.refused,
        identity.slot,
        identity.generation,
        identity.free,
        shape.x_u,
        shape.y_u,
        shape.hx_u,
        shape.hy_u,
        shape.radius_u,
        shape.heading,
        barrier.kind,
        barrier.blocks,
        barrier.owner,
        barrier.health_hp,
        barrier.full_hp,
        barrier.expire_tick,
    )


def capacities_for(rules: Rules, terrain: Terrain, players: int) -> dict[str, int]:
    """Hard limits of a match with room for so many players on this map."""
    limits = rules.balance.match.limits
    obstacles = len(terrain.crates) + players * limits.barriers_per_player
    return dict(
        columns.capacities(
            players=players,
            projectiles=players * limits.projectiles_per_player,
            areas=players * limits.areas_per_player,
            obstacles=obstacles,
            pickups=len(terrain.loot) + players * limits.pickups_per_player,
            hits=players * limits.hits_per_player,
            events=players * limits.events_per_player,
            cells=int(rules.grid[1] * rules.grid[2]),
            walls=walls_with_obstacles(terrain, obstacles),
            trail=max(1, rules.rewind_ticks),
        )
    )


def step(world: World, inputs: TickInputs) -> None:
    """Apply one tick.

    Args:
        world: advanced in place.
        inputs: ascending by slot; more records than players are cut off at the capacity.
    """
    post(world, inputs)
    world.enter()
    esper.process()


def post(world: World, inputs: TickInputs) -> None:
    """Put a tick's inputs into the mailbox, from which its systems take them."""
    mail = world.group("mailbox", Mailbox)
    _post(world, Mailbox.commands, mail.command_count, inputs.commands)
    _post(world, Mailbox.joins, mail.join_count, inputs.joins)
    _post(world, Mailbox.leaves, mail.leave_count, inputs.leaves)


def _post(
    world: World, column: Column[Any], count: NDArray[np.int64], records: NDArray[np.void]
) -> None:
    if not len(records):
        count[0] = 0
        return
    place, each = world.memory("mailbox", column), column.dtype.itemsize
    size = count[0] = min(len(records), len(place) // each)
    same = records.dtype == column.dtype
    given = records[:size] if same else records[:size].astype(column.dtype)
    # As bytes: NumPy copies records field by field, which took as long as moving everybody.
    place[: size * each] = given.tobytes()


def fork(world: World) -> World:
    """A second world in the same state, with its own schedule: what-if, or a check."""
    twin = world.fork()
    schedule.attach(twin, SCHEDULE)
    return twin
