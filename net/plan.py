"""All that packs snapshots for so many viewers, as a few calls that need no more arguments."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial

import numpy as np

from ecs.binding import resized, sequence
from ecs.columns import Rows
from net.interest import Call, Gaze
from net.kernels import choosing, happening, heads, listing, spotting, turns, writing
from net.ledger import IDS_MAX
from net.room import FULL_PAYLOAD_BYTES, GAP_MAX, PAYLOAD_BYTES, STRIDE, Parts, Room
from schema.columns import Position, Vitals


class Plan:
    """Packs for so many viewers or fewer.  Its arrays stay where they are, and so do its parts'.

    Attributes:
        viewers: for how many; of the arrays below n are of use.
        gaze: where they look from; its seats are to be set first.
        ahead: i64[n], leads, to be set first; budget: i64[n], most bytes of each.
        anew: i64[1], how many are to be told everything.
        begins, ends: i64[n], where in ``Room.packed`` the frame of each is in the end.
        begin, draw, look, tell, choose, write: to be called in this order; after ``begin`` the
            ledger must forget what those knew who are told everything.
    """

    def __init__(self, viewers: int, parts: Parts, room: Room) -> None:
        self._parts, self._room, self.viewers = parts, room, viewers
        self.gaze = gaze = parts.sight.gaze_of(viewers)
        self.begins, self.ends = (np.zeros(viewers, dtype=np.int64) for _ in range(2))
        self.ahead, self.budget = (np.zeros(viewers, dtype=np.int64) for _ in range(2))
        self.anew = np.zeros(1, dtype=np.int64)
        self._candidates = room.cands.count[:viewers]
        self._steps = list[Callable[[], object]]()
        self.begin = self._stage(self._begin(gaze))
        self.draw = self._stage((parts.draw_bodies, *parts.things.calls()))
        self.look = self._stage(self._look(gaze))
        told = parts.affairs.calls(gaze, self.ahead, STRIDE, room.buffer, self.ends)
        self.tell = self._stage((*told, *self._write_events(gaze)))
        self.choose = self._stage(self._choose(gaze))
        self.write = self._stage((*self._write(gaze), *self._end(gaze)))

    def fit(self, viewers: int) -> bool:
        """Pack for so many from now on; False where another plan has to."""
        if viewers == self.viewers:
            return True
        if viewers > len(self.ends) or not resized(self._steps, viewers):
            return False
        self.viewers = viewers
        return True

    def _stage(self, calls: Iterable[Call]) -> Callable[[], None]:
        own = (self.begins, self.ends, self.ahead, self.budget, self._candidates)
        steps = sequence(calls, (*own, *self.gaze.each))
        self._steps += steps

        def run() -> None:
            for step in steps:
                step()

        return run

    def _begin(self, gaze: Gaze) -> Iterator[Call]:
        ledger = self._parts.ledger
        yield partial(
            turns.begin_turns,
            gaze.seats,
            self._parts.tick,
            GAP_MAX,
            FULL_PAYLOAD_BYTES,
            PAYLOAD_BYTES,
            ledger.slot,
            ledger.plays,
            ledger.tick,
            ledger.first,
            gaze.viewers,
            gaze.bodiless,
            self.budget,
            self.anew,
        )

    def _end(self, gaze: Gaze) -> Iterator[Call]:
        ledger, room = self._parts.ledger, self._room
        yield partial(heads.close_frames, STRIDE, room.buffer, self.ends, self.begins)
        yield partial(
            turns.end_turns,
            gaze.seats,
            room.buffer,
            self.begins,
            self.ends,
            ledger.first,
            ledger.turn,
            room.packed,
        )

    def _look(self, gaze: Gaze) -> Iterator[Call]:
        things, parts = self._parts.things, self._parts
        yield parts.index.sorting(things.count, things.x_u, things.y_u)
        yield from parts.sight.calls(gaze)
        yield from self._spot_things(gaze)

    def _spot_things(self, gaze: Gaze) -> Iterator[Call]:
        parts = self._parts
        things, ledger, index = parts.things, parts.ledger, parts.index
        body = parts.world.group("players", Position)
        yield partial(
            spotting.spot_things,
            gaze.viewers,
            gaze.seats,
            parts.world.group("players", Vitals).alive,
            body.x_u,
            body.y_u,
            gaze.x_u,
            gaze.y_u,
            parts.view.half_u,
            *gaze.looks,
            gaze.hints,
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
            things.count,
            self._room.near,
            self._room.near_id,
            self._room.shown,
        )

    def _write_events(self, gaze: Gaze) -> Iterator[Call]:
        parts = self._parts
        world, ledger = parts.world, parts.ledger
        yield partial(
            happening.judge_events,
            gaze.viewers,
            gaze.bodiless,
            world.group("players", Rows).count,
            world.group("players", Vitals).alive,
            gaze.bodies,
            gaze.x_u,
            gaze.y_u,
            parts.view.half_u,
            *gaze.looks,
            parts.event_count,
            parts.events,
            self._room.happened_to,
            self._room.living,
            self._room.verdict,
        )
        yield partial(
            happening.write_events,
            gaze.seats,
            STRIDE,
            parts.event_count,
            parts.events,
            self._room.verdict,
            ledger.kept,
            ledger.kept_bytes,
            ledger.kept_count,
            self._room.buffer,
            self.ends,
            parts.dropped,
        )

    def _choose(self, gaze: Gaze) -> Iterator[Call]:
        parts = self._parts
        yield from self._list_bodies(gaze)
        yield from self._list_things(gaze)
        cands = self._room.cands
        yield partial(
            choosing.choose,
            parts.tick,
            STRIDE,
            self.budget,
            cands.most,
            self._candidates,
            cands.size,
            cands.urgency,
            self.ends,
            self._room.weighed,
            cands.chosen,
            parts.late,
        )

    def _list_bodies(self, gaze: Gaze) -> Iterator[Call]:
        parts = self._parts
        ledger, cands = parts.ledger, self._room.cands
        body = parts.world.group("players", Position)
        yield partial(
            listing.list_bodies,
            gaze.seats,
            parts.world.group("players", Rows).count,
            gaze.bodies,
            gaze.eyes,
            body.x_u,
            body.y_u,
            gaze.x_u,
            gaze.y_u,
            parts.rows,
            ledger.body_known,
            ledger.body_row,
            ledger.body_wait,
            cands.most,
            cands.count,
            *cands.columns,  # type: ignore[arg-type]
        )

    def _list_things(self, gaze: Gaze) -> Iterator[Call]:
        parts = self._parts
        things, ledger, cands = parts.things, parts.ledger, self._room.cands
        yield partial(
            listing.list_leaving,
            gaze.seats,
            gaze.x_u,
            gaze.y_u,
            parts.view.half_u,
            *gaze.looks,
            gaze.hints,
            gaze.viewers,
            self._room.shown,
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
            *cands.columns,  # type: ignore[arg-type]
        )
        yield partial(
            listing.list_things,
            gaze.seats,
            parts.tick,
            things.count,
            things.number,
            things.kind,
            things.rows,
            self._room.shown,
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

    def _write(self, gaze: Gaze) -> Iterator[Call]:
        parts = self._parts
        things, ledger, cands = parts.things, parts.ledger, self._room.cands
        chosen = (cands.count, cands.kind, cands.ref)
        sizes = (cands.most, IDS_MAX, things.numbers)
        yield partial(
            writing.write_bodies,
            gaze.seats,
            STRIDE,
            cands.most,
            *chosen,
            cands.mask,
            cands.chosen,
            parts.capacity,
            parts.rows,
            ledger.body_known,
            ledger.body_row,
            ledger.body_wait,
            self._room.buffer,
            self.ends,
        )
        yield partial(
            writing.write_leaving,
            gaze.seats,
            STRIDE,
            *sizes,
            *chosen,
            cands.chosen,
            ledger.id_number,
            ledger.id_low,
            ledger.id_used,
            ledger.id_of,
            self._room.buffer,
            self.ends,
        )
        yield partial(
            writing.write_things,
            gaze.seats,
            parts.tick,
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
            self._room.buffer,
            self.ends,
        )
        yield partial(
            writing.note_places,
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
