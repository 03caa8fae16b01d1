"""What bots do with their skills: which, with what aim, and when they let go."""

from __future__ import annotations

from math import hypot
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from schema import rulebook as book
from schema.commands import INTERACT, MOVE, PRIMARY, SKILL_SLOTS
from schema.directions import TABLE
from schema.events import NO_SLOT, NOBODY
from systems.kernels.fighting import fight, keep_distance
from systems.kernels.minds import (
    GOAL_CRAWL,
    GOAL_FIGHT,
    GOAL_FLEE,
    GOAL_RESCUE,
    GOAL_WANDER,
    MIND,
)
from tests.oracle import minding
from tests.oracle.minding import Fighter, Hair, Skill
from tests.oracle.splitmix import unit
from tests.systems.casting import effect_rows, skill_rows
from tests.systems.kernel_calls import call_in_turn
from tests.systems.test_bot_sight import bot_rows

pytestmark = pytest.mark.filterwarnings("ignore:overflow encountered in scalar")

CAREFUL = settings(deadline=None, derandomize=True, database=None, max_examples=500)
TICK = 600
DT_S = 1 / 30
KINDS = {
    "projectile": book.PROJECTILE,
    "homing": book.HOMING,
    "area": book.AREA,
    "beam": book.BEAM,
    "dash": book.DASH,
    "shield": book.SHIELD,
    "mend": book.MEND,
    "wall": book.WALL,
}
ERROR = (300.0, 90.0, 0.0)
LEAD = (0.2, 0.7, 1.0)
CAUTION = (0.2, 0.4, 0.6)

numbers = st.sampled_from([1.5, 4.0, 9.0, 20.0])
kinds = st.sampled_from(sorted(KINDS))
busy_slots = st.sampled_from([None, None, *range(SKILL_SLOTS)])
mostly = st.sampled_from([False, True, True, True])
distances = st.sampled_from([1.0, 3.0, 5.0, 7.0, 8.5, 12.0, 21.0]) | st.floats(0.5, 24)
velocities = st.tuples(st.floats(-7, 7), st.floats(-7, 7))
CHOICES: dict[str, st.SearchStrategy[Any]] = {
    "radius_u": st.sampled_from([0.2, 2.0]),
    "speed_ups": st.sampled_from([12.0, 30.0]),
    "delay_ticks": st.sampled_from([0, 0, 21]),
    "hold_ticks": st.sampled_from([0, 30]),
    "mana_mp": st.sampled_from([0.0, 20.0, 60.0]),
    "heal": st.sampled_from([0.0, 10.0]),
    "pool": st.sampled_from([0.0, 20.0]),
    "charges": st.sampled_from([1, 1, 2, 0]),
    "ready_tick": st.sampled_from([0, 0, TICK, TICK + 1]),
    "held_for": st.sampled_from([0, 14, 15, 29, 30, 80]),
    "chance": st.sampled_from([0.0, 0.5, 1.0]),
    "clear": st.sampled_from([True, True, False]),
    "enemy_health": st.sampled_from([20.0, 100.0]),
    "mate": st.sampled_from([None, None, (3.0, 1.0), (-6.0, 5.0)]),
    "health": st.sampled_from([10.0, 50.0, 59.0, 61.0, 71.0, 89.0, 100.0]),
    "shield": st.sampled_from([0.0, 0.0, 5.0]),
    "mana": st.sampled_from([0.0, 25.0, 60.0, 100.0]),
    "hit_ago": st.sampled_from([None, 0, 45, 46]),
    "power": st.sampled_from([1.0, 1.5]),
    "buttons": st.sampled_from([0, PRIMARY, PRIMARY << 1, 30]),
    "goal": st.sampled_from([GOAL_FIGHT, GOAL_FIGHT, GOAL_FLEE, GOAL_CRAWL, GOAL_RESCUE]),
}
"""Made once: a strategy that is made for every draw takes several times as long as the draw."""


