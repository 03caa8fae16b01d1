"""A match killed at any moment goes on as if nothing had been, or is set aside with the reason."""

from __future__ import annotations

import random
from pathlib import Path
from typing import cast

import msgpack
import msgspec
import pytest
import trio

from persistence.journal_file import Entry, JournalFile
from persistence.reader import open_journal
from persistence.records import Header, Tick
from persistence.salvage import ATTEMPTS_MAX, begin_attempt
from persistence.sink import JournalSink
from ringfall.recovery.recovery import _salvaged
from ringfall.recovery.reopening import Reopening
from ringfall.replay import verify
from schema.messages import ServerKind, WelcomeMode
from tests.ringfall.killed import (
    KEYFRAME_TICKS,
    LEAVE_TICK,
    PATIENCE,
    Played,
    Stage,
    leave_behind,
    play,
)
from tests.ringfall.packs import DEADLY, outbox, take_all, wish

replace = msgspec.structs.replace
TICKS = 420
AFTER = 200  # ticks played on and compared


@pytest.fixture(scope="module")
def played() -> Played:
    found = play(TICKS, bots=6, guests=5, team_size=2, join_window_s=5.0)
    assert found.over_tick is None
    assert any(tick.leaves for tick in found.ticks)
    assert any(tick.joins for tick in found.ticks[150:]), "bots that fill a team"
    assert any(entrant.player for tick in found.ticks[1:] for entrant in tick.joins)
    return found


def moments() -> list[tuple[int, int]]:
    """(tick, entries that had not reached the file): the awkward ones, and some at random."""
    draw = random.Random(5)
    chosen = [(1, 0), (1, 2), (2, 5), (KEYFRAME_TICKS, 0), (KEYFRAME_TICKS, 1)]
    chosen += [(KEYFRAME_TICKS + 1, 0), (KEYFRAME_TICKS + 1, 1), (KEYFRAME_TICKS + 1, 60)]
    chosen += [(10, 0), (11, 0), (11, 1), (12, 2), (2 * KEYFRAME_TICKS, 90)]
    return chosen + [(draw.randrange(1, TICKS), draw.choice((0, 1, 3, 30, 99))) for _ in range(7)]


@pytest.mark.parametrize(("tick", "lag"), moments())
def test_a_match_killed_at_any_tick_goes_on_as_the_one_that_was_not(
    tmp_path: Path, played: Played, tick: int, lag: int
) -> None:
    path = leave_behind(tmp_path, played.header, played.before(tick), lag)
    stage = Stage(tmp_path)
    report = stage.recover_and_play(played, AFTER)
    assert report.set_aside == []
    [found] = report.recovered
    assert (found.match_id, found.tick, found.over) == ("the-match", tick, False)
    found_now = verify(path)
    assert (found_now.divergence, found_now.damage, found_now.sealed) == (None, None, True)
    with open_journal(path) as journal:
        ticks = list(journal.ticks())
    assert ticks == played.ticks[: len(ticks)]
    assert len(ticks) == min(tick + AFTER, TICKS)
    assert list((tmp_path / "tails").iterdir()) == [], "the tail of a sealed journal is gone"
    assert [file.name for file in (tmp_path / "journals").iterdir()] == [path.name]


def test_people_are_waited_for_and_get_their_bodies_back(tmp_path: Path, played: Played) -> None:
    tick = LEAVE_TICK + 50
    leave_behind(tmp_path, played.header, played.before(tick), 3)
    stage = Stage(tmp_path)
    report = stage.recover()
    [(hosted, _, _)] = stage.begun
    people = [e for record in played.ticks[:tick] for e in record.joins if e.player]
    gone = {slot for record in played.ticks[:tick] for slot in record.leaves}
    staying = [person for person in people if person.slot not in gone]
    assert gone
    assert report.recovered[0].waiting == hosted.away == len(staying) > 0
    assert [hosted.match.lineup[person.slot].player for person in people] == [
        person.player for person in people
    ]
    for person in people:
        found = hosted.place_of(person.player)
        assert (found is None) == (person.slot in gone)
        if found is not None:
            assert (found.slot, found.seat, found.away_tick) == (person.slot, None, tick)
    back, box = staying[0], outbox(messages_max=256)
    seat = hosted.seat(wish(back.name, player_id=back.player), box, tick - 5)
    welcome = msgpack.unpackb(cast(bytes, take_all(box)[0]))
    assert (seat.slot, welcome[2], welcome[9]) == (back.slot, back.slot, WelcomeMode.RESUMED)
    assert hosted.away == len(staying) - 1
    # Nobody else comes: they are let go when their time is over, as ever.
    for _ in range(round(PATIENCE.grace_s * 30) + 1):
        hosted.advance()
    assert hosted.away == 0
    assert hosted.place_of(back.player) is not None


