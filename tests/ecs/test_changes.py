"""Changes: from any block to any other and back, bit for bit, as the slow twin finds them."""

from __future__ import annotations

import math
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from ecs.changes import ChangeFinder, Predictor
from ecs.columns import Group, Rows, f64, i64, u8, u16
from ecs.layout import Layout, Table, allocate, plan
from tests.oracle import changes as twin

CAREFUL = settings(deadline=None, derandomize=True, database=None, max_examples=150)
DT_S = 1.0 / 30.0


class Speed(Group):
    """What carries."""

    vx_ups = f64("velocity", unit="ups")


class Spot(Group):
    """What is carried."""

    x_u = f64("place", unit="u", drifts=Speed.vx_ups)
    turn = u16("four to a word")


class Former(Group):
    """What lags behind."""

    x_u = f64("place one tick ago", unit="u", follows=Spot.x_u)
    count = i64("one tick ago", follows=Rows.count, length=1)


class Wake(Group):
    """What is left behind: a trail of three."""

    x_u = f64("places of the last ticks", unit="u", follows=Spot.x_u, length=15)


class Mark(Group):
    """Bytes."""

    hue = u8("eight to a word")


TABLES = (
    # A velocity before and one behind what it carries, and a table that has none.
    Table("birds", 5, (Rows, Speed, Spot, Wake, Former, Mark)),
    Table("balls", 3, (Spot, Speed)),
    Table("stones", 2, (Spot, Mark)),
)
LAYOUT: Layout = plan(TABLES, {})
RULES = [
    ("birds.Spot.x_u", "drifts", "birds.Speed.vx_ups"),
    ("birds.Wake.x_u", "follows", "birds.Spot.x_u"),
    ("birds.Former.x_u", "follows", "birds.Spot.x_u"),
    ("birds.Former.count", "follows", "birds.Rows.count"),
    ("balls.Spot.x_u", "drifts", "balls.Speed.vx_ups"),
]
PLACES = {placed.name: (placed.offset, placed.rows) for placed in LAYOUT.columns}
WORDS = LAYOUT.size_bytes // 8


def word(value: float) -> int:
    return int.from_bytes(struct.pack("<d", value), "little")


ODD = [
    word(value)
    for value in (0.0, -0.0, 1.5, -1e300, 1e308, 5e-324, math.inf, -math.inf, math.nan, -math.nan)
] + [0x7FF0_0000_0000_0001, 0xFFF8_0000_DEAD_BEEF, 0x7FF4_0000_0000_0000, 1, 2**63, 2**64 - 1]
VALUES = st.sampled_from(ODD) | st.integers(0, 2**64 - 1)
BLOCKS = st.dictionaries(st.integers(0, WORDS - 1), VALUES, max_size=40)


def block_of(words: dict[int, int]) -> NDArray[np.uint8]:
    block = allocate(LAYOUT.size_bytes)
    for at, value in words.items():
        block.view(np.uint64)[at] = value
    return block


def check(before: NDArray[np.uint8], now: NDArray[np.uint8]) -> int:
    """Find and rebuild, both sides against the twin; how many words changed."""
    predictor = Predictor(LAYOUT, DT_S)
    finder = ChangeFinder(predictor, before)
    first, last = before.copy(), now.copy()
    found = finder.advance(now)
    assert (before == first).all()
    assert (now == last).all()
    assert (finder.block == now).all()
    pairs = list(zip(found.place.tolist(), found.flips.tolist(), strict=True))
    assert pairs == twin.find(before.tobytes(), now.tobytes(), PLACES, RULES, DT_S)
    assert predictor.rebuild(before, found).tobytes() == now.tobytes()
    assert twin.rebuild(before.tobytes(), pairs, PLACES, RULES, DT_S) == now.tobytes()
    assert (before == first).all()
    return len(pairs)


@CAREFUL
@given(BLOCKS, BLOCKS)
def test_any_block_leads_to_any_other(before: dict[int, int], now: dict[int, int]) -> None:
    check(block_of(before), block_of(now))


@CAREFUL
@given(BLOCKS, st.dictionaries(st.integers(0, WORDS - 1), VALUES, max_size=3))
def test_a_few_words_change(before: dict[int, int], more: dict[int, int]) -> None:
    check(block_of(before), block_of({**before, **more}))


def test_everything_changes_and_nothing() -> None:
    rng = np.random.default_rng(5)
    one = allocate(LAYOUT.size_bytes)
    one.view(np.uint64)[:] = rng.integers(0, 2**64, WORDS, dtype=np.uint64)
    assert check(one, ~one) >= WORDS - sum(PLACES[target][1] for target, _, _ in RULES)
    still = allocate(LAYOUT.size_bytes)
    assert check(still, still) == 0


@pytest.mark.parametrize("before", ODD)
@pytest.mark.parametrize("now", ODD)
def test_odd_numbers_in_columns_that_are_predicted(before: int, now: int) -> None:
    for name in ("birds.Spot.x_u", "birds.Speed.vx_ups", "birds.Former.x_u"):
        at = PLACES[name][0] // 8
        check(block_of({at: before}), block_of({at: now}))
        speed = PLACES["birds.Speed.vx_ups"][0] // 8
        check(block_of({at: before, speed: 7}), block_of({at: before, speed: now}))


def test_what_goes_as_predicted_costs_nothing() -> None:
    before, now = allocate(LAYOUT.size_bytes), allocate(LAYOUT.size_bytes)

    def column(name: str, block: NDArray[np.uint8]) -> NDArray[np.float64]:
        offset, rows = PLACES[name]
        return block[offset : offset + 8 * rows].view(np.float64)

    for block in (before, now):
        column("birds.Speed.vx_ups", block)[:] = [1.0, -2.5, 0.0, 1e-9, 7.3]
        column("balls.Speed.vx_ups", block)[:] = [3.0, 0.1, -0.7]
    column("birds.Spot.x_u", before)[:] = [10.0, 20.5, -3.0, 0.1, 1e6]
    for name in ("birds", "balls"):
        place = column(f"{name}.Spot.x_u", before)
        speed = column(f"{name}.Speed.vx_ups", before)
        column(f"{name}.Spot.x_u", now)[:] = place + speed * DT_S
    column("birds.Former.x_u", now)[:] = column("birds.Spot.x_u", before)
    column("birds.Wake.x_u", before)[:] = np.arange(15.0)
    column("birds.Wake.x_u", now)[:5] = column("birds.Spot.x_u", before)
    column("birds.Wake.x_u", now)[5:] = np.arange(10.0)
    assert check(before, now) == 0
    column("birds.Spot.x_u", now)[3] = 0.1
    column("balls.Speed.vx_ups", now)[0] = 0.0
    assert check(before, now) == 1 + 2, "a ball that stopped is neither as fast nor as far"
    # Stones have no velocity: where they are is predicted to stay.
    column("stones.Spot.x_u", now)[1] = 4.0
    assert check(before, now) == 4


def test_a_run_of_states_comes_back() -> None:
    rng = np.random.default_rng(9)
    predictor = Predictor(LAYOUT, DT_S)
    block = allocate(LAYOUT.size_bytes)
    finder = ChangeFinder(predictor, block)
    rebuilt = block.copy()
    for _ in range(60):
        at = rng.integers(0, WORDS, 5)
        block.view(np.uint64)[at] = rng.integers(0, 2**64, 5, dtype=np.uint64)
        found = finder.advance(block)
        rebuilt = predictor.rebuild(rebuilt, found)
        assert rebuilt.tobytes() == block.tobytes()
