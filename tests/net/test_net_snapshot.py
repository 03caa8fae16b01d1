"""Snapshots against a slow twin made from docs/protocol.md: every field, count and edge."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgpack
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecs.columns import Identity, Rows
from ecs.world import World
from net import snapshot as packed
from net.interest import PointIndex, View
from net.snapshot import SnapshotPacker
from ringfall.names import bot_names
from schema.columns import (
    Clock,
    Control,
    Cooldowns,
    Dash,
    Events,
    Flight,
    Fuse,
    Intent,
    Outcome,
    Position,
    Tally,
    Vitals,
    Zone,
)
from schema.commands import ATTACK, BLAST, DASH, MOVE
from schema.messages import Input
from tests.oracle import snapshot as oracle
from tests.ringfall.packs import new_match

SIZE = (48.0, 36.0)
VIEW = (16.0, 9.0)
HEALTH_MAX = 100.0
BLAST_RADIUS = 3.5


def new_world(places: int = 12) -> World:
    return new_match(places).world


def new_packer(world: World, view: tuple[float, float] = VIEW) -> SnapshotPacker:
    return SnapshotPacker(world, View(*view), SIZE, HEALTH_MAX, BLAST_RADIUS)


def state_of(world: World, view: tuple[float, float] = VIEW) -> oracle.State:
    """What the twin gets to know of a world: plain Python values."""
    clock, outcome = world.group("match", Clock), world.group("match", Outcome)
    zone = world.group("match", Zone)
    return oracle.State(
        tick=int(clock.tick[0]),
        alive=int(outcome.alive[0]),
        over=int(outcome.over[0]),
        zone_phase=int(zone.phase[0]),
        zone_state=int(zone.state[0]),
        zone_change_tick=int(zone.until_tick[0]),
        zone=(float(zone.x_u[0]), float(zone.y_u[0]), float(zone.radius_u[0])),
        zone_next=(float(zone.next_x_u[0]), float(zone.next_y_u[0]), float(zone.next_radius_u[0])),
        view_u=view,
        health_max_hp=HEALTH_MAX,
        blast_radius_u=BLAST_RADIUS,
        bodies=_bodies(world),
        projectiles=_things(world, "projectiles", world.group("projectiles", Flight).direction),
        areas=_things(world, "areas", world.group("areas", Fuse).fire_tick),
        events=[
            oracle.Happening(*row)
            for row in world.group("events", Events)
            .record[: int(world.group("events", Rows).count[0])]
            .tolist()
        ],
    )


def _bodies(world: World) -> list[oracle.Body]:
    place, vitals = world.group("players", Position), world.group("players", Vitals)
    intent, cooldowns = world.group("players", Intent), world.group("players", Cooldowns)
    ready = zip(
        cooldowns.shot_tick.tolist(),
        cooldowns.blast_tick.tolist(),
        cooldowns.dash_tick.tolist(),
        strict=True,
    )
    columns: list[list[Any]] = [
        place.x_u.tolist(),
        place.y_u.tolist(),
        [bool(alive) for alive in vitals.alive],
        vitals.health_hp.tolist(),
        intent.aim.tolist(),
        [bool(bot) for bot in world.group("players", Control).bot],
        world.group("players", Dash).until_tick.tolist(),
        intent.seq.tolist(),
        world.group("players", Tally).kills.tolist(),
        list(ready),
    ]
    count = int(world.group("players", Rows).count[0])
    return [oracle.Body(*row) for row in list(zip(*columns, strict=True))[:count]]


def _things(world: World, table: str, number: np.ndarray[Any, Any]) -> list[oracle.Thing]:
    group = Flight if table == "projectiles" else Fuse
    identity, place = world.group(table, Identity), world.group(table, Position)
    owner = world.group(table, group).owner
    return [
        oracle.Thing(
            int(identity.slot[row]),
            int(identity.generation[identity.slot[row]]),
            float(place.x_u[row]),
            float(place.y_u[row]),
            int(number[row]),
            int(owner[row]),
        )
        for row in range(int(world.group(table, Rows).count[0]))
    ]


def unframed(frame: bytes) -> bytes:
    """The payload in a frame, which must be one whole MessagePack array [2, bin]."""
    message = msgpack.unpackb(frame)
    assert isinstance(message, list)
    kind, payload = message
    assert kind == 2
    assert isinstance(payload, bytes)
    assert len(frame) == len(payload) + packed.packing.FRAME_BYTES
    return payload


def check(state: oracle.State, slot: int, frame: bytes) -> oracle.Snapshot:
    """One frame against the twin, in full."""
    payload = unframed(frame)
    assert oracle.framed(payload) == frame
    got = oracle.read_payload(payload)
    assert oracle.write_payload(got) == payload
    players = oracle.expected_players(state, slot)
    shots = oracle.expected_projectiles(state, slot)
    areas, events = oracle.expected_areas(state, slot), oracle.expected_events(state, slot)
    counts = [len(players), len(shots), len(areas), len(events)]
    assert got.header == oracle.expected_header(state, slot, counts)
    if state.bodies[slot].alive:
        assert got.players[0] == players[0], "the own body comes first"
    # Further order is nobody's business, multiplicity is.
    assert Counter(got.players) == Counter(players)
    assert Counter(got.projectiles) == Counter(shots)
    assert got.areas == areas
    assert got.events == events
    return got


def check_all(
    world: World, packer: SnapshotPacker, viewers: Sequence[int], view: tuple[float, float] = VIEW
) -> list[oracle.Snapshot]:
    state = state_of(world, view)
    frames = packer.pack(viewers)
    assert len(frames) == len(viewers)
    return [check(state, slot, frame) for slot, frame in zip(viewers, frames, strict=True)]


# ---- a match ------------------------------------------------------------------------------------


def test_a_match_of_bots_at_many_ticks() -> None:
    match = new_match(12, seed=5)
    match.enter_bots(bot_names(10, 5))
    match.enter("Ada")
    match.enter("Bo")
    packer, seen = new_packer(match.world, (44.0, 26.0)), Counter[str]()
    rng = np.random.default_rng(3)
    for seq in range(1, 700):
        for slot in (10, 11):
            buttons = int(rng.choice([MOVE, MOVE | ATTACK, ATTACK | BLAST, DASH | MOVE | BLAST]))
            move, aim, reach = (int(n) for n in rng.integers(0, [4096, 4096, 256]))
            match.post(slot, Input(seq, move, aim, reach, buttons, ack=0))
        match.advance()
        if seq % 3:
            continue
        viewers = [int(slot) for slot in rng.permutation(12)[: int(rng.integers(1, 12))]]
        for view in check_all(match.world, packer, viewers, (44.0, 26.0)):
            seen["players"] += len(view.players) > 1
            seen["projectiles"] += len(view.projectiles) > 0
            seen["areas"] += len(view.areas) > 0
            seen["dead"] += not view.header.self_alive
            seen["dashing"] += any(row.flags & 1 for row in view.players)
            seen["hidden"] += len(view.players) < view.header.alive
            seen.update(f"event {event.kind}" for event in view.events)
    assert packer.dropped[0] == 0
    # A match in which little happened would prove little.
    wanted = {"players", "projectiles", "areas", "dead", "dashing", "hidden"}
    assert seen.keys() >= wanted | {f"event {kind}" for kind in range(1, 7)}, seen


def test_nobody_asks() -> None:
    assert new_packer(new_world()).pack([]) == []


# ---- states made by hand ------------------------------------------------------------------------


def put(world: World, places: Sequence[tuple[float, float]]) -> None:
    """Living players at these places."""
    count = len(places)
    body = world.group("players", Position)
    for row, (x, y) in enumerate(places):
        body.x_u[row], body.y_u[row] = x, y
    world.group("players", Vitals).alive[:count] = 1
    world.group("players", Vitals).health_hp[:count] = HEALTH_MAX
    world.group("players", Rows).count[0] = count
    world.group("match", Outcome).alive[0] = count


def put_things(world: World, table: str, places: Sequence[tuple[float, float]]) -> None:
    """Projectiles or areas at these places, in slots that are not their rows."""
    body, identity = world.group(table, Position), world.group(table, Identity)
    capacity = world.layout.capacities[table]
    for row, (x, y) in enumerate(places):
        body.x_u[row], body.y_u[row] = x, y
        identity.slot[row] = capacity - 1 - row
        identity.generation[capacity - 1 - row] = 250 + row
    world.group(table, Rows).count[0] = len(places)


def put_events(world: World, rows: Sequence[tuple[int, int, int, float, float, int]]) -> None:
    record = world.group("events", Events).record
    for index, row in enumerate(rows):
        record[index] = row
    world.group("events", Rows).count[0] = len(rows)


STEP = 1 / 64
EDGES = [
    (dx, dy)
    for dx in (-8.0, -8.0 - STEP, -8.0 + STEP, 0.0, 8.0 - STEP, 8.0, 8.0 + STEP)
    for dy in (-4.5, -4.5 - STEP, -4.5 + STEP, 0.0, 4.5 - STEP, 4.5, 4.5 + STEP)
]


@pytest.mark.parametrize("centre", [(24.0, 18.0), (27.0, 22.5), (13.5, 9.0), (18.0, 13.5)])
def test_the_edge_of_the_view(centre: tuple[float, float]) -> None:
    """A point on the edge is seen, one a 64th beyond is not; cells of the index end there too."""
    x, y = centre
    for begin in range(0, len(EDGES), 11):
        world = new_world()
        around = [(x + dx, y + dy) for dx, dy in EDGES[begin : begin + 11]]
        put(world, [centre, *around])
        put_things(world, "projectiles", around)
        put_things(world, "areas", around)
        put_events(world, [(1, 0, -1, px, py, 0) for px, py in around])
        inside = sum(abs(dx) <= 8.0 and abs(dy) <= 4.5 for dx, dy in EDGES[begin : begin + 11])
        [view] = check_all(world, new_packer(world), [0])
        assert len(view.projectiles) == len(view.events) == inside
        assert len(view.players) == inside + 1


def test_a_blast_is_seen_as_far_as_it_reaches() -> None:
    world = new_world()
    put(world, [(24.0, 18.0)])
    edge = 8.0 + BLAST_RADIUS
    put_things(world, "areas", [(24.0 + edge, 18.0), (24.0 + edge + STEP, 18.0)])
    [view] = check_all(world, new_packer(world), [0])
    assert [area.slot for area in view.areas] == [world.layout.capacities["areas"] - 1]


@pytest.mark.parametrize("corner", [(0.0, 0.0), SIZE, (0.0, SIZE[1]), (SIZE[0], 0.0)])
def test_viewers_in_the_corners_of_the_world(corner: tuple[float, float]) -> None:
    world = new_world()
    put(world, [corner, (0.0, 0.0), SIZE, (0.0, SIZE[1]), (SIZE[0], 0.0), (24.0, 18.0)])
    put_things(world, "projectiles", [(0.0, 0.0), SIZE, (8.0, 4.5), (40.0, 31.5), (8.1, 4.6)])
    views = check_all(world, new_packer(world), [0, 5])
    assert [row.slot for row in views[0].players].count(0) == 1
    assert len(views[0].players) == 2
    # Views wider than the world see all of it from any corner.
    wide = (120.0, 120.0)
    assert len(check_all(world, new_packer(world, wide), [0], wide)[0].players) == 6


def test_points_outside_the_world_are_still_counted_right() -> None:
    """Nothing should be there; where it is all the same, no cell must be missed or read beyond."""
    world = new_world()
    put(world, [(1.0, 1.0), (-3.0, -2.0), (50.0, 40.0), (47.0, 35.0)])
    put_things(world, "projectiles", [(-7.0, -3.5), (-7.1, 0.0), (55.0, 39.0), (1e6, 1e6)])
    check_all(world, new_packer(world), [0, 1, 2, 3])


def test_the_dead_see_and_are_not_seen() -> None:
    world = new_world()
    put(world, [(20.0, 18.0), (21.0, 18.0), (22.0, 18.0)])
    world.group("players", Vitals).alive[1] = 0
    world.group("players", Vitals).health_hp[1] = -7.0
    dead, living = check_all(world, new_packer(world), [1, 0])
    assert dead.header.self_alive == 0
    assert dead.header.self_health == 0
    assert [row.slot for row in dead.players] == [0, 2], "their camera stays where they fell"
    assert [row.slot for row in living.players] == [0, 2]


def test_numbers_that_do_not_fit_are_clamped() -> None:
    world = new_world()
    put(world, [(24.0, 18.0), (24.5, 18.0), (23.0, 18.0)])
    tick = 100_000
    world.group("match", Clock).tick[0] = tick
    vitals, tally = world.group("players", Vitals), world.group("players", Tally)
    cooldowns = world.group("players", Cooldowns)
    vitals.health_hp[:3] = [2000.0, 1e-9, 50.0]
    tally.kills[:3] = [65535, 65536, 0]
    cooldowns.shot_tick[:3] = [tick + 65534, tick + 65535, tick - 1]
    cooldowns.blast_tick[:3] = [tick + 10**9, tick + 1, tick]
    world.group("players", Intent).seq[:3] = [2**32 - 1, 0, 7]
    put_things(world, "areas", [(24.0, 18.0)] * 3)
    world.group("areas", Fuse).fire_tick[:3] = [tick + 70_000, tick - 5, tick]
    world.group("areas", Fuse).owner[:3] = [-1, 65534, 3]
    put_events(world, [(4, 2, -1, 24.0, 18.0, 300), (2, 70_000, 1, -5.0, 18.0, 255)])
    first, second, third = check_all(world, new_packer(world), [0, 1, 2])
    assert first.header.self_health == 65535
    assert first.header.self_kills == second.header.self_kills == 65535
    assert (first.header.shot_wait_ticks, second.header.shot_wait_ticks) == (65534, 65534)
    assert (third.header.shot_wait_ticks, third.header.blast_wait_ticks) == (0, 0)
    assert [row.health for row in first.players] == [255, 1, 128], "alive is never shown as 0"
    assert [area.fuse_ticks for area in first.areas] == [65535, 0, 1]
    assert [area.owner for area in first.areas] == [65535, 65534, 3]
    assert [event.b for event in first.events] == [65535]


@pytest.mark.parametrize("state", [0, 1, 2])
def test_the_zone_is_copied_whole(state: int) -> None:
    world = new_world()
    put(world, [(1.0, 1.0)])
    zone = world.group("match", Zone)
    zone.phase[0], zone.state[0], zone.until_tick[0] = 3, state, 2**32 - 1
    values = (-1.5, 0.001953125, 1e6 / 3, 700.998046874999, -2e4, 0.0)
    for column, value in zip(
        (zone.x_u, zone.y_u, zone.radius_u, zone.next_x_u, zone.next_y_u, zone.next_radius_u),
        values,
        strict=True,
    ):
        column[0] = value
    world.group("match", Outcome).over[0] = 1
    [view] = check_all(world, new_packer(world), [0])
    assert view.header.match_state == 1
    assert view.header.zone_phase == 4
    assert view.header.zone_y == 1, "half a step rounds up"
    assert view.header.zone_x == -384


def test_what_does_not_fit_is_dropped_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, most in (("PLAYERS", 4), ("PROJECTILES", 3), ("AREAS", 2), ("EVENTS", 1)):
        monkeypatch.setattr(packed, f"{name}_MAX", most)
    world = new_world()
    places = [(20.0 + index / 4, 18.0) for index in range(8)]
    put(world, places)
    put_things(world, "projectiles", places)
    put_things(world, "areas", places)
    put_events(world, [(1, row, -1, x, y, 0) for row, (x, y) in enumerate(places)])
    packer, state = new_packer(world), state_of(world)
    frames = packer.pack([7, 0])
    for slot, frame in zip([7, 0], frames, strict=True):
        got = oracle.read_payload(unframed(frame))
        assert got.header == oracle.expected_header(state, slot, [4, 3, 2, 1])
        assert got.players[0].slot == slot, "the own body is never the one that is dropped"
        assert len({row.slot for row in got.players}) == 4
        assert set(got.players) <= set(oracle.expected_players(state, slot))
        assert set(got.projectiles) <= set(oracle.expected_projectiles(state, slot))
        assert len({row.slot for row in got.projectiles}) == 3
        assert got.areas == oracle.expected_areas(state, slot)[:2]
        assert got.events == oracle.expected_events(state, slot)[:1]
    assert packer.dropped[0] == 2 * (4 + 5 + 6 + 7)


def test_full_snapshots_fit_the_buffer() -> None:
    """As many rows of every kind as there may be, for several viewers side by side."""
    match = new_match(12, events_per_player=64, projectiles_per_player=64, areas_per_player=16)
    world = match.world
    put(world, [(24.0, 18.0)] * 12)
    for table, most in (("projectiles", 600), ("areas", 150)):
        put_things(world, table, [(24.0, 18.0)] * most)
    put_events(world, [(1, 0, 0, 24.0, 18.0, 0)] * 300)
    packer = new_packer(world)
    frames = packer.pack([3, 4, 5])
    for slot, frame in zip([3, 4, 5], frames, strict=True):
        got = oracle.read_payload(unframed(frame))
        counts = [12, packed.PROJECTILES_MAX, packed.AREAS_MAX, packed.EVENTS_MAX]
        assert got.header == oracle.expected_header(state_of(world), slot, counts)
        assert got.players[0].slot == slot
    dropped = (600 - packed.PROJECTILES_MAX) + (150 - packed.AREAS_MAX) + (300 - packed.EVENTS_MAX)
    assert packer.dropped[0] == 3 * dropped


def test_a_buffer_used_before_leaves_no_traces() -> None:
    world = new_world()
    put(world, [(24.0, 18.0)] * 12)
    put_things(world, "projectiles", [(24.0, 18.0)] * 40)
    packer = new_packer(world)
    check_all(world, packer, list(range(12)))
    put(world, [(5.0, 5.0), (40.0, 30.0)])
    world.group("projectiles", Rows).count[0] = 0
    assert packer.pack([1, 0]) == new_packer(world).pack([1, 0])
    check_all(world, packer, [1, 0])


def test_packing_writes_nothing_into_the_match() -> None:
    match = new_match(12)
    match.enter_bots(bot_names(12, 1))
    for _ in range(50):
        match.advance()
    before = match.world.state_hash(), match.world.scratch.tobytes()
    new_packer(match.world).pack(list(range(12)))
    assert (match.world.state_hash(), match.world.scratch.tobytes()) == before


# ---- drawn states -------------------------------------------------------------------------------

# On the grid of 64ths, where everything is exact, and mostly near each other; some anywhere.
NEAR = st.tuples(
    st.integers(0, int(SIZE[0] * 64)).map(lambda n: n / 64),
    st.integers(0, int(SIZE[1] * 64)).map(lambda n: n / 64),
)
ON_THE_EDGE = st.tuples(
    st.sampled_from([16.0, 8.0, 24.0, 32.0, 0.0, 48.0]), st.sampled_from([13.5, 9.0, 18.0, 22.5])
)
PLACES = st.one_of(NEAR, ON_THE_EDGE)
BIG = st.integers(-10, 200_000)


@st.composite
def states(draw: st.DrawFn) -> dict[str, Any]:
    bodies = draw(st.lists(PLACES, min_size=1, max_size=12))
    many = st.lists(PLACES, max_size=24)
    return {
        "bodies": bodies,
        "alive": draw(st.lists(st.booleans(), min_size=len(bodies), max_size=len(bodies))),
        "health": draw(st.lists(st.floats(0, 150), min_size=len(bodies), max_size=len(bodies))),
        "numbers": draw(st.lists(BIG, min_size=6, max_size=6)),
        "projectiles": draw(many),
        "areas": draw(st.lists(PLACES, max_size=12)),
        "events": draw(
            st.lists(
                st.tuples(
                    st.integers(1, 6), st.integers(-1, 11), st.integers(-1, 11), PLACES,
                    st.integers(0, 255),
                ),
                max_size=12,
            )
        ),
        "view": draw(st.sampled_from([VIEW, (44.0, 26.0), (17.0, 119.0), (16.0, 16.0)])),
    }  # fmt: skip


DRAWN = new_world()


@settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(states())
def test_any_state(state: dict[str, Any]) -> None:
    world = DRAWN
    put(world, state["bodies"])
    count = len(state["bodies"])
    vitals = world.group("players", Vitals)
    vitals.alive[:count], vitals.health_hp[:count] = state["alive"], state["health"]
    numbers = state["numbers"]
    world.group("match", Clock).tick[0] = abs(numbers[0])
    world.group("players", Cooldowns).shot_tick[:count] = numbers[1]
    world.group("players", Cooldowns).dash_tick[:count] = numbers[2]
    world.group("players", Dash).until_tick[:count] = numbers[3] % 2 + abs(numbers[0])
    world.group("players", Control).bot[:count] = [n % 2 for n in range(count)]
    world.group("players", Intent).aim[:count] = abs(numbers[4]) % 4096
    put_things(world, "projectiles", state["projectiles"])
    put_things(world, "areas", state["areas"])
    world.group("areas", Fuse).fire_tick[:12] = numbers[5]
    put_events(world, [(k, a, b, x, y, d) for k, a, b, (x, y), d in state["events"]])
    view = state["view"]
    check_all(world, new_packer(world, view), list(range(count)), view)


# ---- the index ----------------------------------------------------------------------------------


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    st.sampled_from([((16.0, 9.0), (48.0, 36.0)), ((44.0, 26.0), (160.0, 160.0)),
                     ((120.0, 120.0), (20.0, 20.0)), ((17.0, 10.0), (33.3, 1000.0))]),
    st.lists(st.tuples(st.floats(-5, 1010), st.floats(-5, 1010)), max_size=40),
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 200)), max_size=40),
)  # fmt: skip
def test_the_index_holds_every_row_once_in_its_cell(
    sizes: tuple[tuple[float, float], tuple[float, float]],
    anywhere: list[tuple[float, float]],
    on_borders: list[tuple[int, int]],
) -> None:
    view, size = sizes
    index = PointIndex(View(*view), *size, capacity=100)
    cell_u, columns, rows = index.cells.tolist()
    points = [*anywhere, *((cx * cell_u, cy * cell_u) for cx, cy in on_borders)]
    x_u, y_u = np.zeros(100), np.zeros(100)
    for row, (x, y) in enumerate(points):
        x_u[row], y_u[row] = x, y
    # Twice, and full of something else before: it is built anew every tick.
    index.sort(np.array([100]), y_u, x_u)
    index.sort(np.array([len(points)]), x_u, y_u)
    assert cell_u == min(view) / 2
    assert (columns, rows) == (math.ceil(size[0] / cell_u), math.ceil(size[1] / cell_u))

    def cell(x: float, y: float) -> int:
        cx = min(max(math.floor(x / cell_u), 0), int(columns) - 1)
        cy = min(max(math.floor(y / cell_u), 0), int(rows) - 1)
        return cy * int(columns) + cx

    by_cell: dict[int, list[int]] = {}
    for row, (x, y) in enumerate(points):
        by_cell.setdefault(cell(x, y), []).append(row)
    start = index.start.tolist()
    assert start[0] == 0
    for number in range(int(columns * rows)):
        found = index.row_of[start[number] : start[number + 1]].tolist()
        assert found == by_cell.get(number, []), "rows of a cell ascend"


def test_the_twin_notices_a_payload_of_the_wrong_size() -> None:
    world = new_world()
    put(world, [(24.0, 18.0)])
    payload = unframed(new_packer(world).pack([0])[0])
    for broken in (payload + b"\0", payload[:-1]):
        with pytest.raises((ValueError, oracle.struct.error)):
            oracle.read_payload(broken)


def test_the_page_draws_what_the_twin_reads() -> None:
    """Field names and offsets of the header, as docs/protocol.md has them."""
    page = (Path(__file__).resolve().parents[2] / "docs/protocol.md").read_text(encoding="utf-8")
    block = page.split("offset type  field\n")[1].split("\nplayer ")[0]
    drawn = []
    for line in block.strip().splitlines():
        if line.startswith(" "):
            continue  # the meaning above goes on
        offset, kind = line.split()[:2]
        names = line[13:].split("   ")[0].replace(",", " ").split()
        width = {"u8": 1, "u16": 2, "u32": 4, "i32": 4}[kind]
        drawn += [(int(offset) + index * width, name) for index, name in enumerate(names)]
    sizes = {"I": 4, "i": 4, "H": 2, "B": 1}
    offset, mine = 0, []
    for letter, name in zip(oracle.HEADER.format[1:], oracle.Header._fields, strict=True):
        mine.append((offset, "0" if name == "reserved" else name))
        offset += sizes[letter]
    assert drawn == mine
    for form, title in (
        (oracle.PLAYER, "player"),
        (oracle.PROJECTILE, "projectile"),
        (oracle.AREA, "area"),
        (oracle.EVENT, "event"),
    ):
        assert f"{title}" in page
        assert f" {form.size} bytes each" in page.split(f"\n{title} ")[1].splitlines()[0]
