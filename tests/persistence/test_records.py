from __future__ import annotations

import string
from typing import Any

import msgpack
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from persistence.errors import BadRecord
from persistence.records import (
    REFUSALS,
    Changes,
    Entrant,
    Keyframe,
    KeyframeEntry,
    Placement,
    Record,
    Seal,
    Tick,
    decode_record,
    encode_record,
    header_format,
)
from tests.persistence.samples import NO_MORE, header

U32 = st.integers(0, 2**32 - 1)
U64 = st.integers(0, 2**64 - 1)
NAMES = st.text(max_size=64)
U16 = st.integers(0, 2**16 - 1)
U8 = st.integers(0, 2**8 - 1)
ENTRANTS = st.builds(Entrant, U32, st.sampled_from([0, 1, 2, 3]), NAMES, U16, U8, U8)
TICKS = st.builds(
    Tick,
    U32,
    U64,
    st.lists(ENTRANTS, max_size=3).map(tuple),
    st.lists(U32, max_size=3).map(tuple),
    st.binary(max_size=50),
)
KEYFRAMES = st.builds(Keyframe, U32, U64, st.integers(0, 2**26), st.binary(max_size=30))
CHANGES = st.builds(
    Changes, st.integers(1, 2**32 - 1), st.integers(0, 3600), U32, st.binary(max_size=30)
)
AMOUNTS = st.floats(0, 1e15, allow_nan=False)
PLACEMENTS = st.builds(
    Placement,
    *(U32, U32, NAMES, U32, AMOUNTS, U32, U16, U8, U8),
    *(U32, U32, U32, AMOUNTS, AMOUNTS, U32, U32, AMOUNTS, U32),
)
SEALS = st.builds(
    Seal,
    tick=U32,
    final_hash=U64,
    winner=st.none() | U32,
    result=st.lists(PLACEMENTS, max_size=3).map(tuple),
    keyframes=st.lists(st.builds(KeyframeEntry, U32, st.integers(0, 2**63 - 1)), max_size=3).map(
        tuple
    ),
    first_tick=st.none() | U32,
    record_count=st.integers(0, 2**63 - 1),
    reason=st.sampled_from(["finished", "stopped"]),
)
HEADERS = st.builds(
    header,
    seed=U64,
    balance=st.binary(max_size=40),
    environment=st.dictionaries(NAMES, NAMES, max_size=3),
    players=st.lists(ENTRANTS, max_size=3).map(tuple),
    tick_rate_hz=st.integers(1, 1000),
)


@given(TICKS | KEYFRAMES | CHANGES | SEALS | HEADERS)
def test_every_record_comes_back_as_it_was(record: Record) -> None:
    assert decode_record(encode_record(record)) == record


def test_fields_stand_in_the_documented_order() -> None:
    record = Tick(7, 2**64 - 1, (Entrant(1, 0, "A", 2, 3, 9, "p"),), (2,), b"c")
    assert msgpack.unpackb(encode_record(record)) == [
        1, 7, 2**64 - 1, [[1, 0, "A", 2, 3, 9, "p"]], [2], b"c",
    ]  # fmt: skip
    assert msgpack.unpackb(encode_record(Keyframe(7, 8, 9, b"z"))) == [2, 7, 8, 9, b"z"]
    assert msgpack.unpackb(encode_record(Changes(7, 8, 9, b"z"))) == [4, 7, 8, 9, b"z"]


GOOD_TICK: list[Any] = [1, 7, 8, [[1, 0, "A", 2, 3, 9, "p"]], [2], b"c"]


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (0, 5),
        (0, -1),
        (0, "1"),
        (1, -1),
        (1, 2**32),
        (1, 1.0),
        (1, True),
        (1, None),
        (2, -1),
        (3, [[1, 4, "A", 2, 3, 9, "p"]]),
        (3, [[1, 0, "A", 2, 3, 9, 0]]),
        (3, [[1, 0, "A", 2, 3, 9, "p" * 65]]),
        (3, [[1, 0, "A", 2, 3, 9, "p", 0]]),
        (3, [[1, 0, "A", 2, 3, 9]]),
        (3, [[1, 0, "A", 2, 3]]),
        (3, [[1, 0, "A"]]),
        (3, [[1, 0]]),
        (3, [[1, 0, "A" * 65, 2, 3, 9, "p"]]),
        (3, [[1, 0, "A", 2**16, 3, 9, "p"]]),
        (3, [[1, 0, "A", 2, 256, 9, "p"]]),
        (3, [[1, 0, "A", 2, 3, -1, "p"]]),
        (3, {}),
        (4, [2**32]),
        (4, [None]),
        (5, "text"),
    ],
)
def test_a_tick_with_one_wrong_field_is_refused(place: int, value: object) -> None:
    fields = list(GOOD_TICK)
    assert isinstance(decode_record(msgpack.packb(fields)), Tick)
    fields[place] = value
    with pytest.raises(REFUSALS):
        decode_record(msgpack.packb(fields))


