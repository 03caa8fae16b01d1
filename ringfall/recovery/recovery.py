"""Going through the journals that a killed process left: each match goes on, or is set aside.

::

    unsealed journals ─→ salvage (thread) ─→ play again (slices) ─→ the server ticks on
                            └─────────────────────┴─→ set-aside/, with the reason

Reading waits for the disk and is done in a thread. Worlds are stepped in one thread alone, so
ticks are played again between those of matches that run already. Whatever happens to one journal,
the next has its turn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import structlog
import trio

from persistence.errors import InUse, JournalError, Sealed, Unreadable, Unwritable
from persistence.journal_file import JournalFile
from persistence.salvage import (
    ATTEMPTS_MAX,
    Salvaged,
    begin_attempt,
    end_attempt,
    salvage,
    set_aside,
    unsealed,
)
from persistence.sink import JournalSink
from persistence.tail import Tail
from ringfall.hosting.hosted import HostedMatch
from ringfall.hosting.patience import Patience
from ringfall.journaling import tail_of
from ringfall.match import MatchPlan
from ringfall.recovery.judging import CannotRecoverError, judged
from ringfall.recovery.reopening import Reopening
from ringfall.recovery.report import Recovered, Report, SetAside

log = structlog.get_logger("ringfall.recovery")


@dataclass(frozen=True, slots=True)
class Salvage:
    """What was left of a match, and what it goes on with.

    Attributes:
        plan: what it was started with.
        found: its journal and ticks.
        tail: for the ticks to come; it holds those that are not in the file.
    """

    plan: MatchPlan
    found: Salvaged
    tail: Tail | None

    def close(self) -> None:
        """Let go of the files; nothing is lost."""
        self.found.file.close()
        if self.tail is not None:
            self.tail.close()


@dataclass(frozen=True, slots=True)
class Recovery:
    """What it takes to recover matches.

    Attributes:
        journal_dir: where journals are.
        tail_dir: where tails are, None for the default.
        patience: how long people are waited for.
        promised: places that are promised to people in a match, by its id.
        has_place: whether one more match may run.
        begin: lets a match go on, which records into a sink that writes a file.
    """

    journal_dir: Path
    tail_dir: Path | None
    patience: Patience
    promised: Callable[[str], int]
    has_place: Callable[[], bool]
    begin: Callable[[HostedMatch, JournalSink, JournalFile], None]

    async def run(self) -> Report:
        """Recover what can be recovered, the oldest match first."""
        report, began_s = Report(), trio.current_time()
        for path in await self._left_behind():
            await self._recover(path, report)
        report.seconds = trio.current_time() - began_s
        return report

    async def _left_behind(self) -> Sequence[Path]:
        try:
            return await trio.to_thread.run_sync(unsealed, self.journal_dir)
        except JournalError as error:
            log.error("journals cannot be looked through", problem=str(error))
            return ()

    async def _recover(self, path: Path, report: Report) -> None:
        try:
            try:
                report.recovered.append(found := await self._reopened(path))
            except trio.Cancelled:
                # Told to stop: that is no fault of the journal's.
                end_attempt(path)
                raise
        except InUse as error:
            log.info("journal left alone: another server writes it", problem=str(error))
        except Sealed as error:
            end_attempt(path)
            log.info("journal is complete", problem=str(error))
        except (Unwritable, Unreadable) as error:
            # The disk's fault: at the next start it may be another.
            report.set_aside.append(left := SetAside(path, str(error), moved=False))
            log.error("match not recovered", journal=str(left.journal), reason=left.reason)
        except (CannotRecoverError, JournalError) as error:
            await self._set_aside(path, str(error), report)
        except Exception as error:
            log.exception("recovery failed", journal=str(path))
            await self._set_aside(path, f"recovering it failed: {error!r}", report)
        else:
            end_attempt(path)
            self._tell(found)

    async def _reopened(self, path: Path) -> Recovered:
        began_s = trio.current_time()
        tries = await trio.to_thread.run_sync(begin_attempt, path)
        if tries > ATTEMPTS_MAX:
            raise CannotRecoverError(
                f"the server was killed {ATTEMPTS_MAX} times while it recovered this match"
            )
        if not self.has_place():
            raise CannotRecoverError("as many matches run as may: match.matches_max")
        salvaged = await trio.to_thread.run_sync(partial(_salvaged, path, self.tail_dir))
        try:
            hosted, sink = await self._played_again(salvaged)
        except BaseException:
            # Nobody else may write it while it is moved away.
            salvaged.close()
            raise
        found, match = salvaged.found, hosted.match
        self.begin(hosted, sink, found.file)
        return Recovered(
            match_id=hosted.match_id,
            tick=match.tick,
            waiting=0 if hosted.finished else hosted.away,
            restepped_s=len(found.ticks) / match.rules.rate_hz,
            seconds=trio.current_time() - began_s,
            over=hosted.finished,
            notes=tuple(found.notes),
        )

    async def _played_again(self, salvaged: Salvage) -> tuple[HostedMatch, JournalSink]:
        sink = JournalSink(tail=salvaged.tail)
        promised = partial(self.promised, salvaged.found.header.match_id)
        reopening = Reopening(salvaged.plan, salvaged.found, sink.append, self.patience, promised)
        for _ in reopening.slices():
            await trio.lowlevel.checkpoint()
        if sink.failure is not None:
            raise CannotRecoverError(sink.failure)
        return reopening.hosted, sink

    async def _set_aside(self, path: Path, reason: str, report: Report) -> None:
        report.set_aside.append(await put_aside(path, self.tail_dir, reason))

    def _tell(self, found: Recovered) -> None:
        log.info(
            "match sealed" if found.over else "match recovered",
            match=found.match_id,
            tick=found.tick,
            players_waiting=found.waiting,
            restepped_s=round(found.restepped_s, 2),
            seconds=round(found.seconds, 3),
        )
        for note in found.notes:
            log.warning("found while recovering", match=found.match_id, note=note)


async def put_aside(path: Path, tail_dir: Path | None, reason: str) -> SetAside:
    """Move a journal that nobody writes out of the way, and say so; it stays where it cannot."""
    found = SetAside(path, reason, moved=False)
    move = partial(set_aside, path, tail_dir, reason)
    try:
        with trio.CancelScope(shield=True):
            found = SetAside(await trio.to_thread.run_sync(move), reason)
    except JournalError as error:
        log.error("journal cannot be set aside", problem=str(error))
    log.error("match not recovered", journal=str(found.journal), reason=reason)
    return found


def _salvaged(path: Path, tail_dir: Path | None) -> Salvage:
    """Runs in a thread: gather what is left of a match, and see whether it can go on."""
    found = salvage(path, tail_dir)
    try:
        plan = judged(found.header)
        return Salvage(plan, found, tail_of(found.file, found.header, tail_dir))
    except BaseException:
        found.file.close()
        raise
