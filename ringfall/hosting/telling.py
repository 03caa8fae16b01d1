"""What is told of a match beside its snapshots, as bytes."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from ecs.columns import Rows
from ecs.world import World
from net.wire import encode
from persistence.records import Placement
from ringfall.lineup import Entrant
from ringfall.match import Match
from ringfall.recording import placements, winner_of, winning_team_of
from schema.columns import Role, Tally, Vitals
from schema.messages import Joined, Kill, Result


def joined(slot: int, entrant: Entrant) -> bytes:
    """JOINED for a later entrant."""
    return encode(Joined(slot, entrant.name, entrant.bot, entrant.role, entrant.team))


def living_teams(world: World) -> set[int]:
    """Teams with somebody alive."""
    rows = int(world.group("players", Rows).count[0])
    team = world.group("players", Role).team[:rows]
    return set(team[world.group("players", Vitals).alive[:rows] != 0].tolist())


def concerned(world: World, kills: Iterable[Kill], slots: Collection[int]) -> set[int]:
    """Of ``slots`` those who died by these kills, and those whose team is out with them."""
    rows = int(world.group("players", Rows).count[0])
    team = world.group("players", Role).team[:rows]
    fallen = {kill.victim for kill in kills}
    out = {int(team[victim]) for victim in fallen} - living_teams(world)
    return {slot for slot in slots if slot in fallen or (slot < rows and int(team[slot]) in out)}


def results(match: Match, slots: Iterable[int], over: bool) -> dict[int, bytes]:
    """RESULT for each of ``slots`` that has a body."""
    world = match.world
    by_slot = {row.slot: row for row in placements(world, match.names)}
    placed = world.group("players", Tally).placement
    return {
        slot: encode(_result(match, by_slot[slot], int(placed[slot]), over))
        for slot in sorted(slots)
        if slot in by_slot
    }


def end_for_watchers(world: World, entrants: int, teams: int) -> bytes:
    """RESULT for those who only watched."""
    return encode(
        Result(
            placement=0,
            entrants=entrants,
            teams=teams,
            kills=0,
            assists=0,
            damage_hp=0.0,
            healed_hp=0.0,
            accuracy=0.0,
            distance_u=0.0,
            ticks_alive=0,
            level=0,
            winner=winner_of(world),
            winning_team=winning_team_of(world),
            over=True,
        )
    )


def _result(match: Match, row: Placement, placement: int, over: bool) -> Result:
    return Result(
        placement=placement,
        entrants=match.entrants,
        teams=len(match.members),
        kills=row.kills,
        assists=row.assists,
        damage_hp=row.damage_hp,
        healed_hp=row.healed_hp,
        accuracy=min(1.0, row.hits / row.shots) if row.shots else 0.0,
        distance_u=row.distance_u,
        ticks_alive=row.ticks_alive,
        level=row.level,
        winner=winner_of(match.world) if over else None,
        winning_team=winning_team_of(match.world) if over else None,
        over=over,
    )
