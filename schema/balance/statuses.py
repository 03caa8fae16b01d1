"""`statuses.toml`: what skills leave on those they hit."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, RootModel

from schema.balance.tables import Name, Table, Title
from schema.rulebook import STATUSES

Stacking = Literal["refresh", "extend", "stack", "strongest"]


class _Status(Table):
    title: Title
    stacking: Stacking = Field(
        default="refresh",
        description="when it is there already: the later end counts (refresh), spans add up "
        "(extend), one more stack and the later end (stack), the longer one stays (strongest)",
    )
    stacks_max: int = Field(default=1, ge=1, le=10, description="most stacks")
    longest_s: float = Field(ge=0.1, le=60, description="no instance lasts longer from now")


class SlowStatus(_Status):
    """Runs slower."""

    kind: Literal["slow"]
    speed_ratio: float = Field(gt=0, lt=1, description="share of the speed a stack takes")


class HasteStatus(_Status):
    """Runs faster."""

    kind: Literal["haste"]
    speed_ratio: float = Field(gt=0, le=2, description="share of the speed a stack gives")


class BurnStatus(_Status):
    """Loses health over time, which is the giver's damage."""

    kind: Literal["burn"]
    damage_hp_per_s: float = Field(gt=0, le=500, description="damage of a stack")


class PlainStatus(_Status):
    """Root: cannot run or dash. Stun: can do nothing. Reveal: bushes do not hide."""

    kind: Literal["root", "stun", "reveal"]


Status = Annotated[SlowStatus | HasteStatus | BurnStatus | PlainStatus, Field(discriminator="kind")]


class StatusesBalance(RootModel[dict[Name, Status]]):
    """`statuses.toml`: one table per status."""

    model_config = ConfigDict(strict=True, frozen=True)

    root: dict[Name, Status] = Field(max_length=STATUSES, description="the statuses")
