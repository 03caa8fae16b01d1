"""The rules, one esper processor each; ``PROCESSORS`` is their order."""

from __future__ import annotations

import math
from collections import defaultdict

import esper

from benchmarks.obvious.arena import Arena, Cell, cells_of, swept_box
from benchmarks.obvious.components import (
    Abilities,
    Ability,
    Dash,
    Hit,
    Intent,
    Player,
    Position,
    Push,
    Shot,
    Velocity,
)
from benchmarks.obvious.geometry import sweep_circle
from benchmarks.obvious.zone import Circle, ZoneState
from schema import commands
from schema.balance.skills import DashSkill, ProjectileSkill
from schema.events import CAUSE_ZONE
from schema.walls import BLOCKS_SHOTS

NOBODY = -1
CAUSE_SHOT = 0
Command = tuple[int, int, int, int, int]


class State:
    """What processors share: the arena, the tick's commands, its hits, who is where."""

    def __init__(self, arena: Arena, tick: int, zone: ZoneState) -> None:
        self.arena = arena
        self.tick = tick
        self.zone = zone
        self.commands: list[Command] = []
        self.hits: list[Hit] = []
        self.grid: dict[Cell, list[int]] = {}
        self.reach = 0.0
        self.entity_of: dict[int, int] = {}
        self.over = False


class Rule(esper.Processor):
    """A processor that knows the state."""

    def __init__(self, state: State) -> None:
        self.state = state


class ApplyCommands(Rule):
    """Commands → intent; whoever is not heard for long lets go."""

    def process(self) -> None:
        state = self.state
        state.hits.clear()
        for slot, move, aim, reach, buttons in state.commands:
            entity = state.entity_of[slot]
            if esper.component_for_entity(entity, Player).alive:
                intent = esper.component_for_entity(entity, Intent)
                intent.move, intent.aim, intent.reach = move, aim, reach
                intent.buttons, intent.heard_tick = buttons, state.tick
        hold = state.arena.ticks(state.arena.balance.match.input_hold_s)
        for _, intent in esper.get_component(Intent):
            if state.tick - intent.heard_tick > hold:
                intent.buttons = 0


class Cast(Rule):
    """Buttons → bolts that leave the hand, and dashes that begin."""

    def process(self) -> None:
        state, tick, arena = self.state, self.state.tick, self.state.arena
        skills = arena.skills()
        for entity, (player, intent, abilities) in esper.get_components(Player, Intent, Abilities):
            for button, skill in skills:
                ability = abilities.by_button[button]
                self._recharge(ability, skill)
                wanted = player.alive and intent.buttons & button and not state.over
                if not wanted or ability.charges == 0 or tick < ability.ready_tick:
                    continue
                self._pay(ability, skill)
                if isinstance(skill, ProjectileSkill):
                    self._shoot(entity, player, intent, skill)
                else:
                    dash = esper.component_for_entity(entity, Dash)
                    moving = intent.buttons & commands.MOVE
                    dash.direction = intent.move if moving else intent.aim
                    dash.until_tick = tick + arena.ticks(skill.duration_s)

    def _recharge(self, ability: Ability, skill: ProjectileSkill | DashSkill) -> None:
        while ability.charges < skill.charges_max and self.state.tick >= ability.recharge_tick:
            ability.charges += 1
            ability.recharge_tick += self.state.arena.ticks(skill.cooldown_s)

    def _pay(self, ability: Ability, skill: ProjectileSkill | DashSkill) -> None:
        tick, arena = self.state.tick, self.state.arena
        if ability.charges == skill.charges_max:
            ability.recharge_tick = tick + arena.ticks(skill.cooldown_s)
        ability.charges -= 1
        pause_s = skill.gap_s if skill.charges_max > 1 else skill.cooldown_s
        ability.ready_tick = tick + arena.ticks(pause_s)

    def _shoot(self, entity: int, player: Player, intent: Intent, skill: ProjectileSkill) -> None:
        arena, hand = self.state.arena, esper.component_for_entity(entity, Position)
        ux, uy = arena.directions[intent.aim]
        esper.create_entity(
            Position(hand.x, hand.y),
            Velocity(ux * skill.speed_ups, uy * skill.speed_ups),
            Shot(player.slot, self.state.tick + arena.flight_ticks() - 1),
        )


