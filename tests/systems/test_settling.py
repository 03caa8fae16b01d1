"""Damage and healing against fractions, lists and dictionaries."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schema.events import (
    CAUSE_BLED_OUT,
    CAUSE_LEFT,
    CAUSE_STATUS,
    CAUSE_SUDDEN_DEATH,
    CAUSE_THORNS,
    CAUSE_ZONE,
    HEAL,
    HEALS,
    HIT,
    HIT_RECORD,
    NO_RETURN,
    NO_SLOT,
    NOBODY,
    SHIELDED,
    STAGE_COUNTDOWN,
    STAGE_OVER,
    STAGE_PLAY,
    STAGE_SUDDEN_DEATH,
    STUNNED,
    TRUE_DAMAGE,
    UNBLOCKED,
)
from schema.rulebook import ASSAILANTS, CLASS_ROW
from systems.kernels.booking import answer, book, remember
from systems.kernels.hit_order import sort_hits
from systems.kernels.settling import settle
from tests.oracle import damage
from tests.oracle.damage import Fighter, Hit, Known
from tests.systems.benches import reports, run, told

CAREFUL = settings(deadline=None, derandomize=True, database=None, max_examples=200)
TICK = 1000
ONE_PASS = (sort_hits, settle, book, remember)
SETTLING = (*ONE_PASS, answer, *ONE_PASS)
SUMS = ("dealt_hp", "taken_hp", "healed_hp", "shielded_hp", "blocked_hp", "over_hp")
EMPTY: list[Known] = [(NOBODY, 0, Fraction(0))] * ASSAILANTS

# Differences of these are whole and their lengths mostly too: angles are exactly on the arc's edge.
PLACES = [(0.0, 0.0), (3.0, 4.0), (-3.0, 4.0), (3.0, -4.0), (-6.0, -8.0), (5.0, 0.0), (0.0, -1.0)]
AIMS = [(1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0)]
ARCS = [(2.0, 0.0), (-1.0, 0.5), (0.0, 0.25), (0.6, 0.5), (0.5, 0.75), (-0.5, 0.5)]


@dataclass(frozen=True)
class Scene:
    fighters: list[Fighter]
    hits: list[Hit]
    stage: int = STAGE_PLAY
    ratio: float = 0.0
    known: tuple[tuple[Known, ...], ...] = ()


def records(hits: list[Hit], room: int) -> np.ndarray:
    # What lies behind those in use must not matter.
    table = np.full(room, 7, dtype=HIT_RECORD)
    for row, hit in enumerate(hits):
        what = (hit.victim, hit.attacker, hit.cause, hit.slot, hit.flags, hit.amount, hit.moment)
        table[row] = (*what, *hit.source, 0.0, 0.0, 0.0, 0.0, 0)
    return table


def columns_of(scene: Scene, room: int = 200, event_room: int = 400) -> dict[str, Any]:
    fighters, players = scene.fighters, len(scene.fighters)
    classes = np.zeros(players + 1, CLASS_ROW)
    for row, fighter in enumerate(fighters):
        classes[row]["block_cos"] = fighter.block_cos
        classes[row]["block_share"] = fighter.block_share
        classes[row]["thorns_share"] = fighter.thorns
    known = [*(scene.known or [EMPTY] * players)]
    places = [place for all_of_one in known for place in all_of_one]
    columns = {
        "players": players,
        "tick": TICK,
        "stage": scene.stage,
        "friendly_ratio": scene.ratio,
        "begin": 0,
        "hit_count": len(scene.hits),
        "hits_refused": 0,
        "hits": records(scene.hits, room),
        "first": [-7] * (players + 3),
        "order": [-7] * (room + 1),
        "classes": classes,
        "directions": np.array([f.aim for f in fighters]).reshape(-1, 2),
        "aim": range(players),
        "role": range(players),
        "team": [f.team for f in fighters],
        "x_u": [f.place[0] for f in fighters],
        "y_u": [f.place[1] for f in fighters],
        "alive": [f.alive for f in fighters],
        "down": [f.down for f in fighters],
        "flags": [STUNNED * f.stunned for f in fighters],
        "armour": [f.armour for f in fighters],
        "health_max_hp": [f.health_max for f in fighters],
        "health_hp": [f.health for f in fighters],
        "shield_hp": [f.shield for f in fighters],
        "killer": [-5] * players,
        "cause": [99] * players,
        "last_attacker": [-5] * players,
        "last_hit_tick": [3] * players,
        "effort_hits": [0] * (players * 4),
        "effort_dealt_hp": [0.0] * (players * 4),
        "effort_healed_hp": [0.0] * (players * 4),
        "assailant": [attacker for attacker, _, _ in places],
        "assailant_tick": [tick for _, tick, _ in places],
        "assailant_hp": [float(hp) for _, _, hp in places],
        "forgotten": 0,
        **reports(event_room),
    }
    return columns | {name: [0.0] * players for name in SUMS}


def settled(scene: Scene, room: int = 200, event_room: int = 400) -> dict[str, Any]:
    return run(columns_of(scene, room, event_room), SETTLING)


# --- against the twin ----------------------------------------------------------------------------

SKILL_FLAGS = [0, 0, 0, TRUE_DAMAGE, UNBLOCKED, UNBLOCKED | TRUE_DAMAGE, NO_RETURN, HEALS, HEALS]
CAUSES = [0, 1, 63, CAUSE_STATUS, CAUSE_STATUS + 11]
NATURE = [CAUSE_ZONE, CAUSE_SUDDEN_DEATH, CAUSE_BLED_OUT, CAUSE_LEFT]
# Quarters and halves, so that every sum and every product is exact.
AMOUNTS = [0.0, 0.25, 8.0, 12.0, 24.0, 64.0]
BODIES = list(
    product([0.25, 6.0, 24.0, 100.0], [0.0, 0.0, 4.0, 12.0], [0.0, 100.0, 300.0], [0.0, 0.5, 0.25])
)
STATES = [(True, False, False)] * 4 + [
    (True, True, False),
    (True, False, True),
    (False, False, False),
]


@st.composite
def fighters_of(draw: st.DrawFn) -> Fighter:
    health, shield, armour, thorns = draw(st.sampled_from(BODIES))
    alive, down, stunned = draw(st.sampled_from(STATES))
    cos, share = draw(st.sampled_from(ARCS))
    return Fighter(
        team=draw(st.integers(0, 2)),
        health=health if alive else 0.0,
        health_max=draw(st.sampled_from([100.0, health, health + 4.0, 12.0])),
        shield=shield,
        armour=armour,
        alive=alive,
        down=down,
        stunned=stunned,
        place=draw(st.sampled_from(PLACES)),
        aim=draw(st.sampled_from(AIMS)),
        block_cos=cos,
        block_share=share,
        thorns=thorns,
    )


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    """Few people, many hits, few moments: ties, overkill, mutual kills, saving heals."""
    fighters = draw(st.lists(fighters_of(), min_size=1, max_size=5))
    rows = st.integers(0, len(fighters) - 1)
    hits = []
    for _ in range(draw(st.integers(0, 14))):
        flags = draw(st.sampled_from(SKILL_FLAGS))
        if draw(st.integers(0, 5)) == 0:
            attacker, cause, slot = NOBODY, draw(st.sampled_from(NATURE)), NO_SLOT
        else:
            attacker, cause = draw(rows), draw(st.sampled_from(CAUSES))
            slot = draw(st.sampled_from([0, 1, 3, NO_SLOT]))
        amount, moment = draw(st.sampled_from(list(product(AMOUNTS, [0.0, 0.25, 1.0]))))
        source = draw(st.sampled_from(PLACES))
        hits.append(Hit(draw(rows), attacker, cause, amount, moment, flags, slot, source))
    known = []
    for _ in fighters:
        # Full, or with room, and with several heard of equally long ago.
        full = draw(st.booleans())
        others = draw(st.permutations(range(ASSAILANTS + len(fighters))))[:ASSAILANTS]
        used = ASSAILANTS if full else draw(st.integers(0, ASSAILANTS))
        known.append(
            tuple(
                (other, TICK - 1 - (other * 5) % 3, Fraction(2)) if place < used else EMPTY[0]
                for place, other in enumerate(others)
            )
        )
    stage = draw(st.sampled_from([STAGE_PLAY] * 5 + [STAGE_COUNTDOWN, 2, STAGE_OVER]))
    return Scene(fighters, hits, stage, draw(st.sampled_from([0.0, 0.5, 1.0])), tuple(known))


def check_against_the_twin(scene: Scene, event_room: int = 400) -> None:
    found = settled(scene, event_room=event_room)
    report = damage.settle(scene.fighters, scene.hits, scene.stage, scene.ratio)
    fighters, players = scene.fighters, range(len(scene.fighters))
    assert found["health_hp"].tolist() == report.health
    assert found["shield_hp"].tolist() == report.shield
    assert found["killer"].tolist() == [report.killer.get(p, -5) for p in players]
    assert found["cause"].tolist() == [report.cause.get(p, 99) for p in players]
    assert found["hit_count"][0] == len(report.hits)
    for index, hit in enumerate(report.hits):
        given = found["hits"][index].tolist()
        what = (hit.victim, hit.attacker, hit.cause, hit.slot, hit.flags, hit.amount, hit.moment)
        assert given[:9] == (*what, *hit.source)
        got = report.became.get(index)
        parts = (0, 0, 0, 0, 0) if got is None else (*vars(got).values(), 1)
        assert given[9:] == parts
    for name, sums in damage.books(report, fighters).items():
        assert found[name].tolist() == sums, name
    efforts = damage.efforts(report, fighters)
    for place in range(len(fighters) * 4):
        made = tuple(found[f"effort_{what}"][place] for what in ("hits", "dealt_hp", "healed_hp"))
        assert made == tuple(efforts.get((place // 4, place % 4), (0, 0, 0)))
    last = damage.last_to_hurt(report, fighters)
    assert found["last_attacker"].tolist() == [last.get(p, -5) for p in players]
    assert found["last_hit_tick"].tolist() == [TICK if p in last else 3 for p in players]
    known, forgotten = damage.remember(scene.known, report, fighters, TICK)
    flat = [place for places in known for place in places]
    assert found["assailant"].tolist() == [attacker for attacker, _, _ in flat]
    assert found["assailant_tick"].tolist() == [tick for _, tick, _ in flat]
    assert found["assailant_hp"].tolist() == [hp for _, _, hp in flat]
    assert found["forgotten"][0] == forgotten
    events = [(*what, *fighters[what[2]].place) for what in report.events]
    assert told(found) == events[:event_room]
    assert found["events_refused"][0] == max(0, len(events) - event_room)


@CAREFUL
@given(scenes(), st.sampled_from([400, 400, 1, 3]))
def test_settling(scene: Scene, event_room: int) -> None:
    check_against_the_twin(scene, event_room)


STATE = (*SUMS, "health_hp", "shield_hp", "killer", "cause", "last_attacker", "events")


@CAREFUL
@given(scenes(), st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(scene: Scene, rng: random.Random) -> None:
    """Among hits of which no two tie; answers may, so there are no thorns."""
    scene = replace(scene, fighters=[replace(fighter, thorns=0.0) for fighter in scene.fighters])
    keyed = {
        (bool(h.flags & HEALS), h.victim, h.moment, h.attacker, h.cause): h for h in scene.hits
    }
    hits = list(keyed.values())
    one = settled(replace(scene, hits=hits))
    rng.shuffle(hits)
    two = settled(replace(scene, hits=hits))
    for name in (*STATE, "assailant", "assailant_hp"):
        assert one[name].tobytes() == two[name].tobytes(), name


@CAREFUL
@given(scenes())
def test_sorting(scene: Scene) -> None:
    players, hits = len(scene.fighters), scene.hits
    for begin in {0, len(hits) // 2, len(hits)}:
        found = run(columns_of(scene) | {"begin": begin}, [sort_hits])
        keys = [
            (h.victim, h.flags & HEALS, h.moment, h.attacker, h.cause, index)
            for index, h in enumerate(hits)
        ]
        size = len(hits) - begin
        assert [keys[index] for index in found["order"][:size]] == sorted(keys[begin:])
        assert (found["order"][size:] == -7).all()
        bounds = [sum(h.victim < row for h in hits[begin:]) for row in range(players + 1)]
        assert found["first"].tolist() == [*bounds, -7, -7]


def test_a_crowd_that_aims_at_one() -> None:
    rng = random.Random(5)
    fighters = [Fighter(row, health=1e9, health_max=1e9) for row in range(40)]
    hits = [
        Hit(7, rng.randrange(40), rng.randrange(3), 0.25, rng.randrange(4) / 4, rng.choice([0, 1]))
        for _ in range(5000)
    ]
    found = run(columns_of(Scene(fighters, hits), room=5000), [sort_hits])
    keys = [(h.flags, h.moment, h.attacker, h.cause, i) for i, h in enumerate(hits)]
    assert [keys[index] for index in found["order"][:5000]] == sorted(keys)


# --- nothing is made or lost ---------------------------------------------------------------------


@CAREFUL
@given(st.integers(0, 10**9))
def test_damage_is_neither_made_nor_lost(seed: int) -> None:
    """Any numbers: what was meant is what reached health, shield and block, or went beyond."""
    rng = random.Random(seed)
    players = rng.randint(1, 6)
    fighters = [
        Fighter(
            team=rng.randrange(3),
            health=rng.choice([rng.uniform(0.01, 100.0), 1e-12, 100.0]),
            shield=rng.choice([0.0, rng.uniform(0.0, 50.0), 1e-9]),
            armour=rng.choice([0.0, rng.uniform(0.0, 500.0)]),
            stunned=rng.random() < 0.2,
            place=(rng.uniform(0, 9), rng.uniform(0, 9)),
            block_cos=rng.choice([2.0, -1.0, rng.uniform(-1, 1)]),
            block_share=rng.uniform(0.0, 0.9),
            thorns=rng.choice([0.0, rng.random()]),
        )
        for _ in range(players)
    ]
    hits = [
        Hit(
            rng.randrange(players),
            rng.randrange(-1, players),
            rng.choice(CAUSES),
            rng.choice([rng.uniform(0.0, 60.0), 1e-300, 1e12, 0.0]),
            rng.random(),
            rng.choice(SKILL_FLAGS),
            source=(rng.uniform(0, 9), rng.uniform(0, 9)),
        )
        for _ in range(rng.randint(0, 30))
    ]
    ratio = rng.choice([0.0, 0.3, 1.0])
    found = settled(Scene(fighters, hits, ratio=ratio))
    meant: dict[tuple[int, int, int, int], float] = {}
    became: dict[tuple[int, int, int, int], float] = {}
    lost, healed, spent = np.zeros(players), np.zeros(players), np.zeros(players)
    for hit in found["hits"][: found["hit_count"][0]]:
        parts = [float(hit[name]) for name in ("health_hp", "shield_hp", "blocked_hp", "over_hp")]
        assert min(parts) >= 0.0
        attacker, victim, heals = int(hit["attacker"]), int(hit["victim"]), hit["flags"] & HEALS
        if not hit["landed"]:
            assert parts == [0.0] * 4
            continue
        ally = attacker not in (NOBODY, victim) and fighters[attacker].team == fighters[victim].team
        key = (attacker, victim, int(hit["cause"]), int(heals))
        scale = ratio if ally and not heals else 1.0
        meant[key] = meant.get(key, 0.0) + hit["amount_hp"] * scale
        became[key] = became.get(key, 0.0) + sum(parts)
        (healed if heals else lost)[victim] += parts[0]
        spent[victim] += parts[1]
    for key, amount in meant.items():
        assert became[key] == pytest.approx(amount, rel=1e-12, abs=1e-12), key
    left = [f.health for f in fighters] - lost + healed
    assert found["health_hp"] == pytest.approx(left, abs=1e-9)
    assert found["shield_hp"] == pytest.approx([f.shield for f in fighters] - spent, abs=1e-9)
    assert found["taken_hp"] == pytest.approx(lost, abs=1e-9)
    assert found["healed_hp"].sum() <= healed.sum() + 1e-9
    for row, fighter in enumerate(fighters):
        assert 0.0 <= found["health_hp"][row] <= max(fighter.health, fighter.health_max)
        assert 0.0 <= found["shield_hp"][row] <= fighter.shield
        assert (found["health_hp"][row] == 0.0) == (found["cause"][row] != 99)


# --- one rule at a time --------------------------------------------------------------------------


def duel(**second: Any) -> list[Fighter]:
    """Two of different teams; the second is the victim of the cases below."""
    return [Fighter(0), Fighter(1, **second)]


def health_after(scene: Scene) -> float:
    return float(settled(scene)["health_hp"][1])


def test_two_can_kill_each_other_on_one_tick() -> None:
    pair = [Fighter(0, 12.0), Fighter(1, 12.0)]
    found = settled(Scene(pair, [Hit(0, 1, 0, 12.0, 0.75), Hit(1, 0, 0, 12.0, 0.25)]))
    assert found["health_hp"].tolist() == [0.0, 0.0]
    assert found["killer"].tolist() == [1, 0]
    assert found["dealt_hp"].tolist() == [12.0, 12.0]


def test_the_earlier_hit_gets_the_kill_and_the_later_nothing() -> None:
    three = [Fighter(0, 12.0), Fighter(1), Fighter(2)]
    found = settled(Scene(three, [Hit(0, 1, 0, 12.0, 0.75, 0, 0), Hit(0, 2, 0, 12.0, 0.5, 0, 0)]))
    assert found["killer"][0] == 2
    assert found["dealt_hp"].tolist() == [0.0, 0.0, 12.0]
    assert found["effort_hits"].tolist() == [0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]
    assert found["hits"]["landed"][:2].tolist() == [0, 1]
    assert (found["last_attacker"][0], found["assailant"][:2].tolist()) == (2, [2, NOBODY])


def test_healing_comes_after_damage_whatever_the_moment() -> None:
    heal = Hit(1, 1, 2, 50.0, 0.0, HEALS)
    assert health_after(Scene(duel(health=90.0), [heal, Hit(1, 0, 0, 60.0, 1.0)])) == 80.0
    # Who has no health left is not healed; nobody is saved by a heal that came before the hit.
    found = settled(Scene(duel(health=60.0), [heal, Hit(1, 0, 0, 60.0, 1.0)]))
    assert found["health_hp"][1] == 0.0
    assert found["healed_hp"].tolist() == [0.0, 0.0]
    assert [event[0] for event in told(found)] == [HIT]


def test_healing_stops_at_the_maximum() -> None:
    found = settled(Scene(duel(health=90.0), [Hit(1, 0, 2, 50.0, 0.0, HEALS, 2)]))
    assert found["health_hp"][1] == 100.0
    assert found["healed_hp"].tolist() == [10.0, 0.0]
    assert found["effort_healed_hp"][2] == 10.0
    assert found["hits"]["over_hp"][0] == 40.0
    assert told(found) == [(HEAL, 0, 1, 2, 10.0, 0.0, 0.0)]
    full = settled(Scene(duel(), [Hit(1, 0, 2, 50.0, 0.0, HEALS, 2)]))
    assert (full["hits"]["landed"][0], told(full)) == (1, [])


def test_healing_takes_nothing_from_whoever_has_more_than_the_maximum() -> None:
    found = settled(Scene(duel(health=120.0), [Hit(1, 0, 2, 50.0, 0.0, HEALS)]))
    assert (found["health_hp"][1], found["healed_hp"][0], found["hits"]["over_hp"][0]) == (
        120,
        0,
        50,
    )


def test_a_shield_breaks_and_lets_the_rest_through() -> None:
    found = settled(Scene(duel(shield=30.0, armour=100.0), [Hit(1, 0, 0, 50.0)]))
    assert (found["shield_hp"][1], found["health_hp"][1]) == (0.0, 90.0)
    assert (found["shielded_hp"][1], found["blocked_hp"][1]) == (30.0, 10.0)
    assert told(found) == [(SHIELDED, 0, 1, 0, 30.0, 0.0, 0.0), (HIT, 0, 1, 0, 10.0, 0.0, 0.0)]


@pytest.mark.parametrize(
    ("flags", "left"),
    [(0, 87.5), (TRUE_DAMAGE, 75.0), (UNBLOCKED, 75.0), (UNBLOCKED | TRUE_DAMAGE, 50.0)],
)
def test_what_flags_leave_out(flags: int, left: float) -> None:
    """Armour halves, and so does the block."""
    victim = duel(armour=100.0, block_cos=0.0, block_share=0.5)
    assert health_after(Scene(victim, [Hit(1, 0, 0, 50.0, 0.5, flags, source=(5.0, 0.0))])) == left


@pytest.mark.parametrize("source", [(5.0, 0.0), (0.0, 5.0), (-1.0, 0.0), (0.0, 0.0), (1e-3, -1.0)])
@pytest.mark.parametrize(
    "state", [{}, {"stunned": True}, {"down": True}, {"block_cos": 2.0}, {"block_cos": -1.0}]
)
def test_who_blocks(source: tuple[float, float], state: dict[str, Any]) -> None:
    fighter = {"block_cos": 0.0, "block_share": 0.5} | state
    victim = duel(**fighter)
    all_round, ahead = fighter["block_cos"] == -1.0, source[0] >= 0.0
    able = not ({"stunned", "down"} & state.keys()) and fighter["block_cos"] <= 1.0
    blocks = able and source != (0.0, 0.0) and (ahead or all_round)
    expected = 75.0 if blocks else 50.0
    assert health_after(Scene(victim, [Hit(1, 0, 0, 50.0, source=source)])) == expected


def test_a_block_all_round_has_no_gap() -> None:
    """Exactly behind, the cosine may come out a hair below -1."""
    for angle in range(1, 360):
        aim = (float(np.cos(np.radians(angle))), float(np.sin(np.radians(angle))))
        victim = duel(block_cos=-1.0, block_share=0.5, aim=aim)
        hit = Hit(1, 0, 0, 50.0, source=(-aim[0] * 7, -aim[1] * 7))
        assert health_after(Scene(victim, [hit])) == 75.0


@pytest.mark.parametrize(("ratio", "left"), [(0.0, 100.0), (0.25, 90.0), (1.0, 60.0)])
def test_friendly_fire(ratio: float, left: float) -> None:
    """It hurts, but it is nobody's deed: no rank, no kill, and no thorns."""
    allies = [Fighter(3), Fighter(3, thorns=0.5), Fighter(4)]
    found = settled(Scene(allies, [Hit(1, 0, 0, 40.0, slot=1)], ratio=ratio))
    assert found["health_hp"].tolist() == [100.0, left, 100.0]
    assert found["dealt_hp"].tolist() == [0.0, 0.0, 0.0]
    assert found["effort_hits"].tolist() == [0] * 12
    assert (found["last_attacker"][1], found["assailant"][ASSAILANTS]) == (-5, NOBODY)
    assert found["hits"]["landed"][0] == (ratio > 0)
    found = settled(Scene(allies, [Hit(1, 0, 0, 1000.0)], ratio=ratio))
    assert found["killer"][1] == (NOBODY if ratio else -5)


