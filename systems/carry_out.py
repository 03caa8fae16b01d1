"""Allowed casts take effect."""

from functools import partial

from ecs.columns import Identity, Rows
from ecs.schedule import Granted, System
from schema.columns import (
    Affliction,
    Area,
    Barrier,
    Casts,
    Channel,
    Clock,
    Combo,
    Cover,
    Dash,
    Flight,
    Hits,
    Intent,
    Mending,
    Motion,
    Pierced,
    Position,
    Role,
    Shape,
    Stats,
    Tally,
    Vitals,
    Walls,
)
from systems.judge_casts import JudgeCasts
from systems.kernels.granting import (
    begin_beams,
    begin_dashes,
    give_shields,
    mark_casters,
    mend,
)
from systems.kernels.launching import choose_targets, launch
from systems.kernels.placing import place_areas, raise_barriers
from systems.rules import Rules
from systems.terrain import Terrain


class CarryOut(System):
    """Every cast of this tick does what its kind does.

    Before anybody moves, so that a shot leaves from where its shooter stood when aiming.  Areas
    without a delay go off in this tick, projectiles fly and dashes run in it; barriers stand, beams
    shine and healing over time begins in the next.
    """

    after = (JudgeCasts,)
    reads = (
        Clock.tick,
        Casts.record,
        Role,
        Intent.buttons,
        Intent.move,
        Vitals.alive,
        Vitals.down,
        Vitals.health_hp,
        Stats.health_max_hp,
        Stats.flags,
        Combo.hits,
        Cover,
        Walls,
    )
    writes = (
        Rows,
        Casts.chosen,
        Identity,
        Position,
        Motion,
        Flight,
        Pierced,
        Area,
        Shape,
        Barrier,
        Dash,
        Channel,
        Vitals.shield_hp,
        Vitals.shield_until_tick,
        Mending,
        Affliction,
        Tally.shots,
        Hits,
    )

    def bind(self, granted: Granted) -> None:
        self.calls = [
            _bind_targets(granted),
            _bind_launch(granted),
            _bind_areas(granted),
            _bind_barriers(granted),
            *_bind_grants(granted),
            _bind_mend(granted),
            _bind_marks(granted),
        ]


def _bind_targets(granted: Granted) -> partial[None]:
    rules, terrain = granted.resource(Rules), granted.resource(Terrain)
    casts, players, walls = granted.table(Casts), granted.table(Intent), granted.table(Walls)[Walls]
    return partial(
        choose_targets,
        casts[Casts].record,
        casts[Rows].count,
        granted.table(Clock)[Clock].tick,
        players[Rows].count,
        rules.skills,
        rules.directions,
        rules.balance.match.cover.notice_u,
        players[Vitals].alive,
        players[Role].team,
        players[Cover].bush,
        players[Cover].seen_until_tick,
        players[Stats].flags,
        players[Position].x_u,
        players[Position].y_u,
        walls.record,
        walls.start,
        walls.row,
        terrain.frame,
        casts[Casts].chosen,
    )


def _bind_launch(granted: Granted) -> partial[None]:
    rules, casts, players = granted.resource(Rules), granted.table(Casts), granted.table(Intent)
    flying = granted.table(Flight)
    flight, pierced = flying[Flight], flying[Pierced]
    return partial(
        launch,
        casts[Casts].record,
        casts[Rows].count,
        granted.table(Clock)[Clock].tick,
        rules.skills,
        rules.effects,
        rules.classes,
        rules.directions,
        players[Role].role,
        players[Combo].hits,
        casts[Casts].chosen,
        flying[Rows].count,
        flying[Rows].refused,
        flying[Identity].slot,
        flying[Identity].generation,
        flying[Identity].free,
        flying[Position].x_u,
        flying[Position].y_u,
        flying[Motion].vx_ups,
        flying[Motion].vy_ups,
        flight.owner,
        flight.skill,
        flight.slot,
        flight.direction,
        flight.expire_tick,
        flight.damage_hp,
        flight.radius_u,
        flight.target,
        flight.pierce,
        flight.hit_count,
        pierced.first,
        pierced.second,
        pierced.third,
        pierced.fourth,
        players[Tally].shots,
    )


