"""The command line: thin, typed, and the only place that turns errors into exit codes.

Exit codes: 0 done, 1 the answer is no (a replay that diverges, a server that lost a recording),
2 the input is bad.
"""

from __future__ import annotations

import atexit
import gc
import io
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ringfall import __version__
from ringfall.cli_balance import balance_app
from ringfall.cli_bench import bench
from ringfall.cli_charts import league, plot, ttk
from ringfall.cli_db import db_app
from ringfall.cli_library import library_app
from ringfall.cli_loadtest import loadtest
from ringfall.cli_map import map_app
from ringfall.cli_output import (
    complain,
    err,
    fail,
    json_number,
    out,
    print_divergence,
    print_facts,
    print_json,
    progress,
    refusing,
)

if TYPE_CHECKING:
    from ringfall.datapack import DataPack
    from ringfall.match import MatchPlan

app = typer.Typer(
    name="ringfall",
    help="Ringfall: an authoritative, deterministic 2D battle-royale server.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
replay_app = typer.Typer(help="Look at recorded matches.", no_args_is_help=True)
app.add_typer(replay_app, name="replay")
balance_app.command()(plot)
balance_app.command()(ttk)
balance_app.command()(league)
app.add_typer(balance_app, name="balance")
app.add_typer(map_app, name="map")
app.add_typer(library_app, name="library")
app.add_typer(db_app, name="db")
app.command()(loadtest)
app.command()(bench)

DataOption = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", help="Folder with balance/ and maps/ to use instead."),
]
MapOption = Annotated[
    str | None,
    typer.Option("--map", metavar="NAME", help="Map to play on, or generated:SEED for a new one."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
SEED_MAX = 2**64 - 1

# typer carries its own click in some releases and imports it in others.
UsageError: type[Exception] = next(
    base for base in typer.BadParameter.__mro__ if base.__name__ == "ClickException"
)


def main() -> None:
    """Run the command line."""
    # At exit Python would look for what nothing leads to among all that was compiled, and take it
    # apart: half a second, just before the memory goes back as a whole.
    atexit.register(gc.freeze)
    try:
        code = app(prog_name="ringfall", standalone_mode=False) or 0
        # At exit Python would complain in its own words about what cannot be written.
        if sys.stdout is not None:
            sys.stdout.flush()
    except (KeyboardInterrupt, typer.Abort):
        code = 130
    except (BrokenPipeError, SystemExit):
        # The reader of our output has gone, as in `ringfall … | head`.  typer, which raises
        # SystemExit for nothing else here, calls that a failure.
        code = _drop_output(0)
    except OSError as error:
        place = error.filename or "the output"
        complain(f"{place} cannot be written: {error.strerror}; free space or choose another")
        code = _drop_output(2)
    except UsageError as error:
        _refuse_usage(error)
        code = 2
    try:
        if sys.stderr is not None:
            sys.stderr.flush()
    except OSError:
        # A log that nobody could read is no reason for an exit code of its own (120).
        sys.stderr = io.StringIO()
    sys.exit(code)


def _drop_output(code: int) -> int:
    """Leave nothing that would be tried again, and fail again, at exit."""
    sys.stdout = io.StringIO()
    return code


def _refuse_usage(error: Any) -> None:
    """One line about flags that make no sense; nothing where the help was shown instead."""
    message = " ".join(error.format_message().split()).rstrip(".")
    if message:
        command = error.ctx.command_path if error.ctx is not None else "ringfall"
        complain(f"{message}; see {command} --help")


def _version(wanted: bool) -> None:
    if wanted:
        out.print(f"ringfall {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


@app.command()
def warm(as_json: JsonOption = False) -> None:
    """Compile all kernels, so that nothing has to wait for them later."""
    from ringfall import warming

    compiled = warming.warm(err)
    total = warming.count_kernels()
    if as_json:
        print_json({"kernels": total, "compiled": compiled})
    else:
        out.print(f"{total} kernels ready, {compiled} of them compiled just now")


@app.command()
def serve(
    config: Annotated[
        Path | None, typer.Option("--config", metavar="FILE", help="Settings, a TOML file.")
    ] = None,
    bots: Annotated[int | None, typer.Option(min=0, help="Bots in every match.")] = None,
    players_max: Annotated[
        int | None, typer.Option("--players-max", min=2, help="Places in a match.")
    ] = None,
    tick_rate: Annotated[
        int | None, typer.Option("--tick-rate", min=10, max=60, help="Ticks per second.")
    ] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    http_port: Annotated[
        int | None, typer.Option("--http-port", min=0, max=65535, help="Port of the page.")
    ] = None,
    game_port: Annotated[
        int | None, typer.Option("--game-port", min=0, max=65535, help="Port of the game.")
    ] = None,
    journal_dir: Annotated[
        Path | None, typer.Option("--journal-dir", help="Folder of the recordings.")
    ] = None,
    data: DataOption = None,
    map_name: MapOption = None,
    dev: Annotated[
        bool, typer.Option("--dev", help="Read edited data again, for the next match.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Host matches until Ctrl-C.  Flags go before the settings file, and that before defaults."""
    from ringfall import serving

    with refusing():
        settings, pack = serving.prepare(
            config,
            {
                "match": {
                    "bots": bots,
                    "players_max": players_max,
                    "tick_rate_hz": tick_rate,
                    "map": map_name,
                },
                "server": {
                    "host": host,
                    "http_port": http_port,
                    "game_port": game_port,
                    "journal_dir": None if journal_dir is None else str(journal_dir),
                },
            },
            data,
        )
    try:
        reloader = serving.reloader_of(settings, data) if dev else None
        unrecorded = serving.run(settings, pack, out, err, as_json, reloader)
    except serving.StartError as error:
        fail(error)
    if unrecorded:
        fail("; ".join(unrecorded), code=1)


@app.command()
def simulate(
    players: Annotated[int, typer.Option(min=2, max=65535, help="Bots in the match.")],
    ticks: Annotated[int, typer.Option(min=1, max=10_000_000, help="Most ticks to play.")],
    seed: Annotated[int, typer.Option(min=0, max=SEED_MAX, help="Seed of every draw.")],
    record: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Record the match to a new file.")
    ] = None,
    keyframe_ticks: Annotated[
        int | None,
        typer.Option(
            "--keyframe-ticks",
            min=1,
            help="Ticks between recorded keyframes, 10 s when left out.",
        ),
    ] = None,
    tick_rate: Annotated[
        int, typer.Option("--tick-rate", min=10, max=60, help="Ticks per second.")
    ] = 30,
    data: DataOption = None,
    map_name: MapOption = None,
    as_json: JsonOption = False,
) -> None:
    """Play a headless match of bots as fast as the machine goes.

    It ends when one player is left or TICKS are over, whatever comes first.
    """
    with refusing():
        plan = _plan(data, map_name, players, tick_rate, seed)
        _warm_quietly()
        from ringfall.simulation import simulate as run

        with progress("playing", ticks, quiet=as_json) as advance:
            result = run(plan, ticks, record, keyframe_ticks, advance)
    facts = {
        "ticks": result.ticks,
        "final_hash": f"{result.final_hash:016x}",
        "agent_steps_per_s": round(result.agent_steps_per_s),
        "winner": result.winner,
        "winner_name": result.winner_name,
        "players": players,
        "seed": seed,
        "agent_steps": result.agent_steps,
        "seconds": result.seconds,
        "us_per_tick": 1e6 * result.seconds / result.ticks,
        "recorded": str(record) if record else None,
        "bytes_recorded": result.bytes_recorded,
    }
    if as_json:
        print_json(facts)
        return
    won = "undecided" if result.winner is None else f"won by {result.winner_name}"
    print_facts(
        {
            "match": f"{players} bots, {result.ticks} ticks, {won}",
            "final hash": facts["final_hash"],
            "speed": f"{facts['agent_steps_per_s']:,} agent steps a second, "
            f"{facts['us_per_tick']:.0f} µs a tick",
            "recorded": f"{record} ({result.bytes_recorded:,} bytes)" if record else "no",
        }
    )


@replay_app.command("info")
def replay_info(
    file: Annotated[Path, typer.Argument(help="A recorded match.")], as_json: JsonOption = False
) -> None:
    """Tell what a journal holds, without playing it."""
    with refusing():
        from ringfall.replay_info import describe

        facts = describe(file)
    damage = facts["damage"]
    if as_json:
        print_json(facts)
    else:
        engine = "this engine" if facts["same_engine"] else "another engine build"
        won = facts["winner_name"] or "nobody"
        print_facts(
            {
                "match": facts["match_id"],
                "recorded": f"{facts['created_utc']} by Ringfall {facts['engine_version']}, "
                f"{engine}",
                "length": f"{facts['ticks']} ticks, {facts['seconds']:.1f} s at "
                f"{facts['tick_rate_hz']} Hz",
                "entrants": f"{facts['entrants']}, {facts['bots']} of them bots",
                "state": f"sealed ({facts['reason']}), won by {won}"
                if facts["sealed"]
                else "not sealed: the match was cut off, or still runs",
                "seed": facts["seed"],
                "balance": facts["balance_hash"],
                "map": facts["map_hash"],
                "keyframes": facts["keyframes"],
                "size": f"{facts['size_bytes']:,} bytes",
            }
        )
    if damage:
        fail(
            f"{file}: damaged at byte {damage['offset']}: {damage['reason']}; "
            f"the {facts['ticks']} ticks before it are good"
        )


@replay_app.command("verify")
def replay_verify(
    file: Annotated[Path, typer.Argument(help="A recorded match.")], as_json: JsonOption = False
) -> None:
    """Re-step a journal and compare every state.  Exits 1 on divergence, 2 on damage."""
    with refusing():
        _warm_quietly()
        from persistence.opening import read_header
        from ringfall.engine import source_hash
        from ringfall.replay import verify

        header = read_header(file)
        same_engine = header.source_hash == source_hash()
        with progress("re-stepping", None, quiet=as_json) as advance:
            found = verify(file, advance)
    divergence, damage = found.divergence, found.damage
    if as_json:
        facts: dict[str, Any] = asdict(found)
        facts["final_hash"] = f"{found.final_hash:016x}"
        facts["same_engine"] = same_engine
        facts["ok"] = divergence is None and damage is None
        if divergence is not None:
            for key in ("recorded_hash", "replayed_hash"):
                facts["divergence"][key] = f"{getattr(divergence, key):016x}"
            for key in ("recorded", "replayed"):
                facts["divergence"][key] = json_number(getattr(divergence, key))
        print_json(facts)
    elif divergence is None:
        out.print(
            f"{found.ticks} ticks re-stepped, {found.compared} hashes and {found.keyframes} "
            f"keyframes agree, final hash {found.final_hash:016x}"
            + ("" if found.sealed else "; not sealed: the match was cut off, or still runs")
        )
    if divergence is not None:
        if not as_json:
            print_divergence(divergence, damage, same_engine, header.engine_version)
        raise typer.Exit(1)
    if damage is not None:
        fail(
            f"{file}: damaged at byte {damage.offset}: {damage.reason}; "
            f"the {found.ticks} ticks before it are good"
        )


# ---- shared ------------------------------------------------------------------------------------


def _plan(
    data: Path | None, map_name: str | None, players: int, tick_rate: int, seed: int
) -> MatchPlan:
    from ringfall.datapack import load_datapack
    from ringfall.match import MatchPlan

    pack: DataPack = load_datapack(data, map_name, players)
    if players > pack.map.players_max:
        fail(
            f"the map {pack.map.name!r} has places for {pack.map.players_max} players, not "
            f"{players}; ask for fewer, or use another map with --data"
        )
    return MatchPlan(pack, tick_rate, players, seed)


def _warm_quietly() -> None:
    """Compile what is not compiled yet; the bar vanishes when it is done."""
    from ringfall import warming

    warming.warm(err)
