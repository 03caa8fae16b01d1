"""Sets of small numbers as bits of words: whoever is in one is found without asking all others."""

import numpy as np

from ecs.kernel import U64In, U64Out, device

WORD = 64
ONE = np.uint64(1)
NOUGHT = np.uint64(0)
ALL = np.uint64(0xFFFFFFFFFFFFFFFF)
ODD = np.uint64(0xAAAAAAAAAAAAAAAA)
PAIRS = np.uint64(0xCCCCCCCCCCCCCCCC)
NIBBLES = np.uint64(0xF0F0F0F0F0F0F0F0)
BYTES = np.uint64(0xFF00FF00FF00FF00)
SHORTS = np.uint64(0xFFFF0000FFFF0000)
HALF = np.uint64(0xFFFFFFFF00000000)


@device
def words_for(numbers: int) -> int:
    """Words that hold so many bits."""
    return (numbers + WORD - 1) // WORD


def words_of(numbers: int) -> int:
    """The same, for whoever makes room."""
    return (numbers + WORD - 1) // WORD


@device
def put_bit(words: U64Out, base: int, number: int) -> None:
    """Take a number into the set that begins at word ``base``."""
    words[base + number // WORD] |= ONE << np.uint64(number % WORD)


@device
def drop_bit(words: U64Out, base: int, number: int) -> None:
    """Take a number out of a set."""
    words[base + number // WORD] &= ~(ONE << np.uint64(number % WORD))


@device
def has_bit(words: U64In, base: int, number: int) -> bool:
    """Whether a number is in a set."""
    return bool((words[base + number // WORD] >> np.uint64(number % WORD)) & ONE != NOUGHT)


@device
def lowest(word: np.uint64) -> int:
    """Place of the lowest bit of a word that has one: of its number, one digit after the other."""
    bit = word ^ (word & (word - ONE))
    place = 32 if bit & HALF != NOUGHT else 0
    place += 16 if bit & SHORTS != NOUGHT else 0
    place += 8 if bit & BYTES != NOUGHT else 0
    place += 4 if bit & NIBBLES != NOUGHT else 0
    place += 2 if bit & PAIRS != NOUGHT else 0
    return place + (1 if bit & ODD != NOUGHT else 0)
