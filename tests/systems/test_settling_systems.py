"""The systems from damage to the winner: every kernel gets the columns it is meant to get.

Each works through lenses that hold what it declared, on a world of its own; every column has
values of its own, so that two that are mixed up show.
"""

from __future__ import annotations

from dataclasses import fields
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from ecs.binding import bound
from ecs.columns import Identity, Rows
from ecs.schedule import Granted, System
from ecs.world import World
from schema import columns
from schema.columns import (
    Ability,
    Affliction,
    Assailant,
    Casts,
    Channel,
    Clock,
    Control,
    Credit,
    Dash,
    Effort,
    Events,
    Hits,
    Intent,
    Mending,
    Motion,
    Order,
    Outcome,
    Position,
    Rescue,
    Role,
    Spent,
    Stats,
    Tally,
    Vitals,
)
from schema.commands import INTERACT
from schema.directions import TABLE
from schema.events import (
    CAUSE_LEFT,
    CAUSE_ZONE,
    DEATH,
    DOWN,
    HEALS,
    HIT,
    NO_SLOT,
    NOBODY,
    REVIVE,
    STAGE_PLAY,
    TRUE_DAMAGE,
    UNBLOCKED,
)
from schema.rulebook import ASSAILANTS, CLASS_ROW, STATUSES
from systems.begin_tick import BeginTick
from systems.bury import Bury
from systems.crown import Crown
from systems.end_tick import EndTick, RemoveSpent
from systems.knock_down import KnockDown, Revive
from systems.rules import Rules
from systems.settle_damage import SettleDamage
from systems.terrain import make_terrain

PLAYERS = 6
TICK = 500
LAST_LINES: tuple[type[System], ...] = (BeginTick, SettleDamage, KnockDown, Revive, Bury, Crown)
TEAM = SimpleNamespace(
    size=2,
    friendly_fire_ratio=0.5,
    down_health_hp=60.0,
    downs_max=1,
    revive_s=2.0,
    revive_reach_u=3.0,
    revive_health_ratio=0.25,
)
BALANCE = SimpleNamespace(match=SimpleNamespace(team=TEAM, credit_window_s=1.0))


def stub_rules() -> Rules:
    """Rules of which only what these systems look up is there; 2 ticks a second."""
    classes = np.zeros(2, CLASS_ROW)
    classes["block_cos"] = (2.0, 0.5)
    classes["block_share"] = 0.5
    classes["thorns_share"] = (0.0, 0.25)
    known: dict[str, Any] = {
        "balance": BALANCE,
        "rate_hz": 2,
        "directions": TABLE,
        "classes": classes,
    }
    return Rules(**{field.name: known.get(field.name) for field in fields(Rules)})


def new_world() -> World:
    """Three teams of two in the open, nobody hurt, all facing right."""
    terrain = make_terrain(50.0, 50.0, [], [(1.0, 1.0)])
    room = columns.capacities(
        players=PLAYERS,
        projectiles=5,
        areas=5,
        obstacles=5,
        pickups=5,
        hits=20,
        events=30,
        cells=4,
        walls=(5, len(terrain.wall_start) - 1, 20),
        trail=1,
    )
    world = World(columns.TABLES, room, (stub_rules(), terrain))
    players = {group: world.group("players", group) for group in columns.PLAYER}
    world.group("players", Rows).count[0] = PLAYERS
    match = world.group("match", Outcome)
    match.stage[0], match.alive[0], match.teams_alive[0] = STAGE_PLAY, PLAYERS, 3
    match.winner[0] = match.winning_team[0] = NOBODY
    world.group("match", Clock).tick[0] = TICK
    players[Role].team[:] = (7, 7, 8, 8, 9, 9)
    players[Position].x_u[:] = range(10, 10 + PLAYERS)
    players[Position].y_u[:] = 20.0
    players[Vitals].alive[:] = 1
    players[Vitals].health_hp[:] = 100.0
    players[Stats].health_max_hp[:] = 120.0
    players[Channel].slot[:] = NO_SLOT
    for group, names in (
        (Credit, ["attacker"]),
        (Rescue, ["downer", "reviver"]),
        (Tally, ["killer"]),
    ):
        for name in names:
            getattr(players[group], name)[:] = NOBODY
    world.group("assailants", Assailant).attacker[:] = NOBODY
    world.group("afflictions", Affliction).source[:] = NOBODY
    world.group("abilities", Ability).held_tick[:] = NOBODY
    return world


