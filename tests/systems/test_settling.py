"""Damage, deaths, places and the winner against dictionaries and ``sorted``."""

from __future__ import annotations

import random
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schema.events import (
    CAUSE_BLAST,
    CAUSE_LEFT,
    CAUSE_SHOT,
    CAUSE_ZONE,
    EVENT_RECORD,
    HIT_RECORD,
    NOBODY,
)
from systems.kernels.settling import bury, crown, forgive, settle, sort_hits
from tests.oracle import damage
from tests.oracle.damage import Fighter, Hit
from tests.systems.kernel_calls import call

CAREFUL = settings(deadline=None, derandomize=True, database=None, max_examples=150)
AMOUNTS = {CAUSE_SHOT: 12.0, CAUSE_BLAST: 34.25, CAUSE_ZONE: 0.5}
TICK = 1000
COLUMNS = (
    "health_hp",
    "last_attacker",
    "last_hit_tick",
    "kills",
    "dealt_hp",
    "taken_hp",
    "killer",
    "cause",
    "dying",
)


def records(hits: list[Hit]) -> np.ndarray:
    rows = [(h.victim, h.attacker, h.amount, h.moment, h.cause) for h in hits]
    # One more than in use: what lies behind must not matter.
    return np.array([*rows, (0, 0, 99.0, 0.0, 0)], dtype=HIT_RECORD)


def settled(
    fighters: list[Fighter],
    hits: list[Hit],
    tick: int = TICK,
    credit_ticks: int = 10,
    room: int = 200,
) -> SimpleNamespace:
    players = len(fighters)
    order = call(
        sort_hits,
        players=players,
        hits=records(hits),
        hit_count=len(hits),
        first=[-7] * (players + 3),
        order=[-7] * (len(hits) + 1),
    )
    return call(
        settle,
        players=players,
        tick=tick,
        hits=records(hits),
        first=order.first,
        order=order.order,
        credit_ticks=credit_ticks,
        x_u=[float(row) for row in range(players)],
        y_u=[float(-row) for row in range(players)],
        alive=[f.alive for f in fighters],
        health_hp=[f.health for f in fighters],
        last_attacker=[f.last_attacker for f in fighters],
        last_hit_tick=[f.last_hit for f in fighters],
        kills=[f.kills for f in fighters],
        dealt_hp=[float(f.dealt) for f in fighters],
        taken_hp=[float(f.taken) for f in fighters],
        killer=[f.killer for f in fighters],
        cause=[f.cause for f in fighters],
        dying=[1] * players,
        events=np.zeros(room, dtype=EVENT_RECORD),
        event_count=0,
        events_refused=0,
    )


@st.composite
def battles(draw: st.DrawFn) -> tuple[list[Fighter], list[Hit]]:
    """Few people, many hits, few moments: ties, overkill and mutual kills are common."""
    count = draw(st.integers(1, 5))
    rows = st.integers(0, count - 1)
    fighters = []
    for _ in range(count):
        alive = draw(st.sampled_from([True, True, True, False]))
        health = draw(st.sampled_from([0.5, 12.0, 12.25, 24.0, 46.25, 100.0])) if alive else 0.0
        attacker = draw(rows | st.just(NOBODY))
        hit_tick = TICK - draw(st.sampled_from([0, 1, 9, 10, 11, 400]))
        fighters.append(Fighter(health, alive, attacker, hit_tick))
    hits = []
    for _ in range(draw(st.integers(0, 12))):
        cause = draw(st.sampled_from([CAUSE_SHOT, CAUSE_SHOT, CAUSE_BLAST, CAUSE_ZONE]))
        attacker = NOBODY if cause == CAUSE_ZONE else draw(rows)
        moment = draw(st.sampled_from([0.0, 0.25, 0.5])) if cause == CAUSE_SHOT else 1.0
        hits.append(Hit(draw(rows), attacker, AMOUNTS[cause], moment, cause))
    for row in draw(st.sets(rows, max_size=2)):
        if fighters[row].alive:
            hits.append(Hit(row, NOBODY, fighters[row].health, 0.0, CAUSE_LEFT))
    return fighters, draw(st.permutations(hits))


