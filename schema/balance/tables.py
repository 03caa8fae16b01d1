"""What every balance model is made of: strict tables, names, titles."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
"""The name of an entry, as other files refer to it."""

Title = Annotated[str, Field(min_length=1, max_length=32, description="name, for people")]


class Table(BaseModel):
    """A TOML table: types as written, no unknown keys, no change after loading."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)
