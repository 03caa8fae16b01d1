"""Who is signed in: an answer from memory or from the store.

::

    HTTP ─▶ sign_in, use, sign_out ─▶ Store.submit
      └───▶ find ─▶ memory, else Store.ask

While the database is locked, slow, full or gone, sessions hold in memory, so guests go on playing.
Overflow rule: when too many changes wait for the database no new guests are taken
(`LineFullError`), and what merely says that somebody was here is dropped.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from functools import partial
from typing import Final

import structlog
import trio

from persistence.store.change import Change
from persistence.store.readers import StoreSilentError
from persistence.store.sessions import (
    Player,
    SignIn,
    SignOut,
    Use,
    find_session,
    forget_guests,
)
from persistence.store.writer import Store

REMEMBERED_MAX: Final = 20_000  # sessions that were asked for lately
PURGE_EVERY_S: Final = 3600.0
USE_EVERY_S: Final = 3600  # how exactly the last use is known
DAY_S: Final = 86_400
TOKEN_BYTES: Final = 32


class LineFullError(Exception):
    """Too many changes wait for the database."""


def steady_clock() -> Callable[[], float]:
    """Seconds since 1970, steady while the process runs: the wall clock counts once.

    When it is set while the server runs, nobody expires by it.
    """
    began_s, began = time.time(), time.monotonic()
    return lambda: began_s + time.monotonic() - began


def hash_of(token: str) -> bytes:
    """What is stored of a token. It is random and long: there is nothing to slow down."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


class Players:
    """The sessions of one server. Use it from the trio thread.

    Args:
        store: where they are kept.
        guest_days: a guest who has not come for so long is forgotten.
        clock: seconds since 1970.

    Attributes:
        purged: guests forgotten so far.
    """

    def __init__(
        self, store: Store, guest_days: float, clock: Callable[[], float] | None = None
    ) -> None:
        self._store = store
        self._guest_s = guest_days * DAY_S
        self._clock = clock or steady_clock()
        self.purged = 0
        # Newest last; None is a token that was revoked while its row may still be there.
        self._known: OrderedDict[bytes, Player | None] = OrderedDict()
        # What is not in the database yet and may leave the memory above: the number of the change,
        # in order, and by token what it will say.
        self._unsettled: deque[tuple[int, bytes]] = deque()
        self._told: dict[bytes, tuple[int, Player | None]] = {}
        self._used_s: dict[str, int] = {}
        self._log = structlog.get_logger("ringfall.players")

    def now_s(self) -> int:
        """Seconds since 1970."""
        return int(self._clock())

    def sign_in(self, name: str) -> tuple[str, Player]:
        """A new guest, and the only copy of its token.

        Raises:
            LineFullError: the database has been out of reach for too long.
        """
        if self._store.full:
            raise LineFullError
        token = secrets.token_urlsafe(TOKEN_BYTES)
        player = Player(f"p-{secrets.token_hex(8)}", name)
        now_s, key = self.now_s(), hash_of(token)
        self._remember(key, player, now_s)
        self._submit(SignIn(key, player, now_s), key, player)
        return token, player

    async def find(self, token: str) -> Player | None:
        """Who holds a token; None for nobody.

        Raises:
            StoreSilentError: only the database could tell, and it does not answer.
        """
        key = hash_of(token)
        if key in self._known:
            self._known.move_to_end(key)
            return self._fresh(self._known[key])
        self._forget_settled()
        if key in self._told:
            return self._told[key][1]
        found = await self._store.ask(partial(find_session, token_hash=key))
        if key in self._known:  # revoked meanwhile
            return self._known[key]
        if found is None or (found[1] < self.now_s() - self._guest_s):
            return None
        self._remember(key, *found)
        return found[0]

    def _fresh(self, player: Player | None) -> Player | None:
        """The player, unless it has not been here for so long that it is forgotten."""
        if player is None or self._used_s.get(player.player_id, 0) < self.now_s() - self._guest_s:
            return None
        return player

    def use(self, token: str, player: Player, name: str | None = None) -> Player:
        """Note that a player is here, under another name if one is given."""
        now_s = self.now_s()
        renamed = name is not None and name != player.name
        if renamed:
            assert name is not None
            player = Player(player.player_id, name, player.kind)
        if not renamed and now_s - self._used_s.get(player.player_id, 0) < USE_EVERY_S:
            return player
        self._remember(hash_of(token), player, now_s)
        self._store.submit(Use(player, now_s))
        return player

    def sign_out(self, token: str) -> None:
        """Make a token worthless, at once."""
        key = hash_of(token)
        self._known[key] = None
        self._known.move_to_end(key)
        self._submit(SignOut(key), key, None)

    def _submit(self, change: Change, key: bytes, player: Player | None) -> None:
        self._store.submit(change)
        self._forget_settled()
        number = self._store.submitted
        self._unsettled.append((number, key))
        self._told[key] = (number, player)

    def _forget_settled(self) -> None:
        """What is in the database need not be kept beside it."""
        while self._unsettled and self._unsettled[0][0] <= self._store.settled:
            number, key = self._unsettled.popleft()
            if self._told[key][0] == number:
                del self._told[key]

    def _remember(self, key: bytes, player: Player, used_s: int) -> None:
        self._known[key] = player
        self._known.move_to_end(key)
        self._used_s[player.player_id] = used_s
        while len(self._known) > REMEMBERED_MAX:
            _, gone = self._known.popitem(last=False)
            if gone is not None:
                self._used_s.pop(gone.player_id, None)

    async def run(self) -> None:
        """Forget old guests, now and then, until cancelled."""
        while True:
            await self.forget_old()
            await trio.sleep(PURGE_EVERY_S)

    async def forget_old(self) -> None:
        """Forget guests who have not come for so long; next time, if the database refuses."""
        before_s = int(self.now_s() - self._guest_s)
        try:
            gone = await self._store.amend(partial(forget_guests, used_before_s=before_s))
        except StoreSilentError:
            return
        self.purged += gone
        if gone:
            self._log.info("guests forgotten", count=gone)
