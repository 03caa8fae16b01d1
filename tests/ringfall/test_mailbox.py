"""The mailbox: one command per slot and tick, in the order of each slot's own sequence."""

from __future__ import annotations

from collections import Counter, deque

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ringfall.mailbox import WAITING_MAX, Mailbox
from schema.commands import COMMAND
from schema.messages import Input


def command(seq: int, move: int = 0, ack: int = 0) -> Input:
    return Input(seq=seq, move=move, aim=1, reach=2, buttons=3, ack=ack)


def test_a_command_arrives_field_by_field() -> None:
    box = Mailbox()
    box.post(5, Input(seq=2**32 - 1, move=4095, aim=4094, reach=255, buttons=15, ack=2**32 - 2))
    [row] = box.drain()
    assert row.tolist() == (5, 4095, 4094, 255, 15, 2**32 - 1, 2**32 - 2)
    assert len(box.drain()) == 0


def test_one_a_tick_in_order_and_slots_ascending() -> None:
    box = Mailbox()
    for slot, seq in ((9, 1), (2, 1), (9, 2), (4, 7), (9, 3)):
        box.post(slot, command(seq))
    drained = [[(row["slot"], row["seq"]) for row in box.drain()] for _ in range(4)]
    assert drained == [[(2, 1), (4, 7), (9, 1)], [(9, 2)], [(9, 3)], []]


def test_sequence_numbers_must_rise() -> None:
    box = Mailbox()
    for seq in (0, 5, 5, 4, 0, 6):
        box.post(1, command(seq))
    assert [int(box.drain()["seq"][0]) for _ in range(3)] == [0, 5, 6]
    assert box.dropped == {"sequence": 3}
    box.post(1, command(6))
    assert len(box.drain()) == 0, "still known after it was applied"


def test_overflow_drops_the_oldest_and_counts() -> None:
    box = Mailbox()
    for seq in range(WAITING_MAX + 3):
        box.post(1, command(seq))
    box.post(2, command(0))
    assert box.dropped == {"overflow": 3}
    first = box.drain()
    assert first["seq"].tolist() == [3, 0]
    rest = [int(box.drain()["seq"][0]) for _ in range(WAITING_MAX - 1)]
    assert rest == [4, 5, 6]


def test_bots_and_clients_leave_together() -> None:
    box = Mailbox()
    batch = np.zeros(3, dtype=COMMAND)
    batch["slot"] = (0, 1, 6)
    batch["move"] = (10, 11, 16)
    box.post_batch(batch)
    box.post(8, command(1, move=18))
    box.post(3, command(1, move=13))
    merged = box.drain()
    assert merged["slot"].tolist() == [0, 1, 3, 6, 8]
    assert merged["move"].tolist() == [10, 11, 13, 16, 18]
    assert len(box.drain()) == 0, "a batch is for one tick"


def test_forgotten_slots_have_nothing_waiting() -> None:
    box = Mailbox()
    for seq in range(3):
        box.post(1, command(seq))
        box.post(2, command(seq))
    box.forget(1)
    box.forget(77)
    assert box.drain()["slot"].tolist() == [2]
    box.post(1, command(2))
    assert box.dropped == {"sequence": 1}, "who left cannot send what was sent before"


def test_how_far_commands_are_ahead_of_their_ticks() -> None:
    box = Mailbox()
    box.drain()
    assert box.lead(1) == 0, "who has sent nothing lacks nothing"
    for seq in range(3):
        box.post(1, command(seq))
    box.post(2, command(0))
    leads = []
    for _ in range(5):
        box.drain()
        leads.append((box.lead(1), box.lead(2)))
    assert leads == [(2, 0), (1, -1), (0, -2), (-1, -3), (-2, -4)]
    box.post(1, command(3))
    box.drain()
    assert box.lead(1) == 0, "what is late is taken when it comes"
    box.drain()
    box.begin_anew(1)
    assert box.lead(1) == 0


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("post"), st.integers(0, 3), st.integers(0, 12)),
        st.tuples(st.just("drain")),
        st.tuples(st.just("forget"), st.integers(0, 3)),
    ),
    max_size=60,
)


@given(STEPS)
def test_as_a_list_per_slot_would(steps: list[tuple[object, ...]]) -> None:
    """Against a model that keeps everything and looks it through."""
    box, model = Mailbox(), {slot: deque[int]() for slot in range(4)}
    newest, dropped = dict.fromkeys(range(4), -1), Counter[str]()
    for step in steps:
        if step[0] == "post":
            _, slot, seq = step
            assert isinstance(slot, int)
            assert isinstance(seq, int)
            box.post(slot, command(seq))
            if seq <= newest[slot]:
                dropped["sequence"] += 1
                continue
            newest[slot] = seq
            model[slot].append(seq)
            if len(model[slot]) > 4:
                model[slot].popleft()
                dropped["overflow"] += 1
        elif step[0] == "drain":
            expected = [(slot, line.popleft()) for slot, line in sorted(model.items()) if line]
            got = box.drain()
            assert list(zip(got["slot"].tolist(), got["seq"].tolist(), strict=True)) == expected
        else:
            slot = step[1]
            assert isinstance(slot, int)
            box.forget(slot)
            model[slot].clear()
    assert box.dropped == dropped
