"""The client's side of WebSocket frames (RFC 6455), cheap enough for hundreds.  No I/O."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import Final

_GUID: Final = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
_CONTROL: Final = (CLOSE, PING, PONG)
_CONTROL_MAX: Final = 125
HEAD_MAX_BYTES: Final = 16_384
MESSAGE_MAX_BYTES: Final = 4_194_304  # a WELCOME of the largest map has far less


class BadFrameError(ValueError):
    """Bytes that no server may send."""


class RefusedError(Exception):
    """The answer to the handshake was no; ``status`` is that of HTTP."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__(f"HTTP {status}")
        self.status, self.body = status, body


def request(host: str, path: str, key: bytes) -> bytes:
    """The handshake of a client; ``key`` is 16 bytes by chance."""
    return (
        f"GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {base64.b64encode(key).decode()}\r\nSec-WebSocket-Version: 13\r\n\r\n"
    ).encode()


def answered(data: bytes, key: bytes) -> int | None:
    """Where the frames begin in what has come so far; None while the answer is not whole.

    Raises:
        RefusedError: it is no WebSocket.
        BadFrameError: it is no answer.
    """
    end = data.find(b"\r\n\r\n")
    if end < 0:
        if len(data) > HEAD_MAX_BYTES:
            raise BadFrameError("the answer to the handshake does not end")
        return None
    first, *lines = data[:end].split(b"\r\n")
    words = first.split(b" ", 2)
    if len(words) < 2 or not words[0].startswith(b"HTTP/1.") or not words[1].isdigit():
        raise BadFrameError("this is no HTTP")
    if int(words[1]) != 101:
        raise RefusedError(int(words[1]), data[end + 4 :])
    named = {
        name.strip().lower(): value.strip() for name, _, value in (x.partition(b":") for x in lines)
    }
    wanted = base64.b64encode(hashlib.sha1(base64.b64encode(key) + _GUID).digest())
    if named.get(b"sec-websocket-accept") != wanted:
        raise BadFrameError("the handshake was answered for somebody else")
    return end + 4


def masked(opcode: int, payload: bytes, mask: bytes) -> bytes:
    """A whole frame of a client; ``mask`` is 4 bytes."""
    size = len(payload)
    if size <= 125:
        head = bytes((0x80 | opcode, 0x80 | size))
    elif size < 65536:
        head = bytes((0x80 | opcode, 0x80 | 126)) + size.to_bytes(2, "big")
    else:
        head = bytes((0x80 | opcode, 0x80 | 127)) + size.to_bytes(8, "big")
    key = int.from_bytes((mask * (size // 4 + 1))[:size], "big")
    return head + mask + (int.from_bytes(payload, "big") ^ key).to_bytes(size, "big")


@dataclass(frozen=True, slots=True)
class Frame:
    """A control frame, or a whole message."""

    opcode: int
    payload: bytes


class FrameReader:
    """Takes whole messages and control frames out of the server's stream."""

    def __init__(self) -> None:
        self._held = b""
        self._parts: list[bytes] = []
        self._opcode = CONTINUATION

    def feed(self, data: bytes) -> list[Frame]:
        """What has become whole.

        Raises:
            BadFrameError: the server does not keep to the protocol.
        """
        if self._held:
            data = self._held + data
        found: list[Frame] = []
        at, size = 0, len(data)
        while size - at >= 2:
            first, length, start = data[at], data[at + 1], at + 2
            if first & 0x70 or length & 0x80:
                raise BadFrameError("reserved bits are set, or a server's frame is masked")
            if length > 125:
                start += 2 if length == 126 else 8
                if start > size:
                    break
                length = int.from_bytes(data[at + 2 : start], "big")
                if length > MESSAGE_MAX_BYTES:
                    raise BadFrameError(f"a frame of {length} bytes")
            if start + length > size:
                break
            at = start + length
            self._take(first, data[start:at], found)
        self._held = data[at:]
        return found

    def _take(self, first: int, payload: bytes, found: list[Frame]) -> None:
        opcode, last = first & 15, first & 0x80
        if opcode in _CONTROL:
            if not last or len(payload) > _CONTROL_MAX:
                raise BadFrameError("a control frame that is long, or in pieces")
            found.append(Frame(opcode, payload))
            return
        if opcode not in (CONTINUATION, TEXT, BINARY):
            raise BadFrameError(f"there is no opcode {opcode}")
        if (opcode == CONTINUATION) != bool(self._parts):
            raise BadFrameError("a message in pieces is not continued, or was not begun")
        if opcode != CONTINUATION and last:
            found.append(Frame(opcode, payload))
            return
        self._opcode = opcode or self._opcode
        self._parts.append(payload)
        if sum(map(len, self._parts)) > MESSAGE_MAX_BYTES:
            raise BadFrameError("a message in pieces does not end")
        if last:
            found.append(Frame(self._opcode, b"".join(self._parts)))
            self._parts = []
