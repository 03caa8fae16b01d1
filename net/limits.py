"""What one client, one address and all of them together may cost, and who has used how much.

No clock and no I/O: every function that needs the time takes ``now_s``, seconds of any steady
clock.
"""

from __future__ import annotations

import ipaddress
import math
from collections import OrderedDict
from collections.abc import Iterable, MutableSequence
from dataclasses import dataclass, fields

from net.rejections import Refusal

SAME_HOST = "same-host"
ANY_ORIGIN = "*"
UNIX_SOCKET = "unix"

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Every limit of the network edge. ValueError names a field that makes no sense."""

    # Connections, before and after the handshake. Further ones get HTTP 503. Keep it well below
    # the process's limit of open files.
    connections_max: int = 800
    # Per IPv4 address or IPv6 /64, HTTP 429 beyond. A school or a LAN party shares one address.
    connections_per_address_max: int = 24
    # Token bucket per address, its burst one minute's worth; HTTP 429 beyond.
    handshakes_per_minute: int = 60
    # Addresses whose recent handshakes are remembered; beyond, the oldest is forgotten.
    addresses_max: int = 20_000
    # Refused connections that are being told so at one moment; beyond, they are just dropped.
    refusals_max: int = 32
    # From accept to a finished WebSocket handshake. This is what a slowloris can hold.
    handshake_deadline_s: float = 5.0
    # Request line and headers; HTTP 400 beyond. Browsers add the cookies of the site.
    handshake_bytes_max: int = 8192
    # From the handshake to JOIN.
    first_message_deadline_s: float = 5.0
    # Without any message. Background tabs are throttled to one timer a second, not less.
    idle_deadline_s: float = 20.0
    # JOIN, with a ticket of 43 characters. Beyond: bad_message, close code 1009.
    message_bytes_max: int = 512
    # Every other message; an INPUT has under 40 bytes. Beyond: bad_message, close code 1009.
    command_bytes_max: int = 96
    # Token bucket for whole messages: a client sends one INPUT per tick, at most 60 a second, and
    # a PING now and then. Messages beyond are dropped and counted.
    messages_per_s: float = 90.0
    messages_burst: int = 120
    # The same for INPUT alone. Those beyond are dropped and counted, and so it is with the others.
    inputs_per_s: float = 75.0
    inputs_burst: int = 90
    # PING: a client measures its line every other second.
    pings_per_s: float = 4.0
    pings_burst: int = 16
    # SPECTATE: a person who presses a key.
    spectates_per_s: float = 4.0
    spectates_burst: int = 8
    # Messages dropped since the bucket was last full; beyond: flooding.
    flood_drops_max: int = 300
    # Token bucket for raw bytes. It stops what never becomes a message: pings, empty fragments.
    # Beyond: flooding.
    bytes_per_s: float = 4096.0
    bytes_burst: int = 16_384
    # One message into the socket; beyond: the writer is stuck, and the connection is cut.
    send_deadline_s: float = 5.0
    # From the decision to close to the end of the connection, goodbye included.
    close_deadline_s: float = 2.0
    # The same for everybody when the server stops.
    stop_deadline_s: float = 1.5
    # Snapshots sent and not acknowledged; further ones are skipped, not queued.
    unacked_max: int = 8
    # Snapshots skipped in a row; beyond: too_slow. 20 s at 30 Hz.
    skips_in_a_row_max: int = 600
    # Messages waiting that must not be skipped; beyond: too_slow.
    outbox_messages_max: int = 256
    # The kernel's send buffer per connection: bytes in it are already too late to skip.
    send_buffer_bytes: int = 32_768
    # The kernel's receive buffer per connection. Linux makes it, and the other, twice as large.
    receive_buffer_bytes: int = 32_768
    # Pages that may connect. SAME_HOST is any page whose host name is the one that was asked for,
    # on whatever port; ANY_ORIGIN is everybody; otherwise "https://play.example.org".
    allowed_origins: tuple[str, ...] = (SAME_HOST,)
    # Programs send no Origin, browsers always do.
    allow_missing_origin: bool = True
    # Networks whose X-Forwarded-For is believed; limits per address then count what it names.
    trusted_proxies: tuple[str, ...] = ()
    # Connections to the HTTP port; further ones are closed at once.
    http_connections_max: int = 256
    # The same per address. A browser opens six.
    http_connections_per_address_max: int = 64
    # One connection; what a request sent byte by byte can hold. Browsers just connect again.
    http_connection_s: float = 60.0
    # One chunk of an answer; beyond, the client does not read, and is cut off.
    http_send_deadline_s: float = 5.0
    # The body of a request; HTTP 413 beyond.
    http_body_bytes_max: int = 4096
    # Requests below /api/ per address; HTTP 429 beyond, as for the three that follow.
    requests_per_minute: int = 600
    # New guests per address.
    guests_per_minute: int = 30
    # Tickets per address, to play or to watch.
    tickets_per_minute: int = 90
    # Profiles, histories and leaderboards that are read, per address.
    reads_per_minute: int = 240
    # Tickets nobody has used yet, in all; HTTP 503 beyond.
    tickets_max: int = 10_000

    def __post_init__(self) -> None:
        """Check every number and every network."""
        for row in fields(self):
            value = getattr(self, row.name)
            number = isinstance(value, (int, float)) and not isinstance(value, bool)
            # The comparison is written so that NaN fails it.
            if number and not 0 < value < float("inf"):
                raise ValueError(f"limits.{row.name} is {value}; it must be a number above 0")
        for network in self.trusted_proxies:
            try:
                ipaddress.ip_network(network, strict=False)
            except ValueError as error:
                raise ValueError(f"limits.trusted_proxies: {error}") from None


class TokenBucket:
    """At most ``burst`` at once and ``rate_per_s`` in the long run. Starts full."""

    __slots__ = ("_cells", "_first", "burst", "rate_per_s")

    def __init__(self, rate_per_s: float, burst: float, now_s: float) -> None:
        self.rate_per_s = rate_per_s
        self.burst = float(burst)
        # What is in it, and since when.
        self._cells: MutableSequence[float] | memoryview[float] = [self.burst, now_s]
        self._first = 0

    def keep_in(self, cells: memoryview[float], first: int) -> None:
        """From now on count in two cells of somebody else's."""
        there, at_s = self._cells[self._first], self._cells[self._first + 1]
        cells[first], cells[first + 1] = there, at_s
        self._cells, self._first = cells, first

    def take(self, now_s: float, tokens: float = 1.0) -> bool:
        """Take ``tokens`` if they are there; otherwise take none and return False."""
        cells, first = self._cells, self._first
        there, at_s = cells[first], cells[first + 1]
        # A clock that steps back grants nothing and costs nothing.
        if now_s > at_s:
            there += (now_s - at_s) * self.rate_per_s
            if there > self.burst:
                there = self.burst
            cells[first + 1] = now_s
        enough = there >= tokens
        cells[first] = there - tokens if enough else there
        return enough

    def full(self, now_s: float) -> bool:
        """Whether nothing is missing, which is what a bucket nobody has used looks like."""
        self.take(now_s, 0.0)
        return self._cells[self._first] >= self.burst


