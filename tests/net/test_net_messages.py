"""decode: any bytes become a message within its ranges, or a Rejection. Nothing else."""

from __future__ import annotations

import unicodedata

import msgpack
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from net.rejections import Rejection
from net.wire import binary_frame, clean_name, decode, encode
from schema import messages as m
from schema.events import CAUSE_ZONE
from tests.net.harness import RESULT, RULES, WORLD

U32 = st.integers(0, 2**32 - 1)
INPUTS = st.builds(
    m.Input,
    U32,
    st.integers(0, 4095),
    st.integers(0, 4095),
    st.integers(0, 255),
    st.integers(0, 127),
    U32,
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats()
    | st.text(max_size=20)
    | st.binary(max_size=20),
    lambda inner: st.lists(inner, max_size=7) | st.dictionaries(st.integers(0, 9), inner),
    max_leaves=12,
)


def within_ranges(message: m.ClientMessage) -> bool:
    """The table of the protocol again, written another way."""
    row = msgspec.structs.astuple(message)
    if isinstance(message, m.Join):
        version, ticket, tick = row
        numbers = all(type(number) is int for number in (version, tick))
        return numbers and version == 3 and 0 <= tick < 2**32 and len(str(ticket)) <= 128
    tops = {
        m.Input: (2**32, 4096, 4096, 256, 128, 2**32),
        m.Ping: (2**32,),
        m.Spectate: (2**16,),
    }[type(message)]
    return all(type(v) is int and 0 <= v < top for v, top in zip(row, tops, strict=True))


def outcome(data: bytes) -> m.ClientMessage | Rejection:
    result: m.ClientMessage | Rejection
    try:
        result = decode(data)
    except Rejection as rejection:
        result = rejection
    if isinstance(result, Rejection):
        assert result.code in (m.ErrorCode.BAD_MESSAGE, m.ErrorCode.BAD_VERSION)
        assert result.message.isprintable()
        assert len(result.message) < 120
    else:
        assert within_ranges(result), result
    return result


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    outcome(data)


@settings(deadline=None)
@given(VALUES)
def test_any_value(value: object) -> None:
    outcome(msgpack.packb(value))


@settings(deadline=None)
@given(st.sampled_from([1, 2, 3, 4]), st.lists(VALUES, max_size=7))
def test_any_fields(kind: int, fields: list[object]) -> None:
    outcome(msgpack.packb([kind, *fields]))


@settings(deadline=None)
@given(
    st.sampled_from(
        [
            b"\x93\x01\x03\xa3Eve",
            b"\x94\x01\x03\xa3Eve\x09",
            b"\x97\x02\x01\x00\x00\x00\x00\x00",
            b"\x92\x03\x07",
            b"\x92\x04\x07",
        ]
    ),
    st.data(),
)
def test_damaged_messages(data: bytes, draw: st.DataObject) -> None:
    at = draw.draw(st.integers(0, len(data) - 1))
    damaged = data[:at] + draw.draw(st.binary(max_size=9)) + data[at + 1 :]
    outcome(damaged)


@settings(deadline=None)
@given(INPUTS)
def test_input_round_trip(message: m.Input) -> None:
    assert decode(encode(message)) == message
    # The other library agrees on the bytes.
    assert msgpack.unpackb(encode(message)) == [2, *msgspec.structs.astuple(message)]


@settings(deadline=None)
@given(st.text(max_size=160))
def test_join_accepts_any_ticket_of_up_to_128_characters(ticket: str) -> None:
    data = msgpack.packb([1, 3, ticket], unicode_errors="surrogatepass")
    result = outcome(data)
    whole = not any(0xD800 <= ord(character) <= 0xDFFF for character in ticket)
    assert isinstance(result, m.Join) == (len(ticket) <= 128 and whole)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ([1, 3, 7], "JOIN.ticket has the wrong type"),
        ([1, 3, None], "JOIN.ticket has the wrong type"),
        ([1, 3, "Eve", -1], "JOIN.resume_tick is out of range"),
        ([1, 3, "Eve", 2**32], "JOIN.resume_tick is out of range"),
        ([1, 3, "Eve", 0.0], "JOIN.resume_tick has the wrong type"),
        ([1, 3, "Eve", True], "JOIN.resume_tick has the wrong type"),
        ([1, 3], "JOIN must be exactly [1, version, ticket, resume_tick?], each within its range"),
        ([4, 2**16], "SPECTATE.slot is out of range"),
        ([4, "7"], "SPECTATE.slot has the wrong type"),
    ],
)
def test_what_is_wrong_is_named(fields: list[object], said: str) -> None:
    with pytest.raises(Rejection) as caught:
        decode(msgpack.packb(fields))
    assert caught.value.message == said


