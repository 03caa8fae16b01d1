"""The manifest: every column of a match, one line each.

Storage, state hash, keyframes, replays and reports all derive from this file.  Suffixes give the
unit: ``_u`` world units, ``_ups`` units per second, ``_hp`` health, ``_tick`` a point in time,
``_ticks`` a span of it.  Players are never removed from their table, so a player's row is the
slot; projectiles and areas come and go and have an ``Identity``.

``follows`` and ``drifts`` say what a column usually becomes; recordings keep only what differs.
"""

from collections.abc import Mapping

from ecs.columns import Group, Identity, Rows, f64, i32, i64, records, u8, u16, u32, u64
from ecs.layout import Table
from schema.commands import COMMAND, JOIN, LEAVE
from schema.events import EVENT_RECORD, HIT_RECORD


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

    alive = i64("players alive")
    over = u8("1 once the match is decided")
    over_tick = i64("when it was decided", unit="tick")
    winner = i64("row of the winner, NOBODY while undecided")
    refused_commands = i64("commands for absent players, and second ones for a slot in a tick")


class Control(Group):
    """Who steers a player."""

    bot = u8("1 for a bot")
    join_tick = i64("when the player entered", unit="tick")


class Intent(Group):
    """The command in force: the last one that arrived, while it is fresh."""

    move = u16("direction of movement")
    aim = u16("direction of aim")
    reach = u8("how far to throw, 255 is full range")
    buttons = u8("bits MOVE, ATTACK, BLAST, DASH")
    seq = u32("sequence number of the command")
    view_tick = u32("newest snapshot its sender had seen", unit="tick")
    heard_tick = i64("when it arrived", unit="tick")


class Motion(Group):
    """Velocity."""

    vx_ups = f64("velocity, rightwards", unit="ups")
    vy_ups = f64("velocity, downwards", unit="ups")


class Position(Group):
    """Where a body is."""

    x_u = f64("centre, rightwards", unit="u", quantum=1 / 64, drifts=Motion.vx_ups)
    y_u = f64("centre, downwards", unit="u", quantum=1 / 64, drifts=Motion.vy_ups)


class Origin(Group):
    """Where a body was when the tick began; sweeps run from here to the position."""

    x_u = f64("centre at the beginning of the tick", unit="u", follows=Position.x_u)
    y_u = f64("centre at the beginning of the tick", unit="u", follows=Position.y_u)


class Vitals(Group):
    """Life."""

    alive = u8("1 until the player dies")
    health_hp = f64("health, above 0 while alive", unit="hp", quantum=1 / 64)


class Cooldowns(Group):
    """First tick at which each action is allowed again."""

    shot_tick = i64("attack", unit="tick")
    blast_tick = i64("blast", unit="tick")
    dash_tick = i64("dash", unit="tick")


class Dash(Group):
    """A dash under way."""

    until_tick = i64("first tick after it", unit="tick")
    direction = u16("where to")


class Credit(Group):
    """Who gets the kill if the player dies of something that is nobody's."""

    attacker = i64("row of the last player who did damage, NOBODY for none")
    hit_tick = i64("when that was", unit="tick")


class Tally(Group):
    """What a player did in this match."""

    kills = i64("players killed")
    dealt_hp = f64("damage done to others", unit="hp")
    taken_hp = f64("damage suffered", unit="hp")
    placement = i64("1 for the winner, 0 while alive; of those who entered so far")
    killer = i64("row of the killer, NOBODY for none")
    cause = u8("cause of death")
    death_tick = i64("when the player died", unit="tick")
    dying = u8("1 for those who die on this tick")


class Spent(Group):
    """Rows that are removed at the end of the tick."""

    gone = u8("1 when the row is to be removed")


class Flight(Group):
    """A projectile's own facts."""

    owner = i64("row of the player who shot it")
    direction = u16("heading")
    expire_tick = i64("tick at whose end it is removed", unit="tick")


class Fuse(Group):
    """A thrown blast that has not gone off."""

    owner = i64("row of the player who threw it")
    fire_tick = i64("tick in which it goes off", unit="tick")


class Hits(Group):
    """Damage collected in this tick and settled at its end."""

    record = records(HIT_RECORD, "one hit")


class Events(Group):
    """What happened in this tick, for those who watch."""

    record = records(EVENT_RECORD, "one event")


class Mailbox(Group):
    """The inputs of the tick at hand."""

    commands = records(COMMAND, "commands, ascending by slot", length="players")
    joins = records(JOIN, "entrants, ascending by slot", length="players")
    leaves = records(LEAVE, "leavers, ascending by slot", length="players")
    command_count = i64("commands in use")
    join_count = i64("joins in use")
    leave_count = i64("leaves in use")


class Grid(Group):
    """Living players by cell: rows of cell c are row[start[c]:start[c + 1]]."""

    start = i32("first place of each cell", length="cells")
    row = i32("player rows, ascending within a cell", length="players")
    cell = i32("cell of each player row", length="players")
    reach_u = f64("how far any player is from where the grid has it", unit="u", length=1)


class Push(Group):
    """Displacement that separates a body from those it overlaps."""

    dx_u = f64("rightwards", unit="u")
    dy_u = f64("downwards", unit="u")


class Strike(Group):
    """What a projectile meets in this tick."""

    target = i64("row of the player it hits, STRIKE_WALL or STRIKE_NOTHING")
    moment = f64("fraction of the tick at which it does, 0…1")


class Order(Group):
    """Places in which rows are put into the order of settling."""

    row = i32("rows in order", length="order")
    first = i32("first place of each victim", length="victims")


TABLES = (
    Table("match", 1, (Clock, Zone, Outcome)),
    Table(
        "players",
        "players",
        (
            Rows,
            Control,
            Intent,
            Position,
            Origin,
            Motion,
            Vitals,
            Cooldowns,
            Dash,
            Credit,
            Tally,
        ),
    ),
    Table("projectiles", "projectiles", (Rows, Identity, Position, Motion, Flight, Spent)),
    Table("areas", "areas", (Rows, Identity, Position, Fuse, Spent)),
    Table("hits", "hits", (Rows, Hits), scratch=True),
    Table("events", "events", (Rows, Events), scratch=True),
    Table("mailbox", 1, (Mailbox,), scratch=True),
    Table("strikes", "projectiles", (Strike,), scratch=True),
    Table("grid", 1, (Grid,), scratch=True),
    Table("push", "players", (Push,), scratch=True),
    Table("order", 1, (Order,), scratch=True),
)


def capacities(
    players: int, projectiles: int, areas: int, hits: int, events: int, cells: int
) -> Mapping[str, int]:
    """Rows of every table of a world.

    Args:
        players, projectiles, areas, hits, events: hard limits of the tables.
        cells: cells of the broadphase grid.
    """
    return {
        "players": players,
        "projectiles": projectiles,
        "areas": areas,
        "hits": hits,
        "events": events,
        "cells": cells + 1,
        "victims": players + 1,
        "order": max(players, hits),
    }
