"""One snapshot per viewer and tick, all packed by kernels into one buffer.

Today every snapshot is whole.  A delta against what was last sent to a viewer takes the place of
the gathering; what surrounds it stays.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from ecs.columns import Rows
from ecs.world import World
from net import sections
from net.interest import Gaze, View, look
from net.kernels import bodies, headers, things
from net.sections import NOTHING_HIDDEN, Happenings, Mates, Sheets, Site
from schema.columns import (
    Ability,
    Affliction,
    Channel,
    Clock,
    Combo,
    Cover,
    Intent,
    Outcome,
    Progress,
    Rescue,
    Stats,
    Tally,
    Vitals,
    Zone,
)
from schema.events import NOBODY, STAGE_COUNTDOWN
from schema.rulebook import STATUSES

ZONE_STEPS = 256.0

PAYLOAD_MAX_BYTES = (
    headers.HEADER_BYTES
    + STATUSES * headers.STATUS_BYTES
    + sections.PLAYERS_MAX * bodies.PLAYER_BYTES
    + sections.PROJECTILES_MAX * things.PROJECTILE_BYTES
    + sections.AREAS_MAX * things.AREA_BYTES
    + sections.OBSTACLES_MAX * things.OBSTACLE_BYTES
    + sections.PICKUPS_MAX * things.PICKUP_BYTES
    + sections.MATES_MAX * bodies.MATE_BYTES
    + sections.EVENTS_MAX * things.EVENT_BYTES
)
STRIDE = headers.FRAME_BYTES + PAYLOAD_MAX_BYTES


@dataclass(frozen=True, slots=True, eq=False)
class Lookups:
    """What the rules of a match say that its state does not.

    Attributes:
        skills: SKILL_ROW[skills].
        level_xp: f64[LEVELS], experience at which level i + 2 is reached.
        directions: f64[4096, 2], unit vectors.
        play_tick: tick at which the countdown is over.
        revive_ticks: how long helping somebody up takes.
    """

    skills: NDArray[np.void]
    level_xp: NDArray[np.float64]
    directions: NDArray[np.float64]
    play_tick: int
    revive_ticks: int


class SnapshotPacker:
    """Packs the snapshots of one match.

    Args:
        world: the match; only read.
        view: what a viewer may see.
        size_u: width and height of the world.
        lookups: of the match's rules.

    Attributes:
        dropped: i64[1], rows that did not fit so far.
    """

    def __init__(
        self, world: World, view: View, size_u: tuple[float, float], lookups: Lookups
    ) -> None:
        self._world, self._view, self._lookups = world, view, lookups
        self._held = np.zeros(world.layout.capacities["abilities"], dtype=np.uint8)
        self._help_ticks = np.zeros(world.layout.capacities["players"], dtype=np.int64)
        self._hold_ticks = np.ascontiguousarray(lookups.skills["hold_ticks"])
        self._charges_max = np.ascontiguousarray(lookups.skills["charges_max"])
        site = Site(world, view, size_u)
        self._players = sections.players_section(site, self._held)
        self._things = (
            sections.projectiles_section(site),
            sections.areas_section(site),
            sections.obstacles_section(site, lookups.directions),
            sections.pickups_section(site),
        )
        self._mates, self._happenings = Mates(world), Happenings(world)
        self._measures = self._bind_measures()
        self._common = np.zeros(14, dtype=np.int64)
        self._buffer: NDArray[np.uint8] = np.zeros(0, dtype=np.uint8)
        self.dropped = np.zeros(1, dtype=np.int64)

    def pack(self, viewers: Sequence[int]) -> list[bytes]:
        """The snapshots of the world as it is, one frame per viewer, ready to be sent.

        Args:
            viewers: player rows.
        """
        if not viewers:
            return []
        if self._buffer.size < len(viewers) * STRIDE:
            self._buffer = np.zeros(len(viewers) * STRIDE, dtype=np.uint8)
        ends = np.zeros(len(viewers), dtype=np.int64)
        sheets = Sheets(self._buffer, STRIDE, ends, self.dropped)
        for measure in self._measures:
            measure()
        gaze = look(self._world, self._view, np.array(viewers, dtype=np.int64))
        self._write_headers(gaze, sheets)
        self._gather(gaze, sheets)
        headers.close_frames(STRIDE, self._buffer, ends)
        whole = self._buffer.data
        return [bytes(whole[i * STRIDE : end]) for i, end in enumerate(ends.tolist())]

    def _bind_measures(self) -> tuple[partial[None], ...]:
        """What is worked out once in a tick before anything is drawn."""
        world = self._world
        players, tick = world.group("players", Rows), world.group("match", Clock).tick
        ability, rescue = world.group("abilities", Ability), world.group("players", Rescue)
        vitals = world.group("players", Vitals)
        return (
            partial(
                bodies.measure_charges,
                players.count,
                tick,
                ability.skill,
                ability.held_tick,
                self._hold_ticks,
                self._held,
            ),
            partial(
                bodies.measure_help,
                players.count,
                vitals.alive,
                vitals.down,
                rescue.reviver,
                rescue.progress_ticks,
                self._help_ticks,
            ),
        )

    def _gather(self, gaze: Gaze, sheets: Sheets) -> None:
        half_u, alive = self._view.half_u, self._world.group("players", Vitals).alive
        # The eyes' own body is never the one that does not fit.
        first = np.where((gaze.eyes >= 0) & (alive[gaze.eyes] != 0), gaze.eyes, NOBODY)
        self._players.prepare()
        self._players.gather(gaze, half_u, first, gaze.hidden, sheets)
        nobody = np.full_like(first, NOBODY)
        for section in self._things:
            section.prepare()
            section.gather(gaze, half_u, nobody, NOTHING_HIDDEN, sheets)
        self._mates.gather(gaze, sheets)
        self._happenings.gather(gaze, half_u, sheets)

    def _write_headers(self, gaze: Gaze, sheets: Sheets) -> None:
        world, tick = self._world, self._world.group("match", Clock).tick
        self._write_common(gaze, sheets)
        self._write_self(gaze, sheets)
        ability = world.group("abilities", Ability)
        headers.write_slots(
            gaze.viewers,
            STRIDE,
            tick,
            ability.skill,
            ability.level,
            ability.charges,
            self._held,
            ability.ready_tick,
            ability.recharge_tick,
            self._charges_max,
            sheets.buffer,
        )
        affliction = world.group("afflictions", Affliction)
        headers.write_statuses(
            gaze.viewers,
            STRIDE,
            tick,
            affliction.stacks,
            affliction.until_tick,
            sheets.buffer,
            sheets.ends,
        )

    def _write_self(self, gaze: Gaze, sheets: Sheets) -> None:
        world = self._world
        vitals, stats = world.group("players", Vitals), world.group("players", Stats)
        cover, tally = world.group("players", Cover), world.group("players", Tally)
        progress = world.group("players", Progress)
        headers.write_state(
            gaze.viewers,
            STRIDE,
            world.group("match", Clock).tick,
            vitals.alive,
            vitals.down,
            world.group("players", Channel).slot,
            cover.bush,
            cover.seen_until_tick,
            stats.flags,
            world.group("players", Rescue).reviver,
            world.group("players", Combo).hits,
            self._help_ticks,
            self._lookups.revive_ticks,
            sheets.buffer,
        )
        headers.write_figures(
            gaze.viewers,
            STRIDE,
            vitals.health_hp,
            stats.health_max_hp,
            vitals.mana_mp,
            stats.mana_max_mp,
            vitals.shield_hp,
            tally.kills,
            tally.assists,
            progress.level,
            progress.experience_xp,
            self._lookups.level_xp,
            sheets.buffer,
        )

    def _write_common(self, gaze: Gaze, sheets: Sheets) -> None:
        world = self._world
        zone, outcome = world.group("match", Zone), world.group("match", Outcome)
        counting = outcome.stage[0] == STAGE_COUNTDOWN
        circle = (zone.x_u, zone.y_u, zone.radius_u)
        following = (zone.next_x_u, zone.next_y_u, zone.next_radius_u)
        self._common[:8] = (
            world.group("match", Clock).tick[0],
            outcome.alive[0],
            outcome.teams_alive[0],
            outcome.stage[0],
            zone.phase[0] + 1,
            zone.state[0],
            self._lookups.play_tick if counting else outcome.stage_tick[0],
            zone.until_tick[0],
        )
        self._common[8:] = [math.floor(v[0] * ZONE_STEPS + 0.5) for v in (*circle, *following)]
        headers.write_common(
            gaze.viewers,
            STRIDE,
            self._common,
            gaze.eyes,
            world.group("players", Intent).seq,
            sheets.buffer,
            sheets.ends,
        )
