"""Snapshots against a slow twin made from docs/protocol.md: every field, count and edge."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecs.columns import Rows
from ecs.kernel import config
from ecs.world import World
from net.room import FULL_PAYLOAD_BYTES, PAYLOAD_BYTES
from net.snapshot import SnapshotPacker
from schema.columns import Clock, Position, Vitals
from schema.directions import TABLE
from tests.net.scenes import (
    CENTRE,
    SIZE,
    VIEW,
    drawn_body,
    drawn_state,
    new_state,
    new_world,
    packer_of,
    put,
)
from tests.net.watched import Follower, bodies, check_all, payload_of
from tests.oracle import snapshot as oracle
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
            living = {n for n, b in enumerate(state.bodies) if b.alive}
            seen["others' eyes"] += view.eyes not in (slot, oracle.NOBODY)
            seen["nobody's eyes"] += view.eyes == oracle.NOBODY
            seen["somebody out of sight"] += len(view.shown) < len(living)
            seen["given away"] += bool(view.own["self_flags"] & 16)
            seen["revive"] += 0 < view.own["revive"] < 255
            seen["events kept back"] += len(view.reader.events) < len(state.events)
            seen.update(
                what for what in ("projectile", "area", "obstacle", "pickup") if view.rows(what)
            )
            seen.update(name for name in view.reader.given)
    assert min(seen.values()) >= 10, seen
    assert len(seen) == 6 + 4 + 7 + 5, seen


def test_one_connection_through_states_that_have_nothing_to_do_with_each_other() -> None:
    """Slots change their generation, bodies jump, the dead rise: what is told stays true."""
    chance, line = Random(3), Random(9)
    world = new_world(rows=256, events=64)
    state = drawn_state(chance)
    put(world, state)
    packer = packer_of(world, replace(state, view_u=VIEW))
    followers = [
        Follower(slot, packer.take_seat(slot, plays), plays)
        for slot, plays in ((0, True), (3, True), (5, False))
    ]
    seen = Counter[str]()
    for tick in range(200, 440, 2):
        state = drawn_state(chance)
        state.bodies += [drawn_body(chance, tick, 1, 4) for _ in range(12 - len(state.bodies))]
        for body in state.bodies:
            body.killer = None if body.killer is None else body.killer % 12
        state = replace(state, tick=tick + chance.choice((0, 1)), view_u=VIEW, play_tick=77)
        state = replace(state, notice_u=3.0, revive_ticks=90)
        for thing in (*state.shots, *state.circles, *state.blocks, *state.items):
            # Things of the same generation would be the same thing, and stay where they are.
            thing.generation = tick
        put(world, state)
        packer = rebound(packer, world, state)
        ready = [f for f in followers if chance.random() < 0.8]
        for follower in ready:
            follower.lead = line.choice((follower.lead, -500, -3, 4, 500))
        frames = packer.pack([f.seat for f in ready], (), [f.lead for f in ready])
        for follower, frame in zip(ready, frames, strict=True):
            follower.lead = max(-128, min(127, follower.lead))
            follower.take(state, frame)
        for follower in followers:
            if follower not in ready:
                follower.miss(state)
    for follower in followers:
        seen.update(follower.seen)
    wanted = {"bodies", "projectiles", "areas", "obstacle", "pickup", "remembered", "found gone"}
    assert not {kind for kind in wanted if not seen[kind]}, seen


def rebound(packer: SnapshotPacker, world: World, state: State) -> SnapshotPacker:
    """The same ledger under the rules of another state."""
    return packer_of(world, state, packer.ledger)


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
        assert [
            len(view.rows("projectile")),
            len(view.rows("pickup")),
            len(view.reader.events),
        ] == [inside] * 3
        assert len(view.shown) == inside + 1


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
    assert [row["x"] for row in view.rows("area")] == [int((edge + 3.5) * 64)]
    assert len(view.rows("obstacle")) == 3


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
    assert sorted(row["x"] for row in first.rows("area")) == [24 * 64, 47 * 64]


@pytest.mark.parametrize("corner", [(0.0, 0.0), SIZE, (0.0, SIZE[1]), (SIZE[0], 0.0)])
def test_viewers_in_the_corners_of_the_world(corner: tuple[float, float]) -> None:
    corners = [(0.0, 0.0), SIZE, (0.0, SIZE[1]), (SIZE[0], 0.0)]
    state = new_state(bodies(corner, *corners, CENTRE))
    shots = [(0.0, 0.0), SIZE, (8.0, 4.5), (40.0, 31.5), (8.1, 4.6)]
    state.shots = [Shot(n, 1, x, y, 0, 0, 0, 0.5) for n, (x, y) in enumerate(shots)]
    views = check_all(state, [0, 5])
    assert len(views[0].shown) == 2
    assert len(check_all(replace(state, view_u=(120.0, 120.0)), [0])[0].shown) == 6


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
    found = [view.own["progress"] for view in check_all(state)]
    assert found == [wanted for *_, wanted in cases]


def test_what_is_held_of_a_charge() -> None:
    """A begun eighth counts as one; the first tick does."""
    hands = [Hand(1, held_tick=tick) for tick in (500, 479, 458, 400)]
    state = new_state([Body(24.0 + n, 18.0, team=n, hands=[h]) for n, h in enumerate(hands)])
    for body in state.bodies:
        body.hands += [Hand() for _ in range(3)]
    state.bodies.append(Body(24.0, 19.0, team=9))
    view = check_all(state)[-1]
    held = [view.reader.bodies[slot]["hold"] for slot in range(4)]
    assert held == [1, 4, 8, 8]
    assert all(view.reader.bodies[slot]["flags"] & 8 for slot in range(4))


def test_being_helped_up() -> None:
    down = Body(*CENTRE, team=0, down=True, reviver=1, progress_ticks=45)
    state = new_state([down, Body(25.0, 18.0, team=0), Body(26.0, 18.0, team=0)])
    found = [(view.own["revive"], view.own["self_flags"]) for view in check_all(state)]
    assert found == [(128, 1 + 2 + 32), (128, 1), (0, 1)]
    # What is left over from before, when nobody helps, is not shown.
    down.reviver = None
    assert [view.own["revive"] for view in check_all(state)] == [0, 0, 0]


@pytest.mark.parametrize(("stage", "tick"), [(0, 77), (1, 90), (2, 90), (3, 90)])
def test_the_countdown_says_when_play_begins(stage: int, tick: int) -> None:
    [view] = check_all(new_state(bodies(CENTRE), stage=stage))
    assert (view.reader.match["stage"], view.reader.match["stage_tick"]) == (stage, tick)


def test_numbers_that_do_not_fit_are_clamped() -> None:
    own = Body(*CENTRE, health_hp=2047.99, health_max_hp=1e6, kills=70_000, assists=300)
    weak = Body(24.5, 18.0, team=1, health_hp=1e-9, health_max_hp=0.0, shield_hp=1e9)
    state = new_state([own, weak])
    state.circles = [Circle(0, 1, *CENTRE, 2.0, 2**40, 10**12, -1, 0)]
    state.shots = [Shot(0, 256, *CENTRE, 0, 70_000, 0, 4.0, 1e6, -1e6)]
    state.events = [Happening(2, 0, 70_000, 300, 1e9, 24.0, 18.0)]
    state.events += [Happening(2, 0, 1, 44, 1e9, 24.0, 18.0)]
    view, _ = check_all(state)
    assert (view.own["kills"], view.own["assists"]) == (65535, 255)
    assert view.own["health"] == view.own["health_max"] == 65535
    assert [view.reader.bodies[1][name] for name in ("health", "shield")] == [255, 255]
    [area], [shot] = view.rows("area"), view.rows("projectile")
    assert (area["fire_tick"], area["until_tick"]) == (2**32 - 1, 2**32 - 1)
    assert area["owner"] == shot["owner"] == oracle.NOBODY
    assert (shot["radius"], shot["vx"], shot["vy"]) == (255, 32767, -32768)
    assert [event["amount"] for event in view.reader.events] == [65535, 65535]
    assert [event["b"] for event in view.reader.events] == [oracle.EVENT_NOBODY, 1]


@pytest.mark.parametrize("zone_state", [0, 1, 2])
def test_the_zone_is_copied_whole(zone_state: int) -> None:
    zone, following = (-1.5, 0.001953125, 1e6 / 3), (700.998046874999, -2e4, 0.0)
    state = new_state(
        bodies(CENTRE),
        zone=zone,
        zone_next=following,
        zone_phase=3,
        zone_state=zone_state,
        zone_since_tick=300,
        zone_change_tick=2**32 - 1,
    )
    [view] = check_all(state)
    assert view.reader.match["zone_y"] == 1, "half a step rounds up"
    assert view.reader.match["zone_x"] == -384


# ---- limits and buffers -------------------------------------------------------------------------


def crowd(count: int, events: int, players: int = 8) -> State:
    """Everything in one place, ``count`` of each."""
    state = new_state(bodies(*[CENTRE] * players))
    state.shots = [Shot(n, 1, *CENTRE, 0, n, 0, 0.5) for n in range(count)]
    state.circles = [Circle(n, 1, *CENTRE, 1.0, 510, 510, n, 0) for n in range(count)]
    state.blocks = [
        Block(n, 1, 1, *CENTRE, 1.0, 1.0, 0.0, n, *TABLE[n].tolist(), 45.0, 45.0, 7)
        for n in range(count)
    ]
    state.items = [Item(n, 1, 20.0 + n / 64, 18.0, 0) for n in range(count)]
    state.events = [Happening(5, 0, -1, n % 200, 1.0, *CENTRE) for n in range(events)]
    return state


def test_what_does_not_fit_comes_later() -> None:
    """However much there is, no payload is larger than it may be, and in the end all has come."""
    state = crowd(600, events=300, players=300)
    for body in state.bodies:
        body.statuses = dict.fromkeys(range(12), (1, 6000))
    world = new_world(players=300, rows=600, events=300)
    put(world, state)
    packer = packer_of(world, state)
    seats = [packer.take_seat(slot) for slot in (3, 299)]
    readers, sizes = [oracle.Reader() for _ in seats], list[int]()
    for tick in range(500, 540):
        world.group("match", Clock).tick[0] = tick
        for reader, frame in zip(readers, packer.pack(seats), strict=True):
            reader.apply(payload_of(frame))
            sizes.append(len(payload_of(frame)))
        world.group("events", Rows).count[0] = 0
        if tick == 503:
            world.group("players", Position).x_u[:300] = 21.0
            world.group("players", Vitals).health_hp[:300] = 50.0
    assert max(sizes[:2]) <= FULL_PAYLOAD_BYTES
    assert max(sizes[2:]) <= PAYLOAD_BYTES
    assert min(sizes[8:10]) > PAYLOAD_BYTES - 48, "there is enough to send"
    for reader, slot in zip(readers, (3, 299), strict=True):
        assert reader.bodies.keys() == set(range(300)) - {slot}
        assert {(row["x"], row["health"]) for row in reader.bodies.values()} == {(21 * 64, 128)}
        assert len(reader.things) == 512
    assert packer.late[0] > 0
    assert packer.dropped[0] == 2 * (300 - 40)


def test_what_leaves_is_told_at_once_whatever_else_there_is() -> None:
    world, state = new_world(players=300, rows=600), crowd(500, events=0, players=300)
    put(world, state)
    packer = packer_of(world, state)
    seat, reader = packer.take_seat(0), oracle.Reader()
    for tick in range(500, 530):
        world.group("match", Clock).tick[0] = tick
        reader.apply(payload_of(packer.pack([seat])[0]))
    for number, body in enumerate(state.bodies[1:], start=1):
        body.x_u, body.health_hp = (2.0, 50.0) if number % 2 else (26.0, 99.0)
        body.aim = 1024
    state.items, state.shots = [], [replace(shot, generation=2) for shot in state.shots]
    put(world, replace(state, tick=530))
    payload = payload_of(packer.pack([seat])[0])
    reader.apply(payload)
    assert len(payload) <= PAYLOAD_BYTES
    assert not [slot for slot in reader.bodies if slot % 2], "nobody's former place is kept"


def test_a_buffer_used_before_leaves_no_traces() -> None:
    world, full = new_world(), crowd(40, events=40, players=12)
    put(world, full)
    packer = packer_of(world, full)
    packer.pack([packer.take_seat(slot) for slot in range(12)])
    few = new_state(bodies((5.0, 5.0), (40.0, 30.0)))
    put(world, few)
    other = packer_of(world, few)
    later = packer.pack([packer.take_seat(1), packer.take_seat(0)])
    assert later == other.pack([other.take_seat(1), other.take_seat(0)])
    check_all(few, [1, 0], world)


@pytest.mark.parametrize("checked", [False, True], ids=["one plan", "a plan for each number"])
def test_however_many_are_told_each_is_told_the_same(
    checked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside packers that were made for so many."""
    monkeypatch.setattr(config, "BOUNDSCHECK", int(checked))
    world, state = new_world(), crowd(40, events=6, players=12)
    put(world, state)
    packer = packer_of(world, state)
    seats = [packer.take_seat(slot) for slot in range(12)]
    alone = packer_of(world, state)
    others = [alone.take_seat(slot) for slot in range(12)]
    plans = set()
    for count in (12, 3, 7, 1, 12, 5):
        for each in (packer, alone):
            for seat in seats:
                each.ledger.forget(seat)
        frames = packer.pack(seats[:count])
        plans.add(id(packer._plan))
        alone._plan = None
        assert frames == alone.pack(others[:count])
    assert checked or config.DISABLE_JIT or len(plans) == 1


