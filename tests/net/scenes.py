"""Matches as the twin has them, put into a world by hand, and drawn at random where it matters."""

from __future__ import annotations

import math
from collections.abc import Sequence
from random import Random

import numpy as np

from ecs.columns import Group, Identity, Rows
from ecs.world import World
from net.interest import View
from net.ledger import Ledger
from net.snapshot import Lookups, SnapshotPacker
from schema import columns
from schema.columns import (
    Ability,
    Affliction,
    Area,
    Barrier,
    Channel,
    Clock,
    Combo,
    Cover,
    Dash,
    Events,
    Flight,
    Goods,
    Intent,
    Motion,
    Outcome,
    Position,
    Progress,
    Rescue,
    Role,
    Shape,
    Stats,
    Tally,
    Vitals,
    Walls,
    Zone,
)
from schema.directions import TABLE
from schema.rulebook import LEVELS, SKILL_ROW, STATUSES
from tests.oracle.scenery import Block, Body, Circle, Hand, Happening, Item, Shot, State, Wall

SIZE = (48.0, 36.0)
VIEW = (16.0, 9.0)
PLACES = 12
WALLS = 32
NOBODY = -1
NO_SLOT = 255
Groups = tuple[type[Group], ...]
CENTRE = (24.0, 18.0)


def new_world(players: int = PLACES, rows: int = 64, events: int = 64) -> World:
    """A world with nobody in it, and no rules attached: snapshots only read."""
    limits = dict.fromkeys(("projectiles", "areas", "obstacles", "pickups", "hits"), rows)
    walls = (WALLS, 1, WALLS)
    return World(
        columns.TABLES,
        columns.capacities(players=players, events=events, cells=1, walls=walls, trail=1, **limits),
    )


def new_state(bodies: list[Body], **facts: object) -> State:
    """A match in play; everything else as it is given."""
    usual: dict[str, object] = {
        "tick": 500,
        "alive": len(bodies),
        "teams_alive": len(bodies),
        "stage": 1,
        "stage_tick": 90,
        "play_tick": 77,
        "winner": None,
        "zone_phase": 0,
        "zone_state": 0,
        "zone_change_tick": 900,
        "zone": (24.0, 18.0, 30.0),
        "zone_next": (20.0, 18.0, 12.0),
        "view_u": VIEW,
        "notice_u": 3.0,
        "revive_ticks": 90,
        "level_xp": [60.0, 133.25, 222.5, *([None] * (LEVELS - 3))],
        "hold_ticks": [0, 42, 30, 0],
        "charges_max": [1, 1, 2, 3],
        "bodies": bodies,
    }
    return State(**{**usual, **facts})  # type: ignore[arg-type]


def packer_of(world: World, state: State, ledger: Ledger | None = None) -> SnapshotPacker:
    """A packer with the rules of a state."""
    skills = np.zeros(len(state.hold_ticks), dtype=SKILL_ROW)
    skills["hold_ticks"], skills["charges_max"] = state.hold_ticks, state.charges_max
    steps = [math.inf if xp is None else xp for xp in state.level_xp]
    lookups = Lookups(
        skills, np.array(steps), TABLE, state.play_tick, state.revive_ticks, state.dt_s
    )
    view = View(*state.view_u, state.notice_u, state.body_u)
    return SnapshotPacker(world, view, np.array([*SIZE, 64.0, 1.0, 1.0]), lookups, ledger)


def put(world: World, state: State) -> None:
    """Write a state into a world."""
    _put_match(world, state)
    _put_walls(world, state)
    world.group("players", Rows).count[0] = len(state.bodies)
    for row, body in enumerate(state.bodies):
        _put_body(world, row, body)
        _put_self(world, row, body)
    _put_things(world, state)
    record, count = world.group("events", Events).record, world.group("events", Rows).count
    count[0] = len(state.events)
    for row, event in enumerate(state.events):
        facts = (event.kind, event.a, event.b, event.cause, event.amount, event.x_u, event.y_u)
        record[row] = facts


