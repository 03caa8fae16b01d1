"""Bushes: who stands in which, and from whom they hide."""

from ecs.kernel import F64In, F64In2, I32In, I64In, I64Out, U8In, device, kernel
from schema.events import NOBODY, REVEALED
from systems.kernels.walls import cell_of


@kernel
def find_bushes(
    players: I64In,
    alive: U8In,
    x_u: F64In,
    y_u: F64In,
    bushes: F64In2,
    bush_start: I32In,
    bush_row: I32In,
    frame: F64In,
    bush: I64Out,
) -> None:
    """The first bush in which the middle of each living player's body lies, NOBODY for none.

    Args:
        bushes: f64[bushes, 3], x, y, radius (units).
        bush_start, bush_row: i32, bushes by cell of ``frame``, ascending within a cell.
        bush: i64[players], written.
    """
    for row in range(players[0]):
        found = NOBODY
        if alive[row] != 0:
            column = cell_of(x_u[row], frame[2], frame[3])
            cell = cell_of(y_u[row], frame[2], frame[4]) * int(frame[3]) + column
            for place in range(bush_start[cell], bush_start[cell + 1]):
                index = int(bush_row[place])
                dx, dy, r = (
                    x_u[row] - bushes[index, 0],
                    y_u[row] - bushes[index, 1],
                    bushes[index, 2],
                )
                if dx * dx + dy * dy <= r * r:
                    found = index
                    break
        bush[row] = found


@device
def is_hidden(
    other: int,
    row: int,
    apart_sq: float,
    tick: int,
    notice_u: float,
    bush: I64In,
    seen_until_tick: I64In,
    flags: U8In,
) -> bool:
    """Whether a bush keeps an enemy from a viewer, as it does in snapshots.

    Not one that they share, not from nearby, and nobody who was given away by an attack, a hit or
    a status.
    """
    if bush[other] == NOBODY or bush[other] == bush[row] or apart_sq <= notice_u * notice_u:
        return False
    return bool(tick >= seen_until_tick[other] and int(flags[other]) & REVEALED == 0)
