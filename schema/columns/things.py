"""Groups of what comes and goes: projectiles, areas, obstacles, pickups."""

from ecs.columns import Group, f64, i64, u8, u16


class Spent(Group):
    """Rows that are removed at the end of the tick."""

    gone = u8("1 when the row is to be removed")


class Flight(Group):
    """A projectile's own facts."""

    owner = i64("row of the player who sent it")
    skill = u8("index of the skill")
    slot = u8("its slot with the owner")
    direction = u16("heading")
    expire_tick = i64("tick at whose end it is removed", unit="tick")
    damage_hp = f64("damage of a hit, fixed when it left the hand", unit="hp")
    radius_u = f64("radius for hits", unit="u")
    target = i64("row it is homing on, also while that one hides; NOBODY for none")
    pierce = u8("bodies it still passes through")
    hit_count = u8("enemies it has hit")


class Pierced(Group):
    """Whom a projectile has hit already: it hits nobody twice."""

    first = i64("row, NOBODY for none")
    second = i64("row, NOBODY for none")
    third = i64("row, NOBODY for none")
    fourth = i64("row, NOBODY for none")


class Area(Group):
    """A circle that goes off once or keeps going off."""

    owner = i64("row of the player who placed it")
    skill = u8("index of the skill")
    slot = u8("its slot with the owner")
    radius_u = f64("radius", unit="u")
    damage_hp = f64("damage of one pulse", unit="hp")
    heal_hp = f64("healing of one pulse", unit="hp")
    fire_tick = i64("tick in which it goes off next", unit="tick")
    until_tick = i64("last tick in which it may go off", unit="tick")


class Shape(Group):
    """An obstacle's outline: a rounded box, turned."""

    x_u = f64("centre, rightwards", unit="u", quantum=1 / 64)
    y_u = f64("centre, downwards", unit="u", quantum=1 / 64)
    hx_u = f64("half extent along its own x axis", unit="u", quantum=1 / 64)
    hy_u = f64("half extent along its own y axis", unit="u", quantum=1 / 64)
    radius_u = f64("corner radius", unit="u", quantum=1 / 64)
    heading = u16("direction of its own x axis")


class Barrier(Group):
    """What an obstacle stands against, and for how long."""

    kind = u8("CRATE or BARRIER")
    blocks = u8("bits BLOCKS_MOVE, BLOCKS_SHOTS, BLOCKS_SIGHT")
    owner = i64("row of the player who raised it, NOBODY for the map")
    health_hp = f64("what it still withstands", unit="hp")
    full_hp = f64("what it withstood when it was new", unit="hp")
    expire_tick = i64("tick at whose end it is removed", unit="tick")


class Goods(Group):
    """A pickup."""

    item = u8("index of the item")
    amount = f64("how much of it")
    expire_tick = i64("tick at whose end it is removed", unit="tick")
