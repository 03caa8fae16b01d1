"""One snapshot per viewer and tick, all packed by kernels into one buffer.

A snapshot says what differs from what its viewer knows; the ledger keeps that, and is only advanced
by what is written here: ticks that are skipped for a viewer merge into its next snapshot.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecs.columns import Rows
from ecs.world import World
from net.affairs import Affairs
from net.drawing import Things, bodies_of
from net.interest import PointIndex, Sight, View
from net.kernels import happening
from net.kernels.bodies import BODY_BYTES
from net.ledger import Ledger
from net.plan import Plan
from net.room import Parts, Room
from schema.columns import Clock, Events


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
        map_walls: how many of the walls are the map's, and stay as they are.
    """

    skills: NDArray[np.void]
    level_xp: NDArray[np.float64]
    directions: NDArray[np.float64]
    play_tick: int
    revive_ticks: int
    dt_s: float
    map_walls: int = 0


class SnapshotPacker:
    """Packs the snapshots of one match.

    Args:
        world: the match; only read.
        view: what a viewer may see.
        frame: f64[5], width and height of the world, size, columns and rows of the walls' cells.
        lookups: of the match's rules.
        ledger: of another packer of this world, whose viewers go on; a new one if there is none.

    Attributes:
        ledger: what every viewer knows; its seats are what ``pack`` packs for.
        dropped: i64[1], events that did not fit so far.
        late: i64[1], how often something had to wait for a later snapshot.
    """

    def __init__(
        self,
        world: World,
        view: View,
        frame: NDArray[np.float64],
        lookups: Lookups,
        ledger: Ledger | None = None,
    ) -> None:
        capacity = world.layout.capacities["players"]
        things = Things(world, lookups.dt_s, lookups.directions)
        rows = np.zeros(capacity * BODY_BYTES, dtype=np.uint8)
        hold_ticks = np.ascontiguousarray(lookups.skills["hold_ticks"])
        self.ledger = Ledger(capacity, things.numbers) if ledger is None else ledger
        self._affairs = Affairs(world, self.ledger, rows, lookups)
        self.dropped = np.zeros(1, dtype=np.int64)
        self.late = np.zeros(1, dtype=np.int64)
        self._parts = Parts(
            world=world,
            view=view,
            things=things,
            rows=rows,
            draw_bodies=bodies_of(world, hold_ticks, rows),
            sight=Sight(world, view, frame, lookups.map_walls),
            index=PointIndex(view, float(frame[0]), float(frame[1]), things.numbers),
            ledger=self.ledger,
            affairs=self._affairs,
            tick=world.group("match", Clock).tick,
            events=world.group("events", Events).record,
            event_count=world.group("events", Rows).count,
            capacity=capacity,
            dropped=self.dropped,
            late=self.late,
        )
        self._room = Room(1, self._parts)
        self._plan: Plan | None = None
        self._grown = self.ledger.grown
        # Made once before anybody looks: the first takes longer than a tick has time.
        self._plan_for(1)

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
        self._skip(seats)
        if not seats:
            return []
        viewers = len(seats)
        plan, room = self._plan_for(viewers), self._room
        given = plan.gaze.seats[:viewers]
        given[:] = seats
        if asking:
            ledger.resync[list(asking)] = 1
        plan.ahead[:viewers] = 0 if leads is None else np.clip(leads, -128, 127)
        plan.begin()
        if plan.anew[0]:
            for seat in given[ledger.first[given] != 0].tolist():
                ledger.forget(seat)
        self._affairs.note_match()
        plan.draw()
        plan.look()
        plan.tell()
        plan.choose()
        plan.write()
        begins, ends = plan.begins[:viewers].tolist(), plan.ends[:viewers].tolist()
        whole = room.packed[: ends[-1]].tobytes()
        return [whole[begin:end] for begin, end in zip(begins, ends, strict=True)]

    def _plan_for(self, viewers: int) -> Plan:
        """The plan, for so many viewers; where there is none with that room, a new one.

        Who gets a snapshot changes with every tick, and making a plan takes longer than packing.
        """
        plan = self._plan
        if self._grown != self.ledger.grown or self._room.viewers < viewers:
            plan, self._grown = None, self.ledger.grown
        if self._room.viewers < viewers:
            self._room = Room(viewers + viewers // 4, self._parts)
        if plan is None:
            plan = Plan(self._room.viewers, self._parts, self._room)
        if not plan.fit(viewers):
            # Where kernels are no machine code, a plan cannot be for fewer than it was made for.
            plan = Plan(viewers, self._parts, self._room)
        self._plan = plan
        return plan

    def _skip(self, given: Sequence[int]) -> None:
        """Keep for those who are skipped what must not be lost, and note whom others moved."""
        ledger = self.ledger
        self._affairs.note_stirs()
        if len(given) == len(ledger.taken) or not self._parts.event_count[0]:
            return
        skipped = np.setdiff1d(ledger.taken, given)
        if len(skipped):
            happening.keep_events(
                skipped,
                ledger.slot,
                self._parts.event_count,
                self._parts.events,
                ledger.kept,
                ledger.kept_bytes,
                ledger.kept_count,
                self.dropped,
            )
