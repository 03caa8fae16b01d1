"""The writing task: nothing is lost while the database is away, and nobody waits for it."""

from __future__ import annotations

import errno
import os
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import structlog
import trio
import trio.testing

from persistence.players import hash_of
from persistence.store import readers, spool, writer
from persistence.store.change import Change
from persistence.store.changes import decode_change, encode_change
from persistence.store.file import StoreFile, StoreFileError
from persistence.store.queries import profile
from persistence.store.recordings import RecordingGone, RecordingPinned
from persistence.store.sessions import Player, SignIn, SignOut, Use, find_session
from persistence.store.spool import is_held, spool_path, waiting_in
from persistence.store.upkeep import back_up, check, restore
from persistence.store.writer import Store, StoreSilentError
from tests.persistence.store_samples import left, played, result, some_matches
from tests.persistence.test_recordings import sealed


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store" / "players.sqlite"


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("persistence.store.file.BUSY_S", 0.01)
    monkeypatch.setattr(writer, "RETRY_S", 0.01)
    # However slow this machine is, its disk answers.
    monkeypatch.setattr(writer, "PATIENCE_S", 60.0)
    monkeypatch.setattr(writer, "ENDING_S", 60.0)
    monkeypatch.setattr(readers, "ANSWER_S", 60.0)


def together(path: Path, play: Callable[[Store], Any]) -> Store:
    """Run ``play`` beside the writing task, then stop as a server does."""
    store = Store(path)

    async def main() -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(store.run)
            await play(store)
            nursery.cancel_scope.cancel()

    trio.run(main)
    return store


async def until(condition: Callable[[], object]) -> None:
    with trio.fail_after(60.0):
        while not condition():
            await trio.sleep(0.002)


def sign_in(number: int) -> SignIn:
    return SignIn(hash_of(str(number)), Player(f"p-{number}", f"N{number}"), 100 + number)