def _bind_areas(granted: Granted) -> partial[None]:
    rules, terrain = granted.resource(Rules), granted.resource(Terrain)
    casts, placed = granted.table(Casts), granted.table(Area)
    walls, area = granted.table(Walls)[Walls], placed[Area]
    return partial(
        place_areas,
        casts[Casts].record,
        casts[Rows].count,
        granted.table(Clock)[Clock].tick,
        rules.skills,
        rules.effects,
        rules.directions,
        walls.record,
        walls.start,
        walls.row,
        terrain.frame,
        placed[Rows].count,
        placed[Rows].refused,
        placed[Identity].slot,
        placed[Identity].generation,
        placed[Identity].free,
        placed[Position].x_u,
        placed[Position].y_u,
        area.owner,
        area.skill,
        area.slot,
        area.radius_u,
        area.damage_hp,
        area.heal_hp,
        area.fire_tick,
        area.until_tick,
    )


def _bind_barriers(granted: Granted) -> partial[None]:
    rules, casts, standing = granted.resource(Rules), granted.table(Casts), granted.table(Barrier)
    shape, barrier = standing[Shape], standing[Barrier]
    return partial(
        raise_barriers,
        casts[Casts].record,
        casts[Rows].count,
        granted.table(Clock)[Clock].tick,
        rules.skills,
        rules.effects,
        rules.directions,
        standing[Rows].count,
        standing[Rows].refused,
        standing[Identity].slot,
        standing[Identity].generation,
        standing[Identity].free,
        shape.x_u,
        shape.y_u,
        shape.hx_u,
        shape.hy_u,
        shape.radius_u,
        shape.heading,
        barrier.kind,
        barrier.blocks,
        barrier.owner,
        barrier.health_hp,
        barrier.full_hp,
        barrier.expire_tick,
    )


def _bind_grants(granted: Granted) -> list[partial[None]]:
    rules, casts, players = granted.resource(Rules), granted.table(Casts), granted.table(Intent)
    cast = (casts[Casts].record, casts[Rows].count, granted.table(Clock)[Clock].tick, rules.skills)
    dash, channel, vitals = players[Dash], players[Channel], players[Vitals]
    return [
        partial(
            begin_dashes,
            *cast,
            players[Intent].buttons,
            players[Intent].move,
            dash.until_tick,
            dash.direction,
            dash.speed_ups,
        ),
        partial(
            begin_beams,
            *cast,
            channel.slot,
            channel.since_tick,
            channel.until_tick,
            channel.length_u,
        ),
        partial(give_shields, *cast, rules.effects, vitals.shield_hp, vitals.shield_until_tick),
    ]


def _bind_mend(granted: Granted) -> partial[None]:
    rules, terrain = granted.resource(Rules), granted.resource(Terrain)
    casts, players, hits = granted.table(Casts), granted.table(Intent), granted.table(Hits)
    walls, mending = granted.table(Walls)[Walls], players[Mending]
    return partial(
        mend,
        casts[Casts].record,
        casts[Rows].count,
        granted.table(Clock)[Clock].tick,
        players[Rows].count,
        rules.skills,
        rules.effects,
        players[Vitals].alive,
        players[Vitals].down,
        players[Role].team,
        players[Position].x_u,
        players[Position].y_u,
        players[Vitals].health_hp,
        players[Stats].health_max_hp,
        walls.record,
        walls.start,
        walls.row,
        terrain.frame,
        mending.until_tick,
        mending.heal_hp,
        mending.healer,
        mending.skill,
        mending.slot,
        hits[Hits].record,
        hits[Rows].count,
        hits[Rows].refused,
    )


def _bind_marks(granted: Granted) -> partial[None]:
    rules, casts = granted.resource(Rules), granted.table(Casts)
    affliction = granted.table(Affliction)[Affliction]
    return partial(
        mark_casters,
        casts[Casts].record,
        casts[Rows].count,
        granted.table(Clock)[Clock].tick,
        rules.skills,
        rules.statuses,
        affliction.until_tick,
        affliction.stacks,
        affliction.source,
    )