@CAREFUL
@given(battles(), st.integers(1, 40))
def test_settling(battle: tuple[list[Fighter], list[Hit]], room: int) -> None:
    fighters, hits = battle
    found = settled(fighters, hits, room=room)
    events = damage.settle(fighters, hits, TICK, 10)
    assert found.health_hp.tolist() == [f.health for f in fighters]
    assert found.last_attacker.tolist() == [f.last_attacker for f in fighters]
    assert found.last_hit_tick.tolist() == [f.last_hit for f in fighters]
    assert found.kills.tolist() == [f.kills for f in fighters]
    # Amounts are quarters: every sum is exact.
    assert found.dealt_hp.tolist() == [float(f.dealt) for f in fighters]
    assert found.taken_hp.tolist() == [float(f.taken) for f in fighters]
    assert found.killer.tolist() == [f.killer for f in fighters]
    assert found.cause.tolist() == [f.cause for f in fighters]
    assert found.dying.tolist() == [f.dying for f in fighters]
    told = found.events[: found.event_count[0]]
    named = list(zip(told["kind"], told["a"], told["b"], told["detail"], strict=True))
    assert named == events[:room]
    assert (told["x_u"] == told["b"]).all()
    assert (told["y_u"] == -told["b"]).all()
    assert found.events_refused[0] == max(0, len(events) - room)


@CAREFUL
@given(battles(), st.booleans())
def test_forgiving(battle: tuple[list[Fighter], list[Hit]], over: bool) -> None:
    fighters, hits = battle
    count = call(forgive, over=over, hit_count=[len(hits), 44]).hit_count
    assert count[1] == 44
    found = settled(fighters, hits[: count[0]])
    damage.settle(fighters, damage.counted(hits, over), TICK, 10)
    assert found.health_hp.tolist() == [f.health for f in fighters]
    assert found.dying.tolist() == [f.dying for f in fighters]


