"""Obstacles take damage, and end."""

from ecs.kernel import F64In, F64Out, I32In, I32Out, I64In, I64Out, U8In, U8Out, kernel
from schema.events import BARRIER_GONE, CRATE_BROKEN, NOBODY
from schema.walls import CRATE
from systems.kernels.tables import EventsOut, KnocksIn, add_event


@kernel
def sort_knocks(
    obstacles: I64In, knocks: KnocksIn, knock_count: I64In, first: I32Out, order: I32Out
) -> None:
    """Order knocks by obstacle, then attacker, then as they were collected.

    A counting sort by obstacle, then an insertion sort among the few knocks of one.

    Args:
        first: i32[obstacles + 1], written: knocks of obstacle k are order[first[k]:first[k + 1]].
        order: i32[knocks], written.
    """
    for index in range(obstacles[0] + 1):
        first[index] = 0
    for index in range(knock_count[0]):
        first[knocks[index]["obstacle"] + 1] += 1
    for index in range(obstacles[0]):
        first[index + 1] += first[index]
    for index in range(knock_count[0] - 1, -1, -1):
        # first[k + 1] is lowered to the beginning of k's places, then shifted back below.
        obstacle = knocks[index]["obstacle"] + 1
        first[obstacle] -= 1
        order[first[obstacle]] = index
    for obstacle in range(obstacles[0]):
        first[obstacle] = first[obstacle + 1]
    first[obstacles[0]] = knock_count[0]
    for obstacle in range(obstacles[0]):
        for place in range(first[obstacle] + 1, first[obstacle + 1]):
            moving, hole = int(order[place]), place
            attacker = knocks[moving]["attacker"]
            while hole > first[obstacle] and knocks[order[hole - 1]]["attacker"] > attacker:
                order[hole] = order[hole - 1]
                hole -= 1
            order[hole] = moving


@kernel
def break_obstacles(
    obstacles: I64In,
    tick: I64In,
    x_u: F64In,
    y_u: F64In,
    kind: U8In,
    owner: I64In,
    expire_tick: I64In,
    knocks: KnocksIn,
    first: I32In,
    order: I32In,
    health_hp: F64Out,
    gone: U8Out,
    events: EventsOut,
    event_count: I64Out,
    events_refused: I64Out,
) -> None:
    """Take the knocks off; an obstacle without health left, or whose time has come, goes.

    A crate's end is reported with the player who broke it, a barrier's with its owner and the
    player who broke it, if anybody did.
    """
    for row in range(obstacles[0]):
        left, breaker = health_hp[row], NOBODY
        for place in range(first[row], first[row + 1]):
            if left > 0.0:
                left -= knocks[order[place]]["amount_hp"]
                breaker = knocks[order[place]]["attacker"] if left <= 0.0 else NOBODY
        broken = health_hp[row] > 0.0 and left <= 0.0
        health_hp[row] = max(left, 0.0)
        if not broken and tick[0] < expire_tick[row]:
            continue
        gone[row] = 1
        what, one, two = BARRIER_GONE, owner[row], breaker
        if kind[row] == CRATE:
            what, one, two = CRATE_BROKEN, breaker, NOBODY
        add_event(events, event_count, events_refused, what, one, two, 0, 0.0, x_u[row], y_u[row])
