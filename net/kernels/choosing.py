"""Which candidates a snapshot has room for: the most urgent first, until the budget is used."""

from ecs.kernel import I32In, I64In, I64Out, Int, U8In, U8Out, kernel
from net.kernels.heads import FRAME_BYTES
from net.kernels.listing import URGENCIES

COUNTS_BYTES = 4
"""How many bodies and how many things there are, at most."""


@kernel
def choose(
    tick: I64In,
    stride: Int,
    budget: I64In,
    most: Int,
    cand_count: I64In,
    cand_size: I32In,
    cand_urgency: U8In,
    ends: I64In,
    weighed: I64Out,
    chosen: U8Out,
    late: I64Out,
) -> None:
    """Mark what is sent.  Of equally urgent ones that do not all fit, each tick begins elsewhere.

    Args:
        budget: i64[n], bytes of a payload, heads and events included; ends: i64[n], behind what
            was written of it.
        weighed: i64[URGENCIES], working space.
        chosen: u8[n * most], written.
        late: i64[1], candidates left out, counted up.
    """
    for viewer in range(cand_count.shape[0]):
        begin, count, total = viewer * most, cand_count[viewer], 0
        room = budget[viewer] - COUNTS_BYTES - (ends[viewer] - viewer * stride - FRAME_BYTES)
        for at in range(begin, begin + count):
            chosen[at] = 1
            total += cand_size[at]
        if total <= room:
            continue
        for urgency in range(URGENCIES):
            weighed[urgency] = 0
        for at in range(begin, begin + count):
            weighed[cand_urgency[at]] += cand_size[at]
        cut = URGENCIES - 1
        while cut > 0 and weighed[cut] <= room:
            room -= weighed[cut]
            cut -= 1
        for step in range(count):
            at = begin + (step + tick[0] * 7) % count
            if cand_urgency[at] > cut:
                continue
            fits = cand_urgency[at] == cut and cand_size[at] <= room
            if fits:
                room -= cand_size[at]
            else:
                chosen[at] = 0
                late[0] += 1
