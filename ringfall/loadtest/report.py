"""What a load test says: a table for people, one object for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from ringfall.cli_output import shown
from ringfall.loadtest.crowd import Measured
from ringfall.loadtest.measuring import STEPS_PER_S, Tally, in_ms, quantile
from ringfall.loadtest.serverside import bucket_quantile

LOAD_CORES_MAX: Final = 0.9
PLAYED_SHARE_MIN: Final = 0.9
OF_SERVER: Final = (
    "server_cpu_cores",
    "server_cpu_share_per_client",
    "tick_lateness_ms_p99",
    "tick_duration_ms_p99",
    "ticks_slipped",
    "snapshots_skipped",
)
ROWS_MAX: Final = 20  # clients with a row of their own: the worst


def summary(found: Measured) -> dict[str, Any]:
    """All numbers by name; None where there is none."""
    tallies, seconds = found.tallies, found.seconds
    rates = Counter(round(tally.bytes_down / seconds) for tally in tallies)
    ages, acks = merged(t.ages for t in tallies), merged(t.acks for t in tallies)
    sizes = merged(t.sizes for t in tallies)
    predicted_s = sum(tally.predicted_s for tally in tallies)
    corrections = sum(tally.corrections for tally in tallies)
    disconnects = merged(t.disconnects for t in tallies)
    return {
        "clients": len(tallies),
        "clients_inside": found.inside,
        "seconds": round(seconds, 3),
        **_of_server(found),
        "load_cpu_cores": round(found.cpu_s / seconds, 3),
        "bytes_per_s_mean": round(sum(tally.bytes_down for tally in tallies) / seconds)
        // max(len(tallies), 1),
        "bytes_per_s_p99": quantile(rates, 0.99),
        "snapshots_per_s_mean": round(
            sum(tally.snapshots for tally in tallies) / seconds / max(len(tallies), 1), 2
        ),
        "snapshot_bytes_p50": quantile(sizes, 0.5),
        "snapshot_bytes_p99": quantile(sizes, 0.99),
        "snapshot_age_ms_p50": in_ms(ages, 0.5),
        "snapshot_age_ms_p99": in_ms(ages, 0.99),
        "input_ack_ms_p50": in_ms(acks, 0.5),
        "input_ack_ms_p99": in_ms(acks, 0.99),
        "played_share": round(
            sum(tally.played_s for tally in tallies) / (seconds * max(found.inside, 1)), 3
        ),
        "predicts": found.predicts,
        "predicted_s": round(predicted_s, 1),
        "corrections": corrections,
        "corrections_per_minute": round(60.0 * corrections / predicted_s, 3)
        if predicted_s
        else None,
        "checks_missed": sum(tally.misses for tally in tallies),
        "inputs_held": sum(tally.inputs_held for tally in tallies),
        "deaths": sum(tally.deaths for tally in tallies),
        "disconnects": sum(disconnects.values()),
        "disconnects_by_reason": dict(disconnects),
        "refusals_by_reason": dict(merged(t.refusals for t in tallies)),
    }


def _of_server(found: Measured) -> dict[str, Any]:
    before, after = found.before, found.after
    if before is None or after is None:
        return dict.fromkeys(OF_SERVER)
    late = bucket_quantile(before.lateness, after.lateness, 0.99)
    took = bucket_quantile(before.duration, after.duration, 0.99)
    cores = None
    if before.cpu_s is not None and after.cpu_s is not None:
        cores = (after.cpu_s - before.cpu_s) / (after.at_s - before.at_s)
    values = (
        None if cores is None else round(cores, 3),
        None if cores is None else round(cores / max(found.inside, 1), 5),
        None if late is None else round(1000.0 * late, 3),
        None if took is None else round(1000.0 * took, 3),
        round(after.slipped - before.slipped),
        round(after.skipped - before.skipped),
    )
    return dict(zip(OF_SERVER, values, strict=True))


def merged(counts: Iterable[Counter[Any]]) -> Counter[Any]:
    """All counts in one."""
    total = Counter[Any]()
    for one in counts:
        total.update(one)
    return total


def warnings(facts: dict[str, Any]) -> list[str]:
    """What makes the numbers mean something else than they seem to."""
    said = []
    if facts["load_cpu_cores"] > LOAD_CORES_MAX:
        said.append(
            f"this process used {facts['load_cpu_cores']:.2f} cores: the load, not the server, is "
            "the limit; use fewer clients, or several machines"
        )
    elif facts["played_share"] < PLAYED_SHARE_MIN and facts["clients_inside"]:
        said.append(
            f"clients played in {facts['played_share']:.0%} of their ticks only: this machine is "
            "busy with something else, or they spent the time coming in again"
        )
    if facts["clients_inside"] < facts["clients"]:
        said.append(
            f"only {facts['clients_inside']} of {facts['clients']} clients got in: "
            + (_listed(facts["refusals_by_reason"]) or "not in time")
        )
    if facts["ticks_slipped"]:
        said.append(
            f"the server's clock slipped by {facts['ticks_slipped']} ticks: snapshots look older "
            "than they were by so many"
        )
    if not facts["predicts"]:
        said.append(
            "the server plays by other data than these, so nothing was predicted; name its own "
            "with --data and --map"
        )
    return said


def print_summary(found: Measured, facts: dict[str, Any], out: Console) -> None:
    """The numbers, then the clients that fared worst."""
    table = Table("all clients", "mean or p50", "p99")
    table.add_row("bytes a second", *_shown(facts, "bytes_per_s_mean", "bytes_per_s_p99"))
    table.add_row("snapshot, bytes", *_shown(facts, "snapshot_bytes_p50", "snapshot_bytes_p99"))
    table.add_row("snapshot age, ms", *_shown(facts, "snapshot_age_ms_p50", "snapshot_age_ms_p99"))
    table.add_row("input to ack, ms", *_shown(facts, "input_ack_ms_p50", "input_ack_ms_p99"))
    table.add_row("tick lateness, ms", "", *_shown(facts, "tick_lateness_ms_p99"))
    table.add_row("tick duration, ms", "", *_shown(facts, "tick_duration_ms_p99"))
    out.print(table)
    worst = sorted(enumerate(found.tallies), key=lambda pair: -_worst_ms(pair[1]))[:ROWS_MAX]
    rows = Table("client", "bytes/s", "snapshots/s", "age p99 ms", "ack p99 ms", "corrections")
    for number, tally in worst:
        rows.add_row(
            str(number),
            f"{tally.bytes_down / found.seconds:,.0f}",
            f"{tally.snapshots / found.seconds:.1f}",
            _number(in_ms(tally.ages, 0.99)),
            _number(in_ms(tally.acks, 0.99)),
            str(tally.corrections),
        )
    out.print(rows)
    cores, share = facts["server_cpu_cores"], facts["server_cpu_share_per_client"]
    said = "not known" if cores is None else f"{cores:.2f} cores, {100 * share:.2f} % a client"
    lines = (
        f"server CPU: {said}; this process: {facts['load_cpu_cores']:.2f} cores",
        f"corrections: {facts['corrections']} in {facts['predicted_s']:,.0f} s predicted; "
        f"{facts['checks_missed']} checks missed",
        f"disconnects: {_listed(facts['disconnects_by_reason']) or 'none'}; "
        f"refusals: {_listed(facts['refusals_by_reason']) or 'none'}",
    )
    for line in lines:
        out.print(shown(line), soft_wrap=True)


def _worst_ms(tally: Tally) -> float:
    found = quantile(tally.ages, 0.99)
    return float("inf") if found is None else found * 1000.0 / STEPS_PER_S


def _shown(facts: dict[str, Any], *names: str) -> list[str]:
    return [_number(facts[name]) for name in names]


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {reason}" for reason, count in sorted(counts.items()))
