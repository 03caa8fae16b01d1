"""Every kernel has a slow twin in tests/oracle, and a test in which it is held to it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("ecs", "systems/kernels", "net/kernels")


class Trial(NamedTuple):
    """The twin as "module.name" of tests/oracle, the test file, and what the test calls.

    What is called is the kernel itself, unless another name is given.
    """

    twin: str
    test: str
    called: str = ""


# The packer's kernels write one snapshot between them; here whole snapshots meet their twin.
PACKED = ("tests/net/watched.py", "packer_of")
# Whatever is chosen, all of it comes in the end, within the budget.
CROWDED = ("tests/net/test_net_snapshot.py", "packer_of")
CHANGES = "tests/ecs/test_changes.py"
TRIALS: dict[str, Trial] = {
    "ecs.changes.collect": Trial("changes.find", CHANGES, "finder.advance"),
    "ecs.changes.drift": Trial("changes.rebuild", CHANGES, "predictor.rebuild"),
    "ecs.changes.follow": Trial("changes.rebuild", CHANGES, "predictor.rebuild"),
    "ecs.identity.remove_rows": Trial("entities.Entities", "tests/ecs/test_identity.py"),
    "ecs.program.run": Trial("calling.one_by_one", "tests/ecs/test_program.py"),
    "net.kernels.arriving.take_inputs": Trial(
        "arriving.take", "tests/net/test_net_arriving.py", "table.take"
    ),
    "net.kernels.bodies.draw_bodies": Trial("watching.expected_bodies", *PACKED),
    "net.kernels.eyes.choose_eyes": Trial("watching.expected_match", *PACKED),
    "net.kernels.eyes.gather_eyes": Trial("watching.expected_bodies", *PACKED),
    "net.kernels.figures.draw_figures": Trial("watching.expected_self", *PACKED),
    "net.kernels.figures.draw_flags": Trial("watching.expected_self", *PACKED),
    "net.kernels.figures.measure_help": Trial("watching.expected_self", *PACKED),
    "net.kernels.figures.write_hands": Trial("watching.expected_hand", *PACKED),
    "net.kernels.figures.write_match": Trial("watching.expected_match", *PACKED),
    "net.kernels.figures.write_self": Trial("watching.expected_self", *PACKED),
    "net.kernels.figures.write_statuses": Trial("watching.expected_statuses", *PACKED),
    "net.kernels.happening.judge_events": Trial("watching.expected_events", *PACKED),
    "net.kernels.happening.keep_events": Trial("watching.expected_events", *PACKED),
    "net.kernels.happening.write_events": Trial("watching.expected_events", *PACKED),
    "net.kernels.heads.draw_motion": Trial("watching.expected_motion", *PACKED),
    "net.kernels.heads.note_stirs": Trial("watching.expected_motion", *PACKED),
    "net.kernels.heads.write_leads": Trial("watching.expected_motion", *PACKED),
    "net.kernels.heads.write_heads": Trial("watching.expected_motion", *PACKED),
    "net.kernels.listing.list_bodies": Trial("watching.expected_bodies", *PACKED),
    "net.kernels.listing.list_leaving": Trial("watching.sees_thing", *PACKED),
    "net.kernels.listing.list_things": Trial("watching.expected_areas", *PACKED),
    "net.kernels.offering.find_due": Trial("offering.Client", "tests/ringfall/test_offers.py"),
    "net.kernels.offering.note_offers": Trial("offering.Client", "tests/ringfall/test_offers.py"),
    "net.kernels.queueing.post_commands": Trial(
        "queueing.Lines", "tests/net/test_net_queueing.py", "queueing.post_commands"
    ),
    "net.kernels.queueing.take_turns": Trial(
        "queueing.Lines", "tests/net/test_net_queueing.py", "queueing.take_turns"
    ),
    "net.kernels.shades.note_walls": Trial("shades.named", "tests/net/test_net_shades.py"),
    "net.kernels.spotting.spot_bodies": Trial("watching.expected_bodies", *PACKED),
    "net.kernels.spotting.spot_things": Trial("watching.sees_thing", *PACKED),
    "net.kernels.things.draw_areas": Trial("watching.expected_areas", *PACKED),
    "net.kernels.things.draw_obstacles": Trial("watching.obstacle_row", *PACKED),
    "net.kernels.things.draw_pickups": Trial("watching.pickup_row", *PACKED),
    "net.kernels.things.draw_projectiles": Trial("watching.expected_shots", *PACKED),
    "net.kernels.things.find_things": Trial("watching.sees_thing", *PACKED),
    "net.kernels.turns.begin_turns": Trial("watching.expected_match", *PACKED),
    "net.kernels.turns.end_turns": Trial("snapshot.framed", "tests/net/test_net_framing.py"),
    "net.kernels.writing.note_places": Trial("watching.sees_thing", *PACKED),
    "net.kernels.writing.write_bodies": Trial("watching.expected_bodies", *PACKED),
    "net.kernels.writing.write_leaving": Trial("watching.sees_thing", *PACKED),
    "net.kernels.writing.write_things": Trial("watching.expected_areas", *PACKED),
    "net.kernels.choosing.choose": Trial("snapshot.Reader", *CROWDED),
    "net.kernels.heads.close_frames": Trial("snapshot.framed", "tests/net/test_net_framing.py"),
    "net.kernels.seeing.sort_by_cell": Trial(
        "crowd.sorted_by_cell", "tests/net/test_net_seeing.py"
    ),
    "systems.kernels.afflicting.afflict": Trial("lasting.afflict", "tests/systems/test_lasting.py"),
    "systems.kernels.arrivals.admit": Trial("entering.enter", "tests/systems/test_arrivals.py"),
    "systems.kernels.arrivals.clear_slate": Trial(
        "entering.enter", "tests/systems/test_arrivals.py"
    ),
    "systems.kernels.arrivals.dismiss": Trial(
        "entering.farewells", "tests/systems/test_obeying.py"
    ),
    "systems.kernels.arrivals.equip": Trial("entering.enter", "tests/systems/test_arrivals.py"),
    "systems.kernels.arrivals.obey": Trial("entering.obey", "tests/systems/test_obeying.py"),
    "systems.kernels.battering.break_obstacles": Trial(
        "obstacles.settled", "tests/systems/test_obstacles.py"
    ),
    "systems.kernels.battering.sort_knocks": Trial(
        "obstacles.settled", "tests/systems/test_obstacles.py"
    ),
    "systems.kernels.beams.give_away": Trial("beaming.may_meet", "tests/systems/test_beams.py"),
    "systems.kernels.beams.keep_channel": Trial("beaming.goes_on", "tests/systems/test_beams.py"),
    "systems.kernels.beams.shine": Trial("beaming.may_meet", "tests/systems/test_beams.py"),
    "systems.kernels.booking.answer": Trial("damage.settle", "tests/systems/test_settling.py"),
    "systems.kernels.booking.book": Trial("damage.books", "tests/systems/test_settling.py"),
    "systems.kernels.booking.remember": Trial("damage.remember", "tests/systems/test_settling.py"),
    "systems.kernels.broadphase.build_grid": Trial(
        "crowd.sorted_by_cell", "tests/systems/test_broadphase.py"
    ),
    "systems.kernels.burying.bury": Trial("burial.bury", "tests/systems/test_burying.py"),
    "systems.kernels.burying.place_teams": Trial("burial.bury", "tests/systems/test_burying.py"),
    "systems.kernels.burying.crown": Trial("burial.crown", "tests/systems/test_burying.py"),
    "systems.kernels.conditions.bleed": Trial("lasting.pass_tick", "tests/systems/test_lasting.py"),
    "systems.kernels.conditions.burn": Trial("lasting.pass_tick", "tests/systems/test_lasting.py"),
    "systems.kernels.conditions.mend": Trial("lasting.pass_tick", "tests/systems/test_lasting.py"),
    "systems.kernels.conditions.derive": Trial(
        "lasting.speed_and_flags", "tests/systems/test_lasting.py"
    ),
    "systems.kernels.conditions.expire": Trial(
        "lasting.pass_tick", "tests/systems/test_lasting.py"
    ),
    "systems.kernels.cover.find_bushes": Trial("cover.bush_of", "tests/systems/test_cover.py"),
    "systems.kernels.deciding.command": Trial(
        "evading.way_round", "tests/systems/test_bot_escapes.py"
    ),
    "systems.kernels.dodging.dash": Trial("evading.dashing", "tests/systems/test_bot_escapes.py"),
    "systems.kernels.dodging.dodge": Trial("evading.deepest", "tests/systems/test_bot_escapes.py"),
    "systems.kernels.falling.doom": Trial("rescue.fall", "tests/systems/test_rescuing.py"),
    "systems.kernels.falling.give_up": Trial("rescue.fall", "tests/systems/test_rescuing.py"),
    "systems.kernels.falling.knock_down": Trial("rescue.fall", "tests/systems/test_rescuing.py"),
    "systems.kernels.falling.let_go": Trial("rescue.fall", "tests/systems/test_rescuing.py"),
    "systems.kernels.fighting.fight": Trial("minding.hands", "tests/systems/test_bot_hands.py"),
    "systems.kernels.fighting.keep_distance": Trial(
        "minding.hands", "tests/systems/test_bot_hands.py"
    ),
    "systems.kernels.granting.begin_beams": Trial(
        "granting.beams", "tests/systems/test_granting.py"
    ),
    "systems.kernels.granting.begin_dashes": Trial(
        "granting.dashes", "tests/systems/test_granting.py"
    ),
    "systems.kernels.granting.give_shields": Trial(
        "granting.shields", "tests/systems/test_granting.py"
    ),
    "systems.kernels.granting.mark_casters": Trial(
        "granting.marks", "tests/systems/test_granting.py"
    ),
    "systems.kernels.granting.mend": Trial("carrying.wounded", "tests/systems/test_granting.py"),
    "systems.kernels.hit_order.sort_hits": Trial("damage.settle", "tests/systems/test_settling.py"),
    "systems.kernels.homing.turn_homing": Trial(
        "turning.turned_towards", "tests/systems/test_homing.py"
    ),
    "systems.kernels.judging.announce": Trial("permits.judge", "tests/systems/test_judging.py"),
    "systems.kernels.judging.judge": Trial("permits.judge", "tests/systems/test_judging.py"),
    "systems.kernels.wishing.drop_held": Trial("permits.judge", "tests/systems/test_judging.py"),
    "systems.kernels.wishing.read_wishes": Trial("permits.judge", "tests/systems/test_judging.py"),
    "systems.kernels.wishing.recharge": Trial(
        "permits.charges_left", "tests/systems/test_judging.py"
    ),
    "systems.kernels.launching.choose_targets": Trial(
        "carrying.targets", "tests/systems/test_launching.py"
    ),
    "systems.kernels.launching.launch": Trial("carrying.fan", "tests/systems/test_launching.py"),
    "systems.kernels.collecting.collect": Trial("goods.collect", "tests/systems/test_looting.py"),
    "systems.kernels.looting.drop_loot": Trial("goods.drops", "tests/systems/test_looting.py"),
    "systems.kernels.movement.end_dashes": Trial(
        "steering.dash_ends", "tests/systems/test_movement.py"
    ),
    # Bodies and pushes equal ``glide`` to the bit in their own tests; here it meets its twin.
    "systems.kernels.movement.move_bodies": Trial(
        "gliding.rest_of", "tests/systems/test_walls.py", "go"
    ),
    "systems.kernels.movement.steer": Trial("steering.steered", "tests/systems/test_movement.py"),
    "systems.kernels.obstacles.put_crates": Trial(
        "building.crates", "tests/systems/test_obstacles.py"
    ),
    "systems.kernels.raising.raise_walls": Trial(
        "terrain.walls_of_cells", "tests/systems/test_obstacles.py", "raised"
    ),
    "systems.kernels.placing.place_areas": Trial(
        "throwing.landing", "tests/systems/test_placing.py"
    ),
    "systems.kernels.placing.raise_barriers": Trial(
        "building.barriers", "tests/systems/test_placing.py"
    ),
    "systems.kernels.pulsing.pulse": Trial("bursts.reached", "tests/systems/test_pulsing.py"),
    "systems.kernels.pulsing.shake_obstacles": Trial(
        "bursts.shaken", "tests/systems/test_pulsing.py"
    ),
    "systems.kernels.rescuing.attend": Trial("rescue.help_up", "tests/systems/test_rescuing.py"),
    "systems.kernels.rescuing.raise_up": Trial("rescue.help_up", "tests/systems/test_rescuing.py"),
    "systems.kernels.rewinding.remember": Trial(
        "seeing.trail_of", "tests/systems/test_rewinding.py"
    ),
    "systems.kernels.rewarding.credit": Trial("rewards.reward", "tests/systems/test_rewarding.py"),
    "systems.kernels.rewarding.earn": Trial("rewards.reward", "tests/systems/test_rewarding.py"),
    "systems.kernels.rewarding.level_up": Trial(
        "rewards.reward", "tests/systems/test_rewarding.py"
    ),
    "systems.kernels.prospering.seek_crates": Trial(
        "minding.bearing", "tests/systems/test_bot_ways.py"
    ),
    "systems.kernels.prospering.seek_items": Trial(
        "minding.free", "tests/systems/test_bot_ways.py"
    ),
    "systems.kernels.prospering.stroll": Trial("minding.bearing", "tests/systems/test_bot_ways.py"),
    "systems.kernels.roaming.set_out": Trial("minding.bearing", "tests/systems/test_bot_ways.py"),
    "systems.kernels.roaming.survive": Trial(
        "minding.must_leave", "tests/systems/test_bot_ways.py"
    ),
    "systems.kernels.separation.apply_push": Trial(
        "gliding.rest_of", "tests/systems/test_walls.py", "go"
    ),
    "systems.kernels.separation.find_push": Trial(
        "crowd.pushes", "tests/systems/test_separation.py"
    ),
    "systems.kernels.settling.settle": Trial("damage.settle", "tests/systems/test_settling.py"),
    "systems.kernels.sighting.look": Trial("minding.enemy_of", "tests/systems/test_bot_sight.py"),
    "systems.kernels.stages.run_stage": Trial("stages.Course", "tests/systems/test_stages.py"),
    "systems.kernels.stages.hurt_everybody": Trial("stages.price", "tests/systems/test_stages.py"),
    "systems.kernels.striking.strike": Trial(
        "strikes.ended", "tests/systems/test_strikes_follow.py"
    ),
    "systems.kernels.striking.stop_at_walls": Trial(
        "strikes.complaints", "tests/systems/test_striking.py"
    ),
    "systems.kernels.striking.sweep_projectiles": Trial(
        "strikes.complaints", "tests/systems/test_striking.py"
    ),
    "systems.kernels.ticking.begin_tick": Trial("diary.Diary", "tests/systems/test_ticking.py"),
    "systems.kernels.ticking.end_tick": Trial("diary.Diary", "tests/systems/test_ticking.py"),
    "systems.kernels.zone.open_zone": Trial("closing.Timetable", "tests/systems/test_zone.py"),
    "systems.kernels.zone.shrink_zone": Trial("closing.Timetable", "tests/systems/test_zone.py"),
    "systems.kernels.zone.scorch": Trial("closing.outside", "tests/systems/test_zone.py"),
}


def kernels_of(source: str) -> list[str]:
    """Names of the functions that are decorated with ``kernel`` or ``a.b.kernel``."""
    functions = [n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.FunctionDef)]
    return [
        function.name
        for function in functions
        if "kernel" in {ast.unparse(d).rpartition(".")[2] for d in function.decorator_list}
    ]


def all_kernels() -> Iterator[str]:
    for folder in FOLDERS:
        for file in sorted((ROOT / folder).rglob("*.py")):
            module = ".".join(file.relative_to(ROOT).with_suffix("").parts)
            yield from (f"{module}.{name}" for name in kernels_of(file.read_text(encoding="utf-8")))


def called_in(source: str) -> set[str]:
    """What a source calls or hands over as an argument, as it is spelled there.

    Whoever hands a row over, a list or tuple or the name that a module gives one, hands over what
    is in it.
    """
    tree = ast.parse(source)
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    parts = [part for call in calls for part in (call.func, *call.args)]
    rows = {
        ast.unparse(node.targets[0]): node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.List | ast.Tuple)
    }
    found = set[str]()
    while parts:
        part = parts.pop()
        part = part.value if isinstance(part, ast.Starred) else part
        name = ast.unparse(part)
        row = rows.get(name, part)
        if name not in found and isinstance(row, ast.List | ast.Tuple):
            parts += row.elts
        found.add(name)
    return found


def spellings(source: str, module: str, twin: str) -> set[str]:
    """How a source may call a function of a module of tests/oracle, by what it imports."""
    found = set()
    froms = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ImportFrom)]
    for origin, alias in ((node.module, alias) for node in froms for alias in node.names):
        here = alias.asname or alias.name
        if (origin, alias.name) == (f"tests.oracle.{module}", twin):
            found.add(here)
        if (origin, alias.name) == ("tests.oracle", module):
            found.add(f"{here}.{twin}")
    return found


def complaints(name: str, trial: Trial) -> list[str]:
    """What is wrong with the trial of a kernel, in words."""
    module, _, twin = trial.twin.partition(".")
    oracle, test = ROOT / "tests" / "oracle" / f"{module}.py", ROOT / trial.test
    missing = [str(file.relative_to(ROOT)) for file in (oracle, test) if not file.is_file()]
    if missing:
        return [f"{name}: there is no {file}" for file in missing]
    tree, source = ast.parse(oracle.read_text(encoding="utf-8")), test.read_text(encoding="utf-8")
    calls, kernel = called_in(source), trial.called or name.rpartition(".")[2]
    found = []
    if twin not in {getattr(node, "name", "") for node in tree.body}:
        found.append(f"{name}: {trial.twin} is not defined")
    if not spellings(source, module, twin) & calls:
        found.append(f"{name}: {trial.test} does not call {trial.twin}")
    if kernel not in calls:
        found.append(f"{name}: {trial.test} does not call {kernel}")
    return found


def verdict(kernels: set[str], trials: Mapping[str, Trial]) -> list[str]:
    untried = [f"{name}: no twin is named in TRIALS" for name in sorted(kernels - trials.keys())]
    gone = [f"{name}: there is no such kernel" for name in sorted(trials.keys() - kernels)]
    return untried + gone + [line for name in trials for line in complaints(name, trials[name])]


def test_every_kernel_has_a_twin() -> None:
    kernels = set(all_kernels())
    assert len(kernels) > 30
    assert verdict(kernels, TRIALS) == []


@pytest.mark.parametrize(
    ("trial", "complaint"),
    [
        (Trial("gone.f", "tests/systems/test_zone.py"), "there is no tests/oracle/gone.py"),
        (Trial("closing.f", "tests/gone.py"), "there is no tests/gone.py"),
        (Trial("closing.f", "tests/systems/test_zone.py", "call"), "closing.f is not defined"),
        (Trial("damage.bury", "tests/systems/test_zone.py", "call"), "not call damage.bury"),
        (Trial("closing.Phase", "tests/systems/test_zone.py"), "does not call k"),
        (Trial("closing.Standing", "tests/systems/test_zone.py"), "not call closing.Standing"),
    ],
)
def test_a_trial_that_is_none_is_found(trial: Trial, complaint: str) -> None:
    assert any(complaint in line for line in verdict({"a.k"}, {"a.k": trial}))


def test_a_kernel_without_a_twin_is_found() -> None:
    assert verdict({"a.k"}, {}) == ["a.k: no twin is named in TRIALS"]
    spelled = "@kernel\ndef a(): ...\n@ecs.kernel.kernel\ndef b(): ...\n@device\ndef c(): ...\n"
    assert kernels_of(spelled) == ["a", "b"]


def test_what_is_called() -> None:
    source = "A = (a, b)\nB = [*A, c]\nC = (never,)\nrun(B, [d])\nfound = e(f.g)\n"
    called = called_in(source)
    assert {"a", "b", "c", "d", "e", "f.g"} <= called
    assert "never" not in called
