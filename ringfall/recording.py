"""From a running match to journal records: the header, ticks and how they changed, the result."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from ecs.changes import ChangeFinder, Changes, Predictor
from ecs.columns import Rows
from ecs.world import World
from persistence.changes import STRETCH_MAX_BYTES, RawChanges, words_bytes
from persistence.journal_file import Entry
from persistence.keyframes import RawKeyframe
from persistence.records import Entrant, Header, LayoutRow, Placement, Tick
from ringfall import __version__
from ringfall.datapack import DataPack
from ringfall.engine import environment, source_hash
from ringfall.lineup import Entrant as Member
from schema.columns import Clock, Control, Outcome, Progress, Role, Tally, Vitals
from schema.commands import TickInputs
from systems.rules import Rules


@dataclass(frozen=True, slots=True)
class Cadence:
    """How often a journal gets what it could do without.

    Attributes:
        keyframe_ticks: ticks between keyframes; the one of tick 0 is always written.
        changes_ticks: most ticks in one record of changes, 0 for no changes.
    """

    keyframe_ticks: int
    changes_ticks: int


def cadence_of(rules: Rules, keyframe_s: float, changes_s: float) -> Cadence:
    """A cadence given in seconds; 0 s between changes is none at all."""
    return Cadence(rules.ticks(keyframe_s), rules.ticks(changes_s) if changes_s > 0.0 else 0)


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
        changes_ticks=cadence.changes_ticks,
        keyframe_ticks=cadence.keyframe_ticks,
    )


def predictor_of(world: World) -> Predictor:
    """The predictions that recordings of this world count changes from."""
    return Predictor(world.layout, 1.0 / world.resource(Rules).rate_hz)


class Recorder:
    """Hands over one record for every tick, before the tick is applied.

    What changed from the state before a tick to the state before the next is kept for a stretch
    of ticks and handed over behind the last of them: whoever is killed in between loses at most
    that stretch of changes, and no tick.

    Args:
        append: takes records; a journal file's, or a sink's that never waits.
        cadence: of keyframes and changes.
        changes_from: the first tick whose changes are wanted, for whoever follows.
    """

    def __init__(
        self, append: Callable[[Entry], None], cadence: Cadence, changes_from: int = 0
    ) -> None:
        self._append = append
        self._cadence = cadence
        self._changes_from = changes_from
        self._finder: ChangeFinder | None = None
        self._changes: list[Changes] = []
        self._changes_bytes = 0

    def record(self, world: World, tick: int, inputs: TickInputs, lineup: Sequence[Member]) -> None:
        """Record the inputs of ``tick``, and the state they meet.

        Args:
            world: the state before the tick.
            tick: its number, one more than in the call before.
            inputs: what it will be given.
            lineup: by slot, everybody who has entered or enters now.
        """
        state_hash = world.state_hash()
        if tick % self._cadence.keyframe_ticks == 0:
            self._append(RawKeyframe(tick, state_hash, world.keyframe()))
        self._append(
            Tick(
                tick=tick,
                hash_before=state_hash,
                joins=tuple(
                    Entrant(slot, bot, lineup[slot].name, team, role, drop, lineup[slot].player)
                    for slot, team, bot, role, drop in inputs.joins.tolist()
                ),
                leaves=tuple(slot for (slot,) in inputs.leaves.tolist()),
                commands=inputs.commands.tobytes(),
            )
        )
        if self._cadence.changes_ticks and self._keep_changes(world):
            self._append_changes(tick + 1)

    def follow(self, world: World, tick: int, recorded_until: int) -> None:
        """Take note of the state before a tick that is in the journal already.

        What changed is told behind the last of those ticks at the earliest: a stretch that is full
        before has no place in the journal any more, and is left out.

        Args:
            world: the state before the tick.
            tick: its number, one more than in the call before.
            recorded_until: the first tick that is not in the journal.
        """
        if not self._cadence.changes_ticks or tick + 1 < self._changes_from:
            return
        if not self._keep_changes(world):
            return
        if tick + 1 == recorded_until:
            self._append_changes(recorded_until)
        else:
            self._changes, self._changes_bytes = [], 0

    def record_end(self, world: World, tick: int) -> None:
        """Record the state after the last tick as a keyframe, so that a replay can compare it."""
        self._append_changes(tick)
        self._append(RawKeyframe(tick, world.state_hash(), world.keyframe()))

    def _keep_changes(self, world: World) -> bool:
        """Keep what has changed; whether the stretch is full by that."""
        if self._finder is None:
            # The first state has none before it; a keyframe or the ticks before lead to it.
            self._finder = ChangeFinder(predictor_of(world), world.block)
            return False
        changes = self._finder.advance(world.block)
        self._changes.append(changes)
        self._changes_bytes += words_bytes(changes)
        full = len(self._changes) >= self._cadence.changes_ticks
        return full or self._changes_bytes >= STRETCH_MAX_BYTES

    def _append_changes(self, end_tick: int) -> None:
        """Hand over what was kept of the ticks below ``end_tick``."""
        if self._changes:
            first_tick = end_tick - len(self._changes)
            self._append(RawChanges(first_tick, tuple(self._changes)))
            self._changes, self._changes_bytes = [], 0


def winner_of(world: World) -> int | None:
    """Slot of the winner, None while there is none."""
    winner = int(world.group("match", Outcome).winner[0])
    return winner if winner >= 0 else None


def winning_team_of(world: World) -> int | None:
    """Number of the winning team, None while there is none."""
    team = int(world.group("match", Outcome).winning_team[0])
    return team if team >= 0 else None


def placements(
    world: World, names: Sequence[str], slots: Iterable[int] | None = None
) -> list[Placement]:
    """The result, best first; teams still in play come before those that are out, in slot order.

    Args:
        world: of the match.
        names: by slot.
        slots: whose result; None for everybody's.
    """
    tally, clock = world.group("players", Tally), world.group("match", Clock)
    control, vitals = world.group("players", Control), world.group("players", Vitals)
    role, progress = world.group("players", Role), world.group("players", Progress)
    now, rows = int(clock.tick[0]), int(world.group("players", Rows).count[0])
    found = []
    for slot in range(rows) if slots is None else slots:
        end = now if vitals.alive[slot] else int(tally.death_tick[slot])
        found.append(
            Placement(
                placement=max(1, int(tally.placement[slot])),
                slot=slot,
                name=names[slot],
                kills=int(tally.kills[slot]),
                damage_hp=float(tally.dealt_hp[slot]),
                ticks_alive=max(0, end - int(control.join_tick[slot])),
                team=int(role.team[slot]),
                role=int(role.role[slot]),
                level=int(progress.level[slot]),
                assists=int(tally.assists[slot]),
                knocks=int(tally.knocks[slot]),
                revives=int(tally.revives[slot]),
                taken_hp=float(tally.taken_hp[slot]),
                healed_hp=float(tally.healed_hp[slot]),
                shots=int(tally.shots[slot]),
                hits=int(tally.hits[slot]),
                distance_u=float(tally.distance_u[slot]),
                items=int(tally.items[slot]),
            )
        )
    return sorted(found, key=lambda row: (row.placement, row.slot))
