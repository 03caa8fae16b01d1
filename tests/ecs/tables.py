"""Small tables for the tests of the storage."""

from __future__ import annotations

from ecs.columns import Group, Identity, Rows, f64, i32, i64, u8, u16
from ecs.layout import Table


class Place(Group):
    """Where something is."""

    x_u = f64("position", unit="u")
    y_u = f64("position", unit="u")


class Tag(Group):
    """Columns of awkward sizes."""

    colour = u8("one byte")
    weight = u16("two bytes")
    serial = i32("four bytes")


class Spent(Group):
    """Which rows go."""

    gone = u8("1 when the row is to be removed")


class Count(Group):
    """One number for all."""

    total = i64("a sum")


class Notes(Group):
    """Not state."""

    note = i64("something written down")


TABLES = (
    Table("match", 1, (Count,)),
    Table("things", "things", (Rows, Identity, Place, Tag, Spent)),
    Table("others", "others", (Rows, Place)),
    Table("notes", "things", (Notes,), scratch=True),
)
CAPACITIES = {"things": 7, "others": 3}