def _put_match(world: World, state: State) -> None:
    world.group("match", Clock).tick[0] = state.tick
    outcome, zone = world.group("match", Outcome), world.group("match", Zone)
    outcome.stage[0], outcome.stage_tick[0] = state.stage, state.stage_tick
    outcome.alive[0], outcome.teams_alive[0] = state.alive, state.teams_alive
    outcome.winner[0] = NOBODY if state.winner is None else state.winner
    zone.phase[0], zone.state[0] = state.zone_phase, state.zone_state
    zone.until_tick[0] = state.zone_change_tick
    zone.since_tick[0] = state.zone_since_tick
    zone.x_u[0], zone.y_u[0], zone.radius_u[0] = state.zone
    zone.from_x_u[0], zone.from_y_u[0], zone.from_radius_u[0] = state.zone
    zone.next_x_u[0], zone.next_y_u[0], zone.next_radius_u[0] = state.zone_next


def _put_walls(world: World, state: State) -> None:
    """All of them in one cell, and all of them obstacles, for they come and go here."""
    walls = world.group("walls", Walls)
    walls.start[:2], walls.raised[:] = (0, len(state.walls)), (1, len(state.walls))
    for row, wall in enumerate(state.walls):
        reach_x = abs(wall.ux) * wall.hx_u + abs(wall.uy) * wall.hy_u + wall.radius_u
        reach_y = abs(wall.uy) * wall.hx_u + abs(wall.ux) * wall.hy_u + wall.radius_u
        shape = (wall.x_u, wall.y_u, wall.hx_u, wall.hy_u, wall.radius_u, wall.ux, wall.uy)
        walls.record[row] = (*shape, reach_x, reach_y, wall.blocks, 0, 0, 0)
        walls.row[row] = row


def _row(number: int | None) -> int:
    return NOBODY if number is None else number


def _put_body(world: World, row: int, body: Body) -> None:
    place, vitals = world.group("players", Position), world.group("players", Vitals)
    stats, channel = world.group("players", Stats), world.group("players", Channel)
    cover, rescue = world.group("players", Cover), world.group("players", Rescue)
    place.x_u[row], place.y_u[row] = body.x_u, body.y_u
    vitals.alive[row], vitals.down[row] = body.alive, body.down
    vitals.health_hp[row], vitals.shield_hp[row] = body.health_hp, body.shield_hp
    vitals.mana_mp[row], stats.mana_max_mp[row] = body.mana_mp, body.mana_max_mp
    stats.health_max_hp[row], stats.flags[row] = body.health_max_hp, body.conditions
    channel.slot[row] = NO_SLOT if body.channel is None else body.channel
    channel.length_u[row] = body.beam_u
    cover.bush[row], cover.seen_until_tick[row] = _row(body.bush), body.seen_until_tick
    rescue.reviver[row], rescue.progress_ticks[row] = _row(body.reviver), body.progress_ticks
    world.group("players", Role).team[row] = body.team
    world.group("players", Intent).aim[row] = body.aim
    world.group("players", Dash).until_tick[row] = body.dash_until_tick


def _put_self(world: World, row: int, body: Body) -> None:
    tally, progress = world.group("players", Tally), world.group("players", Progress)
    ability = world.group("abilities", Ability)
    affliction = world.group("afflictions", Affliction)
    tally.kills[row], tally.assists[row] = body.kills, body.assists
    tally.killer[row] = _row(body.killer)
    progress.level[row], progress.experience_xp[row] = body.level, body.experience_xp
    intent, motion = world.group("players", Intent), world.group("players", Motion)
    intent.seq[row], intent.buttons[row] = body.seq, body.buttons
    motion.vx_ups[row], motion.vy_ups[row] = body.vx_ups, body.vy_ups
    world.group("players", Combo).hits[row] = body.combo
    for place, hand in enumerate(body.hands, start=4 * row):
        ability.skill[place], ability.level[place] = hand.skill, hand.level
        ability.charges[place], ability.ready_tick[place] = hand.charges, hand.ready_tick
        ability.recharge_tick[place] = hand.recharge_tick
        ability.held_tick[place] = _row(hand.held_tick)
    for status in range(STATUSES):
        stacks, until = body.statuses.get(status, (0, 0))
        affliction.stacks[STATUSES * row + status] = stacks
        affliction.until_tick[STATUSES * row + status] = until


