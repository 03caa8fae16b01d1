"""A system is held to what it declared, and an order that nobody declared is an error."""

from __future__ import annotations

from functools import partial
from itertools import permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecs.columns import Group, Identity, Rows, UndeclaredAccessError
from ecs.kernel import config
from ecs.schedule import Granted, Schedule, ScheduleError, System, attach, check, conflict
from ecs.world import World
from tests.ecs.kernels_of_tests import add_up
from tests.ecs.tables import CAPACITIES, TABLES, Count, Place, Spent, Tag

CAREFUL = settings(deadline=None, derandomize=True, database=None, max_examples=200)
COLUMNS = (Place.x_u, Place.y_u, Tag.colour, Count.total)


def make(
    name: str,
    reads: tuple[Any, ...] = (),
    writes: tuple[Any, ...] = (),
    after: tuple[type[System], ...] = (),
    bind: Any = lambda system, granted: None,
) -> type[System]:
    return type(name, (System,), {"reads": reads, "writes": writes, "after": after, "bind": bind})


def bind_with(look: Any, reads: tuple[Any, ...] = (), writes: tuple[Any, ...] = ()) -> None:
    """Attach one system whose ``bind`` does ``look(granted)``."""
    kind = make("Looker", reads, writes, bind=lambda _, granted: look(granted))
    attach(World(TABLES, CAPACITIES), (kind,))


# --- access --------------------------------------------------------------------------------------


def test_an_undeclared_column_raises() -> None:
    with pytest.raises(UndeclaredAccessError, match=r"Place\.y_u"):
        bind_with(lambda g: g.table(Tag)[Place].y_u, reads=(Place.x_u,), writes=(Tag,))


def test_an_undeclared_group_raises_at_its_first_column() -> None:
    with pytest.raises(UndeclaredAccessError, match=r"Tag\.colour"):
        bind_with(lambda g: g.table(Tag)[Tag].colour, reads=(Place,))


def test_a_declared_read_cannot_be_written() -> None:
    def look(granted: Granted) -> None:
        things = granted.table(Tag)
        with pytest.raises(ValueError, match="read-only"):
            things[Place].x_u[0] = 1.0
        with pytest.raises(ValueError, match="read-only"):
            things[Place].x_u.view("u1")[:] = 1
        assert things[Place].x_u[0] == 0.0
        things[Tag].colour[0] = 3

    bind_with(look, reads=(Place,), writes=(Tag,))


def test_a_kernel_refuses_a_read_only_array_for_an_output() -> None:
    def look(granted: Granted) -> None:
        place = granted.table(Tag)[Place]
        add_up(place.x_u, place.y_u)
        # Numba refuses before the call, NumPy in it when kernels run as plain Python.
        with pytest.raises((TypeError, ValueError)):
            add_up(place.y_u, place.x_u)

    bind_with(look, reads=(Place.x_u,), writes=(Place.y_u,))


def test_a_write_includes_the_read() -> None:
    seen: list[Any] = []
    bind_with(lambda g: seen.append(g.table(Tag)[Place].x_u), writes=(Place.x_u,))
    assert seen[0].flags.writeable


def test_tables_and_resources() -> None:
    def look(granted: Granted) -> None:
        assert [lens.name for lens in granted.tables(Place)] == ["things", "others"]
        assert [lens.capacity for lens in granted.tables(Place)] == [7, 3]
        with pytest.raises(LookupError, match="2 tables have Place"):
            granted.table(Place)
        with pytest.raises(LookupError, match="0 tables have Count, Tag"):
            granted.table(Count, Tag)
        with pytest.raises(LookupError, match="'match' has no group Tag"):
            granted.table(Count)[Tag]
        with pytest.raises(LookupError, match="str"):
            granted.resource(str)

    bind_with(look)


def test_moving_rows_needs_every_column_of_the_table() -> None:
    def look(granted: Granted) -> None:
        granted.whole_table(granted.table(Tag))

    # Rows.count and what belongs to slots stay where they are: they need no mention.
    needed = (Identity.slot, Place, Tag, Spent)
    bind_with(look, writes=needed)
    for missing, word in [(Tag, "Tag.colour"), (Spent, "Spent.gone"), (Place, "Place.x_u")]:
        rest = tuple(item for item in needed if item is not missing)
        with pytest.raises(ScheduleError, match=word):
            bind_with(look, writes=rest)


def test_whole_table_gives_exactly_the_row_wise_columns() -> None:
    def look(granted: Granted) -> None:
        block, offsets, sizes = granted.whole_table(granted.table(Tag))
        assert sizes.tolist() == [4, 8, 8, 1, 2, 4, 1]
        (x_u,) = (int(o) for o, s in zip(offsets, sizes, strict=True) if s == 8 and o == offsets[1])
        granted.table(Tag)[Place].x_u[2] = 2.5
        assert block[x_u + 16 : x_u + 24].tobytes() == np.float64(2.5).tobytes()

    bind_with(look, writes=(Identity, Place, Tag, Spent))


# --- order ---------------------------------------------------------------------------------------


def test_systems_run_in_the_order_of_the_list_once_a_tick() -> None:
    import esper

    ran: list[str] = []

    def binder(name: str) -> Any:
        return lambda system, granted: system.calls.append(lambda: ran.append(name))

    first = make("First", writes=(Place,), bind=binder("first"))
    second = make("Second", writes=(Place,), after=(first,), bind=binder("second"))
    apart = make("Apart", writes=(Count,), bind=binder("apart"))
    world, other = World(TABLES, CAPACITIES), World(TABLES, CAPACITIES)
    attach(world, (first, apart, second))
    attach(other, (apart,))
    world.enter()
    esper.process()
    esper.process()
    assert ran == ["first", "apart", "second"] * 2


