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
from typing import Literal

import structlog
import trio
from starlette.applications import Starlette

from net import listener
from net.rejections import Counters, MatchOver
from persistence.errors import JournalError
from persistence.journal_file import JournalFile
from persistence.players import Players
from persistence.records import Header
from persistence.sink import JournalSink
from persistence.store.change import Change
from persistence.store.file import StoreFileError
from persistence.store.writer import Store
from persistence.writer import write_journal
from ringfall.config import Config
from ringfall.datapack import DataPack
from ringfall.datapack.reloading import POLL_S, Reloader
from ringfall.health import Health
from ringfall.hosting.hosted import HostedMatch, Patience
from ringfall.hosting.lobby import Lobby
from ringfall.identity.tickets import TicketDesk
from ringfall.match import Match, MatchPlan
from ringfall.metrics import Metrics
from ringfall.names import bot_names
from ringfall.pacing import TickClock
from ringfall.recording import Recorder, cadence_of, make_header, winner_of
from ringfall.results import catch_up
from ringfall.scribe import Scribe
from ringfall.stopping import Ending
from ringfall.web.api import Api
from ringfall.web.app import make_app
from ringfall.web.boards import Boards
from ringfall.web.gate import Gate
from ringfall.web.port import HttpCounters, serve_http
from ringfall.web.profiles import Profiles

log = structlog.get_logger("ringfall.server")


class StartError(Exception):
    """The server cannot start; the text says why and what to do."""


@dataclass(slots=True)
class Addresses:
    """Where a started server can be reached."""

    page: str = ""
    http_port: int = 0
    game_port: int = 0


