"""Projectiles that home turn towards their target."""

from ecs.kernel import F64In, F64In2, F64Out, I64In, I64Out, U8In, U16Out, device, kernel
from schema.events import NOBODY
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
    x_u: F64In,
    y_u: F64In,
    skill_of: U8In,
    skills: SkillsIn,
    alive: U8In,
    body_x_u: F64In,
    body_y_u: F64In,
    directions: F64In2,
    target: I64Out,
    direction: U16Out,
    vx_ups: F64Out,
    vy_ups: F64Out,
) -> None:
    """Turn each homing projectile towards its living target by at most the skill's ``turn``.

    When the target is dead it flies straight on for good.  One that is exactly where its target is
    keeps its heading.
    """
    for row in range(count[0]):
        if target[row] == NOBODY:
            continue
        body, skill, heading = target[row], int(skill_of[row]), int(direction[row])
        if alive[body] == 0:
            target[row] = NOBODY
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