def run(world: World, *kinds: type[System]) -> None:
    """Run systems once each, bound as a schedule binds them."""
    for kind in kinds:
        system = kind()
        system.bind(Granted(world, kind.reads, kind.writes))
        for one in system.calls:
            bound(one)()


def collect(world: World, *hits: dict[str, Any]) -> None:
    table, rows = world.group("hits", Hits).record, world.group("hits", Rows)
    for hit in hits:
        row = int(rows.count[0])
        table[row] = 0
        table[row]["slot"], table[row]["moment"] = NO_SLOT, 0.5
        for name, value in hit.items():
            table[row][name] = value
        rows.count[0] += 1


def events_of(world: World) -> list[tuple[Any, ...]]:
    count = int(world.group("events", Rows).count[0])
    found: list[tuple[Any, ...]] = world.group("events", Events).record[:count].tolist()
    return found


def test_settling_puts_everything_where_it_belongs() -> None:
    world = new_world()
    players = {group: world.group("players", group) for group in columns.PLAYER}
    players[Role].role[1] = 1  # blocks ahead, has thorns
    players[Vitals].shield_hp[1] = 10.0
    players[Stats].armour[1] = 100.0
    collect(
        world,
        {"victim": 1, "attacker": 2, "cause": 4, "slot": 3, "amount_hp": 90.0, "from_x_u": 30.0},
        {"victim": 0, "attacker": 1, "cause": 5, "slot": 2, "amount_hp": 12.0, "flags": HEALS},
        {"victim": 0, "attacker": 1, "cause": 6, "slot": 1, "amount_hp": 4.0},
    )
    world.group("hits", Hits).record["from_y_u"] = 20.0
    run(world, SettleDamage)
    tally, effort = players[Tally], world.group("abilities", Effort)
    # 90 less a shield of 10, halved by the block and by armour; a quarter of it comes back.
    assert players[Vitals].health_hp[:3].tolist() == [110.0, 80.0, 95.0]
    assert players[Vitals].shield_hp[1] == 0.0
    assert tally.taken_hp[:3].tolist() == [2.0, 20.0, 5.0]
    assert tally.dealt_hp[:3].tolist() == [0.0, 5.0, 20.0]
    assert (tally.shielded_hp[1], tally.blocked_hp[1], tally.healed_hp[1]) == (10.0, 60.0, 12.0)
    assert (effort.hits[11], effort.dealt_hp[11]) == (1, 20.0)
    assert (effort.hits[6], effort.healed_hp[6], effort.hits[5]) == (1, 12.0, 0)
    assert players[Credit].attacker[:3].tolist() == [NOBODY, 2, 1]
    assert players[Credit].hit_tick[:3].tolist() == [0, TICK, TICK]
    known = world.group("assailants", Assailant)
    first = (known.attacker[ASSAILANTS], known.hit_tick[ASSAILANTS], known.dealt_hp[ASSAILANTS])
    assert first == (2, TICK, 20.0)
    assert world.group("match", Outcome).refused_records[0] == 0
    assert [event[0] for event in events_of(world)] == [HIT, 4, 3, HIT, HIT]
    assert world.group("hits", Rows).count[0] == 4


def lethal(victim: int, attacker: int = NOBODY, cause: int = CAUSE_ZONE) -> dict[str, Any]:
    flags = TRUE_DAMAGE | UNBLOCKED
    return {
        "victim": victim,
        "attacker": attacker,
        "cause": cause,
        "amount_hp": 500.0,
        "flags": flags,
    }


