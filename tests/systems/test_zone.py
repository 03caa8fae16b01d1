"""The zone against its timetable, and who is hurt by it."""

from __future__ import annotations

from fractions import Fraction
from math import hypot
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schema.directions import TABLE
from schema.events import (
    CAUSE_ZONE,
    HIT_RECORD,
    NO_RETURN,
    NO_SLOT,
    NOBODY,
    STAGE_COUNTDOWN,
    STAGE_OVER,
    STAGE_PLAY,
    STAGE_SUDDEN_DEATH,
    TRUE_DAMAGE,
    UNBLOCKED,
    ZONE_CLOSED,
)
from systems.kernels.zone import open_zone, scorch, shrink_zone
from tests.oracle import closing
from tests.oracle.closing import Phase, Timetable
from tests.systems.kernel_calls import call

CAREFUL = settings(deadline=None, derandomize=True, database=None, max_examples=60)
pytestmark = pytest.mark.filterwarnings("ignore:overflow encountered in scalar")

COLUMNS = {
    "phase": 0,
    "state": 0,
    "since_tick": 0,
    "until_tick": 0,
    **{f"{kind}{axis}_u": 0.0 for kind in ("", "from_", "next_") for axis in ("x", "y", "radius")},
}
OPENED = ("until_tick", "x_u", "y_u", "radius_u", "next_x_u", "next_y_u", "next_radius_u")


@st.composite
def phase_lists(draw: st.DrawFn) -> list[Phase]:
    """Ratios fall, or stay, down to 0; waiting may take no time at all."""
    count = draw(st.integers(1, 5))
    ratio = st.floats(0, 1) | st.sampled_from([0.0, 0.5, 1.0])
    ratios = [*sorted((draw(ratio) for _ in range(count - 1)), reverse=True), 0.0]
    wait, shrink = st.integers(0, 6) | st.just(0), st.integers(1, 6) | st.just(1)
    drift = st.sampled_from([1.0, 1.0, 0.0, 0.5]) | st.floats(0, 1)
    return [Phase(draw(wait), draw(shrink), r, draw(drift)) for r in ratios]


# Narrow maps have most of their circles' room beyond the edge.
sizes = st.tuples(st.floats(10, 200), st.floats(10, 200)) | st.sampled_from(
    [(200.0, 10.0), (10.0, 200.0), (40.0, 40.0)]
)


def opened(phases: list[Phase], size: tuple[float, float], seed: int) -> dict[str, object]:
    made = call(
        open_zone,
        seed=np.uint64(seed),
        frame=[*size, 8.0, 1.0, 1.0],
        wait_ticks=[p.wait for p in phases],
        radius_ratio=[p.ratio for p in phases],
        drift=[p.drift for p in phases],
        directions=TABLE,
        **{name: COLUMNS[name] for name in OPENED},
    )
    return {**COLUMNS, **{name: getattr(made, name) for name in OPENED}}


def played(
    phases: list[Phase], size: tuple[float, float], seed: int, ticks: int
) -> list[SimpleNamespace]:
    """The zone's columns after each tick."""
    zone = opened(phases, size, seed)
    history = []
    for tick in range(ticks):
        found = call(
            shrink_zone,
            tick=tick,
            seed=np.uint64(seed),
            wait_ticks=[p.wait for p in phases],
            shrink_ticks=[p.shrink for p in phases],
            radius_ratio=[p.ratio for p in phases],
            drift=[p.drift for p in phases],
            frame=[*size, 8.0, 1.0, 1.0],
            directions=TABLE,
            **zone,
        )
        zone = {name: getattr(found, name) for name in COLUMNS}
        history.append(SimpleNamespace(**{name: value.item() for name, value in zone.items()}))
    return history


def close(found: tuple[float, float, float], wanted: closing.Circle) -> bool:
    return all(abs(a - float(b)) < 1e-9 for a, b in zip(found, wanted, strict=True))


