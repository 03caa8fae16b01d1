"""Small frames taken out of a client's stream, against a slow reader of RFC 6455."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from net.frames import Sieve, binary_frame
from tests.net.hostile import BINARY, CLOSE, CONTINUATION, PING_OP, PONG_OP, TEXT, frame

PAYLOADS = st.binary(max_size=125)
USUAL = st.tuples(st.sampled_from([BINARY, BINARY, BINARY, PING_OP, PONG_OP]), PAYLOADS)
LAST = {
    "text": frame(TEXT, b"hi"),
    "close": frame(CLOSE, b"\x03\xe8"),
    "first fragment": frame(BINARY, b"ab", fin=False),
    "later fragment": frame(CONTINUATION, b"ab"),
    "long": frame(BINARY, bytes(126)),
    "very long": frame(BINARY, bytes(70_000)),
    "length wider than it need be": frame(BINARY, b"ab", wide=2),
    "unmasked": frame(BINARY, b"ab", masked=False),
    "reserved bit": frame(BINARY, b"ab", rsv=4),
    "reserved opcode": frame(0x3, b"ab"),
    "ping too long": frame(PING_OP, bytes(126)),
    "ping in fragments": frame(PING_OP, b"ab", fin=False),
}


@dataclass
class Sifted:
    """What came out of a stream that arrived in pieces."""

    taken: list[bytes]
    passed: bytes
    sieve: Sieve


def sift(stream: bytes, cuts: list[int]) -> Sifted:
    sieve, taken, passed = Sieve(), [], b""
    edges = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    for begin, end in pairwise(edges):
        some, rest = sieve.sift(stream[begin:end])
        taken += some
        passed += rest
    return Sifted(taken, passed, sieve)


CUTS = st.lists(st.integers(0, 2000), max_size=12)


@settings(max_examples=400, deadline=None, derandomize=True, database=None)
@given(st.lists(USUAL, max_size=12), CUTS)
def test_messages_are_taken_and_control_frames_pass(
    frames: list[tuple[int, bytes]], cuts: list[int]
) -> None:
    found = sift(b"".join(frame(opcode, payload) for opcode, payload in frames), cuts)
    assert found.taken == [payload for opcode, payload in frames if opcode == BINARY]
    assert found.passed == b"".join(frame(*pair) for pair in frames if pair[0] != BINARY)
    assert not found.sieve.spent


@pytest.mark.parametrize("last", LAST)
@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(st.lists(USUAL, max_size=4), st.binary(max_size=300), CUTS)
def test_from_the_first_unusual_frame_on_everything_passes(
    last: str, frames: list[tuple[int, bytes]], rest: bytes, cuts: list[int]
) -> None:
    usual = b"".join(frame(opcode, payload) for opcode, payload in frames)
    found = sift(usual + LAST[last] + rest, cuts)
    assert found.taken == [payload for opcode, payload in frames if opcode == BINARY]
    control = b"".join(frame(*pair) for pair in frames if pair[0] != BINARY)
    assert found.passed == control + LAST[last] + rest
    assert found.sieve.spent


@settings(max_examples=400, deadline=None, derandomize=True, database=None)
@given(st.binary(max_size=400), CUTS)
def test_no_byte_is_lost_or_made_up(stream: bytes, cuts: list[int]) -> None:
    """Whatever arrives, and however it is cut: the same comes out as from one piece."""
    whole, pieces = sift(stream, []), sift(stream, cuts)
    assert (whole.taken, whole.passed) == (pieces.taken, pieces.passed)
    out = len(whole.passed) + sum(6 + len(payload) for payload in whole.taken)
    assert 0 <= len(stream) - out <= 130, "at most one small frame is held back"


def test_masks_are_undone() -> None:
    stream = b"\x82\x85" + b"\x01\x02\x03\x04" + bytes([1 ^ 9, 2 ^ 8, 3 ^ 7, 4 ^ 6, 1 ^ 5])
    assert Sieve().sift(stream) == ([bytes([9, 8, 7, 6, 5])], b"")
    assert Sieve().sift(b"\x82\x80abcd") == ([b""], b"")


@pytest.mark.parametrize(
    ("size", "head"),
    [
        (0, b"\x82\x00"),
        (125, b"\x82\x7d"),
        (126, b"\x82\x7e\x00\x7e"),
        (65_535, b"\x82\x7e\xff\xff"),
        (65_536, b"\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00"),
    ],
)
def test_heads_of_our_frames(size: int, head: bytes) -> None:
    assert binary_frame(bytes(size)) == head + bytes(size)
