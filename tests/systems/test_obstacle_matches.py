"""Obstacles in whole matches: walls follow the state alone, and what breaks opens the way."""

from __future__ import annotations

import numpy as np
import pytest

from ecs.columns import Identity, Rows
from ecs.world import World
from schema.columns import (
    Ability,
    Barrier,
    Clock,
    Events,
    Intent,
    Position,
    Role,
    Shape,
    Spent,
    Tally,
    Walls,
)
from schema.commands import COMMAND, PRIMARY, SKILL_SLOTS, TickInputs
from schema.directions import TABLE
from schema.events import BARRIER_GONE, CRATE_BROKEN, NOBODY, WALL_HIT
from schema.walls import BARRIER, BLOCKS_ALL, BLOCKS_MOVE, BLOCKS_SHOTS, NEVER
from systems import tick as ticking
from systems.bots import Bots
from systems.kernels.raising import raise_walls
from systems.rules import Rules
from systems.terrain import Terrain
from tests.systems.matches import CRATES, SPAWNS, new_world, put_players

pytestmark = pytest.mark.filterwarnings("ignore:overflow encountered in scalar")

TICKS = 160


def put_up(
    world: World,
    shape: tuple[float, ...],
    blocks: int = BLOCKS_ALL,
    owner: int = 0,
    health: float = 0.0,
    expires: int = NEVER,
) -> bool:
    """A barrier (x, y, hx, hy, radius, heading) as a skill would put it up, if there is room."""
    rows, identity = world.group("obstacles", Rows), world.group("obstacles", Identity)
    place = int(rows.count[0])
    if place == len(identity.slot):
        return False
    slot = int(identity.free[len(identity.slot) - place - 1])
    identity.slot[place] = slot
    identity.generation[slot] += 1
    for column, value in zip(Shape.columns, shape, strict=True):
        getattr(world.group("obstacles", Shape), column.name)[place] = value
    barrier = world.group("obstacles", Barrier)
    barrier.kind[place], barrier.blocks[place], barrier.owner[place] = BARRIER, blocks, owner
    barrier.health_hp[place], barrier.expire_tick[place] = health, expires
    rows.count[0] += 1
    return True


def freshly_built(world: World) -> tuple[bytes, ...]:
    """The walls that the obstacles of the moment make, in arrays that never held any."""
    theirs, terrain = world.group("walls", Walls), world.resource(Terrain)
    shape = world.group("obstacles", Shape)
    made = [np.zeros_like(part) for part in parts_of(theirs)]
    room = (theirs.former, theirs.edits, theirs.changed)
    raise_walls(
        world.group("obstacles", Rows).count,
        *(getattr(shape, column.name) for column in Shape.columns),
        world.group("obstacles", Barrier).blocks,
        TABLE,
        terrain.walls,
        terrain.wall_start,
        terrain.wall_row,
        terrain.frame,
        *made[:3],
        *(np.zeros_like(part) for part in room),
        *made[3:],
        *(np.zeros_like(part) for part in (theirs.map_stops_bodies, theirs.map_stops_shots)),
        np.zeros(2, dtype=np.int64),
    )
    return in_use(*made)


def parts_of(walls: Walls) -> tuple[np.ndarray, ...]:
    """What obstacles make of the walls: records, cells, and the squares they touch."""
    return walls.record, walls.start, walls.row, walls.stops_bodies, walls.stops_shots


def in_use(
    record: np.ndarray, start: np.ndarray, row: np.ndarray, *squares: np.ndarray
) -> tuple[bytes, ...]:
    return (
        *(part.tobytes() for part in squares),
        record[: row[: start[-1]].max() + 1].tobytes(),
        start.tobytes(),
        row[: start[-1]].tobytes(),
    )


def as_raised(world: World) -> tuple[bytes, ...]:
    return in_use(*parts_of(world.group("walls", Walls)))


def meddle(rng: np.random.Generator, world: World, keyframes: list[bytes]) -> World:
    """Put something up, let something go, go back, or go on in another world."""
    barrier, rows = world.group("obstacles", Barrier), world.group("obstacles", Rows)
    now, count = int(world.group("match", Clock).tick[0]), int(rows.count[0])
    choice = rng.integers(0, 12)
    if choice < 4:
        shape = (*rng.uniform(0.0, 36.0, 2), *rng.uniform(0.0, 3.0, 2), rng.uniform(0.01, 1.0))
        put_up(
            world,
            (*shape, int(rng.integers(0, 4096))),
            blocks=int(rng.integers(1, 8)),
            health=float(rng.choice([0.0, 5.0, 40.0])),
            expires=int(rng.choice([NEVER, now, now + 3])),
        )
    elif choice == 4 and count:
        barrier.expire_tick[rng.integers(0, count)] = now + int(rng.integers(0, 3))
    elif choice == 5 and count:
        barrier.blocks[rng.integers(0, count)] ^= 1
    elif choice == 6:
        world.restore(keyframes[int(rng.integers(0, len(keyframes)))])
    elif choice == 7:
        world = ticking.fork(world)
    elif choice == 8:
        world.scratch[:] = int(rng.integers(0, 256))
    elif choice == 9:
        keyframes.append(world.keyframe())
    return world


@pytest.mark.parametrize("seed", range(6))
def test_walls_are_those_of_a_fresh_build_whatever_came_before(seed: int) -> None:
    rng = np.random.default_rng(seed)
    world = new_world(8, seed, crates=CRATES)
    put_players(world, SPAWNS[:8])
    keyframes, gone = [world.keyframe()], 0
    for tick in range(TICKS):
        world = meddle(rng, world, keyframes)
        bots = Bots(world)
        commands = bots.decide().copy()
        assert bots.decide().tobytes() == commands.tobytes()
        commands["buttons"] |= PRIMARY
        commands["aim"] = rng.integers(0, 4096, len(commands))
        expected, before = freshly_built(world), int(world.group("obstacles", Rows).count[0])
        ticking.step(world, TickInputs(commands=commands))
        assert as_raised(world) == expected, tick
        check_rows(world)
        gone += before - int(world.group("obstacles", Rows).count[0])
    assert gone > 3


