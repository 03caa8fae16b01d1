"""Tickets: what a session token is exchanged for, once, to enter one match within seconds.

They live in memory alone and are timed by a steady clock, so neither a restart nor a clock that is
set makes one good for longer.  No timers: the old are dropped whenever one is asked for or shown.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections import Counter, OrderedDict
from dataclasses import dataclass

from net.rejections import BadTicket, ServerFull
from persistence.store.sessions import Player

NAME_BYTES = 9
SECRET_BYTES = 23  # 184 bits


@dataclass(frozen=True, slots=True)
class Grant:
    """What a ticket stands for.

    Attributes:
        player: whose it is.
        match_id: the match it opens, and no other.
        role: index of a class, or ROLE_ANY.
        drop: DROP_ANYWHERE or the ninth of the map to begin in.
        watching: whether it is for watching alone.
        slot: whom a watcher wants to see first, None for anybody.
    """

    player: Player
    match_id: str
    role: int
    drop: int
    watching: bool = False
    slot: int | None = None

    @property
    def purpose(self) -> tuple[str, bool]:
        """Of several tickets of a player for one purpose only the newest is good."""
        return self.player.player_id, self.watching


@dataclass(frozen=True, slots=True)
class _Issued:
    digest: bytes
    grant: Grant
    expires_s: float


class TicketDesk:
    """The tickets that were given out and not used.

    Args:
        life_s: how long one is good.
        tickets_max: most of them at one time.

    Attributes:
        refused: tickets shown that were not good, by reason.
    """

    def __init__(self, life_s: float, tickets_max: int) -> None:
        self.life_s = life_s
        self.refused: Counter[str] = Counter()
        self._tickets_max = tickets_max
        # By name, the oldest first: all live equally long.
        self._issued: OrderedDict[str, _Issued] = OrderedDict()
        self._by_purpose: dict[tuple[str, bool], str] = {}
        self._places: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._issued)

    def places(self, match_id: str, now_s: float) -> int:
        """Places in a match that tickets are out for."""
        self._purge(now_s)
        return self._places[match_id]

    def issue(self, grant: Grant, now_s: float) -> str:
        """A ticket for ``grant``; an older one of the player for the same purpose is void.

        Raises:
            ServerFull: too many are out.
        """
        self._purge(now_s)
        former = self._by_purpose.get(grant.purpose)
        if former is not None:
            self._forget(former)
        if len(self._issued) >= self._tickets_max:
            raise ServerFull("too many are on their way in", self.life_s)
        name, secret = secrets.token_urlsafe(NAME_BYTES), secrets.token_urlsafe(SECRET_BYTES)
        self._issued[name] = _Issued(_digest(secret), grant, now_s + self.life_s)
        self._by_purpose[grant.purpose] = name
        self._places[grant.match_id] += not grant.watching
        return name + secret

    def take(self, ticket: str, now_s: float) -> Grant:
        """What ``ticket`` stands for; it is used up by that.

        Raises:
            BadTicket: it was never given out, is used, or is too old.
        """
        self._purge(now_s)
        at = len(ticket) if not ticket.isascii() else NAME_BYTES * 4 // 3
        found = self._issued.get(ticket[:at])
        # The name alone opens nothing, so looking it up may take as long as it does.
        if found is None or not hmac.compare_digest(found.digest, _digest(ticket[at:])):
            self.refused["unknown"] += 1
            raise BadTicket
        self._forget(ticket[:at])
        return found.grant

    def revoke(self, player_id: str) -> None:
        """Void every ticket of a player."""
        for watching in (False, True):
            name = self._by_purpose.get((player_id, watching))
            if name is not None:
                self._forget(name)

    def _purge(self, now_s: float) -> None:
        while self._issued:
            name, oldest = next(iter(self._issued.items()))
            if now_s < oldest.expires_s:
                return
            self.refused["expired"] += 1
            self._forget(name)

    def _forget(self, name: str) -> None:
        grant = self._issued.pop(name).grant
        del self._by_purpose[grant.purpose]
        if not grant.watching:
            self._places[grant.match_id] -= 1
            if not self._places[grant.match_id]:
                del self._places[grant.match_id]


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
