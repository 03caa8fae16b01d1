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


PACKER = ("tests/net/test_net_snapshot.py", "SnapshotPacker")
CHANGES = "tests/ecs/test_changes.py"
TRIALS: dict[str, Trial] = {
    "ecs.changes.collect": Trial("changes.find", CHANGES, "finder.advance"),
    "ecs.changes.drift": Trial("changes.rebuild", CHANGES, "predictor.rebuild"),
    "ecs.changes.follow": Trial("changes.rebuild", CHANGES, "predictor.rebuild"),
    "ecs.identity.remove_rows": Trial("entities.Entities", "tests/ecs/test_identity.py"),
    "net.kernels.packing.close_frames": Trial("snapshot.framed", "tests/net/test_net_framing.py"),
    "net.kernels.packing.pack_areas": Trial("snapshot.expected_areas", *PACKER),
    "net.kernels.packing.pack_events": Trial("snapshot.expected_events", *PACKER),
    "net.kernels.packing.pack_headers": Trial("snapshot.expected_header", *PACKER),
    "net.kernels.packing.pack_players": Trial("snapshot.expected_players", *PACKER),
    "net.kernels.packing.pack_projectiles": Trial("snapshot.expected_projectiles", *PACKER),
    "net.kernels.seeing.sort_by_cell": Trial(
        "crowd.sorted_by_cell", "tests/net/test_net_seeing.py"
    ),
    "systems.kernels.arrivals.admit": Trial("entering.enter", "tests/systems/test_arrivals.py"),
    "systems.kernels.arrivals.dismiss": Trial(
        "entering.farewells", "tests/systems/test_arrivals.py"
    ),
    "systems.kernels.arrivals.obey": Trial("entering.obey", "tests/systems/test_arrivals.py"),
    "systems.kernels.broadphase.build_grid": Trial(
        "crowd.sorted_by_cell", "tests/systems/test_broadphase.py"
    ),
    "systems.kernels.casting.shoot": Trial("throwing.served", "tests/systems/test_casting.py"),
    "systems.kernels.casting.throw": Trial("throwing.landing", "tests/systems/test_casting.py"),
    "systems.kernels.deciding.decide": Trial("bots.decide", "tests/systems/test_deciding.py"),
    # Bodies and pushes equal ``glide`` to the bit in their own tests; here it meets its twin.
    "systems.kernels.movement.move_bodies": Trial(
        "gliding.rest_of", "tests/systems/test_walls.py", "go"
    ),
    "systems.kernels.movement.start_dash": Trial(
        "steering.dash_starts", "tests/systems/test_movement.py"
    ),
    "systems.kernels.movement.steer": Trial("steering.steered", "tests/systems/test_movement.py"),
    "systems.kernels.separation.apply_push": Trial(
        "gliding.rest_of", "tests/systems/test_walls.py", "go"
    ),
    "systems.kernels.separation.find_push": Trial(
        "crowd.pushes", "tests/systems/test_separation.py"
    ),
    "systems.kernels.settling.bury": Trial("damage.bury", "tests/systems/test_settling.py"),
    "systems.kernels.settling.crown": Trial("damage.winner", "tests/systems/test_settling.py"),
    "systems.kernels.settling.forgive": Trial("damage.counted", "tests/systems/test_settling.py"),
    "systems.kernels.settling.settle": Trial("damage.settle", "tests/systems/test_settling.py"),
    "systems.kernels.settling.sort_hits": Trial("damage.settle", "tests/systems/test_settling.py"),
    "systems.kernels.striking.detonate": Trial(
        "strikes.reached", "tests/systems/test_striking_blasts.py"
    ),
    "systems.kernels.striking.strike": Trial(
        "strikes.consequences", "tests/systems/test_striking.py"
    ),
    "systems.kernels.striking.sweep_projectiles": Trial(
        "strikes.meetings", "tests/systems/test_striking.py"
    ),
    "systems.kernels.ticking.begin_tick": Trial("diary.Diary", "tests/systems/test_ticking.py"),
    "systems.kernels.ticking.end_tick": Trial("diary.Diary", "tests/systems/test_ticking.py"),
    "systems.kernels.zone.open_zone": Trial("closing.Timetable", "tests/systems/test_zone.py"),
    "systems.kernels.zone.scorch": Trial("closing.outside", "tests/systems/test_zone.py"),
    "systems.kernels.zone.shrink_zone": Trial("closing.Timetable", "tests/systems/test_zone.py"),
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
    """What a source calls or hands over as an argument, as it is spelled there."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return {ast.unparse(part) for call in calls for part in (call.func, *call.args)}


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
