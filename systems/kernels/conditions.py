"""What lasts on a player: statuses, shields, healing over time, mana; and what that makes of them.

Statuses of player p are rows p * STATUSES … of their columns, one for each status of the balance.
"""

from ecs.kernel import (
    F64In,
    F64Out,
    Float,
    I64In,
    I64Out,
    U8In,
    U8Out,
    device,
    kernel,
)
from schema.events import (
    BURNING,
    CAUSE_BLED_OUT,
    CAUSE_STATUS,
    HASTED,
    HEALS,
    NO_RETURN,
    NO_SLOT,
    NOBODY,
    REVEALED,
    ROOTED,
    SLOWED,
    STUNNED,
    TRUE_DAMAGE,
    UNBLOCKED,
)
from schema.rulebook import (
    BURN,
    EXTEND,
    HASTE,
    LEVELS,
    REVEAL,
    ROOT,
    SLOW,
    STACK,
    STATUSES,
    STRONGEST,
    STUN,
)
from systems.kernels.tables import HitsOut, LevelsIn, StatusesIn, add_hit

SLOWEST = 0.1  # share of the speed that slows leave at least


@device
def give_status(
    row: int,
    status: int,
    ticks: int,
    source: int,
    tick: int,
    statuses: StatusesIn,
    until_tick: I64Out,
    stacks: U8Out,
    sources: I64Out,
) -> None:
    """Put a status on a player, by its stacking rule; never for longer than its maximum from now.

    What it does was derived before this tick's casts and hits, so it works from the next tick on.

    Args:
        row: who gets it.  status: its index.  ticks: in how many ticks it works.
        source: row of who gave it, or NOBODY.
    """
    place = row * STATUSES + status
    rule, longest = statuses[status]["stacking"], statuses[status]["ticks_max"]
    fresh = int(stacks[place]) == 0 or until_tick[place] <= tick
    end = tick + 1 + ticks
    if fresh:
        stacks[place] = 1
        sources[place] = source
    elif rule == STRONGEST:
        if end <= until_tick[place]:
            return
        sources[place] = source
    else:
        sources[place] = source
        if rule == EXTEND:
            end = until_tick[place] + ticks
        if rule == STACK and int(stacks[place]) < statuses[status]["stacks_max"]:
            stacks[place] = int(stacks[place]) + 1
        end = max(end, until_tick[place])
    until_tick[place] = min(end, tick + 1 + longest)


@kernel
def expire(
    players: I64In,
    tick: I64In,
    alive: U8In,
    until_tick: I64Out,
    stacks: U8Out,
    sources: I64Out,
    shield_hp: F64Out,
    shield_until_tick: I64In,
    combo_hits: U8Out,
    combo_until_tick: I64In,
) -> None:
    """End what has lasted its time, and everything that is on the dead."""
    for row in range(players[0]):
        for place in range(row * STATUSES, (row + 1) * STATUSES):
            if int(stacks[place]) != 0 and (until_tick[place] <= tick[0] or alive[row] == 0):
                stacks[place] = 0
                until_tick[place] = 0
                sources[place] = NOBODY
        if shield_hp[row] > 0.0 and (shield_until_tick[row] <= tick[0] or alive[row] == 0):
            shield_hp[row] = 0.0
        if combo_hits[row] != 0 and combo_until_tick[row] <= tick[0]:
            combo_hits[row] = 0


