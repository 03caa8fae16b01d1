"""Other surroundings to play the same journal in: an old CPU, no compiler, other Pythons.

Each is an interpreter and an environment for ``python -m tests.determinism.trace``.  What they
need beyond the checkout (compiled kernels, one environment per Python) is kept under ``build/``.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.determinism.trace import Recording, check, surroundings

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "determinism"
PYTHONS = ROOT / "build" / "pythons"
TRACE_LIMIT_S = 600
INSTALL_LIMIT_S = 900


@dataclass(frozen=True, slots=True)
class Machine:
    """Where to play a journal.

    Attributes:
        name: what reports call it.
        python: interpreter with the runtime dependencies.
        environment: variables on top of this process's, which are cleared of what decides a mode.
        module: the program that plays the journal.
    """

    name: str
    python: Path = Path(sys.executable)
    environment: dict[str, str] = field(default_factory=dict)
    module: str = "tests.determinism.trace"

    def run(self, *arguments: str) -> str:
        """Run the interpreter in the checkout; what it printed.

        Raises:
            RuntimeError: it failed; the text holds its last words.
        """
        done = subprocess.run(
            [str(self.python), *arguments],
            cwd=ROOT,
            env=self._environment(),
            capture_output=True,
            text=True,
            timeout=TRACE_LIMIT_S,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(f"{self.name}: exit {done.returncode}\n{done.stderr[-2000:]}")
        return done.stdout

    def _environment(self) -> dict[str, str]:
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("NUMBA_", "NPY_", "PYTHON")) and name != "GLIBC_TUNABLES"
        }
        kept["PYTHONPATH"] = str(ROOT)
        if self.environment or self.python != Path(sys.executable):
            kept["RINGFALL_KERNEL_CACHE"] = str(BUILD / "kernels" / self.name.replace(" ", "-"))
        return kept | self.environment

    def trace(self, journal: Path, folder: Path) -> tuple[NDArray[np.uint64], dict[str, Any]]:
        """(trace of ``journal`` as played here, facts of these surroundings)."""
        out = folder / "trace.u64"
        said = self.run("-m", self.module, str(journal), str(out))
        return np.fromfile(out, dtype="<u8"), json.loads(said)

    def block_at(self, journal: Path, folder: Path, tick: int) -> bytes:
        """The state before ``tick`` of ``journal`` as played here."""
        out = folder / "block"
        self.run("-m", self.module, str(journal), str(out), "--block-at", str(tick))
        return out.read_bytes()

    def check(self, journal: Path, recording: Recording, folder: Path) -> dict[str, Any]:
        """Play ``journal`` here and hold the trace against the recorded one; the facts.

        Raises:
            Diverged: naming first tick, group, column, row and both values.
        """
        found, facts = self.trace(journal, folder)
        check(recording, found, self.name, lambda tick: self.block_at(journal, folder, tick))
        return facts


def plain_cpu() -> Machine:
    """The oldest CPU of this family, with libm and NumPy choosing their paths for it as well.

    ``NUMBA_CPU_NAME`` alone would leave libm to pick its FMA variants by the real CPU, and NumPy
    its vector loops.
    """
    dispatched = surroundings()["numpy_dispatch"]
    return Machine(
        "generic CPU",
        environment={
            "NUMBA_CPU_NAME": "generic",
            "NUMBA_CPU_FEATURES": "",
            "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA,-FMA4",
            "NPY_DISABLE_CPU_FEATURES": " ".join(dispatched),
        },
    )


def wrong_libm() -> Machine:
    """Like here, but every kernel that asks the C library is told something wrong."""
    return Machine("wrong libm", module="tests.determinism.spoilt")


def no_compiler() -> Machine:
    """Every kernel as the Python it is written in."""
    return Machine("JIT off", environment={"NUMBA_DISABLE_JIT": "1"})


def host_has_libm_variants() -> bool:
    """Whether libm here picks FMA variants at run time, so that turning them off shows."""
    import llvmlite.binding as llvm

    return (
        platform.machine() == "x86_64"
        and platform.libc_ver()[0] == "glibc"
        and bool(llvm.get_host_cpu_features().get("fma"))
    )


# --- other Pythons -------------------------------------------------------------------------------


def find_python(version: str) -> Path | None:
    """An interpreter of ``version`` ("3.12") that runs and can make environments, or None.

    Looked for: the one running now, the PATH, and where pyenv and uv keep theirs.
    """
    home = Path.home()
    candidates = [sys.executable, shutil.which(f"python{version}")]
    for folder, pattern in (
        (Path(os.environ.get("PYENV_ROOT", home / ".pyenv")) / "versions", f"{version}.*"),
        (home / ".local/share/uv/python", f"cpython-{version}.*"),
    ):
        candidates += sorted(str(path / "bin" / "python3") for path in folder.glob(pattern))
    for candidate in candidates:
        if candidate and _answers(candidate, version):
            return Path(candidate)
    return None


def _answers(candidate: str, version: str) -> bool:
    # Started, not only looked up: a version switcher leaves commands that refuse to run.
    ask = "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2])"
    try:
        done = subprocess.run(
            [candidate, "-c", ask], capture_output=True, text=True, timeout=60, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0 and done.stdout.strip() == version


def machine_of_python(version: str, found: Path) -> Machine:
    """A machine that runs ``version``, its dependencies installed once under ``build/pythons``.

    Raises:
        RuntimeError: pip could not install them.
    """
    name = f"Python {version}"
    if f"{sys.version_info[0]}.{sys.version_info[1]}" == version:
        return Machine(name)  # this one has them already
    home = PYTHONS / version
    python = home / "bin" / "python"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [str(line) for line in project["dependencies"]]
    stamp, digest = home / "installed", hashlib.sha256(repr((str(found), wanted)).encode())
    if not stamp.exists() or stamp.read_text() != digest.hexdigest():
        shutil.rmtree(home, ignore_errors=True)
        _install(found, home, python, wanted)
        stamp.write_text(digest.hexdigest())
    return Machine(name, python)


def _install(found: Path, home: Path, python: Path, wanted: list[str]) -> None:
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet", *wanted]
    for command in ([str(found), "-m", "venv", str(home)], pip):
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=INSTALL_LIMIT_S, check=False
        )
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(command[:5])}… failed:\n{done.stderr[-2000:]}")
