"""Systems, what they may touch, and the order in which they run.

A system names the columns it reads and writes.  When a schedule is attached to a world, each
system gets lenses of its own: declared writes arrive writable, declared reads read-only, and
anything else raises on first touch.  Two systems of which one writes what the other reads or
writes must be ordered by ``after``, directly or through others; otherwise their order would be
an accident of the list, and attaching fails.
"""

import functools
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from typing import Any, ClassVar, TypeVar

import esper
import numpy as np

from ecs.binding import sequence
from ecs.columns import Column, Group
from ecs.world import World

G = TypeVar("G", bound=Group)
R = TypeVar("R")

Access = tuple["Column[Any] | type[Group]", ...]


class ScheduleError(ValueError):
    """A schedule that cannot be attached: ambiguous, cyclic, or out of its declared order."""


class Lens:
    """One table as one system may see it.

    ``lens[Position].x_u`` is the array: writable when declared in ``writes``, read-only when in
    ``reads``; an undeclared column raises ``UndeclaredAccessError``.
    """

    def __init__(self, name: str, capacity: int, groups: dict[type[Group], Group]) -> None:
        self.name = name
        self.capacity = capacity
        self._groups = groups

    def __getitem__(self, group: type[G]) -> G:
        found = self._groups.get(group)
        if not isinstance(found, group):
            raise LookupError(f"table {self.name!r} has no group {group.__name__}")
        return found


class Granted:
    """What ``bind`` may reach: tables through lenses, and resources."""

    def __init__(self, world: World, reads: Access, writes: Access) -> None:
        self._world = world
        self._writes = _expand(writes)
        self._reads = _expand(reads) | self._writes
        self._lenses = dict[str, Lens]()

    def tables(self, *groups: type[Group]) -> Iterator[Lens]:
        """Every table that has all of ``groups``."""
        for archetype in self._world.archetypes(*groups):
            name = archetype.name
            if name not in self._lenses:
                seen = {group: self._lens(group, one) for group, one in archetype.groups.items()}
                self._lenses[name] = Lens(name, archetype.capacity, seen)
            yield self._lenses[name]

    def table(self, *groups: type[Group]) -> Lens:
        """The one table that has all of ``groups``.

        Raises:
            LookupError: there is none, or more than one.
        """
        found = list(self.tables(*groups))
        if len(found) != 1:
            names = ", ".join(group.__name__ for group in groups)
            raise LookupError(f"{len(found)} tables have {names}; one was expected")
        return found[0]

    def resource(self, kind: type[R]) -> R:
        """The world's resource of this type."""
        return self._world.resource(kind)

    def whole_table(self, lens: Lens) -> tuple[Any, Any, Any]:
        """(block, offsets i64[columns], sizes i64[columns]) of a table's row-wise columns.

        For ``ecs.identity.remove_rows``; the system must have declared every group as written.
        """
        placed = [
            item
            for item in self._world.layout.of_table(lens.name)
            if not item.column.by_slot and item.column.length is None
        ]
        for item in placed:
            if item.column not in self._writes:
                raise ScheduleError(
                    f"rows of {lens.name!r} move, but {item.column!r} is not in writes"
                )
        offsets = np.array([item.offset for item in placed], dtype=np.int64)
        sizes = np.array([item.column.dtype.itemsize for item in placed], dtype=np.int64)
        return self._world.block, offsets, sizes

    def _lens(self, group: type[Group], found: Group) -> Group:
        arrays = {}
        for column in group.columns:
            if column not in self._reads:
                continue
            array = getattr(found, column.name).view()
            array.flags.writeable = column in self._writes
            arrays[column.name] = array
        return group(**arrays)


class System:
    """One rule of the game: a verb, the columns it needs, and a kernel call bound to them.

    Arrays of a world never move, so a system looks them up once, in ``bind``, and keeps calls
    with their arguments in ``calls``; ``ready`` makes ``steps`` of them, as few as can be.
    """

    reads: ClassVar[Access] = ()
    writes: ClassVar[Access] = ()
    after: ClassVar[tuple[type["System"], ...]] = ()

    def __init__(self) -> None:
        self.calls: list[Callable[[], object]] = []
        self.steps: tuple[Callable[[], object], ...] = ()

    def bind(self, granted: Granted) -> None:
        """Fill ``calls``."""
        raise NotImplementedError

    def process(self) -> None:
        """Run this system for one tick."""
        for step in self.steps:
            step()


S = TypeVar("S", bound=System)


class Schedule(esper.Processor):
    """All systems of a world, one after another, in as few steps as can be.

    Where nothing but kernels runs between two systems they are one call: going back to Python
    between thirty systems takes as long as a quarter of them, in a match of a hundred.
    """

    def __init__(self, systems: Sequence[System]) -> None:
        self.steps = sequence(call for system in systems for call in system.calls)

    def process(self) -> None:
        """Run all systems for one tick."""
        for step in self.steps:
            step()


def attach(world: World, systems: Sequence[type[System]]) -> None:
    """Give a world its schedule.

    Raises:
        ScheduleError: two systems conflict without an order, or the list contradicts ``after``.
    """
    _check_once(tuple(systems))
    schedule = Schedule([_bound(world, kind) for kind in systems])
    world.enter()
    esper.add_processor(schedule)


def ready(world: World, kind: type[S]) -> S:
    """A system that is bound to a world, and may be run apart from its schedule."""
    system = _bound(world, kind)
    system.steps = sequence(system.calls)
    return system


def _bound(world: World, kind: type[S]) -> S:
    system = kind()
    system.bind(Granted(world, kind.reads, kind.writes))
    return system


# A world is forked far more often than a schedule is written.
@functools.cache
def _check_once(systems: tuple[type[System], ...]) -> None:
    check(systems)


def check(systems: Sequence[type[System]]) -> None:
    """Refuse a list whose order is contradicted by ``after`` or left open by it."""
    place = {kind: index for index, kind in enumerate(systems)}
    if len(place) != len(systems):
        raise ScheduleError("a system is listed twice")
    before: dict[type[System], set[type[System]]] = {}
    for kind in systems:
        before[kind] = set()
        for earlier in kind.after:
            if earlier not in place:
                raise ScheduleError(f"{kind.__name__} runs after {earlier.__name__}, not listed")
            if place[earlier] >= place[kind]:
                raise ScheduleError(
                    f"{kind.__name__} must run after {earlier.__name__} but is listed before it"
                )
            before[kind] |= {earlier} | before[earlier]
    for first, second in combinations(systems, 2):
        shared = conflict(first, second)
        if shared and first not in before[second]:
            names = ", ".join(sorted(map(repr, shared)))
            raise ScheduleError(
                f"ambiguous order: {first.__name__} and {second.__name__} both touch {names}, one "
                f"of them writing; name {first.__name__} in {second.__name__}.after"
            )


def conflict(first: type[System], second: type[System]) -> set[Column[Any]]:
    """Columns that one of two systems writes and the other reads or writes."""
    first_writes, second_writes = _expand(first.writes), _expand(second.writes)
    return (first_writes & (_expand(second.reads) | second_writes)) | (
        second_writes & _expand(first.reads)
    )


def _expand(access: Access) -> set[Column[Any]]:
    columns: set[Column[Any]] = set()
    for item in access:
        if isinstance(item, Column):
            columns.add(item)
        else:
            columns.update(item.columns)
    return columns
