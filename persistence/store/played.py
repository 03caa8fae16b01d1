"""From a journal's words to a result: one way, for matches that just ended and for recordings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from persistence.records import Header, Placement
from persistence.store.results import MatchPlayed, PersonLeft, PersonResult


class _Balance(msgspec.Struct):
    """The part of a header's balance that names the classes."""

    classes: dict[str, msgspec.Raw]


class _Map(msgspec.Struct):
    """The part of a header's map that names it."""

    name: str


def match_played(
    header: Header,
    people: Mapping[int, str],
    *,
    tick: int,
    reason: str,
    result: Sequence[Placement],
) -> MatchPlayed:
    """What is kept of a match.

    Args:
        header: of its journal.
        people: player id by slot; everybody else is a bot.
        tick, reason, result: as in the seal of its journal.

    Raises:
        ValueError: the header does not hold what a journal's holds.
    """
    roles = _roles(header)
    finished = reason == "finished"
    return MatchPlayed(
        match_id=header.match_id,
        started_utc=_started(header),
        map=msgspec.json.decode(header.map, type=_Map).name,
        balance_hash=header.balance_hash,
        rate_hz=header.tick_rate_hz,
        ticks=tick,
        reason=reason,
        players=len(result),
        bots=len(result) - sum(row.slot in people for row in result),
        results=tuple(
            _person(people[row.slot], row, roles, finished) for row in result if row.slot in people
        ),
    )


def person_left(header: Header, player_id: str, row: Placement) -> PersonLeft:
    """What is kept of somebody who leaves a match that goes on.

    Args:
        header: of its journal.
        player_id: who leaves.
        row: what they have done so far.
    """
    result = _person(player_id, row, _roles(header), finished=False)
    return PersonLeft(header.match_id, _started(header), header.tick_rate_hz, result)


def _started(header: Header) -> int:
    return int(datetime.fromisoformat(header.created_utc).timestamp())


def _roles(header: Header) -> list[str]:
    # A class's index is its place among their names as text.
    return sorted(msgspec.json.decode(header.balance, type=_Balance).classes)


def _person(player_id: str, row: Placement, roles: Sequence[str], finished: bool) -> PersonResult:
    same: dict[str, Any] = {
        name: getattr(row, name)
        for name in PersonResult.__struct_fields__
        if name in Placement.__struct_fields__
    }
    # A result that was not played out gives the first place to all who were not out yet.
    placement = row.placement if finished or row.placement > 1 else 0
    same.update(
        player_id=player_id,
        role=roles[row.role],
        placement=placement,
        won=finished and placement == 1,
    )
    return PersonResult(**same)
