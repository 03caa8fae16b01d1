"""What a viewer's snapshot must say: a twin made of docs/protocol.md alone.

It looks every row of a match through for every viewer, where the packer draws rows once, sorts them
into cells and copies bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.oracle import snapshot as wire
from tests.oracle.eyes import (
    clamped,
    is_given_away,
    is_hidden,
    length,
    look_of,
    place,
    rounded,
    sees,
    share,
    slot_of,
)
from tests.oracle.scenery import Block, Body, Hand, State

CAST, HEAL, PICKUP, LEVEL = 1, 4, 12, 13


# ---- the header ---------------------------------------------------------------------------------


def held(state: State, hand: Hand) -> int:
    """The share of a full charge that is held."""
    if hand.held_tick is None:
        return 0
    return share(state.tick - hand.held_tick, state.hold_ticks[hand.skill], low=1)


def slot_bytes(state: State, hand: Hand) -> bytes:
    """A skill of the viewer's."""
    needed = [hand.ready_tick] + ([hand.recharge_tick] if hand.charges == 0 else [])
    full = hand.charges >= state.charges_max[hand.skill]
    wait = clamped(max(needed) - state.tick)
    recharge = 0 if full else clamped(hand.recharge_tick - state.tick, low=1)
    numbers = (hand.skill, hand.level, hand.charges, held(state, hand), wait, recharge)
    return wire.SLOT.pack(*numbers)


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


def own_flags(state: State, own: Body) -> int:
    """The viewer's flags."""
    covered = own.alive and own.bush is not None
    facts = (
        own.alive,
        own.down,
        own.channel is not None,
        covered,
        covered and is_given_away(state, own),
        own.down and own.reviver is not None,
    )
    return sum(1 << bit for bit, fact in enumerate(facts) if fact)


def expected_header(state: State, slot: int, counts: Sequence[int]) -> wire.Header:
    """The header of ``slot``'s snapshot with these counts of rows, in the header's order."""
    own = state.bodies[slot]
    vitals = (own.health_hp, own.health_max_hp, own.mana_mp, own.mana_max_mp, own.shield_hp)
    values: tuple[Any, ...] = (
        state.tick,
        own.seq,
        slot,
        slot_of(look_of(state, slot).slot),
        state.alive,
        state.teams_alive,
        state.stage,
        state.zone_phase + 1,
        state.zone_state,
        own_flags(state, own),
        state.play_tick if state.stage == 0 else state.stage_tick,
        state.zone_change_tick,
        *(rounded(value, 256) for value in (*state.zone, *state.zone_next)),
        *(clamped(rounded(value, 32)) for value in vitals),
        clamped(own.kills),
        clamped(own.assists, high=255),
        own.level,
        progress(state, own),
        own.combo,
        own.conditions,
        help_of(state, slot),
        b"".join(slot_bytes(state, hand) for hand in own.hands),
        *counts,
        0,
    )
    return wire.Header(*values)


# ---- the sections -------------------------------------------------------------------------------


def expected_statuses(state: State, slot: int) -> list[wire.Status]:
    """The viewer's own statuses."""
    return [
        wire.Status(status, stacks, 0, clamped(until - state.tick))
        for status, (stacks, until) in sorted(state.bodies[slot].statuses.items())
        if stacks > 0 and until > state.tick
    ]


def player_row(state: State, number: int) -> wire.Player:
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
    return wire.Player(
        number,
        *place(body.x_u, body.y_u),
        body.aim,
        share(body.health_hp, body.health_max_hp, low=1),
        share(body.shield_hp, body.health_max_hp),
        sum(1 << bit for bit, fact in enumerate(facts) if fact),
        body.conditions,
        body.level,
        hold,
        0 if body.channel is None else length(body.beam_u),
    )


def expected_players(state: State, slot: int) -> list[wire.Player]:
    """Whom ``slot`` sees, by slot: living bodies only, that of the eyes first."""
    look = look_of(state, slot)
    found = [
        player_row(state, number)
        for number, body in enumerate(state.bodies)
        if body.alive and not is_hidden(state, look, body) and sees(state, look, body.x_u, body.y_u)
    ]
    return sorted(found, key=lambda row: (row.slot != look.slot, row.slot))