@pytest.mark.parametrize("damage", [float("nan"), float("inf"), -1.0, 1e16])
def test_impossible_amounts_are_refused(damage: float) -> None:
    seal = Seal(
        tick=1,
        final_hash=1,
        winner=None,
        result=(Placement(1, 1, "A", 0, damage, 1, *NO_MORE),),
        keyframes=(),
        first_tick=None,
        record_count=0,
        reason="finished",
    )
    with pytest.raises(BadRecord, match="float"):
        encode_record(seal)


def test_missing_and_extra_fields_are_refused() -> None:
    assert isinstance(decode_record(msgpack.packb([2, 1, 1, 1, b""])), Keyframe)
    assert isinstance(decode_record(msgpack.packb([4, 1, 1, 1, b""])), Changes)
    wrong: list[Any] = [
        [4, 1, 1, 1],
        [4, 0, 1, 1, b""],
        [4, 1, 3601, 1, b""],
        [2, 1, 1, 1],
        [2, 1, 1, 1, b"", 0],
        [],
        {},
        2,
        [[2]],
    ]
    for fields in wrong:
        with pytest.raises(REFUSALS):
            decode_record(msgpack.packb(fields))


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\xc1",
        b"\x96\x01",
        b"\xdd\xff\xff\xff\xff\x01",
        b"\x96\x01\x01\x01\xdd\xff\xff\xff\xff",
        b"\x96\x01\x01\x01\x90\xdd\xff\xff\xff\xff" + b"\x01" * 50,
        b"\x95\x02\x01\x01\x01\xc6\xff\xff\xff\xff",
        b"\x91" * 100_000,
        b"\x96\x01\x01\x01" + b"\x91" * 100_000,
        b"\x95\x02\x01\x01\x01\xc4\x00\x00",
        b"\x95\x04\x01\x01\x01\xc6\xff\xff\xff\xff",
        b"\x96\x01\x01\x01\x91\x93\x01\x00\xa2\xff\xff\x90\xc4\x00",
    ],
)
def test_hostile_payloads_are_refused(payload: bytes) -> None:
    with pytest.raises(REFUSALS):
        decode_record(payload)
    assert header_format(payload) is None


@given(st.binary(max_size=200))
def test_any_bytes_are_a_record_or_refused(payload: bytes) -> None:
    header_format(payload)
    try:
        record = decode_record(payload)
    except REFUSALS:
        return
    assert encode_record(record)


def test_trailing_fields_that_may_be_empty_may_be_absent() -> None:
    assert decode_record(msgpack.packb([1, 7, 8])) == Tick(7, 8)
    assert len(msgpack.unpackb(encode_record(Tick(7, 8)))) == 6  # but are always written


def test_too_many_entrants_are_refused() -> None:
    fields = list(GOOD_TICK)
    fields[4] = [1] * (2**17 + 1)
    with pytest.raises(REFUSALS):
        decode_record(msgpack.packb(fields))


def test_encoding_refuses_what_decoding_would() -> None:
    for bad in (
        Tick(-1, 0),
        Tick(1, 2**64),
        Tick(1, -1),
        Tick(np.int64(1), 0),  # type: ignore[arg-type]
        Tick(1, 0, commands="text"),  # type: ignore[arg-type]
        Keyframe(1, 1, 2**40, b""),
        Changes(0, 1, 0, b""),
        Changes(1, 2**12, 0, b""),
        header(changes_ticks=-1),
        header(keyframe_ticks=0),
        header(tick_rate_hz=0),
        header(match_id="x" * 300),
    ):
        with pytest.raises(BadRecord, match=type(bad).__name__):
            encode_record(bad)


def test_a_payload_over_the_limit_is_refused() -> None:
    with pytest.raises(BadRecord, match="limit"):
        encode_record(Tick(1, 1, commands=bytes(64 * 1024 * 1024)))


def test_the_format_of_any_version_can_be_told() -> None:
    assert header_format(encode_record(header())) == 4
    assert header_format(msgpack.packb([0, 77, {"new": [1, [2]]}, None, 1.5])) == 77
    assert header_format(msgpack.packb([1, 77])) is None
    assert header_format(msgpack.packb([0, "1"])) is None
    assert header_format(string.printable.encode()) is None
