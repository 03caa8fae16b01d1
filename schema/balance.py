"""What designers may tune: one frozen model per file in `data/balance/`, and what must agree.

Every field says its unit in its name, its range and its meaning here and nowhere else; error
texts, documentation checks and the canonical form all derive from these models. Ranges end
where the wire or the tick would stop coping (a hit's damage travels in one byte, health in
1/64 hp in two), so a loaded balance never needs a second look.

Checks between keys live at the end of the file. They raise one error that carries every
contradiction with the key it belongs to, so that a loader can point at line and column.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, NamedTuple

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError


class Contradiction(NamedTuple):
    """Two keys that cannot both be meant: `at` is the key path to point at, within the model."""

    at: tuple[str | int, ...]
    message: str


def refuse(contradictions: list[Contradiction]) -> None:
    """Raise one pydantic error carrying all `contradictions`; do nothing when there are none."""
    if not contradictions:
        return
    text = "; ".join(".".join(map(str, c.at)) + ": " + c.message for c in contradictions)
    context = {"text": text, "contradictions": contradictions}
    raise PydanticCustomError("contradiction", "{text}", context)


class _Table(BaseModel):
    """A TOML table: types as written, no unknown keys, no change after loading."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)


class MatchBalance(_Table):
    """`match.toml`: the frame around a match, and its hard capacities."""

    join_window_s: float = Field(
        ge=1, le=600, description="how long after its start a match still takes in players"
    )
    result_linger_s: float = Field(
        ge=0, le=60, description="how long the final result stays before connections close"
    )
    credit_window_s: float = Field(
        ge=0, le=60, description="a death in the zone credits whoever did damage this recently"
    )
    input_hold_s: float = Field(
        ge=0, le=2, description="how long the last input holds when no new one arrives"
    )
    view_width_u: float = Field(ge=16, le=120, description="width of what a player sees")
    view_height_u: float = Field(ge=9, le=120, description="height of what a player sees")
    projectiles_per_player: int = Field(
        ge=1, le=64, description="room for shots in flight, per place in the match"
    )
    areas_per_player: int = Field(
        ge=1, le=16, description="room for thrown blasts, per place in the match"
    )
    events_per_player: int = Field(
        ge=1, le=64, description="room for events in one tick, per place in the match"
    )
    hits_per_player: int = Field(
        ge=1, le=64, description="room for hits in one tick, per place in the match"
    )


class BodyBalance(_Table):
    """`body.toml`: what every player is made of."""

    radius_u: float = Field(ge=0.1, le=2, description="radius of a body, for walls and for hits")
    health_max_hp: float = Field(ge=1, le=1000, description="health at the start, and its ceiling")
    speed_ups: float = Field(ge=0.5, le=30, description="running speed")
    acceleration_upss: float = Field(
        ge=1, le=1000, description="how fast running speed is reached and lost"
    )


class ShotBalance(_Table):
    """`[shot]`: the straight shot on ATTACK."""

    cooldown_s: float = Field(ge=0.05, le=60, description="time between two shots")
    speed_ups: float = Field(ge=1, le=200, description="flying speed")
    radius_u: float = Field(ge=0.01, le=1, description="radius of the shot, for hits")
    damage_hp: float = Field(gt=0, le=255, description="damage of one hit")
    range_u: float = Field(ge=1, le=200, description="how far a shot flies")


class BlastBalance(_Table):
    """`[blast]`: the thrown area damage on BLAST."""

    cooldown_s: float = Field(ge=0.05, le=60, description="time between two throws")
    range_u: float = Field(ge=1, le=100, description="how far it can be thrown")
    radius_u: float = Field(ge=0.5, le=30, description="radius of the damaged circle")
    fuse_s: float = Field(ge=0.1, le=10, description="time from the throw until it goes off")
    damage_hp: float = Field(gt=0, le=255, description="damage to every body it reaches")


class DashBalance(_Table):
    """`[dash]`: the burst of speed on DASH."""

    cooldown_s: float = Field(ge=0.05, le=60, description="time from one dash to the next")
    speed_ups: float = Field(ge=1, le=100, description="speed while dashing")
    duration_s: float = Field(ge=0.02, le=2, description="how long a dash lasts")


class SkillsBalance(_Table):
    """`skills.toml`: one table per skill."""

    shot: ShotBalance = Field(description="the straight shot")
    blast: BlastBalance = Field(description="the thrown blast")
    dash: DashBalance = Field(description="the dash")


class ZonePhase(_Table):
    """One `[[phase]]`: the zone waits, then shrinks."""

    wait_s: float = Field(ge=0, le=600, description="time at rest before shrinking")
    shrink_s: float = Field(ge=0.5, le=600, description="time it takes to shrink")
    radius_ratio: float = Field(
        ge=0, le=1, description="radius afterwards, as a share of the starting radius"
    )
    damage_hp_per_s: float = Field(ge=0, le=1000, description="damage outside during this phase")


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


