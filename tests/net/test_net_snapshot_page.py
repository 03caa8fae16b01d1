"""docs/protocol.md draws what the twin reads, and says how much there may be."""

from __future__ import annotations

import struct
from pathlib import Path

import msgpack
import pytest

from net import sections
from net.snapshot import PAYLOAD_MAX_BYTES
from tests.net.scenes import CENTRE, new_state, new_world, packer_of, put
from tests.net.watched import bodies
from tests.oracle import snapshot as oracle


def test_the_twin_notices_a_payload_of_the_wrong_size() -> None:
    world, state = new_world(), new_state(bodies(CENTRE))
    put(world, state)
    payload = msgpack.unpackb(packer_of(world, state).pack([0])[0])[1]
    for broken in (payload + b"\0", payload[:-1]):
        with pytest.raises((ValueError, struct.error)):
            oracle.read_payload(broken)


PAGE = (Path(__file__).resolve().parents[2] / "docs/protocol.md").read_text(encoding="utf-8")
WIDTHS = {"u8": 1, "u16": 2, "u32": 4, "i32": 4, "slot": 32}
SIZES = {"I": 4, "i": 4, "H": 2, "B": 1, "s": 1}


def drawn_fields(block: str) -> list[tuple[int, str]]:
    """(offset, name) of every field of a drawing."""
    drawn = []
    for line in block.strip().splitlines():
        if not line[0].isdigit():
            continue  # the meaning above goes on
        offset, kind = line.split()[:2]
        names = line[13:].split("   ")[0].replace(",", " ").split()
        drawn += [(int(offset) + n * WIDTHS[kind], name) for n, name in enumerate(names)]
    return drawn


def fields_of(form: str, names: tuple[str, ...]) -> list[tuple[int, str]]:
    """The same of a struct and a row of the twin's."""
    letters = form.removeprefix("<").replace("32s", "S")
    offset, found = 0, []
    for letter, name in zip(letters, names, strict=True):
        found.append((offset, "0" if name == "reserved" else name))
        offset += 32 if letter == "S" else SIZES[letter]
    return found


def test_the_page_draws_what_the_twin_reads() -> None:
    """Field names and offsets of the header and of every row, as docs/protocol.md has them."""
    header = PAGE.split("offset type  field\n")[1].split("\n\n")[0]
    assert drawn_fields(header) == fields_of(oracle.HEADER.format, oracle.Header._fields)
    for title, form, row in (
        ("slot", oracle.SLOT, oracle.Slot),
        ("status", oracle.STATUS, oracle.Status),
        ("player", oracle.PLAYER, oracle.Player),
        ("projectile", oracle.PROJECTILE, oracle.Projectile),
        ("area", oracle.AREA, oracle.Area),
        ("obstacle", oracle.OBSTACLE, oracle.Obstacle),
        ("pickup", oracle.PICKUP, oracle.Pickup),
        ("mate", oracle.MATE, oracle.Mate),
        ("event", oracle.EVENT, oracle.Event),
    ):
        head, block = PAGE.split(f"\n{title} ")[1].split("\n", 1)
        assert f" {form.size} bytes each" in head
        assert drawn_fields(block.split("\n\n")[0].split("\n```")[0]) == fields_of(
            form.format, row._fields
        )


def test_the_page_says_how_much_there_may_be() -> None:
    assert f"({PAYLOAD_MAX_BYTES:,} bytes in all)" in PAGE
    for most, what in (
        (12, "statuses"),
        (sections.PLAYERS_MAX, "players"),
        (sections.PROJECTILES_MAX, "projectiles"),
        (sections.AREAS_MAX, "areas"),
        (sections.OBSTACLES_MAX, "obstacles"),
        (sections.PICKUPS_MAX, "pickups"),
        (sections.MATES_MAX, "team mates"),
        (sections.EVENTS_MAX, "events"),
    ):
        assert f"{most} {what}" in PAGE
