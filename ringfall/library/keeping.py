"""The rule by which recordings are kept: so many days, so many bytes, the oldest go first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from persistence.store.recordings import Recording

DAY_S: Final = 86_400
GB: Final = 1_000_000_000

Reason: TypeAlias = Literal["age", "size"]


@dataclass(frozen=True, slots=True)
class Rule:
    """How long and how much is kept; 0 is for ever, and without a bound."""

    keep_days: float
    keep_gb: float


def doomed(
    recordings: Iterable[Recording], rule: Rule, now_s: float
) -> list[tuple[Recording, Reason]]:
    """Which recordings the rule takes, the oldest first, and why.

    Pinned ones are never taken; their bytes count, so others go for them.
    """
    oldest_first = sorted(recordings, key=lambda r: (r.sealed_s, r.match_id))
    total = sum(recording.size_bytes for recording in oldest_first)
    taken: list[tuple[Recording, Reason]] = []
    for recording in oldest_first:
        if recording.pinned:
            continue
        old = rule.keep_days > 0 and recording.sealed_s < now_s - rule.keep_days * DAY_S
        much = rule.keep_gb > 0 and total > rule.keep_gb * GB
        if old or much:
            total -= recording.size_bytes
            taken.append((recording, "age" if old else "size"))
    return taken