@st.composite
def skills(draw: st.DrawFn) -> dict[str, Any]:
    """One skill and how it stands in its slot."""
    kind = draw(kinds)
    flies = kind in ("projectile", "homing", "area", "beam", "mend")
    return {
        "kind": kind,
        "range_u": draw(numbers) if flies else 0.0,
        "radius_u": draw(CHOICES["radius_u"]),
        "lock_u": draw(numbers),
        "speed_ups": draw(CHOICES["speed_ups"]),
        "delay_ticks": draw(CHOICES["delay_ticks"]),
        "distance_u": 2.0,
        "affects": draw(st.integers(1, 7)) if kind == "area" else 1,
        "hold_ticks": draw(CHOICES["hold_ticks"]) if kind in ("projectile", "area") else 0,
        "mana_mp": draw(CHOICES["mana_mp"]),
        "mana_mp_per_tick": 1.0 if kind == "beam" else 0.0,
        "heal": draw(CHOICES["heal"]) if kind in ("area", "mend") else 0.0,
        "pool": draw(CHOICES["pool"]),
        "damage": 5.0,
        "charges": draw(CHOICES["charges"]),
        "ready_tick": draw(CHOICES["ready_tick"]),
        "held_for": draw(CHOICES["held_for"]),
        "level": draw(st.integers(1, 2)),
    }


@st.composite
def scenes(draw: st.DrawFn) -> dict[str, Any]:
    """A bot with four skills, perhaps an enemy, perhaps a wounded mate."""
    own = [draw(skills()) for _ in range(SKILL_SLOTS)]
    busy = draw(busy_slots)
    enemy = draw(mostly)
    away = draw(distances)
    angle = draw(st.integers(0, 4095))
    return {
        "own": own,
        "busy": busy,
        "level": draw(st.integers(0, 2)),
        "chance": draw(CHOICES["chance"]),
        "seed": draw(st.integers(0, 2**64 - 1)),
        "enemy": enemy,
        "gap": tuple(float(away * part) for part in TABLE[angle]),
        "velocity": draw(velocities),
        "clear": draw(CHOICES["clear"]) and enemy,
        "enemy_down": draw(st.booleans()),
        "enemy_health": draw(CHOICES["enemy_health"]),
        "enemy_primary": draw(skills()),
        "mate": draw(CHOICES["mate"]),
        "health": draw(CHOICES["health"]),
        "shield": draw(CHOICES["shield"]),
        "mana": draw(CHOICES["mana"]),
        "hit_ago": draw(CHOICES["hit_ago"]),
        "power": draw(CHOICES["power"]),
        "buttons": draw(CHOICES["buttons"]),
        "goal": draw(CHOICES["goal"]),
    }


FIELDS = (
    "range_u radius_u lock_u speed_ups delay_ticks distance_u affects hold_ticks mana_mp "
    "mana_mp_per_tick"
).split()


