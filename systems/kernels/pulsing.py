"""Areas go off, once or again and again."""

from ecs.kernel import (
    F64In,
    Float,
    I32In,
    I64In,
    I64Out,
    Int,
    U8In,
    U8Out,
    U32In,
    device,
    kernel,
)
from schema.events import BURST, HEALS, NOBODY
from schema.rulebook import ALLIES, ENEMIES, SELF
from schema.walls import BLOCKS_SIGHT
from systems.kernels.geometry import MISS
from systems.kernels.obstacles import cells_of
from systems.kernels.rewinding import place_then, reach_then, ticks_back
from systems.kernels.tables import (
    EventsOut,
    HitsOut,
    KnocksOut,
    SkillsIn,
    add_event,
    add_hit,
    add_knock,
)
from systems.kernels.walls import WallsIn, cell_of, gap_of, sweep_walls


@device
def relation(owner: int, body: int, team: I64In) -> int:
    """SELF, ALLIES or ENEMIES: what a body is to the owner of an area."""
    if body == owner:
        return SELF
    return ALLIES if team[body] == team[owner] else ENEMIES


@device
def pulse_body(
    body: int,
    kin: int,
    owner: int,
    made: int,
    slot: int,
    damage_hp: float,
    heal_hp: float,
    inflicts: bool,
    friendly_fire: int,
    px: float,
    py: float,
    hits: HitsOut,
    hit_count: I64Out,
    hits_refused: I64Out,
) -> None:
    """The hits of a body that an area reaches.

    What heals heals whom it affects but enemies, what hurts hurts whom it affects; team mates are
    hurt where there is friendly fire.  Where nothing else brings a status, it comes as a hit for
    nothing to enemies, and as healing for nothing to friends of an area that does not hurt.
    """
    friend = kin != ENEMIES
    gives = inflicts and damage_hp <= 0.0
    heals = friend and (heal_hp > 0.0 or gives)
    hurts = damage_hp > 0.0 or (inflicts and not friend)
    if hurts and (kin != ALLIES or friendly_fire != 0):
        add_hit(
            hits,
            hit_count,
            hits_refused,
            body,
            owner,
            made,
            slot,
            0,
            damage_hp,
            1.0,
            px,
            py,
        )
    if heals:
        add_hit(
            hits,
            hit_count,
            hits_refused,
            body,
            owner,
            made,
            slot,
            HEALS,
            heal_hp,
            1.0,
            px,
            py,
        )


@device
def looks_back(
    made: int,
    tick: int,
    until_tick: int,
    view_tick: int,
    rewind_ticks: int,
    skills: SkillsIn,
) -> int:
    """How many ticks back an area asks who stands in it: only the tick of its cast, without delay.

    What is announced by a delay, or lingers, everybody can see coming.
    """
    first_tick = until_tick - max(0, skills[made]["linger_ticks"] - 1)
    if skills[made]["delay_ticks"] > 0 or tick != first_tick:
        return 0
    return ticks_back(view_tick, tick, rewind_ticks)


@device
def pulse_bodies(
    row: int,
    owner: I64In,
    skill: U8In,
    slot: U8In,
    radius_u: F64In,
    damage_hp: F64In,
    heal_hp: F64In,
    x_u: F64In,
    y_u: F64In,
    skills: SkillsIn,
    friendly_fire: int,
    body_radius_u: float,
    team: I64In,
    alive: U8In,
    then: tuple[int, int, I64In, F64In, F64In, F64In, F64In],
    grid: F64In,
    start: I32In,
    row_of: I32In,
    reach_u: float,
    walls: WallsIn,
    wall_start: I32In,
    wall_row: I32In,
    frame: F64In,
    hits: HitsOut,
    hit_count: I64Out,
    hits_refused: I64Out,
) -> None:
    """One area's hits: on every body of those it affects whose circle touches its own.

    Unless it goes through walls, nobody is reached whom a wall hides from its centre.

    Args:
        then: what ``place_then`` asks for behind the body: where others are, or were.
        reach_u: how far from its place in the grid a body may be looked for.
    """
    px, py, made = x_u[row], y_u[row], int(skill[row])
    touch = radius_u[row] + body_radius_u
    wide, columns = touch + reach_u, int(grid[1])
    first, last = cell_of(px - wide, grid[0], grid[1]), cell_of(px + wide, grid[0], grid[1])
    for cy in range(cell_of(py - wide, grid[0], grid[2]), cell_of(py + wide, grid[0], grid[2]) + 1):
        for place in range(start[cy * columns + first], start[cy * columns + last + 1]):
            body = int(row_of[place])
            x, y = place_then(body, *then)
            if body == owner[row]:
                x, y = then[3][body], then[4][body]
            dx, dy = x - px, y - py
            if alive[body] == 0 or dx * dx + dy * dy > touch * touch:
                continue
            kin = relation(owner[row], body, team)
            if skills[made]["affects"] & kin == 0:
                continue
            if skills[made]["through_walls"] == 0:
                t, _, _, _ = sweep_walls(
                    px, py, dx, dy, 0.0, BLOCKS_SIGHT, walls, wall_start, wall_row, frame
                )
                if t != MISS:
                    continue
            pulse_body(
                *(body, kin, owner[row], made, int(slot[row]), damage_hp[row], heal_hp[row]),
                *(skills[made]["status_a"] >= 0, friendly_fire, px, py),
                *(hits, hit_count, hits_refused),
            )


