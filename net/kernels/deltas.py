"""Rows told apart: a row is a few groups of bytes, and only groups that changed are sent.

A mask in front of them says which, its lowest bit for the first group.
"""

from ecs.kernel import U8In, U8Out, device
from net.kernels.fields import differs

BODY_GROUPS = (4, 1, 1, 1, 2, 1, 3)
"""Place, aim, health, shield, flags with conditions, level, charge with beam."""

AREA_GROUPS = (9, 4, 4)
MATCH_GROUPS = (2, 2, 5, 34, 2)
SELF_GROUPS = (3, 2, 4, 2, 2, 4, 1, 4)
HAND_GROUPS = (2, 1, 4, 4, 4)
"""Bytes of every group of a row."""

Sizes = tuple[int, ...]


@device
def changed_groups(row: U8In, at: int, known: U8In, begin: int, sizes: Sizes) -> int:
    """The mask of the groups in which a row differs from what is known of it."""
    mask, offset = 0, 0
    for group in range(len(sizes)):
        if differs(row, at + offset, known, begin + offset, sizes[group]):
            mask |= 1 << group
        offset += sizes[group]
    return mask


@device
def bytes_in(mask: int, sizes: Sizes) -> int:
    """Bytes of the groups in a mask."""
    total = 0
    for group in range(len(sizes)):
        if mask & (1 << group) != 0:
            total += sizes[group]
    return total


@device
def put_groups(
    row: U8In, at: int, mask: int, sizes: Sizes, known: U8Out, begin: int, buffer: U8Out, end: int
) -> int:
    """Append the groups of a mask, note them as known; the place behind them."""
    offset = 0
    for group in range(len(sizes)):
        if mask & (1 << group) != 0:
            for byte in range(offset, offset + sizes[group]):
                buffer[end] = known[begin + byte] = row[at + byte]
                end += 1
        offset += sizes[group]
    return end