def parse_address(text: str) -> IPAddress | None:
    """Read an address as a socket or a proxy writes it; None when it is none.

    An IPv4 address inside an IPv6 one is IPv4, and an IPv6 zone (``%eth0``) is dropped.
    """
    try:
        address = ipaddress.ip_address(text.split("%", 1)[0])
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def address_key(text: str) -> str:
    """What limits per address count by: an IPv4 address, or the /64 of an IPv6 one.

    A household or a rented server owns a whole /64: counting single addresses would count nothing.
    Anything else (a Unix socket has no address) counts as itself.
    """
    address = parse_address(text)
    if address is None:
        return text
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((int(address) >> 64 << 64, 64)))
    return str(address)


class RateTable:
    """Token buckets by key, their burst one minute's worth.

    A bucket is forgotten when it says nothing, that is when it is full again.
    """

    def __init__(self, per_minute: int, keys_max: int) -> None:
        self._per_minute = per_minute
        self._keys_max = keys_max
        # Ordered by last use, so that the stale ones are in front.
        self._buckets: OrderedDict[str, TokenBucket] = OrderedDict()

    @property
    def wait_s(self) -> float:
        """When whoever has none left gets the next token, in whole seconds."""
        return float(math.ceil(60.0 / self._per_minute))

    def keys(self) -> Iterable[str]:
        """Who has a bucket."""
        return self._buckets.keys()

    def take(self, key: str, now_s: float) -> bool:
        """Take a token of ``key`` if there is one."""
        self.sweep(now_s)
        bucket = self._buckets.get(key)
        if bucket is None:
            per_minute = self._per_minute
            bucket = self._buckets[key] = TokenBucket(per_minute / 60.0, per_minute, now_s)
            if len(self._buckets) > self._keys_max:
                self._buckets.popitem(last=False)
        if not bucket.take(now_s):
            return False
        self._buckets.move_to_end(key)
        return True

    def sweep(self, now_s: float) -> None:
        """Drop buckets that are full again; one that was used later waits behind one that is not.

        A bucket is full a minute after its last use at the latest, so nothing stays for longer.
        """
        while self._buckets:
            key, bucket = next(iter(self._buckets.items()))
            if not bucket.full(now_s):
                return
            del self._buckets[key]