@kernel
def pulse(
    count: I64In,
    tick: I64In,
    owner: I64In,
    skill: U8In,
    slot: U8In,
    radius_u: F64In,
    damage_hp: F64In,
    heal_hp: F64In,
    x_u: F64In,
    y_u: F64In,
    until_tick: I64In,
    skills: SkillsIn,
    friendly_fire: Int,
    body_radius_u: Float,
    team: I64In,
    alive: U8In,
    body_x_u: F64In,
    body_y_u: F64In,
    view_tick: U32In,
    rewind_ticks: Int,
    join_tick: I64In,
    past_x_u: F64In,
    past_y_u: F64In,
    grid: F64In,
    start: I32In,
    row_of: I32In,
    reach_u: F64In,
    walls: WallsIn,
    wall_start: I32In,
    wall_row: I32In,
    frame: F64In,
    fire_tick: I64Out,
    gone: U8Out,
    hits: HitsOut,
    hit_count: I64Out,
    hits_refused: I64Out,
    events: EventsOut,
    event_count: I64Out,
    events_refused: I64Out,
) -> None:
    """Every area whose time has come goes off; it goes off again a period later, until its end.

    One that goes off in the tick of its cast reaches others where they were in the tick that its
    owner saw; owner, walls and life are of now.

    Args:
        rewind_ticks: most ticks that a view may lie back.
    """
    for row in range(count[0]):
        if tick[0] < fire_tick[row]:
            continue
        made, seen_tick = int(skill[row]), int(view_tick[owner[row]])
        back = looks_back(made, tick[0], until_tick[row], seen_tick, rewind_ticks, skills)
        pulse_bodies(
            *(row, owner, skill, slot, radius_u, damage_hp, heal_hp, x_u, y_u),
            *(skills, friendly_fire, body_radius_u, team, alive),
            (back, tick[0], join_tick, body_x_u, body_y_u, past_x_u, past_y_u),
            *(grid, start, row_of, reach_then(back, reach_u[0], frame)),
            *(walls, wall_start, wall_row, frame),
            *(hits, hit_count, hits_refused),
        )
        add_event(
            *(events, event_count, events_refused),
            *(BURST, owner[row], NOBODY, made, radius_u[row], x_u[row], y_u[row]),
        )
        fire_tick[row] += skills[made]["period_ticks"]
        if fire_tick[row] > until_tick[row]:
            gone[row] = 1


@kernel
def shake_obstacles(
    count: I64In,
    tick: I64In,
    owner: I64In,
    radius_u: F64In,
    damage_hp: F64In,
    x_u: F64In,
    y_u: F64In,
    fire_tick: I64In,
    map_walls: Int,
    walls: WallsIn,
    wall_start: I32In,
    wall_row: I32In,
    frame: F64In,
    health_hp: F64In,
    knocks: KnocksOut,
    knock_count: I64Out,
    knocks_refused: I64Out,
) -> None:
    """Every area that hurts and goes off in this tick knocks the obstacles its circle touches.

    Called before ``pulse``, which sets the next time.  Of one area in the order of cells, row by
    row, each obstacle in the first of its cells that the area's bounding box touches.

    Args:
        map_walls: how many of ``walls`` belong to the map; obstacle k is the wall k behind them.
        health_hp: f64[obstacles]; what has none left is not knocked.
    """
    columns = int(frame[3])
    for row in range(count[0]):
        if tick[0] < fire_tick[row] or damage_hp[row] <= 0.0:
            continue
        x, y, reach = x_u[row], y_u[row], radius_u[row]
        left, right = cell_of(x - reach, frame[2], frame[3]), cell_of(x + reach, frame[2], frame[3])
        top, bottom = cell_of(y - reach, frame[2], frame[4]), cell_of(y + reach, frame[2], frame[4])
        for cell in range((bottom - top + 1) * (right - left + 1)):
            cy, cx = top + cell // (right - left + 1), left + cell % (right - left + 1)
            at = cy * columns + cx
            for place in range(wall_start[at], wall_start[at + 1]):
                wall = int(wall_row[place])
                if wall < map_walls or health_hp[wall - map_walls] <= 0.0:
                    continue
                first_x, _, first_y, _ = cells_of(wall, frame, walls)
                if max(left, first_x) != cx or max(top, first_y) != cy:
                    continue
                if gap_of(x, y, reach, wall, walls) <= 0.0:
                    add_knock(
                        *(knocks, knock_count, knocks_refused),
                        *(wall - map_walls, owner[row], damage_hp[row]),
                    )
