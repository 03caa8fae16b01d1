"""Frames of a load test's client, held to another implementation of the protocol."""

from __future__ import annotations

import base64
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame as Theirs
from websockets.frames import Opcode
from websockets.server import ServerProtocol

from ringfall.loadtest.framing import (
    BINARY,
    CLOSE,
    CONTINUATION,
    HEAD_MAX_BYTES,
    PING,
    PONG,
    TEXT,
    BadFrameError,
    Frame,
    FrameReader,
    RefusedError,
    answered,
    masked,
    request,
)

KEY = bytes(range(16))
SIZES = st.one_of(st.integers(0, 300), st.sampled_from([125, 126, 65535, 65536, 70_000]))
PAYLOADS = st.binary(max_size=40).flatmap(
    lambda seed: SIZES.map(lambda size: (seed * (size // max(len(seed), 1) + 1))[:size])
)


def server() -> ServerProtocol:
    return ServerProtocol()


def shaken(protocol: ServerProtocol) -> bytes:
    """The server's answer to our request."""
    protocol.receive_data(request("127.0.0.1:8001", "/", KEY))
    [asked] = protocol.events_received()
    protocol.send_response(protocol.accept(asked))  # type: ignore[arg-type]
    return b"".join(protocol.data_to_send())


def test_the_handshake() -> None:
    answer = shaken(server())
    for end in range(len(answer)):
        assert answered(answer[:end], KEY) is None
    assert answered(answer, KEY) == len(answer)
    assert answered(answer + b"more", KEY) == len(answer)
    with pytest.raises(BadFrameError, match="somebody else"):
        answered(answer, bytes(16))


def test_a_refusal_has_its_status() -> None:
    with pytest.raises(RefusedError) as caught:
        answered(b"HTTP/1.1 429 Too Many Requests\r\nContent-Length: 2\r\n\r\n{}", KEY)
    assert (caught.value.status, caught.value.body) == (429, b"{}")


@pytest.mark.parametrize("data", [b"SSH-2.0-x\r\n\r\n", b"\r\n\r\n", bytes(HEAD_MAX_BYTES + 1)])
def test_what_is_no_answer(data: bytes) -> None:
    with pytest.raises(BadFrameError):
        answered(data, KEY)


@given(payload=PAYLOADS, mask=st.binary(min_size=4, max_size=4))
def test_what_we_send_is_read_as_it_was(payload: bytes, mask: bytes) -> None:
    protocol = server()
    shaken(protocol)
    protocol.receive_data(masked(BINARY, payload, mask))
    [frame] = protocol.events_received()
    assert isinstance(frame, Theirs)
    assert (frame.opcode, frame.fin, bytes(frame.data)) == (Opcode.BINARY, True, payload)


@given(
    frames=st.lists(st.tuples(st.sampled_from([TEXT, BINARY, PING, PONG]), PAYLOADS), max_size=6),
    cuts=st.lists(st.integers(0, 200_000), max_size=8),
)
def test_what_they_send_is_read_whole_however_it_comes(
    frames: list[tuple[int, bytes]], cuts: list[int]
) -> None:
    sent = [
        (opcode, payload[:125] if opcode in (PING, PONG) else payload) for opcode, payload in frames
    ]
    stream = b"".join(
        Theirs(Opcode(opcode), payload).serialize(mask=False) for opcode, payload in sent
    )
    assert read(stream, cuts) == [Frame(opcode, payload) for opcode, payload in sent]


@given(
    parts=st.lists(st.binary(max_size=200), min_size=1, max_size=5),
    cuts=st.lists(st.integers(0, 1000), max_size=4),
)
def test_messages_in_pieces_with_pings_between(parts: list[bytes], cuts: list[int]) -> None:
    stream = b""
    for index, part in enumerate(parts):
        opcode = Opcode.CONT if index else Opcode.BINARY
        last = index == len(parts) - 1
        stream += Theirs(opcode, part, fin=last).serialize(mask=False)
        stream += Theirs(Opcode.PING, b"p").serialize(mask=False)
    found = read(stream, cuts)
    assert [frame.payload for frame in found if frame.opcode == PING] == [b"p"] * len(parts)
    assert [f for f in found if f.opcode != PING] == [Frame(BINARY, b"".join(parts))]


def read(stream: bytes, cuts: list[int]) -> list[Frame]:
    """The frames of a stream that arrives in these pieces."""
    reader, found = FrameReader(), []
    places = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    for start, end in itertools.pairwise(places):
        found += reader.feed(stream[start:end])
    return found


@pytest.mark.parametrize(
    "data",
    [
        bytes([0x82 | 0x40, 0]),  # a reserved bit
        bytes([0x82, 0x80, 0, 0, 0, 0]),  # masked
        bytes([0x83, 0]),  # an opcode that is none
        bytes([0x80 | CONTINUATION, 0]),  # nothing to continue
        bytes([0x02, 0, 0x82, 0]),  # begun twice
        bytes([PING, 0]),  # a ping in pieces
        bytes([0x80 | PING, 126, 0, 126]) + bytes(126),  # a long ping
        bytes([0x82, 127]) + (1 << 40).to_bytes(8, "big"),  # without end
    ],
)
def test_what_no_server_may_send(data: bytes) -> None:
    with pytest.raises(BadFrameError):
        FrameReader().feed(data)


def test_a_close_has_its_code() -> None:
    [frame] = FrameReader().feed(Theirs(Opcode.CLOSE, b"\x03\xe8over").serialize(mask=False))
    assert frame == Frame(CLOSE, b"\x03\xe8over")
    assert base64.b64encode(KEY).decode() in request("h", "/", KEY).decode()
