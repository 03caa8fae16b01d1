"""What packs the snapshots of a match, live or delayed, and hands them out."""

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


def offer(packer: SnapshotPacker, tick: int, wishes: Iterable[tuple[int, Outbox]]) -> None:
    """Offer every outbox the snapshot of a player's row, packed once for all who want it."""
    wanted: dict[int, list[Outbox]] = {}
    for row, outbox in wishes:
        if outbox.window_open:
            wanted.setdefault(row, []).append(outbox)
        else:
            outbox.skip_snapshot()
    rows = list(wanted)
    for row, frame in zip(rows, packer.pack(rows), strict=True):
        for outbox in wanted[row]:
            outbox.offer_snapshot(tick, frame)
