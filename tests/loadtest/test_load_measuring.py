"""What is made of times and counts, on numbers that were made up."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from ringfall.loadtest.crowd import Measured
from ringfall.loadtest.measuring import Meter, Tally, in_ms, quantile
from ringfall.loadtest.report import summary, warnings
from ringfall.loadtest.serverside import Gauges, bucket_quantile, read_gauges

INF = float("inf")
TEXT = """\
# TYPE process_cpu_seconds counter
process_cpu_seconds_total 12.5
# TYPE ringfall_ticks_slipped counter
ringfall_ticks_slipped_total 2.0
# TYPE ringfall_dropped_messages counter
ringfall_dropped_messages_total{reason="a"} 3.0
ringfall_dropped_messages_total{reason="b"} 4.0
# TYPE ringfall_tick_lateness_seconds histogram
ringfall_tick_lateness_seconds_bucket{le="0.001"} 10.0
ringfall_tick_lateness_seconds_bucket{le="+Inf"} 20.0
ringfall_tick_lateness_seconds_count 20.0
ringfall_tick_lateness_seconds_sum 1.0
"""


def test_quantiles() -> None:
    counts = Counter(dict.fromkeys(range(1, 101), 1))
    assert [quantile(counts, share) for share in (0.0, 0.5, 0.99, 1.0)] == [1, 50, 99, 100]
    assert quantile(Counter(), 0.5) is None
    assert in_ms(Counter({40: 3}), 0.5) == 20.0


def test_ages_count_from_when_a_tick_was_due() -> None:
    """30 Hz, due from second 100 on; the line takes 20 ms each way, ticks begin up to 9 ms late."""
    tally, chance = Tally(), Random(1)
    meter = Meter(tally, 30.0)
    for nonce in range(20):
        meter.ping(nonce, 90.0 + nonce)
        meter.pong(nonce, 90.0 + nonce + 0.04 + 0.01 * chance.random())
    late = [0.0, *(0.009 * chance.random() for _ in range(2000))]
    for tick, late_s in enumerate(late):
        meter.snapshot(tick, 0, 50, 100.0 + tick / 30.0 + late_s + 0.02, counts=True)
    meter.settle()
    ages = tally.ages
    assert sum(ages.values()) == len(late)
    assert in_ms(ages, 0.0) == pytest.approx(20.0, abs=1.0)
    assert in_ms(ages, 0.5) == pytest.approx(24.5, abs=1.0)
    assert in_ms(ages, 1.0) == pytest.approx(29.0, abs=1.0)


def test_what_is_not_measured_still_says_when_ticks_are_due() -> None:
    tally = Tally()
    meter = Meter(tally, 30.0)
    meter.snapshot(0, 0, 50, 10.0, counts=False)
    meter.snapshot(30, 0, 50, 11.1, counts=True)
    meter.settle()
    assert in_ms(tally.ages, 1.0) == pytest.approx(100.0, abs=1.0)
    assert tally.snapshots == 1


def test_an_ack_covers_all_before_it_once() -> None:
    tally = Tally()
    meter = Meter(tally, 30.0)
    for seq in range(1, 5):
        meter.sent(seq, float(seq))
    meter.snapshot(1, 3, 50, 10.0, counts=True)
    meter.snapshot(2, 3, 50, 20.0, counts=True)
    assert tally.acks == Counter({18_000: 1, 16_000: 1, 14_000: 1})
    meter.snapshot(3, 9, 50, 30.0, counts=False)
    assert sum(tally.acks.values()) == 3


def test_the_servers_word() -> None:
    found = read_gauges(TEXT, 7.0)
    assert found is not None
    assert (found.at_s, found.cpu_s, found.slipped, found.skipped) == (7.0, 12.5, 2.0, 7.0)
    assert found.lateness == {0.001: 10.0, INF: 20.0}
    assert read_gauges("<html>", 0.0) is None
    assert read_gauges("", 0.0) is None


@pytest.mark.parametrize(
    ("share", "expected"),
    [(0.5, 0.001), (0.25, 0.0005), (0.75, 0.0055), (0.95, 0.01), (1.0, 0.01)],
)
def test_quantiles_of_buckets(share: float, expected: float) -> None:
    before = {0.001: 5.0, 0.01: 5.0, INF: 5.0}
    after = {0.001: 15.0, 0.01: 23.0, INF: 25.0}
    if share == 0.75:
        expected = 0.001 + 0.009 * 5 / 8
    assert bucket_quantile(before, after, share) == pytest.approx(expected)
    assert bucket_quantile(after, after, share) is None


def measured(**changes: object) -> Measured:
    lateness = {0.001: 100.0, INF: 100.0}
    values: dict[str, object] = {
        "tallies": [
            Tally(bytes_down=1000 * n, snapshots=60, played_s=2.0, predicted_s=2.0)
            for n in range(1, 5)
        ],
        "inside": 4,
        "seconds": 2.0,
        "cpu_s": 0.5,
        "before": Gauges(0.0, 1.0, 0.0, 0.0, {0.001: 0.0, INF: 0.0}, {}),
        "after": Gauges(2.0, 2.0, 0.0, 5.0, lateness, {}),
        "predicts": True,
        **changes,
    }
    return Measured(**values)  # type: ignore[arg-type]


def test_the_summary() -> None:
    facts = summary(measured())
    assert facts["clients"] == 4
    assert facts["bytes_per_s_mean"] == 1250
    assert facts["bytes_per_s_p99"] == 2000
    assert facts["snapshots_per_s_mean"] == 30.0
    assert facts["server_cpu_cores"] == 0.5
    assert facts["server_cpu_share_per_client"] == 0.125
    assert facts["load_cpu_cores"] == 0.25
    assert facts["tick_lateness_ms_p99"] == pytest.approx(0.99)
    assert facts["snapshots_skipped"] == 5
    assert facts["corrections_per_minute"] == 0.0
    assert warnings(facts) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"cpu_s": 1.9}, "the load, not the server, is the limit"),
        ({"inside": 3}, "only 3 of 4 clients got in"),
        ({"predicts": False}, "other data"),
        ({"seconds": 4.0}, "in 50% of their ticks only"),
        ({"after": Gauges(2.0, 2.0, 8.0, 5.0, {INF: 1.0}, {})}, "slipped by 8 ticks"),
    ],
)
def test_what_makes_numbers_mean_something_else_is_said(
    changes: dict[str, object], words: str
) -> None:
    [line] = warnings(summary(measured(**changes)))
    assert words in line


def test_a_server_that_says_nothing_leaves_gaps() -> None:
    facts = summary(measured(before=None))
    assert facts["server_cpu_cores"] is None
    assert facts["tick_lateness_ms_p99"] is None
