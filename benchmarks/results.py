"""From pytest-benchmark's raw output to one small file per machine and day."""

from __future__ import annotations

import datetime
import json
import os
from pathlib import Path
from typing import Any

from ringfall.engine import build_facts, environment

FORMAT = 1


def condense(raw: dict[str, Any]) -> dict[str, Any]:
    """Machine facts and, for each benchmark, its median and spread per tick in microseconds."""
    rows = {item["name"]: _row(item) for item in raw["benchmarks"]}
    one_minute = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    return {
        "format": FORMAT,
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "engine": build_facts(),
        "environment": environment(),
        "processors": os.cpu_count(),
        "load_at_the_end": one_minute,
        "ratios": ratios(rows),
        "results": list(rows.values()),
    }


def ratios(rows: dict[str, dict[str, Any]]) -> dict[str, float]:
    """How many times longer the peers took in this run, medians over medians."""
    found = {}
    for players in (100, 1_000, 10_000):
        theirs = rows.get(f"test_obvious[{players}]")
        ours = rows.get(f"test_plain_step[{players}]")
        if theirs and ours:
            name = f"obvious / plain step, {players} players"
            found[name] = theirs["median_us"] / ours["median_us"]
    for circles in (1_000, 10_000):
        ours = rows.get(f"test_our_kernels[{circles}]")
        for index in ("hash", "tree"):
            theirs = rows.get(f"test_pymunk[{index}-{circles}]")
            if theirs and ours:
                name = f"pymunk with its {index} / our kernels, {circles} circles"
                found[name] = theirs["median_us"] / ours["median_us"]
    return {name: _short(ratio) for name, ratio in found.items()}


def _row(item: dict[str, Any]) -> dict[str, Any]:
    stats, more = item["stats"], dict(item["extra_info"])
    ticks = more.pop("ticks", 1)
    scale = 1e6 / ticks
    return {
        "name": item["name"],
        "group": item["group"],
        "median_us": _short(stats["median"] * scale),
        "min_us": _short(stats["min"] * scale),
        "q1_us": _short(stats["q1"] * scale),
        "q3_us": _short(stats["q3"] * scale),
        "rounds": stats["rounds"],
        "ticks_per_round": ticks,
        **more,
    }


def _short(value: float) -> float:
    return float(f"{value:.4g}")


def write(raw: dict[str, Any], folder: Path) -> Path:
    """Write the condensed results into ``folder``; a second run on one day replaces the first."""
    found = condense(raw)
    path = folder / f"{found['date']}-{found['environment']['cpu']}.json"
    folder.mkdir(exist_ok=True)
    path.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path