def test_from_the_hit_to_the_grave() -> None:
    world = new_world()
    players = {group: world.group("players", group) for group in columns.PLAYER}
    for group, name in ((Dash, "until_tick"), (Channel, "slot"), (Mending, "until_tick")):
        getattr(players[group], name)[:] = 3
    affliction = world.group("afflictions", Affliction)
    affliction.stacks[:], affliction.until_tick[:], affliction.source[:] = 1, 900, 4
    players[Motion].vx_ups[:], players[Motion].vy_ups[:] = 3.0, 4.0
    players[Intent].buttons[:] = 31
    players[Vitals].shield_hp[:] = 8.0
    players[Credit].attacker[2], players[Credit].hit_tick[2] = 5, TICK - 2
    collect(world, lethal(0, 4, 9), lethal(2), lethal(3, NOBODY, CAUSE_LEFT))
    run(world, SettleDamage, KnockDown, Revive, Bury, Crown)
    vitals, tally, rescue = players[Vitals], players[Tally], players[Rescue]
    # 0 goes down by 4; 3 leaves and dies, and with nobody standing so does 2.
    assert vitals.down.tolist() == [1, 0, 0, 0, 0, 0]
    assert vitals.alive.tolist() == [1, 1, 0, 0, 1, 1]
    assert vitals.health_hp.tolist() == [60.0, 100.0, 0.0, 0.0, 100.0, 100.0]
    assert vitals.shield_hp.tolist() == [8.0, 8.0, 0.0, 0.0, 8.0, 8.0]
    assert (rescue.downer[0], rescue.downs[0], rescue.down_tick[0]) == (4, 1, TICK)
    assert (tally.knocks[4], tally.killer[0]) == (1, NOBODY)
    assert tally.dying.tolist() == [0, 0, 1, 1, 0, 0]
    assert tally.placement.tolist() == [0, 0, 3, 3, 0, 0]
    assert tally.death_tick.tolist() == [0, 0, TICK, TICK, 0, 0]
    assert tally.cause[2:4].tolist() == [CAUSE_ZONE, CAUSE_LEFT]
    for rows, gone in (([0, 2, 3], True), ([1, 4, 5], False)):
        for row in rows:
            held = (players[Dash].until_tick[row], players[Channel].slot[row])
            assert (*held, players[Mending].until_tick[row]) == (
                (0, NO_SLOT, 0) if gone else (3,) * 3
            )
            mine = slice(row * STATUSES, (row + 1) * STATUSES)
            assert set(affliction.stacks[mine].tolist()) == {0 if gone else 1}
    for row in range(PLAYERS):
        still = (players[Motion].vx_ups[row], players[Intent].buttons[row])
        assert still == ((0.0, 0) if row in (2, 3) else (3.0, 31))
    match = world.group("match", Outcome)
    assert (match.alive[0], match.teams_alive[0], match.over[0]) == (4, 2, 0)
    assert [(event[:4]) for event in events_of(world)] == [
        (HIT, 4, 0, 9),
        (DOWN, 0, 4, 9),
        (DEATH, 2, NOBODY, CAUSE_ZONE),
        (DEATH, 3, NOBODY, CAUSE_LEFT),
    ]


def test_the_last_team_wins() -> None:
    world = new_world()
    players = {group: world.group("players", group) for group in columns.PLAYER}
    players[Tally].kills[5] = 2
    collect(world, *(lethal(row, 4, 9) for row in range(4)))
    run(world, *LAST_LINES[1:])
    match = world.group("match", Outcome)
    assert (match.over[0], match.over_tick[0], match.winner[0], match.winning_team[0]) == (
        1,
        TICK,
        5,
        9,
    )
    # Of those who are out together the better team is second: equal deeds, the lower row.
    assert players[Tally].placement.tolist() == [2, 2, 3, 3, 1, 1]
    assert (match.alive[0], match.teams_alive[0]) == (2, 1)