@dataclass(slots=True)
class Outcome:
    """What a server has to say for itself when it has stopped.

    Attributes:
        unrecorded: one sentence for every journal that could not be written to its end.
    """

    unrecorded: list[str] = field(default_factory=list)


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
        self._submit: Callable[[Change], None] | None = None
        self._journal_dir = Path(config.server.journal_dir)

    async def run(self, on_ready: Callable[[Addresses], None]) -> Outcome:
        """Serve until a signal comes.

        Args:
            on_ready: called once everything listens and the first match runs.

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
        on_ready: Callable[[Addresses], None],
    ) -> None:
        async with trio.open_nursery() as nursery:
            self._nursery = nursery
            players = Players(store, self.config.players.guest_days)
            self.metrics.watch(store, players)
            self._submit = store.submit
            self._open_match()
            nursery.start_soon(catch_up, store, self._journal_dir)
            if self._reloader is not None:
                nursery.start_soon(self._follow_data, self._reloader)
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
            on_ready(self.addresses)

    # ---- set-up ---------------------------------------------------------------------------

    def _bind(self) -> tuple[socket.socket, socket.socket]:
        settings = self.config.server
        http = _listen(settings.host, settings.http_port, "http_port", "--http-port")
        try:
            game = _listen(settings.host, settings.game_port, "game_port", "--game-port")
        except StartError:
            http.close()
            raise
        self.addresses.http_port = http.getsockname()[1]
        self.addresses.game_port = game.getsockname()[1]
        shown = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host
        shown = f"[{shown}]" if ":" in shown else shown
        self.addresses.page = f"http://{shown}:{self.addresses.http_port}/"
        return http, game

    def _open_store(self) -> Store:
        try:
            return Store(Path(self.config.players.database))
        except StoreFileError as error:
            raise StartError(str(error)) from None

    def _app(self, store: Store, players: Players) -> Starlette:
        gate = Gate(players, self.config.net_limits(), self.http_counters)
        api = Api(
            gate,
            self.lobby,
            lambda: {
                "game_port": self.addresses.game_port,
                "game_url": self.config.server.public_game_url,
            },
            self.config.players.watch_delay_s,
        )
        return make_app(
            self.lobby,
            self.metrics,
            lambda: self.pack,
            api,
            Profiles(gate, store, self.lobby),
            Boards(gate, store, lambda: self.pack.balance.classes.root),
            self.health,
            self.http_counters.refused,
        )

    # ---- matches --------------------------------------------------------------------------

    def _open_match(self) -> HostedMatch | None:
        """Start a match, unless as many run as may."""
        assert self._nursery is not None
        assert self._submit is not None
        settings = self.config.match
        # Those that have ended and are watched to the end hold no place.
        if sum(not hosted.finished for hosted in self.lobby.matches) >= settings.matches_max:
            return None
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
        hosted.scribe = Scribe(header, self._submit)
        self.lobby.matches.append(hosted)
        self.metrics.matches_started.inc()
        self._nursery.start_soon(self._write_journal, match_id, sink, path, header)
        self._nursery.start_soon(self._run_match, hosted, sink)
        log.info("match started", match=match_id, bots=settings.bots, journal=str(path))
        return hosted

    async def _follow_data(self, reloader: Reloader) -> None:
        """Take edited data for the matches to come; running ones keep theirs."""
        while True:
            await trio.sleep(POLL_S)
            # Reading waits for the disk, and judging a map takes longer than a tick.
            try:
                found = await trio.to_thread.run_sync(reloader.poll)
            except Exception:
                log.exception("data could not be read again, the last good ones stay in force")
                continue
            if isinstance(found, DataPack):
                self.pack = found
                self.players_max = self.config.match.players_max or found.map.players_max
                log.info(
                    "data taken for the next match",
                    balance=found.balance_hash,
                    map=found.map.name,
                    map_hash=found.map_hash,
                )
            elif found is not None:
                # One line each, as every command lists them: editors jump to such places.
                log.error("data refused, the last good ones stay in force")
                for problem in found.problems:
                    log.error(str(problem))

    async def _write_journal(
        self, match_id: str, sink: JournalSink, path: Path, header: Header
    ) -> None:
        backlog = self.metrics.journal_backlog
        backlog.labels(match_id).set_function(lambda: sink.backlog_bytes)
        try:
            # Creating a file waits for the disk, which the other matches must not.
            with trio.CancelScope(shield=True):
                file = await trio.to_thread.run_sync(JournalFile.create, path, header)
            await write_journal(sink, file, sync_interval_s=self.config.journal.sync_s)
        except JournalError as error:
            sink.fail(str(error))
        finally:
            backlog.remove(match_id)
            if sink.failure is not None:
                self.metrics.journal_failures.inc()
                self.outcome.unrecorded.append(
                    f"{path}: {sink.failure}; it replays up to its last good record: free space "
                    "and check permissions before the next match"
                )
                log.error("match is not recorded", match=match_id, reason=sink.failure)

    async def _run_match(self, hosted: HostedMatch, sink: JournalSink) -> None:
        settings = self.config.match
        clock = TickClock(settings.tick_rate_hz, settings.catch_up_max_ticks, trio.current_time())
        self.health.beat(hosted.match_id)
        try:
            while not hosted.finished:
                await trio.sleep_until(clock.next_s)
                self._play_tick(hosted, clock)
            self._seal(hosted, sink)
            self.health.forget(hosted.match_id)
            # Whoever watches is behind, and sees the end as well.
            while not hosted.show_the_rest():
                await trio.sleep(1.0 / settings.tick_rate_hz)
        except trio.Cancelled:
            if not sink.closed:
                self._seal(hosted, sink)
            raise
        except Exception:
            # A fault in one match must not end the others.  Its journal stays unsealed: it is
            # the evidence.
            self.metrics.match_faults.inc()
            log.exception("match ended by a fault", match=hosted.match_id, tick=hosted.match.tick)
            hosted.close(MatchOver("the match had to be ended"))
            hosted.gallery.close(MatchOver("the match had to be ended"))
            sink.close()
        finally:
            self.health.forget(hosted.match_id)
            self.metrics.match_ended(hosted)
            self.lobby.matches.remove(hosted)

    def _play_tick(self, hosted: HostedMatch, clock: TickClock) -> None:
        lateness_s, slipped = clock.begin(trio.current_time())
        if self._intake is not None:
            # What has arrived by now is in this tick.
            self._intake.gather()
        began = time.perf_counter()
        hosted.advance()
        self.health.beat(hosted.match_id)
        self.metrics.tick_duration.observe(time.perf_counter() - began)
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


def _listen(host: str, port: int, key: str, flag: str) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=256)
    except (OSError, OverflowError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise StartError(
            f"cannot listen on {host} port {port}: {reason}; choose another with {flag} or "
            f"server.{key}"
        ) from None
