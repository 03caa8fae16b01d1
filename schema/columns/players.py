"""Groups of players, and of what a player has several of."""

from ecs.columns import Group, f64, i64, u8, u16, u32


class Control(Group):
    """Who steers a player."""

    bot = u8("HUMAN, BOT_EASY, BOT_NORMAL or BOT_HARD")
    join_tick = i64("when the player entered", unit="tick")


class Role(Group):
    """What a player is."""

    role = u8("index of the class")
    team = i64("number of the team")


class Intent(Group):
    """The command in force: the last one that arrived, while it is fresh."""

    move = u16("direction of movement")
    aim = u16("direction of aim")
    reach = u8("how far to throw, 255 is full range")
    buttons = u8("bits MOVE, PRIMARY, SECONDARY, SPECIAL, MOBILITY, INTERACT")
    held = u8("the buttons of the tick before")
    seq = u32("sequence number of the command")
    view_tick = u32("tick its sender was looking at, 0 for none", unit="tick")
    heard_tick = i64("when it arrived", unit="tick")


class Motion(Group):
    """Velocity."""

    vx_ups = f64("velocity, rightwards", unit="ups")
    vy_ups = f64("velocity, downwards", unit="ups")


class Position(Group):
    """Where a body is."""

    x_u = f64("centre, rightwards", unit="u", quantum=1 / 64, drifts=Motion.vx_ups)
    y_u = f64("centre, downwards", unit="u", quantum=1 / 64, drifts=Motion.vy_ups)


class Origin(Group):
    """Where a body was when the tick began; sweeps run from here to the position."""

    x_u = f64("centre at the beginning of the tick", unit="u", follows=Position.x_u)
    y_u = f64("centre at the beginning of the tick", unit="u", follows=Position.y_u)


class Trail(Group):
    """Where a body was: part k, one value a player, holds the state k ticks before this one's."""

    x_u = f64("centre then, rightwards", unit="u", length="trail", follows=Position.x_u)
    y_u = f64("centre then, downwards", unit="u", length="trail", follows=Position.y_u)


class Vitals(Group):
    """Life and what it is spent on."""

    alive = u8("1 until the player dies")
    down = u8("1 while knocked down; such a player is alive")
    health_hp = f64("health, above 0 while alive", unit="hp", quantum=1 / 64)
    mana_mp = f64("mana, never below 0", unit="mp", quantum=1 / 64)
    shield_hp = f64("what the shield still takes", unit="hp", quantum=1 / 64)
    shield_until_tick = i64("first tick without the shield", unit="tick")


class Stats(Group):
    """What class, level and statuses make of a player, computed anew in every tick."""

    health_max_hp = f64("ceiling of the health", unit="hp")
    mana_max_mp = f64("ceiling of the mana", unit="mp")
    armour = f64("damage is multiplied by 100 / (100 + armour)")
    speed_ups = f64("running speed, statuses included", unit="ups")
    power = f64("multiplies damage, healing and pools")
    flags = u8("bits STUNNED, ROOTED, SLOWED, HASTED, BURNING, REVEALED")


class Progress(Group):
    """Experience."""

    experience_xp = f64("gathered in this match", unit="xp")
    level = u8("1 and up")


class Dash(Group):
    """A dash under way."""

    until_tick = i64("first tick after it", unit="tick")
    direction = u16("where to")
    speed_ups = f64("how fast", unit="ups")


class Channel(Group):
    """A beam being channelled."""

    slot = u8("skill slot, NO_SLOT for none")
    since_tick = i64("when it began", unit="tick")
    until_tick = i64("first tick after the longest it may last", unit="tick")
    length_u = f64("how far it reached in this tick", unit="u")


class Mending(Group):
    """Healing over time under way."""

    until_tick = i64("first tick after it", unit="tick")
    heal_hp = f64("health given in each tick", unit="hp")
    healer = i64("row of who gave it")
    skill = u8("index of the skill")
    slot = u8("its slot with the healer")


class Combo(Group):
    """Hits in a row."""

    hits = u8("consecutive hits, up to the class's maximum")
    until_tick = i64("first tick at which they are forgotten", unit="tick")


class Cover(Group):
    """Standing in a bush."""

    bush = i64("index of the bush, NOBODY for none")
    seen_until_tick = i64("first tick at which the bush hides again", unit="tick")


class Rescue(Group):
    """Knocked down, and being helped up."""

    down_tick = i64("when the player went down", unit="tick")
    downs = u8("how often so far")
    downer = i64("row of who did it, NOBODY for nobody")
    reviver = i64("row of the team mate at work, NOBODY for none")
    progress_ticks = i64("how long the help has lasted", unit="ticks")


class Credit(Group):
    """Who gets the kill if the player dies of something that is nobody's."""

    attacker = i64("row of the last player who did damage, NOBODY for none")
    hit_tick = i64("when that was", unit="tick")


class Tally(Group):
    """What a player did in this match."""

    kills = i64("players killed")
    assists = i64("deaths of enemies hurt shortly before, the kill another's or nobody's")
    knocks = i64("players knocked down")
    revives = i64("team mates helped up")
    dealt_hp = f64("damage done to others' health", unit="hp")
    taken_hp = f64("damage suffered", unit="hp")
    healed_hp = f64("health given to anybody", unit="hp")
    shielded_hp = f64("damage taken by one's own shields", unit="hp")
    blocked_hp = f64("damage taken off by one's own block and armour", unit="hp")
    over_hp = f64("damage done beyond the health that was left", unit="hp")
    shots = i64("projectiles sent")
    hits = i64("projectiles that hit an enemy")
    distance_u = f64("way travelled", unit="u")
    items = i64("items picked up")
    placement = i64("1 for the winners, 0 while alive; of those who entered so far")
    killer = i64("row of the killer, NOBODY for none")
    cause = u8("cause of death")
    death_tick = i64("when the player died", unit="tick")
    dying = u8("1 for those who die on this tick")


class Ability(Group):
    """A skill in one of a player's slots."""

    skill = u8("index of the skill")
    level = u8("1 and up")
    charges = u8("casts left")
    ready_tick = i64("first tick at which it may be cast again", unit="tick")
    recharge_tick = i64("when the next charge is back", unit="tick")
    held_tick = i64("when the button was pressed to charge it up, NOBODY for not", unit="tick")


class Effort(Group):
    """What a player did with one skill."""

    casts = i64("casts carried out")
    hits = i64("times it landed on somebody")
    dealt_hp = f64("damage to health", unit="hp")
    healed_hp = f64("health given", unit="hp")


class Affliction(Group):
    """A status on a player."""

    until_tick = i64("first tick without it", unit="tick")
    stacks = u8("how often it is on")
    source = i64("row of who gave it last, NOBODY for nobody")


class Assailant(Group):
    """Somebody who hurt a player."""

    attacker = i64("row, NOBODY for an empty place")
    hit_tick = i64("when that was last", unit="tick")
    dealt_hp = f64("how much in all", unit="hp")