def test_what_one_does_to_oneself_counts_whole_and_for_nobody() -> None:
    found = settled(Scene(duel(health=20.0, thorns=1.0), [Hit(1, 1, 0, 34.25, slot=0)]))
    assert (found["health_hp"][1], found["killer"][1], found["cause"][1]) == (0.0, NOBODY, 0)
    assert (found["dealt_hp"][1], found["taken_hp"][1], found["over_hp"][1]) == (0.0, 20.0, 0.0)
    assert (found["last_attacker"][1], found["effort_hits"][4]) == (-5, 0)
    assert found["hit_count"][0] == 1


@pytest.mark.parametrize("cause", [CAUSE_ZONE, CAUSE_SUDDEN_DEATH, CAUSE_LEFT, CAUSE_STATUS])
def test_nobodys_damage_is_credited_to_nobody_and_not_told(cause: int) -> None:
    found = settled(Scene(duel(thorns=0.5), [Hit(1, NOBODY, cause, 100.0)]))
    assert (found["health_hp"][1], found["killer"][1], found["cause"][1]) == (0.0, NOBODY, cause)
    assert (found["last_attacker"][1], told(found), found["hit_count"][0]) == (-5, [], 1)


def test_bleeding_is_the_deed_of_who_knocked_one_down() -> None:
    hit = Hit(1, 0, CAUSE_BLED_OUT, 5.0, 1.0, TRUE_DAMAGE | UNBLOCKED | NO_RETURN)
    found = settled(Scene(duel(health=4.0, down=True, thorns=1.0), [hit]))
    assert (found["killer"][1], found["cause"][1]) == (0, CAUSE_BLED_OUT)
    assert (found["dealt_hp"][0], found["over_hp"][0], found["hit_count"][0]) == (4.0, 1.0, 1)


