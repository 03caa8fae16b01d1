"""Who and what is in sight of every viewer: in its rectangle, and seen by a pair of its eyes.

Every pair of eyes sees within a rectangle of its own, past walls, and into bushes as far as the
rules let it.
"""

import numpy as np

from ecs.kernel import F64In, Float, I32In, I32Out, I64In, Int, U8In, U64In, U64Out, device, kernel
from net.kernels.bits import NOUGHT, WORD, drop_bit, put_bit, words_for
from net.kernels.eyes import EYES_MAX, is_given_away
from net.kernels.looks import HINTS, Looks, hint_place, sees_any, sees_body
from net.kernels.rays import WallsIn
from net.kernels.seeing import cells_from
from net.kernels.things import (
    AREA,
    OBSTACLE,
    OBSTACLE_HEALTH_AT,
    PICKUP,
    SHAPE,
    THING_STRIDE,
)
from schema.events import NOBODY

NEAR_U = 4.0
"""Obstacles no farther from one's own body are known in any case: one moves by them."""

TURNS = 4
"""What stays where it is and has not been seen is looked for with every fourth snapshot: most of it
is behind walls, and comes into sight late by a tenth of a second."""


@device
def in_reach(gap_x: float, gap_y: float, half_u: F64In, reach_x: float, reach_y: float) -> bool:
    """Whether something lies in a rectangle or reaches into it, edges included."""
    return bool(abs(gap_x) <= half_u[0] + reach_x and abs(gap_y) <= half_u[1] + reach_y)


@device
def show_mates(
    mine: int, players: int, alive: U8In, team: I64In, base: int, words: int, shown: U64Out
) -> None:
    """Begin the set of those whom a viewer sees with the living of its team."""
    for word in range(words):
        found, first = NOUGHT, word * WORD
        for bit in range(min(WORD, players - first)):
            mate = (team[first + bit] == mine) & (alive[first + bit] != 0)
            found |= np.uint64(mate) << np.uint64(bit)
        shown[base + word] = found


@kernel
def spot_bodies(
    viewers: I64In,
    bodiless: I64In,
    players: I64In,
    tick: I64In,
    alive: U8In,
    team: I64In,
    bush: I64In,
    seen_until: I64In,
    conditions: U8In,
    x_u: F64In,
    y_u: F64In,
    seat_team: I64In,
    seat_x_u: F64In,
    seat_y_u: F64In,
    half_u: F64In,
    body_u: Float,
    notice_u: Float,
    eye_bush: I64In,
    eye_x_u: F64In,
    eye_y_u: F64In,
    walls: WallsIn,
    wall_start: I32In,
    wall_row: I32In,
    frame: F64In,
    size: I64In,
    lines: U64In,
    owners: I32In,
    watch: I64In,
    watch_count: I64In,
    hints: I32Out,
    cells: F64In,
    start: I32In,
    row_of: I32In,
    shown: U64Out,
) -> None:
    """Which living bodies every viewer sees: its team mates, and whom its eyes see in its view.

    Args:
        bodiless: i64[n], whose body is not listed: one's own is told otherwise.
        seat_team, seat_x_u, seat_y_u: [n], of the eyes a viewer looks through.
        body_u: radius of a body.
        notice_u: within this a bush hides nobody, edge included.
        cells, start, row_of: index of the bodies' places.
        shown: u64[n * words], written: for each viewer a set of rows.
    """
    looks, words = (
        (eye_x_u, eye_y_u, walls, wall_start, wall_row, frame, size, lines, owners),
        words_for(alive.shape[0]),
    )
    columns = int(cells[1])
    for viewer in range(viewers.shape[0]):
        own, base = viewers[viewer], viewer * words
        show_mates(team[own], players[0], alive, team, base, words, shown)
        left, right = cells_from(seat_x_u[viewer], half_u[0], cells[0], cells[1])
        top, bottom = cells_from(seat_y_u[viewer], half_u[1], cells[0], cells[2])
        for cy in range(top, bottom + 1):
            for at in range(start[cy * columns + left], start[cy * columns + right + 1]):
                row = int(row_of[at])
                x, y = x_u[row], y_u[row]
                inside = in_reach(x - seat_x_u[viewer], y - seat_y_u[viewer], half_u, 0.0, 0.0)
                if not inside or alive[row] == 0 or team[row] == team[own]:
                    continue
                covered = bush[row] >= 0 and team[row] != seat_team[viewer]
                covered = covered and not is_given_away(
                    tick[0], seen_until[row], int(conditions[row])
                )
                for place in range(watch_count[viewer]):
                    eye = watch[viewer * EYES_MAX + place]
                    dx, dy = x - eye_x_u[eye], y - eye_y_u[eye]
                    if not in_reach(dx, dy, half_u, 0.0, 0.0):
                        continue
                    far = dx * dx + dy * dy > notice_u * notice_u
                    if covered and far and bush[row] != eye_bush[eye]:
                        continue
                    hint = hint_place(own, place, row)
                    if sees_body(eye, x, y, body_u, hint, looks, hints):
                        put_bit(shown, base, row)
                        break
        if bodiless[viewer] != NOBODY:
            drop_bit(shown, base, bodiless[viewer])


