"""How long people are waited for, and how late others see a match."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Patience:
    """How long people are waited for, and how late others see a match.

    Attributes:
        grace_s: a body stands for so long after its player's line broke.
        watch_delay_s: how late watchers see a match.
        killer_delay_s: how late the dead see whoever killed them.
        watchers_max: watchers of one match.
    """

    grace_s: float = 30.0
    watch_delay_s: float = 15.0
    killer_delay_s: float = 5.0
    watchers_max: int = 32
