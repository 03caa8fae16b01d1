"""What packs the snapshots of a match, live or delayed, and hands them out."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ecs.world import World
from net.interest import View
from net.outbox import Outbox
from net.snapshot import Lookups, SnapshotPacker
from systems.rules import Rules
from systems.terrain import Terrain


def make_packer(world: World) -> SnapshotPacker:
    """What packs the snapshots of a world by its own rules and map."""
    rules, terrain = world.resource(Rules), world.resource(Terrain)
    balance = rules.balance.match
    return SnapshotPacker(
        world,
        View(
            balance.view_width_u,
            balance.view_height_u,
            balance.cover.notice_u,
            balance.body.radius_u,
        ),
        terrain.frame,
        Lookups(
            skills=rules.skills,
            level_xp=rules.level_xp,
            directions=rules.directions,
            play_tick=rules.some_ticks(balance.countdown_s),
            revive_ticks=rules.ticks(balance.team.revive_s),
            dt_s=rules.dt_s,
            map_walls=len(terrain.walls),
        ),
    )


class Feed:
    """The snapshots of one connection: out of which world, whose, and in which seat.

    A snapshot is a delta against the one before, so a stream is of one world and one row; turning
    to another begins a new one, in a new seat, with a full snapshot.

    Attributes:
        outbox: where they go.
        row: whose they are.
        plays: whether that is the body that this connection moves.
    """

    def __init__(self, outbox: Outbox) -> None:
        self.outbox = outbox
        self._packer: SnapshotPacker | None = None
        self.row = 0
        self.plays = False
        self.seat = 0

    def turn_to(self, packer: SnapshotPacker, row: int, plays: bool = False) -> Feed:
        """From now on what a player of that packer's world sees; nothing happens when it is so."""
        if packer is self._packer and row == self.row and plays == self.plays:
            return self
        self.end()
        self._packer, self.row, self.plays = packer, row, plays
        self.seat = packer.take_seat(row, plays)
        return self

    def end(self) -> None:
        """Nothing more is packed for it."""
        if self._packer is not None:
            self._packer.leave_seat(self.seat)
            self._packer = None


def _no_lead(_row: int) -> int:
    return 0


def offer(
    packer: SnapshotPacker,
    tick: int,
    feeds: Iterable[Feed],
    lead_of: Callable[[int], int] = _no_lead,
) -> None:
    """Give every feed, all turned to ``packer``, its snapshot, as far as one is due and wanted.

    Args:
        packer: its world is at ``tick``.
        tick: rises from call to call for every feed.
        feeds: whoever has a seat and is not among them is skipped.
        lead_of: how far a player's commands are ahead, by row.
    """
    ready = [feed for feed in feeds if feed.outbox.wants(tick)]
    asking = [feed.seat for feed in ready if feed.outbox.take_resync()]
    leads = [lead_of(feed.row) if feed.plays else 0 for feed in ready]
    frames = packer.pack([feed.seat for feed in ready], asking, leads)
    for feed, frame in zip(ready, frames, strict=True):
        feed.outbox.offer_snapshot(tick, frame)