def _put_things(world: World, state: State) -> None:
    """Columns by their names, which twin and manifest share; ``slot`` is the identity's."""
    tables: tuple[tuple[str, Sequence[Shot | Circle | Block | Item], Groups], ...] = (
        ("projectiles", state.shots, (Position, Motion, Flight)),
        ("areas", state.circles, (Position, Area)),
        ("obstacles", state.blocks, (Shape, Barrier)),
        ("pickups", state.items, (Position, Goods)),
    )
    for table, things, groups in tables:
        world.group(table, Rows).count[0] = len(things)
        identity = world.group(table, Identity)
        for row, thing in enumerate(things):
            identity.slot[row] = thing.slot
            identity.generation[thing.slot] = thing.generation
            for kind in groups:
                for column in kind.columns:
                    if column.name != "slot" and hasattr(thing, column.name):
                        array = getattr(world.group(table, kind), column.name)
                        array[row] = getattr(thing, column.name)


# ---- drawn states -------------------------------------------------------------------------------


def around(chance: Random, spread: float = 1.0) -> tuple[float, float]:
    """A place: near the middle, on the edge of a view round it or a 64th beside, or anywhere."""
    if chance.random() < 0.25:
        return chance.randrange(48 * 64 + 1) / 64, chance.randrange(36 * 64 + 1) / 64
    step = chance.choice((-1, 0, 0, 1)) / 64
    dx = chance.choice((-8.0, 8.0, -3.0, 3.0, 0.0, chance.randrange(-600, 600) / 64))
    dy = chance.choice((-4.5, 4.5, 0.0, 0.0, chance.randrange(-320, 320) / 64))
    return CENTRE[0] + dx * spread + step, CENTRE[1] + dy * spread + chance.choice((-1, 0, 1)) / 64


def near_tick(chance: Random, tick: int) -> int:
    """A point in time: now, just before or after, or far away."""
    return tick + chance.choice((0, 0, -1, 1, 2, -30, 30, 255, 65_534, 65_535, 65_536, 10**6))


def drawn_body(chance: Random, tick: int, count: int, skills: int) -> Body:
    """A player in any condition."""
    someone = [None, *range(count)]
    body = Body(*around(chance), team=chance.randrange(4))
    body.alive, body.down = chance.random() < 0.7, chance.random() < 0.2
    body.health_max_hp = chance.choice((100.0, 140.0, 2000.0, 3000.0))
    body.health_hp = chance.choice((0.01, 31.0 / 64, 50.0, 99.99, body.health_max_hp))
    body.mana_mp, body.mana_max_mp = chance.uniform(0, 300), chance.choice((0.0, 80.0, 2500.0))
    body.shield_hp = chance.choice((0.0, 0.0, 0.001, 34.0, 140.0, 5000.0))
    body.aim, body.conditions = chance.randrange(4096), chance.choice((0, 0, 1, 17, 32, 63))
    body.level = chance.randint(1, 5)
    body.experience_xp = chance.choice(
        (0.0, 60.0, 100.0, 133.25, 222.5, 1e6, chance.uniform(0, 300))
    )
    body.combo = chance.choice((0, 3, 255))
    body.dash_until_tick, body.seen_until_tick = near_tick(chance, tick), near_tick(chance, tick)
    body.channel, body.beam_u = chance.choice((None, 0, 3)), chance.choice((0.0, 13.0, 2000.0))
    body.bush = chance.choice((None, None, 0, 0, 1))
    body.reviver, body.progress_ticks = None, chance.choice((0, 1, 45, 90, 200))
    body.killer = chance.choice(someone)
    body.seq, body.kills = chance.choice((0, 7, 2**32 - 1)), chance.choice((0, 3, 65_536))
    body.vx_ups, body.vy_ups = chance.choice((0.0, -0.0, 7.0)), chance.uniform(-7, 7)
    body.buttons = chance.randrange(64)
    body.assists = chance.choice((0, 255, 256))
    body.hands = [drawn_hand(chance, tick, skills) for _ in range(4)]
    body.statuses = {
        status: (chance.choice((0, 1, 3)), near_tick(chance, tick))
        for status in chance.sample(range(STATUSES), chance.randrange(4))
    }
    return body


def drawn_hand(chance: Random, tick: int, skills: int) -> Hand:
    """A skill, ready or not, held or not."""
    hold = chance.choice((None, None, tick, tick - 1, tick - 21, tick - 42, tick - 100))
    return Hand(
        chance.randrange(skills),
        chance.randint(1, 5),
        chance.randrange(4),
        near_tick(chance, tick),
        near_tick(chance, tick),
        hold,
    )


