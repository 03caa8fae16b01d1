"""Bots: one batch that looks at the world and returns ordinary input commands.

Bots stand outside the tick, where clients stand.  Their commands go through the same mailbox and
the same journal as everybody's, so a replay needs no bots.  What they go by is what a client in
their place is sent; how good they are at it is in ``bots.toml``.
"""

import math
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecs.binding import sequence
from ecs.columns import Rows
from ecs.world import World
from schema.balance.bots import BotLevel
from schema.columns import (
    Ability,
    Area,
    Barrier,
    Channel,
    Clock,
    Control,
    Cover,
    Credit,
    Goods,
    Intent,
    Motion,
    Outcome,
    Position,
    Role,
    Shape,
    Stats,
    Vitals,
    Zone,
)
from schema.commands import COMMAND
from schema.directions import COUNT
from systems.kernels.deciding import command
from systems.kernels.dodging import dash, dodge
from systems.kernels.fighting import fight, keep_distance
from systems.kernels.minds import BOT_ROW, MIND
from systems.kernels.prospering import seek_crates, seek_items, stroll
from systems.kernels.roaming import set_out, survive
from systems.kernels.sighting import look
from systems.rules import Rules
from systems.surroundings import Surroundings
from systems.terrain import Terrain

WANDER_S = 5.0
STRAFE_S = 0.8
RECENT_S = 1.5


def bot_rows(rules: Rules) -> NDArray[np.void]:
    """BOT_ROW[3] under these rules: easy, normal, hard."""
    bots = rules.balance.bots
    rows = np.zeros(3, dtype=BOT_ROW)
    for row, level in zip(rows, (bots.easy, bots.normal, bots.hard), strict=True):
        _fill(row, level, rules)
    return rows


def _fill(row: np.void, level: BotLevel, rules: Rules) -> None:
    row["period_ticks"] = rules.ticks(level.reaction_s)
    row["wander_ticks"] = rules.ticks(WANDER_S)
    row["strafe_ticks"] = rules.ticks(STRAFE_S)
    row["recent_ticks"] = rules.ticks(RECENT_S)
    row["sight_u"] = level.sight_u
    row["aim_error"] = math.floor(level.aim_error_degrees * COUNT / 360.0)
    row["skill_chance"] = level.skill_chance
    row["caution_ratio"] = level.caution_ratio
    row["loot_u"] = level.loot_u
    row["lead_ratio"] = level.lead_ratio


