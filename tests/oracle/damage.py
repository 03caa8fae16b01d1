"""A tick's damage and healing, in fractions, from lists and dictionaries alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

NOBODY = -1
COUNTDOWN, PLAY, SUDDEN_DEATH, OVER = range(4)
HEALS, TRUE, UNBLOCKED, NO_RETURN = 1, 2, 4, 8
STATUS, LEFT, THORNS = 128, 242, 244
HIT_EVENT, SHIELDED_EVENT, HEAL_EVENT = 2, 3, 4
NO_SLOT = 255
PLACES = 8

Event = tuple[int, int, int, int, Fraction]


@dataclass(frozen=True)
class Hit:
    victim: int
    attacker: int
    cause: int
    amount: float
    moment: float = 0.5
    flags: int = 0
    slot: int = NO_SLOT
    source: tuple[float, float] = (0.0, 0.0)


@dataclass
class Fighter:
    team: int
    health: float = 100.0
    health_max: float = 100.0
    shield: float = 0.0
    armour: float = 0.0
    alive: bool = True
    down: bool = False
    stunned: bool = False
    place: tuple[float, float] = (0.0, 0.0)
    aim: tuple[float, float] = (1.0, 0.0)
    block_cos: float = 2.0
    block_share: float = 0.0
    thorns: float = 0.0


@dataclass
class Became:
    """What became of a hit that landed."""

    health: Fraction
    shield: Fraction
    blocked: Fraction
    over: Fraction


@dataclass
class Report:
    health: list[Fraction]
    shield: list[Fraction]
    hits: list[Hit]
    became: dict[int, Became] = field(default_factory=dict)
    settled: list[int] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    killer: dict[int, int] = field(default_factory=dict)
    cause: dict[int, int] = field(default_factory=dict)

    def deeds(self) -> Iterator[tuple[Hit, Became]]:
        """Damage and healing that landed, in the order in which it was settled."""
        return ((self.hits[index], self.became[index]) for index in self.settled)


def turned_to(fighter: Fighter, source: tuple[float, float]) -> bool:
    """Whether a source lies in the arc: the signed square of its cosine against that asked for."""
    dx, dy = (Fraction(a) - Fraction(b) for a, b in zip(source, fighter.place, strict=True))
    if dx == 0 == dy or fighter.block_cos > 1:
        return False
    along = dx * Fraction(fighter.aim[0]) + dy * Fraction(fighter.aim[1])
    wanted = Fraction(fighter.block_cos)
    return along * abs(along) >= wanted * abs(wanted) * (dx * dx + dy * dy)


def foe(fighters: Sequence[Fighter], one: int, two: int) -> bool:
    return one != NOBODY and fighters[one].team != fighters[two].team


def weight(fighters: Sequence[Fighter], hit: Hit, stage: int, ratio: float) -> Fraction:
    """What share of the amount counts: of damage by an ally, of healing in sudden death, …"""
    if stage == OVER or (stage == COUNTDOWN and hit.cause != LEFT):
        return Fraction(0)
    if hit.flags & HEALS:
        comes = stage == PLAY or (stage == SUDDEN_DEATH and not hit.amount)
        return Fraction(comes and not fighters[hit.victim].down)
    ally = hit.attacker not in (NOBODY, hit.victim) and not foe(fighters, hit.attacker, hit.victim)
    return Fraction(ratio) if ally else Fraction(1)


def settle(fighters: Sequence[Fighter], hits: Sequence[Hit], stage: int, ratio: float) -> Report:
    """Both passes: what was collected, then the thorns' answers, which come behind."""
    report = Report(
        [Fraction(f.health) for f in fighters], [Fraction(f.shield) for f in fighters], list(hits)
    )
    settle_some(report, fighters, range(len(hits)), stage, ratio)
    answers = []
    for index, hit in enumerate(hits):
        found = report.became.get(index)
        share = Fraction(fighters[hit.victim].thorns)
        returns = found is not None and found.health > 0 and not hit.flags & (HEALS | NO_RETURN)
        if returns and share > 0 and foe(fighters, hit.attacker, hit.victim):
            assert found is not None
            amount = float(share * found.health)
            flags, source = TRUE | NO_RETURN, fighters[hit.victim].place
            answers.append(
                Hit(hit.attacker, hit.victim, THORNS, amount, hit.moment, flags, NO_SLOT, source)
            )
    report.hits += answers
    settle_some(report, fighters, range(len(hits), len(report.hits)), stage, ratio)
    return report


def settle_some(
    report: Report, fighters: Sequence[Fighter], some: range, stage: int, ratio: float
) -> None:
    def key(index: int) -> tuple[bool, float, int, int]:
        hit = report.hits[index]
        return bool(hit.flags & HEALS), hit.moment, hit.attacker, hit.cause

    for row, fighter in enumerate(fighters):
        for index in sorted((i for i in some if report.hits[i].victim == row), key=key):
            hit = report.hits[index]
            part = weight(fighters, hit, stage, ratio)
            if not fighter.alive or report.health[row] == 0 or part == 0:
                continue
            report.settled.append(index)
            if hit.flags & HEALS:
                heal(report, fighter, index)
            else:
                hurt(report, fighters, index, part * Fraction(hit.amount))


