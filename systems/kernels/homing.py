"""Projectiles that home turn towards their target."""

from ecs.kernel import F64In, F64In2, F64Out, Float, I64In, I64Out, U8In, U16Out, device, kernel
from schema.events import NOBODY
from systems.kernels.cover import is_hidden
from systems.kernels.headings import heading_of, turned
from systems.kernels.tables import SkillsIn


@device
def turn_between(heading: int, wanted: int, most: int, count: int) -> int:
    """By how many directions to turn, the shorter way round and at most ``most``.

    Exactly behind, it turns towards the lower index.
    """
    gap = (wanted - heading + count // 2) % count - count // 2
    return max(-most, min(gap, most))


@kernel
def turn_homing(
    count: I64In,
    tick: I64In,
    x_u: F64In,
    y_u: F64In,
    owner: I64In,
    skill_of: U8In,
    skills: SkillsIn,
    notice_u: Float,
    alive: U8In,
    bush: I64In,
    seen_until_tick: I64In,
    flags: U8In,
    body_x_u: F64In,
    body_y_u: F64In,
    directions: F64In2,
    target: I64Out,
    direction: U16Out,
    vx_ups: F64Out,
    vy_ups: F64Out,
) -> None:
    """Turn each homing projectile towards its living target by at most the skill's ``turn``.

    When the target is dead it flies straight on for good.  While a bush hides the target from the
    shot's owner, wherever that one is or fell, it flies straight on, and turns again when the
    target shows.  One that is exactly where its target is keeps its heading.

    Args:
        notice_u: nearer to the owner than this a bush hides nobody.
    """
    for row in range(count[0]):
        if target[row] == NOBODY:
            continue
        body, skill, heading = target[row], int(skill_of[row]), int(direction[row])
        if alive[body] == 0:
            target[row] = NOBODY
            continue
        own = owner[row]
        dx, dy = body_x_u[body] - body_x_u[own], body_y_u[body] - body_y_u[own]
        apart_sq = dx * dx + dy * dy
        if is_hidden(body, own, apart_sq, tick[0], notice_u, bush, seen_until_tick, flags):
            continue
        dx, dy = body_x_u[body] - x_u[row], body_y_u[body] - y_u[row]
        if dx == 0.0 and dy == 0.0:
            continue
        wanted = heading_of(dx, dy, directions)
        most, whole = skills[skill]["turn"], int(directions.shape[0])
        heading = turned(heading, turn_between(heading, wanted, most, whole), directions)
        direction[row] = heading
        vx_ups[row] = directions[heading, 0] * skills[skill]["speed_ups"]
        vy_ups[row] = directions[heading, 1] * skills[skill]["speed_ups"]
