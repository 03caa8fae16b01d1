"""What this build is: version, a hash of everything that decides the next state, the machine."""

import functools
import platform
from importlib import metadata
from pathlib import Path

import xxhash

from ringfall import __version__

RULE_PACKAGES = ("ecs", "schema", "systems")
RECORDED_VERSIONS = ("numpy", "numba", "llvmlite", "esper", "xxhash")


@functools.cache
def source_hash() -> str:
    """xxh3 of all sources that can change what a tick computes, 16 hex digits."""
    root = Path(__file__).resolve().parent.parent
    state = xxhash.xxh3_64()
    for package in RULE_PACKAGES:
        for path in sorted((root / package).rglob("*")):
            if path.suffix in (".py", ".bin"):
                state.update(f"{path.relative_to(root).as_posix()}\0".encode())
                state.update(path.read_bytes())
    return state.hexdigest()


@functools.cache
def environment() -> dict[str, str]:
    """Facts that go into every journal header and every benchmark result."""
    facts = {"python": platform.python_version(), "system": platform.system()}
    facts["machine"], facts["cpu"] = platform.machine(), cpu_name()
    return facts | {name: metadata.version(name) for name in RECORDED_VERSIONS}


def cpu_name() -> str:
    """The processor as LLVM names it, which decides the instructions kernels are made of."""
    import llvmlite.binding as llvm

    return str(llvm.get_host_cpu_name())


def build_facts() -> dict[str, str]:
    """Version and source hash of this build."""
    return {"version": __version__, "source_hash": source_hash()}
