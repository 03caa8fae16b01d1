"""Who asks over HTTP, how often they may, and what they may say in an address."""

from __future__ import annotations

from collections.abc import Callable, Collection

import trio
from starlette.requests import Request

from net.limits import AddressTable, Limits, RateTable, address_key
from net.rejections import BadRequest, Refusal, TooManyRequests, Unauthorized, Unavailable
from persistence.players import Players
from persistence.store.readers import StoreSilentError
from persistence.store.sessions import Player
from ringfall.web.port import HttpCounters

TOKEN_CHARACTERS_MAX = 128
SILENCE_RETRY_S = 5.0
NUMBER_DIGITS_MAX = 9


class Gate:
    """What every part of the interface below /api asks first.

    Args:
        players: the sessions.
        limits: of the edge.
        counters: counts who was over which rate.
        clock: a steady clock, seconds.
    """

    def __init__(
        self,
        players: Players,
        limits: Limits,
        counters: HttpCounters,
        clock: Callable[[], float] = trio.current_time,
    ) -> None:
        self.players, self.limits, self.counters, self.clock = players, limits, counters, clock
        self._addresses = AddressTable(limits)
        self._rates = {
            name: RateTable(per_minute, limits.addresses_max)
            for name, per_minute in (
                ("requests", limits.requests_per_minute),
                ("guests", limits.guests_per_minute),
                ("tickets", limits.tickets_per_minute),
                ("reads", limits.reads_per_minute),
            )
        }

    def count(self, request: Request) -> str:
        """Take a request of its address into account; the key the address is counted under."""
        peer = request.client.host if request.client is not None else ""
        if self._addresses.is_proxy(peer):
            forwarded = ",".join(request.headers.getlist("x-forwarded-for"))
            try:
                peer = self._addresses.forwarded_client(peer, forwarded)
            except Refusal:
                raise BadRequest("X-Forwarded-For is malformed") from None
        key = address_key(peer)
        self.take("requests", key)
        return key

    def take(self, rate: str, key: str) -> None:
        """Count an address against ``requests``, ``guests``, ``tickets`` or ``reads``.

        Raises:
            TooManyRequests: it is over that rate.
        """
        rates = self._rates[rate]
        if not rates.take(key, self.clock()):
            self.counters.over_rate[rate] += 1
            raise TooManyRequests(retry_after_s=rates.wait_s)

    async def who(self, request: Request) -> tuple[str, Player]:
        """The token of a request, and whose it is.

        Raises:
            Unauthorized: there is no good one.
            Unavailable: only the database could tell, and it does not answer.
        """
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not 0 < len(token) <= TOKEN_CHARACTERS_MAX:
            raise Unauthorized
        try:
            player = await self.players.find(token)
        except StoreSilentError:
            raise silent() from None
        if player is None:
            raise Unauthorized
        return token, player


def silent() -> Unavailable:
    """What is said when the database does not answer."""
    return Unavailable(retry_after_s=SILENCE_RETRY_S)


def parameters(request: Request, known: Collection[str]) -> dict[str, str]:
    """What stands behind the ? of an address: each of ``known`` at most once, nothing else.

    Raises:
        BadRequest: it is not so.
    """
    pairs = request.query_params.multi_items()
    found = dict(pairs)
    if len(found) < len(pairs) or not found.keys() <= set(known):
        raise BadRequest(f"an address takes {', '.join(known) or 'nothing'}, each once")
    return found


def whole(text: str | None, name: str, usual: int, most: int) -> int:
    """A number from 1 to ``most``, ``usual`` where none is given.

    Raises:
        BadRequest: it is another, or none.
    """
    if text is None:
        return usual
    plain = text.isascii() and text.isdigit() and len(text) <= NUMBER_DIGITS_MAX
    if not plain or not 1 <= int(text) <= most:
        raise BadRequest(f"{name} is a number from 1 to {most}")
    return int(text)
