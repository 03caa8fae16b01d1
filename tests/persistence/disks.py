"""Disks with a will of their own, around a real file."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

from persistence.disk import Disk, create_disk
from persistence.journal_file import JournalFile
from tests.persistence.samples import header, tick


class FussyDisk:
    """A real file that takes bytes as ``plan`` says, one entry a write.

    An entry is the most bytes taken, or an errno raised; past the end everything is taken.
    """

    def __init__(self, disk: Disk, plan: list[int | OSError]) -> None:
        self.disk = disk
        self.plan = plan
        self.truncate_error: OSError | None = None
        self.sync_error: OSError | None = None
        self.sync_count = 0

    def write(self, data: memoryview) -> int:
        step = self.plan.pop(0) if self.plan else len(data)
        if isinstance(step, OSError):
            raise step
        return self.disk.write(data[:step]) if step else 0

    def truncate(self, size: int) -> None:
        if self.truncate_error is not None:
            raise self.truncate_error
        self.disk.truncate(size)

    def fdatasync(self) -> None:
        self.sync_count += 1
        if self.sync_error is not None:
            raise self.sync_error
        self.disk.fdatasync()

    def close(self) -> None:
        self.disk.close()


def full() -> OSError:
    return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def fussy_journal(path: Path, *plan: int | OSError) -> tuple[JournalFile, FussyDisk]:
    """Return a journal whose header is written and whose next writes follow ``plan``."""
    disks = []

    def open_disk(path: Path) -> Disk:
        disks.append(FussyDisk(create_disk(path), []))
        return disks[0]

    file = JournalFile.create(path, header(), open_disk=open_disk)
    disks[0].plan = list(plan)
    return file, disks[0]


class StuckDisk(FussyDisk):
    """A disk whose writes wait for ``unstick`` once ``stuck`` is set."""

    def __init__(self, disk: Disk) -> None:
        super().__init__(disk, [])
        self.stuck = False
        self.arrived = threading.Event()
        self.unstick = threading.Event()
        self.closed = threading.Event()

    def write(self, data: memoryview) -> int:
        if self.stuck:
            self.arrived.set()
            assert self.unstick.wait(120)
        return super().write(data)

    def close(self) -> None:
        super().close()
        self.closed.set()


def stuck_journal(path: Path) -> tuple[JournalFile, StuckDisk]:
    """Return a journal whose header is written and whose next write waits."""
    disk = StuckDisk(create_disk(path))
    file = JournalFile.create(path, header(), open_disk=lambda _: disk)
    disk.stuck = True
    return file, disk


class FullDisk(FussyDisk):
    """Takes a few bytes of every write, then is full; for good."""

    def write(self, data: memoryview) -> int:
        if len(data) > 9:
            return self.disk.write(data[:9])
        raise full()


def forever_full(path: Path) -> JournalFile:
    file, disk = fussy_journal(path)
    file.append(tick(5))
    disk.__class__ = FullDisk
    return file
