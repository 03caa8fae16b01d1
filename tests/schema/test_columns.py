"""The manifest: complete, readable, and laid out as it says."""

from __future__ import annotations

import pytest

from ecs.columns import Identity
from ecs.layout import plan
from schema import columns
from schema.events import EVENT_RECORD, HIT_RECORD, KNOCK_RECORD
from schema.walls import WALL

CAPACITIES = columns.capacities(
    players=5,
    projectiles=7,
    areas=3,
    obstacles=6,
    pickups=8,
    hits=11,
    events=13,
    cells=17,
    walls=(19, 23, 29),
    trail=7,
)
COLUMNS = {column for table in columns.TABLES for g in table.groups for column in g.columns}


@pytest.mark.parametrize("column", sorted(COLUMNS, key=repr), ids=repr)
def test_a_column_says_what_it_means_in_units_its_name_ends_with(column: object) -> None:
    assert column.meaning  # type: ignore[attr-defined]
    name, unit = column.name, column.unit  # type: ignore[attr-defined]
    for suffix in ("u", "ups", "hp", "tick"):
        if name.endswith(f"_{suffix}"):
            assert unit == suffix
    if unit in ("u", "ups", "hp"):
        assert name.endswith(f"_{unit}")


def test_capacities_cover_the_longest_use_of_each_table() -> None:
    layout = plan(columns.TABLES, CAPACITIES)
    rows = {placed.name: placed.rows for placed in layout.columns}
    assert rows["grid.Grid.start"] == 17 + 1
    assert rows["order.Order.first"] == 5 + 1
    assert rows["order.Order.row"] == 11
    assert rows["mailbox.Mailbox.commands"] == rows["mailbox.Mailbox.joins"] == 5
    assert rows["strikes.Strike.target"] == 7
    assert rows["knocks.Knocks.first"] == 6 + 1
    assert rows["knocks.Knocks.order"] == rows["knocks.Knocks.record"] == 11
    assert rows["abilities.Ability.skill"] == rows["casts.Casts.record"] == 5 * 4
    assert rows["pickups.Goods.item"] == 8
    assert rows["players.Trail.x_u"] == rows["players.Trail.y_u"] == 5 * 7
    assert rows["walls.Walls.record"] == 19
    assert rows["walls.Walls.start"] == 23 + 1
    assert rows["walls.Walls.row"] == 29
    crowd = columns.capacities(
        players=50,
        projectiles=1,
        areas=1,
        obstacles=1,
        pickups=1,
        hits=2,
        events=1,
        cells=1,
        walls=(0, 1, 0),
        trail=1,
    )
    assert crowd["order"] == 50
    assert crowd["walls"] == crowd["wall_entries"] == 1


def test_only_reports_and_aids_are_scratch() -> None:
    scratch = {table.name for table in columns.TABLES if table.scratch}
    assert scratch == {
        "casts",
        "hits",
        "knocks",
        "events",
        "mailbox",
        "strikes",
        "grid",
        "walls",
        "push",
        "order",
    }


def test_tables_whose_rows_go_have_identity_and_flags() -> None:
    for table in columns.TABLES:
        assert (Identity in table.groups) == (columns.Spent in table.groups)
    names = [table.name for table in columns.TABLES]
    assert len(set(names)) == len(names)


def test_records_have_no_padding() -> None:
    for dtype in (HIT_RECORD, KNOCK_RECORD, EVENT_RECORD, WALL):
        assert dtype.itemsize == sum(dtype[name].itemsize for name in dtype.names or ())


def test_what_columns_are_predicted_from() -> None:
    layout = plan(tuple(t for t in columns.TABLES if not t.scratch), CAPACITIES)
    assert [(p.target.name, p.name) for p in layout.predictions] == [
        ("players.Position.x_u", "drifts Motion.vx_ups"),
        ("players.Position.y_u", "drifts Motion.vy_ups"),
        ("players.Origin.x_u", "follows Position.x_u"),
        ("players.Origin.y_u", "follows Position.y_u"),
        ("players.Trail.x_u", "follows Position.x_u"),
        ("players.Trail.y_u", "follows Position.y_u"),
        ("projectiles.Position.x_u", "drifts Motion.vx_ups"),
        ("projectiles.Position.y_u", "drifts Motion.vy_ups"),
    ]
