"""A headless match of bots, as fast as the machine goes."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from persistence.journal_file import JournalFile
from ringfall.match import Match, MatchPlan
from ringfall.names import bot_names
from ringfall.recording import Recorder, cadence_of, make_header, placements, winner_of

KEYFRAME_S = 10.0
CHANGES_S = 1.0


@dataclass(frozen=True, slots=True)
class SimulationResult:
    """What a headless match came to.

    Attributes:
        ticks: ticks applied; fewer than asked for when the match was decided before.
        final_hash: state hash at the end.
        winner: slot of the winner, None when the match was not decided.
        winner_name: their name.
        agent_steps: sum over ticks of the players alive.
        seconds: wall time of the ticks alone.
        bytes_recorded: size of the journal, 0 without one.
    """

    ticks: int
    final_hash: int
    winner: int | None
    winner_name: str | None
    agent_steps: int
    seconds: float
    bytes_recorded: int

    @property
    def agent_steps_per_s(self) -> float:
        """Living players moved per second of wall time."""
        return self.agent_steps / self.seconds if self.seconds > 0.0 else 0.0


def simulate(
    plan: MatchPlan,
    ticks: int,
    record_to: Path | None = None,
    keyframe_ticks: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> SimulationResult:
    """Play bots against each other until one is left or ``ticks`` are over.

    Args:
        plan: the match; every place is taken by a bot.
        ticks: most ticks to play.
        record_to: journal to write; it must not exist.
        keyframe_ticks: ticks between its keyframes, None for 10 s.
        progress: called with the tick number now and then.

    Raises:
        JournalError: the journal cannot be written; what was written up to then is whole.
    """
    match = Match(plan)
    match.enter_bots(bot_names(plan.players_max, plan.seed))
    with ExitStack() as stack:
        journal = None
        if record_to is not None:
            cadence = cadence_of(match.rules, KEYFRAME_S, CHANGES_S)
            cadence = replace(cadence, keyframe_ticks=keyframe_ticks or cadence.keyframe_ticks)
            header = make_header(f"simulated-{plan.seed}", plan.pack, match.world, cadence)
            journal = stack.enter_context(JournalFile.create(record_to, header))
            match.recorder = Recorder(journal.append, cadence)
        agent_steps = 0
        started = time.perf_counter()
        while match.tick < ticks and not match.over:
            match.advance()
            agent_steps += match.alive
            if progress is not None and match.tick % 64 == 0:
                progress(match.tick)
        seconds = time.perf_counter() - started
        winner = winner_of(match.world)
        if journal is not None and match.recorder is not None:
            match.recorder.record_end(match.world, match.tick)
            journal.seal(
                tick=match.tick,
                final_hash=match.world.state_hash(),
                winner=winner,
                result=placements(match.world, match.names),
                reason="finished" if match.over else "stopped",
            )
    return SimulationResult(
        ticks=match.tick,
        final_hash=match.world.state_hash(),
        winner=winner,
        winner_name=None if winner is None else match.names[winner],
        agent_steps=agent_steps,
        seconds=seconds,
        bytes_recorded=journal.size_bytes if journal is not None else 0,
    )
