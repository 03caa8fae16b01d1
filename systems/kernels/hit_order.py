"""The order in which collected hits are settled."""

from ecs.kernel import I32Out, I64In, device, kernel
from schema.events import HEALS
from systems.kernels.tables import HitsIn


@device
def is_later(hits: HitsIn, one: int, two: int) -> bool:
    """Whether hit ``one`` is settled after ``two``, both of one victim.

    Damage before healing, then by moment, attacker, cause, and place among those collected: no
    two tie.
    """
    one_heals, two_heals = int(hits[one]["flags"]) & HEALS, int(hits[two]["flags"]) & HEALS
    if one_heals != two_heals:
        return one_heals > two_heals
    if hits[one]["moment"] != hits[two]["moment"]:
        return bool(hits[one]["moment"] > hits[two]["moment"])
    if hits[one]["attacker"] != hits[two]["attacker"]:
        return bool(hits[one]["attacker"] > hits[two]["attacker"])
    if hits[one]["cause"] != hits[two]["cause"]:
        return bool(hits[one]["cause"] > hits[two]["cause"])
    return one > two


@device
def sink_hit(hits: HitsIn, order: I32Out, begin: int, top: int, size: int) -> None:
    """Restore the heap order[begin:begin + size] below ``top``: the latest hit is on top."""
    root = top
    for _ in range(64):
        child = 2 * root + 1
        if child >= size:
            return
        if child + 1 < size and is_later(
            hits, int(order[begin + child + 1]), int(order[begin + child])
        ):
            child += 1
        if not is_later(hits, int(order[begin + child]), int(order[begin + root])):
            return
        order[begin + root], order[begin + child] = order[begin + child], order[begin + root]
        root = child


@kernel
def sort_hits(
    players: I64In,
    hits: HitsIn,
    begin: I64In,
    hit_count: I64In,
    first: I32Out,
    order: I32Out,
) -> None:
    """Put the hits from ``begin`` on into order: by victim, then as ``is_later`` says.

    A counting sort by victim, then a heap sort among the hits of one victim: a crowd may aim at
    one, and an insertion sort would take the square of it.

    Args:
        begin: i64[1], first hit of this pass.
        first: i32[players + 1], written: hits of victim v are order[first[v]:first[v + 1]].
        order: i32[hits], written, places 0 to hit_count - begin.
    """
    for index in range(players[0] + 1):
        first[index] = 0
    for index in range(begin[0], hit_count[0]):
        first[hits[index]["victim"] + 1] += 1
    for index in range(players[0]):
        first[index + 1] += first[index]
    for index in range(hit_count[0] - 1, begin[0] - 1, -1):
        # first[v + 1] is lowered to the beginning of v's places, then shifted back below.
        victim = hits[index]["victim"] + 1
        first[victim] -= 1
        order[first[victim]] = index
    for victim in range(players[0]):
        first[victim] = first[victim + 1]
    first[players[0]] = hit_count[0] - begin[0]
    for victim in range(players[0]):
        start, size = int(first[victim]), int(first[victim + 1]) - int(first[victim])
        for top in range(size // 2 - 1, -1, -1):
            sink_hit(hits, order, start, top, size)
        for end in range(size - 1, 0, -1):
            order[start], order[start + end] = order[start + end], order[start]
            sink_hit(hits, order, start, 0, end)