def act(scene: dict[str, Any]) -> np.void:
    """The mind of row 0 after both kernels; row 1 is the enemy, row 2 the mate."""
    rows = [*scene["own"], scene["enemy_primary"]]
    book_rows = skill_rows(
        *({name: row[name] for name in FIELDS} | {"kind": KINDS[row["kind"]]} for row in rows)
    )
    effects = effect_rows(
        *({"damage_hp": r["damage"], "heal_hp": r["heal"], "pool_hp": r["pool"]} for r in rows)
    )
    busy, mate = scene["busy"], scene["mate"]
    held, channel = [NOBODY] * 12, NO_SLOT
    if busy is not None and scene["own"][busy]["kind"] == "beam":
        channel = busy
    elif busy is not None and scene["own"][busy]["hold_ticks"]:
        held[busy] = TICK - scene["own"][busy]["held_for"]
    mind = np.zeros(1, MIND)
    toward = minding.bearing(*scene["gap"]) if scene["enemy"] else 77
    mind["level"], mind["goal"], mind["heading"] = scene["level"], scene["goal"], int(toward)
    mind["aim"], mind["reach"], mind["buttons"] = mind["heading"], 255, MOVE
    if scene["goal"] == GOAL_RESCUE:
        mind["buttons"] = INTERACT
    mind["enemy"] = 1 if scene["enemy"] else NOBODY
    mind["apart_u"] = hypot(*scene["gap"]) if scene["enemy"] else 0.0
    mind["clear"], mind["wounded"] = scene["clear"], NOBODY if mate is None else 2
    slots = range(SKILL_SLOTS)
    hit = scene["hit_ago"]
    made = call_in_turn(
        [fight, keep_distance],
        tick=TICK,
        seed=np.array([scene["seed"]], np.uint64),
        down=[0, scene["enemy_down"], 0],
        x_u=[10.0, 10.0 + scene["gap"][0], 10.0 + (mate or (0, 0))[0]],
        y_u=[9.0, 9.0 + scene["gap"][1], 9.0 + (mate or (0, 0))[1]],
        vx_ups=[0.0, scene["velocity"][0], 3.0],
        vy_ups=[0.0, scene["velocity"][1], 3.0],
        health_hp=[scene["health"], scene["enemy_health"], 30.0],
        health_max_hp=[100.0, 100.0, 100.0],
        shield_hp=[scene["shield"], 9.0, 9.0],
        mana_mp=[scene["mana"], 999.0, 999.0],
        power=[scene["power"], 3.0, 3.0],
        attacker=[NOBODY if hit is None else 1, 0, 0],
        hit_tick=[TICK - (hit or 0), TICK, TICK],
        buttons=[scene["buttons"], 0, 0],
        channel_slot=[channel, 0, 0],
        skill_of=[*slots, 4, 0, 0, 0, 0, 0, 0, 0],
        skill_level=[*(s["level"] for s in scene["own"]), *[1] * 8],
        charges=[*(s["charges"] for s in scene["own"]), *[1] * 8],
        ready_tick=[*(s["ready_tick"] for s in scene["own"]), *[0] * 8],
        held_tick=held,
        bots=bot_rows(
            skill_chance=scene["chance"], caution_ratio=CAUTION, aim_error=ERROR, lead_ratio=LEAD
        ),
        skills=book_rows,
        effects=effects,
        directions=TABLE,
        dt_s=DT_S,
        mind_count=1,
        minds=mind,
    )
    result: np.void = made.minds[0]
    return result


def reach_of(row: dict[str, Any]) -> float:
    """How far it gets at an enemy."""
    far = {
        "projectile": row["range_u"],
        "beam": row["range_u"],
        "homing": min(row["range_u"], row["lock_u"]),
        "area": (row["range_u"] + row["radius_u"]) * (row["affects"] & 1),
    }
    return float(far.get(row["kind"], 0.0))


def fighter_of(scene: dict[str, Any]) -> Fighter:
    """The same scene as the judge understands it."""
    slots = []
    for slot, row in enumerate(scene["own"]):
        busy = scene["busy"] == slot
        kind, level = row["kind"], row["level"]
        price = row["mana_mp"] + (10.0 if kind == "beam" else 0.0)
        heals = row["heal"] + (row["pool"] if kind == "mend" else 0.0)
        slots.append(
            Skill(
                kind=kind,
                reach=reach_of(row),
                range=row["range_u"],
                for_self=kind == "mend" or (kind == "area" and bool(row["affects"] & 4)),
                for_allies=kind == "mend" or (kind == "area" and bool(row["affects"] & 2)),
                heals=heals * level * scene["power"] if kind in ("mend", "area") else 0.0,
                hold=row["hold_ticks"],
                room=2 * (row["distance_u"] + row["radius_u"]),
                payable=row["charges"] > 0 and row["ready_tick"] <= TICK and price <= scene["mana"],
                held_for=row["held_for"] if busy and kind != "beam" else None,
                channelled=busy and kind == "beam",
            )
        )
    return Fighter(
        skills=slots,
        health=scene["health"],
        shield=scene["shield"],
        apart=hypot(*scene["gap"]) if scene["enemy"] else None,
        clear=scene["clear"],
        dangerous=not scene["enemy_down"] and reach_of(scene["enemy_primary"]) >= 4.0,
        mate=None if scene["mate"] is None else hypot(*scene["mate"]),
        under_fire=scene["hit_ago"] is not None and scene["hit_ago"] <= 45,
        caution=CAUTION[scene["level"]],
        pressed=scene["buttons"],
    )


