"""Statuses come by hits and go with time, and what they make of a player, against spans left."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schema.events import (
    CAUSE_BLED_OUT,
    CAUSE_STATUS,
    CAUSE_THORNS,
    CAUSE_ZONE,
    HEALS,
    HIT_RECORD,
    NO_RETURN,
    NO_SLOT,
    NOBODY,
    TRUE_DAMAGE,
    UNBLOCKED,
)
from schema.rulebook import LEVEL_ROW, LEVELS, SKILL_ROW, STATUS_ROW, STATUSES
from systems.kernels.afflicting import afflict
from systems.kernels.conditions import bleed, burn, derive, expire, mend
from tests.oracle import lasting
from tests.oracle.lasting import Body, Hit, Kind, Worn
from tests.systems.kernel_calls import call

CAREFUL = settings(deadline=None, derandomize=True, database=None, max_examples=200)
LONGEST = 5
REVEAL = 4
# Every rule, and every effect; a tenth is what slows leave at least.
KINDS = [
    Kind(lasting.SLOW, lasting.REFRESH, 1, LONGEST, 0.25),
    Kind(lasting.ROOT, lasting.EXTEND, 1, LONGEST, 0.0),
    Kind(lasting.SLOW, lasting.STACK, 3, LONGEST, 0.375),
    Kind(lasting.STUN, lasting.STRONGEST, 1, LONGEST, 0.0),
    Kind(lasting.BURN, lasting.STACK, 2, 9, 1.5),
    Kind(lasting.HASTE, lasting.STACK, 2, 3, 0.5),
    Kind(lasting.BURN, lasting.EXTEND, 3, 2, 0.25),
    Kind(lasting.REVEAL, lasting.REFRESH, 1, LONGEST, 0.0),
    Kind(lasting.HASTE, lasting.STRONGEST, 1, 1, 1.75),
]
STATUS_TABLE = np.zeros(STATUSES, STATUS_ROW)
for _row, _kind in zip(STATUS_TABLE, KINDS, strict=False):
    for _name, _told in zip(
        ("kind", "stacking", "stacks_max", "ticks_max", "strength"),
        ("does", "stacking", "most", "longest", "strength"),
        strict=True,
    ):
        _row[_name] = getattr(_kind, _told)


def skill_table(inflicts: list[list[tuple[int, int]]]) -> np.ndarray:
    skills = np.zeros(len(inflicts), SKILL_ROW)
    for row, given_by in zip(skills, inflicts, strict=True):
        for name, place in (("status_a", 0), ("status_b", 1)):
            status, ticks = given_by[place] if place < len(given_by) else (-1, 0)
            row[name], row[f"{name}_ticks"] = status, ticks
    return skills


def hit_table(hits: list[Hit]) -> np.ndarray:
    table = np.zeros(len(hits) + 1, HIT_RECORD)
    for record, hit in zip(table, hits, strict=False):
        record["victim"], record["attacker"], record["cause"] = hit.victim, hit.attacker, hit.cause
        record["flags"] = NO_RETURN | (HEALS if hit.heals else 0)
        record["landed"], record["health_hp"] = hit.landed, 1.0
    table[-1] = table[0]  # not in use
    return table


def columns_of(bodies: list[Body], tick: int) -> dict[str, Any]:
    size = len(bodies) * STATUSES
    until, stacks, source = np.zeros(size, int), np.zeros(size, int), np.full(size, NOBODY)
    for row, body in enumerate(bodies):
        for status, worn in body.worn.items():
            place = row * STATUSES + status
            until[place], stacks[place] = tick + 1 + worn.left, worn.stacks
            source[place] = worn.source
    return {"until_tick": until, "stacks": stacks, "sources": source}


def worn_in(found: SimpleNamespace, tick: int, rows: int) -> list[dict[int, Worn]]:
    """What the columns say everybody has; whatever is not there is wiped."""
    worn: list[dict[int, Worn]] = [{} for _ in range(rows)]
    for place, (until, stacks, source) in enumerate(
        zip(found.until_tick.tolist(), found.stacks.tolist(), found.sources.tolist(), strict=True)
    ):
        if stacks:
            worn[place // STATUSES][place % STATUSES] = Worn(until - tick - 1, stacks, source)
        else:
            assert (until, source) == (0, NOBODY)
    return worn


def afflicted(
    hits: list[Hit],
    inflicts: list[list[tuple[int, int]]],
    bodies: list[Body],
    tick: int,
) -> SimpleNamespace:
    return call(
        afflict,
        hits=hit_table(hits),
        hit_count=len(hits),
        tick=tick,
        skills=skill_table(inflicts),
        statuses=STATUS_TABLE,
        team=[b.team for b in bodies],
        alive=[b.alive for b in bodies],
        health_hp=[b.health for b in bodies],
        reveal_ticks=REVEAL,
        seen_until_tick=[b.seen for b in bodies],
        **columns_of(bodies, tick),
    )


def expired(
    bodies: list[Body], found: SimpleNamespace, tick: int, alive: list[bool]
) -> SimpleNamespace:
    rows = len(bodies)
    return call(
        expire,
        players=rows,
        tick=tick,
        alive=alive,
        until_tick=found.until_tick,
        stacks=found.stacks,
        sources=found.sources,
        shield_hp=[0.0] * rows,
        shield_until_tick=[0] * rows,
        combo_hits=[0] * rows,
        combo_until_tick=[0] * rows,
    )


spans = st.integers(1, LONGEST + 2)
causes = st.integers(0, 3) | st.sampled_from(
    [CAUSE_STATUS, CAUSE_STATUS + 4, CAUSE_THORNS, CAUSE_BLED_OUT, CAUSE_ZONE]
)


@st.composite
def fights(draw: st.DrawFn) -> tuple[list[Body], list[list[tuple[int, int]]], list[list[Hit]]]:
    """(bodies, what skills inflict, the hits of some ticks in a row)."""
    bodies = []
    for _ in range(draw(st.integers(1, 3))):
        body = Body(len(bodies) % 2, health=draw(st.sampled_from([5.0, 5.0, 5.0, 0.0])))
        body.alive = draw(st.sampled_from([True] * 5 + [False]))
        body.seen = draw(st.integers(998, 1008))
        bodies.append(body)
    rows = st.integers(0, len(bodies) - 1)
    hit = st.builds(
        Hit,
        victim=rows,
        attacker=rows | rows | rows | st.just(NOBODY),
        cause=causes,
        heals=st.sampled_from([False, False, True]),
        landed=st.sampled_from([True] * 5 + [False]),
    )
    # Few statuses: they are to meet themselves.
    few = draw(st.lists(st.integers(0, len(KINDS) - 1), min_size=1, max_size=2))
    gifts = st.lists(st.tuples(st.sampled_from(few), spans), max_size=2)
    inflicts = draw(st.lists(gifts, min_size=4, max_size=4))
    return bodies, inflicts, draw(st.lists(st.lists(hit, max_size=3), min_size=1, max_size=8))


@CAREFUL
@given(fights())
def test_statuses_come_and_go(
    fight: tuple[list[Body], list[list[tuple[int, int]]], list[list[Hit]]],
) -> None:
    bodies, inflicts, ticks = fight
    told = dict(enumerate(inflicts))
    for tick, hits in enumerate(ticks, start=1000):
        found = afflicted(hits, inflicts, bodies, tick)
        lasting.afflict(hits, bodies, told, KINDS, tick, REVEAL)
        assert worn_in(found, tick, len(bodies)) == [body.worn for body in bodies]
        assert found.seen_until_tick.tolist() == [body.seen for body in bodies]
        found = expired(bodies, found, tick + 1, [body.alive for body in bodies])
        for body in bodies:
            body.worn = lasting.pass_tick(body.worn)
        assert worn_in(found, tick + 1, len(bodies)) == [body.worn for body in bodies]


@pytest.mark.parametrize(
    ("status", "worn", "ticks", "expected"),
    [
        (0, None, 3, Worn(3, 1, 2)),
        (0, None, LONGEST + 1, Worn(LONGEST, 1, 2)),
        # The later end counts, and the last giver.
        (0, Worn(2, 1, 1), 3, Worn(3, 1, 2)),
        (0, Worn(3, 1, 1), 2, Worn(3, 1, 2)),
        # Spans add up, to the very maximum and not beyond.
        (1, Worn(2, 1, 1), 1, Worn(3, 1, 2)),
        (1, Worn(2, 1, 1), 2, Worn(4, 1, 2)),
        (1, Worn(2, 1, 1), 3, Worn(5, 1, 2)),
        (1, Worn(2, 1, 1), 4, Worn(5, 1, 2)),
        # One more stack, up to three, and still the later end.
        (2, Worn(4, 1, 1), 2, Worn(4, 2, 2)),
        (2, Worn(1, 2, 1), 2, Worn(2, 3, 2)),
        (2, Worn(1, 3, 1), 9, Worn(5, 3, 2)),
        # The longer one stays, of equals the first.
        (3, Worn(3, 1, 1), 2, Worn(3, 1, 1)),
        (3, Worn(3, 1, 1), 3, Worn(3, 1, 1)),
        (3, Worn(3, 1, 1), 4, Worn(4, 1, 2)),
        (3, Worn(5, 1, 1), 9, Worn(5, 1, 2)),
    ],
)
def test_how_a_status_takes_another(
    status: int, worn: Worn | None, ticks: int, expected: Worn
) -> None:
    bodies = [Body(0, worn={} if worn is None else {status: worn}), Body(1), Body(1)]
    found = afflicted([Hit(0, 2, 0, False, True)], [[(status, ticks)]], bodies, 1000)
    assert worn_in(found, 1000, 3) == [{status: expected}, {}, {}]


def test_no_shower_of_hits_outlasts_the_maximum() -> None:
    """Ten hits a tick for ten ticks: five ticks after the last one all of it works, and is gone."""
    bodies = [Body(0), Body(1)]
    shower = [Hit(0, 1, skill, False, True) for skill in (0, 1)] * 5
    inflicts = [[(1, 5), (2, 5)], [(3, 5), (0, 5)]]
    for tick in range(1000, 1010):
        found = afflicted(shower, inflicts, bodies, tick)
        bodies[0].worn = worn_in(found, tick, 2)[0]
        assert max(worn.left for worn in bodies[0].worn.values()) == LONGEST
    assert bodies[0].worn[2].stacks == 3
    for ago, there in ((LONGEST, 4), (LONGEST + 1, 0)):
        later = expired(bodies, found, 1009 + ago, [True, True])
        assert len(worn_in(later, 1009 + ago, 2)[0]) == there


# --- what is left when it is over ---------------------------------------------------------------


def test_shields_and_combos_end_in_their_tick_and_the_dead_have_nothing() -> None:
    until = [99, 100, 101, 101]
    found = call(
        expire,
        players=4,
        tick=100,
        alive=[1, 1, 1, 0],
        until_tick=np.repeat([99, 100, 101, 101], STATUSES),
        stacks=[2] * (4 * STATUSES),
        sources=[1] * (4 * STATUSES),
        shield_hp=[5.0, 5.0, 5.0, 5.0],
        shield_until_tick=until,
        combo_hits=[3, 3, 3, 3],
        combo_until_tick=until,
    )
    assert found.shield_hp.tolist() == [0.0, 0.0, 5.0, 0.0]
    assert found.combo_hits.tolist()[:3] == [0, 0, 3]
    assert found.stacks.reshape(4, -1)[:, -1].tolist() == [0, 0, 2, 0]
    assert found.sources.reshape(4, -1)[:, 0].tolist() == [NOBODY, NOBODY, 1, NOBODY]


@CAREFUL
@given(st.data())
def test_what_everybody_is_worth(data: st.DataObject) -> None:
    rows = data.draw(st.integers(1, 4))
    levels = np.zeros(2 * LEVELS, LEVEL_ROW)
    for name, base in (("health_max_hp", 64.0), ("mana_max_mp", 32.0), ("speed_ups", 4.0)):
        levels[name] = base + np.arange(2 * LEVELS) / 4
    levels["mana_mp_per_tick"] = 0.25 + np.arange(2 * LEVELS) / 64
    levels["armour"], levels["power"] = np.arange(2 * LEVELS), 1 + np.arange(2 * LEVELS) / 8
    role = data.draw(st.lists(st.integers(0, 1), min_size=rows, max_size=rows))
    level = data.draw(st.lists(st.sampled_from([1, 2, LEVELS]), min_size=rows, max_size=rows))
    alive, down = (
        data.draw(st.lists(st.sampled_from(odds), min_size=rows, max_size=rows))
        for odds in ([True, True, True, False], [False, False, True])
    )
    own = [levels[r * LEVELS + n - 1] for r, n in zip(role, level, strict=True)]
    edge = st.sampled_from([-20.0, -0.5, -0.25, 0.0, 0.25, 3.0])
    health = [float(o["health_max_hp"]) + data.draw(edge) for o in own]
    mana = [float(o["mana_max_mp"]) + data.draw(edge) for o in own]
    worn = [
        {
            status: data.draw(st.integers(1, kind.most))
            for status, kind in enumerate(KINDS)
            if data.draw(st.sampled_from([False, False, True]))
        }
        for _ in range(rows)
    ]
    stacks = np.zeros((rows + 1, STATUSES), int)
    for row, mine in enumerate(worn):
        stacks[row, list(mine)] = list(mine.values())
    numbers = ("armour", "speed_ups", "power", "health_max_hp", "mana_max_mp")
    found = call(
        derive,
        players=rows,
        alive=[*alive, 1],
        down=[*down, 0],
        role=[*role, 0],
        level=[*level, 1],
        levels=levels,
        statuses=STATUS_TABLE,
        stacks=stacks.reshape(-1),
        down_speed_ratio=0.375,
        flags=[1] * (rows + 1),
        health_hp=[*health, -1.0],
        mana_mp=[*mana, -1.0],
        **{name: [-1.0] * (rows + 1) for name in numbers},
    )
    assert [getattr(found, name)[rows] for name in numbers] == [-1.0] * 5
    for row in range(rows):
        if not alive[row]:
            assert (found.health_hp[row], found.mana_mp[row]) == (health[row], mana[row])
            assert [getattr(found, name)[row] for name in numbers] == [-1.0] * 5
            continue
        for name in ("armour", "power", "health_max_hp", "mana_max_mp"):
            assert getattr(found, name)[row] == own[row][name], name
        full = own[row]["mana_max_mp"]
        assert found.health_hp[row] == min(health[row], own[row]["health_max_hp"])
        assert found.mana_mp[row] == min(full, mana[row] + own[row]["mana_mp_per_tick"])
        speed, flags = lasting.speed_and_flags(
            own[row]["speed_ups"], worn[row], KINDS, 0.375 if down[row] else None
        )
        assert found.speed_ups[row] == pytest.approx(float(speed), rel=1e-14)
        assert found.flags[row] == flags


def test_slows_leave_a_tenth_and_hastes_make_that_more() -> None:
    slow = {0: 1, 2: 3}  # 137.5 %
    assert lasting.speed_and_flags(8.0, slow, KINDS, None)[0] == 8 * lasting.SLOWEST
    assert float(lasting.speed_and_flags(8.0, slow | {5: 2}, KINDS, None)[0]) == 1.6


# --- what goes on by itself ---------------------------------------------------------------------


def hits_of(found: SimpleNamespace) -> list[tuple[Any, ...]]:
    """(victim, attacker, cause, slot, flags, amount, moment, x, y) of every hit."""
    return [tuple(hit)[:9] for hit in found.hits[: found.hit_count[0]].tolist()]


def report(room: int) -> dict[str, Any]:
    return {"hits": np.ones(room, HIT_RECORD), "hit_count": 0, "hits_refused": 0}


PLACES: dict[str, Any] = {"x_u": [1.0, 2.0, 3.0, 4.0], "y_u": [5.0, 6.0, 7.0, 8.0]}


def test_burns_are_hits_of_who_lit_them() -> None:
    stacks, sources = np.zeros((4, STATUSES), int), np.zeros((4, STATUSES), int)
    stacks[0, [0, 2, 4, 6]] = [1, 3, 2, 3]
    stacks[1, 4], stacks[2, 6], stacks[3, 4] = 2, 1, 2
    sources[0, [4, 6]], sources[2, 6] = [1, 2], NOBODY
    columns = {
        "players": 3,
        "alive": [1, 0, 1, 1],
        "statuses": STATUS_TABLE,
        "stacks": stacks.reshape(-1),
        "sources": sources.reshape(-1),
        **PLACES,
    }
    expected = [
        (0, 1, CAUSE_STATUS + 4, NO_SLOT, NO_RETURN, 3.0, 0.0, 1.0, 5.0),
        (0, 2, CAUSE_STATUS + 6, NO_SLOT, NO_RETURN, 0.75, 0.0, 1.0, 5.0),
        (2, NOBODY, CAUSE_STATUS + 6, NO_SLOT, NO_RETURN, 0.25, 0.0, 3.0, 7.0),
    ]
    for room in (4, 3, 2, 1):
        found = call(burn, **columns, **report(room))
        assert hits_of(found) == expected[:room]
        assert found.hits_refused[0] == max(0, 3 - room)
        assert found.hits[0]["health_hp"] == found.hits[0]["landed"] == 0


def test_bleeding_is_the_deed_of_who_knocked_down() -> None:
    columns = {"players": 3, "alive": [1, 0, 1, 1], "down": [1, 1, 0, 1], "downer": [2, 0, 0, 0]}
    found = call(bleed, **columns, bleed_hp=0.75, **PLACES, **report(2))
    flags = UNBLOCKED | TRUE_DAMAGE | NO_RETURN
    assert hits_of(found) == [(0, 2, CAUSE_BLED_OUT, NO_SLOT, flags, 0.75, 0.0, 1.0, 5.0)]


def test_healing_over_time_ends_in_its_tick() -> None:
    found = call(
        mend,
        players=4,
        tick=100,
        alive=[1, 1, 1, 0],
        down=[0, 0, 1, 0],
        until_tick=[101, 100, 101, 101],
        heal_hp=[2.5, 3.5, 4.5, 5.5],
        healer=[3, 2, 1, 0],
        skill=[7, 8, 9, 10],
        slot=[2, 1, 0, 3],
        **PLACES,
        **report(4),
    )
    assert hits_of(found) == [(0, 3, 7, 2, HEALS, 2.5, 0.0, 1.0, 5.0)]
