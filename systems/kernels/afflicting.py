"""What hits leave behind: statuses, and being seen."""

from ecs.kernel import F64In, I64In, I64Out, Int, U8In, U8Out, kernel
from schema.events import CAUSE_STATUS, CAUSE_THORNS, HEALS, NOBODY
from systems.kernels.conditions import give_status
from systems.kernels.tables import HitsIn, SkillsIn, StatusesIn


@kernel
def afflict(
    hits: HitsIn,
    hit_count: I64In,
    tick: I64In,
    skills: SkillsIn,
    statuses: StatusesIn,
    team: I64In,
    alive: U8In,
    health_hp: F64In,
    reveal_ticks: Int,
    until_tick: I64Out,
    stacks: U8Out,
    sources: I64Out,
    seen_until_tick: I64Out,
) -> None:
    """Put the statuses of every skill that landed on whom it landed on, if they still live.

    Damage puts them on enemies, healing (of nothing as well) on the healer's own team.  In order of
    collection, which is a function of state.  A hit by an enemy gives away who stands in a bush.
    """
    for index in range(hit_count[0]):
        hit = hits[index]
        victim, attacker, cause = hit["victim"], hit["attacker"], hit["cause"]
        if hit["landed"] == 0 or attacker == NOBODY or alive[victim] == 0:
            continue
        heals = hit["flags"] & HEALS != 0
        friends = team[attacker] == team[victim]
        if not heals and not friends and (cause < CAUSE_STATUS or cause == CAUSE_THORNS):
            seen_until_tick[victim] = max(seen_until_tick[victim], tick[0] + 1 + reveal_ticks)
        if cause >= CAUSE_STATUS or heals != friends or health_hp[victim] <= 0.0:
            continue
        first, second = skills[cause]["status_a"], skills[cause]["status_b"]
        if first >= 0:
            ticks = skills[cause]["status_a_ticks"]
            give_status(
                victim, first, ticks, attacker, tick[0], statuses, until_tick, stacks, sources
            )
        if second >= 0:
            ticks = skills[cause]["status_b_ticks"]
            give_status(
                victim, second, ticks, attacker, tick[0], statuses, until_tick, stacks, sources
            )
