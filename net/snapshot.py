"""One snapshot per viewer and tick, all packed by kernels into one buffer.

A snapshot says what differs from what its viewer knows; the ledger keeps that, and is only advanced
by what is written here: ticks that are skipped for a viewer merge into its next snapshot.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ecs.columns import Rows
from ecs.world import World
from net.affairs import Affairs
from net.candidates import Candidates
from net.drawing import Things, bodies_of
from net.interest import Gaze, PointIndex, Sight, View
from net.kernels import choosing, happening, heads, listing, spotting, writing
from net.kernels.bodies import BODY_BYTES
from net.ledger import IDS_MAX, Ledger
from schema.columns import Clock, Events, Position, Vitals

PAYLOAD_BYTES: Final = 1150
FULL_PAYLOAD_BYTES: Final = 16000
"""Most bytes of a payload: what does not fit waits for the next.  A full one may be larger."""

GAP_MAX: Final = 255
"""After more ticks than that without a snapshot the next one is full."""

SPARE_BYTES: Final = 1200
STRIDE: Final = heads.FRAME_BYTES + FULL_PAYLOAD_BYTES + SPARE_BYTES


@dataclass(frozen=True, slots=True, eq=False)
class Lookups:
    """What the rules of a match say that its state does not.

    Attributes:
        skills: SKILL_ROW[skills].
        level_xp: f64[LEVELS], experience at which level i + 2 is reached.
        directions: f64[4096, 2], unit vectors.
        play_tick: tick at which the countdown is over.
        revive_ticks: how long helping somebody up takes.
        dt_s: length of a tick.
    """

    skills: NDArray[np.void]
    level_xp: NDArray[np.float64]
    directions: NDArray[np.float64]
    play_tick: int
    revive_ticks: int
    dt_s: float


class SnapshotPacker:
    """Packs the snapshots of one match.

    Args:
        world: the match; only read.
        view: what a viewer may see.
        frame: f64[5], width and height of the world, size, columns and rows of the walls' cells.
        lookups: of the match's rules.

    Attributes:
        ledger: what every viewer knows; its seats are what ``pack`` packs for.
        dropped: i64[1], events that did not fit so far.
        late: i64[1], how often something had to wait for a later snapshot.
    """

    def __init__(
        self, world: World, view: View, frame: NDArray[np.float64], lookups: Lookups
    ) -> None:
        self._world, self._view = world, view
        self._capacity = world.layout.capacities["players"]
        self._things = Things(world, lookups.dt_s, lookups.directions)
        self._rows = np.zeros(self._capacity * BODY_BYTES, dtype=np.uint8)
        hold_ticks = np.ascontiguousarray(lookups.skills["hold_ticks"])
        self._draw_bodies = bodies_of(world, hold_ticks, self._rows)
        self._sight = Sight(world, view, frame)
        self._index = PointIndex(view, float(frame[0]), float(frame[1]), self._things.numbers)
        self.ledger = Ledger(self._capacity, self._things.numbers)
        self._affairs = Affairs(world, self.ledger, self._rows, lookups)
        self._tick = world.group("match", Clock).tick
        self._events = world.group("events", Events).record
        self._event_count = world.group("events", Rows).count
        self._weighed = np.zeros(listing.URGENCIES, dtype=np.int64)
        self._make_room(1)
        self.dropped = np.zeros(1, dtype=np.int64)
        self.late = np.zeros(1, dtype=np.int64)

    def take_seat(self, slot: int, plays: bool = True) -> int:
        """A seat for a new viewer, whose first snapshot will be full; see ``Ledger.take``."""
        return self.ledger.take(slot, plays)

    def leave_seat(self, seat: int) -> None:
        """Free a seat whose viewer has gone."""
        self.ledger.give_back(seat)

    def pack(
        self,
        seats: Sequence[int],
        asking: Collection[int] = (),
        leads: Sequence[int] | None = None,
    ) -> list[bytes]:
        """The snapshots of the world as it is, one frame per seat, ready to be sent.

        Seats that are taken and not given are skipped: what they miss comes with their next one.

        Args:
            seats: of those who get one; their players must have entered.
            asking: seats of those who ask for their exact own state.
            leads: how far the commands of each are ahead of their ticks; None for not at all.
        """
        ledger = self.ledger
        given = np.array(seats, dtype=np.int64)
        self._skip(given)
        if not len(given):
            return []
        ledger.resync[list(asking)] = 1
        ledger.first[given[self._tick[0] - ledger.tick[given] > GAP_MAX]] = 1
        for seat in given[ledger.first[given] != 0].tolist():
            ledger.forget(seat)
        self._make_room(len(given))
        self._draw_bodies()
        self._things.draw()
        gaze = self.look(given)
        ends = np.zeros(len(given), dtype=np.int64)
        ahead = np.clip(np.array(leads or [0] * len(given), dtype=np.int64), -128, 127)
        self._affairs.write(gaze, ahead, STRIDE, self._buffer, ends)
        self._write_events(gaze, ends)
        self._choose(gaze, ends)
        self._write(gaze, ends)
        ledger.first[given] = 0
        ledger.turn[given] += 1
        begins = np.zeros(len(given), dtype=np.int64)
        heads.close_frames(STRIDE, self._buffer, ends, begins)
        whole = self._buffer.data
        return [bytes(whole[a:b]) for a, b in zip(begins.tolist(), ends.tolist(), strict=True)]

    def look(self, given: NDArray[np.int64]) -> Gaze:
        """Who and what is in sight of these seats; all has been drawn already."""
        things, ledger = self._things, self.ledger
        self._index.sort(things.count, things.x_u, things.y_u)
        gaze = self._sight.look(ledger.slot[given], given, ledger.plays[given])
        self._spot_things(gaze)
        return gaze

    def _make_room(self, viewers: int) -> None:
        if viewers == 1 or self._verdict.size < viewers * len(self._events):
            things = self._things.numbers
            self._buffer: NDArray[np.uint8] = np.zeros(viewers * STRIDE, dtype=np.uint8)
            self._shown: NDArray[np.uint8] = np.zeros(viewers * things, dtype=np.uint8)
            self._verdict: NDArray[np.uint8] = np.zeros(viewers * len(self._events), dtype=np.uint8)
            self._cands = Candidates(viewers, 2 * self._capacity + 2 * IDS_MAX)

    def _skip(self, given: NDArray[np.int64]) -> None:
        """Keep for those who are skipped what must not be lost, and note whom others moved."""
        ledger = self.ledger
        self._affairs.note_stirs()
        if len(given) == len(ledger.taken) or not self._event_count[0]:
            return
        skipped = np.setdiff1d(ledger.taken, given)
        if len(skipped):
            happening.keep_events(
                skipped,
                ledger.slot,
                self._event_count,
                self._events,
                ledger.kept,
                ledger.kept_bytes,
                ledger.kept_count,
                self.dropped,
            )

    def _spot_things(self, gaze: Gaze) -> None:
        things, ledger, index = self._things, self.ledger, self._index
        body = self._world.group("players", Position)
        spotting.spot_things(  # type: ignore[call-arg]
            gaze.viewers,
            gaze.seats,
            self._world.group("players", Vitals).alive,
            body.x_u,
            body.y_u,
            gaze.x_u,
            gaze.y_u,
            self._view.half_u,
            *gaze.looks,
            things.number,
            things.age,
            things.kind,
            things.x_u,
            things.y_u,
            things.shape,
            things.rows,
            things.reach_most_u,
            index.cells,
            index.start,
            index.row_of,
            ledger.id_of,
            things.numbers,
            ledger.id_row,
            ledger.id_age,
            IDS_MAX,
            ledger.first,
            ledger.turn,
            self._shown,
        )

    def _write_events(self, gaze: Gaze, ends: NDArray[np.int64]) -> None:
        world, ledger = self._world, self.ledger
        happening.judge_events(  # type: ignore[call-arg]
            gaze.viewers,
            gaze.bodiless,
            world.group("players", Rows).count,
            world.group("players", Vitals).alive,
            gaze.bodies,
            gaze.x_u,
            gaze.y_u,
            self._view.half_u,
            *gaze.looks,
            self._event_count,
            self._events,
            self._verdict,
        )
        happening.write_events(
            gaze.seats,
            STRIDE,
            self._event_count,
            self._events,
            self._verdict,
            ledger.kept,
            ledger.kept_bytes,
            ledger.kept_count,
            self._buffer,
            ends,
            self.dropped,
        )

    def _choose(self, gaze: Gaze, ends: NDArray[np.int64]) -> None:
        self._list_bodies(gaze)
        self._list_things(gaze)
        cands, first = self._cands, self.ledger.first[gaze.seats]
        choosing.choose(
            self._tick,
            STRIDE,
            np.where(first != 0, FULL_PAYLOAD_BYTES, PAYLOAD_BYTES),
            cands.most,
            cands.count[: len(ends)],
            cands.size,
            cands.urgency,
            ends,
            self._weighed,
            cands.chosen,
            self.late,
        )

    def _list_bodies(self, gaze: Gaze) -> None:
        ledger, cands = self.ledger, self._cands
        body = self._world.group("players", Position)
        listing.list_bodies(
            gaze.seats,
            self._world.group("players", Rows).count,
            gaze.bodies,
            gaze.eyes,
            body.x_u,
            body.y_u,
            gaze.x_u,
            gaze.y_u,
            self._rows,
            ledger.body_known,
            ledger.body_row,
            ledger.body_wait,
            cands.most,
            cands.count,
            *cands.columns,  # type: ignore[arg-type]
        )

    def _list_things(self, gaze: Gaze) -> None:
        things, ledger, cands = self._things, self.ledger, self._cands
        listing.list_leaving(  # type: ignore[call-arg]
            gaze.seats,
            gaze.x_u,
            gaze.y_u,
            self._view.half_u,
            *gaze.looks,
            self._shown,
            things.place_of,
            things.age,
            IDS_MAX,
            ledger.id_top,
            ledger.id_number,
            ledger.id_age,
            ledger.id_kind,
            ledger.id_x_u,
            ledger.id_y_u,
            ledger.id_shape,
            ledger.id_of,
            cands.most,
            cands.count,
            *cands.columns,
        )
        listing.list_things(
            gaze.seats,
            self._tick,
            things.count,
            things.number,
            things.kind,
            things.rows,
            self._shown,
            IDS_MAX,
            things.numbers,
            ledger.id_of,
            ledger.id_used,
            ledger.id_row,
            ledger.id_tick,
            ledger.thing_wait,
            cands.most,
            cands.count,
            *cands.columns,  # type: ignore[arg-type]
        )

    def _write(self, gaze: Gaze, ends: NDArray[np.int64]) -> None:
        things, ledger, cands = self._things, self.ledger, self._cands
        chosen = (cands.count, cands.kind, cands.ref)
        sizes = (cands.most, IDS_MAX, things.numbers)
        writing.write_bodies(
            gaze.seats,
            STRIDE,
            cands.most,
            *chosen,
            cands.mask,
            cands.chosen,
            self._capacity,
            self._rows,
            ledger.body_known,
            ledger.body_row,
            ledger.body_wait,
            self._buffer,
            ends,
        )
        writing.write_leaving(
            gaze.seats,
            STRIDE,
            *sizes,
            *chosen,
            cands.chosen,
            ledger.id_number,
            ledger.id_low,
            ledger.id_used,
            ledger.id_of,
            self._buffer,
            ends,
        )
        writing.write_things(
            gaze.seats,
            self._tick,
            *sizes,
            *chosen,
            cands.mask,
            cands.chosen,
            things.number,
            things.kind,
            things.rows,
            ledger.id_of,
            ledger.id_number,
            ledger.id_low,
            ledger.id_top,
            ledger.id_used,
            ledger.id_kind,
            ledger.id_row,
            ledger.id_tick,
            ledger.thing_wait,
            self._buffer,
            ends,
        )
        writing.note_places(
            gaze.seats,
            *sizes,
            *chosen,
            cands.chosen,
            things.number,
            things.age,
            things.x_u,
            things.y_u,
            things.shape,
            ledger.id_of,
            ledger.id_age,
            ledger.id_x_u,
            ledger.id_y_u,
            ledger.id_shape,
        )
