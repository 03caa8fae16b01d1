"""Bushes against their twin, with bodies on their very edge."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from schema.events import NOBODY
from systems.kernels.cover import find_bushes
from systems.terrain import make_terrain
from tests.oracle.cover import bush_of
from tests.systems.kernel_calls import call

quarters = st.integers(-4, 44).map(lambda value: value / 4)
bushes_near = st.tuples(quarters, quarters, st.sampled_from([0.0, 0.25, 1.25, 2.5, 5.0]))
HAIR = 2.0**-16  # all numbers stay dyadic, and all squares exact
RIM = [(0.6, 0.8), (-0.8, 0.6), (1.0, 0.0), (0.0, -1.0)]


@settings(max_examples=300)
@given(st.lists(bushes_near, max_size=5), st.data())
def test_everybody_is_in_the_first_bush_that_holds_them(
    bushes: list[tuple[float, float, float]], data: st.DataObject
) -> None:
    places = data.draw(st.lists(st.tuples(quarters, quarters), min_size=1, max_size=5))
    for x, y, r in bushes:
        ux, uy = data.draw(st.sampled_from(RIM))
        out = data.draw(st.sampled_from([1.0, 1.0, 1.0 + HAIR, 1.0 - HAIR]))
        places.append((x + round(ux * r * 4) / 4 * out, y + round(uy * r * 4) / 4 * out))
    alive = [data.draw(st.sampled_from([1, 1, 0])) for _ in places]
    # Cells of 8 u: some bushes reach over their borders, and some places lie beyond the map.
    terrain = make_terrain(20.0, 20.0, [], [(1.0, 1.0)], bushes=bushes)
    made = call(
        find_bushes,
        players=len(places),
        alive=[*alive, 1],
        x_u=[*(x for x, _ in places), 0.0],
        y_u=[*(y for _, y in places), 0.0],
        bushes=terrain.bushes,
        bush_start=terrain.bush_start,
        bush_row=terrain.bush_row,
        frame=terrain.frame,
        bush=[77] * (len(places) + 1),
    )
    for row, (x, y) in enumerate(places):
        found = bush_of(x, y, bushes) if alive[row] else None
        assert made.bush[row] == (NOBODY if found is None else found)
    assert made.bush[len(places)] == 77
