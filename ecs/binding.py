"""Kernel calls whose arguments never change, without the dispatcher.

A dispatcher looks at the type of every argument of every call, half a microsecond for twenty
arrays.  The arrays of a world never move, so there is nothing new to see: ``bound`` looks once, as
strictly, and from then on the compiled function is called directly.  ``sequence`` does so for
calls that follow one another, and makes one call of them (``ecs.program``).  In a match of a
hundred that is most of what calling all kernels costs.
"""

import functools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Any, TypeGuard, TypeVar

import numpy as np
from numba.core import types as nb
from numba.np.numpy_support import as_dtype
from numpy.typing import NDArray

from ecs.program import program, resize

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class _Parameter:
    """What one parameter takes: an array when there is a dtype, otherwise a number."""

    kind: str
    dtype: np.dtype[Any] | None
    ndim: int
    writes: bool
    numbers: tuple[type, ...]

    def takes(self, argument: Any) -> bool:
        """Whether machine code may take ``argument`` as it is."""
        if self.dtype is None:
            return isinstance(argument, self.numbers)
        return (
            isinstance(argument, np.ndarray)
            and argument.dtype == self.dtype
            and argument.ndim == self.ndim
            and argument.flags.c_contiguous
            and (argument.flags.writeable or not self.writes)
        )


def bound(call: Callable[[], R]) -> Callable[[], R]:
    """The same call, directly into machine code.

    Args:
        call: ``functools.partial`` of a kernel with all its arguments; any other call, and any
            when the JIT is off, is given back as it is.

    Raises:
        TypeError: an argument is not of the type that the kernel's signature states.
    """
    return partial(_check(call), *call.args) if _is_kernel_call(call) else call


def sequence(
    calls: Iterable[Callable[[], object]], spans: Sequence[NDArray[Any]] = ()
) -> tuple[Callable[[], object], ...]:
    """The same calls in the same order; kernel calls that follow one another become one.

    Args:
        calls: as ``bound`` takes them.
        spans: arrays among the arguments of which kernels are to see a part: see ``resized``.

    Raises:
        TypeError: an argument is not of the type that the kernel's signature states.
    """
    found = list[Callable[[], object]]()
    for _, group in groupby(calls, _is_kernel_call):
        some = tuple(group)
        single = tuple(map(bound, some))
        whole = program([call for call in some if _is_kernel_call(call)], spans)
        found += single if whole is None else (whole,)
    return tuple(found)


def resized(steps: Sequence[Callable[[], object]], length: int) -> bool:
    """Let the kernels of a sequence see the first ``length`` items of its spans.

    Returns:
        False where that cannot be, and nothing has changed: where calls are not one program.
    """
    kernels = [step for step in steps if isinstance(step, partial)]
    if not all(hasattr(step, "lengths") for step in kernels):
        return False
    for step in kernels:
        resize(step, length)
    return True


def _is_kernel_call(call: Callable[[], object]) -> TypeGuard[partial[Any]]:
    return isinstance(call, partial) and not call.keywords and hasattr(call.func, "overloads")


def _check(call: partial[R]) -> Callable[..., R]:
    """The compiled function of a kernel call, after a look at every argument."""
    name = call.func.__qualname__
    entry, parameters = _compiled(call.func)
    if len(parameters) != len(call.args):
        raise TypeError(f"{name} takes {len(parameters)} arguments, not {len(call.args)}")
    for index, (argument, parameter) in enumerate(zip(call.args, parameters, strict=True)):
        if not parameter.takes(argument):
            raise TypeError(
                f"argument {index} of {name} must be {parameter.kind}, not {_told(argument)}"
            )
    return entry


# Once for each kernel rather than for each world: Numba's types are slow to look at.
@functools.cache
def _compiled(dispatcher: Any) -> tuple[Callable[..., Any], tuple[_Parameter, ...]]:
    ((signature, result),) = dispatcher.overloads.items()
    return result.entry_point, tuple(map(_parameter, signature))


def _parameter(wanted: Any) -> _Parameter:
    if isinstance(wanted, nb.Array):
        return _Parameter(str(wanted), as_dtype(wanted.dtype), wanted.ndim, wanted.mutable, ())
    # A whole number becomes a float on its way in; the other way round it would lose its fraction.
    whole = (int, np.integer)
    return _Parameter(
        str(wanted), None, 0, False, (*whole, float) if wanted == nb.float64 else whole
    )


def _told(argument: object) -> str:
    if not isinstance(argument, np.ndarray):
        return type(argument).__name__
    order = "" if argument.flags.c_contiguous else "strided "
    access = "" if argument.flags.writeable else "read-only "
    return f"a {access}{order}array of {argument.dtype} with {argument.ndim} axes"
