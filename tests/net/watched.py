"""One connection followed from its first snapshot on, every payload against the twin."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgpack

from ecs.world import World
from net.mirror import Mirror
from tests.net.scenes import new_world, packer_of, put
from tests.oracle import snapshot as oracle
from tests.oracle import watching
from tests.oracle.scenery import Block, Body, Item, State

Thing = Block | Item
SLOW = {"health": "health", "mana": "mana", "progress": "progress"}
SLOW_TICKS = 8
TURNS = 4
ASTRAY = 4
KEPT_MAX = 8


def payload_of(frame: bytes) -> bytes:
    """The payload of a frame, which must be framed as the page says."""
    kind, payload = msgpack.unpackb(frame)
    assert kind == 2
    assert oracle.framed(payload) == frame
    assert isinstance(payload, bytes)
    return payload


def frozen(row: dict[str, Any]) -> tuple[tuple[str, Any], ...]:
    """A row that can be counted."""
    return tuple(sorted((k, v) for k, v in row.items() if k not in ("what", "tick")))


class Follower:
    """What one viewer is told, and what it should be.

    Attributes:
        reader: what its payloads add up to.
        seen: how often there was what a test should be about.
        lead: how far its commands are ahead, as the packer was told.
        kept: what happened to it in ticks that were skipped.
    """

    def __init__(self, slot: int, seat: int, plays: bool = True) -> None:
        self.slot, self.seat, self.plays = slot, seat, plays
        self.reader, self.mirror = oracle.Reader(), Mirror()
        self.seen = Counter[str]()
        self.lead = 0
        self.kept: list[dict[str, Any]] = []
        self.turn = 0
        self._slow_tick = 0
        self._known: dict[tuple[str, int, int], Thing] = {}
        self._told: dict[tuple[str, int, int], dict[str, Any]] = {}

    def miss(self, state: State) -> None:
        """A tick is skipped: what happens to the viewer itself is kept for the next snapshot."""
        own = watching.own_events(state, self.slot)
        room = KEPT_MAX - len(self.kept)
        self.kept += own[:room]
        self.seen["lost events"] += len(own[room:])

    def take(self, state: State, frame: bytes) -> oracle.Reader:
        """Check the next snapshot; every tick since the one before was skipped by ``miss``."""
        payload, before = payload_of(frame), dict(self.reader.own)
        self.reader.apply(payload)
        self.mirror.apply(payload)
        check_mirror(self.mirror, self.reader)
        assert self.reader.tick == state.tick
        assert self.reader.ack_seq == state.bodies[self.slot].seq
        self.turn = 0 if self.reader.full else self.turn
        self._check_affairs(state, before)
        self._check_motion(state)
        self._check_bodies(state)
        self._check_events(state)
        self._check_moving(state)
        self._check_standing(state)
        self.turn += 1
        return self.reader

    def _check_affairs(self, state: State, before: dict[str, int]) -> None:
        reader, wanted = self.reader, watching.expected_self(state, self.slot)
        assert reader.match == watching.expected_match(state, self.slot)
        if reader.full:
            self._slow_tick = state.tick
        else:
            late = [name for name in SLOW if wanted[name] > before[name]]
            if late and state.tick - self._slow_tick < SLOW_TICKS:
                wanted.update({name: before[name] for name in late})
                self.seen["late figures"] += 1
            elif late:
                self._slow_tick = state.tick
        assert reader.own == wanted
        for hand, row in zip(state.bodies[self.slot].hands, reader.hands, strict=True):
            assert row == (watching.expected_hand(hand) if self.plays else {})
            self.seen["held"] += bool(row) and hand.held_tick is not None
        left = {
            status: (stacks, until)
            for status, (stacks, until) in reader.statuses.items()
            if stacks and until > state.tick
        }
        assert left == watching.expected_statuses(state, self.slot)
        self.seen["statuses"] += bool(left)

    def _check_motion(self, state: State) -> None:
        body, reader = state.bodies[self.slot], self.reader
        wanted = watching.expected_motion(body)
        if not body.alive or not self.plays:
            assert reader.check is None
            assert reader.motion.get("tick") != state.tick
            assert "lead" not in reader.given
            self.seen["dead"] += not body.alive
            self.seen["looks on"] += not self.plays
            return
        assert reader.lead == self.lead
        self.seen["lead"] += "lead" in reader.given
        if reader.motion.get("tick") == state.tick:
            assert reader.check is None
            assert {k: v for k, v in reader.motion.items() if k != "tick"} == wanted
            self.seen["motion"] += 1
        else:
            assert reader.check == oracle.fold_of(wanted)
            self.seen["check"] += 1

    def _check_bodies(self, state: State) -> None:
        told = self.reader.bodies
        expected = watching.expected_bodies(state, self.slot, self.plays)
        assert told.keys() <= expected.keys()
        for slot, (seen, row) in expected.items():
            assert seen is None or seen == (slot in told), (slot, seen)
            assert slot not in told or told[slot] == row
            self.seen["bodies"] += slot in told
            self.seen["beam"] += slot in told and row["beam_length"] > 0
            self.seen["hidden bodies"] += seen is False

    def _check_events(self, state: State) -> None:
        expected = watching.expected_events(state, self.slot, set(self.reader.bodies), self.plays)
        # Whoever begins anew is told nothing of before.
        kept, self.kept = [] if self.reader.full else self.kept, []
        assert self.reader.events[: len(kept)] == kept
        must = Counter(frozen(row) for seen, row in expected if seen)
        may = Counter(frozen(row) for seen, row in expected if seen is not False)
        told = Counter(frozen(row) for row in self.reader.events[len(kept) :])
        assert not must - told, must - told
        assert not told - may, told - may
        self.seen.update(f"event {row['kind']}" for row in self.reader.events)
        self.seen["kept events"] += len(kept)
        self.seen["events kept back"] += any(seen is False for seen, _ in expected)

    def _check_moving(self, state: State) -> None:
        areas = watching.expected_areas(state, self.slot)
        must = Counter(frozen(row) for seen, row in areas if seen)
        may = Counter(frozen(row) for seen, row in areas if seen is not False)
        told = Counter(frozen(row) for row in self.reader.things_of("area"))
        assert not must - told, must - told
        assert not told - may, told - may
        self.seen["areas"] += bool(told)
        self.seen["hidden areas"] += bool(Counter(frozen(row) for _, row in areas) - may)
        shots = watching.expected_shots(state, self.slot)
        left = self.reader.things_of("projectile")
        self.seen["projectiles"] += bool(left)
        self.seen["hidden projectiles"] += any(seen is False for seen, _ in shots)
        # Those that must be there first: what only may be there takes what is left.
        for seen, row in sorted(shots, key=lambda shot: shot[0] is not True):
            fitting = [other for other in left if seen is not False and fits(other, row)]
            assert fitting or not seen, (row, left)
            if fitting:
                left.remove(min(fitting, key=lambda other: apart(other, row)))
        assert not left

    def _check_standing(self, state: State) -> None:
        there: dict[tuple[str, int, int], Thing] = {}
        for what, things in (("obstacle", state.blocks), ("pickup", state.items)):
            for thing in things:
                there[what, thing.slot, thing.generation] = thing
        looks_about = self.reader.full or (self.turn + self.seat) % TURNS == 0
        must, may = Counter[Any](), Counter[Any]()
        rows: dict[Any, list[tuple[str, int, int]]] = {}
        for key in there.keys() | self._known.keys():
            for answer, row in self._standing(state, key, there.get(key), looks_about):
                told = (key[0], frozen(row))
                rows.setdefault(told, []).append(key)
                must[told] += answer is True
                may[told] += 1
        found = Counter(
            (what, frozen(row)) for what in ("obstacle", "pickup") for row in self._rows(what)
        )
        assert not must - found, (state.tick, must - found)
        assert not found - may, (state.tick, found - may)
        known, told_rows = {}, {}
        for told, count in found.items():
            self.seen[told[0]] += 1
            keys = sorted(rows[told], key=lambda key: key not in self._known)
            for key in keys[:count]:
                known[key] = there.get(key) or self._known[key]
                told_rows[key] = dict(told[1])
        self._known, self._told = known, told_rows

    def _rows(self, what: str) -> list[dict[str, Any]]:
        return self.reader.things_of(what)

    def _standing(
        self, state: State, key: tuple[str, int, int], thing: Thing | None, looks_about: bool
    ) -> list[tuple[bool | None, dict[str, Any]]]:
        """As what something that stays where it is may be known now, and whether it must be."""
        known = self._known.get(key)
        if known is not None and not self.reader.full:
            seen = watching.sees_thing(state, self.slot, known)
            old = self._told[key]
            self.seen["remembered"] += seen is False
            if watching.is_far(state, self.slot, known):
                self.seen["forgotten"] += 1
                return []
            if thing is None:
                self.seen["found gone"] += seen is True
                self.seen["gone unseen"] += seen is False
                return [] if seen else [(True if seen is False else None, old)]
            new = row_of(thing)
            seen = watching.is_near(state, self.slot, thing) or seen
            if new == old:
                return [(True, new)]
            self.seen["changed unseen"] += seen is False
            return (
                [(seen, new)]
                if seen
                else [(True if seen is False else None, old), (seen, new)][
                    : 1 if seen is False else 2
                ]
            )
        if thing is None:
            return []
        near = watching.is_near(state, self.slot, thing)
        seen = watching.sees_thing(state, self.slot, thing)
        answer = True if near else seen if looks_about else False if near is False else None
        if near is None and answer is False:
            answer = None
        self.seen["hidden things"] += seen is False and not near
        return [] if answer is False else [(answer, row_of(thing))]


def row_of(thing: Thing) -> dict[str, Any]:
    """The row of what stays where it is."""
    if isinstance(thing, Block):
        return watching.obstacle_row(thing)
    return watching.pickup_row(thing)


def apart(one: dict[str, Any], other: dict[str, Any]) -> int:
    """How far two places are apart, along the longer axis."""
    return max(abs(one["x"] - other["x"]), abs(one["y"] - other["y"]))


def fits(told: dict[str, Any], row: dict[str, Any]) -> bool:
    """Whether a projectile may be shown as this one; where it flies to, it shows by where it is."""
    same = all(told[name] == row[name] for name in ("owner", "skill", "radius"))
    return same and apart(told, row) <= ASTRAY


def check_mirror(mirror: Mirror, reader: oracle.Reader) -> None:
    """What tools make of the payloads is what the slow reader makes of them."""
    assert (mirror.tick, mirror.ack_seq, mirror.check, mirror.lead) == (
        reader.tick,
        reader.ack_seq,
        reader.check,
        reader.lead,
    )
    figures = mirror.figures
    for name, value in {**reader.match, **reader.own}.items():
        if not name.startswith(("zone_x", "zone_y", "zone_r", "next_")):
            assert getattr(figures, name) == value, name
    circles = [reader.match[f"{a}_{b}"] for a in ("zone", "next") for b in ("x", "y", "radius")]
    assert [*figures.zone, *figures.zone_next] == circles
    for hand, row in zip(mirror.hands, reader.hands, strict=True):
        assert {name: getattr(hand, name) for name in row} == row
    assert mirror.statuses == reader.statuses
    told = reader.motion
    assert {name: getattr(mirror.motion, name) for name in told} == told
    assert {name: getattr(mirror.gait, name) for name in reader.gait} == reader.gait
    assert mirror.bodies.keys() == reader.bodies.keys()
    for slot, body in reader.bodies.items():
        assert {name: getattr(mirror.bodies[slot], name) for name in body} == body
    assert mirror.things.keys() == reader.things.keys()
    for name, thing in reader.things.items():
        same = mirror.things[name]
        assert type(same).__name__.lower() == thing["what"]
        skip = {"what"} if thing["what"] == "projectile" else {"what", "tick"}
        assert {k: getattr(same, k) for k in thing.keys() - skip} == {
            k: v for k, v in thing.items() if k not in skip
        }
    assert len(mirror.events) == len(reader.events)
    for event, row in zip(mirror.events, reader.events, strict=True):
        assert {name: getattr(event, name) for name in row} == row
        assert (event.x is None) == ("x" not in row)


@dataclass
class Sighting:
    """What a first snapshot showed to ``slot``."""

    slot: int
    reader: oracle.Reader

    @property
    def eyes(self) -> int:
        """Whose eyes it looks through."""
        return self.reader.match["eyes_slot"]

    @property
    def own(self) -> dict[str, int]:
        """The viewer's figures."""
        return self.reader.own

    @property
    def alive(self) -> bool:
        """Whether the viewer is alive."""
        return bool(self.own["self_flags"] & 1)

    @property
    def shown(self) -> list[int]:
        """Whom it knows of, itself among them while it lives."""
        return sorted({*self.reader.bodies, *([self.slot] if self.alive else [])})

    def rows(self, what: str) -> list[dict[str, Any]]:
        """Its things of a kind."""
        return self.reader.things_of(what)


def check_all(
    state: State, viewers: Sequence[int] | None = None, world: World | None = None
) -> list[Sighting]:
    """The first snapshots of all these viewers, each against the twin."""
    world = world or new_world()
    put(world, state)
    packer = packer_of(world, state)
    slots = list(range(len(state.bodies))) if viewers is None else viewers
    followers = [Follower(slot, packer.take_seat(slot)) for slot in slots]
    frames = packer.pack([follower.seat for follower in followers])
    for follower, frame in zip(followers, frames, strict=True):
        follower.take(state, frame)
    return [Sighting(follower.slot, follower.reader) for follower in followers]


def bodies(*places: tuple[float, float]) -> list[Body]:
    """A body at each place, each a team of its own."""
    return [Body(x, y, team=number) for number, (x, y) in enumerate(places)]