def check_rows(world: World) -> None:
    rows, identity = world.group("obstacles", Rows), world.group("obstacles", Identity)
    count, capacity = int(rows.count[0]), len(identity.slot)
    slots = identity.slot[:count].tolist() + identity.free[: capacity - count].tolist()
    assert sorted(slots) == list(range(capacity))
    assert not world.group("obstacles", Spent).gone.any()
    for placed in world.layout.of_table("obstacles"):
        if placed.column.length is None and not placed.column.by_slot:
            assert not placed.view(world.block)[count:].any(), placed.name


def test_one_world_and_one_that_was_restored_go_the_same_way() -> None:
    """The scratch of one was made for other obstacles: nothing of it is left."""
    one = new_world(6, 3, crates=CRATES)
    put_players(one, SPAWNS[:6])
    other = new_world(6, 3, crates=CRATES)
    for x in range(5):
        put_up(other, (4.0 + 5 * x, 12.0, 1.0, 0.5, 0.0, 100 * x))
    ticking.step(other, TickInputs())
    other.restore(one.keyframe())
    bots = Bots(one)
    for tick in range(120):
        if tick == 40:
            put_up(one, (20.0, 16.0, 2.0, 0.25, 0.0, 512), expires=90)
            put_up(other, (20.0, 16.0, 2.0, 0.25, 0.0, 512), expires=90)
        inputs = TickInputs(commands=bots.decide().copy())
        ticking.step(one, inputs)
        ticking.step(other, inputs)
        assert one.state_hash() == other.state_hash(), tick


# ---- what breaks -------------------------------------------------------------------------------


def range_of(health: float, blocks: int = BLOCKS_ALL, expires: int = NEVER) -> World:
    """A shooter who aims at somebody behind a barrier, alone in the world."""
    world = new_world(2, 1, walls=())
    put_players(world, [(10.0, 14.0), (18.0, 14.0)], bots=False)
    world.group("players", Role).team[:2] = 0, 1
    put_up(world, (14.0, 14.0, 0.25, 2.0, 0.0, 0), blocks, owner=1, health=health, expires=expires)
    return world


def fire(world: World, ticks: int) -> list[tuple[int, ...]]:
    """Events of so many ticks in which the first player holds the trigger, without time."""
    seen = []
    command = np.zeros(1, dtype=COMMAND)
    command["buttons"] = PRIMARY
    for _ in range(ticks):
        ticking.step(world, TickInputs(commands=command))
        count = int(world.group("events", Rows).count[0])
        seen += [tuple(event) for event in world.group("events", Events).record[:count].tolist()]
    return seen


def test_a_barrier_breaks_under_fire_and_opens_the_way() -> None:
    world = range_of(health=30.0)
    skill = world.resource(Rules).balance.skills.root["thorn_darts"]
    needed = int(np.ceil(30.0 / skill.damage_hp))
    events = fire(world, 150)
    kinds = [event[0] for event in events]
    broken = kinds.index(BARRIER_GONE)
    assert events[broken] == (BARRIER_GONE, 1, 0, 0, 0.0, 14.0, 14.0)
    assert kinds[:broken].count(WALL_HIT) == needed
    assert world.group("obstacles", Rows).count[0] == 0
    assert world.group("players", Tally).taken_hp[1] > 0.0
    before_it_broke = fire(range_of(health=1e6), 150)
    assert not {event[0] for event in before_it_broke} & {BARRIER_GONE, CRATE_BROKEN}


def test_what_has_no_health_only_expires() -> None:
    world = range_of(health=0.0, expires=60)
    events = fire(world, 60)
    assert BARRIER_GONE not in [event[0] for event in events]
    assert world.group("obstacles", Rows).count[0] == 1
    assert fire(world, 1)[-1] == (BARRIER_GONE, 1, NOBODY, 0, 0.0, 14.0, 14.0)
    assert world.group("obstacles", Rows).count[0] == 0


def test_shots_fly_over_what_only_stops_bodies() -> None:
    over, at = range_of(1.0, BLOCKS_MOVE), range_of(1.0, BLOCKS_SHOTS)
    fire(over, 140)
    assert over.group("players", Tally).taken_hp[1] > 0.0
    assert over.group("obstacles", Rows).count[0] == 1
    fire(at, 140)
    assert at.group("obstacles", Rows).count[0] == 0


def test_a_crate_says_who_broke_it() -> None:
    world = new_world(2, 1, walls=(), crates=[(14.0, 14.0, 0.5, 0.5, 0, 1.0)])
    put_players(world, [(10.0, 14.0), (18.0, 14.0)], bots=False)
    assert (CRATE_BROKEN, 0, NOBODY, 0, 0.0, 14.0, 14.0) in fire(world, 30)


def test_a_body_walks_out_of_what_was_put_upon_it() -> None:
    world = range_of(health=0.0)
    position, intent = world.group("players", Position), world.group("players", Intent)
    position.x_u[0] = 14.5  # a quarter deep, on the right
    world.group("abilities", Ability).recharge_tick[:SKILL_SLOTS] = 10_000
    world.group("abilities", Ability).charges[:SKILL_SLOTS] = 0
    command = np.zeros(1, dtype=COMMAND)
    command["buttons"] = 1
    for _ in range(30):
        ticking.step(world, TickInputs(commands=command))
    assert intent.move[0] == 0
    assert position.x_u[0] > 15.5
