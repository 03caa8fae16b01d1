"""From where every viewer looks, and who looks with it."""

from ecs.kernel import F64In, F64Out, I64In, I64Out, U8In, device, kernel
from schema.events import NOBODY, REVEALED

KILLERS_MAX = 8
"""So far is the chain of killers followed for somebody who lives."""

EYES_MAX = 8
"""So many of a team share sight, the viewer among them."""


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
def gather_eyes(
    players: I64In,
    alive: U8In,
    bush: I64In,
    team: I64In,
    x_u: F64In,
    y_u: F64In,
    eyes: I64In,
    eyes_team: I64In,
    seat_x_u: F64In,
    seat_y_u: F64In,
    eye_of: I64Out,
    count: I64Out,
    eye_bush: I64Out,
    eye_x_u: F64Out,
    eye_y_u: F64Out,
    watch: I64Out,
    watch_count: I64Out,
) -> None:
    """Every pair of eyes that anybody looks through, once: team mates share what they see.

    Args:
        eyes, eyes_team, seat_x_u, seat_y_u: [n], from ``choose_eyes``.
        eye_of: i64[players], working space.
        count: i64[1], written: pairs of eyes.
        eye_bush, eye_x_u, eye_y_u: [players + n], written.
        watch: i64[n * EYES_MAX], written: the pairs of each viewer, those it looks through first.
        watch_count: i64[n], written.
    """
    for row in range(players[0]):
        eye_of[row] = NOBODY
    made = 0
    for viewer in range(eyes.shape[0]):
        begin, found = viewer * EYES_MAX, 0
        own = eyes[viewer]
        if own == NOBODY:
            eye_bush[made] = NOBODY
            eye_x_u[made], eye_y_u[made] = seat_x_u[viewer], seat_y_u[viewer]
            watch[begin], watch_count[viewer] = made, 1
            made += 1
            continue
        for step in range(-1, players[0]):
            row = own if step < 0 else step
            mine = alive[row] != 0 and team[row] == eyes_team[viewer]
            if not mine or (step >= 0 and row == own) or found >= EYES_MAX:
                continue
            if eye_of[row] == NOBODY:
                eye_of[row], eye_bush[made] = made, bush[row]
                eye_x_u[made], eye_y_u[made] = x_u[row], y_u[row]
                made += 1
            watch[begin + found] = eye_of[row]
            found += 1
        watch_count[viewer] = found
    count[0] = made
