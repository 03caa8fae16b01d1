"""Who may cast, told by people with hands: every rule is a question that is asked in its turn.

Charges are not counted up and down: what counts is when each of the charges that were spent will
be back, a queue in which one follows the other by a cooldown.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from tests.oracle.directions import VECTORS
from tests.oracle.exact import HAIR_U, Shape, gap_sq

COOLDOWN, MANA, STUNNED, ROOTED, BUSY, DOWN, STAGE, FULL, BLOCKED = range(9)
ROOMS = {"projectile": "shots", "homing": "shots", "area": "areas", "wall": "obstacles"}


@dataclass(frozen=True)
class Skill:
    kind: str
    cooldown: int = 10
    charges: int = 1
    gap: int = 2
    mana: float = 0.0
    hold: int = 0
    count: int = 1
    hostile: bool = False
    distance: float = 0.0
    half_length: float = 0.0
    radius: float = 0.0


@dataclass
class Hand:
    """One slot: when its spent charges will be back, when it was last cast, since when held."""

    skill: Skill
    back: list[int] = field(default_factory=list)
    last: int | None = None
    since: int | None = None
    casts: int = 0


@dataclass
class Person:
    hands: list[Hand]
    x: float
    y: float
    mana: float
    aim: int = 0
    alive: bool = True
    down: bool = False
    stunned: bool = False
    rooted: bool = False
    beam: int | None = None
    pressed: frozenset[int] = frozenset()
    before: frozenset[int] = frozenset()
    seen_until: int = 0


@dataclass
class Scene:
    people: list[Person]
    room: dict[str, int]
    playing: bool
    world: tuple[float, float]
    body: float
    overhold: int
    reveal: int
    refusals: list[int] = field(default_factory=lambda: [0] * 9)
    casts: list[tuple[int, int, float]] = field(default_factory=list)


def judge(scene: Scene, now: int) -> None:
    """One tick; casts are (person, slot, charge)."""
    for who in scene.people:
        for hand in who.hands:
            hand.back = [tick for tick in hand.back if tick > now]
            if not who.alive or who.down or who.stunned:
                hand.since = None
    for row, who in enumerate(scene.people):
        for slot in range(len(who.hands) if who.alive else 0):
            _look_at(scene, now, row, slot)


def _look_at(scene: Scene, now: int, row: int, slot: int) -> None:
    who = scene.people[row]
    hand = who.hands[slot]
    begins = False
    if who.beam == slot:
        return
    if not hand.skill.hold:
        if slot not in who.pressed:
            return
    elif hand.since is None:
        begins = slot in who.pressed - who.before
        if not begins:
            return
    elif slot in who.pressed and now < hand.since + hand.skill.hold + scene.overhold:
        return
    reason = next(
        (why for why, is_so in _questions(scene, now, row, slot, begins) if is_so()), None
    )
    since, hand.since = hand.since, None
    if reason is not None:
        scene.refusals[reason] += 1
    elif begins:
        hand.since = now
    else:
        _cast(scene, now, row, slot, since)


def _questions(
    scene: Scene, now: int, row: int, slot: int, begins: bool
) -> list[tuple[int, Callable[[], bool]]]:
    who, skill = scene.people[row], scene.people[row].hands[slot].skill
    hand = who.hands[slot]
    saved_up = skill.charges > 1 and hand.last is not None and now - hand.last < skill.gap
    others = [other for other in who.hands if other is not hand]
    full_hands = who.beam is not None or any(other.since is not None for other in others)
    asked = [
        (STAGE, lambda: not scene.playing),
        (DOWN, lambda: who.down),
        (STUNNED, lambda: who.stunned),
        (ROOTED, lambda: who.rooted and skill.kind == "dash"),
        (BUSY, lambda: full_hands and skill.kind != "dash"),
        (COOLDOWN, lambda: len(hand.back) >= skill.charges or saved_up),
    ]
    if not begins:
        asked += [
            (MANA, lambda: who.mana < skill.mana),
            (FULL, lambda: scene.room.get(ROOMS.get(skill.kind, ""), 99) < skill.count),
            (BLOCKED, lambda: skill.kind == "wall" and stands_on(scene, who, skill) is not False),
        ]
    return asked


def stands_on(scene: Scene, who: Person, skill: Skill) -> bool | None:
    """Whether a barrier would stand on somebody or beyond the world; None for a hair's breadth."""
    ux, uy = VECTORS[who.aim]
    x, y = who.x + ux * skill.distance, who.y + uy * skill.distance
    if not (0 <= x <= scene.world[0] and 0 <= y <= scene.world[1]):
        return True
    wall = (x, y, skill.half_length, 0.0, skill.radius + scene.body, (who.aim + 1024) % 4096)
    verdicts = [
        [
            gap_sq(shape, Fraction(other.x), Fraction(other.y)) < shape.radius**2
            for shape in (Shape.of(wall, -HAIR_U), Shape.of(wall, HAIR_U))
        ]
        for other in scene.people
        if other.alive
    ]
    if any(all(pair) for pair in verdicts):
        return True
    return None if any(any(pair) for pair in verdicts) else False


def _cast(scene: Scene, now: int, row: int, slot: int, since: int | None) -> None:
    who = scene.people[row]
    hand, skill = who.hands[slot], who.hands[slot].skill
    who.mana -= skill.mana
    hand.back.append((hand.back[-1] if hand.back else now) + skill.cooldown)
    hand.last, hand.casts = now, hand.casts + 1
    room = ROOMS.get(skill.kind)
    if room:
        scene.room[room] -= skill.count
    if skill.kind == "beam":
        who.beam = -1  # for the rest of this tick: whose slot it is shows in the next
    if skill.hostile:
        who.seen_until = range(now + 1, now + 1 + scene.reveal).stop
    charge = 0.0 if since is None else min(1.0, (now - since) / skill.hold)
    scene.casts.append((row, slot, charge))


def charges_left(hand: Hand) -> int:
    return hand.skill.charges - len(hand.back)


def next_back(hands: Sequence[Hand]) -> list[int | None]:
    """When the next charge of each is back, None where none is missing."""
    return [hand.back[0] if hand.back else None for hand in hands]
