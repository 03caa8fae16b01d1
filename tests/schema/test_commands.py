"""Packed records of the journal: their bytes, and their order."""

from __future__ import annotations

import struct

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from schema import commands
from schema.commands import COMMAND, JOIN, LEAVE, TickInputs, in_slot_order

CAREFUL = settings(deadline=None, derandomize=True, database=None, max_examples=200)


def test_records_are_packed_little_endian() -> None:
    assert (COMMAND.itemsize, JOIN.itemsize, LEAVE.itemsize) == (16, 7, 2)
    values = (0x0102, 0x0304, 0x0506, 0x07, 0x08, 0x090A0B0C, 0x0D0E0F10)
    command = np.array([values], dtype=COMMAND)
    assert command.dtype.names == ("slot", "move", "aim", "reach", "buttons", "seq", "view_tick")
    assert command.tobytes() == struct.pack("<HHHBBII", *values)
    entrant = (0x0102, 0x0304, 5, 6, 7)
    assert JOIN.names == ("slot", "team", "bot", "role", "drop")
    assert np.array([entrant], dtype=JOIN).tobytes() == struct.pack("<HHBBB", *entrant)
    assert np.array([(0x0102,)], dtype=LEAVE).tobytes() == struct.pack("<H", 0x0102)


def test_buttons_are_six_separate_bits() -> None:
    skills = [commands.PRIMARY, commands.SECONDARY, commands.SPECIAL, commands.MOBILITY]
    assert skills == [commands.PRIMARY << slot for slot in range(commands.SKILL_SLOTS)]
    bits = [commands.MOVE, *skills, commands.INTERACT]
    assert bits == [1, 2, 4, 8, 16, 32]
    assert sum(bits) == commands.BUTTONS_ALL


@CAREFUL
@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 2**32 - 1)), max_size=80))
def test_in_slot_order(arrived: list[tuple[int, int]]) -> None:
    records = np.zeros(len(arrived), dtype=COMMAND)
    for record, (slot, seq) in zip(records, arrived, strict=True):
        record["slot"], record["seq"] = slot, seq
    before = records.tobytes()
    ordered = in_slot_order(records)
    found = [(int(record["slot"]), int(record["seq"])) for record in ordered]
    # Python's sort is stable too: of two commands for a slot the one that came first stays first.
    assert found == sorted(arrived, key=lambda pair: pair[0])
    assert records.tobytes() == before


def test_a_long_batch_keeps_the_order_of_arrival_within_a_slot() -> None:
    records = np.zeros(1000, dtype=COMMAND)
    records["slot"] = [step * 7919 % 5 for step in range(1000)]
    records["seq"] = range(1000)
    ordered = in_slot_order(records)
    assert (np.diff(ordered["slot"].astype(int)) >= 0).all()
    assert (np.diff(ordered["seq"].astype(int))[np.diff(ordered["slot"]) == 0] > 0).all()


def test_inputs_are_empty_unless_given_and_never_shared() -> None:
    one, two = TickInputs(), TickInputs()
    assert (len(one.commands), len(one.joins), len(one.leaves)) == (0, 0, 0)
    assert [one.commands.dtype, one.joins.dtype, one.leaves.dtype] == [COMMAND, JOIN, LEAVE]
    assert one.commands is not two.commands