class AddressTable:
    """Open connections and recent handshakes per address.

    Both kinds of entry vanish when they say nothing: a count at zero, a bucket that is full again.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._open: dict[str, int] = {}
        self._handshakes = RateTable(limits.handshakes_per_minute, limits.addresses_max)
        self._proxies: tuple[IPNetwork, ...] = tuple(
            ipaddress.ip_network(network, strict=False) for network in limits.trusted_proxies
        )

    def __len__(self) -> int:
        return len(self._open.keys() | set(self._handshakes.keys()))

    def is_proxy(self, address: str) -> bool:
        """Whether ``address`` belongs to a trusted proxy. A Unix socket leads to nothing else."""
        if address == UNIX_SOCKET:
            return True
        parsed = parse_address(address)
        return parsed is not None and any(parsed in network for network in self._proxies)

    def forwarded_client(self, peer: str, forwarded_for: str) -> str:
        """The client behind a trusted proxy: the last hop in X-Forwarded-For that is not one.

        What stands further left was written by the client itself. Refusal 400 when that hop is no
        address; the peer itself when there is no such hop.
        """
        for hop in reversed([part.strip() for part in forwarded_for.split(",") if part.strip()]):
            address = parse_address(hop)
            if address is None:
                raise Refusal(400, "bad_forwarded_for")
            if not self.is_proxy(hop):
                return str(address)
        return peer

    def admit(self, address: str, now_s: float) -> str:
        """Count one more connection of ``address`` and return the key to release it by.

        Refusal 429 when it has too many open, or opened too many within the minute.
        """
        self.sweep(now_s)
        key = address_key(address)
        if self._open.get(key, 0) >= self._limits.connections_per_address_max:
            raise Refusal(429, "too_many_connections", 10)
        if not self._handshakes.take(key, now_s):
            raise Refusal(429, "too_many_handshakes", 60)
        self._open[key] = self._open.get(key, 0) + 1
        return key

    def release(self, key: str) -> None:
        """Forget one connection that ``admit`` counted."""
        left = self._open[key] - 1
        if left:
            self._open[key] = left
        else:
            del self._open[key]

    def sweep(self, now_s: float) -> None:
        """Forget what says nothing any more."""
        self._handshakes.sweep(now_s)
