"""Token buckets, the table of addresses, and the request head the door decides by."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from net.limits import AddressTable, Limits, TokenBucket, address_key
from net.rejections import Refusal
from net.wire import check_origin, head_complete, http_reply, read_head

STEPS = st.lists(st.tuples(st.floats(-1, 5), st.integers(1, 4)), max_size=60)


@settings(deadline=None)
@given(st.floats(0.1, 50), st.integers(1, 40), STEPS)
def test_bucket_never_grants_more_than_rate_and_burst(
    rate: float, burst: int, steps: list[tuple[float, int]]
) -> None:
    now = latest = 0.0
    bucket = TokenBucket(rate, burst, now)
    granted: list[tuple[float, int]] = []
    for wait_s, tokens in steps:
        now += wait_s
        latest = max(latest, now)
        if bucket.take(now, tokens):
            granted.append((latest, tokens))
    for first in range(len(granted)):
        for last in range(first, len(granted)):
            span = granted[last][0] - granted[first][0]
            total = sum(tokens for _, tokens in granted[first : last + 1])
            assert total <= burst + rate * span + 1e-6


@settings(deadline=None)
@given(st.floats(0.1, 50), st.integers(1, 40))
def test_bucket_refills_and_says_when_it_is_full(rate: float, burst: int) -> None:
    bucket = TokenBucket(rate, burst, 0.0)
    assert bucket.full(0.0)
    assert all(bucket.take(0.0) for _ in range(burst))
    assert not bucket.take(0.0)
    assert not bucket.full(0.5 * burst / rate)
    assert bucket.full(1.01 * burst / rate)
    assert not bucket.take(1.01 * burst / rate, burst + 1)
    assert bucket.take(1.01 * burst / rate, burst)


def test_clock_stepping_back_grants_nothing() -> None:
    bucket = TokenBucket(1.0, 1, 100.0)
    assert bucket.take(100.0)
    assert not bucket.take(0.0)
    assert not bucket.take(100.5)
    assert bucket.take(101.0)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unix", "unix"),
    ],
)
def test_address_key(text: str, key: str) -> None:
    assert address_key(text) == key


def refused(table: AddressTable, address: str, now_s: float) -> str:
    with pytest.raises(Refusal) as caught:
        table.admit(address, now_s)
    assert caught.value.status == 429
    return caught.value.reason


def test_connections_per_address() -> None:
    table = AddressTable(Limits(connections_per_address_max=2))
    first = table.admit("2001:db8::1", 0.0)
    table.admit("2001:db8::2", 0.0)
    assert refused(table, "2001:db8::3", 0.0) == "too_many_connections"
    table.admit("2001:db8:0:1::3", 0.0)
    table.release(first)
    table.admit("2001:db8::3", 0.0)


def test_handshakes_per_minute() -> None:
    table = AddressTable(Limits(handshakes_per_minute=3))
    for _ in range(3):
        table.release(table.admit("192.0.2.1", 0.0))
    assert refused(table, "192.0.2.1", 1.0) == "too_many_handshakes"
    table.admit("192.0.2.2", 1.0)
    table.release(table.admit("192.0.2.1", 20.0))
    assert refused(table, "192.0.2.1", 21.0) == "too_many_handshakes"


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 5), st.booleans(), st.floats(0, 9)), max_size=80),
)
def test_table_counts_and_leaves_nothing_behind(steps: list[tuple[int, bool, float]]) -> None:
    table = AddressTable(Limits(connections_per_address_max=3, handshakes_per_minute=10))
    now = 0.0
    held: list[str] = []
    for host, coming, wait_s in steps:
        now += wait_s
        address = f"192.0.2.{host}"
        if not coming:
            if address in held:
                held.remove(address)
                table.release(address)
            continue
        try:
            held.append(table.admit(address, now))
        except Refusal as refusal:
            if refusal.reason == "too_many_connections":
                assert held.count(address) == 3
        assert held.count(address) <= 3
    for key in held:
        table.release(key)
    table.sweep(now + 61.0)
    assert len(table) == 0


def test_addresses_are_bounded() -> None:
    table = AddressTable(Limits(addresses_max=50))
    for n in range(500):
        table.release(table.admit(f"10.0.{n // 250}.{n % 250}", 0.0))
    assert len(table) == 50


def test_forwarded_client_is_the_last_hop_no_proxy_added() -> None:
    table = AddressTable(Limits(trusted_proxies=("10.0.0.0/8", "::1")))
    assert table.is_proxy("10.1.2.3")
    assert table.is_proxy("::ffff:10.1.2.3")
    assert table.is_proxy("unix")
    assert not table.is_proxy("192.0.2.1")
    assert table.forwarded_client("10.0.0.1", "") == "10.0.0.1"
    assert table.forwarded_client("10.0.0.1", "198.51.100.9, 192.0.2.1, 10.0.0.2") == "192.0.2.1"
    with pytest.raises(Refusal):
        table.forwarded_client("10.0.0.1", "192.0.2.1, nonsense")


@pytest.mark.parametrize(
    "wrong",
    [
        {"connections_max": 0},
        {"idle_deadline_s": -1.0},
        {"bytes_per_s": float("nan")},
        {"send_deadline_s": float("inf")},
        {"trusted_proxies": ("10.0.0.0/99",)},
    ],
)
def test_limits_that_make_no_sense_are_named(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Limits(**wrong)  # type: ignore[arg-type]


HEAD = b"GET / HTTP/1.1\r\nHost: play.example.org:8080\r\n%s\r\n"


@settings(deadline=None)
@given(st.binary(max_size=300), st.integers(1, 300))
def test_any_bytes_as_a_head(data: bytes, bytes_max: int) -> None:
    for received in (data, b"GET " + data, HEAD % data):
        answer = b"HTTP/1.1 4"
        try:
            if head_complete(received, bytes_max):
                check_origin(read_head(received), Limits())
        except Refusal as refusal:
            answer = http_reply(refusal)
        assert answer.startswith(b"HTTP/1.1 4")


@settings(deadline=None)
@given(st.integers(0, 60))
def test_a_head_in_pieces_is_complete_only_at_its_end(cut: int) -> None:
    whole = HEAD % b""
    assert head_complete(whole, 100)
    assert not head_complete(whole[: min(cut, len(whole) - 1)], 100)
    with pytest.raises(Refusal, match="data_before_upgrade"):
        head_complete(whole + b"x", 100)
    with pytest.raises(Refusal, match="head_too_big"):
        head_complete(whole, len(whole) - 1)


ALLOWED, FOREIGN = True, False
LISTED = Limits(allowed_origins=("https://friend.example",))
CLOSED = Limits(allow_missing_origin=False)
OPEN = Limits(allowed_origins=("*",))


@pytest.mark.parametrize(
    ("origin", "limits", "verdict"),
    [
        (None, Limits(), ALLOWED),
        (None, CLOSED, FOREIGN),
        ("http://play.example.org", Limits(), ALLOWED),
        ("https://PLAY.example.org:9000", Limits(), ALLOWED),
        ("https://evil.example", Limits(), FOREIGN),
        ("https://play.example.org.evil.example", Limits(), FOREIGN),
        ("https://evil.example/play.example.org", Limits(), FOREIGN),
        ("https://play.example.org@evil.example", Limits(), FOREIGN),
        ("https://play.example.org:8080@evil.example", Limits(), FOREIGN),
        ("file://play.example.org", Limits(), FOREIGN),
        ("play.example.org", Limits(), FOREIGN),
        ("null", Limits(), FOREIGN),
        ("", Limits(), FOREIGN),
        ("https://friend.example", LISTED, ALLOWED),
        ("https://Friend.example", LISTED, ALLOWED),
        ("http://friend.example", LISTED, FOREIGN),
        ("https://play.example.org", LISTED, FOREIGN),
        ("https://evil.example", OPEN, ALLOWED),
        ("null", OPEN, ALLOWED),
    ],
)
def test_origins(origin: str | None, limits: Limits, verdict: bool) -> None:
    line = b"" if origin is None else b"Origin: %s\r\n" % origin.encode()
    head = read_head(HEAD % line)
    if verdict is ALLOWED:
        check_origin(head, limits)
    else:
        with pytest.raises(Refusal) as caught:
            check_origin(head, limits)
        assert caught.value.status == 403


@pytest.mark.parametrize(
    "lines",
    [
        b"Origin: a\r\nOrigin: b\r\n",
        b"Host: other\r\n",
        b"Origin: a\r\n b\r\n",
        b"X: a\nOrigin: b\r\n",
        b"X: a\rOrigin: b\r\n",
    ],
)
def test_heads_that_two_readers_could_read_differently(lines: bytes) -> None:
    with pytest.raises(Refusal, match="bad_head"):
        read_head(HEAD % lines)
