"""The golden match: where it lies, what it is made of, and how it is judged.

``match.journal`` is a recorded match, ``expected.bin`` its trace (u64 little-endian).  The
journal carries its balance and map, so tuning ``data/`` leaves it alone: it breaks when what a
tick *computes* changes, or the layout of columns.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from persistence.errors import JournalError
from ringfall.documents import DataError
from ringfall.replay import CannotReplayError, Verification, verify
from tests.determinism.trace import Diverged, Recording, load

FOLDER = Path(__file__).resolve().parent / "golden"
JOURNAL = FOLDER / "match.journal"
EXPECTED = FOLDER / "expected.bin"

BOTS = 30
GUESTS = 4
TICKS = 510
SEED = 21
# Changes would take it over the size that is committed: keyframes stand close together instead,
# and a value is named at most a second behind the first tick that differs.
KEYFRAME_TICKS = 31  # a prime, as in matches.py
CHANGES_TICKS = 0
SIZE_MAX_BYTES = 300_000

ADVICE = (
    "If this change was meant, bake the golden match again with `python -m tests.determinism.bake` "
    "and say why in CHANGELOG.md; if it was not, `ringfall replay verify` on the journal shows "
    "the place, and docs/determinism.md how to look for the cause."
)


def recording() -> Recording:
    """The golden match, in memory.

    Raises:
        Diverged: this build cannot read it; the text says what to do.
    """
    try:
        return load(JOURNAL)
    except (JournalError, CannotReplayError, DataError, ValueError) as error:
        raise Diverged(f"the golden match cannot be read: {error}. {ADVICE}") from error


def judge(journal: Path = JOURNAL, expected: Path = EXPECTED) -> int:
    """Play the golden match and hold it against both its trace and its journal.

    Returns:
        How many hashes agreed.

    Raises:
        Diverged: naming the first place, and what to do.
    """
    try:
        found = verify(journal)
        told = load(journal).hashes
    except (JournalError, CannotReplayError, DataError, ValueError) as error:
        raise Diverged(f"the golden match cannot be played: {error}. {ADVICE}") from error
    if found.divergence is not None or found.damage is not None:
        raise Diverged(f"the golden match plays differently now: {place_of(found)}. {ADVICE}")
    if not np.array_equal(told, np.fromfile(expected, dtype="<u8")):
        raise Diverged(f"{expected.name} is not the trace of {journal.name}. {ADVICE}")
    return found.compared


def place_of(found: Verification) -> str:
    """First tick, groups, and the first cell that ``verify`` could compare."""
    where = found.divergence
    if where is None:
        return f"damaged: {found.damage}"
    text = f"first before tick {where.tick}, in {', '.join(where.groups) or 'the state'}"
    if where.cell_tick is None:
        return text
    return (
        f"{text}; before tick {where.cell_tick} {where.differing_cells} cells of "
        f"{where.differing_columns} columns differ, the first is group {where.group}, column "
        f"{where.column}, row {where.row}: recorded {where.recorded!r}, now {where.replayed!r}"
    )
