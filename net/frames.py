"""WebSocket frames (RFC 6455, section 5.2), read and written without a library.  No I/O.

What the server says is written here, and of what clients say the usual: one small message in one
frame.  Everything else stays the library's.
"""

from __future__ import annotations

from typing import Final

from schema.messages import CloseCode

_BINARY: Final = 0x82  # FIN and opcode 2
_PING_OR_PONG: Final = (0x89, 0x8A)
_MASKED: Final = 0x80
_SMALL_MAX: Final = 125
_HEAD_BYTES: Final = 6  # two and the mask
_HEADS: Final = (
    *(b"\x82" + size.to_bytes(1, "big") for size in range(_SMALL_MAX + 1)),
    *(b"\x82\x7e" + size.to_bytes(2, "big") for size in range(_SMALL_MAX + 1, 1200)),
)


def close_frame(code: CloseCode) -> bytes:
    """A whole close frame of the server: FIN and opcode 8, length 2, the code."""
    return b"\x88\x02" + code.to_bytes(2, "big")


def binary_frame(payload: bytes) -> bytes:
    """A whole, unmasked binary message of the server.

    ``82 | length`` below 126 bytes, ``82 126 u16`` below 64 KiB, else ``82 127 u64``; then the
    payload.
    """
    return binary_head(len(payload)) + payload


def binary_head(size: int) -> bytes:
    """What stands in front of so many bytes in a ``binary_frame``."""
    if size < len(_HEADS):
        return _HEADS[size]
    if size < 65536:
        return b"\x82\x7e" + size.to_bytes(2, "big")
    return b"\x82\x7f" + size.to_bytes(8, "big")


class Sieve:
    """Takes small whole binary messages out of a client's stream; the rest passes unchanged.

    A client of this game sends nothing but messages of one frame and less than 126 bytes, and the
    pings and pongs of its browser.  With the first frame that is anything else (a close, a text, a
    fragment, a long or a broken frame) the sieve is ``spent``: that frame and all behind it pass,
    so the library sees every doubtful byte, in order, and judges it alone.

    At most one frame that has not arrived whole is held back, 131 bytes.

    Attributes:
        spent: whether everything passes.
    """

    __slots__ = ("_held", "spent")

    def __init__(self) -> None:
        self._held = b""
        self.spent = False

    @property
    def holds(self) -> bool:
        """Whether what comes next is no frame from its beginning, or not to be looked at."""
        return self.spent or bool(self._held)

    def sift(self, data: bytes) -> tuple[list[bytes], bytes]:
        """The payloads taken out of what has arrived so far, and what passes, each in order."""
        if self.spent:
            return [], data
        if not self._held and len(data) >= _HEAD_BYTES and data[0] == _BINARY:
            # Most often one whole message has arrived, and nothing else.
            length = data[1] - _MASKED
            if 0 <= length <= _SMALL_MAX and len(data) == _HEAD_BYTES + length:
                return [_unmasked(data[2:_HEAD_BYTES], data[_HEAD_BYTES:])], b""
        if self._held:
            data, self._held = self._held + data, b""
        taken: list[bytes] = []
        passed, at, size = b"", 0, len(data)
        while at < size:
            first = data[at]
            length = data[at + 1] if at + 1 < size else _MASKED
            if (
                first != _BINARY and first not in _PING_OR_PONG
            ) or not _MASKED <= length <= _MASKED + _SMALL_MAX:
                self.spent = True
                return taken, passed + data[at:]
            end = at + _HEAD_BYTES + length - _MASKED
            if at + 1 == size or end > size:
                self._held = data[at:]
                break
            if first == _BINARY:
                taken.append(
                    _unmasked(data[at + 2 : at + _HEAD_BYTES], data[at + _HEAD_BYTES : end])
                )
            else:
                passed += data[at:end]
            at = end
        return taken, passed


def _unmasked(mask: bytes, payload: bytes) -> bytes:
    """Every byte exclusive-or that of the mask whose turn it is, all of them as one integer."""
    size = len(payload)
    key = int.from_bytes((mask * (size // 4 + 1))[:size], "big")
    return (int.from_bytes(payload, "big") ^ key).to_bytes(size, "big")
