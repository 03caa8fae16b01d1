"""The manifest: every column of a match, one line each.

Storage, state hash, keyframes, replays and reports all derive from this file.  Suffixes give the
unit: ``_u`` world units, ``_ups`` units per second, ``_hp`` health, ``_mp`` mana, ``_tick`` a point
in time, ``_ticks`` a span of it.  Players are never removed from their table, so a player's row is
the slot; what a player has several of (skills, statuses, assailants) lies in a table of its own at
``row * how many + which``.  Projectiles, areas, obstacles and pickups come and go and have an
``Identity``.

``follows`` and ``drifts`` say what a column usually becomes; recordings keep only what differs.
"""

from collections.abc import Mapping

from ecs.columns import Identity, Rows
from ecs.layout import Table
from schema.columns.match import (
    Clock,
    Outcome,
    Zone,
)
from schema.columns.players import (
    Ability,
    Affliction,
    Assailant,
    Channel,
    Combo,
    Control,
    Cover,
    Credit,
    Dash,
    Effort,
    Intent,
    Mending,
    Motion,
    Origin,
    Position,
    Progress,
    Rescue,
    Role,
    Stats,
    Tally,
    Trail,
    Vitals,
)
from schema.columns.scratch import (
    Casts,
    Events,
    Grid,
    Hits,
    Knocks,
    Mailbox,
    Order,
    Push,
    Strike,
    Walls,
)
from schema.columns.things import (
    Area,
    Barrier,
    Flight,
    Goods,
    Pierced,
    Shape,
    Spent,
)
from schema.commands import SKILL_SLOTS
from schema.rulebook import ASSAILANTS, STATUSES
from schema.walls import BLOCKS_ACROSS

__all__ = [
    "PLAYER",
    "TABLES",
    "Ability",
    "Affliction",
    "Area",
    "Assailant",
    "Barrier",
    "Casts",
    "Channel",
    "Clock",
    "Combo",
    "Control",
    "Cover",
    "Credit",
    "Dash",
    "Effort",
    "Events",
    "Flight",
    "Goods",
    "Grid",
    "Hits",
    "Intent",
    "Knocks",
    "Mailbox",
    "Mending",
    "Motion",
    "Order",
    "Origin",
    "Outcome",
    "Pierced",
    "Position",
    "Progress",
    "Push",
    "Rescue",
    "Role",
    "Shape",
    "Spent",
    "Stats",
    "Strike",
    "Tally",
    "Trail",
    "Vitals",
    "Walls",
    "Zone",
    "capacities",
]

PLAYER = (
    Rows,
    Control,
    Role,
    Intent,
    Position,
    Origin,
    Trail,
    Motion,
    Vitals,
    Stats,
    Progress,
    Dash,
    Channel,
    Mending,
    Combo,
    Cover,
    Rescue,
    Credit,
    Tally,
)

TABLES = (
    Table("match", 1, (Clock, Zone, Outcome)),
    Table("players", "players", PLAYER),
    Table("abilities", "abilities", (Ability, Effort)),
    Table("afflictions", "afflictions", (Affliction,)),
    Table("assailants", "assailants", (Assailant,)),
    Table("projectiles", "projectiles", (Rows, Identity, Position, Motion, Flight, Pierced, Spent)),
    Table("areas", "areas", (Rows, Identity, Position, Area, Spent)),
    Table("obstacles", "obstacles", (Rows, Identity, Shape, Barrier, Spent)),
    Table("pickups", "pickups", (Rows, Identity, Position, Goods, Spent)),
    Table("casts", "casts", (Rows, Casts), scratch=True),
    Table("hits", "hits", (Rows, Hits), scratch=True),
    Table("knocks", "knocks", (Rows, Knocks), scratch=True),
    Table("events", "events", (Rows, Events), scratch=True),
    Table("mailbox", 1, (Mailbox,), scratch=True),
    Table("strikes", "projectiles", (Strike,), scratch=True),
    Table("grid", 1, (Grid,), scratch=True),
    Table("walls", 1, (Walls,), scratch=True),
    Table("push", "players", (Push,), scratch=True),
    Table("order", 1, (Order,), scratch=True),
)


def capacities(
    players: int,
    projectiles: int,
    areas: int,
    obstacles: int,
    pickups: int,
    hits: int,
    events: int,
    cells: int,
    walls: tuple[int, int, int],
    trail: int,
) -> Mapping[str, int]:
    """Rows of every table of a world.

    Args:
        players, projectiles, areas, obstacles, pickups, hits, events: hard limits of the tables.
        cells: cells of the broadphase grid.
        walls: walls with obstacles, cells of their grid, and walls in all cells counted singly.
        trail: ticks for which it is kept where players were, at least one.
    """
    return {
        "players": players,
        "trail": players * trail,
        "abilities": players * SKILL_SLOTS,
        "afflictions": players * STATUSES,
        "assailants": players * ASSAILANTS,
        "projectiles": projectiles,
        "areas": areas,
        "obstacles": obstacles,
        "pickups": pickups,
        "casts": players * SKILL_SLOTS,
        "hits": hits,
        "knocks": hits,
        "knocked": obstacles + 1,
        "events": events,
        "cells": cells + 1,
        "walls": max(1, walls[0]),
        "wall_cells": walls[1] + 1,
        "wall_blocks": walls[1] * BLOCKS_ACROSS * BLOCKS_ACROSS,
        "wall_entries": max(1, walls[2]),
        "victims": players + 1,
        "order": max(players, hits),
    }
