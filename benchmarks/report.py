"""Print a result file as the tables of docs/performance.md.

python -m benchmarks.report [results/<date>-<cpu>.json]
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).resolve().parent / "results"
SIZES = (100, 1_000, 10_000)


def number(value: float) -> str:
    """Three figures, thousands apart."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table."""
    head = list(head)
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def us(row: dict[str, Any]) -> str:
    """Median, and the middle half of the rounds."""
    return f"{number(row['median_us'])} ({number(row['q1_us'])}…{number(row['q3_us'])})"


def ticks(rows: dict[str, Any]) -> str:
    """What a tick costs, beside the obvious way."""
    lines = []
    for size in SIZES:
        step, bots = rows[f"test_step[{size}]"], rows[f"test_step_with_bots[{size}]"]
        obvious, plain = rows[f"test_obvious[{size}]"], rows[f"test_plain_step[{size}]"]
        lines.append(
            (
                f"{size:,} + {step['projectiles']:,}",
                us(step),
                us(bots),
                f"{number(size / bots['median_us'])} M",
                us(plain),
                us(obvious),
                f"{number(obvious['median_us'] / plain['median_us'])} ×",
            )
        )
    head = ("players + projectiles", "tick µs", "with bots µs", "agent steps/s")
    return table((*head, "plain tick µs", "obvious way µs", "ratio"), lines)


def bare(rows: dict[str, Any]) -> str:
    """What rules and dispatch add to moving, sorting, parting and sweeping."""
    empty_us = rows["test_empty_tick"]["median_us"]
    lines = []
    for size in SIZES:
        step, bots = rows[f"test_step[{size}]"], rows[f"test_step_with_bots[{size}]"]
        whole_us = bots["median_us"]
        lines.append(
            (
                f"{size:,} + {step['projectiles']:,}",
                number(whole_us),
                number(step["bare_kernels_us"]),
                f"{whole_us / step['bare_kernels_us']:.1f} ×",
                f"{100 * empty_us / whole_us:.1f} %",
                number(1e3 * whole_us / size),
            )
        )
    head = ("players + projectiles", "tick with bots µs", "bare kernels µs", "ratio")
    return table((*head, "a tick with nobody in it", "ns a player"), lines)


def systems(rows: dict[str, Any]) -> str:
    """Where a tick goes."""
    costs = {size: rows[f"test_step[{size}]"]["systems_us"] for size in SIZES}
    sums = {size: sum(costs[size].values()) for size in SIZES}
    lines = [
        (
            name,
            *(
                f"{number(costs[size][name])} ({100 * costs[size][name] / sums[size]:.0f} %)"
                for size in SIZES
            ),
        )
        for name in costs[SIZES[0]]
    ]
    return table(("system", *(f"{size:,} players, µs" for size in SIZES)), lines)


def circles(rows: dict[str, Any]) -> str:
    """Beside pymunk."""
    lines = []
    for size in (1_000, 10_000):
        sides = [
            rows[f"test_{name}{size}]"] for name in ("our_kernels[", "pymunk[hash-", "pymunk[tree-")
        ]
        ratio = min(side["median_us"] for side in sides[1:]) / sides[0]["median_us"]
        lines.append(
            (
                f"{size:,}",
                *map(us, sides),
                f"{ratio:.1f} ×",
                " / ".join(f"{side['mean_overlap_u']:.3f}" for side in sides),
            )
        )
    head = ("circles", "our kernels µs", "pymunk, hash µs", "pymunk, tree µs", "ratio")
    return table((*head, "mean overlap u"), lines)


def state(rows: dict[str, Any]) -> str:
    """The block."""
    lines = [
        (label, *(us(rows[pattern.format(size)]) for size in SIZES))
        for label, pattern in (
            ("keyframe (one copy)", "test_block[keyframe-{}]"),
            ("restore", "test_block[restore-{}]"),
            ("hash of the block", "test_block[state_hash-{}]"),
            ("changes from tick to tick", "test_changes[{}]"),
            ("compressed keyframe", "test_packed_keyframe[{}]"),
            ("fork, with its schedule", "test_fork[{}]"),
        )
        if pattern.format(SIZES[0]) in rows
    ]
    blocks = (rows[f"test_block[keyframe-{size}]"]["block_bytes"] for size in SIZES)
    packed = (rows[f"test_packed_keyframe[{size}]"]["packed_bytes"] for size in SIZES)
    lines.append(("block, kB", *(number(size / 1e3) for size in blocks)))
    lines.append(("compressed, kB", *(number(size / 1e3) for size in packed)))
    return table(("µs", *(f"{size:,} players" for size in SIZES)), lines)


def others(rows: dict[str, Any]) -> str:
    """Everything else, a line each."""
    plain, recorded = rows["test_simulate[unrecorded]"], rows["test_simulate[recorded]"]
    append, verify = rows["test_record"], rows["test_verify"]
    lines = [
        ("a tick with nobody in it", us(rows["test_empty_tick"]), ""),
        ("recording a tick of 100 players", us(append), f"{append['bytes_per_tick']} bytes a tick"),
        ("headless match of 100 bots, a tick", us(plain), f"{plain['ticks_per_round']:,} ticks"),
        ("the same, recorded", us(recorded), f"{recorded['bytes_recorded']:,} bytes"),
        ("verifying it", us(verify), f"{verify['times_real_time']:,} × real time"),
    ]
    for viewers in (30, 100):
        row = rows[f"test_pack[{viewers}]"]
        note = f"{row['bytes_per_viewer']} bytes each"
        lines.append((f"snapshots for {viewers} viewers", us(row), note))
    return table(("", "µs", ""), lines)


def main() -> None:
    """Print all tables."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else max(RESULTS.glob("*.json"))
    found = json.loads(path.read_text(encoding="utf-8"))
    rows = {row["name"]: row for row in found["results"]}
    facts = found["environment"]
    print(
        f"{path.name}: {facts['cpu']}, {found['processors']} processors, Python "
        f"{facts['python']}, NumPy {facts['numpy']}, Numba {facts['numba']}\n"
    )
    for part in (ticks, bare, systems, circles, state, others):
        print(part(rows))


if __name__ == "__main__":
    main()
