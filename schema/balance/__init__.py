"""What designers may tune: one model per file in `data/balance/`, and what must agree.

Every field says its unit in its name, its range and its meaning here and nowhere else; error
texts, JSON Schemas, documentation checks and the canonical form all derive from these models.

Checks between keys raise one error that carries every contradiction with the key it belongs to, so
that a loader can point at line and column.
"""

from __future__ import annotations

from pydantic import Field, model_validator

from schema.balance.bots import BotsBalance
from schema.balance.checks import contradictions
from schema.balance.classes import ClassesBalance
from schema.balance.loot import LootBalance
from schema.balance.match import MatchBalance
from schema.balance.skills import SkillsBalance
from schema.balance.statuses import StatusesBalance
from schema.balance.tables import Table
from schema.balance.zone import ZoneBalance
from schema.contradictions import refuse
from schema.curves import CurvesBalance


class Balance(Table):
    """Everything designers tune, one field per file."""

    match: MatchBalance = Field(description="match.toml")
    classes: ClassesBalance = Field(description="classes.toml")
    skills: SkillsBalance = Field(description="skills.toml")
    statuses: StatusesBalance = Field(description="statuses.toml")
    curves: CurvesBalance = Field(description="curves.toml")
    loot: LootBalance = Field(description="loot.toml")
    zone: ZoneBalance = Field(description="zone.toml")
    bots: BotsBalance = Field(description="bots.toml")

    @model_validator(mode="after")
    def _keys_agree(self) -> Balance:
        refuse(contradictions(self))
        return self
