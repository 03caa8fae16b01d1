"""What settled hits leave behind: tallies, who may be credited, and the thorns' answers."""

from ecs.kernel import F64In, F64Out, I32In, I64In, I64Out, U8In, device, kernel
from schema.commands import SKILL_SLOTS
from schema.events import CAUSE_THORNS, HEALS, NO_RETURN, NO_SLOT, NOBODY, TRUE_DAMAGE
from schema.rulebook import ASSAILANTS
from systems.kernels.settling import is_enemy
from systems.kernels.tables import ClassesIn, HitsIn, HitsOut, add_hit


@device
def effort_of(attacker: int, slot: int) -> int:
    """Place of a player's skill among all abilities, or NOBODY for a hit that no skill did."""
    if attacker == NOBODY or slot < 0 or slot >= SKILL_SLOTS:
        return NOBODY
    return attacker * SKILL_SLOTS + slot


@kernel
def book(
    begin: I64In,
    hit_count: I64In,
    hits: HitsIn,
    order: I32In,
    team: I64In,
    dealt_hp: F64Out,
    taken_hp: F64Out,
    healed_hp: F64Out,
    shielded_hp: F64Out,
    blocked_hp: F64Out,
    over_hp: F64Out,
    effort_hits: I64Out,
    effort_dealt_hp: F64Out,
    effort_healed_hp: F64Out,
) -> None:
    """Add every hit that landed to its victim's tally and, where it counts, to its attacker's.

    Damage to oneself and to allies is suffered but nobody's deed: two friends could otherwise
    raise their rank on each other.  In the order of settling, which fixes the rounding of sums.

    Args:
        order: i32[hits], hits from ``begin`` on in order, places 0 to hit_count - begin.
        effort_hits, effort_dealt_hp, effort_healed_hp: by attacker row * SKILL_SLOTS + slot.
    """
    for place in range(hit_count[0] - begin[0]):
        hit = int(order[place])
        if hits[hit]["landed"] == 0:
            continue
        victim, attacker = int(hits[hit]["victim"]), int(hits[hit]["attacker"])
        effort, health = effort_of(attacker, int(hits[hit]["slot"])), hits[hit]["health_hp"]
        if int(hits[hit]["flags"]) & HEALS != 0:
            if attacker != NOBODY:
                healed_hp[attacker] += health
            if effort != NOBODY:
                effort_hits[effort] += 1
                effort_healed_hp[effort] += health
            continue
        taken_hp[victim] += health
        shielded_hp[victim] += hits[hit]["shield_hp"]
        blocked_hp[victim] += hits[hit]["blocked_hp"]
        if is_enemy(attacker, victim, team):
            dealt_hp[attacker] += health
            over_hp[attacker] += hits[hit]["over_hp"]
            if effort != NOBODY:
                effort_hits[effort] += 1
                effort_dealt_hp[effort] += health


@device
def place_of(
    victim: int, attacker: int, assailant: I64Out, assailant_tick: I64Out, forgotten: I64Out
) -> int:
    """Where a victim keeps what it knows of an attacker.

    Where it is already; else the first empty place; else the place of the one heard of longest
    ago, the first of those, who is forgotten and counted.
    """
    base = victim * ASSAILANTS
    for place in range(base, base + ASSAILANTS):
        if assailant[place] == attacker:
            return place
    oldest = base
    for place in range(base, base + ASSAILANTS):
        if assailant[place] == NOBODY:
            return place
        if assailant_tick[place] < assailant_tick[oldest]:
            oldest = place
    forgotten[0] += 1
    return oldest


@kernel
def remember(
    begin: I64In,
    hit_count: I64In,
    tick: I64In,
    hits: HitsIn,
    order: I32In,
    team: I64In,
    last_attacker: I64Out,
    last_hit_tick: I64Out,
    assailant: I64Out,
    assailant_tick: I64Out,
    assailant_hp: F64Out,
    forgotten: I64Out,
) -> None:
    """Note for every victim which enemies took health from it, for kills and assists.

    Args:
        assailant, assailant_tick, assailant_hp: by victim row * ASSAILANTS + place.
        forgotten: i64[1], counts those who had to make room for others.
    """
    for index in range(hit_count[0] - begin[0]):
        hit = int(order[index])
        victim, attacker = int(hits[hit]["victim"]), int(hits[hit]["attacker"])
        health = hits[hit]["health_hp"]
        if int(hits[hit]["flags"]) & HEALS != 0 or health <= 0.0:
            continue
        if not is_enemy(attacker, victim, team):
            continue
        last_attacker[victim] = attacker
        last_hit_tick[victim] = tick[0]
        place = place_of(victim, attacker, assailant, assailant_tick, forgotten)
        if assailant[place] != attacker:
            assailant[place] = attacker
            assailant_hp[place] = 0.0
        assailant_tick[place] = tick[0]
        assailant_hp[place] += health


@kernel
def answer(
    classes: ClassesIn,
    team: I64In,
    role: U8In,
    x_u: F64In,
    y_u: F64In,
    begin: I64Out,
    hits: HitsOut,
    hit_count: I64Out,
    hits_refused: I64Out,
) -> None:
    """Collect what thorns give back for the hits settled so far, behind them, as the next pass.

    A share of the health that an enemy's hit took, whoever died of it.  It is true damage, and
    never answered itself.

    Args:
        begin: i64[1], becomes the first of the answers.
    """
    begin[0] = hit_count[0]
    for hit in range(begin[0]):
        health, flags = hits[hit]["health_hp"], int(hits[hit]["flags"])
        if health <= 0.0 or flags & (HEALS | NO_RETURN) != 0:
            continue
        victim, attacker = int(hits[hit]["victim"]), int(hits[hit]["attacker"])
        share = classes[int(role[victim])]["thorns_share"]
        if share > 0.0 and is_enemy(attacker, victim, team):
            add_hit(
                hits,
                hit_count,
                hits_refused,
                attacker,
                victim,
                CAUSE_THORNS,
                NO_SLOT,
                TRUE_DAMAGE | NO_RETURN,
                share * health,
                hits[hit]["moment"],
                x_u[victim],
                y_u[victim],
            )