@CAREFUL
@given(scenes())
def test_what_the_hands_do(scene: dict[str, Any]) -> None:
    mind, me = act(scene), fighter_of(scene)
    if scene["goal"] in (GOAL_CRAWL, GOAL_RESCUE):
        assert mind["buttons"] == (INTERACT if scene["goal"] == GOAL_RESCUE else MOVE)
        return
    lucky = minding.luck(scene["seed"], TICK, 13, 0, scene["chance"])
    try:
        pressed, slot, whom = minding.hands(me, lucky)
    except Hair:
        assume(False)
    assert mind["buttons"] & ~MOVE == pressed
    if whom == "team":
        check_aid(scene, mind, me, slot)
    elif scene["enemy"]:
        check_aim(scene, mind, slot)
    else:
        assert (mind["aim"], mind["reach"]) == (77, 255)


def check_aid(scene: dict[str, Any], mind: np.void, me: Fighter, slot: int) -> None:
    """Under one's own feet, unless one is well and a mate is not."""
    if scene["mate"] is None or me.share < 0.6:
        assert mind["reach"] == 0
        return
    assert minding.turns_apart(mind["aim"], minding.bearing(*scene["mate"])) <= 1.01
    share = min(1.0, hypot(*scene["mate"]) / scene["own"][slot]["range_u"])
    assert abs(mind["reach"] - 255 * share) <= 1


def check_aim(scene: dict[str, Any], mind: np.void, slot: int) -> None:
    """Ahead of the enemy by the level's lead, off by the level's error, as the draw has it."""
    row, level = scene["own"][slot], scene["level"]
    late = {
        "projectile": hypot(*scene["gap"]) / row["speed_ups"],
        "area": row["delay_ticks"] * DT_S,
    }.get(row["kind"], 0.0)
    ahead = [
        g + v * late * LEAD[level] for g, v in zip(scene["gap"], scene["velocity"], strict=True)
    ]
    steady = 3 if row["kind"] == "beam" or row["hold_ticks"] else 1
    off = (2 * unit(scene["seed"], TICK, 12, 0) - 1) * ERROR[level] / steady
    if hypot(*ahead) > 0.05:
        assert minding.turns_apart(mind["aim"], minding.bearing(*ahead) + off) <= 2.01
    share = min(1.0, hypot(*ahead) / row["range_u"]) if row["kind"] == "area" else 1.0
    assert abs(mind["reach"] - 255 * share) <= 1