@device
def sees_thing(
    viewer: int,
    x: float,
    y: float,
    kind: int,
    shape: F64In,
    at: int,
    half_u: F64In,
    watch: I64In,
    watch_count: I64In,
    looks: Looks,
    hints: I32Out,
    hint: int,
) -> bool:
    """Whether any eyes of a viewer see a thing; within an area one sees it.

    Args:
        shape: its six numbers from ``at`` on.
        hint: what to remember walls by, see ``hint_place``.
    """
    one, two = (shape[at + 2], shape[at + 3]), (shape[at + 4], shape[at + 5])
    reach_x, reach_y = shape[at], shape[at + 1]
    for place in range(viewer * EYES_MAX, viewer * EYES_MAX + watch_count[viewer]):
        eye = watch[place]
        dx, dy = x - looks[0][eye], y - looks[1][eye]
        if not in_reach(dx, dy, half_u, reach_x, reach_y):
            continue
        if kind == AREA and dx * dx + dy * dy <= reach_x * reach_x:
            return True
        if sees_any(eye, x, y, one, two, hint ^ (place - viewer * EYES_MAX), looks, hints):
            return True
    return False


@device
def is_near(
    own: int, alive: U8In, x_u: F64In, y_u: F64In, x: float, y: float, shape: F64In, at: int
) -> bool:
    """Whether a thing's bounding box is within NEAR_U of a living body, edge included."""
    near_x = abs(x - x_u[own]) <= shape[at] + NEAR_U
    return bool(alive[own] != 0 and near_x and abs(y - y_u[own]) <= shape[at + 1] + NEAR_U)


@device
def list_near(
    x: float,
    y: float,
    half_u: F64In,
    reach_most_u: F64In,
    thing_x_u: F64In,
    thing_y_u: F64In,
    shape: F64In,
    cells: F64In,
    start: I32In,
    row_of: I32In,
    near: I32Out,
) -> int:
    """List the things that lie in or reach into a rectangle around a point; how many there are."""
    columns, found = int(cells[1]), 0
    left, right = cells_from(x, half_u[0] + reach_most_u[0], cells[0], cells[1])
    top, bottom = cells_from(y, half_u[1] + reach_most_u[1], cells[0], cells[2])
    for cy in range(top, bottom + 1):
        for place in range(start[cy * columns + left], start[cy * columns + right + 1]):
            made = int(row_of[place])
            # Noted in any case, and kept if it is near: nobody can guess which are.
            near[found] = made
            wide, high = half_u[0] + shape[made * SHAPE], half_u[1] + shape[made * SHAPE + 1]
            inside = (abs(thing_x_u[made] - x) <= wide) & (abs(thing_y_u[made] - y) <= high)
            found += 1 if inside else 0
    return found


