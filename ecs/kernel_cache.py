"""Where compiled kernels are kept, under a key that changes whenever their meaning does.

Numba's own cache looks at the modification time of the file a kernel stands in.  It therefore
serves stale machine code, silently, when a function in *another* file or a constant changed.
Here every kernel gets a folder of its own, named by a digest of everything its machine code
depends on: its source, the source of every function it calls (recursively), the value of every
module constant it reads, the compile flags, and the versions of the compiler.  A different
meaning is a different folder, so there is nothing that could be stale.

This file is the one place in ``ecs``, ``schema`` and ``systems`` that looks at the environment;
it decides where bytes lie on the disk, never what they compute.
"""

import hashlib
import inspect
import os
import shutil
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import llvmlite
import numba
import numpy as np

CONSTANT_TYPES = (bool, int, float, str, np.generic, tuple)


class KernelSourceError(TypeError):
    """A kernel reads something whose value cannot be part of its cache key."""


def cache_root() -> Path | None:
    """Folder for compiled kernels, or None when caching is off or no folder can be written.

    ``RINGFALL_KERNEL_CACHE`` names another folder, or is ``off``.
    """
    wish = os.environ.get("RINGFALL_KERNEL_CACHE", "")
    if wish == "off":
        return None
    if wish:
        root = Path(wish)
    else:
        base = os.environ.get("XDG_CACHE_HOME", "")
        try:
            root = (Path(base) if base else Path.home() / ".cache") / "ringfall" / "kernels"
        except RuntimeError:  # no home directory: a container with a bare user id
            return None
    try:
        root.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    # Numba quietly falls back to __pycache__ beside the sources when its folder cannot be
    # written, which would bring the stale cache back: better none at all.
    return root if os.access(root, os.W_OK | os.X_OK) else None


def digest(function: Callable[..., Any], signature: str, flags: str) -> str:
    """Hex digest of everything the machine code of ``function`` depends on."""
    state = hashlib.sha256()
    versions = (sys.version, numba.__version__, llvmlite.__version__, np.__version__)
    environment = tuple(
        f"{name}={value}" for name, value in sorted(os.environ.items()) if name.startswith("NUMBA_")
    )
    for part in (*versions, *environment, signature, flags):
        state.update(part.encode() + b"\0")
    _absorb(state, function, seen=set())
    return state.hexdigest()[:24]


def _absorb(state: Any, function: Callable[..., Any], seen: set[str]) -> None:
    """Feed one function, the functions it calls and the constants it reads into ``state``."""
    name = f"{function.__module__}.{function.__qualname__}"
    if name in seen:
        return
    seen.add(name)
    state.update(name.encode() + b"\0" + inspect.getsource(function).encode() + b"\0")
    used = set(function.__code__.co_names)
    for key in sorted(used & function.__globals__.keys()):
        value = function.__globals__[key]
        called = getattr(value, "py_func", value)
        if isinstance(value, types.ModuleType):
            state.update(f"{key}=module {value.__name__}\0".encode())
        elif isinstance(called, types.FunctionType):
            _absorb(state, called, seen)
        elif isinstance(value, CONSTANT_TYPES):
            state.update(f"{key}={type(value).__name__} {value!r}\0".encode())
        elif not isinstance(value, type):
            raise KernelSourceError(
                f"{name} reads the global {key!r} of type {type(value).__name__}; pass it as an "
                "argument: only functions, modules, types, numbers and tuples of them may be "
                "frozen into machine code"
            )


def prepare_folder(root: Path, name: str, key: str) -> Path:
    """Make the folder of one kernel and drop those of its former versions."""
    home = root / name
    folder = home / key
    folder.mkdir(parents=True, exist_ok=True)
    former = sorted(home.iterdir(), key=lambda path: path.stat().st_mtime)
    # A few are kept: other Python versions and compile modes share the root.
    for path in former[:-KEPT_VERSIONS]:
        if path != folder:
            shutil.rmtree(path, ignore_errors=True)
    return folder


KEPT_VERSIONS = 12
