"""Projectiles fly, and meet bodies, walls and obstacles."""

from ecs.kernel import (
    F64In,
    F64Out,
    Float,
    I32In,
    I64In,
    I64Out,
    Int,
    U8In,
    U8Out,
    U64In,
    device,
    kernel,
)
from schema.events import (
    NOBODY,
    STRIKE_NOTHING,
    STRIKE_OBSTACLE,
    STRIKE_WALL,
    WALL_HIT,
)
from schema.rulebook import PIERCED
from schema.walls import BLOCKS_SHOTS
from systems.kernels.broadphase import is_unmet
from systems.kernels.geometry import MISS, sweep_circle
from systems.kernels.tables import (
    ClassesIn,
    EventsOut,
    HitsOut,
    KnocksOut,
    SkillsIn,
    add_event,
    add_hit,
    add_knock,
)
from systems.kernels.walls import WallsIn, cell_of, is_apart, leaves_world, sweep_walls


@device
def first_wall(
    px: float,
    py: float,
    dx: float,
    dy: float,
    radius_u: float,
    map_walls: int,
    wall_squares: U64In,
    walls: WallsIn,
    wall_start: I32In,
    wall_row: I32In,
    frame: F64In,
) -> tuple[float, int]:
    """(t, what): when a projectile meets the world's edge, a wall or an obstacle, and which.

    What is STRIKE_NOTHING, STRIKE_WALL, or STRIKE_OBSTACLE less an obstacle's row.
    """
    best = leaves_world(px, py, dx, dy, frame)
    found = STRIKE_WALL if best < MISS else STRIKE_NOTHING
    if is_apart(px, py, dx, dy, radius_u, wall_squares, frame):
        return best, found
    t, _, _, wall = sweep_walls(
        px, py, dx, dy, radius_u, BLOCKS_SHOTS, walls, wall_start, wall_row, frame
    )
    if t < best:
        best = t
        found = STRIKE_WALL if wall < map_walls else STRIKE_OBSTACLE - (wall - map_walls)
    return best, found


@device
def first_body(
    px: float,
    py: float,
    dx: float,
    dy: float,
    radii: float,
    best: float,
    owner: int,
    friendly_fire: int,
    passed: tuple[int, int, int, int],
    team: I64In,
    alive: U8In,
    x_u: F64In,
    y_u: F64In,
    from_x_u: F64In,
    from_y_u: F64In,
    grid: F64In,
    start: I32In,
    row_of: I32In,
    reach_u: float,
    squares: U64In,
) -> tuple[float, int]:
    """(t, row): the first body met before ``best``, NOBODY for none; of equals the lowest row.

    Both move: a player's path of this tick, origin to position, is subtracted from the shot's,
    so neither speed nor closing speed can skip a hit.  The search covers the swept box widened by
    both radii and by ``reach_u``, unless no body's path touches the ``squares`` near it.
    """
    columns, found = int(grid[1]), NOBODY
    if is_unmet(px, py, dx, dy, radii, grid, squares):
        return best, NOBODY
    wide = radii + reach_u
    x0, x1 = min(px, px + dx) - wide, max(px, px + dx) + wide
    y0, y1 = min(py, py + dy) - wide, max(py, py + dy) + wide
    first, last = cell_of(x0, grid[0], grid[1]), cell_of(x1, grid[0], grid[1])
    for cy in range(cell_of(y0, grid[0], grid[2]), cell_of(y1, grid[0], grid[2]) + 1):
        for place in range(start[cy * columns + first], start[cy * columns + last + 1]):
            body = int(row_of[place])
            if body == owner or alive[body] == 0:
                continue
            if friendly_fire == 0 and team[body] == team[owner]:
                continue
            t = sweep_circle(
                px - from_x_u[body],
                py - from_y_u[body],
                dx - (x_u[body] - from_x_u[body]),
                dy - (y_u[body] - from_y_u[body]),
                radii,
            )
            if t < best or (t == best and t < MISS and found != NOBODY and body < found):
                a, b, c, d = passed
                if body != a and body != b and body != c and body != d:
                    best, found = t, body
    return best, found


