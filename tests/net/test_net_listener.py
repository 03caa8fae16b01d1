"""What the listener does in order: deadlines, limits, errors, flow control, the game's own bugs."""

from __future__ import annotations

import contextlib
import errno
import socket
import sys
import threading
import time
from typing import Any

import msgspec
import pytest
import trio
import trio.testing
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection

from net.limits import TokenBucket
from net.listener import connection
from net.listener.connection import Connection
from net.listener.edge import Edge
from net.rejections import Counters, MatchOver, ServerFull
from net.wire import encode
from schema import messages as m
from tests.net import harness
from tests.net.harness import (
    RESULT,
    WAIT_S,
    FakeSeat,
    Server,
    good_client,
    join,
    open_client,
    running,
    wait_for,
)
from tests.net.hostile import (
    BINARY,
    CONTINUATION,
    INPUT,
    JOIN,
    PING_OP,
    frame,
    head,
    listen,
    raw,
    upgraded,
    wait_told,
)

OK_INPUT = m.Input(1, 0, 0, 0, 1, 0)


@pytest.fixture(autouse=True, params=harness.WAYS)
def _every_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything holds with frames that we send and read, and with the library alone."""
    monkeypatch.setattr(harness, "way", request.param)
    monkeypatch.setattr(connection, "REFUSAL_WAIT_S", WAIT_S / 2)


def read_to_the_end(client: ClientConnection) -> tuple[list[list[object]], int]:
    """Every message until the server closes, and the close code."""
    messages = []
    while True:
        try:
            messages.append(msgspec.msgpack.decode(client.recv(timeout=WAIT_S)))
        except ConnectionClosed:
            assert client.close_code is not None
            return messages, client.close_code


def ending(client: ClientConnection) -> tuple[object, int]:
    """The code of the ERROR that must come last, and the close code."""
    messages, close_code = read_to_the_end(client)
    assert messages[-1][0] == m.ServerKind.ERROR, messages
    return messages[-1][1], close_code


def status(server: Server, **options: object) -> int:
    """The HTTP status of a handshake: 101, or why it was refused."""
    try:
        with open_client(server.host, server.port, **options):
            return 101
    except InvalidStatus as refused:
        return refused.response.status_code


# --- Deadlines ---------------------------------------------------------------


def test_request_that_never_ends_is_cut() -> None:
    with running(handshake_deadline_s=0.1) as server, raw(server.host, server.port) as sock:
        sock.sendall(head(server.host, server.port)[:50])
        assert listen(sock, WAIT_S).startswith(b"HTTP/1.1 400 ")
        server.wait_settled()
        assert server.counters.rejected == {"handshake_late": 1}


def test_first_message_deadline() -> None:
    with running(first_message_deadline_s=0.1) as server:
        with open_client(server.host, server.port) as client:
            assert ending(client) == ("first_message_late", 1008)
        server.wait_settled()
        assert server.game.seats == []


def test_idle_deadline_counts_from_the_last_message() -> None:
    with (
        running(clock=trio.testing.MockClock(), idle_deadline_s=10.0) as server,
        open_client(server.host, server.port) as client,
    ):
        join(client)
        seat = server.game.seats[0]
        for number in range(6):
            server.pass_s(6.0)
            client.send(encode(OK_INPUT))
            wait_for(lambda number=number: len(seat.inputs) == number + 1)
        server.pass_s(6.0)
        # Control frames are answered, but are not a sign of anybody playing.
        assert client.ping().wait(WAIT_S)
        assert server.counters.open == 1
        server.pass_s(5.0)
        assert ending(client) == ("idle", 1008)


def test_client_that_does_not_read_is_cut_without_losing_others() -> None:
    with running(send_deadline_s=0.2, send_buffer_bytes=4096) as server:
        with raw(server.host, server.port) as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            sock.sendall(head(server.host, server.port))
            wait_for(lambda: b"101" in sock.recv(12))
            sock.sendall(frame(BINARY, JOIN))
            wait_for(lambda: server.game.seats)
            outbox = server.game.seats[0].outbox
            for _ in range(50):
                server.call(lambda: outbox.push(bytes(100_000)))
            good_client(server.host, server.port)
            wait_for(lambda: server.counters.rejected["too_slow"] == 1)
        server.wait_settled()


def test_client_that_ignores_the_goodbye_is_cut() -> None:
    with running(close_deadline_s=0.2) as server, upgraded(server.host, server.port) as sock:
        sock.sendall(frame(BINARY, b"\xc1"))
        wait_for(server.settled)
        assert server.counters.rejected == {"bad_message": 1}


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"without": "Sec-WebSocket-Key"}, "bad_request"),
        ({"without": "Upgrade"}, "bad_request"),
        ({"without": "Host"}, "bad_head"),
        ({"Host": "\xff"}, "bad_request"),
        ({"method": "POST"}, "not_http_get"),
        ({"version": "HTTP/1.0"}, "not_http_1_1"),
        ({"target": "/" + "a" * 9000}, "head_too_big"),
        ({"extra": b"\r\nmore"}, "data_before_upgrade"),
    ],
)
def test_bad_requests_are_answered_at_once(wrong: dict[str, str], reason: str) -> None:
    with running() as server, raw(server.host, server.port) as sock:
        sock.sendall(head(server.host, server.port, **wrong))  # type: ignore[arg-type]
        assert listen(sock, WAIT_S).startswith(b"HTTP/1.1 400 ")
        server.wait_settled()
        assert server.counters.rejected == {reason: 1}


# --- Limits ------------------------------------------------------------------


def test_connections_per_address() -> None:
    with running(connections_per_address_max=2) as server:
        with open_client(server.host, server.port), open_client(server.host, server.port):
            assert status(server) == 429
        server.wait_settled()
        assert status(server) == 101
        assert server.counters.rejected["too_many_connections"] == 1


def test_handshakes_per_minute() -> None:
    with running(handshakes_per_minute=3) as server:
        assert [status(server) for _ in range(5)] == [101, 101, 101, 429, 429]


def test_connections_in_total() -> None:
    with running(connections_max=2) as server:
        with open_client(server.host, server.port), raw(server.host, server.port):
            wait_for(lambda: server.counters.open == 2)
            assert status(server) == 503
        server.wait_settled()
        assert status(server) == 101


def test_refusals_are_bounded_and_given_up_on() -> None:
    with (
        running(clock=trio.testing.MockClock(), connections_max=1, refusals_max=3) as server,
        contextlib.ExitStack() as stack,
    ):
        stack.enter_context(open_client(server.host, server.port))
        for _ in range(20):
            stack.enter_context(raw(server.host, server.port))
        wait_for(lambda: server.counters.rejected["server_full"] == 17)
        assert server.counters.open == 1 + 3
        server.pass_s(connection.REFUSAL_WAIT_S)
        wait_for(lambda: server.counters.rejected["server_full"] == 20)
        assert server.counters.open == 1


def test_a_connection_holds_a_quarter_of_a_megabyte_at_most(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What the kernel keeps both ways, what may come at once, and a full line of news."""
    accepted: list[socket.socket] = []
    made = Connection.__init__

    def keep(self: Connection, server: Any, sock: socket.socket, address: str) -> None:
        accepted.append(sock)
        made(self, server, sock, address)

    monkeypatch.setattr(Connection, "__init__", keep)
    with running() as server, open_client(server.host, server.port) as client:
        join(client)
        kernel_bytes = sum(
            accepted[0].getsockopt(socket.SOL_SOCKET, option)
            for option in (socket.SO_SNDBUF, socket.SO_RCVBUF)
        )
        kill_bytes = sys.getsizeof(encode(m.Kill(2**32 - 1, 2**16 - 1, 2**16 - 1, 2**16 - 1)))
        line_bytes = server.limits.outbox_messages_max * kill_bytes
        assert kernel_bytes + line_bytes + server.limits.bytes_burst <= 256 * 1024


