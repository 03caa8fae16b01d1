"""The plan of a packed journal: what its changes are counted from, told by the file itself.

A reader needs none of the rules that the match was played by: a prediction is arithmetic over
columns that the layout names, and the numbers in it stand here.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

from persistence.records import Word

PACKED_FORMAT = 1

Operation: TypeAlias = Literal["stays", "heads", "steers", "travels"]


class Foretelling(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """One prediction; ``persistence.packing.predictions`` says what each operation computes.

    ``columns`` are named ``table.Group.column``, in the order the operation takes them.
    """

    operation: Operation
    columns: Annotated[tuple[Word, ...], Meta(max_length=32)]
    numbers: Annotated[tuple[float, ...], Meta(max_length=4096)] = ()


class Plan(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=16):
    """The second record of a packed journal.

    ``command_bytes`` is the size of one input command, whose bytes lie side by side in a chunk.
    """

    format: Annotated[int, Meta(ge=0, le=2**32 - 1)] = PACKED_FORMAT
    command_bytes: Annotated[int, Meta(ge=1, le=4096)] = 1
    foretellings: Annotated[tuple[Foretelling, ...], Meta(max_length=64)] = ()