# --- thorns --------------------------------------------------------------------------------------


def test_thorns_answer_once() -> None:
    """A share of the health that was taken, past armour, not past the shield, and no answer."""
    pair = [Fighter(0, shield=2.0, armour=300.0, thorns=1.0, place=(3.0, 4.0)), *duel(thorns=0.5)]
    pair.pop(1)
    found = settled(Scene(pair, [Hit(1, 0, 0, 40.0, 0.25)]))
    assert found["health_hp"].tolist() == [82.0, 60.0]
    assert found["hit_count"][0] == 2
    flags = TRUE_DAMAGE | NO_RETURN
    back = (0, 1, CAUSE_THORNS, NO_SLOT, flags, 20.0, 0.25, 0.0, 0.0, 18.0, 2.0, 0.0, 0.0, 1)
    assert found["hits"][1].tolist() == back
    assert found["dealt_hp"].tolist() == [40.0, 18.0]
    assert [event[:5] for event in told(found)] == [
        (HIT, 0, 1, 0, 40.0),
        (SHIELDED, 1, 0, CAUSE_THORNS, 2.0),
        (HIT, 1, 0, CAUSE_THORNS, 18.0),
    ]


def test_thorns_kill_and_so_do_those_of_the_dying() -> None:
    pair = [Fighter(0, 10.0), Fighter(1, 40.0, thorns=0.5)]
    found = settled(Scene(pair, [Hit(1, 0, 0, 40.0)]))
    assert found["health_hp"].tolist() == [0.0, 0.0]
    assert found["killer"].tolist() == [1, 0]
    assert found["cause"].tolist() == [CAUSE_THORNS, 0]


