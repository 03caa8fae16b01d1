"""The store as a machine that may be killed between any two of its steps.

A model applies every change once, to a database in memory. The store gets the same changes, is
refused, spills, is killed at any step of a write, starts again from a copy of its files as they
lay, and in the end holds exactly what the model holds of the changes that were not in memory alone.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import sqlite_utils
import trio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from persistence.players import hash_of
from persistence.store import spool as spool_module
from persistence.store import writer
from persistence.store.change import Change
from persistence.store.file import StoreFile, StoreFileError
from persistence.store.migrations import MIGRATIONS
from persistence.store.sessions import Player, SignIn, SignOut, Use
from persistence.store.upkeep import check
from persistence.store.writer import Store
from tests.persistence.store_samples import left, played, result

TABLES = ("players", "sessions", "matches", "results", "class_stats", "player_stats")
TOKENS = [hash_of(str(n)) for n in range(2)]

players = st.builds(Player, st.sampled_from(["p-a", "p-b"]), st.sampled_from(["Ann", "Bob"]))
seconds = st.integers(100, 104)
results = st.builds(
    result,
    st.sampled_from(["p-a", "p-b"]),
    role=st.sampled_from(["scout", "wizard"]),
    placement=st.integers(0, 3),
    kills=st.integers(0, 5),
    damage_hp=st.floats(0.0, 1e3),
)
matches = st.builds(
    lambda number, found: played(
        f"m-{number}", *{r.player_id: r for r in found}.values(), started_utc=200 + number
    ),
    st.integers(0, 2),
    st.lists(results, max_size=2),
)
changes: st.SearchStrategy[Change] = st.one_of(
    st.builds(SignIn, st.sampled_from(TOKENS), players, seconds),
    st.builds(Use, players, seconds),
    st.builds(SignOut, st.sampled_from(TOKENS)),
    matches,
    st.builds(lambda match, found: left(match, found), matches, results),
)


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(st.lists(changes, max_size=10), st.lists(st.integers(0, 10), max_size=2))
def test_begun_again_a_spool_ends_where_it_ended(spool: list[Change], cuts: list[int]) -> None:
    begun = [change for cut in cuts for change in spool[:cut]]
    assert rows_of_model([*begun, *spool]) == rows_of_model(spool)


class KilledError(BaseException):
    """The process ends here."""


class StoreMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.lives = 0
        self.durable: list[Change] = []  # in order, whatever was not in memory alone
        self.refusing = False
        self.kill_at: str | None = None
        self.start(None)

    @property
    def path(self) -> Path:
        return self.folder / f"{self.lives}" / "p.sqlite"

    def start(self, files: Path | None) -> None:
        self.lives += 1
        self.kill_at, self.refusing = None, False
        if files is not None:
            shutil.copytree(files, self.path.parent)
        self.store = store = Store(self.path)
        self.in_memory: list[Change] = []
        self._watch(store._file, "write", "written")
        self._watch(store._spool, "append", "spooled")
        self._watch(store._spool, "read", "read")
        self._watch(store._spool, "empty", "emptied")

    def _watch(self, owner: Any, name: str, step: str) -> None:
        call: Callable[..., Any] = getattr(owner, name)

        def watched(*given: Any) -> Any:
            if self.refusing and name == "write":
                raise StoreFileError("the database is locked")
            if self.kill_at == f"before {step}":
                raise KilledError
            found = call(*given)
            if name in ("append", "write") and owner is not None:
                self._safe(name, given[0])
            if self.kill_at == f"after {step}":
                raise KilledError
            return found

        setattr(owner, name, watched)

    def _safe(self, name: str, batch: Any) -> None:
        """What has been written or spooled cannot be lost any more; it was first in the line."""
        fresh = len(batch) if name == "append" or not self.store._spooled else 0
        self.durable += self.in_memory[:fresh]
        del self.in_memory[:fresh]

    def attempt(self, work: Callable[[], Any]) -> None:
        try:
            trio.run(work)
        except KilledError:
            self.die()

    def die(self) -> None:
        # Copied while everything is open: the log beside the database is as a kill leaves it.
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "copy"
            shutil.copytree(self.path.parent, copy)
            self.store._spool._file.close()
            self.store._file.db.conn.close()
            self.store._readers.close()
            self.start(copy)

    @rule(change=changes)
    def submit(self, change: Change) -> None:
        self.store.submit(change)
        self.in_memory.append(change)

    @rule(batch=st.lists(changes, min_size=3, max_size=8))
    def submit_many(self, batch: list[Change]) -> None:
        for change in batch:
            self.submit(change)

    @rule()
    def settle(self) -> None:
        self.attempt(self.store._settle)
        assert self.refusing or not self.store.pending

    @rule()
    def spill(self) -> None:
        self.attempt(self.store._spill)

    @rule(
        first=st.lists(changes, min_size=1, max_size=4),
        later=st.lists(changes, min_size=1, max_size=4),
    )
    def spill_and_go_on(self, first: list[Change], later: list[Change]) -> None:
        self.submit_many(first)
        self.spill()
        self.submit_many(later)

    @rule()
    def refuse(self) -> None:
        self.refusing = True

    @rule()
    def answer(self) -> None:
        self.refusing = False

    @rule()
    def kill(self) -> None:
        self.die()

    @rule(
        when=st.sampled_from(["before", "after"]),
        step=st.sampled_from(["written", "spooled", "read", "emptied"]),
    )
    @precondition(lambda self: not self.refusing)
    def kill_within(self, when: str, step: str) -> None:
        self.kill_at = f"{when} {step}"

    @rule()
    def stop_and_start(self) -> None:
        async def end() -> None:
            await self.store._end()

        lives = self.lives
        self.kill_at = None
        self.attempt(end)
        assert self.lives == lives
        assert self.store.lost == 0
        assert not self.in_memory
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "copy"
            shutil.copytree(self.path.parent, copy)
            self.start(copy)

    @invariant()
    def what_waits_is_counted(self) -> None:
        assert self.store.settled <= self.store.submitted
        assert len(self.store.waiting) <= self.store.pending

    def teardown(self) -> None:
        self.kill_at, self.refusing = None, False
        self.attempt(self.store._end)
        assert rows_of_file(self.path) == rows_of_model(self.durable)
        assert check(self.path) == []
        shutil.rmtree(self.folder)


@cache
def _model() -> sqlite_utils.Database:
    db = sqlite_utils.Database(sqlite3.connect(":memory:", isolation_level=None))
    for migrate in MIGRATIONS:
        migrate(db)
    return db


def rows_of_model(durable: list[Change]) -> dict[str, list[Any]]:
    db = _model()
    db.execute("begin")
    try:
        for change in durable:
            change.apply(db)
        return rows(db)
    finally:
        db.execute("rollback")


def rows_of_file(path: Path) -> dict[str, list[Any]]:
    with closing(StoreFile(path)) as file:
        return rows(file.db)


def rows(db: sqlite_utils.Database) -> dict[str, list[Any]]:
    return {t: db.execute(f"select * from {t} order by 1, 2").fetchall() for t in TABLES}


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "BATCH_MAX", 3)
    monkeypatch.setattr(spool_module, "BATCH_MAX", 3)
    # A thread that is given up on goes on: here nothing is to happen twice but by a kill.
    monkeypatch.setattr(writer, "PATIENCE_S", 60.0)
    monkeypatch.setattr(writer, "ENDING_S", 60.0)


TestStore = StoreMachine.TestCase
TestStore.settings = settings(
    max_examples=15,
    stateful_step_count=20,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