def test_where_to_go_on_may_be_left_out() -> None:
    assert decode(msgpack.packb([1, 3, "Eve"])) == m.Join(3, "Eve", 0)
    assert decode(msgpack.packb([1, 3, "Eve", 2**32 - 1])) == m.Join(3, "Eve", 2**32 - 1)
    assert decode(msgpack.packb([4, 65535])) == m.Spectate(65535)


OK_INPUT = [2, 5, 100, 200, 30, 3, 4]


@pytest.mark.parametrize(
    ("at", "value", "said"),
    [
        (1, 2**32, "INPUT.seq is out of range"),
        (1, -1, "INPUT.seq is out of range"),
        (2, 4096, "INPUT.move is out of range"),
        (3, 4096, "INPUT.aim is out of range"),
        (4, 256, "INPUT.reach is out of range"),
        (5, 128, "INPUT.buttons is out of range"),
        (6, 2**32, "INPUT.ack is out of range"),
        (2, 1.0, "INPUT.move has the wrong type"),
        (2, float("nan"), "INPUT.move has the wrong type"),
        (5, True, "INPUT.buttons has the wrong type"),
        (3, None, "INPUT.aim has the wrong type"),
        (3, "7", "INPUT.aim has the wrong type"),
        (1, 2**64 - 1, "INPUT.seq is out of range"),
    ],
)
def test_rejections_name_the_field(at: int, value: object, said: str) -> None:
    fields = [*OK_INPUT]
    fields[at] = value  # type: ignore[call-overload]
    with pytest.raises(Rejection) as caught:
        decode(msgpack.packb(fields))
    assert caught.value.message == said
    assert caught.value.close_code == m.CloseCode.REFUSED


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xc1",
        b"\x90",
        b"\x91\x02",
        b"\xc0",
        b"\x91" * 100_000,
        b"\x92\x03" + b"\x91" * 100_000,
        b"\x81\x01" * 100_000,
        b"\xdd\xff\xff\xff\xff",
        b"\x93\x01\x03\xdb\xff\xff\xff\xff",
        b"\x92\x03\xc7\x08\x01aaaaaaaa",
        b"\x92\x03\xd6\xff\x00\x00\x00\x00",
        b"\x93\x01\x03\xa2\xff\xfe",
        b"\x93\x01\x03\xa3\xed\xa0\x80",
        b"\x92\x03\x07\x00",
        b"\x93\x03\x07\x07",
        b"\x93\x01\x03\xc4\x01a",
        b"\x92\x04\xff",
        b"\x93\x04\x01\x01",
        b"\x92\xc3\x07",
        b"\x92\xca\x40\x40\x00\x00\x07",
        b"\x92\x01\x03",
        b"\x95\x01\x03\xa3Eve\x00\x00",
        b"\x93\x01\x03",
        b"\x93\x01",
    ],
)
def test_broken_bytes(data: bytes) -> None:
    result = outcome(data)
    assert isinstance(result, Rejection)
    assert result.code is m.ErrorCode.BAD_MESSAGE


@pytest.mark.parametrize(
    "fields",
    [
        [1, 0, "Eve"],
        [1, 1, "Eve"],
        [1, 2, "Eve", 255, 0],
        [1, 200, "Eve", {"new": 1}],
        [1, 65535, None],
    ],
)
def test_other_versions_are_told_so_whatever_their_join_looks_like(fields: list[object]) -> None:
    with pytest.raises(Rejection) as caught:
        decode(msgpack.packb(fields))
    assert caught.value.code is m.ErrorCode.BAD_VERSION


