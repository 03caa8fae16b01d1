"""(b) an old CPU, (c) no compiler, (f) every Python: one whole match of 100 bots in each."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.determinism import machines
from tests.determinism.conftest import Note
from tests.determinism.trace import Recording, surroundings

pytestmark = pytest.mark.slow


def test_generic_cpu(full_journal: Path, full_match: Recording, tmp_path: Path, note: Note) -> None:
    here = surroundings()
    facts = machines.plain_cpu().check(full_journal, full_match, tmp_path)
    # The modes above would pass as well if the switches were misspelt.
    assert facts["kernel_cpu"] == "generic"
    assert facts["numpy_dispatch"] == []
    assert not any(name.startswith(("+avx", "+fma")) for name in facts["kernel_features"])
    if machines.host_has_libm_variants():
        assert facts["libm"] != here["libm"], "libm's FMA variants are still on"
        libm = "libm without FMA"
    else:
        libm = "libm has no variants on this machine"
    numpy = f"NumPy without {', '.join(here['numpy_dispatch'])}"
    note("b generic CPU", f"{full_match.ticks + 1} hashes, {libm}, {numpy}")


def test_jit_off(full_journal: Path, full_match: Recording, tmp_path: Path, note: Note) -> None:
    facts = machines.no_compiler().check(full_journal, full_match, tmp_path)
    assert facts["jit"] is False
    note("c full match, JIT off", f"{full_match.ticks + 1} hashes")


@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13"])
def test_other_pythons(
    version: str, full_journal: Path, full_match: Recording, tmp_path: Path, note: Note
) -> None:
    found = machines.find_python(version)
    if found is None:
        pytest.skip(f"no Python {version} on this machine: not on the PATH, nor pyenv's, nor uv's")
    machine = machines.machine_of_python(version, found)
    facts = machine.check(full_journal, full_match, tmp_path)
    assert facts["python"].startswith(f"{version}.")
    assert facts["jit"] is True
    note(
        f"f Python {version}",
        f"{full_match.ticks + 1} hashes on {facts['python']}, NumPy {facts['numpy']}, "
        f"Numba {facts['numba']}",
    )
