"""The plan by which a journal is packed: which column follows from which others, by our rules.

A wrong plan costs bytes, never truth: what is not as foretold is in the changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from ecs.columns import Column, Identity, Rows
from persistence.packing.plan import Foretelling, Plan
from persistence.records import Header
from ringfall.datapack import balance_from_json
from ringfall.documents import DataError
from schema.balance import Balance
from schema.balance.skills import HomingSkill, ProjectileSkill
from schema.columns import (
    Clock,
    Dash,
    Flight,
    Intent,
    Motion,
    Origin,
    Outcome,
    Stats,
    Tally,
    Vitals,
)
from schema.commands import COMMAND, MOVE
from schema.events import STAGE_COUNTDOWN
from systems.kernels.movement import WAY_STEPS

COMES_AND_GOES: Final = ("projectiles", "areas", "obstacles", "pickups")


def plan_of(header: Header) -> Plan:
    """The plan for a journal; a bare one where its balance or layout is not ours."""
    known = {f"{row.table}.{row.group}.{row.column}" for row in header.layout}
    try:
        balance = balance_from_json(header.balance, "the journal's balance")
    except DataError:
        return Plan()
    told = _foretellings(balance, header.tick_rate_hz)
    fitting = tuple(each for each in told if known.issuperset(each.columns))
    return Plan(command_bytes=COMMAND.itemsize, foretellings=fitting)


def _foretellings(balance: Balance, rate_hz: int) -> Iterator[Foretelling]:
    for table in COMES_AND_GOES:
        yield Foretelling("stays", _names(table, Identity.slot, Rows.count))
    yield Foretelling(
        "heads",
        _names("projectiles", Motion.vx_ups, Motion.vy_ups, Flight.direction, Flight.skill),
        tuple(_speeds(balance)),
    )
    yield Foretelling(
        "steers",
        _names(
            "players",
            Motion.vx_ups,
            Motion.vy_ups,
            Vitals.alive,
            Stats.speed_ups,
            Intent.buttons,
            Intent.move,
            Dash.until_tick,
            Dash.direction,
            Dash.speed_ups,
        )
        + _names("match", Clock.tick, Outcome.stage),
        (
            balance.match.body.acceleration_upss * (1.0 / rate_hz),
            float(MOVE),
            float(STAGE_COUNTDOWN),
        ),
    )
    yield Foretelling(
        "travels",
        _names(
            "players",
            Tally.distance_u,
            Motion.vx_ups,
            Motion.vy_ups,
            Origin.x_u,
            Origin.y_u,
        ),
        (1.0 / rate_hz, WAY_STEPS),
    )


def _names(table: str, *columns: Column[Any]) -> tuple[str, ...]:
    return tuple(f"{table}.{column!r}" for column in columns)


def _speeds(balance: Balance) -> Iterator[float]:
    """Speed of what each skill sends, by index; 0 for those that send nothing."""
    for name in sorted(balance.skills.root):
        skill = balance.skills.root[name]
        yield skill.speed_ups if isinstance(skill, ProjectileSkill | HomingSkill) else 0.0
