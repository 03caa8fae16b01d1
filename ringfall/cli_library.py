"""``ringfall library``: find recordings, pack them, take them elsewhere, keep or drop them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from ringfall.cli_output import complain, fail, out, print_facts, print_json, shown

if TYPE_CHECKING:
    from persistence.store.recordings import Recording

library_app = typer.Typer(help="Look after recordings of matches.", no_args_is_help=True)

FolderOption = Annotated[
    Path, typer.Option("--dir", metavar="DIR", help="Folder of recordings, server.journal_dir.")
]
DatabaseOption = Annotated[
    Path, typer.Option("--db", metavar="FILE", help="Database with the index, players.database.")
]
MatchArgument = Annotated[str, typer.Argument(metavar="MATCH", help="Match id, or a file.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
FOLDER, DATABASE = Path("journals"), Path("players.sqlite")


@contextmanager
def _refusing() -> Iterator[None]:
    """Turn what is wrong with a recording or the index into one line and exit code 2."""
    from persistence.errors import JournalError
    from persistence.store.file import StoreFileError

    try:
        yield
    except (JournalError, StoreFileError) as error:
        fail(error)


@library_app.command("list")
def library_list(
    folder: FolderOption = FOLDER,
    database: DatabaseOption = DATABASE,
    player: Annotated[
        str | None, typer.Option(metavar="ID", help="Only those this player id is in.")
    ] = None,
    map_name: Annotated[
        str | None, typer.Option("--map", metavar="NAME", help="Only those on this map.")
    ] = None,
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Begun on this day or later, UTC.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Begun before this day, UTC.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="Most lines.")] = 50,
    as_json: JsonOption = False,
) -> None:
    """List sealed recordings, newest first."""
    with _refusing():
        from ringfall.library.catalogue import catalogue

        found = catalogue(folder, database)
    begin, end = _seconds(since, 0), _seconds(until, 2**62)
    chosen = [
        recording
        for recording in found.recordings
        if begin <= recording.started_s < end
        and map_name in (None, recording.map)
        and (player is None or player in found.players[recording.match_id])
    ]
    lines = chosen[:limit]
    if as_json:
        print_json({"recordings": [_facts(each) for each in lines], "unread": found.unread})
        return
    table = Table("match", "begun", "map", "length", "players", "winner", "size", "")
    for each in lines:
        marks = " ".join(m for m, on in (("packed", each.packed), ("pinned", each.pinned)) if on)
        table.add_row(
            shown(each.match_id),
            _when(each.started_s),
            shown(each.map),
            f"{each.ticks / each.rate_hz:.0f} s",
            f"{each.players}, {each.people} people",
            shown(each.winner_name or "nobody"),
            f"{each.size_bytes:,}",
            marks,
        )
    out.print(table)
    total = sum(each.size_bytes for each in chosen)
    out.print(f"{len(lines)} of {len(chosen)} recordings, {total:,} bytes in all")
    for line in found.unread:
        complain(line)


@library_app.command("show")
def library_show(
    match: MatchArgument, folder: FolderOption = FOLDER, as_json: JsonOption = False
) -> None:
    """Tell what is in one recording."""
    with _refusing():
        from ringfall.library.entries import entry_of
        from ringfall.library.shelf import find

        entry = entry_of(find(folder, match))
    facts = {**_facts(entry.recording), "player_ids": list(entry.player_ids)}
    del facts["pinned"]  # the file does not know
    if as_json:
        print_json(facts)
    else:
        print_facts({name.replace("_", " "): value for name, value in facts.items()})


@library_app.command("pack")
def library_pack(
    match: MatchArgument,
    folder: FolderOption = FOLDER,
    database: DatabaseOption = DATABASE,
    as_json: JsonOption = False,
) -> None:
    """Replace a plain recording by its packed form."""
    _exchange("pack", match, folder, database, as_json)


@library_app.command("unpack")
def library_unpack(
    match: MatchArgument,
    folder: FolderOption = FOLDER,
    database: DatabaseOption = DATABASE,
    as_json: JsonOption = False,
) -> None:
    """Replace a packed recording by the plain journal it was.

    A server that packs will pack it again.
    """
    _exchange("unpack", match, folder, database, as_json)


def _exchange(which: str, match: str, folder: Path, database: Path, as_json: bool) -> None:
    with _refusing():
        from ringfall.library.catalogue import note
        from ringfall.library.entries import entry_of
        from ringfall.library.shelf import find, pack_here, unpack_here

        path = find(folder, match)
        before = path.stat().st_size
        target = pack_here(path) if which == "pack" else unpack_here(path)
        if target.parent.resolve() == folder.resolve():
            note(database, [entry_of(target)])
    after = target.stat().st_size
    if as_json:
        print_json({"file": str(target), "from_bytes": before, "to_bytes": after})
    else:
        out.print(f"{shown(target)}: {before:,} → {after:,} bytes", soft_wrap=True)


@library_app.command("export")
def library_export(
    match: MatchArgument,
    target: Annotated[Path, typer.Argument(metavar="FILE", help="A new file.")],
    folder: FolderOption = FOLDER,
    as_json: JsonOption = False,
) -> None:
    """Write a recording into one packed file that needs nothing else."""
    with _refusing():
        from ringfall.library.shelf import export, find

        size = export(find(folder, match), target)
    if as_json:
        print_json({"file": str(target), "size_bytes": size})
    else:
        out.print(f"{shown(target)}: {size:,} bytes", soft_wrap=True)


@library_app.command("import")
def library_import(
    source: Annotated[Path, typer.Argument(metavar="FILE", help="A sealed recording.")],
    folder: FolderOption = FOLDER,
    database: DatabaseOption = DATABASE,
    as_json: JsonOption = False,
) -> None:
    """Take a recording in, checked from end to end; what is there already is never overwritten."""
    with _refusing():
        from ringfall.library.catalogue import note
        from ringfall.library.shelf import take_in

        entry = take_in(source, folder)
        note(database, [entry])
    if as_json:
        print_json(_facts(entry.recording))
    else:
        out.print(f"{shown(folder / entry.recording.file)}: taken in", soft_wrap=True)


@library_app.command("pin")
def library_pin(
    match: MatchArgument,
    off: Annotated[bool, typer.Option("--off", help="Not any more.")] = False,
    folder: FolderOption = FOLDER,
    database: DatabaseOption = DATABASE,
    as_json: JsonOption = False,
) -> None:
    """Keep a recording whatever the rule says."""
    with _refusing():
        from ringfall.library.catalogue import pin
        from ringfall.library.shelf import find

        recording = pin(folder, database, find(folder, match), not off)
    if as_json:
        print_json(_facts(recording))
    else:
        kept = "kept whatever the rule" if recording.pinned else "kept as long as the rule says"
        out.print(f"{shown(recording.match_id)}: {kept}")


@library_app.command("prune")
def library_prune(
    keep_days: Annotated[
        float, typer.Option("--keep-days", min=0, help="Delete older ones; 0 for none.")
    ] = 0.0,
    keep_gb: Annotated[
        float, typer.Option("--keep-gb", min=0, help="Delete the oldest beyond it; 0 for none.")
    ] = 0.0,
    dry: Annotated[bool, typer.Option("--dry-run", help="Only tell what would go.")] = False,
    folder: FolderOption = FOLDER,
    database: DatabaseOption = DATABASE,
    as_json: JsonOption = False,
) -> None:
    """Delete the oldest recordings by a rule.  Pinned and unsealed ones stay."""
    with _refusing():
        from ringfall.library.catalogue import prune
        from ringfall.library.keeping import Rule

        taken = prune(folder, database, Rule(keep_days, keep_gb), dry)
    if as_json:
        print_json([{**_facts(each), "reason_deleted": reason} for each, reason in taken])
        return
    for each, reason in taken:
        out.print(f"{shown(each.file)}: {each.size_bytes:,} bytes, for its {reason}")
    what = "would be deleted" if dry else "deleted"
    out.print(f"{len(taken)} recordings {what}, {sum(r.size_bytes for r, _ in taken):,} bytes")


def _facts(recording: Recording) -> dict[str, Any]:
    import msgspec

    facts = msgspec.structs.asdict(recording)
    return {**facts, "begun_utc": _when(recording.started_s)}


def _when(seconds: int) -> str:
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")
    except (ValueError, OverflowError, OSError):
        return str(seconds)


def _seconds(day: datetime | None, otherwise: int) -> float:
    return otherwise if day is None else day.replace(tzinfo=UTC).timestamp()
