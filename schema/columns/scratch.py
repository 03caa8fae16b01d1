"""Groups that live for one tick: reports, inputs, and aids of the search."""

from ecs.columns import Group, f64, i32, i64, records, u8, u64
from schema.commands import COMMAND, JOIN, LEAVE
from schema.events import CAST_RECORD, EVENT_RECORD, HIT_RECORD, KNOCK_RECORD
from schema.walls import WALL


class Casts(Group):
    """Casts that were allowed in this tick."""

    record = records(CAST_RECORD, "one cast")
    wish = u8("what is wanted with each slot of each player: NO_WISH, TO_CAST, TO_HOLD")
    chosen = i64("row of the player it is homing on, NOBODY for none")


class Hits(Group):
    """Damage and healing collected in this tick and settled at its end."""

    record = records(HIT_RECORD, "one hit")


class Knocks(Group):
    """Damage to obstacles collected in this tick, and the order in which it is settled."""

    record = records(KNOCK_RECORD, "one knock")
    order = i32("rows in order")
    first = i32("first place of each obstacle", length="knocked")


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
    squares = u64("squares that ways of this tick touch, a block for a cell", length="cells")


class Walls(Group):
    """All that stands: the map's walls, then the obstacles, and both by cell.

    Written when the obstacles differ from those it was made of, not in every tick.
    """

    record = records(WALL, "walls of the map in their order, then obstacles by row", length="walls")
    start = i32("first place of each cell", length="wall_cells")
    row = i32("walls, ascending within a cell", length="wall_entries")
    former = i32("the same before the last change", length="wall_entries")
    edits = i32("0, but for cells at work", length="wall_cells")
    changed = i32("obstacles that are not what they were", length="obstacles")
    stops_bodies = u64("squares touched by what stops bodies", length="wall_blocks")
    stops_shots = u64("squares touched by what stops shots", length="wall_blocks")
    map_stops_bodies = u64("the same of the map's walls alone", length="wall_blocks")
    map_stops_shots = u64("the same of the map's walls alone", length="wall_blocks")
    raised = i64("WALLS_RAISED once all is written, and how many obstacles it holds", length=2)


class Push(Group):
    """Displacement that separates a body from those it overlaps."""

    dx_u = f64("rightwards", unit="u")
    dy_u = f64("downwards", unit="u")


class Strike(Group):
    """What a projectile meets in this tick."""

    target = i64("row of the player it hits, STRIKE_NOTHING, STRIKE_WALL or an obstacle")
    moment = f64("fraction of the tick at which it does, 0…1")
    hits = i64("enemies hit on the way")


class Order(Group):
    """Places in which rows are put into the order of settling."""

    row = i32("rows in order", length="order")
    first = i32("first place of each victim", length="victims")
    begin = i64("first hit of those being settled", length=1)
