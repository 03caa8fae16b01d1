"""`bots.toml`: how good bots are, in three levels."""

from __future__ import annotations

from pydantic import Field

from schema.balance.tables import Table


class BotLevel(Table):
    """One level of skill."""

    share_ratio: float = Field(ge=0, le=1, description="share of the bots that have it")
    reaction_s: float = Field(ge=0, le=5, description="time between two decisions")
    sight_u: float = Field(ge=1, le=200, description="how far a bot notices others")
    aim_error_degrees: float = Field(ge=0, le=90, description="largest error of a bot's aim")
    skill_chance: float = Field(
        ge=0, le=1, description="chance to use a skill at a decision that makes sense"
    )
    caution_ratio: float = Field(
        ge=0, le=1, description="below this share of its health a bot backs off"
    )
    loot_u: float = Field(ge=0, le=100, description="how far it goes for an item")
    lead_ratio: float = Field(ge=0, le=1, description="how well it aims ahead of a moving enemy")


class BotsBalance(Table):
    """`bots.toml`."""

    easy: BotLevel = Field(description="beginners")
    normal: BotLevel = Field(description="everybody")
    hard: BotLevel = Field(description="the good ones")
