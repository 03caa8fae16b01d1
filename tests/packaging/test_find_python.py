"""`make` finds a Python it can use, or says in one line what is missing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "tools" / "find_python.sh"
SH = shutil.which("sh")

pytestmark = pytest.mark.skipif(SH is None or os.name == "nt", reason="needs a POSIX shell")


class Machine:
    """A PATH that holds nothing but pretended Pythons."""

    def __init__(self, folder: Path) -> None:
        self.bin = folder

    def python(self, name: str, version: str, *, venv: bool = True) -> str:
        """Install a Python; it answers the three questions the script asks."""
        path = self.bin / name
        path.write_text(
            f"#!{SH}\n"
            f'case "$2" in *implementation*) echo "{version}" ;; '
            f"*ensurepip*) exit {0 if venv else 1} ;; esac\n"
        )
        path.chmod(0o755)
        return str(path)

    def find(self, **environment: str) -> tuple[int, str]:
        done = subprocess.run(
            [str(SH), str(SCRIPT)],
            env={"PATH": str(self.bin), **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, (done.stdout or done.stderr).strip()


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_the_default_python_is_taken(machine: Machine) -> None:
    default = machine.python("python3", "cpython 3.12")
    machine.python("python3.13", "cpython 3.13")
    assert machine.find() == (0, default)


@pytest.mark.parametrize("unfit", ["cpython 3.9", "cpython 3.15", "cpython 2.7", "pypy 3.11"])
def test_an_unfit_default_is_passed_over(machine: Machine, unfit: str) -> None:
    machine.python("python3", unfit)
    newer = machine.python("python3.11", "cpython 3.11")
    assert machine.find() == (0, newer)


def test_a_command_that_refuses_to_run_is_passed_over(machine: Machine) -> None:
    shim = Path(machine.python("python3", ""))
    shim.write_text(f"#!{SH}\nexit 127\n")
    other = machine.python("python3.13", "cpython 3.13")
    assert machine.find() == (0, other)


def test_too_old(machine: Machine) -> None:
    machine.python("python3", "cpython 3.9")
    code, line = machine.find()
    assert code == 1
    assert "CPython 3.11 to 3.14 is needed, and python3 is Python 3.9." in line
    assert len(line.splitlines()) == 1


def test_none_at_all(machine: Machine) -> None:
    code, line = machine.find()
    assert code == 1
    assert "python3 does not run" in line


def test_the_venv_module_is_missing(machine: Machine) -> None:
    machine.python("python3", "cpython 3.11", venv=False)
    code, line = machine.find()
    assert code == 1
    assert "python3 (Python 3.11) lacks the venv module" in line
    assert "apt-get install python3-venv" in line


def test_a_named_python_wins_even_when_newer_than_tested(machine: Machine) -> None:
    machine.python("python3", "cpython 3.12")
    named = machine.python("mine", "cpython 3.15")
    assert machine.find(PYTHON=named) == (0, named)
    code, line = machine.find(PYTHON=str(machine.bin / "nowhere"))
    assert code == 1
    assert "nowhere does not run" in line


def test_the_python_running_this(machine: Machine) -> None:
    assert machine.find(PYTHON=sys.executable) == (0, sys.executable)