@CAREFUL
@given(battles(), st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(
    battle: tuple[list[Fighter], list[Hit]], rng: random.Random
) -> None:
    fighters, hits = battle
    one = settled(fighters, hits)
    rng.shuffle(hits)
    two = settled(fighters, hits)
    for name in (*COLUMNS, "events", "event_count"):
        assert getattr(one, name).tobytes() == getattr(two, name).tobytes(), name


@CAREFUL
@given(battles())
def test_damage_is_neither_made_nor_lost(battle: tuple[list[Fighter], list[Hit]]) -> None:
    fighters, hits = battle
    found = settled(fighters, hits)
    lost = [f.health - left for f, left in zip(fighters, found.health_hp, strict=True)]
    assert found.taken_hp.tolist() == lost
    # What others did is what was taken but for zone, leaving and own blasts.
    foreign = 0.0
    for row in range(len(fighters)):
        for hit in sorted(hits, key=lambda h: (h.moment, h.attacker, h.cause)):
            if hit.victim == row and lost[row] > 0:
                amount = min(hit.amount, lost[row])
                lost[row] -= amount
                foreign += amount * (hit.attacker not in (NOBODY, row))
    assert found.dealt_hp.sum() == foreign
    # Nobody dies twice, nobody dead is hurt, and nobody lives without health.
    for row, fighter in enumerate(fighters):
        assert (found.health_hp[row] == 0.0) == (bool(found.dying[row]) or not fighter.alive)
        assert not (found.dying[row] and not fighter.alive)
        assert 0.0 <= found.health_hp[row] <= fighter.health


@CAREFUL
@given(battles())
def test_sorting(battle: tuple[list[Fighter], list[Hit]]) -> None:
    fighters, hits = battle
    found = call(
        sort_hits,
        players=len(fighters),
        hits=records(hits),
        hit_count=len(hits),
        first=[-7] * (len(fighters) + 2),
        order=[-7] * (len(hits) + 1),
    )
    keys = [(h.victim, h.moment, h.attacker, h.cause) for h in hits]
    assert [keys[index] for index in found.order[:-1]] == sorted(keys)
    assert sorted(found.order[:-1]) == list(range(len(hits)))
    assert (found.order[-1], found.first[-1]) == (-7, -7)
    bounds = [sum(h.victim < row for h in hits) for row in range(len(fighters) + 1)]
    assert found.first[:-1].tolist() == bounds


def test_two_can_kill_each_other_on_one_tick() -> None:
    pair = [Fighter(12.0), Fighter(12.0)]
    hits = [Hit(0, 1, 12.0, 0.75, CAUSE_SHOT), Hit(1, 0, 12.0, 0.25, CAUSE_SHOT)]
    found = settled(pair, hits)
    assert found.dying.tolist() == [1, 1]
    assert found.kills.tolist() == [1, 1]
    assert found.killer.tolist() == [1, 0]


def test_the_earlier_hit_gets_the_kill() -> None:
    three = [Fighter(12.0), Fighter(100.0), Fighter(100.0)]
    hits = [Hit(0, 1, 12.0, 0.75, CAUSE_SHOT), Hit(0, 2, 12.0, 0.5, CAUSE_SHOT)]
    found = settled(three, hits)
    assert found.kills.tolist() == [0, 0, 1]
    assert found.dealt_hp.tolist() == [0.0, 0.0, 12.0]


@pytest.mark.parametrize("cause", [CAUSE_ZONE, CAUSE_LEFT, CAUSE_BLAST])
@pytest.mark.parametrize(("ago", "credited"), [(0, True), (9, True), (10, True), (11, False)])
def test_the_window_of_credit(cause: int, ago: int, credited: bool) -> None:
    """Dying of the zone, of leaving or of one's own blast, so long after somebody's hit."""
    own = 0 if cause == CAUSE_BLAST else NOBODY
    pair = [Fighter(0.5, last_attacker=1, last_hit=TICK - ago), Fighter(50.0)]
    found = settled(pair, [Hit(0, own, 34.25, 1.0, cause)], credit_ticks=10)
    assert found.dying[0] == 1
    assert found.kills.tolist() == [0, int(credited)]
    assert found.killer[0] == (1 if credited else NOBODY)
    assert found.dealt_hp.tolist() == [0.0, 0.0]


def test_dying_of_ones_own_blast_is_nobodys_kill() -> None:
    found = settled([Fighter(20.0)], [Hit(0, 0, 34.25, 1.0, CAUSE_BLAST)])
    assert (found.kills[0], found.killer[0], found.dealt_hp[0]) == (0, NOBODY, 0.0)
    assert found.taken_hp[0] == 20.0


# --- places --------------------------------------------------------------------------------------


def buried(fighters: list[Fighter], room: int = 10_000) -> SimpleNamespace:
    players = len(fighters)
    return call(
        bury,
        players=players,
        tick=TICK,
        x_u=[1.0] * players,
        y_u=[2.0] * players,
        dying=[f.dying for f in fighters],
        kills=[f.kills for f in fighters],
        dealt_hp=[float(f.dealt) for f in fighters],
        killer=[f.killer for f in fighters],
        cause=[f.cause for f in fighters],
        order=[-7] * players,
        alive=[f.alive for f in fighters],
        vx_ups=[3.0] * players,
        vy_ups=[4.0] * players,
        buttons=[15] * players,
        placement=[f.placement for f in fighters],
        death_tick=[0] * players,
        alive_count=sum(f.alive for f in fighters),
        events=np.zeros(room, dtype=EVENT_RECORD),
        event_count=0,
        events_refused=0,
    )


def check_burial(fighters: list[Fighter], room: int = 10_000) -> None:
    """Bury once, and hold it to the twin; ``fighters`` are advanced."""
    found = buried(fighters, room)
    dead = damage.bury(fighters)
    assert found.placement.tolist() == [f.placement for f in fighters]
    assert found.alive.tolist() == [f.alive for f in fighters]
    assert found.alive_count[0] == sum(f.alive for f in fighters)
    for row, fighter in enumerate(fighters):
        changed = (found.death_tick[row], found.vx_ups[row], found.vy_ups[row], found.buttons[row])
        assert changed == ((TICK, 0.0, 0.0, 0) if fighter.dying else (0, 3.0, 4.0, 15))
    events = [(4, row, fighters[row].killer, 1.0, 2.0, fighters[row].cause) for row in dead]
    assert found.events[: found.event_count[0]].tolist() == events[:room]
    assert found.events_refused[0] == max(0, len(events) - room)


def dying_crowd(draw: Any, count: int, living: list[bool]) -> list[Fighter]:
    return [
        Fighter(
            0.0,
            alive,
            kills=draw(st.integers(0, 2)),
            dealt=draw(st.sampled_from([0, 12, 24])),
            killer=draw(st.integers(-1, count - 1)),
            cause=draw(st.integers(0, 3)),
            dying=alive and draw(st.booleans()),
        )
        for alive in living
    ]


@CAREFUL
@given(st.data())
def test_burials(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 20))
    living = data.draw(st.lists(st.booleans(), min_size=count, max_size=count))
    check_burial(dying_crowd(data.draw, count, living), room=data.draw(st.integers(1, 20)))