def test_whoever_watches_or_died_is_shown_a_recovered_match(tmp_path: Path, played: Played) -> None:
    leave_behind(tmp_path, played.header, played.before(100), 0)
    stage = Stage(tmp_path)
    stage.recover()
    [(hosted, _, _)] = stage.begun
    box = outbox(messages_max=256)
    hosted.watch(wish("Eve", watching=True), box)
    for _ in range(round(PATIENCE.watch_delay_s * 30)):
        hosted.advance()
        box.acked(hosted.match.tick)
    kinds = [msgpack.unpackb(item)[0] for item in take_all(box) if isinstance(item, bytes)]
    assert kinds[0] == ServerKind.WELCOME
    assert ServerKind.SNAPSHOT in kinds


def test_deaths_since_the_last_snapshot_are_told_again(tmp_path: Path) -> None:
    fight = play(90, bots=6, guests=5, zone=DEADLY, result_linger_s=60.0)
    assert fight.over_tick is not None
    tick = fight.over_tick
    leave_behind(tmp_path, fight.header, fight.before(tick), 2)
    stage = Stage(tmp_path)
    stage.recover()
    [(hosted, _, _)] = stage.begun
    assert hosted.match.kills
    person = next(e for record in fight.ticks for e in record.joins if e.player)
    box = outbox(messages_max=256)
    hosted.finished = False
    hosted.seat(wish(person.name, player_id=person.player), box, 1)
    kinds = [msgpack.unpackb(item)[0] for item in take_all(box) if isinstance(item, bytes)]
    assert kinds.count(ServerKind.KILL) >= len(hosted.match.kills)
    assert ServerKind.RESULT in kinds, "the dead are told their result again"


def test_a_match_that_was_over_is_sealed(tmp_path: Path) -> None:
    fight = play(90, bots=6, guests=5, zone=DEADLY, result_linger_s=60.0)
    assert fight.over_tick is not None
    tick = fight.over_tick + 3
    path = leave_behind(tmp_path, fight.header, fight.before(tick), 2)
    stage = Stage(tmp_path)
    report = stage.recover_and_play(fight, 0)
    assert [(found.over, found.tick, found.waiting) for found in report.recovered] == [
        (True, tick, 0)
    ]
    assert "was over" in str(report.recovered[0])
    [(hosted, _, _)] = stage.begun
    assert hosted.finished
    found = verify(path)
    assert (found.divergence, found.damage, found.sealed) == (None, None, True)
    with open_journal(path) as journal:
        assert journal.seal is not None
        assert (journal.seal.reason, journal.seal.tick) == ("finished", tick)


@pytest.mark.parametrize("slices", [0, 1, 7])
def test_killed_while_it_recovers_and_again_right_after(
    tmp_path: Path, played: Played, slices: int
) -> None:
    tick = 2 * KEYFRAME_TICKS + 37
    path = leave_behind(tmp_path, played.header, played.before(tick), 25)
    left = _salvaged(path, tmp_path / "tails")
    sink = JournalSink(tail=left.tail)
    reopening = Reopening(left.plan, left.found, sink.append, PATIENCE, lambda: 0)
    for _ in zip(range(slices), reopening.slices(), strict=False):
        pass
    left.close()
    for after in (0, 1, 30):
        stage = Stage(tmp_path)
        report = stage.recover_and_play(played, after, seal=False)
        assert [found.tick for found in report.recovered] == [tick]
        stage.kill()
        tick += after
    assert [found.tick for found in Stage(tmp_path).recover().recovered] == [tick]


