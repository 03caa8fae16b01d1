"""The systems of casting on one world: each skill that ships does what it says."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from math import floor
from typing import Any

import numpy as np
import pytest

from ecs.columns import Rows
from ecs.schedule import System, ready
from ecs.world import World
from ringfall.datapack import load_datapack
from schema import columns, events
from schema.balance import Balance
from schema.columns import (
    Ability,
    Affliction,
    Area,
    Barrier,
    Casts,
    Clock,
    Combo,
    Cover,
    Dash,
    Effort,
    Flight,
    Hits,
    Intent,
    Mending,
    Motion,
    Outcome,
    Position,
    Role,
    Shape,
    Stats,
    Tally,
    Vitals,
    Walls,
)
from schema.commands import MOBILITY, MOVE, PRIMARY, SECONDARY, SKILL_SLOTS, SPECIAL
from schema.events import NO_SLOT, NOBODY, STAGE_COUNTDOWN, STAGE_PLAY, STUNNED
from schema.rulebook import LEVELS, STATUSES
from systems.carry_out import CarryOut
from systems.channel import Channel
from systems.judge_casts import OVERHOLD_S, JudgeCasts
from systems.move import BuildGrid, Move
from systems.rules import Rules, make_rules
from systems.steer import Steer
from systems.turn_homing import TurnHoming
from tests.systems.ground import ground

SYSTEMS: tuple[type[System], ...] = (
    JudgeCasts,
    CarryOut,
    Steer,
    Move,
    BuildGrid,
    Channel,
    TurnHoming,
)
HZ = 30
PLACES = {"projectiles": 64, "areas": 16, "obstacles": 8, "players": 6}
Person = tuple[str, int, float, float]
"""Class, team, place."""


@cache
def shipped() -> Balance:
    """The balance that ships."""
    return load_datapack().balance


def capacities(**overrides: int) -> dict[str, int]:
    """Room for everything a table names."""
    names = {table.capacity for table in columns.TABLES if isinstance(table.capacity, str)}
    for table in columns.TABLES:
        for group in table.groups:
            names |= {each.length for each in group.columns if isinstance(each.length, str)}
    players = PLACES["players"]
    several = {"abilities": players * SKILL_SLOTS, "afflictions": players * STATUSES}
    several["trail"] = players * 7
    return dict.fromkeys(sorted(names), 256) | PLACES | several | overrides


class Arena:
    """A world with people in it and the systems of casting, nothing else."""

    def __init__(self, *people: Person, walls: Sequence[Any] = (), **room: int) -> None:
        terrain = ground(40.0, 24.0, list(walls))
        self.rules: Rules = make_rules(shipped(), HZ, terrain, PLACES["players"])
        self.world = World(columns.TABLES, capacities(**room), (self.rules, terrain))
        place = self.world.group("walls", Walls)
        for name, array in (
            ("record", terrain.walls),
            ("start", terrain.wall_start),
            ("row", terrain.wall_row),
        ):
            getattr(place, name)[: len(array)] = array
        # A wall may be near anywhere: squares only spare a look at them.
        place.stops_bodies[:] = place.stops_shots[:] = 2**64 - 1
        # The cells the table has beyond those of the map begin where the last one ends.
        place.start[len(terrain.wall_start) :] = terrain.wall_start[-1]
        self.world.group("match", Outcome).stage[0] = STAGE_PLAY
        self.ability.held_tick[:] = NOBODY
        self.player(columns.Channel).slot[:] = NO_SLOT
        for row, person in enumerate(people):
            self._enter(row, *person)
        self.world.group("players", Rows).count[0] = len(people)
        self.systems = [ready(self.world, kind) for kind in SYSTEMS]

    def _enter(self, row: int, role: str, team: int, x: float, y: float) -> None:
        index = self.rules.class_names.index(role)
        at_one = self.rules.levels[index * LEVELS]
        stats, vitals = self.player(Stats), self.player(Vitals)
        for name in ("health_max_hp", "mana_max_mp", "armour", "speed_ups", "power"):
            getattr(stats, name)[row] = at_one[name]
        self.player(Role).role[row], self.player(Role).team[row] = index, team
        self.player(Position).x_u[row], self.player(Position).y_u[row] = x, y
        vitals.alive[row], vitals.health_hp[row] = 1, at_one["health_max_hp"]
        vitals.mana_mp[row] = at_one["mana_max_mp"]
        for slot in range(SKILL_SLOTS):
            skill = self.rules.classes[index][f"skill_{slot}"]
            self.ability.skill[row * SKILL_SLOTS + slot] = skill
            self.ability.level[row * SKILL_SLOTS + slot] = 1
            charges = self.rules.skills[skill]["charges_max"]
            self.ability.charges[row * SKILL_SLOTS + slot] = charges

    def player(self, group: Any) -> Any:
        return self.world.group("players", group)

    @property
    def ability(self) -> Ability:
        return self.world.group("abilities", Ability)

    @property
    def tick(self) -> int:
        return int(self.world.group("match", Clock).tick[0])

    def count(self, table: str) -> int:
        return int(self.world.group(table, Rows).count[0])

    def hits(self) -> np.ndarray:
        return self.world.group("hits", Hits).record[: self.count("hits")]

    def run(self, ticks: int = 1, **buttons_of: int) -> None:
        """Let ticks pass; ``a=PRIMARY`` holds buttons of row 0, ``b=…`` of row 1."""
        intent = self.player(Intent)
        intent.buttons[:] = 0
        for name, buttons in buttons_of.items():
            intent.buttons[ord(name) - ord("a")] = buttons
        for _ in range(ticks):
            for table in ("casts", "hits", "knocks", "events"):
                self.world.group(table, Rows).count[0] = 0
            for system in self.systems:
                system.process()
            intent.held[:] = intent.buttons
            self.world.group("match", Clock).tick[0] += 1

    def ticks(self, seconds: float) -> int:
        return self.rules.ticks(seconds)


def effort(arena: Arena, slot: int) -> int:
    return int(arena.world.group("abilities", Effort).casts[slot])


# --- Each skill that ships ------------------------------------------------------------------------


def test_a_fireball_grows_while_it_is_held() -> None:
    for held_s, ratio in [(0.7, 2.0), (1.4, 3.0), (3.0, 3.0)]:
        arena = Arena(("wizard", 0, 10.0, 12.0))
        arena.run(arena.ticks(held_s), a=SECONDARY)
        assert arena.count("projectiles") == 0
        arena.run()
        flight = arena.world.group("projectiles", Flight)
        assert arena.count("projectiles") == 1
        assert flight.damage_hp[0] == pytest.approx(20.0 * ratio)
        assert flight.radius_u[0] == pytest.approx(0.3 * (1.0 + (ratio - 1.0) / 2.0))
        assert (flight.owner[0], flight.slot[0], flight.target[0]) == (0, 1, NOBODY)
        assert arena.player(Vitals).mana_mp[0] == 120.0 - 25.0


def test_a_fireball_nobody_lets_go_of_goes_off() -> None:
    arena = Arena(("wizard", 0, 10.0, 12.0))
    full = arena.ticks(1.4) + arena.ticks(OVERHOLD_S)
    arena.run(full, a=SECONDARY)
    assert arena.count("projectiles") == 0
    arena.run(500, a=SECONDARY)
    assert arena.count("projectiles") == 1


def test_a_stun_takes_a_fireball_out_of_the_hands() -> None:
    arena = Arena(("wizard", 0, 10.0, 12.0))
    arena.run(20, a=SECONDARY)
    arena.player(Stats).flags[0] = STUNNED
    arena.run(1, a=SECONDARY)
    arena.player(Stats).flags[0] = 0
    arena.run(100, a=SECONDARY)
    arena.run()
    assert arena.count("projectiles") == 0
    assert arena.player(Vitals).mana_mp[0] == 120.0


def test_a_frost_ray_costs_and_hurts_every_tick_until_it_is_let_go() -> None:
    arena = Arena(("wizard", 0, 10.0, 12.0), ("scout", 1, 15.0, 12.0))
    arena.run(1, a=SPECIAL)
    vitals, channel = arena.player(Vitals), arena.player(columns.Channel)
    assert (channel.slot[0], len(arena.hits()), vitals.mana_mp[0]) == (2, 0, 112.0)
    price = floor(22.0 / HZ * 65536.0) / 65536.0
    for passed in range(1, 31):
        arena.run(1, a=SPECIAL)
        assert arena.hits()["victim"].tolist() == [1]
        assert vitals.mana_mp[0] == 112.0 - price * passed
        assert channel.length_u[0] == pytest.approx(5.0 - 0.5 - 0.2, abs=1e-6)
    assert arena.hits()["amount_hp"][0] == pytest.approx(30.0 / HZ)
    arena.run()
    assert (channel.slot[0], len(arena.hits()), channel.length_u[0]) == (NO_SLOT, 0, 0.0)


def test_a_frost_ray_ends_after_its_longest_and_without_mana() -> None:
    for mana, seconds in [(120.0, 4.0), (8.0 + 22.0, 1.0), (8.0, 0.0)]:
        arena, shone = Arena(("wizard", 0, 10.0, 12.0), ("scout", 1, 15.0, 12.0)), 0
        arena.player(Vitals).mana_mp[0] = mana + 1e-9
        for _ in range(arena.ticks(4.9)):
            arena.run(1, a=SPECIAL)
            shone += len(arena.hits())
        assert shone == round(seconds * HZ)
        assert arena.player(Vitals).mana_mp[0] >= 0.0


@pytest.mark.parametrize(
    ("role", "speed", "seconds"),
    [("wizard", 46.0, 0.12), ("warrior", 22.0, 0.28), ("scout", 24.0, 0.18)],
)
def test_a_dash_goes_where_one_moves_and_ends(role: str, speed: float, seconds: float) -> None:
    for buttons, way in [(MOBILITY, (1, 0)), (MOBILITY | MOVE, (0, 1))]:
        arena = Arena((role, 0, 10.0, 6.0))
        arena.player(Intent).move[0] = 1024
        ticks = arena.ticks(seconds)
        arena.run(1, a=buttons)
        arena.run(ticks - 1)
        position, far = arena.player(Position), speed * ticks / HZ
        moved = (position.x_u[0] - 10.0, position.y_u[0] - 6.0)
        assert moved == pytest.approx((way[0] * far, way[1] * far), abs=1e-6)
        # Every tick to the nearest 1/1024 u.
        told = ticks * floor(speed / HZ * 1024.0 + 0.5) / 1024.0
        assert arena.player(Tally).distance_u[0] == pytest.approx(told, abs=1e-6)
        arena.run()
        speed_left = np.hypot(arena.player(Motion).vx_ups[0], arena.player(Motion).vy_ups[0])
        assert speed_left <= arena.player(Stats).speed_ups[0] + 1e-9


def test_a_dash_ends_with_a_stun() -> None:
    arena = Arena(("warrior", 0, 10.0, 6.0))
    arena.run(2, a=MOBILITY)
    x = arena.player(Position).x_u[0]
    arena.player(Stats).flags[0], arena.player(Stats).speed_ups[0] = STUNNED, 0.0
    arena.run(1)
    assert (arena.player(Position).x_u[0], arena.player(Motion).vx_ups[0]) == (x, 0.0)
    assert arena.player(Dash).until_tick[0] <= arena.tick


def test_a_cleave_goes_off_at_once_just_ahead() -> None:
    arena = Arena(("warrior", 0, 10.0, 12.0))
    arena.player(Intent).reach[0] = 255
    arena.run(1, a=PRIMARY)
    area, place = arena.world.group("areas", Area), arena.world.group("areas", Position)
    assert (place.x_u[0], place.y_u[0]) == pytest.approx((11.6, 12.0))
    assert (area.fire_tick[0], area.until_tick[0], area.damage_hp[0]) == (0, 0, 17.0)
    assert arena.player(Cover).seen_until_tick[0] == 1 + arena.ticks(1.5)


def test_a_shield_wall_stands_across_the_aim_and_nobody_is_under_it() -> None:
    arena = Arena(("warrior", 0, 10.0, 12.0), ("scout", 1, 12.2, 13.0))
    arena.run(1, a=SPECIAL)
    refused = arena.world.group("match", Outcome).refused_casts
    assert (arena.count("obstacles"), refused[events.REFUSED_BLOCKED]) == (0, 1)
    arena.player(Position).x_u[1] = 20.0
    arena.run(1, a=SPECIAL)
    shape, barrier = (arena.world.group("obstacles", group) for group in (Shape, Barrier))
    assert arena.count("obstacles") == 1
    outline = (shape.x_u[0], shape.y_u[0], shape.hx_u[0], shape.hy_u[0], shape.radius_u[0])
    assert outline == pytest.approx((12.2, 12.0, 2.3, 0.0, 0.2))
    assert (shape.heading[0], barrier.owner[0], barrier.health_hp[0]) == (1024, 0, 140.0)
    assert barrier.expire_tick[0] == 1 + arena.ticks(6.0)


def test_a_longshot_is_worth_more_after_hits() -> None:
    arena = Arena(("scout", 0, 10.0, 12.0))
    arena.player(Combo).hits[0] = 6
    arena.run(1, a=PRIMARY)
    assert arena.world.group("projectiles", Flight).damage_hp[0] == pytest.approx(12.0 * 1.6)
    assert arena.player(Tally).shots[0] == 1


def test_a_seeker_turns_after_its_target() -> None:
    arena = Arena(("scout", 0, 10.0, 12.0), ("wizard", 1, 18.0, 14.0), ("wizard", 0, 19.0, 12.0))
    arena.run(1, a=SECONDARY)
    flight = arena.world.group("projectiles", Flight)
    assert flight.target[0] == 1
    most = round(200.0 * 4096 / 360 / HZ)
    assert flight.direction[0] == most
    arena.run(1)
    assert flight.direction[0] == 2 * most
    assert effort(arena, 1) == 1


def test_first_aid_helps_the_most_wounded_friend() -> None:
    people = [("scout", 0, 10.0, 12.0), ("scout", 0, 14.0, 12.0), ("scout", 1, 11.0, 12.0)]
    arena = Arena(*people)
    arena.player(Vitals).health_hp[:3] = [80.0, 50.0, 10.0]
    arena.run(1, a=SPECIAL)
    (hit,) = arena.hits()
    assert (hit["victim"], hit["attacker"], hit["amount_hp"]) == (1, 0, 10.0)
    mending, ticks = arena.player(Mending), arena.ticks(4.0)
    assert mending.until_tick[1] == 1 + ticks
    assert mending.heal_hp[1] * ticks == pytest.approx(16.0)


def test_a_roll_can_be_saved_up_and_hastens() -> None:
    arena = Arena(("scout", 0, 10.0, 12.0))
    arena.run(100, a=MOBILITY)
    assert effort(arena, 3) == 2
    hasted = arena.rules.status_names.index("hasted")
    affliction = arena.world.group("afflictions", Affliction)
    assert (affliction.stacks[hasted], affliction.source[hasted]) == (1, 0)
    assert affliction.until_tick[hasted] == arena.ticks(0.4) + 1 + arena.ticks(1.2)


def test_thorn_darts_fan_out_and_barkskin_shields() -> None:
    arena = Arena(("herbalist", 0, 10.0, 12.0))
    arena.run(1, a=PRIMARY | MOBILITY)
    headings = arena.world.group("projectiles", Flight).direction[:3].astype(int)
    assert arena.count("projectiles") == 3
    assert (headings[0] + headings[2]) % 4096 == 0
    assert headings[2] == round(7.0 * 4096 / 360)
    vitals = arena.player(Vitals)
    assert (vitals.shield_hp[0], vitals.shield_until_tick[0]) == (34.0, arena.ticks(5.0))


def test_nobody_moves_or_casts_in_the_countdown() -> None:
    arena = Arena(("scout", 0, 10.0, 12.0))
    arena.world.group("match", Outcome).stage[0] = STAGE_COUNTDOWN
    arena.run(10, a=MOVE | PRIMARY | SECONDARY | SPECIAL | MOBILITY)
    assert arena.player(Position).x_u[0] == 10.0
    assert arena.count("projectiles") == 0
    refused = arena.world.group("match", Outcome).refused_casts
    assert refused.tolist() == [40 * (reason == events.REFUSED_STAGE) for reason in range(9)]


# --- Whatever is pressed --------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
def test_no_buttons_get_anything_for_nothing(seed: int) -> None:
    """Noise for half a minute: nothing below zero, nothing beyond its room, casts paid in full."""
    people = [
        (role, row % 2, 8.0 + 3.0 * row, 12.0)
        for row, role in enumerate(["warrior", "wizard", "scout", "herbalist"])
    ]
    arena = Arena(*people, walls=[(20.0, 6.0, 5.0, 0.5, 0.0)], projectiles=40, areas=5, obstacles=2)
    rng, intent = np.random.default_rng(seed), arena.player(Intent)
    arena.player(Vitals).mana_mp[:4] = 900.0
    begun = arena.player(Vitals).mana_mp[:4].copy()
    for _ in range(900):
        flips = rng.integers(0, 64, 4) & rng.integers(0, 64, 4) & rng.integers(0, 64, 4)
        intent.move[:4], intent.aim[:4] = rng.integers(0, 4096, 4), rng.integers(0, 4096, 4)
        intent.reach[:4] = rng.integers(0, 256, 4)
        buttons = (intent.held[:4] ^ flips).tolist()
        arena.run(1, **dict(zip("abcd", buttons, strict=True)))
        assert (arena.player(Vitals).mana_mp[:4] >= 0.0).all()
        skills = arena.rules.skills[arena.ability.skill[: 4 * SKILL_SLOTS]]
        assert (arena.ability.charges[: 4 * SKILL_SLOTS] <= skills["charges_max"]).all()
        casts = arena.world.group("casts", Casts).record[: arena.count("casts")]
        assert len({(cast["player"], cast["slot"]) for cast in casts}) == len(casts)
    # Room was put aside when it was judged, so that no table ever had to refuse a row.
    for table in ("projectiles", "areas", "obstacles", "casts", "hits", "events", "knocks"):
        assert arena.world.group(table, Rows).refused[0] == 0
    assert arena.world.group("match", Outcome).refused_casts[events.REFUSED_FULL] > 0
    casts_made = arena.world.group("abilities", Effort).casts[: 4 * SKILL_SLOTS]
    prices = (casts_made * skills["mana_mp"]).reshape(4, SKILL_SLOTS).sum(axis=1)
    spent = begun - arena.player(Vitals).mana_mp[:4]
    assert spent[[0, 2, 3]] == pytest.approx(prices[[0, 2, 3]])
    assert spent[1] >= prices[1]  # the ray is paid by the tick as well
