"""Seeing and telling a hundred viewers, and what it costs in bytes, beside two usual ways."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import msgpack
import numpy as np
import pytest

from benchmarks.states import rows
from ringfall.bench import Scene
from ringfall.datapack import load_datapack
from ringfall.hosting import make_packer
from ringfall.match import Match, MatchPlan
from ringfall.names import bot_names
from schema.columns import Intent
from systems.tick import step

PLAYERS = 100
RATE_HZ = 30
TICKS = 6_000
MINUTE = 60 * RATE_HZ


@pytest.mark.benchmark(group="snapshots")
@pytest.mark.parametrize("viewers", [30, 100])
def test_pack(benchmark: Any, scene_of: Callable[[int], Scene], viewers: int) -> None:
    """A delta for each viewer of a full match of 100 with 200 projectiles, tick by tick."""
    scene = scene_of(100)
    scene.rewind()
    packer = make_packer(scene.world)
    seats = [packer.take_seat(slot) for slot in range(viewers)]
    ticks = iter(range(10**9))

    def advance() -> tuple[tuple[list[int]], dict[str, Any]]:
        tick = next(ticks) % len(scene.inputs)
        if tick == 0:
            # Time runs backwards here: everybody begins anew.
            scene.rewind()
            for seat in seats:
                packer.ledger.forget(seat)
            step(scene.world, scene.inputs[0])
            packer.pack(seats)
        else:
            step(scene.world, scene.inputs[tick])
        return (seats,), {}

    packed = benchmark.pedantic(packer.pack, setup=advance, rounds=1_200, warmup_rounds=60)
    benchmark.extra_info.update(
        viewers=viewers, bytes_per_viewer=round(sum(map(len, packed)) / viewers)
    )


STAGES = ("begin", "draw", "look", "tell", "choose", "write")


@pytest.mark.benchmark(group="snapshots")
def test_stages(benchmark: Any, scene_of: Callable[[int], Scene]) -> None:
    """What a snapshot for each of a hundred is made of, tick by tick: µs of every stage.

    Looking is eyes, looks and interest; telling a viewer's own affairs and events; choosing finds
    what differs from what is known; writing puts it into bytes.
    """
    scene = scene_of(100)
    packer = make_packer(scene.world)
    seats = [packer.take_seat(slot) for slot in range(100)]
    plan, rounds = packer._plan_for(len(seats)), list[list[dict[str, float]]]()
    clock, spent = time.perf_counter, dict[str, float]()

    def timed(name: str) -> Callable[[], None]:
        stage = getattr(plan, name)

        def run() -> None:
            started = clock()
            stage()
            spent[name] = 1e6 * (clock() - started)

        return run

    for name in STAGES:
        setattr(plan, name, timed(name))

    def play() -> None:
        scene.rewind()
        for seat in seats:
            packer.ledger.forget(seat)
        rounds.append([])
        for inputs in scene.inputs:
            step(scene.world, inputs)
            started = clock()
            packer.pack(seats)
            spent["all"] = 1e6 * (clock() - started)
            rounds[-1].append(dict(spent))

    benchmark.pedantic(play, rounds=30, warmup_rounds=1)
    # The first of a round is full, and what it costs is not asked here.
    for name in (*STAGES, "all"):
        us = np.array([[tick[name] for tick in row[1:]] for row in rounds[1:]])
        benchmark.extra_info[f"{name}_median_us"] = round(float(np.median(us)), 1)
        benchmark.extra_info[f"{name}_least_us"] = round(float(us.min(axis=0).mean()), 1)
    benchmark.extra_info["ticks"] = len(scene.inputs)


@pytest.mark.benchmark(group="snapshots")
def test_sight(benchmark: Any, scene_of: Callable[[int], Scene]) -> None:
    """Eyes, looks and interest of a hundred in one tick of that match, again and again."""
    scene = scene_of(100)
    scene.rewind()
    packer = make_packer(scene.world)
    seats = [packer.take_seat(slot) for slot in range(100)]
    for inputs in scene.inputs[:10]:
        step(scene.world, inputs)
        packer.pack(seats)
    benchmark.pedantic(packer._plan_for(len(seats)).look, rounds=2_000, warmup_rounds=50)


def everything(match: Match) -> dict[str, list[list[float]]]:
    """The whole state that a client draws, to the hundredth."""
    return {
        table: [[round(value, 2) for value in row] for row in lines]
        for table, lines in rows(match).items()
    }


@pytest.mark.benchmark(group="snapshot bytes")
def test_bytes(benchmark: Any) -> None:
    """A whole match of a hundred bots who all watch: bytes for each, WebSocket frames included."""
    match = Match(MatchPlan(load_datapack(players=PLAYERS), RATE_HZ, PLAYERS, 3))
    match.enter_bots(bot_names(PLAYERS, 3))
    match.advance()
    packer = make_packer(match.world)
    seats = [packer.take_seat(slot) for slot in range(PLAYERS)]
    seq = match.world.group("players", Intent).seq
    sizes, full_json, full_msgpack = [], [], []

    def play() -> None:
        while not match.over and match.tick < TICKS:
            match.advance()
            # As if everybody's inputs came, one a tick.
            seq[:PLAYERS] = match.tick
            frames = [len(frame) for frame in packer.pack(seats)]
            sizes.append([size + (2 if size < 126 else 4) for size in frames])
            if match.tick % RATE_HZ == 0:
                state = everything(match)
                full_json.append(len(json.dumps(state, separators=(",", ":"))))
                full_msgpack.append(len(msgpack.packb(state, use_single_float=True)))

    benchmark.pedantic(play, rounds=1)
    taken = np.array(sizes)
    deltas, each = taken[1:], min(MINUTE, len(taken) - 1)
    sums = np.cumsum(np.vstack([np.zeros((1, PLAYERS)), deltas]), axis=0)
    densest = (sums[each:] - sums[:-each]).max() / each * RATE_HZ
    benchmark.extra_info.update(
        ticks=len(taken),
        first_bytes_max=int(taken[0].max()),
        mean_bytes_per_s=round(float(deltas.mean()) * RATE_HZ),
        densest_minute_of_any_bytes_per_s=round(float(densest)),
        p99_bytes=int(np.percentile(deltas, 99)),
        largest_bytes=int(deltas.max()),
        late=int(packer.late[0]),
        json_mean_bytes_per_s=round(float(np.mean(full_json)) * RATE_HZ),
        msgpack_mean_bytes_per_s=round(float(np.mean(full_msgpack)) * RATE_HZ),
    )
