"""Results: applied once however often and in whatever order they come, and asked for by index."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlite_utils
from hypothesis import given, settings
from hypothesis import strategies as st

from persistence.store import queries
from persistence.store.change import Change
from persistence.store.changes import decode_change, encode_change
from persistence.store.file import StoreFile
from persistence.store.migrations import MIGRATIONS, SUMS
from persistence.store.queries import BOARDS, class_stats, history, leaderboard, profile
from persistence.store.sessions import Player, SignIn, Use, find_session, forget_guests
from tests.persistence.store_samples import left, played, result, some_matches

RESULTS = ("matches", "results", "player_stats", "class_stats")


@pytest.fixture
def file(tmp_path: Path) -> Iterator[StoreFile]:
    with closing(StoreFile(tmp_path / "p.sqlite")) as found:
        yield found


def in_memory() -> sqlite_utils.Database:
    db = sqlite_utils.Database(memory=True)
    for migrate in MIGRATIONS:
        migrate(db)
    return db


def everything(db: sqlite_utils.Database, *tables: str) -> dict[str, list[Any]]:
    return {t: db.execute(f"select * from {t} order by 1, 2").fetchall() for t in tables}


def sums_of_results(db: sqlite_utils.Database) -> dict[tuple[str, str], dict[str, int]]:
    """The sums as results give them, by player and class; those of the forgotten are none."""
    found: dict[tuple[str, str], dict[str, int]] = {}
    for row in db.query("select * from results where name is not null"):
        sums = found.setdefault((row["player_id"], row["role"]), dict.fromkeys(SUMS, 0))
        for name in SUMS:
            sums[name] += row.get(name, 0)
        sums["matches"] += 1
        sums["wins"] += row["won"]
        sums["finished"] += row["placement"] > 0
        sums["placements"] += row["placement"]
    return found


def check_sums(db: sqlite_utils.Database) -> None:
    by_class = sums_of_results(db)
    kept = {(r.pop("player_id"), r.pop("role")): r for r in db.query("select * from class_stats")}
    assert kept == by_class
    by_player: dict[str, dict[str, int]] = {}
    for (player_id, _), sums in by_class.items():
        total = by_player.setdefault(player_id, dict.fromkeys(SUMS, 0))
        for name in SUMS:
            total[name] += sums[name]
    assert {r.pop("player_id"): r for r in db.query("select * from player_stats")} == by_player


# --- once ----------------------------------------------------------------------------------------


def test_a_result_is_kept_and_summed(file: StoreFile) -> None:
    file.write([played("m-1", result("ada", placement=1, won=True), result("bo"))])
    found = profile(file.db, "ada")
    assert found is not None
    assert (found.name, found.kind, found.created_s) == ("Ada", "guest", 1_800_000_000)
    sums = found.sums
    assert (sums.matches, sums.wins, sums.finished, sums.placement) == (1, 1, 1, 1.0)
    assert (sums.damage_hp, sums.distance_u, sums.alive_s) == (123.456, 1234.568, 30.033)
    assert (sums.kills, sums.shots, sums.hits, sums.healed_hp) == (4, 50, 20, 0.1)
    [line] = history(file.db, "ada")
    assert (line.map, line.ticks, line.players, line.bots) == ("Caldera", 9000, 100, 98)
    assert (line.won, line.kills, line.role, line.level) == (True, 4, "scout", 5)
    assert profile(file.db, "nobody") is None
    assert history(file.db, "nobody") == []
    check_sums(file.db)


def test_the_match_alone_decides() -> None:
    final = played("m-1", result("ada", kills=9), result("bo", role="wizard"))
    other = played("m-2", result("ada"), started_utc=1_800_000_500)
    changes: list[Change] = [
        final,
        left(final, result("ada", kills=3, placement=0, name="Old")),
        left(final, result("bo", role="scout", placement=0)),
        left(final, result("cy", placement=0)),
        other,
    ]
    with closing(in_memory()) as alone:
        final.apply(alone)
        other.apply(alone)
        expected = everything(alone, *RESULTS)
        check_sums(alone)
    for order in itertools.permutations(changes):
        with closing(in_memory()) as db:
            for change in (*order, order[0], order[2]):
                change.apply(db)
                check_sums(db)
            assert everything(db, *RESULTS) == expected


@settings(deadline=None, max_examples=25, derandomize=True, database=None)
@given(st.data())
def test_any_order_and_any_repetition(data: st.DataObject) -> None:
    matches = some_matches(4, 3, seed=data.draw(st.integers(0, 99)))
    partings = [left(m, r) for m in matches for r in m.results]
    others = [left(matches[0], result("p-000", kills=99)), *partings]
    order = data.draw(st.permutations([*matches, *others]))
    again = data.draw(st.lists(st.sampled_from(order), max_size=6))
    with closing(in_memory()) as db:
        for change in matches:
            change.apply(db)
        expected = everything(db, *RESULTS)
    with closing(in_memory()) as db:
        for change in [*order, *again]:
            # What a spool says is the same.
            decode_change(encode_change(change)).apply(db)
        assert everything(db, *RESULTS) == expected
        check_sums(db)


def test_who_leaves_a_match_that_never_ends(file: StoreFile) -> None:
    match = played("m-1")
    file.write([left(match, result("ada", placement=0, kills=3))])
    file.write([left(match, result("ada", placement=0, kills=5))])
    check_sums(file.db)
    [line] = history(file.db, "ada")
    assert (line.map, line.kills, line.placement, line.name) == (None, 5, 0, "Ada")
    found = profile(file.db, "ada")
    assert found is not None
    assert (found.sums.matches, found.sums.finished, found.sums.placement) == (1, 0, None)


def test_the_newest_name_counts(file: StoreFile) -> None:
    def name() -> str:
        found = profile(file.db, "ada")
        assert found is not None
        return found.name

    older = played("m-1", result("ada", name="Older"), started_utc=100)
    newer = played("m-2", result("ada", name="Newer"), started_utc=200)
    file.write([newer, older])
    assert name() == "Newer"
    file.write([Use(Player("ada", "Newest"), 300), newer])
    assert name() == "Newest"


def test_the_forgotten_stay_in_the_matches_of_others_without_their_name(file: StoreFile) -> None:
    match = played("m-1", result("ada"), result("bo"), started_utc=100)
    file.write([SignIn(b"a" * 32, Player("ada", "Ada"), 100), match])
    file.write([Use(Player("bo", "Bo"), 900)])
    assert file.amend(partial(forget_guests, used_before_s=500)) == 1
    for again in ([], [match], [left(match, result("ada"))]):
        file.write(again)
        assert find_session(file.db, b"a" * 32) is None
        assert profile(file.db, "ada") is None
        assert class_stats(file.db, "ada") == []
        assert [rank.player_id for rank in leaderboard(file.db, "kills")] == ["bo"]
        rows = file.db.execute("select player_id, name, kills from results").fetchall()
        assert rows == [("ada", None, 4), ("bo", "Bo", 4)]
        check_sums(file.db)


# --- asked ---------------------------------------------------------------------------------------


def test_pages_of_a_history(file: StoreFile) -> None:
    matches = [played(f"m-{n:02}", result("ada"), started_utc=100 + n // 3) for n in range(25)]
    file.write([*matches, played("x", result("bo"))])
    whole = history(file.db, "ada", limit=100)
    assert [line.match_id for line in whole] == [f"m-{n:02}" for n in reversed(range(25))]
    pages, before = [], None
    while page := history(file.db, "ada", before, 4):
        pages.extend(page)
        before = (page[-1].started_s, page[-1].match_id)
    assert pages == whole
    assert history(file.db, "ada", limit=0) == history(file.db, "ada", limit=-5) == []


def test_boards(file: StoreFile) -> None:
    file.write(some_matches(30, 40))
    for board, role in itertools.product(BOARDS, (None, "scout")):
        ranks = leaderboard(file.db, board, role, 15)
        assert [rank.rank for rank in ranks] == list(range(1, len(ranks) + 1))
        keys = [(rank.value if board == "placement" else -rank.value) for rank in ranks]
        assert sorted(zip(keys, [r.player_id for r in ranks], strict=True)) == list(
            zip(keys, [r.player_id for r in ranks], strict=True)
        )
        all_sums = _sums_by_player(file.db, role)
        worth = {p: _worth(board, s) for p, s in all_sums.items()}
        best = sorted((w, p) for p, w in worth.items() if w is not None)[:15]
        assert [rank.player_id for rank in ranks] == [p for _, p in best]
    assert leaderboard(file.db, "wins", "nobody's") == []
    assert len(leaderboard(file.db, "kills", limit=10**9)) == 40


def _sums_by_player(db: sqlite_utils.Database, role: str | None) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for (player_id, of), sums in sums_of_results(db).items():
        if role in (None, of):
            total = found.setdefault(player_id, dict.fromkeys(SUMS, 0))
            for name in SUMS:
                total[name] += sums[name]
    return found


def _worth(board: str, sums: dict[str, int]) -> float | None:
    if board == "placement":
        return sums["placements"] / sums["finished"] if sums["finished"] >= 10 else None
    value = sums[{"damage": "damage_mhp"}.get(board, board)]
    return -value if value else None


def test_classes(file: StoreFile) -> None:
    file.write(some_matches(12, 5))
    for player in range(5):
        found = class_stats(file.db, f"p-{player:03}")
        whole = profile(file.db, f"p-{player:03}")
        assert whole is not None
        assert sum(c.sums.matches for c in found) == whole.sums.matches == 12
        assert sum(c.sums.kills for c in found) == whole.sums.kills
        assert [c.role for c in found] == sorted(c.role for c in found)


STATEMENTS = {
    "profile": (queries.PROFILE, ("p",)),
    "history": (queries.HISTORY, ("p", 1, "m", 20)),
    "classes": (queries.CLASSES, ("p",)),
    **{f"{b}, all": (queries.board_query(b, None), (20,)) for b in BOARDS},
    **{f"{b}, a class": (queries.board_query(b, "scout"), ("scout", 20)) for b in BOARDS},
}


@pytest.mark.parametrize("name", STATEMENTS)
@pytest.mark.parametrize("filled", [False, True])
def test_every_query_goes_by_an_index(file: StoreFile, name: str, filled: bool) -> None:
    if filled:
        file.write(some_matches(30, 40))
        file.db.execute("analyze")
    sql, given_values = STATEMENTS[name]
    plan = [row[3] for row in file.db.execute("explain query plan " + sql, given_values)]
    assert plan
    for step in plan:
        assert re.match(r"SEARCH \w+ USING (COVERING )?(INDEX|PRIMARY KEY)", step), plan
    assert "a class" not in name or "(role=? AND " in plan[0]


def test_one_statement_for_an_answer(file: StoreFile) -> None:
    file.write(some_matches(30, 40))
    asked: list[str] = []
    file.db.conn.set_trace_callback(asked.append)
    for ask in (
        lambda: profile(file.db, "p-001"),
        lambda: history(file.db, "p-001"),
        lambda: leaderboard(file.db, "kills", "scout"),
        lambda: class_stats(file.db, "p-001"),
    ):
        asked.clear()
        assert ask()
        assert len(asked) == 1


def test_writing_a_match_asks_once_however_many_played(file: StoreFile) -> None:
    asked: list[str] = []
    [match] = some_matches(1, 90)
    file.db.conn.set_trace_callback(asked.append)
    file.write([match])
    assert len([sql for sql in asked if sql.startswith("select")]) == 1
