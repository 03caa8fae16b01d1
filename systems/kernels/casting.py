"""Attacks leave the hand: shots and thrown blasts become rows."""

from ecs.identity import give_slot
from ecs.kernel import (
    F64In,
    F64In2,
    F64Out,
    Float,
    I32In,
    I32Out,
    I64In,
    I64Out,
    Int,
    U8In,
    U16In,
    U16Out,
    U32Out,
    kernel,
)
from schema.commands import ATTACK, BLAST
from schema.events import NOBODY, SHOT
from systems.kernels.geometry import MISS
from systems.kernels.tables import EventsOut, add_event
from systems.kernels.walls import sweep_walls

THROWN_RADIUS_U = 0.125


@kernel
def shoot(
    players: I64In,
    tick: I64In,
    alive: U8In,
    buttons: U8In,
    aim: U16In,
    body_x_u: F64In,
    body_y_u: F64In,
    directions: F64In2,
    speed_ups: Float,
    flight_ticks: Int,
    cooldown_ticks: Int,
    ready_tick: I64Out,
    count: I64Out,
    refused: I64Out,
    slot: I32Out,
    generation: U32Out,
    free: I32Out,
    x_u: F64Out,
    y_u: F64Out,
    vx_ups: F64Out,
    vy_ups: F64Out,
    owner: I64Out,
    direction: U16Out,
    expire_tick: I64Out,
    events: EventsOut,
    event_count: I64Out,
    events_refused: I64Out,
) -> None:
    """A projectile for everybody who attacks and may.

    It starts in the middle of the shooter's body, never beyond it, and is swept from there: a
    muzzle that pokes through a wall cannot shoot through it.  When the table is full the shot is
    refused and counted and costs nothing.
    """
    for row in range(players[0]):
        if alive[row] == 0 or int(buttons[row]) & ATTACK == 0 or tick[0] < ready_tick[row]:
            continue
        place = count[0]
        if place >= slot.shape[0]:
            refused[0] += 1
            continue
        ready_tick[row] = tick[0] + cooldown_ticks
        give_slot(place, slot, generation, free)
        heading = int(aim[row])
        x_u[place], y_u[place] = body_x_u[row], body_y_u[row]
        vx_ups[place] = directions[heading, 0] * speed_ups
        vy_ups[place] = directions[heading, 1] * speed_ups
        owner[place] = row
        direction[place] = heading
        expire_tick[place] = tick[0] + flight_ticks - 1
        count[0] = place + 1
        add_event(
            events, event_count, events_refused, SHOT, row, NOBODY, body_x_u[row], body_y_u[row], 0
        )


@kernel
def throw(
    players: I64In,
    tick: I64In,
    alive: U8In,
    buttons: U8In,
    aim: U16In,
    reach: U8In,
    body_x_u: F64In,
    body_y_u: F64In,
    directions: F64In2,
    range_u: Float,
    fuse_ticks: Int,
    cooldown_ticks: Int,
    walls: F64In2,
    wall_start: I32In,
    wall_row: I32In,
    frame: F64In,
    ready_tick: I64Out,
    count: I64Out,
    refused: I64Out,
    slot: I32Out,
    generation: U32Out,
    free: I32Out,
    x_u: F64Out,
    y_u: F64Out,
    owner: I64Out,
    fire_tick: I64Out,
) -> None:
    """A blast for everybody who throws one and may; it lands short of the first wall on its way.

    When the table is full the throw is refused and counted and costs nothing.
    """
    for row in range(players[0]):
        if alive[row] == 0 or int(buttons[row]) & BLAST == 0 or tick[0] < ready_tick[row]:
            continue
        place = count[0]
        if place >= slot.shape[0]:
            refused[0] += 1
            continue
        ready_tick[row] = tick[0] + cooldown_ticks
        give_slot(place, slot, generation, free)
        far = range_u * (float(reach[row]) / 255.0)
        heading = int(aim[row])
        px, py = body_x_u[row], body_y_u[row]
        dx = max(0.0, min(px + directions[heading, 0] * far, frame[0])) - px
        dy = max(0.0, min(py + directions[heading, 1] * far, frame[1])) - py
        t, _, _ = sweep_walls(px, py, dx, dy, THROWN_RADIUS_U, walls, wall_start, wall_row, frame)
        t = 1.0 if t == MISS else t
        x_u[place] = px + dx * t
        y_u[place] = py + dy * t
        owner[place] = row
        fire_tick[place] = tick[0] + fuse_ticks
        count[0] = place + 1
