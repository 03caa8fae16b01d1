"""What lies about: items are drawn and dropped."""

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
from schema.walls import BLOCKS_MOVE
from systems.kernels.tables import ItemsIn, LootIn
from systems.kernels.walls import WallsIn, cell_of, overlaps

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


@device
def has_room(
    x: float,
    y: float,
    radius: float,
    static_walls: int,
    spent: U8In,
    walls: WallsIn,
    wall_start: I32In,
    wall_row: I32In,
    frame: F64In,
) -> bool:
    """Whether an item lies in the world and in no wall that stops bodies and is there to stay."""
    if x < radius or y < radius or x > frame[0] - radius or y > frame[1] - radius:
        return False
    columns = int(frame[3])
    first, last = (
        cell_of(x - radius, frame[2], frame[3]),
        cell_of(x + radius, frame[2], frame[3]),
    )
    for cy in range(
        cell_of(y - radius, frame[2], frame[4]), cell_of(y + radius, frame[2], frame[4]) + 1
    ):
        for place in range(wall_start[cy * columns + first], wall_start[cy * columns + last + 1]):
            wall = int(wall_row[place])
            if wall >= static_walls and spent[wall - static_walls] != 0:
                continue
            stops = int(walls[wall]["blocks"]) & BLOCKS_MOVE != 0
            if stops and overlaps(wall, x, y, radius, walls):
                return False
    return True


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
    static_walls: Int,
    spent: U8In,
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

    An item that would lie in a wall lies where its source was instead.  What gives way in this tick
    is no wall any more, though the walls still hold it.

    Args:
        sources: i64[1], how many there are.
        gives: u8, which of them give something in this tick; only those whose ``kind_of`` is
            ``kind`` do.
        static_walls: walls of the map; obstacle k is wall ``static_walls`` + k.
        spent: u8[obstacles], 1 for those that give way.
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
            if not has_room(x, y, radius, static_walls, spent, walls, wall_start, wall_row, frame):
                x, y = source_x_u[source], source_y_u[source]
            lay_item(
                *(item, x, y, tick[0] + lifetime_ticks, items),
                *(count, refused, slot, generation, free),
                *(x_u, y_u, item_of, amount, expire_tick),
            )
