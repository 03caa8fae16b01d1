"""The ring: what it holds is what a plain list says, after every store and in the middle of one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from persistence.errors import BadRecord
from persistence.records import Tick
from persistence.tail import Tail
from persistence.tail_layout import (
    HEAD_BYTES,
    MARK_BYTES,
    find_entries,
    following,
    framed_tick,
    reached_tick,
)
from tests.persistence.samples import tick
from tests.persistence.tails import MARK, Stores, hold

HERE = Path("somewhere")


def held_in(data: bytes) -> dict[int, Tick]:
    return {number: framed.record for number, framed in find_entries(data, MARK).items()}


def sized(number: int, size: int) -> Tick:
    return Tick(number, 2**63 + number, commands=bytes((number + i) % 256 for i in range(size)))


def test_what_is_held_is_read_back_and_what_is_freed_makes_room() -> None:
    memory = Stores()
    tail = Tail(memory, MARK, HERE)
    for number in range(5, 500):
        hold(tail, tick(number))
        tail.release(number - 2)
        newest = range(max(5, number - 2), number + 1)
        assert {n: held_in(memory.data)[n] for n in newest} == {n: tick(n) for n in newest}
        assert reached_tick(memory.data) == number
    assert tail.missed_count == 0
    assert tail.in_use_bytes == sum(
        MARK_BYTES + len(framed_tick(tick(n)).data) for n in range(497, 500)
    )
    tail.release(500)
    assert tail.in_use_bytes == 0


def test_a_full_tail_keeps_the_oldest_and_counts_the_rest() -> None:
    memory = Stores(HEAD_BYTES + 1000)
    tail = Tail(memory, MARK, HERE)
    records = [sized(number, 200) for number in range(8)]
    hold(tail, *records)
    assert list(held_in(memory.data)) == [0, 1, 2, 3]
    assert (tail.missed_count, reached_tick(memory.data)) == (4, 7)
    tail.release(3)
    hold(tail, sized(8, 200))
    assert {3, 8} <= set(held_in(memory.data))
    assert held_in(memory.data)[3] == records[3]
    assert tail.missed_count == 4


def test_room_in_the_middle_is_used_and_not_more() -> None:
    """The ring goes round: what is free is what lies before the oldest that waits."""
    size = MARK_BYTES + len(framed_tick(sized(0, 50)).data)
    memory = Stores(HEAD_BYTES + 4 * size)
    tail = Tail(memory, MARK, HERE)
    hold(tail, *(sized(number, 50) for number in range(4)))
    for due in range(1, 40, 2):
        tail.release(due)
        hold(tail, sized(due + 3, 50), sized(due + 99, 50))  # fits, and does not
        held = held_in(memory.data)
        assert [held.get(number) for number in range(due, due + 4)] == [
            sized(number, 50) for number in range(due, due + 4)
        ]
        assert due + 99 not in held
        tail.release(due + 1)
        hold(tail, sized(due + 4, 50))
    assert tail.missed_count == 20


def test_a_tick_larger_than_the_tail_is_counted_and_the_next_is_held() -> None:
    memory = Stores(HEAD_BYTES + 100)
    tail = Tail(memory, MARK, HERE)
    hold(tail, sized(0, 101), sized(1, 20))
    assert list(held_in(memory.data)) == [1]
    assert tail.missed_count == 1


def test_a_tick_that_fills_the_tail_to_its_last_byte() -> None:
    size = MARK_BYTES + len(framed_tick(sized(0, 50)).data)
    memory = Stores(HEAD_BYTES + 3 * size)
    tail = Tail(memory, MARK, HERE)
    for lap in range(4):
        first = 4 * lap
        hold(tail, *(sized(first + i, 50) for i in range(3)))
        assert tail.in_use_bytes == 3 * size
        hold(tail, sized(first + 3, 50))
        assert tail.missed_count == lap + 1
        tail.release(first + 4)


def test_what_was_carried_over_is_not_held_twice_and_must_be_the_same() -> None:
    memory = Stores()
    tail = Tail(memory, MARK, HERE)
    tail.carry([framed_tick(tick(number)) for number in (5, 6, 7)])
    stores = len(memory.stores)
    hold(tail, tick(5), tick(6))
    assert len(memory.stores) == stores
    with pytest.raises(BadRecord, match="tick 7 was recorded before, and differs now"):
        hold(tail, Tick(7, 0))
    hold(tail, tick(7), tick(8))
    assert set(held_in(memory.data)) == {5, 6, 7, 8}
    tail.release(9)
    assert tail.in_use_bytes == 0


def test_nothing_is_stored_after_it_was_closed() -> None:
    memory = Stores()
    tail = Tail(memory, MARK, HERE)
    tail.close()
    tail.close()
    hold(tail, tick(5))
    assert memory.stores == []


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("hold"), st.integers(0, 300)),
        st.tuples(st.just("release"), st.integers(0, 6)),
    ),
    max_size=60,
)


@settings(max_examples=60, deadline=None)
@given(steps=STEPS, size=st.integers(60, 1500), cut=st.integers(1, 7))
def test_a_kill_after_any_store_or_within_it(
    steps: list[tuple[str, int]], size: int, cut: int
) -> None:
    """Judged by a list: every tick whose ``hold`` had returned and that was not released."""
    memory = Stores(HEAD_BYTES + size)
    tail = Tail(memory, MARK, HERE)
    waiting: list[Tick] = []
    due = number = 0
    for what, amount in steps:
        before = bytes(memory.data)
        memory.stores.clear()
        missed = tail.missed_count
        if what == "release":
            due = min(number, due + amount)
            tail.release(due)
            waiting = [record for record in waiting if record.tick >= due]
            assert memory.stores == []
        else:
            record = sized(number, amount)
            hold(tail, record)
            for seen in deaths(before, memory.stores, cut):
                entries = held_in(seen)
                assert {old.tick: entries.get(old.tick) for old in waiting} == {
                    old.tick: old for old in waiting
                }
                assert entries.get(number) in (None, record)
                assert reached_tick(seen) in (None, number - 1, number)
                if reached_tick(seen) == number and tail.missed_count == missed:
                    assert entries[number] == record
            assert reached_tick(memory.data) == number
            if tail.missed_count == missed:
                waiting.append(record)
            number += 1
        entries = held_in(memory.data)
        assert all(entries[old.tick] == old for old in waiting)
        assert tail.in_use_bytes == sum(MARK_BYTES + len(framed_tick(old).data) for old in waiting)
        told = following(find_entries(memory.data, MARK), due)
        assert [framed.record for framed in told][: len(waiting)] == contiguous(waiting, due)


def contiguous(waiting: list[Tick], due: int) -> list[Tick]:
    return [record for place, record in enumerate(waiting) if record.tick == due + place]


def deaths(before: bytes, stores: list[tuple[int, bytes]], cut: int) -> Any:
    """The memory after each prefix of the stores; the last of them torn at every ``cut``th byte."""
    data = bytearray(before)
    for start, stored in stores:
        for count in range(0, len(stored), cut):
            torn = bytearray(data)
            torn[start : start + count] = stored[:count]
            yield bytes(torn)
        # A copy need not begin at its front.
        for count in range(0, len(stored), 5 * cut):
            torn = bytearray(data)
            torn[start + count : start + len(stored)] = stored[count:]
            yield bytes(torn)
        data[start : start + len(stored)] = stored
        yield bytes(data)
