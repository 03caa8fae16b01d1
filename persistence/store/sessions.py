"""Players and their sessions: what is kept of somebody who plays, and when it is forgotten."""

from __future__ import annotations

from typing import Final

import msgspec
import sqlite_utils

from persistence.store.change import Change

GUEST: Final = "guest"


class Player(msgspec.Struct, frozen=True):
    """Somebody who plays. ``kind`` is GUEST; accounts will be another."""

    player_id: str
    name: str
    kind: str = GUEST


class SignIn(Change, frozen=True, tag="sign_in"):
    """``player`` exists, is called so, and holds the token with this hash."""

    token_hash: bytes
    player: Player
    at_s: int

    def apply(self, db: sqlite_utils.Database) -> None:
        """Write player and session."""
        _write_player(db, self.player, self.at_s)
        db.execute(
            "insert or ignore into sessions (token_hash, player_id, created_s) values (?, ?, ?)",
            [self.token_hash, self.player.player_id, self.at_s],
        )


class Use(Change, frozen=True, tag="use"):
    """``player`` was here, and is called so now."""

    player: Player
    at_s: int

    def apply(self, db: sqlite_utils.Database) -> None:
        """Write the player."""
        _write_player(db, self.player, self.at_s)

    @property
    def minor(self) -> bool:
        """It will be said again."""
        return True


class SignOut(Change, frozen=True, tag="sign_out"):
    """The token with this hash is worth nothing any more."""

    token_hash: bytes

    def apply(self, db: sqlite_utils.Database) -> None:
        """Delete the session."""
        db.execute("delete from sessions where token_hash = ?", [self.token_hash])


def find_session(db: sqlite_utils.Database, token_hash: bytes) -> tuple[Player, int] | None:
    """Who holds the token with this hash, and when they were last here; None for nobody."""
    row = db.execute(
        "select p.player_id, p.name, p.kind, p.used_s from sessions s "
        "join players p using (player_id) where s.token_hash = ?",
        [token_hash],
    ).fetchone()
    return None if row is None else (Player(row[0], row[1], row[2]), int(row[3]))


def forget_guests(db: sqlite_utils.Database, used_before_s: int) -> int:
    """Forget guests who have not been here since; return how many.

    What they did in matches stays, without their name: it is part of what others did.
    """
    old = "select player_id from players where kind = ? and used_s < ?"
    for forget in (
        f"delete from sessions where player_id in ({old})",
        f"delete from class_stats where player_id in ({old})",
        f"delete from player_stats where player_id in ({old})",
        f"update results set name = null where player_id in ({old})",
    ):
        db.execute(forget, [GUEST, used_before_s])
    gone = db.execute("delete from players where kind = ? and used_s < ?", [GUEST, used_before_s])
    return int(gone.rowcount)


def _write_player(db: sqlite_utils.Database, player: Player, at_s: int) -> None:
    db.execute(
        "insert into players (player_id, kind, name, created_s, used_s) values (?, ?, ?, ?, ?)"
        # Said again, what is older than the last use does not bring its name back.
        " on conflict (player_id) do update set"
        " name = case when excluded.used_s < used_s then name else excluded.name end,"
        " used_s = max(used_s, excluded.used_s)",
        [player.player_id, player.kind, player.name, at_s, at_s],
    )
