"""Whole matches with views of every age: who is hit at once was there, and not long ago."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ecs.world import World
from schema.columns import Channel, Clock, Intent, Outcome, Position, Role, Vitals
from schema.commands import COMMAND, JOIN, PRIMARY, SECONDARY, SPECIAL, TickInputs, in_slot_order
from schema.directions import TABLE
from schema.events import NO_SLOT
from schema.rulebook import BEAM
from systems.bots import Bots
from systems.rules import Rules
from systems.tick import step
from tests.systems.hindsight import Hindsight
from tests.systems.matches import CRATES, Mob, new_world, quick_balance
from tests.systems.test_invariants import BUSHES, LOOT

pytestmark = pytest.mark.filterwarnings("ignore:overflow encountered in scalar")


@pytest.mark.parametrize(
    ("seed", "options", "rate_hz"),
    [(1, {}, 30), (2, {"team": 2, "friendly_fire": 0.5}, 30), (3, {"team": 4}, 60), (4, {}, 10)],
)
def test_who_is_hit_at_once_was_there(seed: int, options: dict[str, Any], rate_hz: int) -> None:
    balance = quick_balance(**options)
    world = new_world(
        16, seed, balance=balance, rate_hz=rate_hz, crates=CRATES, bushes=BUSHES, loot=LOOT
    )
    mob, bots, watch = Mob(world, 16, seed), Bots(world), Hindsight(world)
    rng = np.random.default_rng(seed)
    outcome = world.group("match", Outcome)
    while not outcome.over[0] and int(world.group("match", Clock).tick[0]) < 25 * rate_hz:
        inputs = mob.inputs()
        # Bots fight better than a mob; here they look back as people do.
        played = bots.decide().copy()
        now = int(world.group("match", Clock).tick[0])
        ages = rng.integers(-1, rate_hz // 3, len(played))
        played["view_tick"] = np.maximum(0, now - ages)
        both = np.concatenate([played, inputs.commands])
        watch.before()
        step(world, TickInputs(in_slot_order(both)[:16], inputs.joins, inputs.leaves))
        watch.look()
    for what in ("beams", "areas"):
        assert watch.seen[what] > 0
    assert watch.seen["beams of the past"] + watch.seen["areas of the past"] > 0


# --- A wizard with a frost ray, and somebody who steps aside --------------------------------------


def duel(rate_hz: int = 30, kind: str = "wizard", apart_u: float = 6.0) -> World:
    """Two of a kind in the open, nothing between them; the countdown is over."""
    world = new_world(
        2, 5, walls=(), spawns=((5.0, 12.0), (11.0, 12.0)), rate_hz=rate_hz,
        balance=quick_balance(countdown_s=0.0),
    )  # fmt: skip
    role = world.resource(Rules).class_names.index(kind)
    step(world, TickInputs(joins=np.array([(0, 0, 0, role, 0), (1, 1, 0, role, 0)], JOIN)))
    put(world, 0, 5.0, 12.0)
    put(world, 1, 5.0 + apart_u, 12.0)
    return world


def put(world: World, row: int, x: float, y: float) -> None:
    position = world.group("players", Position)
    position.x_u[row], position.y_u[row] = x, y


def ray(world: World, view: int) -> int:
    """A tick with the ray held, along +x; the health that it took from the other, in hundredths."""
    skills = world.resource(Rules).skills
    own = world.resource(Rules).classes[world.group("players", Role).role[0]]
    slot = next(slot for slot in range(4) if skills[own[f"skill_{slot}"]]["kind"] == BEAM)
    command = np.zeros(1, COMMAND)
    command["buttons"] = (PRIMARY, SECONDARY, SPECIAL)[slot]
    command["view_tick"] = view
    vitals = world.group("players", Vitals)
    vitals.mana_mp[0] = 100.0
    before = float(vitals.health_hp[1])
    step(world, TickInputs(commands=command))
    return round(100 * (before - float(vitals.health_hp[1])))


def tick_of(world: World) -> int:
    return int(world.group("match", Clock).tick[0])


@pytest.mark.parametrize("rate_hz", [10, 20, 30, 60])
@pytest.mark.parametrize("claim", ["true", "oldest", "forged"])
def test_whoever_left_a_quarter_of_a_second_ago_is_safe(rate_hz: int, claim: str) -> None:
    world = duel(rate_hz)
    shining = tick_of(world) + 4
    while tick_of(world) < shining:
        ray(world, 0)
    assert world.group("players", Channel).slot[0] != NO_SLOT
    assert ray(world, tick_of(world)) > 0
    left = tick_of(world)
    hurt = []
    put(world, 1, 11.0, 20.0)
    for _ in range(rate_hz):
        view = {"true": tick_of(world), "oldest": left - 1, "forged": 1}[claim]
        hurt.append(ray(world, view) > 0)
    most = rate_hz // 4
    # Who was put aside was so in state ``left`` already: state ``left`` - 1 is the last of there.
    wanted = 0 if claim == "true" else most - 1
    assert hurt == [tick < wanted for tick in range(rate_hz)]


def test_a_held_ray_looks_back_farther_as_time_goes_by_and_then_no_farther() -> None:
    """No news: the view stays what it was, and a quarter of a second is the end of it."""
    world = duel()
    for _ in range(5):
        ray(world, tick_of(world))
    view = tick_of(world)
    held = int(world.group("players", Intent).buttons[0])
    assert held
    vitals = world.group("players", Vitals)
    put(world, 1, 11.0, 20.0)
    hurt = []
    for _ in range(12):
        before = float(vitals.health_hp[1])
        vitals.mana_mp[0] = 100.0
        step(world, TickInputs())
        hurt.append(vitals.health_hp[1] < before)
    assert view == tick_of(world) - 12
    # The last command saw state ``view`` - 1, in which the other stood in the line.
    assert hurt == [tick < 6 for tick in range(12)]


@pytest.mark.parametrize("view", [0, 2**32 - 1, 2**31, 100])
def test_no_view_and_one_from_the_future_look_at_now(view: int) -> None:
    world = duel()
    for _ in range(5):
        ray(world, 0)
    put(world, 1, 11.0, 20.0)
    assert [ray(world, view) for _ in range(3)] == [0, 0, 0]
    # A ray along the line to where the other is now hits, whatever the past was.
    put(world, 1, 11.0, 12.0)
    assert ray(world, view) > 0
    assert TABLE[0].tolist() == [1.0, 0.0]


@pytest.mark.parametrize(
    ("back", "met"), [(0, False), (1, False), (2, True), (7, True), (90, True)]
)
def test_a_cleave_reaches_who_stood_there(back: int, met: bool) -> None:
    """No delay; the other is out of it in the state at hand, and was in it until then."""
    world = duel(kind="warrior", apart_u=1.5)
    for _ in range(90):
        step(world, TickInputs())
    put(world, 1, 15.0, 12.0)
    command = np.zeros(1, COMMAND)
    command["buttons"], command["reach"] = PRIMARY, 255
    command["view_tick"] = tick_of(world) + 1 - back if back else 0
    vitals = world.group("players", Vitals)
    before = float(vitals.health_hp[1])
    step(world, TickInputs(commands=command))
    assert bool(vitals.health_hp[1] < before) is met


def test_whoever_has_just_come_is_met_where_they_are() -> None:
    """There is no place of theirs in the past to look at, and none is made up."""
    world = new_world(
        2, 5, walls=(), spawns=((5.0, 12.0), (11.0, 12.0)), balance=quick_balance(countdown_s=0.0)
    )
    wizard = world.resource(Rules).class_names.index("wizard")
    step(world, TickInputs(joins=np.array([(0, 0, 0, wizard, 0)], JOIN)))
    put(world, 0, 5.0, 12.0)
    for _ in range(10):
        ray(world, 0)
    step(world, TickInputs(joins=np.array([(1, 1, 0, wizard, 0)], JOIN)))
    put(world, 1, 11.0, 12.0)
    # Looking back before the entry: present place.  The entry itself made the spawn's state.
    assert ray(world, tick_of(world) - 1) > 0
