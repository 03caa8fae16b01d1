"""No health left: knocked down, or dying."""

from ecs.kernel import F64In, F64Out, Float, I64In, I64Out, Int, U8In, U8Out, device, kernel
from schema.events import CAUSE_BLED_OUT, CAUSE_LEFT, DOWN, NO_SLOT, NOBODY
from schema.rulebook import STATUSES
from systems.kernels.tables import EventsOut, HitsIn, add_event


@device
def has_standing_mate(
    row: int, count: int, team: I64In, alive: U8In, down: U8In, health_hp: F64In
) -> bool:
    """Whether anybody of a player's team is alive, not knocked down, and has health left."""
    for other in range(count):
        mate = team[other] == team[row] and alive[other] != 0
        if mate and down[other] == 0 and health_hp[other] > 0.0:
            return True
    return False


@device
def name_killer(
    row: int, tick: int, credit_ticks: int, killer: int, last_attacker: I64In, last_hit_tick: I64In
) -> int:
    """Who did it: the killer, else the last enemy who hurt the victim recently, else NOBODY."""
    if killer != NOBODY:
        return killer
    if last_attacker[row] != NOBODY and tick - last_hit_tick[row] <= credit_ticks:
        return int(last_attacker[row])
    return NOBODY


@kernel
def doom(
    players: I64In,
    team_size: Int,
    downs_max: Int,
    hits: HitsIn,
    hit_count: I64In,
    team: I64In,
    alive: U8In,
    down: U8In,
    downs: U8In,
    health_hp: F64In,
    dying: U8Out,
) -> None:
    """Decide who of those without health dies; the others will be knocked down.

    Whoever is alone, is down already, has been down too often, or has nobody of the team standing
    dies; so does, whoever stands by, who leaves: nobody is there to be helped up.
    """
    for row in range(players[0]):
        dying[row] = 0
        if alive[row] == 0 or health_hp[row] > 0.0:
            continue
        lost = team_size <= 1 or down[row] != 0 or downs[row] >= downs_max
        if lost or not has_standing_mate(row, players[0], team, alive, down, health_hp):
            dying[row] = 1
    for hit in range(hit_count[0]):
        victim = int(hits[hit]["victim"])
        left = hits[hit]["cause"] == CAUSE_LEFT and alive[victim] != 0
        if left and health_hp[victim] <= 0.0:
            dying[victim] = 1


@kernel
def knock_down(
    players: I64In,
    tick: I64In,
    down_health_hp: Float,
    credit_ticks: Int,
    alive: U8In,
    dying: U8In,
    cause: U8In,
    x_u: F64In,
    y_u: F64In,
    last_attacker: I64In,
    last_hit_tick: I64In,
    health_hp: F64Out,
    down: U8Out,
    killer: I64Out,
    down_tick: I64Out,
    downs: U8Out,
    downer: I64Out,
    reviver: I64Out,
    progress_ticks: I64Out,
    knocks: I64Out,
    events: EventsOut,
    event_count: I64Out,
    events_refused: I64Out,
) -> None:
    """Knock down those without health who are not dying.

    It is the deed of whoever took the last health, else of the last enemy who hurt them within
    ``credit_ticks``.  They live, so they have no killer any more.
    """
    for row in range(players[0]):
        if alive[row] == 0 or dying[row] != 0 or health_hp[row] > 0.0:
            continue
        by = name_killer(row, tick[0], credit_ticks, int(killer[row]), last_attacker, last_hit_tick)
        down[row] = 1
        health_hp[row] = down_health_hp
        killer[row] = NOBODY
        down_tick[row] = tick[0]
        downs[row] += 1
        downer[row] = by
        reviver[row] = NOBODY
        progress_ticks[row] = 0
        if by != NOBODY:
            knocks[by] += 1
        why = int(cause[row])
        add_event(events, event_count, events_refused, DOWN, row, by, why, 0.0, x_u[row], y_u[row])


@kernel
def give_up(
    players: I64In,
    team: I64In,
    alive: U8In,
    down: U8In,
    health_hp: F64In,
    dying: U8Out,
    killer: I64Out,
    cause: U8Out,
) -> None:
    """Let those who are down die where nobody of their team is left standing: they bleed out.

    By nobody's last hit, so that the kill goes to whoever knocked them down.
    """
    for row in range(players[0]):
        if alive[row] == 0 or down[row] == 0 or dying[row] != 0:
            continue
        if not has_standing_mate(row, players[0], team, alive, down, health_hp):
            dying[row] = 1
            killer[row] = NOBODY
            cause[row] = CAUSE_BLED_OUT


@kernel
def let_go(
    players: I64In,
    tick: I64In,
    marked: U8In,
    since_tick: I64In,
    dash_until_tick: I64Out,
    channel_slot: U8Out,
    channel_length_u: F64Out,
    mending_until_tick: I64Out,
    flags: U8Out,
    until_tick: I64Out,
    stacks: U8Out,
    source: I64Out,
) -> None:
    """End what those who are marked since this tick were doing, and what was on them.

    Args:
        marked, since_tick: who went down, or died, and when.
        flags: what statuses made of them in this tick.
        until_tick, stacks, source: of statuses, by row * STATUSES + status.
    """
    for row in range(players[0]):
        if marked[row] == 0 or since_tick[row] != tick[0]:
            continue
        dash_until_tick[row] = 0
        channel_slot[row] = NO_SLOT
        channel_length_u[row] = 0.0
        mending_until_tick[row] = 0
        flags[row] = 0
        for place in range(row * STATUSES, (row + 1) * STATUSES):
            until_tick[place] = 0
            stacks[place] = 0
            source[place] = NOBODY