def expected_projectiles(state: State, slot: int) -> list[wire.Projectile]:
    """The projectiles ``slot`` sees."""
    look = look_of(state, slot)
    return [
        wire.Projectile(
            shot.slot,
            shot.generation % 256,
            *place(shot.x_u, shot.y_u),
            shot.direction,
            slot_of(shot.owner),
            shot.skill,
            clamped(rounded(shot.radius_u, 64), high=255),
        )
        for shot in state.shots
        if sees(state, look, shot.x_u, shot.y_u)
    ]


def expected_areas(state: State, slot: int) -> list[wire.Area]:
    """The areas that reach into what ``slot`` sees."""
    look = look_of(state, slot)
    return [
        wire.Area(
            area.slot,
            area.generation % 256,
            *place(area.x_u, area.y_u),
            length(area.radius_u),
            clamped(area.fire_tick - state.tick + 1),
            clamped(area.until_tick - state.tick + 1),
            slot_of(area.owner),
            area.skill,
        )
        for area in state.circles
        if sees(state, look, area.x_u, area.y_u, area.radius_u, area.radius_u)
    ]


def bounds(block: Block) -> tuple[float, float]:
    """Half extents of an obstacle's bounding box: its four corners, and the radius round them."""
    corners = [(sx * block.hx_u, sy * block.hy_u) for sx in (-1, 1) for sy in (-1, 1)]
    wide = max(block.ux * x - block.uy * y for x, y in corners)
    high = max(block.uy * x + block.ux * y for x, y in corners)
    return wide + block.radius_u, high + block.radius_u


def expected_obstacles(state: State, slot: int) -> list[wire.Obstacle]:
    """The obstacles whose bounding boxes reach into what ``slot`` sees."""
    look = look_of(state, slot)
    return [
        wire.Obstacle(
            block.slot,
            block.generation % 256,
            block.kind,
            *place(block.x_u, block.y_u),
            *place(block.hx_u, block.hy_u),
            length(block.radius_u),
            block.heading,
            share(block.health_hp, block.full_hp, low=1),
            block.blocks,
        )
        for block in state.blocks
        if sees(state, look, block.x_u, block.y_u, *bounds(block))
    ]


def expected_pickups(state: State, slot: int) -> list[wire.Pickup]:
    """The items ``slot`` sees."""
    look = look_of(state, slot)
    return [
        wire.Pickup(item.slot, item.generation % 256, *place(item.x_u, item.y_u), item.item)
        for item in state.items
        if sees(state, look, item.x_u, item.y_u)
    ]


def expected_mates(state: State, slot: int) -> list[wire.Mate]:
    """The viewer's own living team mates, the first eight."""
    return [
        wire.Mate(
            number,
            *place(body.x_u, body.y_u),
            share(body.health_hp, body.health_max_hp, low=1),
            2 if body.down else 0,
            0,
        )
        for number, body in enumerate(state.bodies)
        if number != slot and body.alive and body.team == state.bodies[slot].team
    ][:8]


def expected_events(state: State, slot: int) -> list[wire.Event]:
    """What ``slot`` sees happen, in order, without what would give away who is hidden."""
    look = look_of(state, slot)
    hidden = {n for n, body in enumerate(state.bodies) if is_hidden(state, look, body)}
    return [
        wire.Event(
            event.kind % 256,
            slot_of(event.a),
            slot_of(event.b),
            *place(event.x_u, event.y_u),
            event.cause % 256,
            clamped(rounded(event.amount, 8)),
            0,
        )
        for event in state.events
        if sees(state, look, event.x_u, event.y_u)
        and not (event.kind in (CAST, HEAL, PICKUP, LEVEL) and event.a in hidden)
    ]


def expected_sections(state: State, slot: int) -> dict[str, Sequence[tuple[Any, ...]]]:
    """Every section of ``slot``'s snapshot, by name."""
    return {
        "statuses": expected_statuses(state, slot),
        "players": expected_players(state, slot),
        "projectiles": expected_projectiles(state, slot),
        "areas": expected_areas(state, slot),
        "obstacles": expected_obstacles(state, slot),
        "pickups": expected_pickups(state, slot),
        "mates": expected_mates(state, slot),
        "events": expected_events(state, slot),
    }
