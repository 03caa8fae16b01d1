"""What a client knows of a match: the other end of ``net.snapshot``, for tools and programs.

``Mirror.apply`` takes the payloads of one connection in the order in which they were sent.  Numbers
stay as the wire has them (docs/protocol.md); what moves by itself is asked for with a tick.
"""

from __future__ import annotations

import struct

from net.known import (
    Area,
    Body,
    Event,
    Figures,
    Gait,
    Hand,
    Motion,
    Obstacle,
    Pickup,
    Projectile,
    Thing,
)

FULL, SKIPPED, ACK_NEXT, ACK, CHECK, MOTION, GAIT, LEAD = (1 << bit for bit in range(8))
MATCH, SELF, HANDS, STATUSES, EVENTS, BODIES, THINGS = (1 << bit for bit in range(7))
PROJECTILE, AREA, OBSTACLE, PICKUP = range(1, 5)
_I8, _U16, _U32 = struct.Struct("<b"), struct.Struct("<H"), struct.Struct("<I")
_MOTION, _GAIT = struct.Struct("<5dB"), struct.Struct("<dIHdBII")
_BODY = struct.Struct("<HHBBBBBBBH")
_PROJECTILE = struct.Struct("<HHhhHBB")
_AREA = struct.Struct("<HHHHBII")
_OBSTACLE = struct.Struct("<BdddddHBB")
_PICKUP = struct.Struct("<HHB")
_FLIGHT = struct.Struct("<HHhh")
_STATUS = struct.Struct("<BBI")
_MATCH = tuple(struct.Struct(form) for form in ("<H", "<H", "<BI", "<BBII6i", "<H"))
_SELF = tuple(
    struct.Struct(form) for form in ("<BBB", "<H", "<HH", "<H", "<H", "<HBB", "<B", "<BBH")
)
_HAND = tuple(struct.Struct(form) for form in ("<BB", "<B", "<I", "<I", "<I"))
_AREA_GROUPS = tuple(struct.Struct(form) for form in ("<HHHHB", "<I", "<I"))
_HAS_B, _HAS_CAUSE, _HAS_AMOUNT, _OF_A, _OF_B = 1, 2, 4, 8, 16
_EVENT_FORMS = (7, 10, 23, 23, 23, 6, 2, 3, 11, 17, 0, 0, 10, 12)


class BadPayloadError(ValueError):
    """A payload that no server sends; what the mirror shows after it means nothing."""


_MATCH_NAMES = (
    ("alive",),
    ("teams_alive",),
    ("stage", "stage_tick"),
    ("zone_phase", "zone_state", "zone_since_tick", "zone_until_tick"),
    ("eyes_slot",),
)
_SELF_NAMES = (
    ("self_flags", "body_flags", "conditions"),
    ("health",),
    ("health_max", "mana_max"),
    ("mana",),
    ("shield",),
    ("kills", "assists", "level"),
    ("progress",),
    ("combo", "revive", "beam_length"),
)
_HAND_NAMES = (
    ("skill", "level"),
    ("charges",),
    ("ready_tick",),
    ("recharge_tick",),
    ("held_tick",),
)


