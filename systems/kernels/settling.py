"""Collected damage and healing are settled, in the order of ``systems.kernels.hit_order``."""

import math

from ecs.kernel import (
    F64In,
    F64In2,
    F64Out,
    Float,
    I32In,
    I64In,
    I64Out,
    U8In,
    U8Out,
    U16In,
    device,
    kernel,
)
from schema.events import (
    CAUSE_LEFT,
    CAUSE_STATUS,
    CAUSE_THORNS,
    HEAL,
    HEALS,
    HIT,
    NOBODY,
    SHIELDED,
    STAGE_COUNTDOWN,
    STAGE_OVER,
    STAGE_PLAY,
    STAGE_SUDDEN_DEATH,
    STUNNED,
    TRUE_DAMAGE,
    UNBLOCKED,
)
from systems.kernels.tables import ClassesIn, EventsOut, HitsIn, HitsOut, add_event


@device
def is_enemy(one: int, two: int, team: I64In) -> bool:
    """Whether ``one``, a row or NOBODY, is a player of another team than ``two``."""
    return one != NOBODY and team[one] != team[two]


@device
def share_of(stage: int, cause: int, attacker: int, row: int, ratio: float, team: I64In) -> float:
    """What share of a piece of damage counts at all; none is no hit.

    In the countdown nobody is hurt, except who leaves.  Damage to an ally is multiplied by the
    friendly fire ratio; what players do to themselves counts whole.
    """
    if stage == STAGE_COUNTDOWN and cause != CAUSE_LEFT:
        return 0.0
    if attacker != NOBODY and attacker != row and team[attacker] == team[row]:
        return ratio
    return 1.0


@device
def is_in_front(dx: float, dy: float, ux: float, uy: float, block_cos: float) -> bool:
    """Whether a source in direction (dx, dy) lies within the arc round the aim (ux, uy).

    The cosine of the angle between them is at least ``block_cos``; at no distance there is no
    angle and no block.  -1 is all round, which rounding must not open a gap in.
    """
    away = math.sqrt(dx * dx + dy * dy)
    return away > 0.0 and (block_cos <= -1.0 or dx * ux + dy * uy >= block_cos * away)


@device
def block_of(
    dx: float, dy: float, role: int, classes: ClassesIn, aim: int, directions: F64In2
) -> float:
    """Share that a victim's class takes off a hit from (dx, dy) away, while it can block."""
    ux, uy = directions[aim, 0], directions[aim, 1]
    if is_in_front(dx, dy, ux, uy, classes[role]["block_cos"]):
        return float(classes[role]["block_share"])
    return 0.0


@device
def write_hit(
    hits: HitsOut, hit: int, health: float, shield: float, blocked: float, over: float
) -> None:
    """Note what became of a hit whose victim was there to take it."""
    hits[hit]["health_hp"] = health
    hits[hit]["shield_hp"] = shield
    hits[hit]["blocked_hp"] = blocked
    hits[hit]["over_hp"] = over
    hits[hit]["landed"] = 1


@device
def take(
    hits: HitsOut,
    hit: int,
    amount: float,
    health: float,
    shield: float,
    share: float,
    armour: float,
) -> float:
    """Settle one piece of damage; return what the shield and the block took.

    Shield, then block, then armour, then health:
    ``(amount - shielded) * (1 - share) * (100 / (100 + armour))``.  Every factor is at most 1, so
    no rounding makes a hit stronger than it was.
    """
    flags = int(hits[hit]["flags"])
    shielded, kept = 0.0, amount
    if flags & UNBLOCKED == 0:
        shielded = min(shield, amount)
        kept = (amount - shielded) * (1.0 - share)
    rest = kept
    if flags & TRUE_DAMAGE == 0:
        rest = kept * (100.0 / (100.0 + armour))
    taken = min(health, rest)
    write_hit(hits, hit, taken, shielded, (amount - shielded) - rest, rest - taken)
    return amount - kept


@device
def mend(hits: HitsOut, hit: int, health: float, health_max: float) -> float:
    """Settle one piece of healing; return the health there is then: no more than its maximum."""
    amount = hits[hit]["amount_hp"]
    given = min(max(0.0, health_max - health), amount)
    write_hit(hits, hit, given, 0.0, 0.0, amount - given)
    # The sum of a rounded difference may lie a hair beyond the maximum.
    return float(min(health + given, max(health, health_max)))


