"""A match with people in it: what they are told after every tick, and who may come back.

No I/O and no clock: outboxes take what is to be sent and never wait, and every span is in ticks.
What the match itself gets to know of people coming, going and being away is joins, leaves and
commands, all of which are recorded.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence

import msgspec

from net.outbox import Outbox
from net.rejections import MatchFull, MatchOver, Rejection, SignedOut, TakenOver
from net.wire import encode
from persistence.records import Placement
from ringfall.hosting import counts, telling
from ringfall.hosting.delayed import DelayedWorld
from ringfall.hosting.gallery import Gallery
from ringfall.hosting.history import History
from ringfall.hosting.packing import Feed, make_packer, offer
from ringfall.hosting.patience import Patience
from ringfall.hosting.seats import Occupant, PlayerSeat, WatcherSeat, no_such_role
from ringfall.hosting.views import Views
from ringfall.identity.tickets import Grant
from ringfall.match import Match
from ringfall.recording import placements
from ringfall.scribe import Scribe
from ringfall.welcome import roster_of, welcome_template
from schema.columns import Role, Vitals
from schema.messages import Kill, WelcomeMode

STATE_EVERY_S = 5.0
MISSED_KILLS_MAX = 64  # older ones are not told again: the line of an outbox is short


class HostedMatch:
    """One match and the people in it.

    Args:
        match_id: as in its journal.
        match: the match.
        patience: how long people are waited for.
        promised: places that are promised to people who have not come yet.

    Attributes:
        viewers: outbox of every connected player, by slot.
        occupants: every person who has or had a place, by player id.
        gallery: those who watch.
        views: judges what players claim to have seen.
        scribe: writes down what people did.
        finished: whether the result has been shown long enough and everybody was sent home, or
            nobody came.
    """

    def __init__(
        self,
        match_id: str,
        match: Match,
        patience: Patience | None = None,
        promised: Callable[[], int] = lambda: 0,
    ) -> None:
        self.match_id = match_id
        self.match = match
        self.viewers: dict[int, Outbox] = {}
        self.occupants: dict[str, Occupant] = {}
        self._by_slot: dict[int, Occupant] = {}
        self._feeds: dict[int, Feed] = {}
        self.finished = False
        self.scribe = Scribe()
        self._promised = promised
        self.views = Views(match)
        patience = patience or Patience()
        rules, linger_s = match.rules, match.rules.balance.match.result_linger_s
        self._grace_ticks = rules.ticks(patience.grace_s)
        self._killer_ticks = rules.ticks(patience.killer_delay_s)
        watch_ticks = rules.ticks(patience.watch_delay_s)
        self._linger_ticks = rules.ticks(linger_s)
        self._welcome = welcome_template(match, match_id)
        # A period more than is looked back: whoever begins at an old state has to catch up from it
        # before the inputs it needs are forgotten.
        period_ticks = rules.ticks(STATE_EVERY_S)
        reach_ticks = max(self._killer_ticks, watch_ticks) + period_ticks
        self._history = history = match.history = History(reach_ticks, period_ticks)
        if match.tick:
            history.begin(match.tick, match.world.keyframe())
        self.gallery = Gallery(match, history, self._welcome, watch_ticks, patience.watchers_max)
        self._packer = make_packer(match.world)
        self._killers: DelayedWorld | None = None
        self._over_since: int | None = None
        self._kills: list[Kill] = []
        self._shown_ticks = 0

    @property
    def humans(self) -> int:
        """People connected."""
        return len(self.viewers)

    @property
    def playing(self) -> int:
        """People connected whose body lives, while nothing is decided."""
        decided = self.match.over or self.finished
        return 0 if decided else sum(map(self._lives, self.viewers))

    @property
    def away(self) -> int:
        """People who are waited for."""
        return sum(found.away_tick is not None for found in self.occupants.values())

    @property
    def rows_dropped(self) -> int:
        """Events that did not fit into snapshots so far."""
        return int(self._packer.dropped[0])

    @property
    def rows_late(self) -> int:
        """How often a row had to wait for a later snapshot."""
        return int(self._packer.late[0])

    @property
    def casts_refused(self) -> Counter[str]:
        """Casts that were not allowed so far, by reason."""
        return counts.casts_refused(self.match.world)

    @property
    def rows_refused(self) -> Counter[str]:
        """Rows that were wanted in full tables so far, by table."""
        return counts.rows_refused(self.match.world)

    # ---- coming and going -----------------------------------------------------------------

    @property
    def has_room(self) -> bool:
        """Whether somebody may still be promised a place."""
        return self.match.has_room and self.match.takes_more(self._promised())

    def place_of(self, player_id: str) -> Occupant | None:
        """The place a player may come back to, None without one."""
        found = self.occupants.get(player_id)
        return None if found is None or found.gone or self.finished else found

    def plays(self, player_id: str) -> bool:
        """Whether a player has a living body here, or will with the next tick."""
        found = self.place_of(player_id)
        return found is not None and not self.match.over and self._lives(found.slot)

    def seat(self, grant: Grant, outbox: Outbox, resume_tick: int = 0) -> PlayerSeat:
        """Let somebody in, or back in, who will see the match through ``outbox``.

        Raises:
            Rejection: there is no such class, no room any more, or the match is over.
        """
        found = self.place_of(grant.player.player_id)
        if found is not None:
            return self._seat_again(found, outbox, resume_tick)
        if not self.match.has_role(grant.role):
            raise no_such_role()
        if self.match.over or self.finished:
            raise MatchOver
        # One body for a player: leaving a match makes nobody whole again in it.  The window to
        # enter may have closed since the place was promised; a promise holds.
        if not self.match.takes_more(0) or grant.player.player_id in self.occupants:
            raise MatchFull
        player = grant.player
        slot = self.match.enter(
            player.name, role=grant.role, drop=grant.drop, player=player.player_id
        )
        self._announce(slot)
        found = Occupant(slot, grant.player.player_id)
        self.occupants[grant.player.player_id] = self._by_slot[slot] = found
        return self._sit(found, outbox, WelcomeMode.NEW)

    def _seat_again(self, found: Occupant, outbox: Outbox, resume_tick: int) -> PlayerSeat:
        if found.seat is not None:
            found.seat.close(TakenOver())
        # The new connection counts its inputs anew.
        self.match.mailbox.begin_anew(found.slot)
        seat = self._sit(found, outbox, WelcomeMode.RESUMED)
        missed = [kill for kill in self._kills if resume_tick and kill.tick > resume_tick]
        for kill in missed[-MISSED_KILLS_MAX:]:
            outbox.push(encode(kill))
        if found.result is not None:
            outbox.push(found.result)
        return seat

    def _sit(self, found: Occupant, outbox: Outbox, mode: WelcomeMode) -> PlayerSeat:
        match = self.match
        outbox.push(
            encode(
                msgspec.structs.replace(
                    self._welcome,
                    slot=found.slot,
                    tick=match.tick,
                    roster=roster_of(match),
                    mode=mode,
                )
            )
        )
        found.seat = seat = PlayerSeat(self, found, outbox)
        found.away_tick = None
        self._unfeed(found.slot)
        self.viewers[found.slot], self._feeds[found.slot] = outbox, seat.feed
        return seat

    def _unfeed(self, slot: int) -> None:
        """Nothing more is sent to whoever was connected for a slot."""
        self.viewers.pop(slot, None)
        if slot in self._feeds:
            self._feeds.pop(slot).end()

    def leave(self, found: Occupant, for_good: bool) -> None:
        """A player's connection has ended: the body stays for a while, unless it is for good."""
        self._unfeed(found.slot)
        self.match.mailbox.forget(found.slot)
        found.seat, found.away_tick = None, self.match.tick
        if for_good:
            self._let_go(found)

    def expel(self, player_id: str, rejection: Rejection) -> None:
        """End whatever a player has here: the connection, and the body."""
        found = self.place_of(player_id)
        if found is not None:
            if found.seat is not None:
                found.seat.close(rejection)
            self.leave(found, for_good=True)

    def sign_out(self, player_id: str) -> None:
        """A player's session has ended."""
        self.expel(player_id, SignedOut())
        for watcher in [w for w in self.gallery.watchers if w.player_id == player_id]:
            watcher.close(SignedOut())

    def watch(self, grant: Grant, outbox: Outbox) -> WatcherSeat:
        """Let somebody watch.  An older connection of theirs ends.

        Raises:
            Rejection: no room, or the match is over.
        """
        if self.finished:
            raise MatchOver
        for watcher in self.gallery.watchers:
            if watcher.player_id == grant.player.player_id:
                watcher.close(TakenOver())
        return self.gallery.admit(grant, outbox)

    def close(self, rejection: Rejection | None) -> None:
        """End every connection of a player."""
        for outbox in self.viewers.values():
            outbox.close(rejection)

    def _let_go(self, found: Occupant) -> None:
        found.gone, found.away_tick = True, None
        self.scribe.left(self.match, found.slot)
        stood = self._lives(found.slot) and not self.match.over
        self.match.leave(found.slot)
        if stood and self.match.bot_count and self.has_room:
            self._announce(self.match.enter_another_bot())

    def _lives(self, slot: int) -> bool:
        match = self.match
        return slot >= match.rows or bool(match.world.group("players", Vitals).alive[slot])

    def resume(self, kills: Sequence[Kill], gone: Collection[int]) -> None:
        """Wait for everybody who was here when an earlier process ended.

        Args:
            kills: the latest deaths, to be told to whoever has not seen them.
            gone: slots that were left for good.
        """
        self._kills += kills
        for slot, entrant in enumerate(self.match.lineup):
            if entrant.player:
                found = Occupant(slot, entrant.player, gone=slot in gone)
                found.away_tick = None if found.gone else self.match.tick
                self.occupants[entrant.player] = self._by_slot[slot] = found
        dead = [slot for slot, found in self._by_slot.items() if not found.gone]
        self._tell_results([slot for slot in dead if not self._lives(slot)], over=False)

    # ---- after every tick -----------------------------------------------------------------

    def advance(self) -> None:
        """Play one tick and tell everybody."""
        match = self.match
        for found in self.occupants.values():
            if found.away_tick is not None and match.tick - found.away_tick >= self._grace_ticks:
                self._let_go(found)
        entrants = match.entrants
        match.advance(self._promised())
        for slot in range(entrants, match.entrants):
            self._announce(slot)
        for kill in match.kills:
            self._kills.append(kill)
            told = encode(kill)
            for outbox in self.viewers.values():
                outbox.push(told)
        slots = {found.slot for found in self.occupants.values() if not found.gone}
        # The tick goes on while the result is shown; a winner who dies then has won all the same.
        if match.over and self._over_since is None:
            self._over_since = match.tick
            self._tell_results(slots, over=True)
        elif match.kills and self._over_since is None:
            self._tell_results(telling.concerned(match.world, match.kills, slots), over=False)
        self._send_snapshots()
        self.gallery.advance(match.tick)
        if self._over_since is not None and match.tick - self._over_since >= self._linger_ticks:
            self.close(None)
            self.finished = True
        if not match.entrants and not match.has_room and not self._promised():
            # Nobody came while one could: it would never be decided, and hold its place for ever.
            self.finished = True

    def show_the_rest(self) -> bool:
        """A tick after the last one, for watchers: whether they have seen the end now."""
        # Asked before going on: the last picture has a tick to be sent before the goodbye.
        if self.gallery.caught_up:
            self.gallery.close(None)
            return True
        self._shown_ticks += 1
        self.gallery.advance(self.match.tick + self._shown_ticks)
        return False

    def result(self) -> list[Placement]:
        """The result so far, best first."""
        return placements(self.match.world, self.match.names)

    def _send_snapshots(self) -> None:
        match, rows = self.match, self.match.rows
        live: list[Feed] = []
        late: list[tuple[int, Feed]] = []
        teams: set[int] | None = None
        alive = match.world.group("players", Vitals).alive[:rows].tolist()
        team = match.world.group("players", Role).team
        over, packer = match.over, self._packer
        for slot, feed in self._feeds.items():
            # Whoever has no body yet has nothing to look from.
            if slot >= rows:
                continue
            if alive[slot] or over:
                live.append(feed.turn_to(packer, slot, plays=True))
                continue
            teams = telling.living_teams(match.world) if teams is None else teams
            if int(team[slot]) in teams:
                eyes = self._eyes(slot)
                live.append(feed.turn_to(packer, eyes, plays=eyes == slot))
            else:
                late.append((slot, feed))
        offer(packer, match.tick, live, match.mailbox.lead)
        if late:
            self._send_late(late)
        else:
            # Of a world that is not stepped, the inputs it would go on with are soon forgotten.
            self._killers = None

    def _eyes(self, slot: int) -> int:
        """Whose snapshot a dead player gets: that of the mate it asked for, else its own."""
        match = self.match
        wanted = self._by_slot[slot].eyes
        if wanted is None or wanted >= match.rows or wanted == slot or not self._lives(wanted):
            return slot
        mates = match.lineup[wanted].team == match.lineup[slot].team
        return wanted if mates else slot

    def _send_late(self, late: list[tuple[int, Feed]]) -> None:
        """To the dead whose team is out: the killer's eyes, so late that they give nothing away.

        Nobody plays in the past: if the own body still stands there, it is one to be looked at.
        """
        if self._killers is None:
            self._killers = DelayedWorld(self.match, self._history, self._killer_ticks)
        for _ in self._killers.advance(self.match.tick, self.match.tick):
            pass
        # They wait until it has come to the tick after the last one they saw.
        tick, rows = self._killers.tick, self._killers.rows
        packer = self._killers.packer
        ready: list[Feed] = []
        for slot, feed in late:
            if slot < rows and tick > feed.outbox.newest_tick:
                ready.append(feed.turn_to(packer, slot))
            else:
                feed.end()
        offer(packer, tick, ready)

    def _announce(self, slot: int) -> None:
        """Tell everybody of a later entrant."""
        told = telling.joined(slot, self.match.lineup[slot])
        for outbox in self.viewers.values():
            outbox.push(told)

    def _tell_results(self, slots: Iterable[int], over: bool) -> None:
        for slot, told in telling.results(self.match, slots, over).items():
            self._by_slot[slot].result = told
            if slot in self.viewers:
                self.viewers[slot].push(told)
