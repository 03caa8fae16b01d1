"""Commands that wait for their tick, beside a list for each slot."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from net.kernels import queueing
from schema.commands import COMMAND
from tests.oracle.queueing import Lines

SLOTS = 5


@pytest.mark.parametrize("seed", range(3))
def test_as_lists(seed: int) -> None:
    chance, twin = Random(seed), Lines()
    newest = np.full(SLOTS, queueing.NO_SEQ)
    waits, missing = (np.zeros(SLOTS, dtype=np.int64) for _ in range(2))
    known, dropped = np.zeros(SLOTS, dtype=np.uint8), np.zeros(2, dtype=np.int64)
    waiting = np.zeros(SLOTS * queueing.WAITING_MAX, dtype=COMMAND)
    turns = np.zeros(SLOTS, dtype=COMMAND)
    seq = [0] * SLOTS
    for _ in range(400):
        rows, boxes = [], []
        for _ in range(chance.choice((0, 1, 3, 8))):
            slot = chance.randrange(SLOTS - 1)
            seq[slot] += chance.choice((1, 1, 1, 2, 0, -1))
            row = (slot, chance.randrange(4096), 4095, 255, 63, max(0, seq[slot]), 2**32 - 1)
            rows.append(row)
            boxes.append(chance.choice((3, 3, 3, 4)))
            if boxes[-1] == 3:
                twin.post(row)
        commands = np.zeros(10, dtype=COMMAND)
        commands[: len(rows)] = rows
        count = np.array([99, len(rows)])
        numbers = np.array(boxes + [3] * (10 - len(boxes)))
        queueing.post_commands(
            count, 1, 3, commands, numbers, newest, known, waits, waiting, dropped
        )
        if chance.random() < 0.4:
            found = queueing.take_turns(known, waits, missing, waiting, turns)
            assert [row.tolist() for row in turns[:found]] == twin.turn()
        for slot in range(SLOTS):
            assert (waits[slot] or -missing[slot]) == twin.lead(slot)
    assert dropped.tolist() == [twin.repeated, twin.made_room]
    assert min(dropped) > 20
