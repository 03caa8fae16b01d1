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
WORD_BYTES = 8


class LayoutError(ValueError):
    """Tables that cannot be laid out: an unknown capacity, a group twice, a wrong prediction."""


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
class Prediction:
    """What a column is expected to be after a tick, row by row (see ``ecs.changes``).

    Attributes:
        drifts: whether ``target`` moves by the velocity ``source``; otherwise it follows it.
        target: the column that is predicted.
        source: of the same table and as long; what follows may be several times as long and is
            then a trail of parts, each of which follows the part before it.
    """

    drifts: bool
    target: Placed
    source: Placed

    @property
    def parts(self) -> int:
        """How many times as long as its source the target is."""
        return self.target.rows // self.source.rows

    @property
    def name(self) -> str:
        """``follows Group.column`` or ``drifts Group.column``."""
        return f"{'drifts' if self.drifts else 'follows'} {self.source.column!r}"


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
        predictions: of all columns that have one, in order of memory.
    """

    capacities: dict[str, int]
    columns: tuple[Placed, ...]
    spans: tuple[Span, ...]
    size_bytes: int
    predictions: tuple[Prediction, ...]

    def of_table(self, table: str) -> Iterator[Placed]:
        """Columns of one table, in order of memory."""
        return (placed for placed in self.columns if placed.table == table)

    def describe(self) -> list[tuple[str, str, str, str, int, int, str]]:
        """Rows (table, group, column, dtype, offset, rows, prediction) for other readers.

        By them a keyframe is read, and with the prediction, which is empty for most columns, the
        changes from one state to the next.
        """
        predicted = {found.target.name: found.name for found in self.predictions}
        return [
            (
                placed.table,
                placed.column.group.__name__,
                placed.column.name,
                placed.column.dtype.str,
                placed.offset,
                placed.rows,
                predicted.get(placed.name, ""),
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
        LayoutError: a capacity is missing or not positive, a group appears twice in a table, or a
            column is predicted from one that cannot tell.
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
    return Layout(rows_of, tuple(columns), tuple(spans), offset, tuple(_predictions(columns)))


def _predictions(columns: list[Placed]) -> Iterator[Prediction]:
    """The predictions of ``columns``; a column drifts only in tables that have its velocity."""
    places = {(placed.table, placed.column): placed for placed in columns}
    for placed in columns:
        follows, drifts = placed.column.follows, placed.column.drifts
        if follows is not None and drifts is not None:
            raise LayoutError(f"{placed.name} both follows and drifts")
        wanted = drifts if follows is None else follows
        if wanted is None:
            continue
        source = places.get((placed.table, wanted))
        if source is None:
            if follows is not None:
                raise LayoutError(f"{placed.name} follows {wanted!r}, which its table has not")
            continue
        found = Prediction(drifts is not None, placed, source)
        reason = _unfit(found)
        if reason is not None:
            raise LayoutError(f"{placed.name} {found.name}, {reason}")
        yield found


def _unfit(found: Prediction) -> str | None:
    """Why a prediction cannot be made as declared, None when it can."""
    target, source = found.target.column, found.source.column
    if target.dtype != source.dtype or target.dtype.itemsize != WORD_BYTES:
        return f"of {source.dtype.str} for {target.dtype.str}: both must be of 8 bytes and the same"
    if found.target.rows != found.source.rows and (found.drifts or _torn(found)):
        return f"which has {found.source.rows} rows for {found.target.rows}"
    if found.drifts and target.dtype.kind != "f":
        return f"but only floats drift, not {target.dtype.str}"
    if found.drifts and source.drifts is not None:
        return "which drifts itself"
    if not found.drifts and source.follows is not None:
        return "which follows another itself"
    return None


def _torn(found: Prediction) -> bool:
    """Whether a trail has a part that is not whole."""
    return found.parts * found.source.rows != found.target.rows


def _rows(length: int | str, name: str, capacities: Mapping[str, int]) -> int:
    rows = capacities.get(length) if isinstance(length, str) else length
    if rows is None:
        raise LayoutError(f"{name} needs the capacity {length!r}, which was not given")
    if rows < 1:
        raise LayoutError(f"{name} needs at least one row, not {rows}")
    return rows


def words_of(block: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """The same memory in words, as far as whole ones reach; every column begins with a word."""
    return block[: block.size // WORD_BYTES * WORD_BYTES].view(np.uint64)


def allocate(size_bytes: int) -> NDArray[np.uint8]:
    """Zeroed bytes that begin on a cache line."""
    raw = np.zeros(size_bytes + ALIGNMENT_BYTES, dtype=np.uint8)
    skip = -raw.ctypes.data % ALIGNMENT_BYTES
    return raw[skip : skip + size_bytes]
