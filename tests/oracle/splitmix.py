"""Addressed draws over Python's unbounded integers, and their inverse.

The inverse finds an address with a wanted draw, so that tests can stand on the largest and the
smallest one instead of waiting for them.
"""

from __future__ import annotations

WORD = 1 << 64
GOLDEN = 0x9E3779B97F4A7C15
STEPS = ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB), (31, 1))


def mix(word: int) -> int:
    for shift, factor in STEPS:
        word = (word ^ (word >> shift)) * factor % WORD
    return word


def unmix(word: int) -> int:
    for shift, factor in reversed(STEPS):
        word = word * pow(factor, -1, WORD) % WORD
        known = word
        for _ in range(64 // shift + 1):
            known = word ^ (known >> shift)
        word = known
    return word


def draw(seed: int, tick: int, stream: int, slot: int) -> int:
    word = mix((seed + GOLDEN) % WORD)
    for part in (tick, stream, slot):
        word = mix(((word ^ part) + GOLDEN) % WORD)
    return word


def slot_with(wanted: int, seed: int, tick: int, stream: int) -> int:
    """The slot, below 2**64, at which the draw is ``wanted``."""
    word = mix((seed + GOLDEN) % WORD)
    for part in (tick, stream):
        word = mix(((word ^ part) + GOLDEN) % WORD)
    return ((unmix(wanted) - GOLDEN) % WORD) ^ word


def unit(seed: int, tick: int, stream: int, slot: int) -> float:
    return (draw(seed, tick, stream, slot) // 2048) / 2**53


def below(seed: int, tick: int, stream: int, slot: int, bound: int) -> int:
    return int(unit(seed, tick, stream, slot) * bound)
