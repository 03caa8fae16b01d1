"""Squares that walls touch, and looks that only ask their walls, against asking all walls."""

from __future__ import annotations

from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecs.kernel import entry
from net.kernels.bits import drop_bit, has_bit, lowest, put_bit, words_of
from net.kernels.looks import HINTS, blocker, sees_any, sees_body
from net.kernels.rays import stops
from net.kernels.shades import (
    HALF_DIAGONAL,
    NONE,
    OWNERS,
    SLACK_U,
    WALL_WORDS,
    note_walls,
)
from ringfall.hosting import make_packer
from schema import columns
from schema.directions import TABLE
from schema.walls import BLOCKS_SIGHT, WALL
from tests.net.test_net_whole_match import new_hundred
from tests.oracle.exact import Shape
from tests.oracle.shades import named, near, touching
from tests.systems.kernel_calls import call

drop_bit, has_bit, lowest, put_bit = map(entry, (drop_bit, has_bit, lowest, put_bit))
blocker, sees_any, sees_body, stops = map(entry, (blocker, sees_any, sees_body, stops))

WIDE, HIGH = 70, 20  # a line across has more squares than a word has bits
FRAME = [float(WIDE), float(HIGH), 8.0, 9.0, 3.0]
Walls = list[tuple[float, ...]]

# On, beside and across borders of squares, words and the world.
XS = st.integers(-8, (WIDE + 1) * 8).map(lambda n: n / 8) | st.sampled_from([64.0, 63.9999, 64.001])
YS = st.integers(-8, (HIGH + 1) * 8).map(lambda n: n / 8) | st.floats(0.0, HIGH)
SIZES = st.integers(0, 24).map(lambda n: n / 8)


@st.composite
def some_walls(draw: st.DrawFn) -> Walls:
    found = []
    for _ in range(draw(st.integers(0, 6))):
        hx, hy, radius = draw(SIZES), draw(SIZES), draw(st.sampled_from([0.0, 0.25, 0.75]))
        heading = draw(st.sampled_from([0, 1024, 512, 100, 3333]))
        blocks = draw(st.sampled_from([7, 7, 4, 3]))
        found.append((draw(XS), draw(YS), hx, hy, radius, heading, blocks))
    return found


def records_of(walls: Walls) -> np.ndarray:
    made = np.zeros(max(1, len(walls)), dtype=WALL)
    for row, (x, y, hx, hy, radius, heading, blocks) in enumerate(walls):
        ux, uy = TABLE[int(heading)].tolist()
        reach = abs(ux) * hx + abs(uy) * hy + radius, abs(uy) * hx + abs(ux) * hy + radius
        made[row] = (x, y, hx, hy, radius, ux, uy, *reach, int(blocks), 0, 0, 0)
    return made


class Noted:
    """Squares as they are kept from call to call; all walls stand in all cells."""

    def __init__(self, map_walls: int = 0, room: int = 8) -> None:
        words = HIGH * words_of(WIDE) + WIDE * words_of(HIGH) + 1
        owners = np.full(WIDE * HIGH * OWNERS, NONE, np.int32)
        self.room, self.cells = room, int(FRAME[3] * FRAME[4])
        self.kept: dict[str, Any] = {
            "known_words": np.zeros(room * WALL_WORDS, np.int64),
            "known_start": np.zeros(self.cells + 1, np.int32),
            "known_row": np.zeros(self.cells * room, np.int32),
            "map_lines": np.zeros(words, np.uint64),
            "map_owners": owners,
            "lines": np.zeros(words, np.uint64),
            "owners": owners,
            "hints": np.full(HINTS, NONE, np.int32),
        }
        self.map_walls = map_walls

    def note(self, walls: Walls) -> SimpleNamespace:
        self.walls = np.zeros(self.room, dtype=WALL)
        self.walls[: len(walls)] = records_of(walls)[: len(walls)]
        self.start = np.arange(self.cells + 1, dtype=np.int32) * len(walls)
        self.row = np.zeros(self.cells * self.room, np.int32)
        self.row[: self.cells * len(walls)] = np.tile(np.arange(len(walls)), self.cells)
        made = call(
            note_walls,
            walls=self.walls,
            words=self.walls.view(np.int64),
            wall_start=self.start,
            wall_row=self.row,
            raised=[1, len(walls) - self.map_walls],
            map_walls=self.map_walls,
            size=[WIDE, HIGH],
            marked=np.full(self.room, 9, np.uint8),
            **self.kept,
        )
        self.kept = {name: getattr(made, name) for name in self.kept}
        return made

    def looks(self, x: float, y: float) -> Any:
        eyes = np.array([x]), np.array([y])
        grid = (self.walls, self.start, self.row, np.array(FRAME), np.array([WIDE, HIGH]))
        return (*eyes, *grid, self.kept["lines"], self.kept["owners"])


