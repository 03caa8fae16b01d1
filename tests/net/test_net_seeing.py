"""The packer's sort of points into cells, against asking every point for its cell."""

from __future__ import annotations

from itertools import pairwise
from math import ceil

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from net.kernels.seeing import sort_by_cell
from tests.oracle.crowd import sorted_by_cell
from tests.systems.kernel_calls import call

# On, beside and beyond cell borders and the world's edge.
COORDINATES = st.integers(-16, 42 * 16).map(lambda n: n / 16) | st.sampled_from(
    [0.0, 8.0, 32.0, 40.0, 31.999999, 8.000001, -1e9, 1e9]
)


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(
    st.lists(st.tuples(COORDINATES, COORDINATES), max_size=24),
    st.sampled_from([1.0, 1.5, 8.0, 64.0]),
    st.integers(0, 3),
)
def test_cells_hold_their_points_in_order(
    points: list[tuple[float, float]], cell_u: float, spare: int
) -> None:
    columns, rows = ceil(40.0 / cell_u), ceil(33.5 / cell_u)
    padded = points + [(5.0, 5.0)] * spare  # beyond the count: nobody
    made = call(
        sort_by_cell,
        count=len(points),
        x_u=[x for x, _ in padded],
        y_u=[y for _, y in padded],
        cells=[cell_u, columns, rows],
        start=np.full(columns * rows + 2, -7, np.int32),
        row_of=np.full(len(padded), -7, np.int32),
    )
    _, members = sorted_by_cell(points, [1] * len(points), cell_u, columns, rows)
    bounds = made.start[:-1].tolist()
    found = [made.row_of[start:end].tolist() for start, end in pairwise(bounds)]
    assert found == members
    assert (bounds[0], bounds[-1]) == (0, len(points))
    assert made.row_of[len(points) :].tolist() == [-7] * spare
