"""What is asked of the store: one statement each, and an index for every one."""

from __future__ import annotations

from typing import Any, Final, Literal, TypeAlias

import msgspec
import sqlite_utils

from persistence.store.migrations import AVERAGE, RANKED_MATCHES_MIN, SUMS

Board: TypeAlias = Literal["wins", "kills", "damage", "placement"]
BOARDS: Final[tuple[Board, ...]] = ("wins", "kills", "damage", "placement")
LIMIT_MAX: Final = 100


class Sums(msgspec.Struct, frozen=True):
    """What somebody did in several matches.

    Attributes:
        finished: matches in which they were placed; the others were stopped, or go on.
        placement: mean of these places, None without one.
    """

    matches: int
    wins: int
    finished: int
    placement: float | None
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
    alive_s: float


class Profile(msgspec.Struct, frozen=True):
    """A player and all they did."""

    player_id: str
    name: str
    kind: str
    created_s: int
    used_s: int
    sums: Sums


class Played(msgspec.Struct, frozen=True):
    """A line of somebody's history.

    Attributes:
        map, ticks, rate_hz, reason, players, bots: of the match; None while it goes on, or where it
            never ended.
        placement: 0 where nothing was decided.
        recording: name of the file in the library, None where there is none any more, or not yet.
    """

    match_id: str
    started_s: int
    map: str | None
    balance_hash: str | None
    rate_hz: int | None
    ticks: int | None
    reason: str | None
    players: int | None
    bots: int | None
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
    alive_s: float
    level: int
    recording: str | None


class Rank(msgspec.Struct, frozen=True):
    """A line of a board. ``value`` is what it is ordered by."""

    rank: int
    player_id: str
    name: str
    value: float
    sums: Sums


class ClassSums(msgspec.Struct, frozen=True):
    """What somebody did with one class."""

    role: str
    sums: Sums


_SUMMED: Final = ", ".join(f"s.{name}" for name in SUMS)

PROFILE: Final = (
    f"select p.player_id, p.name, p.kind, p.created_s, p.used_s, {_SUMMED} from players p"
    " left join player_stats s on s.player_id = p.player_id where p.player_id = ?"
)
HISTORY: Final = (
    "select r.match_id, r.started_s, m.map, m.balance_hash, m.rate_hz, m.ticks, m.reason,"
    " m.players, m.bots, r.slot, r.name, r.role, r.team, r.placement, r.won, r.kills, r.assists,"
    " r.knocks, r.revives, r.damage_mhp, r.taken_mhp, r.healed_mhp, r.shots, r.hits,"
    " r.distance_mu, r.items, r.alive_ms, r.level, v.file"
    " from results r left join matches m on m.match_id = r.match_id"
    " left join recordings v on v.match_id = r.match_id"
    " where r.player_id = ? and (r.started_s, r.match_id) < (?, ?)"
    " order by r.started_s desc, r.match_id desc limit ?"
)
CLASSES: Final = f"select s.role, {_SUMMED} from class_stats s where s.player_id = ? order by role"
_ORDERS: Final[dict[Board, str]] = {
    "wins": "s.wins > 0 order by s.wins desc",
    "kills": "s.kills > 0 order by s.kills desc",
    "damage": "s.damage_mhp > 0 order by s.damage_mhp desc",
    "placement": f"s.finished >= {RANKED_MATCHES_MIN} and {AVERAGE} > 0 order by {AVERAGE}",
}


def board_query(board: Board, role: str | None) -> str:
    """The statement behind a board; it takes the role, if there is one, and the limit."""
    table, at = ("player_stats", "") if role is None else ("class_stats", "s.role = ? and ")
    return (
        f"select p.player_id, p.name, {_SUMMED} from {table} s"
        " cross join players p on p.player_id = s.player_id"
        f" where {at}{_ORDERS[board]}, s.player_id limit ?"
    )


def profile(db: sqlite_utils.Database, player_id: str) -> Profile | None:
    """A player and their sums; None for nobody."""
    row = db.execute(PROFILE, [player_id]).fetchone()
    if row is None:
        return None
    found, name, kind, created_s, used_s, *sums = row
    return Profile(found, name, kind, created_s, used_s, _sums(sums))


def history(
    db: sqlite_utils.Database,
    player_id: str,
    before: tuple[int, str] | None = None,
    limit: int = 20,
) -> list[Played]:
    """A player's matches, newest first.

    Args:
        db: the database.
        player_id: whose.
        before: ``started_s`` and ``match_id`` of the last line of the page before this one.
        limit: most lines, at most LIMIT_MAX.
    """
    started_s, match_id = before or (2**62, "")
    rows = db.execute(HISTORY, [player_id, started_s, match_id, _bounded(limit)]).fetchall()
    return [_played(row) for row in rows]


def leaderboard(
    db: sqlite_utils.Database, board: Board, role: str | None = None, limit: int = 20
) -> list[Rank]:
    """The best by a board, with one class or with any.

    ``placement`` is the mean place, the lowest first, of those who were placed in at least
    RANKED_MATCHES_MIN matches (with that class). Who is equal stands in order of player ids.
    """
    given: list[Any] = [_bounded(limit)] if role is None else [role, _bounded(limit)]
    rows = db.execute(board_query(board, role), given).fetchall()
    ranks = []
    for number, row in enumerate(rows, 1):
        sums = _sums(row[2:])
        value = {
            "wins": sums.wins,
            "kills": sums.kills,
            "damage": sums.damage_hp,
            "placement": sums.placement or 0.0,
        }[board]
        ranks.append(Rank(number, row[0], row[1], float(value), sums))
    return ranks


def class_stats(db: sqlite_utils.Database, player_id: str) -> list[ClassSums]:
    """What a player did with each class, by its name."""
    rows = db.execute(CLASSES, [player_id]).fetchall()
    return [ClassSums(row[0], _sums(row[1:])) for row in rows]


def _bounded(limit: int) -> int:
    return max(0, min(limit, LIMIT_MAX))


def _sums(row: Any) -> Sums:
    found = {name: value or 0 for name, value in zip(SUMS, row, strict=True)}
    placements, finished = found.pop("placements"), found["finished"]
    return Sums(
        placement=placements / finished if finished else None,
        damage_hp=found.pop("damage_mhp") / 1000.0,
        taken_hp=found.pop("taken_mhp") / 1000.0,
        healed_hp=found.pop("healed_mhp") / 1000.0,
        distance_u=found.pop("distance_mu") / 1000.0,
        alive_s=found.pop("alive_ms") / 1000.0,
        **found,
    )


def _played(row: Any) -> Played:
    fields = dict(zip(Played.__struct_fields__, row, strict=True))
    for name in ("damage_hp", "taken_hp", "healed_hp", "distance_u", "alive_s"):
        fields[name] /= 1000.0
    fields["won"] = bool(fields["won"])
    return Played(**fields)