def test_origin() -> None:
    with running() as server:
        assert status(server) == 101
        assert status(server, origin=f"http://{server.host}:80") == 101
        assert status(server, origin="https://evil.example") == 403
    with running(allow_missing_origin=False, allowed_origins=("*",)) as server:
        assert status(server) == 403
        assert status(server, origin="https://evil.example") == 101


def test_clients_behind_a_proxy_are_counted_by_their_own_address() -> None:
    def via(client: str) -> dict[str, object]:
        return {"additional_headers": {"X-Forwarded-For": f"1.1.1.1, {client}"}}

    options = {"trusted_proxies": ("127.0.0.1",), "connections_per_address_max": 1}
    with running(**options) as server:
        with open_client(server.host, server.port, **via("192.0.2.1")) as client:
            join(client)
            assert server.game.seats[0].address == "192.0.2.1"
            assert status(server, **via("192.0.2.1")) == 429
            assert status(server, **via("192.0.2.2")) == 101
        server.wait_settled()
        assert status(server, **via("192.0.2.1")) == 101
    with running() as server, open_client(server.host, server.port, **via("9.9.9.9")) as client:
        join(client)
        assert server.game.seats[0].address == "127.0.0.1"


def test_ipv6() -> None:
    try:
        with running("::1") as server:
            good_client("::1", server.port)
            assert server.game.seats[0].address == "::1"
    except OSError as error:
        pytest.skip(f"no IPv6 loopback here: {error}")