def test_helping_up() -> None:
    world = new_world()
    players = {group: world.group("players", group) for group in columns.PLAYER}
    collect(world, lethal(0, 4, 9))
    run(world, SettleDamage, KnockDown)
    players[Intent].buttons[1] = INTERACT
    for tick in range(4):
        run(world, BeginTick)
        assert players[Vitals].down[0] == 1
        if tick == 2:
            # Whoever casts in a tick helps nobody up in it, and begins anew.
            world.group("casts", Casts).record["player"] = 1
            world.group("casts", Rows).count[0] = 1
        run(world, KnockDown, Revive, Bury)
        assert players[Rescue].progress_ticks[0] == (1, 2, 0, 1)[tick]
    for _ in range(3):
        run(world, BeginTick, KnockDown, Revive, Bury)
    assert players[Vitals].down[0] == 0
    assert players[Vitals].health_hp[0] == 30.0
    assert players[Tally].revives.tolist() == [0, 1, 0, 0, 0, 0]
    assert events_of(world)[0][:3] == (REVIVE, 1, 0)


def test_the_reports_are_emptied() -> None:
    world = new_world()
    for table in ("casts", "hits", "knocks", "events"):
        world.group(table, Rows).count[0] = 3
    world.group("order", Order).begin[0] = 3
    run(world, BeginTick)
    for table in ("casts", "hits", "knocks", "events"):
        assert world.group(table, Rows).count[0] == 0
    assert world.group("order", Order).begin[0] == 0


def test_nothing_carries_over_in_scratch() -> None:
    states = []
    for filling in (0, 1):
        world = new_world()
        if filling:
            for name in ("order", "hits", "events", "knocks"):
                for placed in world.scratch_layout.of_table(name):
                    placed.view(world.scratch).view("u1")[:] = 1
        run(world, BeginTick)
        collect(world, lethal(0, 4, 9), lethal(2), lethal(3, NOBODY, CAUSE_LEFT))
        run(world, SettleDamage, KnockDown, Revive, Bury, Crown)
        states.append(world.keyframe())
    assert states[0] == states[1]


@pytest.mark.parametrize("table", ["projectiles", "areas", "obstacles", "pickups"])
def test_spent_rows_go(table: str) -> None:
    """The last row takes the place of one that goes; a vacated row is empty."""
    world = new_world()
    identity, rows = world.group(table, Identity), world.group(table, Rows)
    rows.count[0] = 3
    identity.slot[:3] = (4, 3, 2)
    of_rows = [p for p in world.layout.of_table(table) if p.column.length is None]
    mine = [p for p in of_rows if not p.column.by_slot and p.column.group is not Identity]
    for placed in mine:
        placed.view(world.block)[:3] = (5, 6, 7)
    world.group(table, Spent).gone[:3] = (1, 0, 0)
    run(world, RemoveSpent)
    assert rows.count[0] == 2
    assert identity.slot[:3].tolist() == [2, 3, 0]
    assert identity.free[2] == 4
    for placed in mine:
        expected = [0, 0, 0] if placed.column is Spent.gone else [7, 6, 0]
        assert placed.view(world.block)[:3].tolist() == expected, placed.name


def test_every_table_that_loses_rows_is_looked_after() -> None:
    tables = [table.name for table in columns.TABLES if Spent in table.groups]
    system = RemoveSpent()
    system.bind(Granted(new_world(), RemoveSpent.reads, RemoveSpent.writes))
    assert len(system.calls) == len(tables) == 4


def test_the_clock() -> None:
    world = new_world()
    run(world, EndTick)
    assert world.group("match", Clock).tick[0] == TICK + 1


def test_a_team_that_enters_is_counted() -> None:
    world = new_world()
    world.group("players", Control).join_tick[5] = TICK
    world.group("match", Outcome).teams_alive[0] = 0
    run(world, KnockDown, Bury)
    assert world.group("match", Outcome).teams_alive[0] == 3
