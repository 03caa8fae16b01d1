"""A match with people watching: what they are told after every tick.

No I/O and no clock: outboxes take what is to be sent and never wait.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import msgspec

from ecs.columns import Rows
from ecs.world import World
from net.interest import View
from net.outbox import Outbox
from net.rejections import Rejection
from net.snapshot import Lookups, SnapshotPacker
from net.wire import encode
from persistence.records import Placement
from ringfall.match import Match
from ringfall.recording import placements, winner_of, winning_team_of
from ringfall.welcome import roster_of, welcome_template
from schema.columns import Outcome, Role, Tally, Vitals
from schema.messages import ErrorCode, Input, Join, Joined, Result
from systems.rules import Rules
from systems.terrain import Terrain

REFUSALS = (
    "cooldown",
    "mana",
    "stunned",
    "rooted",
    "busy",
    "down",
    "stage",
    "full",
    "blocked",
)
"""Why casts are refused, by place in ``Outcome.refused_casts``."""

LIMITED = ("projectiles", "areas", "obstacles", "pickups", "casts", "hits", "knocks", "events")
"""Tables that may be full when something is wanted in them."""


class HostedMatch:
    """One match and the outboxes of the people in it.

    Attributes:
        match_id: as in its journal.
        match: the match.
        viewers: outbox of every connected player, by slot.
        finished: whether the result has been shown long enough and everybody was sent home, or
            nobody came.
    """

    def __init__(self, match_id: str, match: Match) -> None:
        self.match_id = match_id
        self.match = match
        self.viewers: dict[int, Outbox] = {}
        self.finished = False
        self._seats: dict[int, int] = {}
        balance = match.rules.balance.match
        self._packer = make_packer(match.world)
        self._linger_ticks = match.rules.ticks(balance.result_linger_s)
        self._over_since: int | None = None
        self._welcome = welcome_template(match, match_id)

    @property
    def humans(self) -> int:
        """People connected."""
        return len(self.viewers)

    @property
    def rows_dropped(self) -> int:
        """Events that did not fit into snapshots so far."""
        return int(self._packer.dropped[0])

    @property
    def rows_late(self) -> int:
        """How often something had to wait for a later snapshot."""
        return int(self._packer.late[0])

    @property
    def casts_refused(self) -> Counter[str]:
        """Casts that were not allowed so far, by reason."""
        counts = self.match.world.group("match", Outcome).refused_casts.tolist()
        return Counter(dict(zip(REFUSALS, counts, strict=True)))

    @property
    def rows_refused(self) -> Counter[str]:
        """Rows that were wanted in full tables so far, by table."""
        world = self.match.world
        return Counter({table: int(world.group(table, Rows).refused[0]) for table in LIMITED})

    def seat(self, join: Join, outbox: Outbox) -> PlayerSeat:
        """Let somebody in who will see the match through ``outbox``.

        Raises:
            Rejection: there is no such class.
        """
        if not self.match.has_role(join.role):
            raise no_such_role()
        slot = self.match.enter(join.name, role=join.role, drop=join.drop)
        self._announce(slot)
        outbox.push(
            encode(
                msgspec.structs.replace(
                    self._welcome, slot=slot, tick=self.match.tick, roster=roster_of(self.match)
                )
            )
        )
        self.viewers[slot] = outbox
        self._seats[slot] = self._packer.take_seat(slot)
        return PlayerSeat(self, slot)

    def leave(self, slot: int) -> None:
        """Somebody's connection has ended: the player leaves the match."""
        if self.viewers.pop(slot, None) is not None:
            self._packer.leave_seat(self._seats.pop(slot))
        self.match.leave(slot)

    def advance(self) -> None:
        """Play one tick and tell everybody."""
        match, entrants = self.match, self.match.entrants
        match.advance()
        for slot in range(entrants, match.entrants):
            self._announce(slot)
        for kill in match.kills:
            told = encode(kill)
            for outbox in self.viewers.values():
                outbox.push(told)
        # The tick goes on while the result is shown; a winner who dies then has won all the same.
        if match.over and self._over_since is None:
            self._over_since = match.tick
            self._tell_results(self.viewers, over=True)
        elif match.kills and self._over_since is None:
            self._tell_results(self._concerned(), over=False)
        self._send_snapshots()
        if self._over_since is not None and match.tick - self._over_since >= self._linger_ticks:
            self.close(None)
            self.finished = True
        if not match.entrants and not match.has_room:
            # Nobody came while one could: it would never be decided, and hold its place for ever.
            self.finished = True

    def close(self, rejection: Rejection | None) -> None:
        """End every connection to this match."""
        for outbox in self.viewers.values():
            outbox.close(rejection)

    def result(self) -> list[Placement]:
        """The result so far, best first."""
        return placements(self.match.world, self.match.names)

    def _send_snapshots(self) -> None:
        tick, rows = self.match.tick, self.match.rows
        # Whoever is seated when the match is decided already never gets a body to look from.
        ready = [slot for slot, outbox in self.viewers.items() if outbox.wants(tick)]
        ready = [slot for slot in ready if slot < rows]
        asking = [self._seats[slot] for slot in ready if self.viewers[slot].take_resync()]
        frames = self._packer.pack([self._seats[slot] for slot in ready], asking)
        for slot, frame in zip(ready, frames, strict=True):
            self.viewers[slot].offer_snapshot(tick, frame)

    def _announce(self, slot: int) -> None:
        """Tell everybody of a later entrant."""
        entrant = self.match.lineup[slot]
        told = encode(Joined(slot, entrant.name, entrant.bot, entrant.role, entrant.team))
        for outbox in self.viewers.values():
            outbox.push(told)

    def _concerned(self) -> set[int]:
        """Who died on this tick, and whose team is out with them."""
        world, rows = self.match.world, self.match.rows
        team = world.group("players", Role).team[:rows]
        alive = world.group("players", Vitals).alive[:rows]
        fallen = {kill.victim for kill in self.match.kills}
        in_play = set(team[alive != 0].tolist())
        out = {int(team[victim]) for victim in fallen} - in_play
        members = {slot for slot in range(rows) if int(team[slot]) in out}
        return (fallen | members) & self.viewers.keys()

    def _tell_results(self, slots: Iterable[int], over: bool) -> None:
        match, by_slot = self.match, {row.slot: row for row in self.result()}
        placed = match.world.group("players", Tally).placement
        for slot in sorted(slots):
            row = by_slot.get(slot)
            if row is None:
                continue
            told = Result(
                placement=int(placed[slot]),
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
            self.viewers[slot].push(encode(told))


class PlayerSeat:
    """What the network edge holds of a player: the only way a client reaches the game."""

    def __init__(self, hosted: HostedMatch, slot: int) -> None:
        self._hosted = hosted
        self.slot = slot

    def receive(self, message: Input) -> None:
        """Take one command."""
        self._hosted.match.post(self.slot, message)

    def leave(self) -> None:
        """The connection has ended."""
        self._hosted.leave(self.slot)


def no_such_role() -> Rejection:
    """The answer to a JOIN for a class that does not exist."""
    return Rejection(ErrorCode.BAD_MESSAGE, "JOIN.role is no class of this match")


def make_packer(world: World) -> SnapshotPacker:
    """What packs the snapshots of a world by its own rules and map."""
    rules, frame = world.resource(Rules), world.resource(Terrain).frame
    balance = rules.balance.match
    return SnapshotPacker(
        world,
        View(
            balance.view_width_u,
            balance.view_height_u,
            balance.cover.notice_u,
            balance.body.radius_u,
        ),
        frame,
        Lookups(
            skills=rules.skills,
            level_xp=rules.level_xp,
            directions=rules.directions,
            play_tick=rules.some_ticks(balance.countdown_s),
            revive_ticks=rules.ticks(balance.team.revive_s),
            dt_s=rules.dt_s,
        ),
    )
