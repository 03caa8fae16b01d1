"""A trace: the state hash before every tick of a journal and after its last, however it was played.

Modes are compared by their traces, so that one can come from another process: another CPU target,
another Python. Run as a program, this module is that process:

    python -m tests.determinism.trace JOURNAL OUT [--block-at TICK]

It writes the trace to OUT, u64 little-endian, one per tick and one for the end, or with
``--block-at`` the whole state before that tick, and prints the facts of its surroundings as JSON.
"""

from __future__ import annotations

import argparse
import importlib
import json
import math
import platform
import struct
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import xxhash
from numpy.typing import NDArray

from ecs.world import World
from persistence.keyframes import RawKeyframe, unpack_keyframe
from persistence.reader import open_journal
from persistence.records import Header, Keyframe, Tick
from ringfall.replay import inputs_of, world_of_header
from schema.commands import TickInputs
from systems.tick import step

Arrange = Callable[[TickInputs], TickInputs]


class Diverged(AssertionError):
    """Two runs of one match came to different states; the text names the first place."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A journal in memory.

    Attributes:
        header: what the match started from.
        inputs: of each tick, from tick 0 on.
        hashes: u64[ticks + 1], the trace that the live match left behind.
        keyframes: blocks before some ticks, by tick.
    """

    header: Header
    inputs: tuple[TickInputs, ...]
    hashes: NDArray[np.uint64]
    keyframes: dict[int, RawKeyframe]

    @property
    def ticks(self) -> int:
        """How many ticks were played."""
        return len(self.inputs)


def load(path: Path) -> Recording:
    """Read a whole journal.

    Raises:
        ValueError: it is damaged or has no end, so it cannot be a judge.
    """
    inputs, hashes, keyframes = [], [], {}
    with open_journal(path) as journal:
        for _, record in journal.records():
            if isinstance(record, Tick):
                inputs.append(inputs_of(record))
                hashes.append(record.hash_before)
            elif isinstance(record, Keyframe):
                keyframes[record.tick] = unpack_keyframe(record, journal.header.block_bytes)
        if journal.damage is not None or journal.seal is None or journal.first_tick != 0:
            raise ValueError(f"{path}: damaged, not sealed, or does not begin at tick 0")
        hashes.append(journal.seal.final_hash)
        return Recording(journal.header, tuple(inputs), np.array(hashes, dtype="<u8"), keyframes)


def play(
    world: World, inputs: Sequence[TickInputs], arrange: Arrange | None = None
) -> Iterator[World]:
    """Yield ``world`` before each of these ticks and after the last.

    Args:
        world: in the state before the first of them.
        inputs: of each tick.
        arrange: makes the tick's inputs of the recorded ones; None takes them as they are.
    """
    for given in inputs:
        yield world
        step(world, given if arrange is None else arrange(given))
    yield world


def trace(recording: Recording, arrange: Arrange | None = None) -> NDArray[np.uint64]:
    """u64[ticks + 1] of hashes from playing a journal in a new world."""
    world = world_of_header(recording.header)
    played = play(world, recording.inputs, arrange)
    return np.array([state.state_hash() for state in played], dtype="<u8")


def block_at(recording: Recording, tick: int, arrange: Arrange | None = None) -> bytes:
    """The state before ``tick``, by playing the journal from its start."""
    world = world_of_header(recording.header)
    return next(islice(play(world, recording.inputs, arrange), tick, None)).keyframe()


def first_mismatch(recorded: NDArray[np.uint64], other: NDArray[np.uint64]) -> int | None:
    """First tick before which two traces differ, None when they are the same."""
    shared = min(len(recorded), len(other))
    differ = np.flatnonzero(recorded[:shared] != other[:shared])
    if len(differ):
        return int(differ[0])
    return None if len(recorded) == len(other) else shared


