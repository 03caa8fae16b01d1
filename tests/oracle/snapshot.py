"""A slow reader of snapshot payloads, from docs/protocol.md alone.

A payload says what has changed: ``Reader`` keeps what is known, as plain dictionaries of numbers.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Any

NOBODY = 65535
EVENT_NOBODY = 16383

Groups = tuple[tuple[tuple[str, str], ...], ...]

# name and form of every field, group by group
MATCH = (
    (("alive", "H"),),
    (("teams_alive", "H"),),
    (("stage", "B"), ("stage_tick", "I")),
    (
        ("zone_phase", "B"),
        ("zone_state", "B"),
        ("zone_since_tick", "I"),
        ("zone_until_tick", "I"),
        ("zone_x", "i"),
        ("zone_y", "i"),
        ("zone_radius", "i"),
        ("next_x", "i"),
        ("next_y", "i"),
        ("next_radius", "i"),
    ),
    (("eyes_slot", "H"),),
)
SELF = (
    (("self_flags", "B"), ("body_flags", "B"), ("conditions", "B")),
    (("health", "H"),),
    (("health_max", "H"), ("mana_max", "H")),
    (("mana", "H"),),
    (("shield", "H"),),
    (("kills", "H"), ("assists", "B"), ("level", "B")),
    (("progress", "B"),),
    (("combo", "B"), ("revive", "B"), ("beam_length", "H")),
)
HAND = (
    (("skill", "B"), ("level", "B")),
    (("charges", "B"),),
    (("ready_tick", "I"),),
    (("recharge_tick", "I"),),
    (("held_tick", "I"),),
)
BODY = (
    (("dx", "b"), ("dy", "b")),
    (("x", "H"), ("y", "H")),
    (("aim", "B"),),
    (("health", "B"),),
    (("shield", "B"),),
    (("flags", "B"), ("conditions", "B")),
    (("level", "B"),),
    (("hold", "B"), ("beam_length", "H")),
)
PROJECTILE = (
    (("x", "H"), ("y", "H"), ("vx", "h"), ("vy", "h")),
    (("owner", "H"), ("skill", "B"), ("radius", "B")),
)
AREA = (
    (("x", "H"), ("y", "H"), ("radius", "H"), ("owner", "H"), ("skill", "B")),
    (("fire_tick", "I"),),
    (("until_tick", "I"),),
)
OBSTACLE = (
    (
        ("kind", "B"),
        ("x_u", "d"),
        ("y_u", "d"),
        ("hx_u", "d"),
        ("hy_u", "d"),
        ("radius_u", "d"),
        ("heading", "H"),
        ("blocks", "B"),
    ),
    (("health", "B"),),
)
PICKUP = ((("x", "H"), ("y", "H"), ("item", "B")),)
MOTION = (
    ("x_u", "d"),
    ("y_u", "d"),
    ("vx_ups", "d"),
    ("vy_ups", "d"),
    ("mana_mp", "d"),
    ("buttons", "B"),
)
GAIT = (
    ("speed_ups", "d"),
    ("dash_until_tick", "I"),
    ("dash_direction", "H"),
    ("dash_speed_ups", "d"),
    ("channel_slot", "B"),
    ("channel_since_tick", "I"),
    ("channel_until_tick", "I"),
)
THINGS = {1: ("projectile", PROJECTILE), 2: ("area", AREA), 3: ("obstacle", OBSTACLE)}
THINGS[4] = ("pickup", PICKUP)
MAY_CHANGE = {"projectile": 1, "area": 7, "obstacle": 2, "pickup": 0}

# what events have beside kind and a, and to whose body they happen
EVENTS = {
    1: ("cause", "a"),
    2: ("b cause amount", "b"),
    3: ("b cause amount", "b"),
    4: ("b cause amount", "b"),
    5: ("cause amount", ""),
    6: ("cause", ""),
    7: ("b cause", ""),
    8: ("b cause", "a"),
    9: ("b", "b"),
    10: ("", ""),
    11: ("", ""),
    12: ("cause", "a"),
    13: ("amount", "a"),
}


class Cursor:
    """Reads numbers one after the other; ValueError at the end."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, form: str) -> Any:
        size = struct.calcsize("<" + form)
        if self.at + size > len(self.data):
            raise ValueError("too short")
        [value] = struct.unpack_from("<" + form, self.data, self.at)
        self.at += size
        return value

    def count(self) -> int:
        low = int(self.take("B"))
        if low < 128:
            return low
        high = int(self.take("B"))
        if high > 127:
            raise ValueError("a number of more than two bytes")
        return low - 128 + 128 * high

    def fields(self, fields: tuple[tuple[str, str], ...]) -> dict[str, Any]:
        return {name: self.take(form) for name, form in fields}

    def groups(self, groups: Any, may: int | None = None) -> dict[str, Any]:
        mask, found = self.take("B"), {}
        if mask == 0 or mask & ~((1 << len(groups)) - 1 if may is None else may):
            raise ValueError(f"a mask of {mask}")
        for number, fields in enumerate(groups):
            if mask >> number & 1:
                found.update(self.fields(fields))
        return found

    def row(self, groups: Any) -> dict[str, Any]:
        return {k: v for fields in groups for k, v in self.fields(fields).items()}


