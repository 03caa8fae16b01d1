"""Projectiles and blasts meet bodies."""

from ecs.kernel import (
    F64In,
    F64In2,
    F64Out,
    Float,
    I32In,
    I64In,
    I64Out,
    U8In,
    U8Out,
    kernel,
)
from schema.events import (
    BLAST,
    CAUSE_BLAST,
    CAUSE_SHOT,
    NOBODY,
    STRIKE_NOTHING,
    STRIKE_WALL,
    WALL_HIT,
)
from systems.kernels.geometry import MISS, sweep_circle
from systems.kernels.tables import EventsOut, HitsOut, add_event, add_hit
from systems.kernels.walls import cell_of, is_apart, leaves_world, sweep_walls


@kernel
def sweep_projectiles(
    count: I64In,
    owner: I64In,
    vx_ups: F64In,
    vy_ups: F64In,
    dt_s: Float,
    radius_u: Float,
    body_radius_u: Float,
    body_alive: U8In,
    body_x_u: F64In,
    body_y_u: F64In,
    from_x_u: F64In,
    from_y_u: F64In,
    grid: F64In,
    start: I32In,
    row_of: I32In,
    reach_u: F64In,
    walls: F64In2,
    wall_start: I32In,
    wall_row: I32In,
    frame: F64In,
    x_u: F64Out,
    y_u: F64Out,
    target: I64Out,
    moment: F64Out,
) -> None:
    """Fly every projectile for one tick, up to the first thing it meets on the way.

    Both move: a player's path of this tick, origin to position, is subtracted from the
    projectile's, so neither speed nor closing speed can skip a hit.  The search covers the swept
    box widened by both radii and by ``reach_u``.  Earliest wins; a tie goes to the wall, then to
    the lower row.  The owner is never hit.
    """
    columns = int(grid[1])
    radii = radius_u + body_radius_u
    wide = radii + reach_u[0]
    for row in range(count[0]):
        px, py = x_u[row], y_u[row]
        dx, dy = vx_ups[row] * dt_s, vy_ups[row] * dt_s
        best = leaves_world(px, py, dx, dy, frame)
        if not is_apart(px, py, dx, dy, radius_u, walls, wall_start, wall_row, frame):
            t, _, _ = sweep_walls(px, py, dx, dy, radius_u, walls, wall_start, wall_row, frame)
            best = min(t, best)
        found = STRIKE_WALL if best < MISS else STRIKE_NOTHING
        x0, x1 = min(px, px + dx) - wide, max(px, px + dx) + wide
        y0, y1 = min(py, py + dy) - wide, max(py, py + dy) + wide
        first, last = cell_of(x0, grid[0], grid[1]), cell_of(x1, grid[0], grid[1])
        for cy in range(cell_of(y0, grid[0], grid[2]), cell_of(y1, grid[0], grid[2]) + 1):
            for place in range(start[cy * columns + first], start[cy * columns + last + 1]):
                body = int(row_of[place])
                if body == owner[row] or body_alive[body] == 0:
                    continue
                t = sweep_circle(
                    px - from_x_u[body],
                    py - from_y_u[body],
                    dx - (body_x_u[body] - from_x_u[body]),
                    dy - (body_y_u[body] - from_y_u[body]),
                    radii,
                )
                if t < best or (t == best and t < MISS and 0 <= body < found):
                    best, found = t, body
        target[row] = found
        moment[row] = best
        t = min(best, 1.0)
        x_u[row] = px + dx * t
        y_u[row] = py + dy * t


@kernel
def strike(
    count: I64In,
    tick: I64In,
    owner: I64In,
    expire_tick: I64In,
    x_u: F64In,
    y_u: F64In,
    target: I64In,
    moment: F64In,
    damage_hp: Float,
    gone: U8Out,
    hits: HitsOut,
    hit_count: I64Out,
    hits_refused: I64Out,
    events: EventsOut,
    event_count: I64Out,
    events_refused: I64Out,
) -> None:
    """Turn what projectiles met into hits; those that met something or flew their range go."""
    for row in range(count[0]):
        if target[row] >= 0:
            add_hit(
                hits,
                hit_count,
                hits_refused,
                target[row],
                owner[row],
                damage_hp,
                moment[row],
                CAUSE_SHOT,
            )
        elif target[row] == STRIKE_WALL:
            add_event(
                events,
                event_count,
                events_refused,
                WALL_HIT,
                owner[row],
                NOBODY,
                x_u[row],
                y_u[row],
                0,
            )
        if target[row] != STRIKE_NOTHING or tick[0] >= expire_tick[row]:
            gone[row] = 1


@kernel
def detonate(
    count: I64In,
    tick: I64In,
    owner: I64In,
    fire_tick: I64In,
    x_u: F64In,
    y_u: F64In,
    radius_u: Float,
    damage_hp: Float,
    body_radius_u: Float,
    body_alive: U8In,
    body_x_u: F64In,
    body_y_u: F64In,
    grid: F64In,
    start: I32In,
    row_of: I32In,
    reach_u: F64In,
    walls: F64In2,
    wall_start: I32In,
    wall_row: I32In,
    frame: F64In,
    gone: U8Out,
    hits: HitsOut,
    hit_count: I64Out,
    hits_refused: I64Out,
    events: EventsOut,
    event_count: I64Out,
    events_refused: I64Out,
) -> None:
    """Blasts whose fuse has burnt hurt every body they reach and no wall hides, the owner's too.

    A body is reached when its circle touches the blast's, and hidden when a wall crosses the line
    from the blast's centre to its own.
    """
    columns = int(grid[1])
    touch = radius_u + body_radius_u
    wide = touch + reach_u[0]
    for row in range(count[0]):
        if tick[0] < fire_tick[row]:
            continue
        gone[row] = 1
        px, py = x_u[row], y_u[row]
        size = int(min(radius_u * 4.0, 255.0))
        add_event(events, event_count, events_refused, BLAST, owner[row], NOBODY, px, py, size)
        for cy in range(
            cell_of(py - wide, grid[0], grid[2]), cell_of(py + wide, grid[0], grid[2]) + 1
        ):
            for cx in range(
                cell_of(px - wide, grid[0], grid[1]), cell_of(px + wide, grid[0], grid[1]) + 1
            ):
                cell = cy * columns + cx
                for place in range(start[cell], start[cell + 1]):
                    body = int(row_of[place])
                    dx, dy = body_x_u[body] - px, body_y_u[body] - py
                    if body_alive[body] == 0 or dx * dx + dy * dy > touch * touch:
                        continue
                    t, _, _ = sweep_walls(px, py, dx, dy, 0.0, walls, wall_start, wall_row, frame)
                    if t == MISS:
                        add_hit(
                            hits,
                            hit_count,
                            hits_refused,
                            body,
                            owner[row],
                            damage_hp,
                            1.0,
                            CAUSE_BLAST,
                        )
