"""`classes.toml`: what players can be."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field, RootModel

from schema.balance.tables import Name, Table, Title
from schema.curves import Between, Scaled
from schema.references import RefersTo

SkillName = Annotated[Name, RefersTo("skills")]


class Slots(Table):
    """The four skills of a class, by the button that casts them."""

    primary: SkillName = Field(description="left mouse button")
    secondary: SkillName = Field(description="right mouse button")
    special: SkillName = Field(description="Q")
    mobility: SkillName = Field(description="space")


class Block(Table):
    """What comes from the front does less."""

    arc_degrees: float = Field(gt=0, le=360, description="width of the arc round the aim")
    share_ratio: float = Field(gt=0, le=0.9, description="share of the damage that is taken off")


class Combo(Table):
    """Hits in a row do more; a miss ends it."""

    step_ratio: float = Field(gt=0, le=1, description="more damage for each hit before")
    hits_max: int = Field(ge=1, le=20, description="hits that count")
    window_s: float = Field(gt=0, le=30, description="time after which it is forgotten")


class Thorns(Table):
    """Some of the damage goes back to whoever did it."""

    share_ratio: float = Field(gt=0, le=1, description="share of the damage that goes back")


class ClassBalance(Table):
    """A class. What may grow is a number or a curve over levels."""

    title: Title
    blurb: str = Field(min_length=1, max_length=120, description="one line for the choice of class")
    health_max_hp: Annotated[Scaled, Between(ge=1, le=2000)] = Field(description="health")
    mana_max_mp: Annotated[Scaled, Between(ge=0, le=1000)] = Field(description="mana")
    mana_mp_per_s: Annotated[Scaled, Between(ge=0, le=100)] = Field(
        description="mana that comes back"
    )
    armour: Annotated[Scaled, Between(ge=0, le=500)] = Field(
        description="damage is multiplied by 100 / (100 + armour)"
    )
    speed_ups: Annotated[Scaled, Between(ge=0.5, le=30)] = Field(description="running speed")
    power_ratio: Annotated[Scaled, Between(ge=0.1, le=10)] = Field(
        description="multiplies damage, healing and pools"
    )
    skills: Slots = Field(description="the four skills")
    block: Block | None = Field(default=None, description="blocks what comes from the front")
    combo: Combo | None = Field(default=None, description="hits in a row do more")
    thorns: Thorns | None = Field(default=None, description="gives damage back")


class ClassesBalance(RootModel[dict[Name, ClassBalance]]):
    """`classes.toml`: one table per class."""

    model_config = ConfigDict(strict=True, frozen=True)

    root: dict[Name, ClassBalance] = Field(min_length=1, max_length=16, description="the classes")