@pytest.mark.parametrize("count", [1, 2, 3, 64, 65, 500])
@pytest.mark.parametrize("spread", [1, 3, 1000])
def test_a_crowd_that_dies_at_once(count: int, spread: int) -> None:
    rng = random.Random(count * 7 + spread)
    fighters = [
        Fighter(0.0, dying=True, kills=rng.randrange(spread), dealt=rng.randrange(spread))  # type: ignore[arg-type]
        for _ in range(count)
    ]
    check_burial(fighters)
    assert sorted(f.placement for f in fighters) == list(range(1, count + 1))


@CAREFUL
@given(st.data())
def test_a_whole_match_gives_every_place_once(data: st.DataObject) -> None:
    """Deaths over several ticks, until nobody or one is left."""
    count = data.draw(st.integers(2, 12))
    fighters = [Fighter(1.0, kills=data.draw(st.integers(0, 2))) for _ in range(count)]
    while damage.winner(fighters) is None:
        living = [row for row in range(count) if fighters[row].alive]
        dying = set(data.draw(st.lists(st.sampled_from(living), min_size=1, max_size=4)))
        for row, fighter in enumerate(fighters):
            fighter.dying = row in dying
        check_burial(fighters)
    found = crowned(fighters)
    assert found.winner[0] == damage.winner(fighters)
    assert sorted(found.placement[:count]) == list(range(1, count + 1))


# --- the winner ----------------------------------------------------------------------------------


def crowned(fighters: list[Fighter], over: bool = False) -> SimpleNamespace:
    return call(
        crown,
        players=len(fighters),
        tick=TICK,
        alive=[*(f.alive for f in fighters), 1],
        alive_count=sum(f.alive for f in fighters),
        placement=[*(f.placement for f in fighters), 1],
        over=over,
        over_tick=5,
        winner=NOBODY,
    )


@CAREFUL
@given(st.lists(st.booleans(), max_size=6), st.booleans(), st.randoms(use_true_random=False))
def test_the_winner(living: list[bool], over: bool, rng: random.Random) -> None:
    places = list(range(sum(living) + 1, len(living) + 1))
    rng.shuffle(places)
    fighters = [Fighter(1.0, alive, placement=0 if alive else places.pop()) for alive in living]
    found = crowned(fighters, over)
    expected = None if over else damage.winner(fighters)
    assert found.over[0] == (over or expected is not None)
    assert found.over_tick[0] == (5 if expected is None else TICK)
    assert found.winner[0] == (NOBODY if expected is None else expected)
    if expected is not None:
        assert found.placement[expected] == 1
        assert (found.placement[: len(living)] == 1).sum() == 1
    else:
        assert found.placement[:-1].tolist() == [f.placement for f in fighters]


@pytest.mark.parametrize(
    ("fighters", "winner"),
    [
        ([], None),
        ([Fighter(1.0)], None),  # alone, and alive: somebody may still come
        ([Fighter(0.0, False, placement=1)], 0),
        ([Fighter(1.0), Fighter(0.0, False, placement=2)], 0),
        ([Fighter(0.0, False, placement=2), Fighter(0.0, False, placement=1)], 1),
        ([Fighter(1.0), Fighter(1.0)], None),
    ],
)
def test_who_wins(fighters: list[Fighter], winner: int | None) -> None:
    found = crowned(fighters)
    assert (found.over[0], found.winner[0]) == ((0, NOBODY) if winner is None else (1, winner))
