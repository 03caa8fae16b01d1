"""A match's state: one block of bytes, the tables that are views into it, and its esper world.

esper serves as the archetype index.  One esper entity is one *table* (players, projectiles, …)
and its components are that table's column groups, so ``esper.get_components(Position, Motion)``
yields whole tables.  Game entities are rows, never esper entities: creating or deleting one of
those drops esper's query cache.
"""

import itertools
import weakref
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

import esper
import numpy as np
import xxhash
from numpy.typing import NDArray

from ecs.columns import Column, Group, Identity
from ecs.layout import Layout, Placed, Table, allocate, plan

G = TypeVar("G", bound=Group)
R = TypeVar("R")

_names = itertools.count(1)


class ArchetypeTable(Group):
    """The component every table's esper entity carries: which table it is.

    Attributes:
        name: table name.
        capacity: rows it can hold.
        groups: its column groups with all columns writable.
    """

    def __init__(self, name: str, capacity: int, groups: dict[type[Group], Group]) -> None:
        super().__init__()
        self.name = name
        self.capacity = capacity
        self.groups = groups


class BlockMismatchError(ValueError):
    """Bytes that are not a keyframe of this layout."""


class World:
    """All state of one match.

    Args:
        tables: what to lay out; scratch tables go into a block of their own.
        capacities: rows for each named capacity.
        resources: objects that systems may ask for by type: rules, the map.  They never change
            while the world lives and are shared by forks.
    """

    def __init__(
        self,
        tables: tuple[Table, ...],
        capacities: Mapping[str, int],
        resources: Iterable[object] = (),
    ) -> None:
        self.tables = tables
        self.capacities = dict(capacities)
        self.resources: dict[type, object] = {type(item): item for item in resources}
        self.layout: Layout = plan(tuple(t for t in tables if not t.scratch), capacities)
        self.scratch_layout: Layout = plan(tuple(t for t in tables if t.scratch), capacities)
        self.block: NDArray[np.uint8] = allocate(self.layout.size_bytes)
        self.scratch: NDArray[np.uint8] = allocate(self.scratch_layout.size_bytes)
        self.name = f"world-{next(_names)}"
        self._archetypes: dict[str, ArchetypeTable] = {}
        self._memory: dict[tuple[str, Column[Any]], memoryview] = {}
        self.enter()
        for table in tables:
            self._create(table)
        # esper keeps worlds in a module-level dictionary: without this a dropped world would
        # stay there with its block for the life of the process.
        weakref.finalize(self, _delete_esper_world, self.name).atexit = False

    def _create(self, table: Table) -> None:
        layout, block = (
            (self.scratch_layout, self.scratch) if table.scratch else (self.layout, self.block)
        )
        arrays: dict[type[Group], dict[str, NDArray[Any]]] = {group: {} for group in table.groups}
        for placed in layout.of_table(table.name):
            arrays[placed.column.group][placed.column.name] = placed.view(block)
        groups: dict[type[Group], Group] = {
            group: group(**columns) for group, columns in arrays.items()
        }
        capacity = layout.capacities[table.name]
        if Identity in groups:
            groups[Identity].__dict__["free"][:] = np.arange(capacity - 1, -1, -1)
        archetype = ArchetypeTable(table.name, capacity, groups)
        self._archetypes[table.name] = archetype
        esper.create_entity(archetype, *groups.values())

    def enter(self) -> None:
        """Make this world the one that esper's functions speak of."""
        if esper.current_world != self.name:
            esper.switch_world(self.name)

    def archetypes(self, *groups: type[Group]) -> Iterator[ArchetypeTable]:
        """Tables that have all of ``groups``, in order of declaration."""
        self.enter()
        return (found[0] for _, found in esper.get_components(ArchetypeTable, *groups))

    def group(self, table: str, group: type[G]) -> G:
        """One group of one table, writable; for composition and tests, not for systems."""
        found = self._archetypes[table].groups[group]
        assert isinstance(found, group)
        return found

    def memory(self, table: str, column: Column[Any]) -> memoryview:
        """The bytes of one column of one table, writable; for composition and tests."""
        found = self._memory.get((table, column))
        if found is None:
            whole = getattr(self._archetypes[table].groups[column.group], column.name)
            found = self._memory[table, column] = whole.view(np.uint8).data
        return found

    def resource(self, kind: type[R]) -> R:
        """The resource of this type.

        Raises:
            LookupError: the world was made without one.
        """
        found = self.resources.get(kind)
        if not isinstance(found, kind):
            raise LookupError(f"this world has no resource of type {kind.__name__}")
        return found

    # ---- the block as a whole ------------------------------------------------------------

    def keyframe(self) -> bytes:
        """The whole state, as bytes."""
        return self.block.tobytes()

    def restore(self, keyframe: bytes | memoryview) -> None:
        """Go back to a keyframe of the same layout.

        Raises:
            BlockMismatchError: its size is not this block's.
        """
        saved = np.frombuffer(keyframe, dtype=np.uint8)
        if saved.shape != self.block.shape:
            raise BlockMismatchError(
                f"the keyframe has {saved.size} bytes, this world's block {self.block.size}"
            )
        self.block[:] = saved

    def state_hash(self) -> int:
        """xxh3 of the block: equal states, equal hashes."""
        return xxhash.xxh3_64_intdigest(self.block.data)

    def fork(self) -> "World":
        """A second world in the same state, with the same resources and no schedule yet."""
        twin = World(self.tables, self.capacities, self.resources.values())
        twin.block[:] = self.block
        return twin

    def first_difference(self, other: NDArray[np.uint8]) -> "Difference | None":
        """First place, in order of memory, where another block of this layout differs."""
        for placed in self.layout.columns:
            mine, theirs = placed.view(self.block), placed.view(other)
            # Compared as bytes: NaN equals itself and -0.0 differs from 0.0, as in the hash.
            size = placed.column.dtype.itemsize
            rows = (mine.view("u1") != theirs.view("u1")).reshape(-1, size).any(axis=1)
            if rows.any():
                row = int(rows.argmax())
                return Difference(placed, row, mine[row].item(), theirs[row].item())
        return None


class Difference:
    """A cell in which two blocks differ.

    Attributes:
        placed: the column.
        row: index into it.
        mine: value in the world that was asked.
        theirs: value in the other block.
    """

    def __init__(self, placed: Placed, row: int, mine: float, theirs: float) -> None:
        self.placed = placed
        self.row = row
        self.mine = mine
        self.theirs = theirs


def _delete_esper_world(name: str) -> None:
    if esper.current_world == name:
        esper.switch_world("default")
    esper.delete_world(name)