@settings(max_examples=15, deadline=None, derandomize=True, database=None)
@given(some_walls())
def test_squares_name_the_walls_that_touch_them(walls: Walls) -> None:
    made = Noted().note(walls)
    seen = [n for n, wall in enumerate(walls) if int(wall[-1]) & BLOCKS_SIGHT]
    shapes = [Shape.of(walls[n][:-1]) for n in seen]
    wide, high = words_of(WIDE), words_of(HIGH)
    boxes = [(shape.cx, shape.cy, *shape.reach()) for shape in shapes]
    for y in range(HIGH):
        for x in range(WIDE):
            owners = made.owners[(y * WIDE + x) * OWNERS :][:OWNERS].tolist()
            across, down = (
                has_bit(made.lines, y * wide, x),
                has_bit(made.lines, HIGH * wide + x * high, y),
            )
            assert across == down == (owners[0] != NONE)
            # Exact arithmetic only for what is anywhere near.
            here = [
                n
                for n, (cx, cy, wx, wy) in enumerate(boxes)
                if abs(cx - x - 0.5) < wx + 2 and abs(cy - y - 0.5) < wy + 2
            ]
            some = [shapes[n] for n in here]
            assert named([seen[here[n]] for n in touching(some, x, y)], owners)
            assert {o for o in owners if o >= 0} <= {seen[here[n]] for n in near(some, x, y)}


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(some_walls(), XS, YS, XS, YS, st.integers(-1, 5))
def test_a_look_asks_all_walls_that_could_stop_it(
    walls: Walls, x: float, y: float, to_x: float, to_y: float, hint: int
) -> None:
    """To the bit what asking all of them says, whatever was remembered of a wall."""
    noted = Noted()
    made = noted.note(walls)

    def is_open(px: float, py: float) -> bool:
        return not any(
            stops(n, x, y, px - x, py - y, noted.walls)
            for n in range(len(walls))
            if int(walls[n][-1]) & BLOCKS_SIGHT
        )

    looks = noted.looks(x, y)
    assert (blocker(x, y, to_x, to_y, looks) == NONE) == is_open(to_x, to_y)
    if hint < 0 or (hint < len(walls) and int(walls[hint][-1]) & BLOCKS_SIGHT):
        made.hints[7] = hint
    one, two = (0.5, -0.25), (0.0, 1.5)
    ends = [(to_x, to_y)]
    ends += [(to_x + s * dx, to_y + s * dy) for dx, dy in (one, two) for s in (1.0, -1.0)]
    expected = any(is_open(*end) for end in ends)
    for _ in range(2):
        assert sees_any(0, to_x, to_y, one, two, 7, looks, made.hints) == expected
    away = np.sqrt((to_x - x) * (to_x - x) + (to_y - y) * (to_y - y))
    side = 0.5 * 0.9 / away if away > 0.0 else 0.0
    edges = [(to_x + s * -(to_y - y) * side, to_y + s * (to_x - x) * side) for s in (0, 1, -1)]
    assert sees_body(0, to_x, to_y, 0.5, 9, looks, made.hints) == any(is_open(*e) for e in edges)


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(some_walls(), some_walls(), st.integers(0, 6))
def test_walls_that_come_and_go_are_noted(first: Walls, then: Walls, map_walls: int) -> None:
    """After walls behind the map's have changed, all is as if they had always been so."""
    map_walls = min(map_walls, len(first))
    noted = Noted(map_walls, room=12)
    noted.note(first)
    noted.kept["hints"][:] = 0
    made = noted.note(first[:map_walls] + then)
    fresh = Noted(map_walls, room=12).note(first[:map_walls] + then)
    assert (made.lines == fresh.lines).all()
    assert (made.owners == fresh.owners).all()
    same = records_of(first[map_walls:]).tobytes() == records_of(then).tobytes()
    assert same or len(first) == map_walls or (made.hints == NONE).all()
    noted.kept["hints"][:] = 3
    assert (noted.note(first[:map_walls] + then).hints == 3).all(), "nothing has changed"


