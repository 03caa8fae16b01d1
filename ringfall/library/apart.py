"""Packing in a process of its own: what keeps an interpreter busy would keep ticks waiting.

The child has the lowest priority, replaces one recording and ends; it may be killed at any step.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import trio

from persistence.errors import JournalError

CODE: Final = "from ringfall.library.apart import main; main()"
NICENESS: Final = 19


class PackingFailed(JournalError):
    """A recording that was not packed; the text is one line that says why."""


async def pack_apart(path: Path) -> Path:
    """Put the packed form in the place of a plain recording; cancelled, the child is ended.

    Raises:
        PackingFailed: it stays as it is, and why.
    """
    try:
        done = await trio.run_process(
            [sys.executable, "-c", CODE, str(path)],
            stdin=b"",
            capture_stdout=True,
            stderr=subprocess.DEVNULL,
            check=False,
        )
        said: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
        if "target" in said:
            return Path(said["target"])
        reason = said["reason"]
    except (OSError, ValueError, LookupError, TypeError) as error:
        reason = f"{path}: the process that packs it did not come to its end: {error!r}"
    raise PackingFailed(reason)


def main() -> None:
    """What the child does: pack its argument, say one line of JSON."""
    from ringfall.library.shelf import pack_here

    if hasattr(os, "nice"):
        os.nice(NICENESS)
    try:
        said = {"target": str(pack_here(Path(sys.argv[1])))}
    except JournalError as error:
        said = {"reason": str(error)}
    print(json.dumps(said))
