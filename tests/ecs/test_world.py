"""The block as a whole: keyframes, hashes, forks, differences, and the end of a world."""

from __future__ import annotations

import gc
import math
import struct

import esper
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecs.columns import Group, Identity, Rows
from ecs.world import BlockMismatchError, World
from tests.ecs.tables import CAPACITIES, TABLES, Count, Notes, Place, Spent, Tag

CAREFUL = settings(deadline=None, derandomize=True, database=None, max_examples=150)


def fresh() -> World:
    return World(TABLES, CAPACITIES)


WORLD = fresh()
CELLS = [
    (index, row) for index, placed in enumerate(WORLD.layout.columns) for row in range(placed.rows)
]


def filled(seed: int) -> World:
    world = fresh()
    rng = np.random.default_rng(seed)
    for placed in world.layout.columns:
        view = placed.view(world.block)
        view.view("u1")[:] = rng.integers(0, 256, view.nbytes)
    return world


def test_a_new_world_is_empty_but_for_its_free_slots() -> None:
    world = fresh()
    assert world.group("things", Identity).free.tolist() == [6, 5, 4, 3, 2, 1, 0]
    world.group("things", Identity).free[:] = 0
    assert not world.block.any()
    assert not world.scratch.any()


@CAREFUL
@given(st.integers(0, 2**32), st.integers(0, 2**32))
def test_a_keyframe_brings_everything_back(one: int, two: int) -> None:
    first, second = filled(one), filled(two)
    saved, hashed = first.keyframe(), first.state_hash()
    address = first.block.ctypes.data
    first.restore(second.keyframe())
    assert first.state_hash() == second.state_hash()
    first.restore(memoryview(saved))
    assert first.keyframe() == saved
    assert first.state_hash() == hashed
    # Systems hold views: the block must never be replaced by another.
    assert first.block.ctypes.data == address


@pytest.mark.parametrize("wrong", [b"", b"x", -1, +1, +64])
def test_a_keyframe_of_another_size_is_refused(wrong: bytes | int) -> None:
    world = filled(1)
    before = world.keyframe()
    if isinstance(wrong, int):
        wrong = (before + bytes(64))[: len(before) + wrong]
    with pytest.raises(BlockMismatchError, match=rf"{len(wrong)} bytes.*{len(before)}"):
        world.restore(wrong)
    assert world.keyframe() == before


@CAREFUL
@given(st.sampled_from(CELLS), st.integers(0, 7), st.integers(1, 255))
def test_hashes_differ_exactly_when_bytes_do(cell: tuple[int, int], byte: int, flip: int) -> None:
    index, row = cell
    mine, theirs = filled(5), filled(5)
    assert mine.state_hash() == theirs.state_hash()
    assert mine.first_difference(theirs.block) is None
    placed = theirs.layout.columns[index]
    size = placed.column.dtype.itemsize
    theirs.block[placed.offset + row * size + byte % size] ^= flip
    assert mine.state_hash() != theirs.state_hash()
    found = mine.first_difference(theirs.block)
    assert found is not None
    assert (found.placed.name, found.row) == (placed.name, row)
    theirs.block[:] = mine.block
    assert mine.state_hash() == theirs.state_hash()


@pytest.mark.parametrize(
    ("mine", "theirs", "differ"),
    [
        (0.0, -0.0, True),
        (math.nan, math.nan, False),
        (math.nan, 1.0, True),
        (math.nan, struct.unpack("<d", struct.pack("<Q", 0x7FF8_0000_0000_0001))[0], True),
        (math.inf, -math.inf, True),
        (5e-324, 0.0, True),
        (1.0, 1.0 + 2**-52, True),
    ],
)
def test_floats_are_compared_as_bytes(mine: float, theirs: float, differ: bool) -> None:
    one, two = filled(9), filled(9)
    one.group("others", Place).y_u[1] = mine
    two.group("others", Place).y_u[1] = theirs
    found = one.first_difference(two.block)
    assert (one.state_hash() != two.state_hash()) is differ
    assert (found is not None) is differ
    if found is not None:
        assert (found.placed.name, found.row) == ("others.Place.y_u", 1)
        assert struct.pack("<2d", found.mine, found.theirs) == struct.pack("<2d", mine, theirs)


