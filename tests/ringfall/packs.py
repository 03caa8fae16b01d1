"""Small data packs and matches for tests of the composition root."""

from __future__ import annotations

from functools import cache
from typing import Any

from net.outbox import Ending, Outbox
from ringfall.datapack import DataPack, canonical_json, content_hash, load_datapack
from ringfall.match import Match, MatchPlan
from schema.balance import Balance, ZoneBalance, ZonePhase
from schema.tiled import MapModel

YARD = MapModel(
    name="Yard",
    width_u=48.0,
    height_u=36.0,
    players_max=12,
    walls=((24.0, 18.0, 2.0, 1.0, 0.25), (10.0, 30.0, 0.0, 0.0, 1.5)),
    spawns=tuple((4.0 + 8.0 * x, 4.0 + 9.0 * y) for x in range(6) for y in range(4)),
)
# Closes at once and kills within a second: matches that are over soon.
DEADLY = (ZonePhase(wait_s=0.0, shrink_s=0.5, radius_ratio=0.0, damage_hp_per_s=1000.0),)
# Never hurts while a test is looking.
CALM = (ZonePhase(wait_s=600.0, shrink_s=1.0, radius_ratio=0.0, damage_hp_per_s=1.0),)


@cache
def shipped() -> Balance:
    return load_datapack().balance


def balance(zone: tuple[ZonePhase, ...] = CALM, **match: Any) -> Balance:
    """The shipped balance with another zone and other values in match.toml."""
    changes = {"result_linger_s": 0.5, **match}
    return shipped().model_copy(
        update={
            "zone": ZoneBalance(phase=zone),
            "match": shipped().match.model_copy(update=changes),
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
