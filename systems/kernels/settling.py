"""Collected damage is settled once, and the dead are buried."""

from ecs.kernel import (
    F64In,
    F64Out,
    I32Out,
    I64In,
    I64Out,
    Int,
    U8In,
    U8Out,
    device,
    kernel,
)
from schema.events import CAUSE_ZONE, DEATH, HIT, NOBODY
from systems.kernels.tables import EventsOut, HitsIn, add_event


@device
def is_later(hits: HitsIn, one: int, two: int) -> bool:
    """Whether hit ``one`` is settled after ``two``: by moment, then attacker, then cause."""
    if hits[one]["moment"] != hits[two]["moment"]:
        return bool(hits[one]["moment"] > hits[two]["moment"])
    if hits[one]["attacker"] != hits[two]["attacker"]:
        return bool(hits[one]["attacker"] > hits[two]["attacker"])
    return bool(hits[one]["cause"] > hits[two]["cause"])


@kernel
def forgive(over: U8In, hit_count: I64Out) -> None:
    """Once the match is decided nobody is hurt any more: the winner lives to see the result."""
    if over[0] != 0:
        hit_count[0] = 0


@kernel
def sort_hits(players: I64In, hits: HitsIn, hit_count: I64In, first: I32Out, order: I32Out) -> None:
    """Put hits into the order in which they are settled: by victim, then as ``is_later`` says.

    A counting sort by victim, then an insertion sort among the few hits of one victim; hits that
    tie in everything but their amount cannot exist, because one cause has one amount.

    Args:
        first: i32[players + 1], written: hits of victim v are order[first[v]:first[v + 1]].
        order: i32[hits], written.
    """
    for index in range(players[0] + 1):
        first[index] = 0
    for index in range(hit_count[0]):
        first[hits[index]["victim"] + 1] += 1
    for index in range(players[0]):
        first[index + 1] += first[index]
    for index in range(hit_count[0] - 1, -1, -1):
        # first[v + 1] is lowered to the beginning of v's places, then shifted back below.
        victim = hits[index]["victim"] + 1
        first[victim] -= 1
        order[first[victim]] = index
    for victim in range(players[0]):
        first[victim] = first[victim + 1]
    first[players[0]] = hit_count[0]
    for victim in range(players[0]):
        for place in range(first[victim] + 1, first[victim + 1]):
            moving = int(order[place])
            hole = place
            while hole > first[victim] and is_later(hits, int(order[hole - 1]), moving):
                order[hole] = order[hole - 1]
                hole -= 1
            order[hole] = moving


@kernel
def settle(
    players: I64In,
    tick: I64In,
    hits: HitsIn,
    first: I32Out,
    order: I32Out,
    credit_ticks: Int,
    x_u: F64In,
    y_u: F64In,
    alive: U8In,
    health_hp: F64Out,
    last_attacker: I64Out,
    last_hit_tick: I64Out,
    kills: I64Out,
    dealt_hp: F64Out,
    taken_hp: F64Out,
    killer: I64Out,
    cause: U8Out,
    dying: U8Out,
    events: EventsOut,
    event_count: I64Out,
    events_refused: I64Out,
) -> None:
    """Take each victim's hits off its health, in order, until it dies; give credit for deaths.

    Everybody who is alive at the beginning is hurt by everything that hit them, whatever happens
    to their attackers on the same tick: two players can kill each other, and nobody dies twice.
    Damage beyond the health that was left is nobody's.

    A death by another player is that player's kill.  Any other death (zone, own blast, leaving)
    is credited to whoever hurt the victim last, if that was within ``credit_ticks``.
    """
    for row in range(players[0]):
        dying[row] = 0
        for place in range(first[row], first[row + 1]):
            hit = int(order[place])
            if alive[row] == 0 or health_hp[row] <= 0.0:
                break
            attacker = int(hits[hit]["attacker"])
            amount = min(hits[hit]["amount_hp"], health_hp[row])
            health_hp[row] -= amount
            taken_hp[row] += amount
            if attacker != NOBODY and attacker != row:
                dealt_hp[attacker] += amount
                last_attacker[row] = attacker
                last_hit_tick[row] = tick[0]
            why = int(hits[hit]["cause"])
            if why < CAUSE_ZONE:
                shown = int(min(amount + 0.5, 255.0))
                add_event(
                    events,
                    event_count,
                    events_refused,
                    HIT,
                    attacker,
                    row,
                    x_u[row],
                    y_u[row],
                    shown,
                )
            if health_hp[row] <= 0.0:
                health_hp[row] = 0.0
                dying[row] = 1
                cause[row] = why
                if last_attacker[row] != NOBODY and tick[0] - last_hit_tick[row] <= credit_ticks:
                    killer[row] = last_attacker[row]
                    kills[killer[row]] += 1


