"""The zone shrinks and hurts."""

from functools import partial

from ecs.columns import Rows
from ecs.schedule import Granted, System
from ecs.world import World
from schema.columns import Clock, Hits, Intent, Outcome, Position, Vitals, Zone
from systems.kernels.zone import open_zone, scorch, shrink_zone
from systems.pulse import Pulse
from systems.rules import Rules
from systems.terrain import Terrain


class ShrinkZone(System):
    """Advance the zone by a tick, then hurt whoever is outside."""

    after = (Pulse,)
    reads = (Clock, Outcome.stage, Vitals.alive, Position)
    writes = (Rows, Zone, Hits)

    def bind(self, granted: Granted) -> None:
        rules, terrain = granted.resource(Rules), granted.resource(Terrain)
        match, players, hits = granted.table(Zone), granted.table(Intent), granted.table(Hits)
        zone = match[Zone]
        self.calls = [
            partial(
                shrink_zone,
                match[Clock].tick,
                match[Clock].seed,
                rules.zone_wait_ticks,
                rules.zone_shrink_ticks,
                rules.zone_ratio,
                rules.zone_drift,
                terrain.frame,
                rules.directions,
                zone.phase,
                zone.state,
                zone.since_tick,
                zone.until_tick,
                zone.x_u,
                zone.y_u,
                zone.radius_u,
                zone.from_x_u,
                zone.from_y_u,
                zone.from_radius_u,
                zone.next_x_u,
                zone.next_y_u,
                zone.next_radius_u,
            ),
            partial(
                scorch,
                players[Rows].count,
                match[Outcome].stage,
                players[Vitals].alive,
                players[Position].x_u,
                players[Position].y_u,
                zone.phase,
                zone.x_u,
                zone.y_u,
                zone.radius_u,
                rules.zone_damage_hp,
                rules.zone_flags,
                hits[Hits].record,
                hits[Rows].count,
                hits[Rows].refused,
            ),
        ]


def prepare_zone(world: World) -> None:
    """Set the zone up in a new world, before its first tick."""
    rules, terrain = world.resource(Rules), world.resource(Terrain)
    zone = world.group("match", Zone)
    open_zone(
        world.group("match", Clock).seed,
        terrain.frame,
        rules.zone_wait_ticks,
        rules.zone_ratio,
        rules.zone_drift,
        rules.directions,
        zone.until_tick,
        zone.x_u,
        zone.y_u,
        zone.radius_u,
        zone.next_x_u,
        zone.next_y_u,
        zone.next_radius_u,
    )
