"""Bytes to messages and back, and the few lines of HTTP before the WebSocket. No I/O.

Bytes from a client have two outcomes: a validated value, or a Rejection (a message) or Refusal
(a request) that names what was wrong. Nothing a client sends is ever quoted back to it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

import msgspec

from net.frames import binary_frame, close_frame
from net.limits import ANY_ORIGIN, SAME_HOST, Limits
from net.rejections import BadMessage, BadVersion, Internal, Refusal, Rejection, told
from schema.messages import (
    NAME_CHARACTERS_MAX,
    NAME_DEFAULT,
    PROTOCOL_VERSION,
    ClientKind,
    ClientMessage,
    CloseCode,
    Error,
    ErrorCode,
    Input,
    Join,
    Ping,
    ServerMessage,
    Spectate,
)

_decoder: Final[msgspec.msgpack.Decoder[ClientMessage]] = msgspec.msgpack.Decoder(
    Join | Input | Ping | Spectate
)
_encoder: Final = msgspec.msgpack.Encoder()

_FIELDS: Final[dict[int, tuple[str, ...]]] = {
    ClientKind.JOIN: Join.__struct_fields__,
    ClientKind.INPUT: Input.__struct_fields__,
    ClientKind.PING: Ping.__struct_fields__,
    ClientKind.SPECTATE: Spectate.__struct_fields__,
}
_EXPECTED_AT: Final = re.compile(r"^Expected `\w+`([ \w<>=-]{0,40}), got `\w+` - at `\$\[(\d)\]`$")
_RANGE_AT: Final = re.compile(r"^Expected `\w+` (?:<=|>=) -?\d+ - at `\$\[(\d)\]`$")

# Letters, marks and symbols that draw nothing: fillers, blanks, variation selectors.
_INVISIBLE: Final = (
    frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0")
    | frozenset(map(chr, range(0xFE00, 0xFE10)))
    | frozenset(map(chr, range(0xE0100, 0xE01F0)))
)
# Cc control, Cf format (bidi overrides, zero width), Cs surrogate, Co private, Cn unassigned.
_DROPPED_CATEGORIES: Final = frozenset(("Cc", "Cf", "Cs", "Co", "Cn"))


def decode(data: bytes) -> ClientMessage:
    """Read one message of a client. BadMessage or BadVersion otherwise."""
    try:
        message = _decoder.decode(data)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        # Another version's JOIN may well have another shape.
        _check_version(data)
        # ValueError: malformed UTF-8 leaves msgspec as UnicodeDecodeError.
        raise BadMessage(_explain(data, error)) from None
    if isinstance(message, Join):
        _check_version(data)
    return message


def _check_version(data: bytes) -> None:
    """BadVersion for what looks like a JOIN of another version."""
    if _spoken_version(data) not in (None, PROTOCOL_VERSION):
        raise BadVersion(
            f"this server speaks protocol version {PROTOCOL_VERSION}: reload the page",
        )


def _spoken_version(data: bytes) -> int | None:
    """The version in what looks like a JOIN of any version; None for everything else."""
    if len(data) < 3 or not 0x92 <= data[0] <= 0x9F or data[1] != ClientKind.JOIN:
        return None
    lead = data[2]
    if lead <= 0x7F:
        return lead
    width = {0xCC: 1, 0xCD: 2}.get(lead, 0)
    if not width or len(data) < 3 + width:
        return None
    return int.from_bytes(data[3 : 3 + width], "big")


def _explain(data: bytes, error: Exception) -> str:
    """Name the message and the field, in words that hold nothing of what was sent."""
    kind = data[1] if len(data) > 1 and 0x90 < data[0] <= 0x9F else 0
    names = _FIELDS.get(kind)
    if not names:
        return "a message is one MessagePack array that starts with the kind 1, 2, 3 or 4"
    kind_name = ClientKind(kind).name
    text = str(error)
    at = _RANGE_AT.match(text)
    if at and 0 < int(at[1]) <= len(names):
        return f"{kind_name}.{names[int(at[1]) - 1]} is out of range"
    at = _EXPECTED_AT.match(text)
    if at and 0 < int(at[2]) <= len(names):
        return f"{kind_name}.{names[int(at[2]) - 1]} has the wrong type"
    if kind in (ClientKind.JOIN, ClientKind.INPUT):
        names = (*names[:-1], f"{names[-1]}?")
    return f"{kind_name} must be exactly [{kind}, {', '.join(names)}], each within its range"


def encode(message: ServerMessage | ClientMessage) -> bytes:
    """One message as the MessagePack bytes of one WebSocket message."""
    return _encoder.encode(message)


def clean_name(raw: str) -> str:
    """A name that is safe to show: NFC, visible, one line, at most 16 characters; else "Guest".

    Control and format characters go (with them bidirectional overrides and zero widths), so do
    characters that draw nothing; runs of white space become one space.
    """
    kept = []
    for character in unicodedata.normalize("NFC", raw):
        category = unicodedata.category(character)
        if category[0] == "Z" or character in "\t\n\r\v\f\x85":
            kept.append(" ")
        elif category not in _DROPPED_CATEGORIES and character not in _INVISIBLE:
            kept.append(character)
    # Again: with what stood between them gone, two characters may compose.
    name = unicodedata.normalize("NFC", " ".join("".join(kept).split()))
    name = name[:NAME_CHARACTERS_MAX].rstrip()
    # Marks alone would hang on whatever stands before the name.
    if not any(unicodedata.category(character)[0] in "LNPS" for character in name):
        return NAME_DEFAULT
    return name


@dataclass(frozen=True, slots=True)
class Head:
    """What the door asks about a request. ``origin`` is None for most programs."""

    host: str
    origin: str | None
    forwarded_for: str


_METHOD: Final = b"GET "
_REASONS: Final = {
    400: "Bad Request",
    403: "Forbidden",
    429: "Too Many Requests",
    503: "Service Unavailable",
}


def head_complete(received: bytes | bytearray, bytes_max: int) -> bool:
    """Whether a whole request head has arrived, and nothing more than it.

    Refusal 400 as soon as it cannot become one: another method or protocol (a TLS hello, HTTP/2),
    too many bytes, bytes behind the head before it was answered.
    """
    if not received.startswith(_METHOD[: len(received)]):
        raise Refusal(400, "not_http_get")
    end = received.find(b"\r\n\r\n")
    if end < 0 and len(received) < bytes_max:
        return False
    if end < 0 or end + 4 > bytes_max:
        raise Refusal(400, "head_too_big")
    if len(received) > end + 4:
        raise Refusal(400, "data_before_upgrade")
    return True


def read_head(head: bytes | bytearray) -> Head:
    """Find the headers the door decides by. Refusal 400 where two readers could disagree.

    The HTTP parser behind checks the rest; it never looks at these.
    """
    lines = bytes(head).split(b"\r\n")
    if any(b"\n" in line or b"\r" in line or line[:1] in (b" ", b"\t") for line in lines):
        raise Refusal(400, "bad_head")
    if not lines[0].endswith(b" HTTP/1.1"):
        raise Refusal(400, "not_http_1_1")
    found: dict[bytes, list[str]] = {b"host": [], b"origin": [], b"x-forwarded-for": []}
    for line in lines[1:]:
        name, _, value = line.partition(b":")
        if (values := found.get(name.lower())) is not None:
            values.append(value.strip().decode("latin-1"))
    if len(found[b"host"]) != 1 or len(found[b"origin"]) > 1:
        raise Refusal(400, "bad_head")
    origin = found[b"origin"][0] if found[b"origin"] else None
    return Head(found[b"host"][0], origin, ",".join(found[b"x-forwarded-for"]))


def check_origin(head: Head, limits: Limits) -> None:
    """Refusal 403 for a page that is not allowed to connect."""
    allowed = limits.allowed_origins
    if head.origin is None:
        if not limits.allow_missing_origin:
            raise Refusal(403, "missing_origin")
        return
    if ANY_ORIGIN in allowed or head.origin.lower() in {entry.lower() for entry in allowed}:
        return
    scheme, separator, authority = head.origin.partition("://")
    same = _host_name(authority) == _host_name(head.host) != ""
    if SAME_HOST in allowed and separator and scheme.lower() in ("http", "https") and same:
        return
    raise Refusal(403, "foreign_origin")


def _host_name(authority: str) -> str:
    """``Play.Example.org:8080`` → ``play.example.org``; "" when it is no plain authority."""
    match = re.fullmatch(r"(\[[0-9A-Fa-f:.]+\]|[^\s:/@\[\]?#\\]+)(?::\d{1,5})?", authority)
    return match[1].lower() if match else ""


def http_reply(refusal: Refusal) -> bytes:
    """The whole HTTP answer to a request that does not become a WebSocket."""
    reason = _REASONS[refusal.status]
    retry = "" if refusal.retry_after_s is None else f"Retry-After: {refusal.retry_after_s}\r\n"
    words = f"{reason}: {refusal.reason}"
    body = msgspec.json.encode(told(refusal.reason, words, refusal.retry_after_s)).decode("ascii")
    return (
        f"HTTP/1.1 {refusal.status} {reason}\r\nConnection: close\r\n{retry}"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    ).encode("ascii")


def last_words(refusal: Refusal | None, reason: str) -> bytes:
    """What to send before closing where nothing has been said; empty when nothing needs to be.

    A refused request gets its HTTP answer, a broken frame an ERROR and close code 1002, and the
    client of a connection that our own bug ended ("internal") an ERROR and close code 1011.
    """
    words: Rejection
    if refusal is not None:
        return http_reply(refusal)
    if reason == "protocol_error":
        words = BadMessage("a WebSocket frame was malformed", close_code=CloseCode.PROTOCOL_ERROR)
    elif reason == ErrorCode.INTERNAL:
        words = Internal()
    else:
        return b""
    error = Error(words.code.value, words.message, words.retry_after_s)
    return binary_frame(encode(error)) + close_frame(words.close_code)


def blame_for_close(code: int, *, answered: bool) -> str:
    """What to count a connection under whose WebSocket closed with ``code``; "" for a free choice.

    ``answered`` tells a close frame from a frame so broken that nothing was sent back: a client
    may claim any code itself.
    """
    if code == CloseCode.TOO_BIG:
        return "message_too_big"
    broken = code in (CloseCode.PROTOCOL_ERROR, CloseCode.INVALID_TEXT)
    return "protocol_error" if broken and not answered else ""
