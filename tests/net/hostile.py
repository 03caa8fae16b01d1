"""What hostile clients do: a table of name → function(host, port), over raw sockets.

Each function does its worst and returns within about a second, sockets closed; it asserts nothing
itself. They run against any Ringfall server: the caller checks that a good client still gets in.
"""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator

Attack = Callable[[str, int], None]
HOSTILE: dict[str, Attack] = {}

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
JOIN = b"\x93\x01\x03\xa3Eve"
INPUT = b"\x97\x02\x01\x00\x00\x00\x00\x00"
PING = b"\x92\x03\x07"
TOLD_S = 60.0
TEXT, BINARY, CONTINUATION, CLOSE, PING_OP, PONG_OP = 0x1, 0x2, 0x0, 0x8, 0x9, 0xA


tickets: dict[int, Callable[[], str]] = {}
"""Where a good ticket is had for the server at a port; elsewhere any word is one."""


def join_at(port: int) -> bytes:
    """A JOIN that is let in."""
    ticket = tickets[port]().encode() if port in tickets else b"Eve"
    return b"\x93\x01\x03\xd9" + bytes([len(ticket)]) + ticket


def attack(function: Attack) -> Attack:
    HOSTILE[function.__name__.replace("_", " ")] = function
    return function


def head(
    host: str,
    port: int,
    *,
    method: str = "GET",
    target: str = "/",
    version: str = "HTTP/1.1",
    without: str = "",
    extra: bytes = b"",
    **replace: str,
) -> bytes:
    """A request head for a WebSocket, with something wrong on request."""
    lines = {
        "Host": f"{host}:{port}",
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": KEY,
        "Sec-WebSocket-Version": "13",
    }
    lines |= {name.replace("_", "-"): value for name, value in replace.items()}
    text = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if name != without)
    return f"{method} {target} {version}\r\n{text}".encode("latin-1") + extra + b"\r\n"


def frame(
    opcode: int,
    payload: bytes = b"",
    *,
    fin: bool = True,
    rsv: int = 0,
    masked: bool = True,
    size: int | None = None,
    wide: int = 0,
) -> bytes:
    """A client frame. ``size`` lies about the length; ``wide`` forces 2 or 8 bytes of it."""
    size = len(payload) if size is None else size
    mask_bit = 0x80 if masked else 0
    first = bytes([(0x80 if fin else 0) | rsv << 4 | opcode])
    if wide == 8 or size > 65535:
        length = bytes([mask_bit | 127]) + struct.pack("!Q", size)
    elif wide == 2 or size > 125:
        length = bytes([mask_bit | 126]) + struct.pack("!H", size)
    else:
        length = bytes([mask_bit | size])
    if not masked:
        return first + length + payload
    mask = b"\x11\x22\x33\x44"
    return first + length + mask + bytes(b ^ mask[i & 3] for i, b in enumerate(payload))


@contextlib.contextmanager
def raw(host: str, port: int) -> Iterator[socket.socket]:
    """A plain TCP connection. Being cut off is expected; not getting one is an OSError."""
    sock = socket.create_connection((host, port), timeout=3)
    with sock, contextlib.suppress(OSError):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield sock


@contextlib.contextmanager
def upgraded(host: str, port: int, *, join: bool = True) -> Iterator[socket.socket]:
    """A WebSocket connection, joined unless told otherwise."""
    with raw(host, port) as sock:
        with contextlib.suppress(OSError):
            sock.sendall(head(host, port))
            received = b""
            while b"\r\n\r\n" not in received and (data := sock.recv(4096)):
                received += data
            if join:
                sock.sendall(frame(BINARY, join_at(port)))
                sock.recv(65536)
        yield sock


def listen(sock: socket.socket, seconds: float = 0.5) -> bytes:
    """Read until the server closes or ``seconds`` have passed."""
    received = b""
    give_up = time.monotonic() + seconds
    with contextlib.suppress(OSError):
        while (left := give_up - time.monotonic()) > 0:
            sock.settimeout(left)
            data = sock.recv(65536)
            if not data:
                break
            received += data
    return received


def wait_told(sock: socket.socket, words: bytes) -> bytes:
    """Read until ``words`` came, and return everything so far; else what came to the end."""
    received = b""
    sock.settimeout(TOLD_S)
    with contextlib.suppress(OSError):
        while words not in received and (data := sock.recv(65536)):
            received += data
    return received