def known(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as db:
        return {row[0] for row in db.execute("select player_id from players")}


def people(count: int) -> set[str]:
    return {f"p-{number}" for number in range(count)}


# --- the way of a change -------------------------------------------------------------------------


def test_what_is_submitted_is_written_and_answered(path: Path) -> None:
    async def play(store: Store) -> None:
        for number in range(1203):
            store.submit(sign_in(number))
        await until(lambda: not store.pending)
        assert store.settled == store.submitted == 1203
        found = await store.ask(lambda db: find_session(db, hash_of("7")))
        assert found == (Player("p-7", "N7"), 107)
        assert await store.amend(lambda db: db.execute("select 7").fetchone()) == (7,)

    store = together(path, play)
    assert (store.failures, store.lost, store.spilled) == (0, 0, 0)
    assert known(path) == people(1203)
    assert not spool_path(path).exists(), "an empty spool is taken away"


def test_what_waits_is_written_before_an_amendment(path: Path) -> None:
    with closing(Store(path)) as store:
        store.submit(sign_in(0))
        assert trio.run(store.amend, lambda db: db.table("players").count) == 1


def test_stopping_writes_what_waits(path: Path) -> None:
    async def play(store: Store) -> None:
        for match in some_matches(40, 5):
            store.submit(match)

    together(path, play)
    assert check(path) == []
    with closing(StoreFile(path)) as file:
        found = profile(file.db, "p-000")
        assert found is not None
        assert found.sums.matches == 40


def test_one_server_has_it(path: Path) -> None:
    store = Store(path)
    assert is_held(spool_path(path))
    with pytest.raises(StoreFileError, match="another process holds"):
        Store(path)
    store.close()
    assert not is_held(spool_path(path))
    Store(path).close()


# --- outages -------------------------------------------------------------------------------------


def locked(path: Path) -> sqlite3.Connection:
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("begin exclusive")
    return other


def test_locked_by_another_process_changes_wait_and_go_by_the_spool(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "SPILL_AFTER_S", 0.05)

    async def play(store: Store) -> None:
        with closing(locked(path)) as other:
            for number in range(30):
                store.submit(sign_in(number))
            await until(lambda: store.spilled == 30)
            assert not store.waiting
            assert store.pending == 30
            assert waiting_in(spool_path(path)) == (30, None)
            with pytest.raises(StoreSilentError):
                await store.amend(lambda db: None)
            # What comes later does not overtake what is in the spool.
            store.submit(SignOut(hash_of("3")))
            store.submit(Use(Player("p-4", "Later"), 999))
            other.execute("rollback")
        await until(lambda: not store.pending)
        assert await store.ask(lambda db: find_session(db, hash_of("3"))) is None
        assert await store.ask(lambda db: find_session(db, hash_of("4"))) == (
            Player("p-4", "Later"),
            999,
        )

    with structlog.testing.capture_logs() as logs:
        store = together(path, play)
    assert store.lost == 0
    assert known(path) == people(30)
    events = [log["event"] for log in logs]
    assert events.count("changes live in memory and in the spool until the database answers") == 1
    assert "another process holds it" in logs[0]["problem"]
    assert "the database is written again" in events


def test_a_long_line_goes_to_the_spool_at_once(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "SPILL_LENGTH", 10)

    async def play(store: Store) -> None:
        with closing(locked(path)) as other:
            for number in range(10):
                store.submit(sign_in(number))
            await until(lambda: store.spilled == 10)
            other.execute("rollback")
        await until(lambda: not store.pending)

    together(path, play)
    assert known(path) == people(10)


def test_a_server_that_stops_in_an_outage_leaves_a_spool_for_the_next(path: Path) -> None:
    Store(path).close()

    async def play(store: Store) -> None:
        for number in range(600):
            store.submit(sign_in(number))

    store = Store(path)
    other = locked(path)

    async def main() -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(store.run)
            await play(store)
            nursery.cancel_scope.cancel()

    trio.run(main)
    assert store.lost == 0
    assert waiting_in(spool_path(path)) == (600, None)
    other.close()
    assert known(path) == set()
    Store(path).close()
    assert known(path) == people(600)
    assert not spool_path(path).exists()


def test_a_full_disk(path: Path) -> None:
    async def play(store: Store) -> None:
        await store.amend(lambda db: db.execute("pragma max_page_count = 1"))
        for match in some_matches(200, 5):
            store.submit(match)
        await until(lambda: store.failures > 3)
        assert store.pending
        store._file.db.execute("pragma max_page_count = 1000000")
        await until(lambda: not store.pending)

    with structlog.testing.capture_logs() as logs:
        store = together(path, play)
    assert store.lost == 0
    assert "free space on the disk" in logs[0]["problem"]
    assert check(path) == []
    with closing(StoreFile(path)) as file:
        assert file.db.table("matches").count == 200


def test_a_file_that_may_not_be_written(path: Path) -> None:
    async def play(store: Store) -> None:
        await store.amend(lambda db: None)
        store._file.db.execute("pragma query_only = on")
        store.submit(sign_in(0))
        await until(lambda: store.failures > 1)
        store._file.db.execute("pragma query_only = off")
        await until(lambda: not store.pending)

    with structlog.testing.capture_logs() as logs:
        assert together(path, play).lost == 0
    assert "make it and its folder writable" in logs[0]["problem"]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="may write anywhere")
def test_a_folder_that_may_not_be_written(path: Path) -> None:
    Store(path).close()
    path.parent.chmod(0o500)
    try:
        with pytest.raises(StoreFileError, match="writable"):
            Store(path)
    finally:
        path.parent.chmod(0o700)


def test_a_spool_that_cannot_be_written_leaves_changes_in_memory(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "SPILL_AFTER_S", 0.0)
    full = True

    def fsync(descriptor: int) -> None:
        if full:
            raise OSError(errno.ENOSPC, "No space left on device")

    async def play(store: Store) -> None:
        nonlocal full
        monkeypatch.setattr(spool.os, "fsync", fsync)
        with closing(locked(path)) as other:
            for number in range(20):
                store.submit(sign_in(number))
            await until(lambda: store.failures > 4)
            assert len(store.waiting) == 20
            full = False
            await until(lambda: store.spilled == 20)
            assert waiting_in(spool_path(path)) == (20, None), "what failed left nothing behind"
            other.execute("rollback")
        await until(lambda: not store.pending)

    assert together(path, play).lost == 0
    assert known(path) == people(20)


def test_corrupt_in_use_then_restored_nothing_is_lost(path: Path) -> None:
    copy = path.with_name("copy.sqlite")

    async def play(store: Store) -> None:
        for number in range(50):
            store.submit(sign_in(number))
        await until(lambda: not store.pending)
        back_up(path, copy)
        for name in (path, path.with_name(path.name + "-wal")):
            name.write_bytes(b"\xff" * name.stat().st_size)
        # Its own pages would hide what has happened.
        store._file.db.execute("pragma shrink_memory")
        for number in range(50, 60):
            store.submit(sign_in(number))
        store.submit(played("m-1", result("p-1")))
        await until(lambda: store.failures > 1 or not store.pending)

    store = together(path, play)
    assert store.lost == 0
    with pytest.raises(StoreFileError) as caught:
        Store(path)
    assert len(str(caught.value).splitlines()) == 1
    assert waiting_in(spool_path(path)) == (11, None)
    restore(copy, path)
    assert path.with_name(path.name + ".replaced-1").exists()
    Store(path).close()
    assert known(path) == people(60)
    assert check(path) == []


