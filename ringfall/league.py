"""Many matches of bots against bots: how the classes fare, and how long a match lasts."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ringfall.match import Match, MatchPlan
from ringfall.names import bot_names
from schema.columns import Progress, Tally

BOT_LEVELS = ("easy", "normal", "hard")
TOP_SHARE = 0.1
TICKS_MAX = 60 * 60 * 30
"""No match lasts an hour: its sudden death would have to be harmless."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a class, or a level of bots, fared; means are over everybody who played it.

    Attributes:
        name: of the class or level.
        entered: how many played it.
        win_ratio: share of wins against the share of entrants: 1 is what it should be.
        top_ratio: the same for the best tenth of places, which says more after few matches.
        place: mean place as a share of the places, 0 the best and 1 the last.
        kills, damage_hp, healed_hp, level: means.
        alive_s: mean time alive.
    """

    name: str
    entered: int
    win_ratio: float
    top_ratio: float
    place: float
    kills: float
    damage_hp: float
    healed_hp: float
    level: float
    alive_s: float


@dataclass(frozen=True, slots=True)
class League:
    """What came out of all matches.

    Attributes:
        matches, players: how many matches, of how many players each.
        half_s: median time until half of the players are dead.
        over_s: median length of a match.
        alive: (seconds, mean share of the players alive), every 15 s.
        classes, levels: standings.
    """

    matches: int
    players: int
    half_s: float
    over_s: float
    alive: tuple[tuple[int, float], ...]
    classes: tuple[Standing, ...]
    levels: tuple[Standing, ...]


@dataclass(frozen=True, slots=True)
class _Record:
    """One player of one match."""

    role: str
    level: str
    won: bool
    on_top: bool
    place: float
    figures: tuple[float, float, float, float, float]


def play_league(plan: MatchPlan, matches: int, progress: Callable[[int], object]) -> League:
    """Play ``matches`` matches of bots, with the seeds from the plan's upwards.

    Args:
        plan: the first match.
        matches: how many.
        progress: called with the number of matches played after each.
    """
    records, halves, overs = list[_Record](), list[float](), list[float]()
    alive: dict[int, list[float]] = {}
    for number in range(matches):
        match = Match(MatchPlan(plan.pack, plan.rate_hz, plan.players_max, plan.seed + number))
        match.enter_bots(bot_names(plan.players_max, match.plan.seed))
        living = [plan.players_max]
        while not match.over and match.tick < TICKS_MAX:
            match.advance()
            living.append(match.alive)
        halves.append(_first(living, plan.players_max // 2) / plan.rate_hz)
        overs.append(match.tick / plan.rate_hz)
        step = 15 * plan.rate_hz
        for tick in range(step, len(living), step):
            alive.setdefault(tick // plan.rate_hz, []).append(living[tick] / plan.players_max)
        records += _records(match)
        progress(number + 1)
    return League(
        matches=matches,
        players=plan.players_max,
        half_s=statistics.median(halves),
        over_s=statistics.median(overs),
        # Matches that are over already have one left, or nearly none.
        alive=tuple((s, sum(found) / matches) for s, found in sorted(alive.items())),
        classes=_standings(records, lambda record: record.role),
        levels=_standings(records, lambda record: record.level),
    )


def _first(living: list[int], most: int) -> int:
    """The first tick at which no more than ``most`` were alive."""
    return next((tick for tick, count in enumerate(living) if count <= most), len(living))


def _records(match: Match) -> Iterator[_Record]:
    tally = match.world.group("players", Tally)
    progress, names = match.world.group("players", Progress), match.rules.class_names
    teams, tick = len(match.members), match.tick
    for slot, entrant in enumerate(match.lineup):
        place = int(tally.placement[slot]) or 1
        lived = int(tally.death_tick[slot]) if place > 1 else tick
        yield _Record(
            role=names[entrant.role],
            level=BOT_LEVELS[entrant.bot - 1],
            won=place == 1,
            on_top=place <= max(1, round(teams * TOP_SHARE)),
            place=(place - 1) / max(1, teams - 1),
            figures=(
                float(tally.kills[slot]),
                float(tally.dealt_hp[slot]),
                float(tally.healed_hp[slot]),
                float(progress.level[slot]),
                lived / match.plan.rate_hz,
            ),
        )


def _standings(records: list[_Record], key: Callable[[_Record], str]) -> tuple[Standing, ...]:
    found: dict[str, list[_Record]] = {}
    for record in records:
        found.setdefault(key(record), []).append(record)
    wins = sum(record.won for record in records)
    tops = sum(record.on_top for record in records)
    standings = []
    for name, own in sorted(found.items()):
        share = len(own) / len(records)
        kills, damage, healed, level, alive = (
            statistics.fmean(values) for values in zip(*(o.figures for o in own), strict=True)
        )
        standings.append(
            Standing(
                name=name,
                entered=len(own),
                win_ratio=sum(o.won for o in own) / wins / share,
                top_ratio=sum(o.on_top for o in own) / tops / share,
                place=statistics.fmean(o.place for o in own),
                kills=kills,
                damage_hp=damage,
                healed_hp=healed,
                level=level,
                alive_s=alive,
            )
        )
    return tuple(standings)
