"""From where every viewer looks, and whom bushes hide from there."""

from ecs.kernel import F64In, F64Out, Float, I64In, I64Out, U8In, U8Out, device, kernel
from schema.events import NOBODY, REVEALED

KILLERS_MAX = 8
"""So far is the chain of killers followed for somebody who lives."""

SHOWN = 0
HIDDEN = 1
GONE = 2
"""What a viewer sees of a body: all of it; nothing, for a bush hides it or for it is dead."""


@device
def heir_of(viewer: int, players: int, alive: U8In, team: I64In, killer: I64In, winner: int) -> int:
    """Whose eyes somebody who died looks through, NOBODY for nobody's.

    A living team mate, lowest row first; else the killer, or whoever killed that one, and so on;
    else the winner; else the lowest row that lives.
    """
    for row in range(players):
        if alive[row] != 0 and team[row] == team[viewer]:
            return row
    link = int(killer[viewer])
    for _ in range(KILLERS_MAX):
        if link < 0 or link >= players:
            break
        if alive[link] != 0:
            return link
        link = int(killer[link])
    if 0 <= winner < players and alive[winner] != 0:
        return winner
    for row in range(players):
        if alive[row] != 0:
            return row
    return NOBODY


@kernel
def choose_eyes(
    viewers: I64In,
    players: I64In,
    alive: U8In,
    team: I64In,
    killer: I64In,
    winner: I64In,
    bush: I64In,
    x_u: F64In,
    y_u: F64In,
    eyes: I64Out,
    eyes_team: I64Out,
    eyes_bush: I64Out,
    eyes_x_u: F64Out,
    eyes_y_u: F64Out,
) -> None:
    """Through whose eyes every viewer looks: its own while it lives.

    Where nobody is left it looks from the place where its own body fell.

    Args:
        viewers: i64[n], player rows.
        winner: i64[1], row or NOBODY.
        eyes: i64[n], written: row or NOBODY.
        eyes_team, eyes_bush, eyes_x_u, eyes_y_u: [n], written.
    """
    for index in range(viewers.shape[0]):
        own = viewers[index]
        row = own
        if alive[own] == 0:
            row = heir_of(own, players[0], alive, team, killer, winner[0])
        eyes[index] = row
        seat = own if row == NOBODY else row
        eyes_team[index] = team[seat]
        eyes_bush[index] = bush[seat]
        eyes_x_u[index] = x_u[seat]
        eyes_y_u[index] = y_u[seat]


@device
def is_given_away(tick: int, seen_until: int, conditions: int) -> bool:
    """Whether a bush hides somebody no more: an attack, a hit, or a status has shown where."""
    return tick < seen_until or (conditions & REVEALED) != 0


@kernel
def hide_bodies(
    players: I64In,
    tick: I64In,
    alive: U8In,
    team: I64In,
    bush: I64In,
    seen_until: I64In,
    conditions: U8In,
    x_u: F64In,
    y_u: F64In,
    eyes_team: I64In,
    eyes_bush: I64In,
    eyes_x_u: F64In,
    eyes_y_u: F64In,
    notice_u: Float,
    hidden: U8Out,
) -> None:
    """What every viewer may see of every body.

    A bush hides an enemy of the eyes who stands in it, unless he was given away, is no farther than
    ``notice_u``, or shares the bush with the eyes.

    Args:
        eyes_team, eyes_bush, eyes_x_u, eyes_y_u: [n], from ``choose_eyes``.
        notice_u: within this a bush hides nobody, edge included.
        hidden: u8[n * capacity], written: SHOWN, HIDDEN or GONE at viewer * capacity + row.
    """
    capacity = alive.shape[0]
    for row in range(players[0]):
        covered = bush[row] >= 0 and not is_given_away(
            tick[0], seen_until[row], int(conditions[row])
        )
        for index in range(eyes_team.shape[0]):
            at = index * capacity + row
            hidden[at] = SHOWN
            if alive[row] == 0:
                hidden[at] = GONE
            elif covered and team[row] != eyes_team[index] and bush[row] != eyes_bush[index]:
                dx, dy = x_u[row] - eyes_x_u[index], y_u[row] - eyes_y_u[index]
                if dx * dx + dy * dy > notice_u * notice_u:
                    hidden[at] = HIDDEN
