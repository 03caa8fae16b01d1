"""Compiling every kernel before it is needed, with something to look at meanwhile."""

import importlib
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from ecs import kernel

KERNEL_PACKAGES = ("ecs", "systems", "net")
ENTRANCES = (
    "ecs.changes",
    "systems.tick",
    "systems.bots",
    "net.snapshot",
    "ringfall.mailbox",
    "ringfall.hosting.offers",
)


def count_kernels() -> int:
    """How many kernels the sources declare."""
    root = Path(__file__).resolve().parent.parent
    return sum(
        path.read_text(encoding="utf-8").count("\n@kernel\n")
        for package in KERNEL_PACKAGES
        for path in (root / package).rglob("*.py")
    )


def load_kernels(advance: Callable[[kernel.Compiled], None]) -> int:
    """Import everything that holds a kernel; how many had to be compiled.

    Args:
        advance: called for every kernel that is ready.
    """
    kernel.observe(advance)
    for name in ENTRANCES:
        importlib.import_module(name)
    return sum(not found.from_cache for found in kernel.REGISTRY.values())


def warm(console: Console) -> int:
    """Load or compile all kernels under a progress bar; how many had to be compiled."""
    columns = (
        TextColumn("[bold]compiling kernels"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("[dim]{task.fields[name]}"),
    )
    # Into a file or a pipe even a transient bar would leave an empty line.
    quiet = not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=quiet) as progress:
        task = progress.add_task("", total=count_kernels(), name="")
        return load_kernels(
            lambda made: progress.update(task, advance=1, name=made.name.rpartition(".")[2])
        )
