"""What people and programs read of matches that were recovered, and of a match that broke."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any, cast

import pytest
import trio
from rich.console import Console

from ringfall.addresses import Addresses
from ringfall.config import Config, JournalSection, ServerSection
from ringfall.datapack import load_datapack
from ringfall.hosting.hosted import HostedMatch
from ringfall.recovery import Recovered, Report, SetAside
from ringfall.server import Server
from ringfall.serving import _announce

ADDRESSES = Addresses("http://127.0.0.1:8000/", 8000, 8001)
REPORT = Report(
    [
        Recovered("m-1", 912, 2, 1.5, 0.25, False, ("7 bytes were cut off",)),
        Recovered("m-2", 5, 0, 0.0, 0.1, True),
    ],
    [
        SetAside(Path("journals/set-aside/m-3.journal"), "other rules"),
        SetAside(Path("journals/m-4.journal"), "the disk is full", moved=False),
    ],
    0.5,
)


def test_people_read_a_line_for_each() -> None:
    out = io.StringIO()
    _announce(Config(), Console(file=out, width=400), False, ADDRESSES, REPORT)
    lines = out.getvalue().splitlines()
    assert lines[:5] == [
        "recovered match m-1 goes on at tick 912: 2 players waited for, 1.5 s played again in "
        "0.25 s",
        "  7 bytes were cut off",
        "recovered match m-2 was over at tick 5 and is sealed now",
        "not recovered, set aside as journals/set-aside/m-3.journal: other rules",
        "not recovered, left as journals/m-4.journal: the disk is full",
    ]
    assert "is running" in lines[5]


def test_programs_read_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    _announce(Config(), Console(), True, ADDRESSES, REPORT)
    facts = json.loads(capsys.readouterr().out)
    assert facts["recovered"][0] == {
        "match_id": "m-1", "tick": 912, "waiting": 2, "over": False, "seconds": 0.25,
    }  # fmt: skip
    assert [found["reason"] for found in facts["set_aside"]] == ["other rules", "the disk is full"]


def test_the_journal_of_a_match_that_broke_is_set_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the next start it would break again, and nobody would come back to it."""
    config = Config(
        server=ServerSection(journal_dir=str(tmp_path / "journals")),
        journal=JournalSection(tail_dir=str(tmp_path / "tails")),
    )
    (tmp_path / "journals").mkdir()
    server = Server(config, load_datapack(), 40)
    advance = HostedMatch.advance

    def break_at_three(hosted: HostedMatch) -> None:
        advance(hosted)
        if hosted.match.tick == 3:
            raise ZeroDivisionError("by chance")

    monkeypatch.setattr(HostedMatch, "advance", break_at_three)

    async def play() -> None:
        with trio.fail_after(60):
            async with trio.open_nursery() as nursery:
                server.matches.begin(nursery, lambda change: None)
                assert server.matches.open() is not None

    trio.run(play)
    [reason] = (tmp_path / "journals" / "set-aside").glob("*.reason.txt")
    assert "a fault at tick 3: ZeroDivisionError('by chance')" in reason.read_text()
    assert not list((tmp_path / "journals").glob("*.journal"))
    assert cast(Any, server.metrics.match_faults)._value.get() == 1
