"""Projectiles fly and strike."""

from functools import partial

from ecs.columns import Rows
from ecs.schedule import Granted, System
from schema.columns import (
    Barrier,
    Clock,
    Combo,
    Events,
    Flight,
    Grid,
    Hits,
    Intent,
    Knocks,
    Motion,
    Origin,
    Pierced,
    Position,
    Role,
    Spent,
    Strike,
    Tally,
    Vitals,
    Walls,
)
from systems.kernels.striking import stop_at_walls, strike, sweep_projectiles
from systems.rules import Rules
from systems.terrain import Terrain
from systems.turn_homing import TurnHoming


class SweepProjectiles(System):
    """Every projectile flies to what ends its way, and hits are collected."""

    after = (TurnHoming,)
    reads = (
        Clock.tick,
        Vitals.alive,
        Role,
        Origin,
        Motion,
        Flight.owner,
        Flight.skill,
        Flight.slot,
        Flight.damage_hp,
        Flight.radius_u,
        Flight.expire_tick,
        Barrier.health_hp,
        Grid,
        Walls,
    )
    writes = (
        Rows,
        Position,
        Pierced,
        Flight.pierce,
        Flight.hit_count,
        Strike,
        Spent,
        Combo,
        Tally.hits,
        Hits,
        Knocks,
        Events,
    )

    def bind(self, granted: Granted) -> None:
        self.calls = [_bind_walls(granted), _bind_sweep(granted), _bind_strike(granted)]


def _bind_walls(granted: Granted) -> partial[None]:
    rules, terrain = granted.resource(Rules), granted.resource(Terrain)
    flying, strikes = granted.table(Flight), granted.table(Strike)[Strike]
    walls = granted.table(Walls)[Walls]
    return partial(
        stop_at_walls,
        flying[Rows].count,
        flying[Position].x_u,
        flying[Position].y_u,
        flying[Motion].vx_ups,
        flying[Motion].vy_ups,
        flying[Flight].radius_u,
        rules.dt_s,
        len(terrain.walls),
        walls.stops_shots,
        walls.record,
        walls.start,
        walls.row,
        terrain.frame,
        strikes.target,
        strikes.moment,
    )


def _bind_sweep(granted: Granted) -> partial[None]:
    rules = granted.resource(Rules)
    match = rules.balance.match
    players, flying, hits = granted.table(Intent), granted.table(Flight), granted.table(Hits)
    strikes, grid = granted.table(Strike)[Strike], granted.table(Grid)[Grid]
    flight, pierced = flying[Flight], flying[Pierced]
    return partial(
        sweep_projectiles,
        flying[Rows].count,
        flight.owner,
        flight.skill,
        flight.slot,
        flight.damage_hp,
        flight.radius_u,
        flying[Motion].vx_ups,
        flying[Motion].vy_ups,
        rules.dt_s,
        match.body.radius_u,
        int(match.team.friendly_fire_ratio > 0.0),
        players[Role].team,
        players[Vitals].alive,
        players[Position].x_u,
        players[Position].y_u,
        players[Origin].x_u,
        players[Origin].y_u,
        rules.grid,
        grid.start,
        grid.row,
        grid.reach_u,
        grid.squares,
        flying[Position].x_u,
        flying[Position].y_u,
        flight.pierce,
        pierced.first,
        pierced.second,
        pierced.third,
        pierced.fourth,
        strikes.target,
        strikes.moment,
        strikes.hits,
        hits[Hits].record,
        hits[Rows].count,
        hits[Rows].refused,
    )


def _bind_strike(granted: Granted) -> partial[None]:
    rules, players = granted.resource(Rules), granted.table(Intent)
    flying, strikes = granted.table(Flight), granted.table(Strike)[Strike]
    knocks, events = granted.table(Knocks), granted.table(Events)
    flight = flying[Flight]
    return partial(
        strike,
        flying[Rows].count,
        granted.table(Clock)[Clock].tick,
        flight.owner,
        flight.skill,
        flight.expire_tick,
        flight.damage_hp,
        flying[Position].x_u,
        flying[Position].y_u,
        strikes.target,
        strikes.hits,
        rules.skills,
        rules.classes,
        players[Role].role,
        granted.table(Barrier)[Barrier].health_hp,
        flying[Spent].gone,
        flight.hit_count,
        players[Combo].hits,
        players[Combo].until_tick,
        players[Tally].hits,
        knocks[Knocks].record,
        knocks[Rows].count,
        knocks[Rows].refused,
        events[Events].record,
        events[Rows].count,
        events[Rows].refused,
    )
