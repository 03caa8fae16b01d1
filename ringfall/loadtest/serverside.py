"""What the server says of itself: CPU, and how late its ticks began."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from prometheus_client.parser import text_string_to_metric_families

CPU: Final = "process_cpu_seconds_total"
SLIPPED: Final = "ringfall_ticks_slipped_total"
SKIPPED: Final = "ringfall_dropped_messages_total"
BUCKET: Final = "ringfall_tick_lateness_seconds_bucket"
DURATION: Final = "ringfall_tick_duration_seconds_bucket"


@dataclass(frozen=True, slots=True)
class Gauges:
    """One look at /metrics.

    Attributes:
        at_s: when.
        cpu_s: None where the server cannot tell.
        slipped: ticks; skipped: messages dropped, snapshots for the most part.
        lateness, duration: ticks by the upper bound of their bucket, summed up to it, seconds.
    """

    at_s: float
    cpu_s: float | None
    slipped: float
    skipped: float
    lateness: dict[float, float]
    duration: dict[float, float]


def read_gauges(text: str, at_s: float) -> Gauges | None:
    """What is needed of the text of /metrics; None when it is none of a Ringfall server."""
    found: dict[str, float] = {}
    buckets: dict[str, dict[float, float]] = {BUCKET: {}, DURATION: {}}
    try:
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                if sample.name in buckets:
                    buckets[sample.name][float(sample.labels["le"])] = sample.value
                else:
                    found[sample.name] = found.get(sample.name, 0.0) + sample.value
    except (ValueError, KeyError):
        return None
    if not buckets[BUCKET]:
        return None
    return Gauges(
        at_s,
        found.get(CPU),
        found.get(SLIPPED, 0.0),
        found.get(SKIPPED, 0.0),
        buckets[BUCKET],
        buckets[DURATION],
    )


def bucket_quantile(
    before: dict[float, float], after: dict[float, float], share: float
) -> float | None:
    """A quantile of what fell into buckets between two looks, straight within a bucket.

    Of what lies above the last finite bound no more is known than that bound.
    """
    bounds = sorted(after)
    counts = [after[bound] - before.get(bound, 0.0) for bound in bounds]
    if not counts or counts[-1] <= 0.0:
        return None
    wanted, low, below = share * counts[-1], 0.0, 0.0
    for bound, count in zip(bounds, counts, strict=True):
        if count >= wanted:
            if bound == float("inf"):
                return low
            inside = count - below
            return bound if inside <= 0 else low + (bound - low) * (wanted - below) / inside
        low, below = bound, count
    return low
