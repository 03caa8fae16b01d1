"""The operator's file: defaults, every key within reach, every mistake with its place."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

import pytest

from net.limits import Limits
from ringfall.config import Config, LimitsSection, load_config
from ringfall.documents import DataError
from ringfall.serving import places_of, prepare


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "ringfall.toml"
    path.write_text(text)
    return path


def test_defaults() -> None:
    config = load_config(None)
    assert config == Config()
    assert (config.server.host, config.server.http_port, config.server.game_port) == (
        "127.0.0.1",
        8000,
        8001,
    )
    assert (config.match.bots, config.match.tick_rate_hz, config.match.players_max) == (
        30,
        30,
        None,
    )
    assert config.net_limits() == Limits()


def test_an_empty_file_is_the_defaults(tmp_path: Path) -> None:
    assert load_config(write(tmp_path, "")) == Config()


@pytest.mark.parametrize("field", dataclasses.fields(Limits), ids=lambda field: field.name)
def test_every_limit_can_be_set(tmp_path: Path, field: dataclasses.Field[Any]) -> None:
    default = field.default
    if isinstance(default, bool):
        wanted: Any = not default
    elif isinstance(default, tuple):
        wanted = ("10.0.0.0/8",)
    else:
        wanted = default + 3
    text = f'["{wanted[0]}"]' if isinstance(wanted, tuple) else str(wanted).lower()
    config = load_config(write(tmp_path, f"[limits]\n{field.name} = {text}\n"))
    limits = config.net_limits()
    assert getattr(limits, field.name) == wanted
    assert dataclasses.replace(limits, **{field.name: default}) == Limits()


def test_there_are_no_other_limits() -> None:
    assert set(LimitsSection.model_fields) == {field.name for field in dataclasses.fields(Limits)}


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("[server]\nport = 1\n", "2:1", "port"),
        ("[server]\nhttp_port = 70000\n", "2:13", "http_port"),
        ("[server]\nhttp_port = -1\n", "2:13", "http_port"),
        ('[server]\nhttp_port = "8000"\n', "2:13", "http_port"),
        ('[server]\nhost = ""\n', "2:8", "host"),
        ('[server]\npublic_game_url = "http://x"\n', "2:19", "public_game_url"),
        ("[match]\n\ntick_rate_hz = 61\n", "3:16", "tick_rate_hz"),
        ("[match]\ntick_rate_hz = 9\n", "2:16", "tick_rate_hz"),
        ("[match]\ntick_rate_hz = 30.5\n", "2:16", "tick_rate_hz"),
        ("[match]\nplayers_max = 1\n", "2:15", "players_max"),
        ("[match]\nbots = -1\n", "2:8", "bots"),
        ("[match]\nbots = true\n", "2:8", "bots"),
        ("[match]\nmatches_max = 0\n", "2:15", "matches_max"),
        ("[journal]\nkeyframe_s = 0.5\n", "2:14", "keyframe_s"),
        ("[journal]\nkeyframe_s = nan\n", "2:14", "keyframe_s"),
        ("[journal]\nchanges_s = -1.0\n", "2:13", "changes_s"),
        ("[limits]\nunacked_max = 0\n", "2:15", "unacked_max"),
        ("[limits]\nidle_deadline_s = inf\n", "2:19", "idle_deadline_s"),
        ('[limits]\nallowed_origins = "*"\n', "2:19", "allowed_origins"),
        ("[limits]\nallowed_origins = [1]\n", "2:20", "allowed_origins"),
        ("[limit]\nunacked_max = 1\n", "1:2", "limit"),
        ("nonsense\n", "1:9", ""),
        ("[match]\nbots = 3\nbots = 4\n", "3:", "bots"),
    ],
)
def test_mistakes_have_a_place(tmp_path: Path, text: str, place: str, words: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(DataError) as caught:
        load_config(path)
    message = str(caught.value)
    assert len(message.splitlines()) == 1
    assert re.match(rf"{re.escape(str(path))}:{place}", message), message
    assert words in message


def test_all_mistakes_at_once(tmp_path: Path) -> None:
    path = write(tmp_path, "[match]\nbots = -1\n[server]\nport = 1\n[limits]\nunacked_max = 0\n")
    with pytest.raises(DataError) as caught:
        load_config(path)
    assert [problem.line for problem in caught.value.problems] == [2, 4, 6]


def test_a_network_that_is_none(tmp_path: Path) -> None:
    path = write(tmp_path, '[limits]\ntrusted_proxies = ["300.0.0.0/8"]\n')
    with pytest.raises(DataError, match=r"limits\.trusted_proxies.*300"):
        prepare(path, {}, None)


def test_flags_go_before_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, "[match]\nbots = 3\ntick_rate_hz = 20\n[server]\nhttp_port = 1234\n")
    flags: dict[str, dict[str, Any]] = {
        "match": {"bots": 7, "tick_rate_hz": None},
        "server": {"http_port": None, "journal_dir": "there"},
    }
    config, pack = prepare(path, flags, None)
    assert (config.match.bots, config.match.tick_rate_hz) == (7, 20)
    assert (config.server.http_port, config.server.journal_dir) == (1234, "there")
    assert places_of(config, pack) == pack.map.players_max


@pytest.mark.parametrize(
    ("match", "words"),
    [
        ({"players_max": 100_000}, "lower --players-max"),
        ({"bots": 10**9}, "lower --bots"),
        ({"bots": 8, "players_max": 8}, "8 bots leave no place for people among 8"),
        ({"map": "nowhere"}, "there is no map"),
    ],
)
def test_combinations_that_cannot_be(match: dict[str, Any], words: str) -> None:
    with pytest.raises(DataError, match=words) as caught:
        prepare(None, {"match": match}, None)
    assert len(str(caught.value).splitlines()) == 1
