"""Where columns lie: no byte belongs to two, every column begins on a cache line."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecs.columns import Column, Group, Identity, Rows, f64, i64, u8
from ecs.layout import ALIGNMENT_BYTES, LayoutError, Table, allocate, plan
from tests.ecs.tables import CAPACITIES, TABLES, Count, Place, Tag

CAREFUL = settings(deadline=None, derandomize=True, database=None, max_examples=100)
STATE = tuple(table for table in TABLES if not table.scratch)


class Lengths(Group):
    """All ways of saying how long a column is."""

    own = f64("as long as the table")
    fixed = u8("five, whatever the table", length=5)
    named = u8("as long as another capacity", length="others")


@CAREFUL
@given(
    st.lists(
        st.tuples(
            st.integers(1, 300),
            st.lists(st.sampled_from([Rows, Identity, Place, Tag, Count, Lengths]), unique=True),
        ),
        max_size=5,
    ),
    st.integers(1, 1000),
)
def test_every_byte_belongs_to_one_column(
    wanted: list[tuple[int, list[type[Group]]]], others: int
) -> None:
    tables = tuple(Table(f"t{i}", n, tuple(groups)) for i, (n, groups) in enumerate(wanted))
    layout = plan(tables, {"others": others})
    owner = np.full(layout.size_bytes, -1)
    for index, placed in enumerate(layout.columns):
        end = placed.offset + placed.rows * placed.column.dtype.itemsize
        assert placed.offset % ALIGNMENT_BYTES == 0
        assert end <= layout.size_bytes
        assert (owner[placed.offset : end] == -1).all(), placed.name
        owner[placed.offset : end] = index
    assert len(layout.columns) == sum(len(g.columns) for t in tables for g in t.groups)
    assert layout.capacities == {f"t{i}": n for i, (n, _) in enumerate(wanted)}
    # Groups follow each other without a gap and hold exactly their columns.
    assert [span.start for span in layout.spans] == [0, *(s.end for s in layout.spans[:-1])][
        : len(layout.spans)
    ]
    assert (layout.spans[-1].end if layout.spans else 0) == layout.size_bytes
    for span in layout.spans:
        inside = [p for p in layout.columns if span.start <= p.offset < span.end]
        assert [p.column for p in inside] == list(span.group.columns)
        assert {p.table for p in inside} <= {span.table}


def test_lengths() -> None:
    layout = plan((Table("a", "many", (Lengths,)),), {"many": 11, "others": 23})
    assert [(p.name, p.rows) for p in layout.columns] == [
        ("a.Lengths.own", 11),
        ("a.Lengths.fixed", 5),
        ("a.Lengths.named", 23),
    ]


def test_a_view_shares_the_memory_of_its_block() -> None:
    layout = plan(STATE, CAPACITIES)
    block = allocate(layout.size_bytes)
    for index, placed in enumerate(layout.columns):
        placed.view(block)[:] = index + 1
    for index, placed in enumerate(layout.columns):
        view = placed.view(block)
        assert view.dtype == placed.column.dtype
        assert len(view) == placed.rows
        assert (view == index + 1).all(), placed.name
        assert view.ctypes.data % ALIGNMENT_BYTES == 0


@pytest.mark.parametrize("size", [1, 63, 64, 65, 4096, 100_001])
def test_allocated_bytes_are_aligned_and_zero(size: int) -> None:
    block = allocate(size)
    assert block.shape == (size,)
    assert block.ctypes.data % ALIGNMENT_BYTES == 0
    assert not block.any()


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        ((Table("a", "many", (Place,)),), ["a needs", "'many'", "not given"]),
        ((Table("a", 1, (Lengths,)),), ["a.Lengths.named", "'others'"]),
        ((Table("a", 0, (Place,)),), ["a", "at least one row", "0"]),
        ((Table("a", -4, (Place,)),), ["a", "-4"]),
        ((Table("a", 1, (Place, Tag, Place)),), ["'a'", "twice"]),
    ],
)
def test_what_cannot_be_laid_out(tables: tuple[Table, ...], words: list[str]) -> None:
    with pytest.raises(LayoutError) as refused:
        plan(tables, {})
    assert all(word in str(refused.value) for word in words)


def test_the_digest_tells_layouts_apart() -> None:
    digest = plan(STATE, CAPACITIES).digest()
    assert digest == plan(STATE, dict(CAPACITIES)).digest()
    other = Table("match", 1, (Place,))
    variants = [
        plan(STATE, {**CAPACITIES, "things": 8}),
        plan(STATE[::-1], CAPACITIES),
        plan(STATE[:-1], CAPACITIES),
        plan((other, *STATE[1:]), CAPACITIES),
    ]
    assert digest not in {variant.digest() for variant in variants}
    assert len({variant.digest() for variant in variants}) == len(variants)


def test_describe_is_enough_to_read_a_block() -> None:
    layout = plan(STATE, CAPACITIES)
    block = allocate(layout.size_bytes)
    rng = np.random.default_rng(3)
    block[:] = rng.integers(0, 256, layout.size_bytes)
    described = layout.describe()
    assert len(described) == len(layout.columns)
    for (table, group, column, dtype, offset, rows, _), placed in zip(
        described, layout.columns, strict=True
    ):
        assert f"{table}.{group}.{column}" == placed.name
        read = np.frombuffer(block.tobytes(), dtype=dtype, count=rows, offset=offset)
        assert read.tobytes() == placed.view(block).tobytes()


def test_a_group_lists_its_columns_in_order_of_declaration() -> None:
    assert [column.name for column in Tag.columns] == ["colour", "weight", "serial"]
    assert all(isinstance(column, Column) and column.group is Tag for column in Tag.columns)


class Still(Group):
    """Columns of different kinds to be predicted from."""

    a_u = f64("a float", unit="u")
    b = i64("an integer")
    c = u8("a byte")
    d_u = f64("one float", unit="u", length=1)


def predicted(**how: Any) -> Table:
    kind: Any = how.pop("kind", f64)
    group = type("Guess", (Group,), {"x_u": kind("predicted", **how)})
    return Table("t", 4, (Still, group))


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (predicted(follows=Still.a_u, drifts=Still.a_u), ["both follows and drifts"]),
        (predicted(follows=Place.x_u), ["follows Place.x_u", "has not"]),
        (predicted(follows=Still.b), ["follows Still.b", "<i8 for <f8"]),
        (predicted(follows=Still.c, kind=u8), ["8 bytes"]),
        (predicted(drifts=Still.d_u), ["drifts Still.d_u", "1 rows for 4"]),
        (predicted(drifts=Still.b, kind=i64), ["only floats drift"]),
        (predicted(follows=Still.a_u, length=6), ["4 rows for 6"]),
        (predicted(follows=Still.a_u, length=2), ["4 rows for 2"]),
        (predicted(drifts=Still.a_u, length=8), ["drifts Still.a_u", "4 rows for 8"]),
    ],
)
def test_predictions_that_cannot_be_made(table: Table, words: list[str]) -> None:
    with pytest.raises(LayoutError) as refused:
        plan((table,), {})
    assert all(word in str(refused.value) for word in ["t.Guess.x_u", *words])


class Chain(Group):
    """Columns predicted from columns that are predicted."""

    a_u = f64("stays", unit="u")
    b_u = f64("moves by a", unit="u", drifts=a_u)
    c_u = f64("was b", unit="u", follows=b_u)


def test_what_is_predicted_from_a_prediction() -> None:
    layout = plan((Table("t", 2, (Chain,)),), {})
    assert [(p.target.name, p.name) for p in layout.predictions] == [
        ("t.Chain.b_u", "drifts Chain.a_u"),
        ("t.Chain.c_u", "follows Chain.b_u"),
    ]
    for how, word in (("follows", "c_u"), ("drifts", "b_u")):
        wrong = type("Wrong", (Group,), {"x_u": f64("x", **{how: vars(Chain)[word]})})
        with pytest.raises(LayoutError, match="itself"):
            plan((Table("t", 2, (Chain, wrong)),), {})


def test_a_trail_is_several_times_as_long_as_what_it_follows() -> None:
    layout = plan((predicted(follows=Still.a_u, length=12),), {})
    assert [(p.name, p.parts) for p in layout.predictions] == [("follows Still.a_u", 3)]


def test_a_column_drifts_only_where_its_velocity_is() -> None:
    body = type("Body", (Group,), {"x_u": f64("x", drifts=Still.a_u)})
    tables = (Table("moving", 4, (Still, body)), Table("lying", 4, (body,)))
    layout = plan(tables, {})
    assert [p.target.table for p in layout.predictions] == ["moving"]
    told = {f"{t}.{g}.{c}": prediction for t, g, c, *_, prediction in layout.describe()}
    assert told["moving.Body.x_u"] == "drifts Still.a_u"
    assert told["lying.Body.x_u"] == told["moving.Still.a_u"] == ""
    other = type("Body", (Group,), {"x_u": f64("x")})
    bare = plan((Table("moving", 4, (Still, other)), Table("lying", 4, (other,))), {})
    assert layout.digest() != bare.digest(), "changes counted from something else do not compare"
