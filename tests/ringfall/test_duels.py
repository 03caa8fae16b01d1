"""Time to kill, as reckoned, is what the tick does to two bodies that stand still."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from ecs.world import World
from ringfall.duels import DISTANCE_U, SLOTS, Duels
from ringfall.match import MatchPlan, world_of
from schema.balance import Balance
from schema.balance.skills import AreaSkill
from schema.columns import Ability, Clock, Position, Progress, Role, Tally, Vitals
from schema.commands import COMMAND, JOIN, PRIMARY, TickInputs
from schema.events import NOBODY
from schema.tiled import MapModel
from systems.rules import Rules
from systems.tick import step
from tests.ringfall.packs import balance, pack

RATE_HZ = 30
FIELD = MapModel(
    name="Field",
    width_u=60.0,
    height_u=40.0,
    players_max=2,
    walls=(),
    spawns=((20.0, 20.0), (40.0, 20.0)),
)
EAST, WEST = 0, 2048
TICKS_MAX = 1800


def tuned(**tables: dict[str, dict[str, Any]]) -> Balance:
    """The shipped balance with other values in entries of a file."""
    found = balance()
    for file, entries in tables.items():
        table = getattr(found, file)
        changed = {
            name: entry.model_copy(update=entries.get(name, {}))
            for name, entry in table.root.items()
        }
        found = found.model_copy(update={file: table.model_copy(update={"root": changed})})
    return found


def face_off(
    found: Balance, attacker: int, victim: int, slot: int, level: int, skill_level: int
) -> World:
    """Two players of a level, at arm's length on an empty field; the first has the skill."""
    world = world_of(MatchPlan(pack(found, FIELD), RATE_HZ, 2, 1))
    joins = np.array([(0, 0, 0, attacker, 0), (1, 1, 0, victim, 0)], dtype=JOIN)
    step(world, TickInputs(joins=joins))
    rules, position = world.resource(Rules), world.group("players", Position)
    position.x_u[:2], position.y_u[:2] = (20.0, 20.0 + DISTANCE_U), 20.0
    world.group("players", Progress).level[:2] = level
    world.group("abilities", Ability).level[slot] = skill_level
    vitals = world.group("players", Vitals)
    for row, role in enumerate((attacker, victim)):
        own = rules.levels[role * (len(rules.levels) // len(rules.classes)) + level - 1]
        vitals.health_hp[row], vitals.mana_mp[row] = own["health_max_hp"], own["mana_max_mp"]
    return world


def button(world: World, skill: Any, slot: int) -> int:
    """What a thumb does that knows the rules: hold, and let go of what is fully charged."""
    ability, clock = world.group("abilities", Ability), world.group("match", Clock)
    tick, held = int(clock.tick[0]), int(ability.held_tick[slot])
    down = PRIMARY << slot
    if skill["hold_ticks"] == 0:
        return down
    per_tick = mana_per_tick(world)
    # This tick brings mana too, before casts are judged.
    mana = world.group("players", Vitals).mana_mp[0] + per_tick
    if held != NOBODY:
        short = mana < skill["mana_mp"]
        return down if tick - held < skill["hold_ticks"] or short else 0
    # What is held for too long is lost: it is begun when it can be paid as soon as it is full.
    paid = mana + per_tick * skill["hold_ticks"] >= skill["mana_mp"]
    back = ability.charges[slot] > 0 or tick >= ability.recharge_tick[slot]
    return down if paid and back and tick >= ability.ready_tick[slot] else 0


def mana_per_tick(world: World) -> float:
    """What the attacker's mana grows by."""
    rules, level = world.resource(Rules), int(world.group("players", Progress).level[0])
    role = int(world.group("players", Role).role[0])
    rows = len(rules.levels) // len(rules.classes)
    return float(rules.levels[role * rows + level - 1]["mana_mp_per_tick"])


def fought(found: Balance, victim_aim: int, attacker: int, victim: int, *how: int) -> int | None:
    """Ticks until the victim is dead, in the game."""
    slot = how[0]
    world = face_off(found, attacker, victim, *how)
    rules, tally = world.resource(Rules), world.group("players", Tally)
    skill = rules.skills[int(rules.classes[attacker][f"skill_{slot}"])]
    # Areas land between the two; others do not care.
    reach = min(255, int(255 * (DISTANCE_U - 0.3) / max(float(skill["range_u"]), 0.01)))
    vitals = world.group("players", Vitals)
    for tick in range(TICKS_MAX):
        orders = [
            (0, 0, EAST, reach, button(world, skill, slot), tick + 1, 0),
            (1, 0, victim_aim, 0, 0, tick + 1, 0),
        ]
        step(world, TickInputs(commands=np.array(orders, dtype=COMMAND)))
        if not vitals.alive[1]:
            assert tally.killer[1] == 0
            return tick
    return None


def reckoned(found: Balance, level: int, skill_level: int) -> dict[tuple[str, str, str], Any]:
    fights = Duels(found, RATE_HZ).fights(level, skill_level)
    return {(fight.attacker, fight.slot, fight.victim): fight for fight in fights}


@pytest.mark.parametrize(("level", "skill_level"), [(1, 1), (6, 3), (10, 5)])
def test_the_shipped_skills_kill_to_the_tick(level: int, skill_level: int) -> None:
    found = balance()
    expected = reckoned(found, level, skill_level)
    assert {fight.skill for fight in expected.values()} == {
        name
        for name, skill in found.skills.root.items()
        if getattr(skill, "damage_hp", 0) or getattr(skill, "damage_hp_per_s", 0)
    }
    names = sorted(found.classes.root)
    died = 0
    for (attacker, slot, victim), fight in expected.items():
        if victim not in ("warrior", "scout"):
            continue
        who = (names.index(attacker), names.index(victim), SLOTS.index(slot))
        seen = [fought(found, aim, *who, level, skill_level) for aim in (WEST, EAST)]
        assert seen == [fight.front_ticks, fight.behind_ticks], fight
        died += seen[1] is not None
    assert died > 10


SPECIAL = {
    "a lack of mana": tuned(
        classes={"wizard": {"mana_mp_per_s": 1.0}}, skills={"firebolt": {"mana_mp": 9.0}}
    ),
    "a charge without mana": tuned(classes={"wizard": {"mana_max_mp": 60.0, "mana_mp_per_s": 3.0}}),
    "charges saved up": tuned(skills={"firebolt": {"charges_max": 4, "cooldown_s": 2.0}}),
    "a wide fan": tuned(skills={"firebolt": {"count": 5, "spread_degrees": 90.0}}),
    "a slow flight": tuned(skills={"firebolt": {"speed_ups": 2.5}}),
    "a burn that stacks": tuned(statuses={"burning": {"damage_hp_per_s": 30.0, "longest_s": 9.0}}),
    "a burn that waits": tuned(
        statuses={"burning": {"stacking": "extend", "damage_hp_per_s": 9.0}},
        skills={"fireball": {"cooldown_s": 2.0}},
    ),
}


@cache
def reckoned_special(case: str) -> dict[tuple[str, str, str], Any]:
    return reckoned(SPECIAL[case], 2, 2)


@pytest.mark.parametrize("case", SPECIAL)
@pytest.mark.parametrize("slot", [0, 1, 2])
def test_what_the_shipped_skills_never_do_agrees_too(case: str, slot: int) -> None:
    found = SPECIAL[case]
    names = sorted(found.classes.root)
    expected = reckoned_special(case)
    for victim in ("warrior", "wizard"):
        fight = expected["wizard", SLOTS[slot], victim]
        who = (names.index("wizard"), names.index(victim), slot, 2, 2)
        assert fought(found, WEST, *who) == fight.front_ticks
        assert fought(found, EAST, *who) == fight.behind_ticks


def test_a_stun_opens_the_block_and_areas_pulse() -> None:
    skills = balance().skills.root
    bash = skills["shield_bash"]
    assert isinstance(bash, AreaSkill)
    found = tuned(
        skills={
            "shield_bash": {"cooldown_s": 0.5, "linger_s": 1.0, "period_s": 0.3, "mana_mp": 4.0},
            "entangle": {"cooldown_s": 1.2, "damage_hp": 25.0, "linger_s": 0.9, "mana_mp": 1.0},
        }
    )
    names = sorted(found.classes.root)
    for attacker in ("warrior", "herbalist"):
        fight = reckoned(found, 1, 1)[attacker, "secondary", "warrior"]
        who = (names.index(attacker), names.index("warrior"), 1, 1, 1)
        assert fought(found, WEST, *who) == fight.front_ticks
        assert fought(found, EAST, *who) == fight.behind_ticks
        assert fight.front_ticks is not None


def test_a_combo_is_forgotten_between_slow_shots() -> None:
    combo = balance().classes.root["scout"].combo
    assert combo is not None
    for window_s in (0.3, 0.7, 6.0):
        found = tuned(classes={"scout": {"combo": combo.model_copy(update={"window_s": window_s})}})
        fight = reckoned(found, 1, 1)["scout", "primary", "wizard"]
        names = sorted(found.classes.root)
        who = (names.index("scout"), names.index("wizard"), 0, 1, 1)
        assert fought(found, WEST, *who) == fight.front_ticks