class Steer(Rule):
    """Intent → velocity."""

    def process(self) -> None:
        tick, arena = self.state.tick, self.state.arena
        top_speed, dash_speed = arena.speed_ups, arena.dash.speed_ups
        step = arena.balance.match.body.acceleration_upss * arena.dt
        for _, (player, intent, dash, velocity) in esper.get_components(
            Player, Intent, Dash, Velocity
        ):
            if not player.alive:
                continue
            if tick < dash.until_tick:
                ux, uy = arena.directions[dash.direction]
                velocity.x, velocity.y = ux * dash_speed, uy * dash_speed
                continue
            vx, vy = velocity.x, velocity.y
            speed = math.sqrt(vx * vx + vy * vy)
            if speed > top_speed:
                vx, vy = vx * (top_speed / speed), vy * (top_speed / speed)
            wish_x = wish_y = 0.0
            if intent.buttons & commands.MOVE:
                ux, uy = arena.directions[intent.move]
                wish_x, wish_y = ux * top_speed, uy * top_speed
            gap_x, gap_y = wish_x - vx, wish_y - vy
            gap = math.sqrt(gap_x * gap_x + gap_y * gap_y)
            if gap <= step:
                vx, vy = wish_x, wish_y
            else:
                vx, vy = vx + gap_x * (step / gap), vy + gap_y * (step / gap)
            velocity.x, velocity.y = vx, vy


class Move(Rule):
    """Velocity → position, swept against walls."""

    def process(self) -> None:
        arena = self.state.arena
        dt, radius = arena.dt, arena.balance.match.body.radius_u
        for _, (player, position, velocity) in esper.get_components(Player, Position, Velocity):
            px, py = position.from_x, position.from_y = position.x, position.y
            vx, vy = velocity.x, velocity.y
            if not player.alive or (vx == 0.0 and vy == 0.0):
                continue
            dx, dy = vx * dt, vy * dt
            x, y = arena.glide(px, py, dx, dy, radius)
            if x != px + dx or y != py + dy:
                real_x, real_y = (x - px) / dt, (y - py) / dt
                real, wanted = real_x * real_x + real_y * real_y, vx * vx + vy * vy
                shorter = 1.0 if real <= wanted else math.sqrt(wanted / real)
                velocity.x, velocity.y = real_x * shorter, real_y * shorter
            position.x, position.y = x, y


class BuildGrid(Rule):
    """Who is where: living players by cell, in a dictionary."""

    def process(self) -> None:
        size = self.state.arena.cell
        grid: dict[Cell, list[int]] = defaultdict(list)
        for entity, (player, position) in esper.get_components(Player, Position):
            if player.alive:
                grid[math.floor(position.y / size), math.floor(position.x / size)].append(entity)
        self.state.grid = grid


class Separate(Rule):
    """Overlapping bodies part, half each; all pushes are found before any is applied."""

    def process(self) -> None:
        state, arena = self.state, self.state.arena
        radius = arena.balance.match.body.radius_u
        places = dict(esper.get_component(Position))
        players = [row for row in esper.get_components(Player, Position, Push) if row[1][0].alive]
        for entity, (_, position, push) in players:
            push.x, push.y = self._push(entity, position, places, 2.0 * radius, radius)
        state.reach = 0.0
        for _, (_, position, push) in players:
            x, y = position.x, position.y
            if push.x or push.y:
                position.x, position.y = arena.glide(x, y, push.x, push.y, radius)
            far_x = max(abs(position.x - x), abs(position.from_x - x))
            far_y = max(abs(position.y - y), abs(position.from_y - y))
            state.reach = max(state.reach, far_x, far_y)

    def _push(
        self, entity: int, mine: Position, places: dict[int, Position], reach: float, radius: float
    ) -> tuple[float, float]:
        arena, grid = self.state.arena, self.state.grid
        sum_x = sum_y = 0.0
        for cell in cells_of(swept_box(mine.x, mine.y, 0.0, 0.0, reach), arena.cell):
            for other in grid.get(cell, ()):
                place = places[other]
                gap_x, gap_y = mine.x - place.x, mine.y - place.y
                apart_sq = gap_x * gap_x + gap_y * gap_y
                if other == entity or apart_sq >= reach * reach:
                    continue
                apart = math.sqrt(apart_sq)
                half = 0.5 * (reach - apart)
                if apart > 0.0:
                    sum_x += gap_x / apart * half
                    sum_y += gap_y / apart * half
                else:
                    own = esper.component_for_entity(entity, Player).slot
                    its = esper.component_for_entity(other, Player).slot
                    low, high = min(own, its), max(own, its)
                    ux, uy = arena.directions[(low * 1031 + high * 677) % len(arena.directions)]
                    side = half if own == low else -half
                    sum_x, sum_y = sum_x + ux * side, sum_y + uy * side
        length = math.sqrt(sum_x * sum_x + sum_y * sum_y)
        if length > radius:
            return sum_x * (radius / length), sum_y * (radius / length)
        return sum_x, sum_y


