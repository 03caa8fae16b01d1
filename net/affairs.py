"""A viewer's own affairs and those of the match: the part of a snapshot before what is in sight."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ecs.columns import Rows
from ecs.world import World
from net.interest import Call, Gaze
from net.kernels import figures, heads
from net.ledger import Ledger
from schema.columns import (
    Ability,
    Affliction,
    Channel,
    Clock,
    Combo,
    Cover,
    Dash,
    Intent,
    Motion,
    Outcome,
    Position,
    Progress,
    Push,
    Rescue,
    Stats,
    Tally,
    Vitals,
    Zone,
)
from schema.events import STAGE_COUNTDOWN, ZONE_SHRINKING

if TYPE_CHECKING:
    from net.snapshot import Lookups

ZONE_STEPS = 256.0


class Affairs:
    """Writes heads, own movement, match, figures, skills and statuses of every viewer.

    Args:
        world: the match; only read.
        ledger: what every viewer knows; advanced.
        bodies: u8[players * BODY_BYTES], drawn before anything is written.
        lookups: of the match's rules.
    """

    def __init__(
        self, world: World, ledger: Ledger, bodies: NDArray[np.uint8], lookups: Lookups
    ) -> None:
        self._world, self._ledger, self._bodies, self._lookups = world, ledger, bodies, lookups
        players = world.layout.capacities["players"]
        self._help_ticks = np.zeros(players, dtype=np.int64)
        self._common = np.zeros(14, dtype=np.int64)
        self._match_row = np.zeros(figures.MATCH_BYTES, dtype=np.uint8)
        self._hand_row = np.zeros(figures.HAND_BYTES, dtype=np.uint8)

    def note_match(self) -> None:
        """How the match stands, for ``write_match``."""
        zone, outcome = self._world.group("match", Zone), self._world.group("match", Outcome)
        counting = outcome.stage[0] == STAGE_COUNTDOWN
        self._common[:8] = (
            outcome.alive[0],
            outcome.teams_alive[0],
            outcome.stage[0],
            self._lookups.play_tick if counting else outcome.stage_tick[0],
            zone.phase[0] + 1,
            zone.state[0],
            zone.since_tick[0],
            zone.until_tick[0],
        )
        circle = (zone.from_x_u, zone.from_y_u, zone.from_radius_u)
        if zone.state[0] != ZONE_SHRINKING:
            circle = (zone.x_u, zone.y_u, zone.radius_u)
        following = (zone.next_x_u, zone.next_y_u, zone.next_radius_u)
        self._common[8:] = [math.floor(v[0] * ZONE_STEPS + 0.5) for v in (*circle, *following)]

    def note_stirs(self) -> None:
        """Remember whose body others have moved on this tick."""
        push, ledger = self._world.group("push", Push), self._ledger
        alive = self._world.group("players", Vitals).alive
        heads.note_stirs(ledger.taken, ledger.slot, alive, push.dx_u, push.dy_u, ledger.stirred)

    def calls(
        self,
        gaze: Gaze,
        leads: NDArray[np.int64],
        stride: int,
        buffer: NDArray[np.uint8],
        ends: NDArray[np.int64],
    ) -> Iterator[Call]:
        """What begins the snapshots of a tick; ``ends`` is set behind what was written of each.

        ``note_match`` comes before it in every tick.

        Args:
            leads: i64[n], how far each viewer's commands are ahead.
        """
        yield from self._write_heads(gaze, stride, buffer, ends)
        yield partial(
            heads.write_leads,
            gaze.viewers,
            gaze.seats,
            stride,
            self._world.group("players", Vitals).alive,
            self._ledger.plays,
            self._ledger.first,
            leads,
            self._ledger.lead,
            buffer,
            ends,
        )
        yield from self._write_match(gaze, stride, buffer, ends)
        yield from self._write_self(gaze, stride, buffer, ends)
        yield from self._write_skills(gaze, stride, buffer, ends)

    def _write_heads(
        self, gaze: Gaze, stride: int, buffer: NDArray[np.uint8], ends: NDArray[np.int64]
    ) -> Iterator[Call]:
        world, ledger = self._world, self._ledger
        place, motion = world.group("players", Position), world.group("players", Motion)
        dash, stats = world.group("players", Dash), world.group("players", Stats)
        mana_mp = world.group("players", Vitals).mana_mp
        moving = (place.x_u, place.y_u, motion.vx_ups, motion.vy_ups, mana_mp)
        x, y, vx, vy, mana = (column.view(np.uint8) for column in moving)
        channel = world.group("players", Channel)
        motions = np.zeros(len(gaze.viewers) * heads.MOTION_BYTES, dtype=np.uint8)
        gaits = np.zeros(len(gaze.viewers) * heads.GAIT_BYTES, dtype=np.uint8)
        yield partial(
            heads.draw_motion,
            gaze.viewers,
            x,
            y,
            vx,
            vy,
            mana,
            stats.speed_ups.view(np.uint8),
            dash.speed_ups.view(np.uint8),
            world.group("players", Intent).buttons,
            dash.until_tick,
            dash.direction,
            channel.slot,
            channel.since_tick,
            channel.until_tick,
            motions,
            gaits,
        )
        yield partial(
            heads.write_heads,
            gaze.viewers,
            gaze.seats,
            world.group("match", Clock).tick,
            stride,
            world.group("players", Intent).seq,
            world.group("players", Vitals).alive,
            ledger.plays,
            motions,
            gaits,
            ledger.first,
            ledger.tick,
            ledger.seq,
            ledger.stirred,
            ledger.resync,
            ledger.motion,
            ledger.gait,
            buffer,
            ends,
        )

    def _write_match(
        self, gaze: Gaze, stride: int, buffer: NDArray[np.uint8], ends: NDArray[np.int64]
    ) -> Iterator[Call]:
        yield partial(
            figures.write_match,
            gaze.seats,
            stride,
            self._common,
            gaze.eyes,
            self._ledger.first,
            self._match_row,
            self._ledger.match,
            buffer,
            ends,
        )

    def _write_self(
        self, gaze: Gaze, stride: int, buffer: NDArray[np.uint8], ends: NDArray[np.int64]
    ) -> Iterator[Call]:
        rows = np.zeros(len(gaze.viewers) * figures.SELF_BYTES, dtype=np.uint8)
        yield from self._draw_self(gaze, rows)
        yield partial(
            figures.write_self,
            gaze.seats,
            self._world.group("match", Clock).tick,
            stride,
            self._ledger.first,
            rows,
            self._ledger.own,
            self._ledger.slow_tick,
            buffer,
            ends,
        )

    def _draw_self(self, gaze: Gaze, rows: NDArray[np.uint8]) -> Iterator[Call]:
        world = self._world
        vitals, stats = world.group("players", Vitals), world.group("players", Stats)
        cover, tally = world.group("players", Cover), world.group("players", Tally)
        rescue, progress = world.group("players", Rescue), world.group("players", Progress)
        yield partial(
            figures.measure_help,
            world.group("players", Rows).count,
            vitals.alive,
            vitals.down,
            rescue.reviver,
            rescue.progress_ticks,
            self._help_ticks,
        )
        yield partial(
            figures.draw_flags,
            gaze.viewers,
            world.group("match", Clock).tick,
            vitals.alive,
            vitals.down,
            self._bodies,
            cover.bush,
            cover.seen_until_tick,
            stats.flags,
            rescue.reviver,
            world.group("players", Combo).hits,
            self._help_ticks,
            self._lookups.revive_ticks,
            rows,
        )
        yield partial(
            figures.draw_figures,
            gaze.viewers,
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
            rows,
        )

    def _write_skills(
        self, gaze: Gaze, stride: int, buffer: NDArray[np.uint8], ends: NDArray[np.int64]
    ) -> Iterator[Call]:
        world, ledger = self._world, self._ledger
        ability = world.group("abilities", Ability)
        affliction = world.group("afflictions", Affliction)
        yield partial(
            figures.write_hands,
            gaze.viewers,
            gaze.seats,
            stride,
            ledger.plays,
            ledger.first,
            ability.skill,
            ability.level,
            ability.charges,
            ability.ready_tick,
            ability.recharge_tick,
            ability.held_tick,
            self._hand_row,
            ledger.hands,
            buffer,
            ends,
        )
        yield partial(
            figures.write_statuses,
            gaze.viewers,
            gaze.seats,
            world.group("match", Clock).tick,
            stride,
            affliction.stacks,
            affliction.until_tick,
            ledger.stacks,
            ledger.until,
            buffer,
            ends,
        )
