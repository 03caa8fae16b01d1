"""Who is connected and who may still come in, and the count of everything. No I/O."""

from __future__ import annotations

from typing import Final, TypeVar

from net.limits import AddressTable, Limits, TokenBucket
from net.rejections import RETRY_AFTER_S, Counters, Refusal

WARNINGS_PER_S: Final = 0.1
WARNINGS_BURST: Final = 5

ErrorT = TypeVar("ErrorT", bound=Exception)


class Books:
    """Every connection is entered once, with ``arrive``, and crossed out once, with ``depart``."""

    def __init__(self, limits: Limits, counters: Counters, now_s: float) -> None:
        self.counters = counters
        self._limits = limits
        self._addresses = AddressTable(limits)
        self._refusing = 0
        self._warnings = TokenBucket(WARNINGS_PER_S, WARNINGS_BURST, now_s)
        self._unlogged = 0

    def arrive(self, address: str, now_s: float) -> str | Refusal | None:
        """Enter a connection, and say which key its address is counted under.

        None for a trusted proxy, whose clients are counted by ``forwarded``; a Refusal when there
        is no room. A refused connection is on the books too, until it has been told so.
        """
        admitted = self.counters.open - self._refusing
        self.counters.accepted += 1
        self.counters.open += 1
        try:
            if admitted >= self._limits.connections_max:
                raise Refusal(503, "server_full", RETRY_AFTER_S)
            if self._addresses.is_proxy(address):
                return None
            return self._addresses.admit(address, now_s)
        except Refusal as refusal:
            self._refusing += 1
            return refusal

    def forwarded(self, peer: str, forwarded_for: str, now_s: float) -> tuple[str, str]:
        """The address of a client behind the proxy ``peer``, and its key. May raise Refusal."""
        address = self._addresses.forwarded_client(peer, forwarded_for)
        return address, self._addresses.admit(address, now_s)

    def hears_out(self) -> bool:
        """Whether one more refused client may be listened to before it is told."""
        return self._refusing <= self._limits.refusals_max

    def depart(self, key: str | Refusal | None, reason: str) -> None:
        """Cross out what ``arrive`` or ``forwarded`` entered; ``reason`` "" is a free choice."""
        self.counters.open -= 1
        self.counters.ended += 1
        if isinstance(key, Refusal):
            self._refusing -= 1
        elif key is not None:
            self._addresses.release(key)
        if reason:
            self.counters.rejected[reason] += 1

    def fault(self, error: Exception, now_s: float) -> int | None:
        """Count an exception nobody expected. None when it must not be logged: too many are.

        Otherwise how many went unlogged since the last one that was.
        """
        self.counters.faults[type(error).__name__] += 1
        if not self._warnings.take(now_s):
            self._unlogged += 1
            return None
        unlogged, self._unlogged = self._unlogged, 0
        return unlogged


def leaves(group: ExceptionGroup[ErrorT]) -> list[ErrorT]:
    """The exceptions in a group of groups, flat."""
    found: list[ErrorT] = []
    for error in group.exceptions:
        found += leaves(error) if isinstance(error, ExceptionGroup) else [error]
    return found
