"""The counting sort of players into cells, against asking every row for its cell."""

from __future__ import annotations

from math import ceil

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from systems.kernels.broadphase import build_grid
from systems.rules import plan_grid
from tests.oracle.crowd import sorted_by_cell
from tests.systems.kernel_calls import call

CELLS_U = (1.0, 1.5, 4.0, 8.0, 64.0)

# Places on, beside and beyond cell borders and the world's edge.
COORDINATES = st.integers(-16, 42 * 16).map(lambda n: n / 16) | st.sampled_from(
    [0.0, 1.0, 4.0, 8.0, 40.0, 32.0, 39.999999, 31.999999, 8.000001]
)


@settings(max_examples=150)
@given(
    st.lists(st.tuples(COORDINATES, COORDINATES, st.sampled_from([1, 1, 1, 0])), max_size=24),
    st.sampled_from(CELLS_U),
    st.integers(0, 3),
)
def test_cells_hold_the_living_in_order(
    rows: list[tuple[float, float, int]], cell_u: float, spare: int
) -> None:
    columns, cell_rows = ceil(40.0 / cell_u), ceil(33.5 / cell_u)
    capacity = len(rows) + spare
    padded = rows + [(5.0, 5.0, 1)] * spare  # beyond the count: nobody
    made = call(
        build_grid,
        count=len(rows),
        alive=[row[2] for row in padded],
        x_u=[row[0] for row in padded],
        y_u=[row[1] for row in padded],
        grid=[cell_u, columns, cell_rows],
        start=np.full(columns * cell_rows + 1, -7, np.int32),
        row_of=np.full(capacity, -7, np.int32),
        cell=np.full(capacity, -7, np.int32),
        reach_u=[99.0],
    )
    cells, members = sorted_by_cell(
        [row[:2] for row in rows], [row[2] for row in rows], cell_u, columns, cell_rows
    )
    assert made.cell[: len(rows)].tolist() == cells
    assert made.cell[len(rows) :].tolist() == [-7] * spare
    assert made.start[0] == 0
    assert made.start[-1] == sum(map(len, members))
    found = [
        made.row_of[start:end].tolist()
        for start, end in zip(made.start, made.start[1:], strict=False)
    ]
    assert found == members
    assert made.reach_u[0] == 0.0


@given(st.floats(20, 1000), st.floats(20, 1000), st.integers(2, 1000), st.floats(0.1, 2.0))
def test_a_planned_grid_covers_the_world_in_cells_of_a_diameter(
    width: float, height: float, players: int, radius: float
) -> None:
    cell_u, columns, rows = plan_grid(width, height, players, radius)
    assert cell_u >= 2 * radius
    assert (columns - 1) * cell_u < width <= columns * cell_u * (1 + 1e-12)
    assert (rows - 1) * cell_u < height <= rows * cell_u * (1 + 1e-12)
    assert columns == int(columns)
    assert rows == int(rows)
