"""`skills.toml`: every skill, one table each, over eight kinds of effect.

A kind has exactly the keys it uses. Numbers that may grow with the skill's level are `Scaled`: a
plain number, or a curve over skill levels.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, RootModel

from schema.balance.tables import Name, Table, Title
from schema.curves import Between, Scaled
from schema.references import RefersTo
from schema.rulebook import PIERCED

StatusName = Annotated[Name, RefersTo("statuses")]
Affected = Literal["enemies", "allies", "self"]
Blocked = Literal["move", "shots", "sight"]


class Inflicts(Table):
    """A status a skill puts on whom it lands on."""

    status: StatusName = Field(description="name of the status")
    duration_s: float = Field(gt=0, le=30, description="how long it lasts")


class Charge(Table):
    """Holding the button makes the cast grow; a stun cancels it, and it costs nothing then."""

    full_s: float = Field(ge=0.1, le=10, description="time until the charge is full")
    power_ratio: float = Field(ge=1, le=10, description="effect of a full charge against none")
    radius_ratio: float = Field(ge=1, le=4, description="radius of a full charge against none")


class _Skill(Table):
    title: Title
    cooldown_s: float = Field(ge=0.05, le=120, description="time until a charge is back")
    charges_max: int = Field(default=1, ge=1, le=8, description="casts that can be saved up")
    gap_s: float = Field(
        default=0.2, ge=0.05, le=10, description="least time between two casts while some are left"
    )
    mana_mp: float = Field(ge=0, le=1000, description="price of a cast")
    self_status: Inflicts | None = Field(default=None, description="a status the caster gets")


class _Landing(_Skill):
    inflicts: Annotated[tuple[Inflicts, ...], Field(max_length=2, strict=False)] = Field(
        default=(), description="statuses of whom it lands on"
    )


class _Flying(_Landing):
    speed_ups: float = Field(ge=1, le=200, description="flying speed")
    radius_u: float = Field(ge=0.01, le=2, description="radius, for hits")
    range_u: float = Field(ge=1, le=200, description="how far it flies")
    damage_hp: Annotated[Scaled, Between(ge=0, le=1000)] = Field(description="damage of one hit")
    combo: bool = Field(default=False, description="hits and misses count for a class's combo")


class ProjectileSkill(_Flying):
    """Straight shots."""

    kind: Literal["projectile"]
    pierce: int = Field(default=0, ge=0, le=PIERCED, description="bodies it passes through")
    count: int = Field(default=1, ge=1, le=9, description="shots of one cast")
    spread_degrees: float = Field(default=0.0, ge=0, le=180, description="fan they are spread over")
    charge: Charge | None = Field(default=None, description="hold to grow")


class HomingSkill(_Flying):
    """A shot that turns towards the enemy nearest to the aim."""

    kind: Literal["homing"]
    turn_degrees_per_s: float = Field(ge=1, le=1080, description="how fast it turns")
    lock_u: float = Field(ge=1, le=100, description="how far away its target may be at the start")


class AreaSkill(_Landing):
    """A circle that goes off after a delay, seen by everybody, once or again and again."""

    kind: Literal["area"]
    range_u: float = Field(ge=0, le=100, description="how far it is thrown; 0 is round the caster")
    radius_u: float = Field(ge=0.3, le=30, description="radius")
    delay_s: float = Field(default=0.0, ge=0, le=10, description="from the cast until it goes off")
    linger_s: float = Field(default=0.0, ge=0, le=30, description="how long it keeps going off")
    period_s: float = Field(default=0.5, ge=0.1, le=5, description="time between two pulses")
    damage_hp: Annotated[Scaled, Between(ge=0, le=1000)] = Field(
        default=0.0, description="damage of a pulse"
    )
    heal_hp: Annotated[Scaled, Between(ge=0, le=1000)] = Field(
        default=0.0, description="healing of a pulse"
    )
    affects: Annotated[tuple[Affected, ...], Field(min_length=1, max_length=3, strict=False)] = (
        Field(default=("enemies",), description="whom it reaches")
    )
    through_walls: bool = Field(default=False, description="whether walls do not shield from it")
    charge: Charge | None = Field(default=None, description="hold to grow")


class BeamSkill(_Landing):
    """A beam that costs mana in every tick and ends without it."""

    kind: Literal["beam"]
    range_u: float = Field(ge=1, le=60, description="how far it reaches")
    radius_u: float = Field(ge=0.01, le=2, description="half its width")
    damage_hp_per_s: Annotated[Scaled, Between(ge=0, le=1000)] = Field(description="damage")
    mana_mp_per_s: float = Field(ge=0, le=1000, description="price of channelling")
    longest_s: float = Field(ge=0.1, le=30, description="how long it can be held")


class DashSkill(_Skill):
    """A burst of speed, where one moves, else where one aims."""

    kind: Literal["dash"]
    speed_ups: float = Field(ge=1, le=100, description="speed while dashing")
    duration_s: float = Field(ge=0.02, le=2, description="how long it lasts")


class ShieldSkill(_Skill):
    """A pool that takes damage before the health does."""

    kind: Literal["shield"]
    pool_hp: Annotated[Scaled, Between(ge=0, le=1000)] = Field(description="damage it takes")
    duration_s: float = Field(ge=0.1, le=60, description="how long it lasts")


class HealSkill(_Skill):
    """Health at once and over time, for the caster or for the nearest team mate in reach."""

    kind: Literal["heal"]
    heal_hp: Annotated[Scaled, Between(ge=0, le=1000)] = Field(
        default=0.0, description="healing at once"
    )
    over_hp: Annotated[Scaled, Between(ge=0, le=1000)] = Field(
        default=0.0, description="healing over time, in all"
    )
    over_s: float = Field(default=0.0, ge=0, le=60, description="how long that takes")
    range_u: float = Field(
        default=0.0, ge=0, le=60, description="reach for team mates; 0 is oneself alone"
    )


class WallSkill(_Skill):
    """A barrier across the aim."""

    kind: Literal["wall"]
    distance_u: float = Field(ge=1, le=30, description="how far away it stands")
    length_u: float = Field(ge=0.5, le=20, description="how long it is")
    thickness_u: float = Field(ge=0.1, le=2, description="how thick it is")
    duration_s: float = Field(ge=0.2, le=60, description="how long it stands")
    health_hp: Annotated[Scaled, Between(ge=1, le=5000)] = Field(description="damage it withstands")
    blocks: Annotated[tuple[Blocked, ...], Field(min_length=1, max_length=3, strict=False)] = Field(
        default=("move", "shots", "sight"), description="what it stands against"
    )


Skill = Annotated[
    ProjectileSkill
    | HomingSkill
    | AreaSkill
    | BeamSkill
    | DashSkill
    | ShieldSkill
    | HealSkill
    | WallSkill,
    Field(discriminator="kind"),
]


class SkillsBalance(RootModel[dict[Name, Skill]]):
    """`skills.toml`: one table per skill."""

    model_config = ConfigDict(strict=True, frozen=True)

    root: dict[Name, Skill] = Field(min_length=1, max_length=64, description="the skills")
