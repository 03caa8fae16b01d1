"""The dead are buried, teams that are out get their places, and the match may be decided."""

from ecs.kernel import F64In, F64Out, I32Out, I64In, I64Out, U8In, U8Out, device, kernel
from schema.events import DEATH, NOBODY
from systems.kernels.tables import EventsOut, add_event


@device
def is_behind(one: int, two: int, team: I64In) -> bool:
    """Whether row ``one`` comes after row ``two``: by team, then row."""
    if team[one] != team[two]:
        return bool(team[one] > team[two])
    return one > two


@device
def sink_row(order: I32Out, top: int, size: int, team: I64In) -> None:
    """Restore the heap of rows below ``top``: the last is on top."""
    root = top
    for _ in range(64):
        child = 2 * root + 1
        if child >= size:
            return
        if child + 1 < size and is_behind(int(order[child + 1]), int(order[child]), team):
            child += 1
        if not is_behind(int(order[child]), int(order[root]), team):
            return
        order[root], order[child] = order[child], order[root]
        root = child


@device
def sort_rows(count: int, team: I64In, order: I32Out) -> None:
    """Put all rows into order: team by team, ascending within each."""
    for row in range(count):
        order[row] = row
    for top in range(count // 2 - 1, -1, -1):
        sink_row(order, top, count, team)
    for end in range(count - 1, 0, -1):
        order[0], order[end] = order[end], order[0]
        sink_row(order, 0, end, team)


@device
def end_of(begin: int, count: int, order: I32Out, team: I64In) -> int:
    """First place behind the team that begins at a place."""
    for place in range(begin + 1, count):
        if team[order[place]] != team[order[begin]]:
            return place
    return count


@device
def deeds_of(
    begin: int, count: int, order: I32Out, team: I64In, kills: I64In, dealt_hp: F64In
) -> tuple[int, float]:
    """(kills, damage dealt) of the team that begins at a place; summed in order of rows."""
    killed, dealt = 0, 0.0
    for place in range(begin, end_of(begin, count, order, team)):
        killed += kills[order[place]]
        dealt += dealt_hp[order[place]]
    return killed, dealt


@device
def ranks_below(
    one: int, two: int, count: int, order: I32Out, team: I64In, kills: I64In, dealt_hp: F64In
) -> bool:
    """Whether the team that begins at ``one`` is placed behind that at ``two``, out together.

    More kills is better, then more damage, then the lower row among the first of each.
    """
    kills_one, dealt_one = deeds_of(one, count, order, team, kills, dealt_hp)
    kills_two, dealt_two = deeds_of(two, count, order, team, kills, dealt_hp)
    if kills_one != kills_two:
        return kills_one < kills_two
    if dealt_one != dealt_two:
        return dealt_one < dealt_two
    return bool(order[one] > order[two])


@device
def sink_team(
    ended: I32Out,
    top: int,
    size: int,
    count: int,
    order: I32Out,
    team: I64In,
    kills: I64In,
    dealt_hp: F64In,
) -> None:
    """Restore the heap of teams below ``top``: the worst placed is on top."""
    root = top
    for _ in range(64):
        child = 2 * root + 1
        if child >= size:
            return
        one, two = int(ended[child]), int(ended[min(child + 1, size - 1)])
        if ranks_below(two, one, count, order, team, kills, dealt_hp):
            child += 1
        lower, upper = int(ended[child]), int(ended[root])
        if not ranks_below(lower, upper, count, order, team, kills, dealt_hp):
            return
        ended[root], ended[child] = ended[child], ended[root]
        root = child


@device
def find_ended(
    count: int, order: I32Out, team: I64In, alive: U8In, dying: U8In, ended: I32Out
) -> tuple[int, int]:
    """(teams whose last die on this tick, teams that live on); the former go into ``ended``."""
    size, living = 0, 0
    begin = 0
    for place in range(count):
        if place != begin:
            continue
        end = end_of(begin, count, order, team)
        dead, left = 0, 0
        for member in range(begin, end):
            row = int(order[member])
            if alive[row] != 0 and dying[row] != 0:
                dead += 1
            elif alive[row] != 0:
                left += 1
        if left > 0:
            living += 1
        elif dead > 0:
            ended[size] = begin
            size += 1
        begin = end
    return size, living


@kernel
def place_teams(
    players: I64In,
    team: I64In,
    alive: U8In,
    dying: U8In,
    join_tick: I64In,
    tick: I64In,
    kills: I64In,
    dealt_hp: F64In,
    order: I32Out,
    ended: I32Out,
    placement: I64Out,
    teams_alive: I64Out,
) -> None:
    """Give their places to the teams whose last ones die on this tick; members share a place.

    Teams that are out on one tick share the places from the last living team down, the better
    first (``ranks_below``).  Everything is sorted with heaps, because a closing zone can end
    thousands of lives at once.

    Args:
        order: i32[rows], written: rows team by team.
        ended: i32[teams + 1], written: where in ``order`` the teams begin that are out.
        teams_alive: i64[1], counted anew when somebody dies or has entered.
    """
    changed, count = False, players[0]
    for row in range(count):
        changed |= alive[row] != 0 and (dying[row] != 0 or join_tick[row] == tick[0])
    if not changed:
        return
    sort_rows(count, team, order)
    size, living = find_ended(count, order, team, alive, dying, ended)
    for top in range(size // 2 - 1, -1, -1):
        sink_team(ended, top, size, count, order, team, kills, dealt_hp)
    for end in range(size - 1, -1, -1):
        # The heap's top is the worst of the rest: it gets the last place that is left.
        ended[0], ended[end] = ended[end], ended[0]
        begin = int(ended[end])
        for place in range(begin, end_of(begin, count, order, team)):
            placement[order[place]] = living + end + 1
        sink_team(ended, 0, end, count, order, team, kills, dealt_hp)
    teams_alive[0] = living


@kernel
def bury(
    players: I64In,
    tick: I64In,
    x_u: F64In,
    y_u: F64In,
    dying: U8In,
    killer: I64In,
    cause: U8In,
    alive: U8Out,
    down: U8Out,
    health_hp: F64Out,
    shield_hp: F64Out,
    vx_ups: F64Out,
    vy_ups: F64Out,
    buttons: U8Out,
    reviver: I64Out,
    progress_ticks: I64Out,
    death_tick: I64Out,
    alive_count: I64Out,
    events: EventsOut,
    event_count: I64Out,
    events_refused: I64Out,
) -> None:
    """End the lives of those who die on this tick."""
    for row in range(players[0]):
        if dying[row] == 0 or alive[row] == 0:
            continue
        alive[row] = 0
        down[row] = 0
        health_hp[row] = 0.0
        shield_hp[row] = 0.0
        vx_ups[row] = 0.0
        vy_ups[row] = 0.0
        buttons[row] = 0
        reviver[row] = NOBODY
        progress_ticks[row] = 0
        death_tick[row] = tick[0]
        alive_count[0] -= 1
        by, why = int(killer[row]), int(cause[row])
        add_event(events, event_count, events_refused, DEATH, row, by, why, 0.0, x_u[row], y_u[row])


@device
def is_decided(count: int, team: I64In, alive: U8In) -> bool:
    """Whether at most one team is left of at least two that entered, or none of one."""
    last, entered = NOBODY, False
    for row in range(count):
        if team[row] != team[0]:
            entered = True
        if alive[row] == 0:
            continue
        if last != NOBODY and team[row] != team[last]:
            return False
        last = row
    return entered or last == NOBODY


@device
def did_more(one: int, two: int, kills: I64In, dealt_hp: F64In) -> bool:
    """Whether a player has more kills than another, or as many and dealt more damage."""
    if kills[one] != kills[two]:
        return bool(kills[one] > kills[two])
    return bool(dealt_hp[one] > dealt_hp[two])


@kernel
def crown(
    players: I64In,
    tick: I64In,
    team: I64In,
    alive: U8In,
    kills: I64In,
    dealt_hp: F64In,
    placement: I64Out,
    over: U8Out,
    over_tick: I64Out,
    winner: I64Out,
    winning_team: I64Out,
) -> None:
    """Decide the match when at most one team is left of at least two, or none of one.

    The last team living wins, all of it: the first place is also that of its dead.  When the last
    ones died together, the best placed of them does.  The winner is the team's member with most
    kills, then most damage, then the lowest row.
    """
    if over[0] != 0 or players[0] == 0 or not is_decided(players[0], team, alive):
        return
    won = NOBODY
    for row in range(players[0]):
        if alive[row] != 0 or (won == NOBODY and placement[row] == 1):
            won = row
    best = NOBODY
    for row in range(players[0]):
        if won == NOBODY or team[row] != team[won]:
            continue
        placement[row] = 1
        if best == NOBODY or did_more(row, best, kills, dealt_hp):
            best = row
    over[0] = 1
    over_tick[0] = tick[0]
    winner[0] = best
    if won != NOBODY:
        winning_team[0] = team[won]
