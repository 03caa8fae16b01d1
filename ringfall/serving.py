"""Starting a server for the command line: settings, logs, the address, the exit."""

from __future__ import annotations

import gc
import io
import json
import logging
import sys
import tempfile
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, TextIO, cast

import structlog
import trio
from rich.console import Console
from rich.markup import escape

from ringfall import journaling, warming
from ringfall.addresses import Addresses, StartError
from ringfall.config import Config, load_config
from ringfall.datapack import DataPack, Reading, load_datapack, read_datapack
from ringfall.datapack.reloading import Reloader
from ringfall.documents import DataError, Problem
from ringfall.recovery import Report
from ringfall.server import Server

__all__ = ["StartError", "prepare", "reloader_of", "run"]


def prepare(
    config_path: Path | None, flags: dict[str, dict[str, Any]], data: Path | None
) -> tuple[Config, DataPack]:
    """Settings from file and flags, and the data they name.

    Args:
        config_path: settings file, None for the defaults.
        flags: values by section and key; None where a flag was not given.
        data: folder of balance and maps, None for the shipped ones.

    Raises:
        DataError: something in a file, or a combination, is wrong.
    """
    config = load_config(config_path)
    merged = {
        name: getattr(config, name).model_copy(
            update={key: value for key, value in section.items() if value is not None}
        )
        for name, section in flags.items()
    }
    config = config.model_copy(update=merged)
    pack = load_datapack(data, config.match.map, config.match.players_max)
    check_places(config, pack)
    try:
        config.net_limits()
    except ValueError as error:
        raise _refusal(str(error)) from None
    return config, pack


def reloader_of(config: Config, data: Path | None) -> Reloader:
    """What reads the data again while the server runs, by the same rules as at its start."""
    settings = config.match

    def load() -> Reading:
        reading = read_datapack(data, settings.map, settings.players_max)
        if reading.pack is not None:
            check_places(config, reading.pack)
        return reading

    return Reloader(load, data)


def check_places(config: Config, pack: DataPack) -> None:
    """Raise `DataError` when a match of these settings does not fit these data."""
    places = places_of(config, pack)
    if places > pack.map.players_max:
        raise _refusal(
            f"players_max is {places}, but the map {pack.map.name!r} has places for "
            f"{pack.map.players_max}; lower --players-max or match.players_max"
        )
    if config.match.bots >= places:
        raise _refusal(
            f"{config.match.bots} bots leave no place for people among {places}; lower --bots or "
            "raise --players-max"
        )


def places_of(config: Config, pack: DataPack) -> int:
    """Places in a match: as configured, otherwise the map's."""
    return config.match.players_max or pack.map.players_max


def run(
    config: Config,
    pack: DataPack,
    out: Console,
    err: Console,
    as_json: bool,
    reloader: Reloader | None = None,
) -> list[str]:
    """Serve until a signal comes; what could not be recorded, a sentence each.

    With a `reloader`, edited data are taken for the next match.

    Raises:
        StartError: a port is taken, or the journal folder cannot be made or written.
    """
    configure_logs(as_json)
    _make_folder(Path(config.server.journal_dir))
    journaling.sweep(config)
    warming.warm(err)
    server = Server(config, pack, places_of(config, pack), reloader)
    # All that is here by now stays: looking through it for garbage costs several ticks each time.
    gc.collect()
    gc.freeze()

    try:
        outcome = trio.run(server.run, partial(_announce, config, out, as_json))
    except BaseExceptionGroup as group:
        if group.subgroup(KeyboardInterrupt) is not None:
            raise KeyboardInterrupt from None
        matched = group.subgroup(StartError)
        if matched is None:
            raise
        raise StartError(str(_first(matched))) from None
    return outcome.unrecorded


def _announce(
    config: Config, out: Console, as_json: bool, addresses: Addresses, recovery: Report
) -> None:
    """Say where the server can be reached, and what became of matches that were cut off."""
    if as_json:
        facts = {
            "page": addresses.page,
            "http_port": addresses.http_port,
            "game_port": addresses.game_port,
            "recovered": [
                {
                    "match_id": found.match_id,
                    "tick": found.tick,
                    "waiting": found.waiting,
                    "over": found.over,
                    "seconds": round(found.seconds, 3),
                }
                for found in recovery.recovered
            ],
            "set_aside": [
                {"journal": str(found.journal), "reason": found.reason}
                for found in recovery.set_aside
            ],
        }
        print(json.dumps(facts), flush=True)
        return
    for found in recovery.recovered:
        out.print(f"[green]recovered[/] {escape(str(found))}")
        for note in found.notes:
            out.print(f"  [dim]{escape(note)}[/]")
    for lost in recovery.set_aside:
        out.print(f"[bold red]{escape(str(lost))}[/]")
    out.print(f"[bold]Ringfall[/] is running: open [bold cyan]{escape(addresses.page)}[/]")
    out.print(
        f"[dim]game port {addresses.game_port}, {config.match.bots} bots, "
        f"{config.match.tick_rate_hz} ticks a second, recordings in "
        f"{escape(config.server.journal_dir)}/, Ctrl-C stops[/]"
    )


def _first(group: BaseExceptionGroup[StartError]) -> BaseException:
    found: BaseException = group
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    return found


class LossyText(io.TextIOBase):
    """A text stream that drops what cannot be written.

    A log on a full disk, or into a pipe that nobody reads any more, must not end a match.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write ``text`` if that is possible."""
        with suppress(OSError, ValueError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Flush if that is possible."""
        with suppress(OSError, ValueError):
            self._stream.flush()


def configure_logs(as_json: bool) -> None:
    """One line per event on stderr: for people on a terminal, JSON otherwise or when asked."""
    plain = sys.stderr.isatty() and not as_json
    renderer: Any = (
        structlog.dev.ConsoleRenderer(colors=True) if plain else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(cast(TextIO, LossyText(sys.stderr))),
        cache_logger_on_first_use=False,
    )


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # Permissions alone do not tell: a read-only mount or a full disk shows only when written.
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(bytes(4096))
    except OSError as error:
        raise StartError(
            f"cannot write recordings to {folder}: {error.strerror}; free space, or choose another "
            "folder with --journal-dir or server.journal_dir"
        ) from None


def _refusal(message: str) -> DataError:
    return DataError([Problem("settings", 0, 0, "", message)])