@device
def drop_idle(
    seat: int,
    looks_about: bool,
    found: int,
    number: I32In,
    age: I64In,
    kind: U8In,
    rows: U8In,
    id_of: I32In,
    numbers: int,
    id_row: U8In,
    id_age: I64In,
    ids: int,
    near_id: I32Out,
    near: I32Out,
) -> int:
    """Keep of a list of things those that may be news; how many there are.

    What stays where it is and is known as it is, is none; nor are items that are not known, unless
    one looks about.

    Args:
        near: i32[things], the list, written; near_id: written, by what id each is known, or -1.
    """
    kept = 0
    for index in range(found):
        near_id[index] = id_of[seat * numbers + number[near[index]]]
    for index in range(found):
        made, known = int(near[index]), int(near_id[index])
        place = seat * ids + max(known, 0)
        known = known if (known >= 0) & (id_age[place] == age[made]) else -1
        # All that can change of what stays is an obstacle's health, see ``listing.thing_mask``.
        now, before = made * THING_STRIDE, place * THING_STRIDE
        same = rows[now + OBSTACLE_HEALTH_AT] == id_row[before + OBSTACLE_HEALTH_AT]
        item = kind[made] == PICKUP
        idle = (known >= 0) & (item | ((kind[made] == OBSTACLE) & same))
        idle |= item & (known < 0) & (not looks_about)
        near[kept], near_id[kept] = made, known
        kept += 0 if idle else 1
    return kept


@kernel
def spot_things(
    viewers: I64In,
    seats: I64In,
    alive: U8In,
    x_u: F64In,
    y_u: F64In,
    seat_x_u: F64In,
    seat_y_u: F64In,
    half_u: F64In,
    eye_x_u: F64In,
    eye_y_u: F64In,
    walls: WallsIn,
    wall_start: I32In,
    wall_row: I32In,
    frame: F64In,
    size: I64In,
    lines: U64In,
    owners: I32In,
    watch: I64In,
    watch_count: I64In,
    hints: I32Out,
    number: I32In,
    age: I64In,
    kind: U8In,
    thing_x_u: F64In,
    thing_y_u: F64In,
    shape: F64In,
    rows: U8In,
    reach_most_u: F64In,
    cells: F64In,
    start: I32In,
    row_of: I32In,
    id_of: I32In,
    numbers: Int,
    id_row: U8In,
    id_age: I64In,
    ids: Int,
    first: U8In,
    turn: I64In,
    count: I64In,
    near: I32Out,
    near_id: I32Out,
    shown: U64Out,
) -> None:
    """Which things every viewer sees.  What stays as it is and is known already is not looked for.

    Args:
        alive, x_u, y_u: of the players.
        cells, start, row_of: index of the things' places.
        id_of: i32[seats * numbers], id_row: u8[seats * ids * THING_STRIDE], id_age: i64[seats *
            ids]: what is known, by the generation it had.
        first: u8[seats], 1 for who knows nothing; turn: i64[seats], snapshots sent so far.
        count: i64[1], of the things.
        near, near_id: i32[things], working space.
        shown: u64[n * words], written: for each viewer a set of places in the list.
    """
    looks, words = (
        (eye_x_u, eye_y_u, walls, wall_start, wall_row, frame, size, lines, owners),
        words_for(kind.shape[0]),
    )
    for viewer in range(viewers.shape[0]):
        seat = seats[viewer]
        for word in range(viewer * words, viewer * words + words_for(count[0])):
            shown[word] = NOUGHT
        looks_about = first[seat] != 0 or (turn[seat] + seat) % TURNS == 0
        found = list_near(
            seat_x_u[viewer],
            seat_y_u[viewer],
            half_u,
            reach_most_u,
            thing_x_u,
            thing_y_u,
            shape,
            cells,
            start,
            row_of,
            near,
        )
        found = drop_idle(
            seat,
            looks_about,
            found,
            number,
            age,
            kind,
            rows,
            id_of,
            numbers,
            id_row,
            id_age,
            ids,
            near_id,
            near,
        )
        for index in range(found):
            made = int(near[index])
            x, y, at, what = thing_x_u[made], thing_y_u[made], made * SHAPE, int(kind[made])
            beside = what == OBSTACLE and is_near(viewers[viewer], alive, x_u, y_u, x, y, shape, at)
            asked = looks_about or what != OBSTACLE or near_id[index] >= 0
            if beside or (
                asked
                and sees_thing(
                    viewer,
                    x,
                    y,
                    what,
                    shape,
                    at,
                    half_u,
                    watch,
                    watch_count,
                    looks,
                    hints,
                    hint_place(viewers[viewer], 0, int(number[made]) + HINTS // 2),
                )
            ):
                put_bit(shown, viewer * words, made)
