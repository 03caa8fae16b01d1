"""Where others were when somebody looked: what is hit at once is judged by what its player saw.

State v is the one after v ticks, and what a snapshot of tick v shows.  In tick t bodies come to
rest as state t + 1, so to go back n ticks is to look at state t + 1 - n.  The trail of a column
holds the states t, t - 1, …, one value for every place in the table each.
"""

from ecs.kernel import F64In, F64Out, I64In, device, kernel


@kernel
def remember(x_u: F64In, y_u: F64In, past_x_u: F64Out, past_y_u: F64Out) -> None:
    """The trail becomes one state older at its end, and the state at hand its beginning.

    Args:
        x_u, y_u: f64[capacity], where everybody is before the tick.
        past_x_u, past_y_u: f64[capacity * ticks].
    """
    capacity = x_u.shape[0]
    # From the end: every part moves on before the newer one takes its place.
    for at in range(past_x_u.shape[0] - 1, capacity - 1, -1):
        past_x_u[at] = past_x_u[at - capacity]
        past_y_u[at] = past_y_u[at - capacity]
    for row in range(capacity):
        past_x_u[row] = x_u[row]
        past_y_u[row] = y_u[row]


@device
def ticks_back(view_tick: int, tick: int, most: int) -> int:
    """How far back somebody looks: to the tick that was seen, at most ``most``, 0 for not at all.

    Nobody has seen anything before the first snapshot, and nobody sees what is still to come.
    """
    if view_tick == 0 or view_tick > tick:
        return 0
    return min(tick + 1 - view_tick, most)


@device
def reach_then(back: int, reach_u: float, frame: F64In) -> float:
    """How far anybody may be from where the grid has them: anywhere, once it is not about now.

    Args:
        reach_u: how far now.
        frame: of the map; its first two numbers are the sizes of the world.
    """
    return reach_u if back == 0 else frame[0] + frame[1]


@device
def place_then(
    body: int,
    back: int,
    tick: int,
    join_tick: I64In,
    x_u: F64In,
    y_u: F64In,
    past_x_u: F64In,
    past_y_u: F64In,
) -> tuple[float, float]:
    """Where a body was ``back`` ticks ago; where it is, if it was not there yet."""
    if back == 0 or tick + 1 - back <= join_tick[body]:
        return x_u[body], y_u[body]
    at = (back - 1) * x_u.shape[0] + body
    return past_x_u[at], past_y_u[at]