def reset(sock: socket.socket) -> None:
    """Close with RST instead of FIN."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def request(data: Callable[[str, int], bytes]) -> Attack:
    """An attack that sends one request and looks at what comes back."""

    def run(host: str, port: int) -> None:
        with raw(host, port) as sock:
            sock.sendall(data(host, port))
            listen(sock, 0.15)

    return run


def frames(data: bytes, *, join: bool = True) -> Attack:
    """An attack that sends some bytes on an open WebSocket."""

    def run(host: str, port: int) -> None:
        with upgraded(host, port, join=join) as sock:
            sock.sendall(data)
            listen(sock, 0.15)

    return run


def then_reset(data: Callable[[str, int], bytes]) -> Attack:
    """An attack that sends one request and resets at once."""

    def run(host: str, port: int) -> None:
        for _ in range(5):
            with raw(host, port) as sock:
                sock.sendall(data(host, port))
                reset(sock)

    return run


def header(line: bytes) -> Attack:
    """A proper request with one more header line."""
    return request(lambda h, p: head(h, p, extra=line + b"\r\n"))


BIG = frame(BINARY, bytes(5000))
NESTED = b"\x91" * 400

HOSTILE |= {
    # The request.
    "tls client hello": request(lambda h, p: b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 40),
    "http/2 preface": request(lambda h, p: b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(60)),
    "http/1.0": request(lambda h, p: head(h, p, version="HTTP/1.0")),
    "http/0.9": request(lambda h, p: b"GET /\r\n\r\n"),
    "http/9.9": request(lambda h, p: head(h, p, version="HTTP/9.9")),
    "post": request(lambda h, p: head(h, p, method="POST")),
    "connect method": request(lambda h, p: head(h, p, method="CONNECT")),
    "noise": request(lambda h, p: os.urandom(3000)),
    "zero bytes": request(lambda h, p: bytes(3000)),
    "redis": request(lambda h, p: b"*1\r\n$4\r\nINFO\r\n"),
    "empty lines": request(lambda h, p: b"\r\n" * 500),
    "nul in target": request(lambda h, p: head(h, p, target="/\x00")),
    "non-ascii target": request(lambda h, p: head(h, p, target="/\xe9\xff")),
    "space in target": request(lambda h, p: head(h, p, target="/a b")),
    "plain get": request(lambda h, p: f"GET / HTTP/1.1\r\nHost: {h}\r\n\r\n".encode()),
    "no host": request(lambda h, p: head(h, p, without="Host")),
    "no key": request(lambda h, p: head(h, p, without="Sec-WebSocket-Key")),
    "no upgrade": request(lambda h, p: head(h, p, without="Upgrade")),
    "no connection": request(lambda h, p: head(h, p, without="Connection")),
    "no version": request(lambda h, p: head(h, p, without="Sec-WebSocket-Version")),
    "version 12": request(lambda h, p: head(h, p, Sec_WebSocket_Version="12")),
    "non-ascii key": header(b"Sec-WebSocket-Key: \xff\xfe"),
    "non-ascii host": request(lambda h, p: head(h, p, Host="\xe9\xff\xfe")),
    "punycode host": request(lambda h, p: head(h, p, Host="xn--" + "9" * 900)),
    "long host": request(lambda h, p: head(h, p, Host=".".join(["xn--a-" + "z" * 50] * 100))),
    "non-ascii subprotocol": header(b"Sec-WebSocket-Protocol: \xff\xfe"),
    "non-ascii extension": header(b"Sec-WebSocket-Extensions: \xff\xfe"),
    "non-ascii connection": header(b"Connection: Upgrade, \xff"),
    "non-ascii version": header(b"Sec-WebSocket-Version: \xff"),
    "non-ascii upgrade": header(b"Upgrade: \xff"),
    "compression offer": header(
        b"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=99"
    ),
    "quoted extension": header(b'Sec-WebSocket-Extensions: a; b="c,d\\"'),
    "many subprotocols": header(b"Sec-WebSocket-Protocol: " + b"a," * 1500),
    "many extensions": header(b"Sec-WebSocket-Extensions: " + b"x;y=1," * 800),
    "two hosts": header(b"Host: other"),
    "two keys": header(b"Sec-WebSocket-Key: " + KEY.encode()),
    "folded header": header(b"X-Long: a\r\n folded"),
    "bare newlines": request(lambda h, p: head(h, p).replace(b"\r\n", b"\n")),
    "bare carriage return": header(b"X-A: a\rX-B: b"),
    "nul in header": header(b"X-A: a\x00b"),
    "header without colon": header(b"nonsense"),
    "space before colon": header(b"X-A : b"),
    "empty header name": header(b": b"),
    "huge header": header(b"X-Big: " + b"a" * 60_000),
    "huge headers": header(b"\r\n".join(b"X-%d: y" % n for n in range(6000))),
    "huge target": request(lambda h, p: head(h, p, target="/" + "a" * 60_000)),
    "body announced": header(b"Content-Length: 100000000"),
    "negative length": header(b"Content-Length: -1"),
    "chunked body": header(b"Transfer-Encoding: chunked"),
    "length and chunked": header(b"Transfer-Encoding: chunked\r\nContent-Length: 5"),
    "expect continue": header(b"Content-Length: 5\r\nExpect: 100-continue"),
    "foreign origin": header(b"Origin: https://evil.example"),
    "broken origin": header(b"Origin: http://[::\xff"),
    "forwarded nonsense": header(b"X-Forwarded-For: \xff, 1.2.3.4, ::::"),
    "pipelined request": request(lambda h, p: head(h, p) * 2),
    "pipelined frames": request(lambda h, p: head(h, p) + frame(BINARY, JOIN) * 3),
    "pipelined noise": request(lambda h, p: head(h, p) + os.urandom(2000)),
    "connect and reset": then_reset(lambda h, p: b""),
    "half a request and reset": then_reset(lambda h, p: head(h, p)[:40]),
    "bad request and reset": then_reset(lambda h, p: head(h, p, without="Sec-WebSocket-Key")),
    "bad host and reset": then_reset(lambda h, p: head(h, p, Host="\xff")),
    "request and reset": then_reset(head),
    # Frames.
    "unmasked frame": frames(frame(BINARY, INPUT, masked=False)),
    "unmasked before join": frames(frame(BINARY, JOIN, masked=False), join=False),
    "reserved bits": frames(frame(BINARY, INPUT, rsv=4) + frame(BINARY, INPUT, rsv=7)),
    "reserved opcode": frames(frame(0x3, INPUT)),
    "reserved control opcode": frames(frame(0xB)),
    "text frame": frames(frame(TEXT, b"hello")),
    "text before join": frames(frame(TEXT, b'{"type":"join"}'), join=False),
    "bad utf-8 text": frames(frame(TEXT, b"\xff\xfe\xfd")),
    "half a character": frames(frame(TEXT, b"\xe2\x82", fin=False) + frame(CONTINUATION, b"a")),
    "continuation first": frames(frame(CONTINUATION, INPUT)),
    "binary inside fragments": frames(frame(BINARY, b"\x97", fin=False) + frame(BINARY, INPUT)),
    "text inside fragments": frames(frame(BINARY, b"\x97", fin=False) + frame(TEXT, b"x")),
    "fragmented ping": frames(frame(PING_OP, b"x", fin=False)),
    "long ping": frames(frame(PING_OP, bytes(126))),
    "unasked pong": frames(frame(PONG_OP, b"who") * 5),
    "64-bit length": frames(frame(BINARY, b"x", size=2**40)),
    "64-bit length top bit": frames(frame(BINARY, b"x", size=2**63)),
    "64-bit length maximum": frames(frame(BINARY, b"x", size=2**63 - 1)),
    "wide length": frames(frame(BINARY, INPUT, wide=8)),
    "wide 16-bit length": frames(frame(BINARY, INPUT, wide=2)),
    "oversize": frames(BIG),
    "oversize before join": frames(BIG, join=False),
    "oversize then frame": frames(BIG + frame(BINARY, INPUT)),
    "oversize twice": frames(BIG + BIG),
    "huge then huge": frames(frame(BINARY, bytes(20_000)) * 2),
    "huge then ping": frames(frame(BINARY, bytes(20_000)) + frame(PING_OP) * 3),
    # In one segment with what follows: a library may have decided to close in between.
    **{
        f"{size} bytes then {name}": frames(frame(BINARY, bytes(size)) + more)
        for size in (513, 1025, 2049)
        for name, more in {
            "pings": frame(PING_OP, b"x") * 3,
            "itself": frame(BINARY, bytes(size)),
            "close": frame(CLOSE, struct.pack("!H", 1000)),
            "junk": frame(0x3, b"x", masked=False),
        }.items()
    },
    "oversize fragments": frames(
        frame(BINARY, bytes(3000), fin=False) + frame(CONTINUATION, bytes(3000), fin=False) * 8
    ),
    "zero-length fragments": frames(
        frame(BINARY, b"", fin=False) + frame(CONTINUATION, b"", fin=False) * 4000
    ),
    "empty messages": frames(frame(BINARY, b"") * 50),
    "frame cut in half": frames(frame(BINARY, INPUT)[:7]),
    "close with 1 byte": frames(frame(CLOSE, b"\x03")),
    "close code 999": frames(frame(CLOSE, struct.pack("!H", 999))),
    "close code 1005": frames(frame(CLOSE, struct.pack("!H", 1005))),
    "close code 65535": frames(frame(CLOSE, struct.pack("!H", 65535))),
    "close with bad utf-8": frames(frame(CLOSE, struct.pack("!H", 1000) + b"\xff\xfe")),
    "close claiming an error": frames(frame(CLOSE, struct.pack("!H", 1002) + b"you did")),
    "close twice": frames(frame(CLOSE, struct.pack("!H", 1000)) * 2),
    "frames after close": frames(frame(CLOSE, struct.pack("!H", 1000)) + frame(BINARY, INPUT) * 9),
    "bad frame after close": frames(frame(CLOSE) + frame(0x3, INPUT, masked=False)),
    "noise frames": frames(os.urandom(4000)),
    # Messages.
    "join twice": frames(frame(BINARY, JOIN) * 2),
    "input before join": frames(frame(BINARY, INPUT), join=False),
    "version 9": frames(frame(BINARY, b"\x93\x01\x09\xa3Eve"), join=False),
    "unknown kind": frames(frame(BINARY, b"\x92\x63\x01")),
    "float direction": frames(frame(BINARY, b"\x97\x02\x01\xca\x40\x00\x00\x00\x00\x00\x00\x00")),
    "nan direction": frames(
        frame(BINARY, b"\x97\x02\x01\xcb\x7f\xf8" + bytes(6) + b"\x00\x00\x00\x00")
    ),
    "depth bomb": frames(frame(BINARY, NESTED)),
    "length bomb": frames(frame(BINARY, b"\xdd\xff\xff\xff\xff")),
    "trailing bytes": frames(frame(BINARY, INPUT + b"\x00")),
    "evil ticket": frames(
        frame(
            BINARY,
            b"\x93\x01\x03\xb2" + "\u202e\u200b\x00\x1b[2J\u2028ab\u0301".encode()[:18],
        ),
        join=False,
    ),
    "bad utf-8 ticket": frames(frame(BINARY, b"\x93\x01\x03\xa2\xff\xfe"), join=False),
    "endless ticket": frames(frame(BINARY, b"\x93\x01\x03\xda\x01\x90" + b"x" * 400), join=False),
    "a join of version 2": frames(frame(BINARY, b"\x95\x01\x02\xa3Eve\x00\x00"), join=False),
    "back from the future": frames(
        frame(BINARY, b"\x94\x01\x03\xa3Eve\xcf" + b"\xff" * 8), join=False
    ),
    "slot 65536": frames(frame(BINARY, b"\x92\x04\xce\x00\x01\x00\x00")),
    "spectate before join": frames(frame(BINARY, b"\x92\x04\x01"), join=False),
    "spectate flood": frames(frame(BINARY, b"\x92\x04\x01") * 1000),
    "message flood": frames(frame(BINARY, INPUT) * 1000),
    "ping message flood": frames(frame(BINARY, PING) * 1000),
    "control ping flood": frames(frame(PING_OP, b"x" * 100) * 400),
}


@attack
def slowloris(host: str, port: int) -> None:
    with contextlib.ExitStack() as stack:
        socks = [stack.enter_context(raw(host, port)) for _ in range(20)]
        for byte in head(host, port)[:12]:
            for sock in socks:
                with contextlib.suppress(OSError):
                    sock.sendall(bytes([byte]))
            time.sleep(0.02)


@attack
def slow_frame(host: str, port: int) -> None:
    with upgraded(host, port) as sock:
        for byte in frame(BINARY, INPUT):
            sock.sendall(bytes([byte]))
            time.sleep(0.01)


@attack
def slow_request_that_is_right(host: str, port: int) -> None:
    with raw(host, port) as sock:
        data = head(host, port)
        for start in range(0, len(data), 40):
            sock.sendall(data[start : start + 40])
            time.sleep(0.01)
        listen(sock, 0.2)


@attack
def silence(host: str, port: int) -> None:
    with raw(host, port), upgraded(host, port, join=False), upgraded(host, port):
        time.sleep(0.4)


@attack
def half_closed_in_request(host: str, port: int) -> None:
    with raw(host, port) as sock:
        sock.sendall(head(host, port)[:60])
        sock.shutdown(socket.SHUT_WR)
        listen(sock)


@attack
def half_closed_after_request(host: str, port: int) -> None:
    with raw(host, port) as sock:
        sock.sendall(head(host, port))
        sock.shutdown(socket.SHUT_WR)
        listen(sock)


@attack
def half_closed_in_play(host: str, port: int) -> None:
    with upgraded(host, port) as sock:
        sock.sendall(frame(BINARY, INPUT) + frame(BINARY, INPUT)[:5])
        sock.shutdown(socket.SHUT_WR)
        listen(sock)


@attack
def reset_in_play(host: str, port: int) -> None:
    for _ in range(5):
        with upgraded(host, port) as sock:
            sock.sendall(frame(BINARY, INPUT) * 3)
            reset(sock)


@attack
def ping_and_reset(host: str, port: int) -> None:
    for _ in range(5):
        with upgraded(host, port) as sock:
            sock.sendall(frame(PING_OP, b"x" * 125) * 20)
            reset(sock)


@attack
def join_and_reset(host: str, port: int) -> None:
    for _ in range(5):
        with upgraded(host, port, join=False) as sock:
            sock.sendall(frame(BINARY, join_at(port)))
            reset(sock)


@attack
def close_without_reading(host: str, port: int) -> None:
    for _ in range(5):
        with upgraded(host, port) as sock:
            sock.sendall(frame(BINARY, PING) * 20 + frame(CLOSE, struct.pack("!H", 1000)))


@attack
def bad_message_without_reading(host: str, port: int) -> None:
    with upgraded(host, port) as sock:
        sock.sendall(frame(BINARY, b"\xc1"))
        time.sleep(0.5)


@attack
def never_answers_close(host: str, port: int) -> None:
    with upgraded(host, port) as sock:
        sock.sendall(frame(BINARY, b"\xc1"))
        listen(sock, 0.15)
        with contextlib.suppress(OSError):
            for _ in range(20):
                sock.sendall(frame(BINARY, INPUT))
                time.sleep(0.01)


@attack
def never_reads(host: str, port: int) -> None:
    with raw(host, port) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        sock.sendall(head(host, port))
        time.sleep(0.05)
        sock.sendall(frame(BINARY, join_at(port)))
        give_up = time.monotonic() + 0.8
        while time.monotonic() < give_up:
            sock.sendall(frame(BINARY, PING) * 4 + frame(PING_OP, b"x" * 125))
            time.sleep(0.02)


@attack
def flood_without_reading(host: str, port: int) -> None:
    with upgraded(host, port) as sock:
        sock.settimeout(0.5)
        for _ in range(200):
            sock.sendall(frame(PING_OP, b"x" * 125) * 100)


@attack
def endless_request_after_refusal(host: str, port: int) -> None:
    with raw(host, port) as sock:
        sock.settimeout(0.5)
        for _ in range(100):
            sock.sendall(b"POST / HTTP/1.1\r\n" + b"a" * 2000)


@attack
def many_at_once(host: str, port: int) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(100):
            stack.enter_context(raw(host, port))


@attack
def churn(host: str, port: int) -> None:
    def spin() -> None:
        for _ in range(25):
            with raw(host, port) as sock:
                sock.sendall(head(host, port)[:30])

    threads = [threading.Thread(target=spin) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
