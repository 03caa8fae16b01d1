"""Lines between a player and a server, as numbers.

They are made in user space, on top of TCP, so what is lost on the way shows as it does to a
program: as a stall, after which everything comes at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Profile:
    """A line.

    Attributes:
        delay_s: added to every byte, each way.
        jitter_s: up to so much more, by chance; bytes never overtake each other.
        down_bytes_per_s, up_bytes_per_s: what the line carries; infinite for no limit.
        stall_every_s: mean time between stalls, by chance; infinite for none.
        stall_s: how long nothing arrives then, either way.
    """

    delay_s: float = 0.0
    jitter_s: float = 0.0
    down_bytes_per_s: float = float("inf")
    up_bytes_per_s: float = float("inf")
    stall_every_s: float = float("inf")
    stall_s: float = 0.0

    @property
    def is_plain(self) -> bool:
        """Whether nothing is done to anything."""
        return self == Profile()


PROFILES: Final = {
    "lan": Profile(),
    "wifi": Profile(0.004, 0.006, 2_500_000.0, 600_000.0, 20.0, 0.12),
    "mobile": Profile(0.035, 0.025, 250_000.0, 60_000.0, 15.0, 0.4),
    "lossy": Profile(0.040, 0.040, 100_000.0, 25_000.0, 3.0, 0.25),
}
"""``lan`` is the machine's own line; ``lossy`` is one that loses a packet every three seconds."""
