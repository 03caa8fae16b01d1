"""What people did in matches: one result for a match and player, and sums that follow from them.

::

    PersonLeft ──▶ results of one person, unless the match has ended
    MatchPlayed ─▶ matches, results of all of it ──difference──▶ player_stats, class_stats

Whatever a match's end says replaces what was said of it before, and the sums are changed by the
difference within the same transaction. So any number of these changes, repeated and in any order,
leave what the match's end alone would have left.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeAlias

import msgspec
import sqlite_utils

from persistence.store.change import Change
from persistence.store.migrations import SUMS
from persistence.store.sessions import GUEST

COLUMNS: Final = (
    "match_id player_id started_s slot name role team placement won kills assists knocks revives"
    " damage_mhp taken_mhp healed_mhp shots hits distance_mu items alive_ms level"
).split()

Row: TypeAlias = dict[str, Any]


class PersonResult(msgspec.Struct, frozen=True):
    """What one person did in a match.

    ``placement`` is 1 for the team that won, 0 where nothing was decided; ``role`` is the name of
    the class, for its number changes with the balance.
    """

    player_id: str
    slot: int
    name: str
    role: str
    team: int
    placement: int
    won: bool
    kills: int
    assists: int
    knocks: int
    revives: int
    damage_hp: float
    taken_hp: float
    healed_hp: float
    shots: int
    hits: int
    distance_u: float
    items: int
    ticks_alive: int
    level: int


class MatchPlayed(Change, frozen=True, tag="match_played"):
    """A match has ended, and this is all that is kept of it.

    Attributes:
        started_utc: seconds since 1970.
        reason: "finished", or "stopped" when nothing was decided.
        players: bodies there were, those of bots with them.
        results: of the people.
    """

    match_id: str
    started_utc: int
    map: str
    balance_hash: str
    rate_hz: int
    ticks: int
    reason: str
    players: int
    bots: int
    results: tuple[PersonResult, ...]

    def apply(self, db: sqlite_utils.Database) -> None:
        """Write match and results, and bring the sums along."""
        db.execute(
            "insert or replace into matches (match_id, started_s, map, balance_hash, rate_hz,"
            " ticks, reason, players, bots) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                self.match_id,
                self.started_utc,
                self.map,
                self.balance_hash,
                self.rate_hz,
                self.ticks,
                self.reason,
                self.players,
                self.bots,
            ],
        )
        rows = [_row(self.match_id, self.started_utc, self.rate_hz, r) for r in self.results]
        _replace(db, _rows_of(db, self.match_id), rows)


class PersonLeft(Change, frozen=True, tag="person_left"):
    """Somebody left a match for good before its end, having done so much."""

    match_id: str
    started_utc: int
    rate_hz: int
    result: PersonResult

    def apply(self, db: sqlite_utils.Database) -> None:
        """Write the result, unless the match has ended: then it was a part of that."""
        ended = db.execute("select 1 from matches where match_id = ?", [self.match_id]).fetchone()
        if ended is None:
            player_id = self.result.player_id
            old = _rows_of(db, self.match_id).get(player_id)
            row = _row(self.match_id, self.started_utc, self.rate_hz, self.result)
            _replace(db, {} if old is None else {player_id: old}, [row])


def _row(match_id: str, started_s: int, rate_hz: int, result: PersonResult) -> Row:
    """A result as it is stored: amounts in whole thousandths, times in milliseconds."""
    return {
        "match_id": match_id,
        "player_id": result.player_id,
        "started_s": started_s,
        "slot": result.slot,
        "name": result.name,
        "role": result.role,
        "team": result.team,
        "placement": result.placement,
        "won": int(result.won),
        "kills": result.kills,
        "assists": result.assists,
        "knocks": result.knocks,
        "revives": result.revives,
        "damage_mhp": round(result.damage_hp * 1000.0),
        "taken_mhp": round(result.taken_hp * 1000.0),
        "healed_mhp": round(result.healed_hp * 1000.0),
        "shots": result.shots,
        "hits": result.hits,
        "distance_mu": round(result.distance_u * 1000.0),
        "items": result.items,
        "alive_ms": result.ticks_alive * 1000 // rate_hz,
        "level": result.level,
    }


def _rows_of(db: sqlite_utils.Database, match_id: str) -> dict[str, Row]:
    found = db.execute(
        f"select {', '.join(COLUMNS)} from results where match_id = ?", [match_id]
    ).fetchall()
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in found]
    return {row["player_id"]: row for row in rows}


def _replace(db: sqlite_utils.Database, old: Mapping[str, Row], rows: Iterable[Row]) -> None:
    """Put ``rows`` of a match in the place of ``old``, by player, and correct the sums."""
    new = {row["player_id"]: row for row in rows}
    # Whoever was forgotten stays so, and has no sums to be corrected.
    forgotten = {player_id for player_id, row in old.items() if row["name"] is None}
    for player_id in forgotten & new.keys():
        new[player_id]["name"] = None
    gone = [(row["match_id"], player_id) for player_id, row in old.items() if player_id not in new]
    classes: dict[tuple[str, str], Counter[str]] = {}
    for sign, side in ((-1, old), (1, new)):
        for player_id, row in side.items():
            if player_id not in forgotten:
                sums = classes.setdefault((player_id, row["role"]), Counter())
                for name, value in _summed(row).items():
                    sums[name] += sign * value
    connection = db.conn
    connection.executemany("delete from results where match_id = ? and player_id = ?", gone)
    connection.executemany(_WRITE_RESULT, [[row[c] for c in COLUMNS] for row in new.values()])
    connection.executemany(
        _WRITE_PLAYER,
        [
            [player_id, GUEST, row["name"], row["started_s"], row["started_s"]]
            for player_id, row in new.items()
            if player_id not in forgotten
        ],
    )
    changed = {key: sums for key, sums in classes.items() if any(sums.values())}
    connection.executemany(
        _ADD_CLASS, [[*key, *(sums[name] for name in SUMS)] for key, sums in changed.items()]
    )
    connection.executemany(
        _ADD_PLAYER,
        [[key[0], *(sums[name] for name in SUMS)] for key, sums in changed.items()],
    )
    # Only who is in no match any more, or not with this class.
    connection.executemany(
        "delete from class_stats where player_id = ? and role = ? and matches = 0", list(changed)
    )
    connection.executemany(
        "delete from player_stats where player_id = ? and matches = 0",
        [(player_id,) for player_id, _ in changed],
    )


def _summed(row: Row) -> dict[str, int]:
    """What one result adds to the sums."""
    return {
        **{name: row[name] for name in SUMS if name in row},
        "matches": 1,
        "wins": row["won"],
        "finished": int(row["placement"] > 0),
        "placements": row["placement"],
    }


def _adding(table: str, key: str) -> str:
    names = ", ".join(SUMS)
    marks = ", ".join("?" * (len(SUMS) + len(key.split(","))))
    added = ", ".join(f"{name} = {name} + excluded.{name}" for name in SUMS)
    return (
        f"insert into {table} ({key}, {names}) values ({marks})"
        f" on conflict ({key}) do update set {added}"
    )


_ADD_CLASS: Final = _adding("class_stats", "player_id, role")
_ADD_PLAYER: Final = _adding("player_stats", "player_id")
_WRITE_RESULT: Final = (
    f"insert or replace into results ({', '.join(COLUMNS)})"
    f" values ({', '.join('?' * len(COLUMNS))})"
)
# Whoever has played is known, even where no session of theirs is; the newest name counts.
_WRITE_PLAYER: Final = (
    "insert into players (player_id, kind, name, created_s, used_s) values (?, ?, ?, ?, ?)"
    " on conflict (player_id) do update set"
    " name = case when excluded.used_s > used_s then excluded.name else name end,"
    " created_s = min(created_s, excluded.created_s), used_s = max(used_s, excluded.used_s)"
)
