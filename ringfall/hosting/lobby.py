"""The door of the game: everybody who is invited gets a ticket, every good ticket a seat."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import trio

from net.outbox import Outbox
from net.rejections import (
    BadRequest,
    BadTicket,
    MatchFull,
    MatchOver,
    NotFound,
    ServerFull,
    TakenOver,
    Unavailable,
    shutting_down,
)
from net.session import Seat
from persistence.store.sessions import Player
from ringfall.hosting.hosted import HostedMatch
from ringfall.hosting.seats import no_such_role
from ringfall.identity.tickets import Grant, TicketDesk
from schema.commands import DROP_ANYWHERE
from schema.messages import ROLE_ANY, Join

RETRY_AFTER_S = 15.0  # about how often a match makes room for the next
RECOVERING_RETRY_S = 1.0  # about how long it takes to take up a match


@dataclass(frozen=True, slots=True)
class Invitation:
    """A ticket, and what it is for.

    Attributes:
        ticket: shown once, within the life of a ticket.
        match_id: the match it opens.
        resumed: whether a body waits there.
    """

    ticket: str
    match_id: str
    resumed: bool = False


class Lobby:
    """Finds everybody a match, and starts one where there is none.

    Args:
        open_match: starts a match and returns it; None when no further one may run.
        role_count: classes there would be in such a match.
        desk: gives out tickets.
        clock: a steady clock, seconds.

    Attributes:
        matches: that run, or are watched to their end.
        desk: gives out tickets.
        draining: nobody new is invited: the server stops when those who play have finished.
        recovering: matches of a killed process are being taken up again; whoever has no body in one
            that is ready is asked to come back in a moment.
    """

    def __init__(
        self,
        open_match: Callable[[], HostedMatch | None],
        role_count: Callable[[], int],
        desk: TicketDesk,
        clock: Callable[[], float] = trio.current_time,
    ) -> None:
        self.matches: list[HostedMatch] = []
        self.desk = desk
        self.draining = False
        self.recovering = False
        self._open_match = open_match
        self._role_count = role_count
        self._clock = clock

    # ---- tickets --------------------------------------------------------------------------

    def invite(
        self,
        player: Player,
        role: int = ROLE_ANY,
        drop: int = DROP_ANYWHERE,
        match_id: str | None = None,
        fresh: bool = False,
    ) -> Invitation:
        """A ticket to play: back to a body that waits, to a named match, or to the fullest.

        Args:
            player: whose ticket it will be.
            role: index of a class, or ROLE_ANY.
            drop: DROP_ANYWHERE or the ninth of the map to begin in.
            match_id: None for quick play.
            fresh: a body that waits is given up for a new place, once it is taken.

        Raises:
            Rejection: there is no place, no such match, or no such class.
        """
        if fresh or self.home_of(player.player_id) is None:
            self._refuse_while_recovering()
        home = self.home_of(player.player_id) if match_id is None else self._named(match_id)
        if home is not None and not fresh and home.place_of(player.player_id):
            return self._ticket(Grant(player, home.match_id, role, drop), resumed=True)
        self._refuse_while_draining()
        if match_id is None:
            hosted = self._quick(player, role)
        else:
            hosted = self._named(match_id)
            if not hosted.has_room or player.player_id in hosted.occupants:
                raise MatchFull
        if not hosted.match.has_role(role):
            raise no_such_role()
        return self._ticket(Grant(player, hosted.match_id, role, drop))

    def invite_to_watch(
        self, player: Player, match_id: str | None = None, slot: int | None = None
    ) -> Invitation:
        """A ticket to watch a match: a named one, or that with the most people.

        Raises:
            Rejection: no such match, or the player is in it.
        """
        self._refuse_while_recovering()
        self._refuse_while_draining()
        if match_id is not None:
            hosted = self._named(match_id)
        else:
            running = [m for m in self.matches if not m.finished and not m.plays(player.player_id)]
            if not running:
                raise NotFound("no match is running")
            hosted = max(running, key=lambda found: found.humans)
        if hosted.plays(player.player_id):
            raise BadRequest("nobody watches a match they play in")
        grant = Grant(player, hosted.match_id, ROLE_ANY, DROP_ANYWHERE, watching=True, slot=slot)
        return self._ticket(grant)

    def promised(self, match_id: str) -> int:
        """Places in a match that tickets are out for."""
        return self.desk.places(match_id, self._clock())

    @property
    def playing(self) -> int:
        """People connected whose body lives in a match that is not decided."""
        return sum(hosted.playing for hosted in self.matches)

    def home_of(self, player_id: str) -> HostedMatch | None:
        """The match in which a player has a living body, None without one."""
        return next((hosted for hosted in self.matches if hosted.plays(player_id)), None)

    def sign_out(self, player_id: str) -> None:
        """Void a player's tickets, and end their connections and bodies."""
        self.desk.revoke(player_id)
        for hosted in self.matches:
            hosted.sign_out(player_id)

    def _refuse_while_recovering(self) -> None:
        if self.recovering:
            raise Unavailable("the server is taking up its matches again", RECOVERING_RETRY_S)

    def _refuse_while_draining(self) -> None:
        if self.draining:
            raise shutting_down()

    def _quick(self, player: Player, role: int) -> HostedMatch:
        open_ones = [
            hosted
            for hosted in self.matches
            if hosted.has_room and player.player_id not in hosted.occupants
        ]
        hosted = max(open_ones, key=self._people, default=None)
        if hosted is None:
            # Nobody makes a match begin by asking for what there will not be in it.
            if role != ROLE_ANY and role >= self._role_count():
                raise no_such_role()
            hosted = self._open_match()
        if hosted is None:
            raise ServerFull("all matches are full", RETRY_AFTER_S)
        return hosted

    def _people(self, hosted: HostedMatch) -> int:
        return hosted.humans + self.promised(hosted.match_id)

    def _named(self, match_id: str) -> HostedMatch:
        found = next((hosted for hosted in self.matches if hosted.match_id == match_id), None)
        if found is None:
            raise NotFound("there is no such match")
        if found.finished:
            raise MatchOver
        return found

    def _ticket(self, grant: Grant, resumed: bool = False) -> Invitation:
        ticket = self.desk.issue(grant, self._clock())
        return Invitation(ticket, grant.match_id, resumed)

    # ---- seats ----------------------------------------------------------------------------

    def enter(self, join: Join, outbox: Outbox, address: str) -> Seat:
        """Seat whoever shows a good ticket.

        Raises:
            Rejection: it is not, or there is no place any more.
        """
        grant = self.desk.take(join.ticket, self._clock())
        hosted = next((found for found in self.matches if found.match_id == grant.match_id), None)
        if hosted is None:
            raise MatchOver
        if grant.watching:
            if hosted.plays(grant.player.player_id):
                raise BadTicket
            return hosted.watch(grant, outbox)
        seat = hosted.seat(grant, outbox, join.resume_tick)
        self._vacate(grant.player.player_id, hosted)
        return seat

    def _vacate(self, player_id: str, taken: HostedMatch) -> None:
        """One body for a player: others are left for good."""
        for hosted in self.matches:
            if hosted is not taken:
                hosted.expel(player_id, TakenOver())