def test_thorns_do_not_hurt_whoever_has_no_health_left() -> None:
    three = [Fighter(0, 10.0), Fighter(1, thorns=0.5), Fighter(2)]
    found = settled(Scene(three, [Hit(1, 0, 0, 40.0), Hit(0, 2, 0, 10.0)]))
    assert (found["killer"][0], found["cause"][0]) == (2, 0)
    assert found["hits"]["landed"][:3].tolist() == [1, 1, 0]
    assert found["over_hp"].tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("flags", [NO_RETURN, HEALS])
def test_what_thorns_do_not_answer(flags: int) -> None:
    found = settled(Scene(duel(thorns=1.0, health=50.0), [Hit(1, 0, 0, 40.0, flags=flags)]))
    assert found["hit_count"][0] == 1
    shielded = settled(Scene(duel(thorns=1.0, shield=50.0), [Hit(1, 0, 0, 40.0)]))
    assert shielded["hit_count"][0] == 1


def test_answers_that_find_no_room_are_refused_and_counted() -> None:
    four = [*(Fighter(row) for row in range(3)), Fighter(9, 200.0, 200.0, thorns=0.5)]
    found = settled(Scene(four, [Hit(3, row, 0, 40.0) for row in range(3)]), room=4)
    assert (found["hit_count"][0], found["hits_refused"][0]) == (4, 2)
    assert found["health_hp"].tolist() == [80.0, 100.0, 100.0, 80.0]


