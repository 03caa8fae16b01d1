"""`match.toml`: the frame around a match, the body everybody has, and the hard capacities."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schema.balance.tables import Table
from schema.curves import Between, Scaled


class BodyBalance(Table):
    """What every player is made of, whatever the class."""

    radius_u: float = Field(ge=0.1, le=2, description="radius of a body, for walls and for hits")
    acceleration_upss: float = Field(
        ge=1, le=1000, description="how fast running speed is reached and lost"
    )


class TeamBalance(Table):
    """Teams, and what they may do for each other."""

    size: int = Field(ge=1, le=4, description="players to a team: 1 solo, 2 duo, 4 squad")
    friendly_fire_ratio: float = Field(ge=0, le=1, description="share of damage to team mates")
    down_health_hp: float = Field(ge=1, le=1000, description="health of one who is knocked down")
    bleed_hp_per_s: float = Field(ge=0.1, le=1000, description="health that is lost while down")
    down_speed_ratio: float = Field(ge=0, le=1, description="share of the speed while down")
    revive_s: float = Field(ge=0.2, le=30, description="time it takes to help somebody up")
    revive_reach_u: float = Field(ge=0.5, le=10, description="how near the helper must be")
    revive_health_ratio: float = Field(
        gt=0, le=1, description="share of the health one gets up with"
    )
    downs_max: int = Field(ge=0, le=10, description="after so many, health 0 is death at once")


class ExperienceBalance(Table):
    """Where experience comes from and what a level costs."""

    kill_xp: float = Field(ge=0, le=10_000, description="for a kill")
    assist_xp: float = Field(ge=0, le=10_000, description="for an assist")
    survival_xp_per_s: float = Field(ge=0, le=1000, description="for staying alive")
    level_max: int = Field(ge=1, le=20, description="highest level")
    level_xp: Annotated[Scaled, Between(ge=1, le=100_000)] = Field(
        description="experience from a level to the next"
    )


class CoverBalance(Table):
    """Bushes."""

    reveal_s: float = Field(ge=0, le=30, description="how long an attack or a hit gives one away")
    notice_u: float = Field(ge=0, le=30, description="nearer than this a bush hides nobody")


class LimitsBalance(Table):
    """Hard capacities. Nothing grows during a match: what does not fit is refused and counted."""

    projectiles_per_player: int = Field(ge=1, le=64, description="shots in flight")
    areas_per_player: int = Field(ge=1, le=16, description="areas on the ground")
    barriers_per_player: int = Field(ge=1, le=8, description="barriers standing")
    pickups_per_player: int = Field(ge=1, le=16, description="items lying about")
    events_per_player: int = Field(ge=1, le=64, description="events in one tick")
    hits_per_player: int = Field(ge=1, le=64, description="pieces of damage in one tick")


class MatchBalance(Table):
    """`match.toml`."""

    countdown_s: float = Field(ge=0, le=60, description="time before anybody may move or be hurt")
    join_window_s: float = Field(
        ge=1, le=600, description="how long after its start a match still gives places away"
    )
    result_linger_s: float = Field(
        ge=0, le=60, description="how long the final result stays before connections close"
    )
    credit_window_s: float = Field(
        ge=0, le=60, description="a death by nobody credits whoever did damage this recently"
    )
    assist_window_s: float = Field(
        ge=0, le=60, description="damage this recently is an assist, unless the kill is one's own"
    )
    input_hold_s: float = Field(
        ge=0, le=2, description="how long the last input holds when no new one arrives"
    )
    view_width_u: float = Field(ge=16, le=120, description="width of what a player sees")
    view_height_u: float = Field(ge=9, le=120, description="height of what a player sees")
    body: BodyBalance = Field(description="what everybody is made of")
    team: TeamBalance = Field(description="teams")
    experience: ExperienceBalance = Field(description="experience and levels")
    cover: CoverBalance = Field(description="bushes")
    limits: LimitsBalance = Field(description="hard capacities")