class Bots:
    """The bots of one match: buffers, and the kernel calls bound to its world."""

    def __init__(self, world: World) -> None:
        self._world, self._rules = world, world.resource(Rules)
        self._terrain = world.resource(Terrain)
        capacity = world.layout.capacities["players"]
        self._bots = bot_rows(self._rules)
        self._minds: NDArray[np.void] = np.zeros(capacity, dtype=MIND)
        self._made = np.zeros(1, dtype=np.int64)
        self._commands: NDArray[np.void] = np.zeros(capacity, dtype=COMMAND)
        self._near = Surroundings(world)
        calls = (
            *self._near.calls,
            self._bind_look(),
            self._bind_survive(),
            self._bind_items(),
            self._bind_crates(),
            self._bind_stroll(),
            self._bind_set_out(),
            self._bind_fight(),
            self._bind_feet(),
            self._bind_dodge(),
            self._bind_dash(),
            self._bind_command(),
        )
        self._steps = sequence(calls)

    def decide(self) -> NDArray[np.void]:
        """Commands for the coming tick, COMMAND[n] ascending by slot, valid until the next call."""
        for step in self._steps:
            step()
        return self._commands[: self._made[0]]

    def _player(self, group: type[Any]) -> Any:
        return self._world.group("players", group)

    def _bind_look(self) -> partial[None]:
        match, vitals, cover = self._rules.balance.match, self._player(Vitals), self._player(Cover)
        return partial(
            look,
            self._player(Rows).count,
            self._world.group("match", Clock).tick,
            self._world.group("match", Clock).seed,
            self._player(Control).bot,
            vitals.alive,
            vitals.down,
            self._player(Role).team,
            cover.bush,
            cover.seen_until_tick,
            self._player(Stats).flags,
            vitals.health_hp,
            self._player(Stats).health_max_hp,
            self._player(Position).x_u,
            self._player(Position).y_u,
            self._bots,
            match.view_width_u / 2.0,
            match.view_height_u / 2.0,
            match.cover.notice_u,
            match.team.size,
            *self._near.players,
            *self._near.walls,
            self._terrain.frame,
            self._minds,
            self._made,
        )

    def _bind_survive(self) -> partial[None]:
        rules, zone = self._rules, self._world.group("match", Zone)
        return partial(
            survive,
            self._world.group("match", Clock).tick,
            self._player(Vitals).down,
            self._player(Position).x_u,
            self._player(Position).y_u,
            self._player(Stats).speed_ups,
            zone.until_tick,
            zone.x_u,
            zone.y_u,
            zone.radius_u,
            zone.next_x_u,
            zone.next_y_u,
            zone.next_radius_u,
            rules.dt_s,
            rules.balance.match.team.revive_reach_u,
            self._made,
            self._minds,
        )

    def _bind_items(self) -> partial[None]:
        match, world = self._rules.balance.match, self._world
        vitals, stats, zone = self._player(Vitals), self._player(Stats), world.group("match", Zone)
        lying, goods = world.group("pickups", Position), world.group("pickups", Goods)
        return partial(
            seek_items,
            world.group("match", Outcome).stage,
            self._player(Position).x_u,
            self._player(Position).y_u,
            vitals.health_hp,
            stats.health_max_hp,
            vitals.mana_mp,
            stats.mana_max_mp,
            vitals.shield_hp,
            world.group("abilities", Ability).level,
            zone.x_u,
            zone.y_u,
            zone.radius_u,
            lying.x_u,
            lying.y_u,
            goods.item,
            goods.amount,
            *self._near.pickups,
            self._bots,
            self._rules.loot.items,
            match.view_width_u / 2.0,
            match.view_height_u / 2.0,
            match.body.radius_u,
            *self._near.walls,
            self._terrain.frame,
            self._made,
            self._minds,
        )

    def _bind_crates(self) -> partial[None]:
        match, world = self._rules.balance.match, self._world
        shape, barrier = world.group("obstacles", Shape), world.group("obstacles", Barrier)
        return partial(
            seek_crates,
            self._player(Position).x_u,
            self._player(Position).y_u,
            world.group("abilities", Ability).skill,
            barrier.kind,
            barrier.health_hp,
            shape.x_u,
            shape.y_u,
            self._bots,
            self._rules.skills,
            match.view_width_u / 2.0,
            match.view_height_u / 2.0,
            len(self._terrain.walls),
            *self._near.walls,
            self._terrain.frame,
            self._made,
            self._minds,
        )

    def _bind_stroll(self) -> partial[None]:
        clock, zone = self._world.group("match", Clock), self._world.group("match", Zone)
        return partial(
            stroll,
            clock.tick,
            clock.seed,
            self._player(Position).x_u,
            self._player(Position).y_u,
            zone.x_u,
            zone.y_u,
            zone.radius_u,
            self._bots,
            self._rules.directions,
            self._terrain.frame,
            self._made,
            self._minds,
        )

    def _bind_set_out(self) -> partial[None]:
        return partial(
            set_out,
            self._player(Position).x_u,
            self._player(Position).y_u,
            self._world.group("abilities", Ability).skill,
            self._rules.skills,
            self._rules.directions,
            self._rules.balance.match.team.revive_reach_u,
            self._made,
            self._minds,
        )

    def _bind_fight(self) -> partial[None]:
        rules, clock = self._rules, self._world.group("match", Clock)
        vitals, stats, credit = self._player(Vitals), self._player(Stats), self._player(Credit)
        ability = self._world.group("abilities", Ability)
        return partial(
            fight,
            clock.tick,
            clock.seed,
            vitals.down,
            self._player(Position).x_u,
            self._player(Position).y_u,
            self._player(Motion).vx_ups,
            self._player(Motion).vy_ups,
            vitals.health_hp,
            stats.health_max_hp,
            vitals.shield_hp,
            vitals.mana_mp,
            stats.power,
            credit.attacker,
            credit.hit_tick,
            self._player(Intent).buttons,
            self._player(Channel).slot,
            ability.skill,
            ability.level,
            ability.charges,
            ability.ready_tick,
            ability.held_tick,
            self._bots,
            rules.skills,
            rules.effects,
            rules.directions,
            rules.dt_s,
            self._made,
            self._minds,
        )

    def _bind_feet(self) -> partial[None]:
        clock, rules = self._world.group("match", Clock), self._rules
        return partial(
            keep_distance,
            clock.tick,
            clock.seed,
            self._player(Vitals).down,
            self._player(Vitals).health_hp,
            self._player(Stats).health_max_hp,
            self._world.group("abilities", Ability).skill,
            self._bots,
            rules.skills,
            rules.directions,
            self._made,
            self._minds,
        )

    def _bind_dodge(self) -> partial[None]:
        rules, match, clock = (
            self._rules,
            self._rules.balance.match,
            self._world.group("match", Clock),
        )
        lying, area = self._world.group("areas", Position), self._world.group("areas", Area)
        return partial(
            dodge,
            clock.tick,
            clock.seed,
            self._player(Role).team,
            self._player(Position).x_u,
            self._player(Position).y_u,
            self._world.group("areas", Rows).count,
            lying.x_u,
            lying.y_u,
            area.radius_u,
            area.skill,
            area.owner,
            *self._near.areas,
            self._bots,
            rules.skills,
            rules.directions,
            match.body.radius_u,
            int(match.team.friendly_fire_ratio > 0.0),
            self._made,
            self._minds,
        )

    def _bind_dash(self) -> partial[None]:
        rules, clock = self._rules, self._world.group("match", Clock)
        zone, vitals, stats = (
            self._world.group("match", Zone),
            self._player(Vitals),
            self._player(Stats),
        )
        ability = self._world.group("abilities", Ability)
        return partial(
            dash,
            clock.tick,
            clock.seed,
            stats.flags,
            self._player(Position).x_u,
            self._player(Position).y_u,
            vitals.health_hp,
            stats.health_max_hp,
            vitals.mana_mp,
            ability.skill,
            ability.charges,
            ability.ready_tick,
            zone.x_u,
            zone.y_u,
            zone.radius_u,
            self._bots,
            rules.skills,
            rules.dt_s,
            self._made,
            self._minds,
        )

    def _bind_command(self) -> partial[None]:
        rules, clock = self._rules, self._world.group("match", Clock)
        return partial(
            command,
            clock.tick,
            clock.seed,
            self._player(Position).x_u,
            self._player(Position).y_u,
            self._bots,
            rules.directions,
            rules.balance.match.body.radius_u,
            *self._near.walls,
            self._terrain.frame,
            self._minds,
            self._made,
            self._commands,
        )
