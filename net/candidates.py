"""Room for what might be sent: see ``kernels.listing``."""

import numpy as np
from numpy.typing import NDArray


class Candidates:
    """What might be sent to the viewers of a tick: see ``kernels.listing``."""

    def __init__(self, viewers: int, most: int) -> None:
        size = viewers * most
        self.most = most
        self.count = np.zeros(viewers, dtype=np.int64)
        self.kind, self.mask = np.zeros(size, dtype=np.uint8), np.zeros(size, dtype=np.uint8)
        self.ref, self.size = np.zeros(size, dtype=np.int32), np.zeros(size, dtype=np.int32)
        self.urgency, self.chosen = (np.zeros(size, dtype=np.uint8) for _ in range(2))

    @property
    def columns(self) -> tuple[NDArray[np.uint8] | NDArray[np.int32], ...]:
        """As listing kernels take them."""
        return self.kind, self.ref, self.mask, self.size, self.urgency
