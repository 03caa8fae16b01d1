"""The stages of a match: countdown, play, sudden death, over."""

from ecs.kernel import F64In, Float, I64In, I64Out, Int, U8In, U8Out, device, kernel
from schema.events import (
    CAUSE_SUDDEN_DEATH,
    NO_RETURN,
    NO_SLOT,
    NOBODY,
    STAGE_COUNTDOWN,
    STAGE_OVER,
    STAGE_PLAY,
    STAGE_SUDDEN_DEATH,
    TRUE_DAMAGE,
    UNBLOCKED,
    ZONE_CLOSED,
)
from systems.kernels.tables import HitsOut, add_hit


@device
def gives_health(stage: int) -> bool:
    """Whether health is given at all: nobody heals in sudden death, nor once all is decided."""
    return stage in (STAGE_COUNTDOWN, STAGE_PLAY)


@kernel
def run_stage(
    tick: I64In,
    countdown_ticks: Int,
    over: U8In,
    zone_state: U8In,
    zone_since_tick: I64In,
    sudden_after_ticks: Int,
    stage: U8Out,
    stage_tick: I64Out,
) -> None:
    """Go on to the next stage when its time has come; stages follow each other and none returns.

    Play begins after the countdown, sudden death ``sudden_after_ticks`` after the zone has closed,
    and the end when the match is decided.
    """
    now, before = int(stage[0]), int(stage[0])
    if now == STAGE_COUNTDOWN and tick[0] >= countdown_ticks:
        now = STAGE_PLAY
    if (
        now == STAGE_PLAY
        and zone_state[0] == ZONE_CLOSED
        and tick[0] - zone_since_tick[0] >= sudden_after_ticks
    ):
        now = STAGE_SUDDEN_DEATH
    if over[0] != 0:
        now = STAGE_OVER
    if now != before:
        stage[0] = now
        stage_tick[0] = tick[0]


@kernel
def hurt_everybody(
    players: I64In,
    tick: I64In,
    stage: U8In,
    stage_tick: I64In,
    damage_hp: Float,
    growth_hp: Float,
    alive: U8In,
    x_u: F64In,
    y_u: F64In,
    hits: HitsOut,
    hit_count: I64Out,
    hits_refused: I64Out,
) -> None:
    """In sudden death everybody is hurt wherever they are, ever more.

    Args:
        damage_hp: in its first tick.  growth_hp: by how much more in each tick.
    """
    if stage[0] != STAGE_SUDDEN_DEATH:
        return
    amount = damage_hp + growth_hp * float(tick[0] - stage_tick[0])
    for row in range(players[0]):
        if alive[row] != 0:
            add_hit(
                hits,
                hit_count,
                hits_refused,
                row,
                NOBODY,
                CAUSE_SUDDEN_DEATH,
                NO_SLOT,
                TRUE_DAMAGE | UNBLOCKED | NO_RETURN,
                amount,
                1.0,
                x_u[row],
                y_u[row],
            )
