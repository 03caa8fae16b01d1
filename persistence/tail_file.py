"""Where tails are, how one is opened to be written, and how one is read after a kill."""

from __future__ import annotations

import itertools
import mmap
import os
import re
import secrets
import stat
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from persistence.disk import lock
from persistence.errors import BadTail, InUse, Unwritable
from persistence.records import Header
from persistence.tail import Tail
from persistence.tail_layout import (
    HEAD_BYTES,
    JOURNAL_NAME_MAX,
    MARK_BYTES,
    TAIL_BYTES,
    TAIL_FORMAT,
    FramedTick,
    TailHead,
    find_entries,
    following,
    journal_id,
    pack_head,
    reached_tick,
    unpack_head,
)

SHARED_MEMORY = Path("/dev/shm")  # a folder in memory, where there is one
SUFFIX = ".tail"
STEM_MAX = 100
READ_MAX_BYTES = 64 * 1024 * 1024
ZEROES = bytes(64 * 1024)


@dataclass(frozen=True, slots=True)
class TailFound:
    """A tail as its process left it.

    Attributes:
        path: its file.
        life: how often its journal had been opened to be written.
        ticks: what it holds, by tick; most of it is in the journal as well.
        reached: the last tick that was handed over, None when that is not known.
    """

    path: Path
    life: int
    ticks: dict[int, FramedTick]
    reached: int | None


@dataclass(slots=True)
class Search:
    """What looking for a journal's tail came to.

    Attributes:
        best: the one that was written last, None without any.
        others: further ones of that journal, from lives before; of no use.
        refused: files of the right name that are no good, and why.
    """

    best: TailFound | None = None
    others: list[Path] = field(default_factory=list)
    refused: dict[Path, str] = field(default_factory=dict)


def default_folder() -> Path | None:
    """Return this user's folder in shared memory, None where the system has none."""
    if not SHARED_MEMORY.is_dir() or not hasattr(os, "getuid"):
        return None
    return SHARED_MEMORY / f"ringfall-{os.getuid()}"


def tail_name(header: Header) -> str:
    """Return the file name of the tail of the journal with this header."""
    # A journal may come from elsewhere: its match id is not to lead out of the folder.
    stem = re.sub(r"[^A-Za-z0-9_-]", "_", header.match_id)[:STEM_MAX]
    return f"{stem}.{journal_id(header)[:8]}{SUFFIX}"


def tail_folders(journal_path: Path, tail_dir: Path | None) -> list[Path]:
    """Return where the tail of a journal may be, best first; ``tail_dir`` None for the default."""
    chosen = tail_dir or default_folder()
    folders = [] if chosen is None else [chosen]
    return [*folders, journal_path.parent]


def own_folders(journal_path: Path, tail_dir: Path | None) -> list[Path]:
    """Return those of ``tail_folders`` that are there and in which nobody else can put files."""
    found = []
    for folder in dict.fromkeys(tail_folders(journal_path, tail_dir)):
        with suppress(OSError):
            check_private(folder)
            if folder.is_dir():
                found.append(folder)
    return found


def open_tail(
    journal_path: Path,
    header: Header,
    tail_dir: Path | None,
    due_tick: int,
    *,
    size_bytes: int = TAIL_BYTES,
) -> tuple[Tail, list[str]]:
    """Make the tail of a journal that is about to be written; waits for the disk.

    Ticks from ``due_tick`` on that a life before left in its tail are carried over, so that a
    kill at any moment of a recovery loses none. The caller holds the journal's file.

    Args:
        journal_path: where the journal is.
        header: of the journal.
        tail_dir: folder of tails, None for the default.
        due_tick: the first tick that is not in the journal's file.
        size_bytes: of the whole tail; taken at once, so that memory cannot run out later.

    Returns:
        The tail, and a sentence for every folder that was tried in vain.

    Raises:
        InUse: another process writes this tail.
        Unwritable: it can be nowhere.
    """
    search = find_tail(journal_path, header, tail_dir)
    best = search.best
    head = TailHead(
        format=TAIL_FORMAT,
        match_id=header.match_id,
        journal_id=journal_id(header),
        life=1 if best is None else best.life + 1,
        mark=secrets.token_bytes(MARK_BYTES),
        journal=os.fsencode(journal_path.absolute()).decode(errors="replace")[-JOURNAL_NAME_MAX:],
    )
    carried = [] if best is None else following(best.ticks, due_tick)
    problems = []
    for folder in tail_folders(journal_path, tail_dir):
        path = folder / tail_name(header)
        try:
            prepare_folder(folder)
            _keep_refused(path, search)
            tail = _create(path, head, carried, size_bytes)
        except (OSError, ValueError) as error:
            problems.append(f"{folder}: {getattr(error, 'strerror', None) or error}")
            continue
        _remove_older(path, search)
        return tail, problems
    raise Unwritable(f"no tail for {journal_path}: {'; '.join(problems)}")


