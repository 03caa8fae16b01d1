"""The baked balance: one record for every skill, class, status and item, as kernels read it.

``systems.rules`` bakes them from the balance for a tick rate.  Spans are ticks, rates are per
tick, angles are directions (4096 to a turn); a missing reference is -1.
"""

import numpy as np

LEVELS = 20
"""Rows per class in LEVEL_ROW: level 1 is the first."""

SKILL_LEVELS = 5
"""Rows per skill in EFFECT_ROW: level 1 is the first."""

STATUSES = 12
"""Most statuses a balance may have: so many places has every player."""

ASSAILANTS = 8
"""Attackers remembered per player; a ninth takes the place of the one heard of longest ago."""

PIERCED = 4
"""Most bodies a projectile passes through: so many it remembers."""

# Kinds of skills.
PROJECTILE = 1
HOMING = 2
AREA = 3
BEAM = 4
DASH = 5
SHIELD = 6
MEND = 7
WALL = 8

# Whom an area or a heal reaches: bits.
ENEMIES = 1
ALLIES = 2
SELF = 4

# Kinds of statuses.
SLOW = 1
ROOT = 2
STUN = 3
BURN = 4
HASTE = 5
REVEAL = 6

# How a status that is already there takes another.
REFRESH = 1  # the later end counts
EXTEND = 2  # the spans add up
STACK = 3  # one more stack, up to the maximum, and the later end counts
STRONGEST = 4  # the longer one stays

# Kinds of items.
ITEM_HEALTH = 1
ITEM_MANA = 2
ITEM_SHIELD = 3
ITEM_EXPERIENCE = 4
ITEM_UPGRADE = 5

SKILL_ROW = np.dtype(
    [
        ("kind", "<i8"),
        ("cooldown_ticks", "<i8"),
        ("gap_ticks", "<i8"),
        ("charges_max", "<i8"),
        ("mana_mp", "<f8"),
        ("hold_ticks", "<i8"),
        ("charge_power", "<f8"),
        ("charge_radius", "<f8"),
        ("affects", "<i8"),
        ("combo", "<i8"),
        ("range_u", "<f8"),
        ("radius_u", "<f8"),
        ("speed_ups", "<f8"),
        ("life_ticks", "<i8"),
        ("pierce", "<i8"),
        ("count", "<i8"),
        ("spread", "<i8"),
        ("turn", "<i8"),
        ("lock_u", "<f8"),
        ("delay_ticks", "<i8"),
        ("linger_ticks", "<i8"),
        ("period_ticks", "<i8"),
        ("through_walls", "<i8"),
        ("mana_mp_per_tick", "<f8"),
        ("distance_u", "<f8"),
        ("half_length_u", "<f8"),
        ("blocks", "<i8"),
        ("status_a", "<i8"),
        ("status_a_ticks", "<i8"),
        ("status_b", "<i8"),
        ("status_b_ticks", "<i8"),
        ("self_status", "<i8"),
        ("self_status_ticks", "<i8"),
    ]
)
"""One skill, whatever its kind; what a kind does not use is 0 (-1 for a status).

``life_ticks`` is in how many ticks what it made works: a projectile's flight, a beam's longest
channel, a dash, a shield, healing over time, a barrier.  ``gap_ticks`` is the least time between
two casts while charges are left.  A full charge multiplies the effect by ``charge_power`` and the
radius by ``charge_radius``.
"""

EFFECT_ROW = np.dtype([("damage_hp", "<f8"), ("heal_hp", "<f8"), ("pool_hp", "<f8")])
"""What a skill does at one skill level: row ``skill * SKILL_LEVELS + level - 1``.

Damage and healing of one hit, one pulse, or one tick of a beam; the pool of a shield, the health of
a WALL.  A MEND with a life heals ``heal_hp`` at once and ``pool_hp`` spread evenly over its life.
"""

CLASS_ROW = np.dtype(
    [
        ("skill_0", "<i8"),
        ("skill_1", "<i8"),
        ("skill_2", "<i8"),
        ("skill_3", "<i8"),
        ("block_cos", "<f8"),
        ("block_share", "<f8"),
        ("combo_step", "<f8"),
        ("combo_max", "<i8"),
        ("combo_ticks", "<i8"),
        ("thorns_share", "<f8"),
    ]
)
"""One class: its four skills; a hit is blocked when the cosine between aim and the way to its
source is at least ``block_cos`` (2 for a class that never blocks)."""

LEVEL_ROW = np.dtype(
    [
        ("health_max_hp", "<f8"),
        ("mana_max_mp", "<f8"),
        ("mana_mp_per_tick", "<f8"),
        ("armour", "<f8"),
        ("speed_ups", "<f8"),
        ("power", "<f8"),
    ]
)
"""A class at one level: row ``role * LEVELS + level - 1``."""

STATUS_ROW = np.dtype(
    [
        ("kind", "<i8"),
        ("stacking", "<i8"),
        ("stacks_max", "<i8"),
        ("ticks_max", "<i8"),
        ("strength", "<f8"),
    ]
)
"""One status: ``strength`` per stack is a share of the speed (slow, haste) or hp per tick (burn);
no instance ever lasts longer than ``ticks_max`` from now."""

ITEM_ROW = np.dtype([("kind", "<i8"), ("amount", "<f8"), ("radius_u", "<f8")])
"""One kind of pickup."""

LOOT_ROW = np.dtype([("item", "<i8"), ("below", "<f8")])
"""One line of a loot table: the item, drawn when a number in 0…1 is below ``below`` and not below
that of the line before; what is left up to 1 is nothing."""
