"""The whole state of a match as a client draws it, for the peers that send all of it."""

from __future__ import annotations

from typing import Final

from ecs.columns import Identity, Rows
from ringfall.match import Match
from schema.columns import Area, Flight, Goods, Intent, Position, Role, Stats, Vitals

COLUMNS: Final = {
    "players": ((Position, "x_u"), (Position, "y_u"), (Intent, "aim"), (Vitals, "health_hp"),
                (Vitals, "shield_hp"), (Vitals, "down"), (Stats, "flags"), (Role, "team")),
    "projectiles": ((Position, "x_u"), (Position, "y_u"), (Flight, "direction"),
                    (Flight, "skill"), (Flight, "owner")),
    "areas": ((Position, "x_u"), (Position, "y_u"), (Area, "radius_u"), (Area, "fire_tick")),
    "pickups": ((Position, "x_u"), (Position, "y_u"), (Goods, "item")),
}  # fmt: skip


def rows(match: Match) -> dict[str, list[list[float]]]:
    """Of each table its rows, in the order of `COLUMNS`."""
    found: dict[str, list[list[float]]] = {}
    for table, names in COLUMNS.items():
        count = int(match.world.group(table, Rows).count[0])
        columns = [getattr(match.world.group(table, group), name)[:count] for group, name in names]
        lists = [column.tolist() for column in columns]
        found[table] = [list(row) for row in zip(*lists, strict=True)]
    return found


def entities(match: Match) -> dict[str, dict[str, list[float]]]:
    """The same by a name that lasts as long as the entity; of players only the living."""
    found = {}
    for table, lines in rows(match).items():
        names = [str(row) for row in range(len(lines))]
        if table != "players":
            # Rows move when others go; who is in them does not.
            who = match.world.group(table, Identity)
            names = [f"{slot}.{who.generation[slot]}" for slot in who.slot[: len(lines)].tolist()]
        found[table] = dict(zip(names, lines, strict=True))
    alive = match.world.group("players", Vitals).alive
    found["players"] = {name: row for name, row in found["players"].items() if alive[int(name)]}
    return found
