"""Where compiled kernels are kept, under a key that changes whenever their meaning does.

Numba's own cache looks at the modification time of the file a kernel stands in.  It therefore
serves stale machine code, silently, when a function in *another* file or a constant changed.
Here every kernel gets a folder of its own, named by a digest of everything its machine code
depends on: its byte code, that of every function it calls (recursively), the value of every
module constant and default it reads, the compile flags, and the versions of the compiler.  A
different meaning is a different folder, so there is nothing that could be stale.

This file is the one place in ``ecs``, ``schema`` and ``systems`` that looks at the environment;
it decides where bytes lie on the disk, never what they compute.
"""

import hashlib
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
from llvmlite import ir

CONSTANT_TYPES = (bool, int, float, str, np.generic)
VERSIONED_MODULES = ("math", "numpy", "numba.core.types", "llvmlite.ir")
"""Modules whose meaning changes with a version that is in every digest, and never without."""


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
    """Hex digest of everything the machine code of ``function`` depends on.

    Raises:
        KernelSourceError: it reads something whose value cannot be part of a digest.
    """
    state = hashlib.sha256()
    versions = (sys.version, numba.__version__, llvmlite.__version__, np.__version__)
    environment = tuple(
        f"{name}={value}" for name, value in sorted(os.environ.items()) if name.startswith("NUMBA_")
    )
    for part in (*versions, *environment, signature, flags):
        state.update(part.encode() + b"\0")
    _absorb(state, function, seen={})
    return state.hexdigest()[:24]


def _absorb(state: Any, function: types.FunctionType | Any, seen: dict[int, object]) -> None:
    """Feed one function, the functions it calls and the constants it reads into ``state``."""
    if id(function) in seen:
        return
    seen[id(function)] = function
    name = f"{function.__module__}.{function.__qualname__}"
    if function.__closure__:
        raise KernelSourceError(
            f"{name} reads {', '.join(function.__code__.co_freevars)} of the function around it; "
            "define it at the top of its module"
        )
    state.update(name.encode() + b"\0")
    # A default is evaluated where the function is defined: its value is not in the code.
    defaults = (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values())
    _absorb_value(state, name, "default", defaults, seen)
    for key in sorted(_absorb_code(state, function.__code__) & function.__globals__.keys()):
        _absorb_value(state, name, key, function.__globals__[key], seen)


def _absorb_code(state: Any, code: types.CodeType) -> set[str]:
    """Feed byte code into ``state``; return the names that it and the code within it look up.

    Byte code rather than source, because it is what Numba compiles: after an edit that keeps
    size and time of a file, Python runs the former byte code beside the new source.
    """
    names = set(code.co_names)
    shape = (code.co_names, code.co_varnames, code.co_cellvars, code.co_freevars, code.co_flags)
    state.update(repr((shape, code.co_argcount, code.co_kwonlyargcount)).encode())
    state.update(code.co_code + b"\0" + code.co_exceptiontable + b"\0")
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            names |= _absorb_code(state, constant)
        else:
            state.update(f"{type(constant).__name__} {constant!r}\0".encode())
    return names


def _absorb_value(
    state: Any, reader: str, key: str, value: object, seen: dict[int, object]
) -> None:
    """Feed the value of one global into ``state``."""
    # The function within a dispatcher, or within an intrinsic.
    called = getattr(value, "py_func", getattr(value, "_defn", value))
    if isinstance(called, types.FunctionType):
        # Whether it becomes part of its callers, among others, is an option of its own.
        options = sorted(getattr(value, "targetoptions", {}).items())
        state.update(f"{key}=function {options}\0".encode())
        _absorb(state, called, seen)
    elif isinstance(value, tuple):
        state.update(f"{key}=tuple of {len(value)}\0".encode())
        for item in value:
            _absorb_value(state, reader, key, item, seen)
    elif isinstance(value, (*CONSTANT_TYPES, ir.Type)) or value is Any:
        state.update(f"{key}={type(value).__name__} {value!r}\0".encode())
    elif isinstance(value, types.ModuleType):
        if value.__name__ not in VERSIONED_MODULES:
            raise KernelSourceError(
                f"{reader} reads names of the module {value.__name__} through it; import the "
                "names themselves, so that their values are seen when it is compiled"
            )
        state.update(f"{key}=module {value.__name__}\0".encode())
    elif isinstance(value, type) and value.__module__ in ("builtins", *VERSIONED_MODULES):
        state.update(f"{key}=type {value.__module__}.{value.__qualname__}\0".encode())
    else:
        raise KernelSourceError(
            f"{reader} reads the global {key!r} of type {type(value).__name__}; pass it as an "
            "argument: only functions, numbers, strings, tuples of them, and the types of Python "
            "and NumPy may be frozen into machine code"
        )


def prepare_folder(root: Path, name: str, key: str) -> Path:
    """Make the folder of one kernel and drop those of its former versions.

    Raises:
        OSError: it cannot be made, or belongs to somebody else.
    """
    home = root / name
    folder = home / key
    folder.mkdir(parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(f"cannot write {folder}")
    # A few are kept: other Python versions and compile modes share the root.
    for path in sorted(home.iterdir(), key=_written)[:-KEPT_VERSIONS]:
        if path != folder:
            shutil.rmtree(path, ignore_errors=True)
    return folder


def kept(name: str, key: str) -> bytes | None:
    """What ``keep`` was given under this name and key; None where it is not there, or not whole."""
    root = cache_root()
    if root is None:
        return None
    try:
        data = (root / name / key / KEPT_FILE).read_bytes()
    except OSError:
        return None
    # Torn machine code would end the process that loads it.
    digest, code = data[:DIGEST_BYTES], data[DIGEST_BYTES:]
    return code if hashlib.sha256(code).digest() == digest else None


def keep(name: str, key: str, code: bytes) -> None:
    """Keep machine code for ``kept``; where that cannot be, it is made anew each time."""
    root = cache_root()
    if root is None:
        return
    try:
        folder = prepare_folder(root, name, key)
        # Under a name of this process, then at once under its own: nobody reads half of it.
        half = folder / f"{KEPT_FILE}.{os.getpid()}"
        half.write_bytes(hashlib.sha256(code).digest() + code)
        half.replace(folder / KEPT_FILE)
    except OSError:
        return


def _written(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:  # another process that starts at the same time has dropped it
        return 0.0


KEPT_VERSIONS = 12
KEPT_FILE = "code"
DIGEST_BYTES = 32