def check(
    recording: Recording,
    found: NDArray[np.uint64],
    mode: str,
    block: Callable[[int], bytes],
) -> None:
    """Hold a trace against the recorded one.

    Args:
        recording: the judge.
        found: u64[ticks + 1], the trace of ``mode``.
        mode: what the report calls the run.
        block: gives the state of the run before a tick; asked only on a difference.

    Raises:
        Diverged: naming first tick, group, column, row and both values.
    """
    tick = first_mismatch(recording.hashes, found)
    if tick is None:
        return
    if tick >= len(found) or tick >= len(recording.hashes):
        raise Diverged(f"{mode}: {len(found) - 1} ticks, the recording has {recording.ticks}")
    raise Diverged(explain(recording, tick, mode, block(tick)))


def explain(recording: Recording, tick: int, mode: str, block: bytes) -> str:
    """One line that names the first cell in which a run differs from the recording.

    Args:
        recording: the judge; its state at ``tick`` comes from a keyframe, or from re-stepping it
            here when there is none.
        tick: first tick before which the hashes differ.
        mode: what the report calls the run.
        block: the run's state before ``tick``.
    """
    keyframe = recording.keyframes.get(tick)
    told = keyframe.block if keyframe is not None else block_at(recording, tick)
    world = world_of_header(recording.header)
    world.restore(told)
    if world.state_hash() != recording.hashes[tick]:
        return (
            f"{mode}: first differs from the recording before tick {tick}, and re-stepping it in "
            "this process does not give the recorded state either; `ringfall replay verify` says "
            "where"
        )
    theirs = np.frombuffer(block, dtype=np.uint8)
    found = world.first_difference(theirs)
    if found is None:
        return (
            f"{mode}: the hash before tick {tick} differs but the block does not when it is "
            "played again: the run does not even repeat itself"
        )
    differing = sum(
        bool((placed.view(world.block).view("u1") != placed.view(theirs).view("u1")).any())
        for placed in world.layout.columns
    )
    place = found.placed
    return (
        f"{mode}: first differs before tick {tick}: group {place.table}."
        f"{place.column.group.__name__}, column {place.column.name}, row {found.row}: "
        f"recorded {found.mine!r}, {mode} {found.theirs!r} ({differing} columns differ)"
    )


def surroundings() -> dict[str, Any]:
    """Facts that show whether a mode really was in force."""
    import numba
    from numba.core.registry import cpu_target

    # Attributes that NumPy and Numba make at run time.
    umath: Any = importlib.import_module("numpy._core._multiarray_umath")
    config: Any = numba.config

    _, cpu, features = cpu_target.target_context.codegen().magic_tuple()
    return {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "numba": numba.__version__,
        "jit": not config.DISABLE_JIT,
        "kernel_cpu": cpu,
        "kernel_features": sorted(f for f in features.split(",") if f.startswith("+")),
        "numpy_dispatch": [f for f in umath.__cpu_dispatch__ if umath.__cpu_features__[f]],
        "libm": libm_canary(),
    }


def libm_canary() -> str:
    """Hash of what the C library answers; it differs where its FMA variants do.

    A libm call in the tick would be seen by a mode only if this differs between that mode and the
    host.
    """
    state = xxhash.xxh3_64()
    for number in range(1, 4001):
        x = number * 0.00731
        for value in (math.sin(x), math.cos(x), math.atan2(x, 1.7), math.exp(-x), x**1.37):
            state.update(struct.pack("<d", value))
    return state.hexdigest()


def main(arguments: list[str]) -> int:
    """Play a journal and write its trace, or the state before one tick."""
    parser = argparse.ArgumentParser(prog="python -m tests.determinism.trace")
    parser.add_argument("journal", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--block-at", type=int, metavar="TICK")
    chosen = parser.parse_args(arguments)
    recording = load(chosen.journal)
    if chosen.block_at is not None:
        chosen.out.write_bytes(block_at(recording, chosen.block_at))
    else:
        chosen.out.write_bytes(trace(recording).tobytes())
    print(json.dumps(surroundings()))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