@CAREFUL
@given(phase_lists(), sizes, st.integers(0, 2**64 - 1))
def test_every_tick_stands_in_the_timetable(
    phases: list[Phase], size: tuple[float, float], seed: int
) -> None:
    table = Timetable(phases, size, seed, TABLE.tolist())
    for tick, found in enumerate(played(phases, size, seed, table.end + 4)):
        wanted = table.at(tick)
        named = (found.phase, found.state, found.since_tick, found.until_tick)
        assert named == (wanted.phase, wanted.state, wanted.since, wanted.until), tick
        assert close((found.x_u, found.y_u, found.radius_u), wanted.now), tick
        assert close((found.next_x_u, found.next_y_u, found.next_radius_u), wanted.goal), tick


@CAREFUL
@given(phase_lists(), sizes, st.integers(0, 2**64 - 1))
def test_circles_lie_within_circles(
    phases: list[Phase], size: tuple[float, float], seed: int
) -> None:
    """The one to come within the one that is, and every tick's within the tick's before.

    Their centres are on the map.
    """
    ticks = sum(p.wait + p.shrink for p in phases) + 2
    former = None
    for found in played(phases, size, seed, ticks):
        apart = hypot(found.next_x_u - found.x_u, found.next_y_u - found.y_u)
        assert apart + found.next_radius_u <= found.radius_u + 1e-9
        assert 0.0 <= found.next_x_u <= size[0]
        assert 0.0 <= found.next_y_u <= size[1]
        if former is not None:
            moved = hypot(found.x_u - former.x_u, found.y_u - former.y_u)
            assert moved + found.radius_u <= former.radius_u + 1e-9
        former = found
    assert former is not None
    assert (former.state, former.radius_u) == (ZONE_CLOSED, 0.0)


def test_it_opens_round_the_whole_map() -> None:
    zone = opened([Phase(5, 5, 0.5), Phase(5, 5, 0.0)], (30.0, 40.0), 1)
    assert (zone["x_u"], zone["y_u"], zone["radius_u"]) == (15.0, 20.0, 25.0)
    assert (zone["until_tick"], zone["next_radius_u"]) == (5, 12.5)


def test_next_circles_are_spread_evenly_over_the_room_there_is() -> None:
    """Chi-square over rings of equal area and over sectors; 5 sigma."""
    many = 2000
    rings, sectors = [0] * 10, [0] * 8
    for seed in range(many):
        zone = opened([Phase(5, 5, 0.4), Phase(5, 5, 0.0)], (30.0, 40.0), seed)
        x, y = float(zone["next_x_u"][0]) - 15.0, float(zone["next_y_u"][0]) - 20.0  # type: ignore[index]
        rings[min(9, int((x * x + y * y) / 15.0**2 * 10))] += 1
        sectors[int((np.arctan2(y, x) / (2 * np.pi)) % 1.0 * 8)] += 1
    for boxes in (rings, sectors):
        expected = many / len(boxes)
        chi_square = sum((box - expected) ** 2 / expected for box in boxes)
        free = len(boxes) - 1
        assert chi_square < free + 5 * (2 * free) ** 0.5, boxes


@pytest.mark.parametrize("drift", [0.0, 0.25, 0.5])
def test_a_centre_drifts_by_its_share_of_the_room_at_most(drift: float) -> None:
    ways = []
    for seed in range(300):
        zone = opened([Phase(5, 5, 0.4, drift), Phase(5, 5, 0.0)], (30.0, 40.0), seed)
        ways.append(hypot(zone["next_x_u"][0] - 15.0, zone["next_y_u"][0] - 20.0))  # type: ignore[index]
    assert max(ways) <= 15.0 * drift + 1e-12
    assert max(ways) >= 15.0 * drift * 0.95


def test_every_phase_has_a_drift_of_its_own() -> None:
    phases = [Phase(2, 2, 0.5, 0.0), Phase(0, 2, 0.25, 1.0), Phase(1, 2, 0.0, 0.0)]
    history = played(phases, (30.0, 40.0), 5, 12)
    centres = [(found.x_u, found.y_u) for found in history]
    assert centres[4] == centres[0] == (15.0, 20.0)
    assert centres[6] != centres[4]
    assert centres[11] == centres[6]


