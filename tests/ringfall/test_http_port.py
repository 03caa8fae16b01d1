"""The HTTP port: so many connections in all and per address, so much time for each."""

from __future__ import annotations

import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress

import trio
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from net.limits import Limits
from ringfall.web.port import HttpCounters, serve_http

WAIT_S = 60.0


async def hello(request: Request) -> Response:
    return PlainTextResponse("hello")


def serving(play: Callable[[int], Awaitable[None]], **limits: object) -> HttpCounters:
    """Run ``play`` beside a port with these limits; what the port has counted."""
    counters = HttpCounters()
    app = Starlette(routes=[Route("/", hello)])

    async def main() -> None:
        sock = socket.create_server(("127.0.0.1", 0))
        with trio.fail_after(WAIT_S):
            async with trio.open_nursery() as nursery:
                settings = Limits(**limits)  # type: ignore[arg-type]
                await nursery.start(serve_http, sock, app, settings, counters)
                try:
                    await play(sock.getsockname()[1])
                finally:
                    while _open:
                        _open.pop().socket.close()
                nursery.cancel_scope.cancel()

    trio.run(main)
    return counters


async def ask(stream: trio.SocketStream) -> bytes:
    """The answer on a connection that stays open; what came of it when it was closed."""
    answer = b""
    with suppress(trio.BrokenResourceError):
        await stream.send_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        while not answer.endswith(b"hello") and (data := await stream.receive_some(4096)):
            answer += data
    return answer


_open: list[trio.SocketStream] = []


async def connect(port: int) -> trio.SocketStream:
    _open.append(await trio.open_tcp_stream("127.0.0.1", port))
    return _open[-1]


def test_connections_per_address_and_room_when_one_goes() -> None:
    async def play(port: int) -> None:
        held = [await connect(port) for _ in range(3)]
        assert [b"hello" in await ask(stream) for stream in held] == [True] * 3
        assert await ask(await connect(port)) == b""
        await held[0].aclose()
        with trio.fail_after(WAIT_S):
            while b"hello" not in await ask(await connect(port)):
                await trio.sleep(0.01)

    counters = serving(play, http_connections_per_address_max=3)
    assert counters.rejected["too_many_connections"] >= 1
    assert counters.faults == 0


def test_connections_in_all() -> None:
    async def play(port: int) -> None:
        held = [await connect(port) for _ in range(2)]
        assert [b"hello" in await ask(stream) for stream in held] == [True] * 2
        assert await ask(await connect(port)) == b""

    assert serving(play, http_connections_max=2).rejected == {"server_full": 1}


def test_a_trusted_proxy_brings_many() -> None:
    async def play(port: int) -> None:
        held = [await connect(port) for _ in range(5)]
        assert [b"hello" in await ask(stream) for stream in held] == [True] * 5

    limits = {"http_connections_per_address_max": 1, "trusted_proxies": ("127.0.0.0/8",)}
    assert serving(play, **limits).rejected == {}


def test_nobody_holds_a_connection_for_long() -> None:
    async def play(port: int) -> None:
        stream = await connect(port)
        await stream.send_all(b"GET / HT")
        assert await stream.receive_some(10) == b""

    serving(play, http_connection_s=0.1)