def test_message_flood_is_dropped_then_ended() -> None:
    with (
        running(messages_per_s=1e-6, messages_burst=10, flood_drops_max=20) as server,
        open_client(server.host, server.port) as client,
    ):
        join(client)
        for _ in range(25):
            client.send(encode(OK_INPUT))
        wait_for(lambda: server.counters.dropped["message_rate"] == 15)
        assert len(server.game.seats[0].inputs) == 10
        assert server.counters.rejected == {}
        # It may be refused before the last of them is sent.
        with contextlib.suppress(ConnectionClosed):
            for _ in range(15):
                client.send(encode(OK_INPUT))
        assert ending(client) == ("flooding", 1008)


@pytest.mark.parametrize(
    "piece",
    [frame(CONTINUATION, fin=False), frame(PING_OP, b"x" * 100), frame(0xA)],
    ids=["empty fragments", "pings", "pongs"],
)
def test_bytes_that_never_become_a_message_are_flooding(piece: bytes) -> None:
    clock = trio.testing.MockClock()
    with running(clock=clock) as server, upgraded(server.host, server.port) as sock:
        sock.sendall(frame(BINARY, fin=False))
        sock.sendall(piece * (server.limits.bytes_burst // len(piece) + 200))
        assert b"flooding" in wait_told(sock, b"flooding")
        server.pass_s(server.limits.close_deadline_s)
        server.wait_settled()
        assert server.counters.rejected == {"flooding": 1}


@pytest.mark.parametrize(
    ("sent", "code", "close_code"),
    [
        (b"\xc1", "bad_message", 1008),
        ("text", "bad_message", 1008),
        (bytes(600), "bad_message", 1009),
        (JOIN, "bad_message", 1008),
    ],
)
def test_bad_messages_are_told_so(sent: bytes | str, code: str, close_code: int) -> None:
    with running() as server:
        with open_client(server.host, server.port) as client:
            join(client)
            client.send(sent)
            assert ending(client) == (code, close_code)
        server.wait_settled()


def test_other_version_and_wrong_first_message() -> None:
    with running() as server:
        with open_client(server.host, server.port) as client:
            client.send(encode(m.Join(2, "Ada")))
            assert ending(client) == ("bad_version", 1008)
        with open_client(server.host, server.port) as client:
            client.send(encode(OK_INPUT))
            assert ending(client) == ("bad_message", 1008)
        assert server.game.seats == []


# --- The game's side ---------------------------------------------------------


def test_join_and_inputs_arrive_in_order() -> None:
    with running() as server, open_client(server.host, server.port) as client:
        join(client, "a-ticket")
        sent = [m.Input(n, n, 4095 - n, n, n % 16, 0) for n in range(40)]
        for message in sent:
            client.send(encode(message))
        seat = server.game.seats[0]
        wait_for(lambda: len(seat.inputs) == 40)
        assert seat.inputs == sent
        assert seat.join.ticket == "a-ticket"
        assert server.counters.messages_in == 41


def test_game_refuses_a_client() -> None:
    with running() as server:

        def refuse(_join: m.Join) -> None:
            raise ServerFull("no place", 12.0)

        server.game.on_enter = refuse
        with open_client(server.host, server.port) as client:
            client.send(encode(m.Join(3, "Ada")))
            messages, close_code = read_to_the_end(client)
        assert messages == [[4, "server_full", "no place", 12.0]]
        assert close_code == 1013


def test_game_ends_connections() -> None:
    with running() as server:
        with open_client(server.host, server.port) as client:
            join(client)
            outbox = server.game.seats[0].outbox
            result = encode(RESULT)

            def finish() -> None:
                outbox.push(result)
                outbox.close(None)

            server.call(finish)
            messages, close_code = read_to_the_end(client)
            assert messages == [msgspec.msgpack.decode(result)]
            assert close_code == 1000
        with open_client(server.host, server.port) as client:
            join(client)
            outbox = server.game.seats[1].outbox
            server.call(lambda: outbox.close(MatchOver("it is over")))
            assert ending(client) == ("match_over", 1008)
        server.wait_settled()
        assert server.counters.rejected == {"match_over": 1}
        # The game may hold the box for longer than the client stays.
        server.call(lambda: outbox.push(result))
        server.call(lambda: outbox.close(None))


@pytest.mark.parametrize("where", ["on_enter", "on_input", "on_leave"])
def test_bug_in_the_game_ends_one_connection_only(where: str) -> None:
    with running() as server:

        def bug(*_: object) -> None:
            raise ZeroDivisionError

        with open_client(server.host, server.port) as other:
            join(other)
            setattr(server.game, where, bug)
            with open_client(server.host, server.port) as client:
                client.send(encode(m.Join(3, "Ada")))
                # A server that has closed by then is seen to have done so below.
                with contextlib.suppress(ConnectionClosed):
                    client.send(encode(OK_INPUT))
                if where != "on_leave":
                    _, close_code = read_to_the_end(client)
                    assert close_code == 1011
            wait_for(lambda: server.counters.faults == {"ZeroDivisionError": 1})
            wait_for(lambda: server.counters.open == 1)
            setattr(server.game, where, None)
            good_client(server.host, server.port)
            other.send(encode(m.Ping(5)))
            assert msgspec.msgpack.decode(other.recv(timeout=WAIT_S)) == [5, 5]
        server.wait_settled()


def test_snapshots_stop_at_the_window_and_go_on_with_acks() -> None:
    with running(unacked_max=3) as server, open_client(server.host, server.port) as client:
        join(client)
        seat = server.game.seats[0]

        def offer(tick: int) -> object:
            return server.call(
                lambda: seat.outbox.offer_snapshot(tick, encode(m.Snapshot(b"%d" % tick)))
            )

        for tick in (1, 2, 3):
            assert offer(tick)
            assert msgspec.msgpack.decode(client.recv(timeout=WAIT_S)) == [2, b"%d" % tick]
        assert not offer(4)
        client.send(encode(m.Input(1, 0, 0, 0, 0, 4)))
        wait_for(lambda: len(seat.inputs) == 1)
        assert not offer(5)
        client.send(encode(m.Input(2, 0, 0, 0, 0, 2)))
        wait_for(lambda: len(seat.inputs) == 2)
        assert offer(6)
        assert msgspec.msgpack.decode(client.recv(timeout=WAIT_S)) == [2, b"6"]


def test_frames_do_not_interleave_with_pongs() -> None:
    """Big messages through a tiny send buffer while pings pour in and the client reads slowly."""
    with running(send_buffer_bytes=2048, bytes_per_s=1e9) as server:
        with open_client(server.host, server.port) as client:
            join(client)
            outbox = server.game.seats[0].outbox
            bodies = [bytes([n]) * (n * 331) for n in range(150)]
            pongs: list[threading.Event] = []

            def ping() -> None:
                for _ in range(150):
                    pongs.append(client.ping())
                    time.sleep(0.001)

            pinger = threading.Thread(target=ping)
            pinger.start()
            for body in bodies:
                server.call(lambda body=body: outbox.push(encode(m.Snapshot(body))))
            for body in bodies:
                assert client.recv(timeout=WAIT_S) == encode(m.Snapshot(body))
            pinger.join()
            assert all(event.wait(WAIT_S) for event in pongs)
        server.wait_settled()


def test_our_frames_wait_for_their_turn() -> None:
    """A pong that is half out and one of our frames, on a stream that takes its time."""

    async def main() -> bytes:
        slow = SlowSocket(room=2)
        edge = edge_on(slow)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(edge.send_all, b"PONG")
            await trio.testing.wait_all_tasks_blocked()
            assert not edge.ready
            nursery.start_soon(edge.settle)
            await trio.testing.wait_all_tasks_blocked()
            slow.go_on.set()
        assert edge.ready
        assert edge.hand_over(b"frame")
        assert not edge.ready, "five bytes are owed"
        assert slow.told == 1
        assert not edge.hand_over(b"never sent")
        await edge.send_all(b"PING")
        return slow.written

    assert trio.run(main) == b"PONG\x82\x05framePING"


class SlowSocket:
    """Takes ``room`` bytes at once, and the rest of what must be sent in two steps."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.written = b""
        self.go_on = trio.Event()
        self.told = 0

    async def send_all(self, data: bytes) -> None:
        self.written += data[:1]
        await self.go_on.wait()
        self.written += data[1:]

    def send(self, data: bytes) -> int:
        self.written += data[: self.room]
        return len(data[: self.room])

    def owes(self) -> None:
        self.told += 1


def edge_on(sock: SlowSocket) -> Edge:
    budget = TokenBucket(1e9, 1e9, 0.0)
    return Edge(sock, sock, sock, Counters(), budget)  # type: ignore[arg-type]


def test_fragmented_messages_are_messages() -> None:
    with running() as server, open_client(server.host, server.port) as client:
        data = encode(m.Join(3, "Ada"))
        client.send([data[:2], data[2:]])
        assert msgspec.msgpack.decode(client.recv(timeout=WAIT_S))[0] == m.ServerKind.WELCOME


# --- Accepting and stopping --------------------------------------------------


class OutOfFiles(socket.socket):
    """A listening socket whose first accepts fail the way they do without file descriptors."""

    failures = 3

    def accept(self) -> tuple[socket.socket, object]:
        if self.failures:
            self.failures -= 1
            raise OSError(errno.EMFILE, "Too many open files")
        return super().accept()


def test_accepting_goes_on_after_running_out_of_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "create_server", create_server_that_runs_out)
    with running() as server:
        good_client(server.host, server.port)
        assert server.counters.faults == {"OSError": 3}


def create_server_that_runs_out(address: tuple[str, int], **_: object) -> socket.socket:
    sock = OutOfFiles()
    sock.bind(address)
    sock.listen(8)
    return sock


def test_stopping_tells_everybody_and_ends() -> None:
    with (
        running(clock=trio.testing.MockClock()) as server,
        contextlib.ExitStack() as stack,
    ):
        readers = [stack.enter_context(open_client(server.host, server.port)) for _ in range(5)]
        for client in readers:
            join(client)
        with raw(server.host, server.port) as half, upgraded(server.host, server.port) as deaf:
            half.sendall(b"GET / HT")
            wait_for(lambda: server.counters.open == 7)
            ends: list[object] = []
            threads = [
                threading.Thread(target=lambda c=client: ends.append(ending(c)))
                for client in readers
            ]
            for thread in threads:
                thread.start()
            server.begin_to_stop()
            for thread in threads:
                thread.join(WAIT_S)
            assert ends == [("shutting_down", 1013)] * 5
            assert b" 503 " in listen(half, WAIT_S)
            assert b"shutting_down" in wait_told(deaf, b"shutting_down")
            wait_for(lambda: server.counters.open == 1)
            assert server.running, "whoever does not answer is waited for"
            server.pass_s(server.limits.stop_deadline_s)
            server.stop()
        assert all(seat.left == 1 for seat in server.game.seats)
        assert server.counters.open == 0


def test_stopping_survives_bugs_of_the_game() -> None:
    with running() as server, open_client(server.host, server.port) as client:
        join(client)

        def bug(_seat: FakeSeat) -> None:
            raise ZeroDivisionError

        server.game.on_leave = bug
        server.stop()
        assert ending(client) == ("shutting_down", 1013)
        assert server.counters.faults == {"ZeroDivisionError": 1}


def test_inputs_after_the_decision_to_close_reach_nobody() -> None:
    with running() as server, upgraded(server.host, server.port) as sock:
        sock.sendall(frame(BINARY, INPUT) + frame(BINARY, b"\xc1") + frame(BINARY, INPUT) * 5)
        sock.sendall(frame(PING_OP, b"still"))
        assert b"bad_message" in wait_told(sock, b"bad_message")
        sock.close()
        server.wait_settled()
        assert len(server.game.seats[0].inputs) == 1
