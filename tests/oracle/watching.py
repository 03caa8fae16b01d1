"""What a viewer must and may know of a match: a twin made of docs/protocol.md alone.

It looks every row of a match through for every viewer, in fractions, and knows nothing of ledgers,
candidates or cells.  Where a look hangs on a hair, both answers are right.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

from tests.oracle import snapshot as wire
from tests.oracle.eyes import (
    clamped,
    eyes_of,
    is_given_away,
    length,
    look_of,
    place,
    rounded,
    sees,
    sees_any,
    sees_body,
    share,
    slot_of,
)
from tests.oracle.scenery import Block, Body, Circle, Hand, Happening, Item, Shot, State

Row = dict[str, Any]
Answer = bool | None
NEVER = 2**32 - 1
DEATH = 7


def tick_of(value: int) -> int:
    """A point in time on the wire."""
    return clamped(value, high=NEVER)


# ---- the viewer's own affairs -------------------------------------------------------------------


def expected_match(state: State, slot: int) -> dict[str, int]:
    """How the match stands."""
    names = ("zone_x", "zone_y", "zone_radius", "next_x", "next_y", "next_radius")
    circles = [rounded(value, 256) for value in (*state.zone, *state.zone_next)]
    return {
        "alive": state.alive,
        "teams_alive": state.teams_alive,
        "stage": state.stage,
        "stage_tick": state.play_tick if state.stage == 0 else state.stage_tick,
        "zone_phase": state.zone_phase + 1,
        "zone_state": state.zone_state,
        "zone_since_tick": tick_of(state.zone_since_tick),
        "zone_until_tick": tick_of(state.zone_change_tick),
        **dict(zip(names, circles, strict=True)),
        "eyes_slot": slot_of(look_of(state, slot).slot),
    }


def progress(state: State, body: Body) -> int:
    """Experience towards the next level."""
    steps: list[float | None] = [0.0, *state.level_xp]
    below, above = steps[body.level - 1], steps[body.level]
    if above is None or below is None:
        return 255
    return share(body.experience_xp - below, above - below)


def help_of(state: State, slot: int) -> int:
    """How far somebody has been helped up, or has helped."""
    for number, body in enumerate(state.bodies):
        at_work = body.alive and body.down and body.reviver is not None
        if at_work and slot in (number, body.reviver) and body.progress_ticks > 0:
            return share(body.progress_ticks, state.revive_ticks, low=1)
    return 0


def expected_self(state: State, slot: int) -> dict[str, int]:
    """The viewer's own figures."""
    own, body = state.bodies[slot], body_row(state, slot)
    covered = own.alive and own.bush is not None
    facts = (
        own.alive,
        own.down,
        own.channel is not None,
        covered,
        covered and is_given_away(state, own),
        own.down and own.reviver is not None,
    )
    return {
        "self_flags": sum(1 << bit for bit, fact in enumerate(facts) if fact),
        "body_flags": body["flags"],
        "conditions": own.conditions,
        "health": clamped(rounded(own.health_hp, 32)),
        "health_max": clamped(rounded(own.health_max_hp, 32)),
        "mana_max": clamped(rounded(own.mana_max_mp, 32)),
        "mana": clamped(rounded(own.mana_mp, 32)),
        "shield": clamped(rounded(own.shield_hp, 32)),
        "kills": clamped(own.kills),
        "assists": clamped(own.assists, high=255),
        "level": own.level,
        "progress": progress(state, own),
        "combo": own.combo,
        "revive": help_of(state, slot),
        "beam_length": body["beam_length"],
    }


def expected_hand(hand: Hand) -> dict[str, int]:
    """One of the viewer's own skills."""
    return {
        "skill": hand.skill,
        "level": hand.level,
        "charges": hand.charges,
        "ready_tick": tick_of(hand.ready_tick),
        "recharge_tick": tick_of(hand.recharge_tick),
        "held_tick": NEVER if hand.held_tick is None else hand.held_tick,
    }


def expected_statuses(state: State, slot: int) -> dict[int, tuple[int, int]]:
    """The viewer's own statuses."""
    return {
        status: (stacks, tick_of(until))
        for status, (stacks, until) in state.bodies[slot].statuses.items()
        if stacks > 0 and until > state.tick
    }


# ---- what is in sight ---------------------------------------------------------------------------


