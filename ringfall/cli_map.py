"""``ringfall map``: judge maps, draw them, make new ones."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from ringfall.cli_output import complain, err, fail, out, print_facts, print_json, refusing, shown

if TYPE_CHECKING:
    from ringfall.maps.checking import Report
    from ringfall.maps.choosing import ReadMap
    from schema.balance import Balance

map_app = typer.Typer(help="Check, draw and make maps.", no_args_is_help=True)

WhichArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="[NAME|FILE]",
        help="Name of a map, a .tmj file, or generated:SEED; the default map when left out.",
    ),
]
DataOption = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", help="Folder with balance/ and maps/ to use instead."),
]
PlayersOption = Annotated[
    int | None,
    typer.Option(min=2, max=1000, help="Places on a generated map; 50 when left out."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
SEED_MAX = 2**64 - 1


@map_app.command("check")
def map_check(
    which: WhichArgument = None,
    players: PlayersOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Judge reach, overlaps, fairness and loot of a map.  Exits 1 when there are errors."""
    with refusing():
        from ringfall.maps.checking import check

        read, balance = _find(which, players, data)
        report = check(read.resolved, balance.match.body.radius_u, balance.loot.tables)
    errors = sum(verdict.level == "error" for verdict in report.verdicts)
    if as_json:
        print_json(_as_json(read, report))
    else:
        _print(read, report)
    if errors:
        raise typer.Exit(1)


@map_app.command("render")
def map_render(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="[NAME|FILE] OUT.png",
            help="Map (the default one when left out), and the picture to write.",
        ),
    ],
    scale: Annotated[
        int, typer.Option(min=2, max=64, metavar="PX_PER_U", help="Pixels for each unit.")
    ] = 8,
    players: PlayersOption = None,
    data: DataOption = None,
) -> None:
    """Draw a map as a PNG: walls by what they stop, spawns, loot, bushes, crates, a legend."""
    *which, target = paths
    path = Path(target)
    if len(which) > 1:
        fail(f"one map and one picture, not {len(paths)} names; see ringfall map render --help")
    if path.suffix.lower() != ".png":
        fail(f"{path}: the picture is a PNG, give it a name that ends in .png")
    with refusing():
        from ringfall.maps.rendering import IMAGE_SIDE_MAX_PX, image_size, render, save

        read, _ = _find(which[0] if which else None, players, data)
        world = read.resolved.map
        if world is None:
            for problem in read.problems(read.resolved.findings):
                complain(problem)
            raise typer.Exit(2)
        width, height = image_size(world, scale)
        if max(width, height) > IMAGE_SIDE_MAX_PX:
            fail(
                f"the picture would be {width} x {height} px, {IMAGE_SIDE_MAX_PX} px is the most; "
                "lower --scale"
            )
        save(render(world, scale), path)
    out.print(f"{shown(path)}: {width} x {height} px, {scale} px a unit")


@map_app.command("generate")
def map_generate(
    target: Annotated[Path, typer.Argument(metavar="OUT.tmj", help="File to write, for Tiled.")],
    seed: Annotated[int, typer.Option(min=0, max=SEED_MAX, help="Seed of every choice.")],
    players: Annotated[int, typer.Option(min=2, max=1000, help="Places on the map.")] = 50,
) -> None:
    """Make a map from a seed and write it as Tiled JSON, to be edited or played."""
    if target.suffix != ".tmj":
        fail(f"{target}: maps are read from files that end in .tmj, give it such a name")
    from ringfall.maps.generating import generate
    from ringfall.maps.writing import tiled_json

    document = generate(seed, players)
    target.write_bytes(tiled_json(document))
    out.print(
        f"{shown(target)}: {document['width']} x {document['height']} u for {players} players; "
        "the same as --map generated:" + str(seed)
    )


def _find(which: str | None, players: int | None, data: Path | None) -> tuple[ReadMap, Balance]:
    """The map a name or file means, and the balance of the data it is for."""
    from ringfall.datapack import open_folder
    from ringfall.documents import DataError, read_document
    from ringfall.maps.choosing import find_map, read_map
    from schema.balance import Balance

    folder = open_folder(data)
    rules = folder.read_balance(Balance)
    if rules.balance is None:
        raise DataError(rules.problems)
    if which is not None and which.endswith(".tmj"):
        read = read_map(read_document(Path(which)))
    else:
        read = find_map(folder.maps(which), which, players)
    return read, rules.balance


def _as_json(read: ReadMap, report: Report) -> dict[str, object]:
    rows = []
    for verdict in report.verdicts:
        (problem,) = read.problems([verdict.finding])
        rows.append(
            {
                "level": verdict.level,
                "kind": verdict.kind,
                "file": problem.file,
                "line": problem.line,
                "column": problem.column,
                "key": problem.key,
                "object": read.object_id(verdict.finding.at),
                "message": problem.message,
            }
        )
    world = read.resolved.map
    return {
        "map": world.name if world else None,
        "errors": sum(row["level"] == "error" for row in rows),
        "warnings": sum(row["level"] == "warning" for row in rows),
        "findings": rows,
        "facts": report.facts,
    }


def _print(read: ReadMap, report: Report) -> None:
    """Findings as file:line:column, errors first, then what was measured."""
    for verdict in sorted(report.verdicts, key=lambda verdict: verdict.level):
        colour = "red" if verdict.level == "error" else "yellow"
        (problem,) = read.problems([verdict.finding])
        err.print(f"[{colour}]{verdict.level}[/] {shown(problem)}", soft_wrap=True)
    world = read.resolved.map
    if world is None:
        return
    facts = report.facts
    print_facts(
        {
            "map": f"{world.name}, {world.width_u:g} x {world.height_u:g} u, "
            f"{world.players_max} players",
            "objects": ", ".join(
                f"{facts[name]} {name}" for name in ("walls", "spawns", "bushes", "crates", "loot")
            ),
        }
    )
    table = Table("of every spawn, in u", "least", "median", "most", "most / median")
    names = {
        "neighbour_u": "to the nearest other spawn",
        "loot_walk_u": "walk to the nearest loot",
        "clearance_u": "room",
    }
    for key, text in names.items():
        if f"{key}_min" in facts:
            values = (facts[f"{key}_{part}"] for part in ("min", "median", "max", "spread"))
            table.add_row(text, *("-" if value is None else f"{value:.2f}" for value in values))
    out.print(table)
    print_facts(
        {
            "loot": f"{facts['loot_per_player']:.2f} places a player, "
            f"{facts['loot_per_square']:.2f} a square of 20 x 20 u, "
            f"{facts['loot_empty_share']:.0%} of the walkable squares without",
        }
    )
