"""docs/protocol.md draws what the twin reads, says how much there may be, and gives an example."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random

import pytest

from net.kernels.happening import EVENTS_MAX
from net.ledger import IDS_MAX
from net.mirror import BadPayloadError, Mirror
from net.room import FULL_PAYLOAD_BYTES, GAP_MAX, PAYLOAD_BYTES
from tests.net.scenes import CENTRE, new_state, new_world, packer_of, put
from tests.net.vectors import FILE, record, text_of
from tests.net.watched import bodies, payload_of
from tests.oracle import snapshot as oracle

PAGE = (Path(__file__).resolve().parents[2] / "docs/protocol.md").read_text(encoding="utf-8")
FORMS = {"u8": "B", "u16": "H", "u32": "I", "i8": "b", "i16": "h", "i32": "i", "f64": "d"}


def section(title: str) -> str:
    """What the page says under a heading of the third order."""
    return PAGE.split(f"\n### {title}\n")[1].split("\n### ")[0].split("\n## ")[0]


def drawn(cell: str, names: list[str]) -> list[tuple[str, str]]:
    """(name, form) of these fields in the order of the page: each has the form named before it."""
    found: dict[str, str] = {}
    form = ""
    for kind, word in re.findall(r"`([uif]\d+)`|([a-z_]+)", cell):
        if kind:
            form = FORMS[kind]
        elif word in names:
            found.setdefault(word, form)
    return list(found.items())


@pytest.mark.parametrize(
    ("title", "groups"),
    [
        ("match", oracle.MATCH),
        ("self", oracle.SELF),
        ("hands", oracle.HAND),
        ("bodies", oracle.BODY),
    ],
)
def test_the_page_draws_the_groups_the_twin_reads(title: str, groups: oracle.Groups) -> None:
    """Bits, forms and names of every group."""
    rows = re.findall(r"^\| (\d+) \| (.*?) \|", section(title), re.MULTILINE)
    assert [int(bit) for bit, _ in rows] == [1 << bit for bit in range(len(groups))]
    for (_, cell), fields in zip(rows, groups, strict=True):
        assert drawn(cell, [name for name, _ in fields]) == list(fields), cell


def test_the_page_draws_motion_and_gait() -> None:
    text = section("The own body")
    for fields in (oracle.MOTION, oracle.GAIT):
        for name, form in fields:
            [drawn] = {kind for kind, at in FORMS.items() if at == form}
            assert re.search(rf"{drawn} +{name}\b", text), name


def test_the_page_draws_the_head() -> None:
    """Flags by their bits, and what comes with them in the order in which the twin reads it."""
    text = section("Layout")
    [flags] = re.findall(r"^u8 +flags +(.*)$", text, re.MULTILINE)
    bits = {name.lower(): int(bit) for bit, name in re.findall(r"(\d+) ([A-Z_]+)", flags)}
    assert bits == {name: 1 << bit for bit, name in enumerate(oracle.HEAD)}
    given = re.findall(r"^\S+ +(?:\d+ bytes|\w+) +with ([A-Z_]+)", text, re.MULTILINE)
    assert given == ["FULL", "SKIPPED", "ACK", "CHECK", "MOTION", "GAIT", "LEAD"]
    assert re.search(r"^i8 +lead +with LEAD", text, re.MULTILINE)


def test_the_page_says_how_much_there_may_be() -> None:
    text = section("How much")
    assert f"at most {PAYLOAD_BYTES:,} bytes; a full one {FULL_PAYLOAD_BYTES:,}" in text
    assert f"at most {IDS_MAX} things" in text
    assert f"at most {EVENTS_MAX})" in section("events")
    assert f"more than {GAP_MAX} ticks without one" in PAGE


def test_the_example_is_one() -> None:
    data = "".join(re.findall(r"^([0-9a-f]{2}(?: [0-9a-f]{2})*)  ", section("An example"), re.M))
    reader, mirror = oracle.Reader(tick=41, ack_seq=7), Mirror()
    row = dict.fromkeys(("x", "y", "aim", "health", "shield", "flags", "level", "hold"), 100)
    reader.bodies = {7: dict(row), 129: dict(row)}
    reader.apply(bytes.fromhex(data))
    assert (reader.tick, reader.ack_seq, reader.bodies.keys()) == (42, 8, {7})
    assert [reader.bodies[7][name] for name in ("x", "y", "aim")] == [115, 98, 64]
    with pytest.raises(BadPayloadError):
        mirror.apply(bytes.fromhex(data))


def test_the_recorded_snapshots_are_those_of_now() -> None:
    assert FILE.read_text(encoding="utf-8") == text_of(record())


def test_both_readers_notice_a_payload_of_the_wrong_size() -> None:
    world, state = new_world(), new_state(bodies(CENTRE, (25.0, 18.0)))
    put(world, state)
    packer = packer_of(world, state)
    payload = payload_of(packer.pack([packer.take_seat(0)])[0])
    for broken in (payload + b"\0", *(payload[:size] for size in range(len(payload)))):
        with pytest.raises(ValueError, match=r"."):
            oracle.Reader().apply(broken)
        with pytest.raises(BadPayloadError):
            Mirror().apply(broken)


def test_a_damaged_payload_is_refused_by_name_or_read_alike() -> None:
    """Whatever bytes come, the mirror raises one error, and reads nothing the page does not say."""
    chance, refused, read = Random(6), 0, 0
    stream = [bytes.fromhex(step["payload"]) for step in record()["streams"][0]]
    for _ in range(3000):
        reader, mirror = oracle.Reader(), Mirror()
        at = chance.randrange(1, 4)
        for payload in stream[:at]:
            reader.apply(payload)
            mirror.apply(payload)
        damaged = bytearray(stream[chance.choice((0, at))])
        for _ in range(chance.randint(1, 3)):
            damaged[chance.randrange(len(damaged))] = chance.choice((0, 1, 127, 128, 255))
        try:
            mirror.apply(bytes(damaged))
        except BadPayloadError:
            with pytest.raises(ValueError, match=r"."):
                reader.apply(bytes(damaged))
            refused += 1
        else:
            reader.apply(bytes(damaged))
            assert mirror.bodies.keys() == reader.bodies.keys()
            assert mirror.things.keys() == reader.things.keys()
            read += 1
    assert min(refused, read) > 100, (refused, read)
