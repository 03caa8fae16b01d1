"""Kernel calls whose arguments never change, without the dispatcher.

A dispatcher looks at the type of every argument of every call, half a microsecond for twenty
arrays.  The arrays of a world never move, so there is nothing new to see: ``bound`` looks once, as
strictly, and from then on the compiled function is called directly.  In a match of a hundred that
is the larger part of what calling all kernels costs.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import numba
from numba.core import types as nb
from numba.core.errors import NumbaError

R = TypeVar("R")

# Numba carries no annotations.
_typeof: Callable[[object], Any] = numba.typeof


def bound(call: Callable[[], R]) -> Callable[[], R]:
    """The same call, directly into machine code.

    Args:
        call: ``functools.partial`` of a kernel with all its arguments; any other call, and any
            when the JIT is off, is given back as it is.

    Raises:
        TypeError: an argument is not of the type that the kernel's signature states.
    """
    overloads = getattr(call.func, "overloads", None) if isinstance(call, partial) else None
    if not isinstance(call, partial) or not overloads or call.keywords:
        return call
    ((wanted, compiled),) = overloads.items()
    name = call.func.__qualname__
    if len(wanted) != len(call.args):
        raise TypeError(f"{name} takes {len(wanted)} arguments, not {len(call.args)}")
    arguments = [
        _checked(f"argument {index} of {name}", argument, kind)
        for index, (argument, kind) in enumerate(zip(call.args, wanted, strict=True))
    ]
    return partial(compiled.entry_point, *arguments)


def _checked(what: str, argument: Any, wanted: Any) -> Any:
    """``argument``, if machine code that was compiled for ``wanted`` may take it as it is."""
    try:
        given = _typeof(argument)
    except NumbaError:
        given = type(argument)
    if isinstance(wanted, nb.Array):
        fits = (
            isinstance(given, nb.Array)
            and (given.dtype, given.ndim, given.layout) == (wanted.dtype, wanted.ndim, "C")
            and (given.mutable or not wanted.mutable)
        )
    else:
        fits = isinstance(given, nb.Integer) or (given, wanted) == (nb.float64, nb.float64)
    if not fits:
        raise TypeError(f"{what} must be {wanted}, not {given}")
    return argument if isinstance(wanted, nb.Array) else _as(wanted, argument)


def _as(wanted: Any, number: Any) -> int | float:
    return float(number) if wanted == nb.float64 else int(number)
