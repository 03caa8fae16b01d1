"""A load test's own body, predicted with the game's systems, against whole matches."""

from __future__ import annotations

import struct
from collections import deque
from random import Random

import pytest

from net.mirror import Mirror
from ringfall.hosting import make_packer
from ringfall.loadtest.predicting import Pilot, tells_nothing
from ringfall.loadtest.stage import MOTION_BYTES, Command, Stage, check_of
from ringfall.match import Match, MatchPlan
from schema.columns import Dash, Intent, Motion, Position, Vitals
from schema.messages import RESYNC, Input
from systems.rules import Rules
from systems.terrain import Terrain
from tests.net.watched import payload_of
from tests.oracle import snapshot as oracle
from tests.ringfall.packs import YARD, balance, pack

OPEN = YARD.model_copy(
    update={
        "width_u": 240.0,
        "height_u": 240.0,
        "walls": (
            *((20.0 + 12.0 * x, 30.0 + 25.0 * y, 3.0, 0.5, 0.25, 300 * x, 7)
              for x in range(12) for y in range(3)),
            (60.0, 40.0, 0.0, 0.0, 3.0, 0, 1),
        ),
        "spawns": ((70.0, 70.0), (230.0, 230.0)),
        "crates": tuple((30.0 + 9.0 * x, 66.0, 1.0, 0.75, 128 * x) for x in range(12)),
        "loot": (),
    }
)  # fmt: skip
TICKS = 600


class Line:
    """One player of a match behind a line that is some ticks long, another far away.

    Attributes:
        checked, exact: snapshots with a check, and with the exact state.
        truth: bytes of MOTION by tick, as the world has them.
    """

    def __init__(self, seed: int, up_ticks: int, down_ticks: int, role: int = 0) -> None:
        self.match = Match(MatchPlan(pack(balance(), OPEN), 30, 2, seed))
        # Whoever enters first gets the spawn that the seed says; both are far from each other.
        self.slot = self.match.enter("Ada", role=role)
        self.match.enter("Bob", role=1)
        self.match.advance()
        self.packer = make_packer(self.match.world)
        self.seat = self.packer.take_seat(self.slot)
        world = self.match.world
        self.stage = Stage(world.resource(Rules), world.resource(Terrain))
        self.pilot, self.mirror = Pilot(self.stage, role), Mirror()
        self.chance = Random(seed)
        self.up: deque[list[Input]] = deque([[]] * up_ticks)
        self.down: deque[list[bytes]] = deque([[]] * down_ticks)
        self.resync = False
        self.command: Command = (0, 0, 255, 0)
        self.seq = 0
        self.checked = self.exact = 0
        self.truth: dict[int, bytes] = {}

    def choose(self) -> Command:
        """Something else now and then: directions, and each skill for a while."""
        if self.chance.random() < 0.06:
            chance = self.chance
            skill = chance.choice((0, 0, 2, 4, 8, 16, 18, 20))
            buttons = chance.choice((0, 1, 1, 1, 1)) | skill | chance.choice((0, 0, 32))
            self.command = (chance.randrange(4096), chance.randrange(4096), 255, buttons)
        return self.command

    def _motion(self) -> bytes:
        world, row = self.match.world, self.slot
        place, motion = world.group("players", Position), world.group("players", Motion)
        return struct.pack(
            "<5dB",
            place.x_u[row],
            place.y_u[row],
            motion.vx_ups[row],
            motion.vy_ups[row],
            world.group("players", Vitals).mana_mp[row],
            world.group("players", Intent).buttons[row],
        )

    def tick(self, sends: bool = True) -> None:
        """A tick of the server and one of the client."""
        self.truth[self.match.tick] = self._motion()
        [frame] = self.packer.pack(
            [self.seat], [self.seat] if self.resync else [], [self.match.mailbox.lead(self.slot)]
        )
        self.resync = False
        self.down.append([payload_of(frame)])
        for payload in self.down.popleft():
            self.mirror.apply(payload)
            self.pilot.heard(self.mirror, tells_nothing(payload))
            self.checked += self.mirror.check is not None
            self.exact += self.mirror.check is None
        sent: list[Input] = []
        if sends and self.mirror.tick > 0:
            self.seq += 1
            move, aim, reach, buttons = command = self.choose()
            asks = RESYNC if self.pilot.asks else 0
            self.pilot.sent(self.seq, command)
            sent = [Input(self.seq, move, aim, reach, buttons | asks, self.mirror.tick)]
        self.up.append(sent)
        for message in self.up.popleft():
            self.resync = self.resync or bool(message.buttons & RESYNC)
            self.match.post(self.slot, message)
        self.match.advance()


def roles_without_walls() -> list[int]:
    """Classes that put nothing into their own way."""
    match = Match(MatchPlan(pack(balance(), OPEN), 30, 2, 1))
    names, skills = match.rules.skill_names, match.rules.balance.skills.root
    return [
        role
        for role, row in enumerate(match.rules.classes)
        if all(skills[names[int(row[f"skill_{slot}"])]].kind != "wall" for slot in range(4))
    ]