def test_the_first_of_several_differences_is_named() -> None:
    one, two = filled(2), filled(2)
    two.group("others", Place).x_u[0] += 1.0
    two.group("things", Tag).serial[6] ^= 1
    two.group("things", Tag).serial[4] ^= 1
    found = one.first_difference(two.block)
    assert found is not None
    assert (found.placed.name, found.row) == ("things.Tag.serial", 4)
    assert found.theirs == found.mine ^ 1  # type: ignore[operator]


def test_scratch_is_not_state() -> None:
    world = filled(3)
    hashed, saved = world.state_hash(), world.keyframe()
    world.group("notes", Notes).note[:] = 17
    assert (world.state_hash(), world.keyframe()) == (hashed, saved)
    world.restore(saved)
    assert world.group("notes", Notes).note.tolist() == [17] * 7


class Rulebook:
    """A resource."""


def test_a_fork_is_equal_and_independent() -> None:
    book = Rulebook()
    world = World(TABLES, CAPACITIES, [book])
    world.block[:] = filled(4).block
    twin = world.fork()
    assert twin.resource(Rulebook) is book
    assert twin.keyframe() == world.keyframe()
    twin.group("match", Count).total[0] ^= 1
    assert twin.state_hash() != world.state_hash()
    assert not np.shares_memory(twin.block, world.block)
    assert not np.shares_memory(twin.scratch, world.scratch)


def test_a_resource_that_is_not_there_is_named() -> None:
    with pytest.raises(LookupError, match="Rulebook"):
        fresh().resource(Rulebook)


def test_tables_are_found_by_their_groups_in_order() -> None:
    world, other = fresh(), fresh()
    for groups, names in [
        ((Place,), ["things", "others"]),
        ((Rows, Place), ["things", "others"]),
        ((Place, Tag), ["things"]),
        ((Count, Place), []),
    ]:
        assert [found.name for found in world.archetypes(*groups)] == names
    # Each world finds its own tables, whichever was asked before.
    for asked in (world, other, world):
        (found,) = asked.archetypes(Tag)
        assert np.shares_memory(found.groups[Place].x_u, asked.block)  # type: ignore[attr-defined]


def test_columns_are_views_of_the_block() -> None:
    world = fresh()
    for table in TABLES:
        home = world.scratch if table.scratch else world.block
        for group in table.groups:
            for column in group.columns:
                array = getattr(world.group(table.name, group), column.name)
                assert np.shares_memory(array, home)
    world.group("things", Spent).gone[3] = 1
    (placed,) = (p for p in world.layout.columns if p.name == "things.Spent.gone")
    assert world.block[placed.offset + 3] == 1


def test_memory_is_the_column_itself() -> None:
    world = fresh()
    place = world.group("things", Place)
    memory = world.memory("things", Place.y_u)
    memory[8:16] = struct.pack("<d", 2.5)
    assert place.y_u.tolist() == [0.0, 2.5, *[0.0] * (len(place.y_u) - 2)]
    place.y_u[0] = -1.0
    assert struct.unpack_from("<d", world.memory("things", Place.y_u)) == (-1.0,)
    assert len(memory) == place.y_u.nbytes
    assert not place.x_u.any()
    assert world.memory("others", Place.y_u) != memory


def test_a_dropped_world_leaves_esper() -> None:
    kept = fresh()
    names: list[str] = []
    for entered in (False, True):
        world = fresh()
        names.append(world.name)
        kept.enter()
        if entered:
            world.enter()
        assert world.name in esper.list_worlds()
        del world
        gc.collect()
    assert not set(names) & set(esper.list_worlds())
    assert kept.name in esper.list_worlds()
    assert [found.name for found in kept.archetypes(Tag)] == ["things"]


def test_groups_of_a_world_are_told_apart_by_type() -> None:
    class Stranger(Group):
        """In no table."""

    world = fresh()
    with pytest.raises(LookupError):
        world.group("things", Stranger)
    assert list(world.archetypes(Stranger)) == []
