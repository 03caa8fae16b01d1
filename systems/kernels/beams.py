"""Beams: channelled from tick to tick, paid before they hurt."""

from ecs.kernel import (
    F64In,
    F64In2,
    F64Out,
    Float,
    I32In,
    I64In,
    I64Out,
    Int,
    U8In,
    U8Out,
    U16In,
    U32In,
    device,
    kernel,
)
from schema.commands import PRIMARY, SKILL_SLOTS
from schema.events import NO_SLOT, NOBODY, STUNNED
from schema.rulebook import SKILL_LEVELS
from schema.walls import BLOCKS_SHOTS
from systems.kernels.broadphase import Cells
from systems.kernels.geometry import MISS, sweep_circle
from systems.kernels.minds import Ground
from systems.kernels.rewinding import place_then, reach_then, ticks_back
from systems.kernels.tables import (
    EffectsIn,
    HitsOut,
    KnocksOut,
    SkillsIn,
    add_hit,
    add_knock,
)
from systems.kernels.walls import WallsIn, cell_of, leaves_world, sweep_walls


@kernel
def keep_channel(
    players: I64In,
    tick: I64In,
    alive: U8In,
    down: U8In,
    flags: U8In,
    buttons: U8In,
    skill_of: U8In,
    skills: SkillsIn,
    since_tick: I64In,
    until_tick: I64In,
    slot: U8Out,
    mana_mp: F64Out,
    length_u: F64Out,
) -> None:
    """Every beam is paid for this tick, or ends.

    It ends when its button is up, its caster stunned, down or dead, its time over, or the mana not
    enough for one more tick.  The tick of the cast itself was paid by the cast.

    Args:
        skill_of: u8[players * 4].
        length_u: 0 for those that end.
    """
    for row in range(players[0]):
        if int(slot[row]) == NO_SLOT or since_tick[row] >= tick[0]:
            continue
        price = skills[int(skill_of[row * SKILL_SLOTS + int(slot[row])])]["mana_mp_per_tick"]
        fit = alive[row] != 0 and down[row] == 0 and int(flags[row]) & STUNNED == 0
        held = int(buttons[row]) & (PRIMARY << int(slot[row])) != 0
        if fit and held and tick[0] < until_tick[row] and mana_mp[row] >= price:
            mana_mp[row] -= price
        else:
            slot[row] = NO_SLOT
            length_u[row] = 0.0


@device
def first_body(
    row: int,
    px: float,
    py: float,
    dx: float,
    dy: float,
    radius: float,
    limit: float,
    allies_too: bool,
    alive: U8In,
    team: I64In,
    then: tuple[int, int, I64In, F64In, F64In, F64In, F64In],
    cells: Cells,
    reach_u: float,
) -> tuple[float, int]:
    """(t, body): the first body ``row`` may hurt on a swept circle's way before ``limit``.

    (limit, NOBODY) when there is none.  At the same time the lower row is first.

    Args:
        then: what ``place_then`` asks for behind the body: where others are, or were.
        reach_u: how far from its place in the grid a body may be looked for.
    """
    grid, start, row_of = cells
    best, found, columns, wide = limit, NOBODY, int(grid[1]), radius + reach_u
    first = cell_of(min(px, px + dx) - wide, grid[0], grid[1])
    last = cell_of(max(px, px + dx) + wide, grid[0], grid[1])
    upper = cell_of(min(py, py + dy) - wide, grid[0], grid[2])
    lower = cell_of(max(py, py + dy) + wide, grid[0], grid[2])
    for cy in range(upper, lower + 1):
        for place in range(start[cy * columns + first], start[cy * columns + last + 1]):
            body = int(row_of[place])
            friend = team[body] == team[row] and not allies_too
            if body == row or alive[body] == 0 or friend:
                continue
            x, y = place_then(body, *then)
            t = sweep_circle(px - x, py - y, dx, dy, radius)
            if t < best or (t == best and t < MISS and body < found):
                best, found = t, body
    return best, found


@kernel
def give_away(
    players: I64In,
    tick: I64In,
    slot: U8In,
    since_tick: I64In,
    reveal_ticks: Int,
    seen_until_tick: I64Out,
) -> None:
    """No bush hides whose beam was paid for."""
    for row in range(players[0]):
        if int(slot[row]) != NO_SLOT and since_tick[row] < tick[0]:
            seen_until_tick[row] = tick[0] + 1 + reveal_ticks


