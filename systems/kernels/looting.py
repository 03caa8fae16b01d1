"""What lies about: items are drawn, dropped, and taken."""

import numpy as np

from ecs.identity import give_slot
from ecs.kernel import (
    F64In,
    F64In2,
    F64Out,
    Float,
    I32In,
    I32Out,
    I64In,
    I64Out,
    Int,
    U8In,
    U8Out,
    U32Out,
    U64In,
    device,
    kernel,
)
from ecs.randomness import draw_below, draw_unit
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
from schema.walls import BLOCKS_MOVE
from systems.kernels.tables import EventsOut, ItemsIn, LootIn, add_event
from systems.kernels.walls import WallsIn, cell_of, is_clear

STREAM_ITEM = 20
STREAM_SCATTER = 21

NO_ITEM = -1
ROLLS_MAX = 8  # places kept apart for the draws of one source


@device
def draw_item(
    seed: np.uint64, tick: int, address: int, table: int, loot: LootIn, start: I64In
) -> int:
    """The item that one draw from a loot table gives, NO_ITEM for nothing."""
    chance = draw_unit(seed, tick, STREAM_ITEM, address)
    for line in range(start[table], start[table + 1]):
        if chance < loot[line]["below"]:
            return int(loot[line]["item"])
    return NO_ITEM


@device
def lay_item(
    item: int,
    x: float,
    y: float,
    expire: int,
    items: ItemsIn,
    count: I64Out,
    refused: I64Out,
    slot: I32Out,
    generation: U32Out,
    free: I32Out,
    x_u: F64Out,
    y_u: F64Out,
    kind: U8Out,
    amount: F64Out,
    expire_tick: I64Out,
) -> None:
    """Put an item on the ground; a full table refuses and counts it."""
    place = count[0]
    if place >= slot.shape[0]:
        refused[0] += 1
        return
    give_slot(place, slot, generation, free)
    x_u[place], y_u[place] = x, y
    kind[place] = item
    amount[place] = items[item]["amount"]
    expire_tick[place] = expire
    count[0] = place + 1


@kernel
def drop_loot(
    sources: I64In,
    gives: U8In,
    kind_of: U8In,
    kind: Int,
    source_x_u: F64In,
    source_y_u: F64In,
    table: Int,
    address: Int,
    tick: I64In,
    seed: U64In,
    scatter_u: Float,
    lifetime_ticks: Int,
    directions: F64In2,
    items: ItemsIn,
    loot: LootIn,
    start: I64In,
    rolls: I64In,
    walls: WallsIn,
    wall_start: I32In,
    wall_row: I32In,
    frame: F64In,
    count: I64Out,
    refused: I64Out,
    slot: I32Out,
    generation: U32Out,
    free: I32Out,
    x_u: F64Out,
    y_u: F64Out,
    item_of: U8Out,
    amount: F64Out,
    expire_tick: I64Out,
) -> None:
    """Draw from a loot table for every source that gives way, and scatter what comes.

    An item that would lie in a wall lies where its source was instead.

    Args:
        sources: i64[1], how many there are.
        gives: u8, which of them give something in this tick; only those whose ``kind_of`` is
            ``kind`` do.
        address: of the first source's draws; no two sources of one tick may share one.
    """
    for source in range(sources[0]):
        if gives[source] == 0 or int(kind_of[source]) != kind:
            continue
        for roll in range(rolls[table]):
            place = (address + source) * ROLLS_MAX + roll
            item = draw_item(seed[0], tick[0], place, table, loot, start)
            if item == NO_ITEM:
                continue
            heading = draw_below(seed[0], tick[0], STREAM_SCATTER, place * 2, directions.shape[0])
            far = scatter_u * draw_unit(seed[0], tick[0], STREAM_SCATTER, place * 2 + 1)
            x = source_x_u[source] + directions[heading, 0] * far
            y = source_y_u[source] + directions[heading, 1] * far
            radius = items[item]["radius_u"]
            if not is_clear(x, y, radius, BLOCKS_MOVE, walls, wall_start, wall_row, frame):
                x, y = source_x_u[source], source_y_u[source]
            lay_item(
                item,
                x,
                y,
                tick[0] + lifetime_ticks,
                items,
                count,
                refused,
                slot,
                generation,
                free,
                x_u,
                y_u,
                item_of,
                amount,
                expire_tick,
            )


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
    health_hp: F64In,
    health_max_hp: F64In,
    mana_mp: F64In,
    mana_max_mp: F64In,
    shield_hp: F64In,
    skill_level: U8In,
) -> bool:
    """Whether an item would do anything for a player."""
    if kind == ITEM_HEALTH:
        return bool(health_hp[row] < health_max_hp[row])
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
    grid: F64In,
    start: I32In,
    row_of: I32In,
    wide_u: float,
    health_hp: F64In,
    health_max_hp: F64In,
    mana_mp: F64In,
    mana_max_mp: F64In,
    shield_hp: F64In,
    skill_level: U8In,
) -> int:
    """Row of the nearest standing player within reach who has use for an item, or NOBODY.

    Of equally near ones the lowest row.
    """
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
            if is_of_use(
                kind,
                amount,
                body,
                health_hp,
                health_max_hp,
                mana_mp,
                mana_max_mp,
                shield_hp,
                skill_level,
            ):
                best, found = apart_sq, body
    return found


@kernel
def collect(
    count: I64In,
    tick: I64In,
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
    is gone.
    """
    for row in range(count[0]):
        if tick[0] >= expire_tick[row]:
            gone[row] = 1
            continue
        kind, much = items[int(item[row])]["kind"], amount[row]
        touch = items[int(item[row])]["radius_u"] + body_radius_u
        found = find_taker(
            kind,
            much,
            x_u[row],
            y_u[row],
            touch,
            alive,
            down,
            body_x_u,
            body_y_u,
            grid,
            start,
            row_of,
            touch + reach_u[0],
            health_hp,
            health_max_hp,
            mana_mp,
            mana_max_mp,
            shield_hp,
            skill_level,
        )
        if found == NOBODY:
            continue
        gone[row] = 1
        taken[found] += 1
        take(
            kind,
            much,
            found,
            tick[0] + shield_ticks,
            health_max_hp,
            mana_max_mp,
            health_hp,
            mana_mp,
            shield_hp,
            shield_until_tick,
            experience_xp,
            skill_level,
        )
        add_event(
            events,
            event_count,
            events_refused,
            PICKUP,
            found,
            NOBODY,
            int(item[row]),
            much,
            x_u[row],
            y_u[row],
        )
