"""Bots in the world: ordinary commands, from what a client could know, the same after a restore."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from ecs.columns import Rows
from ecs.world import World
from ringfall.datapack import load_datapack
from schema.balance import Balance
from schema.columns import (
    Ability,
    Channel,
    Clock,
    Control,
    Cover,
    Effort,
    Intent,
    Outcome,
    Position,
    Progress,
    Rescue,
    Role,
    Stats,
    Tally,
    Vitals,
)
from schema.commands import BUTTONS_ALL, JOIN, SKILL_SLOTS, TickInputs
from schema.events import NOBODY
from systems import tick as ticking
from systems.bots import Bots, bot_rows
from systems.rules import Rules, make_rules
from systems.terrain import make_terrain
from systems.tick import capacities_for, make_world, step

pytestmark = pytest.mark.filterwarnings("ignore:overflow encountered in scalar")

SIZE_U = (44.0, 32.0)
WALLS = (
    (12.0, 8.0, 4.0, 0.5, 0.0, 0, 7),
    (30.0, 20.0, 0.5, 4.0, 0.0, 300, 7),
    (20.0, 26.0, 1.0, 1.0, 0.5, 0, 7),
)
SPAWNS = tuple((x, y) for x in (3.0, 14.0, 25.0, 36.0, 41.0) for y in (3.0, 13.0, 22.0, 29.0))
PLAYERS = 16


@cache
def balance(team_size: int) -> Balance:
    """The shipped balance for teams of so many, with a zone that closes within a minute."""
    shipped = load_datapack().balance
    phases = tuple(
        phase.model_copy(update={"wait_s": 5.0, "shrink_s": 6.0}) for phase in shipped.zone.phase
    )
    zone = shipped.zone.model_copy(update={"phase": phases})
    team = shipped.match.team.model_copy(update={"size": team_size})
    match = shipped.match.model_copy(update={"team": team, "countdown_s": 0.0})
    return shipped.model_copy(update={"zone": zone, "match": match})


def entered(team_size: int = 1, seed: int = 3, players: int = PLAYERS) -> World:
    """A match of bots of all classes and levels that has just begun."""
    terrain = make_terrain(*SIZE_U, WALLS, SPAWNS)
    rules = make_rules(balance(team_size), 30, terrain, players)
    world = make_world(rules, terrain, capacities_for(rules, terrain, players), seed)
    joins = np.zeros(players, JOIN)
    joins["slot"] = np.arange(players)
    joins["team"] = np.arange(players) // team_size
    joins["role"] = np.arange(players) % len(rules.class_names)
    joins["bot"] = 1 + np.arange(players) % 3
    step(world, TickInputs(joins=joins))
    return world


def play(world: World, bots: Bots, ticks: int) -> None:
    for _ in range(ticks):
        step(world, TickInputs(commands=bots.decide().copy()))


def test_a_command_for_every_living_bot_whose_turn_it_is() -> None:
    world = entered()
    bots, periods = Bots(world), bot_rows(world.resource(Rules))["period_ticks"]
    control, vitals = world.group("players", Control), world.group("players", Vitals)
    for _ in range(200):
        tick, before = int(world.group("match", Clock).tick[0]), world.state_hash()
        commands = bots.decide().copy()
        assert world.state_hash() == before, "deciding changed the world"
        assert commands["slot"].tolist() == [
            row
            for row in range(PLAYERS)
            if vitals.alive[row] and (tick + row) % periods[control.bot[row] - 1] == 0
        ]
        assert (commands["seq"] == tick).all()
        assert not commands["view_tick"].any()
        assert (commands["move"] < 4096).all()
        assert (commands["aim"] < 4096).all()
        assert (commands["buttons"] <= BUTTONS_ALL).all()
        step(world, TickInputs(commands=commands))


def test_people_are_left_alone() -> None:
    world = entered()
    world.group("players", Control).bot[:PLAYERS:2] = 0
    bots = Bots(world)
    for _ in range(30):
        assert (bots.decide()["slot"] % 2 == 1).all()
        step(world, TickInputs())


@pytest.mark.parametrize("team_size", [1, 2])
def test_the_same_state_gives_the_same_commands(team_size: int) -> None:
    """In a world that went on, one that was put back, and a copy whose bots know nothing."""
    world = entered(team_size)
    bots = Bots(world)
    for _ in range(12):
        play(world, bots, 37)
        saved, commands = world.keyframe(), bots.decide().tobytes()
        assert Bots(ticking.fork(world)).decide().tobytes() == commands
        play(world, bots, 20)
        world.restore(saved)
        assert bots.decide().tobytes() == commands


@pytest.mark.parametrize("team_size", [1, 4])
def test_a_match_of_bots_is_played_to_its_end(team_size: int) -> None:
    world = entered(team_size)
    bots, outcome = Bots(world), world.group("match", Outcome)
    for _ in range(90):
        play(world, bots, 30)
        if outcome.over[0]:
            break
    assert outcome.over[0]
    tally, effort = world.group("players", Tally), world.group("abilities", Effort)
    assert tally.kills[:PLAYERS].sum() > PLAYERS // 4
    casts = effort.casts.reshape(-1, SKILL_SLOTS)[:PLAYERS]
    assert casts.sum(axis=0).min() > 0, "a slot that nobody uses"
    by_class = [casts[world.group("players", Role).role[:PLAYERS] == role] for role in range(4)]
    assert all(rows[:, 0].sum() > 10 for rows in by_class)


def test_the_good_ones_win_more_often_than_the_others() -> None:
    placements: dict[int, list[int]] = {1: [], 2: [], 3: []}
    for seed in range(4):
        world = entered(seed=seed)
        play(world, Bots(world), 2400)
        control, tally = world.group("players", Control), world.group("players", Tally)
        for row in range(PLAYERS):
            placements[int(control.bot[row])].append(int(tally.placement[row]))
    assert np.mean(placements[3]) < np.mean(placements[1])


# --- What nobody could know -----------------------------------------------------------------------


def spoil_secrets(world: World, row: int, rng: np.random.Generator) -> None:
    """Change what the others keep to themselves."""
    others = np.arange(world.group("players", Rows).count[0]) != row
    slots = np.repeat(others, SKILL_SLOTS)

    def roll(group: Any, name: str, high: int) -> None:
        column = getattr(group, name)
        mask = slots if len(column) == world.layout.capacities["abilities"] else others
        rows = np.flatnonzero(mask)
        column[rows] = rng.integers(0, high, len(rows)).astype(column.dtype)

    ability, intent = world.group("abilities", Ability), world.group("players", Intent)
    for name, high in (("charges", 3), ("ready_tick", 9999), ("recharge_tick", 9999)):
        roll(ability, name, high)
    for name, high in (("move", 4096), ("reach", 256), ("buttons", 64), ("held", 64)):
        roll(intent, name, high)
    roll(world.group("players", Vitals), "mana_mp", 100)
    roll(world.group("players", Stats), "power", 3)
    roll(world.group("players", Progress), "experience_xp", 100)
    roll(world.group("players", Channel), "until_tick", 9999)
    roll(world.group("players", Rescue), "downs", 3)


def test_they_do_not_know_what_others_keep_to_themselves() -> None:
    world, rng = entered(), np.random.default_rng(8)
    bots = Bots(world)
    for _ in range(25):
        play(world, bots, 31)
        saved, commands = world.keyframe(), bots.decide().copy()
        for command in commands:
            spoil_secrets(world, int(command["slot"]), rng)
            (same,) = (c for c in bots.decide() if c["slot"] == command["slot"])
            assert same == command
            world.restore(saved)


@pytest.mark.parametrize("where", ["far", "bush", "wall"])
def test_they_do_not_know_who_is_out_of_sight(where: str) -> None:
    """One who is not to be seen may move as he likes: nothing that a bot does changes."""
    world = entered(players=2)
    bots, position = Bots(world), world.group("players", Position)
    spots = {
        "far": ((3.0, 3.0), (41.0, 29.0), (36.0, 22.0)),
        "bush": ((14.0, 13.0), (19.0, 13.0), (19.5, 14.0)),
        "wall": ((12.0, 6.5), (12.0, 9.5), (12.5, 9.6)),
    }[where]
    cover, clock = world.group("players", Cover), world.group("match", Clock)
    position.x_u[0], position.y_u[0] = spots[0]
    cover.bush[:2] = NOBODY, 0 if where == "bush" else NOBODY
    cover.seen_until_tick[:2] = 0
    world.group("players", Control).bot[:2] = 3, 0
    orders = []
    for spot in spots[1:]:
        position.x_u[1], position.y_u[1] = spot
        seen = []
        for tick in range(600, 1200):
            clock.tick[0] = tick
            seen.append(bots.decide().tobytes())
        orders.append(seen)
    assert orders[0] == orders[1]
    if where == "bush":
        cover.bush[1] = NOBODY
        clock.tick[0] = 600
        assert {bots.decide().tobytes() for clock.tick[0] in range(600, 1200)} != set(orders[1])