@pytest.mark.skipif(bool(config.DISABLE_JIT or config.BOUNDSCHECK), reason="no programs then")
def test_systems_with_nothing_but_kernels_between_them_are_one_step() -> None:
    import esper

    def adding(system: System, granted: Granted) -> None:
        place = granted.table(Tag)[Place]
        system.calls.append(partial(add_up, place.x_u, place.y_u))

    def noting(system: System, granted: Granted) -> None:
        system.calls.append(lambda: seen.append(float(granted.table(Tag)[Place].y_u[-1])))

    seen: list[float] = []
    add = make("Add", reads=(Place.x_u,), writes=(Place.y_u,), bind=adding)
    again = make("Again", reads=(Place.x_u,), writes=(Place.y_u,), after=(add,), bind=adding)
    note = make("Note", reads=(Place.y_u,), after=(again,), bind=noting)
    last = make("Last", reads=(Place.x_u,), writes=(Place.y_u,), after=(note,), bind=adding)
    for kinds, steps in (((add, again), 1), ((add, again, note, last), 3)):
        world = World(TABLES, CAPACITIES)
        world.group("things", Place).x_u[:] = 1.0
        attach(world, kinds)
        world.enter()
        assert len(esper.get_processor(Schedule).steps) == steps
        esper.process()
    assert seen == [7.0]


def test_an_ambiguous_order_names_both_systems_and_the_columns() -> None:
    one = make("One", writes=(Place.x_u, Tag))
    two = make("Two", reads=(Place.x_u, Tag.colour, Count))
    with pytest.raises(ScheduleError) as refused:
        check((one, two))
    text = str(refused.value)
    assert all(word in text for word in ("ambiguous", "One", "Two", "Place.x_u", "Tag.colour"))
    assert "Count" not in text
    with pytest.raises(ScheduleError, match="ambiguous"):
        attach(World(TABLES, CAPACITIES), (one, two))


@pytest.mark.parametrize(
    ("order", "words"),
    [
        ("listed before", ("Late", "Early", "must run after")),
        ("not listed", ("Late", "Early", "not listed")),
        ("twice", ("twice",)),
        ("itself", ("Selfish", "must run after")),
    ],
)
def test_a_list_that_contradicts_itself(order: str, words: tuple[str, ...]) -> None:
    early = make("Early", writes=(Place,))
    late = make("Late", reads=(Place,), after=(early,))
    selfish = make("Selfish")
    selfish.after = (selfish,)
    lists = {
        "listed before": (late, early),
        "not listed": (late,),
        "twice": (early, late, early),
        "itself": (selfish,),
    }
    with pytest.raises(ScheduleError) as refused:
        check(lists[order])
    assert all(word in str(refused.value) for word in words)


def test_a_circle_is_refused_in_every_order() -> None:
    a, b, c = make("A"), make("B"), make("C")
    a.after, b.after, c.after = (c,), (a,), (b,)
    for order in permutations((a, b, c)):
        with pytest.raises(ScheduleError):
            check(order)


access = st.lists(st.sampled_from([*COLUMNS, Place, Tag]), max_size=2, unique=True).map(tuple)


@CAREFUL
@given(st.lists(st.tuples(access, access, st.sets(st.integers(0, 5), max_size=2)), max_size=6))
def test_check_agrees_with_reachability(wanted: list[tuple[Any, Any, set[int]]]) -> None:
    """Refused exactly when two conflicting systems have no path of ``after`` between them."""
    kinds: list[type[System]] = []
    for index, (reads, writes, earlier) in enumerate(wanted):
        after = tuple(kinds[i] for i in sorted(earlier) if i < index)
        kinds.append(make(f"S{index}", reads, writes, after))

    def touched(items: tuple[Any, ...]) -> set[str]:
        columns = [c for i in items for c in ([i] if not isinstance(i, type) else i.columns)]
        return {repr(column) for column in columns}

    def leads_to(first: type[System], second: type[System]) -> bool:
        return any(kind is first or leads_to(first, kind) for kind in second.after)

    open_pairs = []
    for index, second in enumerate(kinds):
        for first in kinds[:index]:
            one_w, two_w = touched(first.writes), touched(second.writes)
            one, two = one_w | touched(first.reads), two_w | touched(second.reads)
            shared = (one_w & two) | (two_w & one)
            assert {repr(column) for column in conflict(first, second)} == shared
            if shared and not leads_to(first, second):
                open_pairs.append((first, second))
    if open_pairs:
        with pytest.raises(ScheduleError, match="ambiguous"):
            check(kinds)
    else:
        check(kinds)


def test_the_schedule_of_the_game_has_no_open_order() -> None:
    from systems.tick import SCHEDULE

    check(SCHEDULE)
    assert len(SCHEDULE) >= 16
    # Not because nothing conflicts: without its declarations it is refused.
    loose = [make(kind.__name__, kind.reads, kind.writes) for kind in SCHEDULE]
    with pytest.raises(ScheduleError, match="ambiguous"):
        check(loose)


def test_a_group_without_columns_has_nothing_to_grant() -> None:
    class Marker(Group):
        """No columns."""

    assert conflict(make("A", writes=(Marker,)), make("B", writes=(Marker, Rows))) == set()
