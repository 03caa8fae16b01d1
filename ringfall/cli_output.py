"""What the command line says, and how: tables for people, JSON for programs, one line for errors.

Text that comes from a file may hold anything.  Before it reaches a terminal its control
characters are replaced, and what looks like markup is not taken for it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from persistence.errors import Damage
    from ringfall.divergence import Divergence

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def shown(value: object) -> str:
    """``value`` as text that does to a terminal nothing but show."""
    text = str(value)
    return escape(
        "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text)
    )


def complain(message: object) -> None:
    """Print one clear message on standard error."""
    err.print(f"[bold red]ringfall:[/] {shown(message)}", soft_wrap=True)


def fail(message: object, code: int = 2) -> NoReturn:
    """End with one clear message and no traceback."""
    complain(message)
    raise typer.Exit(code)


@contextmanager
def refusing() -> Iterator[None]:
    """Turn the errors that users can cause into one line and exit code 2."""
    from persistence.errors import JournalError
    from ringfall.documents import DataError
    from ringfall.replay import CannotReplayError

    try:
        yield
    except (DataError, JournalError, CannotReplayError) as error:
        fail(error)
    except MemoryError:
        fail("not enough memory for a match of this size; ask for fewer players")


@contextmanager
def progress(
    text: str, total: int | None, *, quiet: bool
) -> Iterator[Callable[[int], None] | None]:
    """A bar on a terminal; None where nobody would see it."""
    if quiet or not err.is_terminal:
        yield None
        return
    from rich.progress import Progress

    with Progress(console=err, transient=True) as bar:
        task = bar.add_task(text, total=total)
        yield lambda done: bar.update(task, completed=done)


def print_json(facts: object) -> None:
    """Print one line of JSON."""
    print(json.dumps(facts, ensure_ascii=False, allow_nan=False))


def json_number(value: float | str | None) -> float | str | None:
    """``value`` as JSON can say it: it has no word for NaN and infinity."""
    return repr(value) if isinstance(value, float) and not math.isfinite(value) else value


def print_facts(facts: dict[str, object]) -> None:
    """Print names and values in two columns."""
    table = Table.grid(padding=(0, 2))
    for key, value in facts.items():
        table.add_row(f"[dim]{key}[/]", shown(value))
    out.print(table)


def print_divergence(
    divergence: Divergence, damage: Damage | None, same_engine: bool, version: str
) -> None:
    """Print everything that is known of a divergence.

    Args:
        divergence: as found.
        damage: of the same journal, which may be why not more is known.
        same_engine: whether this build recorded the journal.
        version: of the one that did.
    """
    lines = [
        f"[bold red]diverges[/] before tick {divergence.tick}: recorded "
        f"{divergence.recorded_hash:016x}, replayed {divergence.replayed_hash:016x}"
    ]
    if divergence.groups:
        place = "there" if divergence.exact else f"before tick {divergence.cell_tick}"
        lines.append(shown(f"column groups that differ {place}: {', '.join(divergence.groups)}"))
    lines.append(shown(_place(divergence)))
    if damage is not None:
        lines.append(shown(f"the journal is damaged as well, at {damage}"))
    if not same_engine:
        lines.append(
            f"the journal was recorded by another build of the engine (Ringfall {shown(version)}): "
            "replay it with that one"
        )
    for line in lines:
        err.print(line, soft_wrap=True)


def _place(divergence: Divergence) -> str:
    """The value in which the states differ, or why there is none to be named."""
    values = f"recorded {divergence.recorded!r}, replayed {divergence.replayed!r}"
    if divergence.group == "result":
        return (
            f"the result in the seal differs: {divergence.column} of slot {divergence.row}: "
            f"{values}"
        )
    if divergence.cell_tick is not None:
        where = (
            f"{divergence.group}, column {divergence.column}, row {divergence.row}: {values} "
            f"({divergence.differing_columns} columns differ, in {divergence.differing_cells} "
            "cells)"
        )
        if divergence.exact:
            return f"first value that differs there: {where}"
        return (
            f"{_missing(divergence)}; first value that differs in the keyframe of tick "
            f"{divergence.cell_tick}: {where}"
        )
    if divergence.exact:
        return "the recorded state before that tick agrees in every value: only the hash differs"
    if divergence.agrees_tick is not None:
        return (
            f"{_missing(divergence)}; the keyframe of tick {divergence.agrees_tick} agrees in "
            "every value: the difference was gone by then, or only the hash differs"
        )
    return f"{_missing(divergence)}, nor a later keyframe, so single values cannot be compared"


def _missing(divergence: Divergence) -> str:
    return f"the journal does not hold the changes of tick {divergence.tick}"
