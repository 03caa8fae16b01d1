"""A balance richer than the shipped one, in models and in files: kinds, references, curves.

What checks a balance must work with any tree of models; this one has everything they may have.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel, model_validator

from ringfall.datapack.balance import BalanceFiles, read_balance
from schema.contradictions import Contradiction, refuse
from schema.curves import Between, CurvesBalance, Scaled
from schema.references import RefersTo

DAMAGE = Between(gt=0, le=400)


class Table(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)


class Status(Table):
    slow_ratio: float = Field(ge=0, le=1, description="share of the speed it takes")


class Charge(Table):
    time_s: float = Field(ge=0.1, le=5, description="time to full charge")
    bonus_ratio: Annotated[Scaled, Between(ge=1, le=4)] = Field(description="factor at full charge")


class Bolt(Table):
    kind: Literal["bolt"]
    damage_hp: Annotated[Scaled, DAMAGE] = Field(description="damage of one hit")
    speed_ups: float = Field(ge=1, le=200, description="flying speed")
    charge: Charge | None = Field(default=None, description="grows while it is held")
    statuses: tuple[Annotated[str, RefersTo("statuses")], ...] = Field(
        default=(), strict=False, description="what a hit brings"
    )


class Area(Table):
    kind: Literal["area"]
    damage_hp: Annotated[Scaled, DAMAGE] = Field(description="damage to every body")
    radius_u: float = Field(ge=0.5, le=30, description="radius of the circle")


class Skills(RootModel[dict[str, Annotated[Bolt | Area, Field(discriminator="kind")]]]):
    """`skills.toml`: one table per skill."""

    model_config = ConfigDict(strict=True, frozen=True)


class Statuses(RootModel[dict[str, Status]]):
    """`statuses.toml`: one table per status."""

    model_config = ConfigDict(strict=True, frozen=True)


class Drop(Table):
    item: Annotated[str, RefersTo("loot.items")] = Field(description="what lies there")
    weight: float = Field(gt=0, le=100, description="how often")


class Item(Table):
    gives: Annotated[str, RefersTo("skills")] | None = Field(default=None, description="a skill")


class Loot(Table):
    """`loot.toml`: items, and tables they are drawn from."""

    items: dict[str, Item] = Field(description="by name")
    tables: dict[str, Annotated[tuple[Drop, ...], Field(strict=False)]] = Field(
        description="by name"
    )
    prices: dict[Annotated[str, RefersTo("loot.items")], int] = Field(description="by item")


class Rich(Table):
    skills: Skills
    statuses: Statuses
    loot: Loot
    curves: CurvesBalance

    @model_validator(mode="after")
    def _agree(self) -> Rich:
        found = [
            Contradiction(("skills", name, "speed_ups"), "must not be 13")
            for name, skill in self.skills.root.items()
            if isinstance(skill, Bolt) and skill.speed_ups == 13
        ]
        # Only a balance without dangling names gets here.
        for item in self.loot.items.values():
            assert item.gives is None or item.gives in self.skills.root
        refuse(found)
        return self


FILES = {
    "skills": """\
# bolts first
[fire_bolt]
kind = "bolt"
damage_hp = { curve = "damage" }
speed_ups = 30
statuses = ["burning"]

[fire_bolt.charge]
time_s = 1.5
bonus_ratio = 2

[frost_bolt]
extends = "fire_bolt"
remove = ["charge"]
statuses = ["frozen"]

[ice_lance]
extends = "frost_bolt"
speed_ups = 60

[nova]
kind = "area"
damage_hp = 40
radius_u = 4.5
""",
    "statuses": """\
[burning]
slow_ratio = 0

[frozen]
slow_ratio = 0.5
""",
    "loot": """\
[items.scroll]
gives = "nova"

[items.coin]

[tables]
chest = [{ item = "scroll", weight = 1 }, { item = "coin", weight = 9.5 }]

[prices]
scroll = 30
""",
    "curves": """\
[damage]
kind = "linear"
domain = [1, 20]
range = [10, 200]
clamp = false
monotone = "rising"
first = 10
last = 200
""",
}


def write(folder: Path, **changed: str) -> Path:
    """The files of the rich balance in a folder, some of them with other text."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (FILES | changed).items():
        (folder / f"{name}.toml").write_text(text, "utf-8")
    return folder


def read(folder: Path, shipped: Path | None = None, *, fill: bool = False) -> BalanceFiles[Rich]:
    return read_balance(folder, shipped, Rich, fill=fill)


def lines(folder: Path, shipped: Path | None = None) -> list[str]:
    """Every problem of a folder, sorted, without the folder's name."""
    return [
        str(problem).replace(f"{folder}/", "") for problem in sorted(read(folder, shipped).problems)
    ]
