"""A match with people watching: what they are told after every tick.

No I/O and no clock: outboxes take what is to be sent and never wait.
"""

from __future__ import annotations

import msgspec

from net.interest import View
from net.outbox import Outbox
from net.rejections import Rejection
from net.snapshot import SnapshotPacker
from net.wire import encode
from persistence.records import Placement
from ringfall.match import Match
from ringfall.recording import placements, winner_of
from schema.messages import (
    PROTOCOL_VERSION,
    Input,
    Join,
    Joined,
    MapView,
    Result,
    RosterRow,
    Rules,
    Welcome,
)


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
        balance, model = match.plan.pack.balance, match.plan.pack.map
        self._packer = SnapshotPacker(
            match.world,
            View(balance.match.view_width_u, balance.match.view_height_u),
            (model.width_u, model.height_u),
            balance.body.health_max_hp,
            balance.skills.blast.radius_u,
        )
        self._linger_ticks = match.rules.ticks(balance.match.result_linger_s)
        self._over_since: int | None = None
        self._welcome = _welcome_template(match, match_id)

    @property
    def humans(self) -> int:
        """People connected."""
        return len(self.viewers)

    @property
    def rows_dropped(self) -> int:
        """Rows that did not fit into snapshots so far."""
        return int(self._packer.dropped[0])

    def seat(self, join: Join, outbox: Outbox) -> PlayerSeat:
        """Let somebody in who will see the match through ``outbox``."""
        slot = self.match.enter(join.name)
        newcomer = encode(Joined(slot, join.name, False))
        for other in self.viewers.values():
            other.push(newcomer)
        roster = [
            RosterRow(number, name, number < self.match.bot_count)
            for number, name in enumerate(self.match.names)
        ]
        outbox.push(
            encode(
                msgspec.structs.replace(
                    self._welcome, slot=slot, tick=self.match.tick, roster=roster
                )
            )
        )
        self.viewers[slot] = outbox
        return PlayerSeat(self, slot)

    def leave(self, slot: int) -> None:
        """Somebody's connection has ended: the player leaves the match."""
        self.viewers.pop(slot, None)
        self.match.leave(slot)

    def advance(self) -> None:
        """Play one tick and tell everybody."""
        match = self.match
        match.advance()
        for kill in match.kills:
            told = encode(kill)
            for outbox in self.viewers.values():
                outbox.push(told)
        # The tick goes on while the result is shown; a winner who dies then has won all the same.
        if match.over and self._over_since is None:
            self._over_since = match.tick
            self._tell_results(list(self.viewers), over=True)
        elif match.kills and self._over_since is None:
            fallen = [kill.victim for kill in match.kills if kill.victim in self.viewers]
            if fallen:
                self._tell_results(fallen, over=False)
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
        ready = [slot for slot, outbox in self.viewers.items() if outbox.window_open]
        if len(ready) < len(self.viewers):
            for outbox in self.viewers.values():
                if not outbox.window_open:
                    outbox.skip_snapshot()
        # Whoever is seated when the match is decided already never gets a body to look from.
        rows = self.match.rows
        ready = [slot for slot in ready if slot < rows]
        tick = self.match.tick
        for slot, frame in zip(ready, self._packer.pack(ready), strict=True):
            self.viewers[slot].offer_snapshot(tick, frame)

    def _tell_results(self, slots: list[int], over: bool) -> None:
        by_slot = {row.slot: row for row in self.result()}
        for slot in slots:
            row = by_slot.get(slot)
            if row is None:
                continue
            told = Result(
                placement=row.placement,
                entrants=self.match.entrants,
                kills=row.kills,
                damage_hp=row.damage_hp,
                ticks_alive=row.ticks_alive,
                winner=winner_of(self.match.world) if over else None,
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


def _welcome_template(match: Match, match_id: str) -> Welcome:
    model, balance, rules = match.plan.pack.map, match.plan.pack.balance, match.rules
    skills = balance.skills
    return Welcome(
        version=PROTOCOL_VERSION,
        slot=0,
        tick_rate_hz=rules.rate_hz,
        tick=0,
        match_id=match_id,
        map=MapView(model.name, model.width_u, model.height_u, list(model.walls)),
        rules=Rules(
            body_radius_u=balance.body.radius_u,
            health_max_hp=balance.body.health_max_hp,
            view_width_u=balance.match.view_width_u,
            view_height_u=balance.match.view_height_u,
            shot_radius_u=skills.shot.radius_u,
            shot_speed_ups=skills.shot.speed_ups,
            shot_range_u=skills.shot.range_u,
            shot_cooldown_ticks=rules.ticks(skills.shot.cooldown_s),
            blast_radius_u=skills.blast.radius_u,
            blast_range_u=skills.blast.range_u,
            blast_fuse_ticks=rules.ticks(skills.blast.fuse_s),
            blast_cooldown_ticks=rules.ticks(skills.blast.cooldown_s),
            dash_cooldown_ticks=rules.ticks(skills.dash.cooldown_s),
            dash_ticks=rules.ticks(skills.dash.duration_s),
        ),
        roster=[],
    )
