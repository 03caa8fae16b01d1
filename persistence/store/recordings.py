"""The index of the replay library: which recordings there are, what is in them, who played.

::

    RecordingSealed ─▶ recordings, recording_players       found or written again: the same rows
    RecordingPinned ─▶ recordings.pinned
    RecordingGone ───▶ both forgotten

The files are the truth: whatever is wrong here, a look through the folder puts it right.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
import sqlite_utils

from persistence.store.change import Change

COLUMNS: Final = (
    "match_id file sealed_s started_s ticks rate_hz map balance_hash source_hash players people"
    " winner_name winner_id reason size_bytes packed pinned"
).split()
LIMIT_MAX: Final = 1000


class Recording(msgspec.Struct, frozen=True):
    """One sealed journal.

    Attributes:
        file: its name in the folder of recordings.
        sealed_s, started_s: seconds since 1970.
        players, people: bodies there were, and how many of them were people's.
        winner_id: player id of the winner, empty for a bot and where nobody won.
        packed: whether it is in the packed form. pinned: whether no rule takes it away.
    """

    match_id: str
    file: str
    sealed_s: int
    started_s: int
    ticks: int
    rate_hz: int
    map: str
    balance_hash: str
    source_hash: str
    players: int
    people: int
    winner_name: str
    winner_id: str
    reason: str
    size_bytes: int
    packed: bool
    pinned: bool = False


class RecordingSealed(Change, frozen=True, tag="recording_sealed"):
    """A sealed journal lies in the folder; packed, moved or found again, it is told anew.

    Whether it is pinned stays as it was: that is nothing a file knows.
    """

    recording: Recording
    player_ids: tuple[str, ...]

    def apply(self, db: sqlite_utils.Database) -> None:
        """Write what is known of it, and who played."""
        known = msgspec.structs.asdict(self.recording)
        updated = ", ".join(f"{c} = excluded.{c}" for c in COLUMNS if c not in _KEPT)
        db.execute(
            f"insert into recordings ({', '.join(COLUMNS)})"
            f" values ({', '.join('?' * len(COLUMNS))})"
            f" on conflict (match_id) do update set {updated}",
            [known[column] for column in COLUMNS],
        )
        db.conn.executemany(
            "insert or ignore into recording_players (player_id, match_id) values (?, ?)",
            [(player_id, self.recording.match_id) for player_id in self.player_ids],
        )


class RecordingPinned(Change, frozen=True, tag="recording_pinned"):
    """A recording is to be kept whatever the rule, or not any more."""

    match_id: str
    pinned: bool

    def apply(self, db: sqlite_utils.Database) -> None:
        """Note it."""
        db.execute(
            "update recordings set pinned = ? where match_id = ?", [self.pinned, self.match_id]
        )


class RecordingGone(Change, frozen=True, tag="recording_gone"):
    """The file of a recording is not there any more."""

    match_id: str

    def apply(self, db: sqlite_utils.Database) -> None:
        """Forget it."""
        db.execute("delete from recordings where match_id = ?", [self.match_id])
        db.execute("delete from recording_players where match_id = ?", [self.match_id])


_KEPT: Final = ("match_id", "pinned")
_SELECTED: Final = ", ".join(f"r.{column}" for column in COLUMNS)
NEWEST: Final = (
    f"select {_SELECTED} from recordings r where (r.started_s, r.match_id) < (?, ?)"
    " and r.started_s >= ? order by r.started_s desc, r.match_id desc limit ?"
)
OF_MAP: Final = (
    f"select {_SELECTED} from recordings r where r.map = ? and (r.started_s, r.match_id) < (?, ?)"
    " and r.started_s >= ? order by r.started_s desc, r.match_id desc limit ?"
)
OF_PLAYER: Final = (
    f"select {_SELECTED} from recording_players p cross join recordings r"
    " on r.match_id = p.match_id where p.player_id = ? and p.match_id < ? and r.started_s >= ?"
    " order by p.match_id desc limit ?"
)
ONE: Final = f"select {_SELECTED} from recordings r where r.match_id = ?"
WITH: Final = (
    f"select {_SELECTED} from recording_players p cross join recordings r"
    " on r.match_id = p.match_id where p.player_id = ? and p.match_id = ?"
)


def recording(db: sqlite_utils.Database, match_id: str) -> Recording | None:
    """What is known of one recording, None for nothing."""
    row = db.execute(ONE, [match_id]).fetchone()
    return None if row is None else _read(row)


def recording_with(db: sqlite_utils.Database, match_id: str, player_id: str) -> Recording | None:
    """One recording, None where there is none with this player in it."""
    row = db.execute(WITH, [player_id, match_id]).fetchone()
    return None if row is None else _read(row)


def recordings(
    db: sqlite_utils.Database,
    map_name: str | None = None,
    before: tuple[int, str] | None = None,
    since_s: int = 0,
    limit: int = 20,
) -> list[Recording]:
    """Recordings, newest first: of one map or of all, those of a page and not older than a time."""
    given: list[Any] = [*(before or (2**62, "")), since_s, _bounded(limit)]
    if map_name is None:
        rows = db.execute(NEWEST, given).fetchall()
    else:
        rows = db.execute(OF_MAP, [map_name, *given]).fetchall()
    return [_read(row) for row in rows]


def recordings_of(
    db: sqlite_utils.Database,
    player_id: str,
    before: str | None = None,
    since_s: int = 0,
    limit: int = 20,
) -> list[Recording]:
    """The recordings somebody is in, by match id from the highest down, below ``before``."""
    # Behind every id there is: they are of letters, digits and dashes.
    given = [player_id, "\U0010ffff" if before is None else before, since_s, _bounded(limit)]
    return [_read(row) for row in db.execute(OF_PLAYER, given).fetchall()]


def every_recording(db: sqlite_utils.Database) -> list[Recording]:
    """All there are; for those who compare them with the files."""
    rows = db.execute(f"select {_SELECTED} from recordings r order by r.match_id").fetchall()
    return [_read(row) for row in rows]


def _bounded(limit: int) -> int:
    return max(0, min(limit, LIMIT_MAX))


def _read(row: Any) -> Recording:
    fields = dict(zip(COLUMNS, row, strict=True))
    fields["packed"], fields["pinned"] = bool(fields["packed"]), bool(fields["pinned"])
    return Recording(**fields)


def players_of(db: sqlite_utils.Database) -> dict[str, tuple[str, ...]]:
    """Player ids of all recordings, by match id."""
    found: dict[str, tuple[str, ...]] = {}
    for match_id, player_id in db.execute(
        "select match_id, player_id from recording_players order by match_id, player_id"
    ):
        found[match_id] = (*found.get(match_id, ()), player_id)
    return found
