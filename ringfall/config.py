"""The operator's file: everything about running a server that is not about the game."""

from __future__ import annotations

import dataclasses
import typing
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, create_model

from net.limits import Limits

STRICT = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)

TICK_RATE_MIN_HZ = 10
TICK_RATE_MAX_HZ = 60


class ServerSection(BaseModel):
    """`[server]`: where to listen, where to write, how many."""

    model_config = STRICT

    host: str = Field(default="127.0.0.1", min_length=1, description="address to listen on")
    http_port: int = Field(
        default=8000, ge=0, le=65535, description="port of the page; 0 for any free one"
    )
    game_port: int = Field(
        default=8001, ge=0, le=65535, description="port of the game; 0 for any free one"
    )
    public_game_url: str | None = Field(
        default=None,
        pattern=r"^wss?://[^\s]+$",
        description="WebSocket address to give to browsers, for servers behind a proxy",
    )
    direct_frames: bool = Field(
        default=True,
        description="send and read usual WebSocket frames past the library; false is slower",
    )
    drain_s: float = Field(
        default=20.0,
        ge=0,
        le=3600,
        description="how long those who play may go on after SIGTERM; 0 for not at all",
    )
    journal_dir: str = Field(
        default="journals", min_length=1, description="folder of the recordings"
    )


class MatchSection(BaseModel):
    """`[match]`: how matches are run."""

    model_config = STRICT

    tick_rate_hz: int = Field(
        default=30, ge=TICK_RATE_MIN_HZ, le=TICK_RATE_MAX_HZ, description="ticks per second"
    )
    players_max: int | None = Field(
        default=None, ge=2, le=4096, description="places in a match; the map's number when left out"
    )
    bots: int = Field(default=30, ge=0, le=4096, description="bots that enter every match")
    map: str | None = Field(
        default=None,
        min_length=1,
        description="name of the map, or generated:SEED; the data folder's default when left out",
    )
    matches_max: int = Field(default=4, ge=1, le=64, description="matches that may run at one time")
    catch_up_max_ticks: int = Field(
        default=5,
        ge=1,
        le=60,
        description="ticks a late match may run at once before its clock slips",
    )


class JournalSection(BaseModel):
    """`[journal]`: how matches are recorded."""

    model_config = STRICT

    keyframe_s: float = Field(default=10.0, ge=1, le=600, description="time between keyframes")
    sync_s: float = Field(
        default=1.0, ge=0.05, le=60, description="most time a power loss can cost"
    )
    changes_s: float = Field(
        default=1.0,
        ge=0,
        le=60,
        description="time between records of what changed; 0 for none",
    )
    tail_dir: str | None = Field(
        default=None,
        min_length=1,
        description="folder, best in memory, of what a killed process had not written yet; "
        "one of this user in /dev/shm when left out",
    )


class LibrarySection(BaseModel):
    """`[library]`: what becomes of recordings whose match has ended."""

    model_config = STRICT

    pack: bool = Field(default=True, description="pack sealed recordings while the server runs")
    keep_days: float = Field(
        default=0.0, ge=0, le=36500, description="older recordings are deleted; 0 keeps all"
    )
    keep_gb: float = Field(
        default=0.0,
        ge=0,
        le=1e9,
        description="the oldest are deleted when all exceed so many gigabytes; 0 for no bound",
    )


class PlayersSection(BaseModel):
    """`[players]`: who people are, how long they are waited for, who may watch."""

    model_config = STRICT

    database: str = Field(
        default="players.sqlite", min_length=1, description="file of players and their sessions"
    )
    guest_days: float = Field(
        default=30.0, gt=0, le=3650, description="a guest who has not come for so long is forgotten"
    )
    ticket_s: float = Field(
        default=30.0, ge=1, le=300, description="how long a ticket may wait to be used"
    )
    grace_s: float = Field(
        default=30.0, ge=0, le=600, description="a body stands so long after its line broke"
    )
    watch_delay_s: float = Field(
        default=15.0, ge=1, le=120, description="how late watchers see a match"
    )
    killer_delay_s: float = Field(
        default=5.0, ge=1, le=60, description="how late the dead see whoever killed them"
    )
    watchers_max: int = Field(default=32, ge=0, le=4096, description="watchers of one match")


def _limits_section() -> type[BaseModel]:
    """A model of ``net.limits.Limits``: the same names, types and defaults."""
    hints = typing.get_type_hints(Limits)
    fields: dict[str, Any] = {}
    for field in dataclasses.fields(Limits):
        kind = hints[field.name]
        if kind in (int, float):
            kind = Annotated[kind, Field(gt=0)]
        elif kind not in (bool,):
            kind = Annotated[tuple[str, ...], Field(strict=False)]
        fields[field.name] = (kind, field.default)
    model: type[BaseModel] = create_model("LimitsSection", __config__=STRICT, **fields)
    return model


LimitsSection = _limits_section()


class Config(BaseModel):
    """A whole configuration file; every key has a default."""

    model_config = STRICT

    server: ServerSection = Field(default_factory=ServerSection, description="where")
    match: MatchSection = Field(default_factory=MatchSection, description="matches")
    journal: JournalSection = Field(default_factory=JournalSection, description="recordings")
    library: LibrarySection = Field(default_factory=LibrarySection, description="old recordings")
    players: PlayersSection = Field(default_factory=PlayersSection, description="people")
    limits: LimitsSection = Field(  # type: ignore[valid-type]
        default_factory=LimitsSection, description="what clients may cost"
    )

    def net_limits(self) -> Limits:
        """The limits as the network edge takes them.

        Raises:
            ValueError: a value makes no sense to it; the text names the key.
        """
        return Limits(**self.limits.model_dump())  # type: ignore[attr-defined]


def load_config(path: Path | None) -> Config:
    """Read a configuration, or take the defaults.

    Raises:
        DataError: with every problem, by file, line and column.
    """
    from ringfall.documents import load_document

    return Config() if path is None else load_document(path, Config)
