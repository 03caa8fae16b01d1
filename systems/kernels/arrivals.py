"""What the outside asks for: entrants, leavers, and commands become state."""

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from ecs.kernel import (
    F64In,
    F64In2,
    F64Out,
    Float,
    I64In,
    I64Out,
    Int,
    Records,
    U8In,
    U8Out,
    U16Out,
    U32Out,
    U64In,
    device,
    kernel,
)
from ecs.randomness import draw_below
from schema.commands import COMMAND, JOIN, LEAVE
from schema.events import CAUSE_LEFT, NOBODY
from systems.kernels.tables import HitsOut, add_hit

CommandsIn = Annotated[NDArray[np.void], Records(COMMAND)]
JoinsIn = Annotated[NDArray[np.void], Records(JOIN)]
LeavesIn = Annotated[NDArray[np.void], Records(LEAVE)]

STREAM_SPAWN = 1
SPAWN_CANDIDATES = 12


@device
def nearest_living_sq(x: float, y: float, count: int, alive: U8In, x_u: F64In, y_u: F64In) -> float:
    """Squared distance from a point to the nearest living player; huge when there is none."""
    best = 1e300
    for row in range(count):
        if alive[row] != 0:
            dx, dy = x_u[row] - x, y_u[row] - y
            best = min(best, dx * dx + dy * dy)
    return best


@device
def choose_spawn(
    seed: np.uint64,
    tick: int,
    entrant: int,
    spawns: F64In2,
    zone: tuple[float, float, float],
    count: int,
    alive: U8In,
    x_u: F64In,
    y_u: F64In,
) -> int:
    """Of a few spawn points drawn by lot, the safe one farthest from everybody.

    Points within the zone come before points outside; among equals the first drawn wins.
    """
    best, best_score = 0, -1e300
    for attempt in range(SPAWN_CANDIDATES):
        point = draw_below(
            seed, tick, STREAM_SPAWN, entrant * SPAWN_CANDIDATES + attempt, spawns.shape[0]
        )
        x, y = spawns[point, 0], spawns[point, 1]
        score = min(nearest_living_sq(x, y, count, alive, x_u, y_u), 1e12)
        dx, dy = x - zone[0], y - zone[1]
        if dx * dx + dy * dy > zone[2] * zone[2]:
            score -= 1e15
        if score > best_score:
            best, best_score = point, score
    return best


@kernel
def admit(
    joins: JoinsIn,
    join_count: I64In,
    tick: I64In,
    seed: U64In,
    spawns: F64In2,
    zone_x: F64In,
    zone_y: F64In,
    zone_radius: F64In,
    health_max_hp: Float,
    over: U8In,
    count: I64Out,
    refused: I64Out,
    bot: U8Out,
    join_tick: I64Out,
    heard_tick: I64Out,
    x_u: F64Out,
    y_u: F64Out,
    alive: U8Out,
    health_hp: F64Out,
    attacker: I64Out,
    killer: I64Out,
    placement: I64Out,
    alive_count: I64Out,
) -> None:
    """Append a player for every join that names the next free slot; refuse and count others.

    Refused are joins into a full table, into a decided match, and out of order.  Whoever is out
    already falls one place behind a late entrant, so that no two share a place in the end.
    """
    for index in range(join_count[0]):
        row = count[0]
        if int(joins[index]["slot"]) != row or row >= alive.shape[0] or over[0] != 0:
            refused[0] += 1
            continue
        zone = (zone_x[0], zone_y[0], zone_radius[0])
        point = choose_spawn(seed[0], tick[0], row, spawns, zone, row, alive, x_u, y_u)
        x_u[row], y_u[row] = spawns[point, 0], spawns[point, 1]
        bot[row] = joins[index]["bot"]
        join_tick[row] = tick[0]
        heard_tick[row] = tick[0]
        alive[row] = 1
        health_hp[row] = health_max_hp
        attacker[row] = NOBODY
        killer[row] = NOBODY
        for other in range(row):
            if alive[other] == 0:
                placement[other] += 1
        alive_count[0] += 1
        count[0] = row + 1


@kernel
def dismiss(
    leaves: LeavesIn,
    leave_count: I64In,
    count: I64In,
    alive: U8In,
    health_hp: F64In,
    hits: HitsOut,
    hit_count: I64Out,
    hits_refused: I64Out,
) -> None:
    """Turn each leave of a living player into lethal damage by nobody.

    Settled like any other damage, so whoever hurt the leaver last gets the credit: leaving is no
    way out of a lost fight.
    """
    for index in range(leave_count[0]):
        row = int(leaves[index]["slot"])
        if row < count[0] and alive[row] != 0:
            add_hit(hits, hit_count, hits_refused, row, NOBODY, health_hp[row], 0.0, CAUSE_LEFT)


@kernel
def obey(
    commands: CommandsIn,
    command_count: I64In,
    tick: I64In,
    hold_ticks: Int,
    count: I64In,
    alive: U8In,
    move: U16Out,
    aim: U16Out,
    reach: U8Out,
    buttons: U8Out,
    seq: U32Out,
    view_tick: U32Out,
    heard_tick: I64Out,
    refused: I64Out,
) -> None:
    """Put the tick's commands in force, and let go of the buttons of those not heard for long.

    Commands come ascending by slot.  A second one for a slot, or one for a slot that nobody has
    or whose player is dead, is refused and counted.
    """
    former = -1
    for index in range(command_count[0]):
        row = int(commands[index]["slot"])
        if row == former or row >= count[0] or alive[row] == 0:
            refused[0] += 1
            continue
        former = row
        move[row] = commands[index]["move"] & 4095
        aim[row] = commands[index]["aim"] & 4095
        reach[row] = commands[index]["reach"]
        buttons[row] = commands[index]["buttons"] & 15
        seq[row] = commands[index]["seq"]
        view_tick[row] = commands[index]["view_tick"]
        heard_tick[row] = tick[0]
    for row in range(count[0]):
        if tick[0] - heard_tick[row] > hold_ticks:
            buttons[row] = 0
