"""`serve --dev`: edited data are noticed once they are whole, and bad ones change nothing."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
import structlog
import trio
import trio.testing

from ringfall.config import Config
from ringfall.datapack import DataPack, load_datapack, read_datapack, shipped_data
from ringfall.datapack.reloading import Reloader
from ringfall.documents import DataError
from ringfall.following import follow_data
from ringfall.server import Server
from ringfall.serving import prepare, reloader_of
from tests.ringfall.packs import pack as yard_pack


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Data that start from the shipped ones and change one file."""
    (tmp_path / "pack.toml").write_text('extends = "shipped"\n')
    (tmp_path / "balance").mkdir()
    write(tmp_path, 0.5)
    return tmp_path


def write(folder: Path, radius_u: object) -> None:
    text = f'extends = "shipped"\n\n[body]\nradius_u = {radius_u}\n'
    (folder / "balance/match.toml").write_text(text)


def reloader(folder: Path) -> Reloader:
    return Reloader(lambda: read_datapack(folder), folder)


def polled(found: Reloader, times: int = 2) -> list[Any]:
    return [found.poll() for _ in range(times)]


def test_an_edit_is_taken_once_it_has_settled(folder: Path) -> None:
    found = reloader(folder)
    assert polled(found) == [None, None]
    write(folder, 0.4444)
    first, second = polled(found)
    assert first is None
    assert isinstance(second, DataPack)
    assert second.balance.match.body.radius_u == 0.4444
    assert polled(found, 3) == [None, None, None]


def test_a_file_that_is_still_being_written_is_waited_for(folder: Path) -> None:
    found = reloader(folder)
    path = folder / "balance/match.toml"
    for size in range(1, 20):
        path.write_bytes(b"extends = " + b" " * size)
        assert found.poll() is None


def test_a_bad_edit_is_told_once_and_a_good_one_after_it_is_taken(folder: Path) -> None:
    found = reloader(folder)
    write(folder, 9)
    _, error = polled(found)
    assert isinstance(error, DataError)
    assert str(error) == (
        f"{folder}/balance/match.toml:4:12: body.radius_u: must be a number from 0.1 to 2, is 9"
    )
    os.utime(folder / "balance/match.toml")
    assert polled(found, 3) == [None, None, None]
    write(folder, 0.5)
    _, pack = polled(found)
    assert isinstance(pack, DataPack)  # what is in force again is said


def test_a_comment_changes_nothing(folder: Path) -> None:
    found = reloader(folder)
    path = folder / "balance/match.toml"
    path.write_text(path.read_text() + "# a comment\n")
    assert polled(found, 3) == [None, None, None]


def test_a_base_elsewhere_is_watched(folder: Path) -> None:
    (folder / "elsewhere").mkdir()
    base = folder / "elsewhere/match.toml"
    base.write_text('extends = "shipped"\n[body]\nradius_u = 0.3\n')
    (folder / "balance/match.toml").write_text('extends = "../elsewhere/match.toml"\n')
    found = reloader(folder)
    base.write_text('extends = "shipped"\n[body]\nradius_u = 0.35\n')
    _, pack = polled(found)
    assert isinstance(pack, DataPack)
    assert pack.balance.match.body.radius_u == 0.35


def test_a_file_that_vanishes_and_comes_back(folder: Path) -> None:
    found = reloader(folder)
    write(folder, 0.4)
    assert isinstance(polled(found)[1], DataPack)
    (folder / "balance/match.toml").unlink()
    _, pack = polled(found)
    assert isinstance(pack, DataPack)  # the shipped file stands in for it
    assert pack.balance.match.body.radius_u == load_datapack().balance.match.body.radius_u


def test_settings_that_no_longer_fit_are_a_bad_edit(folder: Path) -> None:
    places = load_datapack().map.players_max
    config, pack = prepare(None, {"match": {"players_max": places}}, folder)
    found = reloader_of(config, folder)
    assert pack.map.players_max == places
    (folder / "maps").mkdir()
    text = (shipped_data() / "maps/caldera.tmj").read_text("utf-8")
    fewer = re.sub(rf"(players_max.*?){places}", rf"\g<1>{places - 1}", text, count=1, flags=re.S)
    assert fewer != text
    (folder / "maps/caldera.tmj").write_text(fewer, "utf-8")
    _, error = polled(found)
    assert isinstance(error, DataError)
    assert f"players_max is {places}, but the map 'Caldera' has places for" in str(error)


class Fake:
    """A reloader that finds what it is told to."""

    def __init__(self, *found: Any) -> None:
        self.found = list(found)

    def poll(self) -> Any:
        one = self.found.pop(0) if self.found else None
        if isinstance(one, RuntimeError):
            raise one
        return one


def test_the_server_takes_good_data_and_survives_bad_ones() -> None:
    new = yard_pack()
    fake = Fake(None, DataError([]), RuntimeError("disk on fire"), new)
    server = Server(Config(), load_datapack(), 128, fake)  # type: ignore[arg-type]

    async def follow() -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(follow_data, fake, server._take_data)
            for _ in range(1000):
                if server.pack is new:
                    break
                await trio.sleep(1)
            nursery.cancel_scope.cancel()

    with structlog.testing.capture_logs() as logs:
        trio.run(follow, clock=trio.testing.MockClock(autojump_threshold=0.05))
    assert server.pack is new
    assert server.players_max == new.map.players_max
    assert [line["event"] for line in logs] == [
        "data refused, the last good ones stay in force",
        "data could not be read again, the last good ones stay in force",
        "data taken for the next match",
    ]
