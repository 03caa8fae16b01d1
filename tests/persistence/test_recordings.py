"""The index of recordings: told in any order and any number of times, asked by its indexes."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from persistence.store import recordings as index
from persistence.store.changes import decode_change, encode_change
from persistence.store.file import StoreFile
from persistence.store.queries import history
from persistence.store.recordings import (
    Recording,
    RecordingGone,
    RecordingPinned,
    RecordingSealed,
    every_recording,
    players_of,
    recording,
    recordings,
    recordings_of,
)
from tests.persistence.store_samples import some_matches


@pytest.fixture
def file(tmp_path: Path) -> Iterator[StoreFile]:
    with closing(StoreFile(tmp_path / "p.sqlite")) as found:
        yield found


def one(number: int, **more: Any) -> Recording:
    fields: dict[str, Any] = {
        "match_id": f"m-{number:03}",
        "file": f"m-{number:03}.journal",
        "sealed_s": 1000 * number + 90,
        "started_s": 1000 * number,
        "ticks": 2700,
        "rate_hz": 30,
        "map": "Yard" if number % 2 else "Isle",
        "balance_hash": "b",
        "source_hash": "s",
        "players": 8,
        "people": 2,
        "winner_name": "Ada",
        "winner_id": "p-ada",
        "reason": "finished",
        "size_bytes": 100 + number,
        "packed": False,
    }
    return Recording(**fields | more)


def sealed(number: int, *players: str, **more: Any) -> RecordingSealed:
    return RecordingSealed(one(number, **more), players or ("p-ada", f"p-{number}"))


def test_what_was_told_is_found(file: StoreFile) -> None:
    file.write([sealed(1), sealed(2)])
    assert recording(file.db, "m-001") == one(1)
    assert recording(file.db, "m-009") is None
    assert every_recording(file.db) == [one(1), one(2)]
    assert players_of(file.db) == {"m-001": ("p-1", "p-ada"), "m-002": ("p-2", "p-ada")}


def test_told_again_it_is_the_same_and_stays_pinned(file: StoreFile) -> None:
    packed = sealed(1, packed=True, file="m-001.journal.packed", size_bytes=30)
    file.write([sealed(1), sealed(1), RecordingPinned("m-001", True), packed, packed])
    expected = msgspec.structs.replace(packed.recording, pinned=True)
    assert every_recording(file.db) == [expected]
    file.write([RecordingPinned("m-001", False), RecordingPinned("m-001", False)])
    assert every_recording(file.db) == [packed.recording]


def test_what_is_gone_is_gone(file: StoreFile) -> None:
    file.write([sealed(1), sealed(2), RecordingGone("m-001"), RecordingGone("m-001")])
    file.write([RecordingPinned("m-001", True)])
    assert every_recording(file.db) == [one(2)]
    assert recordings_of(file.db, "p-1") == []
    assert [r.match_id for r in recordings_of(file.db, "p-ada")] == ["m-002"]


def test_newest_first_page_by_page(file: StoreFile) -> None:
    file.write([sealed(number) for number in range(12)])
    seen, before = [], None
    while page := recordings(file.db, before=before, limit=5):
        seen += [each.match_id for each in page]
        before = page[-1].started_s, page[-1].match_id
    assert seen == [f"m-{number:03}" for number in reversed(range(12))]
    odd = recordings(file.db, "Yard", limit=3)
    assert [each.match_id for each in odd] == ["m-011", "m-009", "m-007"]
    assert [r.match_id for r in recordings(file.db, since_s=10_000)] == ["m-011", "m-010"]
    assert recordings(file.db, limit=0) == recordings(file.db, "No") == []


def test_of_one_player_page_by_page(file: StoreFile) -> None:
    file.write([sealed(number, *(["p-ada"] if number % 3 else ["p-bo"])) for number in range(9)])
    first = recordings_of(file.db, "p-ada", limit=4)
    assert [each.match_id for each in first] == ["m-008", "m-007", "m-005", "m-004"]
    rest = recordings_of(file.db, "p-ada", before=first[-1].match_id)
    assert [each.match_id for each in rest] == ["m-002", "m-001"]
    assert [r.match_id for r in recordings_of(file.db, "p-ada", since_s=7000)] == ["m-008", "m-007"]


def test_a_history_links_to_recordings(file: StoreFile) -> None:
    for change in some_matches(4, 3):
        file.write([change])
    played = history(file.db, "p-001", limit=9)
    assert [line.recording for line in played] == [None] * len(played)
    assert played
    there = played[0].match_id
    file.write([RecordingSealed(one(1, match_id=there, file="x.journal.packed"), ("p-001",))])
    expected = {line.match_id: None for line in played} | {there: "x.journal.packed"}
    assert {r.match_id: r.recording for r in history(file.db, "p-001", limit=9)} == expected
    file.write([RecordingGone(there)])
    assert history(file.db, "p-001", limit=9) == played


@pytest.mark.parametrize(
    ("sql", "given"),
    [
        (index.ONE, ["m"]),
        (index.NEWEST, [1, "m", 0, 5]),
        (index.OF_MAP, ["Yard", 1, "m", 0, 5]),
        (index.OF_PLAYER, ["p", "m", 0, 5]),
        (index.WITH, ["p", "m"]),
        ("delete from recording_players where match_id = ?", ["m"]),
        ("delete from recordings where match_id = ?", ["m"]),
    ],
)
def test_every_question_has_its_index(file: StoreFile, sql: str, given: list[Any]) -> None:
    file.write([sealed(number) for number in range(20)])
    plan = [row[3] for row in file.db.execute("explain query plan " + sql, given)]
    assert plan
    for step in plan:
        assert re.match(r"SEARCH \w+ USING (COVERING )?(INDEX|PRIMARY KEY)", step), plan


def test_changes_go_by_the_spool(file: StoreFile) -> None:
    for change in (sealed(1), RecordingPinned("m-001", True), RecordingGone("m-001")):
        assert decode_change(encode_change(change)) == change


def test_any_order_ends_in_what_the_last_word_was(tmp_path: Path) -> None:
    """What a spool applies again from its start leaves what was there."""
    words = [sealed(1), RecordingPinned("m-001", True), sealed(1, packed=True), RecordingGone("m")]
    for number, repeated in enumerate(itertools.product(range(len(words)), repeat=2)):
        with closing(StoreFile(tmp_path / f"{number}.sqlite")) as file:
            for start in (0, *repeated):
                file.write(words[start:])
            assert [(r.packed, r.pinned) for r in every_recording(file.db)] == [(True, True)]