def held(state: State, hand: Hand) -> int:
    """The eighths of a full charge that are held."""
    if hand.held_tick is None:
        return 0
    full = state.hold_ticks[hand.skill]
    return 8 if full <= 0 else clamped(8 * (state.tick - hand.held_tick) // full, 1, 8)


def body_row(state: State, number: int) -> Row:
    """How anybody sees a body."""
    body = state.bodies[number]
    hold = max(held(state, hand) for hand in body.hands)
    facts = (
        state.tick < body.dash_until_tick,
        body.down,
        body.channel is not None,
        hold > 0,
        body.bush is not None,
        body.shield_hp > 0,
    )
    x, y = place(body.x_u, body.y_u)
    return {
        "x": x,
        "y": y,
        "aim": math.floor(Fraction(body.aim, 16) + Fraction(1, 2)) % 256,
        "health": share(body.health_hp, body.health_max_hp, low=1),
        "shield": share(body.shield_hp, body.health_max_hp),
        "flags": sum(1 << bit for bit, fact in enumerate(facts) if fact),
        "conditions": body.conditions,
        "level": body.level,
        "hold": hold,
        "beam_length": 0 if body.channel is None else length(body.beam_u),
    }


def expected_bodies(state: State, slot: int, plays: bool = True) -> dict[int, tuple[Answer, Row]]:
    """Everybody who is alive: whether the viewer sees them, and as what."""
    found: dict[int, tuple[Answer, Row]] = {}
    for number, body in enumerate(state.bodies):
        if not body.alive or (plays and number == slot):
            continue
        mate = body.team == state.bodies[slot].team
        found[number] = (True if mate else sees_body(state, slot, body), body_row(state, number))
    return found


def shot_row(state: State, shot: Shot) -> Row:
    """A projectile."""
    x, y = place(shot.x_u, shot.y_u)
    way = [math.floor(v * state.dt_s * 1024 + 0.5) for v in (shot.vx_ups, shot.vy_ups)]
    return {
        "x": x,
        "y": y,
        "vx": clamped(way[0], -32768, 32767),
        "vy": clamped(way[1], -32768, 32767),
        "owner": slot_of(shot.owner),
        "skill": shot.skill,
        "radius": clamped(rounded(shot.radius_u, 64), high=255),
    }


def expected_shots(state: State, slot: int) -> list[tuple[Answer, Row]]:
    """Every projectile."""
    return [
        (sees_any(state, slot, [(shot.x_u, shot.y_u)]), shot_row(state, shot))
        for shot in state.shots
    ]


def area_row(area: Circle) -> Row:
    """An area."""
    x, y = place(area.x_u, area.y_u)
    return {
        "x": x,
        "y": y,
        "radius": length(area.radius_u),
        "owner": slot_of(area.owner),
        "skill": area.skill,
        "fire_tick": tick_of(area.fire_tick),
        "until_tick": tick_of(area.until_tick),
    }


def sees_area(state: State, slot: int, area: Circle) -> Answer:
    """Whether an area is seen: its middle, four points of its rim, or from within."""
    x, y, r = area.x_u, area.y_u, area.radius_u
    if not sees(state, look_of(state, slot), x, y, r, r):
        return False
    within = any(
        Fraction(x - look.x_u) ** 2 + Fraction(y - look.y_u) ** 2 <= Fraction(r) ** 2
        for look in eyes_of(state, slot)
    )
    points = [(x, y), (x + r, y), (x - r, y), (x, y + r), (x, y - r)]
    return True if within else sees_any(state, slot, points, (r, r))


def expected_areas(state: State, slot: int) -> list[tuple[Answer, Row]]:
    """Every area."""
    return [(sees_area(state, slot, area), area_row(area)) for area in state.circles]


def bounds(block: Block) -> tuple[float, float]:
    """Half extents of an obstacle's bounding box: its four corners, and the radius round them."""
    corners = [(sx * block.hx_u, sy * block.hy_u) for sx in (-1, 1) for sy in (-1, 1)]
    wide = max(block.ux * x - block.uy * y for x, y in corners)
    high = max(block.uy * x + block.ux * y for x, y in corners)
    return wide + block.radius_u, high + block.radius_u


def obstacle_row(block: Block) -> Row:
    """An obstacle."""
    return {
        "kind": block.kind,
        "x_u": block.x_u,
        "y_u": block.y_u,
        "hx_u": block.hx_u,
        "hy_u": block.hy_u,
        "radius_u": block.radius_u,
        "heading": block.heading,
        "blocks": block.blocks,
        "health": share(block.health_hp, block.full_hp, low=1),
    }


def pickup_row(item: Item) -> Row:
    """An item that lies about."""
    x, y = place(item.x_u, item.y_u)
    return {"x": x, "y": y, "item": item.item}


def points_of(thing: Block | Item) -> list[tuple[float, float]]:
    """Where one looks for what stays where it is."""
    points = [(thing.x_u, thing.y_u)]
    if isinstance(thing, Block):
        for part, ux, uy in ((thing.hx_u, thing.ux, thing.uy), (thing.hy_u, -thing.uy, thing.ux)):
            for side in (0.75, -0.75):
                points.append((thing.x_u + ux * part * side, thing.y_u + uy * part * side))
    return points


def sees_thing(state: State, slot: int, thing: Block | Item) -> Answer:
    """Whether the place of what stays where it is, is in sight."""
    reach = bounds(thing) if isinstance(thing, Block) else (0.0, 0.0)
    return sees_any(state, slot, points_of(thing), reach)


def is_near(state: State, slot: int, thing: Block | Item) -> Answer:
    """Whether an obstacle is so near that it is known in any case."""
    own = state.bodies[slot]
    if not isinstance(thing, Block) or not own.alive:
        return False
    gaps = [
        abs(at - here) - reach
        for at, here, reach in zip(
            (thing.x_u, thing.y_u), (own.x_u, own.y_u), bounds(thing), strict=True
        )
    ]
    if max(abs(gap - 4) for gap in gaps) < 1e-9:
        return None
    return max(gaps) <= 4


def is_far(state: State, slot: int, thing: Block | Item) -> bool:
    """Whether what stays where it is, is so far off that it is forgotten."""
    reach = bounds(thing) if isinstance(thing, Block) else (0.0, 0.0)
    return not sees(state, look_of(state, slot), thing.x_u, thing.y_u, reach[0] + 4, reach[1] + 4)


# ---- what happens -------------------------------------------------------------------------------


def event_row(event: Happening) -> tuple[Row, str]:
    """An event without its place, and whose body it happens to, "" for nobody's."""
    names, subject = wire.EVENTS.get(event.kind, ("b cause amount", ""))
    values = {
        "b": event_slot(event.b),
        "cause": event.cause % 256,
        "amount": clamped(rounded(event.amount, 8)),
    }
    row = {"kind": event.kind % 128, "a": event_slot(event.a)}
    return {**row, **{name: values[name] for name in names.split()}}, subject


def event_slot(row: int) -> int:
    """A slot in an event."""
    return row if 0 <= row < wire.EVENT_NOBODY else wire.EVENT_NOBODY


def expected_events(
    state: State, slot: int, shown: set[int], plays: bool = True
) -> list[tuple[Answer, Row]]:
    """What happened in this tick, to a viewer to whom the bodies of ``shown`` are shown."""
    found: list[tuple[Answer, Row]] = []
    for event in state.events:
        row, subject = event_row(event)
        body = {"a": event.a, "b": event.b}.get(subject, -1)
        x, y = place(event.x_u, event.y_u)
        own = body == slot or (event.kind == DEATH and event.a == slot)
        if 0 <= body < len(state.bodies) and state.bodies[body].alive:
            known = body in shown or (plays and body == slot)
            found.append((known or own, row if known else {**row, "x": x, "y": y}))
            continue
        seen = True if own else sees_any(state, slot, [(event.x_u, event.y_u)])
        found.append((seen, {**row, "x": x, "y": y}))
    return found


def own_events(state: State, slot: int) -> list[Row]:
    """What happened in this tick to the viewer itself, told with its place by a later snapshot."""
    found = []
    for event in state.events:
        row, subject = event_row(event)
        body = {"a": event.a, "b": event.b}.get(subject, -1)
        if body == slot or (event.kind == DEATH and event.a == slot):
            x, y = place(event.x_u, event.y_u)
            found.append({**row, "x": x, "y": y})
    return found


def expected_motion(body: Body) -> Row:
    """The exact state of the viewer's own body."""
    return {
        "x_u": body.x_u,
        "y_u": body.y_u,
        "vx_ups": body.vx_ups,
        "vy_ups": body.vy_ups,
        "mana_mp": body.mana_mp,
        "buttons": body.buttons,
    }