@device
def path_of(
    place: int, heading: int, skill_of: U8In, skills: SkillsIn, directions: F64In2
) -> tuple[int, float, float, float]:
    """(skill, range, dx, dy) of the beam in a slot."""
    skill = int(skill_of[place])
    far = skills[skill]["range_u"]
    return skill, far, directions[heading, 0] * far, directions[heading, 1] * far


@device
def first_wall(
    px: float, py: float, dx: float, dy: float, radius_u: float, ground: Ground
) -> tuple[float, int]:
    """(t, wall): where a swept circle first meets a wall that stops shots, or the world's edge.

    Of that the wall is NOBODY; (MISS, -1) where it meets nothing.
    """
    stop, _, _, wall = sweep_walls(px, py, dx, dy, radius_u, BLOCKS_SHOTS, *ground)
    edge = leaves_world(px, py, dx, dy, ground[3])
    return (edge, NOBODY) if edge < stop else (stop, wall)


@kernel
def shine(
    players: I64In,
    tick: I64In,
    slot: U8In,
    since_tick: I64In,
    aim: U16In,
    alive: U8In,
    team: I64In,
    x_u: F64In,
    y_u: F64In,
    view_tick: U32In,
    rewind_ticks: Int,
    join_tick: I64In,
    past_x_u: F64In,
    past_y_u: F64In,
    power: F64In,
    skill_of: U8In,
    level: U8In,
    skills: SkillsIn,
    effects: EffectsIn,
    directions: F64In2,
    grid: F64In,
    start: I32In,
    row_of: I32In,
    reach_u: F64In,
    walls: WallsIn,
    wall_start: I32In,
    wall_row: I32In,
    frame: F64In,
    obstacle_health_hp: F64In,
    static_walls: Int,
    body_radius_u: Float,
    friendly_fire: Float,
    length_u: F64Out,
    hits: HitsOut,
    hit_count: I64Out,
    hits_refused: I64Out,
    knocks: KnocksOut,
    knock_count: I64Out,
    knocks_refused: I64Out,
) -> None:
    """Every beam that was paid for meets what is first on its way.

    Along the aim, up to the first wall that stops shots or the first enemy (friends as well where
    they can be hurt); at the same time it is the wall.  Others are met where the beamer saw them.

    Args:
        rewind_ticks: most ticks that a view may lie back.
        obstacle_health_hp: of obstacle k, which is wall ``static_walls`` + k; 0: it is not knocked.
        friendly_fire: share of damage to allies; 0 and the beam passes through them.
    """
    ground, cells = (walls, wall_start, wall_row, frame), (grid, start, row_of)
    for row in range(players[0]):
        if int(slot[row]) == NO_SLOT or since_tick[row] >= tick[0]:
            continue
        place, own = row * SKILL_SLOTS + int(slot[row]), int(slot[row])
        skill, far, dx, dy = path_of(place, int(aim[row]), skill_of, skills, directions)
        px, py, radius_u = x_u[row], y_u[row], skills[skill]["radius_u"]
        amount_hp = effects[skill * SKILL_LEVELS + int(level[place]) - 1]["damage_hp"] * power[row]
        stop, wall = first_wall(px, py, dx, dy, radius_u, ground)
        back = ticks_back(int(view_tick[row]), tick[0], rewind_ticks)
        then = (back, tick[0], join_tick, x_u, y_u, past_x_u, past_y_u)
        search_u, wide = reach_then(back, reach_u[0], frame), radius_u + body_radius_u
        way = (row, px, py, dx, dy, wide, stop, friendly_fire > 0.0)
        stop, body = first_body(*way, alive, team, then, cells, search_u)
        length_u[row] = far * min(stop, 1.0)
        if body != NOBODY:
            add_hit(hits, hit_count, hits_refused, body, row, skill, own, 0, amount_hp, 1.0, px, py)
        elif wall >= static_walls and obstacle_health_hp[wall - static_walls] > 0.0:
            add_knock(knocks, knock_count, knocks_refused, wall - static_walls, row, amount_hp)