@pytest.mark.parametrize(("up_ticks", "down_ticks"), [(0, 0), (1, 2), (6, 5)])
@pytest.mark.parametrize("role", roles_without_walls())
def test_undisturbed_nothing_is_corrected(role: int, up_ticks: int, down_ticks: int) -> None:
    line = Line(31 + role, up_ticks, down_ticks, role)
    for _ in range(TICKS):
        line.tick()
    pilot = line.pilot
    assert (pilot.corrections, pilot.misses, pilot.asks) == (0, 0, False)
    assert line.checked > TICKS / 2
    assert line.exact >= 1
    assert pilot.exact is not None
    assert pilot.exact[:MOTION_BYTES] == line.truth[line.mirror.tick]
    places = {state[:16] for state in line.truth.values()}
    assert len(places) > TICKS / 2


@pytest.mark.parametrize("byte", [0, 9, 17, 25, 33, 40])
def test_a_wrong_state_is_found_and_mended(byte: int) -> None:
    line = Line(5, 2, 3)
    for _ in range(200):
        line.tick()
    spoil(line.pilot, byte)
    for _ in range(3):
        line.tick()
    seen = line.pilot.misses
    for _ in range(30):
        line.tick()
    assert line.pilot.misses == 1 or seen == 0
    assert line.pilot.corrections + line.pilot.refreshes >= 1
    assert not line.pilot.asks
    before = line.pilot.corrections, line.pilot.misses
    for _ in range(200):
        line.tick()
    assert (line.pilot.corrections, line.pilot.misses) == before


def spoil(pilot: Pilot, byte: int) -> None:
    """Change one byte of every state that is still predicted."""
    for entry in pilot._line:
        state = bytearray(entry.after)
        state[byte] ^= 1
        entry.after = bytes(state)


def test_a_lost_tick_is_corrected_and_no_more() -> None:
    """A command that comes a tick late leaves its mark, and then all agrees again."""
    line = Line(8, 1, 1)
    for tick in range(400):
        line.tick(sends=tick % 100 != 50)
    assert line.pilot.corrections + line.pilot.refreshes >= 1
    before = line.pilot.corrections, line.pilot.refreshes, line.pilot.misses
    line.command = (0, 0, 255, 0)
    line.chance = Random(3)
    for _ in range(100):
        line.tick()
    assert (line.pilot.corrections, line.pilot.misses) == (before[0], before[2])


def test_what_others_do_to_the_gait_is_taken_over() -> None:
    """A dash nobody asked for: corrected when it is told, and foreseen to its end from then on."""
    line = Line(31, 0, 0)
    line.command = (0, 0, 255, 0)
    line.chance = Random(2)
    line.choose = lambda: (0, 0, 255, 0)  # type: ignore[method-assign]
    for _ in range(40):
        line.tick()
    dash = line.match.world.group("players", Dash)
    dash.until_tick[line.slot] = line.match.tick + 30
    dash.direction[line.slot], dash.speed_ups[line.slot] = 3000, 9.0
    for _ in range(4):
        line.tick()
    assert line.pilot.corrections + line.pilot.refreshes > 0
    before = line.pilot.corrections, line.pilot.misses
    for _ in range(60):
        line.tick()
    assert (line.pilot.corrections, line.pilot.misses) == before
    moved = {state[:16] for state in list(line.truth.values())[-60:]}
    assert len(moved) > 20


def test_the_check_is_that_of_the_page() -> None:
    line = Line(4, 0, 0)
    for _ in range(60):
        line.tick()
    state = line.pilot.exact
    assert state is not None
    x, y, vx, vy, mana, buttons = struct.unpack_from("<5dB", state)
    told = {"x_u": x, "y_u": y, "vx_ups": vx, "vy_ups": vy, "mana_mp": mana, "buttons": buttons}
    assert check_of(state) == oracle.fold_of(told)
    assert line.mirror.check in (None, check_of(state))


def test_the_dead_predict_nothing() -> None:
    line = Line(4, 1, 1)
    for _ in range(30):
        line.tick()
    assert line.pilot.newest is not None
    line.match.leave(line.slot)
    for _ in range(5):
        line.tick()
    assert line.pilot.newest is None
    assert not line.pilot.asks


def test_many_pilots_share_a_stage() -> None:
    """Two bodies stepped in turn on one stage go where each would go alone."""
    one, other = Line(31, 1, 2), Line(32, 3, 1)
    other.pilot = Pilot(one.stage, 0)
    for _ in range(300):
        one.tick()
        other.tick()
    for line in (one, other):
        assert (line.pilot.corrections, line.pilot.misses) == (0, 0)


def test_the_head_alone_says_tick_and_ack() -> None:
    """``Mirror.skim`` knows of the head what ``Mirror.apply`` does."""
    line, skimmed = Line(6, 1, 1), Mirror()
    kept: list[bytes] = []
    former = line.mirror.apply
    line.mirror.apply = lambda payload: (kept.append(payload), former(payload))[1]  # type: ignore[method-assign]
    for _ in range(100):
        line.tick()
        for payload in kept:
            skimmed.skim(payload)
        kept.clear()
        head = ("tick", "ack_seq", "check", "motion", "gait", "lead")
        assert [getattr(skimmed, field) for field in head] == [
            getattr(line.mirror, field) for field in head
        ]
    assert skimmed.tick > 50
