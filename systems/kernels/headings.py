"""From vectors to direction indices, without an arc tangent."""

from ecs.kernel import F64In2, device


@device
def heading_of(dx: float, dy: float, directions: F64In2) -> int:
    """Index of the direction at or just before a vector; 0 for no vector.

    The vector is turned into the first quadrant, where the table is searched by halves for the
    last entry that is not beyond it (cross product not negative).
    """
    if dx == 0.0 and dy == 0.0:
        return 0
    quarter = int(directions.shape[0]) // 4
    if dx > 0.0 and dy >= 0.0:
        turn, a, b = 0, dx, dy
    elif dx <= 0.0 and dy > 0.0:
        turn, a, b = 1, dy, -dx
    elif dx < 0.0 and dy <= 0.0:
        turn, a, b = 2, -dx, -dy
    else:
        turn, a, b = 3, -dy, dx
    low, high = 0, quarter
    for _ in range(16):
        if high - low <= 1:
            break
        middle = (low + high) // 2
        if directions[middle, 0] * b - directions[middle, 1] * a >= 0.0:
            low = middle
        else:
            high = middle
    return turn * quarter + low


@device
def turned(heading: int, by: int, directions: F64In2) -> int:
    """The direction that lies ``by`` directions further on, or back when ``by`` is negative."""
    return (heading + by) % int(directions.shape[0])