@CAREFUL
@given(scenes())
def test_where_the_feet_go(scene: dict[str, Any]) -> None:
    """Never straight at an enemy who is nearer than one likes, never nearer when outdone."""
    scene["goal"] = GOAL_FIGHT if scene["enemy"] else GOAL_WANDER
    mind, me = act(scene), fighter_of(scene)
    toward = minding.bearing(*scene["gap"])
    if not scene["enemy"]:
        assert mind["heading"] == 77
        return
    assert mind["buttons"] & MOVE
    turn = minding.turns_apart(mind["heading"], toward)
    outdone = not scene["enemy_down"] and scene["enemy_health"] > scene["health"]
    reach = reach_of(scene["own"][0])
    liked = reach * (0.6 if reach < 4 else 0.45)
    apart = hypot(*scene["gap"])
    assume(abs(apart - 1.25 * liked) > 1e-6 and abs(apart - 0.75 * liked) > 1e-6)
    wanted = 900
    if me.weak and outdone:
        wanted = 1800
    elif not scene["clear"] or apart > 1.25 * liked:
        wanted = 120 if liked < 4 else 420
    elif apart < 0.75 * liked:
        wanted = 1500
    assert abs(turn - wanted) <= 2
    side = 1 if unit(scene["seed"], TICK // 24, 11, 0) < 0.5 else -1
    assert minding.turns_apart(mind["heading"], toward + side * wanted) <= 2


def test_buttons_that_are_stuck_charges_and_barriers() -> None:
    """Pressed while it could not be cast, a button would never be fresh again."""
    charged = {
        "kind": "projectile", "range_u": 20.0, "radius_u": 0.2, "lock_u": 0.0, "speed_ups": 20.0,
        "delay_ticks": 0, "distance_u": 0.0, "affects": 1, "hold_ticks": 30, "mana_mp": 5.0,
        "mana_mp_per_tick": 0.0, "heal": 0.0, "pool": 0.0, "damage": 5.0, "charges": 1,
        "ready_tick": 0, "held_for": 0, "level": 1,
    }  # fmt: skip
    scene: dict[str, Any] = {
        "own": [charged | {"hold_ticks": 0}, charged, charged, charged], "busy": None, "level": 2,
        "chance": 1.0, "seed": 5, "enemy": True, "gap": (8.0, 0.0), "velocity": (0.0, 0.0),
        "clear": True, "enemy_down": False, "enemy_health": 50.0, "enemy_primary": charged,
        "mate": None, "health": 100.0, "shield": 0.0, "mana": 50.0, "hit_ago": None, "power": 1.0,
        "buttons": 0, "goal": GOAL_FIGHT,
    }  # fmt: skip
    last = PRIMARY << 3
    assert act(scene)["buttons"] == MOVE | last
    assert act(scene | {"buttons": last})["buttons"] == MOVE | PRIMARY << 2
    assert act(scene | {"buttons": 30})["buttons"] == MOVE | PRIMARY
    # It is held until it is full, or half full for an enemy who is near, and then let go.
    for held_for, away, buttons in ((29, 8.0, last), (30, 8.0, 0), (14, 5.0, last), (15, 5.0, 0)):
        held = [*scene["own"][:3], charged | {"held_for": held_for}]
        holding = scene | {"own": held, "busy": 3, "buttons": last, "gap": (away, 0.0)}
        assert act(holding)["buttons"] == MOVE | buttons
        assert act(holding | {"clear": False})["buttons"] == MOVE | last
    # A barrier is for the weak, against somebody who shoots from afar.
    barrier = charged | {"kind": "wall", "hold_ticks": 0, "range_u": 0.0, "distance_u": 2.0}
    weak = scene | {"own": [*scene["own"][:3], barrier], "health": 10.0}
    near = charged | {"range_u": 3.0}
    assert act(weak)["buttons"] & last
    assert not act(weak | {"health": 90.0})["buttons"] & last
    assert not act(weak | {"enemy_primary": near})["buttons"] & last
    assert not act(weak | {"gap": (4.0, 0.0)})["buttons"] & last
    # Healing for mates alone is for a mate who is wounded and near enough.
    balm = charged | {"kind": "area", "hold_ticks": 0, "affects": book.ALLIES, "heal": 10.0}
    healer = scene | {"own": [*scene["own"][:3], balm], "health": 10.0, "mate": (3.0, 1.0)}
    assert act(healer)["buttons"] & last
    assert not act(healer | {"mate": None})["buttons"] & last
    assert not act(healer | {"mate": (19.0, 9.0)})["buttons"] & last
    # Two throws have one reach between them: the better one is thrown alone.
    throw = charged | {"kind": "area", "hold_ticks": 0}
    thrower = scene | {"own": [throw, charged, charged, throw]}
    assert act(thrower)["buttons"] == MOVE | last
    shooter = scene | {"own": [scene["own"][0], charged, charged, throw]}
    assert act(shooter)["buttons"] == MOVE | last | PRIMARY