@pytest.mark.parametrize("team_size", [1, 4])
def test_what_was_remembered_changes_no_byte(team_size: int) -> None:
    """A packer whose memory of walls is spoilt in every tick sends what the other one sends."""
    match = new_hundred(team_size)
    packers = [make_packer(match.world) for _ in range(2)]
    seats = [[packer.take_seat(slot) for slot in range(100)] for packer in packers]
    chance = np.random.default_rng(team_size)
    walls = match.world.group("walls", columns.Walls)
    for _ in range(60):
        match.advance()
        listed = walls.row[: walls.start[-1]]
        blocking = listed[walls.record["blocks"][listed] & BLOCKS_SIGHT != 0]
        hints = packers[1]._parts.sight._shades.hints
        frames = packers[0].pack(seats[0])
        packers[1]._plan_for(100).look()  # so that squares are up to date: then hints stay
        hints[:] = chance.choice([NONE, *blocking.tolist()], len(hints))
        assert packers[1].pack(seats[1]) == frames


@settings(deadline=None, derandomize=True, database=None)
@given(st.integers(1, 2**64 - 1))
def test_the_lowest_bit_of_a_word(word: int) -> None:
    assert lowest(np.uint64(word)) == (word & -word).bit_length() - 1


@settings(deadline=None, derandomize=True, database=None)
@given(st.sets(st.integers(0, 199)), st.sets(st.integers(0, 199)))
def test_sets_of_bits(some: set[int], gone: set[int]) -> None:
    words = np.zeros(1 + words_of(200), np.uint64)
    for number in some:
        put_bit(words, 1, number)
    for number in gone:
        drop_bit(words, 1, number)
    assert {n for n in range(200) if has_bit(words, 1, n)} == some - gone
    assert words[0] == 0


def test_a_hair_is_less_than_the_slack() -> None:
    """What squares promise is held to by far more than a float rounds a coordinate."""
    assert Fraction(HALF_DIAGONAL) ** 2 > Fraction(1, 2)
    assert 1e6 * np.spacing(1e4) < SLACK_U


def test_more_walls_than_a_square_names() -> None:
    """Five posts in one square: each stops the look at it."""
    posts = [(10.5, 10.1 + 0.2 * n, 0.0, 0.0, 0.05, 0, 7) for n in range(5)]
    noted = Noted()
    noted.note(posts)
    for n in range(5):
        y = 10.1 + 0.2 * n
        assert blocker(8.5, y, 12.5, y, noted.looks(8.5, y)) == n
        assert blocker(8.5, y + 0.1, 12.5, y + 0.1, noted.looks(8.5, y + 0.1)) == NONE


def test_what_hid_something_is_forgotten_with_the_walls() -> None:
    wall, other = ((x, 10.0, 1.0, 1.0, 0.0, 0, 7) for x in (20.0, 30.0))
    noted = Noted()
    noted.note([wall])
    noted.kept["hints"][:] = 0
    assert (noted.note([wall]).hints == 0).all(), "they are the same"
    assert (noted.note([other]).hints == NONE).all()
    assert blocker(15.0, 10.0, 25.0, 10.0, noted.looks(15.0, 10.0)) == NONE


@pytest.mark.parametrize("seed", range(3))
def test_looks_through_a_crowd_of_walls(seed: int) -> None:
    """Small walls wherever one looks, so that most looks pass some of them by a little."""
    chance = np.random.default_rng(seed)
    walls = [
        (*chance.uniform((2, 2), (30, 18)), *chance.uniform(0, 0.3, 2), r, chance.integers(4096), 7)
        for r in chance.choice([0.0, 0.1], 40)
    ]
    noted, seen = Noted(room=40), [0, 0]
    noted.note(walls)
    for _ in range(1_500):
        x, y = chance.uniform((1, 1), (31, 19))
        to_x, to_y = np.clip(chance.uniform((x - 9, y - 9), (x + 9, y + 9)), (1, 1), (31, 19))
        hidden = any(stops(n, x, y, to_x - x, to_y - y, noted.walls) for n in range(len(walls)))
        assert (blocker(x, y, to_x, to_y, noted.looks(x, y)) != NONE) == hidden
        seen[hidden] += 1
    assert min(seen) > 200