@kernel
def derive(
    players: I64In,
    alive: U8In,
    down: U8In,
    role: U8In,
    level: U8In,
    levels: LevelsIn,
    statuses: StatusesIn,
    stacks: U8In,
    down_speed_ratio: Float,
    health_max_hp: F64Out,
    mana_max_mp: F64Out,
    armour: F64Out,
    speed_ups: F64Out,
    power: F64Out,
    flags: U8Out,
    health_hp: F64Out,
    mana_mp: F64Out,
) -> None:
    """What class, level and statuses make of every living player; mana comes back.

    Speed is multiplied by what the slows leave, at least a tenth, and by what the hastes add.
    Health and mana are cut to their maxima; regeneration stops there.  Flames show: whoever burns
    is revealed.
    """
    for row in range(players[0]):
        if alive[row] == 0:
            continue
        own = levels[int(role[row]) * LEVELS + int(level[row]) - 1]
        slow, haste, seen = 0.0, 0.0, 0
        for status in range(STATUSES):
            count = int(stacks[row * STATUSES + status])
            if count == 0:
                continue
            kind, strength = statuses[status]["kind"], statuses[status]["strength"]
            if kind == SLOW:
                slow += strength * float(count)
                seen |= SLOWED
            elif kind == HASTE:
                haste += strength * float(count)
                seen |= HASTED
            elif kind == ROOT:
                seen |= ROOTED
            elif kind == STUN:
                seen |= STUNNED
            elif kind == BURN:
                seen |= BURNING | REVEALED
            elif kind == REVEAL:
                seen |= REVEALED
        speed = own["speed_ups"] * max(SLOWEST, 1.0 - slow) * (1.0 + haste)
        if down[row] != 0:
            speed = speed * down_speed_ratio
        if seen & (ROOTED | STUNNED) != 0:
            speed = 0.0
        speed_ups[row] = speed
        flags[row] = seen
        health_max_hp[row] = own["health_max_hp"]
        mana_max_mp[row] = own["mana_max_mp"]
        armour[row] = own["armour"]
        power[row] = own["power"]
        health_hp[row] = min(health_hp[row], own["health_max_hp"])
        mana_mp[row] = min(mana_mp[row] + own["mana_mp_per_tick"], own["mana_max_mp"])


@kernel
def burn(
    players: I64In,
    alive: U8In,
    statuses: StatusesIn,
    stacks: U8In,
    sources: I64In,
    x_u: F64In,
    y_u: F64In,
    hits: HitsOut,
    hit_count: I64Out,
    hits_refused: I64Out,
) -> None:
    """Damage of burns, as their givers' hits."""
    for row in range(players[0]):
        if alive[row] == 0:
            continue
        for status in range(STATUSES):
            count = int(stacks[row * STATUSES + status])
            if count == 0 or statuses[status]["kind"] != BURN:
                continue
            add_hit(
                hits,
                hit_count,
                hits_refused,
                row,
                sources[row * STATUSES + status],
                CAUSE_STATUS + status,
                NO_SLOT,
                NO_RETURN,
                statuses[status]["strength"] * float(count),
                0.0,
                x_u[row],
                y_u[row],
            )


@kernel
def bleed(
    players: I64In,
    alive: U8In,
    down: U8In,
    downer: I64In,
    bleed_hp: Float,
    x_u: F64In,
    y_u: F64In,
    hits: HitsOut,
    hit_count: I64Out,
    hits_refused: I64Out,
) -> None:
    """Whoever is knocked down loses health, as a hit of who did it."""
    for row in range(players[0]):
        if alive[row] != 0 and down[row] != 0:
            add_hit(
                hits,
                hit_count,
                hits_refused,
                row,
                downer[row],
                CAUSE_BLED_OUT,
                NO_SLOT,
                UNBLOCKED | TRUE_DAMAGE | NO_RETURN,
                bleed_hp,
                0.0,
                x_u[row],
                y_u[row],
            )


@kernel
def mend(
    players: I64In,
    tick: I64In,
    alive: U8In,
    down: U8In,
    until_tick: I64In,
    heal_hp: F64In,
    healer: I64In,
    skill: U8In,
    slot: U8In,
    x_u: F64In,
    y_u: F64In,
    hits: HitsOut,
    hit_count: I64Out,
    hits_refused: I64Out,
) -> None:
    """Healing over time, as hits that heal; none for the dead and the downed."""
    for row in range(players[0]):
        if alive[row] == 0 or down[row] != 0 or tick[0] >= until_tick[row]:
            continue
        add_hit(
            hits,
            hit_count,
            hits_refused,
            row,
            healer[row],
            int(skill[row]),
            int(slot[row]),
            HEALS,
            heal_hp[row],
            0.0,
            x_u[row],
            y_u[row],
        )
