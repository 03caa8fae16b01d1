"""One snapshot per viewer and tick, all packed by kernels into one buffer.

Today every snapshot is whole.  A delta against what was last sent to a viewer takes the place of
the five packing calls below; what surrounds them stays.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ecs.columns import Identity, Rows
from ecs.world import World
from net.interest import PointIndex, View
from net.kernels import packing
from schema.columns import (
    Clock,
    Control,
    Cooldowns,
    Dash,
    Events,
    Flight,
    Fuse,
    Intent,
    Outcome,
    Position,
    Tally,
    Vitals,
    Zone,
)

ZONE_STEPS = 256.0

PLAYERS_MAX = 256
PROJECTILES_MAX = 512
AREAS_MAX = 128
EVENTS_MAX = 192
"""Most rows of each kind in one snapshot; further ones are dropped and counted.  A full snapshot
then has at most 64 + 2,560 + 5,632 + 1,664 + 1,920 = 11,840 bytes."""

PAYLOAD_MAX_BYTES = (
    packing.HEADER_BYTES
    + PLAYERS_MAX * packing.PLAYER_BYTES
    + PROJECTILES_MAX * packing.PROJECTILE_BYTES
    + AREAS_MAX * packing.AREA_BYTES
    + EVENTS_MAX * packing.EVENT_BYTES
)
STRIDE = packing.FRAME_BYTES + PAYLOAD_MAX_BYTES


class SnapshotPacker:
    """Packs the snapshots of one match.

    Args:
        world: the match; only read.
        view: what a viewer sees.
        size_u: width and height of the world.
        health_max_hp: health that is shown as full.
        blast_radius_u: radius of a blast.
    """

    def __init__(
        self,
        world: World,
        view: View,
        size_u: tuple[float, float],
        health_max_hp: float,
        blast_radius_u: float,
    ) -> None:
        self._clock, self._outcome = world.group("match", Clock), world.group("match", Outcome)
        self._zone = world.group("match", Zone)
        self._rows = world.group("players", Rows)
        self._control, self._intent = (
            world.group("players", Control),
            world.group("players", Intent),
        )
        self._body, self._vitals = world.group("players", Position), world.group("players", Vitals)
        self._cooldowns, self._dash = (
            world.group("players", Cooldowns),
            world.group("players", Dash),
        )
        self._tally = world.group("players", Tally)
        self._shots = world.group("projectiles", Rows)
        self._shot_id = world.group("projectiles", Identity)
        self._shot_place = world.group("projectiles", Position)
        self._flight = world.group("projectiles", Flight)
        self._areas, self._area_id = world.group("areas", Rows), world.group("areas", Identity)
        self._area_place, self._fuse = world.group("areas", Position), world.group("areas", Fuse)
        self._event_rows, self._events = world.group("events", Rows), world.group("events", Events)
        self._view = view
        self._health_max_hp = health_max_hp
        self._blast_radius_u = np.array([blast_radius_u])
        capacities = world.layout.capacities
        self._players_index = PointIndex(view, *size_u, capacities["players"])
        self._shots_index = PointIndex(view, *size_u, capacities["projectiles"])
        self._buffer: NDArray[np.uint8] = np.zeros(0, dtype=np.uint8)
        self._common = np.zeros(12, dtype=np.int64)
        self.dropped = np.zeros(1, dtype=np.int64)

    def pack(self, viewers: Sequence[int]) -> list[bytes]:
        """The snapshots of the world as it is, one frame per viewer, ready to be sent.

        Args:
            viewers: player rows.
        """
        if not viewers:
            return []
        rows = np.array(viewers, dtype=np.int64)
        if self._buffer.size < len(rows) * STRIDE:
            self._buffer = np.zeros(len(rows) * STRIDE, dtype=np.uint8)
        ends = np.zeros(len(rows), dtype=np.int64)
        body = self._body
        self._players_index.sort(self._rows.count, body.x_u, body.y_u)
        self._shots_index.sort(self._shots.count, self._shot_place.x_u, self._shot_place.y_u)
        self._pack_headers(rows, ends)
        self._pack_rows(rows, ends)
        packing.close_frames(rows, STRIDE, self._buffer, ends)
        whole = self._buffer.data
        return [bytes(whole[i * STRIDE : end]) for i, end in enumerate(ends.tolist())]

    def _pack_headers(self, rows: NDArray[np.int64], ends: NDArray[np.int64]) -> None:
        zone, cooldowns = self._zone, self._cooldowns
        circle = (zone.x_u, zone.y_u, zone.radius_u)
        following = (zone.next_x_u, zone.next_y_u, zone.next_radius_u)
        self._common[:6] = (
            self._clock.tick[0],
            self._outcome.alive[0],
            self._outcome.over[0],
            zone.phase[0] + 1,
            zone.state[0],
            zone.until_tick[0],
        )
        self._common[6:] = [math.floor(v[0] * ZONE_STEPS + 0.5) for v in (*circle, *following)]
        packing.pack_headers(
            rows,
            STRIDE,
            self._common,
            self._intent.seq,
            self._vitals.alive,
            self._vitals.health_hp,
            self._tally.kills,
            cooldowns.shot_tick,
            cooldowns.blast_tick,
            cooldowns.dash_tick,
            self._buffer,
            ends,
        )

    def _pack_rows(self, rows: NDArray[np.int64], ends: NDArray[np.int64]) -> None:
        body, half_u = self._body, self._view.half_u
        tail = (self._buffer, ends, self.dropped)
        players, shots = self._players_index, self._shots_index
        packing.pack_players(
            rows,
            STRIDE,
            PLAYERS_MAX,
            half_u,
            self._clock.tick,
            body.x_u,
            body.y_u,
            self._intent.aim,
            self._vitals.alive,
            self._vitals.health_hp / self._health_max_hp,
            self._dash.until_tick,
            self._control.bot,
            players.cells,
            players.start,
            players.row_of,
            *tail,
        )
        packing.pack_projectiles(
            rows,
            STRIDE,
            PROJECTILES_MAX,
            half_u,
            body.x_u,
            body.y_u,
            self._shot_place.x_u,
            self._shot_place.y_u,
            self._shot_id.slot,
            self._shot_id.generation,
            self._flight.direction,
            self._flight.owner,
            shots.cells,
            shots.start,
            shots.row_of,
            *tail,
        )
        packing.pack_areas(
            rows,
            STRIDE,
            AREAS_MAX,
            half_u,
            self._blast_radius_u,
            self._clock.tick,
            body.x_u,
            body.y_u,
            self._areas.count,
            self._area_place.x_u,
            self._area_place.y_u,
            self._area_id.slot,
            self._area_id.generation,
            self._fuse.fire_tick,
            self._fuse.owner,
            *tail,
        )
        packing.pack_events(
            rows,
            STRIDE,
            EVENTS_MAX,
            half_u,
            body.x_u,
            body.y_u,
            self._events.record,
            self._event_rows.count,
            *tail,
        )
