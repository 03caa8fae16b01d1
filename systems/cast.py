"""Attacks begin: shots and thrown blasts."""

from functools import partial

from ecs.columns import Identity, Rows
from ecs.schedule import Granted, System
from schema.columns import (
    Clock,
    Cooldowns,
    Events,
    Flight,
    Fuse,
    Intent,
    Motion,
    Position,
    Vitals,
)
from systems.kernels.casting import shoot, throw
from systems.rules import Rules, Terrain
from systems.steer import Steer


class Cast(System):
    """Whoever attacks and may puts a projectile or a blast into the world.

    Before anybody moves, so that a shot leaves from where its shooter stood when aiming.
    """

    after = (Steer,)
    reads = (Clock.tick, Vitals.alive, Intent.buttons, Intent.aim, Intent.reach)
    writes = (
        Rows,
        Identity,
        Position,
        Motion,
        Flight,
        Fuse,
        Cooldowns.shot_tick,
        Cooldowns.blast_tick,
        Events,
    )

    def bind(self, granted: Granted) -> None:
        self.calls = [_bind_shoot(granted), _bind_throw(granted)]


def _bind_shoot(granted: Granted) -> partial[None]:
    rules = granted.resource(Rules)
    shot = rules.balance.skills.shot
    players, events = granted.table(Intent), granted.table(Events)
    flying = granted.table(Flight)
    return partial(
        shoot,
        players[Rows].count,
        granted.table(Clock)[Clock].tick,
        players[Vitals].alive,
        players[Intent].buttons,
        players[Intent].aim,
        players[Position].x_u,
        players[Position].y_u,
        rules.directions,
        shot.speed_ups,
        rules.flight_ticks,
        rules.ticks(shot.cooldown_s),
        players[Cooldowns].shot_tick,
        flying[Rows].count,
        flying[Rows].refused,
        flying[Identity].slot,
        flying[Identity].generation,
        flying[Identity].free,
        flying[Position].x_u,
        flying[Position].y_u,
        flying[Motion].vx_ups,
        flying[Motion].vy_ups,
        flying[Flight].owner,
        flying[Flight].direction,
        flying[Flight].expire_tick,
        events[Events].record,
        events[Rows].count,
        events[Rows].refused,
    )


def _bind_throw(granted: Granted) -> partial[None]:
    rules, terrain = granted.resource(Rules), granted.resource(Terrain)
    blast = rules.balance.skills.blast
    players, thrown = granted.table(Intent), granted.table(Fuse)
    return partial(
        throw,
        players[Rows].count,
        granted.table(Clock)[Clock].tick,
        players[Vitals].alive,
        players[Intent].buttons,
        players[Intent].aim,
        players[Intent].reach,
        players[Position].x_u,
        players[Position].y_u,
        rules.directions,
        blast.range_u,
        rules.ticks(blast.fuse_s),
        rules.ticks(blast.cooldown_s),
        terrain.walls,
        terrain.wall_start,
        terrain.wall_row,
        terrain.frame,
        players[Cooldowns].blast_tick,
        thrown[Rows].count,
        thrown[Rows].refused,
        thrown[Identity].slot,
        thrown[Identity].generation,
        thrown[Identity].free,
        thrown[Position].x_u,
        thrown[Position].y_u,
        thrown[Fuse].owner,
        thrown[Fuse].fire_tick,
    )
