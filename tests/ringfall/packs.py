"""Small data packs and matches for tests of the composition root."""

from __future__ import annotations

import itertools
from functools import cache
from typing import Any

from net.outbox import Ending, Outbox
from persistence.store.sessions import Player
from ringfall.datapack import DataPack, canonical_json, content_hash, load_datapack
from ringfall.identity.tickets import Grant
from ringfall.match import Match, MatchPlan
from schema.balance import Balance
from schema.balance.zone import ZoneBalance, ZonePhase
from schema.messages import ROLE_ANY
from schema.tiled import MapModel

YARD = MapModel(
    name="Yard",
    width_u=48.0,
    height_u=36.0,
    players_max=12,
    walls=((24.0, 18.0, 2.0, 1.0, 0.25, 512, 7), (10.0, 30.0, 0.0, 0.0, 1.5, 0, 1)),
    spawns=tuple((4.0 + 8.0 * x, 4.0 + 9.0 * y) for x in range(6) for y in range(4)),
    bushes=((32.0, 26.0, 2.0),),
    crates=((40.0, 18.0, 0.5, 0.75, 256),),
    loot=((16.0, 10.0, "common"),),
)
_numbers = itertools.count()
# Closes at once and kills within a second: matches that are over soon.
DEADLY = (ZonePhase(wait_s=0.0, shrink_s=0.5, radius_ratio=0.0, damage_hp_per_s=1000.0),)
# Never hurts while a test is looking.
CALM = (ZonePhase(wait_s=600.0, shrink_s=1.0, radius_ratio=0.0, damage_hp_per_s=1.0),)


@cache
def shipped() -> Balance:
    return load_datapack().balance


def balance(zone: tuple[ZonePhase, ...] = CALM, team_size: int = 1, **match: Any) -> Balance:
    """The shipped balance with another zone, another team size, other values in match.toml.

    There is no countdown, unless one is asked for.
    """
    frame, closing = shipped().match, shipped().zone
    team = frame.team.model_copy(update={"size": team_size})
    changes = {"result_linger_s": 0.5, "countdown_s": 0.0, "team": team, **match}
    return shipped().model_copy(
        update={
            "zone": ZoneBalance(phase=zone, sudden_death=closing.sudden_death),
            "match": frame.model_copy(update=changes),
        }
    )


def pack(found: Balance | None = None, model: MapModel = YARD) -> DataPack:
    found = found or balance()
    rules, place = canonical_json(found), canonical_json(model)
    return DataPack(found, rules, content_hash(rules), model, place, content_hash(place))


def new_match(
    places: int = 6,
    *,
    zone: tuple[ZonePhase, ...] = CALM,
    seed: int = 7,
    rate_hz: int = 30,
    **match: Any,
) -> Match:
    return Match(MatchPlan(pack(balance(zone, **match)), rate_hz, places, seed))


def wish(
    name: str = "Guest",
    role: int = ROLE_ANY,
    drop: int = 0,
    *,
    player_id: str | None = None,
    match_id: str = "the-match",
    **more: Any,
) -> Grant:
    """What stands behind a ticket; everybody is somebody else unless told otherwise."""
    player = Player(player_id or f"p-{next(_numbers)}", name)
    return Grant(player, match_id, role, drop, **more)


def outbox(**limits: int) -> Outbox:
    return Outbox(
        **{"messages_max": 64, "unacked_max": 4, "skips_in_a_row_max": 50, **limits}  # type: ignore[arg-type]
    )


def take_all(box: Outbox) -> list[bytes | Ending]:
    """Everything the box would have written by now."""
    taken = []
    while (item := box.take()) is not None:
        taken.append(item)
    return taken
