"""The nursery: listener, HTTP, matches and journal writers around the fixed tick clock.

    listener ─┐                      ┌─ journal writer (thread per batch)
    HTTP ─────┼─ one trio nursery ───┼─ match 1: clock → advance → snapshots
    signals ──┘                      └─ match 2: …

Everything runs in one thread; a tick never waits for the network or the disk.  Signals end it
(``stopping``): clients are told, journals are sealed, and the process ends with 0.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import trio
from starlette.applications import Starlette

from net import listener
from net.rejections import Counters
from net.standing import Standings
from persistence.players import Players
from persistence.store.file import StoreFileError
from persistence.store.writer import Store
from ringfall.addresses import Addresses, StartError, bind
from ringfall.config import Config
from ringfall.datapack import DataPack
from ringfall.datapack.reloading import Reloader
from ringfall.following import follow_data
from ringfall.health import Health
from ringfall.hosting.lobby import Lobby
from ringfall.identity.tickets import TicketDesk
from ringfall.library.librarian import librarian_of
from ringfall.matches import Matches
from ringfall.metrics import Metrics
from ringfall.recovery import Report
from ringfall.results import catch_up
from ringfall.stopping import Ending
from ringfall.web.port import HttpCounters, serve_http
from ringfall.web.site import make_site


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
        self.addresses = Addresses()
        self.counters = Counters()
        self.http_counters = HttpCounters()
        limits, people = config.net_limits(), config.players
        desk = TicketDesk(people.ticket_s, limits.tickets_max)
        self.lobby = Lobby(
            lambda: self.matches.open(), lambda: len(self.matches.pack.balance.classes.root), desk
        )
        self.lobby.recovering = True
        self.metrics = Metrics(self.counters, self.lobby, self.http_counters)
        self._reloader = reloader
        self.health = Health(self.lobby)
        direct = config.server.direct_frames and listener.AVAILABLE
        self._intake = None
        if direct:
            standings = Standings(limits.connections_max, limits, self.counters)
            self._intake = listener.Intake(standings=standings)
        self.matches = Matches(
            config, pack, players_max, self.lobby, self.metrics, self.health, self._intake
        )
        self.outcome = Outcome(self.matches.unrecorded)

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
            players = Players(store, self.config.players.guest_days)
            self.metrics.watch(store, players)
            self.matches.begin(nursery, store.submit)
            if self._reloader is not None:
                nursery.start_soon(follow_data, self._reloader, self.matches.take)
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
            self.outcome.recovery = await self.matches.recover()
            nursery.start_soon(self._tend_recordings, store)
            on_ready(self.addresses, self.outcome.recovery)

    async def _tend_recordings(self, store: Store) -> None:
        """Take results the store missed from recordings; then pack these, and keep order."""
        librarian = librarian_of(self.config, store, self.matches.lateness_s)
        self.metrics.watch_library(librarian)
        await catch_up(store, Path(self.config.server.journal_dir), self.matches.running)
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
            lambda: self.matches.pack,
            lambda: {
                "game_port": self.addresses.game_port,
                "game_url": self.config.server.public_game_url,
            },
            self.health,
            self.http_counters,
        )