@dataclass
class Reader:
    """What one client knows.  Rows are dictionaries; a thing's has its ``kind`` under "what"."""

    tick: int = -1
    ack_seq: int = 0
    full: bool = False
    check: int | None = None
    lead: int = 0
    match: dict[str, int] = field(default_factory=dict)
    own: dict[str, int] = field(default_factory=dict)
    motion: dict[str, Any] = field(default_factory=dict)
    gait: dict[str, Any] = field(default_factory=dict)
    hands: list[dict[str, int]] = field(default_factory=lambda: [{} for _ in range(4)])
    statuses: dict[int, tuple[int, int]] = field(default_factory=dict)
    bodies: dict[int, dict[str, int]] = field(default_factory=dict)
    things: dict[int, dict[str, Any]] = field(default_factory=dict)
    events: list[dict[str, int]] = field(default_factory=list)
    given: set[str] = field(default_factory=set)

    def apply(self, payload: bytes) -> None:
        """Take the next payload; ValueError when it is none."""
        cursor = Cursor(payload)
        flags, sections = cursor.take("B"), cursor.take("B")
        if sections > 127:
            raise ValueError("an unknown bit")
        self._head(cursor, flags)
        self.given = {name for bit, name in enumerate(SECTIONS) if sections >> bit & 1}
        self.given |= {name for bit, name in enumerate(HEAD) if flags >> bit & 1}
        if "match" in self.given:
            self.match.update(cursor.groups(MATCH))
        if "self" in self.given:
            self.own.update(cursor.groups(SELF))
        if "hands" in self.given:
            which = cursor.take("B")
            if which > 15:
                raise ValueError("a fifth skill")
            for slot in range(4):
                if which >> slot & 1:
                    self.hands[slot].update(cursor.groups(HAND))
        if "statuses" in self.given:
            for _ in range(cursor.take("B")):
                status, stacks, until = cursor.take("B"), cursor.take("B"), cursor.take("I")
                self.statuses[status] = (stacks, until)
        self.events = []
        if "events" in self.given:
            self.events = [self._event(cursor) for _ in range(cursor.take("B"))]
        if "bodies" in self.given:
            for _ in range(cursor.count()):
                self._body(cursor)
        if "things" in self.given:
            for _ in range(cursor.count()):
                self._thing(cursor)
        if cursor.at != len(payload):
            raise ValueError("too long")

    def _head(self, cursor: Cursor, flags: int) -> None:
        self.full = bool(flags & 1)
        if self.full:
            self.__init__()  # type: ignore[misc]
            self.full, self.tick = True, cursor.take("I")
        elif self.tick < 0:
            raise ValueError("not full")
        else:
            self.tick += cursor.take("B") if flags & 2 else 1
        if flags & 8:
            self.ack_seq = cursor.take("I")
        elif flags & 4:
            self.ack_seq += 1
        self.check = cursor.take("H") if flags & 16 else None
        if flags & 32:
            self.motion = {**cursor.fields(MOTION), "tick": self.tick}
        if flags & 64:
            self.gait = cursor.fields(GAIT)
        if flags & 128:
            self.lead = cursor.take("b")

    def _event(self, cursor: Cursor) -> dict[str, int]:
        first = cursor.take("B")
        event = {"kind": first % 128, "a": cursor.count()}
        names, subject = EVENTS.get(first % 128, ("b cause amount", ""))
        for name in names.split():
            event[name] = (
                cursor.count() if name == "b" else cursor.take("B" if name == "cause" else "H")
            )
        if first > 127:
            event["x"], event["y"] = cursor.take("H"), cursor.take("H")
        elif not subject:
            raise ValueError("an event without a place")
        return event

    def _body(self, cursor: Cursor) -> None:
        slot = cursor.count()
        if slot not in self.bodies:
            self.bodies[slot] = cursor.row(BODY[1:])
        elif cursor.data[cursor.at : cursor.at + 1] == b"\0":
            cursor.at += 1
            del self.bodies[slot]
        else:
            row, new = self.bodies[slot], cursor.groups(BODY)
            if "dx" in new and "x" in new:
                raise ValueError("a body moved twice")
            row["x"] += new.pop("dx", 0)
            row["y"] += new.pop("dy", 0)
            row.update(new)

    def _thing(self, cursor: Cursor) -> None:
        name = cursor.count()
        if name not in self.things:
            what = cursor.take("B")
            if what not in THINGS:
                raise ValueError(f"a thing of kind {what}")
            title, groups = THINGS[what]
            self.things[name] = {**cursor.row(groups), "what": title, "tick": self.tick}
        elif cursor.data[cursor.at : cursor.at + 1] == b"\0":
            cursor.at += 1
            del self.things[name]
        else:
            row = self.things[name]
            groups = {"projectile": PROJECTILE, "area": AREA, "obstacle": OBSTACLE}
            row.update(
                cursor.groups(groups.get(row["what"], PICKUP), MAY_CHANGE[row["what"]]),
                tick=self.tick,
            )

    def things_of(self, what: str) -> list[dict[str, Any]]:
        """All things of a kind; what flies, where it is now."""
        found = [dict(row) for row in self.things.values() if row["what"] == what]
        for row in found:
            if what == "projectile":
                ticks = self.tick - row["tick"]
                row["x"] = (row["x"] * 16 + row["vx"] * ticks + 8) // 16
                row["y"] = (row["y"] * 16 + row["vy"] * ticks + 8) // 16
        return found


HEAD = ("full", "skipped", "ack_next", "ack", "check", "motion", "gait", "lead")
SECTIONS = ("match", "self", "hands", "statuses", "events", "bodies", "things")


def folded(data: bytes) -> int:
    """FNV-1a of 32 bits, its halves xored."""
    value = 2166136261
    for byte in data:
        value = (value ^ byte) * 16777619 % 2**32
    return value >> 16 ^ value % 2**16


def fold_of(motion: dict[str, Any]) -> int:
    """What the own state of a tick folds to."""
    return folded(struct.pack("<5dB", *(motion[name] for name, _ in MOTION)))


def framed(payload: bytes) -> bytes:
    """A payload as a message: a MessagePack array of two, the number 2 and a byte string."""
    if len(payload) < 256:
        return b"\x92\x02\xc4" + bytes([len(payload)]) + payload
    return b"\x92\x02\xc5" + struct.pack(">H", len(payload)) + payload
