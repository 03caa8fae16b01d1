"""One tick, from top to bottom.  Read this first.

``step`` is the only way state changes: live matches, replays, crash recovery, tests and tools all
call it.  It knows nothing but the world and the tick's logged inputs.
"""

import esper
import numpy as np
from numpy.typing import NDArray

from ecs import schedule
from ecs.world import World
from schema import columns
from schema.columns import Clock, Mailbox, Outcome
from schema.commands import TickInputs
from schema.events import NOBODY
from systems.apply_inputs import ApplyInputs
from systems.begin_tick import BeginTick
from systems.bury import Bury, Crown
from systems.cast import Cast
from systems.detonate import Detonate
from systems.end_tick import EndTick, RemoveSpent
from systems.move import BuildGrid, Move
from systems.rules import Rules, Terrain
from systems.separate import Separate
from systems.settle_damage import SettleDamage
from systems.shrink_zone import ShrinkZone, prepare_zone
from systems.start_dash import StartDash
from systems.steer import Steer
from systems.sweep_projectiles import SweepProjectiles

SCHEDULE: tuple[type[schedule.System], ...] = (
    BeginTick,  # empty the reports of the tick before
    ApplyInputs,  # joins, leaves, commands → intent
    StartDash,
    Steer,  # intent → velocity
    Cast,  # shots and throws leave the hand
    Move,  # velocity → position, swept against walls
    BuildGrid,  # who is where
    Separate,  # overlapping bodies part
    SweepProjectiles,  # fly, and collect hits
    Detonate,  # blasts collect hits
    ShrinkZone,  # the zone moves and collects hits
    SettleDamage,  # hits → health, deaths, credit
    Bury,  # placements
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
    world.group("match", Outcome).winner[0] = NOBODY
    prepare_zone(world)
    schedule.attach(world, SCHEDULE)
    return world


def capacities_for(rules: Rules, players: int) -> dict[str, int]:
    """Hard limits of a match with room for so many players."""
    match = rules.balance.match
    return dict(
        columns.capacities(
            players=players,
            projectiles=players * match.projectiles_per_player,
            areas=players * match.areas_per_player,
            hits=players * match.hits_per_player,
            events=players * match.events_per_player,
            cells=int(rules.grid[1] * rules.grid[2]),
        )
    )


def step(world: World, inputs: TickInputs) -> None:
    """Apply one tick.

    Args:
        world: advanced in place.
        inputs: ascending by slot; more records than players are cut off at the capacity.
    """
    mail = world.group("mailbox", Mailbox)
    _post(mail.commands, mail.command_count, inputs.commands)
    _post(mail.joins, mail.join_count, inputs.joins)
    _post(mail.leaves, mail.leave_count, inputs.leaves)
    world.enter()
    esper.process()


def _post(place: NDArray[np.void], count: NDArray[np.int64], records: NDArray[np.void]) -> None:
    size = min(len(records), len(place))
    count[0] = size
    if size:
        place[:size] = records[:size]


def fork(world: World) -> World:
    """A second world in the same state, with its own schedule: what-if, or a check."""
    twin = world.fork()
    schedule.attach(twin, SCHEDULE)
    return twin