def heal(report: Report, fighter: Fighter, index: int) -> None:
    hit = report.hits[index]
    lacking = max(Fraction(0), Fraction(fighter.health_max) - report.health[hit.victim])
    given = min(lacking, Fraction(hit.amount))
    report.health[hit.victim] += given
    none = Fraction(0)
    report.became[index] = Became(given, none, none, Fraction(hit.amount) - given)
    if given:
        report.events.append((HEAL_EVENT, hit.attacker, hit.victim, hit.cause, given))


def hurt(report: Report, fighters: Sequence[Fighter], index: int, amount: Fraction) -> None:
    hit = report.hits[index]
    row, fighter, left = hit.victim, fighters[hit.victim], amount
    shielded = blocked = Fraction(0)
    if not hit.flags & UNBLOCKED:
        shielded = min(report.shield[row], left)
        left -= shielded
        if not (fighter.stunned or fighter.down) and turned_to(fighter, hit.source):
            blocked = left * Fraction(fighter.block_share)
            left -= blocked
    soft = shielded + blocked
    if not hit.flags & TRUE:
        worn = left * Fraction(fighter.armour) / (100 + Fraction(fighter.armour))
        blocked, left = blocked + worn, left - worn
    lost = min(left, report.health[row])
    report.shield[row] -= shielded
    report.health[row] -= lost
    report.became[index] = Became(lost, shielded, blocked, left - lost)
    if hit.cause < STATUS or hit.cause == THORNS:
        if soft:
            report.events.append((SHIELDED_EVENT, hit.attacker, row, hit.cause, soft))
        if lost or not soft:
            report.events.append((HIT_EVENT, hit.attacker, row, hit.cause, lost))
    if report.health[row] == 0:
        report.cause[row] = hit.cause
        report.killer[row] = hit.attacker if foe(fighters, hit.attacker, row) else NOBODY


# --- the books -----------------------------------------------------------------------------------


def books(report: Report, fighters: Sequence[Fighter]) -> dict[str, list[Fraction]]:
    """Every player's sums, each asked for by itself."""
    players = range(len(fighters))
    harm = [(hit, got) for hit, got in report.deeds() if not hit.flags & HEALS]
    cure = [(hit, got) for hit, got in report.deeds() if hit.flags & HEALS]
    done = [(hit, got) for hit, got in harm if foe(fighters, hit.attacker, hit.victim)]
    zero = Fraction(0)
    return {
        "taken_hp": [sum((g.health for h, g in harm if h.victim == p), zero) for p in players],
        "shielded_hp": [sum((g.shield for h, g in harm if h.victim == p), zero) for p in players],
        "blocked_hp": [sum((g.blocked for h, g in harm if h.victim == p), zero) for p in players],
        "dealt_hp": [sum((g.health for h, g in done if h.attacker == p), zero) for p in players],
        "over_hp": [sum((g.over for h, g in done if h.attacker == p), zero) for p in players],
        "healed_hp": [sum((g.health for h, g in cure if h.attacker == p), zero) for p in players],
    }


def efforts(report: Report, fighters: Sequence[Fighter]) -> dict[tuple[int, int], list[Fraction]]:
    """(attacker, slot) to [hits, damage, healing]."""
    found: dict[tuple[int, int], list[Fraction]] = {}
    for hit, got in report.deeds():
        heals = bool(hit.flags & HEALS)
        if hit.attacker == NOBODY or not 0 <= hit.slot < 4:
            continue
        if not heals and not foe(fighters, hit.attacker, hit.victim):
            continue
        sums = found.setdefault((hit.attacker, hit.slot), [Fraction(0)] * 3)
        sums[0] += 1
        sums[2 if heals else 1] += got.health
    return found


Known = tuple[int, int, Fraction]


def remember(
    known: Sequence[Sequence[Known]], report: Report, fighters: Sequence[Fighter], tick: int
) -> tuple[list[list[Known]], int]:
    """((attacker, tick, hp) by place for every player, how many were forgotten)."""
    found = [list(places) for places in known]
    forgotten = 0
    for hit, got in report.deeds():
        if hit.flags & HEALS or not got.health or not foe(fighters, hit.attacker, hit.victim):
            continue
        places = found[hit.victim]
        attackers = [attacker for attacker, _, _ in places]
        if hit.attacker in attackers:
            place = attackers.index(hit.attacker)
            before = places[place][2]
        else:
            before = Fraction(0)
            if NOBODY in attackers:
                place = attackers.index(NOBODY)
            else:
                place = min(range(PLACES), key=lambda k: places[k][1])
                forgotten += 1
        places[place] = (hit.attacker, tick, before + got.health)
    return found, forgotten


def last_to_hurt(report: Report, fighters: Sequence[Fighter]) -> dict[int, int]:
    """Victim to the last enemy who took health from it."""
    return {
        hit.victim: hit.attacker
        for hit, got in report.deeds()
        if not hit.flags & HEALS and got.health and foe(fighters, hit.attacker, hit.victim)
    }