def damaged(played: Played, how: str) -> tuple[Header, list[Entry]]:
    """A match of which something is not right, cut off at tick 60."""
    header, entries = played.header, played.before(60)
    if how == "rules":
        header = replace(header, source_hash="0" * 16)
    elif how == "layout":
        header = replace(header, layout_hash="0" * 32)
    elif how == "balance":
        header = replace(header, balance_hash="0" * 32)
    elif how == "hash":
        at = next(i for i, e in enumerate(entries) if isinstance(e, Tick) and e.tick == 50)
        entries[at] = replace(entries[at], hash_before=1)
    elif how == "people":
        at = next(i for i, e in enumerate(entries) if isinstance(e, Tick) and e.tick == 25)
        entries[at] = replace(entries[at], joins=())
    return header, entries


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ("rules", "with rules 0000000000000000"),
        ("layout", "another layout"),
        ("balance", "the balance in the journal does not have the hash it states"),
        ("hash", "the state before tick 50 was recorded with the hash 0000000000000001"),
        ("people", "have a body"),
    ],
)
def test_what_cannot_go_on_is_set_aside_with_the_reason(
    tmp_path: Path, played: Played, how: str, reason: str
) -> None:
    path = leave_behind(tmp_path, *damaged(played, how), 4)
    before = path.read_bytes()
    stage = Stage(tmp_path)
    report = stage.recover()
    assert (report.recovered, stage.begun) == ([], [])
    [found] = report.set_aside
    assert reason in found.reason
    assert reason in str(found)
    assert found.moved
    assert found.journal.read_bytes() == before, "nothing is deleted"
    assert reason in found.journal.with_suffix(".reason.txt").read_text()
    assert list((tmp_path / "tails").iterdir()) == [], "its tail went with it"
    assert [entry.name for entry in path.parent.iterdir()] == ["set-aside"]
    again = Stage(tmp_path).recover()
    assert (again.recovered, again.set_aside) == ([], []), "and that is that"


def test_a_match_that_kills_the_server_is_not_tried_for_ever(
    tmp_path: Path, played: Played
) -> None:
    path = leave_behind(tmp_path, played.header, played.before(60), 0)
    for _ in range(ATTEMPTS_MAX):
        begin_attempt(path)
    [found] = Stage(tmp_path).recover().set_aside
    assert "was killed" in found.reason


def test_more_matches_than_may_run_are_set_aside(tmp_path: Path, played: Played) -> None:
    for number in range(3):
        header = replace(played.header, match_id=f"match-{number}")
        leave_behind(tmp_path, header, played.before(30), 2)
    stage = Stage(tmp_path, places=2)
    report = stage.recover()
    assert [found.match_id for found in report.recovered] == ["match-0", "match-1"]
    [found] = report.set_aside
    assert found.journal.name == "match-2.journal"
    assert "match.matches_max" in found.reason


def test_a_journal_that_another_server_writes_is_left_alone(tmp_path: Path, played: Played) -> None:
    path = leave_behind(tmp_path, played.header, played.before(30), 0)
    with JournalFile.resume(path):
        report = Stage(tmp_path).recover()
    assert (report.recovered, report.set_aside) == ([], [])
    assert [found.tick for found in Stage(tmp_path).recover().recovered] == [30]


def test_being_told_to_stop_loses_nothing_and_is_no_attempt(tmp_path: Path, played: Played) -> None:
    path = leave_behind(tmp_path, played.header, played.before(200), 20)
    for _ in range(ATTEMPTS_MAX + 1):
        stage = Stage(tmp_path)

        async def stopped(stage: Stage = stage) -> None:
            with trio.CancelScope() as scope:
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(stage.recovery.run)
                    # It has begun to read: its tries are counted by now.
                    while not path.with_name(f"{path.name}.attempts").exists():
                        await trio.sleep(0)
                    scope.cancel()

        trio.run(stopped)
        assert stage.begun == []
    assert [found.tick for found in Stage(tmp_path).recover().recovered] == [200]
