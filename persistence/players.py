"""Who is signed in: an answer from memory or from the database, and a task that writes.

::

    HTTP ─▶ sign_in, use, sign_out ─▶ bounded line ─▶ write_players ─▶ one thread ─▶ PlayerFile
      └───▶ find ─▶ memory, else one reading thread ─▶ PlayerFile

The tick has nothing to do with any of it. While the database is locked, slow, full or gone,
changes wait in their line and hold in memory, so guests go on playing; the log and the metrics say
that their tokens will not outlive the process yet. Overflow rule: a full line takes no new guests
(`Unavailable`), and drops what merely says that somebody was here.
"""

from __future__ import annotations

import hashlib
import math
import secrets
import time
from collections import OrderedDict, deque
from functools import partial
from pathlib import Path
from typing import Final

import structlog
import trio

from persistence.player_file import (
    Change,
    Player,
    PlayerFile,
    PlayerFileError,
    SignIn,
    SignOut,
    Use,
)

WAITING_MAX: Final = 20_000  # changes
REMEMBERED_MAX: Final = 20_000  # sessions that were asked for lately
BATCH_MAX: Final = 500
ANSWER_S: Final = 2.0  # a database that takes longer to answer does not answer
RETRY_S: Final = 1.0
PURGE_EVERY_S: Final = 3600.0
USE_EVERY_S: Final = 3600  # how exactly the last use is known
DAY_S: Final = 86_400
TOKEN_BYTES: Final = 32


class StoreSilentError(Exception):
    """The database did not answer, so nobody knows."""


class LineFullError(Exception):
    """Too many changes wait for the database."""


def hash_of(token: str) -> bytes:
    """What is stored of a token. It is random and long: there is nothing to slow down."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


class Players:
    """The sessions of one server. Use it from the trio thread.

    Attributes:
        failures: how often the database could not be used.
        waiting: changes that are not in it yet, in order.
    """

    def __init__(self, path: Path, guest_days: float) -> None:
        """Open the database, or raise `PlayerFileError`."""
        self._reader, self._writer = PlayerFile(path), PlayerFile(path)
        self._guest_s = guest_days * DAY_S
        self.waiting: deque[Change] = deque()
        self.failures = 0
        self.purged = 0
        self._complained = False
        # Newest last; None is a token that was revoked while its row may still be there.
        self._known: OrderedDict[bytes, Player | None] = OrderedDict()
        self._used_s: dict[str, int] = {}
        self._reading, self._writing = trio.CapacityLimiter(1), trio.CapacityLimiter(1)
        self._wake = trio.Event()
        # The wall clock counts once: when it is set while the server runs, nobody expires by it.
        self._began_s, self._began = time.time(), time.monotonic()
        self._log = structlog.get_logger("ringfall.players").bind(file=str(path))

    def now_s(self) -> int:
        """Seconds since 1970, steady while the process runs."""
        return int(self._began_s + time.monotonic() - self._began)

    def sign_in(self, name: str) -> tuple[str, Player]:
        """A new guest, and the only copy of its token.

        Raises:
            LineFullError: the database has been out of reach for too long.
        """
        if len(self.waiting) >= WAITING_MAX:
            raise LineFullError
        token = secrets.token_urlsafe(TOKEN_BYTES)
        player = Player(f"p-{secrets.token_hex(8)}", name)
        now_s = self.now_s()
        self._remember(hash_of(token), player, now_s)
        self._append(SignIn(hash_of(token), player, now_s))
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
        # What waits to be written is not in the file yet, and may have left the memory.
        for change in reversed(self.waiting):
            if isinstance(change, SignIn | SignOut) and change.token_hash == key:
                return change.player if isinstance(change, SignIn) else None
        found = await self._ask(key)
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
        if len(self.waiting) < WAITING_MAX:
            self._append(Use(player, now_s))
        return player

    def sign_out(self, token: str) -> None:
        """Make a token worthless, at once. Kept in memory for good when the line is full."""
        key = hash_of(token)
        self._known[key] = None
        self._known.move_to_end(key)
        self._append(SignOut(key))

    def _append(self, change: Change) -> None:
        self.waiting.append(change)
        self._wake.set()

    def _remember(self, key: bytes, player: Player, used_s: int) -> None:
        self._known[key] = player
        self._known.move_to_end(key)
        self._used_s[player.player_id] = used_s
        while len(self._known) > REMEMBERED_MAX:
            _, gone = self._known.popitem(last=False)
            if gone is not None:
                self._used_s.pop(gone.player_id, None)

    async def _ask(self, key: bytes) -> tuple[Player, int] | None:
        with trio.move_on_after(ANSWER_S):
            try:
                return await trio.to_thread.run_sync(
                    self._reader.find, key, abandon_on_cancel=True, limiter=self._reading
                )
            except PlayerFileError as error:
                self._complain(error)
        raise StoreSilentError

    # ---- the writing task -----------------------------------------------------------------

    async def write(self) -> None:
        """Write changes as they come, and forget old guests, until cancelled; then the rest."""
        purge_at = -math.inf
        try:
            while True:
                if trio.current_time() >= purge_at:
                    await self._purge()
                    purge_at = trio.current_time() + PURGE_EVERY_S
                self._wake = trio.Event()
                while not await self._write_batches():
                    await trio.sleep(RETRY_S)
                with trio.move_on_at(purge_at):
                    await self._wake.wait()
        finally:
            with trio.move_on_after(ANSWER_S, shield=True):
                await self._write_batches()
            self.close()

    async def _write_batches(self) -> bool:
        """Write until nothing waits; False when the database refuses."""
        while self.waiting:
            batch = [self.waiting[index] for index in range(min(BATCH_MAX, len(self.waiting)))]
            try:
                await self._in_thread(partial(self._writer.write, batch))
            except PlayerFileError as error:
                self._complain(error)
                return False
            except Exception:
                # A bug of ours: without these changes the others can be written.
                self.failures += 1
                self._log.exception("changes lost", count=len(batch))
            for _ in batch:
                self.waiting.popleft()
        if self._complained:
            self._complained = False
            self._log.info("the database of players is written again")
        return True

    async def _purge(self) -> None:
        try:
            before_s = int(self.now_s() - self._guest_s)
            self.purged += await self._in_thread(partial(self._writer.purge_guests, before_s))
        except PlayerFileError as error:
            self._complain(error)

    async def _in_thread(self, call: partial[None] | partial[int]) -> int:
        # Abandoned only at the end, or while the disk is stuck: applied twice, changes do no harm.
        done = trio.to_thread.run_sync(call, abandon_on_cancel=True, limiter=self._writing)
        return await done or 0

    def _complain(self, error: PlayerFileError) -> None:
        self.failures += 1
        if not self._complained:
            self._complained = True
            self._log.warning(
                "new guests live in memory alone until the database answers",
                problem=str(error),
                waiting=len(self.waiting),
            )

    def close(self) -> None:
        """Close the database. ``write`` does so at its end."""
        for file, limiter in ((self._reader, self._reading), (self._writer, self._writing)):
            # A thread that never came back keeps its connection; the process ends with it.
            if not limiter.borrowed_tokens:
                try:
                    file.close()
                except PlayerFileError as error:
                    self._complain(error)
