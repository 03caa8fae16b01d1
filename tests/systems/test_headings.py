"""Direction indices against the arc tangent, and against exact cross products."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecs.kernel import entry
from schema.directions import COUNT, TABLE
from systems.kernels.headings import heading_of
from tests.oracle import bearings

heading_of = entry(heading_of)

CAREFUL = settings(deadline=None, derandomize=True, database=None, max_examples=400)
ENTRIES = TABLE.tolist()

lengths = st.floats(1e-6, 1e6)
parts = st.floats(-1e4, 1e4).filter(lambda value: value == 0.0 or abs(value) > 1e-9)


@CAREFUL
@given(parts, parts)
def test_any_vector(dx: float, dy: float) -> None:
    found = heading_of(dx, dy, TABLE)
    if dx == 0.0 and dy == 0.0:
        assert found == 0
        return
    assert 0 <= found < COUNT
    steps = bearings.by_arc_tangent(dx, dy, COUNT)
    past = (steps - found) % COUNT
    # At or just past the entry; rounding may show it a hair before.
    assert past < 1.0 + 1e-6 or past > COUNT - 1e-6
    near_an_entry = min(past % 1.0, 1.0 - past % 1.0) < 1e-6
    assert near_an_entry or bearings.is_between(dx, dy, found, ENTRIES)


@pytest.mark.parametrize("power", [-20, -1, 0, 1, 30])
def test_every_entry_is_its_own_heading(power: int) -> None:
    scale = 2.0**power
    for index, (x, y) in enumerate(ENTRIES):
        assert heading_of(x * scale, y * scale, TABLE) == index


@CAREFUL
@given(st.integers(0, COUNT - 1), st.floats(0.001, 0.999), lengths)
def test_between_two_entries_the_first_is_meant(index: int, share: float, length: float) -> None:
    following = ENTRIES[(index + 1) % COUNT]
    dx = (ENTRIES[index][0] * (1 - share) + following[0] * share) * length
    dy = (ENTRIES[index][1] * (1 - share) + following[1] * share) * length
    assert heading_of(dx, dy, TABLE) == index


@pytest.mark.parametrize(
    ("dx", "dy", "index"),
    [
        (1.0, 0.0, 0),
        (1.0, -0.0, 0),
        (0.0, 1.0, 1024),
        (-0.0, 1.0, 1024),
        (-1.0, 0.0, 2048),
        (-1.0, -0.0, 2048),
        (0.0, -1.0, 3072),
        (-0.0, -1.0, 3072),
        (0.0, 0.0, 0),
        (-0.0, -0.0, 0),
        (1.0, -1e-12, 4095),
        (1e-12, 1.0, 1023),
        (-1e-12, 1.0, 1024),
        (-1.0, 1e-12, 2047),
        (1e300, 1e300, 512),
    ],
)
def test_axes_and_their_neighbours(dx: float, dy: float, index: int) -> None:
    assert heading_of(dx, dy, TABLE) == index
