"""One match on its way back: its keyframe is restored and its ticks are played again.

::

    keyframe ── follow ──┬── record ──┐
    ticks in the file ───┘            ├─→ the match as it was, before the tick that is due
    ticks of the tail ────────────────┘

Every state is held against the hash that was recorded before the tick; one that differs ends it.
Nobody else can tell what it would have come to, so no other state is ever played on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ecs.world import BlockMismatchError
from persistence.journal_file import Entry
from persistence.records import Entrant as Recorded
from persistence.records import Tick
from persistence.salvage import Salvaged
from ringfall.hosting.hosted import HostedMatch
from ringfall.hosting.patience import Patience
from ringfall.lineup import Entrant
from ringfall.match import Match, MatchPlan
from ringfall.recording import Cadence, Recorder
from ringfall.recovery.judging import CannotRecoverError
from ringfall.replay_source import CannotReplayError, check_layout, inputs_of
from ringfall.scribe import Scribe
from schema.messages import Kill

SLICE_TICKS = 4  # between two breaths for the matches that run already


class Reopening:
    """A match that is being taken up again. To be used in one thread, where worlds are stepped.

    Args:
        plan: what it was started with.
        found: what was left of it.
        append: takes the records that are not in its file yet.
        patience: how long people are waited for.
        promised: places that are promised to people who have not come yet.

    Attributes:
        hosted: the match; it may go on when ``slices`` has come to its end.

    Raises:
        CannotRecoverError: what was left does not fit together.
    """

    def __init__(
        self,
        plan: MatchPlan,
        found: Salvaged,
        append: Callable[[Entry], None],
        patience: Patience,
        promised: Callable[[], int],
    ) -> None:
        self._found = found
        header, tally, keyframe = found.header, found.file.tally, found.keyframe
        match = self._match = Match(plan)
        entrants = [_member(entrant) for entrant in (*header.players, *tally.entrants)]
        try:
            check_layout(header, match.world)
            match.go_back_to(None if keyframe is None else keyframe.block, entrants)
        except (CannotReplayError, BlockMismatchError, ValueError, IndexError) as error:
            raise CannotRecoverError(str(error)) from None
        if keyframe is not None and match.world.state_hash() != keyframe.state_hash:
            raise CannotRecoverError(
                f"the keyframe of tick {keyframe.tick} has another hash than it states"
            )
        self.hosted = HostedMatch(header.match_id, match, patience, promised)
        self.hosted.scribe = Scribe(header)
        cadence = Cadence(header.keyframe_ticks, header.changes_ticks)
        self._recorder = Recorder(append, cadence, found.changes_until)
        self._kills: list[Kill] = []
        self._gone = set(tally.leavers)

    def slices(self) -> Iterator[None]:
        """Play the recorded ticks again, some of them at a time.

        Raises:
            CannotRecoverError: a state is not the one that was recorded.
        """
        for count, record in enumerate(self._found.ticks, 1):
            self._play(record)
            if count % SLICE_TICKS == 0:
                yield
        self._match.recorder = self._recorder
        self.hosted.resume(self._kills, self._gone)
        # Its result was shown, and those who saw it have gone: it is to be sealed, not played.
        self.hosted.finished = self._match.over

    def _play(self, record: Tick) -> None:
        match, until = self._match, self._found.recorded_until
        mine = match.world.state_hash()
        if record.tick != match.tick or record.hash_before != mine:
            raise CannotRecoverError(
                f"the state before tick {record.tick} was recorded with the hash "
                f"{record.hash_before:016x}; played again it is tick {match.tick} with {mine:016x}"
            )
        if record.tick < until:
            self._recorder.follow(match.world, record.tick, until)
        else:
            match.recorder = self._recorder
        try:
            match.repeat(inputs_of(record), [_member(entrant) for entrant in record.joins])
        except (CannotReplayError, ValueError, IndexError) as error:
            raise CannotRecoverError(f"tick {record.tick}: {error}") from None
        self._gone.update(record.leaves)
        self._kills += match.kills


def _member(recorded: Recorded) -> Entrant:
    return Entrant(recorded.name, recorded.kind, recorded.role, recorded.team, recorded.player)
