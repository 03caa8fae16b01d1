"""Changes between two blocks, one word at a time, each asking for what it is predicted from.

Words are Python's integers.  A word that drifts asks for its velocity as it is now, which asks in
turn for what that word is predicted from: no order of passes, and no arrays.
"""

from __future__ import annotations

import struct

Rule = tuple[str, str, str]
"""``(target, "follows" or "drifts", source)``, all names of columns."""
Places = dict[str, tuple[int, int]]
"""Column name to ``(byte offset, rows)``."""


def words_of(block: bytes) -> list[int]:
    return [word for (word,) in struct.iter_unpack("<Q", block)]


def number(word: int) -> float:
    (value,) = struct.unpack("<d", word.to_bytes(8, "little"))
    return float(value)


def word_of(value: float) -> int:
    return int.from_bytes(struct.pack("<d", value), "little")


def sources(places: Places, rules: list[Rule]) -> dict[int, tuple[str, int]]:
    """Word that is predicted to ``(kind, word it is predicted from)``."""
    found = {}
    for target, kind, source in rules:
        for row in range(places[target][1]):
            at, rows = places[target][0] // 8 + row, places[source][1]
            # Behind as many rows as the source has, a trail follows itself.
            found[at] = (kind, places[source][0] // 8 + row if row < rows else at - rows)
    return found


def predicted(
    at: int, before: list[int], now: dict[int, int], rules: dict[int, tuple[str, int]], dt_s: float
) -> int:
    """What word ``at`` is expected to be, when the words in ``now`` are known."""
    kind, origin = rules.get(at, ("", at))
    if kind != "drifts":
        return before[origin]
    moved = number(before[at]) + number(now[origin]) * dt_s
    return before[at] if moved != moved else word_of(moved)


def find(
    before: bytes, now: bytes, places: Places, rules: list[Rule], dt_s: float
) -> list[tuple[int, int]]:
    """``(word, flipped bits)`` of everything that is not as predicted, ascending."""
    old, new, origins = words_of(before), words_of(now), sources(places, rules)
    known = dict(enumerate(new))
    flips = [predicted(at, old, known, origins, dt_s) ^ word for at, word in enumerate(new)]
    return [(at, flip) for at, flip in enumerate(flips) if flip]


def rebuild(
    before: bytes, changes: list[tuple[int, int]], places: Places, rules: list[Rule], dt_s: float
) -> bytes:
    """The block that ``changes`` lead to."""
    old, origins, flips = words_of(before), sources(places, rules), dict(changes)
    now: dict[int, int] = {}

    def learn(at: int) -> None:
        if at in now:
            return
        kind, origin = origins.get(at, ("", at))
        if kind == "drifts":
            learn(origin)
        now[at] = predicted(at, old, now, origins, dt_s) ^ flips.get(at, 0)

    for at in range(len(old)):
        learn(at)
    return struct.pack(f"<{len(old)}Q", *(now[at] for at in range(len(old))))
