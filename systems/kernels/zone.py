"""The circle shrinks, and whoever is outside is hurt."""

import math

import numpy as np

from ecs.kernel import (
    F64In,
    F64In2,
    F64Out,
    I32In,
    I32Out,
    I64In,
    I64Out,
    U8In,
    U8Out,
    U64In,
    device,
    kernel,
)
from ecs.randomness import draw_below, draw_unit
from schema.events import (
    CAUSE_ZONE,
    NO_RETURN,
    NO_SLOT,
    NOBODY,
    STAGE_COUNTDOWN,
    UNBLOCKED,
    ZONE_CLOSED,
    ZONE_SHRINKING,
    ZONE_WAITING,
)
from systems.kernels.tables import HitsOut, add_hit

STREAM_ZONE_HEADING = 2
STREAM_ZONE_OFFSET = 3


@device
def starting_radius(frame: F64In) -> float:
    """Radius of the circle around the whole map: half its diagonal."""
    return 0.5 * math.sqrt(frame[0] * frame[0] + frame[1] * frame[1])


@device
def draw_next(
    seed: np.uint64,
    tick: int,
    phase: int,
    circle: tuple[float, float, float],
    after_u: float,
    drift: float,
    frame: F64In,
    directions: F64In2,
) -> tuple[float, float, float]:
    """The next circle (x, y, radius): radius ``after_u``, drawn within ``circle``.

    Uniform over the disc of centres that keep it inside, shrunk by ``drift``: distance sqrt(u)
    times the room there is (inverse of the disc's cumulative area).  A centre beyond the map moves
    to the nearest place on it; that is no farther from the old centre, which was on it.
    """
    heading = draw_below(seed, tick, STREAM_ZONE_HEADING, phase, directions.shape[0])
    room = (circle[2] - after_u) * drift
    offset = room * math.sqrt(draw_unit(seed, tick, STREAM_ZONE_OFFSET, phase))
    x = circle[0] + directions[heading, 0] * offset
    y = circle[1] + directions[heading, 1] * offset
    return max(0.0, min(x, frame[0])), max(0.0, min(y, frame[1])), after_u


@kernel
def open_zone(
    seed: U64In,
    frame: F64In,
    wait_ticks: I64In,
    radius_ratio: F64In,
    drift: F64In,
    directions: F64In2,
    until_tick: I64Out,
    x_u: F64Out,
    y_u: F64Out,
    radius_u: F64Out,
    next_x_u: F64Out,
    next_y_u: F64Out,
    next_radius_u: F64Out,
) -> None:
    """Set the zone up before the first tick: around the whole map, with its next circle drawn."""
    until_tick[0] = wait_ticks[0]
    x_u[0], y_u[0] = 0.5 * frame[0], 0.5 * frame[1]
    radius_u[0] = starting_radius(frame)
    next_x_u[0], next_y_u[0], next_radius_u[0] = draw_next(
        seed[0],
        0,
        0,
        (x_u[0], y_u[0], radius_u[0]),
        radius_ratio[0] * radius_u[0],
        drift[0],
        frame,
        directions,
    )


@kernel
def shrink_zone(
    tick: I64In,
    seed: U64In,
    wait_ticks: I64In,
    shrink_ticks: I64In,
    radius_ratio: F64In,
    drift: F64In,
    frame: F64In,
    directions: F64In2,
    phase: I32Out,
    state: U8Out,
    since_tick: I64Out,
    until_tick: I64Out,
    x_u: F64Out,
    y_u: F64Out,
    radius_u: F64Out,
    from_x_u: F64Out,
    from_y_u: F64Out,
    from_radius_u: F64Out,
    next_x_u: F64Out,
    next_y_u: F64Out,
    next_radius_u: F64Out,
) -> None:
    """Advance the zone by one tick: wait, then shrink towards the next circle, phase by phase.

    While shrinking, centre and radius go linearly from where they were to the next circle, which
    lies within the former one.  After the last phase the zone stays closed.

    Args:
        wait_ticks, shrink_ticks: i64[phases].
        radius_ratio: f64[phases], radius at the end of each as a share of the starting radius.
        drift: f64[phases], how far the centre may move, as a share of the room there is.
        All others: columns of one row.
    """
    last = wait_ticks.shape[0] - 1
    now = tick[0]
    # A phase may wait for no time at all, so one tick can end a shrinking and begin the next.
    for _ in range(2):
        if state[0] == ZONE_WAITING and now >= until_tick[0]:
            state[0] = ZONE_SHRINKING
            since_tick[0] = until_tick[0]
            until_tick[0] = since_tick[0] + shrink_ticks[phase[0]]
            from_x_u[0], from_y_u[0], from_radius_u[0] = x_u[0], y_u[0], radius_u[0]
        elif state[0] == ZONE_SHRINKING and now >= until_tick[0]:
            x_u[0], y_u[0], radius_u[0] = next_x_u[0], next_y_u[0], next_radius_u[0]
            since_tick[0] = until_tick[0]
            if phase[0] == last:
                state[0] = ZONE_CLOSED
            else:
                phase[0] += 1
                state[0] = ZONE_WAITING
                until_tick[0] = since_tick[0] + wait_ticks[phase[0]]
                next_x_u[0], next_y_u[0], next_radius_u[0] = draw_next(
                    seed[0],
                    now,
                    phase[0],
                    (x_u[0], y_u[0], radius_u[0]),
                    radius_ratio[phase[0]] * starting_radius(frame),
                    drift[phase[0]],
                    frame,
                    directions,
                )
    if state[0] == ZONE_SHRINKING:
        share = float(now - since_tick[0]) / float(until_tick[0] - since_tick[0])
        x_u[0] = from_x_u[0] + (next_x_u[0] - from_x_u[0]) * share
        y_u[0] = from_y_u[0] + (next_y_u[0] - from_y_u[0]) * share
        radius_u[0] = from_radius_u[0] + (next_radius_u[0] - from_radius_u[0]) * share


@kernel
def scorch(
    players: I64In,
    stage: U8In,
    alive: U8In,
    x_u: F64In,
    y_u: F64In,
    phase: I32In,
    zone_x_u: F64In,
    zone_y_u: F64In,
    zone_radius_u: F64In,
    damage_hp: F64In,
    flags: I64In,
    hits: HitsOut,
    hit_count: I64Out,
    hits_refused: I64Out,
) -> None:
    """Hurt everybody whose centre is outside the zone; one that has closed to nothing hurts all.

    Nobody is hurt before the start.

    Args:
        damage_hp: f64[phases], damage per tick in each phase.
        flags: i64[phases], TRUE_DAMAGE in those in which armour does not help.
    """
    amount, own = damage_hp[phase[0]], flags[phase[0]] | UNBLOCKED | NO_RETURN
    if amount == 0.0 or stage[0] == STAGE_COUNTDOWN:
        return
    limit = zone_radius_u[0] * zone_radius_u[0]
    for row in range(players[0]):
        dx, dy = x_u[row] - zone_x_u[0], y_u[row] - zone_y_u[0]
        if alive[row] != 0 and dx * dx + dy * dy >= limit:
            add_hit(
                hits,
                hit_count,
                hits_refused,
                row,
                NOBODY,
                CAUSE_ZONE,
                NO_SLOT,
                own,
                amount,
                1.0,
                zone_x_u[0],
                zone_y_u[0],
            )
