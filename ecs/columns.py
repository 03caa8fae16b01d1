"""How a column is declared: one line that storage, hash, wire and client all derive from.

    class Position(Group):
        \"\"\"Where a body is.\"\"\"
        x_u = f64("centre, rightwards", unit="u")

On the class, ``Position.x_u`` is the declaration; on an instance it is the array.  A group is one
esper component: it belongs to every table that lists it.
"""

from __future__ import annotations

from typing import Any, ClassVar, Generic, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T", bound=np.generic)


class Column(Generic[T]):
    """One declared column.

    Attributes:
        dtype: NumPy dtype of an item.
        meaning: one line for a reader.
        unit: ``u``, ``ups``, ``hp``, ``tick``, … or empty.
        quantum: step in which it goes over the wire, 0 when it does not.
        length: rows; None means the table's capacity, a number is that many, a string names a
            capacity.
        by_slot: indexed by entity slot rather than by row, so it stays when rows move.
        follows: a column of the same table whose value before a tick this one usually has after
            it; a column n times as long is a trail of its last n values, the newest first; see
            ``ecs.changes``.
        drifts: a column of velocities per second that usually carries this one from tick to tick;
            tables without that column leave it where it is.
    """

    def __init__(
        self,
        dtype: Any,
        meaning: str,
        unit: str = "",
        quantum: float = 0.0,
        length: int | str | None = None,
        by_slot: bool = False,
        follows: Column[Any] | None = None,
        drifts: Column[Any] | None = None,
    ) -> None:
        self.dtype = np.dtype(dtype)
        self.meaning = meaning
        self.unit = unit
        self.quantum = quantum
        self.length = length
        self.by_slot = by_slot
        self.follows = follows
        self.drifts = drifts
        self.name = ""
        self.group: type[Group] = Group

    def __set_name__(self, owner: type[Group], name: str) -> None:
        self.name = name
        self.group = owner

    @overload
    def __get__(self, instance: None, owner: type[Group]) -> Column[T]: ...
    @overload
    def __get__(self, instance: Group, owner: type[Group]) -> NDArray[T]: ...
    def __get__(self, instance: Group | None, owner: type[Group]) -> Column[T] | NDArray[T]:
        # An instance holds its arrays in its __dict__, which Python looks at before a
        # descriptor without __set__: this is reached on the class, or for a column that the
        # system at hand did not declare.
        if instance is None:
            return self
        raise UndeclaredAccessError(
            f"{owner.__name__}.{self.name} is neither in the reads nor in the writes of this system"
        )

    def __repr__(self) -> str:
        return f"{self.group.__name__}.{self.name}"


class UndeclaredAccessError(AttributeError):
    """A system touched a column that it did not declare."""


class Group:
    """A column group, that is an esper component: named arrays of one table."""

    columns: ClassVar[tuple[Column[Any], ...]] = ()

    def __init_subclass__(cls) -> None:
        cls.columns = tuple(item for item in vars(cls).values() if isinstance(item, Column))

    def __init__(self, **arrays: NDArray[Any]) -> None:
        self.__dict__.update(arrays)


def f64(meaning: str, unit: str = "", **more: Any) -> Column[np.float64]:
    """A float64 column."""
    return Column("<f8", meaning, unit, **more)


def i64(meaning: str, unit: str = "", **more: Any) -> Column[np.int64]:
    """An int64 column."""
    return Column("<i8", meaning, unit, **more)


def i32(meaning: str, unit: str = "", **more: Any) -> Column[np.int32]:
    """An int32 column."""
    return Column("<i4", meaning, unit, **more)


def u64(meaning: str, unit: str = "", **more: Any) -> Column[np.uint64]:
    """A uint64 column."""
    return Column("<u8", meaning, unit, **more)


def u32(meaning: str, unit: str = "", **more: Any) -> Column[np.uint32]:
    """A uint32 column."""
    return Column("<u4", meaning, unit, **more)


def u16(meaning: str, unit: str = "", **more: Any) -> Column[np.uint16]:
    """A uint16 column."""
    return Column("<u2", meaning, unit, **more)


def u8(meaning: str, unit: str = "", **more: Any) -> Column[np.uint8]:
    """A uint8 column."""
    return Column("u1", meaning, unit, **more)


def records(dtype: np.dtype[np.void], meaning: str, **more: Any) -> Column[np.void]:
    """A column of packed records; only for scratch tables, state is kept in plain columns."""
    return Column(dtype, meaning, **more)


class Rows(Group):
    """How full a table is.  Rows 0..count are alive and dense."""

    count = i64("rows in use", length=1)
    refused = i64("rows that were wanted when the table was full", length=1)


class Identity(Group):
    """Who is in a row, for tables whose rows come and go (see ``ecs.identity``)."""

    slot = i32("slot of the entity in this row")
    generation = u32("how often a slot was given out", by_slot=True)
    free = i32("slots that are free, a stack of capacity - count", by_slot=True)