@device
def tell(
    hits: HitsIn,
    hit: int,
    softened: float,
    x_u: float,
    y_u: float,
    events: EventsOut,
    event_count: I64Out,
    events_refused: I64Out,
) -> None:
    """Report a hit by a skill or by thorns, or healing that healed.

    What goes on by itself, that is statuses, zone, sudden death and bleeding, would fill the table
    with what everybody sees anyway.  Armour always takes its part and is not reported.
    """
    cause, health = int(hits[hit]["cause"]), hits[hit]["health_hp"]
    a, b = int(hits[hit]["attacker"]), int(hits[hit]["victim"])
    if int(hits[hit]["flags"]) & HEALS != 0:
        if health > 0.0:
            add_event(events, event_count, events_refused, HEAL, a, b, cause, health, x_u, y_u)
        return
    if cause >= CAUSE_STATUS and cause != CAUSE_THORNS:
        return
    if softened > 0.0:
        add_event(events, event_count, events_refused, SHIELDED, a, b, cause, softened, x_u, y_u)
    if health > 0.0 or softened <= 0.0:
        add_event(events, event_count, events_refused, HIT, a, b, cause, health, x_u, y_u)


@kernel
def settle(
    players: I64In,
    stage: U8In,
    friendly_ratio: Float,
    first: I32In,
    order: I32In,
    classes: ClassesIn,
    directions: F64In2,
    team: I64In,
    role: U8In,
    aim: U16In,
    x_u: F64In,
    y_u: F64In,
    alive: U8In,
    down: U8In,
    flags: U8In,
    armour: F64In,
    health_max_hp: F64In,
    hits: HitsOut,
    health_hp: F64Out,
    shield_hp: F64Out,
    killer: I64Out,
    cause: U8Out,
    events: EventsOut,
    event_count: I64Out,
    events_refused: I64Out,
) -> None:
    """Take each victim's hits off its shield and health, in order, and note what became of each.

    What happens to an attacker on the same tick changes nothing: two players can kill each other.
    Once the health is gone nothing lands any more, damage or healing.  Once the match is decided
    nothing does, not even leaving: the result stands.  Healing needs STAGE_PLAY; healing of
    nothing, which brings a status, lands in sudden death as well.

    Killer and cause are written for those whose health this brought to 0; allies and oneself are
    nobody's killer.
    """
    if stage[0] == STAGE_OVER:
        return
    for row in range(players[0]):
        for place in range(first[row], first[row + 1]):
            hit = int(order[place])
            if alive[row] == 0 or health_hp[row] <= 0.0:
                break
            if int(hits[hit]["flags"]) & HEALS != 0:
                empty = hits[hit]["amount_hp"] <= 0.0 and stage[0] == STAGE_SUDDEN_DEATH
                if (stage[0] == STAGE_PLAY or empty) and down[row] == 0:
                    health_hp[row] = mend(hits, hit, health_hp[row], health_max_hp[row])
                    tell(hits, hit, 0.0, x_u[row], y_u[row], events, event_count, events_refused)
                continue
            attacker, why = int(hits[hit]["attacker"]), int(hits[hit]["cause"])
            counts = share_of(int(stage[0]), why, attacker, row, friendly_ratio, team)
            if counts <= 0.0:
                continue
            amount, share = hits[hit]["amount_hp"] * counts, 0.0
            if down[row] == 0 and int(flags[row]) & STUNNED == 0:
                dx, dy = hits[hit]["from_x_u"] - x_u[row], hits[hit]["from_y_u"] - y_u[row]
                share = block_of(dx, dy, int(role[row]), classes, int(aim[row]), directions)
            soft = take(hits, hit, amount, health_hp[row], shield_hp[row], share, armour[row])
            shield_hp[row] -= hits[hit]["shield_hp"]
            health_hp[row] -= hits[hit]["health_hp"]
            tell(hits, hit, soft, x_u[row], y_u[row], events, event_count, events_refused)
            if health_hp[row] <= 0.0:
                killer[row] = attacker if is_enemy(attacker, row, team) else NOBODY
                cause[row] = why