def test_server_messages_have_the_bytes_of_the_protocol() -> None:
    welcome = m.Welcome(3, 3, 30, 9, "m-1", WORLD, RULES, [m.RosterRow(3, "Ada", 1, 2, 0)], 2)
    row = msgpack.unpackb(encode(welcome))
    assert row[:6] == [1, 3, 3, 30, 9, "m-1"]
    assert list(row[6]) == ["name", "width_u", "height_u", "walls", "bushes"]
    assert row[6]["walls"][0] == [10.0, 12.5, 2.0, 1.0, 0.25, 512, 7]
    assert row[6]["bushes"] == [[20.0, 20.0, 2.5]]
    assert list(row[7]) == list(m.Rules.__struct_fields__)
    assert row[7]["classes"][0]["block_half_degrees"] == 55.0
    assert list(row[7]["skills"][0]) == list(m.SkillView.__struct_fields__)
    assert list(row[7]["statuses"][0]) == list(m.StatusView.__struct_fields__)
    assert row[7]["classes"][0]["levels"] == [[7.4, 80.0, 0.25]]
    assert row[8:] == [[[3, "Ada", 1, 2, 0]], 2]
    cases: list[tuple[m.ServerMessage, list[object]]] = [
        (m.Joined(4, "Bo", 3, 2, 1), [3, 4, "Bo", 3, 2, 1]),
        (m.Error("idle", "gone", None), [4, "idle", "gone", None]),
        (m.Error("server_full", "full", 5.0), [4, "server_full", "full", 5.0]),
        (m.Pong(7), [5, 7]),
        (RESULT, [6, 2, 30, 15, 4, 3, 250.5, 12.25, 0.5, 812.5, 900, 6, None, None, False]),
        (m.Kill(88, 3, None, CAUSE_ZONE), [7, 88, 3, None, 240]),
        (m.Snapshot(b"abc"), [2, b"abc"]),
    ]
    for message, expected in cases:
        assert msgpack.unpackb(encode(message)) == expected
        assert msgspec.msgpack.decode(encode(message), type=m.ServerMessage) == message


@settings(deadline=None)
@given(st.text(max_size=64))
def test_clean_names_are_safe_to_show(raw: str) -> None:
    name = clean_name(raw)
    assert 1 <= len(name) <= 16
    assert name == name.strip()
    assert "  " not in name
    assert unicodedata.is_normalized("NFC", name)
    assert not {unicodedata.category(c) for c in name} & {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
    assert any(c.isprintable() and not c.isspace() for c in name)
    assert clean_name(name) == name


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("", "Guest"),
        ("  \t\n ", "Guest"),
        ("\u200b\u200d\ufeff", "Guest"),
        ("\u3164\u2800\u115f", "Guest"),
        ("\u0301\u0302", "Guest"),
        ("\u202eevil", "evil"),
        ("\u2066a\u2069b", "ab"),
        ("a\x00b\x1b[2Jc", "ab[2Jc"),
        ("  Ada \u00a0 Lovelace\n", "Ada Lovelace"),
        ("e\u0301", "é"),
        ("e\u200d\u0301", "é"),
        ("abcdefghijklmnopq", "abcdefghijklmnop"),
        ("abcdefghijklmno pq", "abcdefghijklmno"),
        ("日本語", "日本語"),
        ("🦊 fox", "🦊 fox"),
        ("<b>&", "<b>&"),
    ],
)
def test_clean_name(raw: str, clean: str) -> None:
    assert clean_name(raw) == clean


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65535, 65536, 70000])
def test_frames_are_read_by_another_library(size: int) -> None:
    from wsproto.events import BytesMessage
    from wsproto.frame_protocol import FrameProtocol, Opcode

    payload = bytes(size)
    client = FrameProtocol(client=True, extensions=[])
    client.receive_bytes(binary_frame(payload))
    (frame,) = list(client.received_frames())
    assert frame.opcode is Opcode.BINARY
    assert frame.message_finished
    assert BytesMessage(frame.payload).data == payload
