"""From a running match to journal records: the header, one record a tick, the result."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from ecs.columns import Rows
from ecs.world import World
from persistence.journal_file import Entry
from persistence.keyframes import RawKeyframe
from persistence.records import Entrant, Header, LayoutRow, Placement, Tick
from ringfall import __version__
from ringfall.datapack import DataPack
from ringfall.engine import environment, source_hash
from schema.columns import Clock, Control, Outcome, Tally, Vitals
from schema.commands import TickInputs
from systems.rules import Rules


@dataclass(frozen=True, slots=True)
class Cadence:
    """How often a journal gets what it could do without.

    Attributes:
        keyframe_ticks: ticks between keyframes; the one of tick 0 is always written.
        group_hash_ticks: ticks between hashes per column group, 0 for never.
    """

    keyframe_ticks: int
    group_hash_ticks: int = 1


def make_header(match_id: str, pack: DataPack, world: World, cadence: Cadence) -> Header:
    """Everything a replay of this match needs before its first tick."""
    layout = world.layout
    return Header(
        match_id=match_id,
        engine_version=__version__,
        source_hash=source_hash(),
        created_utc=datetime.now(UTC).isoformat(timespec="seconds"),
        environment=environment(),
        tick_rate_hz=world.resource(Rules).rate_hz,
        seed=int(world.group("match", Clock).seed[0]),
        balance=pack.balance_json,
        balance_hash=pack.balance_hash,
        map=pack.map_json,
        map_hash=pack.map_hash,
        capacities={"players": layout.capacities["players"]},
        layout=tuple(LayoutRow(*row) for row in layout.describe()),
        layout_hash=layout.digest(),
        block_bytes=layout.size_bytes,
        group_names=tuple(span.name for span in layout.spans),
        group_hash_interval_ticks=cadence.group_hash_ticks,
    )


class Recorder:
    """Hands over one record for every tick, before the tick is applied.

    Args:
        append: takes records; a journal file's, or a sink's that never waits.
        cadence: of keyframes and group hashes.
    """

    def __init__(self, append: Callable[[Entry], None], cadence: Cadence) -> None:
        self._append = append
        self._cadence = cadence

    def record(self, world: World, tick: int, inputs: TickInputs, names: Sequence[str]) -> None:
        """Record the inputs of ``tick``, and the state they meet.

        Args:
            world: the state before the tick.
            tick: its number.
            inputs: what it will be given.
            names: by slot, of everybody who has entered or enters now.
        """
        state_hash = world.state_hash()
        if tick % self._cadence.keyframe_ticks == 0:
            self._append(RawKeyframe(tick, state_hash, world.keyframe()))
        every = self._cadence.group_hash_ticks
        groups = world.group_hashes().tobytes() if every and tick % every == 0 else b""
        self._append(
            Tick(
                tick=tick,
                hash_before=state_hash,
                joins=tuple(Entrant(slot, bot, names[slot]) for slot, bot in inputs.joins.tolist()),
                leaves=tuple(slot for (slot,) in inputs.leaves.tolist()),
                commands=inputs.commands.tobytes(),
                group_hashes=groups,
            )
        )

    def record_end(self, world: World, tick: int) -> None:
        """Record the state after the last tick as a keyframe, so that a replay can compare it."""
        self._append(RawKeyframe(tick, world.state_hash(), world.keyframe()))


def winner_of(world: World) -> int | None:
    """Slot of the winner, None while there is none."""
    winner = int(world.group("match", Outcome).winner[0])
    return winner if winner >= 0 else None


def placements(world: World, names: Sequence[str]) -> list[Placement]:
    """The result, best first; those still alive come before the dead, in slot order."""
    tally, clock = world.group("players", Tally), world.group("match", Clock)
    control, vitals = world.group("players", Control), world.group("players", Vitals)
    now, rows = int(clock.tick[0]), int(world.group("players", Rows).count[0])
    found = []
    for slot in range(rows):
        end = now if vitals.alive[slot] else int(tally.death_tick[slot])
        found.append(
            Placement(
                placement=max(1, int(tally.placement[slot])),
                slot=slot,
                name=names[slot],
                kills=int(tally.kills[slot]),
                damage_hp=float(tally.dealt_hp[slot]),
                ticks_alive=max(0, end - int(control.join_tick[slot])),
            )
        )
    return sorted(found, key=lambda row: (row.placement, row.slot))
