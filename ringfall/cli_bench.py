"""``ringfall bench``: what this machine makes of a tick."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from ringfall.cli_output import err, out, print_json, refusing

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def bench(as_json: JsonOption = False) -> None:
    """Measure this machine: cost of a tick, of a keyframe and of a hash, at three sizes."""
    with refusing():
        from ringfall import warming
        from ringfall.bench import run

        warming.warm(err)
        rows = run(lambda label: None if as_json else err.print(f"[dim]{label}[/]"))
    if as_json:
        print_json(rows)
        return
    table = Table("scene", "tick µs", "bots µs", "keyframe µs", "hash µs", "agent steps/s")
    for row in rows["scenes"]:
        table.add_row(
            f"{row['players']:,} players, {row['projectiles']:,} projectiles",
            *(f"{row[key]:,.1f}" for key in ("step_us", "bots_us", "keyframe_us", "hash_us")),
            f"{row['agent_steps_per_s']:,.0f}",
        )
    out.print(table)
