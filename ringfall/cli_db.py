"""``ringfall db``: look after the database of players and results."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from ringfall.cli_output import err, fail, out, print_facts, print_json, progress, shown

db_app = typer.Typer(help="Look after the database of players and results.", no_args_is_help=True)

FileArgument = Annotated[
    Path,
    typer.Argument(metavar="[FILE]", help="The database, players.database of the settings."),
]
FILE = Path("players.sqlite")
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


@contextmanager
def _refusing() -> Iterator[None]:
    """Turn what is wrong with a database into one line and exit code 2."""
    from persistence.store.file import StoreFileError

    try:
        yield
    except StoreFileError as error:
        fail(error)


@db_app.command("info")
def db_info(file: FileArgument = FILE, as_json: JsonOption = False) -> None:
    """Tell what a database holds, and what waits to be written; a server may have it."""
    with _refusing():
        from persistence.store.upkeep import describe

        facts = describe(file)
    if as_json:
        print_json(facts)
        return
    newest = facts["newest_version"]
    current = "current" if facts["version"] == newest else f"this Ringfall makes it {newest}"
    waiting = f"{facts['spooled']:,} changes in its spool"
    if facts["spool_damage"]:
        waiting += f", damaged at {facts['spool_damage']}"
    print_facts(
        {
            "file": f"{facts['file']} ({facts['size_bytes']:,} bytes)",
            "version": f"{facts['version']}, {current}",
            "in use": "by a server" if facts["in_use"] else "no",
            "waiting": waiting,
            **{name.replace("_", " "): f"{rows:,}" for name, rows in facts["rows"].items()},
        }
    )


@db_app.command("migrate")
def db_migrate(file: FileArgument = FILE, as_json: JsonOption = False) -> None:
    """Bring a database of an older version forward, as a server does when it starts.

    A copy of the old one is kept beside it.
    """
    with _refusing():
        from persistence.store.upkeep import migrate

        facts = migrate(file)
    if as_json:
        print_json(facts)
    elif facts["from_version"] == facts["to_version"]:
        out.print(f"version {facts['to_version']} already")
    else:
        kept = f"; the old one is {shown(facts['kept'])}" if facts["kept"] else ""
        out.print(f"from version {facts['from_version']} to {facts['to_version']}{kept}")


@db_app.command("backup")
def db_backup(
    target: Annotated[Path, typer.Argument(metavar="COPY", help="The copy, a new file.")],
    file: FileArgument = FILE,
    as_json: JsonOption = False,
) -> None:
    """Copy a database into one new file, also while a server writes it."""
    with _refusing():
        from persistence.store.upkeep import back_up

        facts = back_up(file, target)
    if as_json:
        print_json(facts)
        return
    out.print(f"{shown(facts['copy'])} ({facts['size_bytes']:,} bytes)")
    if facts["left_out"]:
        err.print(f"{facts['left_out']:,} changes that wait in the spool are not in it")


@db_app.command("restore")
def db_restore(
    source: Annotated[Path, typer.Argument(metavar="COPY", help="What `backup` made.")],
    file: FileArgument = FILE,
    as_json: JsonOption = False,
) -> None:
    """Put a copy in the place of a database that no server has; the replaced one is kept."""
    with _refusing():
        from persistence.store.upkeep import restore

        facts = restore(source, file)
    if as_json:
        print_json(facts)
    else:
        kept = f"; the one before is {shown(facts['kept'])}" if facts["kept"] else ""
        out.print(f"{shown(facts['file'])} is version {facts['version']}{kept}")


@db_app.command("check")
def db_check(file: FileArgument = FILE, as_json: JsonOption = False) -> None:
    """Read a whole database and compare its sums with its results.  Exits 1 on problems."""
    with _refusing():
        from persistence.store.upkeep import check

        problems = check(file)
    if as_json:
        print_json({"file": str(file), "ok": not problems, "problems": problems})
    elif not problems:
        out.print("good: every page, every sum, every change that waits")
    for problem in [] if as_json else problems:
        err.print(shown(problem), soft_wrap=True)
    if problems:
        raise typer.Exit(1)


@db_app.command("rebuild")
def db_rebuild(
    folder: Annotated[Path, typer.Option("--from", metavar="DIR", help="Folder of recordings.")],
    file: Annotated[Path, typer.Option("--into", metavar="FILE", help="Database to write.")],
    as_json: JsonOption = False,
) -> None:
    """Take the results of sealed recordings into a database that no server has."""
    with _refusing():
        from persistence.store.upkeep import rebuild

        with progress("reading", None, quiet=as_json) as advance:
            done = rebuild(folder, file, advance)
    if as_json:
        print_json({"file": str(file), "matches": done.matches, "skipped": done.skipped})
        return
    out.print(f"{done.matches:,} matches, {len(done.skipped):,} recordings without a result")
    for line in done.skipped:
        err.print(shown(line), soft_wrap=True)