class ZoneBalance(_Table):
    """`zone.toml`: the phases of the shrinking zone, in order."""

    # Not strict: TOML and JSON only have lists, and a frozen model wants a tuple.
    phase: Annotated[
        tuple[ZonePhase, ...],
        Field(min_length=1, max_length=32, strict=False, description="the phases, in order"),
        AfterValidator(_phases_agree),
    ]


class BotsBalance(_Table):
    """`bots.toml`: how good the bots are."""

    reaction_s: float = Field(ge=0, le=5, description="time between two decisions")
    sight_u: float = Field(ge=1, le=200, description="how far a bot notices others")
    aim_error_degrees: float = Field(ge=0, le=90, description="largest error of a bot's aim")
    keep_distance_u: float = Field(ge=0, le=100, description="distance a bot keeps from its enemy")
    dash_health_hp: float = Field(ge=0, le=1000, description="below this health a bot dashes away")
    blast_chance: float = Field(
        ge=0, le=1, description="chance to throw a blast at each decision that allows one"
    )
    wander_s: float = Field(
        ge=0.1, le=60, description="how long a bot keeps its way when it sees nobody"
    )


class Balance(_Table):
    """Everything designers tune, one field per file."""

    match: MatchBalance = Field(description="match.toml")
    body: BodyBalance = Field(description="body.toml")
    skills: SkillsBalance = Field(description="skills.toml")
    zone: ZoneBalance = Field(description="zone.toml")
    bots: BotsBalance = Field(description="bots.toml")

    @model_validator(mode="after")
    def _keys_agree(self) -> Balance:
        refuse(_skill_contradictions(self) + _capacity_contradictions(self))
        return self


def _skill_contradictions(balance: Balance) -> list[Contradiction]:
    body, bots = balance.body, balance.bots
    shot, dash = balance.skills.shot, balance.skills.dash
    found = []
    if shot.radius_u >= body.radius_u:
        text = f"must be below body.radius_u ({body.radius_u:g}), is {shot.radius_u:g}"
        found.append(Contradiction(("skills", "shot", "radius_u"), text))
    if shot.speed_ups <= body.speed_ups:
        text = f"must exceed body.speed_ups ({body.speed_ups:g}), is {shot.speed_ups:g}"
        found.append(Contradiction(("skills", "shot", "speed_ups"), text))
    if dash.speed_ups <= body.speed_ups:
        text = f"must exceed body.speed_ups ({body.speed_ups:g}), is {dash.speed_ups:g}"
        found.append(Contradiction(("skills", "dash", "speed_ups"), text))
    if dash.duration_s >= dash.cooldown_s:
        text = f"must be below skills.dash.cooldown_s ({dash.cooldown_s:g}), is {dash.duration_s:g}"
        found.append(Contradiction(("skills", "dash", "duration_s"), text))
    if bots.keep_distance_u >= bots.sight_u:
        text = f"must be below bots.sight_u ({bots.sight_u:g}), is {bots.keep_distance_u:g}"
        found.append(Contradiction(("bots", "keep_distance_u"), text))
    if bots.dash_health_hp > body.health_max_hp:
        text = (
            f"must not exceed body.health_max_hp ({body.health_max_hp:g}), "
            f"is {bots.dash_health_hp:g}"
        )
        found.append(Contradiction(("bots", "dash_health_hp"), text))
    return found


def _capacity_contradictions(balance: Balance) -> list[Contradiction]:
    """Capacities that a player alone could fill.

    In the air at once: floor(lifetime / cooldown) + 1. One more, because rounding to ticks can
    lengthen a life and shorten a cooldown.
    """
    match, shot, blast = balance.match, balance.skills.shot, balance.skills.blast
    found = []
    shots = int(shot.range_u / shot.speed_ups / shot.cooldown_s) + 2
    if shots > match.projectiles_per_player:
        text = (
            f"must be at least {shots}, is {match.projectiles_per_player}: that many shots can be "
            "in the air by skills.shot.range_u, skills.shot.speed_ups and skills.shot.cooldown_s"
        )
        found.append(Contradiction(("match", "projectiles_per_player"), text))
    areas = int(blast.fuse_s / blast.cooldown_s) + 2
    if areas > match.areas_per_player:
        text = (
            f"must be at least {areas}, is {match.areas_per_player}: that many blasts can be "
            "waiting by skills.blast.fuse_s and skills.blast.cooldown_s"
        )
        found.append(Contradiction(("match", "areas_per_player"), text))
    return found
