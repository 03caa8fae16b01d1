"""Killed for real, while a slow disk lags behind: journal and tail together hold every tick.

The child counts in memory it shares with the parent how many ticks had been handed over. Whatever
it has counted, the next process must find.
"""

from __future__ import annotations

import mmap
import os
import random
import signal
import struct
import time
from pathlib import Path
from typing import NoReturn

import pytest
import trio

from persistence.disk import Disk, create_disk
from persistence.journal_file import JournalFile
from persistence.keyframes import RawKeyframe
from persistence.records import Tick
from persistence.salvage import salvage
from persistence.sink import JournalSink
from persistence.tail_file import open_tail
from persistence.writer import write_journal
from tests.persistence.disks import FussyDisk
from tests.persistence.samples import BLOCK_BYTES, header, tick

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="no processes to fork here")

KEYFRAME_TICKS = 200
WAIT_S = 60.0
COUNT = struct.Struct("=Q")  # one store


class SlowDisk(FussyDisk):
    """Takes its time for every write, takes it in pieces, and now and then nothing at all."""

    def __init__(self, disk: Disk, seed: int) -> None:
        super().__init__(disk, [])
        self.chance = random.Random(seed)
        self.slow = False

    def write(self, data: memoryview) -> int:
        if not self.slow:
            return self.disk.write(data)
        time.sleep(self.chance.random() * 0.004)
        if self.chance.random() < 0.1:
            raise OSError(5, "Input/output error")
        return self.disk.write(data[: self.chance.randrange(1, 20_000)])


def known(number: int) -> Tick:
    """The only tick of this number there can be; of any size up to 3 kB."""
    chance = random.Random(number)
    joins = tick(number).joins if number % 50 == 0 else ()
    return Tick(number, number + 2**63, joins, (), chance.randbytes(chance.randrange(3000)))


def record(folder: Path, count: mmap.mmap, seed: int) -> NoReturn:
    """Hand over ticks, four a millisecond or so, until killed."""

    async def body() -> None:
        path = folder / "m.journal"
        disks: list[SlowDisk] = []

        def open_disk(where: Path) -> Disk:
            disks.append(SlowDisk(create_disk(where), seed))
            return disks[0]

        file = JournalFile.create(path, header(), open_disk=open_disk)
        disks[0].slow = True
        sink = JournalSink()
        sink.tail, _ = open_tail(path, header(), folder / "tails", 0)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(lambda: write_journal(sink, file, retry_s=0.001))
            for number in range(2**20):
                if number % KEYFRAME_TICKS == 0:
                    sink.append(RawKeyframe(number, number, bytes(BLOCK_BYTES)))
                sink.append(known(number))
                COUNT.pack_into(count, 0, number + 1)
                if number % 4 == 0:
                    await trio.sleep(0.001)

    try:
        trio.run(body)
    finally:
        os._exit(70)  # it is not to come back into the tests


def kill_at(folder: Path, ticks: int, seed: int) -> int:
    """Kill a child soon after it has handed over so many ticks; how many it was in the end."""
    count = mmap.mmap(-1, COUNT.size)
    child = os.fork()
    if not child:
        record(folder, count, seed)
    give_up = time.monotonic() + WAIT_S
    try:
        while COUNT.unpack_from(count)[0] < ticks:
            assert time.monotonic() < give_up
            assert os.waitpid(child, os.WNOHANG) == (0, 0), "it ended by itself"
            time.sleep(0.0002)
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    return int(COUNT.unpack_from(count)[0])


def check_kill(folder: Path, seed: int) -> int:
    """Kill once and look; how many ticks were in the tail alone."""
    folder.mkdir()
    handed = kill_at(folder, random.Random(seed).randrange(1, 700), seed)
    found = salvage(folder / "m.journal", folder / "tails")
    found.file.close()
    start = 0 if found.keyframe is None else found.keyframe.tick
    assert found.lost_ticks == 0
    assert found.ticks == [known(number) for number in range(start, start + len(found.ticks))]
    # One more may have been handed over and not been counted yet.
    assert start + len(found.ticks) in (handed, handed + 1)
    assert not [note for note in found.notes if "cut off" not in note]
    return handed - min(handed, found.recorded_until)


def test_no_tick_is_lost(tmp_path: Path) -> None:
    waiting = [check_kill(tmp_path / f"{seed}", seed) for seed in range(5)]
    assert any(waiting), "some were killed with ticks that had not reached the file"


@pytest.mark.slow
def test_no_tick_is_lost_in_fifty_kills(tmp_path: Path) -> None:
    waiting = [check_kill(tmp_path / f"{seed}", seed) for seed in range(100, 150)]
    assert sum(map(bool, waiting)) > 20
