"""Stale machine code is impossible, and a broken cache is no worse than none.

Every case runs in processes of its own on a small package in a temporary folder.  After an edit
each file gets its former modification time back, so whoever relies on that is fooled.

Most of these processes are forked from one that has imported the compiler.  The first of all and
the one that must find everything come from the shell: they share nothing, not even the seed by
which Python orders its sets.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ecs import kernel, kernel_cache
from tests.ecs.forks import ROOT, RUN_S, Forks

STAMP_NS = 1_700_000_000_000_000_000

FILES = {
    "small/__init__.py": "",
    "small/numbers.py": "FACTOR = 10.0\nPAIR = (1.0, 2.0)\nDEFAULT = 100.0\n",
    "small/helpers.py": """
from ecs.kernel import device
from small.numbers import FACTOR, PAIR, DEFAULT

@device
def inner(value: float, more: float = DEFAULT) -> float:
    return value * FACTOR + more + PAIR[1]

@device
def helper(value: float) -> float:
    def within(part: float) -> float:
        return inner(part)

    total = 0.0
    total += within(value)
    return total
""",
    "small/rules.py": """
from ecs.kernel import F64In, F64Out, kernel
from small.helpers import helper

@kernel
def rule(x: F64In, out: F64Out) -> None:
    out[0] = helper(x[0]) + 1000.0
    out[1] = 1.0 / x[1]
""",
    "run.py": """
import sys
import numpy as np
import ecs.kernel
for pair in sys.argv[1:]:
    name, _, value = pair.partition("=")
    ecs.kernel.FLAGS[name] = value
from small.rules import rule
out = np.zeros(2)
try:
    rule(np.array([3.0, 0.0]), out)
    print(out[0], out[1])
except ZeroDivisionError:
    print(out[0], "ZeroDivisionError")
print(sum(made.from_cache for made in ecs.kernel.REGISTRY.values()), file=sys.stderr)
""",
    "call.py": """
