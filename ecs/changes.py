"""What changes from one state to the next, as 64-bit words of the block.

    flips = predict(before, now) XOR now         kept where they are not zero, as (place, flips)
    now   = predict(before, now) XOR flips

XOR gives every bit back whatever a word holds: parts of four u16 rows, a NaN, -0.0, the bytes
between two columns.  A prediction only makes more words zero.  It is the word before, except for
columns whose manifest row says what they usually become (``ecs.layout.Prediction``):

    follows   target now = source before; of a trail, that is a target several times as long as its
              source, this is the first part, and every other part now = the part before it before
    drifts    target now = target before + source now * dt_s, unless that is NaN

``now`` is known before it is rebuilt as far as it has to be: no velocity drifts itself, so all
velocities are right after a first pass that leaves drifting columns wrong.  NaN is left out since
machines disagree about its bits.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ecs.kernel import F64In, F64Out, Float, I64In, Int, U32Out, U64In, U64Out, kernel
from ecs.layout import WORD_BYTES, Layout, Prediction, allocate


class Changes(NamedTuple):
    """How a block differs from its prediction.

    Attributes:
        place: u32[changed words], which words of the block, ascending.
        flips: u64[changed words], their bits that are not as predicted, never 0.
    """

    place: NDArray[np.uint32]
    flips: NDArray[np.uint64]


@kernel
def follow(follows: I64In, words: U64Out) -> None:
    """Put into each target what its source was.

    Args:
        follows: i64[3 k], first word of the target, first word of the source, words; k times.
        words: u64[n], the block before; afterwards predicted as far as columns follow.
    """
    for at in range(0, follows.shape[0], 3):
        target, source = follows[at], follows[at + 1]
        for row in range(follows[at + 2]):
            words[target + row] = words[source + row]


@kernel
def drift(drifts: I64In, now: F64In, dt_s: Float, values: F64Out) -> None:
    """Move each target by its velocity.

    Args:
        drifts: i64[3 k], first word of the target, first word of its velocity, words; k times.
        now: f64[n], the block now; only velocities are read.
        dt_s: seconds per tick.
        values: f64[n], the block before; afterwards predicted as far as columns drift.
    """
    for at in range(0, drifts.shape[0], 3):
        target, source = drifts[at], drifts[at + 1]
        for row in range(drifts[at + 2]):
            moved = values[target + row] + now[source + row] * dt_s
            if moved == moved:
                values[target + row] = moved


@kernel
def collect(now: U64In, words: U64Out, place: U32Out, flips: U64Out) -> Int:
    """Collect the words in which a prediction is wrong, and put it right.

    Args:
        now: u64[n], the block.
        words: u64[n], its prediction; afterwards equal to ``now``.
        place, flips: [n], as in ``Changes``.

    Returns:
        How many items of ``place`` and ``flips`` are used.
    """
    count = 0
    for at in range(now.shape[0]):
        wrong = words[at] ^ now[at]
        if wrong != 0:
            place[count] = at
            flips[count] = wrong
            words[at] = now[at]
            count += 1
    return count


def _copies(prediction: Prediction) -> Iterator[tuple[int, int, int]]:
    """(first word of a target, first word of its source, words), in the order of doing.

    The last part of a trail comes first: every part is read before it is written.
    """
    target, source = prediction.target.offset, prediction.source.offset
    rows = prediction.source.rows
    for part in range(prediction.parts - 1, 0, -1):
        at = target // WORD_BYTES + part * rows
        yield at, at - rows, rows
    yield target // WORD_BYTES, source // WORD_BYTES, rows


class Predictor:
    """The predictions of one layout at one tick rate, as its kernels take them.

    Args:
        layout: of the block.
        dt_s: seconds per tick.
    """

    def __init__(self, layout: Layout, dt_s: float) -> None:
        self.size_bytes = layout.size_bytes
        self.dt_s = dt_s
        self.follows, self.drifts = (
            np.array(
                [copy for p in layout.predictions if p.drifts is drifts for copy in _copies(p)],
                dtype=np.int64,
            ).reshape(-1)
            for drifts in (False, True)
        )

    def rebuild(self, before: NDArray[np.uint8], changes: Changes) -> NDArray[np.uint8]:
        """The block, u8[size_bytes], that ``changes`` lead to from ``before``.

        Every place must lie in the block.
        """
        block, flips = allocate(self.size_bytes), allocate(self.size_bytes)
        flips.view(np.uint64)[changes.place] = changes.flips
        block[:] = before
        follow(self.follows, block.view(np.uint64))
        velocities = block ^ flips
        drift(self.drifts, velocities.view(np.float64), self.dt_s, block.view(np.float64))
        return block ^ flips


class ChangeFinder:
    """Finds what changed from the state it was last shown to the next.

    Attributes:
        block: u8[size_bytes], the state it was last shown.
    """

    def __init__(self, predictor: Predictor, block: NDArray[np.uint8]) -> None:
        self._predictor = predictor
        self.block = allocate(predictor.size_bytes)
        self.block[:] = block
        self._words, self._values = self.block.view(np.uint64), self.block.view(np.float64)
        self._place = np.zeros(self._words.size, dtype=np.uint32)
        self._flips = np.zeros(self._words.size, dtype=np.uint64)

    def advance(self, now: NDArray[np.uint8]) -> Changes:
        """What changed up to ``now``, u8[size_bytes], of which a copy is kept."""
        follow(self._predictor.follows, self._words)
        drift(self._predictor.drifts, now.view(np.float64), self._predictor.dt_s, self._values)
        count = collect(now.view(np.uint64), self._words, self._place, self._flips)
        return Changes(self._place[:count].copy(), self._flips[:count].copy())
