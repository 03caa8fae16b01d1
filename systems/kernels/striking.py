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
from systems.kernels.broadphase import Cells, is_unmet
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

Bodies = tuple[I64In, U8In, F64In, F64In, F64In, F64In]
"""team, alive, x_u, y_u of each player, and from_x_u, from_y_u where it was before this tick."""

Pierced = tuple[I64Out, I64Out, I64Out, I64Out]
"""Rows of those whom each projectile has hit already, the last first; NOBODY for none."""


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


@kernel
def stop_at_walls(
    count: I64In,
    x_u: F64In,
    y_u: F64In,
    vx_ups: F64In,
    vy_ups: F64In,
    radius_u: F64In,
    dt_s: Float,
    map_walls: Int,
    wall_squares: U64In,
    walls: WallsIn,
    wall_start: I32In,
    wall_row: I32In,
    frame: F64In,
    target: I64Out,
    moment: F64Out,
) -> None:
    """Where every projectile would end in this tick if there were no bodies.

    Args:
        map_walls: how many of ``walls`` belong to the map; those behind them are obstacles.
        target, moment: written: what ends it and when, STRIKE_NOTHING and MISS where nothing does.
    """
    for row in range(count[0]):
        moment[row], target[row] = first_wall(
            x_u[row],
            y_u[row],
            vx_ups[row] * dt_s,
            vy_ups[row] * dt_s,
            radius_u[row],
            map_walls,
            wall_squares,
            walls,
            wall_start,
            wall_row,
            frame,
        )


@device
def passed_by(row: int, pierced: Pierced) -> tuple[int, int, int, int]:
    """Whom a projectile has hit already."""
    return pierced[0][row], pierced[1][row], pierced[2][row], pierced[3][row]


@device
def pass_by(row: int, body: int, pierced: Pierced) -> None:
    """Put a body before those that a projectile has hit already."""
    first, second, third, fourth = pierced
    fourth[row], third[row] = third[row], second[row]
    second[row], first[row] = first[row], body


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
    bodies: Bodies,
    cells: Cells,
    reach_u: float,
) -> tuple[float, int]:
    """(t, row): the first body met before ``best``, NOBODY for none; of equals the lowest row.

    Both move: a player's path of this tick, origin to position, is subtracted from the shot's,
    so neither speed nor closing speed can skip a hit.  The search covers the swept box widened by
    both radii and by ``reach_u``.
    """
    team, alive, x_u, y_u, from_x_u, from_y_u = bodies
    grid, start, row_of = cells
    columns, found = int(grid[1]), NOBODY
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
    twice, and team mates only where there is friendly fire (0: none).

    Args:
        target, moment: as ``stop_at_walls`` left them; written where a body comes first.
        enemies: written: how many enemies it hit.
    """
    bodies = (team, body_alive, body_x_u, body_y_u, from_x_u, from_y_u)
    cells, pierced = (grid, start, row_of), (pierced_a, pierced_b, pierced_c, pierced_d)
    report = (hits, hit_count, hits_refused)
    for row in range(count[0]):
        px, py, limit, own = x_u[row], y_u[row], moment[row], owner[row]
        dx, dy, radii = vx_ups[row] * dt_s, vy_ups[row] * dt_s, radius_u[row] + body_radius_u
        enemies[row], unmet = 0, is_unmet(px, py, dx, dy, radii, grid, squares)
        for _ in range(0 if unmet else PIERCED + 1):
            met = passed_by(row, pierced)
            t, body = first_body(
                px, py, dx, dy, radii, limit, own, friendly_fire, met, bodies, cells, reach_u[0]
            )
            if body == NOBODY:
                break
            what = (int(skill[row]), int(slot[row]), 0, damage_hp[row])
            add_hit(*report, body, own, *what, t, px, py)
            enemies[row] += int(team[body] != team[own])
            if int(pierce[row]) == 0:
                moment[row], target[row] = t, body
                break
            pierce[row] = int(pierce[row]) - 1
            pass_by(row, body, pierced)
        x_u[row] = px + dx * min(moment[row], 1.0)
        y_u[row] = py + dy * min(moment[row], 1.0)


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
    report = (events, event_count, events_refused)
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
        add_event(*report, WALL_HIT, own, NOBODY, made, 0.0, x_u[row], y_u[row])