import sys
from ecs.kernel import entry
from small.helpers import helper
print(entry(helper)(3))
print(0, file=sys.stderr)
""",
}
FIRST = "1132.0 inf"  # 3 * 10 + 100 + 2 + 1000, and 1 / 0


class Package:
    """The package on disk, and processes that run it."""

    def __init__(self, home: Path, forks: Forks) -> None:
        self.home, self.cache, self.forks = home, home / "cache", forks
        self.write()

    def write(self) -> None:
        for name, text in FILES.items():
            path = self.home / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
            os.utime(path, ns=(STAMP_NS, STAMP_NS))

    def edit(self, name: str, old: str, new: str) -> None:
        path = self.home / name
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1
        path.write_text(text.replace(old, new), encoding="utf-8")
        os.utime(path, ns=(STAMP_NS, STAMP_NS))

    def run(
        self,
        *flags: str,
        cache: str | None = None,
        bytecode: bool = False,
        from_shell: bool = False,
        script: str = "run.py",
    ) -> tuple[str, int]:
        """(what the kernel computed, kernels that came from the cache)."""
        environment = plain_environment() | {
            "PYTHONPATH": f"{ROOT}{os.pathsep}{self.home}",
            "RINGFALL_KERNEL_CACHE": str(self.cache) if cache is None else cache,
            "PYTHONDONTWRITEBYTECODE": "" if bytecode else "1",
        }
        run = from_a_shell if from_shell else self.forks.run
        done = run(script, *flags, cwd=self.home, environment=environment)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip(), int(done.stderr.strip().splitlines()[-1])

    def cached(self, suffix: str) -> list[Path]:
        return sorted(self.cache.rglob(f"*{suffix}"))


def plain_environment() -> dict[str, str]:
    """The environment without what would tell the compiler anything."""
    return {name: value for name, value in os.environ.items() if not name.startswith("NUMBA_")}


def from_a_shell(
    *command: str, cwd: Path, environment: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        timeout=RUN_S,
        check=False,
    )


@pytest.fixture(scope="module")
def forks() -> Iterator[Forks]:
    with Forks(plain_environment() | {"PYTHONPATH": str(ROOT)}) as forks:
        yield forks


@pytest.fixture(scope="module")
def seasoned(tmp_path_factory: pytest.TempPathFactory, forks: Forks) -> Package:
    """A package that has run once; its cache is kept aside as well."""
    package = Package(tmp_path_factory.mktemp("seasoned"), forks)
    assert package.run(from_shell=True) == (FIRST, 0)
    shutil.copytree(package.cache, package.home / "aside")
    return package


@pytest.fixture
def package(seasoned: Package) -> Package:
    """The package and its cache as after its first run, in the same place: paths are in both."""
    seasoned.write()
    shutil.rmtree(seasoned.cache)
    shutil.copytree(seasoned.home / "aside", seasoned.cache)
    return seasoned


def test_unchanged_it_comes_from_the_cache(package: Package) -> None:
    assert package.run(from_shell=True) == (FIRST, 1)
    assert package.run() == (FIRST, 1)


@pytest.mark.parametrize(
    ("name", "old", "new", "result"),
    [
        ("small/rules.py", "+ 1000.0", "+ 2000.0", "2132.0 inf"),
        ("small/helpers.py", "value * FACTOR", "value + FACTOR", "1115.0 inf"),
        ("small/helpers.py", "total += within", "total -= within", "868.0 inf"),
        ("small/numbers.py", "FACTOR = 10.0", "FACTOR = 20.0", "1162.0 inf"),
        ("small/numbers.py", "PAIR = (1.0, 2.0)", "PAIR = (1.0, 4.0)", "1134.0 inf"),
        ("small/numbers.py", "DEFAULT = 100.0", "DEFAULT = 300.0", "1332.0 inf"),
    ],
    ids=["body", "helper", "caller", "constant", "tuple", "default"],
)
def test_an_edit_is_seen_though_no_time_changed(
    package: Package, name: str, old: str, new: str, result: str
) -> None:
    package.edit(name, old, new)
    assert package.run() == (result, 0)


def test_whether_it_becomes_part_of_its_callers_is_seen(package: Package) -> None:
    package.edit("small/helpers.py", "import device", "import device, routine")
    package.edit("small/helpers.py", "@device\ndef inner", "@routine\ndef inner")
    assert package.run() == (FIRST, 0)


def test_the_way_in_from_python_is_kept_and_sees_an_edit(package: Package) -> None:
    assert package.run(script="call.py")[0] == "132.0"
    kept = {path: path.stat().st_mtime_ns for path in package.cached(".nb?")}
    assert any("helper" in path.name for path in kept)
    assert package.run(script="call.py")[0] == "132.0"
    assert {path: path.stat().st_mtime_ns for path in package.cached(".nb?")} == kept
    package.edit("small/numbers.py", "FACTOR = 10.0", "FACTOR = 20.0")
    assert package.run(script="call.py")[0] == "162.0"


def test_other_flags_are_other_machine_code(package: Package) -> None:
    assert package.run("error_model=python") == ("1132.0 ZeroDivisionError", 0)
    assert package.run() == (FIRST, 1)


def test_old_byte_code_beside_a_new_source_leaves_nothing_behind(
    tmp_path: Path, forks: Forks
) -> None:
    """Python itself is fooled by an edit of equal size and time; the cache must not keep that."""
    package = Package(tmp_path, forks)
    assert package.run(bytecode=True)[0] == FIRST
    package.edit("small/helpers.py", "value * FACTOR", "value + FACTOR")
    assert package.run(bytecode=True)[0] == FIRST, "Python was not fooled: the test shows nothing"
    for folder in tmp_path.rglob("__pycache__"):
        shutil.rmtree(folder)
    assert package.run(bytecode=True)[0] == "1115.0 inf"


@pytest.mark.parametrize(
    ("suffix", "spoil"),
    [
        (".nbi", lambda raw: raw[: len(raw) // 2]),
        (".nbi", lambda raw: b"garbage" * 99),
        (".nbc", lambda raw: b""),
        (".nbc", lambda raw: raw[: len(raw) // 2] + bytes(len(raw) - len(raw) // 2)),
    ],
    ids=["half index", "garbage index", "empty code", "code with a zero tail"],
)
def test_a_torn_cache_is_dropped(
    package: Package, suffix: str, spoil: Callable[[bytes], bytes]
) -> None:
    (torn,) = package.cached(suffix)
    torn.write_bytes(spoil(torn.read_bytes()))
    assert package.run()[0] == FIRST


def test_after_a_torn_file_the_cache_recovers(package: Package) -> None:
    (torn,) = package.cached(".nbc")
    torn.write_bytes(b"garbage")
    package.run()
    package.run()
    assert package.run() == (FIRST, 1)


@pytest.mark.parametrize("wish", ["off", "below a file", "a file"])
def test_without_a_folder_there_is_no_cache_and_no_trace(
    tmp_path: Path, forks: Forks, wish: str
) -> None:
    package = Package(tmp_path, forks)
    blocked = tmp_path / "blocked"
    blocked.write_text("not a folder")
    places = {"off": "off", "below a file": str(blocked / "cache"), "a file": str(blocked)}
    assert package.run(cache=places[wish]) == (FIRST, 0)
    assert not list(tmp_path.rglob("*.nb?")), "numba fell back to a cache of its own"


def test_a_kernels_folder_that_cannot_be_made(package: Package) -> None:
    (home,) = package.cache.iterdir()
    shutil.rmtree(home)
    home.write_text("in the way")
    assert package.run() == (FIRST, 0)
    assert not list((package.home / "small").rglob("*.nb?"))


# --- in this process ------------------------------------------------------------------------------


def test_a_folder_of_somebody_else_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) == tmp_path)
    monkeypatch.setenv("RINGFALL_KERNEL_CACHE", str(tmp_path))
    assert kernel_cache.cache_root() == tmp_path
    with pytest.raises(OSError, match="cannot write"):
        kernel_cache.prepare_folder(tmp_path, "some.kernel", "key")
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert kernel_cache.cache_root() is None


def test_former_versions_are_dropped_but_not_the_newest(tmp_path: Path) -> None:
    kept = kernel_cache.KEPT_VERSIONS
    for index in range(kept + 6):
        folder = kernel_cache.prepare_folder(tmp_path, "some.kernel", f"key{index:02}")
        os.utime(folder, ns=(STAMP_NS + index, STAMP_NS + index))
    left = sorted(path.name for path in (tmp_path / "some.kernel").iterdir())
    assert len(left) == kept
    assert left[-1] == f"key{kept + 5:02}"
    # The one in use stays, however old it looks.
    oldest = tmp_path / "some.kernel" / left[0]
    (tmp_path / "some.kernel" / "newer").mkdir()
    assert kernel_cache.prepare_folder(tmp_path, "some.kernel", left[0]) == oldest
    assert oldest.is_dir()


def test_a_version_that_another_process_drops_meanwhile_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "some.kernel"
    for index in range(kernel_cache.KEPT_VERSIONS + 3):
        (home / f"key{index}").mkdir(parents=True)
    listed = Path.iterdir

    def racing(path: Path) -> list[Path]:
        found = list(listed(path))
        shutil.rmtree(home / "key3", ignore_errors=True)
        return found

    monkeypatch.setattr(Path, "iterdir", racing)
    assert kernel_cache.prepare_folder(tmp_path, "some.kernel", "mine").is_dir()


def test_the_default_is_below_the_users_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RINGFALL_KERNEL_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert kernel_cache.cache_root() == tmp_path / "xdg" / "ringfall" / "kernels"
    monkeypatch.delenv("XDG_CACHE_HOME")

    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", homeless)
    assert kernel_cache.cache_root() is None


def test_flags_and_settings_are_part_of_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    def function() -> None:
        return None

    def key(signature: str = "()", flags: str = repr(sorted(kernel.FLAGS.items()))) -> str:
        return kernel_cache.digest(function, signature, flags)

    base = key()
    assert base == key()
    assert len({base, key(signature="(f8)"), key(flags="[('fastmath', True)]")}) == 3
    monkeypatch.setenv("NUMBA_BOUNDSCHECK", "17")
    assert key() != base


def test_machine_code_is_kept_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RINGFALL_KERNEL_CACHE", str(tmp_path))
    assert kernel_cache.kept("some.code", "key") is None
    kernel_cache.keep("some.code", "key", b"machine code")
    assert kernel_cache.kept("some.code", "key") == b"machine code"
    assert kernel_cache.kept("some.code", "another") is None
    file = tmp_path / "some.code" / "key" / kernel_cache.KEPT_FILE
    whole = file.read_bytes()
    for torn in (b"", whole[:20], whole[:-1], whole[:-1] + b"?", b"?" + whole[1:]):
        file.write_bytes(torn)
        assert kernel_cache.kept("some.code", "key") is None
    kernel_cache.keep("some.code", "key", b"anew")
    assert kernel_cache.kept("some.code", "key") == b"anew"
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_nothing_is_kept_where_nothing_can_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RINGFALL_KERNEL_CACHE", "off")
    kernel_cache.keep("some.code", "key", b"machine code")
    assert kernel_cache.kept("some.code", "key") is None
    monkeypatch.setenv("RINGFALL_KERNEL_CACHE", str(tmp_path))
    (tmp_path / "some.code").write_text("in the way")
    kernel_cache.keep("some.code", "key", b"machine code")
    assert kernel_cache.kept("some.code", "key") is None
