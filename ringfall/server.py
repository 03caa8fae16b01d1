"""The nursery: listener, HTTP, matches and journal writers around the fixed tick clock.

    listener ─┐                      ┌─ journal writer (thread per batch)
    HTTP ─────┼─ one trio nursery ───┼─ match 1: clock → advance → snapshots
    signals ──┘                      └─ match 2: …

Everything runs in one thread; a tick never waits for the network or the disk.  Signals end it
(``stopping``): clients are told, journals are sealed, and the process ends with 0.
"""

from __future__ import annotations

import secrets
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Literal, TypeAlias

import structlog
import trio
from starlette.applications import Starlette

from net import listener
from net.rejections import Counters, MatchOver
from persistence.errors import JournalError
from persistence.journal_file import JournalFile
from persistence.players import Players
from persistence.sink import JournalSink
from persistence.store.change import Change
from persistence.store.file import StoreFileError
from persistence.store.writer import Store
from persistence.tail import Tail
from persistence.writer import write_journal
from ringfall.addresses import Addresses, StartError, bind
from ringfall.config import Config
from ringfall.datapack import DataPack
from ringfall.datapack.reloading import Reloader
from ringfall.following import follow_data
from ringfall.health import Health
from ringfall.hosting.hosted import HostedMatch
from ringfall.hosting.lobby import Lobby
from ringfall.hosting.patience import Patience
from ringfall.identity.tickets import TicketDesk
from ringfall.journaling import create_journal, tail_dir_of
from ringfall.library.librarian import librarian_of
from ringfall.match import Match, MatchPlan
from ringfall.metrics import Metrics
from ringfall.names import bot_names
from ringfall.pacing import TickClock
from ringfall.recording import Recorder, cadence_of, make_header, winner_of
from ringfall.recovery import Recovery, Report, put_aside
from ringfall.results import catch_up
from ringfall.scribe import Scribe
from ringfall.stopping import Ending
from ringfall.web.port import HttpCounters, serve_http
from ringfall.web.site import make_site

log = structlog.get_logger("ringfall.server")

# No tick is applied before there is a file and a tail to record it in; a disk that is stuck when a
# match begins holds it up no longer than this.
JOURNAL_WAIT_S = 2.0

Files: TypeAlias = tuple[JournalFile, Tail | None]


@dataclass(slots=True)
class Outcome:
    """What a server has to say for itself when it has stopped.

    Attributes:
        unrecorded: one sentence for every journal that could not be written to its end.
        recovery: what came of the matches of a process that was killed.
    """

    unrecorded: list[str] = field(default_factory=list)
    recovery: Report = field(default_factory=Report)


