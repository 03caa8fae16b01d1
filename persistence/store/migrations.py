"""How a database comes to be, and how one of an older version is brought forward.

::

    schema_version  version                                       one row
    players         player_id → kind, name, created_s, used_s
    sessions        token_hash → player_id, created_s
    matches         match_id → when, where, by which rules, how long, how it ended
    results         match_id, player_id → what one person did in one match
    class_stats     player_id, role → sums over results
    player_stats    player_id → sums over results
    recordings      match_id → the sealed journal of a match: its file, size, outcome
    recording_players  player_id, match_id → who is in which recording

Times are whole seconds since 1970, amounts whole thousandths (``_mhp``, ``_mu``, ``_ms``): sums of
integers do not depend on the order in which they are made.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

import sqlite_utils

Migration: TypeAlias = Callable[[sqlite_utils.Database], None]

RANKED_MATCHES_MIN: Final = 10
"""Finished matches before an average counts on a board. The indexes are made for this number:
another one is a migration."""

SUMS: Final = (
    "matches wins finished placements kills assists knocks revives damage_mhp taken_mhp healed_mhp"
    " shots hits distance_mu items alive_ms"
).split()
"""What is summed. ``finished`` counts matches in which the person was placed, ``placements`` adds
up those places."""

AVERAGE: Final = "placements * 1.0 / finished"


def _first_tables(db: sqlite_utils.Database) -> None:
    # In SQL: the library's own `create` commits in some releases, and a migration is one step.
    db.execute(
        "create table players (player_id text primary key, kind text not null, name text not null,"
        " created_s integer not null, used_s integer not null)"
    )
    db.execute("create index players_by_use on players (kind, used_s)")
    db.execute(
        "create table sessions (token_hash blob primary key,"
        " player_id text not null references players (player_id), created_s integer not null)"
    )
    db.execute("create index sessions_by_player on sessions (player_id)")


def _results_and_sums(db: sqlite_utils.Database) -> None:
    db.execute(
        "create table matches (match_id text primary key, started_s integer not null,"
        " map text not null, balance_hash text not null, rate_hz integer not null,"
        " ticks integer not null, reason text not null, players integer not null,"
        " bots integer not null) without rowid"
    )
    # A null name is that of a guest who was forgotten. A result without its match is what somebody
    # had done when they left a match that went on.
    db.execute(
        "create table results (match_id text not null, player_id text not null,"
        " started_s integer not null, slot integer not null, name text,"
        " role text not null, team integer not null, placement integer not null,"
        " won integer not null, kills integer not null, assists integer not null,"
        " knocks integer not null, revives integer not null, damage_mhp integer not null,"
        " taken_mhp integer not null, healed_mhp integer not null, shots integer not null,"
        " hits integer not null, distance_mu integer not null, items integer not null,"
        " alive_ms integer not null, level integer not null,"
        " primary key (match_id, player_id)) without rowid"
    )
    db.execute("create index results_by_player on results (player_id, started_s, match_id)")
    sums = ", ".join(f"{name} integer not null" for name in SUMS)
    db.execute(f"create table player_stats (player_id text primary key, {sums}) without rowid")
    db.execute(
        f"create table class_stats (player_id text not null, role text not null, {sums},"
        " primary key (player_id, role)) without rowid"
    )
    ranked = f"where finished >= {RANKED_MATCHES_MIN}"
    for table, lead in (("player_stats", ""), ("class_stats", "role, ")):
        for board in ("wins", "kills", "damage_mhp"):
            db.execute(f"create index {table}_{board} on {table} ({lead}{board} desc, player_id)")
        db.execute(
            f"create index {table}_placement on {table} ({lead}({AVERAGE}), player_id) {ranked}"
        )


def _recordings(db: sqlite_utils.Database) -> None:
    db.execute(
        "create table recordings (match_id text primary key, file text not null,"
        " sealed_s integer not null, started_s integer not null, ticks integer not null,"
        " rate_hz integer not null, map text not null, balance_hash text not null,"
        " source_hash text not null, players integer not null, people integer not null,"
        " winner_name text not null, winner_id text not null, reason text not null,"
        " size_bytes integer not null, packed integer not null,"
        " pinned integer not null) without rowid"
    )
    db.execute("create index recordings_by_start on recordings (started_s, match_id)")
    db.execute("create index recordings_by_map on recordings (map, started_s, match_id)")
    db.execute(
        "create table recording_players (player_id text not null, match_id text not null,"
        " primary key (player_id, match_id)) without rowid"
    )
    db.execute("create index recording_players_by_match on recording_players (match_id)")


MIGRATIONS: Final[tuple[Migration, ...]] = (_first_tables, _results_and_sums, _recordings)
"""What brings a file from version n to version n + 1, by n. Entries are added, never changed."""
