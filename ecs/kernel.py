"""The only door for machine code: ``@kernel``, with fixed flags and explicit signatures.

A kernel is a plain function over arrays.  Its annotations *are* its signature: they state dtype,
rank and direction, mypy reads them as NumPy arrays, and Numba compiles for exactly them, so that
a kernel which writes an input does not compile and a caller who passes the wrong dtype is
refused.

    @kernel
    def drift(count: I64In, x_u: F64Out, vx_ups: F64In, dt_s: Float) -> None: ...

Flags are the same for all: no fastmath (it reorders sums and fuses multiplications), NumPy error
model (a kernel never raises), no parallel loops (their reductions have no order), no run time for
memory: a kernel that allocates does not compile, and arrays are not counted in and out of every
call, which took a quarter of a small tick.

``@device`` marks a function that is only called from kernels and becomes part of each: handing
twenty arrays on costs a hundred stores, more than most such functions do.  ``@routine`` marks one
that stays a function, called from all of them: for what is long and seldom needed.  ``entry`` is
how Python calls either.

``NUMBA_DISABLE_JIT=1`` turns every kernel into the Python it is written in, with the same result;
narrow integers are therefore widened with ``int()`` where they are read.
"""

import functools
import inspect
import shutil
import typing
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, ParamSpec, TypeVar

import numba
import numpy as np
from numba.core import types as nb
from numpy.typing import NDArray

from ecs import kernel_cache
from ecs.looking import looks_beyond

P = ParamSpec("P")
R = TypeVar("R")

# Numba makes its settings' attributes at run time, and its functions have no types.
config: Any = numba.config
typeof: Any = numba.typeof

FLAGS: dict[str, Any] = {
    "fastmath": False,
    "error_model": "numpy",
    "parallel": False,
    "_nrt": False,
}


class KernelLooksError(TypeError):
    """A kernel reads of an array what programs do not hand over."""


@dataclass(frozen=True, slots=True)
class Ref:
    """An array parameter: dtype, rank, and whether the kernel may write it."""

    dtype: str
    writes: bool
    rank: int = 1


@dataclass(frozen=True, slots=True)
class Records:
    """A one-dimensional array of records, and whether the kernel may write it.

    Numba refuses to replace a record of a read-only array but not to write a field of one: here
    the compiler does not hold a kernel to its word, a test that reads the sources does.
    """

    dtype: np.dtype[np.void]
    writes: bool = False


@dataclass(frozen=True, slots=True)
class Scalar:
    """A parameter passed by value."""

    dtype: str


F64In = Annotated[NDArray[np.float64], Ref("f8", False)]
F64Out = Annotated[NDArray[np.float64], Ref("f8", True)]
I64In = Annotated[NDArray[np.int64], Ref("i8", False)]
I64Out = Annotated[NDArray[np.int64], Ref("i8", True)]
I32In = Annotated[NDArray[np.int32], Ref("i4", False)]
I32Out = Annotated[NDArray[np.int32], Ref("i4", True)]
U64In = Annotated[NDArray[np.uint64], Ref("u8", False)]
U64Out = Annotated[NDArray[np.uint64], Ref("u8", True)]
U32In = Annotated[NDArray[np.uint32], Ref("u4", False)]
U32Out = Annotated[NDArray[np.uint32], Ref("u4", True)]
U16In = Annotated[NDArray[np.uint16], Ref("u2", False)]
U16Out = Annotated[NDArray[np.uint16], Ref("u2", True)]
U8In = Annotated[NDArray[np.uint8], Ref("u1", False)]
U8Out = Annotated[NDArray[np.uint8], Ref("u1", True)]
F64In2 = Annotated[NDArray[np.float64], Ref("f8", False, 2)]
Int = Annotated[int, Scalar("i8")]
Float = Annotated[float, Scalar("f8")]


@dataclass(frozen=True, slots=True)
class Compiled:
    """What is known of one kernel: for the progress bar, the tests and ``bench``."""

    name: str
    signature: str
    from_cache: bool
    dispatcher: Any


REGISTRY: dict[str, Compiled] = {}
"""Every kernel that was imported, by dotted name."""

_observers: list[Callable[[Compiled], None]] = []


def observe(observer: Callable[[Compiled], None]) -> None:
    """Call ``observer`` for every kernel compiled or loaded from now on."""
    _observers.append(observer)


def _numba_type(name: str, parameter: str, annotation: Any) -> Any:
    for note in getattr(annotation, "__metadata__", ()):
        if isinstance(note, Scalar):
            return nb.int64 if note.dtype == "i8" else nb.float64
        if isinstance(note, Records):
            return nb.Array(numba.from_dtype(note.dtype), 1, "C", readonly=not note.writes)
        if isinstance(note, Ref):
            item = numba.from_dtype(np.dtype(note.dtype))
            return nb.Array(item, note.rank, "C", readonly=not note.writes)
    raise TypeError(f"kernel {name}: parameter {parameter!r} needs one of ecs.kernel's types")


def signature_of(function: Callable[..., Any]) -> Any:
    """Numba signature that the annotations of ``function`` spell."""
    name = _name_of(function)
    hints = typing.get_type_hints(function, include_extras=True)
    returned = hints.get("return")
    result = nb.void if returned in (None, type(None)) else _numba_type(name, "return", returned)
    # Parameters rather than hints: one without an annotation has no hint to be found by.
    parameters = inspect.signature(function).parameters
    return result(*(_numba_type(name, key, hints.get(key)) for key in parameters))


