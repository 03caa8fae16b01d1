"""Addressed draws against the same mixer over Python integers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecs import randomness
from ecs.kernel import entry
from tests.oracle import splitmix

mix, draw, draw_unit, draw_below = map(
    entry, (randomness.mix, randomness.draw, randomness.draw_unit, randomness.draw_below)
)

CAREFUL = settings(deadline=None, derandomize=True, database=None, max_examples=200)
pytestmark = pytest.mark.filterwarnings("ignore:overflow encountered in scalar")

seeds = st.integers(0, 2**64 - 1) | st.sampled_from([0, 1, 2**63 - 1, 2**63, 2**64 - 1])
words = st.integers(0, 2**63 - 1) | st.sampled_from([0, 1, 2**31, 2**32, 2**63 - 1])


def reachable(wanted: int, seed: int, tick: int) -> tuple[int, int]:
    """A stream and a non-negative slot with the wanted draw."""
    for stream in range(200):
        slot = splitmix.slot_with(wanted, seed, tick, stream)
        if slot < 2**63:
            return stream, slot
    raise AssertionError("half of all slots are non-negative")


@CAREFUL
@given(seeds)
def test_mix_is_the_finalizer_and_a_bijection(word: int) -> None:
    mixed = int(mix(np.uint64(word)))
    assert mixed == splitmix.mix(word)
    assert splitmix.unmix(mixed) == word


def test_the_published_sequence() -> None:
    # The first outputs of SplitMix64 from seed 1234567, which its authors' C program prints too.
    published = [6457827717110365317, 3203168211198807973, 9817491932198370423]
    states = [(1234567 + step * splitmix.GOLDEN) % 2**64 for step in (1, 2, 3)]
    assert [int(mix(np.uint64(state))) for state in states] == published


@CAREFUL
@given(seeds, words, words, words)
def test_a_draw_is_a_function_of_its_address(seed: int, tick: int, stream: int, slot: int) -> None:
    address = (np.uint64(seed), tick, stream, slot)
    assert int(draw(*address)) == splitmix.draw(seed, tick, stream, slot)
    unit = draw_unit(*address)
    assert unit == splitmix.unit(seed, tick, stream, slot)
    assert 0.0 <= unit < 1.0


@CAREFUL
@given(seeds, words, words, words, st.integers(0, 2**40) | st.sampled_from([0, 1, 3, 4096]))
def test_draw_below(seed: int, tick: int, stream: int, slot: int, bound: int) -> None:
    found = draw_below(np.uint64(seed), tick, stream, slot, bound)
    assert found == splitmix.below(seed, tick, stream, slot, bound)
    assert 0 <= found < max(bound, 1)


@CAREFUL
@given(seeds, st.integers(0, 2**40), st.integers(1, 2**53))
def test_the_largest_draw_stays_below_every_bound(seed: int, tick: int, bound: int) -> None:
    stream, slot = reachable(2**64 - 1, seed, tick)
    address = (np.uint64(seed), tick, stream, slot)
    assert int(draw(*address)) == 2**64 - 1
    assert draw_unit(*address) == 1.0 - 2.0**-53
    assert draw_below(*address, bound) == bound - 1
    stream, slot = reachable(0, seed, tick)
    address = (np.uint64(seed), tick, stream, slot)
    assert draw_unit(*address) == 0.0
    assert draw_below(*address, bound) == 0


@pytest.mark.parametrize("moving", ["seed", "tick", "stream", "slot"])
def test_every_part_of_the_address_spreads_evenly(moving: str) -> None:
    """Chi-square over 64 boxes for neighbouring addresses; 63 degrees of freedom, 5 sigma."""
    many = 6400
    parts = {"seed": 7, "tick": 11, "stream": 3, "slot": 5}
    boxes = [0] * 64
    ones = 0
    for step in range(many):
        parts[moving] = step
        seed = np.uint64(parts["seed"])
        rest = (parts["tick"], parts["stream"], parts["slot"])
        boxes[draw_below(seed, *rest, 64)] += 1
        ones += int(draw(seed, *rest)).bit_count()
    chi_square = sum((box - many / 64) ** 2 / (many / 64) for box in boxes)
    assert abs(chi_square - 63) < 5 * (2 * 63) ** 0.5
    assert abs(ones / many - 32) < 5 * 4 / many**0.5


def test_the_parts_of_an_address_do_not_stand_for_each_other() -> None:
    drawn = {
        int(draw(np.uint64(seed), tick, stream, slot))
        for seed in range(6)
        for tick in range(6)
        for stream in range(6)
        for slot in range(6)
    }
    assert len(drawn) == 6**4
