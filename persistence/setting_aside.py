"""What happens to a journal that cannot be recovered: it is moved away, with the reason.

Nothing here deletes or overwrites anything. The count of attempts is what keeps a journal that
kills its reader from being tried at every start: one line a try, in a file beside the journal, safe
on disk before the try begins.
"""

from __future__ import annotations

import errno
import itertools
import os
import shutil
from contextlib import suppress
from pathlib import Path

from persistence.disk import reopen_disk, sync_folder
from persistence.errors import InUse, JournalError, Unwritable
from persistence.opening import read_header
from persistence.tail_file import own_folders, tail_name

ASIDE = "set-aside"
ATTEMPTS_MAX = 2  # when ``begin_attempt`` says more, the journal is set aside instead
ATTEMPTS_SUFFIX = ".attempts"


def begin_attempt(journal_path: Path) -> int:
    """Count an attempt to recover a journal, and return which one it is, from 1 on.

    Raises:
        InUse: the journal is being written by another process; nothing is counted.
        Unwritable: the count cannot be kept, so the attempt must not be made.
    """
    check_unused(journal_path)
    path = _attempts_of(journal_path)
    try:
        with open(path, "ab+", buffering=0) as file:
            file.write(b"tried\n")
            os.fsync(file.fileno())
            file.seek(0)
            count = file.read().count(b"\n")
    except OSError as error:
        raise Unwritable(
            f"{path}: cannot count the attempt to recover {journal_path.name}: {error.strerror}; "
            "check free space and permissions"
        ) from error
    sync_folder(path.parent)
    return count


def end_attempt(journal_path: Path) -> None:
    """Forget the attempts: the journal was recovered. Never raises; the next count may be high."""
    with suppress(OSError):
        _attempts_of(journal_path).unlink(missing_ok=True)


def set_aside(journal_path: Path, tail_dir: Path | None, reason: str) -> Path:
    """Move a journal and its tail into ``set-aside``, with the reason, and return its new path.

    Whoever has it open closes it first. The journal goes first: killed in between, what is left
    behind is a tail without a journal, and never a journal without its ticks.

    Raises:
        InUse: another process is writing it.
        Unwritable: it cannot be moved; it stays where it is.
    """
    check_unused(journal_path)
    tails = _tails_of(journal_path, tail_dir)
    folder = journal_path.parent / ASIDE
    try:
        folder.mkdir(exist_ok=True)
        stem = _claim(folder, journal_path, reason)
        aside = folder / f"{stem}{journal_path.suffix}"
        _move(journal_path, aside)
        for tail in tails:
            _move(tail, folder / f"{stem}.{tail.name}")
        sync_folder(folder)
        sync_folder(journal_path.parent)
    except OSError as error:
        raise Unwritable(
            f"{journal_path}: cannot be set aside in {folder}: {error.strerror}; it stays where "
            f"it is; it should go because: {reason}"
        ) from error
    end_attempt(journal_path)
    return aside


def keep_cut(journal_path: Path, offset: int, data: bytes) -> Path | None:
    """Save bytes that are about to be cut off at ``offset``; None when they are all zero.

    Raises:
        Unwritable: they cannot be saved, so they must not be cut off.
    """
    if not data.strip(b"\0"):
        return None
    folder = journal_path.parent / ASIDE
    try:
        folder.mkdir(exist_ok=True)
        for number in itertools.count(1):
            path = folder / f"{journal_path.stem}.cut-at-{offset}-{number}"
            with suppress(FileExistsError), open(path, "xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
                break
    except OSError as error:
        raise Unwritable(
            f"{path}: cannot keep {len(data)} damaged bytes of {journal_path.name}: "
            f"{error.strerror}; check free space and permissions"
        ) from error
    return path


def check_unused(journal_path: Path) -> None:
    """Raise InUse when another process is writing the journal; whatever else is wrong is not."""
    with suppress(OSError, ValueError):
        reopen_disk(journal_path).close()


def _attempts_of(journal_path: Path) -> Path:
    return journal_path.with_name(journal_path.name + ATTEMPTS_SUFFIX)


def _tails_of(journal_path: Path, tail_dir: Path | None) -> list[Path]:
    """Return all files of the journal's tail; none when the journal does not tell its name."""
    try:
        name = tail_name(read_header(journal_path))
    except JournalError:
        return []
    return [
        path
        for folder in own_folders(journal_path, tail_dir)
        for path in sorted(folder.glob(f"{name}*"))
        if not path.name.endswith(".new")
    ]


def _claim(folder: Path, journal_path: Path, reason: str) -> str:
    """Write the reason under a name that nothing has yet, and return its stem."""
    for number in itertools.count(1):
        stem = journal_path.stem if number == 1 else f"{journal_path.stem}-{number}"
        if os.path.lexists(folder / f"{stem}{journal_path.suffix}"):
            continue
        with suppress(FileExistsError), open(folder / f"{stem}.reason.txt", "xb") as file:
            file.write(f"{reason}\n".encode())
            file.flush()
            os.fsync(file.fileno())
            return stem
    raise AssertionError("numbers do not end")


def _move(path: Path, target: Path) -> None:
    """Move a file to a name that is free; across file systems by a copy that is safe first."""
    if os.path.lexists(target):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
    try:
        path.rename(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        with open(path, "rb") as source, open(target, "xb") as copy:
            shutil.copyfileobj(source, copy)
            copy.flush()
            os.fsync(copy.fileno())
        path.unlink()


__all__ = ["ATTEMPTS_MAX", "InUse", "begin_attempt", "end_attempt", "keep_cut", "set_aside"]
