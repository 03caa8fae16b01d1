"""``ringfall loadtest``: how many players this machine, or a server of one's own, carries."""

from __future__ import annotations

import math
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer

from ringfall.cli_output import complain, err, fail, out, print_json, refusing, shown

CLIENTS_MAX = 2000
SECONDS_MAX = 3600.0
SEED_MAX = 2**32 - 1


class Line(StrEnum):
    """Names of ``ringfall.loadtest.profiles``."""

    LAN = "lan"
    WIFI = "wifi"
    MOBILE = "mobile"
    LOSSY = "lossy"


def loadtest(
    clients: Annotated[int, typer.Option(min=1, max=CLIENTS_MAX, help="Players, one line each.")],
    seconds: Annotated[
        float, typer.Option(min=1.0, max=SECONDS_MAX, help="How long to measure, once all are in.")
    ],
    url: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Page of a running server; one of its own when left out."),
    ] = None,
    mine: Annotated[
        bool,
        typer.Option(
            "--i-run-this-server",
            help="Beside --url: the server is yours, or you were asked to. Needed for other hosts.",
        ),
    ] = False,
    profile: Annotated[Line, typer.Option(help="What the clients' lines are like.")] = Line.LAN,
    bots: Annotated[
        int, typer.Option(min=0, max=4096, help="Bots in every match of its own server.")
    ] = 0,
    tick_rate: Annotated[
        int, typer.Option("--tick-rate", min=10, max=60, help="Ticks a second of its own server.")
    ] = 30,
    map_name: Annotated[
        str | None, typer.Option("--map", metavar="NAME", help="Map to play on.")
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option("--data", metavar="DIR", help="Folder with balance/ and maps/ to use."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, max=SEED_MAX, help="Seed of the clients.")] = 0,
    plain_frames: Annotated[
        bool,
        typer.Option("--plain-frames", help="Its own server sends through the library alone."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Let clients play for real and print what they notice: bytes, delays, corrections.

    Without --url a server of its own runs on a core of its own, and is gone afterwards.
    """
    if not math.isfinite(seconds):
        fail("--seconds is a number of seconds")
    page = None if url is None else _page(url, mine)
    with refusing():
        from ringfall.datapack import load_datapack

        pack = load_datapack(data, map_name)
    if bots >= pack.map.players_max:
        fail(
            f"--bots: {bots} leave no place for players among the {pack.map.players_max} of the "
            f"map {pack.map.name!r}"
        )
    from ringfall import warming
    from ringfall.loadtest.crowd import Plan
    from ringfall.loadtest.profiles import PROFILES
    from ringfall.loadtest.report import print_summary, summary, warnings
    from ringfall.loadtest.running import CannotRunError, OwnServer, run

    warming.warm(err)
    plan = Plan(clients, seconds, PROFILES[profile.value], pack, tick_rate, seed, mine)
    try:
        found = run(page or OwnServer(bots, map_name, data, not plain_frames), plan, _say(as_json))
    except CannotRunError as error:
        fail(error)
    facts: dict[str, Any] = {"profile": profile.value, **summary(found)}
    if as_json:
        print_json(facts)
    else:
        print_summary(found, facts, out)
    for line in warnings(facts):
        complain(line)
    if not found.inside:
        raise typer.Exit(1)


def _page(url: str, mine: bool) -> str:
    try:
        parts = urlsplit(url)
        host = parts.hostname if parts.scheme in ("http", "https") else None
        _ = parts.port
    except ValueError:
        host = None
    if not host:
        fail(f"--url: {url!r} is no page; it looks like http://127.0.0.1:8000/")
    from ringfall.loadtest.door import is_here

    if not mine and not is_here(host):
        fail(
            f"--url: {host} is another machine; a load test of a server that is not yours is an "
            "attack. If it is yours, say so with --i-run-this-server"
        )
    return url


def _say(as_json: bool) -> Any:
    return lambda text: None if as_json else err.print(f"[dim]{shown(text)}[/]")