class Mirror:
    """What one client knows.

    Attributes:
        tick: of the newest payload, -1 before the first.
        ack_seq: newest input the server had applied.
        figures, hands, gait: the viewer's own affairs; gait is None before it was told.
        motion: the own body's as told last, None before.
        check: what the own state of this tick folds to, None when it was not told so.
        lead: how many of the own inputs wait; below 0, for how many ticks there was none.
        statuses: (stacks, until_tick) by status, those that are over among them.
        bodies: by slot; things: by local id.
        events: of the newest payload.
    """

    def __init__(self) -> None:
        self.tick = -1
        self.ack_seq = 0
        self._forget()

    def _forget(self) -> None:
        self.figures = Figures()
        self.hands = [Hand() for _ in range(4)]
        self.gait: Gait | None = None
        self.motion: Motion | None = None
        self.check: int | None = None
        self.lead = 0
        self.statuses: dict[int, tuple[int, int]] = {}
        self.bodies: dict[int, Body] = {}
        self.things: dict[int, Thing] = {}
        self.events: list[Event] = []

    def apply(self, payload: bytes) -> None:
        """Take one payload.

        Raises:
            BadPayloadError: it is none, or not the one that follows.
        """
        try:
            end = self._apply(payload)
        except (struct.error, IndexError) as error:
            raise BadPayloadError("the payload ends too early") from error
        if end != len(payload):
            raise BadPayloadError("there is more behind the payload")

    def skim(self, payload: bytes) -> None:
        """Take only the head of one payload: tick, ack_seq, check, motion, gait and lead.

        For programs that cannot afford the rest; after it ``apply`` needs a full payload first.

        Raises:
            BadPayloadError: it is none, or not the one that follows.
        """
        try:
            self._head(payload, payload[0])
        except (struct.error, IndexError) as error:
            raise BadPayloadError("the payload ends too early") from error

    def _apply(self, data: bytes) -> int:
        flags, sections = data[0], data[1]
        if sections & 128:
            raise BadPayloadError("an unknown bit is set")
        at = self._head(data, flags)
        self.events = []
        if sections & MATCH:
            at = self._match(data, at)
        if sections & SELF:
            at = _groups(data, at, self.figures, _SELF, _SELF_NAMES)
        if sections & HANDS:
            at = self._hands(data, at)
        if sections & STATUSES:
            for _ in range(data[at]):
                status, stacks, until = _STATUS.unpack_from(data, at + 1)
                self.statuses[status] = (stacks, until)
                at += 6
            at += 1
        if sections & EVENTS:
            at = self._events(data, at)
        if sections & BODIES:
            at = self._bodies(data, at)
        if sections & THINGS:
            at = self._things(data, at)
        return at

    def _head(self, data: bytes, flags: int) -> int:
        at = 2
        if flags & FULL:
            self._forget()
            (self.tick,) = _U32.unpack_from(data, at)
            at += 4
        elif self.tick < 0:
            raise BadPayloadError("the first payload must be full")
        elif flags & SKIPPED:
            self.tick += data[at]
            at += 1
        else:
            self.tick += 1
        if flags & ACK:
            (self.ack_seq,) = _U32.unpack_from(data, at)
            at += 4
        elif flags & ACK_NEXT:
            self.ack_seq += 1
        self.check = None
        if flags & CHECK:
            (self.check,) = _U16.unpack_from(data, at)
            at += 2
        if flags & MOTION:
            self.motion = Motion(*(*_MOTION.unpack_from(data, at), self.tick))
            at += _MOTION.size
        if flags & GAIT:
            self.gait = Gait(*_GAIT.unpack_from(data, at))
            at += _GAIT.size
        if flags & LEAD:
            (self.lead,) = _I8.unpack_from(data, at)
            at += 1
        return at

    def _match(self, data: bytes, at: int) -> int:
        mask, figures = data[at], self.figures
        if mask & 8:
            before = sum(_MATCH[group].size for group in range(3) if mask & 1 << group)
            circles = struct.unpack_from("<6i", data, at + 1 + before + 10)
            figures.zone, figures.zone_next = circles[:3], circles[3:]
        return _groups(data, at, figures, _MATCH, _MATCH_NAMES)

    def _hands(self, data: bytes, at: int) -> int:
        which = data[at]
        if which > 15:
            raise BadPayloadError("there are four skills")
        at += 1
        for slot in range(4):
            if which & 1 << slot:
                at = _groups(data, at, self.hands[slot], _HAND, _HAND_NAMES)
        return at

    def _events(self, data: bytes, at: int) -> int:
        count, at = data[at], at + 1
        for _ in range(count):
            first = data[at]
            kind = first & 127
            form = _EVENT_FORMS[kind] if kind < len(_EVENT_FORMS) else _EVENT_FORMS[0]
            a, at = _count(data, at + 1)
            event = Event(kind, a)
            if form & _HAS_B:
                event.b, at = _count(data, at)
            if form & _HAS_CAUSE:
                event.cause, at = data[at], at + 1
            if form & _HAS_AMOUNT:
                (event.amount,) = _U16.unpack_from(data, at)
                at += 2
            if first & 128:
                (event.x,), (event.y,) = _U16.unpack_from(data, at), _U16.unpack_from(data, at + 2)
                at += 4
            elif not form & (_OF_A | _OF_B):
                raise BadPayloadError("an event of no body has no place")
            self.events.append(event)
        return at

    def _bodies(self, data: bytes, at: int) -> int:
        count, at = _count(data, at)
        for _ in range(count):
            slot, at = _count(data, at)
            body = self.bodies.get(slot)
            if body is None:
                self.bodies[slot] = Body(*_BODY.unpack_from(data, at))
                at += _BODY.size
            elif data[at] == 0:
                del self.bodies[slot]
                at += 1
            else:
                at = _change_body(body, data, at)
        return at

    def _things(self, data: bytes, at: int) -> int:
        count, at = _count(data, at)
        for _ in range(count):
            name, at = _count(data, at)
            thing = self.things.get(name)
            if thing is None:
                self.things[name], at = _enter(data, at, self.tick)
            elif data[at] == 0:
                del self.things[name]
                at += 1
            else:
                at = _change_thing(thing, data, at, self.tick)
        return at


