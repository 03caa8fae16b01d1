"""The library: what is in the folder is in the index, is packed, and kept under the rule."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
import pytest
import trio
import trio.testing

from persistence import disk
from persistence.errors import AlreadyExists, JournalError
from persistence.packing import packer
from persistence.reader import open_journal
from persistence.store.recordings import (
    Recording,
    RecordingPinned,
    every_recording,
    recordings_of,
)
from persistence.store.writer import Store
from ringfall.library import librarian as librarian_module
from ringfall.library import shelf
from ringfall.library.entries import NoEntryError, entry_of
from ringfall.library.keeping import DAY_S, Rule, doomed
from ringfall.library.librarian import LOOK_EVERY_S, Librarian
from ringfall.library.shelf import (
    drop_twin,
    export,
    pack_here,
    sealed_in,
    sweep_parts,
    take_in,
    unpack_here,
)
from tests.ringfall.library_samples import put_sample, record

FOR_EVER = Rule(0.0, 0.0)
BEGUN_S = 1767323045  # of all samples


@pytest.fixture(autouse=True)
def no_making_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(librarian_module, "MAKE_WAY_S", 0.0)


def with_store(folder: Path, body: Callable[[Store], Awaitable[None]]) -> None:
    async def main() -> None:
        with trio.fail_after(60):
            store = Store(folder.parent / "p.sqlite")
            async with trio.open_nursery() as nursery:
                nursery.start_soon(store.run)
                await body(store)
                nursery.cancel_scope.cancel()

    trio.run(main)


async def index(store: Store) -> list[Recording]:
    while store.pending:
        await trio.sleep(0.001)
    return await store.ask(every_recording)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "journals"
    found.mkdir()
    return found


def whole(path: Path) -> bool:
    try:
        with open_journal(path) as journal:
            return journal.seal is not None and journal.verify() is None
    except JournalError:
        return False


# --- the index and the folder --------------------------------------------------------------------


def test_what_lies_in_the_folder_is_indexed_and_packed(folder: Path) -> None:
    put_sample(folder)
    record(folder, "open", ticks=5, sealed=False)
    (folder / "notes.txt").write_text("mine")

    async def body(store: Store) -> None:
        librarian = Librarian(folder, store, FOR_EVER)
        await librarian.look()
        [found] = await index(store)
        assert found == entry_of(folder / "m-1.journal.packed").recording
        assert (found.players, found.people, found.map) == (7, 1, "Yard")
        assert (found.started_s, found.sealed_s, found.ticks) == (BEGUN_S, BEGUN_S + 3, 100)
        assert found.packed
        assert (librarian.packed, librarian.recordings) == (1, 1)
        assert librarian.size_bytes == found.size_bytes
        mine = await store.ask(lambda db: recordings_of(db, "p-ada"))
        assert mine == [found]
        submitted = store.submitted
        await librarian.look()
        assert store.submitted == submitted

    with_store(folder, body)
    names = {path.name for path in folder.iterdir()}
    assert names == {"m-1.journal.packed", "open.journal", "notes.txt"}


def test_what_is_gone_from_the_folder_is_gone_from_the_index(folder: Path) -> None:
    path = put_sample(folder)

    async def body(store: Store) -> None:
        librarian = Librarian(folder, store, FOR_EVER, packs=False)
        await librarian.look()
        assert len(await index(store)) == 1
        path.unlink()
        await librarian.look()
        assert await index(store) == []
        put_sample(folder)
        await librarian.look()
        assert len(await index(store)) == 1

    with_store(folder, body)
    assert path.exists()


def test_it_looks_again_and_again(folder: Path) -> None:
    async def main() -> None:
        store = Store(folder.parent / "p.sqlite")
        librarian = Librarian(folder, store, FOR_EVER, packs=False)
        looks = 0

        async def look() -> None:
            nonlocal looks
            looks += 1

        librarian.look = look  # type: ignore[method-assign]
        async with trio.open_nursery() as nursery:
            nursery.start_soon(librarian.run)
            await trio.sleep(3.5 * LOOK_EVERY_S)
            nursery.cancel_scope.cancel()
        store.close()
        assert looks == 4

    trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0.05))


def test_a_damaged_or_misnamed_recording_stays_and_is_named_once(folder: Path) -> None:
    good = put_sample(folder)
    bent = bytearray(good.read_bytes())
    good.rename(folder / "other-name.journal")
    bent[len(bent) // 2] ^= 1
    (folder / "bent.journal").write_bytes(bent)

    async def body(store: Store) -> None:
        librarian = Librarian(folder, store, FOR_EVER)
        await librarian.look()
        await librarian.look()
        assert await index(store) == []
        assert librarian.packed == 0

    with_store(folder, body)
    assert {path.name for path in folder.iterdir()} == {"bent.journal", "other-name.journal"}


def test_packing_waits_while_a_match_is_late(folder: Path) -> None:
    put_sample(folder)
    asked = 0

    def behind() -> bool:
        nonlocal asked
        asked += 1
        return asked < 4

    async def body(store: Store) -> None:
        await Librarian(folder, store, FOR_EVER, behind=behind).look()

    with_store(folder, body)
    assert asked > 100
    assert (folder / "m-1.journal.packed").exists()


def test_whoever_stops_the_server_does_not_wait_for_packing(folder: Path) -> None:
    path = put_sample(folder)

    async def body(store: Store) -> None:
        librarian = Librarian(folder, store, FOR_EVER, behind=lambda: True)
        with trio.move_on_after(0.2) as scope:
            await librarian.look()
        assert scope.cancelled_caught

    with_store(folder, body)
    assert whole(path)
    assert not (folder / "m-1.journal.packed").exists()


# --- the rule ------------------------------------------------------------------------------------


def known(number: int, size: int = 100_000_000, pinned: bool = False) -> Recording:
    entry = Recording(
        f"m-{number}", f"m-{number}.journal", number * DAY_S, number * DAY_S, 1, 30, "Yard", "b",
        "s", 2, 1, "", "", "stopped", size, True, pinned,
    )  # fmt: skip
    return entry


def test_age_takes_what_is_older_and_size_the_oldest() -> None:
    some = [known(number) for number in (4, 1, 3, 2)]
    now_s = 5.0 * DAY_S
    assert doomed(some, FOR_EVER, now_s) == []
    assert doomed(some, Rule(2.5, 0.0), now_s) == [(known(1), "age"), (known(2), "age")]
    assert doomed(some, Rule(2.0, 0.0), now_s) == [(known(1), "age"), (known(2), "age")]
    assert doomed(some, Rule(0.0, 0.3), now_s) == [(known(1), "size")]
    assert doomed(some, Rule(0.0, 0.25), now_s) == [(known(1), "size"), (known(2), "size")]
    assert doomed(some, Rule(3.5, 0.2), now_s) == [(known(1), "age"), (known(2), "size")]


def test_pinned_ones_stay_and_others_go_for_them() -> None:
    some = [known(1, pinned=True), known(2), known(3)]
    assert doomed(some, Rule(0.5, 0.0), 100.0 * DAY_S) == [(known(2), "age"), (known(3), "age")]
    assert doomed(some, Rule(0.0, 0.2), 0.0) == [(known(2), "size")]


def test_days_pass_and_recordings_go(folder: Path) -> None:
    now_s = float(BEGUN_S)
    put_sample(folder)
    record(folder, "pinned", ticks=5)
    record(folder, "young", ticks=5, begun="2026-01-12T00:00:00+00:00")
    record(folder, "open", ticks=5, sealed=False)

    async def body(store: Store) -> None:
        nonlocal now_s
        librarian = Librarian(folder, store, Rule(10.0, 0.0), packs=False, now_s=lambda: now_s)
        await librarian.look()
        store.submit(RecordingPinned("pinned", True))
        assert len(await index(store)) == 3
        now_s += 10.0 * DAY_S - 1.0
        await librarian.look()
        assert len(await index(store)) == 3
        now_s += 20.0
        await librarian.look()
        assert [r.match_id for r in await index(store)] == ["pinned", "young"]
        assert librarian.pruned == {"age": 1}
        now_s += 1000.0 * DAY_S
        await librarian.look()
        assert [r.match_id for r in await index(store)] == ["pinned"]

    with_store(folder, body)
    assert {path.name for path in folder.iterdir()} == {"pinned.journal", "open.journal"}


# --- files ---------------------------------------------------------------------------------------


class KilledError(BaseException):
    """The process ends here."""


STEPS = ("fsync", "link", "unlink", "rename")


def killed_at(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process dies at call ``number`` of those that change a folder or sync."""
    count = 0

    def deadly(real: Callable[..., object]) -> Callable[..., object]:
        def call(*given: object, **more: object) -> object:
            nonlocal count
            count += 1
            if count >= number:
                raise KilledError
            return real(*given, **more)

        return call

    for name in STEPS:
        monkeypatch.setattr(os, name, deadly(getattr(os, name)))
    monkeypatch.setattr(Path, "unlink", deadly(Path.unlink))
    monkeypatch.setattr(disk.FileDisk, "fdatasync", deadly(disk.FileDisk.fdatasync))