def find_tail(journal_path: Path, header: Header, tail_dir: Path | None) -> Search:
    """Look for the tail of a journal wherever it may be.

    Raises:
        InUse: another process writes it.
    """
    search = Search()
    for folder in dict.fromkeys(tail_folders(journal_path, tail_dir)):
        path = folder / tail_name(header)
        try:
            if not os.path.lexists(path):
                continue
            check_private(folder)
            found = read_tail(path, header)
        except BadTail as error:
            search.refused[path] = str(error)
            continue
        except OSError as error:
            search.refused[path] = f"{path}: {error.strerror or error}"
            continue
        if search.best is None or found.life > search.best.life:
            search.others += [] if search.best is None else [search.best.path]
            search.best = found
        else:
            search.others.append(path)
    return search


def read_tail(path: Path, header: Header) -> TailFound:
    """Read the tail ``path``, which must be that of the journal with this header.

    Raises:
        InUse: another process writes it.
        BadTail: it is damaged, of another format, or of another journal.
        OSError: it cannot be read.
    """
    if not path.is_file() or path.is_symlink():
        raise BadTail(f"{path}: not a file")
    with open(path, "rb") as file:
        lock(file, path)
        data = file.read(READ_MAX_BYTES)
    head = unpack_head(data, str(path))
    if head.journal_id != journal_id(header):
        raise BadTail(
            f"{path}: the tail of another journal, of match {head.match_id} in {head.journal}"
        )
    return TailFound(path, head.life, find_entries(data, head.mark), reached_tick(data))


def prepare_folder(folder: Path) -> None:
    """Make the folder of tails if it is not there; OSError when it cannot be used."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    check_private(folder)


def check_private(folder: Path) -> None:
    """Raise PermissionError for a folder in shared memory that somebody else may write to."""
    if folder.parent != SHARED_MEMORY:
        return  # the operator's own choice
    about = folder.lstat()
    if not stat.S_ISDIR(about.st_mode) or about.st_uid != os.getuid() or about.st_mode & 0o077:
        raise PermissionError(f"{folder}: not a folder of this user alone (mode 0700)")


def _create(path: Path, head: TailHead, carried: Sequence[FramedTick], size_bytes: int) -> Tail:
    """Make a whole new tail beside ``path``, and put it in its place at the end."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)  # of a process that was killed in here
    descriptor = os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "r+b", buffering=0) as file:
            lock(file, fresh)
            # Written, not just sized: a mapped page for which there is no room kills the process.
            _write_all(file.fileno(), pack_head(head))
            for count in range(size_bytes - HEAD_BYTES, 0, -len(ZEROES)):
                _write_all(file.fileno(), ZEROES[:count])
            memory = mmap.mmap(file.fileno(), size_bytes)
        tail = Tail(memory, head.mark, path)
        tail.carry(list(carried))
        os.replace(fresh, path)
    except BaseException:
        with suppress(OSError):
            fresh.unlink()
        raise
    return tail


def _write_all(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _keep_refused(path: Path, search: Search) -> None:
    """Move what could not be read out of the way of a new tail; it is never overwritten."""
    if path not in search.refused:
        return
    for number in itertools.count(1):
        kept = path.with_name(f"{path.name}.refused-{number}")
        if not os.path.lexists(kept):
            path.rename(kept)
            return


def _remove_older(path: Path, search: Search) -> None:
    """Remove the tails of lives before: what was in them is in the journal or carried over."""
    best = [] if search.best is None else [search.best.path]
    for older in (*search.others, *best):
        if older != path:
            with suppress(OSError):
                older.unlink()


__all__ = ["InUse", "Search", "TailFound", "find_tail", "open_tail", "read_tail", "tail_name"]
