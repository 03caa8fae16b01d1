"""Snapshots against a slow twin made from docs/protocol.md: every field, count and edge."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from random import Random

import msgpack
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from net import sections
from net.snapshot import PAYLOAD_MAX_BYTES
from tests.net.scenes import CENTRE, SIZE, drawn_state, new_state, new_world, packer_of, put
from tests.net.watched import bodies, check_all
from tests.oracle import snapshot as oracle
from tests.oracle import watching
from tests.oracle.scenery import Block, Body, Circle, Hand, Happening, Item, Shot, State

STEP = 1 / 64

# ---- drawn states -------------------------------------------------------------------------------

DRAWN = new_world()


@settings(
    max_examples=250,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(st.integers(0, 2**32))
def test_any_state(seed: int) -> None:
    state = drawn_state(Random(seed))
    check_all(state, world=DRAWN)


def test_drawn_states_are_about_something() -> None:
    """A generator that hides nobody, or shows everything, would prove little."""
    seen = Counter[str]()
    for seed in range(120):
        state = drawn_state(Random(seed))
        for slot, view in enumerate(check_all(state, world=DRAWN)):
            header, living = view.header, {n for n, b in enumerate(state.bodies) if b.alive}
            eyes = header.eyes_slot
            seen["others' eyes"] += eyes not in (slot, oracle.NOBODY)
            seen["nobody's eyes"] += eyes == oracle.NOBODY
            seen["somebody out of sight"] += len(view.players) < len(living)
            seen["given away"] += bool(header.self_flags & 16)
            seen["revive"] += 0 < header.self_revive < 255
            seen["held"] += any(0 < hand.held < 255 for hand in header.slots)
            seen["waits"] += any(0 < hand.wait_ticks < 65535 for hand in header.slots)
            seen["events kept back"] += len(view.events) < len(state.events)
            seen.update(name for name, *_ in oracle.SECTIONS if getattr(view, name))
    assert min(seen.values()) >= 10, seen
    assert len(seen) == 8 + len(oracle.SECTIONS), seen


# ---- the rectangle ------------------------------------------------------------------------------

EDGES = [
    (dx, dy)
    for dx in (-8.0, -8.0 - STEP, -8.0 + STEP, 0.0, 8.0 - STEP, 8.0, 8.0 + STEP)
    for dy in (-4.5, -4.5 - STEP, -4.5 + STEP, 0.0, 4.5 - STEP, 4.5, 4.5 + STEP)
]


@pytest.mark.parametrize("centre", [CENTRE, (27.0, 22.5), (13.5, 9.0), (18.0, 13.5)])
def test_the_edge_of_the_view(centre: tuple[float, float]) -> None:
    """A point on the edge is seen, one a 64th beyond is not; cells of the index end there too."""
    world, (x, y) = new_world(), centre
    for begin in range(0, len(EDGES), 11):
        edges = EDGES[begin : begin + 11]
        places = [(x + dx, y + dy) for dx, dy in edges]
        state = new_state(bodies(centre, *places))
        state.shots = [Shot(n, 1, px, py, 0, 0, 0, 0.5) for n, (px, py) in enumerate(places)]
        state.items = [Item(n, 1, px, py, 0) for n, (px, py) in enumerate(places)]
        state.events = [Happening(5, 0, -1, 0, 0.0, px, py) for px, py in places]
        inside = sum(abs(dx) <= 8.0 and abs(dy) <= 4.5 for dx, dy in edges)
        [view] = check_all(state, [0], world)
        assert len(view.projectiles) == len(view.pickups) == len(view.events) == inside
        assert len(view.players) == inside + 1


def test_areas_and_obstacles_are_seen_as_far_as_they_reach() -> None:
    state = new_state(bodies(CENTRE))
    edge = CENTRE[0] + 8.0
    state.circles = [
        Circle(n, 1, edge + 3.5 + n * STEP, 18.0, 3.5, 510, 510, 0, 0) for n in range(2)
    ] + [Circle(2, 1, edge + 2.0 + STEP, 18.0, 2.0, 510, 510, 0, 0)]
    # Lying along, standing across, and turned by an eighth: the same box reaches differently far.
    for slot, (heading, ux, uy, reach) in enumerate(
        [(0, 1.0, 0.0, 2.25), (1024, 0.0, 1.0, 0.75), (2048, -1.0, 0.0, 2.25)]
    ):
        for beyond in (0.0, STEP):
            at = edge + reach + beyond
            number = 2 * slot + (beyond > 0)
            shape = (at, 18.0, 2.0, 0.5, 0.25, heading, ux, uy)
            state.blocks.append(Block(number, 1, 2, *shape, 45.0, 45.0, 7))
    [view] = check_all(state, [0])
    assert [area.slot for area in view.areas] == [0]
    assert sorted(row.slot for row in view.obstacles) == [0, 2, 4]


def test_one_far_reaching_area_hides_no_other() -> None:
    """Cells are looked through as far as the farthest reaches; each is judged by its own reach."""
    state = new_state(bodies(CENTRE, (3.0, 3.0)))
    radii = (0.5, 30.0, 0.5)
    places = ((33.0, 18.0), (47.0, 35.0), (24.0, 18.0))
    state.circles = [
        Circle(n, 1, *place, radius, 510, 510, 0, 0)
        for n, (place, radius) in enumerate(zip(places, radii, strict=True))
    ]
    first, _ = check_all(state)
    assert sorted(area.slot for area in first.areas) == [1, 2]


@pytest.mark.parametrize("corner", [(0.0, 0.0), SIZE, (0.0, SIZE[1]), (SIZE[0], 0.0)])
def test_viewers_in_the_corners_of_the_world(corner: tuple[float, float]) -> None:
    corners = [(0.0, 0.0), SIZE, (0.0, SIZE[1]), (SIZE[0], 0.0)]
    state = new_state(bodies(corner, *corners, CENTRE))
    shots = [(0.0, 0.0), SIZE, (8.0, 4.5), (40.0, 31.5), (8.1, 4.6)]
    state.shots = [Shot(n, 1, x, y, 0, 0, 0, 0.5) for n, (x, y) in enumerate(shots)]
    views = check_all(state, [0, 5])
    assert len(views[0].players) == 2
    assert len(check_all(replace(state, view_u=(120.0, 120.0)), [0])[0].players) == 6


def test_points_outside_the_world_are_still_counted_right() -> None:
    """Nothing should be there; where it is all the same, no cell must be missed or read beyond."""
    state = new_state(bodies((1.0, 1.0), (-3.0, -2.0), (50.0, 40.0), (47.0, 35.0)))
    shots = [(-7.0, -3.5), (-7.1, 0.0), (55.0, 39.0), (1e6, 1e6)]
    state.shots = [Shot(n, 1, x, y, 0, 0, 0, 0.5) for n, (x, y) in enumerate(shots)]
    check_all(state)


# ---- figures ------------------------------------------------------------------------------------


def test_levels() -> None:
    cases = [
        (1, 0.0, 0),
        (1, 30.0, 128),
        (1, 60.0, 255),
        (2, 60.0, 0),
        (2, 96.625, 128),
        (2, 96.5, 127),
    ]
    cases += [(3, 222.5, 255), (4, 1e9, 255), (2, 0.0, 0)]
    state = new_state([Body(*CENTRE, level=level, experience_xp=xp) for level, xp, _ in cases])
    found = [view.header.self_progress for view in check_all(state)]
    assert found == [wanted for *_, wanted in cases]


def test_when_the_next_cast_is_possible() -> None:
    """Columns: charges, ready, recharge; the skill has two charges. Then wait and recharge."""
    cases = [
        (2, 500, 400, 0, 0),
        (2, 520, 400, 20, 0),
        (1, 480, 530, 0, 30),
        (1, 510, 530, 10, 30),
        (0, 510, 530, 30, 30),
        (0, 540, 530, 40, 30),
        (0, 400, 500, 0, 1),
        (1, 400, 500, 0, 1),
    ]
    hands = [Hand(2, 1, charges, ready, recharge) for charges, ready, recharge, _, _ in cases]
    state = new_state([Body(*CENTRE, hands=hands[:4]), Body(*CENTRE, hands=hands[4:], team=1)])
    found = [hand for view in check_all(state) for hand in view.header.slots]
    assert [(hand.wait_ticks, hand.recharge_ticks) for hand in found] == [c[3:] for c in cases]


def test_what_is_held_of_a_charge() -> None:
    hands = [Hand(1, held_tick=tick) for tick in (500, 479, 458)] + [Hand(1)]
    state = new_state([Body(*CENTRE, hands=hands), Body(25.0, 18.0, team=1)])
    own, other = check_all(state)
    assert [hand.held for hand in own.header.slots] == [1, 128, 255, 0]
    holder = next(row for row in other.players if row.slot == 0)
    assert (holder.flags & 8, holder.hold) == (8, 255)


def test_being_helped_up() -> None:
    down = Body(*CENTRE, team=0, down=True, reviver=1, progress_ticks=45)
    state = new_state([down, Body(25.0, 18.0, team=0), Body(26.0, 18.0, team=0)])
    found = [(view.header.self_revive, view.header.self_flags) for view in check_all(state)]
    assert found == [(128, 1 + 2 + 32), (128, 1), (0, 1)]
    # What is left over from before, when nobody helps, is not shown.
    down.reviver = None
    assert [view.header.self_revive for view in check_all(state)] == [0, 0, 0]


@pytest.mark.parametrize(("stage", "tick"), [(0, 77), (1, 90), (2, 90), (3, 90)])
def test_the_countdown_says_when_play_begins(stage: int, tick: int) -> None:
    [view] = check_all(new_state(bodies(CENTRE), stage=stage))
    assert (view.header.stage, view.header.stage_tick) == (stage, tick)


def test_numbers_that_do_not_fit_are_clamped() -> None:
    own = Body(*CENTRE, health_hp=2047.99, health_max_hp=1e6, kills=70_000, assists=300)
    weak = Body(24.5, 18.0, team=1, health_hp=1e-9, health_max_hp=0.0, shield_hp=1e9)
    state = new_state([own, weak])
    state.circles = [Circle(0, 1, *CENTRE, 2.0, 70_500, 10**9, -1, 0)]
    state.shots = [Shot(0, 256, *CENTRE, 0, 70_000, 0, 4.0)]
    state.events = [Happening(2, 0, 70_000, 300, 1e9, -5.0, 18.0)]
    state.events += [Happening(2, 0, 1, 44, 1e9, 24.0, 18.0)]
    view, _ = check_all(state)
    assert view.header.self_kills == 65535
    assert view.header.self_assists == 255
    assert view.header.self_health == view.header.self_health_max == 65535
    assert [(row.health, row.shield) for row in view.players] == [(1, 0), (255, 255)]
    assert (view.areas[0].fuse_ticks, view.areas[0].left_ticks) == (65535, 65535)
    assert view.areas[0].owner == view.projectiles[0].owner == oracle.NOBODY
    assert (view.projectiles[0].radius, view.projectiles[0].generation) == (255, 0)
    assert [event.amount for event in view.events] == [65535]


@pytest.mark.parametrize("zone_state", [0, 1, 2])
def test_the_zone_is_copied_whole(zone_state: int) -> None:
    zone, following = (-1.5, 0.001953125, 1e6 / 3), (700.998046874999, -2e4, 0.0)
    state = new_state(
        bodies(CENTRE),
        zone=zone,
        zone_next=following,
        zone_phase=3,
        zone_state=zone_state,
        zone_change_tick=2**32 - 1,
    )
    [view] = check_all(state)
    assert view.header.zone_y == 1, "half a step rounds up"
    assert view.header.zone_x == -384


# ---- limits and buffers -------------------------------------------------------------------------

LIMITS = ("PLAYERS", "PROJECTILES", "AREAS", "OBSTACLES", "PICKUPS", "EVENTS")


def crowd(count: int, events: int, players: int = 8) -> State:
    """Everything in one place, ``count`` of each."""
    state = new_state(bodies(*[CENTRE] * players))
    state.shots = [Shot(n, 1, *CENTRE, 0, 0, 0, 0.5) for n in range(count)]
    state.circles = [Circle(n, 1, *CENTRE, 1.0, 510, 510, 0, 0) for n in range(count)]
    state.blocks = [
        Block(n, 1, 1, *CENTRE, 1.0, 1.0, 0.0, 0, 1.0, 0.0, 45.0, 45.0, 7) for n in range(count)
    ]
    state.items = [Item(n, 1, *CENTRE, 0) for n in range(count)]
    state.events = [Happening(5, 0, -1, n % 200, 1.0, *CENTRE) for n in range(events)]
    return state


def test_what_does_not_fit_is_dropped_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    for most, name in enumerate(LIMITS, start=2):
        monkeypatch.setattr(sections, f"{name}_MAX", most)
    state, world = crowd(12, events=10), new_world()
    put(world, state)
    packer = packer_of(world, state)
    for slot, frame in zip((7, 0), packer.pack([7, 0]), strict=True):
        got = oracle.read_payload(msgpack.unpackb(frame)[1])
        assert got.header == watching.expected_header(state, slot, [2, 3, 4, 5, 6, 0, 7, 0])
        assert got.players[0].slot == slot, "the own body is never the one that is dropped"
        wanted = watching.expected_sections(state, slot)
        for name in ("players", "projectiles", "areas", "obstacles", "pickups"):
            rows = getattr(got, name)
            assert len(set(rows)) == len(rows)
            assert set(rows) <= set(wanted[name])
        assert got.events == list(wanted["events"])[:7]
    assert packer.dropped[0] == 2 * (6 + 9 + 8 + 7 + 6 + 3)


def test_mates_beyond_the_eighth_are_not_listed() -> None:
    state = new_state([Body(2.0 + n, 30.0, team=0) for n in range(12)])
    first, *_, last = check_all(state)
    assert [mate.slot for mate in first.mates] == list(range(1, 9))
    assert [mate.slot for mate in last.mates] == list(range(8))


def test_full_snapshots_fit_the_buffer() -> None:
    """As many rows of every kind as there may be, for several viewers side by side."""
    state = crowd(600, events=300, players=300)
    for body in state.bodies:
        body.team, body.statuses = 0, dict.fromkeys(range(12), (1, 600))
    world = new_world(players=300, rows=600, events=300)
    put(world, state)
    packer = packer_of(world, state)
    frames = packer.pack([3, 4, 5])
    for slot, frame in zip([3, 4, 5], frames, strict=True):
        payload = msgpack.unpackb(frame)[1]
        assert len(payload) == PAYLOAD_MAX_BYTES == 19_906
        got = oracle.read_payload(payload)
        counts = [256, 512, 128, 128, 256, 8, 192, 12]
        assert got.header == watching.expected_header(state, slot, counts)
        assert got.players[0].slot == slot
    assert packer.dropped[0] == 3 * (44 + 88 + 472 + 472 + 344 + 108)


def test_a_buffer_used_before_leaves_no_traces() -> None:
    world, full = new_world(), crowd(40, events=40, players=12)
    put(world, full)
    packer = packer_of(world, full)
    packer.pack(list(range(12)))
    few = new_state(bodies((5.0, 5.0), (40.0, 30.0)))
    put(world, few)
    assert packer.pack([1, 0]) == packer_of(world, few).pack([1, 0])
    check_all(few, [1, 0], world)


def test_packing_writes_nothing_into_the_match() -> None:
    state, world = drawn_state(Random(5)), new_world()
    put(world, state)
    before = world.state_hash(), world.scratch.tobytes()
    packer_of(world, state).pack(list(range(len(state.bodies))))
    assert (world.state_hash(), world.scratch.tobytes()) == before


def test_nobody_asks() -> None:
    world, state = new_world(), new_state(bodies(CENTRE))
    put(world, state)
    assert packer_of(world, state).pack([]) == []


def test_the_same_viewer_twice() -> None:
    world, state = new_world(), drawn_state(Random(8))
    put(world, state)
    packer = packer_of(world, state)
    one, two = packer.pack([0, 0])
    assert one == two == packer.pack([0])[0]