# Whoever is killed closes no file.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("way", [pack_here, unpack_here])
def test_killed_at_any_step_nothing_is_lost(
    folder: Path, way: Callable[[Path], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "m-1.journal" if way is pack_here else "m-1.journal.packed"
    record(folder, ticks=20)
    if way is unpack_here:
        pack_here(folder / "m-1.journal")
    original = (folder / name).read_bytes()
    for number in range(1, 30):
        for path in folder.iterdir():
            path.unlink()
        (folder / name).write_bytes(original)
        with monkeypatch.context() as patch:
            killed_at(number, patch)
            try:
                way(folder / name)
                break
            except KilledError:
                pass
        forms = sealed_in(folder)["m-1"]
        assert forms
        assert all(whole(path) for path in forms)
        sweep_parts(folder)
        if len(forms) == 2:
            drop_twin(forms[1], forms[0])
        assert len(list(folder.iterdir())) == 1
    else:
        pytest.fail("it never came to its end")
    assert number > 4


def test_twins_are_settled_when_somebody_looks(folder: Path) -> None:
    put_sample(folder)
    pack_here(folder / "m-1.journal")
    put_sample(folder)
    (folder / "m-1.77.part").write_bytes(b"half")

    async def body(store: Store) -> None:
        librarian = Librarian(folder, store, FOR_EVER)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(librarian.run)
            while len(list(folder.iterdir())) > 1:
                await trio.sleep(0.001)
            nursery.cancel_scope.cancel()

    with_store(folder, body)
    assert whole(folder / "m-1.journal.packed")


def test_a_twin_that_is_not_whole_costs_nothing(folder: Path) -> None:
    plain = put_sample(folder)
    packed = pack_here(plain)
    put_sample(folder)
    data = bytearray(packed.read_bytes())
    data[-100] ^= 1
    packed.write_bytes(data)
    with pytest.raises(NoEntryError):
        drop_twin(plain, packed)
    assert whole(plain)


def test_exported_here_and_imported_elsewhere(folder: Path, tmp_path: Path) -> None:
    plain, there = put_sample(folder), tmp_path / "there"
    there.mkdir()
    one, two = tmp_path / "one.packed", tmp_path / "two.packed"
    assert export(plain, one) == one.stat().st_size
    export(pack_here(plain), two)
    assert one.read_bytes() == two.read_bytes()
    entry = take_in(one, there)
    assert entry == entry_of(there / "m-1.journal.packed")
    for again in (one, two):
        with pytest.raises(AlreadyExists):
            take_in(again, there)
    with pytest.raises(AlreadyExists):
        export(there / "m-1.journal.packed", two)
    assert [path.name for path in there.iterdir()] == ["m-1.journal.packed"]


def test_what_is_not_whole_is_not_taken_in(folder: Path, tmp_path: Path) -> None:
    there, path = tmp_path / "there", tmp_path / "x"
    there.mkdir()
    good = pack_here(put_sample(folder)).read_bytes()
    for bad in (good[:-1], good[: len(good) // 2], b"no", good[:30_000] + b"\0" + good[30_001:]):
        path.write_bytes(bad)
        with pytest.raises(JournalError):
            take_in(path, there)
    with pytest.raises(JournalError):
        take_in(record(tmp_path, "open", ticks=3, sealed=False), there)
    assert list(there.iterdir()) == []


@pytest.mark.parametrize("name", ["../out", "", "a/b", ".hidden", "a" * 200, "a\nb"])
def test_a_name_that_leads_elsewhere_is_not_taken_in(
    folder: Path, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = shelf.open_journal

    def renamed(path: Path) -> object:
        journal = real(path)
        journal.header = msgspec.structs.replace(journal.header, match_id=name)
        return journal

    source = put_sample(tmp_path)
    monkeypatch.setattr(shelf, "open_journal", renamed)
    with pytest.raises(NoEntryError, match="no name for a match"):
        take_in(source, folder)
    assert list(folder.iterdir()) == []


def test_a_disk_that_is_full_leaves_what_was_there(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = put_sample(folder)

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(packer.os, "fsync", full)
    with pytest.raises(JournalError, match="No space left"):
        pack_here(plain)
    assert [path.name for path in folder.iterdir()] == ["m-1.journal"]
    assert whole(plain)
