"""Bake the golden match again:

    python -m tests.determinism.bake

Do it when a change of what a tick computes was meant, and write the reason into CHANGELOG.md.
A match that does not repeat itself is not baked.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from persistence.errors import JournalError
from ringfall.datapack import load_datapack
from ringfall.documents import DataError
from ringfall.recording import Cadence
from tests.determinism import golden, matches, modes
from tests.determinism.trace import Diverged, load


def bake(folder: Path) -> str:
    """Record the golden match into ``folder`` and put it into the place of the old one.

    Raises:
        Diverged: it does not repeat itself, or is too large to commit.
    """
    journal = folder / golden.JOURNAL.name
    matches.record(
        journal,
        load_datapack(),
        bots=golden.BOTS,
        guests=golden.GUESTS,
        ticks=golden.TICKS,
        seed=golden.SEED,
        cadence=Cadence(golden.KEYFRAME_TICKS, golden.CHANGES_TICKS),
        match_id="golden",
    )
    recording = load(journal)
    size_bytes = journal.stat().st_size
    if size_bytes > golden.SIZE_MAX_BYTES:
        raise Diverged(f"{size_bytes} bytes are too many to commit: lower TICKS in golden.py")
    if not any(len(given.leaves) for given in recording.inputs):
        raise Diverged("nobody left during this match: choose another SEED in golden.py")
    for mode in (modes.straight, modes.shuffled, modes.from_keyframes):
        mode(recording)
    golden.FOLDER.mkdir(exist_ok=True)
    golden.JOURNAL.write_bytes(journal.read_bytes())
    golden.EXPECTED.write_bytes(recording.hashes.tobytes())
    return (
        f"baked {recording.ticks} ticks, {size_bytes:,} bytes, final hash "
        f"{int(recording.hashes[-1]):016x}; now give the reason in CHANGELOG.md"
    )


def main() -> int:
    """Bake, and say how it went in one line."""
    try:
        with tempfile.TemporaryDirectory() as folder:
            print(bake(Path(folder)))
    except (Diverged, JournalError, DataError) as error:
        print(f"not baked: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
