"""Matches, people and results for tests of the store."""

from __future__ import annotations

import random
from typing import Any

from persistence.store.results import MatchPlayed, PersonLeft, PersonResult

ROLES = ("herbalist", "scout", "wizard")


def result(player_id: str, **changed: Any) -> PersonResult:
    fields: dict[str, Any] = {
        "player_id": player_id,
        "slot": 3,
        "name": player_id.title(),
        "role": "scout",
        "team": 1,
        "placement": 2,
        "won": False,
        "kills": 4,
        "assists": 1,
        "knocks": 2,
        "revives": 1,
        "damage_hp": 123.456,
        "taken_hp": 99.9,
        "healed_hp": 0.1,
        "shots": 50,
        "hits": 20,
        "distance_u": 1234.5678,
        "items": 7,
        "ticks_alive": 901,
        "level": 5,
    }
    return PersonResult(**{**fields, **changed})


def played(match_id: str, *results: PersonResult, **changed: Any) -> MatchPlayed:
    fields: dict[str, Any] = {
        "match_id": match_id,
        "started_utc": 1_800_000_000,
        "map": "Caldera",
        "balance_hash": "b" * 16,
        "rate_hz": 30,
        "ticks": 9000,
        "reason": "finished",
        "players": 100,
        "bots": 100 - len(results),
        "results": results,
    }
    return MatchPlayed(**{**fields, **changed})


def left(match: MatchPlayed, found: PersonResult) -> PersonLeft:
    return PersonLeft(match.match_id, match.started_utc, match.rate_hz, found)


def some_matches(count: int, people: int, seed: int = 1) -> list[MatchPlayed]:
    """Matches of the same people, different in everything; for every start a second more."""
    chance = random.Random(seed)
    matches = []
    for number in range(count):
        results = []
        for slot in range(people):
            placement = chance.randrange(0, 20)
            results.append(
                result(
                    f"p-{slot:03}",
                    slot=slot,
                    name=f"N{chance.randrange(3)}",
                    role=chance.choice(ROLES),
                    placement=placement,
                    won=placement == 1,
                    kills=chance.randrange(9),
                    damage_hp=chance.random() * 1000.0,
                    distance_u=chance.random() * 1000.0,
                    ticks_alive=chance.randrange(20_000),
                )
            )
        matches.append(
            played(
                f"m-{number:05}",
                *results,
                started_utc=1_800_000_000 + number,
                rate_hz=chance.choice((10, 30, 60)),
            )
        )
    return matches
