"""The matches of one server: opened or recovered, played tick by tick, recorded to their end.

A match is two tasks: one plays it by its clock, the other writes its journal.  They part at the
sink, so a tick never waits for the disk; and a fault in one match ends no other.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Literal, TypeAlias

import structlog
import trio

from net.listener import Intake
from net.rejections import MatchOver
from persistence.errors import JournalError
from persistence.journal_file import JournalFile
from persistence.sink import JournalSink
from persistence.store.change import Change
from persistence.tail import Tail
from persistence.writer import write_journal
from ringfall.config import Config
from ringfall.datapack import DataPack
from ringfall.health import Health
from ringfall.hosting.hosted import HostedMatch
from ringfall.hosting.lobby import Lobby
from ringfall.hosting.patience import Patience
from ringfall.journaling import create_journal, tail_dir_of
from ringfall.match import Match, MatchPlan
from ringfall.metrics import Metrics
from ringfall.names import bot_names
from ringfall.pacing import TickClock
from ringfall.recording import Recorder, cadence_of, make_header, winner_of
from ringfall.recovery import Recovery, Report, put_aside
from ringfall.scribe import Scribe

log = structlog.get_logger("ringfall.server")

# No tick is applied before there is a file and a tail to record it in; a disk that is stuck when a
# match begins holds it up no longer than this.
JOURNAL_WAIT_S = 2.0

Files: TypeAlias = tuple[JournalFile, Tail | None]


class Matches:
    """All matches that one process plays.

    Args:
        config: the operator's settings.
        pack: what matches are played by.
        players_max: places in a match.
        lobby: where people find them.
        metrics: what is counted of them.
        health: told of every tick.
        intake: reads what clients sent right before a tick; None where their own tasks do.

    Attributes:
        pack: what the matches to come are played by.
        players_max: places in them.
        unrecorded: one sentence for every journal that could not be written to its end.
    """

    def __init__(
        self,
        config: Config,
        pack: DataPack,
        players_max: int,
        lobby: Lobby,
        metrics: Metrics,
        health: Health,
        intake: Intake | None,
    ) -> None:
        self.pack, self.players_max = pack, players_max
        self.unrecorded: list[str] = []
        self._config = config
        self._lobby, self._metrics, self._health = lobby, metrics, health
        self._intake = intake
        people = config.players
        self._patience = Patience(
            people.grace_s, people.watch_delay_s, people.killer_delay_s, people.watchers_max
        )
        self._journal_dir, self._tail_dir = Path(config.server.journal_dir), tail_dir_of(config)
        self._lateness_s = 0.0
        self._faults: dict[str, str] = {}
        self._nursery: trio.Nursery | None = None
        self._submit: Callable[[Change], None] = lambda change: None

    def lateness_s(self) -> float:
        """How much too late the last tick of any match began, in seconds."""
        return self._lateness_s if self._lobby.matches else 0.0

    def begin(self, nursery: trio.Nursery, submit: Callable[[Change], None]) -> None:
        """Say where the matches' tasks run, and who writes down what people did in them."""
        self._nursery, self._submit = nursery, submit

    def take(self, pack: DataPack) -> None:
        """Play the matches to come by other data."""
        self.pack = pack
        self.players_max = self._config.match.players_max or pack.map.players_max

    def running(self) -> set[str]:
        """Ids of the matches that have not ended."""
        return {hosted.match_id for hosted in self._lobby.matches}

    def open(self) -> HostedMatch | None:
        """Start a match, unless as many run as may."""
        assert self._nursery is not None
        if not self._has_place():
            return None
        settings = self._config.match
        match_id = f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}-{secrets.token_hex(3)}"
        plan = MatchPlan(self.pack, settings.tick_rate_hz, self.players_max, secrets.randbits(63))
        match = Match(plan)
        match.enter_bots(bot_names(settings.bots, plan.seed))
        journal = self._config.journal
        cadence = cadence_of(match.rules, journal.keyframe_s, journal.changes_s)
        sink = JournalSink()
        path = self._journal_dir / f"{match_id}.journal"
        header = make_header(match_id, self.pack, match.world, cadence)
        match.recorder = Recorder(sink.append, cadence)
        hosted = HostedMatch(
            match_id, match, self._patience, lambda: self._lobby.promised(match_id)
        )
        hosted.scribe = Scribe(header)
        self._metrics.matches_started.inc()
        self._begin(hosted, sink, path, partial(create_journal, path, header, self._tail_dir))
        log.info("match started", match=match_id, bots=settings.bots, journal=str(path))
        return hosted

    def _has_place(self) -> bool:
        """Whether one more match may run; those watched to their end hold no place."""
        running = sum(not hosted.finished for hosted in self._lobby.matches)
        return running < self._config.match.matches_max

    def _begin(
        self, hosted: HostedMatch, sink: JournalSink, path: Path, make: Callable[[], Files]
    ) -> None:
        """Let a match play, and its journal be written to the files that ``make`` makes."""
        assert self._nursery is not None
        hosted.scribe.submit = self._submit
        self._lobby.matches.append(hosted)
        recording = trio.Event()
        self._nursery.start_soon(self._write_journal, hosted.match_id, sink, path, make, recording)
        self._nursery.start_soon(self._run_match, hosted, sink, recording)

    async def recover(self) -> Report:
        """Let the matches of a killed process go on, and open one if none of them has room."""
        recovery = Recovery(
            journal_dir=self._journal_dir,
            tail_dir=self._tail_dir,
            patience=self._patience,
            promised=self._lobby.promised,
            has_place=self._has_place,
            begin=lambda hosted, sink, file: self._begin(
                hosted, sink, file.path, lambda: (file, sink.tail)
            ),
        )
        report = await recovery.run()
        self._metrics.recovered(report)
        self._lobby.recovering = False
        if not any(hosted.has_room for hosted in self._lobby.matches):
            self.open()
        return report

    async def _write_journal(
        self,
        match_id: str,
        sink: JournalSink,
        path: Path,
        make: Callable[[], Files],
        recording: trio.Event,
    ) -> None:
        """Write a match's journal to its end; ``recording`` is set when its files are there."""
        backlog, held = self._metrics.journal_backlog, self._metrics.journal_tail
        backlog.labels(match_id).set_function(lambda: sink.backlog_bytes)
        held.labels(match_id).set_function(lambda: sink.tail.in_use_bytes if sink.tail else 0)
        try:
            # Creating files waits for the disk, which the other matches must not.
            with trio.CancelScope(shield=True):
                file, sink.tail = await trio.to_thread.run_sync(make)
            recording.set()
            await write_journal(sink, file, sync_interval_s=self._config.journal.sync_s)
        except JournalError as error:
            sink.fail(str(error))
        finally:
            recording.set()
            backlog.remove(match_id)
            held.remove(match_id)
            if sink.failure is not None:
                self._metrics.journal_failures.inc()
                self.unrecorded.append(
                    f"{path}: {sink.failure}; it replays up to its last good record: free space "
                    "and check permissions before the next match"
                )
                log.error("match is not recorded", match=match_id, reason=sink.failure)
        if (fault := self._faults.pop(match_id, None)) is not None:
            await put_aside(path, self._tail_dir, fault)

    async def _run_match(
        self, hosted: HostedMatch, sink: JournalSink, recording: trio.Event
    ) -> None:
        settings, rate_hz = self._config.match, hosted.match.rules.rate_hz
        self._health.beat(hosted.match_id)
        try:
            with trio.move_on_after(JOURNAL_WAIT_S):
                await recording.wait()
            now_s = trio.current_time()
            clock = TickClock(rate_hz, settings.catch_up_max_ticks, now_s)
            while not hosted.finished:
                await trio.sleep_until(clock.next_s)
                self._play_tick(hosted, clock)
            self._seal(hosted, sink)
            self._health.forget(hosted.match_id)
            # Whoever watches is behind, and sees the end as well.
            while not hosted.show_the_rest():
                await trio.sleep(1.0 / rate_hz)
        except trio.Cancelled:
            if not sink.closed:
                self._seal(hosted, sink)
            raise
        except Exception as error:
            # A fault in one match must not end the others.  Its journal is set aside unsealed: it
            # is the evidence, and at the next start nobody would come back to it.
            self._faults[hosted.match_id] = f"a fault at tick {hosted.match.tick}: {error!r}"
            self._metrics.match_faults.inc()
            log.exception("match ended by a fault", match=hosted.match_id, tick=hosted.match.tick)
            hosted.close(MatchOver("the match had to be ended"))
            hosted.gallery.close(MatchOver("the match had to be ended"))
            sink.close()
        finally:
            self._health.forget(hosted.match_id)
            if sink.tail is not None and sink.failure is not None:
                sink.tail.close()  # otherwise the journal task does when it has written all
            self._metrics.match_ended(hosted)
            self._lobby.matches.remove(hosted)

    def _play_tick(self, hosted: HostedMatch, clock: TickClock) -> None:
        lateness_s, slipped = clock.begin(trio.current_time())
        if self._intake is not None:
            # What has arrived by now is in this tick.
            self._intake.gather()
        began = time.perf_counter()
        hosted.advance()
        self._health.beat(hosted.match_id)
        self._metrics.tick_duration.observe(time.perf_counter() - began)
        self._lateness_s = lateness_s
        self._metrics.tick_lateness.observe(lateness_s)
        if slipped:
            self._metrics.ticks_slipped.inc(slipped)
            log.warning(
                "clock slipped",
                match=hosted.match_id,
                tick=hosted.match.tick,
                slipped_ticks=slipped,
            )

    def _seal(self, hosted: HostedMatch, sink: JournalSink) -> None:
        match = hosted.match
        reason: Literal["finished", "stopped"] = "finished" if match.over else "stopped"
        if match.recorder is not None:
            match.recorder.record_end(match.world, match.tick)
        winner, result = winner_of(match.world), hosted.result()
        sink.seal(
            tick=match.tick,
            final_hash=match.world.state_hash(),
            winner=winner,
            result=result,
            reason=reason,
        )
        hosted.scribe.ended(match, reason, result)
        log.info(
            "match ended",
            match=hosted.match_id,
            reason=reason,
            ticks=match.tick,
            winner=None if winner is None else match.names[winner],
        )
