"""Randomness that is addressed, not streamed.

A draw is a pure function of (seed, tick, stream, slot).  Nothing is consumed, so adding a draw in
one system cannot shift those of another, and a re-run from any keyframe draws the same numbers.

The mixer is SplitMix64's finalizer (Steele, Lea and Flood, "Fast splittable pseudorandom number
generators", OOPSLA 2014), applied after each word of the address is folded in.
"""

import numpy as np

from ecs.kernel import device

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
MIX_A = np.uint64(0xBF58476D1CE4E5B9)
MIX_B = np.uint64(0x94D049BB133111EB)
S27 = np.uint64(27)
S30 = np.uint64(30)
S31 = np.uint64(31)
S11 = np.uint64(11)
TWO_POW_MINUS_53 = 1.0 / 9007199254740992.0


@device
def mix(word: np.uint64) -> np.uint64:
    """SplitMix64's finalizer: a bijection of 64-bit words in which every bit reaches every bit."""
    word = (word ^ (word >> S30)) * MIX_A
    word = (word ^ (word >> S27)) * MIX_B
    return word ^ (word >> S31)


@device
def draw(seed: np.uint64, tick: int, stream: int, slot: int) -> np.uint64:
    """64 random bits at the address (seed, tick, stream, slot); tick, stream, slot >= 0."""
    word = mix(seed + GOLDEN)
    word = mix((word ^ np.uint64(tick)) + GOLDEN)
    word = mix((word ^ np.uint64(stream)) + GOLDEN)
    return mix((word ^ np.uint64(slot)) + GOLDEN)


@device
def draw_unit(seed: np.uint64, tick: int, stream: int, slot: int) -> float:
    """Uniform float64 in [0, 1) at an address: the draw's upper 53 bits."""
    return float(draw(seed, tick, stream, slot) >> S11) * TWO_POW_MINUS_53


@device
def draw_below(seed: np.uint64, tick: int, stream: int, slot: int, bound: int) -> int:
    """Integer in [0, bound) at an address; bias below bound / 2**53, 0 when bound is 0."""
    return int(draw_unit(seed, tick, stream, slot) * float(bound))
