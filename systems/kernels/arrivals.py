"""What the outside asks for: entrants, leavers, and commands become state."""

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from ecs.kernel import (
    F64In,
    F64In2,
    F64Out,
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
from schema.commands import BUTTONS_ALL, COMMAND, JOIN, LEAVE, SKILL_SLOTS
from schema.events import (
    CAUSE_LEFT,
    NO_RETURN,
    NO_SLOT,
    NOBODY,
    TRUE_DAMAGE,
    UNBLOCKED,
)
from schema.rulebook import ASSAILANTS, LEVELS, STATUSES
from systems.kernels.tables import ClassesIn, HitsOut, LevelsIn, SkillsIn, add_hit

CommandsIn = Annotated[NDArray[np.void], Records(COMMAND)]
JoinsIn = Annotated[NDArray[np.void], Records(JOIN)]
LeavesIn = Annotated[NDArray[np.void], Records(LEAVE)]

STREAM_SPAWN = 1
SPAWN_CANDIDATES = 12
NINTHS = 3  # regions along each side of the map

FAR_SQ = 1e12


@device
def region_of(x: float, y: float, frame: F64In) -> int:
    """Which ninth of the map a point lies in, 1…9, row by row."""
    column = min(NINTHS - 1, int(x * 3.0 / frame[0]))
    row = min(NINTHS - 1, int(y * 3.0 / frame[1]))
    return row * NINTHS + column + 1


@device
def nearest_sq(
    x: float,
    y: float,
    team: int,
    friends: bool,
    count: int,
    teams: I64In,
    alive: U8In,
    x_u: F64In,
    y_u: F64In,
) -> float:
    """Squared distance from a point to the nearest living friend or enemy, FAR_SQ for none."""
    best = FAR_SQ
    for row in range(count):
        if alive[row] != 0 and (teams[row] == team) == friends:
            dx, dy = x_u[row] - x, y_u[row] - y
            best = min(best, dx * dx + dy * dy)
    return best


@device
def choose_spawn(
    seed: np.uint64,
    tick: int,
    entrant: int,
    team: int,
    drop: int,
    spawns: F64In2,
    zone: tuple[float, float, float],
    frame: F64In,
    count: int,
    teams: I64In,
    alive: U8In,
    x_u: F64In,
    y_u: F64In,
) -> int:
    """Of the spawn points that come into question the best for an entrant.

    Points in the wanted region come first, then points within the zone.  Among those, one with team
    mates takes the point nearest to them, anybody else the one farthest from all enemies.  Without
    a wish and without mates only a few points, drawn by lot, come into question: a fair spread that
    nobody can foresee.  Among equals the first wins.
    """
    mates = nearest_sq(0.0, 0.0, team, True, count, teams, alive, x_u, y_u) < FAR_SQ
    every = drop != 0 or mates
    tries = spawns.shape[0] if every else SPAWN_CANDIDATES
    best, best_rank, best_score = 0, -1, 0.0
    for attempt in range(tries):
        point = attempt
        if not every:
            address = entrant * SPAWN_CANDIDATES + attempt
            point = draw_below(seed, tick, STREAM_SPAWN, address, spawns.shape[0])
        x, y = spawns[point, 0], spawns[point, 1]
        if mates:
            near = nearest_sq(x, y, team, True, count, teams, alive, x_u, y_u)
            # Not on top of a mate: bodies that start in one another would be pushed apart.
            score = -near if near > 1.0 else -FAR_SQ
        else:
            score = nearest_sq(x, y, team, False, count, teams, alive, x_u, y_u)
        dx, dy = x - zone[0], y - zone[1]
        # Apart from the score: a sum would round the distances of points that lie close together.
        rank = 1 if dx * dx + dy * dy <= zone[2] * zone[2] else 0
        if drop != 0 and region_of(x, y, frame) == drop:
            rank += 2
        if rank > best_rank or (rank == best_rank and score > best_score):
            best, best_rank, best_score = point, rank, score
    return best


@device
def fall_back(entrant: int, own: int, team: I64In, placement: I64Out) -> None:
    """Whoever is placed already falls one place behind a newly founded team.

    Otherwise two teams would share a place in the end.
    """
    for other in range(entrant):
        if team[other] == own:
            return
    for other in range(entrant):
        if placement[other] > 0:
            placement[other] += 1


@device
def is_out(own: int, count: int, team: I64In, placement: I64In) -> bool:
    """Whether a team has its place already: everybody who was in it is dead."""
    out = False
    for other in range(count):
        out |= team[other] == own and placement[other] > 0
    return out


@kernel
def admit(
    joins: JoinsIn,
    join_count: I64In,
    tick: I64In,
    seed: U64In,
    spawns: F64In2,
    frame: F64In,
    zone_x: F64In,
    zone_y: F64In,
    zone_radius: F64In,
    over: U8In,
    classes: Int,
    count: I64Out,
    refused: I64Out,
    bot: U8Out,
    join_tick: I64Out,
    role: U8Out,
    team: I64Out,
    heard_tick: I64Out,
    x_u: F64Out,
    y_u: F64Out,
    alive: U8Out,
    placement: I64Out,
    alive_count: I64Out,
) -> None:
    """Append a player for every join that names the next free slot; refuse and count others.

    Refused are joins into a full table, into a decided match, out of order, of a class there is
    not, and into a team that is out already.
    """
    for index in range(join_count[0]):
        row = count[0]
        if (
            int(joins[index]["slot"]) != row
            or row >= alive.shape[0]
            or over[0] != 0
            or int(joins[index]["role"]) >= classes
            or is_out(int(joins[index]["team"]), row, team, placement)
        ):
            refused[0] += 1
            continue
        zone = (zone_x[0], zone_y[0], zone_radius[0])
        own, drop = int(joins[index]["team"]), int(joins[index]["drop"])
        point = choose_spawn(
            seed[0], tick[0], row, own, drop, spawns, zone, frame, row, team, alive, x_u, y_u
        )
        x_u[row], y_u[row] = spawns[point, 0], spawns[point, 1]
        bot[row] = joins[index]["bot"]
        role[row] = joins[index]["role"]
        team[row] = own
        join_tick[row] = tick[0]
        heard_tick[row] = tick[0]
        alive[row] = 1
        fall_back(row, own, team, placement)
        alive_count[0] += 1
        count[0] = row + 1


@kernel
def equip(
    count: I64In,
    tick: I64In,
    join_tick: I64In,
    role: U8In,
    classes: ClassesIn,
    levels: LevelsIn,
    skills: SkillsIn,
    level: U8Out,
    health_max_hp: F64Out,
    mana_max_mp: F64Out,
    health_hp: F64Out,
    mana_mp: F64Out,
    skill: U8Out,
    skill_level: U8Out,
    charges: U8Out,
    held_tick: I64Out,
) -> None:
    """Give everybody who enters in this tick what the class starts with, full and charged."""
    for row in range(count[0]):
        if join_tick[row] != tick[0]:
            continue
        own = classes[int(role[row])]
        start = levels[int(role[row]) * LEVELS]
        level[row] = 1
        health_max_hp[row], health_hp[row] = start["health_max_hp"], start["health_max_hp"]
        mana_max_mp[row], mana_mp[row] = start["mana_max_mp"], start["mana_max_mp"]
        first = row * SKILL_SLOTS
        skill[first] = own["skill_0"]
        skill[first + 1] = own["skill_1"]
        skill[first + 2] = own["skill_2"]
        skill[first + 3] = own["skill_3"]
        for place in range(first, first + SKILL_SLOTS):
            skill_level[place] = 1
            charges[place] = skills[int(skill[place])]["charges_max"]
            held_tick[place] = NOBODY


@kernel
def clear_slate(
    count: I64In,
    tick: I64In,
    join_tick: I64In,
    channel_slot: U8Out,
    healer: I64Out,
    bush: I64Out,
    downer: I64Out,
    reviver: I64Out,
    attacker: I64Out,
    killer: I64Out,
    status_source: I64Out,
    assailant: I64Out,
) -> None:
    """Everybody who enters in this tick knows nobody yet: NOBODY wherever a row may be named."""
    for row in range(count[0]):
        if join_tick[row] != tick[0]:
            continue
        channel_slot[row] = NO_SLOT
        healer[row], bush[row] = NOBODY, NOBODY
        downer[row], reviver[row] = NOBODY, NOBODY
        attacker[row], killer[row] = NOBODY, NOBODY
        for place in range(row * STATUSES, (row + 1) * STATUSES):
            status_source[place] = NOBODY
        for place in range(row * ASSAILANTS, (row + 1) * ASSAILANTS):
            assailant[place] = NOBODY


@kernel
def dismiss(
    leaves: LeavesIn,
    leave_count: I64In,
    count: I64In,
    alive: U8In,
    health_hp: F64In,
    x_u: F64In,
    y_u: F64In,
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
            add_hit(
                hits,
                hit_count,
                hits_refused,
                row,
                NOBODY,
                CAUSE_LEFT,
                NO_SLOT,
                UNBLOCKED | TRUE_DAMAGE | NO_RETURN,
                health_hp[row],
                0.0,
                x_u[row],
                y_u[row],
            )


@kernel
def obey(
    commands: CommandsIn,
    command_count: I64In,
    tick: I64In,
    hold_ticks: Int,
    countdown_ticks: Int,
    count: I64In,
    alive: U8In,
    move: U16Out,
    aim: U16Out,
    reach: U8Out,
    buttons: U8Out,
    held: U8Out,
    seq: U32Out,
    view_tick: U32Out,
    heard_tick: I64Out,
    refused: I64Out,
) -> None:
    """Put the tick's commands in force, and let go of the buttons of those not heard for long.

    Commands come ascending by slot.  A second one for a slot, or one for a slot that nobody has
    or whose player is dead, is refused and counted.  Before the start every button is up.

    Args:
        countdown_ticks: tick of the start.
        view_tick: as it was logged, for whoever looks back; it stays in force with its command.
    """
    for row in range(count[0]):
        held[row] = buttons[row]
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
        buttons[row] = commands[index]["buttons"] & BUTTONS_ALL
        seq[row] = commands[index]["seq"]
        view_tick[row] = commands[index]["view_tick"]
        heard_tick[row] = tick[0]
    for row in range(count[0]):
        if tick[0] - heard_tick[row] > hold_ticks or tick[0] < countdown_ticks:
            buttons[row] = 0
