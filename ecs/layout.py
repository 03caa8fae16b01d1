"""From declared tables to one block of bytes: which column lies where.

Order in memory is the order of declaration: table by table, group by group, column by column,
each on a cache line of its own.  A group is therefore one contiguous range, which makes a hash
per group one pass, and the whole state is one range, which makes a keyframe one copy.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import xxhash
from numpy.typing import NDArray

from ecs.columns import Column, Group

ALIGNMENT_BYTES = 64


class LayoutError(ValueError):
    """Tables that cannot be laid out: an unknown capacity, or a group twice in one table."""


@dataclass(frozen=True, slots=True)
class Table:
    """An archetype: a name, a capacity, and the column groups its rows have.

    Attributes:
        name: as it appears in hashes' names, replays and errors.
        capacity: a number of rows or the name of a capacity given when the world is made.
        groups: column groups, in order of layout.
        scratch: not state: neither hashed nor kept, wholly rewritten in every tick that reads it.
    """

    name: str
    capacity: int | str
    groups: tuple[type[Group], ...]
    scratch: bool = False


@dataclass(frozen=True, slots=True)
class Placed:
    """One column in the block: byte ``offset`` and number of ``rows``."""

    table: str
    column: Column[Any]
    offset: int
    rows: int

    @property
    def name(self) -> str:
        """``table.Group.column``."""
        return f"{self.table}.{self.column!r}"

    def view(self, block: NDArray[np.uint8]) -> NDArray[Any]:
        """This column of ``block``, as an array that shares its memory."""
        end = self.offset + self.rows * self.column.dtype.itemsize
        return block[self.offset : end].view(self.column.dtype)


@dataclass(frozen=True, slots=True)
class Span:
    """The contiguous bytes of one group of one table."""

    table: str
    group: type[Group]
    start: int
    end: int

    @property
    def name(self) -> str:
        """``table.Group``."""
        return f"{self.table}.{self.group.__name__}"


@dataclass(frozen=True, slots=True)
class Layout:
    """Where every column of a set of tables lies.

    Attributes:
        capacities: rows of each table, by table name.
        columns: all columns in order of memory.
        spans: all groups in order of memory.
        size_bytes: bytes of the block.
    """

    capacities: dict[str, int]
    columns: tuple[Placed, ...]
    spans: tuple[Span, ...]
    size_bytes: int

    def of_table(self, table: str) -> Iterator[Placed]:
        """Columns of one table, in order of memory."""
        return (placed for placed in self.columns if placed.table == table)

    def describe(self) -> list[tuple[str, str, str, str, int, int]]:
        """Rows (table, group, column, dtype, offset, rows) by which others read a keyframe."""
        return [
            (
                placed.table,
                placed.column.group.__name__,
                placed.column.name,
                placed.column.dtype.str,
                placed.offset,
                placed.rows,
            )
            for placed in self.columns
        ]

    def digest(self) -> str:
        """Hex hash of ``describe()``: equal exactly when two blocks can be compared."""
        return xxhash.xxh3_64_hexdigest(repr(self.describe()).encode())


def plan(tables: tuple[Table, ...], capacities: Mapping[str, int]) -> Layout:
    """Lay ``tables`` out one behind the other.

    Args:
        tables: in order of memory.
        capacities: number of rows for every capacity that is named rather than fixed.

    Raises:
        LayoutError: a capacity is missing or not positive, or a group appears twice in a table.
    """
    columns: list[Placed] = []
    spans: list[Span] = []
    rows_of: dict[str, int] = {}
    offset = 0
    for table in tables:
        rows_of[table.name] = _rows(table.capacity, table.name, capacities)
        if len(set(table.groups)) != len(table.groups):
            raise LayoutError(f"table {table.name!r} lists a group twice")
        for group in table.groups:
            start = offset
            for column in group.columns:
                length = table.capacity if column.length is None else column.length
                rows = _rows(length, f"{table.name}.{column!r}", capacities)
                columns.append(Placed(table.name, column, offset, rows))
                offset += -(-rows * column.dtype.itemsize // ALIGNMENT_BYTES) * ALIGNMENT_BYTES
            spans.append(Span(table.name, group, start, offset))
    return Layout(rows_of, tuple(columns), tuple(spans), offset)


def _rows(length: int | str, name: str, capacities: Mapping[str, int]) -> int:
    rows = capacities.get(length) if isinstance(length, str) else length
    if rows is None:
        raise LayoutError(f"{name} needs the capacity {length!r}, which was not given")
    if rows < 1:
        raise LayoutError(f"{name} needs at least one row, not {rows}")
    return rows


def allocate(size_bytes: int) -> NDArray[np.uint8]:
    """Zeroed bytes that begin on a cache line."""
    raw = np.zeros(size_bytes + ALIGNMENT_BYTES, dtype=np.uint8)
    skip = -raw.ctypes.data % ALIGNMENT_BYTES
    return raw[skip : skip + size_bytes]
