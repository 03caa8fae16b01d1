"""Those who are down are helped up by their team mates."""

from ecs.kernel import (
    F64In,
    F64Out,
    Float,
    I32In,
    I64In,
    I64Out,
    Int,
    U8In,
    U8Out,
    device,
    kernel,
)
from schema.commands import INTERACT, SKILL_SLOTS
from schema.events import NO_SLOT, NOBODY, REVIVE, STUNNED
from schema.walls import BLOCKS_SIGHT
from systems.kernels.geometry import MISS
from systems.kernels.tables import CastsIn, EventsOut, add_event
from systems.kernels.walls import WallsIn, sweep_walls


@device
def has_hands_free(
    row: int,
    alive: U8In,
    down: U8In,
    dying: U8In,
    flags: U8In,
    buttons: U8In,
    channel_slot: U8In,
    held_tick: I64In,
    casts: CastsIn,
    cast_count: I64In,
) -> bool:
    """Whether a player stands, holds INTERACT, and does nothing else."""
    if alive[row] == 0 or down[row] != 0 or dying[row] != 0:
        return False
    if int(buttons[row]) & INTERACT == 0 or int(flags[row]) & STUNNED != 0:
        return False
    if channel_slot[row] != NO_SLOT:
        return False
    for place in range(row * SKILL_SLOTS, (row + 1) * SKILL_SLOTS):
        if held_tick[place] != NOBODY:
            return False
    cast = False
    for index in range(cast_count[0]):
        cast |= casts[index]["player"] == row
    return not cast


@device
def sees(
    dx: float,
    dy: float,
    x_u: float,
    y_u: float,
    walls: WallsIn,
    wall_start: I32In,
    wall_row: I32In,
    frame: F64In,
) -> bool:
    """Whether no wall that blocks sight lies between (x_u, y_u) and what is (dx, dy) away."""
    t, _, _, _ = sweep_walls(
        x_u, y_u, dx, dy, 0.0, BLOCKS_SIGHT, walls, wall_start, wall_row, frame
    )
    return t == MISS


@kernel
def attend(
    players: I64In,
    reach_u: Float,
    team: I64In,
    alive: U8In,
    down: U8In,
    dying: U8In,
    flags: U8In,
    buttons: U8In,
    channel_slot: U8In,
    held_tick: I64In,
    casts: CastsIn,
    cast_count: I64In,
    x_u: F64In,
    y_u: F64In,
    walls: WallsIn,
    wall_start: I32In,
    wall_row: I32In,
    frame: F64In,
    reviver: I64Out,
    progress_ticks: I64Out,
) -> None:
    """Find for everybody who is down the team mate who helps them up, and count the ticks.

    A helper has free hands (``has_hands_free``), is at most ``reach_u`` away, and sees them.  The
    one at work stays while all of that holds; otherwise it begins anew with the nearest, the
    lower row among equals.

    Args:
        held_tick: of skills, by row * SKILL_SLOTS + slot.
    """
    for row in range(players[0]):
        if alive[row] == 0 or down[row] == 0 or dying[row] != 0:
            continue
        former = reviver[row]
        chosen, nearest = NOBODY, 0.0
        for helper in range(players[0]):
            dx, dy = x_u[helper] - x_u[row], y_u[helper] - y_u[row]
            away = dx * dx + dy * dy
            if team[helper] != team[row] or away > reach_u * reach_u:
                continue
            # Asked last what costs most; who is farther than the best so far needs no asking.
            if helper != former and chosen != NOBODY and away >= nearest:
                continue
            if not has_hands_free(
                helper,
                alive,
                down,
                dying,
                flags,
                buttons,
                channel_slot,
                held_tick,
                casts,
                cast_count,
            ):
                continue
            if not sees(dx, dy, x_u[row], y_u[row], walls, wall_start, wall_row, frame):
                continue
            chosen, nearest = helper, away
            if helper == former:
                break
        progress_ticks[row] = progress_ticks[row] + 1 if chosen == former else 1
        if chosen == NOBODY:
            progress_ticks[row] = 0
        reviver[row] = chosen


@kernel
def raise_up(
    players: I64In,
    revive_ticks: Int,
    health_ratio: Float,
    alive: U8In,
    dying: U8In,
    health_max_hp: F64In,
    x_u: F64In,
    y_u: F64In,
    health_hp: F64Out,
    down: U8Out,
    downer: I64Out,
    reviver: I64Out,
    progress_ticks: I64Out,
    revives: I64Out,
    events: EventsOut,
    event_count: I64Out,
    events_refused: I64Out,
) -> None:
    """Put those on their feet who were helped for long enough, with a share of their health."""
    for row in range(players[0]):
        helper = reviver[row]
        if alive[row] == 0 or down[row] == 0 or dying[row] != 0 or helper == NOBODY:
            continue
        if progress_ticks[row] < revive_ticks:
            continue
        down[row] = 0
        health_hp[row] = health_ratio * health_max_hp[row]
        downer[row] = NOBODY
        reviver[row] = NOBODY
        progress_ticks[row] = 0
        revives[helper] += 1
        add_event(
            events, event_count, events_refused, REVIVE, helper, row, 0, 0.0, x_u[row], y_u[row]
        )
