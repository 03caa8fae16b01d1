"""A tick's inputs in the mailbox: as they were given, and no more than fit."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from ecs.world import World
from schema import columns
from schema.columns import Mailbox
from schema.commands import COMMAND, JOIN, LEAVE, TickInputs
from systems.tick import post

PLACES = 5
KINDS = {"commands": COMMAND, "joins": JOIN, "leaves": LEAVE}


def records(kind: np.dtype[np.void], seed: int, size: int) -> NDArray[np.void]:
    return np.random.default_rng(seed).integers(0, 256, size * kind.itemsize, np.uint8).view(kind)


WORLD = World(
    tuple(table for table in columns.TABLES if table.name == "mailbox"), {"players": PLACES}
)


@given(
    st.tuples(*[st.integers(0, PLACES + 2)] * 3),
    st.integers(0, 2**32),
    st.sampled_from(["whole", "strided", "swapped"]),
)
def test_inputs_lie_in_the_mailbox_as_they_were_given(
    many: tuple[int, int, int], seed: int, how: str
) -> None:
    given_records = {}
    for (name, kind), size in zip(KINDS.items(), many, strict=True):
        made = records(kind, seed, size)
        if how == "strided":
            twice = records(kind, seed + 1, 2 * size)
            twice[::2] = made
            made = twice[::2]
        if how == "swapped":
            made = made.astype(kind.newbyteorder(">"))
        made.flags.writeable = False
        given_records[name] = made
    mail = WORLD.group("mailbox", Mailbox)
    counts = dict(zip(KINDS, (mail.command_count, mail.join_count, mail.leave_count), strict=True))
    before = {name: getattr(mail, name).copy() for name in KINDS}
    post(WORLD, TickInputs(**given_records))
    for name, kind in KINDS.items():
        fits, place = min(PLACES, len(given_records[name])), getattr(mail, name)
        assert counts[name][0] == fits
        assert place[:fits].tolist() == given_records[name][:fits].astype(kind).tolist()
        assert place[fits:].tobytes() == before[name][fits:].tobytes()
