"""What lies about is taken by whom it is of use to."""

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
from schema.commands import SKILL_SLOTS
from schema.events import NOBODY, PICKUP
from schema.rulebook import (
    ITEM_EXPERIENCE,
    ITEM_HEALTH,
    ITEM_MANA,
    ITEM_SHIELD,
    ITEM_UPGRADE,
    SKILL_LEVELS,
)
from systems.kernels.broadphase import Cells, is_unmet
from systems.kernels.stages import gives_health
from systems.kernels.tables import EventsOut, ItemsIn, add_event
from systems.kernels.walls import cell_of

Needs = tuple[bool, F64In, F64In, F64In, F64In, F64In, U8In]
"""Whether health is given; health_hp, health_max_hp, mana_mp, mana_max_mp, shield_hp of players,
levels of their skills."""


@device
def weakest_slot(row: int, level: U8In) -> int:
    """The skill slot of the lowest level that can still rise, the first of equals, -1 for none."""
    best, found = SKILL_LEVELS, -1
    for slot in range(SKILL_SLOTS):
        if int(level[row * SKILL_SLOTS + slot]) < best:
            best, found = int(level[row * SKILL_SLOTS + slot]), slot
    return found


@device
def is_of_use(
    kind: int,
    amount: float,
    row: int,
    heals: bool,
    health_hp: F64In,
    health_max_hp: F64In,
    mana_mp: F64In,
    mana_max_mp: F64In,
    shield_hp: F64In,
    skill_level: U8In,
) -> bool:
    """Whether an item would do anything for a player, where health is given or not (``heals``)."""
    if kind == ITEM_HEALTH:
        return bool(heals and health_hp[row] < health_max_hp[row])
    if kind == ITEM_MANA:
        return bool(mana_mp[row] < mana_max_mp[row])
    if kind == ITEM_SHIELD:
        return bool(shield_hp[row] < amount)
    if kind == ITEM_UPGRADE:
        return weakest_slot(row, skill_level) >= 0
    return True


@device
def take(
    kind: int,
    amount: float,
    row: int,
    shield_until: int,
    health_max_hp: F64In,
    mana_max_mp: F64In,
    health_hp: F64Out,
    mana_mp: F64Out,
    shield_hp: F64Out,
    shield_until_tick: I64Out,
    experience_xp: F64Out,
    skill_level: U8Out,
) -> None:
    """Give a player what is in an item."""
    if kind == ITEM_HEALTH:
        health_hp[row] = min(health_hp[row] + amount, health_max_hp[row])
    elif kind == ITEM_MANA:
        mana_mp[row] = min(mana_mp[row] + amount, mana_max_mp[row])
    elif kind == ITEM_SHIELD:
        shield_hp[row] = max(shield_hp[row], amount)
        shield_until_tick[row] = shield_until
    elif kind == ITEM_EXPERIENCE:
        experience_xp[row] += amount
    elif kind == ITEM_UPGRADE:
        for _ in range(int(amount)):
            slot = weakest_slot(row, skill_level)
            if slot >= 0:
                place = row * SKILL_SLOTS + slot
                skill_level[place] = int(skill_level[place]) + 1


@device
def find_taker(
    kind: int,
    amount: float,
    x: float,
    y: float,
    reach_u: float,
    alive: U8In,
    down: U8In,
    body_x_u: F64In,
    body_y_u: F64In,
    cells: Cells,
    wide_u: float,
    needs: Needs,
) -> int:
    """Row of the nearest standing player within reach who has use for an item, or NOBODY.

    Of equally near ones the lowest row.
    """
    grid, start, row_of = cells
    best, found, columns = reach_u * reach_u, NOBODY, int(grid[1])
    first, last = cell_of(x - wide_u, grid[0], grid[1]), cell_of(x + wide_u, grid[0], grid[1])
    for cy in range(
        cell_of(y - wide_u, grid[0], grid[2]), cell_of(y + wide_u, grid[0], grid[2]) + 1
    ):
        for place in range(start[cy * columns + first], start[cy * columns + last + 1]):
            body = int(row_of[place])
            dx, dy = body_x_u[body] - x, body_y_u[body] - y
            apart_sq = dx * dx + dy * dy
            nearer = apart_sq < best or (apart_sq == best and (found == NOBODY or body < found))
            if not nearer or alive[body] == 0 or down[body] != 0:
                continue
            if is_of_use(kind, amount, body, *needs):
                best, found = apart_sq, body
    return found


@kernel
def collect(
    count: I64In,
    tick: I64In,
    stage: U8In,
    x_u: F64In,
    y_u: F64In,
    item: U8In,
    amount: F64In,
    expire_tick: I64In,
    items: ItemsIn,
    shield_ticks: Int,
    body_radius_u: Float,
    alive: U8In,
    down: U8In,
    body_x_u: F64In,
    body_y_u: F64In,
    grid: F64In,
    start: I32In,
    row_of: I32In,
    reach_u: F64In,
    squares: U64In,
    health_max_hp: F64In,
    mana_max_mp: F64In,
    gone: U8Out,
    health_hp: F64Out,
    mana_mp: F64Out,
    shield_hp: F64Out,
    shield_until_tick: I64Out,
    experience_xp: F64Out,
    skill_level: U8Out,
    taken: I64Out,
    events: EventsOut,
    event_count: I64Out,
    events_refused: I64Out,
) -> None:
    """Every item goes to the nearest standing player who touches it and has use for it, once.

    Items ascending by row; what one item gave counts for the next.  Whatever has lain for its time
    is gone.  Health is of use to nobody from sudden death on; it stays where it lies.
    """
    heals, cells = gives_health(int(stage[0])), (grid, start, row_of)
    report = (events, event_count, events_refused)
    needs = (heals, health_hp, health_max_hp, mana_mp, mana_max_mp, shield_hp, skill_level)
    for row in range(count[0]):
        if tick[0] >= expire_tick[row]:
            gone[row] = 1
            continue
        kind, much = items[int(item[row])]["kind"], amount[row]
        touch = items[int(item[row])]["radius_u"] + body_radius_u
        if is_unmet(x_u[row], y_u[row], 0.0, 0.0, touch, grid, squares):
            continue
        found = find_taker(
            *(kind, much, x_u[row], y_u[row], touch),
            alive,
            down,
            body_x_u,
            body_y_u,
            cells,
            touch + reach_u[0],
            needs,
        )
        if found == NOBODY:
            continue
        gone[row], taken[found] = 1, taken[found] + 1
        take(
            *(kind, much, found, tick[0] + 1 + shield_ticks, health_max_hp, mana_max_mp),
            *(health_hp, mana_mp, shield_hp, shield_until_tick, experience_xp, skill_level),
        )
        add_event(*report, PICKUP, found, NOBODY, int(item[row]), much, x_u[row], y_u[row])