@kernel
def sweep_projectiles(
    count: I64In,
    owner: I64In,
    skill: U8In,
    slot: U8In,
    damage_hp: F64In,
    radius_u: F64In,
    vx_ups: F64In,
    vy_ups: F64In,
    dt_s: Float,
    body_radius_u: Float,
    friendly_fire: Int,
    team: I64In,
    body_alive: U8In,
    body_x_u: F64In,
    body_y_u: F64In,
    from_x_u: F64In,
    from_y_u: F64In,
    grid: F64In,
    start: I32In,
    row_of: I32In,
    reach_u: F64In,
    squares: U64In,
    map_walls: Int,
    wall_squares: U64In,
    walls: WallsIn,
    wall_start: I32In,
    wall_row: I32In,
    frame: F64In,
    x_u: F64Out,
    y_u: F64Out,
    pierce: U8Out,
    pierced_a: I64Out,
    pierced_b: I64Out,
    pierced_c: I64Out,
    pierced_d: I64Out,
    target: I64Out,
    moment: F64Out,
    enemies: I64Out,
    hits: HitsOut,
    hit_count: I64Out,
    hits_refused: I64Out,
) -> None:
    """Fly every projectile for one tick, through the bodies it pierces, up to what ends it.

    Earliest wins; a tie goes to the wall, then to the lower row.  The owner is never hit, nobody
    twice, and team mates only where there is friendly fire.

    Args:
        friendly_fire: 0 when shots pass through team mates.
        map_walls: how many of ``walls`` belong to the map; those behind them are obstacles.
        target, moment, enemies: written: what ended it and when, and how many enemies it hit.
    """
    for row in range(count[0]):
        px, py = x_u[row], y_u[row]
        dx, dy = vx_ups[row] * dt_s, vy_ups[row] * dt_s
        radii = radius_u[row] + body_radius_u
        limit, end = first_wall(
            px,
            py,
            dx,
            dy,
            radius_u[row],
            map_walls,
            wall_squares,
            walls,
            wall_start,
            wall_row,
            frame,
        )
        enemies[row] = 0
        for _ in range(PIERCED + 1):
            passed = (pierced_a[row], pierced_b[row], pierced_c[row], pierced_d[row])
            t, body = first_body(
                px,
                py,
                dx,
                dy,
                radii,
                limit,
                owner[row],
                friendly_fire,
                passed,
                team,
                body_alive,
                body_x_u,
                body_y_u,
                from_x_u,
                from_y_u,
                grid,
                start,
                row_of,
                reach_u[0],
                squares,
            )
            if body == NOBODY:
                break
            add_hit(
                hits,
                hit_count,
                hits_refused,
                body,
                owner[row],
                int(skill[row]),
                int(slot[row]),
                0,
                damage_hp[row],
                t,
                px,
                py,
            )
            if team[body] != team[owner[row]]:
                enemies[row] += 1
            if int(pierce[row]) == 0:
                limit, end = t, body
                break
            pierce[row] = int(pierce[row]) - 1
            pierced_d[row], pierced_c[row] = pierced_c[row], pierced_b[row]
            pierced_b[row], pierced_a[row] = pierced_a[row], body
        target[row] = end
        moment[row] = limit
        x_u[row] = px + dx * min(limit, 1.0)
        y_u[row] = py + dy * min(limit, 1.0)


@kernel
def strike(
    count: I64In,
    tick: I64In,
    owner: I64In,
    skill: U8In,
    expire_tick: I64In,
    damage_hp: F64In,
    x_u: F64In,
    y_u: F64In,
    target: I64In,
    enemies: I64In,
    skills: SkillsIn,
    classes: ClassesIn,
    role: U8In,
    obstacle_health_hp: F64In,
    gone: U8Out,
    struck: U8Out,
    combo_hits: U8Out,
    combo_until_tick: I64Out,
    hits_tally: I64Out,
    knocks: KnocksOut,
    knock_count: I64Out,
    knocks_refused: I64Out,
    events: EventsOut,
    event_count: I64Out,
    events_refused: I64Out,
) -> None:
    """What follows from what projectiles met: they end, knock obstacles, make and break combos.

    A projectile ends at whatever does not let it through, and when it has flown its time.  For
    skills that count, every enemy hit lengthens the owner's combo, and one that ends without having
    hit an enemy ends it.

    Args:
        obstacle_health_hp: f64[obstacles]; one without health takes no knocks.
        struck: u8, enemies each projectile has hit so far; raised.
    """
    for row in range(count[0]):
        own, made = owner[row], int(skill[row])
        most = classes[int(role[own])]["combo_max"]
        counts = skills[made]["combo"] != 0 and most > 0
        if enemies[row] > 0:
            if int(struck[row]) == 0:
                hits_tally[own] += 1
            struck[row] = min(255, int(struck[row]) + enemies[row])
            if counts:
                combo_hits[own] = min(most, int(combo_hits[own]) + enemies[row])
                combo_until_tick[own] = tick[0] + 1 + classes[int(role[own])]["combo_ticks"]
        if target[row] == STRIKE_NOTHING and tick[0] < expire_tick[row]:
            continue
        gone[row] = 1
        if counts and int(struck[row]) == 0:
            combo_hits[own] = 0
        if target[row] > STRIKE_WALL:
            continue
        if target[row] <= STRIKE_OBSTACLE:
            obstacle = STRIKE_OBSTACLE - target[row]
            if obstacle_health_hp[obstacle] > 0.0:
                add_knock(knocks, knock_count, knocks_refused, obstacle, own, damage_hp[row])
        add_event(
            events,
            event_count,
            events_refused,
            WALL_HIT,
            own,
            NOBODY,
            made,
            0.0,
            x_u[row],
            y_u[row],
        )
