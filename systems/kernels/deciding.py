"""From minds to commands: the way that is free, and what goes into the mailbox."""

from ecs.kernel import F64In, F64In2, Float, I32In, I64In, U64In, device, kernel
from ecs.randomness import draw_unit
from schema.walls import BLOCKS_MOVE
from systems.kernels.headings import turned
from systems.kernels.minds import BotsIn, CommandsOut, Ground, MindsIn
from systems.kernels.sighting import is_open
from systems.kernels.walls import WallsIn

STREAM_SIDE = 15

PROBES = 9
PROBE_TURN = 400  # directions between two probes


@device
def find_way(
    x: float,
    y: float,
    heading: int,
    side: int,
    way_u: float,
    radius_u: float,
    directions: F64In2,
    ground: Ground,
) -> int:
    """The heading nearest to the wanted one that is free for ``way_u``, trying ``side`` first.

    The wanted one when none is.
    """
    frame = ground[3]
    for attempt in range(PROBES):
        turn = (attempt + 1) // 2 * PROBE_TURN * (side if attempt % 2 == 1 else -side)
        wish = turned(heading, turn, directions)
        to_x, to_y = x + directions[wish, 0] * way_u, y + directions[wish, 1] * way_u
        inside = radius_u < to_x < frame[0] - radius_u and radius_u < to_y < frame[1] - radius_u
        if inside and is_open(x, y, to_x, to_y, radius_u, BLOCKS_MOVE, ground):
            return wish
    return heading


@kernel
def command(
    tick: I64In,
    seed: U64In,
    x_u: F64In,
    y_u: F64In,
    bots: BotsIn,
    directions: F64In2,
    body_radius_u: Float,
    walls: WallsIn,
    wall_start: I32In,
    wall_row: I32In,
    frame: F64In,
    minds: MindsIn,
    mind_count: I64In,
    commands: CommandsOut,
) -> None:
    """One command for every mind, round the walls that are in its way.

    Which way round is tried first lasts as long as a wish to wander: whoever changed sides with
    every step would never get past a long wall.

    Args:
        commands: COMMAND[players], written from the front, ascending by slot.
    """
    ground = (walls, wall_start, wall_row, frame)
    for index in range(mind_count[0]):
        mind = minds[index]
        row = mind["row"]
        stretch = tick[0] // bots[mind["level"]]["wander_ticks"]
        side = 1 if draw_unit(seed[0], stretch, STREAM_SIDE, row) < 0.5 else -1
        commands[index]["slot"] = row
        commands[index]["move"] = find_way(
            x_u[row],
            y_u[row],
            mind["heading"],
            side,
            mind["way_u"],
            body_radius_u,
            directions,
            ground,
        )
        commands[index]["aim"] = mind["aim"]
        commands[index]["reach"] = mind["reach"]
        commands[index]["buttons"] = mind["buttons"]
        commands[index]["seq"] = tick[0]
        # Bots know the state at hand: nothing that they see is late.
        commands[index]["view_tick"] = 0