def test_a_database_that_was_taken_away_is_not_written_into_the_void(path: Path) -> None:
    async def play(store: Store) -> None:
        store.submit(sign_in(0))
        await until(lambda: not store.pending)
        for found in path.parent.glob("players.sqlite*"):
            if found != spool_path(path):
                found.rename(found.with_name("away" + found.name.removeprefix("players.sqlite")))
        store.submit(sign_in(1))
        await until(lambda: store.failures)

    with structlog.testing.capture_logs() as logs:
        store = together(path, play)
    assert (store.lost, waiting_in(spool_path(path))) == (0, (1, None))
    assert "cannot be used" in logs[0]["problem"]


# --- slow ----------------------------------------------------------------------------------------


def test_ticks_are_on_time_while_the_disk_takes_its_own(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk of 500 ms, and one that does not come back at all, as the tick sees them."""
    monkeypatch.setattr(writer, "PATIENCE_S", 1.0)
    clock = trio.testing.MockClock()
    store, rate_hz = Store(path), 30
    wanted, go = threading.Semaphore(0), threading.Semaphore(0)
    write = store._file.write

    def slow(changes: Any) -> None:
        wanted.release()
        assert go.acquire(timeout=60.0)
        write(changes)

    store._file.write = slow  # type: ignore[method-assign]
    lateness_s = list[float]()

    async def tick() -> None:
        next_s = trio.current_time()
        for number in range(10 * rate_hz):
            next_s += 1.0 / rate_hz
            await trio.sleep_until(next_s)
            lateness_s.append(trio.current_time() - next_s)
            store.submit(sign_in(number))

    async def pass_time() -> None:
        for number in range(20 * rate_hz):
            await trio.testing.wait_all_tasks_blocked()
            # Every 15th half a tick is half a second: a batch takes so long.
            if number % 30 == 29 and number < 8 * rate_hz:
                go.release()
            clock.jump(0.5 / rate_hz)

    async def main() -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(store.run)
            async with trio.open_nursery() as playing:
                playing.start_soon(tick)
                playing.start_soon(pass_time)
            assert store.pending, "the disk is stuck, and has been for a while"
            for _ in range(1000):
                go.release()
            clock.rate = 1.0
            await until(lambda: not store.pending)
            nursery.cancel_scope.cancel()

    trio.run(main, clock=clock)
    assert wanted.acquire(blocking=False), "the thread was at it"
    assert len(lateness_s) == 10 * rate_hz
    assert max(lateness_s) <= 0.5 / rate_hz
    assert store.lost == 0
    assert known(path) == people(10 * rate_hz)


def test_too_many_questions_are_not_answered(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "ASKING_MAX", 3)

    async def play(store: Store) -> None:
        release = threading.Event()

        async def ask() -> None:
            assert await store.ask(lambda db: release.wait(60.0)) is True

        async with trio.open_nursery() as asking:
            for _ in range(3):
                asking.start_soon(ask)
            await trio.testing.wait_all_tasks_blocked()
            with pytest.raises(StoreSilentError):
                await store.ask(lambda db: None)
            release.set()
        assert await store.ask(lambda db: 7) == 7

    together(path, play)


def test_a_question_that_takes_too_long_is_interrupted(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers, "ANSWER_S", 0.05)
    endless = "with recursive n(i) as (select 1 union all select i + 1 from n) select max(i) from n"

    async def play(store: Store) -> None:
        for _ in range(readers.READERS + 1):
            with pytest.raises(StoreSilentError):
                await store.ask(lambda db: db.execute(endless).fetchone())
        monkeypatch.setattr(readers, "ANSWER_S", 60.0)
        assert await store.ask(lambda db: 7) == 7, "the threads came back"

    together(path, play)


def test_a_reader_does_not_write(path: Path) -> None:
    async def play(store: Store) -> None:
        with pytest.raises(StoreSilentError):
            await store.ask(lambda db: db.execute("delete from players"))

    assert together(path, play).failures == 1


# --- limits --------------------------------------------------------------------------------------


def test_beyond_its_bound_the_line_says_what_it_loses(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "PENDING_MAX", 5)
    store = Store(path)
    for number in range(5):
        store.submit(sign_in(number))
    assert store.full
    store.submit(Use(Player("p-0", "Dropped"), 1))
    assert (store.dropped, store.lost, store.pending) == (1, 0, 5)
    with structlog.testing.capture_logs() as logs:
        for number in range(5, 12):
            store.submit(played(f"m-{number}", result("ada")))
    assert (store.lost, store.pending) == (2, 10)
    assert [log["event"] for log in logs] == ["change lost", "change lost"]
    assert "m-10" in logs[0]["change"]
    store.close()
    with structlog.testing.capture_logs() as logs:
        store.submit(sign_in(99))
    assert "closed" in logs[0]["problem"]


def test_a_change_that_can_never_be_written_holds_up_nobody(path: Path) -> None:
    wrong: list[Change] = [
        Use(Player("p-x", "\ud800"), 1),
        Use(Player("p-y", None), 1),  # type: ignore[arg-type]
        played("m-1", result("ada", kills=2**70)),
    ]

    async def play(store: Store) -> None:
        for number in range(6):
            store.submit(sign_in(number))
            if number % 2:
                store.submit(wrong[number // 2])
        await until(lambda: not store.pending)

    with structlog.testing.capture_logs() as logs:
        store = together(path, play)
    assert (store.lost, store.failures) == (3, 0)
    assert [log["event"] for log in logs] == ["change lost"] * 3
    assert known(path) == people(6)


# --- the spool -----------------------------------------------------------------------------------


def spooled(path: Path, count: int) -> Path:
    """A spool as a server leaves it that could not write."""
    Store(path).close()
    found = spool.Spool(spool_path(path))
    found.append([spool.encoded(sign_in(number)) for number in range(count)])
    found.close()
    return spool_path(path)


def test_a_spool_that_was_cut_off_keeps_what_is_good(path: Path) -> None:
    file = spooled(path, 10)
    file.write_bytes(file.read_bytes()[:-5])
    with structlog.testing.capture_logs() as logs:
        Store(path).close()
    assert known(path) == people(9)
    [lost] = [log for log in logs if log["log_level"] == "error"]
    assert "cut short" in lost["damage"]
    aside = Path(lost["kept"])
    assert waiting_in(aside)[0] == 9
    assert not file.exists()


@pytest.mark.parametrize("at", [3, 200, 301])
def test_a_damaged_spool_is_kept(path: Path, at: int) -> None:
    file = spooled(path, 10)
    data = bytearray(file.read_bytes())
    data[at] ^= 0x10
    file.write_bytes(data)
    good, damage = waiting_in(file)
    assert damage is not None
    assert check(path) == [f"{file}: damaged at {damage}"]
    for _ in range(2):
        Store(path).close()
        assert known(path) == people(good)
        assert file.with_name(file.name + ".damaged-1").read_bytes() == data
    assert not file.with_name(file.name + ".damaged-2").exists()


def test_a_spool_is_not_emptied_of_what_came_meanwhile(path: Path) -> None:
    with closing(spool.Spool(path.with_name("x.spool"))) as found:
        found.append([spool.encoded(sign_in(0))])
        batch, end = found.read(0)
        found.append([spool.encoded(sign_in(1))])
        assert not found.empty(end)
        later, end = found.read(end)
        assert [*batch, *later] == [sign_in(0), sign_in(1)]
        assert found.empty(end)
        assert found.read(0) == ([], 0)


def test_a_spool_takes_no_more_than_its_bound(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool, "SPOOL_MAX_BYTES", 100)
    found = spool.Spool(path.with_name("x.spool"))
    with pytest.raises(StoreFileError, match="no more are taken"):
        found.append([b"x" * 200])
    assert found.size_bytes == 0
    found.close()


def test_every_kind_of_change_can_be_spooled() -> None:
    def kinds(kind: type[Change]) -> list[type[Change]]:
        return [kind, *(k for sub in kind.__subclasses__() for k in kinds(sub))]

    match = played("m", result("ada"))
    samples: list[Change] = [sign_in(1), Use(Player("a", "b"), 1), SignOut(b"x"), match]
    samples.append(left(match, match.results[0]))
    samples += [sealed(1), RecordingPinned("m-001", True), RecordingGone("m-001")]
    assert {type(s) for s in samples} >= set(kinds(Change)) - {Change}, "add a sample of each"
    for sample in samples:
        assert decode_change(encode_change(sample)) == sample
