"""What a match leaves in the store, and what its recording says of it later: the same."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import trio

from persistence.journal_file import JournalFile
from persistence.store.change import Change
from persistence.store.file import StoreFile
from persistence.store.queries import history, profile
from persistence.store.rebuild import NoResultError, played_of
from persistence.store.results import MatchPlayed, PersonLeft
from persistence.store.upkeep import check, rebuild
from persistence.store.writer import Store
from ringfall.hosting.hosted import HostedMatch, Patience
from ringfall.names import bot_names
from ringfall.recording import Recorder, cadence_of, make_header, winner_of
from ringfall.results import catch_up
from ringfall.scribe import Scribe
from tests.ringfall.packs import DEADLY, new_match, outbox, wish

TABLES = ("matches", "results", "player_stats", "class_stats", "players")


@dataclass
class Evening:
    """Matches as a server plays them, and what it was told of them."""

    folder: Path
    changes: list[Change] = field(default_factory=list)

    def play(self, match_id: str, finished: bool = True, leaver: str | None = None) -> Path:
        match = new_match(zone=DEADLY, seed=len(self.changes), result_linger_s=0.1)
        cadence = cadence_of(match.rules, 10.0, 0.0)
        header = make_header(match_id, match.plan.pack, match.world, cadence)
        path = self.folder / f"{match_id}.journal"
        with closing(JournalFile.create(path, header)) as file:
            match.recorder = Recorder(file.append, cadence)
            match.enter_bots(bot_names(2, 1))
            hosted = HostedMatch(match_id, match, Patience(grace_s=600.0))
            hosted.scribe = Scribe(header)
            hosted.scribe.submit = self.changes.append
            seats = {
                name: hosted.seat(wish(name, player_id=name.lower()), outbox())
                for name in ("Ada", "Bo", "Cy")
            }
            hosted.advance()
            if leaver is not None:
                seats[leaver].leave(for_good=True)
            while not hosted.finished and (finished or match.tick < 5):
                hosted.advance()
            result = hosted.result()
            reason = "finished" if match.over else "stopped"
            assert match.over == finished
            match.recorder.record_end(match.world, match.tick)
            file.seal(
                tick=match.tick,
                final_hash=match.world.state_hash(),
                winner=winner_of(match.world),
                result=result,
                reason="finished" if finished else "stopped",
            )
            hosted.scribe.ended(match, reason, result)
        return path


@pytest.fixture
def evening(tmp_path: Path) -> Evening:
    (tmp_path / "matches").mkdir()
    return Evening(tmp_path / "matches")


def tables(path: Path) -> dict[str, list[tuple[object, ...]]]:
    with closing(sqlite3.connect(path)) as db:
        return {t: db.execute(f"select * from {t} order by 1, 2").fetchall() for t in TABLES}


def test_a_match_leaves_what_its_recording_says(evening: Evening) -> None:
    path = evening.play("m-1")
    [told] = evening.changes
    assert isinstance(told, MatchPlayed)
    assert told == played_of(path)
    assert (told.players, told.bots, told.reason, told.map) == (5, 2, "finished", "Yard")
    assert sorted(found.player_id for found in told.results) == ["ada", "bo", "cy"]
    by_slot = sorted(told.results, key=lambda found: found.slot)
    assert [found.name for found in by_slot] == ["Ada", "Bo", "Cy"]
    assert all(found.placement > 0 for found in by_slot)
    assert all(found.won == (found.placement == 1) for found in by_slot)
    assert len({found.role for found in told.results}) > 1
    assert told.started_utc > 1_700_000_000


def test_nothing_is_decided_in_a_match_that_is_stopped(evening: Evening) -> None:
    told = played_of(evening.play("m-1", finished=False))
    assert told.reason == "stopped"
    assert [(found.placement, found.won) for found in told.results] == [(0, False)] * 3


def test_who_leaves_for_good_is_written_down_at_once(evening: Evening) -> None:
    path = evening.play("m-1", leaver="Bo")
    parted, ended = evening.changes
    assert isinstance(parted, PersonLeft)
    assert (parted.match_id, parted.result.player_id, parted.result.placement) == ("m-1", "bo", 0)
    assert ended == played_of(path)


def test_rebuilt_from_recordings_the_numbers_are_the_same(evening: Evening, tmp_path: Path) -> None:
    for number in range(3):
        evening.play(f"m-{number}", leaver=("Ada", None, "Cy")[number])
    evening.play("m-3", finished=False)
    live, rebuilt = tmp_path / "live.sqlite", tmp_path / "rebuilt.sqlite"
    with closing(StoreFile(live)) as file:
        for change in evening.changes:
            file.write([change])
    cut = evening.folder / "m-9.journal"
    data = (evening.folder / "m-0.journal").read_bytes()
    cut.write_bytes(data[: len(data) // 2])
    # Neither what belongs to a recording nor what does not.
    for other in ("note.txt", "m-0.journal.tail", "m-0.journal.packed.part"):
        (evening.folder / other).write_bytes(b"no recording")
    for _ in range(2):
        done = rebuild(evening.folder, rebuilt)
        assert done.matches == 4
        [skipped] = done.skipped
        assert str(cut) in skipped
        assert tables(rebuilt) == tables(live)
    assert check(rebuilt) == check(live) == []
    with closing(StoreFile(rebuilt)) as file:
        found = profile(file.db, "ada")
        assert found is not None
        assert (found.sums.matches, found.sums.finished) == (4, 3)
        assert len(history(file.db, "ada")) == 4


def test_a_result_that_a_kill_swallowed_is_taken_from_the_recording(
    evening: Evening, tmp_path: Path
) -> None:
    for number in range(3):
        evening.play(f"m-{number}")
    shutil.copy(evening.folder / "m-1.journal", evening.folder / "broken.journal")
    (evening.folder / "broken.journal").write_bytes(b"nothing")
    store = Store(tmp_path / "p.sqlite")
    store.submit(evening.changes[0])

    async def main() -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(store.run)
            for _ in range(2):
                await catch_up(store, evening.folder, set)
                await store.amend(lambda db: None)
            await catch_up(store, tmp_path / "nowhere", set)
            nursery.cancel_scope.cancel()

    trio.run(main)
    with closing(StoreFile(tmp_path / "whole.sqlite")) as file:
        file.write(evening.changes)
    assert tables(tmp_path / "p.sqlite") == tables(tmp_path / "whole.sqlite")


def test_recordings_that_say_nothing(tmp_path: Path) -> None:
    path = tmp_path / "x.journal"
    path.write_bytes(b"nothing")
    with pytest.raises(NoResultError) as caught:
        played_of(path)
    assert len(str(caught.value).splitlines()) == 1
