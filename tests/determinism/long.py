"""Whole matches from many seeds, in every mode that runs in one process:

    python -m tests.determinism.long [--seeds 10] [--bots 100] [--guests 6] [--first-seed 1]

For a nightly run.  It prints a line per seed and a summary; the exit code is 1 when anything
diverged, and the journal of a match that did is kept and named.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from ringfall.datapack import DataPack, load_datapack
from tests.determinism import matches, modes
from tests.determinism.machines import BUILD
from tests.determinism.trace import Diverged, load

TICKS_MAX = 30_000


def one_seed(
    pack: DataPack, bots: int, guests: int, seed: int, folder: Path, compared: Counter[str]
) -> list[str]:
    """Play and judge one match; what diverged, nothing when all is well.

    Args:
        pack: balance and map.
        bots, guests: who takes part.
        seed: of the match.
        folder: for the journal; it is kept under ``build/`` when something diverged.
        compared: hashes compared by mode, added to.
    """
    journal = folder / f"seed-{seed}.journal"
    matches.record(journal, pack, bots, guests, TICKS_MAX, seed)
    recording = load(journal)
    runs: dict[str, Callable[[], int]] = {
        "re-stepped": lambda: modes.straight(recording),
        "shuffled": lambda: modes.shuffled(recording, seed),
        "keyframes": lambda: modes.from_keyframes(recording),
        "SyncTest": lambda: modes.sync_test(matches.live(pack, bots, guests, TICKS_MAX, seed)),
    }
    wrong = []
    for name, run in runs.items():
        try:
            compared[name] += run()
        except Diverged as error:
            wrong.append(str(error))
    compared["ticks"] += recording.ticks
    if wrong:
        BUILD.mkdir(parents=True, exist_ok=True)
        kept = BUILD / journal.name
        kept.write_bytes(journal.read_bytes())
        wrong.append(f"the journal is kept as {kept}")
    return wrong


def main(arguments: list[str]) -> int:
    """Judge the seeds one after the other."""
    parser = argparse.ArgumentParser(prog="python -m tests.determinism.long")
    parser.add_argument("--seeds", type=int, default=10, help="how many matches")
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--bots", type=int, default=100)
    parser.add_argument("--guests", type=int, default=6)
    chosen = parser.parse_args(arguments)
    if chosen.seeds < 1 or chosen.bots < 2 or chosen.guests < 2 or chosen.first_seed < 0:
        parser.error("at least one seed, two bots and two guests, and no negative seed")
    pack, compared, bad = load_datapack(), Counter[str](), 0
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(chosen.first_seed, chosen.first_seed + chosen.seeds):
            before = compared["ticks"]
            wrong = one_seed(pack, chosen.bots, chosen.guests, seed, Path(folder), compared)
            bad += bool(wrong)
            verdict = "the same in every mode" if not wrong else "\n  ".join(["DIVERGED", *wrong])
            print(f"seed {seed}: {compared['ticks'] - before} ticks, {verdict}", flush=True)
    ticks = compared.pop("ticks")
    counts = ", ".join(f"{name} {count:,}" for name, count in compared.items())
    print(
        f"{chosen.seeds - bad} of {chosen.seeds} matches the same in every mode; {ticks:,} ticks "
        f"recorded, hashes compared: {counts}; {time.perf_counter() - began:.0f} s"
    )
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
