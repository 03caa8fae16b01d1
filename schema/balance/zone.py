"""`zone.toml`: the phases of the shrinking zone, and what comes after the last."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated

from pydantic import AfterValidator, Field

from schema.balance.tables import Table
from schema.contradictions import Contradiction, refuse


class ZonePhase(Table):
    """One `[[phase]]`: the zone waits, then shrinks while its centre drifts."""

    wait_s: float = Field(ge=0, le=600, description="time at rest before shrinking")
    shrink_s: float = Field(ge=0.5, le=600, description="time it takes to shrink")
    radius_ratio: float = Field(
        ge=0, le=1, description="radius afterwards, as a share of the starting radius"
    )
    drift_ratio: float = Field(
        default=1.0, ge=0, le=1, description="how far the centre may move, of the room there is"
    )
    damage_hp_per_s: float = Field(ge=0, le=1000, description="damage outside during this phase")
    ignores_armour: bool = Field(default=True, description="whether armour does not help")


def _phases_agree(phases: tuple[ZonePhase, ...]) -> tuple[ZonePhase, ...]:
    """Radii may only fall, and the last phase must end the match."""
    found = [
        Contradiction(
            (index, "radius_ratio"),
            f"must not exceed the radius_ratio of the phase before it ({before.radius_ratio:g}), "
            f"is {phase.radius_ratio:g}",
        )
        for index, (before, phase) in enumerate(pairwise(phases), start=1)
        if phase.radius_ratio > before.radius_ratio
    ]
    last = len(phases) - 1
    if phases[last].radius_ratio != 0:
        text = f"must be 0 in the last phase, is {phases[last].radius_ratio:g}"
        found.append(Contradiction((last, "radius_ratio"), text))
    if phases[last].damage_hp_per_s == 0:
        text = "must be above 0 in the last phase, or a match might never end"
        found.append(Contradiction((last, "damage_hp_per_s"), text))
    refuse(found)
    return phases


class SuddenDeath(Table):
    """After the last phase everybody is hurt, wherever they are, ever more."""

    after_s: float = Field(ge=0, le=600, description="time from the end of the last phase")
    damage_hp_per_s: float = Field(gt=0, le=1000, description="damage at its beginning")
    growth_hp_per_s: float = Field(ge=0, le=100, description="by how much that grows each second")


class ZoneBalance(Table):
    """`zone.toml`."""

    # Not strict: TOML and JSON only have lists, and a frozen model wants a tuple.
    phase: Annotated[
        tuple[ZonePhase, ...],
        Field(min_length=1, max_length=32, strict=False, description="the phases, in order"),
        AfterValidator(_phases_agree),
    ]
    sudden_death: SuddenDeath = Field(description="what ends a match that will not end")
