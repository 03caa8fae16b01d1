"""Everything below the HTTP port of a server, put together."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from starlette.applications import Starlette

from persistence.players import Players
from persistence.store.writer import Store
from ringfall.config import Config
from ringfall.datapack import DataPack
from ringfall.health import Health
from ringfall.hosting.lobby import Lobby
from ringfall.metrics import Metrics
from ringfall.web.api import Api
from ringfall.web.app import make_app
from ringfall.web.boards import Boards
from ringfall.web.gate import Gate
from ringfall.web.port import HttpCounters
from ringfall.web.profiles import Profiles
from ringfall.web.recordings import Recordings


def make_site(
    config: Config,
    store: Store,
    players: Players,
    lobby: Lobby,
    metrics: Metrics,
    pack: Callable[[], DataPack],
    address: Callable[[], dict[str, Any]],
    health: Health,
    counters: HttpCounters,
) -> Starlette:
    """The application of a running server.

    Args:
        config: the operator's settings.
        store, players: the database, and the sessions in it.
        lobby: the running matches.
        metrics, health, counters: what operators watch.
        pack: the data by which the next match is played.
        address: what tells a client where the game is.
    """
    gate = Gate(players, config.net_limits(), counters)
    return make_app(
        lobby,
        metrics,
        pack,
        Api(gate, lobby, address, config.players.watch_delay_s),
        [
            *Profiles(gate, store, lobby).routes(),
            *Boards(gate, store, lambda: pack().balance.classes.root).routes(),
            *Recordings(gate, store, Path(config.server.journal_dir)).routes(),
        ],
        health,
        counters.refused,
    )
