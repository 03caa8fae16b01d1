"""Entities come and go; a dictionary of lists remembers what should be left."""

from __future__ import annotations

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from ecs.columns import Identity, Rows
from ecs.identity import give_slot, remove_rows
from ecs.kernel import entry
from ecs.layout import words_of
from ecs.world import World
from tests.ecs.tables import CAPACITIES, TABLES, Place, Spent, Tag
from tests.oracle.entities import Entities

give_slot = entry(give_slot)

TABLE = "things"


class Storage(RuleBasedStateMachine):
    """A world's table and its model take the same steps."""

    @initialize(capacity=st.integers(1, 9))
    def begin(self, capacity: int) -> None:
        self.world = World(TABLES, {**CAPACITIES, TABLE: capacity})
        self.model = Entities(capacity)
        self.rows, self.identity = self.world.group(TABLE, Rows), self.world.group(TABLE, Identity)
        self.place, self.tag = self.world.group(TABLE, Place), self.world.group(TABLE, Tag)
        self.gone = self.world.group(TABLE, Spent).gone
        self.row_wise = [
            item
            for item in self.world.layout.of_table(TABLE)
            if item.column.length is None and not item.column.by_slot
        ]

    @rule(x=st.floats(allow_nan=False), serial=st.integers(-(2**31), 2**31 - 1))
    def add(self, x: float, serial: int) -> None:
        if self.model.full:
            return
        identity, row = self.identity, int(self.rows.count[0])
        give_slot(row, identity.slot, identity.generation, identity.free)
        self.rows.count[0] = row + 1
        self.place.x_u[row], self.tag.serial[row] = x, serial
        slot = int(identity.slot[row])
        name = self.model.give(slot, (x, serial))
        assert name == (slot, identity.generation[slot])

    @rule(flags=st.lists(st.booleans(), min_size=9, max_size=9))
    def remove(self, flags: list[bool]) -> None:
        living = len(self.model.rows)
        self.gone[:living] = flags[:living]
        gone = {self.model.rows[row] for row in range(living) if flags[row]}
        remove_rows(
            self.rows.count,
            self.gone,
            self.world.block,
            words_of(self.world.block),
            np.array([item.offset for item in self.row_wise]),
            np.array([item.column.dtype.itemsize for item in self.row_wise]),
            self.identity.slot,
            self.identity.free,
            self.model.capacity,
        )
        self.model.remove(gone)

    @invariant()
    def agree(self) -> None:
        living = len(self.model.rows)
        assert self.rows.count[0] == living
        assert self.identity.slot[:living].tolist() == self.model.rows
        facts = [self.model.facts[slot] for slot in self.model.rows]
        found = zip(
            self.place.x_u[:living].tolist(), self.tag.serial[:living].tolist(), strict=True
        )
        assert list(found) == facts
        uses = [self.model.uses.get(slot, 0) for slot in range(self.model.capacity)]
        assert self.identity.generation.tolist() == uses
        free = self.identity.free[: self.model.capacity - living].tolist()
        assert sorted([*free, *self.model.rows]) == list(range(self.model.capacity))

    @invariant()
    def vacated_rows_are_zero(self) -> None:
        living = len(self.model.rows)
        for item in self.row_wise:
            assert not item.view(self.world.block)[living:].any(), item.name


Storage.TestCase.settings = settings(
    deadline=None, derandomize=True, database=None, max_examples=60, stateful_step_count=40
)
TestStorage = Storage.TestCase


def test_slots_are_given_from_zero_up() -> None:
    world = World(TABLES, CAPACITIES)
    identity = world.group(TABLE, Identity)
    for row in range(CAPACITIES[TABLE]):
        give_slot(row, identity.slot, identity.generation, identity.free)
    assert identity.slot.tolist() == list(range(CAPACITIES[TABLE]))
    assert identity.generation.tolist() == [1] * CAPACITIES[TABLE]


def test_removing_touches_nobody_elses_bytes() -> None:
    world = World(TABLES, CAPACITIES)
    world.group("others", Place).x_u[:] = 4.5
    world.group(TABLE, Rows).count[0] = 7
    world.group(TABLE, Place).y_u[:] = range(7)
    world.group(TABLE, Spent).gone[:] = [0, 1, 0, 0, 1, 0, 1]
    placed = [p for p in world.layout.of_table(TABLE) if p.column in (Place.y_u, Spent.gone)]
    before = world.block.copy()
    remove_rows(
        world.group(TABLE, Rows).count,
        world.group(TABLE, Spent).gone,
        world.block,
        words_of(world.block),
        np.array([p.offset for p in placed]),
        np.array([p.column.dtype.itemsize for p in placed]),
        world.group(TABLE, Identity).slot,
        world.group(TABLE, Identity).free,
        7,
    )
    assert world.group(TABLE, Place).y_u.tolist() == [0, 5, 2, 3, 0, 0, 0]
    assert world.group(TABLE, Spent).gone.tolist() == [0] * 7
    changed = np.flatnonzero(before != world.block)
    touched = [*placed, *(p for p in world.layout.of_table(TABLE) if p.column is Rows.count)]
    touched += [p for p in world.layout.of_table(TABLE) if p.column is Identity.free]
    allowed = {
        byte
        for p in touched
        for byte in range(p.offset, p.offset + p.rows * p.column.dtype.itemsize)
    }
    assert set(changed.tolist()) <= allowed