# --- stages --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stage", "left"),
    [
        (STAGE_COUNTDOWN, [90.0, 0.0]),
        (STAGE_PLAY, [95.0, 0.0]),
        (STAGE_SUDDEN_DEATH, [75.0, 0.0]),
        (STAGE_OVER, [90.0, 90.0]),
    ],
)
def test_stages(stage: int, left: list[float]) -> None:
    """Leaving alone counts before the start, nothing after the end, no healing at the last."""
    hits = [
        Hit(0, 1, 0, 15.0),
        Hit(0, 0, 2, 20.0, flags=HEALS),
        Hit(1, NOBODY, CAUSE_LEFT, 90.0, 0.0, UNBLOCKED | TRUE_DAMAGE | NO_RETURN),
    ]
    pair = [Fighter(0, 90.0, thorns=1.0), Fighter(1, 90.0, shield=500.0, armour=500.0)]
    found = settled(Scene(pair, hits, stage))
    assert found["health_hp"].tolist() == left


# --- who is remembered ---------------------------------------------------------------------------


def test_a_ninth_assailant_takes_the_place_of_the_one_heard_of_longest_ago() -> None:
    fighters = [Fighter(row) for row in range(10)]
    known = [(row + 1, TICK - 5 - (row in (3, 6)), Fraction(4)) for row in range(ASSAILANTS)]
    scene = Scene(fighters, [Hit(0, 9, 0, 8.0), Hit(0, 2, 0, 1.0)])
    found = settled(replace(scene, known=(tuple(known), *[tuple(EMPTY)] * 9)))
    assert found["assailant"][:ASSAILANTS].tolist() == [1, 2, 3, 9, 5, 6, 7, 8]
    assert found["assailant_hp"][:ASSAILANTS].tolist() == [4, 5, 4, 8, 4, 4, 4, 4]
    assert found["forgotten"][0] == 1


def test_a_hit_without_damage_earns_no_credit() -> None:
    """Nor does one that a shield took: a touch must not take the kill from whoever did the work."""
    for fighter, amount in ((duel(), 0.0), (duel(shield=50.0), 40.0)):
        found = settled(Scene(fighter, [Hit(1, 0, 0, amount, slot=0)]))
        assert (found["last_attacker"][1], found["assailant"][ASSAILANTS]) == (-5, NOBODY)
        assert (found["effort_hits"][0], found["hits"]["landed"][0]) == (1, 1)


@pytest.mark.parametrize("slot", [NO_SLOT, 4, -1])
def test_a_slot_that_is_none_counts_for_no_skill(slot: int) -> None:
    found = settled(Scene(duel(), [Hit(1, 0, CAUSE_STATUS, 8.0, slot=slot)]))
    assert found["dealt_hp"].tolist() == [8.0, 0.0]
    assert not found["effort_hits"].any()