@device
def ranks_below(one: int, two: int, kills: I64In, dealt_hp: F64In) -> bool:
    """Whether ``one`` is placed behind ``two`` when both die on one tick."""
    if kills[one] != kills[two]:
        return bool(kills[one] < kills[two])
    if dealt_hp[one] != dealt_hp[two]:
        return bool(dealt_hp[one] < dealt_hp[two])
    return one > two


@device
def sift(order: I32Out, top: int, size: int, kills: I64In, dealt_hp: F64In) -> None:
    """Restore the heap below ``top``; the best placed sinks to the top of the heap."""
    root = top
    for _ in range(64):
        child = 2 * root + 1
        if child >= size:
            return
        if child + 1 < size and ranks_below(
            int(order[child]), int(order[child + 1]), kills, dealt_hp
        ):
            child += 1
        if not ranks_below(int(order[root]), int(order[child]), kills, dealt_hp):
            return
        order[root], order[child] = order[child], order[root]
        root = child


@kernel
def bury(
    players: I64In,
    tick: I64In,
    x_u: F64In,
    y_u: F64In,
    dying: U8In,
    kills: I64In,
    dealt_hp: F64In,
    killer: I64In,
    cause: U8In,
    order: I32Out,
    alive: U8Out,
    vx_ups: F64Out,
    vy_ups: F64Out,
    buttons: U8Out,
    placement: I64Out,
    death_tick: I64Out,
    alive_count: I64Out,
    events: EventsOut,
    event_count: I64Out,
    events_refused: I64Out,
) -> None:
    """End the lives of those who died on this tick and place them.

    Who dies on one tick shares the places from the last living down: more kills is better, then
    more damage, then the lower slot.  Sorted with a heap, because a closing zone can end
    thousands of lives at once.
    """
    size = 0
    for row in range(players[0]):
        if dying[row] != 0:
            order[size] = row
            size += 1
    for top in range(size // 2 - 1, -1, -1):
        sift(order, top, size, kills, dealt_hp)
    # The heap's top is the best placed of the rest: swapped to the end, so worst comes first.
    for end in range(size - 1, 0, -1):
        order[0], order[end] = order[end], order[0]
        sift(order, 0, end, kills, dealt_hp)
    for place in range(size):
        row = int(order[place])
        placement[row] = alive_count[0] - place
        alive[row] = 0
        death_tick[row] = tick[0]
        vx_ups[row] = 0.0
        vy_ups[row] = 0.0
        buttons[row] = 0
        why = int(cause[row])
        add_event(
            events,
            event_count,
            events_refused,
            DEATH,
            row,
            killer[row],
            x_u[row],
            y_u[row],
            why,
        )
    alive_count[0] -= size


@kernel
def crown(
    players: I64In,
    tick: I64In,
    alive: U8In,
    alive_count: I64In,
    placement: I64Out,
    over: U8Out,
    over_tick: I64Out,
    winner: I64Out,
) -> None:
    """Decide the match when at most one player is left of at least two, or none of one.

    The last one living wins; when the last ones died together, the best placed of them does.
    """
    if over[0] != 0 or players[0] == 0:
        return
    if alive_count[0] > 1 or (alive_count[0] == 1 and players[0] == 1):
        return
    for row in range(players[0]):
        if alive[row] != 0:
            placement[row] = 1
        if placement[row] == 1:
            winner[0] = row
    over[0] = 1
    over_tick[0] = tick[0]