class FlyShots(Rule):
    """Projectiles fly to the first thing on their way."""

    def process(self) -> None:
        state, arena = self.state, self.state.arena
        bolt, damage_hp = arena.bolt, arena.damage_hp
        for entity, (shot, position, velocity) in esper.get_components(Shot, Position, Velocity):
            px, py = position.x, position.y
            dx, dy = velocity.x * arena.dt, velocity.y * arena.dt
            met = arena.sweep(px, py, dx, dy, bolt.radius_u, BLOCKS_SHOTS)
            edge = arena.leaves(px, py, dx, dy)
            stops = [t for t in (met[0] if met else None, edge) if t is not None]
            wall = min(stops, default=None)
            moment, victim = self._first_body(shot.owner, px, py, dx, dy)
            if victim is not None and (wall is None or moment < wall):
                state.hits.append(Hit(victim, moment, shot.owner, CAUSE_SHOT, damage_hp))
            else:
                moment, victim = (2.0 if wall is None else wall), None
            t = min(moment, 1.0)
            position.x, position.y = px + dx * t, py + dy * t
            if victim is not None or wall is not None or state.tick >= shot.expire_tick:
                esper.delete_entity(entity)

    def _first_body(
        self, owner: int, px: float, py: float, dx: float, dy: float
    ) -> tuple[float, int | None]:
        state, arena = self.state, self.state.arena
        radii = arena.bolt.radius_u + arena.balance.match.body.radius_u
        best, found = 2.0, None
        for cell in cells_of(swept_box(px, py, dx, dy, radii + state.reach), arena.cell):
            for body in state.grid.get(cell, ()):
                player = esper.component_for_entity(body, Player)
                if player.slot == owner:
                    continue
                place = esper.component_for_entity(body, Position)
                t = sweep_circle(
                    px - place.from_x,
                    py - place.from_y,
                    dx - (place.x - place.from_x),
                    dy - (place.y - place.from_y),
                    radii,
                )
                if t is None or t > best:
                    continue
                if t < best or (found is not None and player.slot < found):
                    best, found = t, player.slot
        return best, found


class ShrinkZone(Rule):
    """The zone moves, and whoever is outside is hurt."""

    def process(self) -> None:
        state = self.state
        damage = state.zone.advance(state.tick)
        circle: Circle = state.zone.now
        if damage == 0.0:
            return
        for _, (player, position) in esper.get_components(Player, Position):
            dx, dy = position.x - circle.x, position.y - circle.y
            if player.alive and dx * dx + dy * dy >= circle.radius * circle.radius:
                state.hits.append(Hit(player.slot, 1.0, NOBODY, CAUSE_ZONE, damage))


class SettleDamage(Rule):
    """Hits → health, credit and deaths; then places, and perhaps a winner."""

    def process(self) -> None:
        state = self.state
        players = {player.slot: player for _, player in esper.get_component(Player)}
        credit = state.arena.ticks(state.arena.balance.match.credit_window_s)
        dying: list[Player] = []
        for hit in sorted(() if state.over else state.hits):
            victim = players[hit.victim]
            if not victim.alive or victim.health <= 0.0:
                continue
            amount = min(hit.amount, victim.health)
            victim.health -= amount
            victim.taken += amount
            if hit.attacker not in (NOBODY, hit.victim):
                players[hit.attacker].dealt += amount
                victim.attacker, victim.attacked_tick = hit.attacker, state.tick
            if victim.health <= 0.0:
                dying.append(victim)
                if victim.attacker is not None and state.tick - victim.attacked_tick <= credit:
                    victim.killer = victim.attacker
                    players[victim.attacker].kills += 1
        alive = sum(player.alive for player in players.values())
        for victim in sorted(dying, key=lambda p: (p.kills, p.dealt, -p.slot)):
            victim.placement = alive
            alive -= 1
            victim.alive = False
        if dying:
            self._quiet(dying)
        if alive <= 1 < len(players):
            state.over = True
        state.tick += 1

    def _quiet(self, dying: list[Player]) -> None:
        for player in dying:
            entity = self.state.entity_of[player.slot]
            velocity = esper.component_for_entity(entity, Velocity)
            velocity.x = velocity.y = 0.0
            esper.component_for_entity(entity, Intent).buttons = 0


PROCESSORS: tuple[type[Rule], ...] = (
    ApplyCommands,
    Cast,
    Steer,
    Move,
    BuildGrid,
    Separate,
    FlyShots,
    ShrinkZone,
    SettleDamage,
)
