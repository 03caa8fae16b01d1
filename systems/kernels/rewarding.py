"""Who gets what for a death, and what experience makes of a player."""

from ecs.kernel import F64In, F64Out, Float, I64In, I64Out, Int, U8In, U8Out, device, kernel
from schema.events import LEVEL, NOBODY, STAGE_PLAY
from schema.rulebook import ASSAILANTS, LEVELS
from systems.kernels.stages import gives_health
from systems.kernels.tables import EventsOut, LevelsIn, add_event


@kernel
def credit(
    players: I64In,
    tick: I64In,
    credit_ticks: Int,
    dying: U8In,
    down: U8In,
    downer: I64In,
    last_attacker: I64In,
    last_hit_tick: I64In,
    killer: I64Out,
    kills: I64Out,
) -> None:
    """Name the killer of everybody who dies on this tick, and count the kill.

    Whoever took the last health has been named when damage was settled.  Where that was nobody
    (zone, sudden death, leaving, oneself), it is whoever knocked the victim down, else whoever hurt
    it last, if that was within ``credit_ticks``.
    """
    for row in range(players[0]):
        if dying[row] == 0:
            continue
        if killer[row] == NOBODY and down[row] != 0:
            killer[row] = downer[row]
        if (
            killer[row] == NOBODY
            and last_attacker[row] != NOBODY
            and tick[0] - last_hit_tick[row] <= credit_ticks
        ):
            killer[row] = last_attacker[row]
        if killer[row] != NOBODY:
            kills[killer[row]] += 1


@kernel
def earn(
    players: I64In,
    tick: I64In,
    stage: U8In,
    assist_ticks: Int,
    kill_xp: Float,
    assist_xp: Float,
    survival_xp: Float,
    team: I64In,
    alive: U8In,
    down: U8In,
    dying: U8In,
    killer: I64In,
    assailant: I64In,
    assailant_tick: I64In,
    assists: I64Out,
    experience_xp: F64Out,
) -> None:
    """Experience for kills, for assists, and for every tick that one stands.

    An assist is a death of somebody from whom one took health within ``assist_ticks``, when the
    kill is another's or nobody's.  It counts for enemies of the victim alone, dead or alive, once a
    death.

    Args:
        survival_xp: for one tick.
        assailant, assailant_tick: i64[players * ASSAILANTS], who hurt a player last and when.
    """
    for row in range(players[0]):
        if stage[0] == STAGE_PLAY and alive[row] != 0 and down[row] == 0 and dying[row] == 0:
            experience_xp[row] += survival_xp
        if dying[row] == 0:
            continue
        if killer[row] != NOBODY:
            experience_xp[killer[row]] += kill_xp
        for place in range(row * ASSAILANTS, (row + 1) * ASSAILANTS):
            other = assailant[place]
            if other == NOBODY or other == killer[row] or team[other] == team[row]:
                continue
            if tick[0] - assailant_tick[place] <= assist_ticks:
                assists[other] += 1
                experience_xp[other] += assist_xp


@device
def rise(
    row: int,
    heals: bool,
    role: U8In,
    levels: LevelsIn,
    level_xp: F64In,
    experience_xp: F64In,
    level: U8Out,
    health_max_hp: F64Out,
    mana_max_mp: F64Out,
    health_hp: F64Out,
    mana_mp: F64Out,
) -> bool:
    """Raise a player's level as far as the experience goes; whether it rose.

    Health and mana gain what their maxima gain; health does only where it is given (``heals``).
    """
    former = int(level[row])
    for _ in range(LEVELS):
        now = int(level[row])
        if now >= LEVELS or experience_xp[row] < level_xp[now - 1]:
            break
        level[row] = now + 1
    if int(level[row]) == former:
        return False
    old = levels[int(role[row]) * LEVELS + former - 1]
    new = levels[int(role[row]) * LEVELS + int(level[row]) - 1]
    gain_hp = max(0.0, new["health_max_hp"] - old["health_max_hp"]) if heals else 0.0
    health_hp[row] = min(health_hp[row] + gain_hp, new["health_max_hp"])
    mana_mp[row] = min(
        mana_mp[row] + max(0.0, new["mana_max_mp"] - old["mana_max_mp"]), new["mana_max_mp"]
    )
    health_max_hp[row] = new["health_max_hp"]
    mana_max_mp[row] = new["mana_max_mp"]
    return True


@kernel
def level_up(
    players: I64In,
    stage: U8In,
    alive: U8In,
    down: U8In,
    dying: U8In,
    role: U8In,
    levels: LevelsIn,
    level_xp: F64In,
    experience_xp: F64In,
    x_u: F64In,
    y_u: F64In,
    level: U8Out,
    health_max_hp: F64Out,
    mana_max_mp: F64Out,
    health_hp: F64Out,
    mana_mp: F64Out,
    events: EventsOut,
    event_count: I64Out,
    events_refused: I64Out,
) -> None:
    """Levels for everybody whose experience reaches one, unless down or dying."""
    heals = gives_health(int(stage[0]))
    for row in range(players[0]):
        if alive[row] == 0 or down[row] != 0 or dying[row] != 0:
            continue
        if rise(
            row,
            heals,
            role,
            levels,
            level_xp,
            experience_xp,
            level,
            health_max_hp,
            mana_max_mp,
            health_hp,
            mana_mp,
        ):
            add_event(
                events,
                event_count,
                events_refused,
                LEVEL,
                row,
                NOBODY,
                0,
                float(level[row]),
                x_u[row],
                y_u[row],
            )
