"""The task that looks after the recordings of matches that have ended.

Every look compares the folder with the index, in both directions, then deletes what the rule takes,
then packs what is plain, one recording at a time. All of it happens in a thread that makes way
after every state it has worked out, and waits as long as a match is late.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

import msgspec
import structlog
import trio

from persistence.errors import JournalError
from persistence.store.recordings import (
    Recording,
    RecordingGone,
    RecordingSealed,
    every_recording,
)
from persistence.store.writer import Store, StoreSilentError
from ringfall.config import Config
from ringfall.library.entries import PACKED, entry_of
from ringfall.library.keeping import Rule, doomed
from ringfall.library.shelf import drop_twin, pack_here, remove, sealed_in, sweep_parts

LOOK_EVERY_S: Final = 30.0
MAKE_WAY_S: Final = 0.002  # after every state, some tenths of a millisecond of work
LATE_S: Final = 0.1  # between two questions whether a match is still late

# A match whose tick begins so much too late is behind: the library waits.
BEHIND_S: Final = 0.01

T = TypeVar("T")


class Librarian:
    """Indexes, packs and prunes the recordings in one folder.

    Args:
        folder: of the recordings.
        store: has the index.
        rule: what is kept.
        packs: whether plain recordings are packed.
        behind: whether a match is late; asked from a thread.
        now_s: the time, seconds since 1970.

    Attributes:
        packed, unpackable: recordings packed, and those that stay plain.
        pruned: recordings deleted, by reason.
        recordings, size_bytes: in the index at the last look.
    """

    def __init__(
        self,
        folder: Path,
        store: Store,
        rule: Rule,
        packs: bool = True,
        behind: Callable[[], bool] = lambda: False,
        now_s: Callable[[], float] = time.time,
    ) -> None:
        self.packed = self.unpackable = self.recordings = self.size_bytes = 0
        self.pruned: Counter[str] = Counter()
        self._folder, self._store, self._rule, self._packs = folder, store, rule, packs
        self._behind, self._now_s = behind, now_s
        self._refused: set[Path] = set()  # not worth another attempt before the next start
        self._limiter = trio.CapacityLimiter(1)
        self._log = structlog.get_logger("ringfall.library")

    async def run(self) -> None:
        """Look again and again until cancelled."""
        await self._in_thread(partial(sweep_parts, self._folder))
        while True:
            try:
                await self.look()
            except StoreSilentError:
                self._log.info("the library waits for the database")
            except JournalError as error:
                self._log.warning("the library cannot be looked through", reason=str(error))
            await trio.sleep(LOOK_EVERY_S)

    async def look(self) -> None:
        """Bring index and folder together once, prune, pack.

        Raises:
            StoreSilentError: the database does not answer.
            JournalError: the folder cannot be read.
        """
        files = await self._in_thread(partial(sealed_in, self._folder))
        index = {r.match_id: r for r in await self._store.ask(every_recording)}
        for match_id in index.keys() - files.keys():
            self._store.submit(RecordingGone(match_id))
            del index[match_id]
        for match_id, forms in files.items():
            known = index.get(match_id)
            if len(forms) > 1:
                await self._try(partial(_settle_twins, *forms), forms[-1])
            elif known is None or known.file != forms[0].name:
                await self._enter(forms[0], index)
        await self._prune(index)
        self.recordings, self.size_bytes = len(index), sum(r.size_bytes for r in index.values())
        if self._packs:
            for match_id in sorted(index):
                await self._pack(index[match_id])

    async def _enter(self, path: Path, index: dict[str, Recording]) -> None:
        entry = await self._try(partial(entry_of, path), path)
        if entry is not None and entry.recording.match_id == path.name.partition(".")[0]:
            old = index.get(entry.recording.match_id)
            self._tell(entry, old)
            pinned = old is not None and old.pinned
            index[entry.recording.match_id] = _pinned(entry.recording, pinned)
        elif entry is not None:
            self._refused.add(path)
            self._log.warning("a recording has another name than its match", file=str(path))

    def _tell(self, entry: RecordingSealed, old: Recording | None) -> None:
        if old is None or _pinned(old, False) != entry.recording:
            self._store.submit(entry)

    async def _prune(self, index: dict[str, Recording]) -> None:
        for recording, reason in doomed(index.values(), self._rule, self._now_s()):
            path = self._folder / recording.file
            try:
                await self._in_thread(partial(remove, path))
            except JournalError as error:
                self._log.warning("a recording cannot be deleted", reason=str(error))
                continue
            self.pruned[reason] += 1
            self._store.submit(RecordingGone(recording.match_id))
            del index[recording.match_id]
            self._log.info(
                "recording deleted",
                match=recording.match_id,
                reason=reason,
                size_bytes=recording.size_bytes,
            )

    async def _pack(self, recording: Recording) -> None:
        path = self._folder / recording.file
        if recording.packed or path in self._refused:
            return
        target = await self._try(partial(pack_here, path, self._make_way), path)
        if target is None:
            self.unpackable += 1
            return
        entry = await self._try(partial(entry_of, target), target)
        if entry is not None:
            self.packed += 1
            self.size_bytes += entry.recording.size_bytes - recording.size_bytes
            self._store.submit(entry)
            self._log.info(
                "recording packed",
                match=recording.match_id,
                from_bytes=recording.size_bytes,
                to_bytes=entry.recording.size_bytes,
            )

    def _make_way(self) -> None:
        """In the thread: let the ticks have the interpreter, and wait while one is late."""
        trio.from_thread.check_cancelled()
        time.sleep(MAKE_WAY_S)
        while self._behind():
            trio.from_thread.check_cancelled()
            time.sleep(LATE_S)

    async def _try(self, call: Callable[[], T], path: Path) -> T | None:
        """What ``call`` returns; None where the recording refuses, which is said once."""
        if path in self._refused:
            return None
        try:
            return await self._in_thread(call)
        except JournalError as error:
            self._refused.add(path)
            self._log.warning("a recording stays as it is", file=str(path), reason=str(error))
            return None

    async def _in_thread(self, call: Callable[[], T]) -> T:
        # Whoever stops the server does not wait for this: every step may be the last.
        return await trio.to_thread.run_sync(call, abandon_on_cancel=True, limiter=self._limiter)


def _settle_twins(packed: Path, plain: Path) -> None:
    """Both forms are there, as after a kill between naming one and deleting the other."""
    assert packed.name.endswith(PACKED)  # it comes first
    drop_twin(plain, packed)


def _pinned(recording: Recording, pinned: bool) -> Recording:
    return msgspec.structs.replace(recording, pinned=pinned)


def librarian_of(config: Config, store: Store, lateness_s: Callable[[], float]) -> Librarian:
    """The librarian that an operator asks for.

    Args:
        config: its settings.
        store: has the index.
        lateness_s: how late the last tick of any match began.
    """
    return Librarian(
        Path(config.server.journal_dir),
        store,
        Rule(config.library.keep_days, config.library.keep_gb),
        config.library.pack,
        lambda: lateness_s() > BEHIND_S,
    )