def test_centres_that_would_leave_a_narrow_map_end_on_its_edge() -> None:
    phases = [Phase(5, 5, 0.2), Phase(5, 5, 0.0)]
    edges = 0
    for seed in range(100):
        zone = opened(phases, (200.0, 10.0), seed)
        edges += zone["next_y_u"][0] in (0.0, 10.0)  # type: ignore[index]
    assert 50 < edges < 100


# --- harm ----------------------------------------------------------------------------------------

quarters = st.integers(0, 80).map(lambda value: value / 4)


def scorched(
    bodies: list[tuple[float, float, bool]],
    circle: tuple[float, float, float],
    damage: list[float],
    phase: int,
    room: int = 20,
    stage: int = STAGE_PLAY,
    flags: list[int] | None = None,
) -> SimpleNamespace:
    return call(
        scorch,
        players=len(bodies),
        stage=stage,
        alive=[*(alive for _, _, alive in bodies), 1],
        x_u=[*(x for x, _, _ in bodies), 1e6],
        y_u=[*(y for _, y, _ in bodies), 1e6],
        phase=phase,
        zone_x_u=circle[0],
        zone_y_u=circle[1],
        zone_radius_u=circle[2],
        damage_hp=damage,
        flags=flags or [0] * len(damage),
        hits=np.zeros(room, dtype=HIT_RECORD),
        hit_count=0,
        hits_refused=0,
    )


@CAREFUL
@given(
    st.lists(st.tuples(quarters, quarters, st.booleans()), max_size=8),
    st.tuples(quarters, quarters, quarters | st.just(0.0)),
    st.lists(st.sampled_from([0.0, 0.5, 3.0]), min_size=1, max_size=4),
    st.data(),
)
def test_harm_is_done_outside_only(
    bodies: list[tuple[float, float, bool]],
    circle: tuple[float, float, float],
    damage: list[float],
    data: st.DataObject,
) -> None:
    phase = data.draw(st.integers(0, len(damage) - 1))
    room = data.draw(st.integers(1, 9))
    stage = data.draw(
        st.sampled_from([STAGE_PLAY, STAGE_PLAY, STAGE_SUDDEN_DEATH, STAGE_OVER, STAGE_COUNTDOWN])
    )
    own = [data.draw(st.sampled_from([0, TRUE_DAMAGE])) for _ in damage]
    found = scorched(bodies, circle, damage, phase, room, stage, own)
    exact = tuple(Fraction(value) for value in circle)
    hurts = damage[phase] > 0 and stage != STAGE_COUNTDOWN
    flags = UNBLOCKED | NO_RETURN | own[phase]
    how = (NOBODY, CAUSE_ZONE, NO_SLOT, flags, damage[phase], 1.0, *circle[:2])
    expected = [
        (row, *how, 0.0, 0.0, 0.0, 0.0, 0)
        for row, (x, y, alive) in enumerate(bodies)
        if alive and hurts and closing.outside(x, y, exact)  # type: ignore[arg-type]
    ]
    assert found.hits[: found.hit_count[0]].tolist() == expected[:room]
    assert found.hits_refused[0] == max(0, len(expected) - room)


def test_a_closed_zone_spares_nobody() -> None:
    found = scorched([(5.0, 5.0, True), (5.0, 5.25, True)], (5.0, 5.0, 0.0), [2.0], 0)
    assert found.hit_count[0] == 2


@pytest.mark.parametrize("stage", [STAGE_COUNTDOWN, STAGE_PLAY, STAGE_SUDDEN_DEATH])
def test_nobody_is_burnt_before_the_start(stage: int) -> None:
    found = scorched([(5.0, 9.0, True)], (5.0, 5.0, 3.0), [2.0], 0, stage=stage)
    assert found.hit_count[0] == int(stage != STAGE_COUNTDOWN)
