"""Those who watch a match: they see it some seconds late, through the eyes of a player.

What a watcher sees is what the watched player saw then, by the same rules of sight; only how that
body will move is told to nobody but its player.  The delayed world is made when the first one comes
and dropped with the last.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from net.outbox import Outbox
from net.rejections import MatchFull, Rejection
from net.wire import encode
from ringfall.hosting.delayed import DelayedWorld
from ringfall.hosting.history import History
from ringfall.hosting.packing import offer
from ringfall.hosting.seats import WatcherSeat
from ringfall.hosting.telling import end_for_watchers, joined
from ringfall.identity.tickets import Grant
from ringfall.match import Match
from ringfall.welcome import roster_of
from schema.messages import SLOT_NOBODY, Kill, Welcome, WelcomeMode


class Gallery:
    """The watchers of one match.

    Args:
        match: the match.
        history: its last seconds.
        welcome: WELCOME without what differs between newcomers.
        delay_ticks: how late they see it.
        watchers_max: most of them.
    """

    def __init__(
        self,
        match: Match,
        history: History,
        welcome: Welcome,
        delay_ticks: int,
        watchers_max: int,
    ) -> None:
        self._match, self._history, self._welcome = match, history, welcome
        self._delay_ticks, self._watchers_max = delay_ticks, watchers_max
        self._delayed: DelayedWorld | None = None
        # Who was there before the first tick is no news to anybody.
        self._first_entrants = match.entrants
        self.watchers: list[WatcherSeat] = []

    @property
    def entrants(self) -> int:
        """Slots that can be watched."""
        return self._match.entrants

    @property
    def caught_up(self) -> bool:
        """Whether nobody has anything left to see."""
        return self._delayed is None or self._delayed.tick >= self._match.tick

    def admit(self, grant: Grant, outbox: Outbox) -> WatcherSeat:
        """Let somebody watch.

        Raises:
            MatchFull: no room.
        """
        if len(self.watchers) >= self._watchers_max:
            raise MatchFull("too many are watching this match")
        if self._delayed is None and self._match.tick:
            self._delayed = DelayedWorld(self._match, self._history, self._delay_ticks)
        tick, rows = (0, 0) if self._delayed is None else (self._delayed.tick, self._delayed.rows)
        rows = max(rows, self._first_entrants)
        outbox.push(
            encode(
                msgspec.structs.replace(
                    self._welcome,
                    slot=SLOT_NOBODY,
                    tick=tick,
                    roster=roster_of(self._match)[:rows],
                    mode=WelcomeMode.WATCHING,
                )
            )
        )
        watcher = WatcherSeat(self, grant.player.player_id, outbox, grant.slot, rows)
        self.watchers.append(watcher)
        return watcher

    def leave(self, watcher: WatcherSeat) -> None:
        """A connection has ended."""
        self.watchers.remove(watcher)
        watcher.feed.end()
        if not self.watchers:
            self._delayed = None

    def close(self, rejection: Rejection | None) -> None:
        """End every connection."""
        for watcher in self.watchers:
            watcher.close(rejection)

    def advance(self, now_tick: int) -> None:
        """Go on to where the delay allows, and tell everybody."""
        if not self.watchers or not self._match.tick:
            return
        if self._delayed is None:
            self._delayed = DelayedWorld(self._match, self._history, self._delay_ticks)
        before = self._delayed.tick
        for kills in self._delayed.advance(now_tick, self._match.tick):
            self._tell(self._delayed, kills)
        if self._delayed.tick > before:
            self._show(self._delayed)

    def _tell(self, delayed: DelayedWorld, kills: Sequence[Kill]) -> None:
        lineup, over = self._match.lineup, delayed.over
        for watcher in self.watchers:
            while watcher.entrants_told < delayed.rows:
                slot = watcher.entrants_told
                watcher.outbox.push(joined(slot, lineup[slot]))
                watcher.entrants_told += 1
            for kill in kills:
                watcher.outbox.push(encode(kill))
            if over and not watcher.end_told:
                watcher.end_told = True
                teams = len(self._match.members)
                watcher.outbox.push(end_for_watchers(delayed.world, delayed.rows, teams))

    def _show(self, delayed: DelayedWorld) -> None:
        anybody = delayed.first_alive()
        if anybody is None:
            return
        feeds = []
        for watcher in self.watchers:
            if watcher.slot is None:
                # From now on this one, also when it dies: its killer comes next then.
                watcher.slot = anybody
            slot = watcher.slot if watcher.slot < delayed.rows else anybody
            feeds.append(watcher.feed.turn_to(delayed.packer, slot))
        offer(delayed.packer, delayed.tick, feeds)
