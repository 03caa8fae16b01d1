"""What a bot may do, by asking everybody and every wall, in fractions.

Floats can only promise an answer where nothing hangs by a hair.  Wherever a comparison does, both
answers are followed up, so that a bot may have more than one command to give.  What is equal is no
such case: rounding keeps equals equal, and an edge that is met exactly has one answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import floor, inf
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tests.oracle import splitmix
from tests.oracle.exact import Path, root
from tests.oracle.terrain import first_wall

MOVE, ATTACK, BLAST, DASH = 1, 2, 4, 8
WANDER, SWAY, AIM, THROW, WHIM, SIDE = 10, 11, 12, 13, 14, 15  # streams
MOOD_TICKS = 24
HAIR = Fraction(1, 10**9)

Vector = tuple[Fraction, Fraction]
Circle = tuple[float, float, float]
Wish = tuple[int, int, int, int]


class Command(NamedTuple):
    """The fields of a command record, in order."""

    slot: int
    move: int
    aim: int
    reach: int
    buttons: int
    seq: int
    view_tick: int


@dataclass(frozen=True)
class Player:
    x: float
    y: float
    vx: float = 0.0
    vy: float = 0.0
    health: float = 100.0
    alive: bool = True
    bot: bool = True


@dataclass(frozen=True)
class Skill:
    period: int
    sight: float
    aim_error: int
    distance: float
    dash_health: float
    blast_chance: float
    wander: int
    shot_speed: float
    shot_range: float
    blast_range: float
    radius: float

    @classmethod
    def of(cls, numbers: Sequence[float]) -> Skill:
        """From one number a field, in order."""
        kinds = zip(cls.__annotations__.values(), numbers, strict=True)
        parts: list[Any] = [int(number) if kind == "int" else number for kind, number in kinds]
        return cls(*parts)


@dataclass(frozen=True)
class Scene:
    tick: int
    seed: int
    players: Sequence[Player]
    zone: Circle
    coming: Circle
    skill: Skill
    size: tuple[float, float]
    walls: Sequence[tuple[float, ...]]
    directions: NDArray[np.float64]

    def draw(self, stream: int, row: int, lasting: int = 1) -> float:
        """A bot's draw, the same for as many ticks as it lasts."""
        return splitmix.unit(self.seed, self.tick // lasting, stream, row)


def decide(scene: Scene) -> dict[int, set[Command]]:
    """Row of each bot whose turn it is to the commands it may give."""
    turn = -scene.tick % scene.skill.period
    return {
        row: choices(scene, row)
        for row in range(turn, len(scene.players), scene.skill.period)
        if scene.players[row].bot and scene.players[row].alive
    }


def choices(scene: Scene, row: int) -> set[Command]:
    return {
        Command(row, way, aim, reach, buttons, scene.tick, scene.tick)
        for outside, enemy in product(is_outside(scene, row), enemies(scene, row))
        for wish, aim, reach, buttons in wishes(scene, row, outside, enemy)
        for way in ways(scene, row, wish)
    }


def wishes(scene: Scene, row: int, outside: bool, enemy: int | None) -> Iterator[Wish]:
    """(heading, aim, reach, buttons) as if there were no walls to walk round."""
    if enemy is None:
        yield from ((way, way, 255, buttons) for way, buttons in travels(scene, row, outside))
        return
    # Whoever is outside runs for it even in a fight, shooting.
    moves = travels(scene, row, True) if outside else evasions(scene, row, enemy)
    for (way, held), (aim, reach, pressed) in product(moves, attacks(scene, row, enemy)):
        yield way, aim, reach, held | pressed


# --- in doubt ------------------------------------------------------------------------------------


def less(one: Fraction, other: Fraction) -> set[bool]:
    """Whether one is less than the other; both answers where rounding may have decided."""
    return {True, False} if 0 < abs(one - other) < HAIR else {one < other}


def no_more(one: Fraction, other: Fraction) -> set[bool]:
    return {not answer for answer in less(other, one)}


def whole(value: Fraction) -> set[int]:
    """The whole part, and its neighbour where rounding may reach it."""
    if value.denominator == 1:
        return {int(value)}
    return {floor(value - HAIR), floor(value + HAIR)}


def headings(vector: Vector, directions: NDArray[np.float64]) -> set[int]:
    """Of all directions a vector has reached or passed, the one that goes along with it best."""
    dx, dy = vector
    if not dx and not dy:
        return {0}
    x, y = directions.T
    past, along = x * float(dy) - y * float(dx), x * float(dx) + y * float(dy)
    hair = float(HAIR) * np.hypot(float(dx), float(dy))
    reached = past > hair
    perhaps = past >= -hair
    # Rounding surely keeps a vector in line with a direction on an axis, or if it changes nothing.
    if 0 in vector or all(part == float(part) for part in vector):
        for index in np.flatnonzero(perhaps & ~reached).tolist():
            reached[index] = Fraction(float(x[index])) * dy == Fraction(float(y[index])) * dx
    return {int(np.where(which, along, -inf).argmax()) for which in (reached, perhaps)}


def is_hindered(place: Player, dx: float, dy: float, radius: float, walls: object) -> set[bool]:
    """Whether a circle on its way from a player meets a wall."""
    early, late = first_wall(Path(place.x, place.y, dx, dy), radius, walls)
    return {True} if late < inf else {early < inf, False}


# --- what there is to see ------------------------------------------------------------------------


def gap(one: Player, other: Player) -> Vector:
    return Fraction(other.x) - Fraction(one.x), Fraction(other.y) - Fraction(one.y)


def square(vector: Vector) -> Fraction:
    return vector[0] ** 2 + vector[1] ** 2


def is_outside(scene: Scene, row: int) -> set[bool]:
    """Beyond 96 % of the zone's radius."""
    me = scene.players[row]
    away = Fraction(scene.zone[0]) - Fraction(me.x), Fraction(scene.zone[1]) - Fraction(me.y)
    return less((Fraction(scene.zone[2]) * 24 / 25) ** 2, square(away))


def enemies(scene: Scene, row: int) -> set[int | None]:
    """Rows of those who may pass for the nearest other player in sight, None for nobody.

    Of several that are equally near any will do: there is no rule whom to prefer.
    """
    me, nearest = scene.players[row], None
    found: set[int | None] = set()
    others = [n for n, player in enumerate(scene.players) if n != row and player.alive]
    for apart_sq, other in sorted((square(gap(me, scene.players[n])), n) for n in others):
        if nearest is not None and apart_sq - nearest >= HAIR:
            return found
        dx, dy = map(float, gap(me, scene.players[other]))
        near = less(apart_sq, Fraction(scene.skill.sight) ** 2)
        hidden = is_hindered(me, dx, dy, 0.15, scene.walls)
        if True not in near or False not in hidden:
            continue
        found.add(other)
        if nearest is None and near == {True} and hidden == {False}:
            nearest = apart_sq
    return found if nearest is not None else found | {None}


# --- what to do about it -------------------------------------------------------------------------


def travels(scene: Scene, row: int, outside: bool) -> set[tuple[int, int]]:
    """(heading, buttons): dashing to the middle of the next circle, or strolling about in it."""
    x, y, radius = map(Fraction, scene.coming)
    if not outside:
        # The rows are seven ticks apart, so that not everybody turns at once.
        stretch = (scene.tick + 7 * row) // scene.skill.wander
        index = splitmix.below(scene.seed, stretch, WANDER, 2 * row, len(scene.directions))
        far = radius * root(Fraction(splitmix.unit(scene.seed, stretch, WANDER, 2 * row + 1)))
        dx, dy = (Fraction(part) for part in scene.directions[index].tolist())
        x, y = x + dx * far, y + dy * far
    goal = x - Fraction(scene.players[row].x), y - Fraction(scene.players[row].y)
    legs = {0 if there else MOVE for there in less(square(goal), Fraction(9))}
    return {
        (way, step | (DASH if outside else 0))
        for way, step in product(headings(goal, scene.directions), legs)
    }


def attacks(scene: Scene, row: int, enemy: int) -> set[tuple[int, int, int]]:
    """(aim, reach, buttons): where the enemy will be when a shot has gone as far as it is now."""
    skill, me, you = scene.skill, scene.players[row], scene.players[enemy]
    (dx, dy), apart_sq = gap(me, you), square(gap(me, you))
    apart = root(apart_sq)
    flight_s = apart / Fraction(skill.shot_speed)
    ahead = dx + Fraction(you.vx) * flight_s, dy + Fraction(you.vy) * flight_s
    error = int((2 * Fraction(scene.draw(AIM, row)) - 1) * skill.aim_error)
    aims = {(way + error) % len(scene.directions) for way in headings(ahead, scene.directions)}
    shots = no_more(apart_sq, Fraction(skill.shot_range) ** 2)
    throws = no_more(apart_sq, Fraction(skill.blast_range) ** 2)
    if scene.draw(THROW, row) >= skill.blast_chance:
        throws = {False}
    found = set()
    for aim, shoots, throw in product(aims, shots, throws):
        for reach in whole(255 * apart / Fraction(skill.blast_range)) if throw else {255}:
            found.add((aim, min(reach, 255), shoots * ATTACK | throw * BLAST))
    return found


def evasions(scene: Scene, row: int, enemy: int) -> set[tuple[int, int]]:
    """(heading, buttons): round the enemy at the liked distance, or away from a stronger one."""
    skill, me, you = scene.skill, scene.players[row], scene.players[enemy]
    toward, apart_sq = headings(gap(me, you), scene.directions), square(gap(me, you))
    weak = me.health < min(you.health, skill.dash_health)
    if weak:
        turns = {2048 + 300}
    else:
        too_far = less((Fraction(skill.distance) * 5 / 4) ** 2, apart_sq)
        too_near = less(apart_sq, (Fraction(skill.distance) * 3 / 4) ** 2)
        pairs = product(too_far, too_near)
        turns = {420 if far else 1500 if near else 900 for far, near in pairs}
    sway = 1 if scene.draw(SWAY, row, MOOD_TICKS) < 0.5 else -1
    dash = DASH if weak or scene.draw(WHIM, row) < 0.03 else 0
    size = len(scene.directions)
    return {((way + sway * turn) % size, MOVE | dash) for way, turn in product(toward, turns)}


def ways(scene: Scene, row: int, wish: int) -> set[int]:
    """The free heading that turns least from the wish, none if none is; one side goes first."""
    size, found = len(scene.directions), set()
    side = 1 if scene.draw(SIDE, row, MOOD_TICKS) < 0.5 else -1
    for turn in sorted(range(-1600, 1601, 400), key=lambda turn: (abs(turn), -turn * side)):
        heading = (wish + turn) % size
        answers = is_free(scene, row, heading)
        if True in answers:
            found.add(heading)
        if False not in answers:
            return found
    return found | {wish}


def is_free(scene: Scene, row: int, heading: int) -> set[bool]:
    """Whether there is room for a body on three units of a way, its end strictly in the world."""
    me, edge = scene.players[row], Fraction(scene.skill.radius)
    dx, dy = (3 * Fraction(part) for part in scene.directions[heading].tolist())
    x, y = Fraction(me.x) + dx, Fraction(me.y) + dy
    width, height = map(Fraction, scene.size)
    bounds = [less(edge, min(x, y, width - x, height - y))]
    bounds.append(
        {not met for met in is_hindered(me, float(dx), float(dy), float(edge), scene.walls)}
    )
    return {all(answers) for answers in product(*bounds)}
