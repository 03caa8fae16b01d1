"""What packs the snapshots of a match, live or delayed, and hands them out."""

from __future__ import annotations

from collections.abc import Iterable

from ecs.world import World
from net.interest import View
from net.outbox import Outbox
from net.snapshot import Lookups, SnapshotPacker
from systems.rules import Rules
from systems.terrain import Terrain


def make_packer(world: World) -> SnapshotPacker:
    """What packs the snapshots of a world by its own rules and map."""
    rules, frame = world.resource(Rules), world.resource(Terrain).frame
    balance = rules.balance.match
    return SnapshotPacker(
        world,
        View(balance.view_width_u, balance.view_height_u, balance.cover.notice_u),
        (float(frame[0]), float(frame[1])),
        Lookups(
            skills=rules.skills,
            level_xp=rules.level_xp,
            directions=rules.directions,
            play_tick=rules.some_ticks(balance.countdown_s),
            revive_ticks=rules.ticks(balance.team.revive_s),
        ),
    )


class Feed:
    """The snapshots of one connection: out of which world, and whose.

    Attributes:
        outbox: where they go.
    """

    def __init__(self, outbox: Outbox) -> None:
        self.outbox = outbox
        self._packer: SnapshotPacker | None = None
        self.row = 0

    def turn_to(self, packer: SnapshotPacker, row: int) -> Feed:
        """From now on what a player of that packer's world sees; nothing happens when it is so."""
        if packer is not self._packer or row != self.row:
            self.end()
            self._packer, self.row = packer, row
        return self

    def end(self) -> None:
        """Nothing more is packed for it."""
        self._packer = None


def offer(packer: SnapshotPacker, tick: int, feeds: Iterable[Feed]) -> None:
    """Offer every feed, all turned to ``packer``, the snapshot of its row."""
    wanted: dict[int, list[Outbox]] = {}
    for feed in feeds:
        if feed.outbox.window_open:
            wanted.setdefault(feed.row, []).append(feed.outbox)
        else:
            feed.outbox.skip_snapshot()
    rows = list(wanted)
    for row, frame in zip(rows, packer.pack(rows), strict=True):
        for outbox in wanted[row]:
            outbox.offer_snapshot(tick, frame)