def _count(data: bytes, at: int) -> tuple[int, int]:
    low = data[at]
    if low < 128:
        return low, at + 1
    high = data[at + 1]
    if high > 127:
        raise BadPayloadError("a number has more than two bytes")
    return low & 127 | high << 7, at + 2


def _groups(
    data: bytes,
    at: int,
    target: object,
    forms: tuple[struct.Struct, ...],
    names: tuple[tuple[str, ...], ...],
) -> int:
    """Read a mask and the groups it names into attributes; the place behind them."""
    mask, at = data[at], at + 1
    if mask == 0 or mask >> len(forms):
        raise BadPayloadError("a mask names no group, or one that does not exist")
    for group, form in enumerate(forms):
        if mask & 1 << group:
            values = form.unpack_from(data, at)
            for name, value in zip(names[group], values, strict=False):
                setattr(target, name, value)
            at += form.size
    return at


def _change_body(body: Body, data: bytes, at: int) -> int:
    mask, at = data[at], at + 1
    if mask & 3 == 3:
        raise BadPayloadError("a body moved in two ways at once")
    if mask & 1:
        dx, dy = struct.unpack_from("<bb", data, at)
        body.x, body.y, at = body.x + dx, body.y + dy, at + 2
    if mask & 2:
        body.x, body.y = struct.unpack_from("<HH", data, at)
        at += 4
    if mask & 4:
        body.aim, at = data[at], at + 1
    if mask & 8:
        body.health, at = data[at], at + 1
    if mask & 16:
        body.shield, at = data[at], at + 1
    if mask & 32:
        body.flags, body.conditions, at = data[at], data[at + 1], at + 2
    if mask & 64:
        body.level, at = data[at], at + 1
    if mask & 128:
        body.hold, body.beam_length = struct.unpack_from("<BH", data, at)
        at += 3
    return at


def _enter(data: bytes, at: int, tick: int) -> tuple[Thing, int]:
    kind, at = data[at], at + 1
    if kind == PROJECTILE:
        return Projectile(*(*_PROJECTILE.unpack_from(data, at), tick)), at + _PROJECTILE.size
    if kind == AREA:
        return Area(*_AREA.unpack_from(data, at)), at + _AREA.size
    if kind == OBSTACLE:
        return Obstacle(*_OBSTACLE.unpack_from(data, at)), at + _OBSTACLE.size
    if kind == PICKUP:
        return Pickup(*_PICKUP.unpack_from(data, at)), at + _PICKUP.size
    raise BadPayloadError("there is no such kind of thing")


def _change_thing(thing: Thing, data: bytes, at: int, tick: int) -> int:
    mask, at = data[at], at + 1
    if isinstance(thing, Projectile) and mask == 1:
        thing.x, thing.y, thing.vx, thing.vy = _FLIGHT.unpack_from(data, at)
        thing.tick = tick
        return at + _FLIGHT.size
    if isinstance(thing, Obstacle) and mask == 2:
        thing.health = data[at]
        return at + 1
    if isinstance(thing, Area) and mask < 8:
        if mask & 1:
            thing.x, thing.y, thing.radius, thing.owner, thing.skill = _AREA_GROUPS[0].unpack_from(
                data, at
            )
            at += _AREA_GROUPS[0].size
        if mask & 2:
            (thing.fire_tick,) = _U32.unpack_from(data, at)
            at += 4
        if mask & 4:
            (thing.until_tick,) = _U32.unpack_from(data, at)
            at += 4
        return at
    raise BadPayloadError("a thing cannot change like this")
