"""What packing snapshots works on: what all of it shares, and the room it needs for its viewers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ecs.world import World
from net.affairs import Affairs
from net.candidates import Candidates
from net.drawing import Things
from net.interest import Call, PointIndex, Sight, View
from net.kernels import heads, listing
from net.kernels.bits import words_of
from net.ledger import IDS_MAX, Ledger

PAYLOAD_BYTES: Final = 1150
FULL_PAYLOAD_BYTES: Final = 16000
"""Most bytes of a payload: what does not fit waits for the next.  A full one may be larger."""

GAP_MAX: Final = 255
"""After more ticks than that without a snapshot the next one is full."""

SPARE_BYTES: Final = 1200
STRIDE: Final = heads.FRAME_BYTES + FULL_PAYLOAD_BYTES + SPARE_BYTES


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """What all plans of a packer share: see ``SnapshotPacker``."""

    world: World
    view: View
    things: Things
    rows: NDArray[np.uint8]
    draw_bodies: Call
    sight: Sight
    index: PointIndex
    ledger: Ledger
    affairs: Affairs
    tick: NDArray[np.int64]
    events: NDArray[np.void]
    event_count: NDArray[np.int64]
    capacity: int
    dropped: NDArray[np.int64]
    late: NDArray[np.int64]


class Room:
    """What is large, for so many viewers or fewer.

    Attributes:
        buffer, packed: u8[viewers * STRIDE], where frames are written, and put together.
        shown: u64[viewers * words], things in sight; verdict: u8[viewers * events].
        near, near_id, happened_to, living, weighed: working space of kernels.
    """

    def __init__(self, viewers: int, parts: Parts) -> None:
        self.viewers = viewers
        self.buffer = np.zeros(viewers * STRIDE, dtype=np.uint8)
        self.packed = np.zeros(viewers * STRIDE, dtype=np.uint8)
        self.shown = np.zeros(viewers * words_of(parts.things.numbers), dtype=np.uint64)
        self.verdict = np.zeros(viewers * len(parts.events), dtype=np.uint8)
        self.near, self.near_id = (
            np.zeros(parts.things.numbers + 1, dtype=np.int32) for _ in range(2)
        )
        self.happened_to = np.zeros(len(parts.events), dtype=np.int64)
        self.living = np.zeros(len(parts.events), dtype=np.uint8)
        self.weighed = np.zeros(listing.URGENCIES, dtype=np.int64)
        self.cands = Candidates(viewers, 2 * parts.capacity + 2 * IDS_MAX)
