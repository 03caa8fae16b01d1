"""Short ways to run the journal task and to look at what it left behind."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import trio

from persistence.errors import Damage
from persistence.reader import open_journal
from persistence.sink import JournalSink
from tests.persistence.samples import tick

DEADLINE_S = 120.0  # far above what any of this takes; a hang, not a measurement


def run(body: Callable[[], Awaitable[None]], clock: trio.abc.Clock | None = None) -> None:
    async def bounded() -> None:
        with trio.fail_after(DEADLINE_S):
            await body()

    trio.run(bounded, clock=clock)


async def until(condition: Callable[[], bool]) -> None:
    while not condition():
        await trio.sleep(0.001)


def ticks_of(path: Path, damage: Damage | None = None) -> list[int]:
    with open_journal(path) as journal:
        numbers = [record.tick for record in journal.ticks()]
        assert journal.verify() == damage
    return numbers


def is_sealed(path: Path) -> bool:
    with open_journal(path) as journal:
        return journal.seal is not None


def append_ticks(sink: JournalSink, start: int, stop: int) -> None:
    for number in range(start, stop):
        sink.append(tick(number))
