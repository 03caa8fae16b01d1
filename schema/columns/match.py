"""Groups of the match as a whole."""

from ecs.columns import Group, f64, i32, i64, u8, u64
from schema.events import REFUSALS


class Clock(Group):
    """Where the match is in time."""

    tick = i64("ticks applied so far", unit="tick")
    seed = u64("seed of every draw")


class Zone(Group):
    """The circle outside of which it hurts."""

    phase = i32("index of the phase")
    state = u8("ZONE_WAITING, ZONE_SHRINKING or ZONE_CLOSED")
    since_tick = i64("when this state began", unit="tick")
    until_tick = i64("when this state ends", unit="tick")
    x_u = f64("centre now", unit="u", quantum=1 / 256)
    y_u = f64("centre now", unit="u", quantum=1 / 256)
    radius_u = f64("radius now", unit="u", quantum=1 / 256)
    from_x_u = f64("centre when the shrinking began", unit="u")
    from_y_u = f64("centre when the shrinking began", unit="u")
    from_radius_u = f64("radius when the shrinking began", unit="u")
    next_x_u = f64("centre it shrinks to", unit="u", quantum=1 / 256)
    next_y_u = f64("centre it shrinks to", unit="u", quantum=1 / 256)
    next_radius_u = f64("radius it shrinks to", unit="u", quantum=1 / 256)


class Outcome(Group):
    """How the match stands."""

    stage = u8("STAGE_COUNTDOWN, STAGE_PLAY, STAGE_SUDDEN_DEATH or STAGE_OVER")
    stage_tick = i64("when this stage began", unit="tick")
    alive = i64("players alive, knocked down or not")
    teams_alive = i64("teams with a player alive")
    over = u8("1 once the match is decided")
    over_tick = i64("when it was decided", unit="tick")
    winner = i64("row of the winning team's best placed player, NOBODY while undecided")
    winning_team = i64("the winning team, NOBODY while undecided")
    refused_commands = i64("commands for absent players, and second ones for a slot in a tick")
    refused_casts = i64("casts that were not allowed, by reason", length=REFUSALS)
    refused_records = i64("assailants that were forgotten because a ninth came")