def drawn_state(chance: Random) -> State:
    """A match in which anything may be anywhere, mostly where it is decided who sees it."""
    count, tick = chance.randint(1, PLACES), chance.choice((101, 500, 100_000))
    skills = 4
    bodies = [drawn_body(chance, tick, count, skills) for _ in range(count)]
    if chance.random() < 0.1:
        for body in bodies:
            body.alive = False
    # Everybody helps one or is helped by one: pairs.
    pairs = chance.sample(range(count), count)
    for helper, helped in zip(pairs[::2], pairs[1::2], strict=False):
        bodies[helped].reviver = chance.choice((None, helper))
    slots = {name: chance.sample(range(64), 64) for name in ("shot", "area", "block", "item")}
    state = new_state(
        bodies,
        tick=tick,
        stage=chance.randrange(4),
        winner=chance.choice((None, chance.randrange(count))),
        alive=chance.randrange(100),
        teams_alive=chance.randrange(100),
        zone_phase=chance.randrange(6),
        zone_state=chance.randrange(3),
        zone_change_tick=chance.choice((0, 900, 2**32 - 1)),
        zone=(chance.uniform(-20, 50), chance.uniform(-20, 50), chance.uniform(0, 700)),
        view_u=chance.choice((VIEW, VIEW, (44.0, 26.0), (120.0, 120.0))),
        notice_u=chance.choice((0.0, 3.0, 5.0)),
        revive_ticks=chance.choice((90, 1800)),
    )
    state.walls = [drawn_wall(chance) for _ in range(chance.choice((0, 3, 8)))]
    for _ in range(chance.randrange(12)):
        add_things(chance, state, {name: free.pop() for name, free in slots.items()})
    state.events = [drawn_event(chance, count) for _ in range(chance.randrange(12))]
    return state


def add_things(chance: Random, state: State, slots: dict[str, int]) -> None:
    """One more of everything."""
    tick, age = state.tick, chance.choice((1, 255, 256, 70_000))
    owner, skill = chance.choice((NOBODY, 0, 5)), chance.randrange(64)
    radius = chance.choice((0.1, 0.5, 3.984375, 4.0, 9.0))
    place, aim = around(chance), chance.randrange(4096)
    ways = chance.choice((0.0, 26.0, 2000.0)), chance.uniform(-46, 46)
    state.shots.append(Shot(slots["shot"], age, *place, aim, owner, skill, radius, *ways))
    fire = near_tick(chance, tick)
    until = near_tick(chance, fire)
    radius = chance.choice((0.5, 2.0, 3.5))
    spread = chance.choice((1.0, 1.0 + radius / 8.0))
    state.circles.append(
        Circle(slots["area"], age, *around(chance, spread), radius, fire, until, owner, skill)
    )
    heading = chance.choice((0, 512, 1024, 2048, chance.randrange(4096)))
    ux, uy = TABLE[heading].tolist()
    hx, hy, corner = chance.choice(((1.0, 0.5, 0.0), (2.5, 0.0, 0.2), (0.0, 0.0, 1.0)))
    health = chance.choice((0.01, 22.5, 45.0, 140.0))
    state.blocks.append(
        Block(
            slots["block"],
            age,
            chance.randint(1, 2),
            *around(chance, chance.choice((1.0, 1.25))),
            hx,
            hy,
            corner,
            heading,
            ux,
            uy,
            health,
            chance.choice((45.0, 140.0)),
            chance.randint(1, 7),
        )
    )
    state.items.append(Item(slots["item"], age, *around(chance), chance.randrange(5)))


def drawn_wall(chance: Random) -> Wall:
    """A wall about where looks pass, thin, thick, round or turned; some do not block them."""
    ux, uy = TABLE[chance.choice((0, 512, 1024, chance.randrange(4096)))].tolist()
    hx, hy, corner = chance.choice(
        ((1.0, 0.5, 0.0), (2.5, 0.0, 0.2), (0.0, 0.0, 1.0), (0.5, 0.25, 0.25))
    )
    return Wall(*around(chance, 0.5), hx, hy, corner, ux, uy, chance.choice((7, 7, 4, 3)))


def drawn_event(chance: Random, count: int) -> Happening:
    """Something that happened to anybody, or to nobody."""
    amount = chance.choice((0.0, 1.0, 7.9375, 0.0625, 8191.9, 1e6, chance.uniform(0, 100)))
    return Happening(
        chance.randint(1, 13),
        chance.randrange(-1, count),
        chance.randrange(-1, count),
        chance.choice((0, 130, 244)),
        amount,
        *around(chance),
    )
