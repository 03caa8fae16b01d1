"""`loot.toml`: items, and the tables they are drawn from."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schema.balance.tables import Name, Table, Title
from schema.references import RefersTo


class ItemBalance(Table):
    """A kind of pickup."""

    title: Title
    kind: Literal["health", "mana", "shield", "experience", "upgrade"] = Field(
        description="what it gives"
    )
    amount: float = Field(gt=0, le=1000, description="hp, mp, xp; levels of a skill for upgrades")
    radius_u: float = Field(ge=0.1, le=3, description="reach: touching this circle takes it")


class Draw(Table):
    """One line of a loot table."""

    item: Annotated[Name, RefersTo("loot.items")] = Field(description="name of the item")
    chance_ratio: float = Field(gt=0, le=1, description="chance; what is left up to 1 is nothing")


class LootTable(Table):
    """What one draw may give."""

    rolls: int = Field(ge=1, le=5, description="draws")
    draw: Annotated[tuple[Draw, ...], Field(min_length=1, max_length=16, strict=False)] = Field(
        description="what may come"
    )


TableName = Annotated[Name, RefersTo("loot.tables")]


class LootBalance(Table):
    """Items, tables, and where each table is used."""

    ground: TableName = Field(description="table of loot points that name none")
    crate: TableName = Field(description="table of broken crates")
    death: TableName = Field(description="table of what the dead leave")
    scatter_u: float = Field(ge=0, le=5, description="how far drops lie from where they fell")
    lifetime_s: float = Field(ge=1, le=1200, description="how long an item lies")
    shield_s: float = Field(ge=1, le=120, description="how long a shield from an item lasts")
    crate_hp: float = Field(gt=0, le=5000, description="damage a crate withstands")
    items: dict[Name, ItemBalance] = Field(
        min_length=1, max_length=16, description="kinds of pickups"
    )
    tables: dict[Name, LootTable] = Field(min_length=1, max_length=16, description="loot tables")