def _name_of(function: Callable[..., Any]) -> str:
    return f"{function.__module__}.{function.__qualname__}"


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile ``function`` for the signature its annotations state, now, through the cache.

    Raises:
        TypeError: a parameter lacks one of this module's types.
        KernelSourceError: it reads a global that cannot be frozen.
        KernelLooksError: it reads more of an array than items and shape.
        numba.errors.TypingError: the body does not compile, or writes a read-only parameter.
    """
    name = _name_of(function)
    signature = signature_of(function)
    # Also without a cache: what may be frozen must not depend on whether there is one.
    key = kernel_cache.digest(function, str(signature), repr(sorted(FLAGS.items())))
    if config.DISABLE_JIT:
        REGISTRY[name] = Compiled(name, str(signature), False, function)
        return function
    dispatcher = _compile(function, name, signature, key, _looked_at)
    from_cache = any(dispatcher.stats.cache_hits.values())
    made = REGISTRY[name] = Compiled(name, str(signature), from_cache, dispatcher)
    for observer in _observers:
        observer(made)
    return typing.cast(Callable[P, R], dispatcher)


def _compile(
    function: Callable[..., Any],
    name: str,
    signature: Any,
    key: str,
    judged: Callable[[Any, str], Any] = lambda dispatcher, name: dispatcher,
) -> Any:
    """Machine code from the cache, or made and ``judged`` now."""
    root = kernel_cache.cache_root()
    if root is None:
        return judged(numba.njit(signature, **FLAGS)(function), name)
    try:
        folder = kernel_cache.prepare_folder(root, name, key)
    except OSError:
        return judged(numba.njit(signature, **FLAGS)(function), name)
    former = config.CACHE_DIR
    config.CACHE_DIR = str(folder)
    try:
        dispatcher = numba.njit(signature, cache=True, **FLAGS)(function)
        return dispatcher if any(dispatcher.stats.cache_hits) else judged(dispatcher, name)
    except KernelLooksError:
        # Out of the cache it would not be looked at any more.
        shutil.rmtree(folder, ignore_errors=True)
        raise
    except numba.core.errors.NumbaError:
        raise
    except Exception:
        # A torn cache file (full disk, killed while writing) raises whatever unpickling
        # raises.  It is only a cache: drop it and compile.
        shutil.rmtree(folder, ignore_errors=True)
        return numba.njit(signature, **FLAGS)(function)
    finally:
        config.CACHE_DIR = former


def _looked_at(dispatcher: Any, name: str) -> Any:
    """A kernel that was compiled just now, if a program may call it."""
    found = looks_beyond(dispatcher, list(inspect.signature(dispatcher.py_func).parameters))
    if found:
        raise KernelLooksError(
            f"kernel {name} looks beyond items and shape of {', '.join(found)}: take lengths "
            "from shape, and pass first and last places rather than slices"
        )
    return dispatcher


def device(function: Callable[P, R]) -> Callable[P, R]:
    """Mark a function that kernels call: it becomes part of each of them, with the same flags."""
    return typing.cast(Callable[P, R], numba.njit(forceinline=True, **FLAGS)(function))


def routine(function: Callable[P, R]) -> Callable[P, R]:
    """Mark a function that kernels call and that is compiled on its own, with the same flags.

    For what is long and seldom reached, so that what is reached stays short.
    """
    return typing.cast(Callable[P, R], numba.njit(**FLAGS)(function))


PLAIN: dict[Any, Any] = {
    int: nb.int64,
    float: nb.float64,
    bool: nb.boolean,
    np.uint64: nb.uint64,
}
"""What a device function may say of a number besides this module's types."""


def entry(function: Callable[P, R]) -> Callable[P, R]:
    """A way into a device function or a routine from Python: compiled once, through the cache.

    Called as it is, it is compiled in every process anew, which takes up to seconds.  Here it is
    compiled or loaded when it is called first, for what its annotations state; where one says
    nothing of a type, a tuple of arrays for instance, for what is passed in that call.
    """
    if config.DISABLE_JIT:
        return function
    plain = typing.cast(Any, function).py_func
    compiled: Any = None

    @functools.wraps(plain)
    def called(*arguments: Any) -> Any:
        nonlocal compiled
        if compiled is None:
            hints = typing.get_type_hints(plain, include_extras=True)
            keys = inspect.signature(plain).parameters
            types = tuple(
                _type_for(hints.get(key), argument)
                for key, argument in zip(keys, arguments, strict=True)
            )
            flags = repr(sorted(FLAGS.items()))
            key = kernel_cache.digest(plain, str(types), flags)
            compiled = _compile(plain, _name_of(plain), types, key)
        return compiled(*arguments)

    return typing.cast(Callable[P, R], called)


def _type_for(annotation: Any, argument: Any) -> Any:
    """Numba type of a parameter: what its annotation states, or else what was passed."""
    if isinstance(annotation, type) and annotation in PLAIN:
        return PLAIN[annotation]
    if hasattr(annotation, "__metadata__"):
        return _numba_type("entry", str(annotation), annotation)
    return typeof(argument)


if config.DISABLE_JIT:
    # Wrapping multiplication is what the draws of ``randomness`` are made of, and ``changes`` looks
    # for NaN: NumPy's scalars do as compiled code does, but say so each time.
    for what in ("overflow", "invalid value"):
        warnings.filterwarnings("ignore", message=f"{what} encountered in scalar")