def test_packing_writes_nothing_into_the_match() -> None:
    state, world = drawn_state(Random(5)), new_world()
    put(world, state)
    before = world.state_hash(), world.scratch.tobytes()
    packer = packer_of(world, state)
    packer.pack([packer.take_seat(slot) for slot in range(len(state.bodies))])
    assert (world.state_hash(), world.scratch.tobytes()) == before


def test_nobody_asks() -> None:
    world, state = new_world(), new_state(bodies(CENTRE))
    put(world, state)
    assert packer_of(world, state).pack([]) == []


def test_the_same_viewer_twice() -> None:
    world, state = new_world(), drawn_state(Random(8))
    put(world, state)
    packer = packer_of(world, state)
    one, two = packer.pack([packer.take_seat(0), packer.take_seat(0)])
    assert one == two


def test_two_viewers_know_one_thing_by_names_that_have_nothing_to_do_with_each_other() -> None:
    """Ids are each connection's own: lowest free first, whatever slot or generation a thing has."""
    for slot, generation in ((0, 1), (63, 1), (17, 900)):
        state = new_state(bodies(CENTRE, (25.0, 18.0)))
        state.items = [Item(slot, generation, 24.5, 18.0, 1)]
        world = new_world()
        put(world, state)
        packer = packer_of(world, state)
        frames = packer.pack([packer.take_seat(0), packer.take_seat(1)])
        for frame in frames:
            reader = oracle.Reader()
            reader.apply(payload_of(frame))
            assert list(reader.things) == [0]


def test_nothing_new_costs_next_to_nothing() -> None:
    world, state = new_world(), new_state(bodies(CENTRE, (25.0, 18.0)))
    put(world, state)
    packer = packer_of(world, state)
    seat = packer.take_seat(0)
    packer.pack([seat])
    world.group("match", Clock).tick[0] += 1
    assert len(payload_of(packer.pack([seat])[0])) == 4, "flags, sections and a check"
