"""What a killed process left of a match: the journal's file and, behind it, the tail.

::

    file   | header | keyframe 0 | ticks ... | keyframe 300 | 300 | 301 | torn
    tail                                        299 | 300 | 301 | 302 | 303
                                             ^ keyframe    ^ recorded_until = 302
    ticks                                      300   301   302   303

Nobody else may be writing. Whatever cannot be used is named in ``notes``, and nothing that was
ever written is thrown away: what is cut off the file is kept in ``set-aside``. Every error is a
``JournalError`` with one line for the operator.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from persistence.disk import Disk, reopen_disk
from persistence.errors import (
    JournalError,
    NoStart,
    Sealed,
    Unreadable,
    Unwritable,
)
from persistence.frames import TRAILER, DamageFound, frame, read_frames, seal_offset, trailer
from persistence.journal_file import RESUME_CUT_MAX_BYTES, JournalFile
from persistence.keyframes import RawKeyframe
from persistence.reader import Journal, open_journal
from persistence.records import Header, Tick, encode_record
from persistence.setting_aside import (
    ATTEMPTS_MAX,
    begin_attempt,
    end_attempt,
    keep_cut,
    set_aside,
)
from persistence.source import Source
from persistence.tail_file import SUFFIX, TailFound, find_tail, own_folders, read_tail, tail_folders
from persistence.tail_layout import HEAD_BYTES, FramedTick, find_ticks, following, unpack_head

__all__ = [
    "ATTEMPTS_MAX",
    "Salvaged",
    "begin_attempt",
    "end_attempt",
    "salvage",
    "set_aside",
    "sweep_tails",
    "unsealed",
]

JOURNALS = "*.journal"


@dataclass(slots=True)
class Salvaged:
    """A match that can go on. Whoever takes it closes ``file``.

    Attributes:
        file: the journal, mended and open to be written; the next tick must be
            ``recorded_until``.
        header: of the journal.
        keyframe: the newest good one; None when there is none and the ticks begin at 0, so that
            the header says all.
        ticks: every tick from the keyframe on, without a gap; the first is ``keyframe.tick``.
        recorded_until: the first tick that is not in the file. From there on they came from the
            tail, and have to be appended again.
        changes_until: the first tick whose changes are not in the file. Those up to the keyframe
            cannot be made again, and those of a stretch that ends before ``recorded_until`` have
            no place in the file any more; a journal may lack them.
        lost_ticks: how many further ticks are known to have been applied and are nowhere.
        notes: a sentence for everything that was cut off, missing or not good.
    """

    file: JournalFile
    header: Header
    keyframe: RawKeyframe | None
    ticks: list[Tick]
    recorded_until: int
    changes_until: int
    lost_ticks: int
    notes: list[str]


def salvage(journal_path: Path, tail_dir: Path | None) -> Salvaged:
    """Mend the unsealed journal ``journal_path``, and gather what its match goes on from.

    Args:
        journal_path: the journal.
        tail_dir: folder of tails, None for the default.

    Raises:
        InUse: another process is writing the journal or its tail.
        Sealed: it is complete; a torn trailer was mended.
        NoStart: there is no good keyframe, and the first tick is not 0.
        DamagedJournal: too much of it is damaged.
        NotAJournal, UnsupportedFormat, Unreadable, Unwritable: as they say.
    """
    try:
        disk = reopen_disk(journal_path)
    except (OSError, ValueError) as error:
        raise _unwritable(journal_path, "cannot go on with the journal", error) from error
    try:
        with open_journal(journal_path) as journal:
            return _salvaged(journal, disk, tail_dir)
    except OSError as error:
        disk.close()
        raise _unwritable(journal_path, "cannot mend the journal", error) from error
    except BaseException:
        disk.close()
        raise


def unsealed(journal_dir: Path) -> list[Path]:
    """Return the journals in a folder that have no end yet, by name; those in use as well.

    Raises:
        Unreadable: the folder cannot be read.
    """
    try:
        paths = sorted(path for path in journal_dir.iterdir() if path.match(JOURNALS))
    except FileNotFoundError:
        return []
    except OSError as error:
        raise Unreadable(f"{journal_dir}: cannot look for journals: {error.strerror}") from error
    return [path for path in paths if path.is_file() and not _has_end(path)]


def sweep_tails(journal_dir: Path, tail_dir: Path | None) -> list[Path]:
    """Remove tails that a kill between seal and removal left, and return them.

    Only those of sealed journals in ``journal_dir``; whose journal is elsewhere or unsealed, stays.
    """
    swept = []
    for folder in own_folders(journal_dir / "any", tail_dir):
        for path in sorted(folder.glob(f"*{SUFFIX}")):
            with suppress(JournalError, OSError):
                if _is_spent(path, journal_dir):
                    path.unlink()
                    swept.append(path)
    return swept


def _salvaged(journal: Journal, disk: Disk, tail_dir: Path | None) -> Salvaged:
    notes: list[str] = []
    if journal.seal is not None:
        _mend_trailer(journal, disk, notes)
        raise Sealed(
            "; ".join((f"{journal.path}: complete, there is nothing to go on with", *notes))
        )
    search = find_tail(journal.path, journal.header, tail_dir)
    notes += search.refused.values()
    cut_at = journal.damage
    keyframe = journal.nearest_keyframe(journal.end_tick or 0)
    if journal.damage != cut_at:
        notes.append(f"a keyframe is damaged, an older one is taken: {journal.damage}")
    if search.best is None and not search.refused:
        where = " or ".join(str(folder) for folder in tail_folders(journal.path, tail_dir))
        notes.append(f"no tail in {where}: what had not reached the file is lost, if anything")
    journal.damage = cut_at
    start = 0 if keyframe is None else keyframe.tick
    due_tick = start if journal.end_tick is None else journal.end_tick
    data = _cut_bytes(journal)
    cut = find_ticks(data)
    spare = following({**cut, **({} if search.best is None else search.best.ticks)}, due_tick)
    lost_ticks = _lost_ticks(search.best, cut, due_tick + len(spare), notes)
    if keyframe is None and (journal.first_tick or (due_tick == 0 and lost_ticks and not spare)):
        first = journal.first_tick or "lost"
        raise NoStart(f"{journal.path}: no good keyframe, and its first tick is {first}")
    ticks = list(journal.ticks(start))
    changes_until = _changes_until(journal)
    journal.damage = cut_at
    _keep_cut(journal, data, notes)
    file = JournalFile.continued(journal, disk)
    _append_what_was_cut(file, cut, spare, notes)
    return Salvaged(
        file=file,
        header=journal.header,
        keyframe=keyframe,
        ticks=ticks + [framed.record for framed in spare],
        recorded_until=start if file.tally.due_tick is None else file.tally.due_tick,
        changes_until=changes_until,
        lost_ticks=lost_ticks,
        notes=notes,
    )


def _cut_bytes(journal: Journal) -> bytes:
    """Return the damaged end of the file; nothing where it is more than may be cut off."""
    count = journal.size_bytes - journal.end_offset
    if not 0 < count <= RESUME_CUT_MAX_BYTES:
        return b""
    return _bytes_at(journal, journal.end_offset, count)


def _keep_cut(journal: Journal, data: bytes, notes: list[str]) -> None:
    """Save what is about to be cut off."""
    if not data:
        return
    kept = keep_cut(journal.path, journal.end_offset, data)
    where = "all of them zero" if kept is None else f"kept in {kept}"
    reason = "" if journal.damage is None else f": {journal.damage.reason}"
    notes.append(f"{len(data)} bytes were cut off at byte {journal.end_offset}, {where}{reason}")


def _append_what_was_cut(
    file: JournalFile, cut: dict[int, FramedTick], spare: list[FramedTick], notes: list[str]
) -> None:
    """Append the ticks up to the last that only stood behind the damage: no tail has it."""
    ends = [number for number, framed in enumerate(spare, 1) if framed.record.tick in cut]
    if ends:
        file.append_all(spare[: ends[-1]])
        file.sync()
        notes.append(f"{ends[-1]} ticks from {spare[0].record.tick} on were good and are back")


def _lost_ticks(
    tail: TailFound | None, cut: dict[int, FramedTick], end_tick: int, notes: list[str]
) -> int:
    """Return how many ticks from ``end_tick`` on are known to have been recorded."""
    known = [*cut, -1]
    if tail is not None:
        known += [*tail.ticks, -1 if tail.reached is None else tail.reached]
    last_tick = max(known)
    if last_tick < end_tick:
        return 0
    notes.append(
        f"ticks {end_tick} to {last_tick} are lost: they were recorded, but tick {end_tick} is "
        "neither in the file nor in the tail"
    )
    return last_tick + 1 - end_tick


def _changes_until(journal: Journal) -> int:
    """Return the first tick whose changes are missing; the first of all ticks has none."""
    if journal.tally.changed_tick is not None:
        return journal.tally.changed_tick + 1
    return (journal.first_tick or 0) + 1


def _mend_trailer(journal: Journal, disk: Disk, notes: list[str]) -> None:
    """Make good what is wrong behind the seal, if anything is."""
    if journal.damage is None or journal.seal is None:
        return
    end = journal.end_offset + len(frame(encode_record(journal.seal)))
    rest = _bytes_at(journal, end, journal.size_bytes - end)
    kept = keep_cut(journal.path, end, rest)
    disk.truncate(end)
    whole = memoryview(trailer(journal.end_offset))
    while whole:
        whole = whole[disk.write(whole) :]
    disk.fdatasync()
    notes.append(f"the trailer was mended, {len(rest)} bytes kept in {kept}")


def _bytes_at(journal: Journal, offset: int, count: int) -> bytes:
    source = Source(journal.path)
    try:
        return source.read_at(offset, count)
    finally:
        source.close()


def _has_end(path: Path) -> bool:
    """Return whether the file ends with a trailer that leads to one whole frame, of any format."""
    try:
        source = Source(path)
    except JournalError:
        return False  # reading it will say why
    try:
        end = source.size_bytes - TRAILER.size
        offset = seal_offset(source.read_at(max(end, 0), TRAILER.size))
        return offset is not None and len(list(read_frames(source.read_at, offset, end))) == 1
    except (JournalError, DamageFound):
        return False
    finally:
        source.close()


def _is_spent(path: Path, journal_dir: Path) -> bool:
    """Return whether the journal of the tail ``path`` is in ``journal_dir`` and sealed."""
    if not path.is_file():
        return False
    with open(path, "rb") as file:
        head = unpack_head(file.read(HEAD_BYTES), str(path))
    journal_path = journal_dir / Path(head.journal).name
    if not _has_end(journal_path):
        return False
    with open_journal(journal_path) as journal:
        read_tail(path, journal.header)  # refuses a tail of another journal, and one in use
        return journal.seal is not None


def _unwritable(path: Path, doing: str, error: Exception) -> Unwritable:
    reason = getattr(error, "strerror", None) or error
    return Unwritable(f"{path}: {doing}: {reason}; check free space and permissions")
