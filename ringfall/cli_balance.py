"""`ringfall balance`: check and lay out what designers own, without starting a match."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ringfall.cli_output import complain, fail, out, print_json, refusing, shown

if TYPE_CHECKING:
    from ringfall.datapack.balance import BalanceFiles
    from schema.balance import Balance

balance_app = typer.Typer(help="Check and look at the balance files.", no_args_is_help=True)

DataOption = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", help="Folder with balance/ to use instead."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def _read(data: Path | None) -> BalanceFiles[Balance]:
    from ringfall.datapack import open_folder
    from schema.balance import Balance

    return open_folder(data).read_balance(Balance)


def loaded(data: Path | None) -> tuple[BalanceFiles[Balance], Balance]:
    """The balance files of a folder; raises `DataError` when something is wrong with them."""
    from ringfall.documents import DataError

    read = _read(data)
    if read.balance is None:
        raise DataError(read.problems)
    return read, read.balance


def digest_of(balance: Balance) -> str:
    """The hash that names a balance."""
    from ringfall.datapack import canonical_json, content_hash

    return content_hash(canonical_json(balance))


@balance_app.command()
def check(
    directory: Annotated[
        Path | None, typer.Argument(metavar="[DIR]", help="Folder of data; the shipped one.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Check all balance files of a folder of data.  Exits 1 when something is wrong."""
    from ringfall.documents import DataError

    with refusing():
        read = _read(directory)
        # Sorted by place, as every other command lists them.
        error = DataError(read.problems)
        digest = None if read.balance is None else digest_of(read.balance)
    if as_json:
        problems = [asdict(problem) for problem in error.problems]
        print_json({"ok": digest is not None, "balance_hash": digest, "problems": problems})
    elif digest is not None:
        out.print(f"{len(read.trees)} files, no problems, balance {digest}")
    if digest is None:
        if not as_json:
            complain(f"{len(error.problems)} problems\n{error}")
        raise typer.Exit(1)


@balance_app.command()
def show(
    key: Annotated[
        str | None, typer.Argument(help="A file, table or key, such as skills.shot.damage_hp.")
    ] = None,
    resolved: Annotated[
        bool, typer.Option("--resolved", help="What a match is played by, with all it inherits.")
    ] = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Lay out the balance key by key, each with the place it was written at."""
    from ringfall.datapack import canonical_json
    from ringfall.datapack.showing import resolved_rows, select, written_rows

    with refusing():
        read, balance = loaded(data)
        rows = list(resolved_rows(read, balance) if resolved else written_rows(read))
        try:
            rows = select(rows, key)
        except KeyError as error:
            fail(error.args[0])
    digest = digest_of(balance)
    if as_json:
        facts: dict[str, Any] = {"balance_hash": digest}
        if resolved and key is None:
            facts["balance"] = json.loads(canonical_json(balance))
        facts["values"] = [{"key": row.key, "value": row.value, "place": row.place} for row in rows]
        print(json.dumps(facts, ensure_ascii=False, default=str))
        return
    texts = [f"{row.key} = {_value(row.value)}" for row in rows]
    width = min(max(map(len, texts)), 56)
    for text, row in zip(texts, rows, strict=True):
        out.print(f"{shown(text):<{width}}  [dim]{shown(row.place)}[/]", soft_wrap=True)
    if key is None:
        out.print(f"balance {digest}")


def _value(value: Any, values_max: int = 6) -> str:
    if isinstance(value, list) and len(value) > values_max:
        first = ", ".join(json.dumps(one, default=str) for one in value[: values_max - 1])
        return f"[{first}, … {json.dumps(value[-1], default=str)}] ({len(value)} values)"
    return json.dumps(value, ensure_ascii=False, default=str)


@balance_app.command()
def schema(
    name: Annotated[str | None, typer.Argument(help="A balance file, without .toml.")] = None,
    write: Annotated[
        bool, typer.Option("--write", help="Write all schemas to schema/ in the folder of data.")
    ] = False,
    data: DataOption = None,
) -> None:
    """Print the JSON Schema of a balance file, or write all of them for editors."""
    from ringfall.datapack import open_folder
    from ringfall.datapack.schemas import balance_schemas, schema_path, schema_text
    from schema.balance import Balance

    schemas = balance_schemas(Balance)
    if write:
        with refusing():
            folder = open_folder(data).path
        for file, one in schemas.items():
            path = schema_path(folder, file)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(schema_text(one), encoding="utf-8")
        out.print(f"{len(schemas)} schemas written to {shown(folder / 'schema')}")
    elif name is None:
        fail(f"name a file ({', '.join(schemas)}), or write all of them with --write")
    elif name not in schemas:
        fail(f"there is no balance file {name}; there are: {', '.join(schemas)}")
    else:
        print(schema_text(schemas[name]), end="")