class Server:
    """One server process.

    Args:
        config: the operator's settings.
        pack: what matches are played by.
        players_max: places in a match.
        reloader: reads the data again when they were edited; None to play by `pack` for ever.
    """

    def __init__(
        self, config: Config, pack: DataPack, players_max: int, reloader: Reloader | None = None
    ) -> None:
        self.config = config
        self.pack = pack
        self.players_max = players_max
        self.addresses = Addresses()
        self.outcome = Outcome()
        self.counters = Counters()
        self.http_counters = HttpCounters()
        limits, people = config.net_limits(), config.players
        desk = TicketDesk(people.ticket_s, limits.tickets_max)
        self.lobby = Lobby(self._open_match, lambda: len(self.pack.balance.classes.root), desk)
        self.metrics = Metrics(self.counters, self.lobby, self.http_counters)
        self._patience = Patience(
            people.grace_s, people.watch_delay_s, people.killer_delay_s, people.watchers_max
        )
        self._reloader = reloader
        self.health = Health(self.lobby)
        direct = config.server.direct_frames and listener.AVAILABLE
        self._intake = listener.Intake() if direct else None
        self._nursery: trio.Nursery | None = None
        self._submit: Callable[[Change], None] = lambda change: None
        self._lateness_s = 0.0
        self._journal_dir = Path(config.server.journal_dir)
        self._tail_dir = tail_dir_of(config)
        self._faults: dict[str, str] = {}
        self.lobby.recovering = True

    async def run(self, on_ready: Callable[[Addresses, Report], None]) -> Outcome:
        """Serve until a signal comes.

        Args:
            on_ready: called once everything listens and matches run.

        Raises:
            StartError: a port is taken, or the database of players cannot be used.
        """
        http, game = self._bind()
        try:
            store = self._open_store()
        except StartError:
            http.close()
            game.close()
            raise
        async with trio.open_nursery() as listening:
            scope = trio.CancelScope()
            await listening.start(Ending(self.lobby, scope, self.config.server.drain_s).run)
            with scope:
                # Whatever a match says at its end is still written.
                listening.start_soon(store.run)
                await self._run_all(store, http, game, on_ready)
            listening.cancel_scope.cancel()
        return self.outcome

    async def _run_all(
        self,
        store: Store,
        http: socket.socket,
        game: socket.socket,
        on_ready: Callable[[Addresses, Report], None],
    ) -> None:
        async with trio.open_nursery() as nursery:
            self._nursery = nursery
            players = Players(store, self.config.players.guest_days)
            self.metrics.watch(store, players)
            self._submit = store.submit
            if self._reloader is not None:
                nursery.start_soon(follow_data, self._reloader, self._take_data)
            limits = self.config.net_limits()
            nursery.start_soon(players.run)
            edge = partial(
                listener.serve,
                direct_frames=self.config.server.direct_frames,
                intake=self._intake,
            )
            await nursery.start(edge, [game], self.lobby, limits, self.counters)
            app = self._app(store, players)
            await nursery.start(serve_http, http, app, limits, self.http_counters)
            await self._recover()
            nursery.start_soon(self._tend_recordings, store)
            on_ready(self.addresses, self.outcome.recovery)

    async def _tend_recordings(self, store: Store) -> None:
        """Take results the store missed from recordings; then pack these, and keep order."""
        librarian = librarian_of(self.config, store, self._lateness)
        self.metrics.watch_library(librarian)
        await catch_up(store, self._journal_dir, self._running)
        await librarian.run()

    # ---- set-up ---------------------------------------------------------------------------

    def _bind(self) -> tuple[socket.socket, socket.socket]:
        http, game, self.addresses = bind(self.config.server)
        return http, game

    def _open_store(self) -> Store:
        try:
            return Store(Path(self.config.players.database))
        except StoreFileError as error:
            raise StartError(str(error)) from None

    def _app(self, store: Store, players: Players) -> Starlette:
        return make_site(
            self.config,
            store,
            players,
            self.lobby,
            self.metrics,
            lambda: self.pack,
            lambda: {
                "game_port": self.addresses.game_port,
                "game_url": self.config.server.public_game_url,
            },
            self.health,
            self.http_counters,
        )

    # ---- matches --------------------------------------------------------------------------

    def _open_match(self) -> HostedMatch | None:
        """Start a match, unless as many run as may."""
        assert self._nursery is not None
        if not self._has_place():
            return None
        settings = self.config.match
        match_id = f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}-{secrets.token_hex(3)}"
        plan = MatchPlan(self.pack, settings.tick_rate_hz, self.players_max, secrets.randbits(63))
        match = Match(plan)
        match.enter_bots(bot_names(settings.bots, plan.seed))
        journal = self.config.journal
        cadence = cadence_of(match.rules, journal.keyframe_s, journal.changes_s)
        sink = JournalSink()
        path = self._journal_dir / f"{match_id}.journal"
        header = make_header(match_id, self.pack, match.world, cadence)
        match.recorder = Recorder(sink.append, cadence)
        hosted = HostedMatch(match_id, match, self._patience, lambda: self.lobby.promised(match_id))
        hosted.scribe = Scribe(header)
        self.metrics.matches_started.inc()
        self._begin(hosted, sink, path, partial(create_journal, path, header, self._tail_dir))
        log.info("match started", match=match_id, bots=settings.bots, journal=str(path))
        return hosted

    def _running(self) -> set[str]:
        return {hosted.match_id for hosted in self.lobby.matches}

    def _has_place(self) -> bool:
        """Whether one more match may run; those watched to their end hold no place."""
        running = sum(not hosted.finished for hosted in self.lobby.matches)
        return running < self.config.match.matches_max

    def _begin(
        self, hosted: HostedMatch, sink: JournalSink, path: Path, make: Callable[[], Files]
    ) -> None:
        """Let a match play, and its journal be written to the files that ``make`` makes."""
        assert self._nursery is not None
        hosted.scribe.submit = self._submit
        self.lobby.matches.append(hosted)
        recording = trio.Event()
        self._nursery.start_soon(self._write_journal, hosted.match_id, sink, path, make, recording)
        self._nursery.start_soon(self._run_match, hosted, sink, recording)

    async def _recover(self) -> None:
        """Let the matches of a killed process go on, and open one if none of them has room."""
        recovery = Recovery(
            journal_dir=self._journal_dir,
            tail_dir=self._tail_dir,
            patience=self._patience,
            promised=self.lobby.promised,
            has_place=self._has_place,
            begin=lambda hosted, sink, file: self._begin(
                hosted, sink, file.path, lambda: (file, sink.tail)
            ),
        )
        self.outcome.recovery = report = await recovery.run()
        self.metrics.recovered(report)
        self.lobby.recovering = False
        if not any(hosted.has_room for hosted in self.lobby.matches):
            self._open_match()

    def _take_data(self, pack: DataPack) -> None:
        self.pack = pack
        self.players_max = self.config.match.players_max or pack.map.players_max

    async def _write_journal(
        self,
        match_id: str,
        sink: JournalSink,
        path: Path,
        make: Callable[[], Files],
        recording: trio.Event,
    ) -> None:
        """Write a match's journal to its end; ``recording`` is set when its files are there."""
        backlog, held = self.metrics.journal_backlog, self.metrics.journal_tail
        backlog.labels(match_id).set_function(lambda: sink.backlog_bytes)
        held.labels(match_id).set_function(lambda: sink.tail.in_use_bytes if sink.tail else 0)
        try:
            # Creating files waits for the disk, which the other matches must not.
            with trio.CancelScope(shield=True):
                file, sink.tail = await trio.to_thread.run_sync(make)
            recording.set()
            await write_journal(sink, file, sync_interval_s=self.config.journal.sync_s)
        except JournalError as error:
            sink.fail(str(error))
        finally:
            recording.set()
            backlog.remove(match_id)
            held.remove(match_id)
            if sink.failure is not None:
                self.metrics.journal_failures.inc()
                self.outcome.unrecorded.append(
                    f"{path}: {sink.failure}; it replays up to its last good record: free space "
                    "and check permissions before the next match"
                )
                log.error("match is not recorded", match=match_id, reason=sink.failure)
        if (fault := self._faults.pop(match_id, None)) is not None:
            await put_aside(path, self._tail_dir, fault)

    async def _run_match(
        self, hosted: HostedMatch, sink: JournalSink, recording: trio.Event
    ) -> None:
        settings, rate_hz = self.config.match, hosted.match.rules.rate_hz
        self.health.beat(hosted.match_id)
        try:
            with trio.move_on_after(JOURNAL_WAIT_S):
                await recording.wait()
            now_s = trio.current_time()
            clock = TickClock(rate_hz, settings.catch_up_max_ticks, now_s)
            while not hosted.finished:
                await trio.sleep_until(clock.next_s)
                self._play_tick(hosted, clock)
            self._seal(hosted, sink)
            self.health.forget(hosted.match_id)
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
            self.metrics.match_faults.inc()
            log.exception("match ended by a fault", match=hosted.match_id, tick=hosted.match.tick)
            hosted.close(MatchOver("the match had to be ended"))
            hosted.gallery.close(MatchOver("the match had to be ended"))
            sink.close()
        finally:
            self.health.forget(hosted.match_id)
            if sink.tail is not None and sink.failure is not None:
                sink.tail.close()  # otherwise the journal task does when it has written all
            self.metrics.match_ended(hosted)
            self.lobby.matches.remove(hosted)

    def _lateness(self) -> float:
        """How many seconds too late the last tick of any match began."""
        return self._lateness_s if self.lobby.matches else 0.0

    def _play_tick(self, hosted: HostedMatch, clock: TickClock) -> None:
        lateness_s, slipped = clock.begin(trio.current_time())
        if self._intake is not None:
            # What has arrived by now is in this tick.
            self._intake.gather()
        began = time.perf_counter()
        hosted.advance()
        self.health.beat(hosted.match_id)
        self.metrics.tick_duration.observe(time.perf_counter() - began)
        self._lateness_s = lateness_s
        self.metrics.tick_lateness.observe(lateness_s)
        if slipped:
            self.metrics.ticks_slipped.inc(slipped)
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
